"""A long list, ordered once and read by slices: one small table of codes per filter, however wide the rows are.

The results stay in Parquet. Of a list only the order is kept, two integers per row, so that also a list of a million
rows takes a few megabytes and any slice of it is read in the time of one scan.
"""

from __future__ import annotations

from typing import Any

import duckdb

#: Sortable columns of the list → what they are ordered by. Texts stand here as ranks: integers sort many times faster.
SORTS = {
    "name": "s.by_name", "unit": "s.by_unit", "document": "t.by_document", "clause": "t.ord",
    "description": "t.by_description", "verdict": "r.verdict", "observed": "r.observed",
    "required": "t.by_required", "period": "r.period",
}

#: Every subject and every requirement that occurs, known to the run or not, numbered in the order of the list.
_SUBJECTS = """
    CREATE TABLE subjects AS
    SELECT subject AS org, (row_number() OVER (ORDER BY o.unit_id, subject))::UINTEGER AS place,
        (dense_rank() OVER (ORDER BY coalesce(o.name, subject)))::UINTEGER AS by_name,
        CASE WHEN o.unit_name IS NOT NULL THEN (dense_rank() OVER (ORDER BY o.unit_name))::UINTEGER END AS by_unit
    FROM (SELECT DISTINCT subject FROM results) LEFT JOIN organizations o ON o.org_id = subject
"""
_TOPICS = """
    CREATE TABLE topics AS
    SELECT requirement AS entry, q.ord, (row_number() OVER (ORDER BY q.ord, requirement))::UINTEGER AS place,
        CASE WHEN q.id IS NOT NULL THEN dense_rank() OVER (ORDER BY q.document_title) END AS by_document,
        CASE WHEN q.id IS NOT NULL THEN dense_rank() OVER (ORDER BY q.description) END AS by_description,
        CASE WHEN q.id IS NOT NULL THEN dense_rank() OVER (ORDER BY q.required_text) END AS by_required
    FROM (SELECT DISTINCT requirement FROM results) LEFT JOIN requirements q ON q.id = requirement
"""


class LongList:
    """The lists of one run, over its tables ``results``, ``organizations``, ``requirements`` and its view ``listed``.

    The list asked for last is kept: its slices follow one another while somebody scrolls.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self._con = con
        self._kept: tuple[str, list[Any], str] | None = None
        con.execute(_SUBJECTS)
        con.execute(_TOPICS)

    def _choose(self, where: str, values: list[Any], sort: str) -> None:
        """Put the rows of a condition in order; ties, and what is not sorted, by unit, subject and requirement."""
        if (where, values, sort) == self._kept:
            return
        self._kept = None
        order = f"{SORTS[sort.lstrip('-')]} {'DESC' if sort[0] == '-' else 'ASC'} NULLS LAST, " if sort else ""
        self._con.execute(
            "CREATE OR REPLACE TABLE chosen AS SELECT s.place AS org, t.place AS entry FROM results r"
            " JOIN subjects s ON s.org = r.subject JOIN topics t ON t.entry = r.requirement"
            f" WHERE {where} ORDER BY {order}s.place, t.place",
            values,
        )
        self._kept = (where, list(values), sort)

    def part(self, where: str, values: list[Any], sort: str, first: int, count: int) -> list[dict[str, Any]]:
        """Rows ``first`` (from 0) to ``first + count`` of ``listed`` under a condition on ``results``, in order.

        ``sort``: a key of ``SORTS``, with ``-`` before it for descending; empty for the order of the run."""
        self._choose(where, values, sort)
        cursor = self._con.execute(
            "WITH part AS (SELECT c.rowid AS n, s.org, t.entry FROM chosen c"
            " JOIN subjects s ON s.place = c.org JOIN topics t ON t.place = c.entry"
            " WHERE c.rowid >= ? AND c.rowid < ?)"
            " SELECT l.* FROM part JOIN listed l ON l.subject = part.org AND l.requirement = part.entry"
            " ORDER BY part.n",
            [first, first + count],
        )
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
