"""What a run shows of findings: verdict, what is missed and met by name, on what evidence (核查所见)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workbench.audit.run import Run
from workbench.ledger.events import canonical
from workbench.timeline import Period, PeriodKind, periods
from workbench.vocabulary import Verdict

#: Verdicts that say something is not met.
FAILING = (Verdict.FAILED.value, Verdict.MANUAL.value)
_PERIODIC = {kind.value for kind in PeriodKind}
#: First and last day that a unit is about, as far as known.
Span = tuple[date | None, date | None]
_NO_SPAN: Span = (None, None)


@dataclass(frozen=True)
class Shown:
    """One result of a run, as findings need it.

    ``missed`` is the number of units not met, ``units`` their labels, each with the days it is about; ``settled`` the
    labels of units that are met or not yet due. ``all_named``: the labels are the units, one for one. ``evidence``:
    the run kept the rows of this result, so a unit that has no label is not there. ``dated_on`` is the newest day of
    a counted row. ``exempted`` spans of exemptions that have run out.
    """

    subject: str
    requirement: str
    period: str
    verdict: str
    reason: str
    observed: float | None
    judged: float | None
    missed: int
    period_kind: str
    subject_name: str
    unit_id: str
    unit_name: str
    entry: Mapping[str, Any]
    rule: str
    detail: str = ""
    units: Mapping[str, Span] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    evidence: bool = True
    dated_on: date | None = None
    exempted: tuple[tuple[date, date], ...] = ()

    @property
    def key(self) -> str:
        """Key of the finding that this result is about."""
        return "|".join((self.subject, self.requirement, self.period))

    @property
    def failing(self) -> bool:
        """Whether something is missed that no exemption covers."""
        return self.verdict in FAILING and self.missed > 0

    @property
    def all_named(self) -> bool:
        """Whether every missed unit has a label of its own."""
        return 0 < self.missed == len(self.units)

    @property
    def named_by_period(self) -> bool:
        """Whether units are periods of the calendar, which the run names whether met or not."""
        return self.period_kind in _PERIODIC

    def excused(self, unit: str) -> bool:
        """Whether a missed unit lies, even in part, in the time of an exemption that has run out since."""
        first, last = self.units.get(unit, _NO_SPAN)
        if first is None or last is None:
            return False
        return any(since <= last and first <= until for since, until in self.exempted)


def rule_digest(entry: Mapping[str, Any]) -> str:
    """What judges, in twelve digits: shape, arguments, parameters, bounds; wording and version do not matter.

    ``entry`` is one of ``requirements.json``.
    """
    parameters = {name: p["value"] for name, p in entry["parameters"].items()}
    judging = [entry["shape"], entry["kwargs"], parameters, entry["outcome"], entry.get("lower"), entry.get("upper")]
    return hashlib.sha256(canonical(json.loads(json.dumps(judging, default=str))).encode()).hexdigest()[:12]


def shown(run: Run, keys: Collection[str]) -> Iterator[Shown]:
    """The results of a run that fail, and those of ``keys`` whatever their verdict; each once, by subject."""
    entries = {entry["id"]: entry for entry in run.requirements}
    rules = {name: rule_digest(entry) for name, entry in entries.items()}
    labels = _labels(run, list(keys))
    lapsed = _lapsed(run)
    whole = run.receipt.get("evidence", "all") == "all"
    for row in run.rows(_RESULTS, [list(keys)]):
        pair = (row["subject"], row["requirement"])
        units, settled, dated_on = labels.get(pair, ({}, frozenset(), None))
        entry = entries[row["requirement"]]
        if row["period_kind"] in _PERIODIC and (row["met_mask"] or row["missed_mask"] or row["open_mask"]):
            units, settled = _periods(entry, row, run.receipt["year"])
        yield Shown(
            subject=row["subject"], requirement=row["requirement"], period=row["period"], verdict=row["verdict"],
            reason=row["reason"] or "", observed=_number(row["observed"]), judged=_number(row["judged"]),
            missed=row["missed"] or 0, period_kind=row["period_kind"], subject_name=row["name"] or row["subject"],
            unit_id=row["unit_id"] or "", unit_name=row["unit_name"] or "", entry=entry,
            rule=rules[row["requirement"]], detail=row["detail"] or "", units=units, settled=settled,
            evidence=whole or row["verdict"] in FAILING, dated_on=dated_on, exempted=lapsed.get(pair, ()),
        )


#: ``keys`` joined once more, because a result has no key of its own.
_WANTED = """WITH wanted AS (SELECT unnest(?::VARCHAR[]) AS key), chosen AS (
    SELECT *, concat_ws('|', subject, requirement, period) AS key FROM results)"""
_FAILS = "verdict IN ('{}', '{}') AND missed > 0".format(*FAILING)
_RESULTS = f"""{_WANTED}
    SELECT c.*, o.name, o.unit_id, o.unit_name, f.detail FROM chosen c
    LEFT JOIN organizations o ON c.subject = o.org_id LEFT JOIN findings f ON c.key = f.key
    WHERE (c.verdict IN ('{FAILING[0]}', '{FAILING[1]}') AND c.missed > 0) OR c.key IN (SELECT key FROM wanted)
    ORDER BY c.subject, c.requirement"""
_LABELS = f"""{_WANTED}, pairs AS (
    SELECT subject, requirement FROM chosen WHERE ({_FAILS}) OR key IN (SELECT key FROM wanted))
    SELECT e.subject, e.requirement, e.unit_label, e.status, min(e.dated_on) AS first, max(e.dated_on) AS last,
    max(e.dated_on) FILTER (e.counted) AS newest FROM evidence e SEMI JOIN pairs USING (subject, requirement)
    GROUP BY ALL ORDER BY ALL"""

_Labels = tuple[dict[str, Span], frozenset[str], date | None]


def _labels(run: Run, keys: list[str]) -> dict[tuple[str, str], _Labels]:
    """Subject and requirement → missed labels with their days, labels met or open, newest day of a counted row."""
    missed: dict[tuple[str, str], dict[str, Span]] = {}
    settled: dict[tuple[str, str], set[str]] = {}
    newest: dict[tuple[str, str], date | None] = {}
    for row in run.rows(_LABELS, [keys]):
        pair = (row["subject"], row["requirement"])
        newest[pair] = max((d for d in (newest.get(pair), row["newest"]) if d), default=None)
        if row["status"] == "missed" and row["unit_label"]:
            missed.setdefault(pair, {})[row["unit_label"]] = (row["first"], row["last"])
        elif row["status"] in ("met", "open"):
            settled.setdefault(pair, set()).add(row["unit_label"])
    return {
        pair: (missed.get(pair, {}), frozenset(settled.get(pair, set()) - missed.get(pair, {}).keys()), day)
        for pair, day in newest.items()
    }


def _periods(entry: Mapping[str, Any], row: Mapping[str, Any], year: int) -> tuple[dict[str, Span], frozenset[str]]:
    """Missed periods with their days, and the labels of those met or open."""
    all_of_them = periods(row["period_kind"], year, cycle_start=entry.get("cycle_start") or 2022)

    def of(mask: int) -> list[Period]:
        return [p for i, p in enumerate(all_of_them) if mask >> i & 1]

    settled = frozenset(p.label for p in of(row["met_mask"] | row["open_mask"]))
    return {p.label: (p.first, p.last) for p in of(row["missed_mask"])}, settled


def _lapsed(run: Run) -> dict[tuple[str, str], tuple[tuple[date, date], ...]]:
    """Exemptions that no longer cover the day of the run, by subject and requirement."""
    found: dict[tuple[str, str], tuple[tuple[date, date], ...]] = {}
    for row in run.receipt.get("exemptions", ()):
        since, until = date.fromisoformat(row["since"]), date.fromisoformat(row["until"])
        if until < date.fromisoformat(run.receipt["as_of"]):
            pair = (row["subject"], row["requirement"])
            found[pair] = (*found.get(pair, ()), (since, until))
    return found


def _number(value: float | None) -> float | None:
    """None for what is no number: JSON has no NaN."""
    return None if value is None or value != value else float(value)
