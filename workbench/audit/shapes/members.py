"""Coverage of people: every member of a group has done it, or been rated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.activities import telling_or_silent
from workbench.audit.shapes.base import Context, Need, Shape, as_evidence, finish, in_grace, look_up, parameters, union
from workbench.requirements.model import Requirement, terms
from workbench.timeline import PeriodKind
from workbench.vocabulary import Standing

KEY = ["requirement", "subject"]
_NEVER, _ENDLESS = date(1900, 1, 1), date(9999, 12, 31)


# --- the span in which it has to be done -----------------------------------------------------------------------------


def _ever(kwargs: dict) -> bool:
    return kwargs.get("period") == "ever"


def span(ctx: Context, kwargs: dict) -> tuple[date, date] | None:
    """First and last day of what counts; None where the year has no day of ``around``."""
    if _ever(kwargs):
        return _NEVER, _ENDLESS
    if "around" not in kwargs:
        year = ctx.facts.periods(PeriodKind.YEAR)[0]
        return year.first, year.last
    days = [day for day in map(_day, kwargs["around"]) if day.year == ctx.year]
    if not days:
        return None
    return days[0] - timedelta(days=kwargs["days_before"]), days[0] + timedelta(days=kwargs["days_after"])


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _bound_by(ctx: Context, kwargs: dict) -> date:
    """The latest first day of duty with which a subject still has the obligation."""
    found = span(ctx, kwargs)
    return _ENDLESS if _ever(kwargs) else found[0] if found else ctx.facts.first_day


def _since(ctx: Context, kwargs: dict) -> date:
    """The day since which somebody has to belong to the group."""
    return ctx.facts.ref - timedelta(days=kwargs.get("grace_days") or 0) if _ever(kwargs) else ctx.facts.first_day


# --- who has to ------------------------------------------------------------------------------------------------------


def members(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, person_id), each person once: in post, of the category or standing, since that day.

    Also for requirements without ``scope`` and ``period`` (own, year).
    """
    belonging = union(
        [
            belongs(ctx, [r for r in requirements if name in r.kwargs])
            for name, belongs in (("roles", _in_post), ("categories", _of_category), ("standings", _of_standing))
            if any(name in r.kwargs for r in requirements)
        ]
    )
    wide = [r.id for r in requirements if r.kwargs.get("scope") == "subtree"]
    places = belonging.mutate(subject=belonging.org_id)
    if wide:
        below = ctx.facts.below.join(ctx.facts.standing.select("org_id"), "org_id")
        above = belonging.filter(belonging.requirement.isin(wide)).join(below, "org_id")
        places = places.union(above.mutate(subject=above.ancestor).select(places.columns))
    subjects = ctx.active(requirements).join(
        parameters(requirements, {"bound_by": (date, lambda k: _bound_by(ctx, k))}), "requirement"
    )
    subjects = subjects.filter(subjects.start <= subjects.bound_by).select(*KEY)
    return places.join(subjects, KEY).select(*KEY, "person_id").distinct()


