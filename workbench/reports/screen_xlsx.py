"""A :class:`~workbench.reports.screen.Screen` as XLSX: one sheet a table, numbers as numbers, rows streamed."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from workbench.display import ROUNDED
from workbench.errors import UsageError
from workbench.reports.screen import NOTE, Column, Screen, Share, Table
from workbench.reports.xlsx import MAX_CELL, MAX_ROWS, fitted, write_cell

#: Rows of a sheet that a picture takes, and its width in pixels.
_PICTURE_ROWS, _PICTURE_WIDTH = 22, 760
#: At the end of a text that a cell does not hold.
_CUT = "…（本格超过 Excel 上限，全文见导出的网页或 Word）"
#: Tables wider than this many characters are printed across.
_PORTRAIT = 100


def to_xlsx(screen: Screen) -> bytes:
    """The file. Raises :class:`~workbench.errors.UsageError` when a table does not fit on a sheet.

    A text that a cell does not hold is cut, and says so; so does the head of its sheet.
    """
    data, cut = _written(screen, {})
    # What was cut is known when the rows have gone by, and its head with them: then everything is written once more.
    return _written(screen, cut)[0] if cut else data


def _written(screen: Screen, told: dict[str, int]) -> tuple[bytes, dict[str, int]]:
    """The file whose heads tell how many cells were cut on each sheet, and on which sheets how many were."""
    out, cut = io.BytesIO(), {}
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False
    }
    with xlsxwriter.Workbook(out, options) as book:
        # The day is the one that was given, nothing says who made the file or when.
        made = datetime.combine(date.fromisoformat(screen.as_of), datetime.min.time())
        book.set_properties({"title": f"{screen.city}{screen.title}", "comments": NOTE[1], "created": made})
        formats = _formats(book)
        for table in screen.tables:
            if n := _sheet(book.add_worksheet(table.name), screen, table, formats, told.get(table.name, 0)):
                cut[table.name] = n
        if screen.pictures:
            _pictures(book.add_worksheet("图"), screen, formats)
    return out.getvalue(), cut


def _formats(book: Any) -> dict[str, Any]:
    head = {"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True}
    return {
        "bold": book.add_format({"bold": True}), "header": book.add_format(head),
        "header_figures": book.add_format(head | {"align": "right"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "percent": book.add_format({"num_format": "0.0%"}), "right": book.add_format({"align": "right"}),
        # What rounding would make nobody or everybody of is shown as everywhere else; the cell holds the figure.
        **{text: book.add_format({"num_format": f'"{text}"', "align": "right"}) for text in ROUNDED},
    }


def _head(sheet: Any, lines: Sequence[tuple[str, str]], formats: dict[str, Any]) -> int:
    """Lines above a table; the row after them, one left empty."""
    for r, (name, text) in enumerate(lines):
        sheet.write_string(r, 0, name, formats["bold"])
        sheet.write_string(r, 1, fitted(str(text), _CUT))
    return len(lines) + 1


def _sheet(sheet: Any, screen: Screen, table: Table, formats: dict[str, Any], told: int) -> int:
    """One table, whose head tells that ``told`` of its cells are cut; how many were."""
    beware = ((
        "没有写全", f"{told:,} 格的文字超过 Excel 每格 {MAX_CELL:,} 字的上限，格末有说明；全文见导出的网页或 Word"
    ),) if told else ()
    # A sheet may be sent on alone: each says whence it is.
    top = _head(sheet, (*screen.head, ("表", table.caption), *table.head, *beware, NOTE), formats)
    if top + 1 + table.total > MAX_ROWS:
        raise UsageError(
            "导出的行数超出一张工作表", found=f"{table.total:,} 行", expected=f"不超过 {MAX_ROWS - top - 1:,} 行",
            next_step="请先按单位、文件或判定筛选，再导出",
        )
    cut, headers = 0, [header for column in table.columns for header in _headers(column)]
    for c, (header, width, figures) in enumerate(headers):
        sheet.set_column(c, c, width)
        sheet.write_string(top, c, header, formats["header_figures" if figures else "header"])
    for r, row in enumerate(table.rows, start=top + 1):
        cells = (cell for column, value in zip(table.columns, row, strict=True) for cell in _cells(column, value))
        for c, (value, form) in enumerate(cells):
            cut += not write_cell(sheet, r, c, value, formats["day"], formats.get(form), _CUT)
    sheet.freeze_panes(top + 1, 1)
    if table.total:
        sheet.autofilter(top, 0, top + table.total, len(headers) - 1)
    if sum(width for _, width, _ in headers) > _PORTRAIT:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    return cut


def _headers(column: Column) -> Iterator[tuple[str, float, bool]]:
    """Header, width and whether figures, of the columns that one becomes."""
    if column.share is None:
        yield column.header, column.width, column.figures
        return
    for name in column.share:
        yield f"{column.header} {name}".strip(), max(9, column.width / 2), True
    if column.percent:
        yield f"{column.header} 占比".strip(), 9, True


def _cells(column: Column, value: Any) -> Iterator[tuple[Any, str]]:
    """Value and format of the cells that one becomes."""
    if column.share is None:
        yield value, "right" if column.figures and isinstance(value, str) else ""
        return
    judged = isinstance(value, Share)
    yield (value.k if judged else value), "" if judged else "right"
    yield (value.n if judged else None), ""
    if column.percent:
        text = value.percent if judged else ""
        yield (value.k / value.n if judged and value.n else None), text if text in ROUNDED else "percent"


def _pictures(sheet: Any, screen: Screen, formats: dict[str, Any]) -> None:
    r = _head(sheet, (*screen.head, NOTE), formats)
    sheet.set_column(0, 0, 14)
    for number, picture in enumerate(screen.pictures, 1):
        sheet.write_string(r, 0, fitted(picture.title, _CUT), formats["bold"])
        scale = min(1.0, _PICTURE_WIDTH / picture.width, (_PICTURE_ROWS - 2) * 20 / picture.height)
        sheet.insert_image(r + 1, 0, f"{number}.png", {
            "image_data": io.BytesIO(picture.png), "x_scale": scale, "y_scale": scale, "description": picture.title,
        })
        r += _PICTURE_ROWS
