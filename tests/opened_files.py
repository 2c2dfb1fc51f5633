"""Written files opened again: tables, heads and every text of XLSX, DOCX and HTML."""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn

Rows = list[list[Any]]


@dataclass
class Opened:
    """``head``: lines of the file by name; ``tables``: by caption, header first."""

    head: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Rows] = field(default_factory=dict)


def xlsx(data: bytes) -> Opened:
    """Sheets by the caption in their head."""
    found = Opened()
    for sheet in openpyxl.load_workbook(io.BytesIO(data)):
        rows = [list(row) for row in sheet.values]
        top = rows.index([None] * len(rows[0]))
        lines = [(row[0], row[1]) for row in rows[:top]]
        found.head |= dict(lines)
        if "表" in dict(lines):
            found.tables[dict(lines)["表"]] = rows[top + 1:]
    return found


def word(data: bytes) -> Opened:
    """Tables by the paragraph above them; lines above the first one are the head."""
    found, caption = Opened(), ""
    for child in docx.Document(io.BytesIO(data)).element.body:
        if child.tag == qn("w:tbl"):
            found.tables[caption] = [
                ["\n".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
                for row in child.iter(qn("w:tr"))
            ]
        elif child.tag == qn("w:p"):
            text = "".join(t.text or "" for t in child.iter(qn("w:t")))
            name, mark, rest = text.partition("\uff1a")
            counted = re.fullmatch(r"(.*)\uff08([\d,]+) 行\uff09", text)
            if counted:
                caption = counted[1]
                found.tables[caption] = []
            elif mark and not caption:
                found.head[name] = rest
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found, self.text, self.caption, self.term = Opened(), [], "", ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("h2", "dt", "dd", "th", "td"):
            self.text = []
        if tag == "span":
            self.caption = "".join(self.text)
            self.found.tables[self.caption] = []
        if tag == "tr":
            self.found.tables[self.caption].append([])

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self.text)
        if tag == "dt":
            self.term = text
        elif tag == "dd":
            self.found.head[self.term] = text
        elif tag in ("th", "td"):
            self.found.tables[self.caption][-1].append(text)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(data: bytes) -> Opened:
    """The tables of a web page by their headings."""
    return _parsed(data).found


def tags(data: bytes) -> list[tuple[str, dict[str, str | None]]]:
    """Elements of a web page with their attributes."""
    return _parsed(data).tags


def _parsed(data: bytes) -> _Page:
    parser = _Page()
    parser.feed(data.decode())
    return parser


OPEN = {"xlsx": xlsx, "docx": word, "html": page}


def inside(data: bytes) -> str:
    """Every text of a file: of XLSX and DOCX that of all parts, the properties among them."""
    if data[:2] != b"PK":
        return html.unescape(data.decode())
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = [parts.read(name).decode() for name in parts.namelist() if name.endswith((".xml", ".rels"))]
    return html.unescape(re.sub("<[^>]*>", "\n", "\n".join(xml)))
