"""Requirements made by hand and the verdict of one organisation, for tests of single shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from workbench.audit.engine import judge_tables
from workbench.requirements.model import Binding, Guidance, Parameter, Requirement
from workbench.requirements.shapes import SHAPES, bounds_of, check_arguments, period_of
from workbench.vocabulary import Severity, Verdict

D = date.fromisoformat
MET, FAILED, BEHIND, OPEN, NONE, UNKNOWN = "达标", "未达标", "进度滞后", "进行中", "不适用", "数据不足"
GRACE_MONTHS = 6
_GRACE = Parameter("new_organization_grace_months", "宽限", GRACE_MONTHS, "")

Tables = Mapping[str, Sequence[Mapping[str, Any]]]

#: Where a case says nothing of organisations: one branch.
ORGANIZATIONS = ({"org_id": "O1", "name": "甲支部", "type": "党支部"},)


def requirement(
    shape: str, *, since: str = "2020-01-01", bound: tuple[str, ...] = ("党支部",), **kwargs: Any
) -> Requirement:
    """A requirement of the shape, its arguments checked as those of a suite are; None: not given."""
    declared = SHAPES[shape]
    given = {name: value for name, value in kwargs.items() if value is not None}
    arguments = check_arguments(declared, given, "test")
    lower, upper = bounds_of(declared, arguments)
    return Requirement(
        id="R",
        document="test",
        document_title="测试",
        version=since,
        effective_from=D(since),
        effective_to=None,
        clause="一",
        description="测试",
        severity=Severity.INFO,
        shape=shape,
        kwargs=arguments,
        binds=Binding("测试", bound),
        parameters=(_GRACE,),
        unit="次",
        period=period_of(declared, arguments),
        outcome=Verdict.FAILED,
        required=None,
        required_text="",
        lower=lower,
        upper=upper,
        notes="",
        order=0,
        fingerprint="",
        file="",
        guidance=Guidance("看", "要", "常见") if shape == "expect_checklist" else None,
    )


def result(
    asked: Requirement, as_of: str, tables: Tables, *, year: int | None = None, org: str = "O1"
) -> dict[str, Any]:
    """The result row of one organisation; O1 is a branch unless ``tables`` says otherwise."""
    rows = judge_tables({"organizations": ORGANIZATIONS, **tables}, [asked], as_of=D(as_of), year=year)
    found = next(row for row in rows if row["subject"] == org)
    _agrees(asked, found)
    return found


def _agrees(asked: Requirement, row: Mapping[str, Any]) -> None:
    """Great Expectations would say the same: judged lies outside the bounds exactly when a unit is missed."""
    outside = row["judged"] is not None and (
        (asked.lower is not None and row["judged"] < asked.lower)
        or (asked.upper is not None and row["judged"] > asked.upper)
    )
    assert outside == (row["missed"] > 0), row


def verdict(asked: Requirement, as_of: str, tables: Tables, **more: Any) -> tuple[str, float | None]:
    """Verdict and judged value of O1."""
    row = result(asked, as_of, tables, **more)
    return row["verdict"], row["judged"]


def held(kind: str, *days: str, org: str = "O1", **columns: Any) -> list[dict[str, Any]]:
    """Activities of a kind on these days."""
    return [
        {"activity_id": f"{org}{kind}{day}{n}", "org_id": org, "kind": kind, "held_on": D(day), **columns}
        for n, day in enumerate(days)
    ]


def post(
    person: str, role: str, since: str, until: str | None = None, org: str = "O1", **columns: Any
) -> dict[str, Any]:
    """A post held by a person."""
    return {
        "person_id": person,
        "org_id": org,
        "role": role,
        "started_on": D(since),
        "ended_on": D(until) if until else None,
        **columns,
    }


#: Columns whose values name something, so that many small data sets can be judged as one.
_NAMES = ("org_id", "parent_id", "person_id", "case_id", "activity_id", "chair_id")


def check(cases: Sequence[tuple[Requirement, Tables, str, int, Any]]) -> None:
    """Cases (requirement, tables around O1, as of, year, expected) judged together, all of one day and year at once.

    Expected is a verdict, or verdict and judged value. Which kinds of record occur at all is one for all of them, and
    so are items of the standard; ``R`` as the requirement of a row stands for that of its case.
    """
    found: dict[int, tuple[str, float | None]] = {}
    for day, year in dict.fromkeys((as_of, year) for _, _, as_of, year, _ in cases):
        asked, tables = [], {"organizations": []}
        for n, (one, given, as_of, of_year, _) in enumerate(cases):
            if (as_of, of_year) == (day, year):
                asked.append(replace(one, id=f"R{n}"))
                for table, rows in {"organizations": ORGANIZATIONS, **given}.items():
                    tables.setdefault(table, []).extend(renamed(n, row) for row in rows)
        rows = {(r["subject"], r["requirement"]): r for r in judge_tables(tables, asked, as_of=D(day), year=year)}
        for one in asked:
            row = rows[f"{one.id[1:]}:O1", one.id]
            _agrees(one, row)
            found[int(one.id[1:])] = (row["verdict"], row["judged"])
    wanted = {n: e if isinstance(e, tuple) else (e, found[n][1]) for n, (*_, e) in enumerate(cases)}
    differing = {n: (found[n], expected) for n, expected in wanted.items() if found[n] != expected}
    assert not differing, f"found, wanted by number of the case: {differing}"


def renamed(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the given case among others: its names begin with the number."""
    named = {k: f"{number}:{v}" if k in _NAMES and v is not None else v for k, v in row.items()}
    return named | {"requirement": f"R{number}"} if row.get("requirement") == "R" else named


#: The usual last day of facts, and one long before.
DAY = "2026-08-31"
OLD = "2015-01-01"


def branch(org: str = "O1", **traits: Any) -> dict[str, Any]:
    return {"org_id": org, "name": org, "type": "党支部"} | traits


def founded(day: str | None) -> dict[str, Any]:
    return {"organizations": [branch(established_on=day and D(day))]}


#: Six months before the reference day 31 August ends the grace of a new organisation.
YOUNG, GROWN = founded("2026-03-01"), founded("2026-02-28")


def step(name: str, day: str, case: str = "C", org: str = "O1", process: str = "书记任职") -> dict[str, Any]:
    return {"org_id": org, "case_id": case, "process": process, "step": name, "done_on": D(day)}


def activities(*rows: list[dict[str, Any]], **tables: Any) -> dict[str, Any]:
    """Tables with these activities beside others."""
    return {"activities": [row for part in rows for row in part], **tables}
