"""The database itself refuses to change or remove events: a slip in a database tool does no harm."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_SQLITE = """
CREATE TRIGGER events_no_{verb} BEFORE {verb} ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed or removed'); END
"""
_FUNCTION = """
CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are never changed or removed' USING ERRCODE = 'restrict_violation'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_refuse()
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        statements = [_SQLITE.format(verb=verb) for verb in ("update", "delete")]
    else:
        statements = [_FUNCTION, _POSTGRESQL]
    for statement in statements:
        op.execute(statement)
