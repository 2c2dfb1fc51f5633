"""Messages about findings and cards, answered from the ledger; imported when the first of them comes."""

from __future__ import annotations

from typing import Any

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

    Whatever builds on the version ``seen`` is written once: it is this act when the first step after it is of the same
    person and kind.
    """
    topic, verb, ident = (str(message.get(name, "")) for name in ("topic", "verb", "id"))
    book = {"finding": board.ledger.findings, "card": board.ledger.cards}[topic]
    subject = ident if topic == "card" else getattr(board.ledger.findings.find(ident), "subject", "")
    later = [e for e in book.history(ident) if e.version > int(message.get("seen") or 0)]
    for event in later if board.inspector and board.state.sees(subject) else ():
        if event.who != board.inspector:
            break  # somebody else came first: what came after them was refused
        if event.kind == f"{topic}.{verb}":
            return {"done": f"已登记“{LABELS[event.kind]}”（第 {event.seq} 号），没有丢失，也没有重复", "refused": ""}
    return {"refused": "没有登记。如仍要办理，请再次提交", "conflict": False}
