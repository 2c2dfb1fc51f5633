"""Courses of dated steps: deadlines after an event, leads before one, order of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    Context,
    Need,
    Shape,
    as_evidence,
    days_between,
    event_units,
    parameters,
    plus,
    union,
)
from workbench.requirements.model import Requirement, terms
from workbench.timeline import day_of_year

Columns = dict[str, tuple[type, Callable[[dict], Any]]]

#: Keyword arguments that name steps of a process.
STEP_ARGUMENTS = ("after", "step", "before", "opens", "until", "steps", "opened_by", "closed_by")


def named_steps(kwargs: dict) -> list[str]:
    """Every step a requirement mentions."""
    return [step for name in STEP_ARGUMENTS for step in terms(kwargs.get(name))]


PROCESS: Columns = {"process": (str, lambda k: k["process"]), "involved": (list, named_steps)}


def listed(name: str) -> tuple[type, Callable[[dict], Any]]:
    """A keyword argument as a column of terms; absent: an empty list."""
    return (list, lambda k: terms(k.get(name)))


def number(name: str) -> tuple[type, Callable[[dict], Any]]:
    """A keyword argument as a whole number; absent: empty."""
    return (int, lambda k: k.get(name))


def case_rows(ctx: Context, requirements: Sequence[Requirement], columns: Columns) -> ir.Table:
    """Steps of the processes that the requirements mention, with start of duty and the rule's own columns."""
    rules = parameters(requirements, PROCESS | columns)
    steps = ctx.facts.case_steps
    rows = steps.join(rules, steps.process == rules.process).rename(subject="org_id")
    rows = rows.filter(rows.involved.contains(rows.step))
    return rows.join(ctx.active(requirements).select("requirement", "subject", "start"), ["requirement", "subject"])


def case_evidence(ctx: Context, requirements: Sequence[Requirement], units: ir.Table) -> ir.Table:
    """The steps of every case that is a unit."""
    rows = case_rows(ctx, requirements, {})
    # a case with several units (periods, rows) shows the worst of them
    order = ibis.cases((units.status == MISSED, 3), (units.status == OPEN, 2), (units.status == MET, 1), else_=0)
    cases = (
        units.mutate(order=order)
        .group_by("requirement", "subject", case_id="unit")
        .agg(status=lambda u: u.status.argmax(u.order))
    )
    rows = rows.join(cases, ["requirement", "subject", "case_id"])
    return as_evidence(rows, "case_steps", rows.case_id, "done_on", rows.step, status=rows.status)


def case_needs(kwargs: dict) -> list[Need]:
    """Steps of the process."""
    return [Need("case_steps", kwargs["process"])]


def followed(trigger: str) -> Callable[[dict, Inventory], bool]:
    """Available: the process occurs and, where its ``trigger`` step does, so does the step that is asked for."""

    def available(kwargs: dict, inventory: Inventory) -> bool:
        process = kwargs["process"]
        tags = terms(kwargs.get("tags")) if trigger == "after" else ()
        begun = inventory.has_step(process, terms(kwargs[trigger]), tags)
        return inventory.has_process(process) and (not begun or inventory.has_step(process, terms(kwargs["step"])))

    return available


def with_process(kwargs: dict, inventory: Inventory) -> bool:
    """Available: the process occurs."""
    return inventory.has_process(kwargs["process"])


# --- deadline after an event -----------------------------------------------------------------------------------------


def _deadline_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        {
            "after": listed("after"),
            "wanted": listed("step"),
            "tags_wanted": listed("tags"),
            "days": number("within_days"),
            "months": number("within_months"),
        },
    )
    tagged = (rows.tags_wanted.length() == 0) | list_has_any(rows.tags, rows.tags_wanted).fill_null(False)
    cases = rows.group_by("requirement", "subject", unit="case_id").agg(
        trigger=rows.done_on.min(where=rows.after.contains(rows.step) & tagged),
        done=rows.done_on.min(where=rows.wanted.contains(rows.step)),
        start=rows.start.min(),
        days=rows.days.min(),
        months=rows.months.min(),
    )
    cases = cases.filter(cases.trigger.notnull())
    zero = ibis.literal(0, "int64")
    due = plus(cases.trigger, months=cases.months.fill_null(zero), days=cases.days.fill_null(zero))
    return event_units(ctx, cases.mutate(due=due), "trigger", "due", "done")


