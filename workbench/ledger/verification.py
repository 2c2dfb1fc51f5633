"""Whether the chain of events is whole (``workbench ledger verify``): read page by page, in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from workbench.ledger.database import Database
from workbench.ledger.events import GENESIS
from workbench.ledger.schema import EVENTS, HEAD, PAGE, Head, event_of, row_of
from workbench.ledger.witness import Witness


@dataclass(frozen=True)
class Fault:
    """What is wrong, and at which event (0: the ledger as a whole)."""

    seq: int
    problem: str


@dataclass(frozen=True)
class Verification:
    """Result of a check: number of events read, the last of them, what is wrong (nothing: the ledger is whole).

    ``notes`` are no faults of the ledger: a witness that cannot be used, a longer copy seen elsewhere.
    """

    events: int
    head: Head
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


@dataclass
class _Chain:
    """The chain as far as it was read; at its end also the head as recorded and the number of rows."""

    wanted: frozenset[int]
    recorded: list[Head] = field(default_factory=list)
    rows: int = 0
    events: int = 0
    last: Head = Head()
    recorded_at: str = ""
    digests: dict[int, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def take(self, row: Mapping[str, Any]) -> None:
        """Check the next row."""
        seq = row["seq"]
        due = self.last.seq + 1
        if seq != due:
            self._fault(seq, _gap(seq, due))
        elif row["previous"] != self.last.digest:
            self._fault(seq, "与前一事件接不上：前一事件被改动、调换，或这里插入过事件")
        if not _intact(row):
            self._fault(seq, "内容与摘要不符：被改动")
        elif row["recorded_at"] < self.recorded_at:
            self._fault(seq, "登记时间早于前一事件：事后插入或改写")
        else:
            self.recorded_at = row["recorded_at"]
        self.events += 1
        self.last = Head(seq, row["digest"])
        if seq in self.wanted:
            self.digests[seq] = row["digest"]

    def _fault(self, seq: int, problem: str) -> None:
        self.faults.append(Fault(seq, problem))


def _gap(seq: int, due: int) -> str:
    if seq < due:
        return "编号不合规则：插入的事件"
    return f"前面的第 {due} 号事件被删除" if seq == due + 1 else f"前面的第 {due} 号至第 {seq - 1} 号事件被删除"


def _intact(row: Mapping[str, Any]) -> bool:
    """Whether a row is exactly what the program wrote: it reads, would be written the same, and fits its digest."""
    try:
        event = event_of(row)
        return row_of(event) == row and event.computed() == row["digest"]
    except (ValueError, TypeError, AttributeError):
        return False


def verify(database: Database, witness: Witness, expected: Head | None) -> Verification:
    """Check every event, the recorded head, the head last witnessed, and ``expected`` where one is given."""
    notes: list[str] = []
    try:
        lines = witness.read()
    except (OSError, ValueError):
        lines = []
        notes.append(f"见证文件读不了：{witness.path}；本次未与以往见过的链尾比对")
    seen = witness.here(lines)
    chain = _Chain(frozenset({1, seen.seq if seen else 0, expected.seq if expected else 0}))
    _read(database, chain)
    faults = chain.faults
    if chain.recorded != [chain.last]:
        told = "、".join(str(head) for head in chain.recorded) or "没有"
        faults.append(Fault(chain.last.seq, f"最后一个事件不是所登记的链尾（{told}）：尾部被删去或添加"))
    if chain.rows != chain.events:
        faults.append(Fault(0, f"共有 {chain.rows} 行，按编号只读到 {chain.events} 行"))
    faults += _versions(database, chain.last.seq)
    first = chain.digests.get(1)
    if seen and first is not None and first != seen.first:
        faults.append(Fault(1, f"这里原来是另一本台账，整本被替换或改写{_accept(witness)}"))
    elif seen and (problem := _beside(chain, seen.head)):
        faults.append(Fault(min(seen.seq, chain.last.seq), f"与以往见过的链尾不符：{problem}{_accept(witness)}"))
    if expected and (problem := _beside(chain, expected)):
        faults.append(Fault(min(expected.seq, chain.last.seq), f"与给出的链尾不符：{problem}"))
    notes += [
        f"同一本台账在 {other.place} 见过第 {other.seq} 号事件，这里只到第 {chain.last.seq} 号"
        for other in witness.elsewhere(lines, first) if other.seq > chain.last.seq
    ]
    return Verification(chain.events, chain.last, tuple(faults), tuple(notes))


def _accept(witness: Witness) -> str:
    return f"（确属有意，如从较早的备份恢复：删去 {witness.path} 中这本台账的一行）"


def _beside(chain: _Chain, head: Head) -> str:
    """What is wrong when the chain does not lead through ``head``."""
    if head.seq > chain.last.seq:
        return f"当时已有第 {head.seq} 号事件，现在只到第 {chain.last.seq} 号，尾部被删去"
    found = GENESIS if head.seq == 0 else chain.digests.get(head.seq)
    return "" if found == head.digest else f"第 {head.seq} 号事件的摘要已不同，它或它之前的事件被改写"


def _read(database: Database, chain: _Chain) -> None:
    """Take every row in order.

    Others may append meanwhile: pages are read until a short one, and what is recorded is of that same moment.
    """
    after: int | None = None
    while True:
        query = sa.select(EVENTS).order_by(EVENTS.c.seq).limit(PAGE)
        if after is not None:
            query = query.where(EVENTS.c.seq > after)
        with database.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
            if len(rows) < PAGE:
                chain.recorded = [Head(*row) for row in connection.execute(sa.select(HEAD.c.seq, HEAD.c.digest))]
                chain.rows = connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one()
        for row in rows:
            chain.take(row)
        if len(rows) < PAGE:
            return
        after = rows[-1]["seq"]


def _versions(database: Database, last: int) -> list[Fault]:
    """Streams whose versions do not count 1, 2, 3 … in the order of the events (up to number ``last``)."""
    before = sa.func.lag(EVENTS.c.version).over(partition_by=EVENTS.c.stream, order_by=EVENTS.c.seq)
    counted = sa.select(EVENTS.c.seq, EVENTS.c.stream, EVENTS.c.version, before.label("before")).subquery()
    due = sa.func.coalesce(counted.c.before, 0) + 1
    query = sa.select(counted, due.label("due")).where(counted.c.version != due, counted.c.seq <= last)
    with database.reading() as connection:
        return [
            Fault(row.seq, f"{row.stream} 应为第 {row.due} 次登记，写成第 {row.version} 次：其间有事件被删除或插入")
            for row in connection.execute(query.order_by(counted.c.seq))
        ]
