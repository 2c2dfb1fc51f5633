"""Databases by URL: SQLite and a real PostgreSQL server."""

from __future__ import annotations

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


@pytest.mark.postgres
def test_postgresql(postgres: str) -> None:
    fill(sa.create_engine(postgres.replace("postgresql:", "postgresql+psycopg:")))
    check(postgres)
