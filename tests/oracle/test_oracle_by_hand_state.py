"""The oracle against examples worked by hand: states at a date, growth, dues, streaks, order of verdicts."""

from __future__ import annotations

import pytest

from .ledger import SUITES, D, Ledger
from .oracle import judge

#: Some row of dues that says what was paid, for without one nothing is known of payments.
PAID_ELSEWHERE = {"org_id": "O9", "month": "2021-01-01", "paid": 10.0}


def test_two_organisation_officers() -> None:
    rule = "secretary-2022-4.4-3"
    ledger = Ledger("党委", level="乡镇", established_on="2026-03-01").add("posts", person_id="甲", role="组织干事")
    assert ledger.verdict(rule, "2026-08-31") == ("进行中", None)  # still new
    assert ledger.verdict(rule, "2026-09-01") == ("未达标", 1)
    ledger.add("posts", person_id="乙", role="组织干事", started_on="2026-09-01", ended_on="2026-09-02")
    assert ledger.verdict(rule, "2026-09-01") == ("达标", 2)
    assert ledger.verdict(rule, "2026-09-02") == ("未达标", 1)


def test_a_contact_point_is_kept() -> None:
    rule = "secretary-2022-8-4"
    ledger = Ledger("党委", level="乡镇").step("联系点", "建立", "2023-03-01")
    assert ledger.verdict(rule, "2026-08-31") == ("达标", 1)
    ledger.step("联系点", "结束", "2026-08-31")
    assert ledger.verdict(rule, "2026-08-30") == ("达标", 1)
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)


def test_lagging_villages_only_where_there_are_any() -> None:
    rule = "secretary-2022-8-5"
    ledger = Ledger("党委", level="乡镇").step("后进村挂钩", "挂钩", "2026-03-01", org_id="O9")
    assert ledger.verdict(rule, "2026-08-31") == ("不适用", None)
    ledger.add("organizations", org_id="O2", parent_id="O1", type="党总支")
    ledger.add("organizations", org_id="O3", parent_id="O2", type="党支部", flags=["后进村"], dissolved_on="2026-09-01")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)
    assert ledger.verdict(rule, "2026-09-01") == ("不适用", None)


def test_four_responsible_subjects() -> None:
    rule, ledger = "xinfang-bureau-1.5-1", Ledger("党组")
    for step in ("集体责任", "第一责任", "具体责任"):
        ledger.step("责任主体", step, "2023-01-01", "2024-01-01")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 3)
    assert ledger.step("责任主体", "直接责任", "2026-08-31").verdict(rule, "2026-08-31") == ("达标", 4)


@pytest.mark.parametrize(("staff", "expected"), [(100, ("达标", 0)), (101, ("未达标", -1)), (0, ("不适用", None))])
def test_one_per_cent_of_the_staff(staff: int, expected: tuple) -> None:
    ledger = Ledger("党组", sector="机关").add("measures", measure="机关工作人员数", as_of="2026-06-30", value=staff)
    ledger.add("measures", measure="党务工作人员数", as_of="2025-09-01", value=1)
    assert ledger.verdict("secretary-2022-4.4-4", "2026-08-31") == expected


def test_old_figures_do_not_judge() -> None:
    ledger = Ledger("党组", sector="机关").add("measures", measure="机关工作人员数", as_of="2026-06-30", value=101)
    ledger.add("measures", measure="党务工作人员数", as_of="2025-08-31", value=1)
    assert ledger.verdict("secretary-2022-4.4-4", "2026-08-31") == ("数据不足", None)
    assert ledger.verdict("secretary-2022-4.4-4", "2026-08-30") == ("未达标", -1)


@pytest.mark.parametrize(
    ("budget", "revenue", "expected"),
    [(110, 1100, ("达标", 0)), (109, 1100, ("未达标", -1)), (90, 1000, ("不适用", None)), (None, 1100, ("数据不足", None))],
)
def test_budget_grows_with_revenue(budget: float | None, revenue: float, expected: tuple) -> None:
    ledger = Ledger("党委", flags=["有财政"])
    for measure, year, value in (
        ("党建工作经费", 2025, 100), ("财政收入", 2025, 1000), ("党建工作经费", 2026, budget), ("财政收入", 2026, revenue),
    ):
        if value is not None:
            ledger.add("measures", measure=measure, as_of=f"{year}-12-31", value=value)
    assert ledger.verdict("secretary-2022-4.4-1", "2026-12-31") == expected


def test_a_ledger_of_dues_that_does_not_say_what_was_paid() -> None:
    outstanding, late = "xinfang-bureau-2.7.2-1", "xinfang-bureau-2.7.2-3"
    ledger = Ledger("党支部").add("dues", month="2026-05-01").add("dues", month="2026-04-01", paid_on="2026-09-01")
    assert ledger.verdict(outstanding, "2026-09-30") == ("数据不足", None)
    assert ledger.verdict(late, "2026-09-30") == ("数据不足", None)
    ledger.add("dues", month="2021-01-01", org_id="O9", paid=0.0)  # a nought says something
    assert ledger.verdict(outstanding, "2026-09-30") == ("未达标", 61)  # April was due by 31 July
    assert ledger.verdict(late, "2026-09-30") == ("不适用", None)


