"""Posts at a date: how many are held, for how long, by whom, and when the committee's term ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
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
    days_between,
    finish,
    in_grace,
    look_up,
    parameters,
    plus,
    state_status,
    tally_units,
)
from workbench.audit.shapes.cases import case_needs, listed, number
from workbench.audit.shapes.state import STATE, within_bounds
from workbench.requirements.model import Requirement, terms

KEY = ["requirement", "subject"]


def running(ctx: Context) -> ir.Table:
    """Posts held at the reference day."""
    posts, ref = ctx.facts.posts, ctx.facts.ref
    return posts.filter(posts.started_on <= ref, posts.ended_on.isnull() | (posts.ended_on > ref))


def _held(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Running posts of the roles a requirement names, in its subjects."""
    rules = parameters(
        requirements, {"roles": listed("roles"), "only_full": (bool, lambda k: bool(k.get("full_time")))}
    )
    rules = rules.mutate(role=rules.roles.unnest()).drop("roles")
    t = running(ctx).rename(subject="org_id").join(rules, "role")
    t = t.filter(~t.only_full | t.full_time.fill_null(False))
    return t.join(ctx.active(requirements).select(*KEY, "established_on"), KEY)


def _roles_occur(*names: str) -> Callable[[dict, Inventory], bool]:
    return lambda kwargs, inventory: all(inventory.roles & set(terms(kwargs[name])) for name in names)


def _posts_needed(kwargs: dict) -> list[Need]:
    return [Need("posts")]


def _posts_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    held = _held(ctx, requirements)
    return as_evidence(held, "posts", str(ctx.facts.ref), "started_on", held.role)


# --- how many --------------------------------------------------------------------------------------------------------


def _posts_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    held = _held(ctx, requirements)
    found = held.group_by(*KEY).agg(value=held.person_id.nunique())
    return within_bounds(ctx, requirements, found, ctx.active(requirements))


POSTS_HELD = Shape(
    _roles_occur("roles"), _posts_needed, units=_posts_units, evidence=_posts_evidence, period_kind=STATE
)


# --- for how long ----------------------------------------------------------------------------------------------------


def _tenure_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    held = _held(ctx, requirements).join(parameters(requirements, {"years": number("years")}), "requirement")
    t = held.group_by(*KEY, "person_id", "years", "established_on").agg(begun=held.started_on.min())
    past = days_between(ibis.literal(ctx.facts.ref), plus(t.begun, months=t.years * 12))
    status = state_status(ctx, t.established_on, past <= 0)
    return t.mutate(unit=t.person_id, status=status, value=past.cast("float64")).select(*UNIT)


TENURE = Shape(_roles_occur("roles"), _posts_needed, units=_tenure_units, evidence=_posts_evidence, period_kind=STATE)


# --- who holds this post must hold another ---------------------------------------------------------------------------


def _qualified_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rules = parameters(
        requirements, {"also": listed("also"), "at": (str, lambda k: k["at"]), "wanted": listed("parent_types")}
    )
    orgs = ctx.facts.organizations
    held = look_up(_held(ctx, requirements), orgs.select("parent_id", subject="org_id"), ["subject"])
    held = look_up(held, orgs.select(parent_id="org_id", parent_type="type"), ["parent_id"]).join(rules, "requirement")
    other = (held.wanted.length() > 0) & ~held.wanted.contains(held.parent_type).fill_null(False)
    held = held.mutate(orphan=(held["at"] == "parent") & (held.parent_id.isnull() | other))
    held = held.select(*KEY, "person_id", "established_on", "also", "at", "parent_id", "orphan").distinct()
    posts = running(ctx)
    fits = held.semi_join(
        posts,
        [
            held.person_id == posts.person_id,
            held.also.contains(posts.role),
            ibis.cases(
                (held["at"] == "own", posts.org_id == held.subject),
                (held["at"] == "parent", posts.org_id == held.parent_id),
                else_=True,
            ),
        ],
    )
    t = look_up(
        held.select(*KEY, "person_id", "established_on", "orphan"),
        fits.select(*KEY, "person_id").distinct().mutate(fits=ibis.literal(True)),
        [*KEY, "person_id"],
    )
    t = t.mutate(fits=t.fits.fill_null(False))
    status = ibis.cases((t.orphan, UNKNOWN), else_=state_status(ctx, t.established_on, t.fits))
    return t.mutate(unit=t.person_id, status=status, value=(~t.fits).cast("float64")).select(*UNIT)


POST_QUALIFIED = Shape(
    _roles_occur("roles", "also"),
    _posts_needed,
    units=_qualified_units,
    evidence=_posts_evidence,
    period_kind=STATE,
    summed=True,
)


# --- term of office --------------------------------------------------------------------------------------------------


def _term_rows(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Elections and permissions to hold them later, up to the reference day."""
    rules = parameters(
        requirements,
        {"process": (str, lambda k: k["process"]), "wanted": listed("step"), "extending": listed("extended_by")},
    )
    rows = ctx.facts.case_steps.rename(subject="org_id").join(rules, "process")
    rows = rows.mutate(elects=rows.wanted.contains(rows.step), extends=rows.extending.contains(rows.step))
    rows = rows.filter(rows.done_on <= ctx.facts.ref, rows.elects | rows.extends)
    return rows.join(ctx.active(requirements).select(*KEY), KEY)


def terms_of_office(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """How the term of every subject stands: ``status``, ``soon`` (within the reminder), ``expiry``, ``until``."""
    rows = _term_rows(ctx, requirements)
    rules = {
        "years": number("years"), "reminder": number("reminder_months"), "longer": number("extension_months"),
    }
    found = rows.group_by(*KEY).agg(
        elected=rows.done_on.max(where=rows.elects), extended=rows.done_on.max(where=rows.extends)
    )
    t = look_up(ctx.active(requirements), found, KEY).join(parameters(requirements, rules), "requirement")
    begun = ibis.coalesce(t.elected, t.established_on)
    t = t.mutate(begun=begun, expiry=plus(begun, months=t.years * 12))
    ref = ibis.literal(ctx.facts.ref)
    longest = ibis.ifelse((t.extended >= t.begun).fill_null(False), plus(t.extended, months=t.longer), t.expiry)
    t = t.mutate(until=ibis.greatest(t.expiry, longest))
    status = ibis.cases(
        (t.begun.isnull(), UNKNOWN),
        (t.expiry >= ref, MET),
        ((t.until >= ref) | in_grace(ctx, t.established_on), OPEN),
        (t.elected.isnull(), UNKNOWN),  # the ledger may lack an election
        else_=MISSED,
    )
    return t.mutate(
        unit=ibis.literal(str(ctx.facts.ref)),
        status=status,
        value=days_between(ref, ibis.ifelse(t.expiry >= ref, t.expiry, t.until)).cast("float64"),
        soon=(status == MET) & (ref > plus(t.expiry, months=-t.reminder)),
    )


def _term_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    t = terms_of_office(ctx, requirements)
    soon = t.select(*KEY, soon=t.soon.fill_null(False))
    tally = tally_units(t.select(*UNIT), requirements).join(soon, KEY)
    return finish(tally.mutate(behind=tally.soon).drop("soon"))


def _term_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _term_rows(ctx, requirements)
    return as_evidence(rows, "case_steps", str(ctx.facts.ref), "done_on", rows.step)


def _elected(kwargs: dict, inventory: Inventory) -> bool:
    return inventory.has_step(kwargs["process"], terms(kwargs["step"]))


TERM = Shape(_elected, case_needs, tally=_term_tally, evidence=_term_evidence, period_kind=STATE)
