"""The independent oracle: judges records by docs/verdicts.md in plain Python, sharing no code with the product.

Straight loops over rows; slow and plain on purpose, so that it can be read beside docs/verdicts.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import shapes_activities as acts
from . import shapes_cases as cases
from . import shapes_state as state
from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .facts import Facts, Row, running, terms

Tables = dict[str, list[Row]]
Kwargs = dict[str, Any]

#: Shape → (is the kind of record available in the data set, the units of one subject).
SHAPES: dict[str, tuple[Callable[[Facts, Kwargs], bool], Callable[[Facts, Setting, Kwargs], Answer]]] = {
    "expect_activity_count": (acts.kind_occurs, acts.activity_count),
    "expect_done_by_date": (acts.kind_occurs, acts.done_by_date),
    "expect_members_covered": (acts.members_available, acts.members_covered),
    "expect_orgs_covered": (acts.ratings_available, acts.ratings_covered),
    "expect_step_deadline": (lambda f, k: cases.answers_occur(f, k, k["after"], k.get("tags")), cases.step_deadline),
    "expect_step_lead": (lambda f, k: cases.answers_occur(f, k, k["before"]), cases.step_lead),
    "expect_step_order": (cases.process_occurs, cases.step_order),
    "expect_case_periods": (lambda f, k: cases.answers_occur(f, k, k["after"]), cases.case_periods),
    "expect_case_count": (
        lambda f, k: cases.process_occurs(f, k) if k.get("minimum") is None else cases.answers_occur(f, k, k["after"]),
        cases.case_count,
    ),
    "expect_step_value": (cases.step_value_available, cases.step_value),
    "expect_step_qualification": (cases.qualification_available, cases.step_qualification),
    "expect_posts_held": (lambda f, k: acts.role_occurs(f, k["roles"]), state.posts_held),
    "expect_open_cases": (cases.process_occurs, state.open_cases),
    "expect_steps_present": (cases.process_occurs, state.steps_present),
    "expect_share": (lambda f, k: state.measures_available(f, [k["numerator"], k["denominator"]]), state.share),
    "expect_growth": (lambda f, k: state.measures_available(f, [k["measure"], k["base"]]), state.growth),
    "expect_dues_paid": (state.dues_available, state.dues_paid),
    "expect_dues_followup": (state.dues_available, state.dues_followup),
    "expect_rating_streak": (acts.ratings_available, state.rating_streak),
}


@dataclass(frozen=True)
class Demand:
    """One expectation of a suite: what is asked, of whom, since when."""

    requirement: str
    document: str
    effective_from: date
    shape: str
    kwargs: Kwargs
    binds: str
    prompt: bool


@cache
def load_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_parameters(suites_dir: Path) -> dict[str, Any]:
    """Defaults of expectations/parameters.yaml; the two-year cycle as its first year."""
    values = {name: entry["default"] for name, entry in load_yaml(suites_dir / "parameters.yaml").items()}
    cycle = values.get("two_year_cycle_start", 2022)
    values["two_year_cycle_start"] = cycle.year if isinstance(cycle, date) else int(str(cycle)[:4])
    return values


def read_demands(suites_dir: Path, ref: date, documents: list[str] | None = None) -> list[Demand]:
    """Every expectation in force at ``ref``, parameters filled in."""
    parameters = read_parameters(suites_dir)
    found = []
    for path in sorted(suites_dir.glob("*/*/*.yaml")):
        suite = load_yaml(path)
        meta = suite["meta"]
        begins, ends = as_date(meta["effective_from"]), as_date(meta.get("effective_to"))
        if (documents and meta["document"] not in documents) or begins > ref or (ends is not None and ends < ref):
            continue
        for entry in suite["expectations"]:
            kwargs = {name: fill(value, parameters) for name, value in entry["kwargs"].items()}
            found.append(Demand(
                kwargs["requirement"], meta["document"], begins, entry["type"], kwargs,
                entry["meta"]["binds"], entry["meta"].get("outcome") == "prompt",
            ))
    return found


def as_date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def fill(value: Any, parameters: dict[str, Any]) -> Any:
    return parameters[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def judge(
    tables: Tables, suites_dir: Path | str, as_of: date, year: int | None = None, documents: list[str] | None = None,
) -> dict[tuple[str, str], dict[str, Any]]:
    """Verdict, judged value and unit counts of every subject under every requirement."""
    suites_dir = Path(suites_dir)
    year = year or as_of.year
    ref = min(as_of, date(year, 12, 31))
    parameters, groups = read_parameters(suites_dir), load_yaml(suites_dir / "subjects.yaml")
    facts = Facts(tables, as_of)
    results = {}
    for demand in read_demands(suites_dir, ref, documents):
        is_available, units_of = SHAPES[demand.shape]
        available = is_available(facts, demand.kwargs)
        for org in facts.organizations.values():
            if not is_subject(facts, org, demand, groups[demand.binds], ref):
                continue
            start = max(demand.effective_from, org["established_on"] or demand.effective_from)
            setting = Setting(as_of, year, ref, start, org, parameters)
            dissolved = org["dissolved_on"] is not None and org["dissolved_on"] <= as_of
            answer = units_of(facts, setting, demand.kwargs) if available and not dissolved else Answer()
            verdict = decide(facts, setting, demand, answer, available, dissolved)
            results[org["org_id"], demand.requirement] = {
                "verdict": verdict, "judged": answer.judged, "doubt": answer.doubt,
                **{name: answer.count(name) for name in (MET, MISSED, OPEN, UNKNOWN)},
            }
    return results


def is_subject(f: Facts, org: Row, demand: Demand, group: dict[str, Any], ref: date) -> bool:
    """"Subject" in docs/verdicts.md."""
    if org["established_on"] is not None and org["established_on"] > f.as_of:
        return False
    if org["adopts"] and demand.document not in org["adopts"]:
        return False
    return any(belongs(f, org, traits, ref) for traits in group.get("any_of", [group]))


def belongs(f: Facts, org: Row, traits: dict[str, Any], ref: date) -> bool:
    """Whether the organisation has the traits of a group of expectations/subjects.yaml."""
    for wanted, column in (("types", "type"), ("levels", "level"), ("sectors", "sector")):
        if traits.get(wanted) and org[column] not in terms(traits[wanted]):
            return False
    if not all(flag in terms(org["flags"]) for flag in terms(traits.get("flags"))):
        return False
    if traits.get("has_children") and not has_children(f, org, ref):
        return False
    return not traits.get("has_committee") or has_committee(f, org, ref)


def has_children(f: Facts, org: Row, ref: date) -> bool:
    """Whether an organisation directly below it exists on that day."""
    return any(f.stands(child, ref) for child in f.children.get(org["org_id"], ()))


def has_committee(f: Facts, org: Row, ref: date) -> bool:
    """As recorded; where nothing is recorded, a branch of seven full members or more has one."""
    if org["has_committee"] is not None:
        return org["has_committee"]
    full = {
        p["person_id"] for p in f.people.get(org["org_id"], ())
        if p["standing"] == "正式党员" and running(p, ref, "since", "until")
    }
    return len(full) >= 7


def decide(f: Facts, s: Setting, demand: Demand, answer: Answer, available: bool, dissolved: bool) -> str:
    """"From units to a verdict" in docs/verdicts.md."""
    if dissolved:
        return "不适用"
    if not available:
        return "数据不足"
    if answer.count(MISSED):
        if answer.doubt:
            return "数据不足"
        if is_exempt(f, s, demand.requirement):
            return "豁免"
        return "待人工核实" if demand.prompt else "未达标"
    if answer.count(UNKNOWN):
        return "数据不足"
    if answer.behind:
        return "进度滞后"
    if answer.count(MET):
        return "达标"
    return "进行中" if answer.count(OPEN) else "不适用"


def is_exempt(f: Facts, s: Setting, requirement: str) -> bool:
    return any(e["since"] <= s.ref <= e["until"] for e in f.exemptions.get((s.org, requirement), ()))
