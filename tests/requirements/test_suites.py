"""The suites of the two documents: complete, of the right weight, in order, and open about what they assume."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from workbench.requirements import Suites, load_requirements, load_suites
from workbench.resources import resource
from workbench.vocabulary import Severity, Verdict

DAY = date(2026, 8, 31)

#: Every clause with a figure that records can show, frozen here so that none can get lost unnoticed.
CLAUSES = {
    "secretary-2022": (
        "4.2-1 4.4-1 4.4-3 4.4-4 5-1 5-2 5-3 5-4 5-14 6-1 7.1-1 7.1-2 7.2-2 7.2-4 7.5-1 7.5-3 8-1 8-2 8-3 8-4 8-5 8-6 "
        "9-1 9-2 10-1 10-2 10-3 10-7 10-8 10-9 10-10 11-1 13-1 14-1 15.1-5 15.2-1"
    ).split(),
    "xinfang-bureau": (
        "1.1-1 1.5-1 2.1-1 2.1-2 2.2.1-1 2.2.2-1 2.2.3-1 2.2.3-2 2.3-1 2.4-1 2.4-2 2.5-1 2.5-2 2.5-6 2.5-12 2.5-13 "
        "2.6.1-4 2.6.2-1 2.6.2-2 2.6.3-1 2.6.3-2 2.6.4-1 2.6.5-1 2.6.5-2 2.6.11-2 2.6.11-7 2.6.11-8 2.6.11-9 2.7-2 "
        "2.7.2-1 2.7.2-3 2.7.2-4 2.8-1 2.8-2 2.8-3 3.7-1 3.11-1 4.4.2-1 4.5-1 4.5-3 4.6-1"
    ).split(),
}
#: 一般, 原则上: a deviation that needs a reason.
SOFT = {
    "secretary-2022-4.4-3", "secretary-2022-4.4-4", "xinfang-bureau-2.2.2-1", "xinfang-bureau-2.4-2",
    "xinfang-bureau-2.5-1", "xinfang-bureau-3.11-1",
}
#: 探索建立: encouraged.
ENCOURAGED = {"secretary-2022-10-1", "secretary-2022-10-2", "secretary-2022-10-3"}
#: Prompts to people: they touch a person, or rest on a word like 及时 alone.
PROMPTS = {"secretary-2022-15.1-5", "xinfang-bureau-2.7-2", "xinfang-bureau-2.7.2-4"}


@pytest.fixture(scope="module")
def suites() -> Suites:
    return load_suites(as_of=DAY)


def test_every_clause_is_there_in_its_order(suites: Suites) -> None:
    wanted = [f"{document}-{clause}" for document, clauses in CLAUSES.items() for clause in clauses]
    assert len(wanted) == 36 + 41
    assert [r.id for r in suites.requirements] == wanted
    assert [r.order for r in suites.requirements] == list(range(77))


def test_severity_follows_the_strength_of_the_text(suites: Suites) -> None:
    for r in suites.requirements:
        wanted = Severity.WARNING if r.id in SOFT else Severity.INFO if r.id in ENCOURAGED else Severity.CRITICAL
        assert r.severity is wanted, r.id


def test_what_touches_a_person_is_a_prompt(suites: Suites) -> None:
    assert {r.id for r in suites.requirements if r.outcome is Verdict.MANUAL} == PROMPTS
    assert {r.outcome for r in suites.requirements} == {Verdict.MANUAL, Verdict.FAILED}


def test_each_entry_can_be_read_by_an_inspector(suites: Suites) -> None:
    for r in suites.requirements:
        assert 5 <= len(r.description) <= 30, r.id
        assert r.required_text and r.unit and r.clause, r.id
    words = [(r.document, r.description) for r in suites.requirements]
    assert len(set(words)) == len(words)


def test_each_entry_bounds_the_judged_value(suites: Suites) -> None:
    for r in suites.requirements:
        assert r.lower is not None or r.upper is not None, r.id


def test_fingerprints_differ_and_are_stable(suites: Suites) -> None:
    prints = [r.fingerprint for r in suites.requirements]
    assert len(set(prints)) == 77 and all(re.fullmatch("[0-9a-f]{64}", p) for p in prints)
    assert [r.fingerprint for r in load_requirements(as_of=DAY)] == prints


def test_parameters_change_value_wording_and_fingerprint() -> None:
    before, after = (
        {r.id: r for r in load_requirements(as_of=DAY, parameters=values)}
        for values in (None, {"start_of_year": "02-29"})
    )
    changed = {i for i in before if before[i].fingerprint != after[i].fingerprint}
    assert changed == {"secretary-2022-7.1-1", "secretary-2022-7.1-2", "xinfang-bureau-1.1-1", "xinfang-bureau-2.1-2"}
    plan = after["xinfang-bureau-2.1-2"]
    assert plan.kwargs["by"] == plan.parameter("start_of_year") == "02-29"
    assert plan.required_text == "每年2月29日前（含当日）完成"
    assert plan.parameters[0].source_words == "年初"


def test_every_parameter_is_used_and_says_what_it_stands_for(suites: Suites) -> None:
    declared = yaml.safe_load((resource("expectations") / "parameters.yaml").read_text("utf-8"))
    assert set(suites.parameters) == set(declared)
    assert all(p.note and p.source_words for p in suites.parameters.values())


def test_every_group_is_used() -> None:
    declared = yaml.safe_load((resource("expectations") / "subjects.yaml").read_text("utf-8"))
    assert {r.binds.label for r in load_requirements(as_of=DAY)} == set(declared)


def test_values_assumed_are_named_where_they_are_used(suites: Suites) -> None:
    named = {r.id: {p.name for p in r.parameters} for r in suites.requirements}
    assert named["secretary-2022-7.2-4"] == {"end_of_year_opens", "end_of_year_carry_over"}
    assert named["secretary-2022-14-1"] == {"two_year_cycle_start"}
    assert named["secretary-2022-4.4-3"] == {"new_organization_grace_months"}
    assert named["secretary-2022-8-1"] == set()


def test_documents_say_that_their_day_is_assumed(suites: Suites) -> None:
    assert [(d.id, d.version, d.in_force) for d in suites.documents] == [
        ("secretary-2022", "2022-01-01", True), ("xinfang-bureau", "2022-01-01", True)
    ]
    assert all("2022-01-01" in d.notes for d in suites.documents)
    assert all(len(d.files) > 5 and all(len(sha) == 64 for _, sha in d.files) for d in suites.documents)


def test_a_document_not_yet_in_force_yields_nothing_and_says_so() -> None:
    suites = load_suites(["secretary-2022"], as_of=date(2021, 12, 31))
    assert suites.requirements == ()
    (document,) = suites.documents
    assert not document.in_force and "尚未生效" in document.reason and document.version == ""
    assert len(load_requirements(["secretary-2022"], as_of=date(2022, 1, 1))) == 36
    assert load_requirements(as_of=DAY, year=2021) == []


def test_chosen_documents_keep_the_order_asked_for() -> None:
    found = load_requirements(["xinfang-bureau", "secretary-2022", "xinfang-bureau"], as_of=DAY)
    assert [found[0].document, found[-1].document, len(found)] == ["xinfang-bureau", "secretary-2022", 77]
    assert len(load_requirements(["secretary-2022"], as_of=DAY)) == 36


def test_the_suites_are_plain_great_expectations_suites() -> None:
    """Only the fields Great Expectations itself has, so that the files serve it as they are."""
    for path in Path(resource("expectations")).glob("*/*/*.yaml"):
        suite = yaml.safe_load(path.read_text("utf-8"))
        assert suite.keys() == {"name", "meta", "expectations"}
        for entry in suite["expectations"]:
            assert entry.keys() <= {"type", "kwargs", "severity", "description", "notes", "meta"}
