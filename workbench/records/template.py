"""The empty ledger workbook (台账模板), made from the declarations: filled in, it loads without a message."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workbench.records.readers import Sheet
from workbench.records.tables import TABLES, Column, ColumnType, Table
from workbench.vocabulary import STEPS

#: Hidden sheet with the terms of the drop-down lists; intake passes over it.
TERM_SHEET = "词表"
#: Row of the headers, from 0; a title and a note stand above.
HEADER_ROW = 2
_LAST_ROW = 20_000
_FORMATS = {
    ColumnType.TEXT: "@", ColumnType.ORG: "@", ColumnType.PERSON: "@", ColumnType.TERM: "@", ColumnType.LIST: "@",
    ColumnType.BOOLEAN: "@", ColumnType.DATE: "yyyy-mm-dd", ColumnType.MONTH: "yyyy-mm", ColumnType.YEAR: "0",
    ColumnType.NUMBER: "General",
}


def is_term_sheet(sheet: Sheet) -> bool:
    """Whether this is the template's own hidden sheet of terms."""
    return sheet.hidden and sheet.name == TERM_SHEET


def write_template(path: Path | str) -> None:
    """Write an empty ledger workbook: a sheet per table with title, note, headers, comments and drop-down lists.

    >>> write_template("空白台账.xlsx")
    """
    with xlsxwriter.Workbook(path) as book:
        sheets = {table.name: book.add_worksheet(table.title) for table in TABLES.values()}
        ranges = _write_terms(book)
        styles = {
            "title": book.add_format({"bold": True, "font_size": 15}),
            "note": book.add_format({"font_color": "#5F6B76", "italic": True}),
            "header": book.add_format({"bold": True, "bg_color": "#E4E9EE", "border": 1, "text_wrap": True}),
            "required": book.add_format({"bold": True, "bg_color": "#F6D9D5", "border": 1, "text_wrap": True}),
        }
        formats = {type_: book.add_format({"num_format": code}) for type_, code in _FORMATS.items()}
        for table in TABLES.values():
            _write_sheet(sheets[table.name], table, styles, formats, ranges)


def _write_terms(book: Workbook) -> dict[tuple[str, str], str]:
    """Write the hidden sheet; (table, column) → its range. Steps are named ranges, one per process."""
    sheet = book.add_worksheet(TERM_SHEET)
    sheet.very_hidden()
    ranges: dict[tuple[str, str], str] = {}
    position = 0

    def put(title: str, terms: tuple[str, ...]) -> str:
        nonlocal position
        sheet.write_column(0, position, [title, *terms])
        letter = xlsxwriter.utility.xl_col_to_name(position, col_abs=True)
        position += 1
        return f"='{TERM_SHEET}'!{letter}$2:{letter}${len(terms) + 1}"

    for table in TABLES.values():
        for column in table.columns:
            if column.type is ColumnType.TERM:
                ranges[table.name, column.name] = put(f"{table.title} {column.header}", column.allowed)
    for process, steps in STEPS.items():
        book.define_name(f"步骤_{process.value}", put(f"步骤 {process.value}", steps))
    return ranges


def _write_sheet(sheet: Worksheet, table: Table, styles: dict, formats: dict, ranges: dict) -> None:
    sheet.write_string(0, 0, f"{table.title}台账", styles["title"])
    sheet.write_string(1, 0, _note(table), styles["note"])
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, 20, formats[column.type])
        sheet.write_string(HEADER_ROW, position, column.header, styles["required" if column.required else "header"])
        sheet.write_comment(HEADER_ROW, position, _comment(column), {"x_scale": 2, "y_scale": 1.6})
        if rule := _validation(table, column, ranges):
            sheet.data_validation(HEADER_ROW + 1, position, _LAST_ROW, position, rule)


def _note(table: Table) -> str:
    base = "每行一条记录；红底列必填；日期写作 2026-03-05；一格多项用、隔开；不要改动表头。"
    return f"{base}{table.note}"


def _comment(column: Column) -> str:
    lines = [f"类型：{column.type.value}{f'（{column.unit}）' if column.unit else ''}", "必填" if column.required else "可空"]
    if column.note:
        lines.append(column.note)
    if column.allowed:
        lines.append("可填：" + "、".join(column.allowed))
    if column.name == "step":
        lines.append("先选流程，再选该流程的步骤")
    return "\n".join(lines)


def _validation(table: Table, column: Column, ranges: dict) -> dict | None:
    """Drop-down list of a column, if it has one."""
    common = {"validate": "list", "error_title": "不在词表中", "error_message": "请从下拉列表中选择"}
    if column.type is ColumnType.TERM:
        return common | {"source": ranges[table.name, column.name]}
    if column.type is ColumnType.BOOLEAN:
        return common | {"source": ["是", "否"]}
    if column.name == "step":
        process = next(i for i, c in enumerate(table.columns) if c.name == "process")
        cell = xlsxwriter.utility.xl_rowcol_to_cell(HEADER_ROW + 1, process, col_abs=True)
        return common | {"source": f'=INDIRECT("步骤_"&{cell})'}
    return None
