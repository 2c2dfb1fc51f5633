"""What comes with this program and no run holds, for those who show one: titles of tables, declared parameters."""

from __future__ import annotations

from workbench.records.tables import TABLES
from workbench.requirements.model import Parameter
from workbench.requirements.parameters import load_parameters
from workbench.resources import resource


def table_titles() -> dict[str, str]:
    """Name of every kind of record → its Chinese title."""
    return {name: table.title for name, table in TABLES.items()}


def shipped_parameters() -> dict[str, Parameter]:
    """The parameters as they come, by name, without anybody's overrides."""
    return load_parameters(resource("expectations"))
