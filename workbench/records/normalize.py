"""Text to typed values, vectorised: one map from distinct raw texts to values per column (规范化).

Each map is a temporary table ``(raw, value, problem, warning)``; ``problem`` rejects the row, ``warning`` keeps it.
Codes may carry a detail after ``|``. :mod:`workbench.records.wording` puts them into words.
"""

from __future__ import annotations

import duckdb

from workbench.records.aliases import BLANK_WORDS, BLANKS, FALSE_SPELLINGS, TRUE_SPELLINGS, spellings, step_spellings
from workbench.records.tables import TABLES, Column, ColumnType, Table

T = ColumnType

#: DuckDB type of each column type.
SQL_TYPES = {
    T.TEXT: "VARCHAR",
    T.ORG: "VARCHAR",
    T.PERSON: "VARCHAR",
    T.TERM: "VARCHAR",
    T.LIST: "VARCHAR[]",
    T.DATE: "DATE",
    T.MONTH: "DATE",
    T.NUMBER: "DOUBLE",
    T.YEAR: "INTEGER",
    T.BOOLEAN: "BOOLEAN",
}

_FULL = "".join(chr(c) for c in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)))
_HALF = "".join(chr(ord(c) - 0xFEE0) for c in _FULL)
_SPACES = "\u3000\u00a0\t\r\n\u2003\u2002"
_NOTHING = "\u200b\ufeff\u200e\u200f\u2060"
_PUNCTUATION = ("／．－：，（）；＋", "/.-:,();+")


def quoted(text: str) -> str:
    """``text`` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _list(texts) -> str:
    return ", ".join(quoted(t) for t in texts)


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Macros for cleaning text and the tables of known spellings, both temporary."""
    # plain ASCII (as many bytes as characters) needs no translation, which is slow
    fold = (
        f"CASE WHEN strlen(s) = length(s) THEN trim(s, {quoted(' ' + _SPACES)}) ELSE "
        f"trim(translate(s, {quoted(_FULL + _SPACES + _NOTHING)}, {quoted(_HALF + ' ' * len(_SPACES))})) END"
    )
    con.execute(f"CREATE OR REPLACE TEMP MACRO wb_fold(s) AS {fold}")
    con.execute(
        "CREATE OR REPLACE TEMP MACRO wb_text(s) AS "
        f"CASE WHEN wb_fold(s) IN ('', {_list(BLANKS)}) THEN NULL ELSE wb_fold(s) END"
    )
    # a text with its punctuation half width and 无 and the like taken as empty: for dates, numbers, lists
    con.execute(
        "CREATE OR REPLACE TEMP MACRO wb_value(s) AS "
        f"translate(wb_text(s), {quoted(_PUNCTUATION[0])}, {quoted(_PUNCTUATION[1])})"
    )
    con.execute(
        "CREATE OR REPLACE TEMP MACRO wb_said(s) AS "
        f"CASE WHEN wb_value(s) IN ({_list(BLANK_WORDS)}) THEN NULL ELSE wb_value(s) END"
    )
    con.execute("CREATE OR REPLACE TEMP MACRO wb_name(s) AS regexp_replace(wb_value(s), '\\s+', '', 'g')")
    known = [
        (table.name, column.name, spelling, value)
        for table in TABLES.values()
        for column in table.columns
        for spelling, value in spellings(column).items()
    ]
    _create(con, "wb_terms", ("tbl", "col", "spelling", "value"), known)
    _create(con, "wb_steps", ("process", "spelling", "value"), step_spellings())


