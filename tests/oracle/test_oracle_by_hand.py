"""The oracle against examples worked by hand from the two documents, on both sides of every border."""

from __future__ import annotations

from pathlib import Path

import pytest

from .days import add_months, elapsed_months, end_of_month_after, periods
from .ledger import D, Ledger
from .oracle import judge
from .zoo import dump

MONTH_ENDS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]


def test_dates() -> None:
    assert add_months(D("2024-01-31"), 1) == D("2024-02-29")
    assert add_months(D("2023-01-31"), 1) == D("2023-02-28")
    assert add_months(D("2024-02-29"), -12) == D("2023-02-28")
    assert end_of_month_after(D("2026-06-01"), 3) == D("2026-09-30")
    assert end_of_month_after(D("2023-11-01"), 3) == D("2024-02-29")
    assert periods("biennium", 2025, 2022) == [(D("2024-01-01"), D("2025-12-31"))]
    assert [elapsed_months(D("2026-01-01"), D("2026-12-31"), D(day)) for day in ("2026-08-30", "2026-08-31")] == [7, 8]


def test_member_meetings_every_month() -> None:
    rule = "xinfang-bureau-2.2.1-1"
    ledger = Ledger("党支部").held("党员大会", *MONTH_ENDS)
    assert ledger.verdict(rule, "2026-08-30") == ("达标", 1)  # August is still open
    assert ledger.counts(rule, "2026-08-30") == (7, 0, 1, 0)
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)  # and closes on its last day
    assert ledger.held("党员大会", "2026-08-31").verdict(rule, "2026-08-31") == ("达标", 1)


def test_first_full_month_of_a_new_branch() -> None:
    rule = "xinfang-bureau-2.2.1-1"
    late = Ledger("党支部", established_on="2026-07-02").held("党员大会", "2026-08-03")
    assert late.counts(rule, "2026-08-31") == (1, 0, 0, 0)
    first = Ledger("党支部", established_on="2026-07-01").held("党员大会", "2026-08-03")
    assert first.counts(rule, "2026-08-31") == (1, 1, 0, 0)


def test_meetings_entered_or_held_later_do_not_exist() -> None:
    rule = "xinfang-bureau-2.2.1-1"
    ledger = Ledger("党支部", established_on="2026-08-01").held("党员大会", "2026-08-31", recorded_on="2026-09-01")
    assert ledger.verdict(rule, "2026-08-31") == ("数据不足", None)  # the kind occurs nowhere
    ledger.add("organizations", org_id="O2", type="党支部").held("党员大会", "2026-08-31", org_id="O2")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 0)


def test_team_meetings_behind_schedule() -> None:
    rule, tags = "secretary-2022-4.2-1", ["基层党建"]
    one = Ledger("党委").held("班子会", "2026-01-01", tags=tags).held("班子会", "2026-02-02")
    assert one.verdict(rule, "2026-06-29") == ("进行中", None)  # floor(4 × 5 / 12) = 1
    assert one.verdict(rule, "2026-06-30") == ("进度滞后", None)  # floor(4 × 6 / 12) = 2
    assert one.held("班子会", "2026-06-30", tags=tags).verdict(rule, "2026-06-30") == ("进行中", None)


def test_meetings_that_do_not_say_their_subject() -> None:
    rule, tags = "secretary-2022-4.2-1", ["基层党建"]
    ledger = Ledger("党委").held("班子会", "2026-02-01", "2026-03-01", "2026-04-01", tags=tags)
    ledger.held("班子会", "2026-05-01", tags=["党员之间"])
    ledger.held("班子会", "2025-12-31", "2027-01-01")  # of other years
    assert ledger.verdict(rule, "2026-12-31") == ("未达标", 3)
    ledger.held("班子会", "2026-12-31", tags=[])  # who fills in subjects elsewhere leaves it empty on purpose
    assert (ledger.doubt(rule, "2026-12-31"), ledger.verdict(rule, "2026-12-31")) == (0, ("未达标", 3))
    silent = Ledger("党委").held("班子会", "2026-02-01", "2026-03-01").held("班子会", "2026-12-31", tags=[])
    silent.held("班子会", "2026-05-01", org_id="O9", tags=tags)  # another organisation does say
    assert silent.doubt(rule, "2026-12-30") == 2
    assert (silent.doubt(rule, "2026-12-31"), silent.verdict(rule, "2026-12-31")) == (3, ("数据不足", 0))
    silent.held("班子会", "2024-01-01", tags=["党员之间"])  # the ledger did tell, once
    assert silent.verdict(rule, "2026-12-31") == ("未达标", 0)


