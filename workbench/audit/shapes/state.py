"""States at a date: posts held, cases open, parts present, shares, growth.

A young organisation that does not yet satisfy one is given time (parameter ``new_organization_grace_months``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

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
    look_up,
    parameters,
    plus,
    tally_units,
)
from workbench.audit.shapes.cases import case_needs, case_rows, listed, number, with_process
from workbench.audit.shapes.members import alive
from workbench.requirements.model import Requirement, terms
from workbench.timeline import add_months

STATE = "state"


def _state_status(ctx: Context, t: ir.Table, satisfied: ir.BooleanValue) -> ir.StringValue:
    """met, missed, or open while the organisation is new."""
    ends = plus(t.established_on, months=ibis.literal(ctx.grace_months))
    young = (ends > ctx.facts.ref).fill_null(False)
    return ibis.cases((satisfied, MET), (young, OPEN), else_=MISSED)


def _at_least(ctx: Context, requirements: Sequence[Requirement], found: ir.Table, subjects: ir.Table) -> ir.Table:
    """Units for “at least n at the date”; ``found`` has requirement, subject, value."""
    t = look_up(subjects, found, ["requirement", "subject"])
    t = t.join(parameters(requirements, {"minimum": number("minimum")}), "requirement")
    t = t.mutate(value=t.value.fill_null(0).cast("float64"))
    t = t.mutate(status=_state_status(ctx, t, t.value >= t.minimum), unit=ibis.literal(str(ctx.facts.ref)))
    return t.select(*UNIT)


# --- posts held ------------------------------------------------------------------------------------------------------


def _held(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    facts = ctx.facts
    rules = parameters(
        requirements, {"roles": listed("roles"), "only_full": (bool, lambda k: bool(k.get("full_time")))}
    )
    t = ctx.active(requirements).select("requirement", "subject").join(rules, "requirement")
    posts = facts.posts.filter(
        facts.posts.started_on <= facts.ref, facts.posts.ended_on.isnull() | (facts.posts.ended_on > facts.ref)
    )
    t = t.join(posts, t.subject == posts.org_id)
    return t.filter(t.roles.contains(t.role), ~t.only_full | t.full_time.fill_null(False))


def _posts_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    held = _held(ctx, requirements)
    found = held.group_by("requirement", "subject").agg(value=held.person_id.nunique())
    return _at_least(ctx, requirements, found, ctx.active(requirements))


def _posts_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    held = _held(ctx, requirements)
    return as_evidence(held, "posts", str(ctx.facts.ref), "started_on", held.role)


POSTS_HELD = Shape(
    lambda kwargs, inventory: bool(inventory.roles & set(terms(kwargs["roles"]))),
    lambda kwargs: [Need("posts")],
    units=_posts_units,
    evidence=_posts_evidence,
    period_kind=STATE,
)


# --- cases open, parts present ---------------------------------------------------------------------------------------


def _open_rows(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(ctx, requirements, {"opening": listed("opened_by"), "closing": listed("closed_by")})
    rows = rows.filter(rows.done_on <= ctx.facts.ref)
    closed = rows.filter(rows.closing.contains(rows.step))
    return rows.filter(rows.opening.contains(rows.step)).anti_join(closed, ["requirement", "subject", "case_id"])


def _open_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _open_rows(ctx, requirements)
    found = rows.group_by("requirement", "subject").agg(value=rows.case_id.nunique())
    subjects = ctx.active(requirements).join(
        parameters(requirements, {"wanted": listed("when_descendant_flag")}), "requirement"
    )
    if any(r.kwargs.get("when_descendant_flag") for r in requirements):
        orgs = ctx.facts.organizations.select("org_id", flag=ctx.facts.organizations.flags.unnest())
        flagged = (
            ctx.facts.below.join(orgs, "org_id").join(alive(ctx), "org_id").select(subject="ancestor", flag="flag")
        )
        marked = subjects.semi_join(
            flagged, [subjects.subject == flagged.subject, subjects.wanted.contains(flagged.flag)]
        )
        subjects = subjects.filter(subjects.wanted.length() == 0).union(marked)
    return _at_least(ctx, requirements, found, subjects)


def _open_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _open_rows(ctx, requirements)
    return as_evidence(rows, "case_steps", str(ctx.facts.ref), "done_on", rows.step)


OPEN_CASES = Shape(with_process, case_needs, units=_open_units, evidence=_open_evidence, period_kind=STATE)


def _present_rows(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = case_rows(ctx, requirements, {})
    return rows.filter(rows.done_on <= ctx.facts.ref)


def _present_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _present_rows(ctx, requirements)
    found = rows.group_by("requirement", "subject").agg(value=rows.step.nunique())
    return _at_least(ctx, requirements, found, ctx.active(requirements))


def _present_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _present_rows(ctx, requirements)
    return as_evidence(rows, "case_steps", str(ctx.facts.ref), "done_on", rows.step)


STEPS_PRESENT = Shape(with_process, case_needs, units=_present_units, evidence=_present_evidence, period_kind=STATE)


# --- shares and growth -----------------------------------------------------------------------------------------------


def _text(name: str) -> tuple[type, Callable[[dict], str]]:
    return (str, lambda k: k[name])


def _latest(ctx: Context, since: date, until: date) -> ir.Table:
    """(org_id, measure, value): the newest value dated after ``since`` and not after ``until``."""
    m = ctx.facts.measures
    m = m.filter(m.as_of > since, m.as_of <= until)
    return m.group_by("org_id", "measure").agg(value=m.value.argmax(m.as_of))


def _with_measure(t: ir.Table, latest: ir.Table, measure: str, name: str) -> ir.Table:
    """The latest value of the measure that column ``measure`` names, as column ``name``."""
    found = latest.select(subject="org_id", **{measure: "measure", name: "value"})
    return look_up(t, found, ["subject", measure])


_SHARE = {"numerator": _text("numerator"), "denominator": _text("denominator"), "ratio": (float, lambda k: k["ratio"])}


def _share_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    latest = _latest(ctx, add_months(ctx.facts.ref, -12), ctx.facts.ref)
    t = ctx.active(requirements).join(parameters(requirements, _SHARE), "requirement")
    t = _with_measure(t, latest, "numerator", "heads")
    t = _with_measure(t, latest, "denominator", "base")
    t = t.filter(~(t.base == 0).fill_null(False))
    needed = (t.base * t.ratio - 1e-9).ceil()
    missing = t.heads.isnull() | t.base.isnull()
    status = ibis.cases((missing, UNKNOWN), else_=_state_status(ctx, t, (t.heads >= needed).fill_null(False)))
    t = t.mutate(status=status, value=(t.heads - needed).cast("float64"), unit=ibis.literal(str(ctx.facts.ref)))
    tally = tally_units(t.select(*UNIT), requirements)
    shares = t.select("requirement", "subject", k=t.heads.cast("int64"), n=t.base.cast("int64"), raw=t.heads / t.base)
    tally = tally.join(shares, ["requirement", "subject"])
    return tally.mutate(part=tally.k, whole=tally.n, observed=tally.raw).drop("k", "n", "raw")


def _measure_evidence(*arguments: str) -> Callable[[Context, Sequence[Requirement]], ir.Table]:
    def evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
        rules = parameters(requirements, {"wanted": (list, lambda k: [k[a] for a in arguments])})
        t = ctx.active(requirements).select("requirement", "subject").join(rules, "requirement")
        m = ctx.facts.measures
        rows = t.join(m, t.subject == m.org_id)
        rows = rows.filter(rows.wanted.contains(rows.measure), rows.as_of.year() >= ctx.year - 1)
        label = rows.measure + ibis.literal(" ") + rows.value.cast("string")
        return as_evidence(rows, "measures", str(ctx.facts.ref), "as_of", label)

    return evidence


def _measures(*arguments: str) -> tuple[Callable[[dict, Inventory], bool], Callable[[dict], list[Need]]]:
    return (
        lambda kwargs, inventory: all(kwargs[a] in inventory.measures for a in arguments),
        lambda kwargs: [Need("measures", kwargs[a]) for a in arguments],
    )


SHARE = Shape(
    *_measures("numerator", "denominator"),
    tally=_share_tally,
    evidence=_measure_evidence("numerator", "denominator"),
    period_kind=STATE,
)


def _growth_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    day = ctx.facts.first_day
    before = day.replace(year=day.year - 1)
    eve, end = day.replace(year=day.year - 1, month=12, day=31), day.replace(month=12, day=31)
    earlier, now = (_latest(ctx, before.replace(year=before.year - 1, month=12, day=31), eve), _latest(ctx, eve, end))
    subjects = ctx.active(requirements)
    t = subjects.filter(subjects.start <= day).join(
        parameters(requirements, {"measure": _text("measure"), "base": _text("base")}), "requirement"
    )
    for which, latest in (("old", earlier), ("new", now)):
        t = _with_measure(t, latest, "measure", f"{which}_value")
        t = _with_measure(t, latest, "base", f"{which}_base")
    growth = (t.new_value / t.old_value - 1) * 100
    base_growth = (t.new_base / t.old_base - 1) * 100
    difference = (growth - base_growth).round(6)
    status = ibis.cases(
        (t.old_value.isnull() | t.old_base.isnull(), UNKNOWN),
        (t.new_value.isnull() | t.new_base.isnull(), ibis.literal(UNKNOWN if ctx.as_of >= end else OPEN)),
        (t.old_base <= 0, UNKNOWN),
        (base_growth <= 0, "none"),
        (t.old_value <= 0, UNKNOWN),
        (difference >= 0, MET),
        else_=MISSED,
    )
    t = t.mutate(status=status, value=difference, unit=ibis.literal(str(ctx.year)))
    t = t.filter(t.status != "none")
    return t.select(*UNIT)


GROWTH = Shape(
    *_measures("measure", "base"),
    units=_growth_units,
    evidence=_measure_evidence("measure", "base"),
    period_kind="year",
)
