"""What a case entails: steps that have to follow an event, or must not (事项必办)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import MET, MISSED, OPEN, UNKNOWN, Context, Shape, look_up, plus
from workbench.audit.shapes.cases import bound, case_needs, named_rows, number, playing, with_tags
from workbench.requirements.model import Requirement, terms

_CASE = ["requirement", "subject", "case_id"]


def _steps(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Steps with what they are to each requirement: ``bit`` is the place among ``steps`` that a row fills.

    ``perhaps`` is the place it fills if a row that carries no tags at all might have carried the ones asked for.
    """

    def bit(kwargs: dict, step: str) -> int:
        return 1 << list(kwargs["steps"]).index(step) if step in kwargs["steps"] else 0

    rows = named_rows(
        ctx,
        requirements,
        {
            "opens": playing("of"),
            "ends": playing("until"),
            "excuses": playing("unless"),
            "bit": (int, bit),
            "opening_tags": (list, lambda k, _: terms(k.get("of_tags"))),
            "step_tags": (list, lambda k, _: terms(k.get("step_tags"))),
        },
    )
    fits = with_tags(rows, rows.step_tags)
    untold = rows.tags.isnull() | (rows.tags.length() == 0)
    return rows.mutate(
        opens=rows.opens & with_tags(rows, rows.opening_tags),
        bit=ibis.ifelse(fits, rows.bit, 0),
        perhaps=ibis.ifelse(fits | untold, rows.bit, 0),
    )


def _cases(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Cases that the event opened: ``begun``, steps ``found`` and ``likely`` as bits, the year's last day of any."""
    rows = _steps(ctx, requirements)
    cases = rows.group_by(*_CASE).agg(
        begun=rows.done_on.min(where=rows.opens),
        found=rows.bit.bit_or(),
        likely=rows.perhaps.bit_or(),
        last=rows.done_on.max(where=(rows.bit > 0) & (rows.done_on.year() == ctx.year)),
        excused=rows.excuses.any(),
        ended=rows.done_on.min(where=rows.ends),
    )
    cases = cases.filter(cases.begun.notnull(), ~cases.excused)
    if on_the_day := [r for r in requirements if r.kwargs.get("same_day")]:
        cases = _found_that_day(ctx, on_the_day, cases)
    return cases


def _found_that_day(ctx: Context, requirements: Sequence[Requirement], cases: ir.Table) -> ir.Table:
    """Cases of these requirements with only the steps of the first day ``found``; the others as they are."""
    rows = _steps(ctx, requirements).select(*_CASE, "done_on", "bit", "perhaps")
    rows = rows.join(cases.select(*_CASE, "begun"), _CASE)
    that_day = rows.filter(rows.done_on == rows.begun).group_by(*_CASE)
    that_day = that_day.agg(found_then=lambda t: t.bit.bit_or(), likely_then=lambda t: t.perhaps.bit_or())
    cases = look_up(cases, that_day, _CASE)
    cases = cases.mutate(mine=cases.requirement.isin([r.id for r in requirements]))
    return cases.mutate(
        found=ibis.ifelse(cases.mine, cases.found_then, cases.found),
        likely=ibis.ifelse(cases.mine, cases.likely_then, cases.likely),
    )


def _present_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rule = {
        "asked": (int, lambda k: (1 << len(k["steps"])) - 1),
        "days": number("within_days"),
        "lasting": (bool, lambda k: bool(k.get("until"))),
        # where the end is itself what is asked for, an end in time cannot spare the rest
        "spared": (bool, lambda k: not set(terms(k.get("until"))) & set(k["steps"])),
        "barred": (bool, lambda k: bool(k.get("absent"))),
    }
    c = bound(ctx, requirements, _cases(ctx, requirements), rule)
    as_of, year = ibis.literal(ctx.as_of), c.begun.year()
    due = plus(c.begun, days=c.days.fill_null(0))
    in_force = (due.year() <= ctx.year) | ((year <= ctx.year) & (due > as_of))
    belongs = ibis.cases(
        (c.barred, year == ctx.year),
        (c.lasting, in_force & (c.ended.isnull() | (c.ended >= ctx.facts.first_day))),
        else_=(due.year() == ctx.year) | ((year == ctx.year) & (due > as_of)),
    )
    over = (c.spared & ~c.barred & (c.found != c.asked) & (c.ended <= due)).fill_null(False)
    kept = MET if ctx.as_of >= date(ctx.year, 12, 31) else OPEN
    status = ibis.cases(
        (c.barred & (c["last"] >= c.begun).fill_null(False), MISSED),
        (c.barred, kept),
        (c.found == c.asked, MET),
        (due < as_of, ibis.ifelse(c.likely == c.asked, UNKNOWN, MISSED)),
        else_=OPEN,
    )
    day = ibis.ifelse(c.barred, ibis.null("date"), due)  # what must not happen is due on no day
    units = c.mutate(status=status, value=(status == MISSED).cast("float64"), unit=c.case_id, due=day)
    return units.filter(belongs, ~over, units.begun >= units.start)


def _present_available(kwargs: dict, inventory: Inventory) -> bool:
    """The process occurs and, where the event does, every step it entails."""
    process, tags = kwargs["process"], terms(kwargs.get("step_tags"))
    if kwargs.get("absent") or not inventory.has_step(process, terms(kwargs["of"]), terms(kwargs.get("of_tags"))):
        return inventory.has_process(process)
    return all(inventory.has_step(process, [step], tags) for step in kwargs["steps"])


STEP_PRESENT = Shape(_present_available, case_needs, units=_present_units, summed=True)
