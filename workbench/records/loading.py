"""From a staging table to the typed table: parse, check, put aside, keep (装载).

Problems and warnings of a record are a list of ``column:code|detail`` (:mod:`workbench.records.wording`).
"""

from __future__ import annotations

import duckdb

from workbench.records.identity import PROBLEM_MARK
from workbench.records.normalize import SQL_TYPES, map_query, text_value
from workbench.records.staging import other_people, person_column
from workbench.records.tables import ORIGIN_COLUMNS, TABLES, Column, ColumnType, Table

#: Column that says for which requirements a row could have counted, in the tables that have one.
KIND_COLUMNS = {
    "activities": "kind", "participations": "kind", "case_steps": "process", "measures": "measure", "ratings": "kind",
}

#: An activity number of up to four digits is the running number of one sheet and names nothing.
RUNNING_DIGITS = 4
RUNNING_NUMBER = rf"\d{{1,{RUNNING_DIGITS}}}"


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """The typed tables, ``sources``, ``rejected`` and the details of rejected rows, all empty."""
    for table in TABLES.values():
        con.execute(f"CREATE TABLE {table.name} ({typed_columns(table)})")
    con.execute("""
        CREATE TABLE sources (source_id INTEGER, file VARCHAR, sheet VARCHAR, sha256 VARCHAR,
                              rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT)
    """)
    con.execute("""
        CREATE TABLE rejected (table_name VARCHAR, org_id VARCHAR, kind VARCHAR, source_id INTEGER, source_row INTEGER,
                               duplicate BOOLEAN)
    """)
    con.execute("""
        CREATE TABLE reject_details (table_name VARCHAR, source_id INTEGER, source_row INTEGER, problems VARCHAR[],
                                     context VARCHAR, cells VARCHAR[])
    """)


def typed_columns(table: Table) -> str:
    """Column definitions of a typed table."""
    columns = [f'"{c.name}" {SQL_TYPES[c.type]}' for c in table.columns]
    return ", ".join([*columns, *(f"{name} INTEGER" for name in ORIGIN_COLUMNS)])


def cells_sql(table: Table, alias: str) -> str:
    """The staged cells of a row as a list in the order of the declaration, the person masked."""
    masked = {name: f"{alias}.{name}_masked" for name in other_people(table)}
    masked[person_column(table)] = f"{alias}.person_masked"
    return "[" + ", ".join(masked.get(c.name, f'{alias}."{c.name}"') for c in table.columns) + "]"


def key_columns(table: Table) -> list[str]:
    """SQL of the columns no two rows of a table may share; a number given by a branch counts within that branch."""
    key = list(table.key)
    if any(c.name == "org_id" for c in table.columns) and "org_id" not in key:
        key.append("org_id")
    return key


