"""Events and their head."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("seq", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "kind", "acted_on", "recorded_at", "who", "why", "what", "run", "evidence", "previous", "digest"
            )
        ),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
        sqlite_strict=True,
    )
    op.create_table(
        "head",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name="head_is_one_row"),
        sqlite_strict=True,
    )
