"""The facts that exist for a run: records seen as of one day (截至日期)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis import _

from workbench.audit.tables import Tables
from workbench.records.tables import TABLES
from workbench.timeline import Period, PeriodKind, periods
from workbench.vocabulary import Verdict

#: How a unit stands.
MET, MISSED, OPEN, UNKNOWN = "met", "missed", "open", "unknown"


@ibis.udf.scalar.builtin
def list_has_any(left: list[str], right: list[str]) -> bool:
    """DuckDB's test for a common element."""


@ibis.udf.scalar.builtin
def list_has_all(whole: list[str], part: list[str]) -> bool:
    """DuckDB's test for every element of ``part``."""


@ibis.udf.scalar.builtin
def bit_count(value: int) -> int:
    """Number of bits set."""


@ibis.udf.scalar.builtin
def last_day(day: date) -> date:
    """DuckDB's last day of a month: twice as fast as a month more and a day less."""


#: Columns of activities without which figures, minutes, notices or chairs cannot be judged.
ACTIVITY_COLUMNS = ("hours", "days", "chair_id", "minutes", "noticed_on", "approved_on")
#: Columns of dues without which a way of paying cannot be judged.
DUES_COLUMNS = ("paid", "payer", "consented_on")


@dataclass(frozen=True)
class Inventory:
    """Which kinds of records occur at all; what never occurs cannot be judged (数据不足)."""

    activities: frozenset[tuple[str, str]]
    """(kind, tag); tag is empty for the kind alone."""
    filled: frozenset[tuple[str, str]]
    """(kind, column) of activities where the column, one of :data:`ACTIVITY_COLUMNS`, is filled somewhere."""
    steps: frozenset[tuple[str, str, str]]
    """(process, step, tag); tag is empty for the step alone."""
    roles: frozenset[str]
    categories: frozenset[str]
    measures: frozenset[str]
    ratings: frozenset[str]
    grades: frozenset[tuple[str, str]]
    """(kind of rating, grade)."""
    dues: frozenset[str]
    """Columns of dues that are filled somewhere, of :data:`DUES_COLUMNS`."""
    people: bool
    standings: frozenset[str]
    participations: frozenset[str]
    """Kinds of activity that somebody is recorded to have come to."""
    flags: frozenset[str]
    types: frozenset[str]
    """Types of organisation in the roster."""
    standard: Mapping[str, tuple[int, int]]
    """By level of the standard: its number of items and of aspects."""
    items_answered: bool
    """Whether somebody has looked at an item of the standard on site."""
    rejected: bool
    """Whether intake put rows aside that some organisation could have meant (:attr:`Facts.rejected`)."""

    def has_activity(self, kinds: Iterable[str], tags: Iterable[str] | None) -> bool:
        """Whether an activity of one of these kinds (with one of these tags) occurs."""
        return any((kind, tag) in self.activities for kind in kinds for tag in (tags or [""]))

    def has_process(self, process: str) -> bool:
        """Whether any step of the process occurs."""
        return any(name == process for name, _, _ in self.steps)

    def has_step(self, process: str, steps: Iterable[str], tags: Iterable[str] | None = None) -> bool:
        """Whether one of the steps occurs in the process (with one of these tags)."""
        return any((process, step, tag) in self.steps for step in steps for tag in (tags or [""]))


