"""The product against the oracle: random cities, the real suites and the shape zoo, every verdict compared."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest

from .comparing import REAL, Comparison, Job, compare
from .oracle import SHAPES, load_yaml

pytestmark = pytest.mark.slow

D = date.fromisoformat

#: How many verdicts are compared at least; the sizes of the cities follow from it.
VOLUME = 1_000_000
#: Processes that judge cities side by side.
WORKERS = 2
#: as_of and audited year of each city; the days lie on borders of months, quarters, years, and in leap years.
ZOO_CITIES: list[tuple[date, int]] = [
    (D("2026-08-31"), 2026), (D("2026-08-30"), 2026), (D("2024-02-29"), 2024), (D("2025-12-31"), 2025),
    (D("2026-01-01"), 2026), (D("2026-03-31"), 2025), (D("2024-12-31"), 2024), (D("2025-11-30"), 2025),
    (D("2025-02-28"), 2024),
]
REAL_CITIES: list[tuple[date, int]] = [
    (D("2026-08-31"), 2026), (D("2023-12-31"), 2023), (D("2025-02-01"), 2024), (D("2026-12-30"), 2026),
]
#: Verdicts that one organisation gives: a city of the zoo (of so many rounds), a city of the real suites.
ZOO_ROUNDS, OF_ZOO, OF_REAL = 4, 230, 130

VERDICTS = ("达标", "未达标", "进度滞后", "进行中", "不适用", "豁免", "数据不足", "待人工核实")
#: Shapes without units that are open: what was held is held.
NEVER_OPEN = {"expect_each_activity", "expect_step_meeting", "expect_dues_handled"}
#: Shapes with units that cannot be known, as docs/verdicts.md says of them.
UNKNOWABLE = {
    "expect_members_covered", "expect_each_activity", "expect_attendance", "expect_case_count", "expect_step_value",
    "expect_step_qualification", "expect_step_present", "expect_step_meeting", "expect_case_members", "expect_term",
    "expect_post_qualified", "expect_share", "expect_measure", "expect_growth", "expect_standard",
    "expect_dues_handled", "expect_grade_capped", "expect_rating_streak",
}


def jobs() -> list[Job]:
    """The cities, large enough together for the volume; every third is judged with an adoption file."""
    zoo_size = VOLUME // 2 // len(ZOO_CITIES) // OF_ZOO
    real_size = VOLUME // 2 // len(REAL_CITIES) // OF_REAL
    cities = [(zoo_size, ZOO_ROUNDS, *city) for city in ZOO_CITIES] + [(real_size, 0, *city) for city in REAL_CITIES]
    return [
        Job(seed, as_of, year, size, rounds, adopted=seed % 3 == 2)
        for seed, (size, rounds, as_of, year) in enumerate(cities)
    ]


@pytest.fixture(scope="module")
def comparison() -> Iterator[Comparison]:
    found = Comparison()
    largest_first = sorted(jobs(), key=lambda job: job.rounds)
    # Millions of rows that form no circles: a tenth of the time went into looking for some.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=gc.disable) as pool:
        for one in pool.map(compare, largest_first):
            found.add(one)
    yield found


def test_no_difference(comparison: Comparison) -> None:
    shown_ones = "\n\n".join(comparison.differences[:5])
    assert not comparison.differences, f"{len(comparison.differences)} differences, the first:\n{shown_ones}"


def test_judged_lies_outside_the_bounds_exactly_where_something_is_missed(comparison: Comparison) -> None:
    assert not comparison.contradictions, comparison.contradictions[:5]


def test_enough_verdicts(comparison: Comparison) -> None:
    assert comparison.verdicts.total() >= VOLUME, comparison.verdicts


def test_every_verdict_occurs(comparison: Comparison) -> None:
    assert set(comparison.verdicts) == set(VERDICTS)
    assert min(comparison.verdicts.values()) >= VOLUME // 500, comparison.verdicts


def test_every_document_is_judged(comparison: Comparison) -> None:
    documents = {load_yaml(path)["meta"]["document"] for path in Path(REAL).glob("*/*/*.yaml")}
    assert len(documents) >= 5
    assert min(comparison.documents[d] for d in documents) >= VOLUME // 300, comparison.documents


@pytest.mark.parametrize("state", ["met", "missed", "open"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_met_missed_and_open(comparison: Comparison, shape: str, state: str) -> None:
    if state == "open" and shape in NEVER_OPEN:
        assert comparison.shapes[shape, state] == 0
    else:
        assert comparison.shapes[shape, state] >= (30 if state == "open" else 100), comparison.shapes


@pytest.mark.parametrize("shape", SHAPES)
def test_units_that_cannot_be_known(comparison: Comparison, shape: str) -> None:
    seen = comparison.shapes[shape, "unknown"]
    assert seen >= 20 if shape in UNKNOWABLE else seen == 0, comparison.shapes
