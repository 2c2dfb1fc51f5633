"""The suites of the five documents: complete, of the right weight, in order, and open about what they assume."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from workbench.ledger.rules import load_rules
from workbench.requirements import Suites, load_requirements, load_suites
from workbench.requirements.catalogue import load_catalogue
from workbench.requirements.loader import natural
from workbench.resources import resource
from workbench.vocabulary import Severity, Verdict

DAY = date(2026, 8, 31)

#: Rows of each document by treatment: automated, checklist, not scored, excluded. Frozen, so that none can get lost.
TREATED = {
    "county-longterm": (70, 58, 10, 0), "feicheng-standard": (22, 38, 6, 0), "luoyang-2020": (86, 90, 30, 4),
    "secretary-2022": (87, 33, 14, 0), "xinfang-bureau": (130, 53, 8, 0),
}


def ids(text: str) -> set[str]:
    """``document: clauses`` lines as full ids."""
    lines = [line.split(":") for line in text.strip().splitlines()]
    return {f"{document.strip()}-{clause}" for document, clauses in lines for clause in clauses.split()}


#: 一般, 原则上: a deviation that needs a reason.
SOFT = ids("""
    county-longterm: 3.1.3-2 4.3-2
    luoyang-2020: 22-2 22-3 22-4 24-1 27-2 58-1 58-6 58-8 58-13 58-14 59-1
    secretary-2022: 4.4-3 4.4-4
    xinfang-bureau: 2.2.2-1 2.4-2 2.4-5 2.5-1 2.6.5-3 2.7.1-1 3.11-1 3.11-2 4.4.2-2
""")
#: 鼓励, 探索, 建议: encouraged. The essay recommends throughout, apart from the two rows that cite a rule.
ENCOURAGED = ids("""
    county-longterm: 2.3-1 3.1.4-3 3.1.4-4 4.4-1
    luoyang-2020: 25-1 25-2 25-3 25-4 59-3
    secretary-2022: 4.4-2 4.4-6 5-8 5-9 5-10 5-11 5-12 9-4 10-1 10-2 10-3 10-4 10-5 10-6 15.2-7 15.2-8
""")
CITED = ids("feicheng-standard: 4.3-1 4.3-2")
#: Prompts to people: they touch a person, or only a word like 及时 says when, or the text has no period at all.
PROMPTS = ids("""
    county-longterm: 2.5-1 2.5-2 3.1.5-4 3.1.5-5 3.3.1-1 3.3.1-2 3.3.1-3 3.3.1-4 3.3.1-5
    county-longterm: 3.3.3-1 3.3.4-2 3.3.4-3
    county-longterm: 3.1.2-9 3.1.4-1 3.2.2-3 3.2.3-1 3.2.4-1 3.2.4-7 3.2.4-9 3.2.4-10 3.3.0-1 3.3.2-2
    feicheng-standard: 4.4-7 4.4-8
    luoyang-2020: 29-5 29-6 39-1 41-1 43-1 56-5
    secretary-2022: 6-2 6-3 6-4 6-5 6-6 6-7 7.4-1 7.5-3 8-8
    secretary-2022: 7.3-1 7.5-2 11-4 12.1-1 12.1-2 12.2-1 12.2-2 12.2-3 12.2-4 12.2-5 12.3-1 12.3-2 12.3-3 12.3-4 12.3-8
    secretary-2022: 14-3 14-4 15.1-1 15.1-2 15.1-3 15.1-4 15.1-5 15.2-2
    xinfang-bureau: 2.2.1-6 2.2.3-3 2.4-8 2.4-9 2.6.5-3 2.6.10-1 2.6.11-11 2.7-1 2.7-2 2.7-3 2.7-4 2.7.1-1 2.7.2-4
    xinfang-bureau: 3.2-1 3.2-2 3.2-3 3.2-4 3.2-5 3.2-6 3.2-7 3.2-8 3.2-9 3.12-1 4.4.1-1 4.4.1-2 4.4.1-3 4.4.2-2 4.4.3-2
    xinfang-bureau: 2.10-5 4.5-2
