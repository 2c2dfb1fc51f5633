"""Lists for people as XLSX. Rows are streamed, and text is never written as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from workbench.errors import UsageError
from workbench.spreadsheet import defuse
from workbench.vocabulary import SEVERITY_LABELS, Severity

#: Rows a sheet of the format holds, and characters a cell holds (UTF-16, as Excel counts).
MAX_ROWS = 1_048_576
MAX_CELL = 32_767
#: What stands at the end of a text that a cell does not hold.
CUT = "…（本格超过 Excel 每格字数上限，未全部列出）"


@dataclass(frozen=True)
class SheetColumn:
    """A column of a written sheet: ``key`` in the row, ``header`` as shown, ``width`` in characters."""

    key: str
    header: str
    width: int = 16


#: The list of problems (问题清单) as inspectors keep it, with room for the answer of the branch.
FINDING_COLUMNS = (
    SheetColumn("number", "序号", 6),
    SheetColumn("unit_name", "被督查单位", 24),
    SheetColumn("name", "党组织", 32),
    SheetColumn("subject", "组织代码", 16),
    SheetColumn("document_title", "文件", 30),
    SheetColumn("clause", "条款", 14),
    SheetColumn("description", "要求", 40),
    SheetColumn("severity", "约束程度", 10),
    SheetColumn("verdict", "判定", 12),
    SheetColumn("period", "期间", 16),
    SheetColumn("required_text", "应为", 24),
    SheetColumn("observed", "实际", 10),
    SheetColumn("unit", "单位", 8),
    SheetColumn("detail", "问题表述", 60),
    SheetColumn("requirement", "条款编号", 24),
    SheetColumn("answer", "支部意见", 24),
)


def write_list(
    target: str | Path | BinaryIO,
    sheet_name: str,
    columns: Sequence[SheetColumn],
    rows: Iterable[Mapping[str, Any]],
    *,
    total: int,
    head: Sequence[tuple[str, str]] = (),
) -> None:
    """Write one sheet: ``head`` (name, value) lines, a frozen header, the ``total`` rows.

    ``target`` is a path or an open binary file. Raises :class:`UsageError` when the rows do not fit on a sheet,
    instead of losing some.
    """
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False
    }
    top = len(head) + 1 if head else 0
    if top + 1 + total > MAX_ROWS:
        raise UsageError(
            "导出的行数超出一张工作表", found=f"{total:,} 行", expected=f"不超过 {MAX_ROWS - top - 1:,} 行",
            next_step="请先按单位、文件或判定筛选，再导出",
        )
    with xlsxwriter.Workbook(target if hasattr(target, "write") else str(target), options) as book:
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(sheet_name)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
        for r, (name, value) in enumerate(head):
            sheet.write_string(r, 0, name, bold)
            sheet.write_string(r, 1, fitted(value))
        for c, column in enumerate(columns):
            sheet.write_string(top, c, column.header, header)
        for r, row in enumerate(rows, start=top + 1):
            for c, column in enumerate(columns):
                write_cell(sheet, r, c, row.get(column.key), day)
        sheet.freeze_panes(top + 1, 2)
        sheet.autofilter(top, 0, top + total, len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)


def write_findings(run: Any, path: str | Path) -> None:
    """The list of problems of ``run`` (:class:`workbench.audit.run.Run`) as XLSX."""
    requirements = {r["id"]: r for r in run.requirements}
    organizations = run.organizations.set_index("org_id")
    names, units = organizations["name"].to_dict(), organizations["unit_name"].to_dict()

    def rows() -> Iterable[dict[str, Any]]:
        for number, finding in enumerate(run.findings.to_dict("records"), start=1):
            clause = requirements[finding["requirement"]]
            yield finding | {
                "number": number,
                "name": names.get(finding["subject"], finding["subject"]),
                "unit_name": units.get(finding["subject"]),
                "severity": SEVERITY_LABELS[Severity(clause["severity"])],
                **{key: clause[key] for key in ("document_title", "clause", "description", "required_text")},
            }

    receipt = run.receipt
    head = (
        ("截至日期", str(receipt["as_of"])), ("年度", str(receipt["year"])), ("组织", receipt.get("city") or ""),
        ("文件", "、".join(f"{d['title']}（{d['version']}）" for d in receipt["documents"])),
        ("说明", "由台账数据按条款推算，待核实确认"),
    )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_list(target, "问题清单", FINDING_COLUMNS, rows(), head=head, total=len(run.findings))


def fitted(text: str, end: str = CUT) -> str:
    """The text, defused, as far as a cell holds it; one that it does not hold says so by its ``end``."""
    text = defuse(text)
    if 2 * len(text) <= MAX_CELL or _units(text) <= MAX_CELL:
        return text
    kept = text[:MAX_CELL - len(end)]
    while _units(kept) > MAX_CELL - len(end):
        kept = kept[:-(_units(kept) - MAX_CELL + len(end) + 1) // 2]
    return kept + end


def _units(text: str) -> int:
    """Characters as Excel counts them: those beyond the basic plane are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def write_cell(
    sheet: Any, r: int, c: int, value: Any, day: Any, form: Any = None, end: str = CUT
) -> bool:
    """One cell by the type of its value, text defused; ``day`` is the format of dates, ``form`` that of the others.

    Whether all of it is there: a text that the cell does not hold is cut and has ``end``.
    """
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:  # NaN differs from itself
        return True
    if isinstance(value, bool):
        sheet.write_string(r, c, "是" if value else "否", form)
    elif isinstance(value, (int, float)):
        sheet.write_number(r, c, value, form)
    elif isinstance(value, datetime):
        sheet.write_string(r, c, value.isoformat(sep=" "), form)
    elif isinstance(value, date):
        sheet.write_datetime(r, c, value, day)
    else:
        text = fitted(str(value), end)
        sheet.write_string(r, c, text, form)
        return not text.endswith(end)
    return True
