"""Run by Alembic: migrates over the connection it is given, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

from workbench.ledger.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
