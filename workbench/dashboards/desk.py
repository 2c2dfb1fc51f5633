"""Messages about findings and cards, answered from the ledger; imported when the first of them comes."""

from __future__ import annotations

from typing import Any

from workbench.dashboards import acts
from workbench.dashboards import board_pages as pages
from workbench.dashboards.board import Board, BoardFilter
from workbench.dashboards.state import RunState
from workbench.errors import LedgerError
from workbench.ledger.machines import LABELS


class Desk:
    """Answers the messages ``board…`` of the page. ``where`` empty: there is no ledger, and the page says how to begin.

    Raises :class:`~workbench.errors.LedgerError` when the ledger cannot be opened.
    """

    def __init__(self, where: str, state: RunState, inspector: str):
        self.board = Board(where, state, inspector) if where else None

    def show(self, state: RunState) -> None:
        """Take another run as the one beside the ledger."""
        if self.board:
            self.board.show(state)

    def seq(self) -> int | str | None:
        """Number of the last event; None without a ledger or when it cannot be read just now (the next question about
        it will say why)."""
        try:
            return self.board.seq() if self.board else None
        except LedgerError:
            return None

    def answer(self, asked: str, message: dict[str, Any]) -> dict[str, Any]:
        """What the page gets for one message; a :class:`~workbench.errors.WorkbenchError` is for it to read."""
        if self.board is None or asked == "board":
            return {"html": pages.view(self.board), "ledger": self.board is not None}
        f = BoardFilter.of(message.get("filter") or {}, self.board.state.receipt["as_of"])
        match asked:
            case "board-part":
                return {"html": pages.part(self.board, str(message.get("part", "")), f)}
            case "board-more":
                return {"html": pages.more(self.board.more(f, int(message["shown"])))}
            case "board-finding":
                return {"id": message["id"], "html": pages.finding(self.board, str(message["id"]), f.day)}
            case "board-holder":
                return {"id": message["id"], "html": pages.holder(self.board, str(message["id"]), f.day)}
            case "board-branch":
                subject = str(message["subject"])
                entries, card = self.board.of_branch(subject, f.day), self.board.card_of(subject)
                return {"subject": subject, "html": pages.of_branch(entries, card)}
            case "board-act":
                return self.board.act(message)
            case "board-acted":
                return _acted(self.board, message)
        return {"error": f"页面与服务版本不一致（{asked}），请刷新页面。"}


def _acted(board: Board, message: dict[str, Any]) -> dict[str, Any]:
    """Whether an act was written whose answer got lost: ``done`` or ``refused`` in words, like :meth:`Board.act`.

    Whatever builds on the version ``seen`` is written once, so only the first step after it can be this act. It is,
    when it says what was typed (``fields``). A page that was loaded anew does not know that any more: then the step is
    told in full, since the same person may have done it elsewhere.
    """
    topic, verb, ident = acts.step(message)
    try:
        typed = board.typed(message) if "fields" in message else None
    except LedgerError as e:
        return {"refused": str(e), "conflict": False}
    subject = ident if topic == "card" else getattr(board.ledger.findings.find(ident), "subject", "")
    later = board.history(topic, ident) if board.inspector and board.state.sees(subject) else []
    seen = int(message.get("seen") or 0)
    # A card's record is begun in one go with its first step.
    first = next((e for e in later if e.version > seen and e.kind != "card.begin"), None)
    if first is None or (first.who, first.kind) != (board.inspector, f"{topic}.{verb}"):
        return {"refused": "没有登记。如仍要办理，请再次提交", "conflict": False}
    known = f"“{LABELS[first.kind]}”（第 {first.seq} 号"
    if typed is None:
        facts = pages.line(board, first)["facts"]
        given = (("日期", first.on), ("理由", first.why), *facts, ("佐证", "、".join(first.evidence)))
        told = "；".join(f"{label}：{text}" for label, text in given if text)
        return {"done": f"已登记{known}，{told}）。请核对是不是那次填写的内容：在别的窗口办过这一步的，那次的没有登记", "refused": ""}
    if acts.says(first, *typed):
        return {"done": f"已登记{known}），没有丢失，也没有重复", "refused": ""}
    return {"refused": f"没有登记：您在别的窗口先登记了{known}，内容不同）。请看过现在的情况再决定是否重做", "conflict": True}
