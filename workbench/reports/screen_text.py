"""Cells of a :class:`~workbench.reports.screen.Table` as text, for the formats that people read rather than reckon in.

Text is defused here too: a table of a Word file or of a web page is pasted into, or opened by, a spreadsheet program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workbench.reports.screen import Column, Share
from workbench.spreadsheet import defuse

#: Characters that XML does not know.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: Any) -> str:
    """Text without what XML cannot hold, defused."""
    return str(defuse(_NO_XML.sub("", str(text))))


def headers(column: Column) -> Iterator[tuple[str, float, bool]]:
    """Header, width and whether figures, of the columns that one becomes."""
    if column.share is None:
        yield column.header, column.width, column.figures
        return
    yield column.header or "/".join(column.share), column.width, True
    if column.percent:
        yield f"{column.header} 占比".strip(), 9, True


def cells(column: Column, value: Any) -> Iterator[str]:
    """Text of the cells that one becomes."""
    if isinstance(value, bool):
        yield "是" if value else "否"
    elif isinstance(value, (int, Share)):
        yield f"{value:,}" if isinstance(value, int) else str(value)
    elif isinstance(value, float):
        yield f"{value:.2f}".rstrip("0").rstrip(".") if value == value else ""
    else:
        yield "" if value is None else clean(value)
    if column.percent:
        yield value.percent if isinstance(value, Share) else ""
