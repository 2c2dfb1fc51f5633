"""The terms a random city is made of: those of the zoo, and those that the requirements to be judged name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .facts import terms
from .oracle import Demand
from .zoo_shapes import CATEGORIES, FLAGS, GRADES, KINDS, MEASURES, RATINGS, ROLES, STANDINGS, STEPS, TAGS

#: Arguments that hold terms of one kind.
ARGUMENTS = {
    "kinds": ("activity",),
    "tags": ("tags", "carries"),
    "roles": ("roles", "by_role", "role", "chaired_by", "also", "except_roles"),
    "standings": ("standing", "standings"),
    "categories": ("categories", "except_categories"),
    "measures": ("measure", "per", "when", "numerator", "denominator", "base"),
    "ratings": ("rating", "given_rating"),
    "grades": ("grade", "grades", "given_grades"),
    "flags": ("flags", "having_flag", "when_descendant_flag"),
}
BASE = {
    "kinds": KINDS, "tags": TAGS, "roles": ROLES, "standings": STANDINGS, "categories": CATEGORIES,
    "measures": MEASURES, "ratings": RATINGS, "grades": GRADES, "flags": FLAGS,
}
FIGURES = ("count", "hours", "days", "quantity")
#: Arguments that name steps, in the order in which the steps usually follow one another.
STEP_ARGUMENTS = ("opened_by", "opens", "of", "after", "among", "unless", "step", "steps", "before", "extended_by",
                  "closed_by", "until")


class Words:
    """Terms of every kind; those that no requirement names are left out where enough are named."""

    def __init__(self, demands: list[Demand]) -> None:
        asked = [d.kwargs for d in demands]
        for kind, names in ARGUMENTS.items():
            found = list(dict.fromkeys(
                t for k in asked for name in names for t in terms(k.get(name))
                if not (kind == "measures" and t in FIGURES) and not (kind == "tags" and k.get("process"))
            ))
            setattr(self, kind, found if len(found) > 3 else list(dict.fromkeys([*found, *BASE[kind]])))
        self.steps = {
            process: steps_of(process, asked)
            for process in dict.fromkeys(k["process"] for k in asked if k.get("process"))
        }
        self.case_tags = list(
            dict.fromkeys(
                t
                for k in asked
                if k.get("process")
                for name in ("tags", "of_tags", "step_tags")
                for t in terms(k.get(name))
            )
        ) or ["复杂事项"]

    kinds: list[str]
    tags: list[str]
    roles: list[str]
    standings: list[str]
    categories: list[str]
    measures: list[str]
    ratings: list[str]
    grades: list[str]
    flags: list[str]


def steps_of(process: str, asked: Iterable[dict[str, Any]]) -> list[str]:
    """The steps of a process that are named, each after those it follows in some requirement."""
    order: list[str] = list(STEPS.get(process, ()))
    for k in asked:
        if k.get("process") != process:
            continue
        place = -1
        for step in (s for name in STEP_ARGUMENTS for s in terms(k.get(name))):
            if step not in order:
                order.insert(place + 1, step)
            place = max(place, order.index(step))
    return order
