"""What a case entails: steps that have to follow an event, or must not (事项必办)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.base import MET, MISSED, OPEN, Context, Shape, parameters, plus
from workbench.audit.shapes.cases import case_needs, number, with_process
from workbench.requirements.model import Requirement, terms

_WORDS = pa.list_(pa.string())
_RULE = {
    "asked": (int, lambda k: (1 << len(k["steps"])) - 1),
    "days": number("within_days"),
    "same_day": (bool, lambda k: bool(k.get("same_day"))),
    "lasting": (bool, lambda k: bool(k.get("until"))),
    "barred": (bool, lambda k: bool(k.get("absent"))),
}


def _roles_of_steps(requirements: Sequence[Requirement]) -> ir.Table:
    """One row per requirement and step it names: what that step is to it; ``bit`` is its place among ``steps``.

    So a fact meets only the requirements that name its very step, however many share a process.
    """
    rows = []
    for r in requirements:
        k, steps = r.kwargs, list(r.kwargs["steps"])
        named = {"opens": terms(k["of"]), "ends": terms(k.get("until")), "excuses": terms(k.get("unless"))}
        for step in dict.fromkeys([*steps, *(step for some in named.values() for step in some)]):
            rows.append(
                {
                    "requirement": r.id,
                    "process": k["process"],
                    "step": step,
                    "bit": 1 << steps.index(step) if step in steps else 0,
                    "forbidden": bool(k.get("absent")) and step in steps,
                    "opening_tags": list(terms(k.get("of_tags"))),
                    "step_tags": list(terms(k.get("step_tags"))),
                    **{name: step in some for name, some in named.items()},
                }
            )
    return ibis.memtable(
        pa.Table.from_pylist(
            rows,
            schema=pa.schema(
                [
                    *((name, pa.string()) for name in ("requirement", "process", "step")),
                    ("bit", pa.int64()),
                    ("opening_tags", _WORDS),
                    ("step_tags", _WORDS),
                    *((name, pa.bool_()) for name in ("opens", "ends", "excuses", "forbidden")),
                ]
            ),
        )
    )


def _cases(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Cases that the event opened: ``begun``, steps done ever and on that day as bits, the year's last day of a forbidden one."""
    rows = ctx.facts.case_steps.join(_roles_of_steps(requirements), ["process", "step"]).rename(subject="org_id")
    key = ["requirement", "subject"]
    rows = rows.join(ctx.active(requirements).select(*key, "start"), key)

    def tagged(asked: ir.ArrayColumn) -> ir.BooleanValue:
        return (asked.length() == 0) | list_has_any(rows.tags, asked).fill_null(False)

    fits = tagged(rows.step_tags)
    days = rows.group_by(*key, "case_id", "done_on", "start").agg(
        opened=(rows.opens & tagged(rows.opening_tags)).any(),
        bits=rows.bit.bit_or(where=fits),
        barred=(rows.forbidden & fits).any(),
        excused=rows.excuses.any(),
        ended=rows.ends.any(),
    )
    cases = days.group_by(*key, "case_id", "start").agg(
        begun=days.done_on.min(where=days.opened),
        ever=days.bits.bit_or(),
        that_day=days.bits.argmin(days.done_on, where=days.opened),
        wrong=days.done_on.max(where=days.barred & (days.done_on.year() == ctx.year)),
        excused=days.excused.any(),
        ended=days.done_on.min(where=days.ended),
    )
    return cases.filter(cases.begun >= cases.start, ~cases.excused)


def _present_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    c = _cases(ctx, requirements).join(parameters(requirements, _RULE), "requirement")
    as_of, year = ibis.literal(ctx.as_of), c.begun.year()
    due = plus(c.begun, days=c.days.fill_null(0))
    in_force = (due.year() <= ctx.year) | ((year <= ctx.year) & (due > as_of))
    belongs = ibis.cases(
        (c.barred, year == ctx.year),
        (c.lasting, in_force & (c.ended.isnull() | (c.ended >= ctx.facts.first_day))),
        else_=(due.year() == ctx.year) | ((year == ctx.year) & (due > as_of)),
    )
    found = ibis.ifelse(c.same_day, c.that_day, c.ever)
    done = (found & c.asked).fill_null(0) == c.asked
    kept = MET if ctx.as_of >= date(ctx.year, 12, 31) else OPEN
    status = ibis.cases(
        (c.barred & (c.wrong >= c.begun).fill_null(False), MISSED),
        (c.barred, kept),
        (done, MET),
        (due < as_of, MISSED),
        else_=OPEN,
    )
    units = c.mutate(status=status, value=(status == MISSED).cast("float64"), unit=c.case_id)
    return units.filter(belongs)


def _present_available(kwargs: dict, inventory: Inventory) -> bool:
    """The process occurs and, where the event does, every step it entails."""
    process, tags = kwargs["process"], terms(kwargs.get("step_tags"))
    if kwargs.get("absent") or not inventory.has_step(process, terms(kwargs["of"]), terms(kwargs.get("of_tags"))):
        return inventory.has_process(process)
    return all(inventory.has_step(process, [step], tags) for step in kwargs["steps"])


STEP_PRESENT = Shape(_present_available, case_needs, units=_present_units, summed=True)
