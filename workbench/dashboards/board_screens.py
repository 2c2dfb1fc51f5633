"""Findings, cards and what is due, as screens to write to a file; names are masked as on the page, by the board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbench.dashboards import board_pages
from workbench.dashboards.board import LEVELS, SOON_DAYS, Board, BoardFilter, Entry
from workbench.dashboards.pages import standing
from workbench.dashboards.screens import FACTS, Shown, filters, screen
from workbench.dashboards.state import RunState
from workbench.errors import LedgerError
from workbench.reports.screen import Column, Screen, Table

if TYPE_CHECKING:
    from workbench.ledger.due import Due

EVIDENCE = (
    Column("文件", 34), Column("工作表", 16), Column("行", 8, figures=True), Column("日期", 12), Column("内容", 40),
    Column("归入", 16), Column("认定", 10),
)
_FINDINGS = (
    Column("状态", 12), Column("编号", 14), Column("组织", 30), Column("所属", 22), Column("文件", 26), Column("条款", 16),
    Column("要求", 36), Column("性质", 10), Column("应为", 22), Column("实为", 28), Column("责任人", 12), Column("责任领导", 12),
    Column("整改措施", 22), Column("整改时限", 15), Column("逾期（日）", 10, figures=True), Column("提示", 20),
    Column("复发（次）", 10, figures=True),
)
_REGISTER = (
    Column("组织", 30), Column("组织代码", 14), Column("现状", 8), Column("事由", 40), Column("事由数", 8, figures=True),
    Column("亮牌日期", 12), Column("期限", 12), Column("逾期（日）", 9, figures=True), Column("后续措施", 30),
    Column("对述职评议的影响", 34),
)
_PROPOSALS = (
    Column("组织", 30), Column("建议", 12), Column("现状", 8), Column("条款", 12), Column("事由", 70), Column("相关问题", 24),
)
_EVENTS = (
    Column("日期", 12), Column("事项", 16), Column("经办", 12), Column("理由", 34), Column("内容", 60), Column("佐证", 24),
    Column("第几号", 8, figures=True), Column("登记时间（UTC）", 18),
)


def opened(shown: Shown) -> Board:
    """The board; :class:`~workbench.errors.LedgerError` without a ledger."""
    board = shown.board()
    if board is None:
        raise LedgerError("没有督查台账，没有可以导出的内容", next_step="请用 workbench serve … --ledger 台账 打开")
    return board


def masking(board: Board) -> tuple[tuple[str, str], ...]:
    """That names are masked, where they are."""
    return () if board.state.viewer.sees_names else (("人名", "只显示姓氏；意见、措施等文字照原文"),)


def board(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """The part of the board that is shown (``part``: cards, due, else the findings) with everything its filter lets
    through."""
    held = opened(shown)
    f = BoardFilter.of(asked, held.state.receipt["as_of"])
    part = str(asked.get("part") or "")
    makers = {"cards": ("亮牌", _cards), "due": ("到期事项", _due)}
    title, maker = makers.get(part, ("问题", _findings))
    head = (("时限对照", f.day.isoformat()), *filters(_words(held, f)), *masking(held))
    return screen(held.state, f"整改与亮牌：{title}", title, tuple(maker(held, f)), head=head)


def _words(held: Board, f: BoardFilter) -> list[tuple[str, str]]:
    """The filter in words."""
    known = {name: dict(pairs) for name, pairs in held.choices().items()}

    def named(name: str, value: str) -> str:
        return known[name].get(value, value)

    return [
        ("状态", f.state), ("单位", named("unit", f.unit)), ("文件", named("document", f.document)),
        ("条款", named("clause", f.clause)), ("性质", f.nature),
        ("期限", f"{SOON_DAYS} 日内到期" if f.due == "将到期" else f.due), ("关键词", f.text),
    ]


# --- parts -----------------------------------------------------------------------------------------------------------


def _findings(held: Board, f: BoardFilter) -> Iterator[Table]:
    columns = (Column("状态", 14), Column("项", 10, figures=True), Column("其中逾期", 10, figures=True))
    yield Table.of("各状态", columns, [(c.state, c.total, c.overdue) for c in held.columns(f)], caption="各状态的问题")
    yield Table.of("问题", _FINDINGS, map(_finding, held.listed(f)))


def _finding(e: Entry) -> tuple[Any, ...]:
    f = e.finding
    return (
        f.state, f.code, f.subject_name, f.unit_name, f.document_title, f.clause, f.description, f.nature, e.should,
        e.found, f.owner, f.leader, f.measure, f.deadline, e.late or None, "；".join(e.flags), f.recurrences or None,
    )


def _cards(held: Board, f: BoardFilter) -> Iterator[Table]:
    found = held.register(f)
    yield Table.of("亮牌登记", _REGISTER, map(_registered, found["cards"]))
    yield Table.of("现无牌", _REGISTER, map(_registered, found["past"]), caption="现无牌、有过记录的")
    words = "；".join(f"{q.label} {board_pages.words(q.value)}" for q in found["parameters"])
    yield Table.of(
        "建议", _PROPOSALS, map(_proposed, found["proposals"]), caption="待决定的建议",
        head=(("说明", "由台账推出，不是亮牌；亮或不亮由人决定，都要写明理由"), *((("口径", words),) if words else ())),
    )
    columns = (Column("组织", 30), Column("事由", 60), Column("为什么没有据以建议", 60))
    rows = [(x["entry"].org_name, x["ground"].text, x["entry"].why) for x in found["left_out"]]
    yield Table.of("其他线索", columns, rows, caption="有线索而没有据以建议的，人可另作判断")


def _plate(state: str) -> str:
    return "无牌" if state == "无" else state


def _prompt(p: Any) -> str:
    """A follow-up that waits to be done."""
    return f"未办：{p.kind}，已过 {p.days} 日（{p.due}）" if p.days > 0 else f"待办：{p.kind}，{p.due} 前"


def _steps(follow_ups: Any, prompts: Any) -> str:
    done = [f"已办：{x.kind} {x.done_on}" + (f"（{x.note}）" if x.note else "") for x in follow_ups]
    return "；".join([*done, *map(_prompt, prompts)])


def _registered(line: Mapping[str, Any]) -> tuple[Any, ...]:
    c = line["card"]
    return (
        c.org_name, c.org_id, _plate(c.state), c.reason, len(c.grounds), c.given_on, c.deadline, line["late"] or None,
        _steps(c.follow_ups, line["prompts"]), line["cap"].reason if line["cap"] else "",
    )


def _proposed(x: Mapping[str, Any]) -> tuple[Any, ...]:
    p = x["proposal"]
    related = "、".join(f"{f.code}（{f.state}）" for f in x["findings"])
    level = "摘牌" if p.clear else f"亮{p.level}"
    return p.org_name, f"建议{level}", _plate(x["card"].state) if x["card"] else "", p.clause, "；".join(p.texts), related


def _due(held: Board, f: BoardFilter) -> Iterator[Table]:
    overdue, coming = held.due_lines(f)
    known = held.state.receipt["as_of"]
    yield _due_table(held.state, overdue, "期限已过", "已过（日）", (
        ("口径", f"来源为“核查”的，依据的是截至 {known} 的台账，此后办了没有还不知道"),
    ))
    yield _due_table(held.state, coming, f"今后 {SOON_DAYS} 日内", "还有（日）", (("口径", "含当日到期的"),))


def _due_table(
    state: RunState, lines: list[Due], caption: str, left: str, head: tuple[tuple[str, str], ...]
) -> Table:
    columns = (
        Column("期限", 12), Column(left, 10, figures=True), Column("组织", 32), Column("事项", 56), Column("条款", 14),
        Column("文件", 26), Column("来源", 10),
    )
    rows = [
        (x.on, abs(x.days_left), x.subject_name, x.what, x.clause,
         state.by_id.get(x.requirement, {}).get("document_title", ""), x.source)
        for x in lines
    ]
    return Table.of(caption, columns, rows, head=head)


# --- the dialog ------------------------------------------------------------------------------------------------------


def finding(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """One finding: how it stands, its course, the rows of ledgers behind it."""
    held = opened(shown)
    day = BoardFilter.of(asked, held.state.receipt["as_of"]).day
    found = held.finding(str(asked["finding"]), day)
    f = found["entry"].finding
    tables = [Table.of("问题", FACTS, list(_finding_facts(found["entry"])), caption=f"问题 {f.code}"),
              _course(held, found["events"])]
    if found["evidence"] is not None:
        tables.append(evidence(shown.state, f.subject, f.requirement))
    head = (("时限对照", day.isoformat()), *masking(held))
    return screen(held.state, f"问题 {f.code}：{f.subject_name}", f"问题-{f.code}", tuple(tables), head=head)


def _finding_facts(e: Entry) -> Iterator[tuple[str, Any]]:
    """What the page says of a finding, in its order; what is empty is left out."""
    f = e.finding
    left = f"，逾期 {e.late} 日" if e.late else "" if e.left is None else f"（还有 {e.left} 日）" if e.left else "（当日到期）"
    back = f.resolved_run and f.state not in ("已销号", "不成立")
    lines = (
        ("组织", f.subject_name), ("所属", f.unit_name), ("状态", f"{f.state}，自 {f.since}"), ("性质", f.nature),
        ("来源", f.source), ("提示", "；".join(e.flags)), ("依据", f"{f.document_title} {f.clause} {f.description}"),
        ("应为", e.should), ("实为", e.found), ("未达标期间", "、".join(f.units)), ("支部意见", f.opinion),
        ("责任人", f.owner), ("责任领导", f.leader), ("整改措施", f.measure),
        ("整改时限", f"{f.deadline}{left}" if f.deadline else ""),
        ("拒不整改", f"已登记（{f.refused_on}）" if f.refused_on else ""),
        ("复查未通过", f"{len(f.failed)} 次：{'、'.join(x.ground for x in f.failed)}" if f.failed else ""),
        ("再次核查", f"已达标（{f.resolved_on}），可报请复查；状态不自动改变" if back else ""),
        ("查无记录", f"{'、'.join(f.gone)}：原未达标，再次核查时已查不到，复查时须问明原因" if f.gone else ""),
        ("不成立的理由", f.dismiss_reason if f.state == "不成立" else ""),
        ("销号", f"{f.closed_by}，{f.closed_on}" if f.closed_on else ""), ("回头看结论", f.look_back),
        ("复发", f"{f.recurrences} 次" if f.recurrences else ""),
    )
    yield from ((label, text) for label, text in lines if text)


def holder(shown: Shown, asked: Mapping[str, Any]) -> Screen:
    """The cards of one organisation's secretary and their course."""
    held = opened(shown)
    day = BoardFilter.of(asked, held.state.receipt["as_of"]).day
    found = held.holder(str(asked["holder"]), day)
    card = found["card"]
    lines = [
        ("组织", f"{card.org_name}（代码 {card.org_id}）"), ("现状", f"{_plate(card.state)}，自 {card.since}"),
        *(("事由", g.text + (f"（{g.finding.state}）" if g.finding else "")) for g in found["grounds"]),
        ("理由", card.reason), ("亮牌日期", card.given_on),
        ("整改期限", f"{card.deadline}" + (f"，逾期 {found['late']} 日" if found["late"] else "") if card.deadline else ""),
        ("述职评议", found["cap"].reason if found["cap"] else ""),
        ("后续措施", _steps(card.follow_ups, found["prompts"])),
        *(("上级反馈", f"{x.on} {x.source}{'（突出问题）' if x.outstanding else ''}：{x.text}") for x in card.feedback),
        *(("以往", f"{x.level} {x.on}" + (f" 至 {x.cleared_on}" if x.cleared_on else "")
           + f"{'，撤销' if x.revoked else ''}（{x.by}）：{x.reason}") for x in card.history),
    ]
    facts = Table.of("亮牌", FACTS, [line for line in lines if line[1]], caption="亮牌登记")
    head = (("时限对照", day.isoformat()), *masking(held))
    tables = (facts, _course(held, found["events"]))
    return screen(held.state, f"亮牌：{card.org_name}", f"亮牌-{card.org_name}", tables, head=head)


