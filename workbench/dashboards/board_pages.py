"""The page of findings and cards as HTML, from :class:`~workbench.dashboards.board.Board`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.dashboards.board import SOON_DAYS, Board, BoardFilter, Entry
from workbench.dashboards.pages import render
from workbench.ledger.events import MACHINE, Event
from workbench.ledger.finding import STANCES
from workbench.ledger.machines import LABELS, OPENING

if TYPE_CHECKING:
    from workbench.ledger.cards import Card

#: Particulars of events as people read them. What has no word here is shown under its own name: nothing is left out.
_PARTICULARS = {
    "text": "内容", "agrees": "支部对问题", "owner": "责任人", "leader": "责任领导", "measure": "整改措施", "deadline": "时限",
    "ground": "未通过的情形", "conclusion": "回头看结论", "observed": "实为", "missed": "未达标期数", "units": "未达标期间",
    "detail": "情况", "verdict": "判定", "resolved_verdict": "判定", "by": "导入人", "level": "牌", "grounds": "事由",
    "kind": "措施", "note": "情况", "still_failing": "了结后台账仍未补正", "holder": "书记", "holder_since": "任职日期",
    "source": "反馈的机关", "outstanding": "突出问题", "revoked": "系误亮，撤销", "gone": "已查不到的期间",
    "required_text": "应为", "nature": "性质", "subject_name": "组织", "unit_name": "所属单位", "as_of": "核查截至",
    "known": "了结时已知的期间", "known_missed": "了结时已知的期数",
}
#: Of an opening the head of the page says everything but these.
_OPENED = ("detail", "by", "holder", "holder_since")
#: Digests by which the program compares, and figures that the words beside them tell.
_INNER = ("rule", "facts", "judged", "observed", "missed", "dated_on", "unit_id", "severity")


def view(board: Board | None) -> str:
    """The frame of the view: parts, filters; without a ledger how to begin."""
    if board is None:
        return render("board_none.html.j2")
    return render(
        "board.html.j2", choices=board.choices(), inspector=board.inspector, viewer=board.state.viewer, soon=SOON_DAYS
    )


def part(board: Board, name: str, f: BoardFilter) -> str:
    """One part of the view: ``cards``, ``due``, anything else is the board."""
    if name == "cards":
        return render("register.html.j2", **board.register(f), inspector=board.inspector, day=f.day, words=words)
    if name == "due":
        return render("due.html.j2", **board.due(f), day=f.day, soon=SOON_DAYS)
    columns = board.columns(f)
    return render(
        "columns.html.j2", columns=columns, alone=f.state, total=sum(c.total for c in columns), day=f.day,
        empty=not board.findings(),
    )


def more(entries: list[Entry]) -> str:
    """Further cards of a column."""
    return render("findings.html.j2", entries=entries)


def finding(board: Board, code: str, day: date) -> str:
    """One finding with its forms; :class:`~workbench.errors.Refused` when there is none so numbered."""
    found = board.finding(code, day)
    return render(
        "finding.html.j2", **found, lines=[line(board, e) for e in found["events"]], inspector=board.inspector,
        day=day, receipt=board.state.receipt,
    )


def holder(board: Board, org_id: str, day: date) -> str:
    """The cards of one organisation; :class:`~workbench.errors.Refused` when nothing is known about it."""
    found = board.holder(org_id, day)
    return render(
        "holder.html.j2", **found, lines=[line(board, e) for e in found["events"]], inspector=board.inspector, day=day
    )


def of_branch(entries: list[Entry], card: Card | None) -> str:
    """The findings of a branch and the card of its secretary, for its page; empty when there is neither."""
    return render("branch_findings.html.j2", entries=entries, card=card)


def line(board: Board, event: Event) -> dict[str, Any]:
    """An event of a timeline: ``event``, ``label``, ``machine``, ``facts`` (label, text), ``run`` it rests on."""
    return {
        "event": event, "label": LABELS[event.kind], "machine": event.who == MACHINE,
        "facts": list(_particulars(board, event)), "run": _run(board, event.run),
    }


def _run(board: Board, ident: str) -> str:
    """A run by its day, as people speak of it; by its number where nothing more is known of it."""
    taken = board.ledger.runs.find(ident) if ident else None
    if taken or ident == board.run_id:
        return f"核查截至 {taken.as_of if taken else board.state.receipt['as_of']}"
    return f"核查 {ident}" if ident else ""


def _particulars(board: Board, event: Event) -> Iterator[tuple[str, str]]:
    opening = event.verb == OPENING[event.topic]
    for name, value in event.what.items():
        if name in _INNER or (opening and name not in _OPENED):
            continue
        if name == "grounds":
            value = [board.ground(ground).text for ground in value]
        if name == "agrees":
            value = STANCES[value]
        if name == "holder" and value:
            value = f"代号 {value[:6]} 的人"  # as in the evidence of a run
        if value not in (None, "", [], False):
            yield _PARTICULARS.get(name, name), words(value)


def words(value: Any) -> str:
    """A particular of an event, or the value of a parameter, as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return "、".join(words(v) for v in value)
    if isinstance(value, Mapping):
        return "，".join(words(v) for v in value.values())
    return str(value)
