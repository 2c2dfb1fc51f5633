"""Figures, organisations below, the standard, checks on site: both sides of every border."""

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
    GROWN,
    OLD,
    YOUNG,
    Tables,
    branch,
    check,
    founded,
    held,
    post,
    requirement,
    result,
    step,
    verdict,
)
from workbench.audit.wording import observed_text

# --- figures ---------------------------------------------------------------------------------------------------------

STAFF, HEADS, BUDGET, REVENUE = "机关工作人员数", "党务工作人员数", "党建工作经费", "财政收入"


def figures(day: str = "2026-06-30", **values: float) -> Tables:
    names = {"staff": STAFF, "heads": HEADS, "budget": BUDGET, "revenue": REVENUE}
    return {
        "measures": [
            {"org_id": "O1", "measure": names[n], "as_of": D(day), "value": float(v)} for n, v in values.items()
        ]
    }


def both(first: Tables, second: Tables) -> Tables:
    return {"measures": [*first["measures"], *second["measures"]]}


def test_a_figure_and_whom_it_is_asked_of() -> None:
    plain, most = (
        requirement("expect_measure", measure=HEADS, minimum=2),
        requirement("expect_measure", measure=HEADS, maximum=2),
    )
    share = requirement("expect_measure", measure=BUDGET, per=REVENUE, minimum=0.5)
    positive = requirement("expect_measure", measure=BUDGET, positive=True)
    large = requirement("expect_measure", measure=HEADS, when=STAFF, when_at_least=30, when_below=100, minimum=1)
    check(
        [
            (one, tables, DAY, 2026, said)
            for one, tables, said in (
                (plain, figures(heads=2), (MET, 2)),
                (plain, figures(heads=1), (FAILED, 1)),
                (plain, YOUNG | figures(heads=1), (OPEN, None)),
                (plain, GROWN | figures(heads=1), (FAILED, 1)),
                (plain, figures("2025-08-31", heads=1), (UNKNOWN, None)),  # a year old: tells nothing
                (plain, figures("2025-09-01", heads=1), (FAILED, 1)),
                (plain, figures("2026-09-01", heads=1), (UNKNOWN, None)),
                (most, figures(heads=2), (MET, 2)),
                (most, figures(heads=3), (FAILED, 3)),
                (share, figures(budget=0.495, revenue=100), (MET, 0.5)),  # rounded to two decimals
                (share, figures(budget=0.49, revenue=100), (FAILED, 0.49)),
                (share, figures(budget=1, revenue=0), (NONE, None)),
                (share, figures(revenue=0), (NONE, None)),
                (share, figures(budget=1), (UNKNOWN, None)),
                (share, both(figures("2026-05-31", budget=1, revenue=100), figures(revenue=300)), (MET, 1)),  # one day
                (share, both(figures("2026-05-31", budget=1, revenue=100), figures(budget=0.4)), (MET, 1)),
                (share, both(figures("2026-05-31", budget=1), figures(revenue=300)), (UNKNOWN, None)),
                (share, both(figures("2025-08-31", budget=1, revenue=300), figures(revenue=9)), (UNKNOWN, None)),
                (positive, figures(budget=0.01), (MET, 1)),
                (positive, figures(budget=0), (FAILED, 0)),
                (large, figures(staff=30, heads=0), (FAILED, 0)),
                (large, figures(staff=29, heads=0), (NONE, None)),
                (large, figures(staff=99, heads=0), (FAILED, 0)),
                (large, figures(staff=100, heads=0), (NONE, None)),
                (large, figures(staff=100), (NONE, None)),
                (large, figures(heads=0), (UNKNOWN, None)),
                (large, figures(staff=50), (UNKNOWN, None)),
            )
        ]
    )


def test_a_share_is_asked_from_a_certain_size() -> None:
    asked = requirement("expect_share", numerator=HEADS, denominator=STAFF, ratio=0.01, when_at_least=100)
    rows = ((99, 0, (NONE, None)), (100, 0, (FAILED, -1)), (100, 1, (MET, 0)))
    check([(asked, figures(staff=n, heads=k), DAY, 2026, said) for n, k, said in rows])


