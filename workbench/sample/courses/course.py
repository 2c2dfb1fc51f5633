"""A course of dated steps (流程) as data, and the SQL that makes its rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.sample.faults import has


@dataclass(frozen=True)
class Step:
    """One step: its name and the SQL of its day, person (number), value and tags (a list) in a row of the source.

    ``when``: the SQL condition under which it is taken at all; ``lacks``: faults that leave it out; ``late``: a fault
    that moves it by so many days; ``moved``: one that moves it to a day (SQL).
    """

    name: str
    day: str
    pno: str = "NULL"
    value: str = "NULL"
    tags: str = "NULL"
    when: str = "TRUE"
    lacks: tuple[str, ...] = ()
    late: tuple[str, int] | None = None
    moved: tuple[str, str] | None = None

    def sql(self) -> str:
        """SQL: the step as a struct."""
        taken = " AND ".join((f"({self.when})", *(f"NOT {has(code)}" for code in self.lacks)))
        day = f"({self.day})::DATE"
        if self.late:
            day = f"({day} + CASE WHEN {has(self.late[0])} THEN {self.late[1]} ELSE 0 END)::DATE"
        if self.moved:
            day = f"CASE WHEN {has(self.moved[0])} THEN {self.moved[1]} ELSE {day} END"
        return (f"{{'step': '{self.name}', 'done_on': {day}, 'pno': ({self.pno})::INTEGER, "
                f"'value': ({self.value})::DOUBLE, 'tags': ({self.tags})::VARCHAR[], 'taken': {taken}}}")


@dataclass(frozen=True)
class Course:
    """The steps of one case in each row ``o`` of ``source`` (with ``no`` and ``faults``) that fulfils ``where``.

    ``mark`` makes the number of the case unique within its organisation; ``serial`` (SQL, a number) adds to it where
    an organisation has several rows. ``last_year``: one of so many organisations had such a case a year earlier too.
    """

    process: str
    mark: str
    where: str
    steps: tuple[Step, ...] = field(repr=False)
    source: str = "org"
    serial: str = ""
    last_year: int = 0

    def sql(self) -> str:
        """SQL: one row a step, as table ``step`` has them."""
        mark = f"'{self.mark}'" + (f" || ({self.serial})" if self.serial else "")
        steps = ",\n".join(step.sql() for step in self.steps)
        rows = f"SELECT no, {mark} AS mark, unnest([{steps}]) AS s FROM {self.source} AS o WHERE {self.where}"
        if self.last_year:
            # One scan serves both years: y is 0 or 1.
            rows = f"SELECT *, unnest([0, 1]) AS y FROM ({rows})"
        else:
            rows = f"SELECT *, 0 AS y FROM ({rows})"
        return f"""SELECT no, CASE y WHEN 0 THEN mark ELSE mark || '上年' END AS mark, '{self.process}' AS process,
                s.pno, s.step, (s.done_on - to_years(y))::DATE AS done_on, s.value, s.tags
            FROM ({rows}) WHERE s.taken AND (y = 0 OR draw(no, 299, {self.last_year or 1}) = 0)"""


def tags(*names: str) -> str:
    """SQL: a list of tags."""
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


def tagged(tag: str) -> str:
    """SQL: a list of the one tag that the SQL ``tag`` gives, or nothing."""
    return f"CASE WHEN ({tag}) IS NOT NULL THEN [{tag}] END"


def few(where: str, salt: int, one_of: int) -> str:
    """SQL: whether ``no`` is among one of so many organisations that fulfil ``where``, but at least one of them."""
    return f"""no IN (SELECT no FROM org o WHERE {where}
        QUALIFY row_number() OVER (ORDER BY draw(no, {salt}, 1000003), no)
            <= greatest(1, count(*) OVER () // {one_of}))"""


def secretary(day: str) -> str:
    """SQL: the number of whoever is secretary of organisation ``o`` on a day."""
    before = "CASE WHEN type = '党支部' THEN 6 ELSE 9 END"
    return f"no * 64 + CASE WHEN {day} < change_on THEN {before} ELSE 1 END"


def steps(names: str, day: str, **kw) -> tuple[Step, ...]:
    """Several steps of one day, their names separated by spaces."""
    return tuple(Step(name, day, **kw) for name in names.split())
