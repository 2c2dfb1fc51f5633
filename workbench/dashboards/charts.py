"""Charts of the page: what plotly has to draw in the browser, and the same figures as a table beneath.

Colours are named as the style sheet names them (``var(--h5)``); the page puts its own in, light, dark or on paper.
plotly itself is not imported: it would cost every visitor's kernel a second and 50 MB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.display import percentage
from workbench.dashboards.heat import Cell, level
from workbench.reports.screen import Share

if TYPE_CHECKING:
    from workbench.dashboards.sections import Sector
    from workbench.dashboards.spread import Spread

#: Pixels: the least width of one run in a trend, of a bar's line, of one step of a distribution.
_RUN, _LINE, _STEP = 76, 27, 26
_FAILING, _OTHERS = "未达标", "其余已判定"


@dataclass(frozen=True)
class Chart:
    """One drawing: ``note`` says as of when and of which run, ``summary`` what a screen reader is told, ``traces`` and
    ``layout`` are plotly's, ``height`` and ``least`` (the smallest legible width) pixels; ``columns`` and ``rows`` are
    the figures as text, ``total`` the last row (empty: none)."""

    title: str
    note: str
    summary: str
    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    height: int
    least: int
    columns: Sequence[str]
    rows: list[list[str]]
    total: Sequence[str] = ()
    #: Columns of words; all others but the first hold figures.
    words: Sequence[str] = ()

    @property
    def drawing(self) -> str:
        """What the page needs to draw it, as JSON: title and note as they are, data and layout fit for plotly."""
        return json.dumps({
            "title": self.title, "note": self.note, "data": self.traces, "layout": self.layout,
            "height": self.height, "least": self.least,
        }, ensure_ascii=False)


def escaped(text: str) -> str:
    """Text that plotly takes as it stands: it reads some tags otherwise."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def stand(receipt: Mapping[str, Any], run: str) -> str:
    """As of when, which run and, for who sees a part, of whom."""
    part = f"，只含{receipt['city']}及其下级" if receipt.get("scope") else ""
    return f"截至 {receipt['as_of']}，督查结果 {run}{part}"


def trend(points: Iterable[Mapping[str, Any]], note: str, shown: Iterable[str] = ()) -> Chart:
    """The failing share over runs, oldest first; ``points`` as :func:`workbench.dashboards.comparison.trend` gives
    them, ``shown`` the names of the runs to stand out. A run without anything judged has no point."""
    points, shown = list(points), set(shown)
    texts = [Share(p["failing"], p["judged"]).percent or "没有判定" for p in points]
    count = [f"{p['failing']:,}/{p['judged']:,}" for p in points]
    marks = [_mark(p) for p in points]
    ticks = [f"{p['as_of']}{m}<br>{c}" for p, m, c in zip(points, marks, count, strict=True)]
    shares = [p["failing"] / p["judged"] if p["judged"] else None for p in points]
    trace = {
        "type": "scatter", "mode": "lines+markers+text", "x": list(range(len(points))), "y": shares,
        "text": [text if share is not None else "" for text, share in zip(texts, shares, strict=True)],
        "textposition": "top center", "textfont": {"size": 13, "color": "var(--ink)"}, "cliponaxis": False,
        "line": {"color": "var(--h3)", "width": 2}, "connectgaps": False,
        "marker": {"size": 9, "color": ["var(--h5)" if p["name"] in shown else "var(--h3)" for p in points]},
        "hovertext": [escaped(f"{p['name']}：{t}，{c}") for p, t, c in zip(points, texts, count, strict=True)],
        "hoverinfo": "text",
    }
    most = max((s for s in shares if s), default=1.0)
    layout = _layout(
        xaxis={**_QUIET, "tickvals": trace["x"], "ticktext": ticks, "range": [-0.5, len(points) - 0.5],
               "showgrid": False, "tickangle": 0},
        yaxis={**_QUIET, "range": [0, most * 1.22], "tickformat": _ticks(most), "nticks": 4, "side": "left"},
        margin={"l": 44, "r": 12, "t": 12, "b": 44},
    )
    rows = [
        [f"{p['as_of']}{m}", p["name"], f"{p['failing']:,}", f"{p['judged']:,}", text]
        for p, m, text in zip(points, marks, texts, strict=True)
    ]
    summary = "；".join(f"{p['as_of']} {t}（{c}）" for p, t, c in zip(points, texts, count, strict=True))
    return Chart(
        "历次督查走势", note, f"历次未达标占比：{summary}", [trace], layout, 228, 60 + _RUN * len(points),
        ("截至日期", "督查结果", "未达标", "已判定", "占比"), rows, words=("督查结果",),
    )


