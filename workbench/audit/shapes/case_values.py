"""Numbers within a case: periods covered, people named, values of a step, qualification of the people named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import MET, MISSED, OPEN, UNKNOWN, Context, Need, Shape, look_up, plus
from workbench.audit.shapes.cases import case_needs, case_rows, followed, listed, number, with_process, with_tags
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement, terms
from workbench.timeline import PeriodKind

_BOUNDS = {"minimum": (float, lambda k: k.get("minimum")), "maximum": (float, lambda k: k.get("maximum"))}


def _inside(value: ir.NumericValue, t: ir.Table) -> ir.BooleanValue:
    """Whether a value keeps the bounds of its requirement."""
    return (t.minimum.isnull() | (value >= t.minimum)) & (t.maximum.isnull() | (value <= t.maximum))


# --- every period covered within a case ------------------------------------------------------------------------------


def _period_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        {
            "after": listed("after"),
            "wanted": listed("step"),
            "ends": listed("until"),
            "minimum": number("minimum"),
            "period": (str, lambda k: k["period"]),
        },
    )
    cases = rows.group_by("requirement", "subject", "case_id", "period", "minimum").agg(
        begun=rows.done_on.min(where=rows.after.contains(rows.step)),
        ended=rows.done_on.min(where=rows.ends.contains(rows.step)),
        start=rows.start.min(),
    )
    cases = cases.filter(cases.begun.notnull())
    calendar = small_table(
        [
            {"period": kind.value, "first": p.first, "last": p.last}
            for kind in (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.MONTH, PeriodKind.YEAR)
            for p in ctx.facts.periods(kind)
            if p.first <= ctx.as_of
        ],
        {"period": str, "first": date, "last": date},
    )
    u = cases.join(calendar, "period")
    u = u.filter(u["first"] >= ibis.greatest(u.begun, u.start), u.ended.isnull() | (u["last"] < u.ended))
    done = rows.filter(rows.wanted.contains(rows.step)).select("requirement", "subject", "case_id", "done_on")
    counted = u.left_join(
        done,
        [
            u.requirement == done.requirement,
            u.subject == done.subject,
            u.case_id == done.case_id,
            done.done_on.between(u["first"], u["last"]),
        ],
    )
    counted = counted.group_by("requirement", "subject", "case_id", "first", "last", "minimum").agg(
        value=counted.done_on.count().cast("float64")
    )
    closed = counted["last"] <= ctx.as_of
    status = ibis.cases((counted.value >= counted.minimum, MET), (closed, MISSED), else_=OPEN)
    value = ibis.ifelse(closed, counted.value, ibis.null("float64"))
    return counted.mutate(status=status, value=value, unit=counted.case_id, due=counted["last"])


CASE_PERIODS = Shape(followed("after"), case_needs, units=_period_units)


# --- people or rows named within a case ------------------------------------------------------------------------------


def _count_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        _BOUNDS
        | {
            "after": listed("after"),
            "wanted": listed("step"),
            "preparing": listed("opens"),
            "ends": listed("until"),
            "by_person": (bool, lambda k: k["distinct"] == "person"),
            "grace": number("grace_days"),
        },
    )
    mine = rows.wanted.contains(rows.step)
    c = rows.group_by("requirement", "subject", "minimum", "maximum", "by_person", unit="case_id").agg(
        begun=rows.done_on.min(where=rows.after.contains(rows.step)),
        prepared=rows.done_on.min(where=rows.preparing.contains(rows.step)),
        ended=rows.done_on.min(where=rows.ends.contains(rows.step)),
        has_end=(rows.ends.length() > 0).any(),
        people=rows.person_id.nunique(where=mine),
        nameless=rows.count(where=mine & rows.person_id.isnull()),
        rows=rows.count(where=mine),
        start=rows.start.min(),
        grace=rows.grace.min(),
    )
    value = ibis.ifelse(c.by_person, c.people, c["rows"]).cast("float64")
    running = c.has_end & (c.begun.year() <= ctx.year) & (c.ended.isnull() | (c.ended >= ctx.facts.first_day))
    belongs = ibis.ifelse(c.has_end, running, c.begun.year() == ctx.year) & (c.begun >= c.start)
    preparing = c.begun.isnull() & (c.prepared >= c.start) & c.ended.isnull()
    due = plus(c.begun, days=c.grace.fill_null(0))
    perhaps = (c.by_person & (value < c.minimum) & (value + c.nameless >= c.minimum)).fill_null(False)
    undecided = c.minimum.isnull() & c.has_end & c.ended.isnull()
    status = ibis.cases(
        (c.begun.isnull(), OPEN),
        ((value > c.maximum).fill_null(False), MISSED),
        (perhaps, UNKNOWN),
        ((value < c.minimum).fill_null(False), ibis.ifelse(due >= ctx.as_of, OPEN, MISSED)),
        (undecided, OPEN),
        else_=MET,
    )
    due = ibis.ifelse(undecided, ibis.null("date"), due)
    units = c.mutate(status=status, value=value, due=due)
    return units.filter(belongs.fill_null(False) | preparing.fill_null(False))


def _count_available(kwargs: dict, inventory: Inventory) -> bool:
    if kwargs.get("minimum") is None:
        return with_process(kwargs, inventory)
    return followed("after")(kwargs, inventory)


CASE_COUNT = Shape(_count_available, case_needs, units=_count_units)


# --- value of a step -------------------------------------------------------------------------------------------------


def _pending(ctx: Context, rows: ir.Table) -> ir.Table:
    """Cases that are being prepared: ``opens`` is done, neither the step nor the event is."""
    c = rows.group_by("requirement", "subject", unit="case_id").agg(
        prepared=rows.done_on.min(where=rows.preparing.contains(rows.step)),
        start=rows.start.min(),
        reached=(rows.wanted.contains(rows.step) | rows.events.contains(rows.step)).any(),
    )
    c = c.filter(c.prepared.notnull(), ~c.reached, c.prepared >= c.start, c.prepared.year() >= ctx.year - 1)
    return c.select("requirement", "subject", "unit", status=ibis.literal(OPEN), value=ibis.null("float64"))


def _value_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        _BOUNDS
        | {
            "wanted": listed("step"),
            "events": listed("before"),
            "preparing": listed("opens"),
            "tags_wanted": listed("tags"),
            "summed": (bool, lambda k: k["aggregate"] == "sum"),
        },
    )
    tagged = with_tags(rows, rows.tags_wanted)
    mine = rows.wanted.contains(rows.step) & tagged
    each = rows.filter(mine, ~rows.summed, rows.done_on.year() == ctx.year, rows.done_on >= rows.start)
    each = each.select("requirement", "subject", "minimum", "maximum", "value", unit="case_id")
    events = rows.filter(rows.summed, rows.events.contains(rows.step))
    events = events.group_by("requirement", "subject", "case_id", "start", "minimum", "maximum").agg(
        held=events.done_on.min()
    )
    events = events.filter(events.held.year() == ctx.year, events.held >= events.start)
    parts = rows.filter(mine, rows.summed).select(
        "requirement", "subject", "case_id", "done_on", amount="value", blank=rows.value.isnull()
    )
    s = events.left_join(
        parts,
        [
            events.requirement == parts.requirement,
            events.subject == parts.subject,
            events.case_id == parts.case_id,
            parts.done_on <= events.held,
        ],
    )
    summed = s.group_by("requirement", "subject", "minimum", "maximum", unit="case_id").agg(
        value=ibis.ifelse(s.blank.any().fill_null(False), ibis.null("float64"), s.amount.sum().fill_null(0.0))
    )
    units = each.union(summed.select(each.columns))
    status = ibis.cases((units.value.isnull(), UNKNOWN), (_inside(units.value, units), MET), else_=MISSED)
    units = units.mutate(status=status).select("requirement", "subject", "unit", "status", "value")
    return units.union(_pending(ctx, rows))


def _value_available(kwargs: dict, inventory: Inventory) -> bool:
    if kwargs["aggregate"] == "sum":
        return followed("before")(kwargs, inventory)
    return with_process(kwargs, inventory)


STEP_VALUE = Shape(_value_available, case_needs, units=_value_units)


# --- people named are qualified --------------------------------------------------------------------------------------


def _qualified(ctx: Context, named: ir.Table) -> ir.Table:
    """Rows of ``named`` whose person has the standing on that day, and in that branch where asked."""
    people = ctx.facts.people.select("person_id", "standing", "since", "until", branch="org_id")
    return named.semi_join(
        people,
        [
            named.person_id == people.person_id,
            named.standings.contains(people.standing),
            people.since.isnull() | (people.since <= named.done_on),
            people.until.isnull() | (people.until > named.done_on),
            ~named.same_org | (people.branch == named.subject),
        ],
    )


def _listed(rows: ir.Table, named: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Rows of ``named`` whose person a step of the case had named by then; rows in whose case it names anybody."""
    case = ["requirement", "subject", "case_id"]
    among = rows.filter(rows.among.contains(rows.step), rows.person_id.notnull())
    among = among.select(*case, "person_id", listed_on="done_on")
    same = [named[name] == among[name] for name in (*case, "person_id")]
    return named.semi_join(among, [*same, among.listed_on <= named.done_on]), named.semi_join(among, case)


