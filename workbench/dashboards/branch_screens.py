"""One organisation in full (支部画像), and the quick look at it in the dialog, as screens to write to a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.dashboards import profile as profiles
from workbench.dashboards.board_screens import EVIDENCE, evidence_row, of_branch
from workbench.dashboards.screens import Shown, described, screen
from workbench.dashboards.state import URGENT, RunState
from workbench.reports.screen import Column, Screen, Table
from workbench.vocabulary import Verdict

_RESULTS = (
    Column("文件", 26), Column("判定", 10), Column("条款", 14), Column("要求", 40), Column("约束程度", 11), Column("各期", 26),
    Column("应为", 20), Column("实际", 30), Column("期间", 14), Column("做到", 8, figures=True),
    Column("未做到", 10, figures=True), Column("未到期", 10, figures=True), Column("不明", 8, figures=True),
    Column("存疑", 8, figures=True), Column("原因和说明", 30), Column("依据（行）", 10, figures=True),
)
_COUNTS = ("met", "missed", "open", "unknown", "doubt")
_WAITING = (Column("文件", 30), Column("条款", 14), Column("要求", 50), Column("看什么", 50))
_DONE = (Column("类别", 12), Column("种类", 24), Column("条", 8, figures=True), Column("日期（×当日条数）", 110))


def profile(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """Every requirement of one organisation, what was done in the year, findings and cards, the rows behind what has to
    be dealt with; people only as counts."""
    state, subject = shown.state, str(asked["branch"])
    found = profiles.profile(state, subject)
    o = found["organization"]
    members = o.get("members")
    results = [r for d in found["documents"] for r in (*d["shown"], *d["folded"])]
    findings, cards = of_branch(shown, subject, asked)
    head = (
        *described(o, found["lineage"]),
        ("党员", "人数未登记" if members is None else f"{members:,} 人"), ("书记", found["secretary"]),
        ("成立", str(o.get("established_on") or "")), ("判定", _counted(found)), *cards,
    )
    tables = [
        Table.of("要求", _RESULTS, map(_result, results), caption="各项要求"), *findings, *_waiting(found),
        _timeline(state, found["timeline"]),
        _evidence(state, subject, [r for r in results if r["verdict"] in URGENT], "需要处理的要求的依据记录"),
    ]
    return screen(state, f"支部画像：{o['name']}", f"支部画像-{o['name']}", tuple(tables), head=head)


def dialog(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """What the dialog shows of a branch: results, those to deal with first; the rows behind the one asked for."""
    state, subject = shown.state, str(asked["branch"])
    found = state.branch(subject)
    o = found["organization"]
    findings, cards = of_branch(shown, subject, asked)
    results = sorted(found["results"], key=lambda r: r["verdict"] not in URGENT)  # stable: else as the documents go
    asked_for = [r for r in results if r["requirement"] == asked.get("of")]
    tables = [
        Table.of("要求", _RESULTS, map(_result, results), caption="各项要求，需要处理的在前"), *findings, *_waiting(found),
        *([_evidence(state, subject, asked_for, f"{asked_for[0]['clause']} 的依据记录")] if asked_for else []),
    ]
    head = (*described(o, found["lineage"]), ("判定", _counted(found)), *cards)
    return screen(state, o["name"], o["name"], tuple(tables), head=head)


def _counted(found: Mapping[str, Any]) -> str:
    counts = Counter(r["verdict"] for r in found["results"])
    words = [f"{v.value} {counts[v.value]}" for v in Verdict if counts[v.value]]
    return "，".join(words + ([f"待现场核查 {len(found['waiting'])}"] if found["waiting"] else []))


def _result(r: Mapping[str, Any]) -> tuple[Any, ...]:
    periods = " ".join(f"{p.label}{p.mark or '未开始'}" for p in r["strip"])
    why = [r["reason"] if r["reason"] != r["observed_text"] else "", r["notes"],
           *(f"口径：{p['label']} {p['text']}" for p in r["parameters"])]
    return (
        r["document_title"], r["verdict"], r["clause"], r["description"], r["severity"], periods, r["required_text"],
        r["observed_text"] or "—", r["period"] or "", *(r[name] for name in _COUNTS),
        "；".join(w.rstrip("。；") for w in why if w), r["evidence_count"],
    )


def _waiting(found: Mapping[str, Any]) -> list[Table]:
    rows = [
        (r["document_title"], r["clause"], r["description"], (r["guidance"] or {}).get("look", ""))
        for r in found["waiting"]
    ]
    return [Table.of("待现场核查", _WAITING, rows, caption="待现场核查，还没有人到现场看过")] if rows else []


def _timeline(state: RunState, timeline: Mapping[str, Any]) -> Table:
    year = state.receipt["year"]
    rows = []
    for group in timeline["groups"]:
        for line in group["lines"]:
            marks = [mark for month in sorted(line.months) for mark in line.months[month]]
            rows.append((group["name"], line.kind, line.total, "、".join(map(_day, marks))))
    others = [f"另有 {n:,} 条{where}" for n, where in (
        (timeline["outside"], "在其他年度"), (timeline["undated"], "没有日期"),
    ) if n]
    if state.receipt.get("evidence") == "failing":
        others.append("本次督查只保留问题项的依据记录，这里不全")
    head = (("说明", "，".join(others)),) if others else ()
    return Table.of("开展情况", _DONE, rows, caption=f"{year} 年开展情况", head=head)


def _day(mark: profiles.Mark) -> str:
    many = f"×{mark.records}" if mark.records > 1 else ""
    return f"{mark.on.month}月{mark.on.day}日{many}{'' if mark.counted else '（没有计入）'}"


def _evidence(state: RunState, subject: str, results: Iterable[Mapping[str, Any]], caption: str) -> Table:
    rows = []
    for r in results:
        for e in state.evidence(subject, r["requirement"], limit=100_000)["rows"]:
            rows.append((r["clause"], *evidence_row(e)))
    return Table.of("依据记录", (Column("条款", 14), *EVIDENCE), rows, caption=caption)