STEP_DEADLINE = Shape(followed("after"), case_needs, units=_deadline_units)


# --- lead before an event --------------------------------------------------------------------------------------------


def _lead_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        {
            "wanted": listed("step"),
            "events": listed("before"),
            "ends": listed("until"),
            "days": number("at_least_days"),
            "months": number("at_least_months"),
            "inclusive": (bool, lambda k: bool(k.get("inclusive"))),
        },
    )
    c = rows.group_by("requirement", "subject", unit="case_id").agg(
        event=rows.done_on.min(where=rows.events.contains(rows.step)),
        early=rows.done_on.min(where=rows.wanted.contains(rows.step)),
        ended=rows.ends.contains(rows.step).any(),
        start=rows.start.min(),
        days=rows.days.min(),
        months=rows.months.min(),
        inclusive=rows.inclusive.any(),
    )
    by_days = c.days.notnull()
    slack = ibis.ifelse(
        by_days,
        days_between(c.event, c.early) + c.inclusive.cast("int64") - c.days,
        days_between(c.event, plus(c.early, months=c.months.fill_null(0))),
    )
    absent = ibis.ifelse(by_days, -1 - c.days, -1 - 30 * c.months)
    held = c.event.notnull() & (c.event.year() == ctx.year) & (c.event >= c.start)
    waiting = c.event.isnull() & c.early.notnull() & (c.early >= c.start) & ~c.ended
    value = ibis.ifelse(c.early.isnull(), absent, slack).cast("float64")
    status = ibis.cases((c.event.isnull(), OPEN), (c.early.isnull(), MISSED), (slack >= 0, MET), else_=MISSED)
    value = ibis.ifelse(c.event.isnull(), ibis.null("float64"), value)
    return c.mutate(status=status, value=value).filter(held | waiting)


STEP_LEAD = Shape(followed("before"), case_needs, units=_lead_units)


# --- order of steps --------------------------------------------------------------------------------------------------


def _order_of(ctx: Context, requirement: Requirement) -> ir.Table:
    """Units of one requirement; its steps become columns, so each has an expression of its own."""
    kwargs = requirement.kwargs
    steps = list(kwargs["steps"])
    due = day_of_year(kwargs["complete_by"], ctx.year) if kwargs.get("complete_by") else None
    rows = case_rows(ctx, [requirement], {})
    c = rows.group_by("requirement", "subject", unit="case_id").agg(
        start=rows.start.min(), **{f"d{i}": rows.done_on.min(where=rows.step == step) for i, step in enumerate(steps)}
    )
    dates = [c[f"d{i}"] for i in range(len(steps))]
    first, last = (f(*dates) for f in (ibis.least, ibis.greatest))
    broken = ibis.or_(
        *(
            (dates[j].notnull() & (dates[i].isnull() | (dates[i] > dates[j])).fill_null(False))
            for i in range(len(steps))
            for j in range(i + 1, len(steps))
        )
    )
    complete = ibis.and_(*(d.notnull() for d in dates))
    late = ibis.literal(due is not None and ctx.as_of > due)
    in_time = last <= due if due else ibis.literal(True)
    status = ibis.cases((broken, MISSED), (complete & in_time, MET), (complete, MISSED), (late, MISSED), else_=OPEN)
    shift = 1 if due else 0  # lists drawn up in December are those of the next year
    belongs = plus(first, months=ibis.literal(shift)).year() == ctx.year
    units = c.mutate(status=status).filter(belongs, first >= c.start)
    units = units.select("requirement", "subject", "unit", "status")
    if due is None:
        return units
    subjects = ctx.active([requirement])
    subjects = subjects.filter(subjects.start <= ctx.facts.first_day)
    without = subjects.anti_join(units, ["requirement", "subject"])
    return units.union(
        without.select(
            "requirement", "subject", unit=ibis.literal(""), status=ibis.literal(MISSED if ctx.as_of > due else OPEN)
        )
    )


def _order_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    units = union([_order_of(ctx, r) for r in requirements])
    return units.mutate(value=(units.status == MISSED).cast("float64"))


STEP_ORDER = Shape(with_process, case_needs, units=_order_units, summed=True)
