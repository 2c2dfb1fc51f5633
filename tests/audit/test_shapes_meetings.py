"""Decided by a meeting, everybody named, named among others, every period of a case: both sides of every border."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.audit.by_hand import FAILED, MET, NONE, OPEN, UNKNOWN, D, check, held, post, requirement, verdict

PROCESS = "发展党员"


def step(name: str, day: str, person: str | None = None, case: str = "C1", **columns: Any) -> dict[str, Any]:
    return {"case_id": case, "process": PROCESS, "org_id": "O1", "step": name, "done_on": D(day), "person_id": person,
            **columns}


# --- decided by a meeting --------------------------------------------------------------------------------------------

DECIDED = step("接收预备党员", "2026-03-10")


def meeting(**more: Any):
    return requirement(
        "expect_step_meeting", process=PROCESS, step="接收预备党员", activity=["党员大会", "支委会"], within_days=3, **more
    )


def test_a_meeting_of_the_day_or_the_days_before_decides() -> None:
    cases = [
        (held("党员大会", "2026-03-07"), (MET, 0)),
        (held("支委会", "2026-03-10"), (MET, 0)),
        (held("党员大会", "2026-03-06"), (FAILED, 1)),
        (held("党员大会", "2026-03-11"), (FAILED, 1)),
        (held("党课", "2026-03-10"), (UNKNOWN, None)),  # no such meeting is recorded for this year
        (held("党员大会", "2025-12-31"), (UNKNOWN, None)),
        (held("党员大会", "2025-12-31", year_of=2026), (FAILED, 1)),
        (held("党员大会", "2026-03-10", org="O9"), (UNKNOWN, None)),
        (held("党员大会", "2026-03-10", recorded_on=D("2026-09-01")), (UNKNOWN, None)),
    ]
    check([(meeting(), {"case_steps": [DECIDED], "activities": a}, "2026-08-31", 2026, wanted) for a, wanted in cases])


def test_which_steps_a_meeting_has_to_decide() -> None:
    tagged = meeting(tags=["询问函"])
    cases = [
        (meeting(), [step("接收预备党员", "2025-12-31")], NONE),
        (meeting(), [step("接收预备党员", "2026-09-01")], NONE),
        (replace(meeting(), effective_from=D("2026-03-11")), [DECIDED], NONE),
        (replace(meeting(), effective_from=D("2026-03-10")), [DECIDED], FAILED),
        (tagged, [DECIDED], NONE),
        (tagged, [{**DECIDED, "tags": ["警示诫勉"]}], NONE),
        (tagged, [{**DECIDED, "tags": ["询问函"]}], FAILED),
        # several people on one day are one decision, another day is another
        (meeting(), [DECIDED, {**DECIDED, "person_id": "P2"}, step("接收预备党员", "2026-06-01")], (FAILED, 1)),
        (meeting(), [DECIDED, {**DECIDED, "case_id": "C2"}], (FAILED, 2)),
        (meeting(), [step("接收预备党员", "2026-01-02")], MET),  # decided in December
    ]
    other = [*held("党员大会", "2025-12-30", "2026-06-01")]
    check([(r, {"case_steps": rows, "activities": other}, "2026-08-31", 2026, wanted) for r, rows, wanted in cases])


def test_meetings_that_no_ledger_records() -> None:
    elsewhere = held("支委会", "2019-01-05", org="O9")
    assert verdict(meeting(), "2026-08-31", {"case_steps": [DECIDED]}) == (UNKNOWN, None)
    assert verdict(meeting(), "2026-08-31", {"activities": elsewhere}) == (UNKNOWN, None)


def test_rejected_meetings_and_steps_cast_doubt() -> None:
    given = {"case_steps": [DECIDED], "activities": held("支委会", "2026-06-01")}
    cases = [("activities", "支委会", UNKNOWN), ("activities", "党课", FAILED), ("case_steps", PROCESS, UNKNOWN)]
    check([
        (meeting(), {**given, "rejected": [{"org_id": "O1", "table_name": t, "kind": k}]}, "2026-08-31", 2026, wanted)
        for t, k, wanted in cases
    ])


# --- everybody in a case ---------------------------------------------------------------------------------------------


def members(**more: Any):
    arguments = {"process": PROCESS, "of": "公示结束", "step": "考察", "roles": ["副书记", "委员"], "share": 100, **more}
    return requirement("expect_case_members", **{k: v for k, v in arguments.items() if v is not None})


HELD = step("公示结束", "2026-03-10")
TWO = [post("P1", "委员", "2020-01-01"), post("P2", "副书记", "2020-01-01")]


def test_every_holder_of_a_post_on_the_day() -> None:
    first, second = step("考察", "2026-03-10", "P1"), step("考察", "2026-09-30", "P2")
    cases = [
        (TWO, [first, {**second, "done_on": D("2026-08-31")}], (MET, 100)),
        (TWO, [first, second], (FAILED, 50)),  # the second is not yet a fact
        (TWO, [], (FAILED, 0)),
        (TWO, [first, step("考察", "2026-03-10")], (UNKNOWN, None)),  # one row does not say who
        (TWO, [step("考察", "2026-03-10")], (FAILED, 0)),
        (TWO, [first, step("考察", "2026-03-10", "P3")], (FAILED, 50)),
        (TWO, [first, step("考察", "2026-03-10", "P2", case="C2")], (FAILED, 50)),
        ([*TWO, post("P1", "副书记", "2020-01-01")], [first], (FAILED, 50)),  # two posts, one person
        ([TWO[0], post("P2", "委员", "2026-03-11")], [first], (MET, 100)),
        ([TWO[0], post("P2", "委员", "2026-03-10")], [first], (FAILED, 50)),
        ([TWO[0], post("P2", "委员", "2020-01-01", "2026-03-10")], [first], (MET, 100)),
        ([TWO[0], post("P2", "委员", "2020-01-01", "2026-03-11")], [first], (FAILED, 50)),
        ([TWO[0], post("P2", "委员", "2020-01-01", org="O9")], [first], (MET, 100)),
        ([post("P2", "书记", "2020-01-01")], [first], (NONE, None)),
        ([], [first], (NONE, None)),
    ]
    check([
        (members(), {"case_steps": [HELD, *rows], "posts": posts}, "2026-08-31", 2026, wanted)
        for posts, rows, wanted in cases
    ])


def test_cases_that_ask_for_everybody() -> None:
    cases = [
        (members(grace_days=10), [HELD], "2026-03-20", OPEN),
        (members(grace_days=10), [HELD], "2026-03-21", FAILED),
        (members(), [HELD], "2026-03-10", OPEN),
        (members(), [HELD], "2026-03-11", FAILED),
        (members(), [step("公示结束", "2025-12-31")], "2026-03-11", NONE),
        (members(), [step("公示结束", "2025-12-31"), HELD], "2026-03-11", NONE),  # its first date counts
        (replace(members(), effective_from=D("2026-03-11")), [HELD], "2026-08-31", NONE),
        (members(share=50), [HELD, step("考察", "2026-03-10", "P1")], "2026-03-10", (MET, 50)),
        (members(share=51), [HELD, step("考察", "2026-03-10", "P1")], "2026-08-31", (FAILED, 50)),
        (members(except_roles=["副书记"]), [HELD, step("考察", "2026-03-10", "P1")], "2026-08-31", (MET, 100)),
        (members(except_roles=["委员"]), [HELD, step("考察", "2026-03-10", "P1")], "2026-08-31", (FAILED, 0)),
        (members(except_roles=["书记"]), [HELD, step("考察", "2026-03-10", "P1")], "2026-08-31", (FAILED, 50)),
    ]
    elsewhere = step("考察", "2019-01-05", case="C9", org_id="O9")
    check([
        (r, {"case_steps": [*rows, elsewhere], "posts": TWO}, day, 2026, wanted) for r, rows, day, wanted in cases
    ])


def test_everybody_of_a_category() -> None:
    asked = members(roles=None, categories=["党员领导干部"])

    def person(key: str, standing: str = "正式党员", **columns: Any) -> dict[str, Any]:
        return {"person_id": key, "org_id": "O1", "standing": standing, "categories": ["党员领导干部"], **columns}

    cases = [
        ([person("P1")], MET),
        ([person("P1"), person("P2")], (FAILED, 50)),
        ([person("P1"), person("P2", "预备党员")], MET),
        ([person("P1"), person("P2", categories=["离退休"])], MET),
        ([person("P1"), person("P2", categories=None)], MET),
        ([person("P1"), person("P2", since=D("2026-03-10"))], FAILED),
        ([person("P1"), person("P2", since=D("2026-03-11"))], MET),
        ([person("P1"), person("P2", until=D("2026-03-10"))], MET),
        ([person("P1"), person("P2", until=D("2026-03-11"))], FAILED),
        ([], NONE),
    ]
    rows = [HELD, step("考察", "2026-03-10", "P1")]
    check([(asked, {"case_steps": rows, "people": people}, "2026-08-31", 2026, wanted) for people, wanted in cases])


def test_members_that_no_ledger_records() -> None:
    named = step("考察", "2026-03-10", "P1")
    assert verdict(members(), "2026-08-31", {"case_steps": [HELD, named]})[0] == UNKNOWN
    assert verdict(members(), "2026-08-31", {"case_steps": [HELD], "posts": TWO})[0] == UNKNOWN
    assert verdict(members(), "2026-08-31", {"case_steps": [named], "posts": TWO})[0] == NONE
    for table, wanted in (("posts", UNKNOWN), ("people", FAILED)):
        given = {"case_steps": [HELD, named], "posts": TWO, "rejected": [{"org_id": "O1", "table_name": table}]}
        assert verdict(members(), "2026-08-31", given)[0] == wanted


# --- people named are among others -----------------------------------------------------------------------------------


def test_persons_named_stand_in_another_step_of_the_case() -> None:
    among = requirement("expect_step_qualification", process=PROCESS, step="考察", among="指定培养联系人")
    standing = requirement(
        "expect_step_qualification", process=PROCESS, step="考察", standing="正式党员", same_org=True
    )
    named = step("考察", "2026-03-10", "P1")
    listed = step("指定培养联系人", "2026-03-10", "P1")
    cases = [
        (among, [named, listed], (MET, 0)),
        (among, [named, {**listed, "done_on": D("2026-03-11")}], (FAILED, 1)),
        (among, [named, {**listed, "person_id": "P2"}], (FAILED, 1)),
        (among, [named, {**listed, "person_id": None}], (UNKNOWN, None)),
        (among, [named], (UNKNOWN, None)),
        (among, [named, {**listed, "case_id": "C2"}], (UNKNOWN, None)),
        (among, [{**named, "person_id": None}, listed], (UNKNOWN, None)),
        (among, [{**named, "done_on": D("2025-12-31")}, {**listed, "person_id": "P2"}], (NONE, None)),
        # judged beside the other kind of the shape: a full member who stands in no list of the case
        (standing, [named], (MET, 0)),
        (standing, [{**named, "person_id": "P2"}, {**listed, "person_id": "P2"}], (UNKNOWN, None)),
    ]
    people = [{"person_id": "P1", "org_id": "O1", "standing": "正式党员"}]
    check([(r, {"case_steps": rows, "people": people}, "2026-08-31", 2026, wanted) for r, rows, wanted in cases])
    assert verdict(among, "2026-08-31", {"case_steps": [named]})[0] == UNKNOWN
    assert verdict(among, "2026-08-31", {"case_steps": [listed]})[0] == NONE


# --- every period of a case ------------------------------------------------------------------------------------------


def test_every_month_and_every_year_of_a_case() -> None:
    def asked(period: str):
        arguments = {"process": PROCESS, "step": "思想汇报", "after": "确定积极分子", "until": ["转正"], "minimum": 1}
        return requirement("expect_case_periods", period=period, **arguments)

    def rows(begun: str, *days: str, end: str | None = None) -> list[dict[str, Any]]:
        ends = [step("转正", end)] if end else []
        return [step("确定积极分子", begun), *(step("思想汇报", day) for day in days), *ends]

    cases = [
        ("month", rows("2026-06-01", "2026-06-30", "2026-07-01"), "2026-07-31", (MET, 1)),
        ("month", rows("2026-06-01", "2026-07-01"), "2026-07-31", (FAILED, 0)),
        ("month", rows("2026-06-02", "2026-07-01"), "2026-07-31", (MET, 1)),  # first full month
        ("month", rows("2026-06-01", "2026-06-30"), "2026-07-30", (MET, 1)),
        ("month", rows("2026-07-01"), "2026-07-30", (OPEN, None)),
        ("month", rows("2026-07-01", end="2026-07-31"), "2026-07-31", (NONE, None)),
        ("month", rows("2026-07-01", end="2026-08-01"), "2026-08-01", (FAILED, 0)),
        ("year", rows("2025-06-01"), "2026-12-30", (OPEN, None)),
        ("year", rows("2025-06-01"), "2026-12-31", (FAILED, 0)),
        ("year", rows("2025-06-01", "2026-12-31"), "2026-12-31", (MET, 1)),
        ("year", rows("2026-01-01"), "2026-12-31", (FAILED, 0)),
        ("year", rows("2026-01-02"), "2026-12-31", (NONE, None)),
    ]
    elsewhere = step("思想汇报", "2019-01-05", case="C9", org_id="O9")
    check([
        (asked(period), {"case_steps": [*given, elsewhere]}, day, 2026, wanted) for period, given, day, wanted in cases
    ])
