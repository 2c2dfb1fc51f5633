"""The filtered list as an XLSX file, for work outside the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from workbench.dashboards.state import Filter, RunState, severity_label
from workbench.reports.xlsx import SheetColumn, write_list

_COLUMNS = (
    SheetColumn("subject", "组织代码", 16), SheetColumn("name", "组织", 34), SheetColumn("unit_name", "所属", 22),
    SheetColumn("document_title", "文件", 30), SheetColumn("clause", "条款", 14), SheetColumn("description", "要求", 48),
    SheetColumn("severity", "约束程度", 10), SheetColumn("verdict", "判定", 12), SheetColumn("observed_text", "实际", 36),
    SheetColumn("required_text", "应为", 24), SheetColumn("period_text", "期间", 22),
)


def file_name(state: RunState, f: Filter) -> str:
    """Name of the download: city, what is listed, as-of date."""
    name = f"{state.receipt.get('city') or '督查'}-{f.verdict or '全部判定'}-{state.receipt['as_of']}.xlsx"
    return "".join(c for c in name if c not in '\\/:*?"<>|')


def to_xlsx(state: RunState, f: Filter) -> bytes:
    """Sheet 清单: head (city, as-of date, run, filter, k/n), a frozen header row, every filtered row.

    Raises :class:`workbench.errors.UsageError` when the rows do not fit on a sheet.
    """
    total, judged = state.count(f)
    head = (
        ("督查结果", state.path.name), ("组织", state.receipt.get("city") or ""), ("截至日期", state.receipt["as_of"]),
        ("筛选", state.describe(f)), ("条数/已判定", f"{total}/{judged}"),
        ("说明", "由台账数据按条款推算，供核实使用"),
    )
    out = io.BytesIO()
    write_list(out, "清单", _COLUMNS, _rows(state, f), head=head, total=total)
    return out.getvalue()


def _rows(state: RunState, f: Filter) -> Iterator[dict[str, Any]]:
    for row in state.rows(f):
        yield row | {"severity": severity_label(state.by_id.get(row["requirement"], {}).get("severity"))}
