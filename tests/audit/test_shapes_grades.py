"""Grades that may not be given, grades that ask for a step, and how dues were handed in: both sides of every border."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.audit.by_hand import FAILED, MET, NONE, OPEN, UNKNOWN, D, check, post, requirement, result, verdict

PROCESS, RATING, OTHER = "廉政风险", "述职评议", "党员评议"


def step(name: str, day: str, person: str | None = None, **columns: Any) -> dict[str, Any]:
    return {"case_id": "C1", "process": PROCESS, "org_id": "O1", "step": name, "done_on": D(day), "person_id": person,
            **columns}


def rated(grade: str | None, period: int = 2026, person: str | None = None, kind: str = RATING, **columns: Any) -> dict:
    return {"org_id": "O1", "person_id": person, "kind": kind, "period": period, "grade": grade, **columns}


# --- a grade that may not be given -----------------------------------------------------------------------------------

BY_STEP = requirement(
    "expect_grade_capped", rating=RATING, grades=["一般", "差"], process=PROCESS, step="收到文书"
)


def test_a_grade_is_capped_by_a_step_of_the_year() -> None:
    letter = step("收到文书", "2026-03-10", "P1")
    cases = [
        ([letter], [rated("一般", person="P1")], (MET, 0)),
        ([letter], [rated("好", person="P1")], (FAILED, 1)),
        ([letter], [rated("好"), rated("差", person="P1")], (FAILED, 1)),  # a rating that names nobody
        ([letter], [rated("好", person="P2")], (OPEN, None)),
        ([step("收到文书", "2026-03-10")], [rated("好", person="P2")], (FAILED, 1)),
        ([letter], [rated(None, person="P1")], (UNKNOWN, None)),
        ([letter], [rated("好", 2025, "P1")], (OPEN, None)),
        ([letter], [rated("好", person="P1", rated_on=D("2026-09-01"))], (OPEN, None)),
        ([letter], [], (OPEN, None)),
        ([], [rated("好", person="P1")], (NONE, None)),
        ([step("收到文书", "2025-12-31", "P1")], [rated("好", person="P1")], (NONE, None)),
        ([step("提交整改情况", "2026-03-10", "P1")], [rated("好", person="P1")], (NONE, None)),
        ([letter], [rated("好", person="P1", org_id="O9")], (OPEN, None)),
    ]
    check([
        (BY_STEP, {"case_steps": steps, "ratings": ratings}, "2026-08-31", 2026, wanted)
        for steps, ratings, wanted in cases
    ])


def test_start_of_duty_of_trigger_and_rating() -> None:
    given = {"case_steps": [step("收到文书", "2026-03-10", "P1")],
             "ratings": [rated("好", person="P1", rated_on=D("2026-03-10"))]}
    cases = [("2026-03-10", (FAILED, 1)), ("2026-03-11", (NONE, None))]
    check([
        (replace(BY_STEP, effective_from=D(since)), given, "2026-08-31", 2026, wanted) for since, wanted in cases
    ])


def test_a_grade_is_capped_by_another_rating() -> None:
    asked = requirement(
        "expect_grade_capped", rating=RATING, grades=["一般"], given_rating=OTHER, given_grades=["差"]
    )
    cases = [
        ([rated("差", kind=OTHER)], [rated("好")], (FAILED, 1)),
        ([rated("差", kind=OTHER)], [rated("一般")], (MET, 0)),
        ([rated("一般", kind=OTHER)], [rated("好")], (NONE, None)),
        ([rated("差", 2025, kind=OTHER)], [rated("好")], (NONE, None)),
        ([rated("差", kind=OTHER, person="P1")], [rated("好", person="P2")], (OPEN, None)),
    ]
    check([(asked, {"ratings": [*given, *mine]}, "2026-08-31", 2026, wanted) for given, mine, wanted in cases])
    assert verdict(asked, "2026-08-31", {"ratings": [rated("好")]})[0] == UNKNOWN
    doubt = [{"org_id": "O1", "table_name": "ratings", "kind": OTHER}]
    given = {"ratings": [rated("差", kind=OTHER), rated("好")], "rejected": doubt}
    assert verdict(asked, "2026-08-31", given)[0] == UNKNOWN


def test_ratings_and_steps_that_no_ledger_records() -> None:
    assert verdict(BY_STEP, "2026-08-31", {"ratings": [rated("好")]})[0] == UNKNOWN
    assert verdict(BY_STEP, "2026-08-31", {"case_steps": [step("收到文书", "2026-03-10")]})[0] == UNKNOWN


# --- a grade that asks for a step ------------------------------------------------------------------------------------


def streak(years: int = 1, **more: Any):
    answer = more or {"process": PROCESS, "step": "防范谈话"}
    return requirement("expect_rating_streak", rating=RATING, grade=["差"], years=years, within_days=30, **answer)


ELSEWHERE = step("防范谈话", "2019-01-05", org_id="O9")


def test_a_grade_is_followed_by_a_step() -> None:
    poor = rated("差", person="P1", rated_on=D("2026-03-02"))  # the thirty days end on 1 April
    cases = [
        ([poor], [], "2026-04-01", (OPEN, None)),
        ([poor], [], "2026-04-02", (FAILED, 1)),
        ([poor], [step("防范谈话", "2026-04-01", "P1")], "2026-08-31", (MET, 0)),
        ([poor], [step("防范谈话", "2026-04-02", "P1")], "2026-08-31", (FAILED, 1)),
        ([poor], [step("防范谈话", "2026-04-01")], "2026-08-31", (MET, 0)),
        ([poor], [step("防范谈话", "2026-01-01", "P1")], "2026-08-31", (MET, -90)),
        ([poor], [step("防范谈话", "2025-12-31", "P1")], "2026-04-11", (FAILED, 10)),
        ([poor], [step("防范谈话", "2026-04-01", "P2")], "2026-04-11", (FAILED, 10)),
        ([poor], [step("提交整改情况", "2026-04-01", "P1")], "2026-04-11", (FAILED, 10)),
        # who is meant is not said: a step for anybody answers it
        ([rated("差", rated_on=D("2026-03-02"))], [], "2026-04-11", (FAILED, 10)),
        ([rated("差", rated_on=D("2026-03-02"))], [step("防范谈话", "2026-04-01", "P2")], "2026-04-11", (MET, 0)),
        # without a day the grade counts as given on 31 December
        ([rated("差", 2025)], [], "2026-01-30", (OPEN, None)),
        ([rated("差", 2025)], [], "2026-01-31", (FAILED, 1)),
        ([rated("好", person="P1")], [], "2026-08-31", (NONE, None)),
    ]
    check([
        (streak(), {"ratings": ratings, "case_steps": [*steps, ELSEWHERE]}, day, 2026, wanted)
        for ratings, steps, day, wanted in cases
    ])


def test_years_in_a_row_and_who_is_meant() -> None:
    later = {"rated_on": D("2026-03-02")}
    two = [rated("差", 2024, "P1"), rated("差", 2025, "P1", **later)]
    cases = [
        (streak(2), two, (FAILED, 10)),
        (streak(2), [rated("差", 2023, "P1"), two[1]], (NONE, None)),
        (streak(2), [rated("差", 2024, "P2"), two[1]], (NONE, None)),
        (streak(2), [rated("差", 2025), rated("差", 2026)], (UNKNOWN, None)),
        (streak(2), [rated("差", 2023), rated("差", 2024)], (NONE, None)),
        (streak(2, role="书记"), two, (FAILED, 10)),
        (streak(2, role="委员"), two, (UNKNOWN, None)),
        (streak(1, role="书记"), [rated("差", 2025, **later)], (UNKNOWN, None)),
    ]
    posts = [post("P1", "书记", "2020-01-01")]
    check([
        (asked, {"ratings": ratings, "case_steps": [ELSEWHERE], "posts": posts}, "2026-04-11", 2026, wanted)
        for asked, ratings, wanted in cases
    ])


def test_a_step_that_no_ledger_records_cannot_be_missed() -> None:
    poor = {"ratings": [rated("差", rated_on=D("2026-03-02"))]}
    assert verdict(streak(), "2026-08-31", poor)[0] == UNKNOWN
    assert verdict(streak(), "2026-08-31", {"ratings": [rated("好")]})[0] == NONE
    for table, wanted in (("case_steps", UNKNOWN), ("posts", FAILED)):
        doubt = [{"org_id": "O1", "table_name": table}]
        assert verdict(streak(), "2026-08-31", {**poor, "case_steps": [ELSEWHERE], "rejected": doubt})[0] == wanted


# --- how dues were handed in -----------------------------------------------------------------------------------------


def dues(mode: str):
    return requirement("expect_dues_handled", mode=mode)


def paid(**columns: Any) -> dict[str, Any]:
    row = {"person_id": "P1", "org_id": "O1", "month": D("2026-03-01"), "due": 10.0, "paid": 10.0, "payer": "本人",
           "paid_on": D("2026-03-31"), "consented_on": D("2026-03-31")}
    return {**row, **columns}


def test_how_dues_were_handed_in() -> None:
    proxy, later = {"payer": "代交"}, {"paid_on": D("2026-04-01")}
    cases = [
        ("self", [paid()], (MET, 0)),
        ("self", [paid(payer="代交")], (FAILED, 1)),
        ("self", [paid(payer=None)], (UNKNOWN, None)),
        ("self", [paid(payer="代交"), paid(person_id="P2", payer="代交"), paid(person_id="P3")], (FAILED, 2)),
        ("proxy_consent", [paid(**proxy)], (MET, 0)),
        ("proxy_consent", [paid(**proxy, consented_on=D("2026-04-01"))], (FAILED, 1)),
        ("proxy_consent", [paid(**proxy, consented_on=None)], (FAILED, 1)),
        ("proxy_consent", [paid(**proxy, paid_on=None)], (MET, 0)),
        ("proxy_consent", [paid(**proxy, paid_on=None, consented_on=None)], (FAILED, 1)),
        ("proxy_consent", [paid(), paid(person_id="P2", payer=None)], (NONE, None)),
        ("late_consent", [paid(**later, consented_on=D("2026-04-01"))], (MET, 0)),
        ("late_consent", [paid(**later, consented_on=D("2026-04-02"))], (FAILED, 1)),
        ("late_consent", [paid(**later, consented_on=None)], (FAILED, 1)),
        ("late_consent", [paid(consented_on=None), paid(person_id="P2", paid_on=None)], (NONE, None)),
        ("full", [paid(paid=9.995)], (MET, 0)),
        ("full", [paid(paid=9.99)], (FAILED, 1)),
        ("full", [paid(paid=12)], (MET, 0)),
    ]
    check([(dues(mode), {"dues": rows}, "2026-08-31", 2026, wanted) for mode, rows, wanted in cases])


def test_which_payments_are_looked_at() -> None:
    wrong = {"payer": "代交"}
    cases = [
        (paid(**wrong), "2026-03-30", 2026, NONE),  # the month has not ended
        (paid(**wrong), "2026-03-31", 2026, FAILED),
        (paid(**wrong, paid_on=D("2026-04-01")), "2026-03-31", 2026, NONE),  # not paid yet
        (paid(**wrong, due=0), "2026-08-31", 2026, NONE),
        (paid(**wrong, reason="缓交"), "2026-08-31", 2026, NONE),
        (paid(**wrong, paid=0), "2026-08-31", 2026, NONE),
        (paid(**wrong, paid=None), "2026-08-31", 2026, NONE),
        (paid(**wrong, month=D("2025-12-01")), "2026-08-31", 2026, NONE),
        (paid(**wrong, month=D("2025-12-01")), "2026-08-31", 2025, FAILED),
    ]
    check([(dues("self"), {"dues": [row, paid(org_id="O9")]}, day, year, wanted) for row, day, year, wanted in cases])
    late = replace(dues("self"), effective_from=D("2026-03-02"))
    assert verdict(late, "2026-08-31", {"dues": [paid(**wrong)]})[0] == NONE


def test_payments_that_no_ledger_tells() -> None:
    def asked(mode: str, **columns: Any) -> str:
        row = paid(**{"payer": "代交", "paid_on": D("2026-05-01"), **columns})
        return verdict(dues(mode), "2026-08-31", {"dues": [row]})[0]

    assert asked("self", payer=None) == asked("proxy_consent", payer=None) == UNKNOWN
    assert asked("proxy_consent", consented_on=None) == asked("late_consent", consented_on=None) == UNKNOWN
    assert asked("late_consent", payer=None) == MET
    assert asked("full", paid=None) == UNKNOWN
    row = result(dues("self"), "2026-08-31", {"dues": [paid(payer="代交")], "rejected": [
        {"org_id": "O1", "table_name": "dues"}]})
    assert (row["verdict"], row["missed"], row["doubt"]) == (UNKNOWN, 1, 1)
