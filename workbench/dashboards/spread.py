"""How the figures of one requirement are spread over the organisations that were judged (分布), and who fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from workbench.audit.wording import plain, without_step
from workbench.dashboards.heat import ALL, Cell
from workbench.dashboards.state import JUDGED, RunState
from workbench.vocabulary import Verdict

#: Values listed one by one; more of them are put into this many steps at most, about.
MOST = 12
#: Units named as those where most fail.
UNITS = 8

_OVERDUE = "与期限相差的天数（正数为超期，负数为提前）"
#: What the figure that is held against the bound means, where it is not what was counted.
_MEANING = {
    "expect_done_by_date": _OVERDUE, "expect_step_deadline": _OVERDUE, "expect_dues_paid": _OVERDUE,
    "expect_rating_streak": _OVERDUE, "expect_term": "任期届满至今的天数（负数为尚未届满）",
    "expect_tenure": "超出规定年限的天数（负数为尚未超出）", "expect_step_lead": "比应有间隔多出的天数（负数为不足）",
    "expect_share": "比应有人数多出的人数（负数为不足）", "expect_growth": "与应有增幅相差的百分点（负数为不足）",
}


@dataclass(frozen=True)
class Step:
    """Organisations whose figure lies in one step: ``label`` the figure or its range, how many, how many of them
    failing."""

    label: str
    subjects: int
    failing: int


@dataclass(frozen=True)
class Spread:
    """The steps in order. ``bounds``: before which steps (0 to ``len(steps)``) a bound lies, and its text; ``unknown``:
    judged organisations without a figure."""

    meaning: str
    steps: list[Step]
    bounds: list[tuple[int, str]]
    unknown: int

    @property
    def judged(self) -> int:
        """All judged organisations."""
        return sum(s.subjects for s in self.steps) + self.unknown


def spread(state: RunState, requirement: Mapping[str, Any]) -> Spread | None:
    """The figures of the judged organisations under an entry of ``requirements.json``; None where nobody was judged or
    no figure is held against a bound.

    The figure is ``judged`` of a result: the one that decides, of several periods or cases the worst.
    """
    marks = ", ".join("?" * len(JUDGED))
    rows = state.con.execute(
        f"SELECT judged, count(*), count(*) FILTER (verdict = ?) FROM results WHERE requirement = ?"
        f" AND verdict IN ({marks}) GROUP BY 1 ORDER BY 1 NULLS LAST",
        [Verdict.FAILED, requirement["id"], *JUDGED],
    ).fetchall()
    known = [(value, n, failing) for value, n, failing in rows if value is not None and value == value]
    unknown = sum(n for _, n, _ in rows) - sum(n for _, n, _ in known)
    if not known:
        return None
    lower, upper = requirement.get("lower"), requirement.get("upper")
    meaning = _MEANING.get(requirement["shape"], f"数值（{requirement['unit']}）")
    if len(known) <= MOST:
        names = {without_step(requirement): "没有记录"}
        steps = [Step(names.get(value) or _signed(value), n, failing) for value, n, failing in known]
        values = [value for value, _, _ in known]
        bounds = []
        if lower is not None:
            bounds.append((sum(v < lower for v in values), f"≥ {_signed(lower)}"))
        if upper is not None:
            bounds.append((sum(v <= upper for v in values), f"≤ {_signed(upper)}"))
    else:
        steps, bounds = _stepped(known, lower, upper)
    return Spread(meaning, steps, bounds, unknown)


def _stepped(
    known: list[tuple[float, int, int]], lower: float | None, upper: float | None
) -> tuple[list[Step], list[tuple[int, str]]]:
    """Steps of one width; no step reaches over the bound. With two bounds: below, within, above."""
    if lower is not None and upper is not None:
        at = [sum(v < lower for v, _, _ in known), sum(v <= upper for v, _, _ in known)]
        parts = [known[:at[0]], known[at[0]:at[1]], known[at[1]:]]
        labels = (f"不足 {_signed(lower)}", f"{_signed(lower)} 至 {_signed(upper)}", f"超过 {_signed(upper)}")
        return [_step(label, part) for label, part in zip(labels, parts, strict=True)], [
            (1, f"≥ {_signed(lower)}"), (2, f"≤ {_signed(upper)}")
        ]
    low, high = known[0][0], known[-1][0]
    width = _round_width((high - low) / MOST)
    from_below = upper is None  # a figure that equals the bound is met: it belongs to the side that is
    start = lower if lower is not None else upper if upper is not None else 0.0
    whole = width >= 1 and all(float(v).is_integer() for v in (start, *(v for v, _, _ in known)))

    def number(value: float) -> int:
        return floor((value - start) / width) if from_below else ceil((value - start) / width) - 1

    first, last = number(low), number(high)
    parts = {k: [entry for entry in known if number(entry[0]) == k] for k in range(first, last + 1)}
    steps = [
        _step(_range(start + k * width, start + (k + 1) * width, whole=whole, from_below=from_below), part)
        for k, part in parts.items()
    ]
    if lower is None and upper is None:
        return steps, []
    sign = "≥" if from_below else "≤"
    return steps, [(min(max(-first, 0), len(steps)), f"{sign} {_signed(start)}")]


def _step(label: str, part: list[tuple[float, int, int]]) -> Step:
    return Step(label, sum(n for _, n, _ in part), sum(f for _, _, f in part))


def _range(a: float, b: float, *, whole: bool, from_below: bool) -> str:
    if whole:
        a, b = (a, b - 1) if from_below else (a + 1, b)
        return _signed(a) if a == b else f"{_signed(a)} 至 {_signed(b)}"
    return f"{_signed(a)} 至不足 {_signed(b)}" if from_below else f"超过 {_signed(a)} 至 {_signed(b)}"


def _round_width(width: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(width))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= width * (1 - 1e-9))


def _signed(value: float) -> str:
    """A figure with a true minus."""
    return plain(value).replace("-", "−")


def failing_units(state: RunState, requirement: str) -> tuple[list[tuple[str, str, Cell]], int]:
    """The units (id, name, cell) where most fail under a requirement, and how many more have any."""
    cells = state.heatmap.cells
    found = [(unit, name, cell) for unit, name in state.heatmap.units
             if unit != ALL and (cell := cells.get((unit, requirement), Cell())).failing]
    found.sort(key=lambda x: (-x[2].failing, -x[2].at_least, x[0]))
    return found[:UNITS], max(0, len(found) - UNITS)
