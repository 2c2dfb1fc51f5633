"""The runs taken in (导入的核查结果): one course per run, so that none is taken in twice or out of order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.audit.run import Run
from workbench.ledger.book import Book, Course
from workbench.ledger.events import Event


@dataclass(frozen=True)
class RunTaken(Course):
    """A run that was taken in: its folder at that time, what it judged, who took it in (``taken_by``).

    ``receipt`` is the SHA-256 of its ``receipt.json``, ``documents`` their ids, ``counts`` what became of the findings
    (names as in :class:`~workbench.ledger.sync.SyncReport`).
    """

    folder: str
    as_of: date
    year: int
    documents: tuple[str, ...]
    city: str
    receipt: str
    counts: Mapping[str, int]
    taken_by: str

    _TITLE = "导入的核查结果"
    _COLUMNS = (
        ("编号", "id"), ("核查结果", "folder"), ("截至", "as_of"), ("地区", "city"), ("导入日期", "opened_on"),
        ("新列入", lambda r: r.counts.get("opened", 0)), ("复发", lambda r: r.counts.get("recurred", 0)),
    )


class Runs(Book[RunTaken]):
    """All runs taken in, in that order; the id is the beginning of the digest of the receipt."""

    topic = "run"

    def begin(self, event: Event, base: Course) -> RunTaken:
        what: dict[str, Any] = dict(event.what)
        return RunTaken(
            **base.__dict__, folder=what["folder"], as_of=date.fromisoformat(what["as_of"]), year=what["year"],
            documents=tuple(what["documents"]), city=what["city"], receipt=what["receipt"], counts=what["counts"],
            taken_by=what["by"],
        )

    def last(self) -> RunTaken | None:
        """The one taken in last."""
        return next(reversed(self.all()), None)


def receipt_digest(run: Run | str | Path) -> str:
    """SHA-256 of the receipt of a run (or of the run in a folder), in hexadecimal."""
    folder = run.path if isinstance(run, Run) else Path(run)
    return hashlib.sha256((folder / "receipt.json").read_bytes()).hexdigest()


def run_id(run: Run | str | Path) -> str:
    """What the ledger calls a run: the first twelve digits of :func:`receipt_digest`."""
    return receipt_digest(run)[:12]
