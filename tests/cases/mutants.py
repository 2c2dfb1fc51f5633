"""Requirements with one figure moved by one: each must be caught by a case, or the cases do not hold the figure.

A figure is every number or day among the arguments, also one that a parameter supplies. Two parameters stand in no
argument: the start of the two-year cycle, which every case of a two-year period holds, and the grace of new
organisations, which ``test_cases.py`` tries on both sides of its end for every requirement that knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import Requirement
from workbench.requirements.shapes import SHAPES, Kind, bounds_of, check_arguments

MARK = "~"
FIGURES = (Kind.COUNT, Kind.NUMBER, Kind.MONTH_DAY, Kind.DATE, Kind.DATES)


def mutants_of(requirement: Requirement) -> Iterator[Requirement]:
    """Copies of the requirement, each with one figure up or down by one; its id says which.

    Left out is what no suite could say, and what says the same.
    """
    shape, given = SHAPES[requirement.shape], requirement.kwargs
    check_arguments(shape, given, requirement.id)  # else none of its copies would be a suite either
    for name, value in given.items():
        kind = shape.arguments[name].kind
        if kind not in FIGURES or _means_nothing(name, given):
            continue
        for step in (-1, 1):
            kwargs = {**given, name: _moved(kind, name, value, step)}
            mutant = f"{requirement.id}{MARK}{name}{step:+d}"
            try:
                check_arguments(shape, kwargs, mutant)
            except SuiteError:
                continue
            if kwargs.get("share", 0) > 100:
                continue  # nothing is more than all
            lower, upper = bounds_of(shape, kwargs)
            yield replace(requirement, id=mutant, kwargs=kwargs, lower=lower, upper=upper)


def _means_nothing(name: str, given: Mapping[str, Any]) -> bool:
    """Whether the figure is only shown: a day that another puts off, the share of one organisation (all or nothing)."""
    return (name == "by" and "carry_over" in given) or (name == "share" and given.get("scope") == "own")


def _moved(kind: Kind, name: str, value: Any, step: int) -> Any:
    """The figure moved by one: by one day, by one in the hundred."""
    match kind:
        case Kind.MONTH_DAY:
            return f"{date.fromisoformat(f'2023-{value}') + timedelta(days=step):%m-%d}"
        case Kind.DATE:
            return (date.fromisoformat(value) + timedelta(days=step)).isoformat()
        case Kind.DATES:
            return [(date.fromisoformat(day) + timedelta(days=step)).isoformat() for day in value]
        case _:
            return round(value + step / 100, 6) if name == "ratio" else value + step
