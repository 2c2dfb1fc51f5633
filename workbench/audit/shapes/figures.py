"""Figures counted at a date: shares, amounts, growth."""

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
    state_status,
    tally_units,
)
from workbench.audit.shapes.state import STATE
from workbench.requirements.model import Requirement
from workbench.timeline import add_months

KEY = ["requirement", "subject"]


def _text(name: str) -> tuple[type, Callable[[dict], str | None]]:
    return (str, lambda k: k.get(name))


def _figure(name: str) -> tuple[type, Callable[[dict], float | None]]:
    return (float, lambda k: k.get(name))


def _dated(ctx: Context, since: date, until: date) -> ir.Table:
    """The values dated after ``since`` and not after ``until``."""
    m = ctx.facts.measures
    return m.filter(m.as_of > since, m.as_of <= until)


def _latest(ctx: Context, since: date, until: date) -> ir.Table:
    """(org_id, measure, value): the newest value dated after ``since`` and not after ``until``."""
    m = _dated(ctx, since, until)
    return m.group_by("org_id", "measure").agg(value=m.value.argmax(m.as_of))


def _year_before(ctx: Context) -> tuple[date, date]:
    """The days whose values hold at the reference day; older than a year they tell nothing."""
    return add_months(ctx.facts.ref, -12), ctx.facts.ref


def _at_ref(ctx: Context) -> ir.Table:
    """The values that hold at the reference day."""
    return _latest(ctx, *_year_before(ctx))


def _with_measure(t: ir.Table, latest: ir.Table, measure: str, name: str) -> ir.Table:
    """The latest value of the measure that column ``measure`` names, as column ``name``."""
    found = latest.select(subject="org_id", **{measure: "measure", name: "value"})
    return look_up(t, found, ["subject", measure])


def _measure_evidence(*arguments: str) -> Callable[[Context, Sequence[Requirement]], ir.Table]:
    def evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
        rules = parameters(requirements, {"wanted": (list, lambda k: [k[a] for a in arguments if a in k])})
        t = ctx.active(requirements).select(*KEY).join(rules, "requirement")
        m = ctx.facts.measures
        rows = t.join(m, t.subject == m.org_id)
        rows = rows.filter(rows.wanted.contains(rows.measure), rows.as_of.year() >= ctx.year - 1)
        label = rows.measure + ibis.literal(" ") + rows.value.cast("string")
        return as_evidence(rows, "measures", str(ctx.facts.ref), "as_of", label)

    return evidence


def _measures(*arguments: str) -> tuple[Callable[[dict, Inventory], bool], Callable[[dict], list[Need]]]:
    return (
        lambda kwargs, inventory: all(kwargs[a] in inventory.measures for a in arguments if a in kwargs),
        lambda kwargs: [Need("measures", kwargs[a]) for a in arguments if a in kwargs],
    )


# --- share of a measure ----------------------------------------------------------------------------------------------

_SHARE = {
    "numerator": _text("numerator"),
    "denominator": _text("denominator"),
    "ratio": _figure("ratio"),
    "from_base": _figure("when_at_least"),
}


def _share_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    latest = _at_ref(ctx)
    t = ctx.active(requirements).join(parameters(requirements, _SHARE), "requirement")
    t = _with_measure(t, latest, "numerator", "heads")
    t = _with_measure(t, latest, "denominator", "base")
    t = t.filter(~((t.base == 0) | (t.base < t.from_base)).fill_null(False))
    needed = (t.base * t.ratio - 1e-9).ceil()
    missing = t.heads.isnull() | t.base.isnull()
    held = (t.heads >= needed).fill_null(False)
    status = ibis.cases((missing, UNKNOWN), else_=state_status(ctx, t.established_on, held))
    t = t.mutate(status=status, value=(t.heads - needed).cast("float64"), unit=ibis.literal(str(ctx.facts.ref)))
    tally = tally_units(t.select(*UNIT), requirements)
    shares = t.select(*KEY, k=t.heads.cast("int64"), n=t.base.cast("int64"), raw=t.heads / t.base)
    tally = tally.join(shares, KEY)
    return tally.mutate(part=tally.k, whole=tally.n, observed=tally.raw).drop("k", "n", "raw")


SHARE = Shape(
    *_measures("numerator", "denominator"),
    tally=_share_tally,
    evidence=_measure_evidence("numerator", "denominator"),
    period_kind=STATE,
)


