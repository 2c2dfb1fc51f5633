"""What the overview shows beneath its heatmap: failing by sector, the course over runs, what falls due.

Asked for once the page is usable, so that neither the first paint nor a first click waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from workbench.audit.wording import why_due
from workbench.dashboards import charts, comparison
from workbench.dashboards.heat import Cell
from workbench.dashboards.pages import render
from workbench.dashboards.state import JUDGED, RunState
from workbench.errors import UsageError
from workbench.vocabulary import DueKind, Verdict

#: Days ahead that are told of; the day itself is the first.
DAYS = 30
#: Lines listed at first, and with every further question.
ROWS = 8
#: In this order within a day: the end of a period concerns nearly everybody and would bury the rest.
KINDS = (DueKind.TERM, DueKind.DEADLINE, DueKind.GRACE, DueKind.PERIOD)
#: What organisations without a sector are listed as.
UNPLACED = "未填领域"


@dataclass(frozen=True)
class Sector:
    """A sector (领域): ``cell`` counts subject × requirement; of ``judged`` organisations ``failing`` miss anything."""

    name: str
    cell: Cell
    failing: int
    judged: int


@dataclass(frozen=True)
class Week:
    """A calendar week within the days ahead, ``first`` to ``last``: open obligations by kind, and of how many
    organisations."""

    first: date
    last: date
    counts: dict[str, int]
    organizations: int

    @property
    def total(self) -> int:
        """Obligations of every kind."""
        return sum(self.counts.values())


def sectors(state: RunState) -> list[Sector]:
    """The sectors somebody was judged in, where most fail for certain first; organisations without one come last."""
    marks = ", ".join("?" * len(JUDGED))
    rows = state.con.execute(
        f"SELECT coalesce(sector, ''), count(*) FILTER (verdict = ?), count(*),"
        " count(DISTINCT subject) FILTER (verdict = ?), count(DISTINCT subject)"
        f" FROM results LEFT JOIN organizations ON org_id = subject WHERE verdict IN ({marks}) GROUP BY 1",
        [Verdict.FAILED, Verdict.FAILED, *JUDGED],
    ).fetchall()
    found = [(name, Sector(name or UNPLACED, Cell(k, n), failing, judged)) for name, k, n, failing, judged in rows]
    found.sort(key=lambda x: (not x[0], -x[1].cell.at_least, -x[1].cell.judged, x[0]))
    return [sector for _, sector in found]


class Upcoming:
    """What falls due from the day of the run on, for :data:`DAYS` days. Requirements whose check broke are left out, as
    everywhere."""

    def __init__(self, state: RunState):
        self.state = state
        self.first = date.fromisoformat(state.receipt["as_of"])
        self.last = self.first + timedelta(days=DAYS)
        self._broken = list(state.receipt["broken"])

    def weeks(self) -> list[Week]:
        """The weeks from Monday to Sunday, cut to the days told of; weeks without anything are among them."""
        rows = self.state.run.rows(
            "SELECT CAST(date_trunc('week', due_on) AS DATE) AS monday, kind, count(*) AS n, 0 AS organizations"
            f" FROM due WHERE {self._where} GROUP BY 1, 2 UNION ALL"
            " SELECT CAST(date_trunc('week', due_on) AS DATE), '', 0, count(DISTINCT subject)"
            f" FROM due WHERE {self._where} GROUP BY 1",
            [self.first, self.last, self._broken] * 2,
        )
        weeks = []
        monday = self.first - timedelta(days=self.first.weekday())
        while monday <= self.last:
            mine = [r for r in rows if r["monday"] == monday]
            weeks.append(Week(
                max(monday, self.first), min(monday + timedelta(days=6), self.last),
                {kind.value: sum(r["n"] for r in mine if r["kind"] == kind) for kind in KINDS},
                sum(r["organizations"] for r in mine),
            ))
            monday += timedelta(days=7)
        return weeks

    def rows(self, first: date, last: date, kind: str, count: int) -> tuple[list[dict[str, Any]], int]:
        """The first ``count`` obligations due from ``first`` to ``last``, of one kind or (empty) of all, and how many
        there are: ``due_on``, ``kind``, ``subject``, ``name``, ``unit_name``, ``entry``, ``why``."""
        kinds = [kind] if kind else [k.value for k in KINDS]
        values = [max(first, self.first), min(last, self.last), self._broken, kinds]
        found = self.state.run.rows(
            "SELECT due_on, kind, subject, requirement, unit_label, coalesce(name, subject) AS name,"
            f" coalesce(unit_name, '') AS unit_name, count(*) OVER () AS total FROM due"
            f" LEFT JOIN organizations ON org_id = subject WHERE {self._where} AND list_contains(?, kind)"
            " ORDER BY due_on, list_position(?, kind), subject, requirement, unit_label LIMIT ?",
            [*values, [k.value for k in KINDS], count],
        )
        for row in found:
            row["entry"] = entry = self.state.by_id[row["requirement"]]
            row["why"] = why_due(row["kind"], row["unit_label"] or "", entry["kwargs"].get("process"))
        return found, found[0]["total"] if found else 0

    @property
    def _where(self) -> str:
        return "due_on BETWEEN ? AND ? AND NOT list_contains(?, requirement)"


class Sections:
    """Answers ``sectors``, ``trend``, ``due`` and ``due-rows``; ``ledger``: file or URL of the ledger, empty without
    one."""

    def __init__(self, state: RunState, ledger: str = ""):
        self.state, self.ledger = state, ledger
        self.upcoming = Upcoming(state)
        self.note = charts.stand(state.receipt, state.path.name)

    def answer(self, asked: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """What the page gets for one message; a :class:`~workbench.errors.WorkbenchError` is for it to read."""
        match asked:
            case "sectors":
                return {"html": self._sectors()}
            case "trend":
                return {"html": self._trend()}
            case "due":
                return {"html": self._due()}
            case "due-rows":
                return {"html": self._due_rows(message)}
        return {"error": f"页面与服务版本不一致（{asked}），请刷新页面。"}

    @cached_property
    def sectors(self) -> list[Sector]:
        """The sectors of the run."""
        return sectors(self.state)

    def course(self) -> comparison.Course:
        """The course over the runs beside this one."""
        found = comparison.choices(self.state, beside=comparison.folder_of(self.ledger))
        return comparison.trend(self.state, found)

    def _sectors(self) -> str:
        found = self.sectors
        return render("sectors.html.j2", chart=charts.by_sector(found, self.note) if found else None, note=self.note)

    def _trend(self) -> str:
        course = self.course()
        chart = charts.trend(course.points, self.note, {self.state.path.name})
        return render("trend.html.j2", chart=chart, course=course, told=[])

    def _due(self) -> str:
        up = self.upcoming
        weeks = up.weeks()
        kinds = [k.value for k in KINDS if any(w.counts[k] for w in weeks)]
        rows, total = up.rows(up.first, up.last, "", ROWS)
        return render(
            "upcoming.html.j2", weeks=weeks, kinds=kinds, most=max(w.total for w in weeks), note=self.note, days=DAYS,
            first=up.first, last=up.last, rows=rows, total=total, kind="", further=ROWS * 4, whole=True,
            ledger=bool(self.ledger), clauses=self.state.by_id,
        )

    def _due_rows(self, message: Mapping[str, Any]) -> str:
        kind = str(message.get("kind") or "")
        try:
            first, last = (date.fromisoformat(str(message.get(key) or "")) for key in ("first", "last"))
            count = min(max(ROWS, int(message.get("count") or 0)), 500)
        except (TypeError, ValueError):
            raise UsageError("到期事项的日期或行数不对", next_step="请刷新页面后重试") from None
        rows, total = self.upcoming.rows(first, last, kind if kind in set(KINDS) else "", count)
        up = self.upcoming
        return render("upcoming_rows.html.j2", rows=rows, total=total, first=max(first, up.first),
                      last=min(last, up.last), kind=kind, further=count * 4,
                      whole=(first <= up.first and last >= up.last and not kind))
