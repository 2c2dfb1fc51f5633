"""Dates and periods of the oracle, in plain ``datetime``; see "Terms" and "Periods" in docs/verdicts.md."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import cache

MONTHS_IN = {"month": 1, "quarter": 3, "half_year": 6, "year": 12, "biennium": 24, "inspection_months": 2}


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later (or earlier), clamped to the end of that month."""
    count = day.year * 12 + (day.month - 1) + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def end_of_month_after(first: date, months: int) -> date:
    """Last day of the month that lies ``months`` after the month of ``first``."""
    moved = add_months(first.replace(day=1), months)
    return end_of_month(moved.year, moved.month)


def day_of_year(text: str, year: int) -> date:
    """``MM-DD`` in ``year``; 02-29 becomes the 28th in a common year."""
    month, day = (int(part) for part in text.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


@cache
def periods(kind: str, year: int, cycle_start: int) -> list[tuple[date, date]]:
    """First and last day of every period of ``kind`` in ``year``."""
    if kind == "inspection_months":
        return [(date(year, 7, 1), date(year, 8, 31))]
    if kind == "biennium":
        first_year = year - (year - cycle_start) % 2
        return [(date(first_year, 1, 1), date(first_year + 1, 12, 31))]
    length = MONTHS_IN[kind]
    return [(date(year, m, 1), end_of_month(year, m + length - 1)) for m in range(1, 13, length)]


def period_written(text: str, kind: str, cycle_start: int) -> tuple[date, date] | None:
    """The period of ``kind`` that ``text`` (2026-05, 2026Q2, 2026H1, 2026) names; None when it names none of them."""
    year, unit, number = re.fullmatch(r"(\d{4})(?:(-|Q|H)(\d+))?", text).groups()  # type: ignore[union-attr]
    kinds = {"-": ("month",), "Q": ("quarter",), "H": ("half_year",), None: ("year", "biennium", "inspection_months")}
    if kind not in kinds[unit]:
        return None
    spans = periods(kind, int(year), cycle_start)
    if number is not None:
        return spans[int(number) - 1]
    return spans[0] if spans[0][0].year == int(year) else None


@cache
def elapsed_months(first: date, last: date, day: date) -> int:
    """Months of the period whose last day is not after ``day``."""
    count, month = 0, first
    while month <= last:
        if end_of_month(month.year, month.month) <= day:
            count += 1
        month = add_months(month, 1)
    return count
