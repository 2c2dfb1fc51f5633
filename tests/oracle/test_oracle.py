"""The product against the oracle: random cities, the real suites and the shape zoo, every verdict compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.audit.engine import judge_tables
from workbench.requirements import load_requirements

from .facts import terms
from .generate import generate
from .oracle import SHAPES, Demand, judge, read_demands
from .zoo import write_suites

pytestmark = pytest.mark.slow

REAL = Path(__file__).parents[2] / "expectations"
D = date.fromisoformat

#: as_of and audited year of each city; the days lie on borders of months, quarters, years, and in leap years.
ZOO_CITIES: list[tuple[date, int]] = [
    (D("2026-08-31"), 2026), (D("2026-08-30"), 2026), (D("2024-02-29"), 2024), (D("2025-12-31"), 2025),
    (D("2026-01-01"), 2026), (D("2026-03-31"), 2025), (D("2024-12-31"), 2024), (D("2025-11-30"), 2025),
    (D("2025-02-28"), 2024),
]
REAL_CITIES: list[tuple[date, int]] = [
    (D("2026-08-31"), 2026), (D("2023-12-31"), 2023), (D("2025-02-01"), 2024), (D("2026-12-30"), 2026),
]
ZOO_SIZE, ZOO_ROUNDS, REAL_SIZE = 160, 6, 200

COMPARED = ("verdict", "met", "missed", "open", "unknown")
VERDICTS = ("达标", "未达标", "进度滞后", "进行中", "不适用", "豁免", "数据不足", "待人工核实")
#: The columns that tell which rows a shape reads.
READS = {
    "activities": ("kind", ("activity",)), "case_steps": ("process", ("process",)), "ratings": ("kind", ("rating",)),
    "measures": ("measure", ("numerator", "denominator", "measure", "base")),
}
ALSO_READS = {
    "posts": ("roles", "by_role", "role"), "people": ("categories", "standing"), "dues": ("mode", "months"),
    "exemptions": ("requirement",), "rejected": ("requirement",), "organizations": ("requirement",),
}


@dataclass
class Comparison:
    """What all cities together gave: differences as text, and how often what was seen."""

    differences: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    shapes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, demand: Demand, answer: dict[str, Any]) -> None:
        self.verdicts[answer["verdict"]] += 1
        for state in ("met", "missed", "open", "unknown"):
            self.shapes[demand.shape, state] += answer[state] > 0


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    found = Comparison()
    for seed, (as_of, year) in enumerate(ZOO_CITIES):
        zoo = write_suites(tmp_path_factory.mktemp("zoo"), seed, year, ZOO_ROUNDS)
        compare(found, zoo, seed, as_of, year, ZOO_SIZE)
    for seed, (as_of, year) in enumerate(REAL_CITIES, len(ZOO_CITIES)):
        compare(found, REAL, seed, as_of, year, REAL_SIZE)
    return found


def compare(found: Comparison, suites: Path, seed: int, as_of: date, year: int, size: int) -> None:
    """Judge one random city both ways."""
    demands = {d.requirement: d for d in read_demands(suites, min(as_of, date(year, 12, 31)))}
    tables = generate(seed, list(demands.values()), as_of, year, size)
    expected = judge(tables, suites, as_of, year)
    requirements = load_requirements(as_of=as_of, year=year, directory=suites)
    rows = judge_tables(tables, requirements, as_of=as_of, year=year)
    actual = {(row["subject"], row["requirement"]): row for row in rows}
    assert len(actual) == len(rows), "a subject was judged twice under one requirement"
    for key in sorted(expected.keys() | actual.keys()):
        demand = demands[key[1]]
        if key in expected:
            found.add(demand, expected[key])
        if not same(expected.get(key), actual.get(key)):
            head = f"city {seed}, as_of {as_of}, year {year}: {key[0]} {demand.shape} {demand.kwargs}"
            answers = [f"  oracle  {expected.get(key)}", f"  product {shown(actual.get(key))}"]
            found.differences.append("\n".join([head, *answers, *relevant(tables, key[0], demand)]))


def same(expected: dict[str, Any] | None, actual: dict[str, Any] | None) -> bool:
    """Equal in verdict, counts and judged value (floating point aside); both must have a result."""
    if expected is None or actual is None:
        return False
    if any(expected[name] != actual[name] for name in COMPARED):
        return False
    if expected["judged"] is None or actual["judged"] is None:
        return expected["judged"] is actual["judged"]
    return abs(expected["judged"] - actual["judged"]) < 2e-6  # growth is rounded to six decimals


def shown(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return row and {name: row[name] for name in (*COMPARED, "judged", "doubt")}


def relevant(tables: dict[str, list[dict]], org: str, demand: Demand) -> Iterable[str]:
    """The rows of the organisation that the requirement may rest on."""
    for table, (column, names) in READS.items():
        wanted = [t for name in names for t in terms(demand.kwargs.get(name))]
        rows = [r for r in tables[table] if r["org_id"] == org and r[column] in wanted]
        yield from (f"    {table} {short(r)}" for r in rows)
    for table, names in ALSO_READS.items():
        if any(name in demand.kwargs for name in names):
            yield from (f"    {table} {short(r)}" for r in tables[table] if r["org_id"] == org)


def short(row: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items() if value not in (None, [], ""))


def test_no_difference(comparison: Comparison) -> None:
    shown_ones = "\n\n".join(comparison.differences[:5])
    assert not comparison.differences, f"{len(comparison.differences)} differences, the first:\n{shown_ones}"


def test_enough_verdicts(comparison: Comparison) -> None:
    assert comparison.verdicts.total() >= 200_000


def test_every_verdict_occurs(comparison: Comparison) -> None:
    assert set(comparison.verdicts) == set(VERDICTS)
    assert min(comparison.verdicts.values()) >= 500, comparison.verdicts


@pytest.mark.parametrize(("state", "least"), [("met", 100), ("missed", 100), ("open", 30)])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_met_and_missed(comparison: Comparison, shape: str, state: str, least: int) -> None:
    assert comparison.shapes[shape, state] >= least, comparison.shapes


@pytest.mark.parametrize("shape", ["expect_case_count", "expect_rating_streak", "expect_step_value"])
def test_units_that_cannot_be_known_occur(comparison: Comparison, shape: str) -> None:
    assert comparison.shapes[shape, "unknown"] >= 30, comparison.shapes
