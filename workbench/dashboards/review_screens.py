"""Data quality and two runs side by side, as screens to write to a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.dashboards.comparison import CHANGES, Comparing, Line, ListFilter
from workbench.dashboards.screens import Shown, course, filters, screen, tiles
from workbench.dashboards.state import RunState
from workbench.reports.screen import Column, Screen, Share, Table

_QUALITY = (
    Column("类别", 16), Column("事项", 56), Column("单位（报送文件夹）", 26), Column("位置", 40), Column("数", 8, figures=True),
    Column("共", 8, figures=True), Column("原因", 56), Column("怎么办", 56),
)
_QUALITY_KEYS = ("kind", "what", "unit", "place", "n", "of", "why", "next")
_COMPARISON = (
    Column("变化", 10), Column("组织代码", 16), Column("组织", 34), Column("所属", 22), Column("文件", 30), Column("条款", 14),
    Column("要求", 48), Column("期间", 12), Column("上次判定", 12), Column("本次判定", 12), Column("情况", 56),
    Column("条款编号", 24),
)
_CHANGED = tuple(Column(title, 9, figures=True) for title in CHANGES.values())
_BOTH = tuple(Column(when, 16, share=("问题", "已判定")) for when in ("上次", "本次"))


def quality(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """What was not taken or not judged, one line each."""
    found = shown.reviewed().quality
    lines = [tuple(line[key] for key in _QUALITY_KEYS) for line in found.lines()]
    head = (
        ("退回的行", "没有按单位登记，不在其中" if found.scoped else f"{found.rejected:,}"),
        ("没有结论", f"{sum(g.unjudged for g in found.gaps):,}"),
    )
    figures = [t | {"value": "—" if t["value"] is None else t["value"]} for t in found.tiles()]
    tables = (tiles(figures), Table.of("数据质量", _QUALITY, lines))
    return screen(shown.state, "数据质量", "数据质量", tables, head=head)


def compare(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """Two runs: what changed by unit and requirement, and the findings of the filter."""
    found = shown.reviewed().comparing(str(asked.get("with") or ""))
    f = ListFilter.of(asked)
    counts, total = found.counts(), found.count(f)
    units = {r["id"]: r["name"] for r in found.by_unit()}
    words = filters([
        ("变化", CHANGES.get(f.change, "")), ("单位", units.get(f.unit, f.unit)),
        ("要求", f.requirement and found.entry(f.requirement)["clause"]), ("关键词", f.text),
    ])
    head = (
        ("上次", _run(found.before, found.ids()[0])), ("本次", _run(found.after, found.ids()[1])),
        ("两次之间", "，".join(f"{title} {counts[change]}" for change, title in CHANGES.items())), *_beware(found),
    )
    whole = found.count(ListFilter())
    listed = Table("对比", "变化清单", _COMPARISON, _Lines(found, f), total, (*words, ("条数/全部", f"{total}/{whole}")))
    return screen(
        shown.state, "两次对比", f"对比-{found.other.path.name}",
        (course(shown.reviewed().course()), _by_unit(found), _by_requirement(found), listed), head=head,
    )


def _run(state: RunState, ident: str) -> str:
    return f"{state.run.label}（编号 {ident}）"


def _beware(found: Comparing) -> Iterator[tuple[str, str]]:
    """What the words new and resolved leave out, and that the rules were not the same."""
    doubts, rules = found.doubts(), found.changed_rules()
    if doubts["unjudged"]:
        yield "新增中", f"{doubts['unjudged']} 项上次没有结论或还没到期"
    if doubts["idle"]:
        yield "已解决中", f"{doubts['idle']} 项本次不再适用"
    cities = [s.receipt.get("city") or "" for s in (found.before, found.after)]
    if cities[0] != cities[1]:
        yield "注意", f"两次的地区名称不同：{'、'.join(cities)}"
    if any(rules.values()):
        yield "注意", (f"两次的要求不完全相同：{len(rules['changed'])} 项内容或参数有变，新增 {len(rules['added'])} 项，"
                     f"减少 {len(rules['dropped'])} 项")


def _by_unit(found: Comparing) -> Table:
    units = found.by_unit()
    whole = {"counts": found.counts(), **{when: tuple(map(sum, zip(*(r[when] for r in units), strict=True)))
                                          for when in ("before", "after")}}
    rows = [*((r["name"], *_figures(r)) for r in units), *([("合计", *_figures(whole))] if units else [])]
    return Table.of("按单位", (Column("单位", 34), *_CHANGED, *_BOTH), rows, caption="按单位（项次）")


def _by_requirement(found: Comparing) -> Table:
    columns = (Column("文件", 30), Column("条款", 14), Column("要求", 48), *_CHANGED, *_BOTH)
    rows = [
        (*(r["entry"][key] for key in ("document_title", "clause", "description")), *_figures(r))
        for r in found.by_requirement()
    ]
    return Table.of("按要求", columns, rows, caption="按要求（项次）")


def _figures(r: Mapping[str, Any]) -> tuple[Any, ...]:
    return (*(r["counts"][change] for change in CHANGES), Share(*r["before"]), Share(*r["after"]))


@dataclass(frozen=True)
class _Lines:
    """The findings of a filter, read whenever they are asked for."""

    found: Comparing
    filter: ListFilter

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(_line, self.found.lines(self.filter))


def _line(x: Line) -> tuple[Any, ...]:
    e = x.entry
    return (
        CHANGES[x.change], x.subject, x.name, x.unit_name, e["document_title"], e["clause"], e["description"], x.period,
        x.before, x.after, x.detail, e["id"],
    )
