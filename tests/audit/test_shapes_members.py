"""People covered: who belongs, what counts, when it is due."""

from __future__ import annotations

from typing import Any

from tests.audit.by_hand import BEHIND, FAILED, MET, NONE, OPEN, UNKNOWN, D, DAY, check, post, requirement, activities

# --- people covered --------------------------------------------------------------------------------------------------


def covered(**more: Any) -> Any:
    return requirement(
        "expect_members_covered",
        **{"scope": "own", "activity": "轮训", "measure": "count", "minimum": 1, "period": "year", "roles": "委员"}
        | more,
    )


def person(name: str, standing: str = "正式党员", since: str | None = None, **columns: Any) -> dict[str, Any]:
    return {"person_id": name, "org_id": "O1", "standing": standing, "since": since and D(since), **columns}


def trained(*people: str, day: str = "2026-05-10", org: str = "O2", **columns: Any) -> list[dict[str, Any]]:
    return [
        {"activity_id": f"{p}{day}", "org_id": org, "kind": "轮训", "held_on": D(day), "person_id": p, **columns}
        for p in people
    ]


def test_members_by_standing() -> None:
    cases = []
    for rows, expected in [
        ([person("a"), person("b", since="2026-01-01")], (FAILED, 0)),
        ([person("a"), person("b", since="2026-01-02")], (MET, 1)),
        ([person("a"), person("b", "预备党员")], (MET, 1)),
        ([person("a"), person("b", categories=["离退休"])], (MET, 1)),
        ([person("a"), person("b", categories=["流动党员"])], (FAILED, 0)),
        ([person("a"), person("b", until=D("2026-12-31"))], (MET, 1)),
        ([person("a", categories=["离退休"])], (NONE, None)),
    ]:
        asked = covered(roles=None, standings="正式党员", except_categories="离退休")
        cases.append((asked, activities(trained("a"), people=rows), "2026-12-31", 2026, expected))
    check(cases)


def test_ever_is_a_state_after_the_days_of_grace() -> None:
    asked, cases = covered(period="ever", grace_days=30), []
    for as_of, since, expected in (
        ("2026-08-31", "2026-08-01", (FAILED, 0)),  # in post on the day grace_days before the reference day
        ("2026-08-31", "2026-08-02", (NONE, None)),
        ("2026-01-05", "2025-01-01", (FAILED, 0)),  # due at once, no year has to close
    ):
        tables = activities(trained("x", day="2020-01-01"), posts=[post("a", "委员", since)])
        done = activities(trained("a", day="2019-01-01"), posts=[post("a", "委员", "2019-01-01")])
        cases += [(asked, tables, as_of, 2026, expected), (asked, done, as_of, 2026, (MET, 1))]
    check(cases)


def test_a_new_organisation_is_given_time() -> None:
    cases = []
    for founded, expected in [("2026-03-01", OPEN), ("2026-02-28", FAILED)]:
        orgs = [{"org_id": "O1", "name": "甲", "type": "党支部", "established_on": D(founded)}]
        tables = activities(trained("x"), posts=[post("a", "委员", "2025-01-01")], organizations=orgs)
        cases.append((covered(period="ever"), tables, DAY, 2026, expected))
    check(cases)


def test_around_a_day_of_the_year() -> None:
    cases = []
    for days, as_of, expected in [
        (["2026-05-22"], "2026-12-31", (MET, 1)),
        (["2026-05-21"], "2026-12-31", (FAILED, 0)),
        (["2026-06-14"], "2026-12-31", (MET, 1)),
        (["2026-06-15"], "2026-12-31", (FAILED, 0)),
        ([], "2026-06-14", (FAILED, 0)),
        ([], "2026-06-13", (OPEN, None)),
    ]:
        asked = covered(around=["2025-06-05", "2026-06-01"], days_before=10, days_after=13)
        rows = [row for day in days for row in trained("a", day=day)]
        tables = activities(rows, trained("x", day="2020-01-01"), posts=[post("a", "委员", "2025-01-01")])
        cases.append((asked, tables, as_of, 2026, expected))
    check(cases)


def test_around_needs_the_day_of_the_year_and_the_whole_span() -> None:
    tables = activities(trained("a", day="2026-06-01"), posts=[post("a", "委员", "2025-01-01")])
    span = {"around": ["2026-06-01"], "days_before": 10, "days_after": 10}
    check(
        [
            (covered(**span | {"around": ["2025-06-01"]}), tables, DAY, 2026, (UNKNOWN, None)),
            (covered(**span, since="2026-05-22"), tables, DAY, 2026, MET),
            (covered(**span, since="2026-05-23"), tables, DAY, 2026, NONE),
        ]
    )


