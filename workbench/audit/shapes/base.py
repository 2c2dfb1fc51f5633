"""What a shape is: how one kind of requirement turns facts into units, and units into a tally per subject.

A shape answers, for all its requirements at once: does the data set hold this kind of record at all (*available*),
what is each subject's obligation and how does it stand (*units*), and which rows does that rest on (*evidence*)? The
units of all shapes are counted together by :func:`tally_units`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import MET, MISSED, OPEN, UNKNOWN, Facts, Inventory, bit_count
from workbench.audit.small_tables import small_table
from workbench.requirements.model import Requirement
from workbench.requirements.shapes import SHAPES as DECLARED

#: Columns of a tally, beside requirement and subject.
TALLY = {
    "met": "int64",
    "missed": "int64",
    "open": "int64",
    "unknown": "int64",
    "doubt": "int64",
    "behind": "boolean",
    "judged": "float64",
    "observed": "float64",
    "part": "int64",
    "whole": "int64",
    "met_mask": "int64",
    "missed_mask": "int64",
    "open_mask": "int64",
}
#: Columns of evidence; ``status`` is that of the unit, empty where a row alone does not decide it.
EVIDENCE = {
    "requirement": "string",
    "subject": "string",
    "unit_label": "string",
    "table_name": "string",
    "source_id": "int64",
    "source_row": "int64",
    "dated_on": "date",
    "label": "string",
    "counted": "boolean",
    "status": "string",
}

#: By name of a shape: the number by which bound subjects are stored.
NUMBER_OF_SHAPE = {name: number for number, name in enumerate(DECLARED)}


@dataclass
class Context:
    """Facts, bound subjects and the parameter ``new_organization_grace_months`` of one run."""

    facts: Facts
    subjects: ir.Table
    grace_months: int
    available: dict[str, bool] = field(default_factory=dict)
    """By requirement: whether the data set holds its kind of record at all, once that is known."""
    units: dict[str, ir.Table] = field(default_factory=dict)
    """Units by name of their shape, once they are computed."""
    keeps_rows: bool = False
    """Whether rows that tally and evidence both rest on are kept between them (evidence of all results is wanted)."""
    rows: dict[str, ir.Table] = field(default_factory=dict)
    _active: dict[tuple[str, ...], ir.Table] = field(default_factory=dict, init=False)

    @property
    def as_of(self) -> date:
        """截至日期."""
        return self.facts.as_of

    @property
    def year(self) -> int:
        """审查年度."""
        return self.facts.year

    def active(self, requirements: Sequence[Requirement]) -> ir.Table:
        """Bound subjects of these requirements that are not dissolved."""
        asked = tuple(r.id for r in requirements)
        if asked not in self._active:
            subjects = self.subjects
            found = subjects.filter(
                subjects["shape"].isin(sorted({NUMBER_OF_SHAPE[r.shape] for r in requirements})),
                subjects.requirement.isin(asked),
                ~subjects.dissolved,
            )
            self._active[asked] = self.facts.tables.view("active", found)
        return self._active[asked]

    def shared(self, name: str, build: Callable[[], ir.Table]) -> ir.Table:
        """Rows for tally and evidence: kept where evidence needs them all, else built again for the few it needs."""
        if not self.keeps_rows:
            return build()
        if name not in self.rows:
            self.rows[name] = self.store(name, build())
        return self.rows[name]

    def store(self, name: str, expr: ir.Table) -> ir.Table:
        """Compute once, use for tally and evidence."""
        return self.facts.tables.store(name, expr)


@dataclass(frozen=True)
class Need:
    """A kind of record a requirement reads; a rejected row of it casts doubt. ``kind`` None: any."""

    table: str
    kind: str | None = None


Rule = Callable[[Context, Sequence[Requirement]], ir.Table]


@dataclass(frozen=True)
class Shape:
    """One kind of requirement; each part takes all requirements of the shape at once.

    ``units`` gives requirement, subject, unit, status, value, to be counted by :func:`tally_units` (``summed``:
    judged is the sum of the values), and ``due`` where each has a day of its own to be done by. Where units are too
    many to name, ``tally`` counts at once instead.
    ``waits``: a subject of whom the tally says nothing has one unit, open.
    ``evidence`` None: the units are cases, and their steps are the evidence.
    """

    available: Callable[[dict, Inventory], bool]
    needs: Callable[[dict], list[Need]]
    units: Rule | None = None
    tally: Rule | None = None
    evidence: Rule | None = None
    period_kind: str = "event"
    summed: bool = False
    waits: bool = False


#: Columns read from the arguments of a requirement: name → type and how to read it.
Columns = dict[str, tuple[type, Callable[[dict], Any]]]


def parameters(requirements: Sequence[Requirement], columns: Columns) -> ir.Table:
    """A small table, one row a requirement: ``columns`` maps a name to its type and how to read it from the kwargs."""
    rows = [
        {"requirement": r.id, **{name: read(r.kwargs) for name, (_, read) in columns.items()}} for r in requirements
    ]
    return small_table(rows, {"requirement": str, **{name: kind for name, (kind, _) in columns.items()}})


def days_between(later: ir.DateValue, earlier: ir.DateValue) -> ir.IntegerValue:
    """Calendar days from ``earlier`` to ``later``."""
    return later.delta(earlier, unit="day")


def plus(
    day: ir.DateValue, *, months: ir.IntegerValue | None = None, days: ir.IntegerValue | None = None
) -> ir.DateValue:
    """Date arithmetic in the database; months clamp to the month's end."""
    if months is not None:
        day = (day + months.as_interval("M")).cast("date")
    if days is not None:
        day = (day + days.as_interval("D")).cast("date")
    return day


