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
    Context,
    Need,
    Shape,
    as_evidence,
    days_between,
    look_up,
    parameters,
)
from workbench.requirements.model import Requirement, terms
from workbench.timeline import day_of_year


def of_kind(ctx: Context, rules: ir.Table) -> ir.Table:
    """Activities of any organisation of the kinds a rule names, one row per rule and activity, with ``tagged``."""
    acts = ctx.facts.activities
    rules = rules.mutate(kind=rules.kinds.unnest())
    joined = acts.join(rules, acts.kind == rules.kind)
    asked = joined.tags_wanted.length() > 0
    return joined.mutate(
        tagged=~asked | list_has_any(joined.tags, joined.tags_wanted).fill_null(False),
        untagged=asked & (joined.tags.isnull() | (joined.tags.length() == 0)),
    )


def selected(ctx: Context, rules: ir.Table) -> ir.Table:
    """Activities of the kinds and tags a rule names."""
    rows = of_kind(ctx, rules)
    return rows.filter(rows.tagged)


def telling_or_silent(ctx: Context, requirements: Sequence[Requirement], rules: ir.Table) -> ir.Table:
    """Activities ``tagged`` as a rule asks, and those without tags of organisations whose ledger never tells.

    Who never fills in a tag of these kinds (on any date) does not tell; with anybody else empty means none.
    """
    rows = of_kind(ctx, rules)
    if not any(r.kwargs.get("tags") for r in requirements):
        return rows
    telling = rows.filter(rows.tags.length() > 0).select("requirement", "org_id").distinct()
    silent = rows.filter(rows.untagged).anti_join(telling, ["requirement", "org_id"])
    return rows.filter(rows.tagged).union(silent)


SELECTOR = {"kinds": (list, lambda k: terms(k["activity"])), "tags_wanted": (list, lambda k: terms(k.get("tags")))}


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
    rules = parameters(
        requirements,
        SELECTOR
        | {
            "due": (date, lambda k: _due(ctx, k)),
            "opens": (date, lambda k: day_of_year(k["opens"], ctx.year) if k.get("opens") else date(1900, 1, 1)),
        },
    )
    rows = selected(ctx, rules)
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
