"""整改台账 (XLSX): what was confirmed, who puts it right by when, how it stands, who accepted it, whether it came back.

Closing needs evidence and a second person (``docs/ledger.md``); the table shows both and never fills a gap by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.ledger.finding import CLOSED, RECTIFYING
from workbench.reports.papers import facts
from workbench.reports.papers.mark import mark
from workbench.reports.papers.sheets import Book, Column, count_by

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding
    from workbench.ledger.ledger import Ledger

TITLE = "整改台账"
NOT_ASSIGNED, OVERDUE, AGAIN = "未交办", "整改中（逾期）", "复发待核实"
#: What the column 完成情况 may say.
PROGRESS = (NOT_ASSIGNED, RECTIFYING, OVERDUE, "待复查", CLOSED, AGAIN)
YES, NO = "是", "否"
COLUMNS = (
    Column("序号", 6), Column("问题", 40), Column("整改措施", 20, filled=True), Column("责任领导", 9, filled=True),
    Column("责任人", 9, filled=True), Column("时限", 11, filled=True), Column("进展", 24, filled=True),
    Column("佐证", 18, filled=True), Column("完成情况", 11, PROGRESS, filled=True), Column("验收人", 9, filled=True),
    Column("销号日期", 11, filled=True), Column("回头看结论", 15, filled=True),
    Column("是否反弹", 7, (YES, NO), filled=True),
)
#: States of what has been confirmed once: a recurrence had been.
_LISTED = (*facts.SETTLED, "复发")


def write_rectification(
    ledger: Ledger, run: Run, path: str | Path, *, by: str, on: date, keys: Sequence[str] | None = None
) -> Path:
    """Write the table of all confirmed findings (of ``keys`` only, if given); what is overdue is so on ``on``.

    Raises :class:`~workbench.errors.Refused` without a person's name.
    """
    made = mark(ledger, run, by, on)
    wanted = None if keys is None else set(keys)
    found = [f for f in ledger.findings.all() if wanted is None or f.key in wanted]
    listed = [f for f in found if f.state in _LISTED]
    listed.sort(key=lambda f: (f.unit_id, f.subject, f.key))
    source = facts.Source(run)
    states = [done(f, on) for f in listed]
    counts = count_by(sorted(states, key=PROGRESS.index))
    waiting = sum(f.state == facts.UNESTABLISHED for f in found)
    head = [
        f"共 {len(listed)} 项：" + "，".join(f"{name} {n} 项" for name, n in counts.items()) if listed else "共 0 项",
        f"只列经人确认的问题；尚待核实的 {waiting} 项不在其中。逾期按 {on.isoformat()} 计；销号须有佐证并由第二人验收",
    ]
    book = Book(path, TITLE, made)
    rows = [_row(n, f, state, source) for n, (f, state) in enumerate(zip(listed, states, strict=True), start=1)]
    book.sheet(TITLE, COLUMNS, rows, head=head, frozen=2)
    return book.close()


def done(f: Finding, on: date) -> str:
    """How far rectification is (完成情况) on a day."""
    if f.state == "已确认":
        return NOT_ASSIGNED
    if f.state == "复发":
        return AGAIN
    return OVERDUE if f.overdue(on) else f.state


def _row(number: int, f: Finding, state: str, source: facts.Source) -> tuple[Any, ...]:
    problem = f"{f.subject_name}：{facts.statement(f)}（{source.basis(f)}；编号 {f.code}）"
    came_back = YES if facts.rebounds(f) else NO if f.state == CLOSED else ""
    verdict = f.look_back
    if f.still_failing and f.state == CLOSED:
        verdict = "；".join(p for p in (verdict, "台账仍未补正") if p)
    return (
        number, problem, f.measure, f.leader, f.owner, f.deadline or "", _course(f), _proof(f), state,
        f.closed_by, f.closed_on or "", verdict, came_back,
    )


def _course(f: Finding) -> str:
    """What was told on the way (进展), reviews that failed and refusals among it."""
    told = [f"{note.on.isoformat()} {note.text}" for note in f.progress]
    if f.refused_on:
        told.append(f"{f.refused_on.isoformat()} 拒不整改")
    if f.failed:
        told.append(f"复查未通过 {len(f.failed)} 次（{'、'.join(dict.fromkeys(x.ground for x in f.failed))}）")
    return "\n".join(told)


def _proof(f: Finding) -> str:
    """Evidence given on submitting and on closing (佐证)."""
    return "\n".join(dict.fromkeys([*f.submit_evidence, *f.close_evidence]))
