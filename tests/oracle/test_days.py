"""Properties of the oracle's date arithmetic, against counting day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .days import MONTHS_IN, add_months, elapsed_months, end_of_month, end_of_month_after, periods

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
DAY = timedelta(days=1)


@given(DAYS, st.integers(-40, 40))
def test_months_are_added_with_the_day_clamped(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year - day.year) * 12 + moved.month - day.month == months
    assert moved.day == day.day or (moved.day < day.day and (moved + DAY).day == 1)


@given(DAYS, st.integers(0, 40))
def test_end_of_a_later_month(day: date, months: int) -> None:
    end = end_of_month_after(day.replace(day=1), months)
    assert (end + DAY).day == 1
    assert (end.year - day.year) * 12 + end.month - day.month == months


@given(st.integers(2019, 2030), st.sampled_from(sorted(MONTHS_IN)), st.sampled_from([2021, 2022]))
def test_periods_are_whole_months_without_gaps(year: int, kind: str, cycle: int) -> None:
    spans = periods(kind, year, cycle)
    for first, last in spans:
        assert first.day == 1 and (last + DAY).day == 1
        assert add_months(first, MONTHS_IN[kind]) == last + DAY
    assert all(a[1] + DAY == b[0] for a, b in zip(spans, spans[1:], strict=False))
    if kind in ("month", "quarter", "half_year", "year"):
        assert (spans[0][0], spans[-1][1]) == (date(year, 1, 1), date(year, 12, 31))
    if kind == "biennium":
        assert spans[0][0].year <= year <= spans[0][1].year and (spans[0][0].year - cycle) % 2 == 0


@given(DAYS, st.sampled_from(sorted(MONTHS_IN)))
def test_elapsed_months_count_month_ends(day: date, kind: str) -> None:
    for first, last in periods(kind, day.year, 2022):
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        assert elapsed_months(first, last, day) == sum(1 for d in span if d <= day and (d + DAY).day == 1)


@pytest.mark.parametrize(("year", "last"), [(2023, 28), (2024, 29), (2025, 28), (2026, 28)])
def test_february(year: int, last: int) -> None:
    assert end_of_month(year, 2) == date(year, 2, last)
