"""Terms of office, posts, open cases: both sides of every border."""

from __future__ import annotations

from typing import Any

from tests.audit.by_hand import (
    BEHIND,
    FAILED,
    MET,
    NONE,
    OPEN,
    UNKNOWN,
    DAY,
    GROWN,
    OLD,
    YOUNG,
    branch,
    check,
    founded,
    post,
    requirement,
    step,
)

# --- terms and posts -------------------------------------------------------------------------------------------------


def test_the_term_of_office() -> None:
    asked = requirement(
        "expect_term", process="书记任职", step="任职", extended_by="集中培训", extension_months=12, years=3,
        reminder_months=3,
    )
    rows = {
        "last day": (["2023-08-31"], [], (BEHIND, 0)),
        "a day late": (["2023-08-30"], [], (FAILED, 1)),
        "the latest counts": (["2020-01-01", "2025-01-01"], [], (MET, -488)),
        "not yet a fact": (["2023-08-30", "2026-09-01"], [], (FAILED, 1)),
        "reminder not yet": (["2023-12-01"], [], (MET, -92)),
        "reminder": (["2023-11-30"], [], (BEHIND, -91)),
        "extended": (["2023-08-30"], ["2026-08-30"], (OPEN, None)),
        "extension ends": (["2022-01-01"], ["2025-08-31", "2025-01-01"], (OPEN, None)),
        "extension over": (["2022-01-01"], ["2025-08-30"], (FAILED, 1)),
        "extension within the term": (["2023-08-30"], ["2023-08-30"], (FAILED, 1)),
        "extended before": (["2023-08-30"], ["2023-08-29"], (FAILED, 1)),
        "never held": ([], ["2026-01-01"], (UNKNOWN, None)),
    }
    cases = []
    for held_on, extended, expected in rows.values():
        steps = [step("任职", d) for d in held_on] + [step("集中培训", d) for d in extended]
        cases.append((asked, {"case_steps": steps}, DAY, 2026, expected))
    cases.append((asked, founded("2023-08-31"), DAY, 2026, (BEHIND, 0)))
    cases.append((asked, founded("2023-08-30"), DAY, 2026, (UNKNOWN, None)))  # an election may be missing
    cases.append((asked, YOUNG | {"case_steps": [step("任职", "2020-01-01")]}, DAY, 2026, (OPEN, None)))
    check(cases)


def test_years_in_one_post() -> None:
    asked = requirement("expect_tenure", roles=["书记", "副书记"], years=5)
    full = requirement("expect_tenure", roles="书记", full_time=True, years=5)
    posts = [
        ([post("a", "书记", "2021-08-31")], (MET, 0)),
        ([post("a", "书记", "2021-08-30")], (FAILED, 1)),
        ([post("a", "书记", "2024-01-01"), post("a", "副书记", "2021-08-30")], (FAILED, 1)),  # both posts still run
        ([post("a", "书记", "2024-01-01"), post("a", "书记", "2010-01-01", "2024-01-01")], (MET, -854)),
        ([post("a", "书记", "2024-01-01"), post("b", "副书记", "2021-08-29")], (FAILED, 2)),
        ([post("a", "书记", OLD, "2026-08-31")], (NONE, None)),
        ([post("a", "书记", OLD, "2026-09-01")], (FAILED, 2434)),
        ([post("a", "委员", OLD)], (NONE, None)),
    ]
    cases = [(asked, {"posts": rows}, DAY, 2026, expected) for rows, expected in posts]
    cases.append((asked, YOUNG | {"posts": [post("a", "书记", OLD)]}, DAY, 2026, (OPEN, None)))
    cases.append((full, {"posts": [post("a", "书记", OLD, full_time=False)]}, DAY, 2026, (NONE, None)))
    check(cases)


