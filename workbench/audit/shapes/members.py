"""Coverage: every member of a group has done it, every organisation below has been rated."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.activities import SELECTOR, activity_needs, selected
from workbench.audit.shapes.base import Context, Need, Shape, as_evidence, finish, look_up, parameters
from workbench.requirements.model import Requirement, terms
from workbench.timeline import PeriodKind
from workbench.vocabulary import Standing

_GROUP = {
    "roles": (list, lambda k: terms(k.get("roles"))),
    "categories": (list, lambda k: terms(k.get("categories"))),
    "types": (list, lambda k: terms(k.get("types"))),
    "subtree": (bool, lambda k: k.get("scope") == "subtree"),
}
_RULE = {"minimum": (float, lambda k: float(k["minimum"])), "by_hours": (bool, lambda k: k["measure"] == "hours")}


def _scope(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, org_id): the organisations whose people count for a subject."""
    subjects = ctx.active(requirements)
    subjects = subjects.filter(subjects.start <= ctx.facts.first_day)
    rules = parameters(requirements, _GROUP)
    t = subjects.select("requirement", "subject").join(rules, "requirement")
    own = t.mutate(org_id=t.subject)
    if not any(r.kwargs.get("scope") == "subtree" for r in requirements):
        return own
    wide = t.filter(t.subtree)
    below = ctx.facts.below
    founded = alive(ctx)
    wide = wide.join(below, wide.subject == below.ancestor).join(founded, "org_id")
    return own.union(wide.select(own.columns))


def alive(ctx: Context) -> ir.Table:
    """Organisations founded and not dissolved at the reference day."""
    orgs, ref = ctx.facts.organizations, ctx.facts.ref
    return orgs.filter(
        orgs.established_on.isnull() | (orgs.established_on <= ref),
        orgs.dissolved_on.isnull() | (orgs.dissolved_on > ref),
    ).select("org_id")


def _members(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, person_id), each person once: in post, or of the category, since the year began."""
    facts, scope = ctx.facts, _scope(ctx, requirements)
    posts = facts.posts
    posts = posts.filter(posts.started_on <= facts.first_day, posts.ended_on.isnull() | (posts.ended_on > facts.ref))
    posts = posts.join(facts.organizations.select("org_id", org_type="type"), "org_id")
    by_role = scope.join(posts, "org_id")
    by_role = by_role.filter(
        by_role.roles.contains(by_role.role), (by_role.types.length() == 0) | by_role.types.contains(by_role.org_type)
    )
    by_role = by_role.select("requirement", "subject", "person_id")
    people = facts.people
    people = people.filter(
        people.standing == Standing.FULL.value,
        people.since.isnull() | (people.since <= facts.first_day),
        people.until.isnull() | (people.until > facts.ref),
    )
    people = people.select("org_id", "person_id", belongs="categories")
    by_category = scope.filter(scope.subject == scope.org_id).join(people, "org_id")
    by_category = by_category.filter(list_has_any(by_category.categories, by_category.belongs).fill_null(False))
    by_category = by_category.select("requirement", "subject", "person_id")
    return by_role.union(by_category).distinct()


def _deeds(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Activities of the year that a requirement counts, wherever they were held."""
    rows = selected(ctx, parameters(requirements, SELECTOR | _RULE))
    return rows.filter(rows.year_held == ctx.year)


def _members_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    year = ctx.facts.periods(PeriodKind.YEAR)[0]
    zero = ibis.literal(0.0)
    deeds, members = _deeds(ctx, requirements), _members(ctx, requirements)
    values = deeds.group_by("requirement", "person_id").agg(
        times=deeds.count().cast("float64"),
        hours=deeds.hours.fill_null(0.0).sum(),
        untold=deeds.count(where=deeds.by_hours & deeds.hours.isnull()),
    )
    m = look_up(members, values, ["requirement", "person_id"]).join(parameters(requirements, _RULE), "requirement")
    m = m.mutate(value=ibis.ifelse(m.by_hours, m.hours, m.times).fill_null(zero), untold=m.untold.fill_null(0))
    elapsed = year.elapsed_months(ctx.as_of)
    expected = (m.minimum * elapsed / 12).floor()
    t = m.group_by("requirement", "subject").agg(
        whole=m.count(),
        part=m.count(where=m.value >= m.minimum),
        lowest=m.value.min(),
        untold=m.untold.sum(),
        lagging=((m.minimum >= 2) & (m.value < expected)).any(),
    )
    nameless = deeds.filter(deeds.person_id.isnull()).rename(subject="org_id")
    nameless = nameless.group_by("requirement", "subject").agg(nameless=nameless.count())
    t = look_up(t, nameless, ["requirement", "subject"])
    done, closed = t.part == t.whole, ibis.literal(year.closed(ctx.as_of))
    return finish(
        t.mutate(
            met=done.cast("int64"),
            missed=(~done & closed).cast("int64"),
            open=(~done & ~closed).cast("int64"),
            doubt=t.untold + t.nameless.fill_null(0),
            behind=~done & ~closed & t.lagging,
            judged=ibis.ifelse(done | closed, t.lowest, ibis.null("float64")),
            observed=t.lowest,
        )
    )


