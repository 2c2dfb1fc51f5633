"""Tables of the ledger's store, and how a row becomes an event and an event a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from workbench.ledger.events import Event, canonical

#: What stands in the first lines of a file of SQLite ("file" tells it apart from other databases): WBLG.
APPLICATION_ID = 0x57424C47
#: The newest migration (``migrations/versions``); a test holds it to the folder.
REVISION = "0002"
#: Where Alembic notes the migration a database stands at; a name of our own tells ledgers from other databases.
VERSION_TABLE = "ledger_version"

METADATA = sa.MetaData()
#: One row per event. Everything but numbers is text, so that both databases give back exactly what was digested.
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
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
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.CheckConstraint("id = 1", name="head_is_one_row"),
)


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
