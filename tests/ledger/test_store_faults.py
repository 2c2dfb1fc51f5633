"""Locked, full, read-only, moved, damaged, away: told with place and next step, and nothing is written."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres_server import PostgresServer, running_server
from workbench.errors import LedgerError
from workbench.ledger.backup import backup
from workbench.ledger.events import Draft
from workbench.ledger.store import Store

STREAM = "finding/B1|secretary-2022-8-1|2026"


def add(store: Store, text: str = "补齐记录") -> int:
    """One more event; its seq."""
    draft = Draft(STREAM, "finding.progress", date(2026, 7, 16), "督查员甲", what={"text": text})
    return store.append([draft], {STREAM: store.version(STREAM)})[0].seq


@contextmanager
def refused(store: Store, message: str) -> Iterator[None]:
    """What is done inside fails with ``message``, place and next step, and leaves the ledger as it was."""
    before = store.head()
    with pytest.raises(LedgerError, match=message) as caught:
        yield
    assert caught.value.place == store.place and caught.value.next_step
    assert "secret" not in str(caught.value)
    result = store.verify(before)
    assert (result.head, result.faults) == (before, ())


@pytest.fixture
def hasty(where: str, tmp_path: Path) -> Iterator[Store]:
    """A store that waits a fifth of a second for a lock."""
    with Store(where, witness=tmp_path / "witness", wait=0.2) as store:
        add(store)
        yield store


@contextmanager
def lock(where: str, raw: Callable[[str], sa.Engine]) -> Iterator[None]:
    """Another program in the middle of writing."""
    with raw(where).connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT * FROM head FOR UPDATE")
        yield


def test_locked(hasty: Store, where: str, raw: Callable[[str], sa.Engine]) -> None:
    with lock(where, raw), refused(hasty, "占用"):
        add(hasty)
    assert add(hasty) == 2


def test_a_lock_that_is_let_go_is_waited_for(
    store: Store, where: str, raw: Callable[[str], sa.Engine]
) -> None:
    locked, written = threading.Event(), []

    def other() -> None:
        with lock(where, raw):
            locked.set()
            time.sleep(0.3)

    thread = threading.Thread(target=other)
    thread.start()
    locked.wait()
    written.append(add(store))
    thread.join()
    assert written == [1]


def test_a_file_locked_whole_cannot_be_opened(tmp_path: Path, raw: Callable[[str], sa.Engine]) -> None:
    place = str(tmp_path / "a.sqlite")
    with Store(place) as store:
        add(store)
    with raw(place).connect() as connection:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerError, match="占用"):
            Store(place, wait=0.2)
    with Store(place) as store:
        assert store.head().seq == 1


# --- disks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 400 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_rest(folder: Path) -> Path:
    """A file that takes every byte left on the disk of ``folder``."""
    rest = folder / "rest"
    with pytest.raises(OSError, match="No space"), rest.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)
    return rest


def fill_up(store: Store) -> int:
    """Write until the store refuses; events written before."""
    noise = random.Random(7)
    with pytest.raises(LedgerError):
        for _ in range(1_000):
            add(store, "".join(chr(noise.randint(0x4E00, 0x9FA5)) for _ in range(5_000)))
    return store.head().seq


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    with Store(small_disk / "a.sqlite", witness=tmp_path / "w") as store:
        written = fill_up(store)
        assert written > 3
        with refused(store, "磁盘已满"):
            add(store, "文" * 2_000)
        rest = fill_rest(small_disk)
        with refused(store, "磁盘已满"):
            add(store)
        with pytest.raises(LedgerError, match="备份没有写成"):
            backup(store, small_disk / "backup.gz")
        assert not list(small_disk.glob("backup*"))
        rest.unlink()
        assert add(store) == written + 1
        assert store.verify().faults == ()


def test_a_disk_that_was_full_before(small_disk: Path, tmp_path: Path) -> None:
    rest = fill_rest(small_disk)
    with pytest.raises(LedgerError, match="磁盘已满"):
        Store(small_disk / "a.sqlite", witness=tmp_path / "w")
    rest.unlink()
    with Store(small_disk / "a.sqlite", witness=tmp_path / "w") as store:
        assert add(store) == 1


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """A quota or a limit of the system, in the middle of a transaction."""
    with Store(tmp_path / "a.sqlite", witness=tmp_path / "w") as store:
        add(store)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        with refused(store, "磁盘"):
            resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "a.sqlite").stat().st_size + 4_096, hard))
            try:
                add(store, "文" * 50_000)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert add(store) == 2


def test_a_read_only_file(small_disk: Path, tmp_path: Path) -> None:
    with Store(small_disk / "a.sqlite", witness=tmp_path / "w") as store:
        add(store)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with Store(small_disk / "a.sqlite", witness=tmp_path / "w") as store:
        assert [event.seq for event in store.events()] == [1]
        with refused(store, "只读"):
            add(store)
    with pytest.raises(LedgerError, match="打不开"):
        Store(small_disk / "b.sqlite", witness=tmp_path / "w")


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_file_without_permission(tmp_path: Path) -> None:
    with Store(tmp_path / "a.sqlite") as store:
        add(store)
    (tmp_path / "a.sqlite").chmod(0o400)
    with Store(tmp_path / "a.sqlite") as store, refused(store, "只读"):
        add(store)


def test_a_file_moved_away_while_open(tmp_path: Path) -> None:
    """Written into a file that nobody finds any more, an acknowledged event would be lost."""
    place = tmp_path / "a.sqlite"
    with Store(place, witness=tmp_path / "w") as store:
        add(store)
        place.rename(tmp_path / "b.sqlite")
        with pytest.raises(LedgerError, match="移走或替换"):
            add(store)
        (tmp_path / "b.sqlite").rename(place)
        assert add(store) == 2


def test_a_damaged_file(tmp_path: Path) -> None:
    place = tmp_path / "a.sqlite"
    with Store(place, witness=tmp_path / "w") as store:
        draft = Draft(STREAM, "finding.progress", date(2026, 7, 16), "督查员甲", "理由")
        store.append([draft] * 200, {STREAM: 0})
    content = bytearray(place.read_bytes())
    for page in range(4_096 * 5, len(content), 4_096):
        content[page : page + 64] = b"\xff" * 64
    place.write_bytes(content)
    with pytest.raises(LedgerError, match="已损坏|损坏") as caught, Store(place, witness=tmp_path / "w") as store:
        store.verify()
    assert "备份" in caught.value.next_step


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM head", "UPDATE head SET seq = 7", "UPDATE events SET digest = 'x'", "UPDATE events SET what = '{'"],
)
def test_nothing_is_written_behind_a_broken_end(
    store: Store, where: str, raw: Callable[[str], sa.Engine], statement: str
) -> None:
    add(store)
    with raw(where).begin() as connection:
        sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("DROP TRIGGER events_no_" + ("update" if sqlite else "change ON events"))
        connection.exec_driver_sql(statement)
    with pytest.raises(LedgerError, match="改动或损坏") as caught:
        store.append([Draft(STREAM, "finding.progress", date(2026, 7, 16), "督查员甲")], {STREAM: 1})
    assert "verify" in caught.value.next_step
    with raw(where).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 1


# --- servers ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that the tests here stop."""
    with running_server() as server:
        yield server


