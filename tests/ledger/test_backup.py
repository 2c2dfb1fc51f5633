"""A backup holds everything, whole or not at all, and fills an empty store of either kind with the same digests."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.ledger.conftest import Clock
from tests.postgres_server import PostgresServer
from workbench.errors import LedgerError
from workbench.ledger.backup import backup, restore
from workbench.ledger.events import Draft, digest_of
from workbench.ledger.schema import event_of, row_of
from workbench.ledger.store import Store

#: More than a page of the store.
COUNT = 1_203
STREAM = "finding/B1|secretary-2022-8-1|2026"


def fill(store: Store, clock: Clock, count: int = COUNT) -> Store:
    """``count`` events, written in two transactions a minute apart."""
    drafts = [
        Draft(STREAM, "finding.progress", date(2026, 7, 16), "督查员甲", what={"n": n, "text": "补齐\u2028"}, evidence=("甲",))
        for n in range(count)
    ]
    store.append(drafts[: count // 2], {STREAM: 0})
    clock.turn(minutes=1)
    store.append(drafts[count // 2 :], {STREAM: count // 2})
    return store


@pytest.mark.postgres
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_there_and_back(
    store: Store, clock: Clock, to: str, postgres_server: PostgresServer, tmp_path: Path,
    open_store: Callable[[str], Store],
) -> None:
    head = backup(fill(store, clock), tmp_path / "台账.jsonl.gz")
    other = open_store(str(tmp_path / "neu.sqlite") if to == "sqlite" else postgres_server.new_schema())
    assert restore(tmp_path / "台账.jsonl.gz", other) == head == store.head() == other.head()
    assert list(other.events()) == list(store.events())
    assert other.verify(head).faults == ()
    backup(other, tmp_path / "again.jsonl.gz")
    assert (tmp_path / "again.jsonl.gz").read_bytes() == (tmp_path / "台账.jsonl.gz").read_bytes()
    clock.turn(days=-1)
    (event,) = other.append([Draft(STREAM, "finding.progress", date(2026, 7, 17), "督查员乙")], {STREAM: COUNT})
    assert event.previous == head.digest


def test_an_empty_ledger(store: Store, tmp_path: Path) -> None:
    head = backup(store, tmp_path / "b")
    assert restore(tmp_path / "b", tmp_path / "new.sqlite") == head
    assert head.seq == 0


def test_only_an_empty_store_is_filled(store: Store, clock: Clock, tmp_path: Path) -> None:
    head = backup(fill(store, clock), tmp_path / "b")
    with pytest.raises(LedgerError, match="空的台账") as caught:
        restore(tmp_path / "b", store)
    assert f"已有 {COUNT} 个事件" in str(caught.value)
    assert store.head() == head


@pytest.fixture
def good(tmp_path: Path, open_store: Callable[[str], Store], clock: Clock) -> list[bytes]:
    """Lines of a backup of 70 events."""
    store = fill(open_store(str(tmp_path / "a.sqlite")), clock, 70)
    backup(store, tmp_path / "good")
    return gzip.decompress((tmp_path / "good").read_bytes()).splitlines(keepends=True)


def changed(lines: list[bytes], number: int, **fields: object) -> list[bytes]:
    row = json.loads(lines[number])
    return [*lines[:number], json.dumps({**row, **fields}, ensure_ascii=False).encode() + b"\n", *lines[number + 1:]]


def rechained_first(lines: list[bytes]) -> list[bytes]:
    """The first event changed and its own digest made anew."""
    event = replace(event_of(json.loads(lines[1])), who="他人")
    row = row_of(replace(event, digest=digest_of(event)))
    return [lines[0], json.dumps(row, ensure_ascii=False).encode() + b"\n", *lines[2:]]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda lines: changed(lines, 50, who="他人"), "第 51 行"),
        (lambda lines: changed(lines, 50, acted_on="x"), "第 51 行"),
        (lambda lines: [*lines[:50], *lines[51:]], "第 51 行"),
        (lambda lines: [lines[0], *lines[2:]], "第 2 行"),
        (lambda lines: [*lines[:-2], lines[-1]], "前后不符"),
        (lambda lines: [*lines, lines[1]], "前后不符"),
        (lambda lines: [*lines[:5], b"[]\n", *lines[5:]], "第 6 行"),
        (lambda lines: [*lines[:5], b"{\n", *lines[5:]], "第 6 行"),
        (rechained_first, "第 3 行"),
        (lambda lines: lines[:-1], "末尾缺失"),
        (lambda lines: lines[1:], "不是台账的备份"),
        (lambda lines: [], "末尾缺失"),
        (lambda lines: [lines[0].replace(b":1", b":2"), *lines[1:]], "不是台账的备份"),
    ],
)
def test_a_damaged_backup_writes_nothing(
    good: list[bytes], tmp_path: Path, damage: Callable[[list[bytes]], list[bytes]], message: str
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(gzip.compress(b"".join(damage(good))))
    with pytest.raises(LedgerError, match=message):
        restore(bad, tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()


def test_bytes_lost_or_changed(good: list[bytes], tmp_path: Path) -> None:
    whole = (tmp_path / "good").read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for content in (whole[:-1], whole[:-30], whole[: len(whole) // 2], whole[:5], b"", b"no gzip at all", flipped):
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(LedgerError, match="bad"):
            restore(tmp_path / "bad", tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()


def test_paths_that_cannot_be(store: Store, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="没有写成"):
        backup(store, tmp_path / "none" / "b")
    with pytest.raises(LedgerError, match="读不了"):
        restore(tmp_path / "none", tmp_path / "new.sqlite")
    (tmp_path / "old").write_text("an older backup")
    with pytest.raises(LedgerError, match="不覆盖"):
        backup(store, tmp_path / "old")
    assert (tmp_path / "old").read_text() == "an older backup"


@pytest.mark.parametrize(("gone", "told"), [(1, "第 2 号"), (1_100, "第 1101 号"), (COUNT, f"登记的链尾是第 {COUNT} 号")])
def test_a_broken_ledger_makes_no_backup(
    store: Store, clock: Clock, where: str, raw: Callable[[str], sa.Engine], tmp_path: Path, gone: int, told: str
) -> None:
    fill(store, clock)
    with raw(where).begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("DROP TRIGGER events_no_" + ("delete" if sqlite else "change ON events"))
        connection.exec_driver_sql(f"DELETE FROM events WHERE seq = {gone}")
    with pytest.raises(LedgerError, match="链条不完整") as caught:
        backup(store, tmp_path / "b")
    assert told in str(caught.value)
    assert not list(tmp_path.glob("b*"))
