"""Spreadsheets for people: findings and any other list as XLSX. Text is never written as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from workbench.errors import UsageError
from workbench.spreadsheet import defuse

#: Rows a sheet of the format can hold, one of them the header.
MAX_ROWS = 1_048_576
MAX_CELL = 32_767


@dataclass(frozen=True)
class SheetColumn:
    """A column of a written sheet: ``key`` in the row, ``header`` as shown, ``width`` in characters."""

    key: str
    header: str
    width: int = 16


FINDING_COLUMNS = (
    SheetColumn("number", "序号", 6),
    SheetColumn("unit_name", "单位", 24),
    SheetColumn("name", "党组织", 32),
    SheetColumn("subject", "组织代码", 16),
    SheetColumn("document_title", "文件", 24),
    SheetColumn("clause", "条款", 12),
    SheetColumn("description", "要求", 40),
    SheetColumn("severity", "性质", 8),
    SheetColumn("verdict", "判定", 10),
    SheetColumn("period", "期间", 16),
    SheetColumn("required_text", "应为", 20),
    SheetColumn("observed", "实为", 10),
    SheetColumn("detail", "说明(时间、应为、实为)", 60),
    SheetColumn("requirement", "条款编号", 24),
    SheetColumn("remark", "支部意见", 24),
)


def write_sheets(
    target: str | Path | BinaryIO,
    sheets: Mapping[str, tuple[Sequence[SheetColumn], Iterable[Mapping[str, Any]]]],
    *,
    notes: Sequence[str] = (),
) -> int:
    """Write ``{sheet name: (columns, rows)}`` and return the number of rows written.

    ``target`` is a path or an open binary file. Rows are streamed, so memory does not grow with them. ``notes``
    become a last sheet 说明, one line each. A sheet with more rows than the format holds raises
    :class:`UsageError` instead of losing some.
    """
    written = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target if hasattr(target, "write") else str(target), options) as book:
        head = book.add_format({"bold": True, "bg_color": "#F2E6E6", "border": 1, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, (columns, rows) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for c, column in enumerate(columns):
                sheet.set_column(c, c, column.width)
                sheet.write_string(0, c, column.header, head)
            r = 0
            for r, row in enumerate(rows, start=1):
                if r >= MAX_ROWS:
                    raise UsageError(
                        "行数超过一张工作表的上限", place=name, expected=f"不超过 {MAX_ROWS - 1:,} 行", next_step="请先筛选再导出"
                    )
                for c, column in enumerate(columns):
                    _write(sheet, r, c, row.get(column.key), day)
            written += r
        if notes:
            sheet = book.add_worksheet("说明")
            sheet.set_column(0, 0, 100)
            for r, line in enumerate(notes):
                sheet.write_string(r, 0, defuse(line))
    return written


def _write(sheet: Any, r: int, c: int, value: Any, day: Any) -> None:
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:  # NaN differs from itself
        return
    if isinstance(value, bool):
        sheet.write_string(r, c, "是" if value else "否")
    elif isinstance(value, (int, float)):
        sheet.write_number(r, c, value)
    elif isinstance(value, datetime):
        sheet.write_string(r, c, value.isoformat(sep=" "))
    elif isinstance(value, date):
        sheet.write_datetime(r, c, value, day)
    else:
        sheet.write_string(r, c, defuse(str(value))[:MAX_CELL])
