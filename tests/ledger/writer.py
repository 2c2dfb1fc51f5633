"""Processes that write to a ledger until somebody kills them; run as a program of its own, it forks one per order.

Orders come by standard input, one JSON list a line: ``["start", place, acknowledged, name, count]`` answers the process
id, ``["wait", id]`` answers when that process is gone. Forked processes have the store imported already.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from types import TracebackType

from workbench.errors import Conflict, LedgerError
from workbench.ledger.events import Draft
from workbench.ledger.store import Store

#: The stream that all processes write to; each has one of its own besides.
SHARED = "finding/shared"
#: Events of the batches, in turn.
SIZES = (1, 2, 3, 40, 5)


def write(place: str, acknowledged: str, name: str, count: int) -> None:
    """Append batches of one to five events, now and then forty (``count`` batches, 0: for ever).

    A line ``{"done": [[seq, digest] …]}``, ``{"conflict": text}`` or ``{"failed": text}`` is on the file
    ``acknowledged`` before the next batch begins. A database that is away is tried again, as another batch: the commit
    it broke off may have succeeded.
    """
    note = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    own, batch, done, store = f"finding/{name}", 0, 0, None
    while not count or done < count:
        batch += 1
        try:
            store = store or Store(place, witness=f"{acknowledged}.witness", wait=30)
            versions = {SHARED: store.version(SHARED), own: store.version(own)}
            size = SIZES[done % len(SIZES)]
            drafts = [
                Draft(
                    (own, SHARED)[n % 2], "finding.progress", date(2026, 7, 16), name, f"第{batch}批",
                    {"batch": batch, "size": size},
                )
                for n in range(size)
            ]
            events = store.append(drafts, versions)
        except Conflict as conflict:
            os.write(note, json.dumps({"conflict": str(conflict)}).encode() + b"\n")
        except LedgerError as error:
            os.write(note, json.dumps({"failed": str(error)}).encode() + b"\n")
            time.sleep(0.02)
        else:
            os.write(note, json.dumps({"done": [[e.seq, e.digest] for e in events]}).encode() + b"\n")
            done += 1


def serve() -> None:
    """Take orders until standard input ends."""
    for line in sys.stdin:
        order, *arguments = json.loads(line)
        if order == "wait":
            os.waitpid(arguments[0], 0)
            print("gone", flush=True)
            continue
        child = os.fork()
        if not child:
            write(*arguments)
            os._exit(0)
        print(child, flush=True)


class Writers:
    """The test's side: starts, kills and awaits such processes."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parents[2]
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.writer"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        self._running: set[int] = set()

    def __enter__(self) -> Writers:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for child in list(self._running):
            self.kill(child)
        assert self._server.stdin
        self._server.stdin.close()
        self._server.wait()

    def _order(self, *order: object) -> str:
        assert self._server.stdin and self._server.stdout
        self._server.stdin.write(json.dumps(order) + "\n")
        self._server.stdin.flush()
        return self._server.stdout.readline()

    def start(self, place: str, acknowledged: Path, name: str, count: int = 0) -> int:
        """A new process; its id."""
        child = int(self._order("start", place, str(acknowledged), name, count))
        self._running.add(child)
        return child

    def wait(self, child: int) -> None:
        """Until it is gone."""
        assert self._order("wait", child) == "gone\n"
        self._running.discard(child)

    def kill(self, child: int) -> None:
        """``kill -9``, whatever it is doing."""
        os.kill(child, signal.SIGKILL)
        self.wait(child)


if __name__ == "__main__":
    serve()
