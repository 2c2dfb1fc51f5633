"""A small bar chart of the course over runs, drawn as SVG: no library, nothing to load, prints as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: Pixels: width of one run, height of the highest bar, room above it for the figure and below for two lines.
STEP, HEIGHT, ABOVE, BELOW = 112, 96, 22, 40


@dataclass(frozen=True)
class Bar:
    """One run: ``x`` of its middle, ``y`` and ``height`` of its bar, the texts beside it."""

    x: float
    y: float
    height: float
    share: str
    count: str
    as_of: str
    name: str
    shown: bool


@dataclass(frozen=True)
class Chart:
    """Bars with the size of the drawing; ``base`` is the y of zero."""

    width: int
    height: int
    base: int
    bars: list[Bar]


def bars(points: Iterable[Mapping[str, Any]], shown: Iterable[str] = ()) -> Chart:
    """The share failing of every run, from zero; ``points`` as :func:`workbench.dashboards.comparison.trend` gives
    them, ``shown`` the names of the runs to stand out. A run without anything judged has no bar."""
    points, shown = list(points), set(shown)
    shares = [p["failing"] / p["judged"] if p["judged"] else None for p in points]
    top = max((s for s in shares if s), default=1.0)
    base = ABOVE + HEIGHT
    drawn = []
    for i, (p, share) in enumerate(zip(points, shares, strict=True)):
        height = HEIGHT * (share or 0.0) / top
        drawn.append(Bar(
            STEP * (i + 0.5), base - height, height, "没有判定" if share is None else percent(p["failing"], p["judged"]),
            f"{p['failing']:,}/{p['judged']:,}", p["as_of"], p["name"], p["name"] in shown,
        ))
    return Chart(STEP * max(1, len(points)), base + BELOW, base, drawn)


def percent(k: int, n: int) -> str:
    """k of n as a percentage with two digits that count; never 0% for a few of many."""
    if not n:
        return ""
    value = 100 * k / n
    return f"{value:.0f}%" if value >= 10 or k == 0 else f"{value:.1f}%" if value >= 1 else f"{value:.2g}%"
