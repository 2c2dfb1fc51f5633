"""Killed in the middle of writing, many times: no acknowledged event is lost, none is half-written."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ledger.writer import SHARED, SIZES, Writers
from tests.postgres_server import PostgresServer, running_server
from workbench.ledger.store import Store

KILLS = {"sqlite": 60, "postgresql": 25}


@pytest.fixture
def writers() -> Iterator[Writers]:
    with Writers() as running:
        yield running


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that the tests here may break."""
    with running_server() as server:
        yield server


def noted(folder: Path, what: str) -> list:
    """Everything of one kind that the processes wrote down after the store had answered."""
    texts = (file.read_text() for file in sorted(folder.glob("*.ack")))
    # What has no end of line yet is being written just now.
    lines = [json.loads(line) for text in texts for line in text[: text.rfind("\n") + 1].splitlines()]
    return [line[what] for line in lines if what in line]


def check(store: Store, folder: Path) -> Counter[str]:
    """The chain is whole, holds all that was acknowledged, and every batch whole; counts for the report."""
    result = store.verify()
    assert result.faults == ()
    events = list(store.events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    done = [tuple(pair) for batch in noted(folder, "done") for pair in batch]
    lost = set(done) - {(event.seq, event.digest) for event in events}
    assert lost == set()
    batches = Counter((event.who, event.what["batch"], event.what["size"]) for event in events)
    assert {batch: count for batch, count in batches.items() if count != batch[2]} == {}
    return Counter(acknowledged=len(done), written=len(events), lost=len(lost))


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; a minute is for ever."""
    for _ in range(30_000):
        if condition():
            return
        time.sleep(0.002)
    pytest.fail("it never happened")


def test_killed_while_writing(
    where: str, writers: Writers, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """Two processes write; one after the other is killed at a random moment and another takes its place."""
    kind = "postgresql" if "://" in where else "sqlite"
    store = open_store(where)
    moments = random.Random(20260716)
    journals = 0

    def begin(number: int) -> int:
        return writers.start(where, tmp_path / f"{number}.ack", f"督查员{number}")

    running = [begin(0), begin(1)]
    for number in range(2, KILLS[kind] + 2):
        wait_for((tmp_path / f"{number - 2}.ack.witness").exists)  # it has begun to write
        time.sleep(moments.uniform(0, 0.03))
        writers.kill(running.pop(0))
        journals += Path(f"{where}-journal").exists()
        running.append(begin(number))
    acknowledged = len(noted(tmp_path, "done"))
    wait_for(lambda: len(noted(tmp_path, "done")) > acknowledged + 3)  # the last ones still get on
    for child in running:
        writers.kill(child)
    counts = check(store, tmp_path)
    assert counts["acknowledged"] > 0
    assert noted(tmp_path, "failed") == []  # whoever lives on is not disturbed
    print(f"\n{kind}: {KILLS[kind] + 2} kills (a journal stood there after {journals}), {dict(counts)}")


@pytest.mark.postgres
def test_the_server_loses_its_processes(
    own_server: PostgresServer, writers: Writers, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """``kill -9`` of the server's process that serves a writer: the server restarts all of them and recovers."""
    where = own_server.new_schema()
    store = open_store(where)
    moments = random.Random(5)
    for number in (0, 1):
        writers.start(where, tmp_path / f"{number}.ack", f"督查员{number}")
    for _ in range(5):
        before = len(noted(tmp_path, "done"))
        wait_for(lambda: len(noted(tmp_path, "done")) > before + 3)  # noqa: B023
        time.sleep(moments.uniform(0, 0.03))
        with own_server.engine().connect() as connection:
            served = connection.exec_driver_sql(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            os.kill(moments.choice(served.scalars().all()), signal.SIGKILL)
    before = len(noted(tmp_path, "done"))
    wait_for(lambda: len(noted(tmp_path, "done")) > before + 3)
    writers.__exit__(None, None, None)
    print(f"\n5 processes of the server killed, {dict(check(store, tmp_path))}")


@pytest.mark.postgres
def test_the_server_is_stopped_at_once(
    own_server: PostgresServer, writers: Writers, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    where = own_server.new_schema()
    store = open_store(where)
    for number in (0, 1):
        writers.start(where, tmp_path / f"{number}.ack", f"督查员{number}")
    for _ in range(3):
        before = len(noted(tmp_path, "done"))
        wait_for(lambda: len(noted(tmp_path, "done")) > before + 3)  # noqa: B023
        own_server.stop()
        own_server.start()
    before = len(noted(tmp_path, "done"))
    wait_for(lambda: len(noted(tmp_path, "done")) > before + 3)
    writers.__exit__(None, None, None)
    print(f"\n3 immediate stops of the server, {dict(check(store, tmp_path))}")


def test_many_write_at_once(
    where: str, writers: Writers, tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    """Four processes on one stream: every batch gets in once, and whoever came too late was told who came first."""
    store = open_store(where)
    names = [f"督查员{number}" for number in range(4)]
    children = [writers.start(where, tmp_path / f"{name}.ack", name, 15) for name in names]
    for child in children:
        writers.wait(child)
    counts = check(store, tmp_path)
    assert counts["acknowledged"] == counts["written"] == 4 * 3 * sum(SIZES)
    assert store.version(SHARED) == sum(event.stream == SHARED for event in store.events())
    for name in names:
        conflicts = [json.loads(line) for line in (tmp_path / f"{name}.ack").read_text().splitlines()]
        for text in (line["conflict"] for line in conflicts if "conflict" in line):
            found, last = text.splitlines()[1], text.splitlines()[-1]
            assert any(f"{other} 2026-07-16 登记进展" in found for other in names if other != name)
            assert "登记）" in found and f"没有登记的是：{name} 2026-07-16 登记进展" in last
    assert noted(tmp_path, "failed") == []
    assert noted(tmp_path, "conflict")  # four at once on one stream do meet
