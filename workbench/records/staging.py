"""Raw rows of every ledger, streamed as text into one staging table per declared table (暂存)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from operator import itemgetter

import duckdb
import pyarrow as pa

from workbench.records.aliases import PAID_MARKS
from workbench.records.headers import HEAD_ROWS, Layout, normal
from workbench.records.identity import PROBLEM_MARK, PersonKeys
from workbench.records.readers import Region, Sheet
from workbench.records.tables import TABLES, ColumnType, Table

BATCH = 20_000
_TOTALS = ("合计", "总计", "小计", "累计")


def as_text(value: object) -> str | None:
    """One cell as text: whole numbers without a point, dates as ISO, lists joined by 、."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple)):
        return "、".join(t for t in map(as_text, value) if t)
    return str(value)


def person_column(table: Table) -> str | None:
    """Name of the table's ``PERSON`` column, if it has one."""
    return next((c.name for c in table.columns if c.type is ColumnType.PERSON), None)


def other_people(table: Table) -> tuple[str, ...]:
    """Names of its further ``PERSON`` columns; such a cell may hold a number or a name (主持人)."""
    return tuple(c.name for c in table.columns if c.type is ColumnType.PERSON)[1:]


def fill_merged(rows: Iterable[Sequence[object]], merged: Sequence[Region], across: bool) -> Iterator[Sequence[object]]:
    """Rows with merged cells filled from their first cell: downwards, and ``across`` too where asked (headers).

    A row that is empty but for merged cells stays empty.
    """
    waiting = sorted(merged, reverse=True)
    active: list[tuple[Region, object]] = []
    for index, row in enumerate(rows):
        while waiting and waiting[-1][0] <= index:
            region = waiting.pop()
            if region[0] == index and region[1] < len(row):
                active.append((region, row[region[1]]))
        if active:
            active = [(region, value) for region, value in active if region[2] >= index]
            row = _filled(row, active, across)
        yield row


def _filled(row: Sequence[object], active: list[tuple[Region, object]], across: bool) -> Sequence[object]:
    if all(cell in ("", None) for cell in row):
        return row
    cells = list(row)
    for (_, left, _, right), value in active:
        for column in range(left, (right if across else left) + 1):
            if column < len(cells) and cells[column] in ("", None):
                cells[column] = value
    return cells


def split_head(sheet: Sheet) -> tuple[list[Sequence[object]], Iterator[Sequence[object]]]:
    """The first rows of a sheet with merged header cells filled, and all of its rows from the top."""
    rows = iter(sheet.rows())
    head = list(islice(rows, HEAD_ROWS))
    every = chain(head, rows)
    filled = list(fill_merged(head, sheet.merged, across=True)) if sheet.merged else head
    return filled, fill_merged(every, sheet.merged, across=False) if sheet.merged else every


