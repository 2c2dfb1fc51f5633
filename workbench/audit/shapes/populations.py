"""Organisations below: each one rated or visited, a number or share of them with a trait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_all, list_has_any
from workbench.audit.shapes.activities import selected
from workbench.audit.shapes.base import (
    UNIT,
    Context,
    Need,
    Shape,
    as_evidence,
    days_between,
    finish,
    look_up,
    parameters,
    tally_units,
    union,
)
from workbench.audit.shapes.cases import listed
from workbench.audit.shapes.members import rating_available, rating_needs
from workbench.audit.shapes.state import due_state, read_on
from workbench.requirements.model import Requirement, terms
from workbench.timeline import PeriodKind

KEY = ["requirement", "subject"]
_KEY_DATE = date(1900, 1, 1)


# --- every organisation is rated or visited --------------------------------------------------------------------------


def _places(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, place): the organisations that have to be covered, there since the year began."""
    facts = ctx.facts
    subjects = ctx.active(requirements)
    subjects = subjects.filter(subjects.start <= facts.first_day).select(*KEY)
    orgs = facts.organizations
    orgs = orgs.filter(
        orgs.established_on.isnull() | (orgs.established_on <= facts.first_day),
        orgs.dissolved_on.isnull() | (orgs.dissolved_on > facts.ref),
    ).select("type", place="org_id", parent="parent_id")
    related = {
        "own": lambda: orgs.mutate(subject=orgs.place),
        "children": lambda: orgs.filter(orgs.parent.notnull()).mutate(subject=orgs.parent),
        "subtree": lambda: orgs.join(facts.below.select(place="org_id", subject="ancestor"), "place"),
    }
    parts = []
    for scope, of in related.items():
        if ids := [r.id for r in requirements if r.kwargs["scope"] == scope]:
            parts.append(subjects.filter(subjects.requirement.isin(ids)).join(of(), "subject"))
    rules = parameters(requirements, {"types": listed("types"), "held_roles": listed("role")})
    t = union([part.select(*KEY, "place", "type") for part in parts]).join(rules, "requirement")
    t = t.filter((t.types.length() == 0) | t.types.contains(t.type))
    if not any(r.kwargs.get("role") for r in requirements):
        return t.select(*KEY, "place")
    posts = facts.posts
    posts = posts.filter(posts.started_on <= facts.ref, posts.ended_on.isnull() | (posts.ended_on > facts.ref))
    led = t.semi_join(posts, [t.place == posts.org_id, t.held_roles.contains(posts.role)])
    return t.filter(t.held_roles.length() == 0).union(led).select(*KEY, "place")


