"""The ledger of decisions (督查台账): one store of events, and the books that read and write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.display import Displayed, Table, page
from workbench.errors import LedgerError
from workbench.ledger.appraisals import Appraisals
from workbench.ledger.book import Book
from workbench.ledger.cards import Cards
from workbench.ledger.events import Draft, Event
from workbench.ledger.findings import Findings
from workbench.ledger.inspections import Inspections
from workbench.ledger.lists import Lists
from workbench.ledger.rules import Rules, load_rules
from workbench.ledger.runs import Runs
from workbench.ledger.store import Store

if TYPE_CHECKING:
    from types import TracebackType


class Ledger(Displayed):
    """Opens or makes the ledger at ``where`` (a file, or an SQLAlchemy URL of SQLite or PostgreSQL).

    ``findings``, ``cards``, ``lists``, ``appraisals``, ``inspections`` and ``runs`` are its books. States are folded
    from events in memory and brought up to date before every reading and every act. Raises
    :class:`~workbench.errors.LedgerError` when the store cannot be opened or was written by a later version.

    >>> import tempfile
    >>> from datetime import date
    >>> from workbench.ledger import Act
    >>> with tempfile.TemporaryDirectory() as folder, Ledger(f"{folder}/督查.sqlite") as ledger:
    ...     found = ledger.findings.open_on_site(
    ...         "B1", Act("督查员甲", date(2026, 7, 20)), clause="第八条", detail="没有会议记录"
    ...     )
    ...     act = Act("督查员乙", date(2026, 7, 21))
    ...     ledger.findings.answer(found.key, act, text="属实", agrees=True).opinion
    ...     ledger.findings.confirm(found.key, act).state
    '认可：属实（2026-07-21）'
    '已确认'
    """

    def __init__(self, where: str | Path, *, rules: Rules | None = None, store: Store | None = None):
        self.store = store or Store(where)
        self.rules = rules or load_rules()
        self.findings = Findings(self)
        self.cards = Cards(self)
        self.lists = Lists(self)
        self.appraisals = Appraisals(self)
        self.inspections = Inspections(self)
        self.runs = Runs(self)
        self._books: dict[str, Book] = {
            book.topic: book
            for book in (self.findings, self.cards, self.lists, self.appraisals, self.inspections, self.runs)
        }
        self._seen = 0

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def standing(self) -> str:
        """As-of date and folder of the run that was taken in last, in one line."""
        last = self.runs.last()
        return f"最后导入：截至 {last.as_of.isoformat()}，核查结果 {last.folder}" if last else "还没有导入核查结果"

    def _repr_html_(self) -> str:
        found = Counter(f.state for f in self.findings.all())
        cards = Counter(c.state for c in self.cards.all())
        rest = (("五单", self.lists), ("述职评议", self.appraisals), ("督查", self.inspections), ("导入的核查", self.runs))
        return page(
            "督查台账", (self.store.place, self.standing), Table(list(found.items()), ("问题的状态", "个数")),
            Table(list(cards.items()), ("书记亮牌", "个数")),
            Table([(name, len(book.all())) for name, book in rest], ("其他登记", "个数")),
        )

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def refresh(self) -> None:
        """Fold the events written since the last reading, by whomever."""
        for event in self.store.events(after=self._seen):
            book = self._books.get(event.topic)
            if book is None:
                raise LedgerError(
                    "台账中有这个版本不认识的登记", place=f"事件 {event.seq}", found=event.stream,
                    next_step="用写入它的版本打开",
                )
            book.fold(event)
            self._seen = event.seq

    def append(self, drafts: Sequence[Draft], expected: Mapping[str, int]) -> list[Event]:
        """Write events, all or none, and fold them.

        ``expected`` gives for each stream the version it must stand at; otherwise
        :class:`~workbench.errors.Conflict`, and nothing is written.
        """
        written = self.store.append(drafts, expected)
        self.refresh()
        return written