def test_neither_subject_nor_person_is_one_doubt(tmp_path: Path) -> None:
    kwargs = {"requirement": "R", "activity": "党课", "tags": ["党员之间"], "by_role": "书记", "period": "year", "minimum": 1}
    meta = {"clause": "1", "unit": "次", "binds": "全部"}
    dump(tmp_path / "subjects.yaml", {"全部": {"types": ["党支部"]}})
    dump(tmp_path / "parameters.yaml", {"new_organization_grace_months": {"default": 6}})
    dump(tmp_path / "local" / "2021-01-01" / "rules.yaml", {
        "meta": {"document": "local", "effective_from": "2021-01-01"},
        "expectations": [{"type": "expect_activity_count", "kwargs": kwargs, "meta": meta}],
    })
    ledger = Ledger("党支部").add("posts", person_id="甲", role="书记", ended_on="2026-06-01")
    ledger.held("党课", "2025-05-01", org_id="O9", tags=["党员之间"])
    for day, row, doubt in (
        ("2026-05-31", {"person_id": "乙"}, 0), ("2026-06-01", {"person_id": "甲"}, 0),  # by somebody else, so of no use
        ("2026-05-31", {"person_id": "甲"}, 1), ("2026-05-01", {}, 2),
        ("2026-05-01", {"tags": ["党员之间"]}, 1),  # now the ledger tells subjects, and this one lacks the person
    ):
        found = judge(ledger.held("党课", day, **row), tmp_path, D("2026-12-31"))["O1", "R"]
        assert (found["verdict"], found["doubt"]) == ("数据不足" if doubt else "未达标", doubt)


def test_lectures_by_the_secretary_himself() -> None:
    rule = "secretary-2022-8-2"
    ledger = Ledger("党委", level="乡镇").add("posts", person_id="甲", role="书记", ended_on="2026-05-01")
    ledger.held("党课", "2026-05-01", person_id="甲")
    assert ledger.verdict(rule, "2026-12-31") == ("未达标", 0)  # no longer in office on that day
    assert ledger.held("党课", "2026-06-01").verdict(rule, "2026-12-31") == ("数据不足", 0)  # by whom?
    assert ledger.held("党课", "2026-04-30", person_id="甲").verdict(rule, "2026-12-31") == ("达标", 1)


def test_at_most_three_recommended() -> None:
    rule = "secretary-2022-15.2-1"
    ledger = Ledger("党委", level="县").held("推荐人选", "2026-05-01", "2026-05-01", "2026-05-01")
    assert ledger.verdict(rule, "2026-12-30") == ("进行中", None)
    assert ledger.verdict(rule, "2026-12-31") == ("达标", 3)
    assert ledger.held("推荐人选", "2026-06-01").verdict(rule, "2026-06-01") == ("未达标", 4)


def test_review_every_two_years() -> None:
    rule = "secretary-2022-14-1"
    ledger = Ledger("党委", level="市").held("复盘式检查", "2024-01-01")
    assert ledger.verdict(rule, "2025-12-31") == ("达标", 1)
    assert ledger.verdict(rule, "2026-01-01") == ("进行中", None)
    assert ledger.verdict(rule, "2023-12-31") == ("数据不足", None)