def _covering(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Ratings and activities of the year that cover an organisation (``place``)."""
    parts, columns = [], ("requirement", "place", "dated", "kind", "table_name", "source_id", "source_row")
    if rated := [r for r in requirements if "rating" in r.kwargs]:
        rules = parameters(rated, {"wanted": listed("rating")})
        t = ctx.facts.ratings.join(rules.select("requirement", kind=rules.wanted.unnest()), "kind")
        t = t.filter(t.period == ctx.year).mutate(dated=t.rated_on, table_name=ibis.literal("ratings"))
        parts.append(t.rename(place="org_id").select(columns))
    if visited := [r for r in requirements if "activity" in r.kwargs]:
        t = selected(ctx, visited)
        t = t.filter(t.year_held == ctx.year).mutate(dated=t.held_on, table_name=ibis.literal("activities"))
        parts.append(t.rename(place="org_id").select(columns))
    return union(parts)


def _covered_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    covered = _covering(ctx, requirements).select("requirement", "place").distinct().mutate(covered=ibis.literal(True))
    t = look_up(_places(ctx, requirements), covered, ["requirement", "place"])
    t = t.group_by(*KEY).agg(whole=t.count(), part=t.count(where=t.covered))
    t = t.join(parameters(requirements, {"wanted": (float, lambda k: float(k["share"]))}), "requirement")
    share = t.part * 100.0 / t.whole
    done, closed = share >= t.wanted, ctx.as_of >= ctx.facts.periods(PeriodKind.YEAR)[0].last
    return finish(
        t.mutate(
            met=done.cast("int64"),
            missed=(~done & closed).cast("int64"),
            open=(~done & ibis.literal(not closed)).cast("int64"),
            judged=ibis.ifelse(done | closed, share, ibis.null("float64")),
            observed=share,
        )
    )


def _covered_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _places(ctx, requirements).join(_covering(ctx, requirements), ["requirement", "place"])
    return as_evidence(rows, rows.table_name, rows.place, "dated", rows.kind)


def _covered_available(kwargs: dict, inventory: Inventory) -> bool:
    if "rating" in kwargs:
        return rating_available(kwargs, inventory)
    return inventory.has_activity(terms(kwargs["activity"]), terms(kwargs.get("tags")))


def _covered_needs(kwargs: dict) -> list[Need]:
    if "rating" in kwargs:
        return rating_needs(kwargs)
    posts = [Need("posts")] if "role" in kwargs else []
    return [*(Need("activities", kind) for kind in terms(kwargs["activity"])), *posts]


ORGS_COVERED = Shape(
    _covered_available, _covered_needs, tally=_covered_tally, evidence=_covered_evidence, period_kind="year"
)


# --- number or share of organisations --------------------------------------------------------------------------------


def _population(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, place, having): organisations that count for a subject, and whether they fit."""
    facts = ctx.facts
    rules = parameters(
        requirements,
        {
            "types": listed("types"),
            "sectors": listed("sectors"),
            "flags_wanted": listed("flags"),
            "any_flag": listed("having_flag"),
            "rating": listed("rating"),
            "day": (date, lambda k: read_on(ctx, k)),
        },
    )
    below = facts.below.select(place="org_id", subject="ancestor")
    orgs = facts.organizations.select("type", "sector", "flags", "established_on", "dissolved_on", place="org_id")
    t = ctx.active(requirements).select(*KEY).join(below, "subject").join(orgs, "place").join(rules, "requirement")
    t = t.filter(
        t.established_on.isnull() | (t.established_on <= t.day),
        t.dissolved_on.isnull() | (t.dissolved_on > t.day),
        (t.types.length() == 0) | t.types.contains(t.type).fill_null(False),
        (t.sectors.length() == 0) | t.sectors.contains(t.sector).fill_null(False),
        (t.flags_wanted.length() == 0) | list_has_all(t.flags, t.flags_wanted).fill_null(False),
    )
    flagged = (t.any_flag.length() == 0) | list_has_any(t.flags, t.any_flag).fill_null(False)
    t = t.mutate(flagged=flagged, asks_rating=t.rating.length() > 0)
    if rated := [r for r in requirements if "rating" in r.kwargs]:
        t = look_up(t, _graded(ctx, rated), ["requirement", "place"])
    else:
        t = t.mutate(graded=ibis.literal(False))
    having = t.flagged & (~t.asks_rating | t.graded.fill_null(False))
    return t.select(*KEY, "place", having=having)


def _graded(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, place, graded): whether the newest rating of an organisation has one of the grades."""
    newest = _ratings(ctx, requirements)
    t = newest.group_by("requirement", "place").agg(graded=newest.fits.any())
    return t


def _ratings(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """The newest ratings of each organisation, by period, then by day."""
    rules = parameters(
        requirements,
        {"rating": listed("rating"), "grades": listed("grades"), "day": (date, lambda k: read_on(ctx, k))},
    )
    rules = rules.mutate(kind=rules.rating.unnest()).drop("rating")
    t = ctx.facts.ratings.rename(place="org_id").join(rules, "kind")
    t = t.filter(t.period <= t.day.year(), t.rated_on.isnull() | (t.rated_on <= t.day))
    place_in_time = t.period.cast("int64") * 1_000_000 + days_between(
        t.rated_on.fill_null(ibis.literal(_KEY_DATE)), ibis.literal(_KEY_DATE)
    )
    t = t.mutate(order=place_in_time, fits=t.grades.contains(t.grade).fill_null(False))
    last = t.group_by("requirement", "place").agg(order=t.order.max())
    return t.semi_join(last, ["requirement", "place", "order"])


def _population_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    counted = _population(ctx, requirements)
    counted = counted.group_by(*KEY).agg(whole=counted.count(), part=counted.count(where=counted.having))
    t = look_up(ctx.active(requirements), counted, KEY).mutate(
        whole=lambda t: t.whole.fill_null(0), part=lambda t: t.part.fill_null(0)
    )
    rules = {"share": (float, lambda k: k.get("share")), "minimum": (float, lambda k: k.get("minimum"))}
    t = t.join(parameters(requirements, rules), "requirement")
    t = t.filter(t.share.isnull() | (t.whole > 0))
    t = t.mutate(value=ibis.ifelse(t.share.isnull(), t.part.cast("float64"), t.part * 100.0 / t.whole))
    t = due_state(ctx, requirements, t, t.value >= ibis.coalesce(t.share, t.minimum))
    tally = tally_units(t.mutate(unit=ibis.literal(str(ctx.facts.ref))).select(*UNIT), requirements)
    sizes = t.select(*KEY, k="part", n="whole")
    tally = tally.join(sizes, KEY)
    return tally.mutate(part=tally.k, whole=tally.n).drop("k", "n")


def _population_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    orgs = ctx.facts.organizations.select(
        "name", "flags", "established_on", "source_id", "source_row", place="org_id"
    )
    rows = _population(ctx, requirements).join(orgs, "place")
    return as_evidence(rows, "organizations", str(ctx.facts.ref), "established_on", rows.name, rows.having)


def lacks_types(kwargs: dict, inventory: Inventory) -> bool:
    """Whether a number is asked for of types that no organisation in the roster is of: it does not list such ones."""
    types = set(terms(kwargs.get("types")))
    return "minimum" in kwargs and bool(types) and not types & inventory.types


def _population_available(kwargs: dict, inventory: Inventory) -> bool:
    having = set(terms(kwargs.get("having_flag")))
    if lacks_types(kwargs, inventory):
        return False
    return (
        set(terms(kwargs.get("flags"))) <= inventory.flags
        and (not having or bool(having & inventory.flags))
        and ("rating" not in kwargs or rating_available(kwargs, inventory))
    )


POPULATION = Shape(
    _population_available,
    lambda kwargs: rating_needs(kwargs) if "rating" in kwargs else [],
    tally=_population_tally,
    evidence=_population_evidence,
    period_kind="state",
)