""")


@pytest.fixture(scope="module")
def suites() -> Suites:
    return load_suites(as_of=DAY)


def test_every_row_of_every_document_is_dealt_with(suites: Suites) -> None:
    catalogue = load_catalogue()
    for coverage in catalogue.coverage():
        assert tuple(coverage.counts.values()) == TREATED[coverage.document]
        assert coverage.missing == coverage.extra == ()
        assert coverage.treated == coverage.total == sum(TREATED[coverage.document])
    assert sum(c.total for c in catalogue.coverage()) == len({row.id for row in catalogue.rows}) == 739
    wanted = {i for i in catalogue.by_id if catalogue.row(i).treatment in ("automated", "checklist")}
    assert {r.id for r in suites.requirements} == wanted


def test_requirements_stand_in_the_order_of_their_clauses(suites: Suites) -> None:
    assert [r.order for r in suites.requirements] == list(range(667))
    for document in TREATED:
        found = [r.id for r in suites.requirements if r.document == document]
        assert found == sorted(found, key=natural)


def test_severity_follows_the_strength_of_the_text(suites: Suites) -> None:
    for r in suites.requirements:
        essay = r.document == "feicheng-standard" and r.id not in CITED
        wanted = Severity.INFO if essay or r.id in ENCOURAGED else Severity.CRITICAL
        assert r.severity is (Severity.WARNING if r.id in SOFT else wanted), r.id


def test_what_touches_a_person_is_a_prompt(suites: Suites) -> None:
    assert {r.id for r in suites.requirements if r.outcome is Verdict.MANUAL} == PROMPTS
    assert {r.outcome for r in suites.requirements} == {Verdict.MANUAL, Verdict.FAILED}


def test_each_entry_can_be_read_by_an_inspector(suites: Suites) -> None:
    for r in suites.requirements:
        assert 5 <= len(r.description) <= 30, r.id
        assert r.required_text and r.unit and r.clause, r.id
    words = [(r.document, r.description) for r in suites.requirements]
    assert len(set(words)) == len(words)


def test_the_figure_stands_in_the_unit_beside_it(suites: Suites) -> None:
    """What is there or not, an order, a term of years counted in days: no figure rather than a wrong unit."""
    days, months = {"日", "天"}, {"个月"}
    units = {"within_days": days, "at_least_days": days, "within_months": months, "at_least_months": months}
    stated = set()
    for r in suites.requirements:
        if r.required is not None:
            name = next(n for n in ("minimum", "maximum", "share", *units) if n in r.kwargs)
            assert r.required == r.kwargs[name] and r.unit in units.get(name, {r.unit}), r.id
            stated.add(r.shape)
    assert not stated & {"expect_step_present", "expect_step_meeting", "expect_term", "expect_share"}
    assert {"expect_activity_count", "expect_step_deadline", "expect_step_lead", "expect_orgs_covered"} <= stated


def test_each_entry_bounds_the_judged_value(suites: Suites) -> None:
    for r in suites.requirements:
        assert r.lower is not None or r.upper is not None, r.id


def test_fingerprints_differ_and_are_stable(suites: Suites) -> None:
    prints = [r.fingerprint for r in suites.requirements]
    assert len(set(prints)) == 667 and all(re.fullmatch("[0-9a-f]{64}", p) for p in prints)
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
    rules = load_rules()
    assert set(suites.parameters) | set(rules.used) == set(declared)
    assert all(p.note and p.source_words for p in rules.parameters.values())


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
    versions = {d.id: d.version for d in suites.documents}
    assert versions == {
        "county-longterm": "2022-10-09", "feicheng-standard": "2018-01-01", "luoyang-2020": "2020-06-05",
        "secretary-2022": "2022-01-01", "xinfang-bureau": "2022-01-01",
    }
    assert all(d.in_force for d in suites.documents)
    assert all(d.version in d.notes for d in suites.documents if d.id != "luoyang-2020"), "only that one is dated"
    assert all(len(sha) == 64 for d in suites.documents for _, sha in d.files)
    assert {d.id for d in suites.documents if d.adoption == "explicit"} == {"feicheng-standard"}


def test_a_document_not_yet_in_force_yields_nothing_and_says_so() -> None:
    suites = load_suites(["secretary-2022"], as_of=date(2021, 12, 31))
    assert suites.requirements == ()
    (document,) = suites.documents
    assert not document.in_force and "尚未生效" in document.reason and document.version == ""
    assert len(load_requirements(["secretary-2022"], as_of=date(2022, 1, 1))) == 87 + 33
    assert {r.document for r in load_requirements(as_of=DAY, year=2021)} == {"feicheng-standard", "luoyang-2020"}


def test_chosen_documents_keep_the_order_asked_for() -> None:
    found = load_requirements(["xinfang-bureau", "secretary-2022", "xinfang-bureau"], as_of=DAY)
    assert [found[0].document, found[-1].document, len(found)] == ["xinfang-bureau", "secretary-2022", 183 + 120]
    assert len(load_requirements(["secretary-2022"], as_of=DAY)) == 120


def test_the_suites_are_plain_great_expectations_suites() -> None:
    """Only the fields Great Expectations itself has, so that the files serve it as they are."""
    for path in Path(resource("expectations")).glob("*/*/*.yaml"):
        suite = yaml.safe_load(path.read_text("utf-8"))
        if path.name == "listed.yaml":
            continue  # no suite: rows that are never judged
        assert suite.keys() == {"name", "meta", "expectations"}
        for entry in suite["expectations"]:
            assert entry.keys() <= {"type", "kwargs", "severity", "description", "notes", "meta"}
