"""Dues (党费): months in arrears are counted at the branch, never as a verdict on a person."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Inventory, last_day
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


#: Mode and months of grace: what decides, beside the subject's first day, how a month's dues stand.
_Rule = tuple[str, int]
_RULE = {"mode": (str, lambda k: k["mode"]), "months": number("within_months")}


def _paid_rules(requirements: Sequence[Requirement]) -> list[_Rule]:
    return sorted({(r.kwargs["mode"], int(r.kwargs["within_months"])) for r in requirements})


def _unexcused(ctx: Context) -> ir.Table:
    return ctx.facts.dues.filter(~ctx.facts.dues.excused)


def _limit(rows: ir.Table, rule: _Rule) -> ir.DateValue:
    """Last day of the month n months later."""
    return last_day((rows.month + ibis.interval(months=rule[1])).cast("date")) if rule[1] else rows.month_end


def _standing(ctx: Context, rows: ir.Table, rule: _Rule) -> tuple[ir.StringValue, ir.FloatingValue]:
    """How the dues of one person and month stand (empty: none of the rule's business), and days past the limit."""
    as_of, nothing, limit = ibis.literal(ctx.as_of), ibis.null("string"), _limit(rows, rule)
    paid_on = ibis.coalesce(rows.paid_on, rows.month_end)
    past = days_between(ibis.ifelse(rows.is_paid, paid_on, as_of), limit).cast("float64")
    if rule[0] == "late":
        status = ibis.cases(
            (rows.is_paid & (paid_on <= rows.month_end), nothing),
            (rows.is_paid & (paid_on <= limit), MET),
            (rows.is_paid, MISSED),
            (limit >= as_of, OPEN),
            else_=nothing,
        )
    else:
        status = ibis.cases((rows.is_paid, MET), (limit < as_of, MISSED), else_=OPEN)
        past = ibis.ifelse(rows.is_paid, ibis.least(past, ibis.literal(0.0)), past)
    of_year = (limit.year() == ctx.year) | ((rows.month.year() == ctx.year) & (limit > as_of))
    return ibis.ifelse(of_year, status, nothing), past


def monthly(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Months of dues not paid or, where lateness is judged, paid late: ``status`` and ``deadline`` per requirement.

    What was paid in time is too much to name.
    """
    rows, subjects = _unexcused(ctx).rename(subject="org_id"), ctx.active(requirements)
    parts = []
    for rule in _paid_rules(requirements):
        late = rows.paid_on > rows.month_end
        seen = rows.filter(~rows.is_paid | late if rule[0] == "late" else ~rows.is_paid)
        status, _ = _standing(ctx, seen, rule)
        seen = seen.mutate(status=status, deadline=_limit(seen, rule))
        ids = [r.id for r in requirements if (r.kwargs["mode"], r.kwargs["within_months"]) == rule]
        mine = subjects.filter(subjects.requirement.isin(ids)).select("requirement", "subject", "start")
        seen = seen.filter(seen.status.notnull()).join(mine, "subject")
        parts.append(seen.filter(seen.month >= seen.start))
    return union(parts)


def _paid_tally(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Dues are counted per organisation and month first: there are millions, and few requirements."""
    rows, rules = _unexcused(ctx), _paid_rules(requirements)
    stands = [_standing(ctx, rows, rule) for rule in rules]
    rows = rows.select(
        "org_id", "month", **{f"status{i}": s for i, (s, _) in enumerate(stands)},
        **{f"past{i}": past for i, (_, past) in enumerate(stands)},
    )
    statuses = (MET, MISSED, OPEN)
    counts = {f"{s}{i}": rows.count(where=rows[f"status{i}"] == s) for i in range(len(rules)) for s in statuses}
    worst = {
        f"worst{i}": rows[f"past{i}"].max(where=rows[f"status{i}"].isin([MET, MISSED])) for i in range(len(rules))
    }
    months = rows.group_by(subject="org_id", month="month").agg(**counts, **worst)
    t = ctx.active(requirements).select("requirement", "subject", "start")
    t = t.join(parameters(requirements, _RULE), "requirement").join(months, "subject")
    t = t.filter(t.month >= t.start)

    def asked(name: str) -> ir.NumericValue:
        return ibis.cases(
            *(((t["mode"] == mode) & (t.months == n), t[f"{name}{i}"]) for i, (mode, n) in enumerate(rules))
        )

    units = t.group_by("requirement", "subject", "mode").agg(
        **{status: asked(status).sum() for status in statuses}, judged=asked("worst").max()
    )
    units = units.filter(units.met + units.missed + units.open > 0)
    behind = (units["mode"] != "late") & (units.missed == 0) & (units.open > 0)
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
    return _dues_rows(ctx.shared("monthly", lambda: monthly(ctx, requirements)))


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
