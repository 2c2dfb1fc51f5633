"""The other courses: states from uneven records, terms of office over the days, ratings of stars and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_run import BEHIND, FAILED, MET, NO_DATA, OPEN, Made, Row

from workbench.audit.run import Run
from workbench.ledger.course_machines import COURSES, following, machines
from workbench.ledger.courses import cases, ratings, stage_of, terms
from workbench.vocabulary import STEPS, Process

D = date.fromisoformat
AS_OF = D("2026-07-15")
RISK = Process.INTEGRITY_RISK.value


def case(process: str, *steps: tuple[str, str], case_id: str = "C1", org: str = "B1") -> dict[str, Any]:
    days = sorted((D(day), step) for step, day in steps)
    return {"process": process, "case_id": case_id, "org_id": org, "steps": [s for _, s in days],
            "days": [d for d, _ in days], "tags": []}


def run_of(
    folder: Path, *rows: Mapping[str, Any], due: Sequence[Mapping[str, Any]] = (), failing: Sequence[Row] = (),
    requirements: Mapping[str, Mapping[str, Any]] | None = None, receipt: Mapping[str, Any] | None = None,
) -> Run:
    made = Made(
        AS_OF, [Row(verdict=MET, met=[1]), *failing], requirements or {}, cases=rows, due=due, receipt=receipt or {},
    )
    return made.write(folder / "run")


# --- the machines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", COURSES)
def test_every_step_belongs_to_one_state(process: Process) -> None:
    stages = COURSES[process]
    assert sorted(step for s in stages for step in s.steps) == sorted(STEPS[process])
    assert len({s.name for s in stages}) == len(stages) and any(s.final for s in stages)


@pytest.mark.parametrize("name", machines())
def test_a_machine_says_what_the_declaration_says(name: str) -> None:
    machine = machines()[name]
    assert sum(state.initial for state in machine.states) == 1
    if name not in {p.value for p in COURSES}:
        return
    for stage in COURSES[Process(name)]:
        (state,) = (s for s in machine.states if s.name == stage.name)
        assert {t.target.name for t in state.transitions} == set(following(Process(name), stage))
        assert state.final == stage.final


def test_a_machine_walks_its_course() -> None:
    risk = machines()[RISK]()
    for step in ("发出文书", "防范谈话", "填写登记表", "提交整改情况", "结束", "归档"):
        risk.send(step)
    assert [state.name for state in risk.configuration] == ["归档"]


# --- cases -----------------------------------------------------------------------------------------------------------


@given(st.data())
def test_order_and_gaps_of_the_records_do_not_matter(data: st.DataObject) -> None:
    process = data.draw(st.sampled_from(list(COURSES)))
    steps = data.draw(st.lists(st.sampled_from(STEPS[process]), min_size=1, unique=True))
    found = stage_of(process, steps)
    assert found is not None and found == stage_of(process, data.draw(st.permutations(steps)))
    index = COURSES[process].index(found)
    assert set(found.steps) & set(steps)
    assert not any(set(later.steps) & set(steps) for later in COURSES[process][index + 1 :])


def test_state_since_and_what_may_follow(tmp_path: Path) -> None:
    run = run_of(
        tmp_path,
        case(RISK, ("认定情节", "2026-06-01"), ("收到文书", "2026-06-09"), ("发出文书", "2026-06-05")),
        case(RISK, ("填写登记表", "2026-06-20"), ("防范谈话", "2026-06-25"), case_id="C2"),  # written down early
        case(RISK, ("结束", "2026-05-01"), ("归档", "2026-05-02"), case_id="C3"),
        case("意见办理", ("收到", "2026-07-14")),
        case("换届", ("选举", "2025-05-06")),
    )
    found = {(c.process, c.case_id): (c.state, c.since, c.next) for c in cases(run)}
    assert found == {
        (RISK, "C1"): ("文书", D("2026-06-05"), ("谈话",)), (RISK, "C2"): ("登记", D("2026-06-20"), ("整改",)),
        ("意见办理", "C1"): ("收到", D("2026-07-14"), ("交办",)),
    }
    assert [c.case_id for c in cases(run, RISK, closed=True)] == ["C1", "C2", "C3"]
    (last,) = (c for c in cases(run, RISK, closed=True) if c.closed)
    assert (last.state, last.next, last.org_name) == ("归档", (), "模拟 B1 党支部")


def test_what_is_due_keeps_a_case_open_and_says_under_which_clause(tmp_path: Path) -> None:
    requirements = {
        "event-1": {"kwargs": {"process": "意见办理"}, "clause": "党务公开11", "description": "办结后公布"},
        "event-2": {"kwargs": {"process": "发展党员"}},
        "event-3": {"kwargs": {"process": "意见办理"}},
    }
    rows = [Row(requirement=name, verdict=OPEN, open=["C1"]) for name in requirements]
    rows[2] = Row(requirement="event-3", missed=["C3"])
    days = [
        {"subject": "B1", "requirement": name, "unit_label": "C1", "due_on": D(on), "kind": "限期"}
        for name, on in (("event-1", "2026-07-20"), ("event-2", "2026-07-18"))
    ]
    done = [("收到", "2026-07-01"), ("办结", "2026-07-03")]
    made = [case("意见办理", *done, case_id=c) for c in ("C1", "C2", "C3")]
    made += [case("意见办理", *done, ("通知本人", "2026-07-03"), case_id="C4"), case("意见办理", *done, org="B2")]
    run = run_of(tmp_path, *made, due=days, failing=rows, requirements=requirements)
    first, third = cases(run)
    assert [(d.on, d.what, d.clause, d.requirement) for d in first.due] == [
        (D("2026-07-20"), "办结后公布", "党务公开11", "event-1")
    ]
    assert (first.case_id, first.org_id, first.state, first.next) == ("C1", "B1", "办结", ("通知", "公布"))
    assert (third.case_id, third.failing, third.due) == ("C3", ("event-3",), ()), "what was missed is not at its end"
    broken = run_of(tmp_path / "b", *made, due=days, failing=rows, requirements=requirements,
                    receipt={"broken": {"event-1": "x"}})
    assert [c.case_id for c in cases(broken)] == ["C3"], "nothing is due by a check that broke"


def test_nobody_is_told_to_go_on_with_an_expulsion(tmp_path: Path) -> None:
    run = run_of(tmp_path, case("党费催缴", ("教育", "2026-03-01")))
    assert [(c.state, c.next) for c in cases(run)] == [("教育", ())]


@pytest.mark.parametrize(("again", "state"), [("2026-04-30", None), ("2026-05-01", None), ("2026-05-02", "整治")])
def test_a_branch_listed_again_is_open_again(tmp_path: Path, again: str, state: str | None) -> None:
    steps = [("列入整顿", "2026-01-10"), ("整顿销号", "2026-05-01"), ("列入整顿", again)]
    found = cases(run_of(tmp_path, case("支部整顿", *steps)))
    assert [(c.state, c.since) for c in found] == ([(state, D(again))] if state else [])


# --- terms of office -------------------------------------------------------------------------------------------------

TERM = {
    "event-term": {
        "shape": "expect_term", "clause": "第22条",
        "kwargs": {"process": "换届", "step": "选举", "years": 3, "extended_by": "批准延期", "extension_months": 12,
                   "reminder_months": 6},
    }
}


def term(folder: Path, verdict: str, until: str, *steps: tuple[str, str]) -> Run:
    """One organisation whose term ends on that day, as the audit of 15 July writes it down."""
    row = Row("B1", "event-term", verdict, missed=1 if verdict == FAILED else 0, judged=float((AS_OF - D(until)).days))
    made = Made(AS_OF, [row], TERM, cases=[case("换届", *steps)] if steps else [])
    return made.write(folder / "run")


@pytest.mark.parametrize(("day", "state"), [
    ("2026-07-15", "届内"), ("2026-11-20", "届内"), ("2026-11-21", "临期提醒"), ("2027-05-20", "临期提醒"),
    ("2027-05-21", "届满"), ("2026-01-01", "届内"),
])
def test_a_term_over_the_days(tmp_path: Path, day: str, state: str) -> None:
    (found,) = terms(term(tmp_path, MET, "2027-05-20", ("选举", "2024-05-20")), D(day))
    assert (found.state, found.until, found.remind_from) == (state, D("2027-05-20"), D("2026-11-21"))
    assert (found.elected_on, found.clause, found.requirement) == (D("2024-05-20"), "第22条", "event-term")


@pytest.mark.parametrize(("verdict", "until", "steps", "state"), [
    (MET, "2029-03-01", [("选举", "2026-03-01")], "已换届"),
    (BEHIND, "2026-11-20", [("选举", "2023-11-20")], "临期提醒"),
    (MET, "2027-03-01", [], "届内"),  # it runs from the founding
    (FAILED, "2026-03-01", [("选举", "2023-03-01")], "届满"),
    (OPEN, "2027-02-01", [("选举", "2023-03-01"), ("批准延期", "2026-02-01")], "批准延期"),
    (BEHIND, "2026-09-01", [("选举", "2023-09-01"), ("批准延期", "2026-06-01")], "临期提醒"),  # not needed yet
    (MET, "2028-03-01", [("批准延期", "2024-12-01"), ("选举", "2025-03-01")], "届内"),  # before the last election
])
def test_states_of_terms(
    tmp_path: Path, verdict: str, until: str, steps: list[tuple[str, str]], state: str
) -> None:
    (found,) = terms(term(tmp_path, verdict, until, *steps))
    assert (found.state, found.until) == (state, D(until))


def test_an_extension_ends_too(tmp_path: Path) -> None:
    run = term(tmp_path, OPEN, "2027-02-01", ("选举", "2023-03-01"), ("批准延期", "2026-02-01"))
    assert [terms(run, D("2027-02-01") + timedelta(n))[0].state for n in (0, 1)] == ["批准延期", "届满"]


def test_a_term_that_cannot_be_judged_is_left_out(tmp_path: Path) -> None:
    assert terms(term(tmp_path, NO_DATA, "2026-03-01", ("选举", "2023-03-01"))) == []


# --- ratings ---------------------------------------------------------------------------------------------------------


def test_the_newest_rating_and_what_is_due_for_it(tmp_path: Path) -> None:
    requirements = {"quarter-1": {"kwargs": {"activity": "积分公开"}, "clause": "第29条", "description": "季度公开积分"}}
    due = [{"subject": "B1", "requirement": "quarter-1", "unit_label": "Q3", "due_on": D("2026-09-30"), "kind": "期末"}]
    rated = [
        case("星级评定", ("五星", "2024-12-01"), case_id="2024"), case("星级评定", ("三星", "2025-12-01"), case_id="2025"),
        case("星级评定", ("四星", "2026-06-01"), case_id="2026", org="B2"),
        case("积分评定", ("积分评定", "2025-12-20"), case_id="2025"),
    ]
    run = run_of(tmp_path, *rated, due=due, failing=[Row(requirement="quarter-1", verdict=OPEN, open=1)],
                 requirements=requirements)
    found = {(r.kind, r.org_id): (r.state, r.year, r.grade, r.rated_on, [d.on for d in r.due]) for r in ratings(run)}
    assert found == {
        ("星级评定", "B1"): ("待评定", 2025, "三星", D("2025-12-01"), []),
        ("星级评定", "B2"): ("已评定", 2026, "四星", D("2026-06-01"), []),
        ("积分评定", "B1"): ("待评定", 2025, "", D("2025-12-20"), [D("2026-09-30")]),
    }
