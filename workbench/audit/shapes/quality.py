"""How each activity was held: labelled, minuted, chaired, announced in time; and who came."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_all
from workbench.audit.shapes.activities import activity_available, selected
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    UNIT,
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    finish,
    look_up,
    parameters,
    union,
)
from workbench.audit.shapes.cases import listed
from workbench.audit.shapes.members import group_available, group_needs, members
from workbench.requirements.model import Requirement, terms
from workbench.timeline import PeriodKind
from workbench.vocabulary import Standing

KEY = ["requirement", "subject"]


# --- each activity held properly -------------------------------------------------------------------------------------

_ASKED = {
    "carries": listed("carries"),
    "chairs": listed("chaired_by"),
    "minuted": (bool, lambda k: bool(k.get("minutes"))),
    "dated": (str, lambda k: k.get("dated", "")),
}
_TOLD = ("chair_id", "minutes", "noticed_on", "approved_on")


def _each(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """The activities of the year on which a subject was bound, each with its ``status``."""
    rows = selected(ctx, requirements, _ASKED, _TOLD)
    rows = rows.filter(rows.year_held == ctx.year).rename(subject="org_id")
    rows = rows.join(ctx.active(requirements).select(*KEY, "start"), KEY)
    rows = rows.filter(rows.held_on >= rows.start)
    asked = {name for r in requirements for name in ("carries", "minutes", "chaired_by", "dated") if name in r.kwargs}
    if "chaired_by" in asked:
        rows = _chaired(ctx, rows)
    day = ibis.ifelse(rows.dated == "noticed_on", rows.noticed_on, rows.approved_on)
    said = {
        "carries": lambda: (
            rows.carries.length() > 0,
            rows.tags.length().fill_null(0) == 0,
            list_has_all(rows.tags, rows.carries),
        ),
        "minutes": lambda: (rows.minuted, rows.minutes.isnull(), rows.minutes),
        "chaired_by": lambda: (rows.chairs.length() > 0, rows.chair_id.isnull(), rows.in_post),
        "dated": lambda: (rows.dated != "", day.isnull(), day <= rows.held_on),
    }
    branches = []
    for name in sorted(asked):
        mine, silent, kept = said[name]()
        branches += [(mine & silent, UNKNOWN), (mine & kept.fill_null(False), MET)]
    status = ibis.cases(*branches, else_=MISSED)
    return rows.select(*KEY, "kind", "held_on", "source_id", "source_row", status=status)


def _chaired(ctx: Context, rows: ir.Table) -> ir.Table:
    """Rows with ``in_post``: whether who chaired held one of the roles on that day."""
    posts, key = ctx.facts.posts, ["requirement", "source_id", "source_row"]
    asked = rows.filter(rows.chairs.length() > 0).select(*key, "subject", "chair_id", "chairs", "held_on")
    led = asked.semi_join(
        posts,
        [
            asked.subject == posts.org_id,
            asked.chair_id == posts.person_id,
            asked.chairs.contains(posts.role),
            posts.started_on <= asked.held_on,
            posts.ended_on.isnull() | (asked.held_on < posts.ended_on),
        ],
    )
    return look_up(rows, led.select(key).distinct().mutate(in_post=ibis.literal(True)), key)


def _each_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = ctx.shared("each", lambda: _each(ctx, requirements))
    t = rows.group_by(*KEY).agg(
        met=rows.count(where=rows.status == MET),
        missed=rows.count(where=rows.status == MISSED),
        unknown=rows.count(where=rows.status == UNKNOWN),
    )
    judged = ibis.ifelse(t.met + t.missed > 0, t.missed, ibis.null("int64"))
    return finish(t.mutate(open=ibis.literal(0), judged=judged, observed=judged))


def _each_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = ctx.shared("each", lambda: _each(ctx, requirements))
    return as_evidence(
        rows, "activities", rows.held_on.cast("string"), "held_on", rows.kind, rows.status != UNKNOWN, rows.status
    )


def _each_available(kwargs: dict, inventory: Inventory) -> bool:
    kinds = terms(kwargs["activity"])
    columns = {"minutes": "minutes", "chaired_by": "chair_id", "dated": kwargs.get("dated")}
    if not activity_available(kwargs, inventory):
        return False
    if "carries" in kwargs:
        return inventory.has_activity(kinds, terms(kwargs["carries"]))
    column = next(columns[name] for name in columns if name in kwargs)
    told = any((kind, column) in inventory.filled for kind in kinds)
    return told and ("chaired_by" not in kwargs or bool(inventory.roles & set(terms(kwargs["chaired_by"]))))


def _each_needs(kwargs: dict) -> list[Need]:
    held = [Need("activities", kind) for kind in terms(kwargs["activity"])]
    return held + ([Need("posts")] if "chaired_by" in kwargs else [])


EACH_ACTIVITY = Shape(_each_available, _each_needs, tally=_each_tally, evidence=_each_evidence)


# --- who came --------------------------------------------------------------------------------------------------------


def _came(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Rows of who came to the kinds a requirement names; ``counts`` where they took part as it asks."""
    rules = parameters(requirements, {"wanted": listed("activity"), "parts": listed("parts")})
    rules = rules.mutate(kind=rules.wanted.unnest()).drop("wanted")
    t = ctx.facts.participations.join(rules, "kind").rename(subject="org_id")
    t = t.mutate(counts=(t.parts.length() == 0) | t.parts.contains(t.part).fill_null(False))
    return t.join(ctx.active(requirements).select(*KEY), KEY)


