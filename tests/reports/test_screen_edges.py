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


def test_a_text_that_a_cell_does_not_hold_is_cut_in_sight() -> None:
    """Excel holds 32,767 characters, those beyond the basic plane counted twice; it cuts without a word."""
    texts = ("支" * 32_767, "支" * 32_768, "=" + "支" * 32_766, "\U0001f600" * 20_000)
    long = Table.of("长", (Column("组织", 20),), [(text,) for text in texts])
    screen = Screen("组织", "甲州市", "组织", "2026-08-31", (("筛选", "甲" * 40_000),), (long, Table.of("短", _COLUMNS, [])))
    book = openpyxl.load_workbook(io.BytesIO(write(screen, "xlsx")))
    head = {row[0].value: row[1].value for row in book["长"].iter_rows() if len(row) > 1 and row[1].value}
    assert head["没有写全"].startswith("3 格") and "没有写全" not in [c.value for c in book["短"]["A"]]
    assert head["筛选"].endswith("网页或 Word）") and head["筛选"].startswith("甲甲")
    column = [c.value for c in book["长"]["A"]]
    cells = column[column.index("组织") + 1:]
    assert cells[0] == texts[0]
    for text, cell in zip(texts[1:], cells[1:], strict=True):
        assert len(cell.encode("utf-16-le")) <= 2 * 32_767 and cell.endswith("…（本格超过 Excel 上限，全文见导出的网页或 Word）")
        assert cell.lstrip("'")[:16_000] == text[:16_000]
    assert max(texts, key=len) in write(screen, "html").decode()