def test_lists_at_the_start_of_the_year() -> None:
    rule = "secretary-2022-7.1-1"
    assert Ledger("党组").held("重点项目清单", "2026-01-31").verdict(rule, "2026-08-31") == ("达标", 0)
    assert Ledger("党组").held("重点项目清单", "2026-02-01").verdict(rule, "2026-08-31") == ("未达标", 1)
    none_yet = Ledger("党组").held("重点项目清单", "2025-03-01")
    assert none_yet.verdict(rule, "2026-01-31") == ("进行中", None)
    assert none_yet.verdict(rule, "2026-02-02") == ("未达标", 2)


def test_appraisal_at_year_end_may_follow_in_january() -> None:
    rule = "xinfang-bureau-2.4-2"
    early = Ledger("党支部").held("民主评议党员", "2025-09-30")
    assert early.verdict(rule, "2026-01-31", 2025) == ("进行中", None)
    assert early.verdict(rule, "2026-02-01", 2025) == ("未达标", 1)
    early.held("民主评议党员", "2026-01-31", year_of=2025)
    assert early.verdict(rule, "2026-02-01", 2025) == ("达标", 0)


def test_training_hours_of_the_secretary() -> None:
    rule = "secretary-2022-5-4"
    ledger = Ledger("党支部").add("posts", person_id="甲", role="书记", started_on="2026-01-01")
    ledger.held("轮训", "2026-03-01", person_id="甲", hours=36.5)
    assert ledger.verdict(rule, "2026-07-31") == ("进行中", None)  # floor(56 × 7 / 12) = 32
    assert ledger.verdict(rule, "2026-08-31") == ("进度滞后", None)  # floor(56 × 8 / 12) = 37
    assert ledger.verdict(rule, "2026-12-31") == ("未达标", 36.5)
    ledger.held("轮训", "2026-12-31", person_id="甲", hours=19.5, org_id="O9")
    assert ledger.verdict(rule, "2026-12-31") == ("达标", 56)


def test_training_counts_those_in_office_all_year() -> None:
    rule = "secretary-2022-5-1"
    ledger = Ledger("党支部").held("轮训", "2026-03-01", person_id="乙")
    ledger.add("posts", person_id="甲", role="书记", started_on="2026-01-02")
    assert ledger.verdict(rule, "2026-12-31") == ("不适用", None)
    ledger.add("posts", person_id="丙", role="书记", started_on="2026-01-01")
    assert ledger.verdict(rule, "2026-12-31") == ("未达标", 0)
    ledger["activities"][0]["person_id"] = None
    assert ledger.verdict(rule, "2026-12-31") == ("数据不足", 0)


def test_leading_cadres_lecture() -> None:
    rule = "xinfang-bureau-2.2.3-2"
    ledger = Ledger("党支部").add("people", person_id="甲", categories=["党员领导干部"], since="2026-01-01")
    ledger.add("people", person_id="乙", categories=["党员领导干部"], until="2026-12-31")
    ledger.held("党课", "2026-12-31", person_id="甲")
    assert ledger.verdict(rule, "2026-12-30") == ("数据不足", None)  # no lecture at all by then
    assert ledger.verdict(rule, "2026-12-31") == ("达标", 1)


def test_every_secretary_below_is_rated() -> None:
    rule = "secretary-2022-13-1"
    ledger = Ledger("党委")
    for child in ("O2", "O3"):
        ledger.add("organizations", org_id=child, parent_id="O1", type="党支部", established_on="2026-01-01")
        ledger.add("posts", org_id=child, person_id="甲", role="书记")
    ledger.add("ratings", org_id="O2", period=2026)
    assert ledger.verdict(rule, "2026-12-30") == ("进行中", None)
    assert ledger.verdict(rule, "2026-12-31") == ("未达标", 50)
    ledger.add("rejected", org_id="O3", table_name="ratings")
    assert ledger.verdict(rule, "2026-12-31") == ("数据不足", 50)
    assert ledger.add("ratings", org_id="O3", period=2026).verdict(rule, "2026-12-31") == ("达标", 100)


