"""Consecutive years of a grade and what has to follow (连续等次)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.shapes.base import (
    UNKNOWN,
    Context,
    Shape,
    as_evidence,
    event_units,
    number_within,
    parameters,
    plus,
)
from workbench.audit.shapes.cases import listed, number
from workbench.audit.shapes.members import rating_available, rating_needs
from workbench.requirements.model import Requirement

_RULE = {
    "rating": listed("rating"),
    "bad": listed("grade"),
    "years": number("years"),
    "roles": listed("role"),
    "days": number("within_days"),
}


def _graded(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Ratings with the grade that a requirement watches for, of its subjects."""
    ratings = ctx.facts.ratings
    t = (
        ctx.active(requirements)
        .select("requirement", "subject", "start")
        .join(parameters(requirements, _RULE), "requirement")
    )
    t = t.join(ratings, t.subject == ratings.org_id)
    return t.filter(t.rating.contains(t.kind), t.bad.contains(t.grade))


def _streaks(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """A row per person and year in which a streak of n years is complete."""
    graded = _graded(ctx, requirements)
    named = graded.filter(graded.person_id.notnull())
    rated = ibis.coalesce(named.rated_on, ibis.date(named.period.cast("int64"), ibis.literal(12), ibis.literal(31)))
    group = ["requirement", "subject", "person_id"]
    years = (
        named.mutate(rated=rated)
        .group_by(*group, "period", "start", "years", "roles", "days")
        .agg(trigger=lambda t: t.rated.max())
    )
    years = years.mutate(run=years.period - number_within(years, group, "period"))
    years = years.mutate(place=number_within(years, [*group, "run"], "period") + 1)
    return years.filter(years.place >= years.years)


def _streak_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    streaks = _streaks(ctx, requirements)
    posts = ctx.facts.posts
    posts = posts.select(subject="org_id", person_id="person_id", role="role", ended_on="ended_on")
    held = streaks.left_join(
        posts,
        [streaks.subject == posts.subject, streaks.person_id == posts.person_id, streaks.roles.contains(posts.role)],
    )
    t = held.group_by("requirement", "subject", "person_id", "period", "start", "trigger", "days").agg(
        posts=held.role.count(), running=(held.role.notnull() & held.ended_on.isnull()).any(), ended=held.ended_on.max()
    )
    done = ibis.ifelse(t.running, ibis.null("date"), t.ended)
    t = t.mutate(due=plus(t.trigger, days=t.days), done=done)
    units = event_units(ctx, t, "trigger", "due", "done")
    status = ibis.ifelse(units.posts == 0, UNKNOWN, units.status)  # never recorded in the post: nobody knows
    units = units.mutate(status=status, unit=units.period.cast("string")).select(
        "requirement", "subject", "unit", "status", "value"
    )
    graded = _graded(ctx, requirements)
    nameless = graded.filter(graded.person_id.isnull(), graded.period.isin([ctx.year, ctx.year - 1]))
    nameless = nameless.select(
        "requirement",
        "subject",
        unit=nameless.period.cast("string"),
        status=ibis.literal(UNKNOWN),
        value=ibis.null("float64"),
    )
    return units.union(nameless)


def _streak_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _graded(ctx, requirements)
    year = rows.period.cast("string")
    return as_evidence(rows, "ratings", year, "rated_on", year + ibis.literal("年度 ") + rows.grade)


RATING_STREAK = Shape(rating_available, rating_needs, units=_streak_units, evidence=_streak_evidence)
