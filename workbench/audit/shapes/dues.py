"""Dues (党费): months in arrears are counted at the branch, never as a verdict on a person."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory
from workbench.audit.shapes.base import (
    MET,
    MISSED,
    OPEN,
    UNKNOWN,
    Context,
    Need,
    Shape,
    as_evidence,
    days_between,
    finish,
    look_up,
    number_within,
    parameters,
    union,
)
from workbench.audit.shapes.cases import case_needs, listed, number
from workbench.requirements.model import Requirement
from workbench.vocabulary import Payer


# --- dues paid in time -----------------------------------------------------------------------------------------------


def monthly(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Months with dues: ``status``, ``value`` (days past the limit) per requirement and row."""
    rules = parameters(
        requirements, {"late_only": (bool, lambda k: k["mode"] == "late"), "months": number("within_months")}
    )
    subjects = ctx.active(requirements).select("requirement", "subject", "start").join(rules, "requirement")
    dues = ctx.facts.dues.filter(~ctx.facts.dues.excused)
    t = dues.join(subjects, dues.org_id == subjects.subject)
    as_of = ibis.literal(ctx.as_of)
    deadline = (t.month + (t.months + 1).as_interval("M") - ibis.interval(days=1)).cast(
        "date"
    )  # last day of the month n months later
    t = t.mutate(deadline=deadline).filter(t.month >= t.start)
    t = t.filter((t.deadline.year() == ctx.year) | ((t.month.year() == ctx.year) & (t.deadline > as_of)))
    paid_on = ibis.coalesce(t.paid_on, t.month_end)
    outstanding = ibis.cases((t.is_paid, MET), (t.deadline < as_of, MISSED), else_=OPEN)
    late = ibis.cases(
        (t.is_paid & (paid_on <= t.month_end), "none"),
        (t.is_paid & (paid_on <= t.deadline), MET),
        (t.is_paid, MISSED),
        (t.deadline >= as_of, OPEN),
        else_="none",
    )
    past = days_between(ibis.ifelse(t.is_paid, paid_on, as_of), t.deadline).cast("float64")
    value = ibis.ifelse(~t.late_only & t.is_paid, ibis.least(past, ibis.literal(0.0)), past)
    t = t.mutate(status=ibis.ifelse(t.late_only, late, outstanding), value=value)
    return t.filter(t.status != "none")


def _paid_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    t = ctx.shared("monthly", lambda: monthly(ctx, requirements))
    judged = t.status.isin([MET, MISSED])
    units = t.group_by("requirement", "subject").agg(
        met=t.count(where=t.status == MET),
        missed=t.count(where=t.status == MISSED),
        open=t.count(where=t.status == OPEN),
        judged=t.value.max(where=judged),
        late_only=t.late_only.any(),
    )
    behind = ~units.late_only & (units.missed == 0) & (units.open > 0)
    return finish(units.mutate(observed=units.judged, behind=behind))


def _dues_rows(rows: ir.Table, paid: str = "补交") -> ir.Table:
    label = (
        ibis.ifelse(rows.is_paid, ibis.literal(paid), ibis.literal("未交"))
        + ibis.literal(" ")
        + rows.month.strftime("%Y-%m")
        + ibis.literal(" 人员 ")
        + rows.person_id.left(6)
    )
    rows = rows.mutate(seen_on=ibis.coalesce(rows.paid_on, rows.month))
    return as_evidence(rows, "dues", rows.month.strftime("%Y-%m"), "seen_on", label, status=rows.status)


def _paid_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rows = ctx.shared("monthly", lambda: monthly(ctx, requirements))
    return _dues_rows(rows.filter(rows.late_only | ~rows.is_paid))


DUES_PAID = Shape(
    lambda kwargs, inventory: "paid" in inventory.dues,
    lambda kwargs: [Need("dues")],
    tally=_paid_tally,
    evidence=_paid_evidence,
)


# --- consecutive months without dues ---------------------------------------------------------------------------------


