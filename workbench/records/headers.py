"""Which table a sheet holds and where its columns stand (识别表头)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache

from workbench.records.aliases import NAME_HEADERS, spellings
from workbench.records.tables import TABLES, Column, ColumnType, Table

#: Rows at the top of a sheet among which the header is looked for.
HEAD_ROWS = 30

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_MONTH = re.compile(
    r"^(?:(?P<year>(?:19|20)\d{2})[年./-])?(?P<month>\d{1,2}|[一二三四五六七八九十]{1,3})(?P<mark>月份?)?"
    r"(?P<what>应[交缴]|实[交缴]|已[交缴]|[交缴]纳日期|[交缴]费日期)?(?:金额|党费|数|额)?$"
)
_YEAR_HEADERS = ("年度", "年份", "所属年度", "缴费年度", "缴费年份")
_NUMERALS = {n: i for i, n in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
_SHEET_SUFFIX = re.compile(
    r"(台账|登记表|登记簿|登记|记录表|记录|一览表|统计表|明细表|明细|汇总表|汇总|情况表|情况|结果|名册|表|\d+)+$"
)


@dataclass(frozen=True)
class MonthColumn:
    """A month of a wide dues sheet: ``what`` is the stored column its cells fill (due, paid or paid_on)."""

    position: int
    month: int
    year: int | None
    what: str


@dataclass
class Layout:
    """How to read one sheet: ``columns`` maps stored names to positions; ``header_end``: last header row, from 0."""

    table: Table
    header_end: int
    columns: dict[str, int]
    headers: dict[str, str]
    name_position: int | None = None
    months: list[MonthColumn] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    year: int | None = None
    year_position: int | None = None
    header_cells: tuple[str, ...] = ()

    @property
    def present(self) -> set[str]:
        """Stored columns this sheet gives values for."""
        wide = {"month"} | {m.what for m in self.months} if self.months else set()
        named = {c.name for c in self.table.columns if c.type is ColumnType.PERSON and self.name_position is not None}
        return set(self.columns) | set(self.constants) | wide | named

    @property
    def missing(self) -> list[Column]:
        """Required columns this sheet does not have."""
        return [c for c in self.table.required if c.name not in self.present]

    @property
    def free_identifier(self) -> bool:
        """Whether people are given by a number of the ledger's own (人员编号) instead of the ID number."""
        return self.headers.get("person_id") == "人员编号"


def normal(text: object) -> str:
    """A header without width, blanks, marks and remarks in brackets.

    >>> normal("* 应交金额\\n（元）"), normal("１月")
    ('应交金额', '1月')
    """
    return _normal(str(text))


@lru_cache(maxsize=8192)
def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    folded = re.sub(r"[\s\u200b\ufeff*:]+", "", folded)
    return re.sub(r"(?<=.)[(\[【][^()\[\]【】]*[)\]】]$", "", folded)


@cache
def _ranks(table_name: str) -> dict[str, tuple[str, int]]:
    """Normal form of every header and alias → (stored column, rank; 0 is the declared header)."""
    ranks: dict[str, tuple[str, int]] = {}
    for column in TABLES[table_name].columns:
        ranks.setdefault(normal(column.header), (column.name, 0))
        ranks.setdefault(column.name, (column.name, 0))
    for column in TABLES[table_name].columns:
        for rank, alias in enumerate(column.aliases, start=1):
            ranks.setdefault(normal(alias), (column.name, rank))
    return ranks


def _month_column(position: int, cell: object) -> MonthColumn | None:
    if isinstance(cell, date):
        return MonthColumn(position, cell.month, cell.year, "paid")
    found = _MONTH.match(normal(cell))
    if not found or not (found["mark"] or found["year"]):
        return None
    text = found["month"]
    month = int(text) if text.isdigit() else _NUMERALS.get(text, 0)
    if not 1 <= month <= 12:
        return None
    what = found["what"] or "实交"
    stored = "due" if what.startswith("应") else "paid_on" if what.endswith("日期") else "paid"
    return MonthColumn(position, month, int(found["year"]) if found["year"] else None, stored)