@pytest.mark.parametrize(
    ("rises", "just", "less"), [(True, (MET, 1), (FAILED, -1)), (None, (FAILED, -9), (FAILED, -10))]
)
def test_growth_with_its_base(rises: bool | None, just: tuple, less: tuple) -> None:
    asked = requirement("expect_growth", measure=BUDGET, base=REVENUE, rises=rises)

    def years(old: tuple[float, float], new: tuple[float, float]) -> Tables:
        rows = [figures(f"{y}-06-30", budget=b, revenue=r)["measures"] for y, (b, r) in ((2025, old), (2026, new))]
        return {"measures": [row for part in rows for row in part]}

    check(
        [
            (asked, tables, DAY, 2026, said)
            for tables, said in (
                (years((100, 100), (101, 110)), just),
                (years((100, 100), (100, 110)), less),
                (years((100, 100), (90, 100)), (NONE, None)),
                (years((0, 100), (90, 110)), (UNKNOWN, None)),
                (figures(budget=1, revenue=1), (UNKNOWN, None)),
                (figures("2025-06-30", budget=1, revenue=1), (OPEN, None)),
            )
        ]
    )


# --- organisations below ---------------------------------------------------------------------------------------------


def city(*below: dict[str, Any], **tables: Any) -> Tables:
    return {"organizations": [branch(), *below], **tables}


def rated(
    org: str, grade: str | None, year: int = 2025, day: str | None = None, person: str | None = None
) -> dict[str, Any]:
    return {
        "org_id": org,
        "person_id": person,
        "kind": "述职评议",
        "period": year,
        "grade": grade,
        "rated_on": day and D(day),
    }


def test_share_of_organisations_with_a_flag() -> None:
    asked = requirement("expect_population", types="党支部", having_flag="后进村", share=50)
    number = requirement("expect_population", having_flag="后进村", minimum=1)
    good, other = branch("A", parent_id="O1", flags=["后进村"]), branch("B", parent_id="A")
    late, gone = D("2026-09-01"), D("2026-08-31")
    check(
        [
            (one, tables, DAY, 2026, said)
            for one, tables, said in (
                (asked, city(good, other), (MET, 50)),
                (asked, city(good, other, branch("C", parent_id="B")), (FAILED, 100 / 3)),
                (asked, city(good, other, branch("C", parent_id="B", type="党总支")), (MET, 50)),
                (asked, city(good, other, branch("C", parent_id="B", established_on=late)), (MET, 50)),
                (asked, city(good, other, branch("C", parent_id="B", dissolved_on=gone)), (MET, 50)),
                (asked, city(good, other, branch("C", parent_id="B", dissolved_on=late)), (FAILED, 100 / 3)),
                (asked, city(), (NONE, None)),
                (number, city(good), (MET, 1)),
                (number, city(other | {"parent_id": "O1"}), (FAILED, 0)),
                (asked, {"organizations": [YOUNG["organizations"][0], other | {"parent_id": "O1"}]}, (OPEN, None)),
            )
        ]
    )


def test_a_number_of_organisations_of_a_type_the_roster_does_not_list() -> None:
    """A roster without any such organisation may just not hold them; one anywhere shows that it does."""
    asked = requirement("expect_population", types=["机关纪委", "机关党委"], minimum=1)
    share = requirement("expect_population", types=["机关纪委"], having_flag="后进村", share=50)
    unlisted = city(branch("A", parent_id="O1", flags=["后进村"]))
    assert verdict(asked, DAY, unlisted) == (UNKNOWN, None)
    assert verdict(share, DAY, unlisted) == (NONE, None)
    assert verdict(asked, DAY, city(branch("A", type="机关党委"))) == (FAILED, 0)
    gone = branch("A", parent_id="O1", type="机关纪委", dissolved_on=D(DAY))
    assert verdict(asked, DAY, city(gone)) == (FAILED, 0)
    assert verdict(asked, DAY, city(gone | {"dissolved_on": None})) == (MET, 1)


