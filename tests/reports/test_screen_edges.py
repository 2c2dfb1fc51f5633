"""Figures at the edge of rounding, and names with what no file format knows, in exports of the page."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import openpyxl
import pytest

from workbench.reports.screen import Column, Screen, Share, Table, write

#: As pasted from a scanned list: vertical tab, a control character, a character that is none.
_NAME = "模拟\x0b第一\x01支部\ufffe"
_COLUMNS = (Column("单位", 20), Column("", 16, share=("未达标", "已判定"), percent=True))


def _screen(*shares: Share) -> Screen:
    rows = [(_NAME, share) for share in shares]
    return Screen(f"组织：{_NAME}", _NAME, "组织", "2026-08-31", (("组织", _NAME),), (Table.of("表", _COLUMNS, rows),))


def test_a_sheet_shows_no_share_as_nobody_or_everybody_by_rounding() -> None:
    shares = Share(1, 5000), Share(4999, 5000), Share(0, 5000), Share(5000, 5000), Share(1, 3)
    sheet = openpyxl.load_workbook(io.BytesIO(write(_screen(*shares), "xlsx")))["表"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "单位")[0].row
    cells = [sheet.cell(head + 1 + i, 4) for i in range(len(shares))]
    assert [c.value for c in cells] == pytest.approx([s.k / s.n for s in shares])
    assert [c.number_format for c in cells] == ['"<0.1%"', '">99.9%"', "0.0%", "0.0%", "0.0%"]


@pytest.mark.parametrize("form", ["xlsx", "docx", "html"])
def test_a_name_with_control_characters_costs_no_export(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"screen.{form}"
    path.write_bytes(write(_screen(Share(1, 3)), form))
    if form == "docx":
        document = docx.Document(path)
        assert document.core_properties.title == "模拟第一支部组织：模拟第一支部"
        assert document.tables[0].cell(1, 0).text == "模拟第一支部"
    elif form == "xlsx":
        assert openpyxl.load_workbook(path)["表"].max_row > 4
    else:
        assert "\x0b" not in path.read_text("utf-8")


def test_a_long_name_costs_no_export() -> None:
    screen = Screen("组织", "模" * 400, "组织", "2026-08-31", (), (Table.of("表", _COLUMNS, []),))
    assert docx.Document(io.BytesIO(write(screen, "docx"))).core_properties.title == "模" * 255