def _course(held: Board, events: list[Any]) -> Table:
    rows = []
    for event in reversed(events):
        line = board_pages.line(held, event)
        rows.append((
            event.on, line["label"], event.who, event.why, "；".join(f"{k}：{v}" for k, v in line["facts"]),
            "、".join(event.evidence), event.seq, event.recorded_at.strftime("%Y-%m-%d %H:%M"),
        ))
    return Table.of("经过", _EVENTS, rows, caption="经过（新的在前）")


# --- for the views of a branch ---------------------------------------------------------------------------------------


def evidence(state: RunState, subject: str, requirement: str) -> Table:
    """The rows of ledgers behind one result."""
    found = state.evidence(subject, requirement, limit=100_000)
    return Table.of("依据记录", EVIDENCE, map(evidence_row, found["rows"]))


def evidence_row(e: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row of ledgers as the page lists it."""
    return (
        e["file"] or "来源不明", e["sheet"] or "", e["source_row"], e["dated_on"], e["label"], e["unit_label"] or "",
        standing(e),
    )


def of_branch(shown: Shown, subject: str, asked: Mapping[str, Any]) -> tuple[list[Table], tuple[tuple[str, str], ...]]:
    """Findings of one organisation, and lines about the card of its secretary; nothing without a ledger."""
    try:
        held = shown.board()
    except LedgerError as e:  # the run is told without it, and that it is missing
        return [], (("台账", f"未能打开，问题和亮牌没有列出：{e.message}"),)
    if held is None:
        return [], ()
    f = BoardFilter.of({"day": asked.get("day")}, held.state.receipt["as_of"])
    entries, card = held.of_branch(subject, f.day), held.card_of(subject)
    head = [("时限对照", f.day.isoformat()), *masking(held)] if entries or card else []
    if card:
        until = f"，期限 {card.deadline}" if card.deadline and card.state in LEVELS else ""
        head.append(("书记亮牌", f"{_plate(card.state)}{until}"))
    tables = [Table.of("台账中的问题", _FINDINGS, map(_finding, entries))] if entries else []
    return tables, tuple(head)