def test_figures_are_measured_in_sizes() -> None:
    cases = []
    for measure, columns, minimum, expected in [
        ("hours", {"hours": 40.0}, 5, (MET, 5)),
        ("hours", {"hours": 39.0}, 5, (FAILED, 4.875)),
        ("days", {"days": 40.0}, 5, (MET, 5)),
        ("days", {"days": None}, 5, (UNKNOWN, 0)),  # days not told: doubt, never a failing verdict
        ("quantity", {"quantity": None}, 5, (FAILED, 0)),
        ("quantity", {"quantity": 40.0}, 5, (MET, 5)),
    ]:
        asked = covered(measure=measure, size=8, minimum=minimum)
        seen = trained("x", hours=1.0, days=1.0)
        tables = activities(trained("a", **columns), seen, posts=[post("a", "委员", "2025-01-01")])
        cases.append((asked, tables, "2026-12-31", 2026, expected))
    check(cases)


def test_rated_members() -> None:
    cases = []
    for ratings, period, expected in [
        ([("a", 2026)], "year", MET),
        ([("a", 2025)], "year", FAILED),
        ([("a", 2025)], "ever", MET),
        ([("a", 2025), (None, 2026)], "year", UNKNOWN),  # a rating of this year that names nobody
    ]:
        asked = covered(activity=None, rating="述职评议", period=period)
        rows = [{"org_id": "O1", "person_id": p, "kind": "述职评议", "period": y, "grade": "好"} for p, y in ratings]
        tables = {"ratings": rows, "posts": [post("a", "委员", "2025-01-01")]}
        cases.append((asked, tables, "2026-12-31", 2026, expected))
    check(cases)


def test_behind_in_the_course_of_the_year() -> None:
    tables = activities(trained("a", day="2026-01-05"), posts=[post("a", "委员", "2025-01-01")])
    check(
        [
            (covered(minimum=4), tables, as_of, 2026, said)
            for as_of, said in (("2026-06-29", OPEN), ("2026-06-30", BEHIND))
        ]
    )


def test_a_ledger_that_never_says_what_it_was_about() -> None:
    """With tags asked for, untagged training is doubt, but only where no training of its holder carries a tag."""
    given, told = trained("a", day="2026-03-01"), {"tags": ["党性分析"]}
    elsewhere, cases = trained("x", org="O3", **told), []
    for rows, asks, expected in [
        (given, {}, UNKNOWN),
        (given, {"tags": None}, MET),
        (trained("a", day="2025-12-31"), {}, FAILED),  # of another year
        (trained("b", day="2026-03-01"), {}, FAILED),  # somebody else's
        ([*given, *trained("b", day="2020-01-01", tags=["党员教育"])], {}, FAILED),  # this ledger tells
        ([*given, *trained("b", day="2020-01-01", org="O4", tags=["党员教育"])], {}, UNKNOWN),
        ([*given, *trained("a", org="O4", **told)], {}, MET),
        (trained(None, day="2026-03-01"), {}, FAILED),  # nobody named, of another organisation
        (trained(None, day="2026-03-01", org="O1"), {}, UNKNOWN),
    ]:
        tables = activities(rows, elsewhere, posts=[post("a", "委员", "2025-01-01")])
        cases.append((covered(**{"tags": ["党性分析"]} | asks), tables, "2026-12-31", 2026, expected))
    check(cases)


def test_training_below_that_names_nobody() -> None:
    """It may have been any member of the subtree; of one organisation alone only its own rows can have been."""
    tree = {"O1": None, "O2": "O1", "O3": "O2", "O4": None}
    orgs = [{"org_id": org, "name": org, "type": "党支部", "parent_id": above} for org, above in tree.items()]
    cases = []
    for org, scope, expected in [
        ("O1", "own", UNKNOWN), ("O2", "own", FAILED), ("O1", "subtree", UNKNOWN), ("O2", "subtree", UNKNOWN),
        ("O3", "subtree", UNKNOWN), ("O4", "subtree", FAILED),
    ]:
        tables = activities(trained(None, org=org), posts=[post("a", "委员", "2025-01-01")], organizations=orgs)
        cases.append((covered(scope=scope), tables, "2026-12-31", 2026, expected))
    check(cases)
