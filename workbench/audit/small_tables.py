"""Small tables given in Python (小表): rules and bounds, a row for each requirement, as lists and nothing else.

``ibis.memtable`` makes Arrow arrays of them, and to make one of a list pyarrow imports pandas: a third of a second and
60 MB for an audit that needs neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.formats import TableProxy

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_TYPES = {
    str: "string", int: "int64", float: "float64", bool: "boolean", date: "date", list: "array<string>",
}


@dataclass
class Lists:
    """Values by column, all of one length."""

    columns: dict[str, list]


class _Given(TableProxy[Lists]):
    """What Ibis carries for the database to take (:class:`workbench.audit.tables.Tables`); it asks for nothing else."""

    def to_pyarrow(self, schema: ibis.Schema) -> pa.Table:
        import pyarrow as pa

        return pa.table(self.obj.columns, schema=schema.to_pyarrow())

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.obj.columns)

    def to_polars(self, schema: ibis.Schema) -> pl.DataFrame:
        import polars as pl

        return pl.DataFrame(self.obj.columns)


def small_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, type | str]) -> ir.Table:
    """Rows given in Python as a table of these columns, by their type: Python's (``list``: of text) or Ibis's name."""
    rows = list(rows)
    schema = ibis.schema({name: _TYPES.get(kind, kind) for name, kind in columns.items()})
    lists = Lists({name: [row[name] for row in rows] for name in columns})
    return ops.InMemoryTable(name=ibis.util.gen_name("small"), schema=schema, data=_Given(lists)).to_expr()
