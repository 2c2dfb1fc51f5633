"""A real PostgreSQL server that the tests start, stop and break themselves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

_NUMBERS = count(1)


def server_programs() -> Path | None:
    """Folder of the newest PostgreSQL server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """A server of its own in a temporary folder; it listens on one port of this machine only."""

    def __init__(self, programs: Path, durable: bool):
        self._programs = programs
        self._sync = "" if durable else " -F"
        self.folder = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))  # short: the path of a socket has a limit
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._data = str(self.folder / "data")
        password = self.folder / "password"
        password.write_text("secret")
        if self._as_user:
            shutil.chown(password, "postgres")
        self._run(
            "initdb", "-D", self._data, "-U", "tester", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8",
            "--locale=C", "--no-sync",
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self._programs / program), *arguments], cwd=self.folder, capture_output=True,
            text=True, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start (again) and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}{self._sync}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop as in a crash: nothing is written out, the next start recovers."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def remove(self) -> None:
        """Take its folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """URL of one database, as a user would write it."""
        return f"postgresql://tester:secret@127.0.0.1:{self.port}/{database}"

    def engine(self, database: str = "postgres") -> sa.Engine:
        """An engine for statements of the test itself, each its own transaction."""
        url = sa.make_url(self.url(database)).set(drivername="postgresql+psycopg")
        return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def new_database(self) -> str:
        """URL of a fresh, empty database."""
        name = f"test{next(_NUMBERS)}"
        with self.engine().connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def new_schema(self) -> str:
        """URL of a fresh, empty schema of its own; made far faster than a database."""
        name = f"test{next(_NUMBERS)}"
        with self.engine().connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        return f"{self.url()}?options=-csearch_path%3D{name}"


@contextmanager
def running_server(durable: bool = False) -> Iterator[PostgresServer]:
    """A started server; ``durable``: it syncs to the disk, as one in use does.

    The test is skipped (or fails, with WORKBENCH_REQUIRE_POSTGRES=1) where there is none.
    """
    programs = server_programs()
    if programs is None:
        reason = "no PostgreSQL server programs on this machine"
        if os.environ.get("WORKBENCH_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    server = PostgresServer(programs, durable)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.remove()
