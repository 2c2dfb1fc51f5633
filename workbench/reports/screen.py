"""What stands on a page of the dashboards, as a file for work elsewhere: XLSX, DOCX or one HTML file.

A :class:`Screen` holds what is shown, whatever it is shown on; :func:`write` gives the bytes. Every format names as-of
date, run, filters and scope, and says that it is derived from ledgers; nothing is cut without a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workbench.display import percentage
from workbench.errors import UsageError
from workbench.reports.pictures import Picture

#: Format → its name as people read it.
FORMATS = {"xlsx": "Excel", "docx": "Word", "html": "网页"}
#: Rows that each format takes in all its tables together. Word lays pages out while one waits, a browser holds every
#: row in memory; a sheet of XLSX holds a million, less the lines above its table (held by the writer).
MOST_ROWS = {"xlsx": 1_000_000, "docx": 5_000, "html": 20_000}
#: What every export says of itself.
NOTE = ("说明", "由台账数据按条款推算，供核实使用；不作为对任何个人的评价")


@dataclass(frozen=True)
class Share:
    """k of n. A percentage is only ever made from one, and stands beside it."""

    k: int
    n: int

    @property
    def percent(self) -> str:
        """The percentage, never 0 % where there is any nor 100 % where there is a rest; empty without a whole."""
        return percentage(self.k / self.n) if self.n else ""

    def __str__(self) -> str:
        return f"{self.k:,}/{self.n:,}"


@dataclass(frozen=True)
class Column:
    """A column: ``header``, ``width`` in characters of a sheet. ``figures``: right-aligned.

    ``share`` names k and n: its cells are a :class:`Share`, or text where nothing was judged; in XLSX it becomes a
    column for either number, elsewhere it reads k/n. ``percent``: the percentage of the shares stands in a column
    after them.
    """

    header: str
    width: float = 16
    figures: bool = False
    share: tuple[str, str] | None = None
    percent: bool = False


@dataclass(frozen=True)
class Table:
    """A table: ``name`` of its sheet (unlike the others, at most 31 characters), ``caption``, the ``total`` rows in the
    order of the columns. ``rows`` can be read again. ``head``: lines (name, text) of its own."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Any, ...]]
    total: int
    head: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, name: str, columns: tuple[Column, ...], rows: Iterable[tuple[Any, ...]], *, caption: str = "",
           head: tuple[tuple[str, str], ...] = ()) -> Table:
        """A table of rows that are few enough to be held."""
        held = list(rows)
        return cls(name, caption or name, columns, held, len(held), head)


@dataclass(frozen=True)
class Screen:
    """What is shown: ``title`` of the view, ``city`` or organisation, ``what`` names the file, ``as_of`` the day,
    ``head`` lines (name, text), then pictures and tables in order."""

    title: str
    city: str
    what: str
    as_of: str
    head: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.total for table in self.tables)


def write(screen: Screen, form: str) -> bytes:
    """The file of a format of :data:`FORMATS`.

    Raises :class:`~workbench.errors.UsageError` for a format that is none, and when the rows are more than the format
    takes, instead of losing some.
    """
    if form not in FORMATS:
        raise UsageError("没有这种导出格式", found=form, expected="、".join(FORMATS))
    if screen.rows > MOST_ROWS[form]:
        raise UsageError(
            f"行数超出导出为{FORMATS[form]}的上限", found=f"{screen.rows:,} 行",
            expected=f"不超过 {MOST_ROWS[form]:,} 行",
            next_step="请先按单位、文件或判定筛选" + ("，再导出" if form == "xlsx" else "再导出，或改用 Excel 格式"),
        )
    # Each brings a library of its own; whoever asks for one does not wait for the others.
    if form == "xlsx":
        from workbench.reports.screen_xlsx import to_xlsx as written
    elif form == "docx":
        from workbench.reports.screen_docx import to_docx as written
    else:
        from workbench.reports.screen_html import to_html as written
    return written(screen)


def file_name(city: str, what: str, as_of: str, form: str) -> str:
    """The name of a download: whose, what, as-of date."""
    name = f"{city or '督查'}-{what}-{as_of}.{form}"
    return "".join(c for c in name if c.isprintable() and c not in '\\/:*?"<>|')
