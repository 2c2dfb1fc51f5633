"""Tables of the ledger's store, and how a row becomes an event and an event a row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from workbench.errors import UsageError
from workbench.ledger.events import GENESIS, Event, canonical

#: What stands in the first lines of a file of SQLite ("file" tells it apart from other databases): WBLG.
APPLICATION_ID = 0x57424C47
#: The newest migration (``migrations/versions``); a test holds it to the folder.
REVISION = "0002"
#: Where Alembic notes the migration a database stands at; a name of our own tells ledgers from other databases.
VERSION_TABLE = "ledger_version"

#: Rows read, or written, at a time.
PAGE = 500

METADATA = sa.MetaData()
#: SQLite numbers its rows by a column of this very type.
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
#: One row per event. Everything but numbers is text, so that both databases give back exactly what was digested.
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("version", NUMBER, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("acted_on", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.UniqueConstraint("stream", "version", name="events_stream_version"),
)
#: One row: the last event. Writers lock it, so that they come one after another.
HEAD = sa.Table(
    "head",
    METADATA,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
    sa.Column("seq", NUMBER, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.CheckConstraint("id = 1", name="head_is_one_row"),
)


@dataclass(frozen=True)
class Head:
    """The last event: its ``seq`` (0: none) and digest. Whoever holds it can tell whether the chain still leads there.

    >>> Head.of("12:" + "0f" * 32).seq
    12
    """

    seq: int = 0
    digest: str = GENESIS

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"

    @classmethod
    def of(cls, text: str) -> Head:
        """The head written on a paper (``SEQ:DIGEST``); :class:`UsageError` when the text is none."""
        found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text.strip().lower())
        if not found:
            raise UsageError("链尾写法不对", found=text, expected="编号、冒号、64 位十六进制摘要（如 12:0f3a…）", next_step="照文书上所印抄全")
        return cls(int(found[1]), found[2])


def time_text(moment: datetime) -> str:
    """A moment as the store and the digest write it: UTC, microseconds."""
    return moment.isoformat(timespec="microseconds")


def row_of(event: Event) -> dict[str, Any]:
    """The row of ``events`` that holds an event."""
    return {
        "seq": event.seq,
        "stream": event.stream,
        "version": event.version,
        "kind": event.kind,
        "acted_on": event.on.isoformat(),
        "recorded_at": time_text(event.recorded_at),
        "who": event.who,
        "why": event.why,
        "what": canonical(event.what),
        "run": event.run,
        "evidence": canonical(list(event.evidence)),
        "previous": event.previous,
        "digest": event.digest,
    }


def event_of(row: Mapping[str, Any]) -> Event:
    """The event in a row; ValueError (or its kin, TypeError) when the row is none this program wrote."""
    what, evidence = json.loads(row["what"]), json.loads(row["evidence"])
    recorded_at = datetime.fromisoformat(row["recorded_at"])
    if not isinstance(what, dict) or not isinstance(evidence, list) or recorded_at.tzinfo is not UTC:
        raise ValueError("not a row of events")
    return Event(
        stream=row["stream"],
        kind=row["kind"],
        on=date.fromisoformat(row["acted_on"]),
        who=row["who"],
        why=row["why"],
        what=what,
        run=row["run"],
        evidence=tuple(evidence),
        seq=row["seq"],
        version=row["version"],
        recorded_at=recorded_at,
        previous=row["previous"],
        digest=row["digest"],
    )
