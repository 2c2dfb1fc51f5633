"""Schemas of the ledger's store, oldest first (Alembic); a new one is a further file in ``versions``."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's settings; needs no ini file."""
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def newest() -> str | None:
    """The last revision in ``versions``."""
    return ScriptDirectory.from_config(config()).get_current_head()


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring a database to ``revision`` inside the transaction of ``connection``.

    LookupError with the revision when the database stands at one that this program does not know.
    """
    from workbench.ledger.schema import VERSION_TABLE

    if sa.inspect(connection).has_table(VERSION_TABLE):
        found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        try:
            ScriptDirectory.from_config(config()).get_revision(found)
        except CommandError as error:
            raise LookupError(found) from error
    command.upgrade(config(connection), revision)
