"""What an organisation holds, publishes or draws up: choosing activities, and dates of the year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
    look_up,
    parameters,
    union,
)
from workbench.requirements.model import Requirement, terms
from workbench.timeline import day_of_year


SELECTOR: Columns = {
    "kinds": (list, lambda k: terms(k["activity"])), "tags_wanted": (list, lambda k: terms(k.get("tags")))
}
#: What every reader of activities needs of them.
_COLUMNS = ("org_id", "kind", "tags", "held_on", "year_held", "source_id", "source_row")


def _of_kind(ctx: Context, requirements: Sequence[Requirement], rule: Columns, columns: Sequence[str]) -> ir.Table:
    """Activities of any organisation of the kinds a requirement names, one row per requirement and activity."""
    # only what is asked for: each column more is carried through every step, in words and in rows
    acts = ctx.facts.activities.select(*_COLUMNS, *columns)
    rules = parameters(requirements, SELECTOR | rule)
    return acts.join(rules.mutate(kind=rules.kinds.unnest()).drop("kinds"), "kind")


def _asks_tags(r: Requirement) -> bool:
    return bool(terms(r.kwargs.get("tags")))


def selected(
    ctx: Context, requirements: Sequence[Requirement], rule: Columns | None = None, columns: Sequence[str] = ()
) -> ir.Table:
    """Activities of the kinds and tags the requirements name, with these columns of the rule and of the ledger."""
    rows = _of_kind(ctx, requirements, rule or {}, columns)
    if not any(map(_asks_tags, requirements)):
        return rows
    return rows.filter((rows.tags_wanted.length() == 0) | _carries(rows).fill_null(False))


def _carries(rows: ir.Table) -> ir.BooleanValue:
    return list_has_any(rows.tags, rows.tags_wanted)


def telling_or_silent(
    ctx: Context, requirements: Sequence[Requirement], rule: Columns, columns: Sequence[str]
) -> ir.Table:
    """Activities ``tagged`` as a requirement asks, and those without tags of organisations whose ledger never tells.

    Who never fills in a tag of these kinds (on any date) does not tell; with anybody else empty means none.
    """
    parts = []
    if plain := [r for r in requirements if not _asks_tags(r)]:
        parts.append(_of_kind(ctx, plain, rule, columns).mutate(tagged=ibis.literal(True)))
    if asking := [r for r in requirements if _asks_tags(r)]:
        rows = _of_kind(ctx, asking, rule, columns)
        tells = rows.tags.length() > 0  # empty: no list either
        told = rows.filter(tells)
        silent = rows.filter(~tells.fill_null(False))
        silent = silent.anti_join(told.select("requirement", "org_id").distinct(), ["requirement", "org_id"])
        carrying = told.filter(_carries(told))
        parts += [carrying.mutate(tagged=ibis.literal(True)), silent.mutate(tagged=ibis.literal(False))]
    return union(parts)



def activity_needs(kwargs: dict) -> list[Need]:
    """Activities of the kinds, and the posts where a role decides."""
    needs = [Need("activities", kind) for kind in terms(kwargs["activity"])]
    return needs + ([Need("posts")] if kwargs.get("by_role") else [])


def activity_available(kwargs: dict, inventory: Inventory) -> bool:
    """Whether such activities, and such roles, occur at all."""
    roles = terms(kwargs.get("by_role"))
    return inventory.has_activity(terms(kwargs["activity"]), terms(kwargs.get("tags"))) and (
        not roles or bool(inventory.roles & set(roles))
    )


# --- done by a date of the year --------------------------------------------------------------------------------------


def _due(ctx: Context, kwargs: dict) -> date:
    if kwargs.get("carry_over"):
        return day_of_year(kwargs["carry_over"], ctx.year + 1)
    return day_of_year(kwargs["by"], ctx.year)


def _candidates(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    opens = (date, lambda k: day_of_year(k["opens"], ctx.year) if k.get("opens") else date(1900, 1, 1))
    rows = selected(ctx, requirements, {"opens": opens})
    rows = rows.filter(rows.year_held == ctx.year, rows.held_on >= rows.opens)
    return rows.rename(subject="org_id")


def _done_by_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _candidates(ctx, requirements)
    first = rows.group_by("requirement", "subject").agg(first=rows.held_on.min())
    subjects = ctx.active(requirements)
    subjects = subjects.filter(subjects.start <= ctx.facts.first_day)
    t = look_up(subjects, first, ["requirement", "subject"])
    t = t.join(parameters(requirements, {"due": (date, lambda k: _due(ctx, k))}), "requirement")
    as_of = ibis.literal(ctx.as_of)
    status = ibis.cases(
        (t["first"].isnull() & (t.due < as_of), MISSED),
        (t["first"].isnull(), OPEN),
        (t["first"] <= t.due, MET),
        else_=MISSED,
    )
    value = days_between(ibis.coalesce(t["first"], as_of), t.due).cast("float64")
    return t.select("requirement", "subject", unit=ibis.literal(str(ctx.year)), status=status, value=value, due=t.due)


def _done_by_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _candidates(ctx, requirements)
    rows = rows.join(ctx.active(requirements).select("requirement", "subject"), ["requirement", "subject"])
    return as_evidence(rows, "activities", str(ctx.year), "held_on", rows.kind)


DONE_BY_DATE = Shape(
    activity_available, activity_needs, units=_done_by_units, evidence=_done_by_evidence, period_kind="year"
)
