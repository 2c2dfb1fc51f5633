"""The rules by which the people of the demonstrated season act: over what they find, never over known keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.ledger.finding import AUDITED, BREACH, PROMPT
from workbench.vocabulary import Level, OrgType

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding

#: Who has so many breaches is visited whatever the draw says, and gets a yellow card once they are confirmed.
MANY = 3
#: Duties that a meeting decides: the minutes may show what the ledger does not.
BY_MEETING = "expect_step_meeting"
#: Kinds of period that are over when they are missed: nobody can hold a meeting of last month.
OVER = ("month", "quarter", "half_year")
#: What can be put right at once: a post, a point of contact, a place looked at.
AT_ONCE = ("expect_posts_held", "expect_post_qualified", "expect_open_cases", "expect_checklist")
#: Of those to be put right at once, one owner in so many does nothing until the deadline.
IDLE_ONE_IN = 3
#: Of what stands, one branch in so many says nothing, and one in so many objects without papers to show.
SILENT_ONE_IN, OBJECTING_ONE_IN = 4, 7
#: Reviews not passed from which on an orange card is given.
FAILED_OFTEN = 2


def own_units(run: Run) -> list[str]:
    """Where the members of the three teams come from: the city's organisation department and the first two counties."""
    rows = run.rows("SELECT org_id, type, level FROM organizations WHERE NOT dissolved ORDER BY org_id")
    department = [
        r["org_id"] for r in rows if r["type"] == OrgType.ORGANIZATION_DEPARTMENT and r["level"] == Level.CITY
    ]
    counties = [r["org_id"] for r in rows if r["type"] == OrgType.COMMITTEE and r["level"] == Level.COUNTY]
    return [*department[:1], *counties[:2]]


def risky(findings: Iterable[Finding], drawn: Iterable[str]) -> dict[str, str]:
    """Organisations with many breaches that were not drawn → the reason to pick them."""
    counts: dict[str, int] = {}
    for f in findings:
        if f.nature == BREACH:
            counts[f.subject] = counts.get(f.subject, 0) + 1
    return {
        org: f"核查列入硬性问题{n}个" for org, n in sorted(counts.items()) if n >= MANY and org not in set(drawn)
    }


def explained(finding: Finding, requirements: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a finding does not stand once its branch was heard and the papers were seen; empty: it stands."""
    if requirements[finding.requirement]["shape"] == BY_MEETING:
        return "到点查看会议记录原件，会已按期召开，台账漏登，已补录"
    if finding.nature == PROMPT:
        return "到点核对材料，情况属实但有正当缘由，已作说明"
    return ""


def stated(finding: Finding, requirements: Mapping[str, Mapping[str, Any]]) -> tuple[bool | None, str]:
    """What the branch states when heard (stance, words): by whether it stands, else drawn by the finding's code."""
    if explained(finding, requirements):
        return False, "会开了，原件在支部，请到点核对"
    number = int(finding.code, 16)
    if number % OBJECTING_ONE_IN == 0:
        return False, "已经办过，材料一时找不到"
    return (None, "") if number % SILENT_ONE_IN == 0 else (True, "属实，已着手整改")


def put_right(finding: Finding, requirements: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether it is a state of affairs that can be put right at once (设岗、建点、阵地)."""
    return requirements[finding.requirement]["shape"] in AT_ONCE


def idle(finding: Finding) -> bool:
    """Whether the owner of such a state does nothing: drawn by the finding's code; what was seen on site is mended."""
    return finding.source == AUDITED and int(finding.code, 16) % IDLE_ONE_IN == 0


def measure(finding: Finding, requirements: Mapping[str, Mapping[str, Any]]) -> str:
    """What is to be done, by the kind of duty."""
    if finding.period_kind in OVER:
        return "说明缺期原因，明确专人提醒，今后按期开展"
    if put_right(finding, requirements):
        return "立行立改，补齐设置并登记"
    return "补办所缺步骤，完善流程提示"
