"""Organisations, people, duplicates, missing columns: what each fault leads to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.records.ledgers import ID1, ID2, ID3, ORGANIZATIONS, PEOPLE, balanced, rows, take, told, workbook
from workbench.records.identity import check_digit
from workbench.records.intake import intake
from workbench.records.messages import Level

ACT = ["党组织名称", "活动类型", "活动日期"]


def test_organisations_by_code_full_and_short_name(tmp_path: Path) -> None:
    lines = [
        ACT,
        ["B1", "党课", "2026-01-01"],
        ["示例市第一党支部", "党课", "2026-01-02"],
        ["第一支部", "党课", "2026-01-03"],
        [" 第一 支部", "党课", "2026-01-04"],
    ]
    with take(tmp_path, 活动=lines) as records:
        assert rows(records, "SELECT DISTINCT org_id FROM activities") == [("B1",)]


def test_organisations_are_read_first_over_all_files(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"活动": [ACT, ["B1", "党课", "2026-01-01"]]})
    workbook(tmp_path / "z.xlsx", {"党组织": ORGANIZATIONS})
    with intake(tmp_path) as records:
        assert rows(records, "SELECT org_id FROM activities") == [("B1",)]


def test_an_ambiguous_name_is_rejected_with_its_candidates(tmp_path: Path) -> None:
    twice = [*ORGANIZATIONS, ["B3", "示例市第三党支部", "第一支部", "R", "党支部"]]
    workbook(tmp_path / "a.xlsx", {"党组织": twice, "活动": [ACT, ["第一支部", "党课", "2026-01-01"]]})
    with intake(tmp_path) as records:
        (message,) = told(records, "党组织名称")
        assert message.level is Level.ERROR and "B1、B3" in message.problem and message.row == 2
        assert rows(records, "SELECT org_id, kind FROM rejected") == [(None, "党课")]


def test_parents_by_name_unknown_and_own(tmp_path: Path) -> None:
    lines = [
        ["组织代码", "党组织名称", "上级组织代码", "组织类型"],
        ["R", "示例市委", "R", "党委"],
        ["B1", "第一支部", "示例市委", "党支部"],
        ["B2", "第二支部", "不存在", "党支部"],
        ["B3", "第三支部", "无", "党支部"],
    ]
    workbook(tmp_path / "a.xlsx", {"党组织": lines})
    with intake(tmp_path) as records:
        assert dict(rows(records, "SELECT org_id, parent_id FROM organizations")) == {
            "R": None,
            "B1": "R",
            "B2": None,
            "B3": None,
        }
        assert [(m.row, m.level, m.value) for m in told(records)] == [(2, "警告", "R"), (4, "警告", "不存在")]


def test_a_cycle_of_parents_is_rejected(tmp_path: Path) -> None:
    lines = [
        ["组织代码", "党组织名称", "上级组织代码", "组织类型"],
        ["R", "示例市委", "", "党委"],
        ["A", "甲", "B", "党总支"],
        ["B", "乙", "C", "党总支"],
        ["C", "丙", "A", "党总支"],
        ["D", "丁", "A", "党支部"],
    ]
    workbook(tmp_path / "a.xlsx", {"党组织": lines})
    with intake(tmp_path) as records:
        assert rows(records, "SELECT org_id, parent_id FROM organizations ORDER BY 1") == [("D", None), ("R", None)]
        cycle = [m for m in told(records, level="错误") if "成环" in m.problem]
        assert sorted(m.row for m in cycle) == [3, 4, 5] and "→" in cycle[0].problem
        assert balanced(records)


def test_duplicates_name_the_first_place(tmp_path: Path) -> None:
    lines = [ACT, ["B1", "党课", "2026-01-01"], ["B1", "党课", "2026-01-01"], ["B1", "党课", "2026-01-02"]]
    with take(tmp_path, 活动=lines) as records:
        (message,) = told(records)
        assert message.row == 3 and "台账.xlsx · 活动 · 第 2 行" in message.problem
        assert rows(records, "SELECT source_row, duplicate FROM rejected") == [(3, True)]
        assert balanced(records)


def test_the_same_key_with_other_values_is_no_exact_duplicate(tmp_path: Path) -> None:
    lines = [
        ["党组织名称", "指标", "统计日期", "数值"],
        ["B1", "财政收入", "2025-12-31", 5],
        ["B1", "财政收入", "2025-12-31", 6],
    ]
    with take(tmp_path, 指标=lines) as records:
        assert rows(records, "SELECT value FROM measures") == [(5.0,)]
        assert rows(records, "SELECT duplicate FROM rejected") == [(False,)]


def test_running_numbers_of_a_sheet_are_no_activity_numbers(tmp_path: Path) -> None:
    lines = [
        ["编号", *ACT],
        ["1", "B1", "党课", "2026-01-01"],
        ["1", "B1", "支委会", "2026-01-02"],
        ["H-7", "B1", "党课", "2026-01-03"],
        ["H-7", "B1", "党课", "2026-01-03"],
    ]
    with take(tmp_path, 活动=lines) as records:
        numbers = [r[0] for r in rows(records, "SELECT activity_id FROM activities ORDER BY held_on")]
        assert numbers[2] == "H-7" and len(set(numbers)) == 3 and all(n.startswith("auto-") for n in numbers[:2])
        assert rows(records, "SELECT source_row FROM rejected") == [(5,)]
    with intake(tmp_path) as again:
        assert [r[0] for r in rows(again, "SELECT activity_id FROM activities ORDER BY held_on")] == numbers


def test_two_branches_may_use_the_same_case_number(tmp_path: Path) -> None:
    head = ["个案编号", "流程", "党组织名称", "步骤", "完成日期"]
    lines = [head, ["1", "意见办理", "B1", "收到", "2026-01-01"], ["1", "意见办理", "B2", "收到", "2026-01-01"]]
    with take(tmp_path, 流程步骤=lines) as records:
        assert records.receipt()["rows"]["case_steps"]["accepted"] == 2


def test_a_step_must_belong_to_its_process(tmp_path: Path) -> None:
    head = ["个案编号", "流程", "党组织名称", "步骤", "完成日期"]
    lines = [
        head,
        ["k1", "发展党员", "B1", "列为发展对象", "2026-01-01"],
        ["k1", "发展党员", "B1", "销单", "2026-01-02"],
    ]
    with take(tmp_path, 流程步骤=lines) as records:
        assert rows(records, "SELECT step FROM case_steps") == [("确定发展对象",)]
        (message,) = told(records, "步骤")
        assert "转正" in message.expected and message.value == "销单"
        assert rows(records, "SELECT kind FROM rejected") == [("发展党员",)]


def test_a_missing_column_is_named_and_its_rows_are_rejected(tmp_path: Path) -> None:
    lines = [["党组织名称", "活动类型", "主题"], ["B1", "党课", "某"]]
    with take(tmp_path, 三会一课=lines) as records:
        missing = [m for m in told(records) if "缺少必需列" in m.problem]
        assert [m.column for m in missing] == ["活动日期"] and "会议时间" in missing[0].expected
        assert "held_on" not in records.present["activities"] and "kind" in records.present["activities"]
        assert rows(records, "SELECT org_id, kind FROM rejected") == [("B1", "党课")]


def test_missing_tables_are_named(tmp_path: Path) -> None:
    with take(tmp_path) as records:
        named = {m.problem.split("“")[1].split("”")[0] for m in records.messages}
        assert {"人员", "活动", "党费"} <= named
        assert records.present["dues"] == set()


def test_a_sheet_that_fits_no_table(tmp_path: Path) -> None:
    with take(tmp_path, 杂项=[["物品", "数量"], ["桌", 1], ["椅", 2]]) as records:
        (message,) = told(records)
        assert message.sheet == "杂项" and message.level is Level.ERROR
        assert records.receipt()["rows"]["未识别"] == {"read": 3, "accepted": 0, "rejected": 3}
        assert balanced(records)


def test_id_numbers_become_keys_and_nothing_else_is_kept(tmp_path: Path) -> None:
    lines = [[*PEOPLE[0], "手机号", "家庭住址"], [*PEOPLE[1], "13900000000", "示例路1号"]]
    with take(tmp_path, 人员=lines) as records:
        stored = rows(records, "SELECT person_id FROM people")
        assert len(stored[0][0]) == 32 and stored[0][0] != ID1
        for (name,) in rows(records, "SELECT table_name FROM duckdb_tables()"):
            held = str(rows(records, f'SELECT * FROM "{name}"'))
            assert not any(secret in held for secret in (ID1, "甲某", "13900000000", "示例路"))


def test_one_person_has_one_key_in_every_spelling(tmp_path: Path) -> None:
    old = "990102900101123"
    new = "99010219900101123" + check_digit("99010219900101123")
    spellings = [ID2, ID2.lower(), f" {ID2} ", "".join(chr(ord(c) + 0xFEE0) for c in ID2)]
    lines = [
        ["身份证号", "党组织名称", "职务", "任职日期"],
        *([s, "B1", "书记", f"2026-01-0{i}"] for i, s in enumerate(spellings, 1)),
        [old, "B2", "书记", "2026-01-01"],
        [new, "B2", "副书记", "2026-01-01"],
    ]
    with take(tmp_path, 任职=lines) as records:
        assert rows(records, "SELECT org_id, count(DISTINCT person_id), count(*) FROM posts GROUP BY 1 ORDER BY 1") == [
            ("B1", 1, 4),
            ("B2", 1, 2),
        ]


def test_damaged_id_numbers(tmp_path: Path) -> None:
    required = [
        ["身份证号", "党组织名称", "职务", "任职日期"],
        [990102199001011234, "B1", "书记", "2026-01-01"],
        ["9.90102E+17", "B1", "书记", "2026-01-01"],
        [ID1[:17], "B1", "书记", "2026-01-01"],
        ["990102199001011000", "B1", "书记", "2026-01-01"],
    ]
    optional = [["人员身份证号", *ACT], ["123", "B1", "党课", "2026-01-01"]]
    with take(tmp_path, 任职=required, 活动=optional) as records:
        assert records.receipt()["rows"]["posts"] == {"read": 4, "accepted": 0, "rejected": 4}
        assert rows(records, "SELECT person_id FROM activities") == [(None,)]
        texts = told(records)
        assert sorted((m.sheet, m.row, m.level) for m in texts) == [("任职", n, "错误") for n in (2, 3, 4, 5)] + [
            ("活动", 2, "警告")
        ]
        assert not any(ID1[:17] in m.value for m in texts)
        assert {m.value for m in texts} >= {"990*************3"}


def test_a_name_stands_for_a_person_where_it_is_unique(tmp_path: Path) -> None:
    people = [
        *PEOPLE,
        ["丙某", ID3, "B1", "正式党员", "2012-01-01"],
        ["丁某", "99010219930101111X", "B2", "正式党员", ""],
        ["丁某", "990102199401012222", "B2", "正式党员", ""],
    ]
    dues = [
        ["姓名", "所属党支部", "月份", "应交金额"],
        ["甲 某", "B1", "2026-01", 20],
        ["甲某", "B2", "2026-01", 20],
        ["丁某", "B2", "2026-01", 20],
    ]
    with take(tmp_path, 人员=people, 党费=dues) as records:
        key = rows(records, "SELECT person_id FROM people WHERE source_row = 2")
        assert rows(records, "SELECT person_id FROM dues") == key
        assert [m.row for m in told(records, "身份证号")] == [3, 4]


def test_one_person_in_two_branches_is_told_and_kept(tmp_path: Path) -> None:
    people = [
        [*PEOPLE[0], "截止日期"],
        ["甲某", ID1, "B1", "正式党员", "2010-03-05", ""],
        ["甲某", ID1, "B2", "正式党员", "2010-03-05", ""],
        ["乙某", ID2, "B1", "正式党员", "2011-04-06", "2026-02-01"],
        ["乙某", ID2, "B2", "正式党员", "2011-04-06", ""],
    ]
    with take(tmp_path, 人员=people) as records:
        assert records.receipt()["rows"]["people"]["accepted"] == 4
        warned = told(records, level="警告")
        assert [m.row for m in warned] == [2, 3]
        assert "台账.xlsx · 人员 · 第 3 行" in warned[0].problem and "第 2 行" in warned[1].problem


def test_messages_of_one_kind_are_capped_and_counted(tmp_path: Path) -> None:
    lines = [ACT, *(["B9", "党课", f"2026-01-{1 + i % 28:02d}"] for i in range(350))]
    with take(tmp_path, 活动=lines) as records:
        listed = told(records, "党组织名称")
        assert len(listed) == 201 and "共 350 行" in listed[-1].problem
        assert records.receipt()["rows"]["activities"]["rejected"] == 350


def test_optional_months_only_dates_are_told(tmp_path: Path) -> None:
    with take(tmp_path, 活动=[ACT, ["B1", "党课", "2026年3月"]]) as records:
        assert rows(records, "SELECT held_on FROM activities") == [(date(2026, 3, 1),)]
        assert [m.level for m in told(records, "活动日期")] == [Level.WARNING]


def test_a_role_that_says_full_time_is_full_time_unless_the_column_denies_it(tmp_path: Path) -> None:
    lines = [
        ["党组织名称", "身份证号", "职务", "是否专职", "任职日期"],
        ["B1", ID1, "专职副书记", None, "2026-01-01"],
        ["B1", ID2, "专职副书记", "否", "2026-01-01"],
        ["B1", ID3, "副书记", None, "2026-01-01"],
    ]
    with take(tmp_path, 任职=lines) as records:
        found = rows(records, "SELECT role, full_time FROM posts ORDER BY source_row")
        assert found == [("副书记", True), ("副书记", False), ("副书记", None)]


def test_who_presided_is_found_by_number_or_by_name_in_the_organisation(tmp_path: Path) -> None:
    people = [["姓名", "身份证号", "所在党支部", "人员类别"], ["测试甲", ID1, "B1", "正式党员"], ["测试乙", ID2, "B2", "正式党员"]]
    meetings = [
        ["党组织名称", "活动类型", "活动日期", "主持人"],
        ["B1", "党员大会", "2026-01-01", "测试甲"],
        ["B1", "党员大会", "2026-02-01", ID1],
        ["B1", "党员大会", "2026-03-01", "测试乙"],
        ["B1", "党员大会", "2026-04-01", None],
    ]
    with take(tmp_path, 党员名册=people, 会议台账=meetings) as records:
        (key,) = {k for (k,) in rows(records, "SELECT person_id FROM people WHERE org_id = 'B1'")}
        assert rows(records, "SELECT chair_id FROM activities ORDER BY held_on") == [(key,), (key,), (None,), (None,)]
        (message,) = told(records, "主持人身份证号")
        assert message.level is Level.WARNING and message.row == 4 and "测试乙" not in str(message)
        assert balanced(records)