def event_units(ctx: Context, table: ir.Table, trigger: str, due: str, done: str) -> ir.Table:
    """Obligations after an event that belong to the audited year, with ``status`` and ``value`` (days past due)."""
    t, as_of = table, ibis.literal(ctx.as_of)
    trigger_on, due_on, done_on = t[trigger], t[due], t[done]
    mine = (due_on.year() == ctx.year) | ((trigger_on.year() == ctx.year) & (due_on > as_of))
    status = ibis.cases(
        (done_on.isnull() & (due_on < as_of), MISSED), (done_on.isnull(), OPEN), (done_on <= due_on, MET), else_=MISSED
    )
    value = days_between(ibis.coalesce(done_on, as_of), due_on).cast("float64")
    return t.mutate(status=status, value=value).filter(mine, t[trigger] >= t.start)


def in_grace(ctx: Context, established_on: ir.DateValue) -> ir.BooleanValue:
    """Whether an organisation is still new at the reference day (parameter ``new_organization_grace_months``)."""
    return (plus(established_on, months=ibis.literal(ctx.grace_months)) > ctx.facts.ref).fill_null(False)


def state_status(ctx: Context, established_on: ir.DateValue, satisfied: ir.BooleanValue) -> ir.StringValue:
    """Status of a state at the reference day: met, missed, or open while the organisation is new."""
    return ibis.cases((satisfied, MET), (in_grace(ctx, established_on), OPEN), else_=MISSED)


UNIT = ("requirement", "subject", "unit", "status", "value")


def stored_units(units: ir.Table) -> ir.Table:
    """The columns of units that are kept: those of :data:`UNIT`, and ``due`` where the shape knows it."""
    return units.select(*UNIT, *(["due"] if "due" in units.columns else []))


def tally_units(units: ir.Table, requirements: Sequence[Requirement], summed: Container[str] = ()) -> ir.Table:
    """Units counted per subject.

    ``judged`` is the worst value of the met and missed units: the smallest where only a minimum binds, the largest
    where only a maximum does, the farthest outside where both do; for shapes in ``summed`` the sum.
    """
    bounds = small_table(
        [{"requirement": r.id, "lower": r.lower, "upper": r.upper, "adds": r.shape in summed} for r in requirements],
        {"requirement": str, "lower": float, "upper": float, "adds": bool},
    )
    judged = units.status.isin([MET, MISSED])
    grouped = units.group_by("requirement", "subject").agg(
        met=(units.status == MET).sum(),
        missed=(units.status == MISSED).sum(),
        open=(units.status == OPEN).sum(),
        unknown=(units.status == UNKNOWN).sum(),
        smallest=units.value.min(where=judged),
        largest=units.value.max(where=judged),
        total=units.value.sum(where=judged),
        pending=units.value.min(where=units.status == OPEN),
    )
    t = grouped.join(bounds, "requirement")
    below = ibis.greatest(t.lower - t.smallest, ibis.literal(0.0))
    above = ibis.greatest(t.largest - t.upper, ibis.literal(0.0))
    value = ibis.cases(
        (t.adds, t.total),
        (t.upper.isnull(), t.smallest),
        (t.lower.isnull(), t.largest),
        (above > below, t.largest),
        else_=t.smallest,
    )
    return finish(t.mutate(judged=value, observed=ibis.coalesce(value, t.pending)))


def finish(table: ir.Table) -> ir.Table:
    """Fills the columns of a tally that a shape has nothing to say about and puts them in order."""
    blank = {"doubt": 0, "unknown": 0, "behind": False, "met_mask": 0, "missed_mask": 0, "open_mask": 0}
    added = {name: ibis.literal(value) for name, value in blank.items() if name not in table.columns}
    if "part" not in table.columns:
        added |= {"part": table.met, "whole": table.met + table.missed}
    table = table.mutate(**added)
    return table.select("requirement", "subject", **{n: table[n].cast(kind) for n, kind in TALLY.items()})


def as_evidence(
    rows: ir.Table, table: str, unit: Any, dated: str, label: Any, counted: Any = True, status: Any = ""
) -> ir.Table:
    """Evidence from rows that carry requirement, subject and origin; the other columns as values or expressions."""
    given = {"unit_label": unit, "table_name": table, "label": label, "counted": counted, "status": status}
    rows = rows.mutate(
        dated_on=rows[dated], **{k: v if isinstance(v, ibis.Expr) else ibis.literal(v) for k, v in given.items()}
    )
    return rows.select(**{name: rows[name].cast(kind) for name, kind in EVIDENCE.items()})


def look_up(table: ir.Table, found: ir.Table, keys: Sequence[str]) -> ir.Table:
    """``table`` with the columns of ``found`` where the keys match, empty elsewhere."""
    return table.left_join(found, list(keys)).drop(*(f"{key}_right" for key in keys))


def number_within(table: ir.Table, group: Sequence[str], order: str) -> ir.IntegerValue:
    """0, 1, 2 … within each group, in the order of a column."""
    return ibis.row_number().over(ibis.window(group_by=[table[g] for g in group], order_by=table[order]))


def bits(mask: ir.IntegerValue) -> ir.IntegerValue:
    """Number of periods in a mask."""
    return bit_count(mask.cast("int64")).cast("int64")


def union(tables: Sequence[ir.Table]) -> ir.Table:
    """All rows of several tables with equal columns."""
    return reduce(lambda left, right: left.union(right), tables)
