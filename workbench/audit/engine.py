"""The audit from typed tables to a run (审查): the only way in from records and requirements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import pyarrow as pa

from workbench.audit.facts import Facts
from workbench.audit.verdicts import decide, prepare
from workbench.records.tables import TABLES, ColumnType
from workbench.requirements.model import Requirement

_ARROW = {
    ColumnType.LIST: pa.list_(pa.string()), ColumnType.DATE: pa.date32(), ColumnType.MONTH: pa.date32(),
    ColumnType.NUMBER: pa.float64(), ColumnType.YEAR: pa.int32(), ColumnType.BOOLEAN: pa.bool_(),
}
_REJECTED = pa.schema([
    ("table_name", pa.string()), ("org_id", pa.string()), ("kind", pa.string()), ("source_id", pa.int32()),
    ("source_row", pa.int32()),
])


def connect_tables(tables: Mapping[str, Sequence[Mapping]]) -> ibis.BaseBackend:
    """A connection holding rows given in memory, as intake would leave them (for cases, tests, notebooks)."""
    con = ibis.duckdb.connect()
    for name, table in TABLES.items():
        schema = pa.schema([
            *((c.name, _ARROW.get(c.type, pa.string())) for c in table.columns),
            ("source_id", pa.int32()), ("source_row", pa.int32()),
        ])
        con.create_table(name, pa.Table.from_pylist(_placed(tables.get(name, ())), schema=schema))
    con.create_table("rejected", pa.Table.from_pylist(_placed(tables.get("rejected", ())), schema=_REJECTED))
    return con


def _placed(rows: Sequence[Mapping]) -> list[dict]:
    return [{"source_id": 0, "source_row": number, **row} for number, row in enumerate(rows, 1)]


def judge_tables(
    tables: Mapping[str, Sequence[Mapping]], requirements: Sequence[Requirement], *, as_of: date, year: int | None = None
) -> list[dict]:
    """Result rows for records given in memory: ``tables`` maps a table's name to rows (dates as ``date``, lists as lists).

    Returns one dict per bound subject and requirement: subject, requirement, verdict, judged, met, missed, open,
    unknown, doubt, reason and the masks of periods. Great Expectations is not asked here; :func:`audit` does.
    """
    con = connect_tables(tables)
    try:
        ctx = prepare(facts_for(con, requirements, as_of, year), requirements)
        return con.to_pyarrow(decide(ctx, requirements)).to_pylist()
    finally:
        con.disconnect()


def facts_for(con: ibis.BaseBackend, requirements: Sequence[Requirement], as_of: date, year: int | None) -> Facts:
    """The facts of a run; the two-year cycle starts where the parameter says."""
    cycle = next((int(p.value) for r in requirements for p in r.parameters if p.name == "two_year_cycle_start"), 2022)
    return Facts(con, as_of, year or as_of.year, cycle)
