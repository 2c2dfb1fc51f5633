"""What a shape answers for one subject: its units, the judged value, doubt, behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .days import add_months

MET, MISSED, OPEN, UNKNOWN = "met", "missed", "open", "unknown"


@dataclass
class Setting:
    """One subject under one requirement: D, Y, ref and start of docs/verdicts.md, and the parameters."""

    as_of: date
    year: int
    ref: date
    start: date
    subject: dict[str, Any]
    parameters: dict[str, Any]

    def __post_init__(self) -> None:
        self.org: str = self.subject["org_id"]
        self.new_year, self.year_end = date(self.year, 1, 1), date(self.year, 12, 31)
        # the year is a unit: the subject and the document were there from its first day, and it has begun
        self.whole_year = self.start <= self.new_year <= self.as_of
        self.year_closed = self.year_end <= self.as_of

    def in_year(self, day: date) -> bool:
        return day.year == self.year

    def counts(self, day: date) -> bool:
        """The day lies in the audited year and not before the document and the subject began."""
        return day.year == self.year and day >= self.start

    def state_not_held(self) -> str:
        """A state that is not satisfied: missed, or open while the organisation is new."""
        born = self.subject["established_on"]
        grace = self.parameters["new_organization_grace_months"]
        return OPEN if born is not None and self.ref < add_months(born, grace) else MISSED


@dataclass
class Answer:
    """Units as (state, value), in any order; ``value`` is None where a unit has none to judge."""

    units: list[tuple[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    judged: float | None = None
    doubt: int = 0
    behind: bool = False

    def add(self, state: str, value: Any = None) -> None:
        self.units.append((state, value))
        self.counts[state] = self.counts.get(state, 0) + 1

    def count(self, state: str) -> int:
        return self.counts.get(state, 0)

    def settled(self) -> list[Any]:
        """Values of the met and missed units that have one."""
        return [v for s, v in self.units if s in (MET, MISSED) and v is not None]

    def judge_largest(self) -> Answer:
        self.judged = max(self.settled(), default=None)
        return self

    def judge_smallest(self) -> Answer:
        self.judged = min(self.settled(), default=None)
        return self

    def add_state(self, s: Setting, held: bool, value: Any = None) -> Answer:
        """One unit of a state: met, or missed (open while the organisation is new)."""
        self.add(MET if held else s.state_not_held(), value)
        return self

    def judge_missed(self) -> Answer:
        """Number of missed units; nothing when no unit is met or missed."""
        settled = self.count(MET) + self.count(MISSED)
        self.judged = self.count(MISSED) if settled else None
        return self

    def judge_farthest_outside(self, minimum: Any, maximum: Any) -> Answer:
        """The value farthest outside the bounds; ties and none outside: smallest, with only a maximum the largest."""
        values = self.settled()
        if not values:
            return self
        worst = max(_outside(v, minimum, maximum) for v in values)
        candidates = [v for v in values if _outside(v, minimum, maximum) == worst]
        self.judged = max(candidates) if minimum is None else min(candidates)
        return self


def _outside(value: float, minimum: Any, maximum: Any) -> float:
    below = minimum - value if minimum is not None else 0
    above = value - maximum if maximum is not None else 0
    return max(below, above, 0)


def event_state(trigger: date, due: date, done: date | None, s: Setting) -> tuple[str, int] | None:
    """State and days past due of an event obligation, or None when it does not belong to the year.

    See "Event obligations: the year they belong to" in docs/verdicts.md.
    """
    belongs = s.in_year(due) or (s.in_year(trigger) and due > s.as_of)
    if not belongs or trigger < s.start:
        return None
    if done is not None:
        return (MET if done <= due else MISSED), (done - due).days
    return (MISSED if s.as_of > due else OPEN), (s.as_of - due).days
