"""What every written spreadsheet needs: text that no spreadsheet program takes for a formula."""

from __future__ import annotations

from typing import Any

#: First characters (full width too) that make Excel, WPS or LibreOffice evaluate a cell or hand it to another program.
_DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def defuse(value: Any) -> Any:
    """``value`` with an apostrophe in front when it is text that could be taken for a formula.

    Leading blanks do not hide one. Numbers, dates and booleans pass unchanged, and so does text that is merely a
    dash standing for an empty cell.

    >>> defuse("=HYPERLINK(A1)"), defuse("支部甲"), defuse(-3)
    ("'=HYPERLINK(A1)", '支部甲', -3)
    """
    if not isinstance(value, str):
        return value
    text = value.lstrip(" \u3000\u00a0\ufeff")
    if text.startswith(_DANGEROUS) and text.strip("-\uff0d\u2014 "):
        return "'" + value
    return value
