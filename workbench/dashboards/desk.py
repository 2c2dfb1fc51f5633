"""Messages about findings and cards, answered from the ledger; imported when the first of them comes."""

from __future__ import annotations

from typing import Any

from workbench.dashboards import board_pages as pages
from workbench.dashboards.board import Board, BoardFilter
from workbench.dashboards.state import RunState
from workbench.errors import LedgerError


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
        return {"error": f"页面与服务版本不一致（{asked}），请刷新页面。"}