class Loader:
    """Loads one table from its staging table into the typed one."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table):
        self.con = con
        self.table = table
        self.stage = f"stage_{table.name}"
        self.parsed = f"parsed_{table.name}"
        self.person = person_column(table)
        self.kind = KIND_COLUMNS.get(table.name)

    def run(self) -> bool:
        """Parse all staged records, put bad ones aside, append good ones to the table; false if none is staged."""
        if not self.con.execute(f"SELECT 1 FROM {self.stage} LIMIT 1").fetchone():
            return False
        self._parse()
        self._put_aside_duplicates()
        self._put_aside()
        self._keep()
        return True

    # -- parse ---------------------------------------------------------------------------------------------------

    def _parse(self) -> None:
        values, problems, warnings, joins = [], [], [], []
        for column in self.table.columns:
            value, problem, warning, join = self._column(column)
            values.append(f'{value} AS "{column.name}"')
            if column.required:
                problem = f"coalesce({problem}, CASE WHEN {value} IS NULL THEN 'required' END)"
            problems.append(f"'{column.name}:' || {problem}")
            if warning != "NULL":
                warnings.append(f"'{column.name}:' || {warning}")
            joins.append(join)
        # a name is looked up within the organisation, so that join comes after the one for the organisation
        joins.sort(key=lambda join: "wb_names" in join)
        names = "person_name, person_masked" if self.person else "NULL AS person_name, NULL AS person_masked"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {self.parsed} AS
            SELECT rid, source_id, source_row, {names}, {", ".join(values)},
                   {_present(problems)} AS problems, {_present(warnings)} AS warnings
            FROM {self.stage} s {" ".join(joins)}
        """)

    def _column(self, column: Column) -> tuple[str, str, str, str]:
        """SQL of value, problem, warning and the join that brings them."""
        raw = f's."{column.name}"'
        if column.type is ColumnType.PERSON:
            return self._person(column, raw)
        if column.name == "step":
            join = f"LEFT JOIN wb_steps k ON k.spelling = wb_name({raw}) AND k.process = m_process.value"
            found = f"wb_text({raw}) IS NOT NULL AND k.value IS NULL AND m_process.value IS NOT NULL"
            unknown = f"CASE WHEN {found} THEN 'step' END"
            return "k.value", unknown, "NULL", join
        query = map_query(self.table, column)
        if query is None:
            return text_value(column, raw), "NULL", "NULL", ""
        name = f"map_{column.name}"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE {name} AS
            WITH distinct_raw AS (
                SELECT DISTINCT "{column.name}" AS raw FROM {self.stage} WHERE "{column.name}" IS NOT NULL
            )
            SELECT raw, value, CAST(problem AS VARCHAR) AS problem, CAST(warning AS VARCHAR) AS warning FROM ({query})
        """)
        m = f"m_{column.name}"
        value = f"{m}.value"
        if column.name == "full_time":  # 专职副书记 says so in the role, whose term is 副书记
            value = f"coalesce({value}, CASE WHEN s.role LIKE '%专职%' THEN true END)"
        return value, f"{m}.problem", f"{m}.warning", f"LEFT JOIN {name} {m} ON {m}.raw = {raw}"

    def _person(self, column: Column, raw: str) -> tuple[str, str, str, str]:
        is_key = f"{raw} NOT LIKE '{PROBLEM_MARK}%'"
        if column.name != self.person:
            return self._other_person(column, raw, is_key)
        fault = f"CASE WHEN NOT {is_key} THEN {raw}[2:] END"
        value, join = f"CASE WHEN {is_key} THEN {raw} END", ""
        if self.table.name != "people":
            join = f"LEFT JOIN wb_names n ON {raw} IS NULL AND n.token = s.person_name AND n.org_id = m_org_id.value"
            value = f"coalesce({value}, n.person_id)"
        fault = f"coalesce({fault}, CASE WHEN s.person_name IS NOT NULL AND {value} IS NULL THEN 'name' END)"
        return (value, fault, "NULL", join) if column.required else (value, "NULL", fault, join)

    def _other_person(self, column: Column, raw: str, is_key: str) -> tuple[str, str, str, str]:
        """A further person: a key, or a name looked up in the organisation; unknown: left empty with a warning."""
        n = f"n_{column.name}"
        value = f"coalesce(CASE WHEN {is_key} THEN {raw} END, {n}.person_id)"
        join = f'LEFT JOIN wb_names {n} ON {n}.token = s."{column.name}_name" AND {n}.org_id = m_org_id.value'
        return value, "NULL", f"CASE WHEN {raw} IS NOT NULL AND {value} IS NULL THEN 'name' END", join

    # -- put aside -----------------------------------------------------------------------------------------------

    def _put_aside_duplicates(self) -> None:
        """Mark every record whose key an earlier good record has; ``duplicate``: it says nothing else either."""
        stored = ", ".join(f'"{c.name}"' for c in self.table.columns)
        key = ", ".join(f'"{name}"' for name in key_columns(self.table))
        unsure = ""
        if self.person and self.person in self.table.key:
            # two rows whose person could not be found are the same only if they named the same person
            unsure = ", CASE WHEN person_id IS NULL THEN coalesce(person_name, '') || coalesce(person_masked, '') END"
        if self.table.name == "activities":
            same_id = f"CASE WHEN regexp_full_match(activity_id, '{RUNNING_NUMBER}') THEN NULL ELSE activity_id END"
            self.con.execute(f"UPDATE {self.parsed} SET activity_id = {same_id} WHERE activity_id IS NOT NULL")
            unsure = f", CASE WHEN activity_id IS NULL THEN hash(source_id, {stored}, person_name, person_masked) END"
        self.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE wb_duplicates AS
            WITH good AS (SELECT rid, hash({stored}) AS content, hash({key}{unsure}) AS same FROM {self.parsed}
                          WHERE len(problems) = 0),
            many AS (SELECT same FROM good GROUP BY same HAVING count(*) > 1)
            SELECT rid, first_value(rid) OVER w AS first_rid, content = first_value(content) OVER w AS duplicate
            FROM good SEMI JOIN many USING (same) WINDOW w AS (PARTITION BY same ORDER BY rid)
        """)
        self.con.execute("DELETE FROM wb_duplicates WHERE rid = first_rid")
        self.con.execute(f"""
            UPDATE {self.parsed} AS p
            SET problems = [':duplicate|' || (SELECT place_of(f.source_id, f.source_row) FROM {self.parsed} f
                                              WHERE f.rid = d.first_rid)]
            FROM wb_duplicates d WHERE d.rid = p.rid
        """)

    def _put_aside(self) -> None:
        name = self.table.name
        org = "p.org_id" if any(c.name == "org_id" for c in self.table.columns) else "NULL"
        kind = f"p.{self.kind}" if self.kind else "NULL"
        source = f"FROM {self.parsed} p LEFT JOIN wb_duplicates d USING (rid) WHERE len(p.problems) > 0 ORDER BY p.rid"
        self.con.execute(f"""
            INSERT INTO rejected
            SELECT '{name}', {org}, {kind}, p.source_id, p.source_row, coalesce(d.duplicate, false) {source}
        """)
        context = "p.process" if name == "case_steps" else "NULL"
        self.con.execute(f"""
            INSERT INTO reject_details
            SELECT '{name}', p.source_id, p.source_row, p.problems, {context}, {cells_sql(self.table, "s")}
            FROM {self.parsed} p JOIN {self.stage} s USING (rid) WHERE len(p.problems) > 0 ORDER BY p.rid
        """)

    # -- keep ----------------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        columns = [f'p."{c.name}"' for c in self.table.columns]
        if self.table.name == "activities":
            columns[0] = f"coalesce(p.activity_id, {generated_id('p.source_id', 'p.source_row')})"
        self.con.execute(f"""
            INSERT INTO {self.table.name}
            SELECT {", ".join(columns)}, p.source_id, p.source_row FROM {self.parsed} p
            WHERE len(p.problems) = 0 ORDER BY p.rid
        """)


def generated_id(source_id: str, source_row: str) -> str:
    """SQL of an activity number made from the place of its row, the same on every intake of the same files."""
    return f"'auto-' || md5(place_of({source_id}, {source_row}))[1:16]"


def _present(codes: list[str]) -> str:
    """SQL of the list of those codes that are not NULL."""
    if not codes:
        return "CAST([] AS VARCHAR[])"
    return f"list_filter([{', '.join(codes)}], lambda x: x IS NOT NULL)"
