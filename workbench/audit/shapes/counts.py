"""Counts per period: how often an organisation holds, publishes or draws up something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from workbench.audit.shapes.activities import activity_available, activity_needs, telling_or_silent
from workbench.audit.shapes.base import (
    Context,
    Shape,
    as_evidence,
    bits,
    finish,
    look_up,
    union,
)
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement, terms
from workbench.timeline import SPAN, Period, PeriodKind, periods

KEY = ["requirement", "subject"]
_ZERO = ibis.literal(0, "int64")
_RULE = {
    "roles": (list, lambda k: terms(k.get("by_role"))),
    "how": (str, lambda k: k.get("count", "rows")),
}


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
    columns = {"requirement": str, "first_day": date, "last_day": date, "span": int, "by_year": bool, "closed": int}
    columns |= {"running": int, "minimum": float, "maximum": float, "expected_by_now": int}
    return small_table(rows, columns)


def _full_from(ctx: Context, requirements: Sequence[Requirement], start: ir.DateValue, requirement: ir.StringValue):
    """Mask of the periods that begin on or after the subject's first day (首个完整期间)."""
    by_kind = {}
    for r in requirements:
        by_kind.setdefault(r.kwargs["period"], (_calendar(ctx, r), []))[1].append(r.id)
    branches = []
    for calendar, ids in by_kind.values():
        mask = _ZERO
        for i, period in enumerate(calendar):
            mask = mask + ibis.ifelse(start <= period.first, ibis.literal(1 << i, "int64"), _ZERO)
        branches.append((requirement.isin(ids), mask))
    return ibis.cases(*branches, else_=_ZERO)


# --- permission to meet later ----------------------------------------------------------------------------------------


def _written(period: Period, kind: PeriodKind) -> str:
    """A period as permissions write it: 2026-05, 2026Q2, 2026H1; all else by its first year."""
    year = period.first.year
    match kind:
        case PeriodKind.MONTH:
            return period.label
        case PeriodKind.QUARTER:
            return f"{year}Q{(period.first.month + 2) // 3}"
        case PeriodKind.HALF_YEAR:
            return f"{year}H{1 if period.first.month == 1 else 2}"
        case _:
            return str(year)


def _permitted(ctx: Context, requirements: Sequence[Requirement]) -> Iterator[dict]:
    """Permissions that move an activity: its day, and the index of the period it counts in (-1: not of this year)."""
    asked = {r.id: r for r in requirements}
    for row in ctx.facts.permissions:
        if row["requirement"] not in asked:
            continue
        kind = PeriodKind(asked[row["requirement"]].kwargs["period"])
        calendar = _calendar(ctx, asked[row["requirement"]])
        text = (row["period"] or "").strip().upper()
        given = int(text[:4]) if text[:4].isascii() and text[:4].isdigit() else 0
        known = periods(kind, given, cycle_start=ctx.facts.cycle_start) if given else ()
        period = next((p for p in known if _written(p, kind) == text and p.last < row["held_on"]), None)
        if period:
            yield {
                "requirement": row["requirement"],
                "subject": row["org_id"],
                "held_on": row["held_on"],
                "moved": calendar.index(period) if period in calendar else -1,
            }


def _moved(rows: ir.Table, permitted: list[dict]) -> ir.Table:
    """Rows with the index of the permitted period in the place of their own, and ``moved`` set."""
    moves = small_table(permitted, {"requirement": str, "subject": str, "held_on": date, "moved": int}).distinct()
    rows = look_up(rows, moves, [*KEY, "held_on"])
    own = rows.moved.isnull()
    rows = rows.filter((own & rows.inside) | (rows.moved >= 0).fill_null(False))
    return rows.mutate(index=ibis.coalesce(rows.moved, rows["index"]), moved=~own)


# --- the activities counted ------------------------------------------------------------------------------------------

