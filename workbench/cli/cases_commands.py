"""``workbench due --cases``: where the other courses stand (其他流程); heavy parts are imported inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from workbench.cli.commands import ROWS_SHOWN
from workbench.cli.console import out
from workbench.reports.tables import plain_table

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.courses import CaseDue


def print_cases(run: Run, day: date, below: Collection[str] | None, *, everything: bool) -> None:
    """Open cases course by course, terms of office that end, ratings: state, since, what is due under which clause.

    ``below``: only these organisations. What may follow is not told: nobody is to read it as what ought to.
    """
    from workbench.ledger import courses

    def wanted(org_id: str) -> bool:
        return below is None or org_id in below

    found = [case for case in courses.cases(run) if wanted(case.org_id)]
    counts = Counter(case.process for case in found)
    told = "，".join(f"{process} {number:,}" for process, number in counts.items())
    out().print(f"在办事项 {len(found):,} 件（事实截至 {courses.as_of(run)}）" + (f"：{told}" if told else ""), markup=False,
                soft_wrap=True)
    for process in counts:
        rows = [(c.org_name, c.case_id, c.state, c.since, _due(c.due, day)) for c in found if c.process == process]
        _print(process, ("党组织", "编号", "状态", "自", "到期（条款）"), rows, everything)
    terms = [term for term in courses.terms(run, day) if wanted(term.org_id)]
    ended = [(t.org_name, t.state, t.until, t.remind_from, t.elected_on or "") for t in terms if t.state != "届内"]
    _print(f"任期（另有届内 {len(terms) - len(ended):,} 个）", ("党组织", "状态", "届满", "提醒自", "上次选举"), ended, everything)
    rated = [
        (r.org_name, r.kind, r.state, r.year, r.grade, _due(r.due, day))
        for r in courses.ratings(run) if wanted(r.org_id)
    ]
    _print("星级与积分", ("党组织", "种类", "状态", "年度", "等次", "到期（条款）"), rated, everything)


def _due(due: Sequence[CaseDue], day: date) -> str:
    return "；".join(f"{d.on} {d.what}（{d.clause}）" + ("，已过" if d.on < day else "") for d in due)


def _print(title: str, columns: tuple[str, ...], rows: Sequence[tuple], everything: bool) -> None:
    """A table, the first rows of it; how many more there are is said."""
    if not rows:
        return
    shown = rows if everything else rows[:ROWS_SHOWN]
    out().print(plain_table(title, columns, shown))
    if len(rows) > len(shown):
        out().print(f"……另有 {len(rows) - len(shown):,} 行未列出（--detail 逐项列出）", markup=False)
