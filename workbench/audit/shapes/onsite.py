"""Looked at on site: answers of inspectors, and the standard with its levels."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import (
    MISSED,
    UNIT,
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    finish,
    look_up,
    parameters,
    state_status,
)
from workbench.audit.shapes.state import STATE
from workbench.requirements.model import Requirement
from workbench.timeline import add_months
from workbench.vocabulary import Answer, StandardLevel

KEY = ["requirement", "subject"]


def _newest(answers: ir.Table, keys: Sequence[str]) -> ir.Table:
    """The newest answer by key; of one day the one that finds fault first, then the one that confirms."""
    rank = ibis.cases(
        (answers.answer == Answer.NOT_FULFILLED.value, 0), (answers.answer == Answer.FULFILLED.value, 1), else_=2
    )
    last = answers.mutate(rank=rank).group_by(*keys, "checked_on").agg(answer=lambda t: t.answer.argmin(t.rank))
    return last.group_by(*keys).agg(answer=last.answer.argmax(last.checked_on))


# --- an answer to a requirement --------------------------------------------------------------------------------------


def _looked_at(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Answers of the year given while the subject was bound."""
    rows = ctx.facts.checklist.rename(subject="org_id")
    rows = rows.filter(rows.checked_on.year() == ctx.year)
    rows = rows.join(ctx.active(requirements).select(*KEY, "start"), KEY)
    return rows.filter(rows.checked_on >= rows.start)


def _checklist_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Those that somebody has looked at: they are few among all that wait for it."""
    t = _newest(_looked_at(ctx, requirements), KEY)
    t = t.filter(t.answer.notnull())
    met, missed = ((t.answer == a.value).fill_null(False) for a in (Answer.FULFILLED, Answer.NOT_FULFILLED))
    judged = ibis.cases((met, 1.0), (missed, 0.0), else_=ibis.null("float64"))
    return finish(
        t.mutate(
            met=met.cast("int64"),
            missed=missed.cast("int64"),
            open=ibis.literal(0),
            judged=judged,
            observed=judged,
        )
    )


def _checklist_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _looked_at(ctx, requirements)
    return as_evidence(rows, "checklist", str(ctx.year), "checked_on", rows.answer)


CHECKLIST = Shape(
    lambda kwargs, inventory: True,
    lambda kwargs: [Need("checklist")],
    tally=_checklist_tally,
    evidence=_checklist_evidence,
    period_kind="year",
    waits=True,
)


# --- the standard and its levels -------------------------------------------------------------------------------------

_LEVELS = tuple(level.value for level in StandardLevel)


def _answers(ctx: Context) -> ir.Table:
    """Answers to items of the standard in the year up to the reference day, with the level of the item."""
    facts = ctx.facts
    rows = facts.checklist.rename(subject="org_id", item="requirement")
    rows = rows.filter(rows.checked_on > add_months(facts.ref, -12), rows.checked_on <= facts.ref)
    return rows.join(facts.indicators.select("item", "level").distinct(), "item")


def _levels(ctx: Context) -> ir.Table:
    """(subject, then for each level the items found good and those found wanting)."""
    newest = _newest(_answers(ctx), ["subject", "item", "level"])
    good = newest.answer.isin([Answer.FULFILLED.value, Answer.NOT_APPLICABLE.value])
    counts = {}
    for i, level in enumerate(_LEVELS):
        counts |= {
            f"good{i}": newest.count(where=good & (newest.level == level)),
            f"bad{i}": newest.count(where=~good & (newest.level == level)),
        }
    return newest.group_by("subject").agg(**counts)


def _reached(ctx: Context, t: ir.Table) -> tuple[ir.FloatingValue, ir.BooleanValue]:
    """The level reached (0 none), and whether unanswered items of the next one leave it open."""
    totals = [ctx.facts.inventory.standard.get(level, (0, 0))[0] for level in _LEVELS]
    full = [(t[f"good{i}"].fill_null(0) >= total) & (total > 0) for i, total in enumerate(totals)]
    below, value, untold = ibis.literal(True), ibis.literal(0), ibis.literal(False)
    for i, total in enumerate(totals):
        spotless = t[f"bad{i}"].fill_null(0) == 0
        untold = untold | (below & ~full[i] & spotless & ibis.literal(total > 0))
        below = below & full[i]
        value = value + below.cast("int64")
    return value.cast("float64"), untold


def _standard_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    bounds = {
        "what": (str, lambda k: k["what"]),
        "minimum": (float, lambda k: k["minimum"]),
        "maximum": (float, lambda k: k.get("maximum")),
    }
    t = ctx.active(requirements).join(parameters(requirements, bounds), "requirement")
    items, aspects = ctx.facts.inventory.standard[StandardLevel.BASIC.value]
    t = t.mutate(value=ibis.ifelse(t.what == "aspects", float(aspects), float(items)), untold=ibis.literal(False))
    if any(r.kwargs["what"] == "level" for r in requirements):
        t = look_up(t, _levels(ctx), ["subject"])
        level, untold = _reached(ctx, t)
        asked = t.what == "level"
        t = t.mutate(value=ibis.ifelse(asked, level, t.value), untold=untold & asked)
    inside = (t.value >= t.minimum) & (t.value <= t.maximum).fill_null(True)
    status = ibis.cases(
        (t.untold & (t.value < t.minimum), UNKNOWN), else_=state_status(ctx, t.established_on, inside)
    )
    return t.mutate(unit=ibis.literal(str(ctx.facts.ref)), status=status).select(*UNIT)


def _standard_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Answers to the items; for the shape of the standard itself no row of a subject says anything."""
    subjects = ctx.active([r for r in requirements if r.kwargs["what"] == "level"]).select(*KEY)
    rows = _answers(ctx).join(subjects, "subject")
    label = rows.level + ibis.literal(" ") + rows.item + ibis.literal("：") + rows.answer
    status = ibis.ifelse(rows.answer == Answer.NOT_FULFILLED.value, MISSED, "")
    return as_evidence(rows, "checklist", rows.level, "checked_on", label, status=status)


def _standard_available(kwargs: dict, inventory: Inventory) -> bool:
    known = StandardLevel.BASIC.value in inventory.standard
    return known and (kwargs["what"] != "level" or inventory.items_answered)


STANDARD = Shape(
    _standard_available,
    lambda kwargs: [Need("indicators"), Need("checklist")],
    units=_standard_units,
    evidence=_standard_evidence,
    period_kind=STATE,
)