def _meetings(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, kind, held_on): the days of the year on which a subject met while bound."""
    rows = selected(ctx, requirements).rename(subject="org_id")
    rows = rows.filter(rows.year_held == ctx.year).join(ctx.active(requirements).select(*KEY, "start"), KEY)
    return rows.filter(rows.held_on >= rows.start).select(*KEY, "kind", "held_on").distinct()


def _expected(ctx: Context, requirements: Sequence[Requirement], meetings: ir.Table) -> ir.Table:
    """Meetings with each person who belonged to the group on that day."""
    parts = []
    if by_role := [r for r in requirements if "roles" in r.kwargs]:
        rules = parameters(
            by_role,
            {
                "roles": listed("roles"),
                "only_full": (bool, lambda k: bool(k.get("full_time"))),
                "below": (bool, lambda k: k.get("posts_in") == "children"),
                "types": listed("types"),
            },
        )
        t = meetings.join(rules.mutate(role=rules.roles.unnest()).drop("roles"), "requirement")
        t = t.join(_posts_of(ctx, by_role), ["subject", "role", "below"])
        parts.append(
            t.filter(
                ~t.only_full | t.full_time.fill_null(False),
                (t.types.length() == 0) | t.types.contains(t.type).fill_null(False),
                t.started_on <= t.held_on,
                t.ended_on.isnull() | (t.ended_on > t.held_on),
            )
        )
    if by_category := [r for r in requirements if "categories" in r.kwargs]:
        rules = parameters(by_category, {"categories": listed("categories")})
        t = meetings.join(rules.select("requirement", category=rules.categories.unnest()), "requirement")
        people = ctx.facts.people.filter(ctx.facts.people.standing == Standing.FULL.value)
        people = people.select("person_id", "since", "until", subject="org_id", category=people.categories.unnest())
        t = t.join(people, ["subject", "category"])
        parts.append(
            t.filter(t.since.isnull() | (t.since <= t.held_on), t.until.isnull() | (t.until > t.held_on))
        )
    return union([part.select(*KEY, "kind", "held_on", "person_id") for part in parts]).distinct()


def _posts_of(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Posts by the organisation they are expected at: their own, or (``below``) the one directly above."""
    orgs = ctx.facts.organizations
    posts = ctx.facts.posts.select("org_id", "person_id", "role", "full_time", "started_on", "ended_on")
    posts = look_up(posts, orgs.select("org_id", "type"), ["org_id"])
    own = posts.mutate(subject=posts.org_id, below=ibis.literal(False))
    if not any("posts_in" in r.kwargs for r in requirements):
        return own
    parents = orgs.filter(orgs.parent_id.notnull()).select("org_id", subject="parent_id")
    under = posts.join(parents, "org_id").mutate(below=ibis.literal(True))
    return own.union(under.select(own.columns))


