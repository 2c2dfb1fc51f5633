"""Courses of dated steps: deadlines after an event, leads before one, order of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

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
)
from workbench.requirements.model import Requirement, terms
from workbench.timeline import day_of_year

Columns = dict[str, tuple[type, Callable[[dict], Any]]]

#: Keyword arguments that name steps of a process.
STEP_ARGUMENTS = (
    "after", "step", "before", "opens", "until", "steps", "opened_by", "closed_by", "of", "unless", "among"
)


def named_steps(kwargs: dict) -> list[str]:
    """Every step a requirement mentions, once."""
    return list(dict.fromkeys(step for name in STEP_ARGUMENTS for step in terms(kwargs.get(name))))


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
    rules = rules.mutate(step=rules.involved.unnest()).drop("involved")
    rows = ctx.facts.case_steps.join(rules, ["process", "step"]).rename(subject="org_id")
    return rows.join(ctx.active(requirements).select("requirement", "subject", "start"), ["requirement", "subject"])


def _tagged(rows: ir.Table) -> ir.BooleanValue:
    """The row carries one of ``tags_wanted``, or none is wanted."""
    return (rows.tags_wanted.length() == 0) | list_has_any(rows.tags, rows.tags_wanted).fill_null(False)


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


def followed(trigger: str, *, tagged: bool = False) -> Callable[[dict, Inventory], bool]:
    """Available: the process occurs and, where its ``trigger`` does (tagged: with the tags), so does the step asked."""

    def available(kwargs: dict, inventory: Inventory) -> bool:
        process = kwargs["process"]
        tags = terms(kwargs.get("tags")) if tagged else ()
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
    cases = rows.group_by("requirement", "subject", unit="case_id").agg(
        trigger=rows.done_on.min(where=rows.after.contains(rows.step) & _tagged(rows)),
        done=rows.done_on.min(where=rows.wanted.contains(rows.step)),
        start=rows.start.min(),
        days=rows.days.min(),
        months=rows.months.min(),
    )
    cases = cases.filter(cases.trigger.notnull())
    zero = ibis.literal(0, "int64")
    due = plus(cases.trigger, months=cases.months.fill_null(zero), days=cases.days.fill_null(zero))
    return event_units(ctx, cases.mutate(due=due), "trigger", "due", "done")


STEP_DEADLINE = Shape(followed("after", tagged=True), case_needs, units=_deadline_units)


# --- lead before an event --------------------------------------------------------------------------------------------


def _lead_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        {
            "wanted": listed("step"),
            "events": listed("before"),
            "tags_wanted": listed("tags"),
            "ends": listed("until"),
            "days": number("at_least_days"),
            "months": number("at_least_months"),
            "inclusive": (bool, lambda k: bool(k.get("inclusive"))),
        },
    )
    c = rows.group_by("requirement", "subject", unit="case_id").agg(
        event=rows.done_on.min(where=rows.events.contains(rows.step) & _tagged(rows)),
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


STEP_LEAD = Shape(followed("before", tagged=True), case_needs, units=_lead_units)


# --- order of steps --------------------------------------------------------------------------------------------------


def _order_rules(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """How many steps each order has, and its last day in the audited year (empty: none)."""

    def due(kwargs: dict) -> date | None:
        return day_of_year(kwargs["complete_by"], ctx.year) if kwargs.get("complete_by") else None

    columns = {"wanted": (int, lambda k: len(k["steps"])), "due": (date, due)}
    return parameters(requirements, columns | {"ongoing": (bool, lambda k: bool(k.get("ongoing")))})


def _places(requirements: Sequence[Requirement]) -> ir.Table:
    """One row per requirement and step: its place in the order."""
    places = [(r, place, step) for r in requirements for place, step in enumerate(r.kwargs["steps"])]
    return ibis.memtable(
        pa.table(
            {
                "requirement": pa.array([r.id for r, _, _ in places], pa.string()),
                "process": pa.array([r.kwargs["process"] for r, _, _ in places], pa.string()),
                "step": pa.array([step for _, _, step in places], pa.string()),
                "place": pa.array([place for _, place, _ in places], pa.int64()),
            }
        )
    )


def _ordered_cases(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Cases whose first listed step belongs to the year (ongoing: that run in it), with ``status``."""
    key = ["requirement", "subject"]
    rows = ctx.facts.case_steps.join(_places(requirements), ["process", "step"]).rename(subject="org_id")
    steps = rows.group_by(*key, "case_id", "place").agg(day=rows.done_on.min())
    c = steps.group_by(*key, unit="case_id").agg(
        days=steps.day.collect(order_by=steps.place),
        reached=steps.place.max() + 1,
        found=steps.count(),
        begun=steps.day.min(),
        ended=steps.day.max(),
    )
    c = c.join(_order_rules(ctx, requirements), "requirement")
    c = c.join(ctx.active(requirements).select(*key, "start"), key)
    broken = (c.reached != c.found) | (c.days != c.days.sort())  # a step left out, or two the wrong way round
    complete, late = c.found == c.wanted, (c.due < ctx.as_of).fill_null(False)
    in_time = (c.ended <= c.due).fill_null(True)
    status = ibis.cases((broken, MISSED), (complete & in_time, MET), (complete | late, MISSED), else_=OPEN)
    shift = c.due.notnull().cast("int64")  # lists drawn up in December are those of the next year
    first = plus(c.begun, months=shift).year()
    belongs = (first == ctx.year) | (c.ongoing & (first < ctx.year) & (c.ended.year() >= ctx.year))
    return c.mutate(status=status).filter(belongs, c.begun >= c.start).select(*key, "unit", "status")


def _order_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    units = _ordered_cases(ctx, requirements)
    if dated := [r for r in requirements if r.kwargs.get("complete_by")]:
        subjects = ctx.active(dated).filter(lambda s: s.start <= ctx.facts.first_day)
        without = subjects.anti_join(units, ["requirement", "subject"]).join(_order_rules(ctx, dated), "requirement")
        status = ibis.ifelse(without.due < ctx.as_of, MISSED, OPEN)
        units = units.union(without.select("requirement", "subject", unit=ibis.literal(""), status=status))
    return units.mutate(value=(units.status == MISSED).cast("float64"))


def _order_available(kwargs: dict, inventory: Inventory) -> bool:
    """The process occurs, and no listed step that nobody ever records comes before one that is recorded."""
    kept = [inventory.has_step(kwargs["process"], [step]) for step in kwargs["steps"]]
    return inventory.has_process(kwargs["process"]) and kept == sorted(kept, reverse=True)


STEP_ORDER = Shape(_order_available, case_needs, units=_order_units, summed=True)