def _mark(point: Mapping[str, Any]) -> str:
    return "※" if point.get("differs") else ""


def by_sector(sectors: Sequence[Sector], note: str) -> Chart:
    """The failing share of every sector with its 95 % interval; a bar has the colour of the lower end of it."""
    names = [escaped(s.name) for s in sectors]
    shares = [s.cell.failing / s.cell.judged for s in sectors]
    texts = [Share(s.cell.failing, s.cell.judged).percent for s in sectors]
    count = [f"{s.cell.failing:,}/{s.cell.judged:,}" for s in sectors]
    reach = max((s.cell.at_most for s in sectors), default=1.0)
    trace = {
        "type": "bar", "orientation": "h", "y": list(range(len(sectors))), "x": shares, "width": 0.62,
        "marker": {"color": [f"var(--h{level(s.cell)})" for s in sectors],
                   "line": {"color": "var(--faint)", "width": 0.75}},
        "error_x": {
            "type": "data", "symmetric": False,
            "array": [s.cell.at_most - x for s, x in zip(sectors, shares, strict=True)],
            "arrayminus": [x - s.cell.at_least for s, x in zip(sectors, shares, strict=True)],
            "color": "var(--soft)", "thickness": 1, "width": 3,
        },
        "hovertext": [
            escaped(f"{s.name}：{t}（{c}），95% 区间 {between(s.cell)}")
            for s, t, c in zip(sectors, texts, count, strict=True)
        ],
        "hoverinfo": "text",
    }
    # Figures stand in two columns of their own, right-aligned, whatever the length of the bars.
    side = [
        {"xref": "paper", "x": 1, "xanchor": "right", "xshift": shift, "yref": "y", "y": i, "yanchor": "middle",
         "text": text, "showarrow": False, "align": "right", "font": {"color": colour, "size": size}}
        for i, (share, k) in enumerate(zip(texts, count, strict=True))
        for text, shift, colour, size in ((share, 48, "var(--ink)", 13), (k, 130, "var(--soft)", 12))
    ]
    layout = _layout(
        xaxis={**_QUIET, "range": [0, reach * 1.03 or 1], "tickformat": _ticks(reach), "nticks": 5},
        yaxis={**_QUIET, "tickvals": trace["y"], "ticktext": names, "range": [len(sectors) - 0.4, -0.6],
               "showgrid": False, "automargin": True},
        margin={"l": 8, "r": 134, "t": 4, "b": 26}, annotations=side,
    )
    rows = [
        [s.name, t, f"{s.cell.failing:,}", f"{s.cell.judged:,}", between(s.cell), f"{s.failing:,}", f"{s.judged:,}"]
        for s, t in zip(sectors, texts, strict=True)
    ]
    every = sum((s.cell for s in sectors), Cell())
    total = ["合计", Share(every.failing, every.judged).percent, f"{every.failing:,}", f"{every.judged:,}", "",
             f"{sum(s.failing for s in sectors):,}", f"{sum(s.judged for s in sectors):,}"]
    summary = "；".join(f"{s.name} {t}（{c}）" for s, t, c in zip(sectors, texts, count, strict=True))
    return Chart(
        "各领域未达标占比", note, f"各领域未达标占比：{summary}", [trace], layout, 40 + _LINE * max(2, len(sectors)), 300,
        ("领域", "占比", "未达标", "已判定", "95% 区间", "有未达标的组织", "已判定的组织"), rows, total,
    )


