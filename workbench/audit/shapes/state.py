"""States at a date: cases open, parts present; what a state that is due by a certain day has in common.

A young organisation that does not yet satisfy one is given time (parameter ``new_organization_grace_months``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from workbench.audit.shapes.base import (
    OPEN,
    UNIT,
    Context,
    Shape,
    as_evidence,
    look_up,
    parameters,
    state_status,
)
from workbench.audit.shapes.cases import case_needs, case_rows, listed, with_process
from workbench.requirements.model import Requirement

STATE = "state"
KEY = ["requirement", "subject"]
_BOUNDS = {"minimum": (float, lambda k: k.get("minimum")), "maximum": (float, lambda k: k.get("maximum"))}


def within_bounds(ctx: Context, requirements: Sequence[Requirement], found: ir.Table, subjects: ir.Table) -> ir.Table:
    """Units for a number at the date (none found: 0); ``found`` has requirement, subject, value."""
    t = look_up(subjects, found, KEY).join(parameters(requirements, _BOUNDS), "requirement")
    t = t.mutate(value=t.value.fill_null(0).cast("float64"), unit=ibis.literal(str(ctx.facts.ref)))
    inside = (t.minimum.isnull() | (t.value >= t.minimum)) & (t.maximum.isnull() | (t.value <= t.maximum))
    return due_state(ctx, requirements, t, inside).select(*UNIT)


# --- states due by a day ---------------------------------------------------------------------------------------------


def read_on(ctx: Context, kwargs: dict) -> date:
    """The day at which a state is read: the reference day, or the day it was due by when that is earlier."""
    by = due_by(kwargs)
    return min(ctx.facts.ref, by) if by else ctx.facts.ref


def due_by(kwargs: dict) -> date | None:
    """The day of argument ``by``."""
    by = kwargs.get("by")
    return date.fromisoformat(by) if isinstance(by, str) else by


def due_state(ctx: Context, requirements: Sequence[Requirement], t: ir.Table, satisfied: ir.BooleanValue) -> ir.Table:
    """``t`` with the status of its state; with a day to be due by: open before it, no unit in a year after it."""
    t = t.mutate(satisfied=satisfied)
    if not any(due_by(r.kwargs) for r in requirements):
        return t.mutate(status=state_status(ctx, t.established_on, t.satisfied))
    rules = parameters(
        requirements,
        {
            "early": (bool, lambda k: bool(due_by(k)) and ctx.facts.ref < due_by(k)),
            "past": (bool, lambda k: bool(due_by(k)) and due_by(k).year < ctx.year),
        },
    )
    t = t.join(rules, "requirement")
    t = t.filter(~t.past)
    return t.mutate(status=ibis.ifelse(t.early, OPEN, state_status(ctx, t.established_on, t.satisfied)))


# --- cases open ------------------------------------------------------------------------------------------------------


def _open_rows(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Rows that opened a case still open on the day, with ``subject`` and the organisation that keeps it."""
    rules = parameters(
        requirements,
        {
            "process": (str, lambda k: k["process"]),
            "opening": listed("opened_by"),
            "closing": listed("closed_by"),
            "day": (date, lambda k: read_on(ctx, k)),
        },
    )
    rows = ctx.facts.case_steps.join(rules, "process")
    rows = rows.filter(rows.done_on <= rows.day)
    closed = rows.filter(rows.closing.contains(rows.step))
    rows = rows.filter(rows.opening.contains(rows.step)).anti_join(closed, ["requirement", "org_id", "case_id"])
    placed = rows.mutate(subject=rows.org_id)
    if wide := [r.id for r in requirements if r.kwargs.get("scope") == "subtree"]:
        below = rows.filter(rows.requirement.isin(wide)).join(ctx.facts.below, "org_id")
        placed = placed.union(below.mutate(subject=below.ancestor).select(placed.columns))
    return placed.join(ctx.active(requirements).select(*KEY), KEY)


def _open_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _open_rows(ctx, requirements).select(*KEY, "org_id", "case_id").distinct()
    found = rows.group_by(*KEY).agg(value=rows.count())
    rules = {"wanted": listed("when_descendant_flag"), "day": (date, lambda k: read_on(ctx, k))}
    subjects = ctx.active(requirements).join(parameters(requirements, rules), "requirement")
    if any(r.kwargs.get("when_descendant_flag") for r in requirements):
        orgs = ctx.facts.organizations
        orgs = orgs.select("org_id", "established_on", "dissolved_on", flag=orgs.flags.unnest())
        flagged = ctx.facts.below.join(orgs, "org_id").select(
            "ancestor", "flag", born="established_on", gone="dissolved_on"
        )
        marked = subjects.semi_join(
            flagged,
            [
                subjects.subject == flagged.ancestor,
                subjects.wanted.contains(flagged.flag),
                flagged.born.isnull() | (flagged.born <= subjects.day),
                flagged.gone.isnull() | (flagged.gone > subjects.day),
            ],
        )
        subjects = subjects.filter(subjects.wanted.length() == 0).union(marked)
    return within_bounds(ctx, requirements, found, subjects)


def _open_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _open_rows(ctx, requirements)
    return as_evidence(rows, "case_steps", str(ctx.facts.ref), "done_on", rows.step)


OPEN_CASES = Shape(with_process, case_needs, units=_open_units, evidence=_open_evidence, period_kind=STATE)


# --- parts present ---------------------------------------------------------------------------------------------------


def _present_rows(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(ctx, requirements, {})
    return rows.filter(rows.done_on <= ctx.facts.ref)


def _present_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _present_rows(ctx, requirements)
    found = rows.group_by(*KEY).agg(value=rows.step.nunique())
    return within_bounds(ctx, requirements, found, ctx.active(requirements))


def _present_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _present_rows(ctx, requirements)
    return as_evidence(rows, "case_steps", str(ctx.facts.ref), "done_on", rows.step)


STEPS_PRESENT = Shape(with_process, case_needs, units=_present_units, evidence=_present_evidence, period_kind=STATE)