def _qualification_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(
        ctx,
        requirements,
        {
            "wanted": listed("step"),
            "events": listed("before"),
            "preparing": listed("opens"),
            "among": listed("among"),
            "standings": listed("standing"),
            "same_org": (bool, lambda k: bool(k.get("same_org"))),
        },
    )
    named = rows.filter(rows.wanted.contains(rows.step), rows.done_on.year() == ctx.year, rows.done_on >= rows.start)
    key = ["requirement", "source_id", "source_row"]
    good = _qualified(ctx, named)
    known = named.filter(named.among.length() == 0).semi_join(ctx.facts.people, "person_id")
    good, known = good.select(key), known.select(key)
    if any(r.kwargs.get("among") for r in requirements):
        fits, telling = _listed(rows, named)
        good, known = good.union(fits.select(key)), known.union(telling.filter(telling.person_id.notnull()).select(key))
    units = look_up(named, good.distinct().mutate(good=ibis.literal(True)), key)
    units = look_up(units, known.distinct().mutate(known=ibis.literal(True)), key)
    good = units.good.notnull()
    status = ibis.cases((good, MET), (units.known.notnull(), MISSED), else_=UNKNOWN)
    units = units.mutate(status=status, value=(~good).cast("float64"), unit=units.case_id)
    return units.select("requirement", "subject", "unit", "status", "value").union(_pending(ctx, rows))


def _qualification_available(kwargs: dict, inventory: Inventory) -> bool:
    if among := kwargs.get("among"):
        return inventory.has_step(kwargs["process"], terms(among))
    return with_process(kwargs, inventory) and inventory.people


STEP_QUALIFICATION = Shape(
    _qualification_available,
    lambda kwargs: [*case_needs(kwargs), *([Need("people")] if kwargs.get("standing") else [])],
    units=_qualification_units,
    summed=True,
)
