"""Recognition of sheets: drifting headers, titles above, two header rows, wide months."""

from __future__ import annotations

import pytest

from workbench.records.headers import normal, recognize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证号", "身份证号"),
        (" 身份 证号 ", "身份证号"),
        ("*应交金额\n(元)", "应交金额"),
        ("*应交金额\n\uff08元\uff09", "应交金额"),
        ("应交金额\uff1a", "应交金额"),
        ("1月", "1月"),
        ("(备注)", "(备注)"),
    ],
)
def test_headers_lose_width_blanks_and_remarks(text: str, expected: str) -> None:
    assert normal(text) == expected


@pytest.mark.parametrize(
    ("sheet", "header", "table"),
    [
        ("Sheet1", ["序号", "姓名", "所在党支部", "公民身份证号", "性别", "人员类别", "入党时间", "手机号"], "people"),
        (
            "Sheet1",
            ["序号", "党组织名称", "会议主题", "会议时间", "会议地点", "会议类型", "发布时间", "到课率"],
            "activities",
        ),
        ("Sheet1", ["序号", "姓名", "身份证号", "所属党支部", "核算基数", "应交金额", "实交金额", "月份"], "dues"),
        ("Sheet1", ["组织代码", "党组织全称", "党组织类型", "上级党组织"], "organizations"),
        ("述职评议结果", ["党组织名称", "书记身份证号", "年度", "等次"], "ratings"),
        ("Sheet1", ["党组织", "指标名称", "统计日期", "数值"], "measures"),
        ("Sheet1", ["案号", "流程", "党组织名称", "步骤", "办理日期"], "case_steps"),
        ("posts", ["person_id", "org_id", "role", "started_on"], "posts"),
    ],
)
def test_a_sheet_is_known_by_its_headers(sheet: str, header: list[str], table: str) -> None:
    layout = recognize([header], sheet, "file")
    assert layout is not None and layout.table.name == table
    assert not layout.missing


def test_titles_and_notes_above_the_header_are_passed() -> None:
    head = [
        ["2026年组织生活台账"],
        ["填报单位:示例", "", "单位:次"],
        [],
        ["党组织", "会议时间", "会议类型"],
        ["甲", "2026-1-1", "党课"],
    ]
    layout = recognize(head, "Sheet1", "file")
    assert layout.header_end == 3
    assert layout.columns == {"org_id": 0, "held_on": 1, "kind": 2}


def test_a_header_of_two_rows_is_joined() -> None:
    head = [
        ["身份证号", "所属党支部", "1月", "1月", "2月", "2月"],
        ["身份证号", "所属党支部", "应交", "实交", "应交", "实交"],
    ]
    layout = recognize(head, "2026年党费", "file")
    assert layout.header_end == 1
    assert [(m.month, m.what, m.position) for m in layout.months] == [
        (1, "due", 2),
        (1, "paid", 3),
        (2, "due", 4),
        (2, "paid", 5),
    ]
    assert layout.year == 2026


def test_the_declared_header_goes_before_an_alias() -> None:
    layout = recognize([["单位", "党组织名称", "活动类型", "活动日期"]], "活动", "file")
    assert layout.columns["org_id"] == 1


def test_the_name_of_a_sheet_gives_a_missing_term() -> None:
    layout = recognize([["党组织名称", "时间"]], "2026年谈心谈话台账", "file")
    assert layout.table.name == "activities" and layout.constants == {"kind": "谈心谈话"}


@pytest.mark.parametrize("header", [["序号", "物品", "单价"], ["姓名", "手机号"], ["党组织名称", "备注"]])
def test_other_sheets_fit_no_table(header: list[str]) -> None:
    assert recognize([header], "Sheet1", "file") is None


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [("1月", None, 1), ("12月份", None, 12), ("十一月", None, 11), ("2026年3月", 2026, 3), ("2026-04", 2026, 4)],
)
def test_month_headers(text: str, year: int | None, month: int) -> None:
    layout = recognize([["身份证号", "所属党支部", "应交金额", text, "7月"]], "党费", "file")
    assert (layout.months[0].year, layout.months[0].month) == (year, month)
