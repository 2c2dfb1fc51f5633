"""Where requirements are missed: units × documents, and × the requirements of a document, with their totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from math import sqrt
from typing import Any

#: Normal quantile of the two-sided 95 % interval.
_Z = 1.96

#: Upper bounds of the six steps of the colour scale, and what the legend says; what is held against them is the lower
#: end of the interval of the failing share, so that a small number never takes the colour of a large one. Most cells
#: of an inspection lie below 5 %: half of the steps are there.
STEPS = ((0.0, "0"), (0.005, "≤0.5%"), (0.015, "≤1.5%"), (0.05, "≤5%"), (0.30, "≤30%"), (1.0, ">30%"))

#: In a key of :attr:`Heatmap.cells`: all units, all requirements.
ALL = ""


@dataclass(frozen=True)
class Cell:
    """Results of some units under some requirements: failing ones, judged, behind, not yet due, without data."""

    failing: int = 0
    judged: int = 0
    behind: int = 0
    open: int = 0
    no_data: int = 0

    @property
    def at_least(self) -> float:
        """Lower end of the 95 % Wilson interval of the failing share, 0 to 1: 1 of 1 weighs less than 40 of 40."""
        return self._interval(-1) if self.failing else 0.0

    @property
    def at_most(self) -> float:
        """Upper end of that interval; 1 where nothing was judged."""
        return self._interval(1) if self.failing < self.judged else 1.0

    def _interval(self, side: int) -> float:
        n, share = self.judged, self.failing / self.judged
        centre = share + _Z**2 / (2 * n)
        return (centre + side * _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))) / (1 + _Z**2 / n)

    @property
    def silent(self) -> bool:
        """Whether nothing was judged and nothing will be: there are no data, or nobody is bound."""
        return not self.judged and not self.open

    def __add__(self, other: Cell) -> Cell:
        return Cell(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def level(cell: Cell) -> int:
    """Step of the colour scale, 0 (nobody fails) to 5."""
    return next(i for i, (bound, _) in enumerate(STEPS) if cell.at_least <= bound)


@dataclass(frozen=True)
class Heatmap:
    """``units`` (id, name) × ``requirements`` in order; ``cells`` by (unit, requirement or document), only pairs that
    occur. :data:`ALL` stands for all units, or for all requirements."""

    units: list[tuple[str, str]]
    requirements: list[dict[str, Any]]
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)

    @classmethod
    def of(
        cls, units: list[tuple[str, str]], requirements: Iterable[dict[str, Any]],
        counted: Iterable[tuple[str, str, Cell]],
    ) -> Heatmap:
        """From cells per unit and requirement; the totals are added up."""
        known = {r["id"]: r for r in requirements}
        # Plain numbers, since a city has a hundred thousand of these sums; they become cells at the end.
        sums: dict[tuple[str, str], list[int]] = {}
        for unit, requirement, cell in counted:
            document = known[requirement]["document"] if requirement in known else ALL
            numbers = (cell.failing, cell.judged, cell.behind, cell.open, cell.no_data)
            for column in {requirement, document, ALL}:
                for row in (unit, ALL):
                    found = sums.get((row, column))
                    if found is None:
                        sums[row, column] = [*numbers]
                    else:
                        for i, number in enumerate(numbers):
                            found[i] += number
        cells = {key: Cell(*numbers) for key, numbers in sums.items()}
        return cls(units, [r for r in known.values() if (ALL, r["id"]) in cells], cells)

    def documents(self) -> list[tuple[str, str]]:
        """The documents (id, title) that have cells, in order."""
        return list(dict.fromkeys((r["document"], r["document_title"]) for r in self.requirements))

    def columns(self, document: str) -> list[dict[str, Any]]:
        """The requirements of one document."""
        return [r for r in self.requirements if r["document"] == document]

    def total(self, requirement: str) -> Cell:
        """All units under one requirement."""
        return self.cells.get((ALL, requirement), Cell())
