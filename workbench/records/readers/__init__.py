"""Readers: every kind of source as sheets of raw rows (读取)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

#: One merged region: rows and columns from 0, both ends inclusive.
Region = tuple[int, int, int, int]


@dataclass
class Sheet:
    """A sheet, CSV file or database table.

    ``rows`` yields raw cells row by row, from the top; ``first_row`` is the number of the first of them as a user
    counts (1 for spreadsheets; 0 where the first row is made of column names). ``merged`` are its merged regions.
    ``fraction`` says how much of its file is read once so many rows of this sheet are.
    """

    name: str
    rows: Callable[[], Iterator[Sequence[object]]]
    first_row: int = 1
    merged: list[Region] = field(default_factory=list)
    hidden: bool = False
    fraction: Callable[[int], float] = lambda rows: 0.0
