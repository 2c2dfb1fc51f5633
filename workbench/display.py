"""How objects look in a notebook (富显示): quiet tables in plain HTML, the same for everything a user meets.

Nothing here knows what it shows. A class says it by :class:`Displayed`: ``_TITLE``, and (heading, source) pairs in
``_COLUMNS`` for a list of its objects and ``_LINES`` for one alone; a source is the name of an attribute or a function
of the object. Lists of such objects are :class:`Listing`. Text is always escaped. No colour is set, so that light and
dark themes both read; numbers stand right-aligned; a list that is cut says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from jinja2 import Template

T = TypeVar("T")
Source = str | Callable[[Any], Any]
Columns = tuple[tuple[str, Source], ...]

#: Rows of a table that are shown; the rest is told by number.
ROWS_SHOWN = 50
#: Percentages that rounding would take for nobody and for everybody.
ROUNDED = ("<0.1%", ">99.9%")
#: Most characters of a cell that does not wrap.
_SHORT = 24


def percentage(share: Any) -> str:
    """A share (0 to 1) in words, never 0 % for more than none nor 100 % for less than all.

    >>> percentage(0), percentage(0.0004), percentage(0.25), percentage(0.9999), percentage(1)
    ('0.0%', '<0.1%', '25.0%', '>99.9%', '100.0%')
    """
    if 0 < share < 0.001:
        return ROUNDED[0]
    return ROUNDED[1] if 0.999 < share < 1 else f"{float(share):.1%}"


_PAGE = """<div lang="zh-CN" class="wb-display">
{%- if title %}<p style="margin:0"><strong>{{ title }}</strong></p>{% endif %}
{%- for line in about %}<p style="margin:0;opacity:.8">{{ line }}</p>{% endfor %}
{%- for table in tables %}
{%- set styles = table.styles %}
<table style="border-collapse:collapse;margin:.5em 0">
{%- if table.title %}<caption style="caption-side:top;text-align:left;opacity:.8">{{ table.title }}</caption>{% endif %}
{%- if table.headings %}<thead><tr>
{%- for heading in table.headings %}<th scope="col" style="{{ styles[loop.index0] }}">{{ heading }}</th>{% endfor -%}
</tr></thead>{% endif %}<tbody>
{%- for row in table.shown %}<tr>
{%- for cell in row -%}
{% if table.headed and loop.first %}<th scope="row" style="{{ styles[0] }}">{{ cell }}</th>
{%- else %}<td style="{{ styles[loop.index0] }}">{{ cell }}</td>{% endif %}
{%- endfor %}</tr>{% endfor %}</tbody></table>
{%- if table.hidden %}<p style="margin:0;opacity:.8">{{ table.hidden }}</p>{% endif %}
{%- endfor %}</div>"""


@cache
def _template() -> Template:
    from jinja2 import Environment  # only a notebook needs it

    return Environment(autoescape=True).from_string(_PAGE)


class Figure(str):
    """Text that is a figure (``12/40``): right-aligned as numbers are."""


def text(value: Any) -> str:
    """A value as people read it: dates by ISO, 是 and 否, nothing for what is not there.

    >>> text(date(2026, 8, 31)), text(True), text(None), text(2.50), text(("甲", "乙")), text(12)
    ('2026-08-31', '是', '', '2.5', '甲、乙', '12')
    """
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Enum():
            return str(value.value)
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
        case tuple() | list() | set() | frozenset():
            return "、".join(text(part) for part in value)
    return str(value)


@dataclass(frozen=True)
class Table:
    """A table of values: ``headings`` may be empty; ``headed``: the first cell of each row is its heading."""

    rows: Sequence[Sequence[Any]]
    headings: Sequence[str] = ()
    title: str = ""
    headed: bool = False

    @cached_property
    def shown(self) -> list[list[str]]:
        """Cells of the rows that are shown, as text."""
        return [[text(cell) for cell in row] for row in self.rows[:ROWS_SHOWN]]

    @property
    def hidden(self) -> str:
        """How many rows are not shown; empty when all are."""
        total = len(self.rows)
        return f"共 {total} 行，列出前 {ROWS_SHOWN} 行" if total > ROWS_SHOWN else ""

    @property
    def styles(self) -> list[str]:
        """The style of each column."""
        return [self._style(column) for column in range(len(self.rows[0]) if self.rows else len(self.headings))]

    def _style(self, column: int) -> str:
        """Alignment of a column: right when it holds figures only; short texts do not wrap."""
        cells = [row[column] for row in self.rows if row[column] is not None]
        figures = cells and all(
            isinstance(c, (int, float, Figure)) and not isinstance(c, (bool, Enum)) for c in cells
        )
        align = "right;font-variant-numeric:tabular-nums" if figures else "left"
        wrap = "normal" if any(len(row[column]) > _SHORT for row in self.shown) else "nowrap"
        return f"text-align:{align};vertical-align:top;padding:.15em .8em .15em 0;white-space:{wrap}"


def page(title: str, about: Iterable[str], *tables: Table) -> str:
    """HTML of an object: a title, lines about it (as-of date, run), tables."""
    return _template().render(title=title, about=[line for line in about if line], tables=tables)


def facts(rows: Iterable[tuple[str, Any]]) -> Table:
    """Label and value of each fact; those without a value are left out."""
    return Table([row for row in rows if text(row[1])], headed=True)


def _value(item: Any, source: Source) -> Any:
    return getattr(item, source) if isinstance(source, str) else source(item)


class Displayed:
    """Shows itself in a notebook by what its class declares."""

    _TITLE: ClassVar[str] = ""
    _COLUMNS: ClassVar[Columns] = ()
    _LINES: ClassVar[Columns] = ()

    def _repr_html_(self) -> str:
        rows = ((heading, _value(self, source)) for heading, source in self._LINES or self._COLUMNS)
        return page(self._TITLE, (), facts(rows))


class Listing(list[T]):
    """A list that a notebook shows as a table; otherwise a list like any other. Slices are listings too.

    ``about`` says what it holds (as-of date and run), or gives that when asked; ``of`` is the class of its objects,
    which an empty list cannot tell.

    >>> Listing([3, 1])[:1] == [3]
    True
    """

    def __init__(self, items: Iterable[T] = (), *, about: str | Callable[[], str] = "", of: type | None = None):
        super().__init__(items)
        self.about, self.of = about, of

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return Listing(found, about=self.about, of=self.of) if isinstance(index, slice) else found

    def _repr_html_(self) -> str:
        kind = type(self[0]) if self else self.of
        about = self.about() if callable(self.about) else self.about
        columns = getattr(kind, "_COLUMNS", None) or (("", text),)
        title = getattr(kind, "_TITLE", "") or "清单"
        rows = [[_value(item, source) for _, source in columns] for item in self]
        tables = (Table(rows, [heading for heading, _ in columns]),) if rows else ()
        return page(f"{title}：{len(self)} 项", [about], *tables)
