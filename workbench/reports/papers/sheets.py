"""Tables for people to work in (XLSX): title, mark, head that stays, drop-downs, print set-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from workbench.reports.papers.docx_style import BODY_FONT, FIRST_FONT, TITLE_FONT
from workbench.reports.papers.mark import DRAFT, Mark
from workbench.reports.xlsx import fitted
from workbench.spreadsheet import defuse

#: Height of a line of text, and characters that a column of width 1 takes of Chinese (two columns each).
_LINE, _WIDE = 14.0, 2
#: Tables up to this width are printed upright.
_PORTRAIT = 115


@dataclass(frozen=True)
class Column:
    """A column: ``header``, ``width`` in characters of the sheet, ``choices`` of a drop-down, ``filled`` by people."""

    header: str
    width: float
    choices: tuple[str, ...] = ()
    filled: bool = False


class Book:
    """A workbook of one paper; :meth:`close` writes it."""

    def __init__(self, path: str | Path, title: str, mark: Mark):
        self.path, self.title, self.mark = Path(path), title, mark
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._book = xlsxwriter.Workbook(str(self.path), {"strings_to_formulas": False, "strings_to_urls": False})
        # Nothing in a paper depends on when the program ran: the day is the one the person gave.
        self._book.set_properties(
            {"title": title, "comments": mark.line(), "created": datetime.combine(mark.on, datetime.min.time())}
        )
        base = {"font_name": BODY_FONT, "font_size": 10.5, "valign": "top", "text_wrap": True}
        ruled = {**base, "border": 1, "border_color": "#7F7F7F"}
        self._formats = {
            "title": self._book.add_format({"font_name": TITLE_FONT, "font_size": 18, "align": "center"}),
            "head": self._book.add_format({**base, "text_wrap": False, "font_size": 10}),
            "header": self._book.add_format(
                {**ruled, "font_name": FIRST_FONT, "bg_color": "#EDEDED", "align": "center", "valign": "vcenter"}
            ),
            "text": self._book.add_format(ruled),
            "number": self._book.add_format({**ruled, "align": "center"}),
            "fill": self._book.add_format({**ruled, "bg_color": "#FFF9E5"}),
            "day": self._book.add_format({**ruled, "num_format": "yyyy-mm-dd", "align": "center"}),
            "fill_day": self._book.add_format(
                {**ruled, "num_format": "yyyy-mm-dd", "align": "center", "bg_color": "#FFF9E5"}
            ),
        }

    def sheet(
        self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str = "",
        head: Sequence[str] = (), frozen: int = 1,
    ) -> None:
        """One sheet: title, 草稿 and mark, lines of ``head``, the table with a header that stays and repeats."""
        sheet = self._book.add_worksheet(name)
        sheet.merge_range(0, 0, 0, len(columns) - 1, title or self.title, self._formats["title"])
        sheet.set_row(0, 30)
        lines = (f"{DRAFT}　{self.mark.line()}", self.mark.chain(), *head)
        for r, line in enumerate(lines, start=1):
            sheet.write_string(r, 0, defuse(line), self._formats["head"])
        top = 1 + len(lines)
        for c, column in enumerate(columns):
            sheet.set_column(c, c, column.width)
            sheet.write_string(top, c, column.header, self._formats["header"])
        sheet.set_row(top, 30)
        last = top
        for last, row in enumerate(rows, start=top + 1):
            self._row(sheet, last, columns, row)
        self._print_setup(sheet, top, last, columns, frozen)

    def close(self) -> Path:
        """Write the file."""
        self._book.close()
        return self.path

    def _row(self, sheet: Any, r: int, columns: Sequence[Column], row: Sequence[Any]) -> None:
        lines = 1
        for c, (column, value) in enumerate(zip(columns, row, strict=True)):
            if isinstance(value, date):
                sheet.write_datetime(
                    r, c, datetime.combine(value, datetime.min.time()),
                    self._formats["fill_day" if column.filled else "day"],
                )
                continue
            form = self._formats["fill" if column.filled else "text"]
            if value is None or value == "":
                sheet.write_blank(r, c, None, form)
            elif isinstance(value, (int, float)):
                sheet.write_number(r, c, value, self._formats["number"])
            else:
                text = fitted(str(value))
                sheet.write_string(r, c, text, form)
                lines = max(lines, _lines(text, column.width))
        sheet.set_row(r, min(409, _LINE * lines + 4))

    def _print_setup(self, sheet: Any, top: int, last: int, columns: Sequence[Column], frozen: int) -> None:
        sheet.freeze_panes(top + 1, frozen)
        if last > top:
            sheet.autofilter(top, 0, last, len(columns) - 1)
            for c, column in enumerate(columns):
                if column.choices:
                    sheet.data_validation(xl_range(top + 1, c, last, c), {
                        "validate": "list", "source": list(column.choices), "error_title": "不在所列之内",
                        "error_message": "请从下拉列表中选择",
                    })
        if sum(column.width for column in columns) > _PORTRAIT:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&8{self.mark.line().replace('&', '&&')}&R&9第 &P 页，共 &N 页")


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column: a Chinese character is as wide as two others."""
    return sum(max(1, -(-_width(line) // max(1, int(width) - 2))) for line in text.split("\n"))


def _width(text: str) -> int:
    return sum(_WIDE if ord(ch) > 0x2E7F or ch in "“”‘’…—·" else 1 for ch in text)


def count_by(values: Iterable[str]) -> Mapping[str, int]:
    """How often each value occurs, in the order of first occurrence."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
