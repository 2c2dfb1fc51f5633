"""Delimited text (CSV, TSV): encoding and delimiter are found out, rows are streamed."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import IntakeError
from workbench.records.readers import Sheet

SUFFIXES = (".csv", ".tsv", ".txt")
_BLOCK = 1 << 20


def encoding_of(path: Path, name: str) -> str:
    """Encoding by byte order mark, else UTF-8 when the whole file is, else GB18030 when it is.

    Raises :class:`IntakeError` when it is none of them.
    """
    with path.open("rb") as file:
        start = file.read(4)
    candidates = ("utf-8", "gb18030")
    if start.startswith(codecs.BOM_UTF8):
        candidates = ("utf-8-sig",)
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ("utf-16",)
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise IntakeError(
        "文本编码无法识别",
        place=name,
        expected="UTF-8 或 GB18030",
        next_step="用表格程序打开并另存为 UTF-8 的 CSV 后再读入",
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(path: Path, encoding: str) -> str:
    """The one of comma, tab, semicolon and full-width comma that splits the first lines best."""
    with path.open(encoding=encoding, newline="") as file:
        lines = file.read(64 * 1024).splitlines()[:30]
    scores = {}
    for delimiter in ",\t;,|":
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        scores[delimiter] = max((width * widths.count(width) for width in set(widths) if width > 1), default=0)
    return max(scores, key=scores.get)


def sheets(path: Path, name: str) -> Iterator[Sheet]:
    """The one sheet of a delimited file, named after the file."""
    encoding = encoding_of(path, name)
    delimiter = delimiter_of(path, encoding)
    size = path.stat().st_size
    position = 0

    def rows() -> Iterator[list[str]]:
        nonlocal position
        with path.open(encoding=encoding, newline="") as file:
            try:
                for row in csv.reader(file, delimiter=delimiter):
                    position = file.buffer.tell()
                    yield row
            except csv.Error as error:
                raise IntakeError(
                    "文本无法按行列拆开，此处以后的内容没有读入",
                    place=name,
                    found=str(error),
                    expected="引号成对的 CSV",
                    next_step="检查引号是否成对，或用表格程序另存为 xlsx",
                ) from error

    yield Sheet(path.stem, rows, fraction=lambda _: position / size)
