"""What was put aside, in words (退回): messages with a cap, and ``rejects.xlsx`` for the branches to mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import xlsxwriter

from workbench.records.loading import cells_sql
from workbench.records.messages import Level, MessageLog
from workbench.records.tables import TABLES, Table
from workbench.records.wording import describe, header_of
from workbench.spreadsheet import defuse

#: Most rows a sheet of the workbook takes; further rows go to further sheets.
_SHEET_ROWS = 1_000_000
_FETCH = 10_000


@dataclass
class Source:
    """One sheet, file or database table that was read; ``table`` is ``None`` when it fits no table."""

    source_id: int
    file: str
    sheet: str
    sha256: str
    table: str | None
    rows_read: int = 0
    reason: str = ""


def tell(
    con: duckdb.DuckDBPyConnection,
    log: MessageLog,
    sources: Sequence[Source],
    table: Table,
    level: Level,
    relation: str,
) -> None:
    """Messages for the coded problems of ``relation`` (rid, source_id, source_row, codes, context, cells)."""
    names = [c.name for c in table.columns]
    groups = _grouped(con, relation, log.cap)
    listed = {rid for *_, rids in groups for rid in rids}
    if not listed:
        return
    con.register("wb_batch", pa.table({"rid": pa.array(sorted(listed), pa.int64())}))
    rows = con.execute(f"SELECT r.* FROM ({relation}) r SEMI JOIN wb_batch USING (rid) ORDER BY rid").fetchall()
    con.unregister("wb_batch")
    wanted = {(rid, column, code) for _, column, code, _, rids in groups for rid in rids}
    for rid, source_id, row, codes, context, cells in rows:
        for column, code, detail in map(parts, codes):
            if (rid, column, code) not in wanted:
                continue
            problem, expected, step = describe(table.name, column, code, detail, context or "")
            value = (cells[names.index(column)] or "") if column else ""
            place = sources[source_id]
            log.add(
                level,
                place.file,
                problem,
                sheet=place.sheet,
                row=row,
                column=header_of(table.name, column),
                value=value,
                expected=expected,
                next_step=step,
            )
    for source_id, column, code, total, _ in groups:
        problem, expected, step = describe(table.name, column, code, "……")
        place = sources[source_id]
        log.summarize(
            level,
            place.file,
            problem,
            total,
            sheet=place.sheet,
            column=header_of(table.name, column),
            expected=expected,
            next_step=step,
        )


def parts(code: str) -> tuple[str, str, str]:
    """Column, code and detail of ``column:code|detail``."""
    column, _, rest = code.partition(":")
    code, _, detail = rest.partition("|")
    return column, code, detail


def _grouped(con: duckdb.DuckDBPyConnection, relation: str, cap: int) -> list[tuple[int, str, str, int, list[int]]]:
    """(source, column, code, number of rows, first row ids) per kind of problem; months of one wide row count once."""
    return con.execute(f"""
        WITH single AS (SELECT rid, source_id, source_row, split_part(unnest(codes), '|', 1) AS c FROM ({relation})),
        lines AS (SELECT source_id, source_row, c, min(rid) AS rid FROM single GROUP BY ALL)
        SELECT source_id, split_part(c, ':', 1), split_part(c, ':', 2), count(*), min(rid, {cap})
        FROM lines GROUP BY ALL ORDER BY ALL
    """).fetchall()


def tell_rejected(con: duckdb.DuckDBPyConnection, log: MessageLog, sources: Sequence[Source], table: Table) -> None:
    """Messages for the rejected rows of one table."""
    tell(
        con,
        log,
        sources,
        table,
        Level.ERROR,
        "SELECT rowid AS rid, source_id, source_row, problems AS codes, context, cells "
        f"FROM reject_details WHERE table_name = '{table.name}'",
    )


def tell_warnings(con: duckdb.DuckDBPyConnection, log: MessageLog, sources: Sequence[Source], table: Table) -> None:
    """Messages for rows that were kept with something changed."""
    tell(
        con,
        log,
        sources,
        table,
        Level.WARNING,
        f"""
        SELECT p.rid, p.source_id, p.source_row, p.warnings AS codes, NULL AS context, {cells_sql(table, "s")} AS cells
        FROM parsed_{table.name} p JOIN stage_{table.name} s USING (rid)
        WHERE len(p.warnings) > 0 AND len(p.problems) = 0
    """,
    )


class _Book:
    """The workbook of rejected rows, written row by row."""

    HEAD = ("文件", "表", "行", "列", "值", "问题", "应为", "处理办法")

    def __init__(self, path: Path):
        self.book = xlsxwriter.Workbook(
            path,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.bold = self.book.add_format({"bold": True, "bg_color": "#DDE6F0", "text_wrap": True})
        self.sheet = None
        self.row = 0
        self.names: set[str] = set()

    def start(self, title: str, headers: Sequence[str]) -> None:
        name, number = title, 1
        while name in self.names:
            number += 1
            name = f"{title}{number}"
        self.names.add(name)
        self.sheet = self.book.add_worksheet(name)
        self.sheet.freeze_panes(1, 3)
        self.sheet.set_column(0, 1, 22)
        self.sheet.set_column(3, len(self.HEAD) + len(headers), 18)
        self.sheet.write_row(0, 0, [*self.HEAD, *(f"原表：{h}" for h in headers)], self.bold)
        self.row = 0

    def add(self, cells: Sequence[object]) -> None:
        self.row += 1
        for column, cell in enumerate(cells):
            if cell not in (None, ""):
                value = defuse(cell)
                write = self.sheet.write_string if isinstance(value, str) else self.sheet.write
                write(self.row, column, value)


def write_rejects(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], path: Path) -> None:
    """Write every rejected row with its place, problems and original cells of the declared columns.

    Person numbers are masked; columns that are not declared (names, phones, addresses) are not there. One sheet per
    table; a sheet that fits no table is one line with its number of rows.
    """
    book = _Book(path)
    for table in TABLES.values():
        headers = [c.header for c in table.columns]
        cursor = con.cursor()
        cursor.execute(
            "SELECT source_id, source_row, problems, context, cells FROM reject_details WHERE table_name = ?",
            [table.name],
        )
        started = False
        while rows := cursor.fetchmany(_FETCH):
            for row in rows:
                if not started or book.row >= _SHEET_ROWS:
                    book.start(table.title, headers)
                    started = True
                book.add(_reject_line(sources, table, *row))
    unread = [s for s in sources if s.table is None and s.rows_read]
    if unread or not book.names:
        book.start("未识别的表", [])
    for s in unread:
        book.add(
            [s.file, s.sheet, "", "", f"{s.rows_read} 行", s.reason, "台账模板中的一种表", "按模板调整表头后重新读入"]
        )
    book.book.close()


def _reject_line(
    sources: Sequence[Source], table: Table, source_id: int, row: int, problems, context, cells
) -> list[object]:
    names = [c.name for c in table.columns]
    told, columns, values = [], [], []
    for code in problems:
        column, code, detail = parts(code)
        told.append(describe(table.name, column, code, detail, context or ""))
        columns.append(header_of(table.name, column))
        values.append((cells[names.index(column)] or "（空）") if column else "")
    place = sources[source_id]
    joined = ["；".join(dict.fromkeys(t[i] for t in told)) for i in range(3)]
    return [
        place.file,
        place.sheet,
        row,
        "、".join(filter(None, columns)),
        "、".join(filter(None, values)),
        *joined,
        *cells,
    ]
