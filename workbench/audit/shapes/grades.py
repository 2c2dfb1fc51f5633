"""Grades that may not be given after certain events (等次限制)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    parameters,
    union,
)
from workbench.audit.shapes.cases import case_needs, case_rows, listed, with_process
from workbench.requirements.model import Requirement, terms

_KEY = ["requirement", "subject"]
_ORIGIN = ["person_id", "source_id", "source_row"]


def _ratings(ctx: Context, requirements: Sequence[Requirement], kinds: str, grades: str) -> ir.Table:
    """Ratings of the audited year of the kinds that an argument names, with its list of ``grades``."""
    ratings = ctx.facts.ratings.filter(ctx.facts.ratings.period == ctx.year).rename(subject="org_id")
    rules = parameters(requirements, {"kinds": listed(kinds), "grades": listed(grades)})
    rules = rules.mutate(kind=rules.kinds.unnest()).drop("kinds")
    return ratings.join(rules, "kind").join(ctx.active(requirements).select(*_KEY, "start"), _KEY)


def _given(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Ratings whose grade may be limited."""
    rows = _ratings(ctx, requirements, "rating", "grades")
    return rows.filter(rows.rated_on.isnull() | (rows.rated_on >= rows.start))


def _triggers(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """What limits grades: steps of the year, or ratings; ``dated`` and ``label`` for evidence."""
    parts = []
    if by_step := [r for r in requirements if r.kwargs.get("process")]:
        rows = case_rows(ctx, by_step, {})
        rows = rows.filter(rows.done_on.year() == ctx.year, rows.done_on >= rows.start)
        parts.append(
            rows.select(*_KEY, *_ORIGIN, dated=rows.done_on, label=rows.step, table_name=ibis.literal("case_steps"))
        )
    if by_rating := [r for r in requirements if r.kwargs.get("given_rating")]:
        rows = _ratings(ctx, by_rating, "given_rating", "given_grades")
        rows = rows.filter(rows.grades.contains(rows.grade))
        label = rows.kind + ibis.literal(" ") + rows.grade
        parts.append(
            rows.select(*_KEY, *_ORIGIN, dated=rows.rated_on, label=label, table_name=ibis.literal("ratings"))
        )
    return union(parts)


def _same(left: ir.Table, right: ir.Table) -> list[ir.BooleanValue]:
    """Both name the same person, or one of them names nobody."""
    nobody = left.person_id.isnull() | right.person_id.isnull()
    return [
        left.requirement == right.requirement,
        left.subject == right.subject,
        (left.person_id == right.person_id) | nobody,
    ]


def _concerned(given: ir.Table, triggers: ir.Table) -> ir.Table:
    """Ratings that a trigger concerns, with ``status``."""
    rows = given.semi_join(triggers, _same(given, triggers))
    allowed = rows.grades.contains(rows.grade)
    return rows.mutate(status=ibis.cases((rows.grade.isnull(), UNKNOWN), (allowed, MET), else_=MISSED))


def _capped_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    given, triggers = _given(ctx, requirements), _triggers(ctx, requirements)
    waiting = triggers.anti_join(given, _same(triggers, given))
    units = _concerned(given, triggers).select(*_KEY, "status")
    units = units.union(waiting.select(*_KEY, status=ibis.literal(OPEN)))
    return units.mutate(unit=ibis.literal(str(ctx.year)), value=(units.status == MISSED).cast("float64"))


def _capped_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    triggers = _triggers(ctx, requirements)
    rated = _concerned(_given(ctx, requirements), triggers)
    label = rated.kind + ibis.literal(" ") + rated.grade.fill_null("")
    rows = as_evidence(rated, "ratings", str(ctx.year), "rated_on", label, status=rated.status)
    return rows.union(as_evidence(triggers, triggers.table_name, str(ctx.year), "dated", triggers.label))


def _capped_available(kwargs: dict, inventory: Inventory) -> bool:
    given = terms(kwargs.get("given_rating"))
    occurs = bool(inventory.ratings & set(given)) if given else with_process(kwargs, inventory)
    return occurs and bool(inventory.ratings & set(terms(kwargs["rating"])))


def _capped_needs(kwargs: dict) -> list[Need]:
    kinds = (*terms(kwargs["rating"]), *terms(kwargs.get("given_rating")))
    return [*(Need("ratings", kind) for kind in kinds), *(case_needs(kwargs) if kwargs.get("process") else [])]


GRADE_CAPPED = Shape(
    _capped_available, _capped_needs, units=_capped_units, evidence=_capped_evidence, summed=True
)
