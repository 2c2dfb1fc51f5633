"""The other courses as a run shows them (其他流程): open cases, terms of office, star and point ratings.

Everything is read from a run folder. States follow from what is recorded, what is due from ``due.parquet`` with the
clause of its requirement. A later day than the run's moves terms of office and days left, never facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workbench.audit.run import Run
from workbench.ledger.course_machines import COURSES, RatingMachine, Stage, TermMachine, following
from workbench.timeline import add_months
from workbench.vocabulary import ActivityKind, Process, RatingKind, Verdict


@dataclass(frozen=True)
class CaseDue:
    """Something a case owes: the day, what, under which clause and requirement."""

    on: date
    what: str
    clause: str
    requirement: str


@dataclass(frozen=True)
class Case:
    """A case (个案) as it stands.

    ``state`` is the furthest that a step stands for, ``since`` the day it was reached; ``steps`` are (day, step) in
    the order of their days; ``next`` the states that may follow (empty: none is a matter of course); ``failing`` the
    requirements that the run found not met in this case. ``closed``: it has come to an end and owes nothing.
    """

    process: str
    case_id: str
    org_id: str
    org_name: str
    state: str
    since: date
    steps: tuple[tuple[date, str], ...]
    tags: tuple[str, ...]
    next: tuple[str, ...]
    due: tuple[CaseDue, ...]
    failing: tuple[str, ...]
    closed: bool


@dataclass(frozen=True)
class Term:
    """A term of office (任期): state 届内, 临期提醒, 届满, 批准延期 or 已换届; ``until`` is its last day.

    ``remind_from`` is the first day of the reminder, ``elected_on`` the last election on record (None: none is; the
    term then runs from the founding).
    """

    org_id: str
    org_name: str
    state: str
    until: date
    remind_from: date
    elected_on: date | None
    clause: str
    requirement: str


@dataclass(frozen=True)
class Rating:
    """Ratings by stars or points of an organisation: the newest (``grade`` empty where points are of persons)."""

    kind: str
    org_id: str
    org_name: str
    state: str
    year: int
    grade: str
    rated_on: date
    due: tuple[CaseDue, ...]


def as_of(run: Run) -> date:
    """The day at which the facts of a run stand."""
    return date.fromisoformat(run.receipt["as_of"])


# --- cases -----------------------------------------------------------------------------------------------------------


def cases(run: Run, process: str = "", *, closed: bool = False) -> list[Case]:
    """Cases of the courses (of one process), by process, organisation and id; ``closed``: also those at their end."""
    names = _names(run)
    wanted = [process] if process else [p.value for p in COURSES]
    due, failing = _due_by_case(run), _failing_by_case(run)
    found = []
    for row in run.rows("SELECT * FROM cases WHERE list_contains(?, process) ORDER BY ALL", [wanted]):
        key = (row["process"], row["org_id"], row["case_id"])
        case = _case(row, names, due.get(key, ()), failing.get(key, ()))
        if case is not None and (closed or not case.closed):
            found.append(case)
    return found


def stage_of(process: Process, steps: Iterable[str]) -> Stage | None:
    """The furthest state that the steps stand for; None when the course knows none of them."""
    done = set(steps)
    reached = [stage for stage in COURSES[process] if done & set(stage.steps)]
    return reached[-1] if reached else None


def _case(
    row: Mapping[str, Any], names: Mapping[str, str], due: tuple[CaseDue, ...], failing: tuple[str, ...]
) -> Case | None:
    process = Process(row["process"])
    steps = tuple(sorted(zip(row["days"], row["steps"], strict=True)))
    stage = stage_of(process, row["steps"])
    if stage is None:
        return None
    first = COURSES[process][0]
    begun_again = max((day for day, step in steps if step in first.steps), default=None)
    ended = [day for day, step in steps if step in stage.steps]
    if stage.final and process is Process.WEAK_BRANCH and begun_again and begun_again > max(ended):
        stage, ended = first, [begun_again]  # 动态清零: a branch may be listed again after it was struck off
    over = not due and (stage.final or (stage.may_end and not failing))
    return Case(
        process.value, row["case_id"], row["org_id"], names.get(row["org_id"], row["org_id"]), stage.name, min(ended),
        steps, tuple(row["tags"] or ()), following(process, stage) if stage.expected and not over else (), due, failing,
        over,
    )


def _names(run: Run) -> dict[str, str]:
    return {row["org_id"]: row["name"] for row in run.rows("SELECT org_id, name FROM organizations")}


def _processes(run: Run) -> dict[str, str]:
    """Requirement → the process it is about."""
    return {r["id"]: r["kwargs"]["process"] for r in run.requirements if r["kwargs"].get("process")}


def _due_by_case(run: Run) -> dict[tuple[str, str, str], tuple[CaseDue, ...]]:
    processes, entries = _processes(run), {r["id"]: r for r in run.requirements}
    broken, found = run.receipt.get("broken", {}), {}
    rows = run.rows("SELECT * FROM due WHERE unit_label <> '' ORDER BY due_on, requirement")
    for row in rows:
        process = processes.get(row["requirement"])
        if process and row["requirement"] not in broken:
            entry = entries[row["requirement"]]
            due = CaseDue(row["due_on"], entry["description"], entry["clause"], entry["id"])
            found.setdefault((process, row["subject"], row["unit_label"]), []).append(due)
    return {key: tuple(dues) for key, dues in found.items()}


def _failing_by_case(run: Run) -> dict[tuple[str, str, str], tuple[str, ...]]:
    processes = _processes(run)
    rows = run.rows(
        """SELECT DISTINCT e.requirement, e.subject, e.unit_label FROM evidence e
        SEMI JOIN findings f ON e.subject = f.subject AND e.requirement = f.requirement
        WHERE e.status = 'missed' AND e.table_name = 'case_steps' ORDER BY ALL"""
    )
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        if process := processes.get(row["requirement"]):
            found.setdefault((process, row["subject"], row["unit_label"]), []).append(row["requirement"])
    return {key: tuple(ids) for key, ids in found.items()}


# --- terms of office -------------------------------------------------------------------------------------------------


def terms(run: Run, day: date | None = None) -> list[Term]:
    """Terms of office of everybody whom a requirement on terms binds on ``day`` (default: the run's), soonest first.

    Left out: where nobody knows when the term began (数据不足), and requirements that do not apply.
    """
    day = max(day or as_of(run), as_of(run))
    names, elections = _names(run), _elections(run)
    ref = min(as_of(run), date(run.receipt["year"], 12, 31))
    found = []
    for entry in run.requirements:
        if entry["shape"] != "expect_term" or entry["id"] in run.receipt.get("broken", {}):
            continue
        rows = run.rows(
            "SELECT subject, observed, verdict FROM results WHERE requirement = ? AND observed IS NOT NULL"
            " AND list_contains(?, verdict) ORDER BY subject", [entry["id"], [*_KEPT, *_PAST]],
        )
        for row in rows:
            # what is observed counts the days from the end of the term to the day of the run
            until = ref - timedelta(days=int(row["observed"]))
            remind = add_months(until, -entry["kwargs"]["reminder_months"]) + timedelta(days=1)
            kwargs, subject = entry["kwargs"], row["subject"]
            elected, extended = (_last(elections, subject, kwargs.get(name)) for name in ("step", "extended_by"))
            longer = extended is not None and (elected is None or extended >= elected) and row["verdict"] not in _KEPT
            state = _term_state(day, until, remind, longer, elected, run.receipt["year"])
            found.append(
                Term(
                    row["subject"], names.get(row["subject"], row["subject"]), state, until, remind, elected,
                    entry["clause"], entry["id"],
                )
            )
    return sorted(found, key=lambda t: (t.until, t.org_id, t.requirement))


#: Verdicts of a term that has not ended: it needs no extension yet; and of one that has.
_KEPT = (Verdict.MET.value, Verdict.BEHIND.value)
_PAST = (Verdict.OPEN.value, Verdict.FAILED.value, Verdict.WAIVED.value, Verdict.MANUAL.value)


def _term_state(day: date, until: date, remind: date, longer: bool, elected: date | None, year: int) -> str:
    if day > until:
        return TermMachine.expired.name
    if longer:
        return TermMachine.extended.name
    if day >= remind:
        return TermMachine.soon.name
    return TermMachine.elected.name if elected is not None and elected.year == year else TermMachine.running.name


def _elections(run: Run) -> dict[tuple[str, str], date]:
    """(organisation, step) → its last day, in the process of elections."""
    rows = run.rows(
        """SELECT org_id, step, max(day) AS day FROM (
            SELECT org_id, unnest(steps) AS step, unnest(days) AS day FROM cases WHERE process = ?) GROUP BY ALL""",
        [Process.ELECTION.value],
    )
    return {(row["org_id"], row["step"]): row["day"] for row in rows}


def _last(elections: Mapping[tuple[str, str], date], org_id: str, steps: Any) -> date | None:
    named = [steps] if isinstance(steps, str) else steps or []
    return max((elections[org_id, step] for step in named if (org_id, step) in elections), default=None)


# --- ratings ---------------------------------------------------------------------------------------------------------

_ALSO = {RatingKind.POINTS.value: ActivityKind.POINTS_PUBLISHED.value}


def ratings(run: Run) -> list[Rating]:
    """The newest rating by stars and by points of each organisation that ever had one, and what is due for it."""
    names, found = _names(run), []
    rows = run.rows(
        "SELECT process, org_id, max_by(case_id, case_id::INT) AS year, max_by(steps[-1], case_id::INT) AS grade,"
        " max_by(days[-1], case_id::INT) AS rated_on FROM cases WHERE list_contains(?, process)"
        " GROUP BY ALL ORDER BY ALL", [[RatingKind.STAR.value, RatingKind.POINTS.value]],
    )
    due = _rating_due(run)
    for row in rows:
        kind, points = row["process"], row["process"] == RatingKind.POINTS
        this_year = int(row["year"]) >= run.receipt["year"]
        state = RatingMachine.rated.name if this_year else RatingMachine.waiting.name
        found.append(
            Rating(
                kind, row["org_id"], names.get(row["org_id"], row["org_id"]), state, int(row["year"]),
                "" if points else row["grade"], row["rated_on"], due.get((kind, row["org_id"]), ()),
            )
        )
    return found


def _rating_due(run: Run) -> dict[tuple[str, str], tuple[CaseDue, ...]]:
    """What is due of an organisation under requirements on one of these ratings, or on publishing points."""
    found: dict[tuple[str, str], list[CaseDue]] = {}
    for kind in (RatingKind.STAR.value, RatingKind.POINTS.value):
        asked = {kind, _ALSO.get(kind, kind)}
        entries = {
            r["id"]: r for r in run.requirements
            if asked & {*_terms(r["kwargs"].get("rating")), *_terms(r["kwargs"].get("activity"))}
        }
        rows = run.rows(
            "SELECT subject, requirement, due_on FROM due WHERE list_contains(?, requirement) ORDER BY ALL",
            [list(entries)],
        )
        for row in rows:
            entry = entries[row["requirement"]]
            due = CaseDue(row["due_on"], entry["description"], entry["clause"], entry["id"])
            found.setdefault((kind, row["subject"]), []).append(due)
    return {key: tuple(dues) for key, dues in found.items()}


def _terms(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
