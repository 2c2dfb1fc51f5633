"""How a unit writes its ledgers: spellings, forms of dates, ways to name a branch, what stands for empty.

Everything here is a form that intake reads; none of it changes what a row says.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime

from workbench.records.aliases import spellings
from workbench.records.tables import Column, ColumnType, Table

T = ColumnType
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL_WIDTH = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Style:
    """The habits of one unit. ``dates``: forms of dates in use; ``orgs``: name, short_name or org_id; ``drift``: which
    of the known headers it prints; ``encoding``: of its CSV files, empty for workbooks; ``dues``: wide or long."""

    dates: tuple[str, ...]
    orgs: str
    drift: int
    empty: str
    encoding: str = ""
    dues: str = "wide"
    numbered: bool = True
    spelled: bool = False


STYLES: tuple[Style, ...] = (
    Style(("cell", "chinese"), "name", 0, ""),
    Style(("text", "digits", "chinese", "wide"), "short_name", 1, "——", encoding="gb18030", spelled=True),
    Style(("serial", "cell"), "org_id", 2, "", dues="long"),
    Style(("slash", "cell"), "name", 3, "/", numbered=False, spelled=True),
    Style(("point", "text"), "short_name", 0, "——", encoding="utf-8-sig"),
    Style(("cell",), "name", 1, "", dues="long", spelled=True),
)


def identity_number(index: int) -> str:
    """An ID number that cannot exist: area code 000000, then a date, three digits and the check digit.

    >>> identity_number(0), len({identity_number(i) for i in range(50_000)})
    ('000000195001010001', 50000)
    """
    serial, day = divmod(index, 18_000)
    born = date.fromordinal(date(1950, 1, 1).toordinal() + day * 7919 % 18_000)
    first17 = f"000000{born:%Y%m%d}{serial:03d}"
    return first17 + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=True)) % 11]


def person_name(index: int) -> str:
    """A name that nobody bears, such as 测试甲0001."""
    return f"测试{'甲乙丙丁戊己庚辛壬癸'[index % 10]}{index // 10 + 1:04d}"


def header(column: Column, style: Style, rng: random.Random) -> str:
    """The header a unit prints for a column: the declared one or one of the known others."""
    known = (column.header, *(a for a in column.aliases if a not in _VAGUE))
    title = known[min(style.drift, len(known) - 1)]
    return f"{title}（{column.unit}）" if column.unit and rng.random() < 0.5 else title


#: Headers that intake knows but that say too little beside others of the same sheet, or number people freely.
_VAGUE = frozenset(("时间", "日期", "类型", "名称", "代码", "人员编号", "组织", "单位", "结果", "简称"))


class Dresser:
    """Turns typed values into cells of one sheet; its own generator keeps sheets independent of each other."""

    def __init__(self, style: Style, table: Table, rng: random.Random, *, text_only: bool):
        self.style, self.rng, self.text_only = style, rng, text_only
        self.spelling = {c.name: self._spelling(c) for c in table.columns}
        self.columns = {c.name: c for c in table.columns}

    def _spelling(self, column: Column) -> dict[str, str]:
        """One other spelling a term, where the unit uses other spellings; none that says more than the term (专职)."""
        if not self.style.spelled or column.type not in (T.TERM, T.LIST):
            return {}
        others: dict[str, list[str]] = {}
        for spelling, value in spellings(column).items():
            if spelling != value and "专职" not in spelling:
                others.setdefault(value, []).append(spelling)
        return {value: self.rng.choice(found) for value, found in others.items()}

    def cell(self, name: str, value: object) -> object:
        """The cell for ``value`` of stored column ``name``; a ``date`` stays one where the unit has real dates."""
        if value is None or value == []:
            return self.style.empty
        kind = self.columns[name].type
        if kind is T.DATE:
            return self.day(value)
        if kind is T.MONTH:
            return self.rng.choice((f"{value:%Y-%m}", f"{value.year}年{value.month}月", f"{value:%Y%m}"))
        if kind is T.BOOLEAN:
            return "是" if value else "否"
        if kind is T.TERM:
            return self.spelling[name].get(value, value)
        if kind is T.LIST:
            return "、".join(self.spelling[name].get(v, v) for v in value)
        if kind is T.NUMBER:
            return int(value) if float(value).is_integer() else value
        return value

    def day(self, value: date) -> object:
        """One of the unit's forms of a date."""
        form = self.rng.choice(self.style.dates)
        if form in ("cell", "serial") and not self.text_only:
            return datetime(value.year, value.month, value.day) if form == "cell" else (value - _EPOCH).days
        texts = {
            "digits": f"{value:%Y%m%d}", "slash": f"{value.year}/{value.month}/{value.day}",
            "point": f"{value.year}.{value.month}.{value.day}", "chinese": f"{value.year}年{value.month}月{value.day}日",
            "wide": f"{value:%Y-%m-%d}".translate(_FULL_WIDTH),
        }
        return texts.get(form, value.isoformat())
