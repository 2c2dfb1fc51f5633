"""Meetings and people of a case: decided by a meeting (会议议定), everybody named (个案人员全覆盖)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    look_up,
    parameters,
    plus,
)
from workbench.audit.shapes.cases import (
    case_evidence,
    case_needs,
    case_rows,
    followed,
    listed,
    number,
    with_process,
    with_tags,
)
from workbench.requirements.model import Requirement, terms
from workbench.vocabulary import Standing

_CASE = ["requirement", "subject", "case_id"]


# --- decided by a meeting --------------------------------------------------------------------------------------------


def _decisions(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Days of a step in the audited year, once per case, with the kinds of meeting that may have decided."""
    rows = case_rows(
        ctx,
        requirements,
        {"kinds": listed("activity"), "tags_wanted": listed("tags"), "days": number("within_days")},
    )
    tagged = with_tags(rows, rows.tags_wanted)
    rows = rows.filter(tagged, rows.done_on.year() == ctx.year, rows.done_on >= rows.start)
    return rows.select(*_CASE, "done_on", "days", "kinds").distinct()


def _meetings(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Meetings that could have decided something, or show that such meetings are recorded at all."""
    first = date(ctx.year, 1, 1) - timedelta(days=max(r.kwargs["within_days"] for r in requirements))
    kinds = {kind for r in requirements for kind in terms(r.kwargs["activity"])}
    acts = ctx.facts.activities
    acts = acts.filter(acts.kind.isin(sorted(kinds)), (acts.held_on >= first) | (acts.year_held == ctx.year))
    return acts.rename(subject="org_id", kind_held="kind")


def _in_time(decided: ir.Table, held: ir.Table) -> list[ir.BooleanValue]:
    """Held on the day of the step or one of the days before it."""
    return [
        decided.subject == held.subject,
        decided.kind == held.kind_held,
        held.held_on <= decided.done_on,
        held.held_on >= plus(decided.done_on, days=-decided.days),
    ]


def _meeting_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    decided, held = _decisions(ctx, requirements), _meetings(ctx, requirements)
    asked = decided.mutate(kind=decided.kinds.unnest())
    near = asked.semi_join(held, _in_time(asked, held)).select(*_CASE, "done_on").distinct()
    recorded = held.filter(held.year_held == ctx.year).select("subject", kind="kind_held").distinct()
    telling = asked.semi_join(recorded, ["subject", "kind"]).select("requirement", "subject").distinct()
    t = look_up(decided, near.mutate(near=ibis.literal(True)), [*_CASE, "done_on"])
    t = look_up(t, telling.mutate(telling=ibis.literal(True)), ["requirement", "subject"])
    status = ibis.cases((t.near.notnull(), MET), (t.telling.isnull(), UNKNOWN), else_=MISSED)
    return t.mutate(status=status, value=(status == MISSED).cast("float64"), unit=t.case_id)


def _meeting_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    steps = case_evidence(ctx, requirements, ctx.units["expect_step_meeting"])
    decided, held = _decisions(ctx, requirements), _meetings(ctx, requirements)
    asked = decided.mutate(kind=decided.kinds.unnest()).drop("kinds")
    rows = asked.join(held.drop("days"), _in_time(asked, held)).drop("subject_right")
    return steps.union(as_evidence(rows, "activities", rows.case_id, "held_on", rows.kind, status=MET))


STEP_MEETING = Shape(
    lambda kwargs, inventory: with_process(kwargs, inventory) and inventory.has_activity(terms(kwargs["activity"]), ()),
    lambda kwargs: [*case_needs(kwargs), *(Need("activities", kind) for kind in terms(kwargs["activity"]))],
    units=_meeting_units,
    evidence=_meeting_evidence,
    summed=True,
)


# --- everybody in a case ---------------------------------------------------------------------------------------------


def _officers(ctx: Context, cases: ir.Table, roles: str) -> ir.Table:
    """(case, person) for everybody who held one of the roles there on the day of the event."""
    posts = ctx.facts.posts.select("person_id", "role", "started_on", "ended_on", branch="org_id")
    found = cases.join(
        posts,
        [
            cases.subject == posts.branch,
            cases[roles].contains(posts.role),
            posts.started_on <= cases.held,
            posts.ended_on.isnull() | (posts.ended_on > cases.held),
        ],
    )
    return found.select(*_CASE, "person_id").distinct()


def _members(ctx: Context, cases: ir.Table) -> ir.Table:
    """(case, person) for every full member of one of the categories on the day of the event."""
    people = ctx.facts.people
    people = people.filter(people.standing == Standing.FULL.value)
    people = people.select("person_id", "since", "until", belongs="categories", branch="org_id")
    found = cases.join(
        people,
        [
            cases.subject == people.branch,
            people.since.isnull() | (people.since <= cases.held),
            people.until.isnull() | (people.until > cases.held),
        ],
    )
    found = found.filter(list_has_any(found.categories, found.belongs).fill_null(False))
    return found.select(*_CASE, "person_id").distinct()


_GROUP = {
    "roles": listed("roles"),
    "exempt": listed("except_roles"),
    "categories": listed("categories"),
    "grace": number("grace_days"),
    "share": (float, lambda k: float(k["share"])),
}


def _case_member_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(ctx, requirements, {"events": listed("of"), "wanted": listed("step")})
    mine = rows.wanted.contains(rows.step)
    cases = rows.group_by(*_CASE, "start").agg(
        held=rows.done_on.min(where=rows.events.contains(rows.step)),
        nameless=rows.count(where=mine & rows.person_id.isnull()),
    )
    cases = cases.filter(cases.held.year() == ctx.year, cases.held >= cases.start)
    cases = cases.join(parameters(requirements, _GROUP), "requirement")
    officers = _officers(ctx, cases, "roles").anti_join(_officers(ctx, cases, "exempt"), [*_CASE, "person_id"])
    members = officers.union(_members(ctx, cases))
    named = rows.filter(mine, rows.person_id.notnull()).select(*_CASE, "person_id").distinct()
    found = look_up(members, named.mutate(named=ibis.literal(True)), [*_CASE, "person_id"])
    c = cases.join(found.group_by(*_CASE).agg(whole=found.count(), part=found.named.count()), _CASE)
    value = c.part * 100.0 / c.whole
    perhaps = ibis.least(c.part + c.nameless, c.whole) * 100.0 / c.whole >= c.share
    due = plus(c.held, days=c.grace.fill_null(0))
    status = ibis.cases((value >= c.share, MET), (due >= ctx.as_of, OPEN), (perhaps, UNKNOWN), else_=MISSED)
    return c.mutate(status=status, value=value, unit=c.case_id, due=due)


def _case_member_available(kwargs: dict, inventory: Inventory) -> bool:
    roles, categories = set(terms(kwargs.get("roles"))), set(terms(kwargs.get("categories")))
    return followed("of")(kwargs, inventory) and bool(roles & inventory.roles or categories & inventory.categories)


CASE_MEMBERS = Shape(
    _case_member_available,
    lambda kwargs: [*case_needs(kwargs), Need("posts" if kwargs.get("roles") else "people")],
    units=_case_member_units,
)
