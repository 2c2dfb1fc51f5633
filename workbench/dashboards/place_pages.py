"""HTML of the way down from the city to a branch: a unit, one organisation in full, the spread of a requirement."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workbench.dashboards.clauses import Clauses
from workbench.dashboards.heat import ALL
from workbench.dashboards.pages import render
from workbench.dashboards.profile import profile, records
from workbench.dashboards.spread import Spread, failing_units, spread
from workbench.dashboards.state import RunState
from workbench.dashboards.tree import Standing, Tree
from workbench.reports.screen import Share
from workbench.vocabulary import Verdict

#: Size of a chart in its own units, and the room its words take.
_WIDTH, _HEIGHT, _ABOVE, _BELOW, _SIDE = 760, 190, 34, 24, 10


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
        ("组织数", f"{s.organizations:,}", f"其中 {s.with_results:,} 个有结果"),
        ("有未达标的组织", f"{s.with_failing:,}", _of(s.with_failing, s.with_results, "")),
        ("未达标", f"{s.failing:,}", _of(s.failing, s.judged, " 项次")),
        ("进度滞后", f"{s.behind:,}", f"另有进行中 {s.open:,} 项次"),
        ("数据不足", f"{s.no_data:,}", "项次，不计入已判定"),
        ("待现场核查", f"{s.waiting:,}", "项次，不计入已判定"),
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
    found = spread(state, state.by_id[row["id"]])
    units, more = failing_units(state, row["id"])
    return {"spread": found, "chart": found and _chart(found), "units": units, "more": more, "share": share}


def _chart(found: Spread) -> dict[str, Any]:
    """Places of bars and bounds of a histogram; a bar has its failing part below, the rest on top of it."""
    most = max(s.subjects for s in found.steps)
    pitch = min(120.0, (_WIDTH - 2 * _SIDE) / len(found.steps))
    room = _HEIGHT - _ABOVE - _BELOW
    bars = []
    for i, s in enumerate(found.steps):
        # What exists can be seen, however small it is beside the others.
        height = max(2.0, room * s.subjects / most) if s.subjects else 0.0
        low = height * s.failing / s.subjects if s.subjects else 0.0
        bars.append({
            "x": round(_SIDE + i * pitch + pitch * 0.12, 1), "width": round(pitch * 0.76, 1), "step": s,
            "middle": round(_SIDE + (i + 0.5) * pitch, 1), "low": round(low, 1), "rest": round(height - low, 1),
            "top": round(_HEIGHT - _BELOW - height, 1), "ground": _HEIGHT - _BELOW,
        })
    return {
        "width": round(2 * _SIDE + pitch * len(bars)), "height": _HEIGHT, "bars": bars, "above": _ABOVE,
        "bounds": [{"x": round(_SIDE + at * pitch, 1), "text": text} for at, text in found.bounds],
        # Ranges need more room than single figures: every second or third is named when they would touch.
        "each": max(1, -(-max(len(s.label) for s in found.steps) * 7 // int(pitch))),
    }
