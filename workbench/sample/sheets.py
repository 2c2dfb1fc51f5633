"""Writing sheets as branches fill them: title and note rows, merged cells, extra columns, totals; xlsx and CSV."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

import xlsxwriter

from workbench.records.tables import TABLES, ColumnType
from workbench.sample.dressing import Dresser, Style, header
from workbench.sample.planted import Dirt

#: Stands in ``SheetPlan.columns`` for the name of the person, which intake reads only to find the person.
NAME = "姓名"

#: Columns that ledgers carry and intake drops; every content is visibly made up.
EXTRAS: dict[str, dict[str, str]] = {
    "people": {"性别": "未填", "手机号": "00000000000", "住址": "样例路0号", "备注": "样例"},
    "posts": {"联系电话": "00000000000", "备注": ""},
    "activities": {"会议主题": "样例议题", "会议地点": "样例会议室", "备注": ""},
    "case_steps": {"经办": "测试经办", "备注": ""},
    "dues": {"核算基数": "样例", "备注": ""},
}


@dataclass
class SheetPlan:
    """One sheet to write: the stored columns it shows, rows by stored name, months of a wide dues sheet.

    A row may hold ``_dirt`` (kind, outcome, note) and ``_raw`` (stored name → the very cell to write). ``shown``:
    stored name → the header to print whatever the unit's habit. ``merge``: merge the cells of equal organisations.
    """

    file: str
    name: str
    table: str
    columns: tuple[str, ...]
    rows: list[dict]
    style: Style
    title: str
    shown: dict[str, str] = field(default_factory=dict)
    months: tuple[int, ...] = ()
    merge: bool = False


def write_book(
    path: Path, file: str, plans: Sequence[SheetPlan], notes: Sequence[Sequence[str]], seed: int
) -> list[Dirt]:
    """Write a workbook; ``notes`` is a sheet of prose that fits no table (none when empty). Returns the dirt in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dirt: list[Dirt] = []
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        # A fixed date keeps the bytes of a seed the same on every run.
        book.set_properties({"title": "样例台账", "author": "样例", "created": datetime(2026, 9, 1)})
        looks = {"title": book.add_format({"bold": True, "align": "center", "font_size": 14}),
                 "head": book.add_format({"bold": True, "border": 1, "text_wrap": True}),
                 "day": book.add_format({"num_format": "yyyy-mm-dd"})}
        for plan in plans:
            dirt += _write_sheet(book.add_worksheet(plan.name), plan, looks, _rng(seed, plan))
        if notes:
            page = book.add_worksheet("汇总说明")
            for index, row in enumerate(notes):
                page.write_row(index, 0, row)
            dirt.append(Dirt(file, "汇总说明", None, "no_table", "rejected", "汇总说明不是台账,各行退回"))
    return dirt


def write_csv(path: Path, plan: SheetPlan, seed: int) -> list[Dirt]:
    """Write one sheet as CSV in the unit's encoding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines, marks = _lines(plan, _rng(seed, plan), text_only=True)
    with path.open("w", encoding=plan.style.encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return [Dirt(plan.file, "", row, *mark) for row, mark in marks]


def _rng(seed: int, plan: SheetPlan) -> random.Random:
    return random.Random(f"{seed}:{plan.file}:{plan.name}")


def _write_sheet(sheet, plan: SheetPlan, looks: dict, rng: random.Random) -> list[Dirt]:
    lines, marks = _lines(plan, rng, text_only=False)
    width = max(len(line) for line in lines)
    sheet.merge_range(0, 0, 0, width - 1, lines[0][0], looks["title"])
    for index, line in enumerate(lines[1:], start=1):
        for position, cell in enumerate(line):
            if isinstance(cell, datetime):
                sheet.write_datetime(index, position, cell, looks["day"])
            elif cell not in ("", None):
                sheet.write(index, position, cell, *((looks["head"],) if index == 2 else ()))
    if plan.merge:
        _merge_blocks(sheet, lines)
    sheet.freeze_panes(3, 0)
    return [Dirt(plan.file, plan.name, row, *mark) for row, mark in marks]


def _merge_blocks(sheet, lines: list[list]) -> None:
    """Merge equal neighbours of the second column (the organisation) from the first row of data on."""
    for name, block in groupby(range(3, len(lines)), key=lambda i: lines[i][1] if len(lines[i]) > 1 else ""):
        rows = list(block)
        if name and len(rows) > 1:
            sheet.merge_range(rows[0], 1, rows[-1], 1, name)


def _lines(plan: SheetPlan, rng: random.Random, *, text_only: bool) -> tuple[list[list], list[tuple[int, tuple]]]:
    """All rows of a sheet as cells, and (row number from 1, dirt) for the dirty ones."""
    table = TABLES[plan.table]
    dresser = Dresser(plan.style, table, rng, text_only=text_only)
    extras = EXTRAS.get(plan.table, {})
    heads = [plan.shown.get(n) or (n if n == NAME else header(table.column(n), plan.style, rng)) for n in plan.columns]
    months = [f"{month}月" for month in plan.months]
    lines: list[list] = [[plan.title], ["填报说明:样例数据,均系虚构。每月5日前填报。"], ["序号", *heads, *months, *extras]]
    marks = []
    for number, row in enumerate(plan.rows, start=1):
        raw = row.get("_raw", {})
        cells = [raw[n] if n in raw else _cell(dresser, table, n, row, plan.style) for n in plan.columns]
        cells += [_paid(row["months"].get(m), row["due"], plan.style, rng) for m in plan.months]
        lines.append([number, *cells, *extras.values()])
        if "_dirt" in row:
            marks.append((len(lines), row["_dirt"]))
    if plan.table == "dues":
        lines.append(["合计"])
    return lines, marks


def _cell(dresser: Dresser, table, name: str, row: dict, style: Style) -> object:
    if name == NAME:
        return row["name_label"] or style.empty
    kind = table.column(name).type
    if kind is ColumnType.PERSON:
        return row["labels"][name] or style.empty
    if kind is ColumnType.ORG:
        return row["org_label"]
    return dresser.cell(name, row[name])


def _paid(paid: float | None, due: float, style: Style, rng: random.Random) -> object:
    if paid is None:
        return style.empty
    if style.drift % 2 and paid == due and rng.random() < 0.3:
        return "√"
    return int(paid) if float(paid).is_integer() else paid
