"""Counts per period and dates of the year: what an organisation holds, publishes or draws up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.audit.facts import Inventory, list_has_any
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    Context,
    Need,
    Shape,
    as_evidence,
    bits,
    days_between,
    finish,
    look_up,
    parameters,
    union,
)
from workbench.requirements.model import Requirement, terms
from workbench.timeline import SPAN, Period, PeriodKind, day_of_year


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


# --- count per period ------------------------------------------------------------------------------------------------


def _calendar(ctx: Context, requirement: Requirement) -> tuple[Period, ...]:
    return ctx.facts.periods(requirement.kwargs["period"])


def _masks(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Per requirement: which periods are closed and open as of the day, and how far the open one has come."""
    rows = []
    for r in requirements:
        calendar = _calendar(ctx, r)
        months = SPAN[PeriodKind(r.kwargs["period"])]
        elapsed = max((p.elapsed_months(ctx.as_of) for p in calendar if p.open(ctx.as_of)), default=0)
        minimum = r.kwargs.get("minimum")
        rows.append(
            {
                "requirement": r.id,
                "first_day": calendar[0].first,
                "last_day": calendar[-1].last,
                "span": months,
                "by_year": r.kwargs["period"] == PeriodKind.YEAR,
                "closed": sum(1 << i for i, p in enumerate(calendar) if p.closed(ctx.as_of)),
                "running": sum(1 << i for i, p in enumerate(calendar) if p.open(ctx.as_of)),
                "minimum": minimum,
                "maximum": r.kwargs.get("maximum"),
                "expected_by_now": int(minimum * elapsed // months) if minimum and minimum >= 2 else 0,
            }
        )
    schema = pa.schema(
        [
            ("requirement", pa.string()),
            ("first_day", pa.date32()),
            ("last_day", pa.date32()),
            ("span", pa.int64()),
            ("by_year", pa.bool_()),
            ("closed", pa.int64()),
            ("running", pa.int64()),
            ("minimum", pa.float64()),
            ("maximum", pa.float64()),
            ("expected_by_now", pa.int64()),
        ]
    )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def _full_from(ctx: Context, requirements: Sequence[Requirement], start: ir.DateValue, requirement: ir.StringValue):
    """Mask of the periods that begin on or after the subject's first day (首个完整期间)."""
    by_kind = {}
    for r in requirements:
        by_kind.setdefault(r.kwargs["period"], (_calendar(ctx, r), []))[1].append(r.id)
    branches = []
    for calendar, ids in by_kind.values():
        mask = ibis.literal(0, "int64")
        for i, period in enumerate(calendar):
            mask = mask + ibis.ifelse(start <= period.first, ibis.literal(1 << i, "int64"), ibis.literal(0, "int64"))
        branches.append((requirement.isin(ids), mask))
    return ibis.cases(*branches, else_=ibis.literal(0, "int64"))


def _dated(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Activities with the requirement they serve and the index of the period they fall into."""
    masks = _masks(ctx, requirements)
    rows = of_kind(ctx, parameters(requirements, SELECTOR | {"roles": (list, lambda k: terms(k.get("by_role")))}))
    if any(r.kwargs.get("tags") for r in requirements):  # who never fills in a tag does not tell; else empty means none
        telling = rows.filter(rows.tags.length() > 0).select("requirement", "org_id").distinct()
        silent = rows.filter(rows.untagged).anti_join(telling, ["requirement", "org_id"])
        rows = rows.filter(rows.tagged).union(silent)
    rows = rows.join(masks, "requirement")
    rows = rows.mutate(
        index=ibis.ifelse(
            rows.by_year,
            0,
            ((rows.held_on.year() - rows.first_day.year()) * 12 + rows.held_on.month() - rows.first_day.month())
            // rows.span,
        ).cast("int64")
    )
    inside = ibis.ifelse(rows.by_year, rows.year_held == ctx.year, rows.held_on.between(rows.first_day, rows.last_day))
    rows = rows.filter(inside).rename(subject="org_id")
    columns = (
        "requirement",
        "subject",
        "index",
        "held_on",
        "kind",
        "minimum",
        "maximum",
        "source_id",
        "source_row",
        "untagged",
    )
    plain = rows.filter(rows.roles.length() == 0)
    parts = [plain.select(*columns, counted=plain.tagged)]
    if any(r.kwargs.get("by_role") for r in requirements):
        with_role, posts = rows.filter(rows.roles.length() > 0), ctx.facts.posts
        held = with_role.semi_join(
            posts,
            [
                with_role.subject == posts.org_id,
                with_role.person_id == posts.person_id,
                with_role.roles.contains(posts.role),
                posts.started_on <= with_role.held_on,
                posts.ended_on.isnull() | (with_role.held_on < posts.ended_on),
            ],
        )
        nameless = with_role.filter(with_role.person_id.isnull())
        parts += [held.select(*columns, counted=held.tagged), nameless.select(*columns, counted=ibis.literal(False))]
    return union(parts)


def _count_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    zero = ibis.literal(0, "int64")
    rows = ctx.shared("dated", lambda: _dated(ctx, requirements))
    counts = rows.group_by("requirement", "subject", "index").agg(
        n=rows.count(where=rows.counted), doubtful=rows.count(where=~rows.counted)
    )
    subjects = ctx.active(requirements).join(_masks(ctx, requirements), "requirement")
    subjects = subjects.mutate(full=_full_from(ctx, requirements, subjects.start, subjects.requirement))
    subjects = subjects.mutate(closed=subjects.closed & subjects.full, running=subjects.running & subjects.full)
    subjects = subjects.filter((subjects.closed + subjects.running) > 0)
    c = counts.join(
        subjects.select("requirement", "subject", "closed", "running", "minimum", "maximum"), ["requirement", "subject"]
    )
    bit = ibis.literal(1, "int64") << c["index"]
    c = c.mutate(
        bit=bit,
        is_closed=(c.closed & bit) != 0,
        is_running=(c.running & bit) != 0,
        over=(c.n > c.maximum).fill_null(False),
        reached=(c.n >= c.minimum).fill_null(False),
    )
    c = c.filter(c.is_closed | c.is_running)
    found = c.group_by("requirement", "subject").agg(
        reached=c.bit.bit_or(where=c.reached),
        over=c.bit.bit_or(where=c.over),
        seen_closed=c.count(where=c.is_closed),
        lowest=c.n.min(where=c.is_closed),
        highest=c.n.max(where=c.is_closed | c.over),
        now=c.n.max(where=c.is_running),
        doubt=c.doubtful.sum(),
    )
    t = look_up(subjects, found, ["requirement", "subject"])
    t = t.mutate(reached=t.reached.fill_null(zero), over=t.over.fill_null(zero), now=t.now.fill_null(zero))
    floor_rule = t.minimum.notnull()
    begun = t.closed | t.running
    met_mask = ibis.ifelse(floor_rule, begun & t.reached, t.closed & ~t.over)
    missed_mask = ibis.ifelse(floor_rule, t.closed & ~t.reached, begun & t.over)
    open_mask = ibis.ifelse(floor_rule, t.running & ~t.reached, t.running & ~t.over)
    all_seen = t.seen_closed.fill_null(zero) == bits(t.closed)
    closed_least = ibis.ifelse(all_seen, t.lowest, zero)
    judged = ibis.cases(
        (floor_rule & (t.closed == 0), ibis.null("int64")),
        (floor_rule, closed_least),
        (t.closed == 0, t.highest),
        else_=ibis.coalesce(t.highest, zero),
    )
    t = t.mutate(
        met_mask=met_mask,
        missed_mask=missed_mask,
        open_mask=open_mask,
        met=bits(met_mask),
        missed=bits(missed_mask),
        open=bits(open_mask),
        judged=judged,
        doubt=t.doubt.fill_null(zero),
    )
    behind = floor_rule & (t.met == 0) & (t.missed == 0) & (t.open > 0) & (t.now < t.expected_by_now)
    return finish(t.mutate(observed=ibis.coalesce(t.judged, t.now), behind=behind))


def _count_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = ctx.shared("dated", lambda: _dated(ctx, requirements))
    subjects = ctx.active(requirements).select("requirement", "subject")
    rows = rows.join(subjects, ["requirement", "subject"])
    labels = [
        (
            rows.requirement.isin([r.id for r in requirements if r.kwargs["period"] == kind]) & (rows["index"] == i),
            p.label,
        )
        for kind in sorted({r.kwargs["period"] for r in requirements})
        for i, p in enumerate(ctx.facts.periods(kind))
    ]
    unit = ibis.cases(*labels, else_="")
    why = ibis.cases((rows.counted, ""), (rows.untagged, "（未注明类别，未计入）"), else_="（未注明人员，未计入）")
    return as_evidence(rows, "activities", unit, "held_on", rows.kind + why, rows.counted)


ACTIVITY_COUNT = Shape(activity_available, activity_needs, tally=_count_tally, evidence=_count_evidence)


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
    return t.select("requirement", "subject", unit=ibis.literal(str(ctx.year)), status=status, value=value)


def _done_by_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = _candidates(ctx, requirements)
    rows = rows.join(ctx.active(requirements).select("requirement", "subject"), ["requirement", "subject"])
    return as_evidence(rows, "activities", str(ctx.year), "held_on", rows.kind)


DONE_BY_DATE = Shape(
    activity_available, activity_needs, units=_done_by_units, evidence=_done_by_evidence, period_kind="year"
)
