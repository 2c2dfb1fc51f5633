"""Databases by URL: SQLite and a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.records.ledgers import ID1, ORGANIZATIONS, balanced, rows
from workbench.errors import IntakeError
from workbench.records.intake import intake


def fill(engine: sa.Engine) -> None:
    """Tables under Chinese and English names, a view, and one that fits nothing."""
    meta = sa.MetaData()
    organizations = sa.Table("组织名册", meta, *(sa.Column(name, sa.Text) for name in ORGANIZATIONS[0]))
    activities = sa.Table(
        "activities",
        meta,
        sa.Column("org_id", sa.Text),
        sa.Column("person_id", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("held_on", sa.Date),
        sa.Column("hours", sa.Numeric(6, 2)),
    )
    other = sa.Table("stock", meta, sa.Column("item", sa.Text), sa.Column("price", sa.Float))
    meta.create_all(engine)
    with engine.begin() as connection:
        lines = [dict(zip(ORGANIZATIONS[0], line, strict=True)) for line in ORGANIZATIONS[1:]]
        connection.execute(organizations.insert(), lines)
        connection.execute(
            activities.insert(),
            [
                {"org_id": "B1", "person_id": ID1, "kind": "党课教育", "held_on": date(2026, 1, 1 + n % 28), "hours": n}
                for n in range(28)
            ],
        )
        connection.execute(activities.insert(), [{"org_id": "B9", "kind": "党课", "held_on": date(2026, 1, 1)}])
        connection.execute(other.insert(), [{"item": "桌", "price": 1.5}])
        connection.execute(
            sa.text(
                "CREATE VIEW 党费台账 AS SELECT person_id AS 身份证号, org_id AS 所属党支部, '2026-01' AS 月份, 20 AS 应交金额 "
                "FROM activities WHERE hours = 1"
            )
        )


def check(url: str) -> None:
    """What intake makes of the tables of :func:`fill`."""
    with intake(url) as records:
        counts = records.receipt()["rows"]
        assert counts["activities"] == {"read": 29, "accepted": 28, "rejected": 1}
        assert counts["未识别"] == {"read": 1, "accepted": 0, "rejected": 1}
        assert rows(records, "SELECT org_id, month, due FROM dues") == [("B1", date(2026, 1, 1), 20.0)]
        assert rows(
            records, 'SELECT sum("hours"), count(DISTINCT person_id), min(length(person_id)) FROM activities'
        ) == [(378.0, 1, 32)]
        assert balanced(records)
        (unknown,) = [m for m in records.messages if "没有这个党组织" in m.problem]
        assert (unknown.sheet, unknown.row, unknown.value) == ("activities", 29, "B9")
        assert not any("secret" in str(m) for m in records.messages)


def test_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledgers.db'}"
    fill(sa.create_engine(url))
    check(url)


def test_sqlite_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="不存在"):
        intake(f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("url", ["nodriver://x/y", "postgresql+psycopg://u:secret@127.0.0.1:1/none"])
def test_a_database_that_does_not_answer(url: str) -> None:
    with pytest.raises(IntakeError) as caught:
        intake(url)
    assert "secret" not in str(caught.value)


def server_programs() -> Path | None:
    """Folder of the newest PostgreSQL server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@pytest.fixture
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server of this test's own."""
    programs = server_programs()
    if programs is None:
        reason = "no PostgreSQL server programs on this machine"
        if os.environ.get("WORKBENCH_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="workbench-postgres-"))  # short: the path of a socket has a limit
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_user, str(programs / program), *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    data = str(folder / "data")
    (folder / "password").write_text("secret")
    if as_user:
        shutil.chown(folder / "password", "postgres")
    run(
        "initdb",
        "-D",
        data,
        "-U",
        "tester",
        "-A",
        "scram-sha-256",
        f"--pwfile={folder / 'password'}",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    )
    run(
        "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        str(folder / "log"),
        "-o",
        f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F",
        "start",
    )
    try:
        yield f"postgresql://tester:secret@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_postgresql(postgres: str) -> None:
    fill(sa.create_engine(postgres.replace("postgresql:", "postgresql+psycopg:")))
    check(postgres)
