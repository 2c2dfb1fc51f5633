"""No withheld count can be worked out: whoever reads a printed table is played by an exact integer solver."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from workbench.reports.papers.small_cells import (
    FEWEST, Guarded, Withheld, guard, items_may_stand, shown, union_may_stand,
)

LARGE = 10_000


def board(printed: Guarded) -> list[list[int | Withheld]]:
    """What is printed, totals as last row and column."""
    rows = [[*row, total] for row, total in zip(printed.cells, printed.row_totals, strict=True)]
    return [*rows, [*printed.column_totals, printed.total]]


def with_totals(counts: list[list[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def readable(printed: Guarded, unprinted: set[int] = frozenset()) -> list[tuple[int, int]]:
    """Withheld places whose value follows from the print: all of them solved for their least and largest value."""
    seen = board(printed)
    height, width = len(seen), len(seen[0])
    number = {place: i for i, place in enumerate(product(range(height), range(width)))}
    equations = []
    for r in range(height):
        line = np.zeros(len(number))
        for c in range(width):
            line[number[r, c]] = -1 if c == width - 1 else 1
        equations.append(line)
    for c in range(width):
        line = np.zeros(len(number))
        for r in range(height):
            line[number[r, c]] = -1 if r == height - 1 else 1
        equations.append(line)
    low, high = np.zeros(len(number)), np.full(len(number), LARGE)
    withheld = []
    for (r, c), i in number.items():
        value = seen[r][c]
        if c in unprinted:
            continue
        if value is Withheld.SMALL:
            low[i], high[i] = 1, FEWEST - 1
        elif value is Withheld.OTHER:
            low[i] = FEWEST
        else:
            low[i] = high[i] = value
        if isinstance(value, Withheld):
            withheld.append((r, c))
    found = []
    for place in withheld:
        extremes = []
        for way in (1, -1):
            goal = np.zeros(len(number))
            goal[number[place]] = way
            solved = milp(
                goal, constraints=LinearConstraint(np.array(equations), 0, 0), integrality=np.ones(len(number)),
                bounds=(low, high),
            )
            assert solved.success, (seen, solved.message)
            extremes.append(round(way * solved.fun))
        if extremes[0] == extremes[1]:
            found.append(place)
    return found


def rectangles(smallest: int, largest: int):
    return st.tuples(st.integers(smallest, 4), st.integers(1, 4)).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(0, largest), min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
        )
    )


@settings(max_examples=120)
@example([[4, 4, 0]])
@example([[1, 0], [0, 30]])
@example([[4, 40], [40, 400]])
@example([[1]])
@given(rectangles(1, 12))
def test_no_withheld_count_can_be_worked_out(counts: list[list[int]]) -> None:
    printed = guard(counts)
    if printed is None:
        return
    assert readable(printed) == []
    for true_row, seen_row in zip(with_totals(counts), board(printed), strict=True):
        for true, seen in zip(true_row, seen_row, strict=True):
            if isinstance(seen, Withheld):
                assert (seen is Withheld.SMALL) == (0 < true < FEWEST)
                assert true
            else:
                assert seen == true
                assert not 0 < seen < FEWEST


@settings(max_examples=80)
@given(rectangles(1, 40).filter(lambda counts: len(counts[0]) > 1))
def test_a_difference_that_is_not_printed_gives_nothing_away(counts: list[list[int]]) -> None:
    last = len(counts[0]) - 1
    printed = guard(counts, unprinted={last}, column_totals_stay=True)
    if printed is None:
        return
    assert readable(printed, {last}) == []
    totals = [*with_totals(counts)[-1][:last], with_totals(counts)[-1][-1]]
    kept = [*printed.column_totals[:last], printed.total]
    if len(counts) > 1:
        assert [t for t, k in zip(totals, kept, strict=True) if t >= FEWEST and t != k] == []


def test_large_tables_are_printed_in_most_part() -> None:
    counts = [[120, 3, 20], [60, 8, 2], [20, 9, 14], [300, 40, 50]]
    printed = guard(counts)
    assert printed is not None
    flat = [value for row in printed.cells for value in row]
    assert sum(isinstance(value, int) for value in flat) >= 7
    assert printed.row_totals == tuple(sum(row) for row in counts)
    assert printed.total == sum(map(sum, counts))


def test_a_table_without_small_cells_is_printed_whole() -> None:
    printed = guard([[5, 0], [7, 30]])
    assert printed == Guarded(((5, 0), (7, 30)), (5, 37), (12, 30), 42)


def test_the_solver_sees_a_leak() -> None:
    """The test itself can fail: one small cell alone beside printed totals is worked out."""
    leaking = Guarded(((Withheld.SMALL, 12), (20, 30)), (15, 50), (23, 42), 65)
    assert readable(leaking) == [(0, 0)]
    tight = Guarded(((Withheld.SMALL, Withheld.SMALL),), (8,), (Withheld.SMALL, Withheld.SMALL), 8)
    assert readable(tight)


def test_two_fours_that_add_up_are_not_printed_as_two_small_ones_and_an_eight() -> None:
    printed = guard([[4, 4]])
    assert printed is None or printed.row_totals[0] is Withheld.OTHER


@pytest.mark.parametrize("counts", [[], [[]], [[1, 2], [3]], [[-1]]])
def test_what_is_no_table_is_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="rectangle"):
        guard(counts)


def test_alone() -> None:
    assert [shown(n) for n in (0, 1, 4, 5)] == [0, Withheld.SMALL, Withheld.SMALL, 5]
    assert str(Withheld.SMALL) == "少于5个"


groups = st.lists(st.integers(0, 9), min_size=1, max_size=4)


@given(groups, st.integers(0, 40))
def test_a_union_leaves_every_withheld_group_open(parts: list[int], union: int) -> None:
    """Any sizes between the largest and the sum make a union: every withheld part must have two possible values."""
    if not max(parts) <= union <= sum(parts) or not union_may_stand(union, parts):
        return
    assert open_values(parts, lambda sizes: max(sizes) <= union <= sum(sizes))


@given(groups, st.integers(0, 60))
def test_a_number_of_findings_leaves_every_withheld_group_open(parts: list[int], items: int) -> None:
    if items >= sum(parts) and items_may_stand(items, parts):
        assert open_values(parts, lambda sizes: sum(sizes) <= items)


@pytest.mark.parametrize(("items", "parts"), [(4, [4]), (2, [1, 1]), (14, [10, 3]), (8, [4, 4])])
def test_a_number_of_findings_that_would_say_too_much_is_withheld(items: int, parts: list[int]) -> None:
    assert not items_may_stand(items, parts)


def open_values(parts: list[int], possible) -> bool:
    """Whether each withheld part has more than one value among all sizes that fit the print."""
    ranges = [range(1, FEWEST) if 0 < n < FEWEST else [n] for n in parts]
    fitting = [sizes for sizes in product(*ranges) if possible(sizes)]
    assert tuple(parts) in fitting
    return all(len({sizes[i] for sizes in fitting}) > 1 for i, n in enumerate(parts) if 0 < n < FEWEST)


@pytest.mark.parametrize(("union", "parts"), [(8, [4, 4]), (12, [10, 3]), (4, [4])])
def test_a_union_that_would_say_too_much_is_withheld(union: int, parts: list[int]) -> None:
    assert not union_may_stand(union, parts)