@pytest.mark.postgres
def test_a_server_that_is_away(own_server: PostgresServer, tmp_path: Path) -> None:
    with Store(own_server.new_schema(), witness=tmp_path / "w") as store:
        add(store)
        own_server.stop()
        for act in (lambda: add(store), store.head, store.verify, lambda: list(store.events())):
            with pytest.raises(LedgerError, match="连不上或连接中断") as caught:
                act()
            assert caught.value.place == store.place and "secret" not in str(caught.value)
        own_server.start()
        assert add(store) == 2
        assert store.verify().faults == ()


@pytest.mark.postgres
def test_a_connection_cut_while_waiting(
    postgres_server: PostgresServer, open_store: Callable[[str], Store], raw: Callable[[str], sa.Engine]
) -> None:
    """The administrator ends the session of a writer that waits for its turn."""
    where = postgres_server.new_schema()
    store = open_store(where)
    add(store)
    ended = threading.Event()

    def administrator() -> None:
        waiting = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with postgres_server.engine().connect() as connection:
            while not ended.is_set() and not connection.exec_driver_sql(waiting).all():
                time.sleep(0.02)

    thread = threading.Thread(target=administrator)
    with refused(store, "连不上或连接中断"), lock(where, raw):
        thread.start()
        try:
            add(store)
        finally:
            ended.set()
            thread.join()
    assert add(store) == 2


@pytest.mark.postgres
def test_a_server_whose_disk_is_full(own_server: PostgresServer, small_disk: Path, tmp_path: Path) -> None:
    """The tables lie on a small disk of their own."""
    above = [folder for folder in tmp_path.parents if folder.is_relative_to(tempfile.gettempdir())][:-1]
    for folder in (small_disk, tmp_path, *above):  # the server runs as another user
        folder.chmod(0o755)
    shutil.chown(small_disk, own_server.folder.owner())
    with own_server.engine().connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    place = own_server.new_schema()
    schema = place.rpartition("%3D")[2]
    where = f"{place}%20-cdefault_tablespace%3Dsmall"
    with Store(where, witness=tmp_path / "w") as store:
        written = fill_up(store)
        assert written > 3
        with refused(store, "服务器磁盘已满"):
            add(store, "".join(map(chr, range(0x4E00, 0x9E00))))
        subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
        assert add(store) == written + 1
        assert store.verify().faults == ()
    with own_server.engine().connect() as connection:  # or the server would miss the disk later
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        connection.exec_driver_sql("DROP TABLESPACE small")


@pytest.mark.postgres
def test_a_database_that_only_reads(postgres_server: PostgresServer, tmp_path: Path) -> None:
    where = postgres_server.new_schema()
    with Store(where, witness=tmp_path / "w") as store:
        add(store)
    with Store(f"{where}%20-cdefault_transaction_read_only%3Don", witness=tmp_path / "w") as store:
        with refused(store, "只许读"):
            add(store)


@pytest.mark.postgres
def test_answers_are_durable_whatever_the_server_thinks(postgres_server: PostgresServer, tmp_path: Path) -> None:
    where = f"{postgres_server.new_schema()}%20-csynchronous_commit%3Doff"
    with Store(where, witness=tmp_path / "w") as store:
        with store._database.reading() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
        with store._database.writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_answers_are_durable_on_sqlite(tmp_path: Path) -> None:
    with Store(tmp_path / "a.sqlite", witness=tmp_path / "w") as store, store._database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3  # EXTRA: FULL and the folder
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
