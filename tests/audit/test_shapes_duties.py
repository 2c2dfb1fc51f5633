"""What a case entails, and in what order: both sides of every border, what is not known, what is no duty at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.audit.by_hand import FAILED, MET, NONE, OPEN, UNKNOWN, D, check, requirement, verdict
from workbench.audit.engine import judge_tables

PROCESS = "发展党员"
BEGUN, DONE, END, STOP = "确定积极分子", "考察", "转正", "取消资格"


def step(name: str, day: str, *tags: str, case: str = "C1", org: str = "O1", **columns: Any) -> dict[str, Any]:
    return {"case_id": case, "process": PROCESS, "org_id": org, "step": name, "done_on": D(day), "tags": list(tags),
            **columns}


#: Rows of another branch which show that all these steps are recorded at all, with and without tags.
ELSEWHERE = [
    step(name, "2019-01-05", tag, case="C9", org="O9") for name in (DONE, "思想汇报", STOP) for tag in ("询问函", "警示诫勉")
]


def steps(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"case_steps": [*rows, *ELSEWHERE]}


def present(**more: Any):
    arguments = {"process": PROCESS, "of": BEGUN, "steps": [DONE], "within_days": 30, **more}
    return requirement("expect_step_present", **{k: v for k, v in arguments.items() if v is not None})


FIRST = step(BEGUN, "2026-03-02")  # the thirty days end on 1 April


def test_a_duty_is_open_until_its_days_are_over() -> None:
    cases = [
        ([], "2026-04-01", (OPEN, None)),
        ([], "2026-04-02", (FAILED, 1)),
        ([step(DONE, "2026-04-01")], "2026-04-02", (MET, 0)),
        ([step(DONE, "2026-08-01")], "2026-08-31", (MET, 0)),  # the text sets no day
        ([step(DONE, "2026-01-01")], "2026-04-02", (MET, 0)),
        ([step(DONE, "2026-04-03")], "2026-04-02", (FAILED, 1)),  # not yet a fact
        ([step(DONE, "2026-04-01", recorded_on=D("2026-04-03"))], "2026-04-02", (FAILED, 1)),
        ([step(DONE, "2026-04-01", case="C2")], "2026-04-02", (FAILED, 1)),  # of another case
        ([step(DONE, "2026-04-01", org="O9")], "2026-04-02", (FAILED, 1)),  # of another organisation
        ([step(BEGUN, "2026-03-20")], "2026-04-02", (FAILED, 1)),  # the first day counts
        ([step(STOP, "2026-03-03")], "2026-04-02", (NONE, None)),
        ([step(STOP, "2026-04-03")], "2026-04-02", (FAILED, 1)),
    ]
    check([(present(unless=[STOP]), steps(FIRST, *rows), as_of, 2026, wanted) for rows, as_of, wanted in cases])


def test_the_year_a_duty_belongs_to() -> None:
    cases = [
        ("2025-12-01", "2020-01-01", 2026, "2026-08-31", NONE),  # due on 31 December
        ("2025-12-02", "2020-01-01", 2026, "2026-08-31", FAILED),
        ("2025-12-02", "2020-01-01", 2025, "2026-08-31", NONE),
        ("2025-12-02", "2020-01-01", 2025, "2025-12-31", OPEN),
        ("2026-03-02", "2026-03-02", 2026, "2026-08-31", FAILED),
        ("2026-03-02", "2026-03-03", 2026, "2026-08-31", NONE),
    ]
    check([
        (replace(present(), effective_from=D(since)), steps(step(BEGUN, begun)), as_of, year, wanted)
        for begun, since, year, as_of, wanted in cases
    ])


def test_a_duty_that_lasts_while_the_case_runs() -> None:
    cases = [
        ([], 2025, FAILED),
        ([], 2026, FAILED),
        ([step(DONE, "2026-08-31")], 2026, MET),
        ([step(END, "2025-12-31")], 2026, NONE),
        ([step(END, "2025-12-31")], 2025, FAILED),
        ([step(END, "2026-01-01")], 2026, FAILED),
    ]
    check([
        (present(until=[END]), steps(step(BEGUN, "2024-12-15"), *rows), "2026-08-31", year, wanted)
        for rows, year, wanted in [*cases, *((rows, 2024, NONE) for rows, _, _ in cases)]
    ])


def test_a_case_that_ended_in_time_owes_nothing_more() -> None:
    """The thirty days end on 1 April: who is back by then need not be registered, who comes later had to be."""
    cases = [
        ([step(END, "2026-04-01")], {}, "2026-08-31", (NONE, None)),
        ([step(END, "2026-04-02")], {}, "2026-08-31", (FAILED, 1)),
        ([step(END, "2026-03-20")], {}, "2026-03-25", (NONE, None)),
        ([step(END, "2026-04-01"), step(DONE, "2026-05-01")], {}, "2026-08-31", (MET, 0)),
        ([step(END, "2026-04-01"), step(DONE, "2026-03-09")], {"step_tags": ["询问函"]}, "2026-08-31", (NONE, None)),
        ([step(DONE, "2026-03-20")], {"steps": [DONE, "思想汇报"], "until": [DONE]}, "2026-08-31", (FAILED, 1)),
        ([step(DONE, "2026-03-20")], {"until": [DONE]}, "2026-08-31", (MET, 0)),
    ]
    check([
        (present(**{"until": [END]} | more), steps(FIRST, *rows), as_of, 2026, wanted)
        for rows, more, as_of, wanted in cases
    ])


def test_what_counts_as_done() -> None:
    cases = [
        ([step(DONE, "2026-03-02")], {"steps": [DONE, "思想汇报"]}, FAILED),
        ([step(DONE, "2026-03-02"), step("思想汇报", "2026-03-09")], {"steps": [DONE, "思想汇报"]}, MET),
        ([step(DONE, "2026-03-03")], {"same_day": True}, FAILED),
        ([step(DONE, "2026-03-01"), step(DONE, "2026-03-02")], {"same_day": True}, MET),
        ([step(DONE, "2026-03-02"), step("思想汇报", "2026-03-03")], {"same_day": True, "steps": [DONE, "思想汇报"]}, FAILED),
        ([step(DONE, "2026-03-09", "询问函")], {"step_tags": ["询问函"]}, MET),
        ([step(DONE, "2026-03-09", "警示诫勉")], {"step_tags": ["询问函"]}, FAILED),
        ([step(DONE, "2026-03-09")], {"step_tags": ["询问函"]}, UNKNOWN),
        ([step(DONE, "2026-03-09", tags=None)], {"step_tags": ["询问函"]}, UNKNOWN),
        ([step(DONE, "2026-03-09")], {"step_tags": ["询问函"], "steps": [DONE, "思想汇报"]}, FAILED),
        ([step(DONE, "2026-03-09")], {"step_tags": ["询问函"], "same_day": True}, FAILED),
        ([step(DONE, "2026-03-02")], {"step_tags": ["询问函"], "same_day": True}, UNKNOWN),
        ([], {"of_tags": ["询问函"]}, NONE),
        ([step(BEGUN, "2026-05-02", "询问函")], {"of_tags": ["询问函"]}, FAILED),
    ]
    check([(present(**more), steps(FIRST, *rows), "2026-08-31", 2026, wanted) for rows, more, wanted in cases])


def test_a_row_without_tags_leaves_an_open_duty_open() -> None:
    given = steps(FIRST, step(DONE, "2026-03-09"))
    assert verdict(present(step_tags=["询问函"]), "2026-04-01", given)[0] == OPEN


def test_what_may_not_follow_within_the_year() -> None:
    asked = present(absent=True, within_days=None)
    cases = [
        ([], "2026-12-30", 2026, (OPEN, None)),
        ([], "2026-12-31", 2026, (MET, 0)),
        ([step(DONE, "2026-03-01")], "2026-12-31", 2026, (MET, 0)),
        ([step(DONE, "2026-03-02")], "2026-03-02", 2026, (FAILED, 1)),
        ([step(DONE, "2026-12-31")], "2026-12-31", 2026, (FAILED, 1)),
        ([step(DONE, "2027-01-01")], "2027-01-01", 2026, (MET, 0)),
        ([step(DONE, "2027-01-01")], "2027-01-01", 2027, (NONE, None)),
        ([step(DONE, "2026-02-01"), step(DONE, "2026-04-01")], "2026-12-31", 2026, (FAILED, 1)),
    ]
    check([(asked, steps(FIRST, *rows), as_of, year, wanted) for rows, as_of, year, wanted in cases])


def test_what_may_not_follow_of_a_class() -> None:
    asked = present(absent=True, within_days=None, step_tags=["询问函"])
    for tag, expected in (("询问函", FAILED), ("警示诫勉", MET)):
        assert verdict(asked, "2026-12-31", steps(FIRST, step(DONE, "2026-05-01", tag)))[0] == expected


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        ([FIRST], {}, UNKNOWN),  # the step is recorded nowhere
        ([FIRST], {"absent": True, "within_days": None}, OPEN),
        ([], {}, UNKNOWN),  # not even the process
        ([step(END, "2026-03-02")], {}, NONE),
        ([FIRST, step(DONE, "2026-03-02", case="C2")], {"steps": [DONE, "思想汇报"]}, UNKNOWN),
        ([FIRST, step(DONE, "2026-03-02", case="C2")], {"step_tags": ["询问函"]}, UNKNOWN),
        ([FIRST, step(DONE, "2026-03-02", case="C2")], {}, FAILED),
    ],
)
def test_what_no_ledger_records_cannot_be_judged(rows: list, more: dict[str, Any], expected: str) -> None:
    assert verdict(present(**more), "2026-08-31", {"case_steps": rows})[0] == expected


def test_a_rejected_step_casts_doubt() -> None:
    cases = [
        ({"table_name": "case_steps", "kind": PROCESS}, (UNKNOWN, 1)),
        ({"table_name": "case_steps", "kind": None}, UNKNOWN),
        ({"table_name": "case_steps", "kind": "意见办理"}, FAILED),
        ({"table_name": "case_steps", "kind": PROCESS, "duplicate": True}, FAILED),
        ({"table_name": "case_steps", "kind": PROCESS, "org_id": "O9"}, FAILED),
        ({"table_name": "activities", "kind": None}, FAILED),
    ]
    check([
        (present(), {**steps(FIRST), "rejected": [{"org_id": "O1", **rejected}]}, "2026-08-31", 2026, wanted)
        for rejected, wanted in cases
    ])


def test_requirements_of_one_process_do_not_mix() -> None:
    """All are one expression: places of steps, tags and days stay those of each requirement."""
    asked = [
        present(steps=[DONE]), present(steps=["思想汇报", DONE]), present(steps=["思想汇报"], same_day=True),
        present(of=DONE, steps=[BEGUN]), present(of=END), present(within_days=365),
    ]
    asked = [replace(r, id=f"R{n}") for n, r in enumerate(asked)]
    given = {"organizations": [{"org_id": "O1", "name": "甲支部", "type": "党支部"}],
             **steps(FIRST, step(DONE, "2026-03-09"), step("思想汇报", "2026-03-02"), step(BEGUN, "2026-06-01", case="C2"))}
    rows = judge_tables(given, asked, as_of=D("2026-08-31"))
    assert {r["requirement"]: (r["verdict"], r["met"], r["missed"], r["open"]) for r in rows} == {
        "R0": (FAILED, 1, 1, 0), "R1": (FAILED, 1, 1, 0), "R2": (FAILED, 1, 1, 0), "R3": (MET, 1, 0, 0),
        "R4": (NONE, 0, 0, 0), "R5": (MET, 1, 0, 1),
    }


# --- order of steps --------------------------------------------------------------------------------------------------

FOUR = ["确定积极分子", "公示开始", "公示结束", "考察"]


def course(*days: str | None) -> dict[str, Any]:
    known = [step(name, "2019-01-05", case="C9", org="O9") for name in FOUR]
    return {"case_steps": [*known, *(step(n, day) for n, day in zip(FOUR, days, strict=False) if day)]}


def test_steps_follow_one_another() -> None:
    asked = requirement("expect_step_order", process=PROCESS, steps=FOUR)
    cases = [
        (["2026-03-01"] * 4, MET),
        (["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"], MET),
        (["2026-03-01", "2026-03-02", "2026-03-03"], OPEN),
        (["2026-03-02", "2026-03-01"], FAILED),
        (["2026-03-01", "2026-03-05", "2026-03-04", "2026-03-06"], FAILED),
        (["2026-03-01", "2026-03-02", "2026-03-03", "2026-02-28"], FAILED),
        (["2026-03-01", None, "2026-03-03", "2026-03-04"], FAILED),
        ([None, "2026-03-02"], FAILED),
        (["2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03"], NONE),
        ([], NONE),
    ]
    check([(asked, course(*days), "2026-08-31", 2026, wanted) for days, wanted in cases])


def test_steps_are_complete_by_a_day() -> None:
    asked = requirement("expect_step_order", process=PROCESS, steps=FOUR, complete_by="06-30")
    cases = [
        (["2026-03-01"] * 4, "2026-06-30", (MET, 0)),
        (["2026-03-01"] * 3 + ["2026-06-30"], "2026-08-31", (MET, 0)),
        (["2026-03-01"] * 3 + ["2026-07-01"], "2026-08-31", (FAILED, 1)),
        (["2026-03-01"], "2026-06-30", (OPEN, None)),
        (["2026-03-01"], "2026-07-01", (FAILED, 1)),
        ([], "2026-06-30", (OPEN, None)),
        ([], "2026-07-01", (FAILED, 1)),
    ]
    check([(asked, course(*days), as_of, 2026, wanted) for days, as_of, wanted in cases])


def test_order_of_a_case_that_runs_for_years() -> None:
    asked = requirement("expect_step_order", process=PROCESS, steps=FOUR, ongoing=True)
    years = {2023: NONE, 2024: FAILED, 2025: FAILED, 2026: NONE}
    given = course("2024-06-01", None, "2025-06-01")
    check([(asked, given, "2026-08-31", year, wanted) for year, wanted in years.items()])