def test_share_of_organisations_by_their_newest_rating() -> None:
    asked = requirement("expect_population", rating="述职评议", grades=["好"], share=100)
    by = requirement("expect_population", rating="述职评议", grades=["好"], share=100, by="2025-12-31")
    one, bad = branch("A", parent_id="O1"), rated("A", "差")
    cases = [
        (asked, city(one, ratings=rows), DAY, 2026, said)
        for rows, said in (
            ([rated("A", "好")], (MET, 100)),
            ([rated("A", "好"), rated("A", "差", 2024)], (MET, 100)),
            ([rated("A", "好", 2024), bad], (FAILED, 0)),
            (
                [rated("A", "好", day="2026-01-05", person="p"), rated("A", "差", day="2026-01-04", person="q")],
                (MET, 100),
            ),
            ([rated("A", "好", person="p"), rated("A", "差", day="2026-01-04", person="q")], (FAILED, 0)),
            ([rated("A", "好", person="p"), rated("A", "差", person="q")], (MET, 100)),  # of several newest any
            ([bad, rated("A", "好", 2026, "2026-09-01")], (FAILED, 0)),
            ([rated("A", None)], (FAILED, 0)),
            ([], (FAILED, 0)),
        )
    ]
    good = city(one, ratings=[bad, rated("A", "好", 2026, "2026-01-05")])
    cases += [
        (by, good, "2025-12-30", 2025, (OPEN, None)),
        (by, good, "2025-12-31", 2025, (FAILED, 0)),
        (by, good, "2026-08-31", 2025, (FAILED, 0)),  # what came after the day does not help
        (by, good, DAY, 2026, (NONE, None)),
    ]
    check(cases)


def test_organisations_covered() -> None:
    def asked(**more: Any) -> Any:
        return requirement("expect_orgs_covered", **{"activity": "调研", "scope": "children", "share": 50} | more)

    two = [branch("A", parent_id="O1"), branch("B", parent_id="O1"), branch("C", parent_id="A", type="党总支")]
    visits = {"activities": held("调研", "2026-05-01", org="A")}
    led = {"posts": [post("p", "书记", "2026-08-31", org="A"), post("q", "书记", OLD, "2026-08-31", org="B")]}
    last = "2026-12-31"
    check(
        [
            (asked(), city(*two, **visits), DAY, 2026, (MET, 50)),
            (asked(share=51), city(*two, **visits), "2026-12-30", 2026, (OPEN, None)),
            (asked(share=51), city(*two, **visits), last, 2026, (FAILED, 50)),
            (asked(scope="subtree", share=34), city(*two, **visits), last, 2026, (FAILED, 100 / 3)),
            (asked(scope="subtree", share=34, types="党支部"), city(*two, **visits), last, 2026, (MET, 50)),
            (asked(scope="own", share=100), {"activities": held("调研", "2026-05-01")}, last, 2026, (MET, 100)),
            (asked(scope="own", share=100), city(*two, **visits), last, 2026, (FAILED, 0)),
            (asked(), {"activities": held("调研", "2026-05-01")}, last, 2026, (NONE, None)),
            (asked(role="书记", share=100), city(*two, **visits, **led), DAY, 2026, (MET, 100)),
            (
                asked(activity=None, rating="述职评议"),
                city(*two, ratings=[rated("B", "差", 2026)]),
                DAY,
                2026,
                (MET, 50),
            ),
            (asked(activity=None, rating="述职评议"), city(*two, ratings=[rated("B", "差")]), last, 2026, (FAILED, 0)),
            (
                asked(share=100),
                city(*two[:1], branch("N", parent_id="O1", established_on=D("2026-01-02")), **visits),
                last,
                2026,
                (MET, 100),
            ),
        ]
    )


# --- on site ---------------------------------------------------------------------------------------------------------


def answered(*rows: tuple[str, str, str]) -> Tables:
    return {
        "checklist": [
            {"org_id": "O1", "requirement": item, "answer": answer, "checked_on": D(day), "checked_by": str(n)}
            for n, (item, answer, day) in enumerate(rows)
        ]
    }


YES, NO, NOT_ASKED = "符合", "不符合", "不适用"


