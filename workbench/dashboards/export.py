"""The filtered list as an XLSX file, for work outside the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from workbench.dashboards.state import Filter, RunState, severity_label
from workbench.errors import UsageError

#: Rows of a sheet that Excel can hold, less the head above the list.
MAX_ROWS = 1_048_576 - 10
_BATCH = 20_000

_COLUMNS = (
    ("组织代码", 16, "subject"), ("组织", 34, "name"), ("所属", 22, "unit_name"), ("文件", 30, "document_title"),
    ("条款", 14, "clause"), ("要求", 48, "description"), ("约束程度", 10, "severity"), ("判定", 12, "verdict"),
    ("实际", 10, "observed"), ("单位", 8, "unit"), ("应为", 24, "required_text"), ("期间", 22, "period_text"),
)


def defuse(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a leading apostrophe; anything else stays."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def file_name(state: RunState, f: Filter) -> str:
    """Name of the download: city, what is listed, as-of date."""
    name = f"{state.receipt.get('city') or '督查'}-{f.verdict or '全部判定'}-{state.receipt['as_of']}.xlsx"
    return "".join(c for c in name if c not in '\\/:*?"<>|')


def to_xlsx(state: RunState, f: Filter) -> bytes:
    """Sheet 清单: head (city, as-of date, run, filter, k/n), a frozen header row, every filtered row.

    Raises :class:`UsageError` when the rows do not fit on a sheet.
    """
    total, judged = state.count(f)
    if total > MAX_ROWS:
        raise UsageError(
            "导出的行数超出一张工作表", found=f"{total:,} 行", expected=f"不超过 {MAX_ROWS:,} 行",
            next_step="请先按单位、文件或判定筛选,再导出",
        )
    head = (
        ("督查结果", state.path.name), ("组织", state.receipt.get("city") or ""), ("截至日期", state.receipt["as_of"]),
        ("筛选", state.describe(f)), ("条数/已判定", f"{total}/{judged}"),
        ("说明", "由台账数据按条款推算,供核实使用"),
    )
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        sheet = book.add_worksheet("清单")
        for i, (_, width, _key) in enumerate(_COLUMNS):
            sheet.set_column(i, i, width)
        for i, (name, value) in enumerate(head):
            sheet.write_string(i, 0, name, bold)
            sheet.write_string(i, 1, defuse(value))
        top = len(head) + 1
        for i, (title, _, _key) in enumerate(_COLUMNS):
            sheet.write_string(top, i, title, header)
        sheet.freeze_panes(top + 1, 2)
        sheet.autofilter(top, 0, top + total, len(_COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        for i, row in enumerate(_rows(state, f, total), start=top + 1):
            for j, value in enumerate(row):
                sheet.write(i, j, value)
    return out.getvalue()


def _rows(state: RunState, f: Filter, total: int) -> Iterator[list[Any]]:
    for offset in range(0, total, _BATCH):
        for row in state.rows(f, limit=_BATCH, offset=offset):
            row["severity"] = severity_label(state.by_id.get(row["requirement"], {}).get("severity"))
            yield [defuse(row[key]) for _, _, key in _COLUMNS]