def between(cell: Cell) -> str:
    """The interval in words; figures as precise as those of the share."""
    return f"{percentage(cell.at_least)} 至 {percentage(cell.at_most)}"


def distribution(found: Spread, title: str, note: str) -> Chart:
    """How many judged organisations have which figure; failing ones below, the bound as a dashed line."""
    places = list(range(len(found.steps)))
    failing = [s.failing for s in found.steps]
    others = [s.subjects - s.failing for s in found.steps]
    hover = [escaped(f"{s.label}：{s.subjects:,} 个组织，其中未达标 {s.failing:,} 个") for s in found.steps]
    common = {"type": "bar", "x": places, "hovertext": hover, "hoverinfo": "text",
              "width": 0.78 if len(places) > 4 else 0.5}
    line = {"line": {"color": "var(--faint)", "width": 0.75}}
    traces = [
        {**common, "name": _FAILING, "y": failing, "marker": {"color": "var(--h5)", **line}},
        {**common, "name": _OTHERS, "y": others, "marker": {"color": "var(--h0)", **line}},
        {"type": "scatter", "mode": "text", "x": places, "y": [s.subjects for s in found.steps], "showlegend": False,
         "text": [f"{s.subjects:,}" if s.subjects else "" for s in found.steps], "textposition": "top center",
         "hoverinfo": "skip", "cliponaxis": False},
    ]
    most = max(s.subjects for s in found.steps)
    bounds = [
        {"type": "line", "x0": at - 0.5, "x1": at - 0.5, "yref": "paper", "y0": 0, "y1": 1,
         "line": {"color": "var(--ink)", "width": 1.5, "dash": "5px,3px"}}
        for at, _ in found.bounds
    ]
    words = [
        {"x": at - 0.5, "yref": "paper", "y": 1, "yanchor": "top", "yshift": -14 * i, "text": escaped(f"应 {text}"),
         "showarrow": False, "xanchor": "right" if at == len(places) else "left"}
        for i, (at, text) in enumerate(found.bounds)
    ]
    layout = _layout(
        barmode="stack", showlegend=True, legend={
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "traceorder": "normal",
            "itemclick": False, "itemdoubleclick": False, "font": {"color": "var(--soft)"},
        },
        xaxis={**_QUIET, "tickvals": places, "ticktext": [escaped(s.label) for s in found.steps], "showgrid": False,
               "range": [-0.6, len(places) - 0.4], "automargin": True,
               "title": {"text": escaped(found.meaning), "font": {"color": "var(--soft)", "size": 12}}},
        yaxis={**_QUIET, "range": [0, most * 1.26], "showticklabels": False, "showgrid": False,
               "showline": False},
        margin={"l": 8, "r": 8, "t": 30, "b": 40}, shapes=bounds, annotations=words,
    )
    rows = [[s.label, f"{s.subjects:,}", f"{s.failing:,}" if s.failing else ""] for s in found.steps if s.subjects]
    if found.unknown:
        rows.append(["没有数值", f"{found.unknown:,}", ""])
    return Chart(
        title, note, f"{found.meaning}的分布，数字见下表", traces, layout, 236,
        max(320, _STEP * len(places) + 7 * max(len(s.label) for s in found.steps)),
        ("数值", "组织", "其中未达标"), rows, ["合计", f"{found.judged:,}", f"{sum(failing):,}"],
    )


#: An axis without a frame; lines only where a figure is read off them.
_QUIET = {"fixedrange": True, "zeroline": False, "gridcolor": "var(--line)", "linecolor": "var(--faint)",
          "tickfont": {"color": "var(--soft)"}, "ticks": ""}


def _layout(**more: Any) -> dict[str, Any]:
    return {
        "font": {"size": 12, "color": "var(--ink)"}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False, "dragmode": False, "hoverlabel": {
            "bgcolor": "var(--paper)", "bordercolor": "var(--line)", "font": {"color": "var(--ink)", "size": 12},
        }, **more,
    }


def _ticks(most: float) -> str:
    """Format of the ticks of an axis of shares, none of which reads like its neighbour."""
    return ".0%" if most >= 0.04 else ".1%" if most >= 0.004 else ".2%"