def _in_post(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rules = parameters(
        requirements,
        {
            "roles": (list, lambda k: terms(k["roles"])),
            "types": (list, lambda k: terms(k.get("types"))),
            "full_only": (bool, lambda k: bool(k.get("full_time"))),
            "by": (date, lambda k: _since(ctx, k)),
        },
    )
    rules = rules.mutate(role=rules.roles.unnest()).drop("roles")
    posts, ref = ctx.facts.posts, ctx.facts.ref
    t = posts.filter(posts.ended_on.isnull() | (posts.ended_on > ref)).join(rules, "role")
    t = t.filter(t.started_on <= t.by, ~t.full_only | t.full_time.fill_null(False))
    if any(r.kwargs.get("types") for r in requirements):
        t = t.join(ctx.facts.organizations.select("org_id", org_type="type"), "org_id")
        t = t.filter((t.types.length() == 0) | t.types.contains(t.org_type))
    return t.select("requirement", "org_id", "person_id")


def _of_category(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    people = ctx.facts.people.filter(ctx.facts.people.standing == Standing.FULL.value)
    return _listed(ctx, requirements, "categories", people.mutate(term=people.categories.unnest()))


def _of_standing(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    people = ctx.facts.people.mutate(term=ctx.facts.people.standing)
    listed = _listed(ctx, requirements, "standings", people)
    excepting = [r for r in requirements if "except_categories" in r.kwargs]
    if not excepting:
        return listed
    rules = parameters(excepting, {"excepted": (list, lambda k: terms(k["except_categories"]))})
    carrying = _listed(ctx, excepting, "standings", people, "categories").join(rules, "requirement")
    spared = carrying.filter(list_has_any(carrying.categories, carrying.excepted).fill_null(False))
    return listed.anti_join(spared, ["requirement", "org_id", "person_id"])


def _listed(
    ctx: Context, requirements: Sequence[Requirement], name: str, people: ir.Table, *columns: str
) -> ir.Table:
    """People whose ``term`` is one that the argument names, with further columns of theirs."""
    rules = parameters(
        requirements, {"asked": (list, lambda k: terms(k[name])), "by": (date, lambda k: _since(ctx, k))}
    )
    rules = rules.mutate(term=rules.asked.unnest()).drop("asked")
    t = people.filter(people.until.isnull() | (people.until > ctx.facts.ref)).join(rules, "term")
    t = t.filter(t.since.isnull() | (t.since <= t.by))
    return t.select("requirement", "org_id", "person_id", *columns)


# --- what they did ---------------------------------------------------------------------------------------------------

_DEED = (
    "requirement", "org_id", "person_id", "amount", "untold", "counted", "dated", "kind", "table_name", "source_id",
    "source_row",
)


def _deeds(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Activities and ratings in the span, held by anybody, with the ``amount`` each adds.

    Not ``counted``: the ledger never says what such an activity was about, so it may have been one asked for.
    """
    parts = []
    if held := [r for r in requirements if "activity" in r.kwargs]:
        parts.append(_activities(ctx, held))
    if rated := [r for r in requirements if "rating" in r.kwargs]:
        parts.append(_ratings(ctx, rated))
    return union(parts)


def _activities(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rule = {
        "how": (str, lambda k: k["measure"]),
        "attributed": (bool, lambda k: not _ever(k) and "around" not in k),
        "span_first": (date, lambda k: (span(ctx, k) or (_ENDLESS, _NEVER))[0]),
        "span_last": (date, lambda k: (span(ctx, k) or (_ENDLESS, _NEVER))[1]),
    }
    t = telling_or_silent(ctx, requirements, rule, ["person_id", "hours", "days", "quantity"])
    t = t.filter(
        ibis.ifelse(t.attributed, t.year_held == ctx.year, t.held_on.between(t.span_first, t.span_last))
    )
    figure = ibis.cases((t.how == "hours", t.hours), (t.how == "days", t.days), (t.how == "quantity", t.quantity))
    amount = ibis.ifelse(t.tagged, ibis.ifelse(t.how == "count", 1.0, figure.fill_null(0.0)), 0.0)
    untold = ~t.tagged | (t.how.isin(["hours", "days"]) & figure.isnull())
    t = t.mutate(amount=amount, untold=untold, counted=t.tagged, dated=t.held_on)
    return t.mutate(table_name=ibis.literal("activities")).select(*_DEED)


def _ratings(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rules = parameters(requirements, {"wanted": (list, lambda k: terms(k["rating"])), "ever": (bool, _ever)})
    rules = rules.mutate(kind=rules.wanted.unnest()).drop("wanted")
    t = ctx.facts.ratings.join(rules, "kind")
    t = t.filter(t.ever | (t.period == ctx.year))
    t = t.mutate(amount=ibis.literal(1.0), untold=ibis.literal(False), counted=ibis.literal(True), dated=t.rated_on)
    return t.mutate(table_name=ibis.literal("ratings")).select(*_DEED)


# --- the tally -------------------------------------------------------------------------------------------------------


def _rule(ctx: Context) -> dict:
    def closed(kwargs: dict) -> bool:
        found = span(ctx, kwargs)
        return _ever(kwargs) or (found is not None and found[1] <= ctx.as_of)

    return {
        "minimum": (float, lambda k: float(k["minimum"])),
        "size": (float, lambda k: float(k.get("size") or 1)),
        "lags": (bool, lambda k: not _ever(k) and "around" not in k and k["minimum"] >= 2),
        "closed": (bool, closed),
        "ever": (bool, _ever),
        "dayless": (bool, lambda k: span(ctx, k) is None),
    }


def _members(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    return ctx.shared("members", lambda: members(ctx, requirements))


def _members_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    deeds = _deeds(ctx, requirements)
    values = deeds.group_by("requirement", "person_id").agg(amount=deeds.amount.sum(), untold=deeds.untold.sum())
    m = look_up(_members(ctx, requirements), values, ["requirement", "person_id"])
    rules = parameters(requirements, _rule(ctx))
    m = m.join(rules.select("requirement", "minimum", "size"), "requirement")
    m = m.mutate(value=m.amount.fill_null(0.0) / m["size"])
    elapsed = ctx.facts.periods(PeriodKind.YEAR)[0].elapsed_months(ctx.as_of)
    t = m.group_by(*KEY).agg(
        whole=m.count(),
        part=m.count(where=m.value >= m.minimum),
        lowest=m.value.min(),
        untold=m.untold.sum().fill_null(0),
        late=(m.value < (m.minimum * elapsed / 12).floor()).any(),
    )
    nameless = _nameless(ctx, requirements, deeds)
    t = look_up(t, nameless.group_by(*KEY).agg(nameless=nameless.count()), KEY)
    t = t.join(rules, "requirement").join(ctx.active(requirements).select(*KEY, "established_on"), KEY)
    done = ~t.dayless & (t.part == t.whole)
    waits = ~done & ~t.dayless & (~t.closed | (t.ever & in_grace(ctx, t.established_on)))
    missed = ~done & ~t.dayless & ~waits
    return finish(
        t.mutate(
            met=done.cast("int64"),
            missed=missed.cast("int64"),
            open=waits.cast("int64"),
            unknown=t.dayless.cast("int64"),
            doubt=t.untold + t.nameless.fill_null(0),
            behind=waits & t.lags & t.late,
            judged=ibis.ifelse(done | missed, t.lowest, ibis.null("float64")),
            observed=t.lowest,
        )
    )


def _nameless(ctx: Context, requirements: Sequence[Requirement], deeds: ir.Table) -> ir.Table:
    """(requirement, subject), a row per deed that names nobody: of the subject, with a subtree of any below it."""
    nameless = deeds.filter(deeds.person_id.isnull()).select("requirement", "org_id")
    own = nameless.select("requirement", subject="org_id")
    wide = [r.id for r in requirements if r.kwargs.get("scope") == "subtree"]
    if not wide:
        return own
    above = nameless.filter(nameless.requirement.isin(wide)).join(ctx.facts.below, "org_id")
    return own.union(above.select("requirement", subject="ancestor"))


def _members_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    deeds = _deeds(ctx, requirements)
    rows = deeds.filter(deeds.counted).join(_members(ctx, requirements), ["requirement", "person_id"])
    label = rows.kind + ibis.literal(" 人员 ") + rows.person_id.left(6)
    return as_evidence(rows, rows.table_name, str(ctx.year), "dated", label)


def _members_available(kwargs: dict, inventory: Inventory) -> bool:
    if not group_available(kwargs, inventory):
        return False
    if "rating" in kwargs:
        return rating_available(kwargs, inventory)
    kinds, figure = terms(kwargs["activity"]), kwargs["measure"]
    told = figure not in ("hours", "days") or any((kind, figure) in inventory.filled for kind in kinds)
    return told and inventory.has_activity(kinds, terms(kwargs.get("tags")))


def group_available(kwargs: dict, inventory: Inventory) -> bool:
    """Whether the group of people that a requirement names occurs at all."""
    return any(
        set(terms(kwargs.get(name))) & occurring
        for name, occurring in (
            ("roles", inventory.roles),
            ("categories", inventory.categories),
            ("standings", inventory.standings),
        )
    )


def group_needs(kwargs: dict) -> Need:
    """The records that say who belongs to the group."""
    return Need("posts" if "roles" in kwargs else "people")


def rating_available(kwargs: dict, inventory: Inventory) -> bool:
    """Whether such ratings occur at all."""
    return bool(inventory.ratings & set(terms(kwargs["rating"])))


def rating_needs(kwargs: dict) -> list[Need]:
    """Ratings of the kind and, where a role decides, the posts."""
    return [
        *(Need("ratings", kind) for kind in terms(kwargs["rating"])),
        *([Need("posts")] if "role" in kwargs else []),
    ]


def _members_needs(kwargs: dict) -> list[Need]:
    deeds = [Need("activities", kind) for kind in terms(kwargs.get("activity"))]
    return [*deeds, *(rating_needs(kwargs) if "rating" in kwargs else []), group_needs(kwargs)]


MEMBERS_COVERED = Shape(
    _members_available, _members_needs, tally=_members_tally, evidence=_members_evidence, period_kind="year"
)