def test_dues_of_june() -> None:
    outstanding, late = "xinfang-bureau-2.7.2-1", "xinfang-bureau-2.7.2-3"
    ledger = Ledger("党支部").add("dues", month="2026-06-01").add("dues", **PAID_ELSEWHERE)
    assert ledger.verdict(outstanding, "2026-06-29") == ("不适用", None)
    assert ledger.verdict(outstanding, "2026-09-30") == ("进度滞后", None)
    assert ledger.verdict(late, "2026-09-30") == ("进行中", None)
    assert ledger.verdict(outstanding, "2026-10-01") == ("未达标", 1)
    assert ledger.verdict(late, "2026-10-01") == ("不适用", None)
    ledger["dues"][0] |= {"paid": 10.0, "paid_on": D("2026-10-01")}
    assert ledger.verdict(outstanding, "2026-10-01") == ("达标", 0)
    assert ledger.verdict(late, "2026-10-01") == ("未达标", 1)
    ledger["dues"][0]["paid_on"] = D("2026-09-30")
    assert ledger.verdict(late, "2026-10-01") == ("达标", 0)
    ledger["dues"][0] |= {"paid": None, "reason": "住院"}
    assert ledger.verdict(outstanding, "2026-10-01") == ("不适用", None)


def test_six_months_without_dues() -> None:
    rule = "xinfang-bureau-2.7-2"
    ledger = Ledger("党支部")
    for month in range(1, 7):
        ledger.add("dues", month=f"2026-{month:02d}-01")
    assert ledger.verdict(rule, "2026-06-30") == ("数据不足", None)  # nothing says what anybody paid
    ledger.add("dues", **PAID_ELSEWHERE)
    assert ledger.verdict(rule, "2026-06-29") == ("进行中", None)
    assert ledger.verdict(rule, "2026-06-30") == ("待人工核实", 1)
    ledger.step("党费催缴", "教育", "2025-12-31", person_id="甲")
    assert ledger.verdict(rule, "2026-06-30") == ("待人工核实", 1)
    assert ledger.step("党费催缴", "教育", "2026-01-01", person_id="甲").verdict(rule, "2026-06-30") == ("达标", 0)
    ledger["case_steps"].clear()
    ledger["dues"][2]["reason"] = "住院"
    assert ledger.verdict(rule, "2026-06-30") == ("不适用", None)  # a run of three


def test_poor_two_years_running() -> None:
    rule = "secretary-2022-15.1-5"
    ledger = Ledger("党支部").add("posts", person_id="甲", role="书记")
    ledger.add("ratings", period=2024).add("ratings", period=2025, rated_on="2026-01-20")
    assert ledger.verdict(rule, "2026-04-20") == ("进行中", None)
    assert ledger.verdict(rule, "2026-04-21") == ("待人工核实", 1)
    ledger["posts"][0]["ended_on"] = D("2026-04-20")
    assert ledger.verdict(rule, "2026-04-21") == ("达标", 0)
    ledger["ratings"][0]["person_id"] = "乙"
    assert ledger.verdict(rule, "2026-04-21") == ("不适用", None)
    ledger["ratings"][1]["person_id"] = None
    assert ledger.verdict(rule, "2026-04-21") == ("数据不足", None)


def test_poor_secretary_whose_post_nobody_recorded() -> None:
    rule = "secretary-2022-15.1-5"
    ledger = Ledger("党支部").add("ratings", period=2024).add("ratings", period=2025, rated_on="2026-01-20")
    assert ledger.counts(rule, "2026-04-20") == (0, 0, 0, 1)
    assert ledger.verdict(rule, "2026-04-21") == ("数据不足", None)
    ledger.add("posts", person_id="甲", role="副书记").add("posts", person_id="乙", role="书记")
    ledger.add("posts", person_id="甲", role="书记", org_id="O2")
    assert ledger.verdict(rule, "2026-04-21") == ("数据不足", None)
    ledger["ratings"][1]["rated_on"] = D("2025-01-20")  # its term ended in the year before
    assert ledger.verdict(rule, "2026-04-21") == ("不适用", None)


def test_order_of_verdicts() -> None:
    rule = "xinfang-bureau-2.2.3-1"
    ledger = Ledger("党支部").held("党课", "2026-01-05")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)
    ledger.add("exemptions", requirement=rule, since="2026-01-01", until="2026-08-30")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)
    ledger.add("exemptions", requirement=rule, since="2026-08-31", until="2026-08-31")
    assert ledger.verdict(rule, "2026-08-31") == ("豁免", 0)
    ledger.add("rejected", table_name="activities", kind="党员大会")
    assert ledger.verdict(rule, "2026-08-31") == ("豁免", 0)
    ledger.add("rejected", table_name="activities", kind="党课", duplicate=True)
    assert ledger.verdict(rule, "2026-08-31") == ("豁免", 0)  # says what an accepted row says
    ledger.add("rejected", table_name="activities", kind="党课")
    assert ledger.verdict(rule, "2026-08-31") == ("数据不足", 0)
    ledger["organizations"][0]["dissolved_on"] = D("2026-08-31")
    assert ledger.verdict(rule, "2026-08-31") == ("不适用", None)


def test_who_is_a_subject() -> None:
    rule = "xinfang-bureau-2.2.2-1"
    ledger = Ledger("党支部").held("支委会", "2026-01-01")
    for person in range(6):
        ledger.add("people", person_id=str(person)).add("people", person_id=str(person), since="2026-08-01")
    assert ("O1", rule) not in judge(ledger, SUITES, D("2026-08-31"))
    ledger.add("people", person_id="7", since="2026-08-31")
    assert ("O1", rule) in judge(ledger, SUITES, D("2026-08-31"))
    assert ("O1", rule) not in judge(ledger, SUITES, D("2026-08-30"))
    ledger["organizations"][0]["adopts"] = ["secretary-2022"]
    assert ("O1", rule) not in judge(ledger, SUITES, D("2026-08-31"))