@pytest.mark.parametrize(("reported", "expected"), [("2026-03-16", ("达标", 0)), ("2026-03-17", ("未达标", 1))])
def test_report_within_15_days(reported: str, expected: tuple) -> None:
    ledger = Ledger("党组").step("民主生活会", "召开", "2026-03-01").step("民主生活会", "报告情况", reported)
    assert ledger.verdict("xinfang-bureau-2.5-6", "2026-08-31") == expected


def test_rectification_within_a_month_clamped() -> None:
    rule = "xinfang-bureau-4.5-3"
    ledger = Ledger("党组").step("廉政风险", "收到文书", "2024-01-31", tags=["责令纠错"])
    ledger.step("廉政风险", "提交整改报告", "2024-12-01", case_id="other")
    assert ledger.verdict(rule, "2024-02-29") == ("数据不足", None)  # no report anywhere yet
    ledger.step("廉政风险", "提交整改报告", "2024-02-01", case_id="other")
    assert ledger.verdict(rule, "2024-02-29") == ("进行中", None)
    assert ledger.verdict(rule, "2024-03-01") == ("未达标", 1)
    assert ledger.verdict("xinfang-bureau-4.5-1", "2024-03-01") == ("不适用", None)  # another class of letter


def test_event_belongs_to_the_year_of_its_due_date() -> None:
    rule = "xinfang-bureau-2.5-6"
    ledger = Ledger("党组").step("民主生活会", "召开", "2025-12-20").step("民主生活会", "报告情况", "2026-01-05")
    assert ledger.verdict(rule, "2026-08-31", 2025) == ("不适用", None)
    assert ledger.verdict(rule, "2026-08-31", 2026) == ("未达标", 1)
    assert ledger.verdict(rule, "2025-12-31", 2025) == ("数据不足", None)


@pytest.mark.parametrize(("held", "expected"), [("2026-03-16", ("达标", 0)), ("2026-03-15", ("未达标", -1))])
def test_plan_15_days_ahead(held: str, expected: tuple) -> None:
    ledger = Ledger("党组").step("民主生活会", "报告方案", "2026-03-01").step("民主生活会", "召开", held)
    assert ledger.verdict("xinfang-bureau-2.5-2", "2026-08-31") == expected


@pytest.mark.parametrize(("ended", "expected"), [("2026-03-07", ("达标", 0)), ("2026-03-06", ("未达标", -1))])
def test_publicity_counts_both_ends(ended: str, expected: tuple) -> None:
    ledger = Ledger("党支部").step("发展党员", "公示开始", "2026-03-01").step("发展党员", "公示结束", ended)
    assert ledger.verdict("xinfang-bureau-2.6.1-4", "2026-08-31") == expected


@pytest.mark.parametrize(("listed", "expected"), [("2025-02-28", ("达标", 0)), ("2025-02-27", ("未达标", -1))])
def test_a_year_from_leap_day(listed: str, expected: tuple) -> None:
    ledger = Ledger("党支部").step("发展党员", "确定积极分子", "2024-02-29").step("发展党员", "确定发展对象", listed)
    assert ledger.verdict("xinfang-bureau-2.6.4-1", "2025-08-31") == expected


def test_missing_step_before_an_event() -> None:
    rule = "xinfang-bureau-2.5-2"
    ledger = Ledger("党组").step("民主生活会", "召开", "2026-03-01")
    assert ledger.verdict(rule, "2026-08-31") == ("数据不足", None)
    ledger.step("民主生活会", "报告方案", "2026-08-01", case_id="C2")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", -16)
    assert ledger.counts(rule, "2026-08-31") == (0, 1, 1, 0)


def test_five_lists_in_order_by_year_end() -> None:
    rule = "secretary-2022-7.5-3"
    ledger = Ledger("党组").step("五单", "开单", "2026-01-10").step("五单", "晒单", "2026-01-10").step("五单", "查单", "2026-07-01")
    assert ledger.verdict(rule, "2026-12-31") == ("进行中", None)
    assert ledger.verdict(rule, "2027-01-01", 2026) == ("待人工核实", 1)
    assert ledger.step("五单", "销单", "2026-12-31").verdict(rule, "2026-12-31") == ("达标", 0)
    ledger["case_steps"][-1]["done_on"] = D("2026-06-30")
    assert ledger.verdict(rule, "2026-12-31") == ("待人工核实", 1)


