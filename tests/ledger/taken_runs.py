"""A ledger, the runs taken into it one after another, and what people do in between."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from made_run import Made, Row

from tests.heard import heard
from workbench.audit.run import Run
from workbench.ledger import Act, Ledger, SyncReport, sync
from workbench.ledger.finding import Finding

MONTH, EVENT, STATE, YEAR = "B1|month|2026", "B1|event|2026", "B1|state|2026", "B1|year|2026"
JULY, CLOSING, AUGUST = date(2026, 7, 15), date(2026, 8, 20), date(2026, 8, 31)
SEPTEMBER, OCTOBER = date(2026, 9, 30), date(2026, 10, 31)


class Season:
    """A ledger, the runs taken into it one after another, and what people do in between."""

    def __init__(self, ledger: Ledger, folder: Path):
        self.ledger, self.folder, self.taken = ledger, folder, 0

    def run(self, as_of: date, *rows: Row, **made: Any) -> Run:
        """A run written to the disk."""
        self.taken += 1
        return Made(as_of, rows, **made).write(self.folder / f"第{self.taken}次")

    def take(self, as_of: date, *rows: Row, **made: Any) -> SyncReport:
        """A run taken in by 督查员甲."""
        return sync(self.ledger, self.run(as_of, *rows, **made), by="督查员甲")

    def close(self, key: str, on: date = CLOSING) -> Finding:
        """From 待核实 (or 复发) to 已销号, with everything that asks for."""
        book, first = self.ledger.findings, min(on, date(2026, 8, 1))
        first = max(first, book.get(key).since)
        heard(book.ledger, key, Act("督查员甲", first))
        book.confirm(key, Act("督查员甲", first))
        book.assign(key, Act("督查员甲", first), owner="书记丙", leader="委员丁", measure="补齐", deadline=on)
        book.submit(key, Act("督查员乙", on, evidence=("会议记录",)), text="已补齐")
        return book.close(key, Act("督查员甲", on, evidence=("照片",)), conclusion="到位")

    def dismiss(self, key: str, on: date = CLOSING) -> Finding:
        """不成立, the branch heard."""
        self.ledger.findings.answer(key, Act("督查员甲", on), text="登记有误", agrees=False)
        return self.ledger.findings.dismiss(key, Act("督查员甲", on, why="记录齐全"))

    def state(self, key: str) -> str:
        """State of a finding."""
        return self.ledger.findings.get(key).state


def names(report: SyncReport) -> dict[str, list[str]]:
    """The lists of a report that are not empty."""
    return {name: getattr(report, name) for name in report.counts() if getattr(report, name)}