class Facts:
    """Typed tables as they stood on ``as_of``: later rows, and rows recorded later, do not exist.

    ``year`` is the audited calendar year; ``ref`` the day at which states are read; ``requirements`` the ids that rows
    may name.
    """

    def __init__(
        self, con: ibis.BaseBackend, as_of: date, year: int, cycle_start: int = 2022, requirements: Iterable[str] = ()
    ):
        found = con.raw_sql("SELECT DISTINCT org_id FROM organizations WHERE org_id IS NOT NULL ORDER BY org_id")
        coded = {
            "requirement": sorted(requirements),
            "subject": [org for (org,) in found.fetchall()],
            "status": ("", MET, MISSED, OPEN, UNKNOWN),
            "verdict": [v.value for v in Verdict],
            "table_name": list(TABLES),
        }
        self.tables = Tables(con, coded)
        for name in (*TABLES, "rejected"):
            self.tables.table(name)  # now: asked for in the middle, its columns would wait for all that runs
        self.as_of = as_of
        self.year = year
        self.cycle_start = cycle_start
        self.ref = min(as_of, date(year, 12, 31))
        self.first_day = date(year, 1, 1)

    def close(self) -> None:
        """Wait for what still runs on the connection, so that it can be closed."""
        self.tables.close()

    def _table(self, name: str) -> ir.Table:
        return self.tables.table(name)

    def _known(self, name: str, dated: str) -> ir.Table:
        table = self._table(name)
        seen = table[dated] <= self.as_of
        if "recorded_on" in table.columns:
            seen = seen & (table.recorded_on.isnull() | (table.recorded_on <= self.as_of))
        return self.tables.view(name, table.filter(seen))

    @cached_property
    def organizations(self) -> ir.Table:
        """All organisations; those founded later are sorted out where subjects are bound."""
        return self._table("organizations")

    @cached_property
    def standing(self) -> ir.Table:
        """Organisations founded and not dissolved at the reference day."""
        orgs = self.organizations
        there = orgs.filter(
            orgs.established_on.isnull() | (orgs.established_on <= self.ref),
            orgs.dissolved_on.isnull() | (orgs.dissolved_on > self.ref),
        )
        return self.tables.view("standing", there)

    @cached_property
    def activities(self) -> ir.Table:
        """Activities held by then, with ``year_held`` = the year they count for."""
        known = self._known("activities", "held_on")
        year = ibis.coalesce(known.year_of, known.held_on.year()).cast("int64")
        return self.tables.view("activities", known.mutate(year_held=year))

    @cached_property
    def case_steps(self) -> ir.Table:
        """Steps done by then."""
        return self._known("case_steps", "done_on")

    @cached_property
    def people(self) -> ir.Table:
        """Standings taken by then."""
        table = self._table("people")
        return self.tables.view("people", table.filter(table.since.isnull() | (table.since <= self.as_of)))

    @cached_property
    def posts(self) -> ir.Table:
        """Posts begun by then; an end after ``as_of`` is not yet an end."""
        posts = self._known("posts", "started_on")
        ended_on = ibis.ifelse(posts.ended_on > self.as_of, ibis.null("date"), posts.ended_on)
        return self.tables.view("posts", posts.mutate(ended_on=ended_on))

    @cached_property
    def measures(self) -> ir.Table:
        """Numbers counted by then."""
        return self._known("measures", "as_of")

    @cached_property
    def ratings(self) -> ir.Table:
        """Ratings given by then; without a date they count as given."""
        table = self._table("ratings")
        return self.tables.view("ratings", table.filter(table.rated_on.isnull() | (table.rated_on <= self.as_of)))

    @cached_property
    def dues(self) -> ir.Table:
        """Dues of months that have ended, with ``is_paid`` as of the day and ``month_end``."""
        table = self._table("dues")
        month_end = last_day(table.month)
        paid = ((table.paid > 0) & (table.paid_on.isnull() | (table.paid_on <= self.as_of))).fill_null(False)
        table = table.mutate(month_end=month_end, is_paid=paid, excused=table.reason.notnull() & (table.reason != ""))
        return self.tables.view("dues", table.filter((table.due > 0) & (table.month_end <= self.as_of)))

    @cached_property
    def participations(self) -> ir.Table:
        """Who came to what was held by then."""
        return self._known("participations", "held_on")

    @cached_property
    def checklist(self) -> ir.Table:
        """Answers found on site by then."""
        return self._known("checklist", "checked_on")

    @cached_property
    def indicators(self) -> ir.Table:
        """Items of the standard; they have no date."""
        return self._table("indicators")

    @cached_property
    def permissions(self) -> list[dict]:
        """Permissions to meet later (补开许可) that have been used by then; few, so they are read as they are."""
        table = self._table("permissions")
        return self._rows(
            table.filter(table.held_on <= self.as_of)
            .semi_join(self.organizations, "org_id")
            .select("org_id", "requirement", "period", "held_on")
        )

    @cached_property
    def rejected(self) -> ir.Table:
        """Rows put aside on intake that name an organisation; one that only repeats an accepted row tells nothing."""
        table = self._table("rejected")
        return table.filter(table.org_id.notnull(), ~table.duplicate.fill_null(False))

    def periods(self, kind: PeriodKind | str) -> tuple[Period, ...]:
        """The periods of the audited year (the cycle that holds it, for the biennium)."""
        return periods(kind, self.year, cycle_start=self.cycle_start)

    @cached_property
    def below(self) -> ir.Table:
        """(ancestor, org_id) for every organisation and each one above it; itself excluded."""
        orgs = self.organizations
        up = orgs.filter(orgs.parent_id.notnull()).select(of="org_id", parent="parent_id")
        levels = [self.tables.store("below", up.select(ancestor="parent", org_id="of"))]
        while self._rows(levels[-1].limit(1)):  # ends: intake has cut cycles
            last = levels[-1]
            higher = last.join(up, last.ancestor == up.of)
            levels.append(self.tables.store("below", higher.select(ancestor="parent", org_id="org_id")))
        return self.tables.store("below", ibis.union(*levels) if len(levels) > 1 else levels[0])

    @cached_property
    def _occurring(self) -> dict[str, Future[pa.Table]]:
        """What :attr:`inventory` is made of: queries asked for together, so that none waits for another's answer."""
        acts, people, dues = self.activities, self.people, self._table("dues")
        answered = self.checklist.semi_join(self.indicators, self.checklist.requirement == self.indicators.item)
        expressions = {
            "activities": acts.group_by("kind", "tags").agg(**{name: acts[name].count() for name in ACTIVITY_COLUMNS}),
            "steps": self.case_steps.select("process", "step", "tags").distinct(),
            "roles": self.posts.select(term="role").distinct(),
            "categories": people.select(term=people.categories.unnest()).distinct(),
            "measures": self.measures.select(term="measure").distinct(),
            "ratings": self.ratings.select("kind", "grade").distinct(),
            "dues": dues.agg(**{name: dues[name].count() for name in DUES_COLUMNS}),
            "people": self._table("people").limit(1),
            "standings": people.select(term="standing").distinct(),
            "participations": self.participations.select(term="kind").distinct(),
            "flags": self.organizations.select(term=self.organizations.flags.unnest()).distinct(),
            "types": self.organizations.select(term="type").distinct(),
            "standard": self.indicators.group_by("level").agg(items=_.item.nunique(), aspects=_.aspect.nunique()),
            "items_answered": answered.limit(1),
            "rejected": self.rejected.limit(1),
        }
        return {name: self.tables.ask(expr) for name, expr in expressions.items()}

    def look_around(self) -> None:
        """Ask for what occurs at all, without waiting: the answers are there when :attr:`inventory` is wanted."""
        assert self._occurring

    @cached_property
    def inventory(self) -> Inventory:
        """What occurs in the data set at all."""
        found = {name: asked.result().to_pylist() for name, asked in self._occurring.items()}

        def terms(name: str) -> frozenset[str]:
            return frozenset(row["term"] for row in found[name] if row["term"])

        activities, filled = set(), set()
        for row in found["activities"]:
            activities.add((row["kind"], ""))
            activities.update((row["kind"], tag) for tag in row["tags"] or [])
            filled.update((row["kind"], name) for name in ACTIVITY_COLUMNS if row[name])
        steps = set()
        for row in found["steps"]:
            steps.add((row["process"], row["step"], ""))
            steps.update((row["process"], row["step"], tag) for tag in row["tags"] or [])
        return Inventory(
            activities=frozenset(activities),
            filled=frozenset(filled),
            steps=frozenset(steps),
            roles=terms("roles"),
            categories=terms("categories"),
            measures=terms("measures"),
            ratings=frozenset(row["kind"] for row in found["ratings"] if row["kind"]),
            grades=frozenset((row["kind"], row["grade"]) for row in found["ratings"]),
            dues=frozenset(name for name in DUES_COLUMNS if found["dues"][0][name]),
            people=bool(found["people"]),
            standings=terms("standings"),
            participations=terms("participations"),
            flags=terms("flags"),
            types=terms("types"),
            standard={row["level"]: (row["items"], row["aspects"]) for row in found["standard"]},
            items_answered=bool(found["items_answered"]),
            rejected=bool(found["rejected"]),
        )

    def _rows(self, expr: ir.Table) -> list[dict]:
        return self.tables.rows(expr)