def test_five_lists_drawn_up_in_december_are_those_of_the_next_year() -> None:
    rule, unordered = "secretary-2022-7.5-3", "xinfang-bureau-2.5-12"
    for begun, this, coming in (
        ("2025-11-30", ("待人工核实", 1), ("待人工核实", 1)), ("2025-12-01", ("待人工核实", 1), ("达标", 0)),
        ("2025-12-31", ("待人工核实", 1), ("达标", 0)), ("2026-11-30", ("待人工核实", 1), ("达标", 0)),
        ("2026-12-01", ("待人工核实", 1), ("待人工核实", 1)),
    ):
        ledger = Ledger("党组").step("五单", "开单", begun).step("五单", "晒单", "2026-12-01")
        ledger.step("五单", "查单", "2026-12-01").step("五单", "销单", "2026-12-31")
        assert ledger.verdict(rule, "2027-01-01", 2025) == this
        assert ledger.verdict(rule, "2027-01-01", 2026) == coming
    for begun, expected in (("2025-12-31", "不适用"), ("2026-01-01", "进行中")):  # without a last day: the calendar year
        assert Ledger("党组").step("民主生活会", "会前准备", begun).verdict(unordered, "2026-08-31")[0] == expected


def test_no_five_lists_at_all() -> None:
    rule = "secretary-2022-7.5-3"
    ledger = Ledger("党组").step("五单", "开单", "2026-01-10", org_id="O9")
    assert ledger.verdict(rule, "2026-12-31") == ("进行中", None)
    assert ledger.verdict(rule, "2027-01-01", 2026) == ("待人工核实", 1)


def test_activist_reports_every_full_quarter() -> None:
    rule = "xinfang-bureau-2.6.3-1"
    for begun, expected in (("2026-01-01", (1, 1, 1, 0)), ("2026-01-02", (1, 0, 1, 0))):
        ledger = Ledger("党支部").step("发展党员", "确定积极分子", begun).step("发展党员", "思想汇报", "2026-04-01", "2026-06-30")
        assert ledger.counts(rule, "2026-08-31") == expected
    ledger.step("发展党员", "确定发展对象", "2026-06-30")  # the second quarter is no longer a full one
    assert ledger.verdict(rule, "2026-08-31") == ("不适用", None)
    ledger["case_steps"][-1]["done_on"] = D("2026-07-01")
    assert ledger.verdict(rule, "2026-08-31") == ("达标", 2)


def test_two_contacts_within_a_week() -> None:
    rule = "xinfang-bureau-2.6.2-1"
    ledger = Ledger("党支部").step("发展党员", "确定积极分子", "2026-03-01")
    ledger.step("发展党员", "指定培养联系人", "2026-03-01", "2026-03-02", person_id="甲")
    assert ledger.verdict(rule, "2026-03-08") == ("进行中", None)
    assert ledger.verdict(rule, "2026-03-09") == ("未达标", 1)
    ledger.step("发展党员", "指定培养联系人", "2026-06-01", person_id="乙")
    assert ledger.verdict(rule, "2026-06-01") == ("达标", 2)


def test_contacts_without_a_number() -> None:
    rule = "xinfang-bureau-2.6.2-1"
    ledger = Ledger("党支部").step("发展党员", "确定积极分子", "2026-03-01")
    ledger.step("发展党员", "指定培养联系人", "2026-03-01")
    assert ledger.counts(rule, "2026-03-09") == (0, 1, 0, 0)  # at most one person, whoever it is
    ledger.step("发展党员", "指定培养联系人", "2026-03-02")
    assert ledger.counts(rule, "2026-03-08") == (0, 0, 0, 1)  # two rows may be two persons; no need to wait
    assert ledger.verdict(rule, "2026-03-09") == ("数据不足", None)
    ledger["case_steps"][-1]["person_id"] = "甲"
    assert ledger.verdict(rule, "2026-03-09") == ("数据不足", None)
    ledger.step("发展党员", "指定培养联系人", "2026-03-02", person_id="乙")
    assert ledger.verdict(rule, "2026-03-09") == ("达标", 2)


