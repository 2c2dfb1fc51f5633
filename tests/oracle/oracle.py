"""The independent oracle: judges records by docs/verdicts.md in plain Python, sharing no code with the product.

Straight loops over rows, plain on purpose, so that it can be read beside docs/verdicts.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import people, subjects
from . import shapes_activities as acts
from . import shapes_cases as cases
from . import shapes_coverage as cover
from . import shapes_dues as dues
from . import shapes_duties as duties
from . import shapes_figures as figures
from . import shapes_ratings as ratings
from . import shapes_state as state
from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .facts import Facts, Row

Tables = dict[str, list[Row]]
Kwargs = dict[str, Any]


def _answers(trigger: str) -> Callable[[Facts, Kwargs], bool]:
    return lambda f, k: cases.answers_occur(f, k, k[trigger], k.get("tags"))


#: Shape → (is the kind of record available in the data set, the units of one subject).
SHAPES: dict[str, tuple[Callable[[Facts, Kwargs], bool], Callable[[Facts, Setting, Kwargs], Answer]]] = {
    "expect_activity_count": (acts.kind_and_holder_occur, acts.activity_count),
    "expect_done_by_date": (acts.kind_occurs, acts.done_by_date),
    "expect_members_covered": (cover.members_available, cover.members_covered),
    "expect_orgs_covered": (cover.orgs_available, cover.orgs_covered),
    "expect_each_activity": (acts.each_available, acts.each_activity),
    "expect_attendance": (cover.attendance_available, cover.attendance),
    "expect_step_deadline": (_answers("after"), cases.step_deadline),
    "expect_step_lead": (_answers("before"), cases.step_lead),
    "expect_step_order": (cases.order_available, cases.step_order),
    "expect_case_periods": (lambda f, k: cases.answers_occur(f, k, k["after"]), cases.case_periods),
    "expect_case_count": (
        lambda f, k: cases.process_occurs(f, k) if k.get("minimum") is None else cases.answers_occur(f, k, k["after"]),
        cases.case_count,
    ),
    "expect_step_value": (cases.step_value_available, cases.step_value),
    "expect_step_qualification": (duties.qualification_available, duties.step_qualification),
    "expect_step_present": (duties.step_present_available, duties.step_present),
    "expect_step_meeting": (duties.step_meeting_available, duties.step_meeting),
    "expect_case_members": (
        lambda f, k: cases.answers_occur(f, k, k["of"]) and people.occur(f, k), duties.case_members,
    ),
    "expect_posts_held": (people.occur, state.posts_held),
    "expect_term": (cases.step_occurs_at_all, state.term),
    "expect_tenure": (people.occur, state.tenure),
    "expect_post_qualified": (
        lambda f, k: people.occur(f, k) and people.role_occurs(f, k["also"]), state.post_qualified,
    ),
    "expect_open_cases": (cases.process_occurs, state.open_cases),
    "expect_steps_present": (cases.process_occurs, state.steps_present),
    "expect_share": (lambda f, k: figures.available(f, k, "numerator", "denominator"), figures.share),
    "expect_measure": (lambda f, k: figures.available(f, k, "measure", "per", "when"), figures.measure),
    "expect_growth": (lambda f, k: figures.available(f, k, "measure", "base"), figures.growth),
    "expect_dues_paid": (dues.available, dues.dues_paid),
    "expect_dues_followup": (dues.available, dues.dues_followup),
    "expect_dues_handled": (dues.handled_available, dues.dues_handled),
    "expect_population": (state.population_available, state.population),
    "expect_standard": (state.standard_available, state.standard),
    "expect_checklist": (lambda f, k: True, state.checklist),
    "expect_grade_capped": (ratings.capped_available, ratings.grade_capped),
    "expect_rating_streak": (ratings.streak_available, ratings.rating_streak),
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
    explicit: bool = False


@cache
def load_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


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
        if documents and path.parts[-3] not in documents:
            continue
        suite = load_yaml(path)
        meta = suite["meta"]
        begins, ends = as_date(meta["effective_from"]), as_date(meta.get("effective_to"))
        if begins > ref or (ends is not None and ends < ref):
            continue
        for entry in suite.get("expectations", ()):  # listed.yaml has none
            kwargs = {name: fill(value, parameters) for name, value in entry["kwargs"].items()}
            found.append(Demand(
                kwargs["requirement"], meta["document"], begins, entry["type"], kwargs,
                entry["meta"]["binds"], entry["meta"].get("outcome") == "prompt", meta.get("adoption") == "explicit",
            ))
    return found


def as_date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def fill(value: Any, parameters: dict[str, Any]) -> Any:
    return parameters[value[1:]] if isinstance(value, str) and value.startswith("$") else value


def judge(
    tables: Tables, suites_dir: Path | str, as_of: date, year: int | None = None, documents: list[str] | None = None,
    adoption: list[dict[str, Any]] | None = None,
) -> dict[tuple[str, str], dict[str, Any]]:
    """Verdict, judged value and unit counts of every subject under every requirement."""
    suites_dir = Path(suites_dir)
    year = year or as_of.year
    ref = min(as_of, date(year, 12, 31))
    parameters, groups = read_parameters(suites_dir), load_yaml(suites_dir / "subjects.yaml")
    facts = Facts(tables, as_of)
    bound: dict[str, list[Row]] = {}
    settings: dict[tuple[str, date], Setting] = {}
    results = {}
    for demand in read_demands(suites_dir, ref, documents):
        is_available, units_of = SHAPES[demand.shape]
        available = is_available(facts, demand.kwargs)
        if demand.binds not in bound:
            bound[demand.binds] = subjects.subjects(facts, groups[demand.binds], ref)
        for org in bound[demand.binds]:
            if not subjects.adopts(org, demand.document, demand.explicit, adoption):
                continue
            start = max(demand.effective_from, org["established_on"] or demand.effective_from)
            key = org["org_id"], start
            if key not in settings:
                settings[key] = Setting(as_of, year, ref, start, org, parameters)
            dissolved = org["dissolved_on"] is not None and org["dissolved_on"] <= as_of
            answer = units_of(facts, settings[key], demand.kwargs) if available and not dissolved else Answer()
            verdict = decide(facts, settings[key], demand, answer, available, dissolved)
            results[org["org_id"], demand.requirement] = {
                "verdict": verdict, "judged": answer.judged, "doubt": answer.doubt,
                **{name: answer.count(name) for name in (MET, MISSED, OPEN, UNKNOWN)},
            }
    return results


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
    if answer.count(OPEN):
        return "待人工核实" if demand.shape == "expect_checklist" else "进行中"
    return "不适用"


def is_exempt(f: Facts, s: Setting, requirement: str) -> bool:
    return any(e["since"] <= s.ref <= e["until"] for e in f.exemptions.get((s.org, requirement), ()))
