"""问题清单 (XLSX): every finding with its facts, clause, rows and how far it is established.

Breaches stand alone on the first sheet; deviations from soft rules and prompts have sheets of their own, because they
need a reason or a look before anybody may call them a problem. What a person dismissed is counted, not listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.ledger.finding import CLOSED, DEVIATION, DISMISSED, ENCOURAGED, PROMPT
from workbench.reports.papers import facts
from workbench.reports.papers.mark import mark
from workbench.reports.papers.sheets import Book, Column

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding
    from workbench.ledger.ledger import Ledger

TITLE = "问题清单"
COLUMNS = (
    Column("序号", 6), Column("被督查单位", 14), Column("党支部", 16), Column("问题类别", 9),
    Column("问题表述（时间·事项·应为·实为）", 36), Column("依据（文件·条款）", 20), Column("证据（表·行）", 24),
    Column("性质（已查实/待核实）", 9, (facts.ESTABLISHED, facts.UNESTABLISHED), filled=True),
    Column("严重程度", 8), Column("责任人", 9, filled=True), Column("整改要求", 16, filled=True),
    Column("整改时限", 11, filled=True), Column("支部意见", 16, filled=True), Column("备注", 14, filled=True),
)
EVIDENCE_COLUMNS = (
    Column("问题", 12), Column("序号", 6), Column("党支部", 16), Column("条款", 18), Column("文件", 34),
    Column("工作表", 18), Column("行", 8), Column("日期", 12), Column("内容", 24), Column("是否计入", 10),
    Column("比对", 10),
)
#: Sheets beside the first: name, natures, what the head says.
_APART = (
    ("偏差", (DEVIATION,), "与一般性要求有出入的，须说明理由，不直接作为问题"),
    ("提示", (PROMPT, ENCOURAGED), "供核实的线索和倡导事项，不作为问题"),
)


def write_problem_list(
    ledger: Ledger, run: Run, path: str | Path, *, by: str, on: date, keys: Sequence[str] | None = None
) -> Path:
    """Write the list of the ledger's findings (of ``keys`` only, if given) with the rows that ``run`` holds for them.

    Raises :class:`~workbench.errors.Refused` without a person's name.
    """
    made = mark(ledger, run, by, on)
    wanted = None if keys is None else set(keys)
    found = [f for f in ledger.findings.all() if wanted is None or f.key in wanted]
    listed = sorted((f for f in found if f.state != DISMISSED), key=_order)
    source = facts.Source(run)
    book = Book(path, TITLE, made)
    groups = [(TITLE, [f for f in listed if f.nature not in facts.APART], "")]
    groups += [(name, [f for f in listed if f.nature in natures], says) for name, natures, says in _APART]
    behind: list[Sequence[Any]] = []
    for name, findings, says in groups:
        if findings or name == TITLE:
            head = [says] if says else _head(found, groups)
            rows = [_row(n, f, source, behind, name) for n, f in enumerate(findings, start=1)]
            book.sheet(name, COLUMNS, rows, title=TITLE if name == TITLE else f"{TITLE}（另列：{name}）", head=head,
                       frozen=3)
    book.sheet("证据明细", EVIDENCE_COLUMNS, behind, title="证据明细", frozen=3)
    return book.close()


def _order(finding: Finding) -> tuple[str, str, str]:
    return (finding.unit_id or "", finding.subject, finding.key)


def _head(found: Sequence[Finding], groups: Sequence[tuple[str, list[Finding], str]]) -> list[str]:
    own = groups[0][1]
    settled = sum(map(facts.established, own))
    dismissed = sum(f.state == DISMISSED for f in found)
    counts = f"列入问题 {len(own)} 项：{facts.ESTABLISHED} {settled} 项，{facts.UNESTABLISHED} {len(own) - settled} 项"
    apart = "".join(f"；另列{name} {len(findings)} 项" for name, findings, _ in groups[1:] if findings)
    gone = f"；核实后不成立 {dismissed} 项，未列入" if dismissed else ""
    return [
        f"{counts}{apart}{gone}",
        "待核实的只是台账与条款比对的结果，须经支部说明、督查人员确认后才能认定；黄色各栏可填写、修改",
    ]


def _row(number: int, f: Finding, source: facts.Source, behind: list[Sequence[Any]], sheet: str) -> Sequence[Any]:
    rows = source.rows(f)
    behind += [
        (sheet, number, f.subject_name, f.clause, r.file, r.sheet, r.row, r.dated_on, r.label,
         "是" if r.counted else "否", facts.STATUS.get(r.status, ""))
        for r in rows
    ]
    return (
        number, f.unit_name, f.subject_name, source.category(f), facts.statement(f), source.basis(f),
        source.evidence(f, rows), facts.nature(f), facts.severity(f), f.owner, f.measure, f.deadline or "",
        f.opinion, remark(f),
    )


def remark(f: Finding) -> str:
    """State, code, and what a reader must know beside it (备注)."""
    parts = [f"编号 {f.code}"]
    if f.state not in (facts.UNESTABLISHED, "已确认"):
        parts.append(f.state)
    if times := facts.rebounds(f):
        parts.append(f"反弹 {times} 次")
    if f.proposed_for_review and f.resolved_on:
        parts.append(f"{f.resolved_on.isoformat()} 的核查已不再显示，待人复核")
    if f.still_failing and f.state == CLOSED:
        parts.append("销号后台账仍未补正")
    return "；".join(parts)

