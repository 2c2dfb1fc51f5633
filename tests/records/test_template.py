"""The template: empty it loads silently, filled in it loads without a single message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.records.ledgers import ID1, ID2, balanced
from workbench.records.intake import intake
from workbench.records.tables import TABLES, ColumnType
from workbench.records.template import HEADER_ROW, TERM_SHEET, write_template
from workbench.vocabulary import STEPS

DAY = date(2026, 3, 5)
FILLED = {
    "organizations": [
        ["R", "示例市委", "市委", None, "党委", "机关", "市", None, None, "是", DAY, None],
        [
            "B1",
            "示例第一党支部",
            "第一支部",
            "R",
            "党支部",
            "农村",
            "基层",
            "secretary-2022、xinfang-bureau",
            "后进村",
            "否",
            DAY,
            None,
        ],
    ],
    "people": [
        [ID1, "第一支部", "正式党员", "党员领导干部、离退休", DAY, None],
        [ID2, "B1", "预备党员", None, DAY, None],
    ],
    "posts": [[ID1, "B1", "书记", "是", DAY, None]],
    "activities": [
        ["1", "B1", ID1, "党课", "基层党建", DAY, 2, 1, 1, 2026, ID1, "是", DAY, DAY, DAY],
        [None, "示例第一党支部", None, "支委会", None, DAY, *[None] * 9],
    ],
    "participations": [["B1", "支委会", DAY, ID1, "主持"]],
    "case_steps": [["K1", "发展党员", "B1", ID2, "确定积极分子", DAY, 3, None, DAY]],
    "measures": [["R", "财政收入", DAY, 12.5]],
    "ratings": [["B1", ID1, "述职评议", 2025, "好", DAY]],
    "dues": [[ID1, "B1", date(2026, 3, 1), 20, 20, DAY, None, "代交", DAY]],
    "indicators": [["1", "组织设置", "基本", "设置规范"]],
    "checklist": [["B1", "X-2", "符合", DAY, "示例督查员", None]],
    "exemptions": [["B1", "X-1", DAY, date(2026, 12, 31), "理由", "示例市委"]],
    "permissions": [["B1", "X-3", "2026-02", DAY, "理由", "示例市委"]],
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "模板.xlsx"
    write_template(path)
    return path


def test_the_empty_template_loads_without_a_message(template: Path) -> None:
    with intake(template) as records:
        assert records.messages == []
        assert all(count == {"read": 0, "accepted": 0, "rejected": 0} for count in records.receipt()["rows"].values())


def test_the_filled_template_loads_without_a_message(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    for name, lines in FILLED.items():
        for offset, line in enumerate(lines):
            assert len(line) == len(TABLES[name].columns)
            for position, value in enumerate(line, start=1):
                book[TABLES[name].title].cell(HEADER_ROW + 2 + offset, position, value)
    book.save(template)
    with intake(template) as records:
        assert [str(m) for m in records.messages] == []
        counts = records.receipt()["rows"]
        assert {name: c["accepted"] for name, c in counts.items()} == {
            name: len(lines) for name, lines in FILLED.items()
        }
        assert records.present == {name: {c.name for c in table.columns} for name, table in TABLES.items()}
        assert balanced(records)


def test_every_column_has_a_comment_and_every_term_a_list(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book[TERM_SHEET].sheet_state == "veryHidden"
    for table in TABLES.values():
        sheet = book[table.title]
        listed = {
            str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation if rule.type == "list"
        }
        for position, column in enumerate(table.columns, start=1):
            head = sheet.cell(HEADER_ROW + 1, position)
            assert head.value == column.header and column.type.value in head.comment.text
            first = sheet.cell(HEADER_ROW + 2, position).coordinate
            chosen = column.type in (ColumnType.TERM, ColumnType.BOOLEAN) or column.name == "step"
            assert (first in listed) == chosen


def test_the_lists_hold_exactly_the_terms(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    lists = {c[0].value: tuple(x.value for x in c[1:] if x.value) for c in book[TERM_SHEET].iter_cols()}
    for table in TABLES.values():
        for column in table.columns:
            if column.type is ColumnType.TERM:
                assert lists[f"{table.title} {column.header}"] == column.allowed
    assert all(lists[f"步骤 {process}"] == steps for process, steps in STEPS.items())
    assert set(book.defined_names) == {f"步骤_{process}" for process in STEPS}
