"""The way from the city down to a branch (市—县—单位—支部): an organisation and what lies under it, with counts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from workbench.dashboards.heat import Cell
from workbench.dashboards.state import JUDGED, Absent, RunState
from workbench.vocabulary import Verdict


@dataclass(frozen=True)
class Standing:
    """Results of an organisation, or of one with everything under it.

    ``organizations`` in all, ``with_results`` of them, ``with_failing`` of those; the others count results:
    ``waiting`` are the checks on site that nobody has made yet.
    """

    organizations: int = 0
    with_results: int = 0
    with_failing: int = 0
    failing: int = 0
    judged: int = 0
    behind: int = 0
    open: int = 0
    no_data: int = 0
    waiting: int = 0

    @property
    def cell(self) -> Cell:
        """The same as a cell of the heatmap, for its colour."""
        return Cell(self.failing, self.judged, self.behind, self.open, self.no_data)


@dataclass(frozen=True)
class Child:
    """A line of the list: ``own`` marks the organisation itself, without what lies under it."""

    org_id: str
    name: str
    type: str
    level: str
    children: int
    standing: Standing
    own: bool = False


_COUNTS = [f.name for f in fields(Standing)]


class Tree:
    """Organisations of the run behind ``state`` by who stands above whom, within the viewer's scope."""

    def __init__(self, state: RunState):
        self.state = state

    @cached_property
    def _prepared(self) -> bool:
        """Two small tables, made when somebody first asks: counts of each organisation, and who lies under whom.

        UNION, not UNION ALL: superiors that run in a ring must not run for ever.
        """
        con, marks = self.state.con, ", ".join("?" * len(JUDGED))
        con.execute(
            "CREATE OR REPLACE TEMP TABLE standing AS WITH r AS (SELECT subject,"
            f" count(*) FILTER (verdict = ?) AS failing, count(*) FILTER (verdict IN ({marks})) AS judged,"
            " count(*) FILTER (verdict = ?) AS behind, count(*) FILTER (verdict = ?) AS open,"
            " count(*) FILTER (verdict IN (?, ?)) AS no_data FROM results GROUP BY 1),"
            " w AS (SELECT subject, count(*) AS waiting FROM waiting GROUP BY 1)"
            " SELECT org_id, 1 AS organizations, (r.subject IS NOT NULL OR w.subject IS NOT NULL)::INT AS with_results,"
            " (coalesce(failing, 0) > 0)::INT AS with_failing,"
            + ", ".join(f" coalesce({name}, 0) AS {name}" for name in _COUNTS[3:])
            + " FROM organizations LEFT JOIN r ON r.subject = org_id LEFT JOIN w ON w.subject = org_id",
            [Verdict.FAILED, *JUDGED, Verdict.BEHIND, Verdict.OPEN, Verdict.NO_DATA, Verdict.BROKEN],
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE above AS WITH RECURSIVE a(org_id, ancestor) AS ("
            " SELECT org_id, org_id FROM organizations"
            " UNION SELECT a.org_id, o.parent_id FROM a JOIN organizations o ON o.org_id = a.ancestor"
            " WHERE o.parent_id IN (SELECT org_id FROM organizations)) FROM a"
        )
        return True

    @cached_property
    def tops(self) -> list[str]:
        """Organisations with nobody known above them, and those in a ring, which have no top."""
        assert self._prepared
        rows = self.state.con.execute(
            "SELECT org_id FROM organizations WHERE parent_id IS NULL"
            " OR parent_id NOT IN (SELECT org_id FROM organizations) OR EXISTS (SELECT 1 FROM above a"
            " WHERE a.org_id = organizations.parent_id AND a.ancestor = organizations.org_id) ORDER BY org_id"
        ).fetchall()
        return [org_id for org_id, in rows]

    def unit(self, org_id: str = "") -> dict[str, Any]:
        """One organisation: ``organization`` (None: the list of all that have nobody above them), ``lineage``,
        ``standing`` of it with everything under it, ``children``: itself alone when it has results, then those directly
        below, most failing first. Without ``org_id`` it is the top.

        Raises :class:`~workbench.dashboards.state.Absent` when the run has no such organisation.
        """
        assert self._prepared
        if not org_id and len(self.tops) == 1:
            org_id = self.tops[0]
        if not org_id:
            below = self._lines("list_contains(?, o.org_id)", [self.tops])
            return {"organization": None, "lineage": [], "standing": _added(below), "children": below}
        known = self.state.run.rows("SELECT * FROM organizations WHERE org_id = ?", [org_id])
        if not known:
            raise Absent("督查结果中没有这个组织", place=str(self.state.path), found=org_id)
        [whole] = self._lines("o.org_id = ?", [org_id])
        below = self._lines("o.parent_id = ? AND o.org_id <> o.parent_id", [org_id])
        own = self._own(whole)
        return {
            "organization": known[0], "lineage": self.state.lineage(org_id), "standing": whole.standing,
            "children": [own, *below] if own.standing.with_results else below,
        }

    def _lines(self, which: str, values: list[Any]) -> list[Child]:
        sums = ", ".join(f"sum(s.{name})::BIGINT AS {name}" for name in _COUNTS)
        rows = self.state.con.execute(
            "SELECT o.org_id, o.name, coalesce(o.type, ''), coalesce(o.level, ''),"
            " (SELECT count(*) FROM organizations c WHERE c.parent_id = o.org_id AND c.org_id <> o.org_id),"
            f" {sums} FROM organizations o JOIN above a ON a.ancestor = o.org_id JOIN standing s ON s.org_id = a.org_id"
            f" WHERE {which} GROUP BY o.org_id, o.name, o.type, o.level"
            " ORDER BY failing DESC, judged DESC, o.org_id",
            values,
        ).fetchall()
        return [Child(*row[:5], Standing(*row[5:])) for row in rows]

    def _own(self, whole: Child) -> Child:
        row = self.state.con.execute(
            f"SELECT {', '.join(_COUNTS)} FROM standing WHERE org_id = ?", [whole.org_id]
        ).fetchone()
        return Child(whole.org_id, whole.name, whole.type, whole.level, 0, Standing(*row), own=True)


def _added(lines: list[Child]) -> Standing:
    return Standing(*(sum(getattr(line.standing, name) for line in lines) for name in _COUNTS))
