"""Counts per period, each activity as it should be, who came: both sides of every border."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.by_hand import (
    FAILED,
    MET,
    NONE,
    OPEN,
    UNKNOWN,
    D,
    DAY,
    check,
    held,
    post,
    requirement,
    result,
    verdict,
    activities,
)

# --- counts ----------------------------------------------------------------------------------------------------------


def test_both_bounds_of_a_quarter() -> None:
    cases = []
    for bounds, quarters, expected in [
        ({"minimum": 1, "maximum": 2}, (1, 2), (MET, 1)),
        ({"minimum": 1, "maximum": 2}, (1, 3), (FAILED, 3)),
        ({"minimum": 1, "maximum": 2}, (0, 2), (FAILED, 0)),
        ({"minimum": 2, "maximum": 3}, (0, 4), (FAILED, 0)),  # two too few is farther out than one too many
        ({"minimum": 1, "maximum": 2}, (0, 3), (FAILED, 0)),  # a tie: the smallest
        ({"minimum": 1, "maximum": 2}, (1, 1, 3), (FAILED, 3)),  # too many at once, though the quarter still runs
        ({"maximum": 2}, (2, 1), (MET, 2)),
        ({"maximum": 2}, (0, 0, 3), (FAILED, 3)),
        ({"minimum": 1}, (1, 1), (MET, 1)),
    ]:
        days = [f"2026-{3 * q + 1:02d}-{n + 1:02d}" for q, times in enumerate(quarters) for n in range(times)]
        elsewhere = held("党课", "2021-01-01")
        asked = requirement("expect_activity_count", activity="党课", period="quarter", **bounds)
        cases.append((asked, activities(held("党课", *days), elsewhere), DAY, 2026, expected))
    check(cases)


def test_with_a_maximum_an_open_period_is_never_yet_met() -> None:
    tables = activities(held("党课", "2026-02-01", "2026-05-01", "2026-07-01"))
    for bounds, state in (({"minimum": 1, "maximum": 2}, (2, 1)), ({"minimum": 1}, (3, 0)), ({"maximum": 2}, (2, 1))):
        row = result(requirement("expect_activity_count", activity="党课", period="quarter", **bounds), DAY, tables)
        assert (row["met"], row["open"]) == state


def test_counting_different_tags() -> None:
    cases = []
    for count, rows, expected in [
        ("tags", [["基层党建"], ["基层党建"], ["党员之间"]], (MET, 2)),
        ("tags", [["基层党建"], ["基层党建"], ["班子成员之间"]], (FAILED, 1)),
        ("tags", [["基层党建", "党员之间"]], (MET, 2)),
        ("tags", [["基层党建"], []], (FAILED, 1)),  # this ledger does tell: an empty cell is none
        ("tags", [[], []], (UNKNOWN, 0)),  # this one never tells
        ("rows", [["基层党建"], ["基层党建"]], (MET, 2)),
    ]:
        asked = requirement(
            "expect_activity_count",
            activity="党课",
            tags=["基层党建", "党员之间"],
            period="half_year",
            minimum=2,
            count=count,
        )
        other = {"organizations": [{"org_id": o, "name": o, "type": "党支部"} for o in ("O1", "O2")]}
        mine = [row for n, tags in enumerate(rows) for row in held("党课", f"2026-03-0{n + 1}", tags=tags)]
        seen = held("党课", "2026-01-01", org="O2", tags=["基层党建"])
        cases.append((asked, activities(mine, seen, **other), "2026-06-30", 2026, expected))
    check(cases)


def test_counting_quantities() -> None:
    cases = []
    for amounts, expected in [([2, 3], (MET, 5)), ([4, None], (MET, 5)), ([4], (FAILED, 4))]:
        asked = requirement("expect_activity_count", activity="党课", period="half_year", minimum=5, count="quantity")
        rows = [held("党课", f"2026-03-0{n + 1}", quantity=q) for n, q in enumerate(amounts)]
        cases.append((asked, activities(*rows), "2026-06-30", 2026, expected))
    check(cases)


def permission(period: str, day: str, requirement: str = "R") -> dict[str, Any]:
    return {
        "org_id": "O1",
        "requirement": requirement,
        "period": period,
        "held_on": D(day),
        "reason": "",
        "approved_by": "",
    }


def test_a_meeting_permitted_later_counts_in_its_period() -> None:
    """Judged at the end of February (month), of March, of July: nothing else is due by then."""
    cases = []
    for kind, days, permissions, expected in [
        ("month", ["2026-02-03", "2026-02-20"], [permission("2026-01", "2026-02-03")], (MET, 1)),
        ("month", ["2026-02-03"], [permission("2026-01", "2026-02-03")], (FAILED, 0)),  # it leaves its own month
        ("month", ["2026-02-03", "2026-02-20"], [permission("2026-01", "2026-02-03", "other")], (FAILED, 0)),
        (
            "month",
            ["2026-01-31", "2026-02-20"],
            [permission("2026-01", "2026-01-31")],
            (MET, 1),
        ),  # not later: no matter
        ("month", ["2026-02-03", "2026-02-20"], [permission("2026Q1", "2026-02-03")], (FAILED, 0)),  # another kind
        ("month", ["2026-02-03", "2026-02-20"], [permission("2025-12", "2026-02-03")], (FAILED, 0)),
        ("month", ["2026-03-03"], [permission("2026-01", "2026-03-03"), permission("2026-02", "2026-03-03")], (MET, 1)),
        ("quarter", ["2026-04-01"], [permission("2026Q1", "2026-04-01")], (MET, 1)),
        ("half_year", ["2026-07-01"], [permission("2026H1", "2026-07-01")], (MET, 1)),
    ]:
        asked = requirement("expect_activity_count", activity="党课", period=kind, minimum=1)
        as_of = {"month": "2026-02-28", "quarter": "2026-04-30", "half_year": "2026-07-31"}[kind]
        as_of = "2026-03-30" if days == ["2026-03-03"] else as_of
        cases.append((asked, activities(held("党课", *days), permissions=permissions), as_of, 2026, expected))
    check(cases)


def test_a_meeting_of_the_next_year_counts_in_the_year_it_was_permitted_for() -> None:
    asked = requirement("expect_activity_count", activity="党课", period="year", minimum=1)
    tables = activities(held("党课", "2027-02-01", "2020-01-01"), permissions=[permission("2026", "2027-02-01")])
    check(
        [
            (asked, tables, "2027-02-01", 2026, (MET, 1)),
            (asked, tables, "2027-01-31", 2026, (FAILED, 0)),
            (asked, tables, "2027-12-31", 2027, (FAILED, 0)),
        ]
    )


# --- each activity ---------------------------------------------------------------------------------------------------

EACH = [
    ({"carries": ["基层党建", "党员之间"]}, {"tags": ["基层党建", "党员之间"]}, {"tags": ["基层党建"]}, {"tags": []}),
    ({"minutes": True}, {"minutes": True}, {"minutes": False}, {"minutes": None}),
    ({"chaired_by": "书记"}, {"chair_id": "p"}, {"chair_id": "q"}, {"chair_id": None}),
    (
        {"dated": "noticed_on"},
        {"noticed_on": D("2026-05-10")},
        {"noticed_on": D("2026-05-11")},
        {"noticed_on": None, "approved_on": D("2026-05-01")},
    ),
    (
        {"dated": "approved_on"},
        {"approved_on": D("2026-05-10")},
        {"approved_on": D("2026-05-11")},
        {"approved_on": None, "noticed_on": D("2026-05-01")},
    ),
]


def test_each_activity_says_it() -> None:
    posts, cases = [post("p", "书记", "2020-01-01"), post("q", "委员", "2020-01-01")], []
    for asked, good, bad, silent in EACH:
        one = requirement("expect_each_activity", activity="党课", **asked)
        seen = held("党课", "2019-01-01", **good)  # before the document: it only shows that such things are recorded
        for rows, expected in (
            ([good], (MET, 0)),
            ([good, bad], (FAILED, 1)),
            ([good, bad, silent], (FAILED, 1)),
            ([good, silent], (UNKNOWN, 0)),
            ([], (NONE, None)),
        ):
            days = [held("党课", "2026-05-10", **row) for row in rows]
            cases.append((one, activities(seen, *days, posts=posts), DAY, 2026, expected))
    check(cases)


def test_the_chair_is_in_post_on_that_day() -> None:
    cases = []
    for since, until, expected in [
        ("2026-05-10", None, MET),
        ("2026-05-11", None, FAILED),
        ("2020-01-01", "2026-05-10", FAILED),
        ("2020-01-01", "2026-05-11", MET),
    ]:
        asked = requirement("expect_each_activity", activity="党课", chaired_by=["书记", "副书记"])
        tables = activities(held("党课", "2026-05-10", chair_id="p"), posts=[post("p", "副书记", since, until)])
        cases.append((asked, tables, DAY, 2026, expected))
    check(cases)


@pytest.mark.parametrize("asked", [row[0] for row in EACH])
def test_what_no_ledger_records_is_not_judged(asked: dict) -> None:
    one = requirement("expect_each_activity", activity="党课", **asked)
    tables = activities(held("党课", "2026-05-10"), posts=[post("p", "书记", "2020-01-01")])
    assert verdict(one, DAY, tables) == (UNKNOWN, None)


def test_only_activities_of_the_year_while_bound_count() -> None:
    asked, cases = requirement("expect_each_activity", activity="党课", minutes=True, since="2026-05-10"), []
    for day, year_of, expected in (
        ("2026-05-09", None, (MET, 0)),
        ("2026-05-10", None, (FAILED, 1)),
        ("2026-09-01", None, (MET, 0)),
        ("2026-07-01", 2025, (MET, 0)),
        ("2026-07-01", 2026, (FAILED, 1)),
    ):
        rows = held("党课", "2026-05-10", minutes=True), held("党课", day, minutes=False, year_of=year_of)
        cases.append((asked, activities(*rows), DAY, 2026, expected))
    check(cases)


# --- who came --------------------------------------------------------------------------------------------------------


def came(day: str, *people: str, part: str = "参加", org: str = "O1", kind: str = "党课") -> list[dict[str, Any]]:
    return [{"org_id": org, "kind": kind, "held_on": D(day), "person_id": p, "part": part} for p in people]


POSTS = [post(p, "委员", "2020-01-01") for p in "abcde"]


def test_share_of_those_in_post_who_came() -> None:
    cases = []
    for rows, expected in [
        (came("2026-05-10", *"abcd"), (MET, 80)),
        (came("2026-05-10", *"abc"), (FAILED, 60)),
        (came("2026-05-10", *"abc", "x"), (FAILED, 60)),
        (came("2026-05-10", *"abc") + came("2026-05-10", "d", part="列席"), (FAILED, 60)),
        (came("2026-05-10", *"abcde", part="列席"), (FAILED, 0)),
        (came("2026-05-11", *"abcde"), (UNKNOWN, None)),  # of that day nothing is recorded
        (came("2026-05-10", *"abcde", org="O2"), (UNKNOWN, None)),
    ]:
        asked = requirement(
            "expect_attendance", activity="党课", parts="参加", roles="委员", each="activity", minimum=80
        )
        tables = activities(held("党课", "2026-05-10", "2026-05-10"), posts=POSTS, participations=rows)
        cases.append((asked, tables, DAY, 2026, expected))
    check(cases)


def test_expected_is_who_held_the_post_on_that_day() -> None:
    asked, cases = requirement("expect_attendance", activity="党课", roles="委员", each="activity", minimum=1), []
    for since, until, expected in (
        ("2026-05-10", None, 50),
        ("2026-05-11", None, 100),
        ("2020-01-01", "2026-05-10", 100),
        ("2020-01-01", "2026-05-11", 50),
    ):
        posts = [post("a", "委员", "2020-01-01"), post("b", "委员", since, until)]
        tables = activities(held("党课", "2026-05-10"), posts=posts, participations=came("2026-05-10", "a"))
        cases.append((asked, tables, DAY, 2026, (MET, expected)))
    check(cases)


def test_attendance_by_category_full_time_and_of_the_organisations_below() -> None:
    cases = []

    def case(expected: tuple[str, float], tables: dict, **who: Any) -> None:
        asked = requirement("expect_attendance", activity="党课", each="activity", minimum=100, **who)
        cases.append((asked, activities(held("党课", "2026-05-10"), **tables), DAY, 2026, expected))

    people = [
        {"person_id": p, "org_id": "O1", "standing": s, "categories": ["党员领导干部"]}
        for p, s in (("a", "正式党员"), ("b", "正式党员"), ("c", "预备党员"))
    ]
    case((FAILED, 50), {"people": people, "participations": came("2026-05-10", "a")}, categories="党员领导干部")
    posts = [post("a", "副书记", "2020-01-01", full_time=True), post("b", "副书记", "2020-01-01", full_time=False)]
    tables = {"posts": posts, "participations": came("2026-05-10", "a")}
    case((MET, 100), tables, roles="副书记", full_time=True)
    case((FAILED, 50), tables, roles="副书记")
    orgs = [
        {"org_id": o, "name": o, "type": t, "parent_id": p}
        for o, t, p in (("O1", "党支部", None), ("C", "机关党委", "O1"), ("D", "党总支", "C"))
    ]
    posts = [post("c", "副书记", "2020-01-01", org="C"), post("d", "副书记", "2020-01-01", org="D"), *posts]
    tables = {"organizations": orgs, "posts": posts, "participations": came("2026-05-10", "c")}
    case((MET, 100), tables, roles="副书记", posts_in="children")
    orgs.append({"org_id": "E", "name": "E", "type": "党总支", "parent_id": "O1"})
    tables |= {"organizations": orgs, "posts": [post("e", "副书记", "2020-01-01", org="E"), *posts]}
    case((FAILED, 50), tables, roles="副书记", posts_in="children")
    case((MET, 100), tables, roles="副书记", posts_in="children", types="机关党委")
    check(cases)


def test_each_member_came_often_enough() -> None:
    cases = []
    for as_of, days, expected in [
        ("2026-12-31", ["2026-05-10", "2026-06-10"], (MET, 2)),
        ("2026-12-31", ["2026-05-10"], (FAILED, 1)),
        ("2026-12-30", ["2026-05-10"], (OPEN, None)),
        ("2026-12-31", ["2026-05-10", "2025-06-10"], (FAILED, 1)),
    ]:
        asked = requirement("expect_attendance", activity="党课", roles="委员", each="person", minimum=2)
        posts = [post("a", "委员", "2026-01-01"), post("b", "委员", "2026-01-02")]  # b is no member: later in post
        rows = [row for day in days for row in came(day, "a") + came(day, "a", part="主讲")]
        cases.append((asked, {"posts": posts, "participations": rows}, as_of, 2026, expected))
    check(cases)


def test_attendance_that_nobody_records_is_not_judged() -> None:
    asked = requirement("expect_attendance", activity="党课", roles="委员", each="activity", minimum=80)
    tables = activities(
        held("党课", "2026-05-10"), posts=POSTS, participations=came("2026-05-10", "a", kind="党员大会")
    )
    assert verdict(asked, DAY, tables) == (UNKNOWN, None)


def test_records_of_an_organisation_that_no_roster_lists_count_for_nobody() -> None:
    """Intake rejects them; rows given in memory may hold some, and no subject is coded by their name."""
    monthly = requirement("expect_activity_count", activity="党员大会", period="quarter", minimum=1)
    own = held("党员大会", "2026-02-03", "2026-05-06")
    paper = {"requirement": "R", "org_id": "O9", "since": D("2026-01-01"), "until": D("2026-12-31")}
    leave = {"requirement": "R", "org_id": "O9", "period": "2026Q1", "held_on": D("2026-05-06")}
    stray = {
        "activities": own + held("党员大会", "2026-01-05", "2026-05-06", org="O9"),
        "exemptions": [paper],
        "permissions": [leave],
    }
    assert verdict(monthly, "2026-06-30", stray) == verdict(monthly, "2026-06-30", {"activities": own}) == (MET, 1)
