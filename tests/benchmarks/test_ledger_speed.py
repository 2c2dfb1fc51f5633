"""Events per second of the ledger's store, and how long its chain takes to verify. Run by ``make bench``.

What is asserted is that the chain holds every event and is whole. ``WORKBENCH_BENCH_EVENTS`` sets how many events are
verified (default 1000000, some minutes of writing on each database).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.postgres_server import running_server
from workbench.ledger.events import Draft
from workbench.ledger.store import Store

pytestmark = pytest.mark.benchmark

EVENTS = int(os.environ.get("WORKBENCH_BENCH_EVENTS", "1000000"))
ROOT = Path(__file__).resolve().parents[2]
ONE_BY_ONE = 500
BATCH = 1_000
#: A fresh process verifies: what it takes in memory is its own.
VERIFY = """
import json, resource, sys, time
from workbench.ledger.store import Store
store = Store(sys.argv[1], witness=sys.argv[2])
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
result = store.verify()
seconds = time.perf_counter() - began
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps({"events": result.events, "faults": len(result.faults), "seconds": seconds, "megabytes": grown}))
"""


def draft(number: int) -> Draft:
    """As the events of a season are: ten to a finding."""
    return Draft(
        f"finding/B{number // 10}|secretary-2022-8-1|2026", "finding.progress", date(2026, 7, 16), "督查员甲",
        "经核对会议记录本", {"text": f"第{number}次登记：补开党员大会一次，记录已归档", "n": number}, "0123456789ab",
        ("会议记录本",),
    )


def seconds(act: Callable[[], object]) -> float:
    """How long an act takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def measure(where: str, witness: Path) -> dict[str, float]:
    """Events per second one by one and in batches, then seconds to verify all of them."""
    with Store(where, witness=witness) as store:

        def one_by_one() -> None:
            for number in range(ONE_BY_ONE):
                made = draft(number)
                store.append([made], {made.stream: number % 10})

        def in_batches() -> None:
            for first in range(ONE_BY_ONE, EVENTS, BATCH):
                drafts = [draft(number) for number in range(first, min(first + BATCH, EVENTS))]
                store.append(drafts, {made.stream: 0 for made in drafts})

        figures = {"one by one": ONE_BY_ONE / seconds(one_by_one)}
        figures["in batches"] = (EVENTS - ONE_BY_ONE) / seconds(in_batches)
    done = subprocess.run(
        [sys.executable, "-c", VERIFY, where, str(witness)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    verified = json.loads(done.stdout)
    assert (verified["events"], verified["faults"]) == (EVENTS, 0)
    return {**figures, "verify": verified["seconds"], "memory": verified["megabytes"]}


def shown(name: str, figures: dict[str, float]) -> str:
    """One line of the table."""
    return (
        f"{name:12s} one by one {figures['one by one']:8.0f} events/s   in batches of {BATCH} "
        f"{figures['in batches']:8.0f} events/s   {EVENTS} events verified in {figures['verify']:7.1f} s, "
        f"{figures['memory']:.0f} MB more than before"
    )


def test_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    figures = measure(str(tmp_path / "督查.sqlite"), tmp_path / "witness")
    with capsys.disabled():
        print("\n" + shown("SQLite", figures))


@pytest.mark.postgres
def test_postgresql(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with running_server(durable=True) as server:
        figures = measure(server.new_schema(), tmp_path / "witness")
    with capsys.disabled():
        print("\n" + shown("PostgreSQL", figures))
