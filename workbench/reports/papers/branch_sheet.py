"""一支部一清单 (DOCX): what a branch is asked about, facts first, one page in the ordinary case.

Breaches alone are listed as problems, each with what should be, what is, clause and rows, and how far it is
established. Deviations and prompts follow apart. The branch writes its own words and signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.shared import Mm

from workbench.ledger.finding import SETTLED
from workbench.reports.papers import docx_style as style
from workbench.reports.papers import facts
from workbench.reports.papers.mark import mark
from workbench.vocabulary import Verdict

if TYPE_CHECKING:
    from docx.document import Document

    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding
    from workbench.ledger.ledger import Ledger

TITLE = "一支部一清单"
#: Columns of a block, in mm: label, text, label, text.
_WIDTHS = (11, 67, 11, 67)
#: Height of the box for the branch's own words, in mm: before it was heard on every finding, and after.
_BOX, _BOX_HEARD = 32, 16
#: More findings than these are set smaller, so that the sheet stays on its page.
_ROOMY = 3
_COUNTED = (Verdict.MET, Verdict.FAILED, Verdict.BEHIND, Verdict.OPEN, Verdict.WAIVED, Verdict.NO_DATA, Verdict.MANUAL)


def write_branch_sheet(
    ledger: Ledger, run: Run, branches: Sequence[str], path: str | Path, *, by: str, on: date
) -> Path:
    """Write the sheets of these organisations (codes or full names) into one file, each on a page of its own.

    What is dismissed or closed is left out. Raises :class:`~workbench.errors.UsageError` for an unknown organisation,
    :class:`~workbench.errors.Refused` without a person's name.
    """
    document = style.new_document(mark(ledger, run, by, on), TITLE)
    source = facts.Source(run)
    for i, branch in enumerate(branches):
        _sheet(document, ledger, source, run.organization(branch), first=i == 0)
    return style.write(document, path)


def _sheet(document: Document, ledger: Ledger, source: facts.Source, org: dict[str, Any], *, first: bool) -> None:
    found = [f for f in ledger.findings.of(org["org_id"]) if f.state not in SETTLED]
    breaches = [f for f in found if f.nature not in facts.APART]
    apart = [f for f in found if f.nature in facts.APART]
    title = style.add(document, TITLE, style.TITLE)
    title.paragraph_format.page_break_before = not first
    style.add(document, f"{org['name']}（{org['org_id']}）　所属单位：{org['unit_name']}", style.CELL_HEAD)
    style.add(document, _compared(source.run, org["org_id"]), style.CELL)
    style.add(document, _says(breaches), style.CELL).paragraph_format.space_after = Mm(1.5)
    if breaches:
        looks = (style.CELL, style.CELL_HEAD) if len(breaches) <= _ROOMY else (style.SMALL, style.SMALL_HEAD)
        table = style.add_table(document, _WIDTHS)
        for number, finding in enumerate(breaches, start=1):
            _block(table, number, finding, source, looks)
    if apart:
        lead = style.add(document, "另请核对（与一般性要求有出入或供核实的线索，不作为问题）", style.CELL_HEAD)
        lead.paragraph_format.space_before = Mm(2)
        lead.paragraph_format.keep_with_next = True
        for finding in apart:
            told = f"{finding.nature}：{facts.statement(finding)}（{source.basis(finding)}；{source.evidence(finding)}）"
            style.add(document, told, style.SMALL)
    _box(document, _BOX_HEARD if breaches and all(f.answered for f in breaches) else _BOX)


def _compared(run: Run, org_id: str) -> str:
    """How many requirements were compared, so that what was not judged is not taken for passed."""
    rows = run.rows("SELECT verdict, count(*) AS n FROM results WHERE subject = ? GROUP BY verdict", [org_id])
    counts = {row["verdict"]: row["n"] for row in rows}
    told = "，".join(f"{verdict.value} {counts[verdict]} 项" for verdict in _COUNTED if counts.get(verdict))
    return f"截至 {run.receipt['as_of']} 的比对情况：{told or '没有可比对的条款'}。"


def _says(breaches: Sequence[Finding]) -> str:
    if not breaches:
        return "台账比对没有需要说明的问题；数据不足和待人工核实的条款尚未判定，以现场核查为准。"
    waiting = sum(not facts.established(f) for f in breaches)
    text = f"下列 {len(breaches)} 项事实由台账与条款比对或现场检查得出"
    if waiting:
        text += f"，其中 {waiting} 项性质为“{facts.UNESTABLISHED}”，尚未认定。请核对；与实际不符的，请在说明栏写明并附材料。"
        return text
    return text + "，均已核实。"


def _block(
    table: Any, number: int, finding: Finding, source: facts.Source, looks: tuple[style.Look, style.Look]
) -> None:
    text, bold = looks
    head = table.add_row()
    cell = head.cells[0].merge(head.cells[3])
    time = facts.when(finding)
    style.put(
        cell,
        f"{number}　{finding.description}{f'（{time}）' if time else ''}　{facts.severity(finding)}　"
        f"性质：{facts.nature(finding)}　编号 {finding.code}",
        bold,
    )
    style.shade([cell])
    style.keep_whole(head, with_next=True)
    should, seen = facts.should_and_is(finding)
    for i, texts in enumerate((
        ("应为", should or "（见依据）", "实为", seen),
        ("依据", source.basis(finding), "证据", source.evidence(finding)),
    )):
        row = style.fill_row(table, texts, _WIDTHS, look=text)
        style.keep_whole(row, with_next=i == 0)
    if finding.opinion:
        row = table.add_row()
        style.put(row.cells[0], "意见", text)
        style.put(row.cells[1].merge(row.cells[3]), f"支部意见：{finding.opinion}", text)
        style.keep_whole(row)


def _box(document: Document, height: int) -> None:
    """The box for the branch's own words, ``height`` mm, and lines to sign on."""
    style.add(document, "", style.SMALL)
    table = style.add_table(document, (78, 78))
    box = table.add_row()
    box.height, box.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    cell = box.cells[0].merge(box.cells[1])
    style.put(cell, "支部说明（逐项写明是否属实、原因和已采取的措施，可另附页）：", style.CELL_HEAD)
    style.keep_whole(box, with_next=True)
    row = style.fill_row(
        table, ("支部书记（签字）：\n　　　　年　　月　　日", "督查人员（签字）：\n　　　　年　　月　　日"), (78, 78)
    )
    row.height, row.height_rule = Mm(14), WD_ROW_HEIGHT_RULE.AT_LEAST
