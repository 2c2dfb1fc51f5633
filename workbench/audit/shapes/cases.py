"""Courses of dated steps: deadlines after an event, leads before one, order of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    Columns,
    Context,
    Need,
    Shape,
    as_evidence,
    days_between,
    event_units,
    parameters,
    plus,
)
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement, terms
from workbench.timeline import day_of_year

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
    rows = ctx.facts.case_steps.drop("recorded_on").join(rules, ["process", "step"])
    rows = rows.drop("process").rename(subject="org_id")
    return rows.join(ctx.active(requirements).select("requirement", "subject", "start"), ["requirement", "subject"])


def playing(name: str) -> tuple[type, Callable[[dict, str], Any]]:
    """Whether a step is one of those that a keyword argument names, as a column for :func:`named_rows`."""
    return (bool, lambda kwargs, step: step in terms(kwargs.get(name)))


def named_rows(
    ctx: Context, requirements: Sequence[Requirement], columns: dict[str, tuple[type, Callable[[dict, str], Any]]]
) -> ir.Table:
    """Steps that the requirements name, each with what it is to the requirement, of any organisation.

    Shapes that look at whole cases count them first and bind the few columns left (:func:`bound`): there are many
    more steps than cases, and a step meets only the requirements that name it, however many share a process.
    """
    rows = [
        {
            "requirement": r.id,
            "process": r.kwargs["process"],
            "step": step,
            **{name: read(dict(r.kwargs), step) for name, (_, read) in columns.items()},
        }
        for r in requirements
        for step in named_steps(dict(r.kwargs))
    ]
    types = dict.fromkeys(("requirement", "process", "step"), str)
    rules = small_table(rows, {**types, **{name: kind for name, (kind, _) in columns.items()}})
    steps = ctx.facts.case_steps.select("process", "step", "case_id", "done_on", "tags", subject="org_id")
    return steps.join(rules, ["process", "step"]).drop("process", "step")


def bound(ctx: Context, requirements: Sequence[Requirement], cases: ir.Table, columns: Columns) -> ir.Table:
    """Cases of the subjects that their requirement binds, with start of duty and the rule's own columns."""
    cases = cases.join(parameters(requirements, columns), "requirement")
    return cases.join(ctx.active(requirements).select("requirement", "subject", "start"), ["requirement", "subject"])


def with_tags(rows: ir.Table, asked: ir.ArrayColumn) -> ir.BooleanValue:
    """Whether a row carries one of the tags asked for; none asked for: every row does."""
    return (asked.length() == 0) | list_has_any(rows.tags, asked).fill_null(False)


_TAGS_WANTED = (list, lambda kwargs, step: terms(kwargs.get("tags")))


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
    rows = named_rows(
        ctx, requirements, {"begins": playing("after"), "ends": playing("step"), "tags_wanted": _TAGS_WANTED}
    )
    cases = rows.group_by("requirement", "subject", unit="case_id").agg(
        trigger=rows.done_on.min(where=rows.begins & with_tags(rows, rows.tags_wanted)),
        done=rows.done_on.min(where=rows.ends),
    )
    cases = cases.filter(cases.trigger.notnull())
    cases = bound(ctx, requirements, cases, {"days": number("within_days"), "months": number("within_months")})
    zero = ibis.literal(0, "int64")
    due = plus(cases.trigger, months=cases.months.fill_null(zero), days=cases.days.fill_null(zero))
    return event_units(ctx, cases.mutate(due=due), "trigger", "due", "done")


STEP_DEADLINE = Shape(followed("after", tagged=True), case_needs, units=_deadline_units)


# --- lead before an event --------------------------------------------------------------------------------------------


