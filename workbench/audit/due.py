"""What falls due (到期事项) and the courses people follow: the files of a run that the ledger works with.

Only obligations that are still open and have a day: what is past its day is a result, and what has none (a check on
site, an event that nobody has announced) cannot fall due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir

from workbench.audit.shapes import SHAPES
from workbench.audit.shapes.base import OPEN, Context, look_up, plus, union
from workbench.audit.shapes.dues import monthly
from workbench.audit.shapes.members import span
from workbench.audit.shapes.posts import terms_of_office
from workbench.audit.shapes.state import STATE, due_by
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement
from workbench.timeline import PeriodKind
from workbench.vocabulary import DueKind, Process, RatingKind, Role, Standing

DUE = {
    "subject": "string", "requirement": "string", "unit_label": "string", "due_on": "date", "kind": "string",
}
#: Processes whose cases are courses with an end of their own (``workbench/ledger/courses.py``).
COURSES = (
    Process.ADMISSION, Process.DEMOCRATIC_LIFE, Process.INTEGRITY_RISK, Process.FEEDBACK,
    Process.SECRETARY_APPOINTMENT, Process.DUES_FOLLOW_UP,
    Process.FLOATING_OUT, Process.FLOATING_IN, Process.VISIT, Process.ELECTION, Process.POST_SETTING,
    Process.MEMBER_APPRAISAL, Process.DUTY_ASSESSMENT, Process.INSPECTION_FINDING, Process.RECTIFICATION,
    Process.MEMBER_DISPOSAL, Process.ORG_SETTING, Process.TALK_MATTER, Process.CADRE_APPOINTMENT,
    Process.HEAD_SELECTION, Process.WEAK_BRANCH, Process.DISCIPLINE_CASE, Process.TASK_FORCE,
)
_YEARLY = ("expect_orgs_covered", "expect_attendance", "expect_growth")


def write_due(ctx: Context, requirements: Sequence[Requirement], results: ir.Table, work: Path) -> None:
    """``due.parquet``: open obligations with a day, one row for each; before units are forgotten."""
    judged = [r for r in requirements if ctx.available[r.id]]
    parts = [*_of_units(ctx), *_of_requirements(ctx, judged, results), *_of_subjects(ctx, judged, results)]
    for name, rows in (("expect_dues_paid", _of_dues), ("expect_term", _of_terms)):
        if mine := [r for r in judged if r.shape == name]:
            parts.append(rows(ctx, mine))
    parts = [p.select(**{n: p[n].cast(kind) for n, kind in DUE.items()}) for p in parts]
    found = union(parts)
    waived = ctx.facts.tables.table("exemptions").select("requirement", "since", "until", holder="org_id")
    found = found.anti_join(
        waived,
        [
            found.requirement == waived.requirement,
            found.subject == waived.holder,
            found.due_on.between(waived.since, waived.until),
        ],
    )
    found = found.order_by("subject", "requirement", "due_on", "unit_label")
    ctx.facts.tables.write(work / "due.parquet", found)


def _of_units(ctx: Context) -> list[ir.Table]:
    """Units that carry their own day: cases, dates of the year, orders with a last day."""
    found = []
    for units in ctx.units.values():
        if "due" in units.columns:
            u = units.filter(units.status == OPEN, units.due.notnull())
            u = u.mutate(kind=_kind(DueKind.DEADLINE))
            found.append(u.select("subject", "requirement", "kind", unit_label="unit", due_on="due"))
    return found


def _kind(kind: DueKind) -> ir.StringScalar:
    return ibis.literal(kind.value)


def _of_requirements(ctx: Context, requirements: Sequence[Requirement], results: ir.Table) -> list[ir.Table]:
    """What is due on one day for everybody: the end of the period that is open, of the year, a day of the text."""
    rows = []
    for r in requirements:
        if found := _common_day(ctx, r):
            label, day, kind = found
            enough = r.kwargs.get("minimum") if r.kwargs.get("maximum") is not None else None
            rows.append(
                {"requirement": r.id, "unit_label": label, "due_on": day, "kind": kind.value, "enough": enough}
            )
    if not rows:
        return []
    columns = {"requirement": str, "unit_label": str, "due_on": date, "kind": str, "enough": float}
    t = results.filter(results.open > 0).join(small_table(rows, columns), "requirement")
    # a maximum beside the minimum keeps a period open that has what it needs
    return [t.filter(~(t.judged.isnull() & (t.observed >= t.enough)).fill_null(False))]


def _common_day(ctx: Context, r: Requirement) -> tuple[str, date, DueKind] | None:
    """Label, day and kind of what everybody owes by the same day; None where there is no such day."""
    kwargs, year = dict(r.kwargs), ctx.facts.periods(PeriodKind.YEAR)[0]
    if r.shape == "expect_activity_count" and kwargs.get("minimum"):
        running = [p for p in ctx.facts.periods(kwargs["period"]) if p.open(ctx.as_of)]
        return (running[0].label, running[0].last, DueKind.PERIOD) if running else None
    if r.shape == "expect_members_covered" and kwargs.get("period") != "ever":
        wanted = span(ctx, kwargs)
        return (year.label, wanted[1], DueKind.PERIOD) if wanted and wanted[1] >= ctx.as_of else None
    if r.shape in _YEARLY and year.last > ctx.as_of:
        return year.label, year.last, DueKind.PERIOD
    by = due_by(kwargs) if SHAPES[r.shape].period_kind == STATE else None
    return ("", by, DueKind.DEADLINE) if by and by > ctx.facts.ref else None


def _of_subjects(ctx: Context, requirements: Sequence[Requirement], results: ir.Table) -> list[ir.Table]:
    """States that a new organisation does not satisfy yet: due when its grace ends."""
    states = [
        r.id for r in requirements
        if (SHAPES[r.shape].period_kind == STATE or r.kwargs.get("period") == "ever")
        and r.shape != "expect_term" and not _common_day(ctx, r)
    ]
    waiting = results.filter(results.open > 0, results.requirement.isin(states)).select("subject", "requirement")
    orgs = ctx.facts.organizations.filter(lambda o: o.established_on.notnull())
    orgs = orgs.select("established_on", subject="org_id")
    t = waiting.join(orgs, "subject")
    t = t.mutate(due_on=plus(t.established_on, months=ibis.literal(ctx.grace_months)), unit_label=ibis.literal(""))
    return [t.filter(t.due_on > ctx.facts.ref).mutate(kind=_kind(DueKind.GRACE))]


def _of_dues(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Months of dues not all paid yet; how many, and whose, is nobody's business here."""
    rows = ctx.shared("monthly", lambda: monthly(ctx, requirements))
    rows = rows.filter(rows.status == OPEN)
    return rows.select(
        "subject", "requirement", unit_label=rows.month.strftime("%Y-%m"), due_on="deadline",
        kind=_kind(DueKind.DEADLINE),
    ).distinct()