def test_the_newest_answer_of_the_year_decides() -> None:
    asked, late = requirement("expect_checklist"), requirement("expect_checklist", since="2026-05-01")
    check(
        [
            (one, answered(*rows), DAY, 2026, said)
            for one, rows, said in (
                (asked, [("R", YES, "2026-05-01")], (MET, 1)),
                (asked, [("R", NO, "2026-05-01")], (FAILED, 0)),
                (asked, [("R", NOT_ASKED, "2026-05-01")], (NONE, None)),
                (asked, [("R", NO, "2026-05-01"), ("R", YES, "2026-08-31")], (MET, 1)),
                (asked, [("R", NO, "2026-05-01"), ("R", YES, "2026-05-01")], (FAILED, 0)),
                (asked, [("R", NOT_ASKED, "2026-05-01"), ("R", YES, "2026-05-01")], (MET, 1)),
                (asked, [("R", YES, "2026-05-01"), ("R", NO, "2026-09-01")], (MET, 1)),  # not yet found
                (late, [("R", NO, "2026-04-30"), ("R", YES, "2026-05-01")], (MET, 1)),
            )
        ]
    )


@pytest.mark.parametrize("rows", [(), (("R", NO, "2025-12-31"),), (("other", NO, "2026-05-01"),)])
def test_nobody_has_looked_is_no_finding(rows: tuple) -> None:
    assert verdict(requirement("expect_checklist"), DAY, answered(*rows)) == ("待人工核实", None)


def standard(*levels: str) -> list[dict[str, Any]]:
    return [{"item": f"I{n}", "aspect": f"A{n // 2}", "level": level} for n, level in enumerate(levels)]


def test_the_size_of_the_standard() -> None:
    items = {"indicators": standard("基本", "基本", "基本", "规范")}
    for what, minimum, maximum, said in (
        ("aspects", 2, 2, (MET, 2)),
        ("items", 3, 3, (MET, 3)),
        ("items", 4, 5, (FAILED, 3)),
        ("items", 1, 2, (FAILED, 3)),
    ):
        assert verdict(requirement("expect_standard", what=what, minimum=minimum, maximum=maximum), DAY, items) == said


def test_the_level_reached() -> None:
    one, two = (requirement("expect_standard", what="level", minimum=n) for n in (1, 2))
    items = {"indicators": standard("基本", "基本", "规范")}

    def looked(*answers: str | None, day: str = "2026-05-01") -> Tables:
        return answered(*((f"I{n}", answer, day) for n, answer in enumerate(answers) if answer))

    cases = [(one, items, DAY, 2026, (UNKNOWN, None))] + [
        (asked, looked(*rows), DAY, 2026, said)
        for asked, rows, said in (
            (one, (YES, NOT_ASKED), (MET, 1)),
            (one, (YES, NO), (FAILED, 0)),
            (one, (YES, None), (UNKNOWN, None)),
            (one, (NO, None), (FAILED, 0)),
            (one, (YES, None, NO), (UNKNOWN, None)),
            (two, (YES, YES, YES), (MET, 2)),
            (two, (YES, YES), (UNKNOWN, None)),
            (two, (YES, YES, NO), (FAILED, 1)),
            (two, (YES, NO, YES), (FAILED, 0)),
            (one, (), (UNKNOWN, None)),
        )
    ]
    cases += [
        (one, YOUNG | looked(YES, NO), DAY, 2026, (OPEN, None)),
        (one, looked(YES, NO, day="2025-08-31"), DAY, 2026, (UNKNOWN, None)),  # a year old
        (one, looked(YES, NO, day="2025-09-01"), DAY, 2026, (FAILED, 0)),
    ]
    check(cases)
    assert verdict(requirement("expect_standard", what="level", minimum=3), DAY, items | looked(YES, YES, YES)) == (
        FAILED,
        2,
    )


# --- what occurs nowhere is not judged, what was rejected does not accuse ---------------------------------------------


