"""Each requirement proven four ways on the real audit: met, not met, not yet due, not applicable."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from workbench.audit.engine import judge_tables
from workbench.requirements import load_requirements
from workbench.requirements.shapes import SHAPES

from .reading import VERDICTS, Case, Tables, read_cases

CASES = read_cases()


@pytest.fixture(scope="module")
def results() -> dict[str, dict]:
    """Result row of O1 by case. Cases of the same day are judged together, each under names of its own."""
    together: dict[tuple[date, int | None], list[Case]] = defaultdict(list)
    for case in CASES:
        together[case.as_of, case.year].append(case)
    found = {}
    for (as_of, year), cases in together.items():
        tables: Tables = defaultdict(list)
        for case in cases:
            for table, rows in case.renamed().items():
                tables[table] += rows
        asked = {case.requirement for case in cases}
        requirements = [r for r in load_requirements(as_of=as_of, year=year) if r.id in asked]
        rows = {(r["subject"], r["requirement"]): r for r in judge_tables(tables, requirements, as_of=as_of, year=year)}
        found |= {case.id: rows.get((case.subject, case.requirement)) for case in cases}
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_case(case: Case, results: dict[str, dict]) -> None:
    row = results[case.id]
    assert row is not None, "O1 is not bound by the requirement"
    assert row["verdict"] == case.verdict, row
    if case.judged is not None:
        assert row["judged"] == pytest.approx(case.judged), row
    if case.name in ("not_yet_due", "not_applicable"):
        assert case.verdict not in ("达标", "未达标", "待人工核实")


def test_judged_lies_outside_the_bounds_exactly_when_a_case_fails(results: dict[str, dict]) -> None:
    requirements = {r.id: r for r in load_requirements(as_of=date(2026, 12, 31))}
    seen = Counter()
    for case in CASES:
        judged, requirement = results[case.id]["judged"], requirements[case.requirement]
        outside = judged is not None and (
            (requirement.lower is not None and judged < requirement.lower)
            or (requirement.upper is not None and judged > requirement.upper)
        )
        assert outside == (case.name == "not_met"), case.id
        seen[outside] += 1
    assert seen[True] == len(requirements)


def test_every_requirement_has_its_four_cases() -> None:
    have = Counter((case.requirement, case.name) for case in CASES)
    wanted = {(r.id, name) for r in load_requirements(as_of=date(2026, 12, 31)) for name in VERDICTS}
    assert wanted - have.keys() == set(), "requirements without a case"
    assert have.keys() - wanted == set(), "cases of no requirement"
    assert max(have.values()) == 1


def test_every_shape_is_proven() -> None:
    used = {r.shape for r in load_requirements(as_of=date(2026, 12, 31))}
    assert used == set(SHAPES)
