"""The store of events: appended in one chain, never changed, on SQLite or PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import Conflict, LedgerError, Refused
from workbench.ledger.database import Database
from workbench.ledger.events import Draft, Event, canonical, digest_of
from workbench.ledger.schema import EVENTS, HEAD, PAGE, Head, event_of, row_of
from workbench.ledger.verification import Verification, verify
from workbench.ledger.witness import Witness

#: Events told one by one in a conflict; of more, the last ones.
_TOLD = 5


def utc_now() -> datetime:
    """The present moment (UTC); the only clock of the ledger, for ``recorded_at``."""
    return datetime.now(UTC)


class Store:
    """Opens or makes the store at ``where``: a path (file of SQLite) or URL (``sqlite:///…``, ``postgresql://…``).

    ``clock`` gives the moment that events are stamped with, ``witness`` is the file that notes the highest head seen
    (default: in ``WORKBENCH_HOME``), ``wait`` how many seconds a locked database is waited for. Raises
    :class:`LedgerError` when the place cannot be opened, is no ledger, or was written by a later version.
    """

    def __init__(
        self,
        where: str | Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        witness: str | Path | None = None,
        wait: float = 10.0,
    ):
        self._clock = clock
        self._database = Database(where, wait)
        self._witness = Witness(witness, self.place)
        with suppress(LedgerError):  # a ledger whose head is gone opens, so that it can be verified
            self._note(self.head())

    @property
    def place(self) -> str:
        """Path or URL, without a password."""
        return self._database.place

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- writing -----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft], expected: Mapping[str, int]) -> list[Event]:
        """Write events in the order given, all or none; what is returned is on the disk.

        ``expected`` gives the version that each stream must stand at (0: it does not exist yet), also for streams that
        are only to be unchanged. Raises :class:`Conflict` when one does not, :class:`LedgerError` when the database
        refuses: nothing was written then.
        """
        missing = sorted({d.stream for d in drafts} - set(expected))
        if missing:
            raise ValueError(f"no expected version for {missing[:5]}")
        if not drafts:
            return []
        ready = [_plain(draft) for draft in drafts]
        with self._database.writing() as connection:
            last, moment = self._lock_head(connection)
            versions = _versions(connection, expected)
            self._check(connection, ready, expected, versions)
            events = _chain(ready, last, max(moment, self._now()), versions)
            head = _insert(connection, events)
        self._note(head)
        return events

    def fill(self, events: Iterable[Event]) -> Head:
        """Write the events of a backup as they are into a store that must be empty, all or none."""
        with self._database.writing() as connection:
            last, _ = self._lock_head(connection)
            if last.seq:
                raise LedgerError(
                    "恢复只能写进空的台账", place=self.place, found=f"已有 {last.seq} 个事件",
                    next_step="换一个新的文件或空的数据库",
                )
            pending = iter(events)
            while page := list(islice(pending, PAGE)):
                last = _insert(connection, page)
        self._note(last)
        return last

    def _note(self, head: Head) -> None:
        """Let the witness know the head, unless what it saw before is not in this chain: that is for verify to tell."""

        def digest(seq: int) -> str | None:
            with self._database.reading() as connection:
                return connection.execute(sa.select(EVENTS.c.digest).where(EVENTS.c.seq == seq)).scalar()

        self._witness.note(head, digest)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _lock_head(self, connection: sa.Connection) -> tuple[Head, datetime]:
        """The head, locked until the transaction ends, and when it was recorded (a clock set back is not followed)."""
        row = connection.execute(sa.select(HEAD.c.seq, HEAD.c.digest).with_for_update()).one_or_none()
        if row is None:
            raise self._damaged("缺少台账末尾的记录")
        head = Head(*row)
        if not head.seq:
            return head, datetime.min.replace(tzinfo=UTC)
        last = connection.execute(sa.select(EVENTS).where(EVENTS.c.seq == head.seq)).mappings().one_or_none()
        if last is None or last["digest"] != head.digest:
            raise self._damaged(f"最后一个事件不是所登记的第 {head.seq} 号")
        return head, self._event(last).recorded_at

    def _check(
        self, connection: sa.Connection, drafts: Sequence[Draft], expected: Mapping[str, int], now: Mapping[str, int]
    ) -> None:
        moved = [stream for stream, version in expected.items() if now.get(stream, 0) != version]
        if moved:
            about = next((d for d in drafts if d.stream == moved[0]), replace(drafts[0], stream=moved[0]))
            raise self._conflict(connection, about, expected[moved[0]])

    # --- reading -----------------------------------------------------------------------------------------------------

    def events(self, *, stream: str | None = None, after: int = 0) -> Iterator[Event]:
        """Events in order of ``seq``, of one stream or of all, those after number ``after``; read page by page."""
        while True:
            query = sa.select(EVENTS).where(EVENTS.c.seq > after).order_by(EVENTS.c.seq).limit(PAGE)
            if stream is not None:
                query = query.where(EVENTS.c.stream == stream)
            with self._database.reading() as connection:
                rows = connection.execute(query).mappings().all()
            for row in rows:
                yield self._event(row)
            if len(rows) < PAGE:
                return
            after = rows[-1]["seq"]

    def version(self, stream: str) -> int:
        """The version a stream stands at, 0 when there is none."""
        with self._database.reading() as connection:
            return _versions(connection, [stream]).get(stream, 0)

    def head(self) -> Head:
        """The last event."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(HEAD.c.seq, HEAD.c.digest)).one_or_none()
        if row is None:
            raise self._damaged("缺少台账末尾的记录")
        return Head(*row)

    def verify(self, expected: Head | None = None) -> Verification:
        """Check the whole chain, its head, the head last witnessed and ``expected`` (one that a paper shows)."""
        result = verify(self._database, self._witness, expected)
        if not result.faults:
            self._note(result.head)
        return result

    def conflict(self, draft: Draft, seen: int) -> Conflict:
        """What to tell somebody who saw version ``seen`` of the draft's stream: who came first, what is not written."""
        with self._database.reading() as connection:
            return self._conflict(connection, draft, seen)

    def _conflict(self, connection: sa.Connection, draft: Draft, seen: int) -> Conflict:
        from workbench.ledger.machines import LABELS

        query = sa.select(EVENTS).where(EVENTS.c.stream == draft.stream, EVENTS.c.version > seen)
        rows = connection.execute(query.order_by(EVENTS.c.seq.desc()).limit(_TOLD)).mappings().all()
        between = "；".join(
            _told(event, LABELS) + f"（{event.recorded_at.astimezone():%Y-%m-%d %H:%M:%S} 登记）"
            for event in map(self._event, reversed(rows))
        )
        if rows and (earlier := rows[-1]["version"] - seen - 1):
            between = f"先有 {earlier} 次，然后 {between}"
        return Conflict(
            "别人已先办理，这一步没有登记",
            place=draft.stream,
            found=between or f"还没有第 {seen} 次登记",
            expected=f"第 {seen} 次登记之后没有变化",
            next_step=f"看过现在的情况再决定是否重做。没有登记的是：{_told(draft, LABELS)}",
        )

    def _event(self, row: Mapping[str, Any]) -> Event:
        try:
            return event_of(row)
        except (ValueError, TypeError) as error:
            raise self._damaged(f"第 {row['seq']} 号事件读不懂") from error

    def _damaged(self, found: str) -> LedgerError:
        return LedgerError(
            "台账已被改动或损坏", place=self.place, found=found,
            next_step="运行 workbench ledger verify 查明，用备份恢复（workbench ledger restore）",
        )


def _told(draft: Draft, labels: Mapping[str, str]) -> str:
    """One event in words: who, day, what, why."""
    text = f"{draft.who} {draft.on.isoformat()} {labels.get(draft.kind, draft.kind)}"
    what = "，".join(f"{key}={value}" for key, value in draft.what.items() if value not in ("", None, [], {}))
    return text + (f"，理由：{draft.why}" if draft.why else "") + (f"，{what}" if what else "")


def _plain(draft: Draft) -> Draft:
    """The draft as it will read when it comes back from the database; :class:`Refused` for text no database keeps."""
    what = json.loads(canonical(draft.what))
    evidence = tuple(str(item) for item in draft.evidence)
    texts = (draft.stream, draft.kind, draft.who, draft.why, draft.run, canonical(what), *evidence)
    for text in texts:
        if "\0" in text or not text.isprintable() and any("\ud800" <= c <= "\udfff" for c in text):
            raise Refused(
                "文字中有不能保存的字符", place=draft.stream, found=ascii(text)[:80], next_step="删去该字符后重做"
            )
    return replace(draft, what=what, evidence=evidence)


def _versions(connection: sa.Connection, streams: Iterable[str]) -> dict[str, int]:
    """Version of every stream that exists among ``streams``."""
    found: dict[str, int] = {}
    pending = iter(streams)
    while some := list(islice(pending, PAGE)):
        query = sa.select(EVENTS.c.stream, sa.func.max(EVENTS.c.version)).where(EVENTS.c.stream.in_(some))
        found.update(tuple(row) for row in connection.execute(query.group_by(EVENTS.c.stream)))
    return found


def _chain(drafts: Sequence[Draft], last: Head, moment: datetime, versions: dict[str, int]) -> list[Event]:
    """The drafts as events behind ``last``; ``versions`` are counted on."""
    events = []
    for draft in drafts:
        versions[draft.stream] = versions.get(draft.stream, 0) + 1
        bare = Event(
            **{name: getattr(draft, name) for name in Draft.__dataclass_fields__},
            seq=last.seq + 1,
            version=versions[draft.stream],
            recorded_at=moment,
            previous=last.digest,
        )
        event = replace(bare, digest=digest_of(bare))
        last = Head(event.seq, event.digest)
        events.append(event)
    return events


def _insert(connection: sa.Connection, events: Sequence[Event]) -> Head:
    """Write rows and move the head to the last of them."""
    for start in range(0, len(events), PAGE):
        connection.execute(sa.insert(EVENTS), [row_of(event) for event in events[start : start + PAGE]])
    head = Head(events[-1].seq, events[-1].digest)
    connection.execute(sa.update(HEAD).values(seq=head.seq, digest=head.digest))
    return head
