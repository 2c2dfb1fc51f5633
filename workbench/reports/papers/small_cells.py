"""Counts of organisations that may be printed (小数目不公布): cells below five are withheld, and what would give them
away is withheld with them.

A count of one to four is printed as “少于5个”. Where printed neighbours and totals would let a reader work it out, a
larger cell is withheld beside it (complementary suppression) and printed as “不公布”. Zero is printed: it points at
nobody. That a withheld count stays open is not hoped for but shown: for each one there is another table with the same
print in which it has another value (:func:`guard`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

#: The smallest count of organisations that is printed.
FEWEST = 5


class Withheld(StrEnum):
    """What stands in print instead of a count."""

    SMALL = f"少于{FEWEST}个"
    OTHER = "不公布"


#: A count as printed.
Shown = int | Withheld


def shown(count: int) -> Shown:
    """A count that stands alone, with nothing printed that it could be worked out from.

    >>> shown(0), shown(4), shown(5)
    (0, <Withheld.SMALL: '少于5个'>, 5)
    """
    return Withheld.SMALL if 0 < count < FEWEST else count


@dataclass(frozen=True)
class Guarded:
    """A table as printed: cells, totals of rows and columns, the grand total."""

    cells: tuple[tuple[Shown, ...], ...]
    row_totals: tuple[Shown, ...]
    column_totals: tuple[Shown, ...]
    total: Shown


class _State(StrEnum):
    PRINTED = "printed"
    SMALL = "small"
    OTHER = "other"
    UNPRINTED = "unprinted"


def guard(
    counts: Sequence[Sequence[int]], *, unprinted: Collection[int] = (), column_totals_stay: bool = False
) -> Guarded | None:
    """What of an additive table may be printed; None when no choice of cells protects the small ones.

    ``counts`` are rows of counts that add up to the totals of rows and columns; ``unprinted`` are columns that the
    paper does not show, which a reader still knows to be the difference (their content is not protected, and it comes
    back as counted). With ``column_totals_stay`` no total of a column, nor the grand total, is withheld when it is five
    or more, because other numbers of the same paper could give it away.

    Raises :class:`ValueError` for a table that is not rectangular, is empty, or holds negative counts.

    >>> guard([[12, 3], [20, 9]]).cells
    ((<Withheld.OTHER: '不公布'>, <Withheld.SMALL: '少于5个'>), (<Withheld.OTHER: '不公布'>, <Withheld.OTHER: '不公布'>))
    """
    width = len(counts[0]) if counts else 0
    if not width or any(len(row) != width for row in counts) or any(n < 0 for row in counts for n in row):
        raise ValueError("counts must be a rectangle of numbers from 0 on")
    board = _Board(counts, set(unprinted), column_totals_stay)
    for place in board.places(_State.SMALL):
        if not board.protect(place):
            return None
    return board.printed()


class _Board:
    """The table with its totals as a last row and column.

    With the totals taken as negative every line adds up to zero, so adding one at two opposite corners of a rectangle
    and taking one off at the other two keeps every line: a *move*. A withheld cell is protected by a rectangle whose
    corners are all unknown to the reader, and of which each may change by one without its print changing.
    """

    def __init__(self, counts: Sequence[Sequence[int]], unprinted: set[int], totals_stay: bool):
        rows = [[*row, sum(row)] for row in counts]
        rows.append([sum(column) for column in zip(*rows, strict=True)])
        self.value = rows
        self.height, self.width = len(rows) - 1, len(rows[0]) - 1
        self.totals_stay = totals_stay
        self.state = [
            [self._first_state(r, c, unprinted) for c in range(self.width + 1)] for r in range(self.height + 1)
        ]

    def _first_state(self, r: int, c: int, unprinted: set[int]) -> _State:
        # The totals of columns of a single row repeat the row; they are not printed beside it.
        if c in unprinted or (self.height == 1 and r == self.height):
            return _State.UNPRINTED
        return _State.SMALL if 0 < self.value[r][c] < FEWEST else _State.PRINTED

    def places(self, state: _State) -> list[tuple[int, int]]:
        return [
            (r, c) for r, c in product(range(self.height + 1), range(self.width + 1)) if self.state[r][c] is state
        ]

    def protect(self, place: tuple[int, int]) -> bool:
        """Withhold the cheapest rectangle that leaves the cell open; whether there is one."""
        choices = [(cost, corners) for corners, cost in self._rectangles(place)]
        if not choices:
            return False
        _, corners = min(choices)
        for r, c in corners:
            if self.state[r][c] is _State.PRINTED:
                self.state[r][c] = _State.OTHER
        return True

    def _rectangles(self, place: tuple[int, int]) -> Iterator[tuple[tuple[tuple[int, int], ...], int]]:
        r, c = place
        for r2, c2, step in product(range(self.height + 1), range(self.width + 1), (1, -1)):
            if r2 == r or c2 == c:
                continue
            moved = {(r, c): step, (r, c2): -step, (r2, c): -step, (r2, c2): step}
            costs = [self._cost(i, j, self._sign(i, j) * way * self._sign(r, c)) for (i, j), way in moved.items()]
            if None not in costs:
                yield tuple(moved), sum(cost for cost in costs if cost is not None)

    def _sign(self, r: int, c: int) -> int:
        return -1 if (r == self.height) != (c == self.width) else 1

    def _cost(self, r: int, c: int, step: int) -> int | None:
        """What withholding a corner costs in print, None where it cannot change by ``step`` unseen."""
        after = self.value[r][c] + step
        match self.state[r][c]:
            case _State.UNPRINTED:
                return 0 if after >= 0 else None
            case _State.SMALL:
                return 0 if 0 < after < FEWEST else None
            case _State.OTHER:
                return 0 if after >= FEWEST else None
        total = r == self.height or c == self.width
        stays = self.totals_stay and (r == self.height or (self.height == 1 and c == self.width))
        if stays or after < FEWEST or self.value[r][c] < FEWEST:
            return None
        # Totals are what a paper is read for: withheld only where no cell will do.
        return self.value[r][c] + 1 + (1_000_000 if total else 0)

    def printed(self) -> Guarded:
        def text(r: int, c: int) -> Shown:
            match self.state[r][c]:
                case _State.SMALL:
                    return Withheld.SMALL
                case _State.OTHER:
                    return Withheld.OTHER
            return self.value[r][c]

        height, width = self.height, self.width
        alone = height == 1
        return Guarded(
            cells=tuple(tuple(text(r, c) for c in range(width)) for r in range(height)),
            row_totals=tuple(text(r, width) for r in range(height)),
            column_totals=tuple(text(0 if alone else height, c) for c in range(width)),
            total=text(0 if alone else height, width),
        )


def union_may_stand(union: int, parts: Sequence[int]) -> bool:
    """Whether the number of organisations in any of several groups may be printed beside those of the groups.

    An organisation may be in more than one group, so the union is at most the sum: it could say that the withheld
    groups must be larger than one. It may stand when the printed groups and one for each withheld one reach it, and
    when it is itself large enough.

    >>> union_may_stand(12, [10, 3]), union_may_stand(11, [10, 3]), union_may_stand(3, [3])
    (False, True, False)
    """
    return union >= FEWEST and union <= sum(n if n == 0 or n >= FEWEST else 1 for n in parts)


def items_may_stand(items: int, parts: Sequence[int]) -> bool:
    """Whether a number of findings may be printed beside the numbers of organisations that they concern.

    Every organisation of a group has at least one finding there, so the findings are at least the sum of the groups,
    and few findings beside many organisations say that hardly any of these is in two groups. The number may stand
    when nothing is withheld, or when it is larger than the groups could be at their largest: then it says nothing.

    >>> items_may_stand(14, [10, 3]), items_may_stand(15, [10, 3]), items_may_stand(15, [10, 5])
    (False, True, True)
    """
    printed = sum(n for n in parts if n >= FEWEST)
    withheld = sum(0 < n < FEWEST for n in parts)
    return items >= FEWEST and (not withheld or items > printed + (FEWEST - 1) * withheld)