def _match(table: Table, cells: Sequence[object], end: int) -> Layout:
    """The layout that these header cells give for one table, however poor."""
    ranks = _ranks(table.name)
    best: dict[str, tuple[int, int, str]] = {}
    name_position: int | None = None
    year_position: int | None = None
    months: list[MonthColumn] = []
    has_person = any(c.type is ColumnType.PERSON for c in table.columns)
    for position, cell in enumerate(cells):
        text = normal(cell) if cell not in (None, "") else ""
        if not text:
            continue
        if text in ranks:
            name, rank = ranks[text]
            if name not in best or rank < best[name][0]:
                best[name] = (rank, position, text)
        elif has_person and text in NAME_HEADERS and name_position is None:
            name_position = position
        elif table.name == "dues" and text in _YEAR_HEADERS:
            year_position = position
        elif table.name == "dues" and (month := _month_column(position, cell)):
            months.append(month)
    if "month" in best or len(months) < 2:
        months = []
    return Layout(
        table,
        end,
        columns={name: position for name, (_, position, _) in best.items()},
        headers={name: text for name, (_, _, text) in best.items()},
        name_position=name_position,
        months=months,
        year_position=year_position,
        header_cells=tuple("" if c is None else str(c) for c in cells),
    )


def _names_table(table: Table, sheet: str) -> bool:
    stem = normal(_YEAR.sub("", sheet)).removeprefix("年度").removeprefix("年")
    names = {table.name, table.title, *table.sheet_names}
    return stem in names or _SHEET_SUFFIX.sub("", stem) in names


def _score(layout: Layout, sheet: str) -> int:
    required = len(layout.table.required)
    missing = len(layout.missing)
    optional = len(layout.present) - (required - missing)
    return 10 * (required - missing) - 12 * missing + optional + (6 if _names_table(layout.table, sheet) else 0)


def _term_of(column: Column, texts: Sequence[str]) -> str | None:
    """The term that a sheet's name, title or file name stands for, e.g. 谈心谈话 of a sheet 谈心谈话台账."""
    known = spellings(column)
    for text in texts:
        stem = normal(_YEAR.sub("", text)).removeprefix("年度").removeprefix("年")
        for candidate in (stem, _SHEET_SUFFIX.sub("", stem)):
            if candidate in known:
                return known[candidate]
    return None


def _complete(layout: Layout, texts: Sequence[str]) -> None:
    """Fill required terms from the sheet's name, title or file name when no column gives them."""
    for column in layout.missing:
        if column.type is ColumnType.TERM and (term := _term_of(column, texts)):
            layout.constants[column.name] = term


def _year_of(texts: Sequence[str]) -> int | None:
    for text in texts:
        if found := _YEAR.search(unicodedata.normalize("NFKC", text)):
            return int(found[1])
    return None


def _join(upper: Sequence[object], lower: Sequence[object]) -> list[object]:
    """Two header rows as one: the lower cell refines the upper one (merged over it)."""
    return [
        low if up in (None, "") else up if low in (None, "") or low == up else f"{up}{low}"
        for up, low in zip(upper, lower, strict=False)
    ]


def _filled(row: Sequence[object]) -> int:
    return sum(cell not in (None, "") for cell in row)


def recognize(rows: Sequence[Sequence[object]], sheet: str, file_stem: str) -> Layout | None:
    """The best layout for the first rows of a sheet, or ``None`` when it fits no table.

    ``rows`` are the raw cells of at most :data:`HEAD_ROWS` rows, merged header cells filled. A table fits when all its
    required columns are there, or the sheet bears its name and at least one required column, or most of its required
    columns are there.
    """
    best: tuple[int, Layout] | None = None
    for index, row in enumerate(rows):
        if best and not best[1].missing and index > best[1].header_end:
            break
        if _filled(row) < 2:
            continue
        candidates = [(row, index)]
        if index + 1 < len(rows) and _filled(rows[index + 1]) >= 2:
            candidates.append((_join(row, rows[index + 1]), index + 1))
        for cells, end in candidates:
            for table in TABLES.values():
                layout = _match(table, cells, end)
                if not layout.columns:
                    continue
                titles = [str(c) for r in rows[:index] for c in r if isinstance(c, str) and c]
                texts = [sheet, *titles, file_stem]
                _complete(layout, texts)
                # a header of two rows must earn it, or a note above the header would join it
                score = _score(layout, sheet) - (end - index)
                if best is None or score > best[0]:
                    layout.year = _year_of([*titles, sheet, file_stem])
                    best = (score, layout)
    return best[1] if best and _fits(best[1], sheet) else None


def _fits(layout: Layout, sheet: str) -> bool:
    missing = len(layout.missing)
    had = [c for c in layout.table.required if c.name in layout.columns]
    if missing == 0:
        return bool(had)
    if _names_table(layout.table, sheet):
        return bool(had)
    return len(had) >= 2 and missing <= len(layout.table.required) // 2
