"""Parquet in the declared types: loaded as it is, checked vectorised (规范 Parquet).

Rows that fail a check go through the staging table like any other ledger's, so there is one place that judges and words
problems; rows that pass are never turned into text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from workbench import vocabulary as v
from workbench.records.identity import PersonKeys
from workbench.records.loading import RUNNING_DIGITS, RUNNING_NUMBER, generated_id, key_columns
from workbench.records.normalize import SQL_TYPES, quoted
from workbench.records.staging import Staging, other_people, person_column
from workbench.records.tables import Column, ColumnType, Table

#: Rows up to which a table is copied into DuckDB; larger ones stay views on their files.
COPY_ROWS = 10_000_000
_FETCH = 50_000


@dataclass(frozen=True)
class Part:
    """One Parquet file in the declared types; ``columns`` maps stored names to names in the file."""

    path: Path
    source_id: int
    rows: int
    first_rid: int
    columns: dict[str, str]


class CanonicalTable:
    """All Parquet parts of one table."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part]):
        self.con = con
        self.table = table
        self.parts = parts
        self.person = person_column(table)
        self.as_view = sum(p.rows for p in parts) > COPY_ROWS
        self.target = f"files_{table.name}" if self.as_view else table.name
        self.mapped: list[str] = []

    def load(self, staging: Staging, alone: bool) -> None:
        """Load the parts; rows that fail a check are staged. ``alone``: no other ledger fills this table.

        Beside other ledgers all rows are staged, because duplicates must be seen across them.
        """
        select = " UNION ALL ".join(self._select(part, staging.keys) for part in self.parts)
        if self.mapped:  # a view would need the ID numbers to stay
            self.as_view, self.target = False, self.table.name
        self._load(select, alone)
        for name in self.mapped:
            self.con.execute(f"DROP TABLE {name}")

    def _load(self, select: str, alone: bool) -> None:
        if not alone:
            self.as_view = False
            self._stage(select)
            return
        if self.as_view:
            self.con.execute(f"CREATE VIEW {self.target} AS {select}")
        else:
            self.con.execute(f"INSERT INTO {self.target} {select}")
        self._mark_duplicates()
        failing = f"FROM {self.target} t WHERE {self._fault()}"
        if not self.con.execute(f"SELECT 1 {failing} LIMIT 1").fetchone():
            return
        self.con.execute(f"CREATE TABLE aside_{self.table.name} AS SELECT source_id, source_row {failing}")
        self._stage(f"SELECT t.* FROM {self.target} t SEMI JOIN aside_{self.table.name} USING (source_id, source_row)")
        if not self.as_view:
            self.con.execute(f"""
                DELETE FROM {self.target} t USING aside_{self.table.name} a
                WHERE a.source_id = t.source_id AND a.source_row = t.source_row
            """)
            self.con.execute(f"DROP TABLE aside_{self.table.name}")

    def finish(self) -> None:
        """Put the view in the place of the table, over the files and the rows that went through staging."""
        if not self.as_view:
            return
        name = self.table.name
        aside = self.con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [f"aside_{name}"]).fetchone()
        without = f"ANTI JOIN aside_{name} USING (source_id, source_row)" if aside else ""
        self.con.execute(f"ALTER TABLE {name} RENAME TO mended_{name}")
        self.con.execute(
            f"CREATE VIEW {name} AS SELECT * FROM {self.target} {without} UNION ALL SELECT * FROM mended_{name}"
        )

    def _select(self, part: Part, keys: PersonKeys) -> str:
        file = f"read_parquet({quoted(str(part.path))}, file_row_number = true)"
        joins = []
        columns = []
        for column in self.table.columns:
            found = part.columns.get(column.name)
            value = f'f."{found}"' if found else "NULL"
            if column.type is ColumnType.PERSON and found and not self._holds_keys(file, found):
                mapped = self._map_people(file, found, keys, f"{part.source_id}_{column.name}")
                joins.append(f'LEFT JOIN {mapped} ON {mapped}.raw = f."{found}"')
                value = f"{mapped}.staged"
            if column.name == "activity_id":
                made = generated_id(str(part.source_id), "CAST(f.file_row_number + 1 AS INTEGER)")
                value = (
                    # a length is looked at many times faster than a pattern
                    f"CASE WHEN {value} IS NULL OR (length({value}) <= {RUNNING_DIGITS} AND "
                    f"regexp_full_match({value}, '{RUNNING_NUMBER}')) THEN {made} ELSE {value} END"
                    if found
                    else made
                )
            columns.append(f'CAST({value} AS {SQL_TYPES[column.type]}) AS "{column.name}"')
        return f"""SELECT {", ".join(columns)}, CAST({part.source_id} AS INTEGER) AS source_id,
                          CAST(f.file_row_number + 1 AS INTEGER) AS source_row FROM {file} f {" ".join(joins)}"""

    def _holds_keys(self, file: str, name: str) -> bool:
        # 32 hexadecimal digits are what a UUID is cast from: many times faster than a pattern
        fault = "p IS NOT NULL AND (length(p) <> 32 OR try_cast(p AS UUID) IS NULL OR p <> lower(p))"
        return not self.con.execute(
            f'SELECT 1 FROM (SELECT "{name}" AS p FROM {file}) WHERE {fault} LIMIT 1'
        ).fetchone()

    def _map_people(self, file: str, name: str, keys: PersonKeys, column: str) -> str:
        """``people_<source>_<column>(raw, staged)``: every distinct value hashed once; dropped after loading."""
        target = f"people_{column}"
        self.con.execute(f"CREATE TEMP TABLE {target} (raw VARCHAR, staged VARCHAR)")
        self.mapped.append(target)
        cursor = self.con.cursor()
        cursor.execute(f'SELECT DISTINCT "{name}" FROM {file} WHERE "{name}" IS NOT NULL')
        while rows := cursor.fetchmany(_FETCH):
            raw = [row[0] for row in rows]
            batch = pa.table({"raw": raw, "staged": [keys.pair(text)[0] for text in raw]})
            self.con.register("wb_batch", batch)
            self.con.execute(f"INSERT INTO {target} SELECT * FROM wb_batch")
            self.con.unregister("wb_batch")
        return target

    def _mark_duplicates(self) -> None:
        """``wb_same``: hashes of keys that occur more than once; every row with one of them is looked at closely."""
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE wb_same AS
            SELECT same FROM (SELECT hash({self._key()}) AS same FROM {self.target}) GROUP BY same HAVING count(*) > 1
        """)

    def _key(self) -> str:
        if self.table.name == "activities":
            rest = ", ".join(f'"{c.name}"' for c in self.table.columns[1:])
            unnamed = "starts_with(activity_id, 'auto-')"
            return f"CASE WHEN {unnamed} THEN hash(source_id, {rest}) ELSE hash(activity_id, org_id) END"
        return ", ".join(f'"{name}"' for name in key_columns(self.table))

    def _fault(self) -> str:
        faults = [f for column in self.table.columns for f in self._column_faults(column)]
        if self.con.execute("SELECT 1 FROM wb_same LIMIT 1").fetchone():
            faults.append(f"hash({self._key()}) IN (SELECT same FROM wb_same)")
        return " OR ".join(f"coalesce({f}, false)" for f in faults)

    def _column_faults(self, column: Column) -> list[str]:
        name = f't."{column.name}"'
        faults = [f"{name} IS NULL"] if column.required else []
        allowed = ", ".join(quoted(term) for term in column.allowed)
        if column.type is ColumnType.TERM:
            faults.append(f"{name} NOT IN ({allowed})")
        elif column.type is ColumnType.LIST and allowed and self._strays(column, allowed):
            faults.append(f"NOT list_has_all([{allowed}], {name})")
        elif column.type is ColumnType.ORG:
            faults.append(f"{name} NOT IN (SELECT org_id FROM organizations)")
        elif column.type is ColumnType.PERSON:
            faults.append(f"{name} LIKE '!%'")
        elif column.type is ColumnType.NUMBER:
            faults.append(f"NOT isfinite({name})")
        elif column.type is ColumnType.MONTH:
            faults.append(f"day({name}) <> 1")
        elif column.name == "step":
            faults.append(_step_fault(name))
        elif column.type is ColumnType.TEXT:
            faults.append(f"{name} = ''")
        return faults

    def _strays(self, column: Column, allowed: str) -> bool:
        """Whether some list holds a term that is none of ``allowed``: all terms are gone through faster than lists."""
        terms = f'SELECT unnest(t."{column.name}") AS term FROM {self.target} t'
        stray = self.con.execute(f"SELECT 1 FROM ({terms}) WHERE term IS NULL OR term NOT IN ({allowed}) LIMIT 1")
        return bool(stray.fetchone())

    def _stage(self, relation: str) -> None:
        """Stage rows of the table as text, numbered by file and row."""
        columns = {c.name: f't."{c.name}"' for c in self.table.columns}
        for c in self.table.columns:
            if c.type is ColumnType.LIST:
                columns[c.name] = f"array_to_string({columns[c.name]}, '、')"
            elif c.name == "activity_id":
                columns[c.name] = f"CASE WHEN NOT starts_with({columns[c.name]}, 'auto-') THEN {columns[c.name]} END"
        if self.person:
            columns["person_masked"] = f"t.\"{self.person}\"[1:3] || '***'"
        for name in other_people(self.table):
            columns[f"{name}_masked"] = f"t.\"{name}\"[1:3] || '***'"
        cells = ", ".join(f'CAST({value} AS VARCHAR) AS "{name}"' for name, value in columns.items())
        numbers = ", ".join(f"({p.source_id}, {p.first_rid})" for p in self.parts)
        self.con.execute(f"""
            INSERT INTO stage_{self.table.name} BY NAME
            SELECT n.first_rid + t.source_row AS rid, t.source_id, t.source_row, {cells}
            FROM ({relation}) t JOIN (VALUES {numbers}) n(source_id, first_rid) USING (source_id)
        """)


def _step_fault(name: str) -> str:
    """No step of the process; as one table that both are looked up in, in the time that a pass over the rows takes."""
    known = ", ".join(f"({quoted(process)}, {quoted(step)})" for process, steps in v.STEPS.items() for step in steps)
    return f"(t.process, {name}) NOT IN (SELECT (process, step) FROM (VALUES {known}) k(process, step))"