def test_who_holds_one_post_must_hold_another() -> None:
    orgs = [branch(parent_id="P"), branch("P", type="党总支"), branch("Q", type="党总支")]
    mine, also = post("a", "书记", OLD), [("O1", ("own",)), ("P", ("parent",)), ("Q", ())]
    cases = []
    for org, fits in also:
        tables = {"organizations": orgs, "posts": [mine, post("a", "委员", OLD, org=org)]}
        for where in ("own", "parent", "anywhere"):
            asked = requirement("expect_post_qualified", roles="书记", also="委员", at=where)
            expected = (MET, 0) if where in (*fits, "anywhere") else (FAILED, 1)
            cases.append((asked, tables, DAY, 2026, expected))
    own = requirement("expect_post_qualified", roles="书记", also="委员", at="own")
    ended = {"posts": [mine, post("a", "委员", OLD, "2026-08-31"), post("b", "委员", OLD)]}
    cases.append((own, ended, DAY, 2026, (FAILED, 1)))
    cases.append((own, {"posts": [post("b", "委员", OLD)]}, DAY, 2026, (NONE, None)))
    cases.append((own, YOUNG | {"posts": [mine]}, DAY, 2026, (OPEN, None)))
    cases.append((own, GROWN | {"posts": [mine]}, DAY, 2026, (FAILED, 1)))
    parentless = requirement("expect_post_qualified", roles="书记", also="委员", at="parent")
    cases.append((parentless, {"posts": [mine]}, DAY, 2026, (UNKNOWN, None)))
    check(cases)


def test_only_a_superior_of_the_right_type_can_be_asked() -> None:
    mine, right = post("a", "书记", OLD), {"roles": "书记", "also": "委员", "at": "parent"}
    asked = requirement("expect_post_qualified", **right, parent_types=["党组", "党委"])
    cases = []
    for above, fits, expected in [
        ([branch("P", type="党组")], True, (MET, 0)),
        ([branch("P", type="党委")], False, (FAILED, 1)),
        ([branch("P", type="工委")], False, (UNKNOWN, None)),
        ([branch("P", type="工委")], True, (UNKNOWN, None)),
        ([], False, (UNKNOWN, None)),
    ]:
        posts = [mine, post("b", "委员", OLD)] + [post("a", "委员", OLD, org="P")] * fits
        cases.append((asked, {"organizations": [branch(parent_id="P"), *above], "posts": posts}, DAY, 2026, expected))
    check(cases)


# --- cases open ------------------------------------------------------------------------------------------------------


def opened(**more: Any) -> Any:
    return requirement("expect_open_cases", process="书记任职", opened_by="任职", closed_by="集中培训", **more)


def test_a_maximum_of_open_cases_and_a_day_to_be_done_by() -> None:
    two = {"case_steps": [step("任职", "2020-01-01", "A"), step("任职", "2026-06-30", "B")]}
    late = {"case_steps": [step("任职", "2020-01-01", "A"), step("集中培训", "2026-07-01", "A")]}
    none, done = opened(maximum=0, by="2026-06-30"), {"case_steps": [step("任职", OLD), step("集中培训", "2026-06-30")]}
    check(
        [
            (opened(maximum=2), two, DAY, 2026, (MET, 2)),
            (opened(maximum=1), two, DAY, 2026, (FAILED, 2)),
            (opened(maximum=1), two, "2026-06-29", 2026, (MET, 1)),
            (opened(maximum=1), YOUNG | two, DAY, 2026, (OPEN, None)),
            (none, late, DAY, 2026, (FAILED, 1)),  # closed a day too late
            (none, done, DAY, 2026, (MET, 0)),
            (none, late, "2026-06-29", 2026, (OPEN, None)),
            (none, late, "2026-06-30", 2026, (FAILED, 1)),
            (none, late, "2027-03-01", 2027, (NONE, None)),  # history
            (none, late, "2027-03-01", 2025, (OPEN, None)),  # a duty of 2026 is not missed in 2025
        ]
    )


def test_cases_of_the_organisations_below_count_too() -> None:
    orgs = [branch(), branch("C", parent_id="O1"), branch("D", parent_id="C")]
    steps = [step("任职", OLD, "A", org=o) for o in ("O1", "C", "D")] + [step("集中培训", OLD, "A", org="C")]
    tables = {"organizations": orgs, "case_steps": steps}
    check(
        [
            (opened(minimum=2, scope=s), tables, DAY, 2026, said)
            for s, said in (("subtree", (MET, 2)), ("own", (FAILED, 1)))
        ]
    )
