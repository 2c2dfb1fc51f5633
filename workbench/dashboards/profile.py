"""One organisation in full (支部画像), read from the run behind a state: no browser, no widget.

People appear only as counts: members, how many records; a record says what was held and where it stands, not who came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from workbench.dashboards.periods import axis
from workbench.dashboards.state import RunState
from workbench.errors import UsageError
from workbench.vocabulary import Verdict

#: Verdicts in the order in which somebody has to look at them; the first ones stand open, the rest is folded.
OPEN_ORDER = (
    Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED, Verdict.BEHIND, Verdict.BROKEN, Verdict.NO_DATA,
)
_ORDER = {v.value: i for i, v in enumerate((*OPEN_ORDER, Verdict.MET, Verdict.OPEN, Verdict.NOT_APPLICABLE))}

#: Tables whose rows are something that was done on a day, and what the timeline calls them.
_DONE = {"activities": "活动", "case_steps": "办理步骤"}
#: Kind of an evidence row: what its label says before the particulars.
_KIND = "regexp_extract(label, '^[^ \uff08]*')"
#: A label without the person it is about.
_LABEL = "regexp_replace(label, ' 人员 [^ ]+', '')"


@dataclass(frozen=True)
class Mark:
    """One day on which something of a kind was done: ``records`` rows of ledgers, ``counted`` towards something."""

    on: date
    records: int
    counted: bool


@dataclass(frozen=True)
class Line:
    """One kind on the timeline: its marks by month, 1 to 12."""

    kind: str
    total: int
    months: dict[int, list[Mark]]


def profile(state: RunState, subject: str) -> dict[str, Any]:
    """Everything a run knows of one organisation: what :meth:`RunState.branch` gives, ``documents`` (title, rows to
    look at, rows folded; each with ``axis``, the column and width of its periods on a year of twelve months),
    ``secretary`` and ``timeline``.

    Raises :class:`~workbench.errors.UsageError` when the run has no such organisation.
    """
    found = state.branch(subject)
    for row in found["results"]:
        row["cells"] = list(zip(axis(row["period_kind"]), row["strip"], strict=True)) if row["strip"] else []
    documents = []
    for title, rows in groupby(found["results"], lambda r: r["document_title"] or ""):
        ordered = sorted(rows, key=lambda r: (_ORDER.get(r["verdict"], 0), r["ord"]))
        shown = [r for r in ordered if r["verdict"] in OPEN_ORDER]
        documents.append({
            "title": title, "shown": shown, "folded": ordered[len(shown):],
            "failing": sum(r["verdict"] == Verdict.FAILED for r in shown),
        })
    return {
        **found, "documents": documents, "secretary": _secretary(state, found["organization"]),
        "timeline": timeline(state, subject), "children": _children(state, subject),
    }


def _children(state: RunState, subject: str) -> int:
    return state.con.execute("SELECT count(*) FROM organizations WHERE parent_id = ?", [subject]).fetchone()[0]


def _secretary(state: RunState, organization: dict[str, Any]) -> str:
    """Whether the post of secretary is filled and since when, in words, never by whom; empty where there is no such
    post."""
    # Not needed before somebody asks for a branch: the first paint waits for nothing of the ledger.
    from workbench.ledger.secretaries import WITH_SECRETARY

    if organization.get("type") not in WITH_SECRETARY:
        return ""
    rows = state.run.rows("SELECT started_on FROM secretaries WHERE org_id = ?", [organization["org_id"]])
    if not rows:
        return "台账中没有在任书记的记录"
    since = [r["started_on"] for r in rows if r["started_on"]]
    return f"在任，自 {min(since)}" if since else "在任，任职日期未登记"


def timeline(state: RunState, subject: str) -> dict[str, Any]:
    """What was done in the audited year: ``groups`` (name, lines), ``outside`` records dated in other years,
    ``undated`` ones. A row of a ledger counts once, however many requirements use it."""
    year = state.receipt["year"]
    tables = list(_DONE)
    rows = state.run.rows(
        f"SELECT table_name, {_KIND} AS kind, dated_on, count(DISTINCT (source_id, source_row)) AS records,"
        " bool_or(counted) AS counted FROM evidence WHERE subject = ? AND table_name IN (?, ?) GROUP BY ALL"
        " ORDER BY table_name, kind, dated_on",
        [subject, *tables],
    )
    within = [r for r in rows if r["dated_on"] and r["dated_on"].year == year]
    groups = []
    for table, name in _DONE.items():
        lines = []
        for kind, own in groupby((r for r in within if r["table_name"] == table), lambda r: r["kind"]):
            marks = [Mark(r["dated_on"], r["records"], r["counted"]) for r in own]
            months = {m: list(of) for m, of in groupby(marks, lambda mark: mark.on.month)}
            lines.append(Line(kind, sum(m.records for m in marks), months))
        if lines:
            groups.append({"name": name, "lines": sorted(lines, key=lambda x: (-x.total, x.kind))})
    return {
        "groups": groups, "outside": sum(r["records"] for r in rows if r["dated_on"] and r["dated_on"].year != year),
        "undated": sum(r["records"] for r in rows if not r["dated_on"]),
    }


def records(state: RunState, subject: str, kind: str, on: str) -> list[dict[str, Any]]:
    """The rows of ledgers behind a mark, those alike in one line: ``label`` (people left out), ``file``, ``sheet``,
    ``rows`` in words (``47–82、90``), ``total``, ``counted``, ``clauses`` (id and clause of the requirements that use
    them).

    Raises :class:`~workbench.errors.UsageError` when ``on`` is no day.
    """
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise UsageError("日期有误", place="开展情况", found=on, expected="YYYY-MM-DD") from None
    rows = state.run.rows(
        f"SELECT any_value({_LABEL}) AS label, s.file, s.sheet, e.source_row, bool_or(e.counted) AS counted,"
        " list_sort(list(DISTINCT e.requirement)) AS requirements FROM evidence e LEFT JOIN sources s USING (source_id)"
        f" WHERE subject = ? AND table_name IN (?, ?) AND {_KIND} = ? AND dated_on = ?"
        " GROUP BY s.file, s.sheet, e.source_row ORDER BY s.file, s.sheet, e.source_row",
        [subject, *_DONE, kind, day],
    )
    alike: dict[tuple[Any, ...], list[int | None]] = {}
    for r in rows:
        key = (r["label"], r["file"], r["sheet"], r["counted"], tuple(r["requirements"]))
        alike.setdefault(key, []).append(r["source_row"])
    return [
        {
            "label": label, "file": file, "sheet": sheet, "counted": counted, "rows": _ranges(of), "total": len(of),
            "clauses": [(r, state.by_id[r]["clause"] if r in state.by_id else r) for r in requirements],
        }
        for (label, file, sheet, counted, requirements), of in alike.items()
    ]


def _ranges(numbers: list[int | None]) -> str:
    """Row numbers in order, neighbours as a range; what has no number is left out."""
    runs: list[list[int]] = []
    for n in numbers:
        if n is not None and runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        elif n is not None:
            runs.append([n])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
