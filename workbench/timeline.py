"""Periods and deadlines (期间与期限). Pure date arithmetic: every date is given, the clock is never read."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum
from functools import lru_cache


class PeriodKind(StrEnum):
    """The periods a duty may be counted in (期间)."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    BIENNIUM = "biennium"
    INSPECTION_MONTHS = "inspection_months"

    @property
    def label(self) -> str:
        """Chinese label."""
        return _LABELS[self]


_LABELS = {
    PeriodKind.MONTH: "每月",
    PeriodKind.QUARTER: "每季度",
    PeriodKind.HALF_YEAR: "每半年",
    PeriodKind.YEAR: "每年",
    PeriodKind.BIENNIUM: "每两年",
    PeriodKind.INSPECTION_MONTHS: "督查月（7、8月）",
}

#: Length of one period in months.
SPAN = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
    PeriodKind.BIENNIUM: 24,
    PeriodKind.INSPECTION_MONTHS: 2,
}


@dataclass(frozen=True)
class Period:
    """A span of days, both ends inclusive, with its label (2026-03, 2026年第1季度 …)."""

    label: str
    first: date
    last: date

    def closed(self, as_of: date) -> bool:
        """Whether the last day has passed by the end of ``as_of``."""
        return self.last <= as_of

    def open(self, as_of: date) -> bool:
        """Whether the period has begun and not ended."""
        return self.first <= as_of < self.last

    def elapsed_months(self, as_of: date) -> int:
        """Months of the period whose last day is not after ``as_of``."""
        count, day = 0, self.first
        while day <= self.last and end_of_month(day) <= as_of:
            count, day = count + 1, add_months(day, 1)
        return count


def end_of_month(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """``day`` plus calendar months, the day clamped to the month's end (31 January + 1 = 28 or 29 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def day_of_year(text: str, year: int) -> date:
    """The day ``MM-DD`` of ``year``; 02-29 falls on 28 February outside leap years."""
    month, day = (int(part) for part in text.split("-"))
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


@lru_cache(1000)  # asked for with every result that is told of
def periods(kind: PeriodKind | str, year: int, *, cycle_start: int = 2022) -> tuple[Period, ...]:
    """The periods of ``kind`` in ``year``; for the biennium the one two-year cycle that holds it.

    Cycles are counted from ``cycle_start``.

    >>> [p.label for p in periods("half_year", 2026)]
    ['2026年上半年', '2026年下半年']
    >>> periods("biennium", 2027)[0].first
    datetime.date(2026, 1, 1)
    """
    kind = PeriodKind(kind)
    if kind is PeriodKind.INSPECTION_MONTHS:
        return (Period(f"{year}年督查月", date(year, 7, 1), date(year, 8, 31)),)
    if kind is PeriodKind.BIENNIUM:
        first = year - (year - cycle_start) % 2
        return (Period(f"{first}-{first + 1}", date(first, 1, 1), date(first + 1, 12, 31)),)
    span = SPAN[kind]
    found = []
    for index in range(12 // span):
        first = date(year, index * span + 1, 1)
        found.append(Period(_label(kind, year, index), first, end_of_month(add_months(first, span - 1))))
    return tuple(found)


def period_code(kind: PeriodKind | str, period: Period) -> str:
    """How people write a period in a ledger: 2026-05, 2026Q2, 2026H1, or the (first) year.

    >>> [period_code("quarter", p) for p in periods("quarter", 2026)]
    ['2026Q1', '2026Q2', '2026Q3', '2026Q4']
    """
    year, month = period.first.year, period.first.month
    match PeriodKind(kind):
        case PeriodKind.MONTH:
            return f"{year}-{month:02d}"
        case PeriodKind.QUARTER:
            return f"{year}Q{(month + 2) // 3}"
        case PeriodKind.HALF_YEAR:
            return f"{year}H{(month + 5) // 6}"
        case _:
            return f"{year}"


def period_named(text: str, kind: PeriodKind | str, *, cycle_start: int = 2022) -> Period | None:
    """The period of ``kind`` that :func:`period_code` writes as ``text``; None when there is none.

    >>> period_named("2026H2", "half_year").first, period_named("2026Q5", "quarter")
    (datetime.date(2026, 7, 1), None)
    """
    if not text[:4].isdigit() or not MINYEAR < int(text[:4]) < MAXYEAR:
        return None
    found = periods(kind, int(text[:4]), cycle_start=cycle_start)
    return next((p for p in found if period_code(kind, p) == text), None)


def _label(kind: PeriodKind, year: int, index: int) -> str:
    match kind:
        case PeriodKind.MONTH:
            return f"{year}-{index + 1:02d}"
        case PeriodKind.QUARTER:
            return f"{year}年第{index + 1}季度"
        case PeriodKind.HALF_YEAR:
            return f"{year}年{'上下'[index]}半年"
        case _:
            return f"{year}"
