"""Tables for the terminal: a run by document and requirement, the worst units, a comparison, the requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from workbench.requirements.model import Treatment
from workbench.vocabulary import SEVERITY_LABELS, Verdict

#: Columns of a terminal from which on every column of the table of a run is shown.
WIDE = 120

#: Columns of counts in the table of a run: heading → verdicts counted there. 适用 is everything but 不适用.
_COUNTS: tuple[tuple[str, tuple[Verdict, ...], str], ...] = (
    ("适用", tuple(v for v in Verdict if v != Verdict.NOT_APPLICABLE), ""),
    ("达标", (Verdict.MET,), "green"),
    ("未达标", (Verdict.FAILED,), "bold red"),
    ("滞后", (Verdict.BEHIND,), "yellow"),
    ("进行中", (Verdict.OPEN,), ""),
    ("数据不足", (Verdict.NO_DATA,), "magenta"),
    ("核实", (Verdict.MANUAL,), "cyan"),
    ("豁免", (Verdict.WAIVED,), ""),
    ("出错", (Verdict.BROKEN,), "bold red"),
)
_ALWAYS = ("适用", "未达标", "滞后", "数据不足")


def run_tables(summary: Iterable[Mapping[str, Any]], titles: Mapping[str, str], *, width: int = WIDE) -> list[Table]:
    """A table per document of ``Run.summary()``: requirement, clause, severity and the counts of each verdict.

    Requirements without anything to tell are summed up in one line, and so are those that wait for a check on site.
    ``titles`` gives the title of each document id. Columns that are zero throughout are left out, except 适用,
    未达标, 滞后 and 数据不足, whose zero is news; in fewer than ``WIDE`` columns of ``width`` so are 条款, 性质, 达标
    and 进行中, so that a small terminal cuts nothing.
    """
    wide = width >= WIDE
    documents: dict[str, list[Mapping[str, Any]]] = {}
    for row in summary:
        documents.setdefault(row["document"], []).append(row)
    tables = []
    for document, given in documents.items():
        rows = _telling(given)
        shown = [
            column for column in _COUNTS
            if column[0] in _ALWAYS
            or ((wide or column[0] not in ("达标", "进行中")) and any(_count(row, column[1]) for row in rows))
        ]
        table = _table(titles.get(document, document))
        table.add_column("条款编号", no_wrap=True)
        if wide:
            table.add_column("条款", no_wrap=True)
        table.add_column("要求", overflow="fold", min_width=16)
        if wide:
            table.add_column("性质", no_wrap=True)
        for heading, _, _ in shown:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows:
            cells = [row["id"], row["description"]]
            if wide:
                cells = [row["id"], row["clause"], row["description"], SEVERITY_LABELS.get(row["severity"], "")]
            table.add_row(*(escape(str(c)) for c in cells), *(_figure(_count(row, v), style) for _, v, style in shown))
        tables.append(table)
    return tables


#: Verdicts that a requirement is shown for on a line of its own.
_TELLING = tuple(v for v in Verdict if v not in (Verdict.MET, Verdict.OPEN, Verdict.NOT_APPLICABLE))


def _telling(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows to show: what tells something by itself, then the sums of what is quiet and of what waits."""
    own, quiet, waiting = [], [], []
    for row in rows:
        on_site = row["treatment"] == Treatment.CHECKLIST
        telling = [v for v in _TELLING if not (on_site and v == Verdict.MANUAL)]
        (own if _count(row, telling) else waiting if on_site else quiet).append(row)
    sums = ((quiet, "没有问题"), (waiting, "现场核查"))
    return own + [_sum(part, what) for part, what in sums if part]


def _sum(rows: Sequence[Mapping[str, Any]], what: str) -> dict[str, Any]:
    """One line for several requirements."""
    counts = Counter()
    for row in rows:
        counts.update(row["counts"])
    return {"id": f"另{len(rows)}条", "clause": "", "description": what, "severity": "", "counts": counts}


def _table(title: str) -> Table:
    return Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)


def _count(row: Mapping[str, Any], verdicts: Sequence[Verdict]) -> int:
    return sum(int(row["counts"].get(verdict, 0)) for verdict in verdicts)


def _figure(n: int, style: str) -> str:
    return f"[{style}]{n:,}[/]" if n and style else f"{n:,}"


def plain_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()
) -> Table:
    """A table of text cells; the columns named in ``right`` hold figures."""
    table = _table(title)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(_text(cell)) for cell in row))
    return table


def _text(cell: Any) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return f"{cell:.12g}" if isinstance(cell, float) else str(cell)