def _meeting_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """A unit per meeting: percent of those expected who came."""
    meeting = [*KEY, "kind", "held_on"]
    came = _came(ctx, requirements)
    present = came.filter(came.counts).select(*meeting, "person_id").distinct().mutate(present=ibis.literal(True))
    told = came.select(*meeting).distinct().mutate(told=ibis.literal(True))
    t = look_up(_expected(ctx, requirements, _meetings(ctx, requirements)), present, [*meeting, "person_id"])
    t = t.group_by(*meeting).agg(value=t.count(where=t.present) * 100.0 / t.count())
    t = look_up(t, told, meeting).join(_least(requirements), "requirement")
    status = ibis.cases((t.told.isnull(), UNKNOWN), (t.value >= t.minimum, MET), else_=MISSED)
    unit = t.held_on.cast("string") + ibis.literal(" ") + t.kind
    return t.mutate(unit=unit, status=status, value=ibis.ifelse(t.told.isnull(), ibis.null("float64"), t.value))


def _person_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """One unit, the year: the fewest days on which a member came."""
    came = _came(ctx, requirements)
    came = came.filter(came.held_on.year() == ctx.year)
    told = came.select(*KEY).distinct().mutate(told=ibis.literal(True))
    came = came.filter(came.counts)
    days = came.group_by(*KEY, "person_id").agg(days=came.held_on.nunique())
    t = look_up(members(ctx, requirements), days, [*KEY, "person_id"])
    t = t.group_by(*KEY).agg(value=t.days.fill_null(0).min().cast("float64"))
    t = look_up(t, told, KEY).join(_least(requirements), "requirement")
    late = ibis.ifelse(t.told.isnull(), UNKNOWN, MISSED)  # without any sign-in sheet nobody can be said to be absent
    late = late if ctx.facts.periods(PeriodKind.YEAR)[0].closed(ctx.as_of) else ibis.literal(OPEN)
    status = ibis.ifelse(t.value >= t.minimum, MET, late)
    return t.mutate(unit=ibis.literal(str(ctx.year)), status=status)


def _least(requirements: Sequence[Requirement]) -> ir.Table:
    return parameters(requirements, {"minimum": (float, lambda k: float(k["minimum"]))})


def _attendance_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    parts = []
    for each, units in (("activity", _meeting_units), ("person", _person_units)):
        if mine := [r for r in requirements if r.kwargs["each"] == each]:
            parts.append(units(ctx, mine).select(*UNIT))
    return union(parts)


def _attendance_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _came(ctx, requirements)
    rows = rows.filter(rows.held_on.year() == ctx.year)
    label = rows.kind + ibis.literal(" ") + rows.part + ibis.literal(" 人员 ") + rows.person_id.left(6)
    return as_evidence(rows, "participations", rows.held_on.cast("string"), "held_on", label, rows.counts)


def _attendance_available(kwargs: dict, inventory: Inventory) -> bool:
    kinds = set(terms(kwargs["activity"]))
    return bool(kinds & inventory.participations) and group_available(kwargs, inventory)


def _attendance_needs(kwargs: dict) -> list[Need]:
    return [*(Need("participations", kind) for kind in terms(kwargs["activity"])), group_needs(kwargs)]


ATTENDANCE = Shape(
    _attendance_available,
    _attendance_needs,
    units=_attendance_units,
    evidence=_attendance_evidence,
    period_kind="year",
)
