"""HTML of the way down from the city to a branch: a unit, one organisation in full, the spread of a requirement."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workbench.dashboards import charts
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.heat import ALL
from workbench.dashboards.pages import render
from workbench.dashboards.profile import profile, records
from workbench.dashboards.spread import failing_units, spread
from workbench.dashboards.state import RunState
from workbench.dashboards.tree import Standing, Tree
from workbench.reports.screen import Share
from workbench.vocabulary import Verdict


def share(part: int, whole: int) -> str:
    """A percentage, never 0 % where there is any nor 100 % where there is a rest; empty without a whole."""
    return Share(part, whole).percent


def branch(state: RunState, subject: str) -> str:
    """One organisation in full; :class:`~workbench.errors.UsageError` when the run has none so numbered."""
    found = profile(state, subject)
    counts = Counter(r["verdict"] for r in found["results"])
    return render(
        "profile.html.j2", **found, receipt=state.receipt, run=state.path.name, months=range(1, 13),
        verdicts=[(v.value, counts[v.value]) for v in Verdict if counts[v.value]],
    )


def branch_records(state: RunState, subject: str, kind: str, on: str) -> str:
    """What stands behind one mark of the timeline."""
    return render("records.html.j2", rows=records(state, subject, kind, on), subject=subject, kind=kind, on=on)


def unit(state: RunState, tree: Tree, org_id: str) -> str:
    """One organisation and what lies below; :class:`~workbench.errors.UsageError` when there is none so numbered."""
    found = tree.unit(org_id)
    # The list of results knows units: it is offered where it holds just what is counted here.
    unit_cell = found["organization"] and state.heatmap.cells.get((found["organization"]["org_id"], ALL))
    return render(
        "unit.html.j2", **found, tiles=tiles(found["standing"]), receipt=state.receipt, run=state.path.name,
        listed=unit_cell == found["standing"].cell, share=share,
    )


def tiles(s: Standing) -> list[dict[str, Any]]:
    """The tiles of a unit: every percentage with its k of n."""
    found = [
        ("组织数", s.organizations, f"其中 {s.with_results:,} 个有结果"),
        ("有未达标的组织", s.with_failing, _of(s.with_failing, s.with_results, "")),
        ("未达标", s.failing, _of(s.failing, s.judged, " 项次")),
        ("进度滞后", s.behind, f"另有进行中 {s.open:,} 项次"),
        ("数据不足", s.no_data, "项次，不计入已判定"),
        ("待现场核查", s.waiting, "项次，不计入已判定"),
    ]
    return [{"title": title, "value": value, "note": note} for title, value, note in found]


def _of(part: int, whole: int, what: str) -> str:
    """k of n with its percentage."""
    return f"{part:,} / {whole:,}{what}，{share(part, whole)}" if whole else f"0 / 0{what}"


def card(clauses: Clauses, identifier: str) -> str:
    """The card of one row; :class:`~workbench.errors.UsageError` when the run has none so numbered."""
    row = clauses.card(identifier)
    return render("card.html.j2", row=row, receipt=clauses.receipt, **distribution(clauses.state, row))


def distribution(state: RunState, row: dict[str, Any]) -> dict[str, Any]:
    """What a requirement's card shows of its figures: ``spread``, ``chart``, ``units`` where most fail, ``more``."""
    if row["id"] not in state.by_id:
        return {"spread": None, "chart": None, "units": [], "more": 0}
    note = charts.stand(state.receipt, state.path.name)
    found = spread(state, state.by_id[row["id"]])
    units, more = failing_units(state, row["id"])
    return {"spread": found, "chart": found and charts.distribution(found, f"{row['clause']}数值分布", note),
            "units": units, "more": more, "share": share}
