"""When a settled finding is back (复发), and what of it a run shows to be put right.

Old months stay missed for ever: that something settled still fails is no news. News is a unit that was not missed, or
was shown to be met, when people settled it; of a state, a later record that is no better. Where the rule or the
organisation may be another one, or the run is older than the closing, the machine leaves it to people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from workbench.ledger.finding import CLOSED, Finding
from workbench.ledger.shown import Shown
from workbench.vocabulary import Verdict

#: Verdicts that show a duty met, or nothing missed of it so far.
CLEAR = (Verdict.MET.value, Verdict.OPEN.value)
#: Shapes whose evidence shows only what is not in order: what is no longer there need not be asked for.
_SHOWS_FAULTS_ONLY = "expect_dues_"

RULE_CHANGED = "条款的判定口径已变，不自动认定复发"
OTHER_ORGANIZATION = "组织名称和所属单位都已变，先核对是否同一组织"
BEFORE_CLOSING = "核查截至日期不晚于销号日期，不自动认定复发"


def new_fact(finding: Finding, result: Shown, as_of: date) -> tuple[bool, str]:
    """Whether a run that fails shows more than what people knew when they settled a finding (复发的新事实).

    The second value says why the machine does not decide although it may be so: people have to look.
    """
    if result.rule != finding.rule:
        return True, RULE_CHANGED
    if result.subject_name != finding.subject_name and result.unit_id != finding.unit_id:
        return True, OTHER_ORGANIZATION
    new = _is_new(finding, result)
    if new and finding.state == CLOSED and finding.closed_on is not None and as_of <= finding.closed_on:
        return True, BEFORE_CLOSING
    return new, ""


def _is_new(finding: Finding, result: Shown) -> bool:
    if result.period_kind == "state":
        return not finding.known_missed or _newly_dated(finding, result)
    known = set(finding.known)
    fresh = {unit for unit in result.units if unit not in known and not result.excused(unit)}
    named = result.all_named and (not finding.known_missed or len(known) == finding.known_missed)
    if named:
        return bool(fresh)
    # labels that are not the units themselves (the months of one person's dues) only count when all are new
    others = bool(fresh) and bool(known) and not known & set(result.units)
    return result.missed > finding.known_missed or others


def _newly_dated(finding: Finding, result: Shown) -> bool:
    """Whether a state rests on a record from after it was settled that no run has shown yet, and is no better."""
    settled = finding.closed_on if finding.state == CLOSED else finding.dismissed_on
    if result.dated_on is None or settled is None or result.dated_on <= settled:
        return False
    if finding.dated_on and result.dated_on.isoformat() <= finding.dated_on:
        return False
    before, now = (_outside(value, result.entry) for value in (finding.judged, result.judged))
    return before is None or now is None or now >= before


def _outside(value: float | None, entry: Mapping[str, Any]) -> float | None:
    """How far a value lies outside the bounds of its requirement."""
    if value is None:
        return None
    lower, upper = entry.get("lower"), entry.get("upper")
    below = lower - value if lower is not None else 0.0
    above = value - upper if upper is not None else 0.0
    return max(below, above, 0.0)


def known_after(finding: Finding, result: Shown, takes_all: bool = False) -> tuple[tuple[str, ...], int]:
    """What counts as known of a settled finding after a run: less what was shown to be met, more what was excused.

    ``takes_all``: what is missed now is the new measure (another rule, another organisation).
    """
    if takes_all:
        return tuple(sorted(result.units)), result.missed
    waived = result.verdict == Verdict.WAIVED
    if result.period_kind == "state":
        return finding.known, 0 if result.verdict in CLEAR else finding.known_missed
    excused = {unit for unit in result.units if waived or result.excused(unit)}
    was_named = len(finding.known) == finding.known_missed
    if was_named and (result.all_named or not result.missed):
        kept = set(_still_known(finding.known, result)) if finding.known else set()
        known = tuple(sorted(kept | excused))
        return known, len(known)
    if result.verdict in CLEAR:
        return (), 0
    missed = max(finding.known_missed, result.missed) if waived else finding.known_missed
    return tuple(sorted(set(finding.known) | excused)), missed


def _still_known(known: Iterable[str], result: Shown) -> list[str]:
    """Of the units known to be missed those that the run does not show to be met."""
    return [unit for unit in known if unit not in result.settled]


def left_of(finding: Finding, result: Shown) -> tuple[list[str], list[str]]:
    """Units that were missed and are not shown to be met: all of them, and those that ought to be there and are not."""
    unnamed = finding.missed != len(finding.units) or result.entry["shape"].startswith(_SHOWS_FAULTS_ONLY)
    if unnamed:
        return ([], []) if result.verdict in CLEAR else (list(finding.units), [])
    left = _still_known(finding.units, result)
    return left, left if result.evidence or result.named_by_period else []
