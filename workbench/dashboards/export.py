"""The filtered list as an XLSX file, for work outside the page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from workbench.dashboards.comparison import CHANGES, Comparing, ListFilter
from workbench.dashboards.quality import Quality
from workbench.dashboards.state import Filter, RunState, severity_label
from workbench.reports.xlsx import SheetColumn, write_list

_COLUMNS = (
    SheetColumn("subject", "组织代码", 16), SheetColumn("name", "组织", 34), SheetColumn("unit_name", "所属", 22),
    SheetColumn("document_title", "文件", 30), SheetColumn("clause", "条款", 14), SheetColumn("description", "要求", 48),
    SheetColumn("severity", "约束程度", 10), SheetColumn("verdict", "判定", 12), SheetColumn("observed_text", "实际", 36),
    SheetColumn("required_text", "应为", 24), SheetColumn("period_text", "期间", 22),
)

_QUALITY_COLUMNS = (
    SheetColumn("kind", "类别", 16), SheetColumn("what", "事项", 56), SheetColumn("unit", "单位（报送文件夹）", 26),
    SheetColumn("place", "位置", 40), SheetColumn("n", "数", 8), SheetColumn("of", "共", 8),
    SheetColumn("why", "原因", 56), SheetColumn("next", "怎么办", 56),
)
_COMPARISON_COLUMNS = (
    SheetColumn("change", "变化", 10), SheetColumn("subject", "组织代码", 16), SheetColumn("name", "组织", 34),
    SheetColumn("unit_name", "所属", 22), SheetColumn("document_title", "文件", 30), SheetColumn("clause", "条款", 14),
    SheetColumn("description", "要求", 48), SheetColumn("period", "期间", 12), SheetColumn("before", "上次判定", 12),
    SheetColumn("after", "本次判定", 12), SheetColumn("detail", "情况", 56), SheetColumn("requirement", "条款编号", 24),
)
_NOTE = ("说明", "由台账数据按条款推算，供核实使用")


def file_name(state: RunState, f: Filter) -> str:
    """Name of the download: city, what is listed, as-of date."""
    return name_of(state.receipt, f.verdict or "全部判定")


def name_of(receipt: dict[str, Any], what: str) -> str:
    """The name of a download with what it holds."""
    name = f"{receipt.get('city') or '督查'}-{what}-{receipt['as_of']}.xlsx"
    return "".join(c for c in name if c not in '\\/:*?"<>|')


def to_xlsx(state: RunState, f: Filter) -> bytes:
    """Sheet 清单: head (city, as-of date, run, filter, k/n), a frozen header row, every filtered row.

    Raises :class:`workbench.errors.UsageError` when the rows do not fit on a sheet.
    """
    total, judged = state.count(f)
    head = (
        ("督查结果", state.path.name), ("组织", state.receipt.get("city") or ""), ("截至日期", state.receipt["as_of"]),
        ("筛选", state.describe(f)), ("条数/已判定", f"{total}/{judged}"),
        _NOTE,
    )
    out = io.BytesIO()
    write_list(out, "清单", _COLUMNS, _rows(state, f), head=head, total=total)
    return out.getvalue()


def _rows(state: RunState, f: Filter) -> Iterator[dict[str, Any]]:
    for row in state.rows(f):
        yield row | {"severity": severity_label(state.by_id.get(row["requirement"], {}).get("severity"))}


def quality_to_xlsx(quality: Quality) -> bytes:
    """Sheet 数据质量: what was not taken or not judged, one line each, as the view shows it."""
    receipt, lines = quality.receipt, list(quality.lines())
    head = (
        ("督查结果", quality.state.path.name), ("组织", receipt.get("city") or ""), ("截至日期", receipt["as_of"]),
        ("退回的行", "没有按单位登记，不在其中" if quality.scoped else f"{quality.rejected:,}"),
        ("没有结论", f"{sum(g.unjudged for g in quality.gaps):,}"), _NOTE,
    )
    out = io.BytesIO()
    write_list(out, "数据质量", _QUALITY_COLUMNS, lines, head=head, total=len(lines))
    return out.getvalue()


def comparison_to_xlsx(comparing: Comparing, f: ListFilter) -> bytes:
    """Sheet 对比: the findings of the filter with what either run says."""
    lines = comparing.select(f)
    counts = "，".join(f"{CHANGES[change]} {n}" for change, n in comparing.counts().items())
    head = (
        ("上次", comparing.before.run.label), ("本次", comparing.after.run.label),
        ("组织", comparing.served.receipt.get("city") or ""), ("两次之间", counts),
        ("条数/全部", f"{len(lines)}/{len(comparing.lines)}"), _NOTE,
    )
    keys = ("document_title", "clause", "description")
    rows = [
        {**vars(x), **{k: x.entry[k] for k in keys}, "change": CHANGES[x.change], "requirement": x.entry["id"]}
        for x in lines
    ]
    out = io.BytesIO()
    write_list(out, "对比", _COMPARISON_COLUMNS, rows, head=head, total=len(rows))
    return out.getvalue()