def test_exactly_two_introducers() -> None:
    rule = "xinfang-bureau-2.6.5-1"
    ledger = Ledger("党支部").step("发展党员", "确定发展对象", "2026-02-01")
    assert ledger.verdict(rule, "2026-08-31") == ("进行中", None)
    ledger.step("发展党员", "接收预备党员", "2026-03-01")
    for number, expected in ((1, ("未达标", 1)), (2, ("达标", 2)), (3, ("未达标", 3))):
        ledger.step("发展党员", "确定入党介绍人", "2026-02-01", person_id=str(number))
        assert ledger.verdict(rule, "2026-08-31") == expected


def test_extended_at_most_once() -> None:
    rule = "xinfang-bureau-2.6.11-7"
    ledger = Ledger("党支部").step("发展党员", "接收预备党员", "2024-03-01").step("发展党员", "延长预备期", "2025-03-01")
    assert ledger.verdict(rule, "2025-08-31") == ("进行中", None)
    ledger.step("发展党员", "转正", "2025-09-01")
    assert ledger.verdict(rule, "2025-12-31") == ("达标", 1)
    assert ledger.verdict(rule, "2026-01-01") == ("不适用", None)
    assert ledger.step("发展党员", "延长预备期", "2025-08-31").verdict(rule, "2025-12-31") == ("未达标", 2)


@pytest.mark.parametrize(
    ("months", "at_least", "at_most"),
    [(5, "未达标", "达标"), (6, "达标", "达标"), (12, "达标", "达标"), (13, "达标", "未达标"), (None, "数据不足", "数据不足")],
)
def test_length_of_an_extension(months: float | None, at_least: str, at_most: str) -> None:
    ledger = Ledger("党支部").step("发展党员", "延长预备期", "2026-03-01", value=months)
    assert ledger.verdict("xinfang-bureau-2.6.11-8", "2026-08-31") == (at_least, months)
    assert ledger.verdict("xinfang-bureau-2.6.11-9", "2026-08-31") == (at_most, months)


def test_a_day_of_study_before_the_meeting() -> None:
    rule = "xinfang-bureau-2.5-13"
    ledger = Ledger("党组").step("民主生活会", "召开", "2026-03-01").step("民主生活会", "集中学习", "2026-02-01", value=4.0)
    assert ledger.step("民主生活会", "集中学习", "2026-03-02", value=4.0).verdict(rule, "2026-08-31") == ("未达标", 4)
    assert ledger.step("民主生活会", "集中学习", "2026-03-01", value=4.0).verdict(rule, "2026-08-31") == ("达标", 8)
    assert ledger.step("民主生活会", "集中学习", "2026-02-28").verdict(rule, "2026-08-31") == ("数据不足", None)


def test_introducers_are_full_members_of_the_branch() -> None:
    rule, free = "xinfang-bureau-2.6.5-2", "xinfang-bureau-2.6.2-2"
    ledger = Ledger("党支部").add("people", person_id="甲", since="2026-03-01").add("people", person_id="乙", org_id="O2")
    ledger.step("发展党员", "确定入党介绍人", "2026-03-01", person_id="甲")
    assert ledger.verdict(rule, "2026-08-31") == ("达标", 0)
    ledger.step("发展党员", "确定入党介绍人", "2026-03-01", person_id="丙")
    assert ledger.verdict(rule, "2026-08-31") == ("数据不足", 0)  # nobody knows this person
    ledger.step("发展党员", "确定入党介绍人", "2026-02-28", person_id="甲")
    assert ledger.verdict(rule, "2026-08-31") == ("未达标", 1)  # a day too early
    ledger.step("发展党员", "指定培养联系人", "2026-03-01", person_id="乙")
    assert ledger.verdict(free, "2026-08-31") == ("达标", 0)  # contacts may come from elsewhere