class Staging:
    """The staging tables ``stage_<table>`` of one intake.

    Every staged record has a number ``rid`` that grows in reading order. ID numbers and names never get here: the
    person column holds keys (or ``!code`` for a problem), beside the masked text and a token of the name; a further
    person column ``x`` has ``x_masked`` and ``x_name`` in the same way.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, keys: PersonKeys):
        self.con = con
        self.keys = keys
        self.next_rid = 0
        for table in TABLES.values():
            columns = ", ".join(f'"{c.name}" VARCHAR' for c in table.columns)
            person = ", person_masked VARCHAR, person_name VARCHAR" if person_column(table) else ""
            person += "".join(f", {name}_masked VARCHAR, {name}_name VARCHAR" for name in other_people(table))
            con.execute(
                f"CREATE TEMP TABLE stage_{table.name} "
                f"(rid BIGINT, source_id INTEGER, source_row INTEGER, {columns}{person})"
            )

    def load(
        self, rows: Iterator[Sequence[object]], layout: Layout, source_id: int, first_row: int
    ) -> Iterator[tuple[int, Counter[str]]]:
        """Stage all records below the header; yields per batch the number staged and the rows left aside by kind.

        Left aside are totals and repeated headers ("aside") and lines of a form not filled in ("unfilled").
        """
        data = enumerate(islice(rows, layout.header_end + 1, None), start=first_row + layout.header_end + 1)
        header = [normal(c) for c in layout.header_cells]
        waits_at = layout.columns.get(layout.table.waits_for)
        while part := list(islice(data, BATCH)):
            kept, aside = [], Counter()
            for number, row in part:
                kind = _row_kind(row, header)
                if kind == "record" and waits_at is not None and _empty(row, waits_at):
                    kind = "unfilled"
                if kind == "record":
                    kept.append((number, row))
                elif kind != "blank":
                    aside[kind] += 1
            count = self._stage(kept, layout, source_id) if kept else 0
            yield count, aside

    def _stage(self, numbered: list[tuple[int, Sequence[object]]], layout: Layout, source_id: int) -> int:
        rows = [row for _, row in numbered]
        texts = {name: _texts(rows, position) for name, position in layout.columns.items()}
        for name, constant in layout.constants.items():
            texts[name] = [constant] * len(rows)
        person = person_column(layout.table)
        if person in texts:
            texts[person], texts["person_masked"] = self.keys.columns(texts[person], layout.free_identifier)
        for name in other_people(layout.table):
            if name in texts:
                self._stage_other(texts, name)
        if layout.name_position is not None:
            texts["person_name"] = [self.keys.name_token(t) for t in _texts(rows, layout.name_position)]
        numbers = pa.array([number for number, _ in numbered], pa.int32())
        if not layout.months:
            self._insert(layout.table, source_id, numbers, 1, 0, texts)
            self.next_rid += len(rows)
            return len(rows)
        years = _texts(rows, layout.year_position) if layout.year_position is not None else None
        return self._stage_months(rows, numbers, layout, source_id, texts, years)

    def _stage_other(self, texts: dict[str, list], name: str) -> None:
        """A further person column: keys where the cells hold numbers, tokens where they hold names."""
        given = texts[name]
        texts[name], texts[f"{name}_masked"] = self.keys.columns(given)
        texts[f"{name}_name"] = [
            self.keys.name_token(text) if staged and staged.startswith(PROBLEM_MARK) else None
            for text, staged in zip(given, texts[name], strict=True)
        ]

    def _stage_months(
        self,
        rows: list[Sequence[object]],
        numbers: pa.Array,
        layout: Layout,
        source_id: int,
        texts: dict[str, list],
        years: list[str | None] | None,
    ) -> int:
        """One record per row and month; a month cell is the amount paid unless its header says otherwise."""
        months = sorted({(m.month, m.year) for m in layout.months}, key=lambda m: (m[1] or 0, m[0]))
        for index, (month, year) in enumerate(months):
            cells = {m.what: _texts(rows, m.position) for m in layout.months if (m.month, m.year) == (month, year)}
            record = {**texts, **cells}
            record["month"] = [f"{year or layout.year}-{month:02d}" if year or layout.year else f"{month}月"] * len(
                rows
            )
            if years:
                given = zip(years, record["month"], strict=True)
                record["month"] = [f"{year_[:4]}-{month:02d}" if year_ else text for year_, text in given]
            if "due" in record and "paid" in record:
                amounts = zip(record["due"], record["paid"], strict=True)
                record["paid"] = [due if paid in PAID_MARKS else paid for due, paid in amounts]
            self._insert(layout.table, source_id, numbers, len(months), index, record)
        self.next_rid += len(rows) * len(months)
        return len(rows) * len(months)

    def _insert(self, table: Table, source_id: int, numbers: pa.Array, step: int, offset: int, texts: dict) -> None:
        """Insert records numbered ``next_rid + offset``, then ``step`` further each."""
        count = len(numbers)
        start = self.next_rid + offset
        arrays = {
            "rid": pa.array(range(start, start + count * step, step), pa.int64()),
            "source_id": pa.array([source_id] * count, pa.int32()),
            "source_row": numbers,
        }
        stored = {c.name for c in table.columns} | {"person_masked", "person_name"}
        stored |= {f"{name}_{kind}" for name in other_people(table) for kind in ("masked", "name")}
        arrays |= {name: pa.array(values, pa.string()) for name, values in texts.items() if name in stored}
        self.con.register("wb_batch", pa.table(arrays))
        self.con.execute(f"INSERT INTO stage_{table.name} BY NAME SELECT * FROM wb_batch")
        self.con.unregister("wb_batch")


def _texts(rows: list[Sequence[object]], position: int) -> list[str | None]:
    try:
        values = map(itemgetter(position), rows)
        return [v if v.__class__ is str else as_text(v) for v in values]
    except IndexError:
        return [as_text(row[position]) if position < len(row) else None for row in rows]


def _empty(row: Sequence[object], position: int) -> bool:
    return position >= len(row) or row[position] is None or not str(row[position]).strip()


def _row_kind(row: Sequence[object], header: list[str]) -> str:
    """ "record", "blank", or "aside" (a total or the header printed again)."""
    for first in row:
        if first not in ("", None):
            break
    else:
        return "blank"
    if isinstance(first, str):
        text = first.strip()
        if not text:
            return "record" if any(str(c).strip() for c in row if c is not None) else "blank"
        if len(text) <= 8 and normal(text).startswith(_TOTALS):
            return "aside"
        if text in header and all(normal(cell) == name for cell, name in zip(row, header, strict=False) if name):
            return "aside"
    return "record"
