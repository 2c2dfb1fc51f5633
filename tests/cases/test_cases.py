"""Each requirement proven four ways on the real audit: met, not met, not yet due, not applicable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from workbench.audit.engine import judge_tables
from workbench.requirements import Requirement, load_requirements
from workbench.requirements.shapes import GRACE, SHAPES
from workbench.timeline import add_months
from workbench.vocabulary import Level, OrgFlag, OrgType, Sector

from .mutants import MARK, mutants_of
from .reading import VERDICTS, Case, Tables, read_cases

LATEST = date(2026, 12, 31)
REQUIREMENTS = {r.id: r for r in load_requirements(as_of=LATEST)}
MUTANTS = {name: list(mutants_of(requirement)) for name, requirement in REQUIREMENTS.items()}


def of_new_organisations(cases: Sequence[Case]) -> Iterator[Case]:
    """``not_met`` where an organisation has its grace: founded so that it has just ended, and a day later."""
    for case in cases:
        months = next((p.value for p in REQUIREMENTS[case.requirement].parameters if p.name == GRACE), None)
        if case.name != "not_met" or months is None:
            continue
        last = add_months(case.as_of, -months)
        for name, founded, verdict, judged in (
            ("grace_over", last, case.verdict, case.judged), ("in_grace", last + timedelta(days=1), "进行中", None)
        ):
            first, *rest = case.tables["organizations"]
            tables = {**case.tables, "organizations": [{**first, "established_on": founded}, *rest]}
            yield replace(case, name=name, tables=tables, verdict=verdict, judged=judged)


WRITTEN = read_cases()
CASES = [*WRITTEN, *of_new_organisations(WRITTEN)]
ANSWERS = {"符合": "达标", "不符合": "未达标", "不适用": "不适用", None: "待人工核实"}


@pytest.fixture(scope="module")
def judged() -> dict[tuple[str, str], dict]:
    """Result row of O1 by case and requirement: the one the case is about, and its mutants.

    Cases of the same day are judged together, each under names of its own.
    """
    together: dict[tuple[date, int | None], list[Case]] = defaultdict(list)
    for case in CASES:
        together[case.as_of, case.year].append(case)
    found = {}
    for (as_of, year), cases in together.items():
        tables: Tables = defaultdict(list)
        for case in cases:
            for table, rows in case.renamed().items():
                tables[table] += rows
        asked = [REQUIREMENTS[name] for name in dict.fromkeys(case.requirement for case in cases)]
        chosen = [r for one in asked if in_force(one, as_of, year) for r in (one, *MUTANTS[one.id])]
        cases_of = {case.subject: case for case in cases}
        for row in judge_tables(tables, chosen, as_of=as_of, year=year):
            case = cases_of.get(row["subject"])
            if case is not None and row["requirement"].split(MARK)[0] == case.requirement:
                found[case.id, row["requirement"]] = row
    return found


@pytest.fixture(scope="module")
def results(judged: dict[tuple[str, str], dict]) -> dict[str, dict | None]:
    """Result row of O1 by case."""
    return {case.id: judged.get((case.id, case.requirement)) for case in CASES}


def in_force(requirement: Requirement, as_of: date, year: int | None) -> bool:
    """Whether its version binds on the reference day; read once, for reading the suites for each day takes long."""
    reference = as_of if year is None else min(as_of, date(year, 12, 31))
    until = requirement.effective_to
    return requirement.effective_from <= reference and (until is None or reference <= until)


def agrees(case: Case, row: dict | None) -> bool:
    """Whether the result is the one that the case demands."""
    if row is None or row["verdict"] != case.verdict:
        return False
    return case.judged is None or (row["judged"] is not None and row["judged"] == pytest.approx(case.judged))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.id)
def test_case(case: Case, results: dict[str, dict]) -> None:
    row = results[case.id]
    assert row is not None, "O1 is not bound by the requirement"
    assert agrees(case, row), row
    if case.name in ("not_yet_due", "not_applicable"):
        assert case.verdict not in ("达标", "未达标", "待人工核实")


def test_judged_lies_outside_the_bounds_exactly_when_a_case_fails(results: dict[str, dict]) -> None:
    seen = set()
    for case in CASES:
        judged, requirement = results[case.id]["judged"], REQUIREMENTS[case.requirement]
        outside = judged is not None and (
            (requirement.lower is not None and judged < requirement.lower)
            or (requirement.upper is not None and judged > requirement.upper)
        )
        assert outside == case.fails, case.id
        if outside:
            seen.add(case.requirement)
    assert seen == {r.id for r in REQUIREMENTS.values() if r.treatment == "automated"}


def test_every_figure_is_held_by_a_case(judged: dict[tuple[str, str], dict]) -> None:
    """Whatever figure is moved by one, some case of its requirement comes out otherwise."""
    caught = {
        mutant.id
        for case in CASES
        for mutant in MUTANTS[case.requirement]
        if not agrees(case, judged.get((case.id, mutant.id)))
    }
    survivors = [mutant.id for mutants in MUTANTS.values() for mutant in mutants if mutant.id not in caught]
    assert survivors == [], f"{len(survivors)} of {len(caught) + len(survivors)} survive"
    assert len(caught) >= 600


def test_every_requirement_has_its_four_cases() -> None:
    have = Counter((case.requirement, case.name) for case in CASES if case.name in VERDICTS)
    automated = [r for r in REQUIREMENTS.values() if r.treatment == "automated"]
    wanted = {(r.id, name) for r in automated for name in VERDICTS}
    assert wanted - have.keys() == set(), "requirements without a case"
    assert have.keys() - wanted == set(), "cases of no requirement"
    assert max(have.values()) == 1


def test_every_shape_is_proven() -> None:
    used = {r.shape for r in REQUIREMENTS.values()}
    assert used == set(SHAPES)


def test_every_check_on_site_follows_its_answer() -> None:
    """All rows of all documents at once, for organisations of every kind: the answer decides, silence waits."""
    asked = [r for r in REQUIREMENTS.values() if r.treatment == "checklist"]
    documents = sorted({r.document for r in asked})
    top = {"org_id": "top", "name": "top", "type": OrgType.AGENCY_COMMITTEE}
    tables: Tables = {"organizations": [top], "checklist": []}
    sectors = (Sector.AGENCY, Sector.RURAL, Sector.COMMUNITY, Sector.STATE_FIRM)
    for number, answer in enumerate(ANSWERS):
        for kind, level, sector, below in product(OrgType, Level, sectors, (False, True)):
            org = f"{number}-{kind}-{level}-{sector}-{below}"
            traits = {"type": kind, "level": level, "sector": sector, "flags": list(OrgFlag), "has_committee": below}
            child = {"org_id": f"under {org}", "name": org, "type": OrgType.ORGANIZATION_DEPARTMENT, "parent_id": org}
            parent = "top" if below else None
            org_row = {"org_id": org, "name": org, "adopts": documents, "parent_id": parent, **traits}
            tables["organizations"] += [org_row, {**child, "adopts": ["none"]}]
            if answer is not None:
                row = {"org_id": org, "answer": answer, "checked_on": date(2026, 7, 15)}
                tables["checklist"] += [{**row, "requirement": r.id} for r in asked]
    found = defaultdict(set)
    for row in judge_tables(tables, asked, as_of=LATEST):
        if row["subject"] != "top":
            found[row["requirement"], list(ANSWERS)[int(row["subject"][0])]].add(row["verdict"])
    outcome = {r.id: {**ANSWERS, "不符合": r.outcome.value} for r in asked}
    assert found == {(r.id, answer): {verdict} for r in asked for answer, verdict in outcome[r.id].items()}
