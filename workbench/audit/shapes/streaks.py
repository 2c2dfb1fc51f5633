"""Consecutive years of a grade and what has to follow (连续等次)."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import (
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    event_units,
    number_within,
    parameters,
    plus,
    union,
)
from workbench.audit.shapes.cases import case_needs, case_rows, listed, number
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement, terms

_RULE = {
    "years": number("years"),
    "roles": listed("role"),
    "days": number("within_days"),
    "process": (str, lambda k: k.get("process")),
    "wanted": listed("step"),
}
_GROUP = ["requirement", "subject", "person_id"]


def _graded(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Ratings with the grade that a requirement watches for, of its subjects; ``counts``: as part of a streak."""
    watched = small_table(
        [
            {"requirement": r.id, "kind": kind, "grade": grade}
            for r in requirements
            for kind in terms(r.kwargs["rating"])
            for grade in terms(r.kwargs["grade"])
        ],
        {"requirement": str, "kind": str, "grade": str},
    )
    t = ctx.facts.ratings.rename(subject="org_id").join(watched, ["kind", "grade"])
    t = t.join(ctx.active(requirements).select("requirement", "subject", "start"), ["requirement", "subject"])
    t = t.join(parameters(requirements, _RULE), "requirement")
    alone = t.process.notnull() & (t.years == 1)  # one year needs nobody to be the same as in another
    return t.mutate(counts=t.person_id.notnull() | alone)


def _streaks(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """A row per person and year in which a streak of n years is complete."""
    graded = _graded(ctx, requirements)
    named = graded.filter(graded.counts)
    rated = ibis.coalesce(named.rated_on, ibis.date(named.period.cast("int64"), ibis.literal(12), ibis.literal(31)))
    years = (
        named.mutate(rated=rated)
        .group_by(*_GROUP, "period", "start", "years", "roles", "days", "process", "wanted")
        .agg(trigger=lambda t: t.rated.max())
    )
    years = years.mutate(run=years.period - number_within(years, _GROUP, "period"))
    years = years.mutate(place=number_within(years, [*_GROUP, "run"], "period") + 1)
    years = years.filter(years.place >= years.years)
    return years.mutate(due=plus(years.trigger, days=years.days))


_EVENT = [*_GROUP, "period", "start", "trigger", "due"]


def _left(ctx: Context, streaks: ir.Table) -> ir.Table:
    """Streaks with the day on which the person left the post (``done``), and whether a post is recorded."""
    posts = ctx.facts.posts.select(subject="org_id", person_id="person_id", role="role", ended_on="ended_on")
    held = streaks.left_join(
        posts,
        [streaks.subject == posts.subject, streaks.person_id == posts.person_id, streaks.roles.contains(posts.role)],
    )
    t = held.group_by(_EVENT).agg(
        recorded=held.role.count() > 0,
        running=(held.role.notnull() & held.ended_on.isnull()).any(),
        ended=held.ended_on.max(),
    )
    return t.select(*_EVENT, "recorded", done=ibis.ifelse(t.running, ibis.null("date"), t.ended))


def _followed(ctx: Context, streaks: ir.Table) -> ir.Table:
    """Streaks with the day of the first step that answers them (``done``)."""
    steps = ctx.facts.case_steps.select("process", "step", "done_on", branch="org_id", named="person_id")
    nobody = streaks.person_id.isnull() | steps.named.isnull()
    held = streaks.left_join(
        steps,
        [
            streaks.subject == steps.branch,
            streaks.process == steps.process,
            streaks.wanted.contains(steps.step),
            steps.done_on.year() >= streaks.period,
            (streaks.person_id == steps.named) | nobody,
        ],
    )
    t = held.group_by(_EVENT).agg(done=held.done_on.min())
    return t.select(*_EVENT, recorded=ibis.literal(True), done=t.done)


def _streak_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    streaks = _streaks(ctx, requirements)
    answered = {bool(r.kwargs.get("process")) for r in requirements}
    parts = [_followed(ctx, streaks.filter(streaks.process.notnull()))] if True in answered else []
    parts += [_left(ctx, streaks.filter(streaks.process.isnull()))] if False in answered else []
    units = event_units(ctx, union(parts), "trigger", "due", "done")
    status = ibis.ifelse(units.recorded, units.status, UNKNOWN)  # never recorded in the post: nobody knows
    units = units.mutate(status=status, unit=units.period.cast("string")).select(
        "requirement", "subject", "unit", "status", "value", "due"
    )
    graded = _graded(ctx, requirements)
    nameless = graded.filter(~graded.counts, graded.period.isin([ctx.year, ctx.year - 1]))
    nameless = nameless.select(
        "requirement",
        "subject",
        unit=nameless.period.cast("string"),
        status=ibis.literal(UNKNOWN),
        value=ibis.null("float64"),
        due=ibis.null("date"),
    )
    return units.union(nameless)


def _streak_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _graded(ctx, requirements)
    year = rows.period.cast("string")
    found = as_evidence(rows, "ratings", year, "rated_on", year + ibis.literal("年度 ") + rows.grade)
    by_step = [r for r in requirements if r.kwargs.get("process")]
    if not by_step:
        return found
    steps = case_rows(ctx, by_step, {})
    steps = steps.semi_join(ctx.units["expect_rating_streak"], ["requirement", "subject"])
    return found.union(as_evidence(steps, "case_steps", steps.case_id, "done_on", steps.step))


def _streak_available(kwargs: dict, inventory: Inventory) -> bool:
    """Such ratings occur and, where a step has to follow the grade and the grade occurs, that step too."""
    kinds, process = terms(kwargs["rating"]), kwargs.get("process")
    given = any((kind, grade) in inventory.grades for kind in kinds for grade in terms(kwargs["grade"]))
    answered = not process or not given or inventory.has_step(process, terms(kwargs["step"]))
    return bool(inventory.ratings & set(kinds)) and answered


def _streak_needs(kwargs: dict) -> list[Need]:
    ratings = [Need("ratings", kind) for kind in terms(kwargs["rating"])]
    return [*ratings, *(case_needs(kwargs) if kwargs.get("process") else [Need("posts")])]


RATING_STREAK = Shape(_streak_available, _streak_needs, units=_streak_units, evidence=_streak_evidence)