def _members_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    deeds, members = _deeds(ctx, requirements), _members(ctx, requirements)
    rows = deeds.join(members, ["requirement", "person_id"])
    label = rows.kind + ibis.literal(" 人员 ") + rows.person_id.left(6)
    return as_evidence(rows, "activities", str(ctx.year), "held_on", label)


def _members_available(kwargs: dict, inventory: Inventory) -> bool:
    kinds = terms(kwargs["activity"])
    if not inventory.has_activity(kinds, terms(kwargs.get("tags"))):
        return False
    if kwargs["measure"] == "hours" and not inventory.hours & set(kinds):
        return False
    roles, categories = set(terms(kwargs.get("roles"))), set(terms(kwargs.get("categories")))
    return bool(roles & inventory.roles or categories & inventory.categories)


def _members_needs(kwargs: dict) -> list[Need]:
    return [*activity_needs(kwargs), Need("posts" if kwargs.get("roles") else "people")]


MEMBERS_COVERED = Shape(
    _members_available, _members_needs, tally=_members_tally, evidence=_members_evidence, period_kind="year"
)


# --- every organisation below is rated -------------------------------------------------------------------------------

_RATING = {"wanted": (list, lambda k: terms(k["rating"])), "held_roles": (list, lambda k: terms(k["role"]))}


def _children(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, child): direct children with the post filled, there since the year began."""
    facts = ctx.facts
    subjects = ctx.active(requirements)
    subjects = subjects.filter(subjects.start <= facts.first_day).select("requirement", "subject")
    orgs = facts.organizations
    orgs = orgs.filter(
        orgs.established_on.isnull() | (orgs.established_on <= facts.first_day),
        orgs.dissolved_on.isnull() | (orgs.dissolved_on > facts.ref),
    ).select(child="org_id", parent="parent_id")
    t = subjects.join(parameters(requirements, _RATING), "requirement")
    t = t.join(orgs, t.subject == orgs.parent)
    posts = facts.posts
    posts = posts.filter(posts.started_on <= facts.ref, posts.ended_on.isnull() | (posts.ended_on > facts.ref))
    return t.semi_join(posts, [t.child == posts.org_id, t.held_roles.contains(posts.role)])


def _rated(ctx: Context, children: ir.Table) -> ir.Table:
    """The ratings of the year given to these children."""
    ratings = ctx.facts.ratings.filter(ctx.facts.ratings.period == ctx.year)
    return children.join(ratings, [children.child == ratings.org_id, children.wanted.contains(ratings.kind)])


def _ratings_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    children = _children(ctx, requirements)
    rated = _rated(ctx, children).select("requirement", "child").distinct().mutate(rated=ibis.literal(True))
    t = look_up(children, rated, ["requirement", "child"])
    t = t.group_by("requirement", "subject").agg(whole=t.count(), part=t.count(where=t.rated))
    done, closed = t.part == t.whole, ctx.as_of >= ctx.facts.periods(PeriodKind.YEAR)[0].last
    share = t.part * 100.0 / t.whole
    return finish(
        t.mutate(
            met=done.cast("int64"),
            missed=(~done & closed).cast("int64"),
            open=(~done & ibis.literal(not closed)).cast("int64"),
            judged=ibis.ifelse(done | closed, share, ibis.null("float64")),
            observed=share,
        )
    )


def _ratings_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _rated(ctx, _children(ctx, requirements))
    return as_evidence(rows, "ratings", rows.child, "rated_on", rows.kind)


def rating_available(kwargs: dict, inventory: Inventory) -> bool:
    """Whether such ratings occur at all."""
    return bool(inventory.ratings & set(terms(kwargs["rating"])))


def rating_needs(kwargs: dict) -> list[Need]:
    """Ratings of the kind and the posts of those rated."""
    return [*(Need("ratings", kind) for kind in terms(kwargs["rating"])), Need("posts")]


ORGS_COVERED = Shape(
    rating_available, rating_needs, tally=_ratings_tally, evidence=_ratings_evidence, period_kind="year"
)