def _lead_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = named_rows(
        ctx,
        requirements,
        {
            "leads": playing("step"),
            "happens": playing("before"),
            "ends": playing("until"),
            "tags_wanted": _TAGS_WANTED,
        },
    )
    c = rows.group_by("requirement", "subject", unit="case_id").agg(
        event=rows.done_on.min(where=rows.happens & with_tags(rows, rows.tags_wanted)),
        early=rows.done_on.min(where=rows.leads),
        ended=rows.ends.any(),
    )
    c = c.filter((c.event.year() == ctx.year) | (c.event.isnull() & ~c.ended))
    c = bound(
        ctx,
        requirements,
        c,
        {
            "days": number("at_least_days"),
            "months": number("at_least_months"),
            "inclusive": (bool, lambda k: bool(k.get("inclusive"))),
        },
    )
    by_days = c.days.notnull()
    slack = ibis.ifelse(
        by_days,
        days_between(c.event, c.early) + c.inclusive.cast("int64") - c.days,
        days_between(c.event, plus(c.early, months=c.months.fill_null(0))),
    )
    absent = ibis.ifelse(by_days, -1 - c.days, -1 - 30 * c.months)
    begun = ibis.coalesce(c.event, c.early) >= c.start
    value = ibis.ifelse(c.early.isnull(), absent, slack).cast("float64")
    status = ibis.cases((c.event.isnull(), OPEN), (c.early.isnull(), MISSED), (slack >= 0, MET), else_=MISSED)
    value = ibis.ifelse(c.event.isnull(), ibis.null("float64"), value)
    return c.mutate(status=status, value=value).filter(begun)


STEP_LEAD = Shape(followed("before", tagged=True), case_needs, units=_lead_units)


# --- order of steps --------------------------------------------------------------------------------------------------


def _order_columns(ctx: Context) -> Columns:
    """How many steps each order has, and its last day in the audited year (empty: none)."""

    def due(kwargs: dict) -> date | None:
        return day_of_year(kwargs["complete_by"], ctx.year) if kwargs.get("complete_by") else None

    return {
        "wanted": (int, lambda k: len(k["steps"])),
        "due": (date, due),
        "ongoing": (bool, lambda k: bool(k.get("ongoing"))),
    }


def _ordered_cases(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Cases whose first listed step belongs to the year (ongoing: that run in it), with ``status``."""
    rows = named_rows(ctx, requirements, {"place": (int, lambda k, step: list(k["steps"]).index(step))})
    steps = rows.group_by("requirement", "subject", "case_id", "place").agg(day=rows.done_on.min())
    c = steps.group_by("requirement", "subject", unit="case_id").agg(
        days=steps.day.collect(order_by=steps.place),
        reached=steps.place.max() + 1,
        found=steps.count(),
        begun=steps.day.min(),
        ended=steps.day.max(),
    )
    c = bound(ctx, requirements, c, _order_columns(ctx))
    broken = (c.reached != c.found) | (c.days != c.days.sort())  # a step left out, or two the wrong way round
    complete, late = c.found == c.wanted, (c.due < ctx.as_of).fill_null(False)
    in_time = (c.ended <= c.due).fill_null(True)
    status = ibis.cases((broken, MISSED), (complete & in_time, MET), (complete | late, MISSED), else_=OPEN)
    shift = c.due.notnull().cast("int64")  # lists drawn up in December are those of the next year
    first = plus(c.begun, months=shift).year()
    belongs = (first == ctx.year) | (c.ongoing & (first < ctx.year) & (c.ended.year() >= ctx.year))
    return c.mutate(status=status).filter(belongs, c.begun >= c.start)


def _order_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    units = _ordered_cases(ctx, requirements).select("requirement", "subject", "unit", "status", "due")
    if dated := [r for r in requirements if r.kwargs.get("complete_by")]:
        rules = parameters(dated, _order_columns(ctx))
        subjects = ctx.active(dated).filter(lambda s: s.start <= ctx.facts.first_day)
        without = subjects.anti_join(units, ["requirement", "subject"]).join(rules, "requirement")
        status = ibis.ifelse(without.due < ctx.as_of, MISSED, OPEN)
        nothing = ibis.literal("")
        units = units.union(without.select("requirement", "subject", "due", unit=nothing, status=status)[units.columns])
    return units.mutate(value=(units.status == MISSED).cast("float64"))


def _order_available(kwargs: dict, inventory: Inventory) -> bool:
    """The process occurs, and no listed step that nobody ever records comes before one that is recorded."""
    kept = [inventory.has_step(kwargs["process"], [step]) for step in kwargs["steps"]]
    return inventory.has_process(kwargs["process"]) and kept == sorted(kept, reverse=True)


STEP_ORDER = Shape(_order_available, case_needs, units=_order_units, summed=True)