# --- a figure --------------------------------------------------------------------------------------------------------

_MEASURES = ("measure", "per", "when")
_MEASURE = {name: _text(name) for name in _MEASURES} | {
    "minimum": _figure("minimum"),
    "maximum": _figure("maximum"),
    "positive": (bool, lambda k: bool(k.get("positive"))),
    "at_least": _figure("when_at_least"),
    "below": _figure("when_below"),
}


def _of_one_day(ctx: Context, t: ir.Table) -> ir.Table:
    """A figure per another: both of the newest day on which both are given, so that they belong together."""
    m = _dated(ctx, *_year_before(ctx)).select("measure", "as_of", "value", subject="org_id")
    pairs = t.filter(t.per.notnull()).select(*KEY, "measure", "per").join(m, ["subject", "measure"])
    pairs = pairs.select(*KEY, "per", "as_of", above="value")
    pairs = pairs.join(m.select("subject", "as_of", per="measure", beneath="value"), ["subject", "as_of", "per"])
    newest = pairs.group_by(*KEY).agg(above=pairs.above.argmax(pairs.as_of), beneath=pairs.beneath.argmax(pairs.as_of))
    t = look_up(t, newest, KEY)
    return t.mutate(
        measure_value=ibis.ifelse(t.per.isnull(), t.measure_value, t.above),
        per_value=ibis.coalesce(t.beneath, t.per_value),
    ).drop("above", "beneath")


def _measure_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    latest = _at_ref(ctx)
    t = ctx.active(requirements).join(parameters(requirements, _MEASURE), "requirement")
    for name in _MEASURES:
        if any(name in r.kwargs for r in requirements):
            t = _with_measure(t, latest, name, f"{name}_value")
        else:
            t = t.mutate(**{f"{name}_value": ibis.null("float64")})
    t = _of_one_day(ctx, t)
    # not asked of whom the condition leaves out; a figure per nobody cannot be formed
    spared = (t.when_value < t.at_least).fill_null(False) | (t.when_value >= t.below).fill_null(False)
    t = t.filter(~spared, ~(t.per_value == 0).fill_null(False))
    absent = ibis.or_(*(t[name].notnull() & t[f"{name}_value"].isnull() for name in _MEASURES))
    figure = ibis.ifelse(t.per.isnull(), t.measure_value, (t.measure_value * 100 / t.per_value).round(2))
    t = t.mutate(absent=absent, value=ibis.ifelse(t.positive, (figure > 0).cast("float64"), figure))
    least = ibis.coalesce(t.minimum, ibis.ifelse(t.positive, 1.0, ibis.null("float64")))
    inside = (t.value >= least).fill_null(True) & (t.value <= t.maximum).fill_null(True)
    status = ibis.cases((t.absent, UNKNOWN), else_=state_status(ctx, t.established_on, inside))
    return t.mutate(status=status, unit=ibis.literal(str(ctx.facts.ref))).select(*UNIT)


MEASURE = Shape(
    *_measures(*_MEASURES), units=_measure_units, evidence=_measure_evidence(*_MEASURES), period_kind=STATE
)


# --- growth ----------------------------------------------------------------------------------------------------------


def _growth_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    day = ctx.facts.first_day
    before = day.replace(year=day.year - 1)
    eve, end = day.replace(year=day.year - 1, month=12, day=31), day.replace(month=12, day=31)
    earlier, now = (_latest(ctx, before.replace(year=before.year - 1, month=12, day=31), eve), _latest(ctx, eve, end))
    subjects = ctx.active(requirements)
    rules = {"measure": _text("measure"), "base": _text("base"), "rises": (bool, lambda k: bool(k.get("rises")))}
    t = subjects.filter(subjects.start <= day).join(parameters(requirements, rules), "requirement")
    for which, latest in (("old", earlier), ("new", now)):
        t = _with_measure(t, latest, "measure", f"{which}_value")
        t = _with_measure(t, latest, "base", f"{which}_base")
    growth = (t.new_value / t.old_value - 1) * 100
    base_growth = (t.new_base / t.old_base - 1) * 100
    rise = ibis.ifelse(t.new_value > t.old_value, 1.0, -1.0)
    difference = ibis.ifelse(t.rises, rise, (growth - base_growth).round(6))
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
