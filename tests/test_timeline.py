"""Properties of periods and deadlines, and the borders by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.timeline import SPAN, PeriodKind, add_months, day_of_year, end_of_month, periods

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
YEARS = st.integers(1990, 2090)


@given(DAYS, st.integers(-240, 240))
def test_added_months_keep_the_day_or_the_months_end(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved == end_of_month(moved) and moved.day < day.day)


@given(DAYS, DAYS, st.integers(0, 60))
def test_added_months_keep_the_order_of_days(one: date, other: date, months: int) -> None:
    first, second = sorted((one, other))
    assert add_months(first, months) <= add_months(second, months)


@given(st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR]), YEARS)
def test_calendar_periods_cover_the_year_without_gap_or_overlap(kind: PeriodKind, year: int) -> None:
    found = periods(kind, year)
    assert (found[0].first, found[-1].last) == (date(year, 1, 1), date(year, 12, 31))
    for before, after in zip(found, found[1:], strict=False):
        assert before.last + timedelta(days=1) == after.first
    assert len(found) * SPAN[kind] == 12


@given(st.sampled_from(list(PeriodKind)), YEARS, DAYS)
def test_a_period_is_closed_open_or_ahead(kind: PeriodKind, year: int, as_of: date) -> None:
    for p in periods(kind, year):
        assert [p.closed(as_of), p.open(as_of), as_of < p.first].count(True) == 1
        assert 0 <= p.elapsed_months(as_of) <= SPAN[kind]
        assert (p.elapsed_months(as_of) == SPAN[kind]) == p.closed(as_of)


@given(YEARS, st.integers(1990, 2090))
def test_the_two_year_cycle_holds_the_year_and_starts_on_the_parameters_parity(year: int, start: int) -> None:
    (cycle,) = periods(PeriodKind.BIENNIUM, year, cycle_start=start)
    assert cycle.first <= date(year, 1, 1) < cycle.last
    assert (cycle.first.year - start) % 2 == 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_at_the_borders(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(("as_of", "closed"), [(date(2026, 8, 30), 7), (date(2026, 8, 31), 8), (date(2026, 9, 1), 8)])
def test_august_closes_on_its_last_day(as_of: date, closed: int) -> None:
    assert sum(p.closed(as_of) for p in periods("month", 2026)) == closed
    (season,) = periods("inspection_months", 2026)
    assert season.closed(as_of) == (as_of >= date(2026, 8, 31))


def test_february_of_a_leap_year_closes_on_the_29th() -> None:
    february = periods("month", 2024)[1]
    assert not february.closed(date(2024, 2, 28))
    assert february.closed(date(2024, 2, 29))
    assert day_of_year("02-29", 2026) == date(2026, 2, 28)