def _create(con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    # as lists: the database imports pandas to look at anything of Arrow
    given = ", ".join(f"unnest(CAST(? AS VARCHAR[])) AS {column}" for column in columns)
    con.execute(
        f"CREATE TEMP TABLE {name} AS SELECT * REPLACE (wb_name(spelling) AS spelling) FROM (SELECT {given})",
        [list(texts) for texts in zip(*rows, strict=True)],
    )


_DATE_PARTS = r"""
    SELECT raw, t,
           regexp_extract(t, '^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?'
               '(?:[ T]*(?:\d{1,2}[:时点]|上午|下午|晚上|[(]?(?:星期|周)).*)?$', ['y', 'm', 'd']) AS p,
           regexp_extract(t, '^(\d{4})(?:[-/年]|[.])(\d{1,2})月?份?$', ['y', 'm']) AS q
    FROM (SELECT raw, wb_said(raw) AS t FROM distinct_raw)
"""
_DAY = r"""
    CASE WHEN p.y <> '' THEN try_cast(p.y || '-' || p.m || '-' || p.d AS DATE)
         WHEN regexp_full_match(t, '\d{8}')
             THEN try_cast(t[1:4] || '-' || t[5:6] || '-' || t[7:8] AS DATE)
         WHEN regexp_full_match(t, '\d{5}([.]\d+)?') AND try_cast(t AS DOUBLE) BETWEEN 18264 AND 73050
             THEN DATE '1899-12-30' + CAST(floor(try_cast(t AS DOUBLE)) AS INTEGER)
    END
"""
# 2026.1 typed as a number may be January or October: nobody can tell
_MONTH = r"""
    CASE WHEN regexp_full_match(t, '\d{4}[.]1') THEN NULL
         WHEN q.y <> '' THEN try_cast(q.y || '-' || q.m || '-1' AS DATE)
         WHEN regexp_full_match(t, '(19|20)\d{4}') THEN try_cast(t[1:4] || '-' || t[5:6] || '-1' AS DATE)
    END
"""
_IN_RANGE = "BETWEEN DATE '1900-01-01' AND DATE '2100-12-31'"


def _date_query(column: Column) -> str:
    month = column.type is T.MONTH
    value = "CAST(date_trunc('month', coalesce(day, month)) AS DATE)" if month else "coalesce(day, month)"
    warning = "NULL" if month else "CASE WHEN day IS NULL AND month IS NOT NULL THEN 'month_only' END"
    return f"""
        WITH parts AS ({_DATE_PARTS}), dated AS (SELECT raw, t, {_DAY} AS day, {_MONTH} AS month FROM parts),
        kept AS (SELECT raw, t, CASE WHEN day {_IN_RANGE} THEN day END AS day,
                        CASE WHEN month {_IN_RANGE} THEN month END AS month FROM dated)
        SELECT raw, {value} AS value,
               CASE WHEN t IS NOT NULL AND day IS NULL AND month IS NULL
                    THEN CASE WHEN regexp_full_match(t, '\\d{{4}}[.]1') THEN 'month_unclear'
                              ELSE '{column.type.name.lower()}' END
               END AS problem, {warning} AS warning
        FROM kept
    """


def _number_query(column: Column) -> str:
    units = sorted(
        {column.unit, "元", "学时", "小时", "课时", "人", "件", "个", "次", "月", "名"} - {""}, key=len, reverse=True
    )
    return f"""
        WITH cleaned AS (
            SELECT raw, wb_value(raw) AS t,
                   regexp_replace(regexp_replace(wb_value(raw), '[,\\s¥￥]', '', 'g'), '({"|".join(units)})$', '') AS n
            FROM distinct_raw
        ), cast_ AS (
            SELECT raw, t, CASE WHEN regexp_full_match(n, '[+-]?(\\d+([.]\\d*)?|[.]\\d+)([eE][+-]?\\d+)?')
                                THEN try_cast(n AS DOUBLE) END AS value FROM cleaned
        )
        SELECT raw, value, NULL AS warning,
               CASE WHEN t IS NOT NULL AND (value IS NULL OR NOT isfinite(value)) THEN 'number' END AS problem
        FROM cast_
    """


_YEAR_QUERY = """
    WITH cleaned AS (SELECT raw, wb_said(raw) AS t FROM distinct_raw),
    cast_ AS (SELECT raw, t, try_cast(regexp_extract(t, '^((?:19|20)\\d{2})(?:年度?|[-/.年].*)?$', 1) AS INTEGER) AS value
              FROM cleaned)
    SELECT raw, value, CASE WHEN t IS NOT NULL AND value IS NULL THEN 'year' END AS problem, NULL AS warning FROM cast_
"""


def _boolean_query(table: Table) -> str:
    # an organisation stays although such a cell is unclear: rejecting it would reject every row of it
    unclear = "CASE WHEN t IS NOT NULL AND value IS NULL THEN 'boolean' END"
    kept = table.name == "organizations"
    return f"""
        WITH cleaned AS (SELECT raw, upper(wb_text(raw)) AS t FROM distinct_raw),
        said AS (SELECT raw, t, CASE WHEN t IN ({_list(TRUE_SPELLINGS)}) THEN true
                                     WHEN t IN ({_list(FALSE_SPELLINGS)}) THEN false END AS value FROM cleaned)
        SELECT raw, value, {"NULL" if kept else unclear} AS problem, {unclear if kept else "NULL"} AS warning FROM said
    """


def _term_query(table: Table, column: Column) -> str:
    unknown = "CASE WHEN t IS NOT NULL AND value IS NULL THEN 'term' END"
    problem, warning = (unknown, "NULL") if column.required else ("NULL", unknown)
    return f"""
        WITH cleaned AS (SELECT raw, wb_name({"raw" if column.required else "wb_said(raw)"}) AS t FROM distinct_raw),
        found AS (SELECT raw, t, k.value FROM cleaned LEFT JOIN wb_terms k
                  ON k.tbl = '{table.name}' AND k.col = '{column.name}' AND k.spelling = t)
        SELECT raw, value, {problem} AS problem, {warning} AS warning FROM found
    """


def _list_query(table: Table, column: Column) -> str:
    items = r"list_filter(regexp_split_to_array(wb_said(raw), '[、,;；/|\s]+'), lambda x: x <> '')"
    if column.terms is None:
        return f"""SELECT raw, CASE WHEN len({items}) > 0 THEN {items} END AS value, NULL AS problem, NULL AS warning
                   FROM distinct_raw"""
    return f"""
        WITH whole AS (SELECT raw, CASE WHEN k.value IS NOT NULL THEN [raw] ELSE {items} END AS items
                       FROM distinct_raw LEFT JOIN wb_terms k
                       ON k.tbl = '{table.name}' AND k.col = '{column.name}' AND k.spelling = wb_name(raw)),
        single AS (SELECT raw, unnest(items) AS item FROM whole),
        found AS (SELECT raw, item, k.value FROM single LEFT JOIN wb_terms k
                  ON k.tbl = '{table.name}' AND k.col = '{column.name}' AND k.spelling = wb_name(item))
        SELECT raw, list_sort(list(DISTINCT value) FILTER (value IS NOT NULL)) AS value, NULL AS problem,
               'items|' || string_agg(item, '、') FILTER (value IS NULL) AS warning
        FROM found GROUP BY raw
    """


_ORG_QUERY = """
    WITH cleaned AS (SELECT raw, wb_name(raw) AS t FROM distinct_raw)
    SELECT raw, o.org_id AS value,
           CASE WHEN t IS NOT NULL AND o.name IS NULL THEN 'org_unknown'
                WHEN o.candidates IS NOT NULL THEN 'org_ambiguous|' || o.candidates END AS problem, NULL AS warning
    FROM cleaned LEFT JOIN wb_orgs o ON o.name = t
"""


def map_query(table: Table, column: Column) -> str | None:
    """SQL from ``distinct_raw(raw)`` to ``(raw, value, problem, warning)``; ``None`` for columns read without a map."""
    if column.type in (T.DATE, T.MONTH):
        return _date_query(column)
    if column.type is T.LIST:
        return _list_query(table, column)
    if column.type is T.TERM:
        return _term_query(table, column)
    if column.type is T.BOOLEAN:
        return _boolean_query(table)
    return {T.NUMBER: _number_query(column), T.YEAR: _YEAR_QUERY, T.ORG: _ORG_QUERY}.get(column.type)


def text_value(column: Column, raw: str) -> str:
    """SQL of a ``TEXT`` value; 无 in an optional one means empty."""
    if column.required:
        return f"wb_text({raw})"
    return f"CASE WHEN wb_text({raw}) IN ({_list(BLANK_WORDS)}) THEN NULL ELSE wb_text({raw}) END"