@pytest.mark.parametrize(
    ("shape", "arguments", "tables"),
    [
        ("expect_term", {"process": "书记任职", "step": "任职", "years": 3, "reminder_months": 3}, founded(OLD)),
        ("expect_tenure", {"roles": "书记", "years": 3}, {"posts": [post("a", "委员", OLD)]}),
        ("expect_post_qualified", {"roles": "书记", "also": "委员", "at": "own"}, {"posts": [post("a", "书记", OLD)]}),
        ("expect_measure", {"measure": BUDGET, "per": REVENUE, "minimum": 1}, figures(budget=0)),
        ("expect_population", {"having_flag": "后进村", "minimum": 1}, city()),
        ("expect_population", {"rating": "述职评议", "grades": "好", "minimum": 1}, city()),
        ("expect_orgs_covered", {"activity": "调研", "scope": "own", "share": 100}, {"activities": held("党课", DAY)}),
        ("expect_standard", {"what": "items", "minimum": 9}, {"indicators": standard("规范")}),
        (
            "expect_standard",
            {"what": "level", "minimum": 1},
            {"indicators": standard("基本"), **answered(("R", NO, DAY))},
        ),
    ],
)
def test_what_no_ledger_records_is_not_judged(shape: str, arguments: dict, tables: Tables) -> None:
    assert verdict(requirement(shape, **arguments), "2026-12-31", tables) == (UNKNOWN, None)


def test_a_rejected_row_that_could_count_casts_doubt() -> None:
    def rejected(table: str, kind: str | None = None) -> Tables:
        return {"rejected": [{"table_name": table, "org_id": "O1", "kind": kind, "duplicate": False}]}

    each = requirement("expect_each_activity", activity="党课", minutes=True)
    bad = {"activities": held("党课", "2026-05-01", minutes=False)}
    tenure, old = requirement("expect_tenure", roles="书记", years=3), {"posts": [post("a", "书记", OLD)]}
    less = requirement("expect_measure", measure=HEADS, minimum=2)
    site = requirement("expect_checklist")
    doubt = (UNKNOWN, 1)
    check(
        [
            (one, tables, DAY, 2026, said)
            for one, tables, said in (
                (each, bad | rejected("activities", "党课"), doubt),
                (each, bad | rejected("activities", "党员大会"), (FAILED, 1)),
                (tenure, old | rejected("posts"), (UNKNOWN, 3164)),
                (tenure, old | rejected("people"), (FAILED, 3164)),
                (less, figures(heads=1) | rejected("measures", HEADS), doubt),
                (less, figures(heads=1) | rejected("measures", STAFF), (FAILED, 1)),
                (site, answered(("R", NO, "2026-05-01")) | rejected("checklist"), (UNKNOWN, 0)),
            )
        ]
    )


@pytest.mark.parametrize(
    ("shape", "arguments", "tables", "said"),
    [
        (
            "expect_tenure",
            {"roles": "书记", "years": 3},
            {"posts": [post("a", "书记", OLD)]},
            "1人中0人达到，最长者超出3164天",
        ),
        (
            "expect_term",
            {"process": "书记任职", "step": "任职", "years": 3, "reminder_months": 3},
            {"case_steps": [step("任职", "2023-08-30")]},
            "任期届满后1天尚未换届",
        ),
        ("expect_measure", {"measure": BUDGET, "positive": True}, figures(budget=0), "为0"),
        ("expect_measure", {"measure": BUDGET, "minimum": 2}, figures(budget=1), "1次"),
        (
            "expect_population",
            {"having_flag": "后进村", "share": 50},
            city(branch("A", parent_id="O1", flags=["后进村"]), branch("B", parent_id="A"), branch("C", parent_id="A")),
            "3个中1个，占33.33%",
        ),
        ("expect_standard", {"what": "items", "minimum": 2}, {"indicators": standard("基本")}, "1次"),
        ("expect_checklist", {}, answered(("R", NO, "2026-05-01")), "现场核查不符合"),
        (
            "expect_each_activity",
            {"activity": "党课", "minutes": True},
            {"activities": held("党课", "2026-05-01", minutes=False) + held("党课", "2026-05-02")},
            "1次中0次达到，1项缺少数据",
        ),
    ],
)
def test_a_finding_says_what_was_found(shape: str, arguments: dict, tables: Tables, said: str) -> None:
    asked = requirement(shape, **arguments)
    row = result(asked, DAY, tables) | {"period_kind": asked.period}
    entry = {"shape": shape, "kwargs": asked.kwargs, "unit": asked.unit, "required": None}
    assert observed_text(entry, row, 2026) == said