def _of_terms(ctx: Context, requirements: Sequence[Requirement]) -> ir.Table:
    """Terms that end within the reminder, and those that run on by permission."""
    t = terms_of_office(ctx, requirements)
    t = t.filter(t.soon.fill_null(False) | ((t.status == OPEN) & (t.until >= ctx.facts.ref)))
    return t.select("subject", "requirement", unit_label=ibis.literal(""), due_on="until", kind=_kind(DueKind.TERM))


# --- courses, secretaries, members -----------------------------------------------------------------------------------


@ibis.udf.scalar.builtin
def list_distinct(values: list[str]) -> list[str]:
    """DuckDB's list without repetition."""


def write_courses(ctx: Context, work: Path) -> None:
    """``cases.parquet``: every case of a process in :data:`COURSES`, each step with its day; keys only.

    Star ratings stand there as steps named by their grade, ratings by points as a bare step: points are of persons.
    """
    steps = ctx.facts.case_steps
    steps = steps.filter(steps.process.isin([p.value for p in COURSES]))
    rows = steps.select("process", "case_id", "org_id", "step", "done_on", "tags")
    ratings = ctx.facts.ratings.filter(lambda r: r.kind.isin([RatingKind.STAR.value, RatingKind.POINTS.value]))
    stars = ratings.kind == RatingKind.STAR.value
    graded = ratings.filter(~stars | (ratings.person_id.isnull() & ratings.grade.notnull()))
    named = ibis.ifelse(graded.kind == RatingKind.STAR.value, graded.grade, RatingKind.POINTS.value)
    day = ibis.coalesce(graded.rated_on, ibis.date(graded.period.cast("int64"), 12, 31))
    graded = graded.select(
        process="kind", case_id=graded.period.cast("string"), org_id="org_id", step=named, done_on=day,
        tags=ibis.null("array<string>"),
    )
    rows = rows.union(graded.distinct())
    # lists of one grouping hold the rows in one order, whichever that is; sorting within each would take twice the time
    tagged = rows.tags.collect(where=rows.tags.length() > 0)
    cases = rows.group_by("process", "case_id", "org_id").agg(
        steps=rows.step.collect(),
        days=rows.done_on.collect(),
        tags=ibis.coalesce(list_distinct(tagged.flatten()).sort(), ibis.literal([], "array<string>")),
    )
    ctx.facts.tables.write(work / "cases.parquet", cases.order_by("process", "org_id", "case_id"))


def write_secretaries(ctx: Context, work: Path) -> None:
    """``secretaries.parquet``: who is secretary (书记) of each organisation on the day, by key: the latest to begin."""
    posts = ctx.facts.posts
    held = posts.filter(posts.role == Role.SECRETARY.value, posts.ended_on.isnull())
    last = held.group_by("org_id").agg(
        person_id=held.person_id.argmax(held.started_on), started_on=held.started_on.max()
    )
    ctx.facts.tables.write(work / "secretaries.parquet", last.order_by("org_id"))


def with_members(ctx: Context, orgs: ir.Table) -> ir.Table:
    """Organisations with their number of full and probationary members on the day.

    Empty where the ledgers name nobody at all: then nobody knows.
    """
    people = ctx.facts.people
    there = people.until.isnull() | (people.until > ctx.as_of)
    counted = people.standing.isin([Standing.FULL.value, Standing.PROBATIONARY.value]) & there
    found = people.group_by("org_id").agg(members=people.person_id.nunique(where=counted))
    return look_up(orgs, found, ["org_id"])
