"""What falls due (到期提醒): from the run, and from what people have set days to in the ledger.

These are prompts. A day of the run rests on the facts of the run's day (``known_on``): what was done since is in no run
yet, so nothing here says that somebody failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workbench.audit.run import Run
from workbench.audit.wording import why_due
from workbench.display import Displayed, Listing
from workbench.errors import UsageError
from workbench.ledger.cards import ORANGE, RED, YELLOW
from workbench.ledger.finding import RECTIFYING
from workbench.ledger.machines import InspectionMachine
from workbench.ledger.secretaries import Secretary, of_run

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

#: Where something comes from (来源).
AUDIT, FINDING, CARD, LISTS, APPRAISAL, INSPECTION = "核查", "问题", "亮牌", "五单", "述职评议", "督查"
#: What becomes due with a standing card, by level: the step of the rules.
_CARD_STEPS = {YELLOW: "card_yellow_deadline", ORANGE: "card_orange", RED: "card_red_limited"}

_INSPECTION_CLAUSE = "第十一条"
_UNDER_WAY = (InspectionMachine.planned.name, InspectionMachine.running.name)


@dataclass(frozen=True)
class Due(Displayed):
    """Something that falls due: the day, days left on the day asked about (negative: overdue), whose, what.

    ``clause`` and ``requirement`` say under which rule, ``source`` where it comes from, ``course`` which case, finding
    or lists it belongs to (empty: none), ``known_on`` the day at which the facts stand that it rests on.
    """

    on: date
    days_left: int
    subject: str
    subject_name: str
    what: str
    clause: str
    requirement: str
    source: str
    course: str
    known_on: date

    _TITLE = "到期事项"
    _COLUMNS = (
        ("到期日", "on"), ("剩余天数", "days_left"), ("党组织", "subject_name"), ("事项", "what"), ("条款", "clause"),
        ("来源", "source"), ("事实截至", "known_on"),
    )


def due(run: Run | None, ledger: Ledger | None = None, as_of: date | None = None, days: int = 30) -> Listing[Due]:
    """What is overdue on ``as_of`` (default: the day of the run) or falls due within ``days``, overdue first.

    ``run`` gives obligations of organisations, ``ledger`` what people have set a day to; either may be None. With a
    later day than the run's its rows stay, since no run says what was done in between. Raises :class:`UsageError` for
    a negative number of days, or when there is neither run nor day.
    """
    if days < 0:
        raise UsageError("天数不对", found=str(days), expected="0 或正整数")
    if as_of is None:
        if run is None:
            raise UsageError("没有写明截至日期", expected="截至日期，或一次核查结果")
        as_of = date.fromisoformat(run.receipt["as_of"])
    horizon = as_of + timedelta(days=days)
    found = [] if run is None else list(_of_run(run, as_of, horizon))
    if ledger is not None:
        ledger.refresh()
        parts = [part(ledger, as_of) for part in (_of_findings, _of_cards, _of_appraisals, _of_inspections)]
        parts.append(_of_lists(ledger, {} if run is None else of_run(run), as_of, horizon))
        found += (d for part in parts for d in part if d.on <= horizon)
    listed = sorted(found, key=lambda d: (d.on, d.source, d.subject, d.requirement, d.course))
    seen = f"从 {as_of.isoformat()} 看今后 {days} 天"
    return Listing(listed, about=f"{seen}；{run.label}" if run else seen, of=Due)


# --- from the run ----------------------------------------------------------------------------------------------------


def _of_run(run: Run, as_of: date, horizon: date) -> Iterator[Due]:
    entries, broken = {r["id"]: r for r in run.requirements}, run.receipt.get("broken", {})
    known_on = date.fromisoformat(run.receipt["as_of"])
    rows = run.rows(
        "SELECT d.*, coalesce(o.name, d.subject) AS name FROM due d LEFT JOIN organizations o ON d.subject = o.org_id"
        " WHERE d.due_on <= ?", [horizon],
    )
    for row in rows:
        if row["requirement"] in broken:
            continue
        entry, label = entries[row["requirement"]], row["unit_label"]
        process = entry["kwargs"].get("process")
        text = f"{entry['description']}（{why_due(row['kind'], label, process)}）"
        yield Due(
            row["due_on"], (row["due_on"] - as_of).days, row["subject"], row["name"], text, entry["clause"],
            entry["id"], AUDIT, f"{process} {label}" if process and label else "", known_on,
        )


# --- from the ledger -------------------------------------------------------------------------------------------------


def _of_findings(ledger: Ledger, as_of: date) -> Iterator[Due]:
    for f in ledger.findings.all():
        if f.state == RECTIFYING and f.deadline is not None:
            yield Due(
                f.deadline, (f.deadline - as_of).days, f.subject, f.subject_name, f"整改时限：{f.description}", f.clause,
                f.requirement, FINDING, f.key, as_of,
            )


def _of_cards(ledger: Ledger, as_of: date) -> Iterator[Due]:
    for card in ledger.cards.all():
        if card.state in _CARD_STEPS and card.deadline is not None:
            rule = ledger.rules.rule(_CARD_STEPS[card.state])
            yield Due(
                card.deadline, (card.deadline - as_of).days, card.org_id, card.org_name, f"{card.state}整改时限",
                rule.clause, rule.requirement, CARD, card.id, as_of,
            )
    for step in ledger.cards.follow_ups_due(as_of):
        yield Due(
            step.due, -step.days, step.org_id, step.org_name, f"{step.level}后续措施：{step.kind}", step.clause,
            step.requirement, CARD, step.org_id, as_of,
        )


def _of_lists(
    ledger: Ledger, known: Mapping[str, Secretary], as_of: date, horizon: date
) -> Iterator[Due]:
    """Steps and items of the lists that were opened; who has none opened is told by the lists themselves."""
    for year in sorted({lists.year for lists in ledger.lists.all()}):
        mine = [lists for lists in ledger.lists.all() if lists.year == year]
        owners = [known.get(x.org_id) or Secretary(x.org_id, x.org_name, x.holder) for x in mine]
        # what will be late the day after the horizon, if nothing happens until then
        for late in ledger.lists.late(year, horizon + timedelta(days=1), owners):
            course = ledger.lists.ident(year, late.org_id)
            yield Due(
                late.due, (late.due - as_of).days, late.org_id, late.org_name, f"{late.step}（{late.owed_by}）",
                late.clause, late.requirement, LISTS, course, as_of,
            )


def _of_appraisals(ledger: Ledger, as_of: date) -> Iterator[Due]:
    for a in ledger.appraisals.all():
        low = a.grade in ledger.rules.value("rectify_grades")  # not one that was corrected upwards since
        if low and a.deadline is not None and a.finished_on is None:
            rule = ledger.rules.rule("appraisal_deadline")
            yield Due(
                a.deadline, (a.deadline - as_of).days, a.org_id, a.org_name, f"述职评议{rule.label}", rule.clause,
                rule.requirement, APPRAISAL, a.id, as_of,
            )
        if a.grade in ledger.rules.value("talk_grades") and a.talked_on is None and a.graded_on is not None:
            rule = ledger.rules.rule("appraisal_talk")
            on = a.graded_on + timedelta(days=ledger.rules.value("accountability_days"))
            yield Due(
                on, (on - as_of).days, a.org_id, a.org_name, f"述职评议评为“{a.grade}”后{rule.label}", rule.clause,
                rule.requirement, APPRAISAL, a.id, as_of,
            )


def _of_inspections(ledger: Ledger, as_of: date) -> Iterator[Due]:
    for inspection in ledger.inspections.all():
        if inspection.state in _UNDER_WAY and (left := inspection.unvisited):
            what = f"{inspection.title}：还有 {len(left)} 个支部没有到点检查"
            yield Due(
                inspection.last, (inspection.last - as_of).days, inspection.scope, "", what, _INSPECTION_CLAUSE, "",
                INSPECTION, inspection.id, as_of,
            )