_COLUMNS = (
    "requirement", "subject", "index", "held_on", "kind", "tags", "tags_wanted", "how", "quantity", "source_id",
    "source_row", "tagged", "moved",
)


def _dated(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Activities of the subjects with the requirement they serve and the index of the period they fall into."""
    masks = _masks(ctx, requirements).drop("closed", "running", "minimum", "maximum", "expected_by_now")
    rows = telling_or_silent(ctx, requirements, _RULE, ["person_id", "quantity"])
    rows = rows.join(masks, "requirement").rename(subject="org_id")
    months = (rows.held_on.year() - rows.first_day.year()) * 12 + rows.held_on.month() - rows.first_day.month()
    inside = ibis.ifelse(rows.by_year, rows.year_held == ctx.year, rows.held_on.between(rows.first_day, rows.last_day))
    rows = rows.mutate(index=ibis.ifelse(rows.by_year, 0, months // rows.span).cast("int64"), inside=inside)
    if permitted := list(_permitted(ctx, requirements)):
        rows = _moved(rows, permitted)
    else:
        rows = rows.filter(rows.inside).mutate(moved=ibis.literal(False))
    plain = rows.filter(rows.roles.length() == 0)
    parts = [plain.select(*_COLUMNS, counted=plain.tagged)]
    if any(r.kwargs.get("by_role") for r in requirements):
        parts += _by_role(ctx, rows.filter(rows.roles.length() > 0))
    return union(parts).join(ctx.active(requirements).select(*KEY), KEY)


def _by_role(ctx: Context, rows: ir.Table) -> list[ir.Table]:
    """Of activities that somebody in a post has to hold: those so held, and those that name nobody."""
    posts = ctx.facts.posts
    held = rows.semi_join(
        posts,
        [
            rows.subject == posts.org_id,
            rows.person_id == posts.person_id,
            rows.roles.contains(posts.role),
            posts.started_on <= rows.held_on,
            posts.ended_on.isnull() | (rows.held_on < posts.ended_on),
        ],
    )
    nameless = rows.filter(rows.person_id.isnull())
    return [held.select(*_COLUMNS, counted=held.tagged), nameless.select(*_COLUMNS, counted=ibis.literal(False))]


def _counts(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, index, n, doubtful): how many of each period, counted as the requirement says."""
    rows = ctx.shared("dated", lambda: _dated(ctx, requirements))
    ways = {r.kwargs.get("count", "rows") for r in requirements}
    n = rows.count(where=rows.counted).cast("float64")
    if "quantity" in ways:
        summed = rows.quantity.fill_null(1.0).sum(where=rows.counted & (rows.how == "quantity")).fill_null(0.0)
        n = ibis.ifelse(rows.how.max() == "quantity", summed, n)
    counts = rows.group_by(*KEY, "index").agg(n=n, doubtful=rows.count(where=~rows.counted))
    if "tags" in ways:
        tags = rows.filter(rows.counted, rows.how == "tags").mutate(tag=lambda t: t.tags.unnest())
        tags = tags.filter(tags.tags_wanted.contains(tags.tag))
        different = tags.group_by(*KEY, "index").agg(different=tags.tag.nunique().cast("float64"))
        counts = look_up(counts, different, [*KEY, "index"])
        counts = counts.mutate(n=ibis.coalesce(counts.different, counts.n)).drop("different")
    return counts


# --- periods kept and missed -----------------------------------------------------------------------------------------


def _subjects(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Subjects with the periods that count for them."""
    t = ctx.active(requirements).join(_masks(ctx, requirements), "requirement")
    t = t.mutate(full=_full_from(ctx, requirements, t.start, t.requirement))
    t = t.mutate(closed=t.closed & t.full, running=t.running & t.full)
    return t.filter((t.closed + t.running) > 0)


def _found(counts: ir.Table, subjects: ir.Table) -> ir.Table:
    """What each subject reached: masks of the periods with enough and with too many, smallest and largest count."""
    c = counts.join(subjects.select(*KEY, "closed", "running", "minimum", "maximum"), KEY)
    bit = ibis.literal(1, "int64") << c["index"]
    c = c.mutate(
        bit=bit,
        is_closed=(c.closed & bit) != 0,
        is_running=(c.running & bit) != 0,
        over=(c.n > c.maximum).fill_null(False),
        reached=(c.n >= c.minimum).fill_null(False),
    )
    c = c.filter(c.is_closed | c.is_running)
    return c.group_by(*KEY).agg(
        reached=c.bit.bit_or(where=c.reached),
        over=c.bit.bit_or(where=c.over),
        seen_closed=c.count(where=c.is_closed),
        lowest=c.n.min(where=c.is_closed | c.over),
        highest=c.n.max(where=c.is_closed | c.over),
        now=c.n.max(where=c.is_running),
        doubt=c.doubtful.sum(),
    )


def _count_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    subjects = _subjects(ctx, requirements)
    t = look_up(subjects, _found(_counts(ctx, requirements), subjects), KEY)
    begun, capped = t.closed | t.running, t.maximum.notnull()
    t = t.mutate(
        reached=ibis.ifelse(t.minimum.fill_null(0.0) > 0, t.reached.fill_null(_ZERO), begun),
        over=t.over.fill_null(_ZERO),
        now=t.now.fill_null(0.0),
        doubt=t.doubt.fill_null(_ZERO),
    )
    t = t.mutate(
        met_mask=ibis.ifelse(capped, t.closed, begun) & t.reached & ~t.over,  # a maximum is kept only at the end
        missed_mask=(t.closed & ~t.reached) | (begun & t.over),
        open_mask=t.running & ~t.over & ibis.ifelse(capped, begun, ~t.reached),
        judged=_judged(t),
    )
    t = t.mutate(met=bits(t.met_mask), missed=bits(t.missed_mask), open=bits(t.open_mask))
    behind = t.minimum.notnull() & (t.met == 0) & (t.missed == 0) & (t.open > 0) & (t.now < t.expected_by_now)
    return finish(t.mutate(observed=ibis.coalesce(t.judged, t.now), behind=behind))


def _judged(t: ir.Table) -> ir.FloatingValue:
    """The count farthest outside the bounds among the closed periods and those with too many; else the smallest."""
    nothing = ibis.null("float64")
    unseen = t.seen_closed.fill_null(_ZERO) < bits(t.closed)
    lowest = ibis.ifelse(unseen, 0.0, t.lowest)
    highest = ibis.coalesce(t.highest, ibis.ifelse(t.closed == 0, nothing, 0.0))
    outside = (highest - t.maximum) > ibis.greatest(t.minimum - lowest, ibis.literal(0.0))
    return ibis.cases((t.maximum.isnull(), lowest), (t.minimum.isnull() | outside, highest), else_=lowest)


def _count_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = ctx.shared("dated", lambda: _dated(ctx, requirements))
    labels = [
        {"requirement": r.id, "index": i, "period": p.label}
        for r in requirements
        for i, p in enumerate(_calendar(ctx, r))
    ]
    labels = small_table(labels, {"requirement": str, "index": int, "period": str})
    rows = look_up(rows, labels, ["requirement", "index"])
    unit = rows.period.fill_null("")
    why = ibis.cases((rows.counted, ""), (~rows.tagged, "（未注明类别，未计入）"), else_="（未注明人员，未计入）")
    label = rows.kind + why
    if any(True for _ in _permitted(ctx, requirements)):
        label = label + ibis.ifelse(rows.moved & rows.counted, ibis.literal("（经批准补开，计入") + unit + "）", "")
    return as_evidence(rows, "activities", unit, "held_on", label, rows.counted)


ACTIVITY_COUNT = Shape(activity_available, activity_needs, tally=_count_tally, evidence=_count_evidence)
