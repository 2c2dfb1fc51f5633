"""A :class:`~workbench.reports.screen.Screen` as one HTML file: opens offline, asks nobody for anything, no script."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path

from workbench.reports.screen import NOTE, Screen, Table
from workbench.reports.screen_text import cells, clean, headers

#: Said by the file itself, so that no browser fetches or runs anything, whatever stands in a ledger.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def to_html(screen: Screen) -> bytes:
    """The file, UTF-8."""
    return "".join(_parts(screen)).encode()


def _parts(screen: Screen) -> Iterator[str]:
    title = _text(f"{screen.city} {screen.title}")
    style = Path(__file__).with_name("screen.css").read_text(encoding="utf-8")
    yield (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} {_text(screen.as_of)}</title><style>{style}</style></head>\n<body><main><h1>{title}</h1>\n<dl>"
    )
    yield from (f"<div><dt>{_text(name)}</dt><dd>{_text(text)}</dd></div>" for name, text in (*screen.head, NOTE))
    yield "</dl>\n"
    for picture in screen.pictures:
        data, name = base64.b64encode(picture.png).decode(), _text(picture.title)
        yield f'<figure><figcaption>{name}</figcaption><img alt="{name}" src="data:image/png;base64,{data}"></figure>\n'
    for table in screen.tables:
        yield from _table(table)
    yield "</main></body></html>\n"


def _table(table: Table) -> Iterator[str]:
    tops = [top for column in table.columns for top in headers(column)]
    marks = [' class="n"' if figures else "" for *_, figures in tops]
    yield f"<section><h2>{_text(table.caption)}<span>{table.total:,} 行</span></h2>"
    yield from (f"<p>{_text(name)}：{_text(text)}</p>" for name, text in table.head)
    if not table.total:
        yield "<p>没有。</p></section>\n"
        return
    # Wide tables scroll by themselves; the box can be reached by keyboard.
    yield f'<div role="region" tabindex="0" aria-label="{_text(table.caption)}"><table><thead><tr>'
    yield from (f'<th scope="col"{mark}>{_text(top)}</th>' for (top, *_), mark in zip(tops, marks, strict=True))
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        texts = [t for column, value in zip(table.columns, row, strict=True) for t in cells(column, value)]
        yield f"<tr>{''.join(f'<td{m}>{escape(t)}</td>' for t, m in zip(texts, marks, strict=True))}</tr>\n"
    yield "</tbody></table></div></section>\n"


def _text(text: str) -> str:
    return escape(clean(text))