def _runs(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """(requirement, subject, person_id, run): maximal runs of unpaid months with their first day and length."""
    rules = parameters(requirements, {"excusing": (bool, lambda k: bool(k.get("excused")))})
    subjects = ctx.active(requirements).select("requirement", "subject").join(rules, "requirement")
    dues = ctx.facts.dues
    unpaid = dues.filter(~dues.is_paid)
    t = unpaid.join(subjects, unpaid.org_id == subjects.subject)
    t = t.filter(~(t.excusing & t.excused)).mutate(month_no=t.month.year() * 12 + t.month.month())
    group = ["requirement", "subject", "person_id"]
    t = t.select(*group, "month", "month_no").distinct()
    t = t.mutate(run=t.month_no - number_within(t, group, "month_no"))
    return t.group_by(*group, "run").agg(begun=t.month.min(), length=t.count())


def _followup_units(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    rules = parameters(
        requirements, {"months": number("months"), "process": (str, lambda k: k["process"]), "wanted": listed("step")}
    )
    runs = _runs(ctx, requirements).join(rules, "requirement")
    group = ["requirement", "subject", "person_id", "months", "process", "wanted"]
    people = runs.group_by(*group).agg(
        longest=runs.length.max(), begun=runs.begun.max(where=runs.length >= runs.months)
    )
    people = people.filter(people.longest >= people.months - 2)
    steps = ctx.facts.case_steps
    handled = (
        people.semi_join(
            steps,
            [
                people.subject == steps.org_id,
                people.process == steps.process,
                people.wanted.contains(steps.step),
                people.person_id == steps.person_id,
                steps.done_on >= people.begun,
            ],
        )
        .select("requirement", "subject", "person_id")
        .mutate(handled=ibis.literal(True))
    )
    t = look_up(people, handled, ["requirement", "subject", "person_id"])
    status = ibis.cases((t.begun.isnull(), OPEN), (t.handled.fill_null(False), MET), else_=MISSED)
    t = t.mutate(status=status, value=(status == MISSED).cast("float64"), unit=t.person_id)
    return t.select("requirement", "subject", "unit", "status", "value")


def _followup_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    units = ctx.units["expect_dues_followup"].select("requirement", "subject", "status", person_id="unit")
    dues = ctx.facts.dues.filter(~ctx.facts.dues.is_paid).rename(subject="org_id")
    return _dues_rows(dues.join(units, ["subject", "person_id"]))


DUES_FOLLOWUP = Shape(
    lambda kwargs, inventory: "paid" in inventory.dues,
    lambda kwargs: [Need("dues"), *case_needs(kwargs)],
    units=_followup_units,
    evidence=_followup_evidence,
    summed=True,
)


# --- how dues were handed in -----------------------------------------------------------------------------------------

#: Column that must be filled somewhere before a way of handing in can be judged, beside what was paid.
_TELLING = {"self": "payer", "proxy_consent": "consented_on", "late_consent": "consented_on", "full": "paid"}


def _handed_in(ctx: Context) -> ir.Table:
    """Dues paid for months of the audited year, nothing excusing them."""
    dues = ctx.facts.dues
    return dues.filter(dues.is_paid, ~dues.excused, dues.month.year() == ctx.year)


def _handled(rows: ir.Table, mode: str) -> ir.StringValue:
    """How one payment stands by one mode; empty where it is none of its business."""
    by_proxy, late = rows.payer == Payer.PROXY.value, rows.paid_on > rows.month_end
    consented = (rows.consented_on.notnull() & (rows.paid_on.isnull() | (rows.consented_on <= rows.paid_on))).fill_null(
        False
    )
    none = ibis.null("string")
    match mode:
        case "self":
            return ibis.cases((rows.payer == Payer.SELF.value, MET), (by_proxy, MISSED), else_=UNKNOWN)
        case "proxy_consent":
            return ibis.cases((by_proxy & consented, MET), (by_proxy, MISSED), else_=none)
        case "late_consent":
            return ibis.cases((late & consented, MET), (late, MISSED), else_=none)
        case _:
            return ibis.ifelse(rows.paid >= rows.due - 0.005, MET, MISSED)


def _modes(requirements: Sequence[Requirement]) -> list[str]:
    return sorted({r.kwargs["mode"] for r in requirements})


_MODE = {"mode": (str, lambda k: k["mode"])}


def _handled_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Payments are counted per organisation and month first: there are millions, and few requirements."""
    rows, modes = _handed_in(ctx), _modes(requirements)
    rows = rows.select("org_id", "month", **{f"by_{mode}": _handled(rows, mode) for mode in modes})
    months = rows.group_by(subject="org_id", month="month").agg(
        **{
            f"{mode}_{status}": rows.count(where=rows[f"by_{mode}"] == status)
            for mode in modes
            for status in (MET, MISSED, UNKNOWN)
        }
    )
    subjects = ctx.active(requirements).select("requirement", "subject", "start")
    t = subjects.join(parameters(requirements, _MODE), "requirement").join(months, "subject")
    t = t.filter(t.month >= t.start)
    counted = {
        status: ibis.cases(*((t["mode"] == mode, t[f"{mode}_{status}"]) for mode in modes), else_=0).sum()
        for status in (MET, MISSED, UNKNOWN)
    }
    units = t.group_by("requirement", "subject").agg(**counted)
    judged = ibis.ifelse(units.met + units.missed > 0, units.missed, ibis.null("int64"))
    return finish(units.mutate(open=ibis.literal(0), judged=judged, observed=judged))


def _handled_evidence(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Payments that are not as they should be, or nobody knows, and those that were consented to."""
    rows, subjects = _handed_in(ctx), ctx.active(requirements).select("requirement", "subject", "start")
    parts = []
    for mode in _modes(requirements):
        seen = rows.mutate(status=_handled(rows, mode), subject=rows.org_id)
        seen = seen.filter(seen.status.notnull() if mode.endswith("consent") else seen.status != MET)
        mine = subjects.filter(subjects.requirement.isin([r.id for r in requirements if r.kwargs["mode"] == mode]))
        seen = seen.join(mine, "subject")
        parts.append(_dues_rows(seen.filter(seen.month >= seen.start), "交纳"))
    return union(parts)


def _handled_available(kwargs: dict, inventory: Inventory) -> bool:
    asked = {"paid", _TELLING[kwargs["mode"]]} | ({"payer"} if kwargs["mode"] == "proxy_consent" else set())
    return asked <= inventory.dues


DUES_HANDLED = Shape(
    _handled_available, lambda kwargs: [Need("dues")], tally=_handled_tally, evidence=_handled_evidence
)
