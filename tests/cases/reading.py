"""Cases of requirements: how the files ``<document>/<subject>.yaml`` beside this module are written and read.

Each entry is a requirement with four cases: ``met``, ``not_met``, ``not_yet_due``, ``not_applicable``. The
organisation judged is always O1; O9 is some branch elsewhere that only shows that such records are kept at all.

- ``org``: traits of O1; ``organizations``: further ones.
- ``defaults``: table → columns every row of that table has unless it says otherwise. ``org_id`` is O1, ``case_id``
  C1, and people and rated organisations need their own key.
- ``others``: table → rows of O9.
- a table's name: its rows. A row is a mapping; in ``activities`` also a day; in ``people`` also a person; ``posts``
  may map a person to the first day, ``measures`` a measure to {day: value}, ``case_steps`` a step to a day, a mapping
  or a list of them; ``dues`` rows may span ``months: 2026-01..2026-06``.
- ``as_of``, ``year``; ``verdict`` where it is not the usual one of the case; ``judged`` where it is worth saying.

What stands beside the four cases is shared by them; a case replaces a shared table, and adds to ``org``. Where four
cases do not hold every figure of the requirement, ``borders`` has further ones, each named and with its ``verdict``.
``P1..P100`` in a row means a hundred rows; where it is written in several columns they count together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.records.tables import TABLES
from workbench.requirements.reading import read_yaml
from workbench.timeline import add_months

Row = dict[str, Any]
Tables = dict[str, list[Row]]

FOLDER = Path(__file__).resolve().parent
VERDICTS = {"met": "达标", "not_met": "未达标", "not_yet_due": "进行中", "not_applicable": "不适用"}
#: Columns whose values name something of one case, so that cases can share a data set.
NAMES = ("org_id", "parent_id", "person_id", "chair_id", "case_id", "activity_id")
_SPAN = re.compile(r"(.+?)(\d+)\.\.\1(\d+)")
_KEYS = {"as_of", "year", "verdict", "judged", "org", "organizations", "defaults", "others", *TABLES, *VERDICTS}


@dataclass(frozen=True)
class Case:
    """One case: records around O1, the day, and the verdict of O1 under the requirement."""

    requirement: str
    name: str
    as_of: date
    year: int | None
    tables: Tables
    verdict: str
    judged: float | None

    @property
    def id(self) -> str:
        return f"{self.requirement}:{self.name}"

    @property
    def fails(self) -> bool:
        """Whether something is missed."""
        return self.verdict in ("未达标", "待人工核实")

    @property
    def subject(self) -> str:
        """Name of O1 among the renamed records."""
        return f"{self.id}:O1"

    def renamed(self) -> Tables:
        """The records with every name made the case's own."""
        return {
            table: [
                {k: f"{self.id}:{v}" if k in NAMES and v is not None else v for k, v in row.items()} for row in rows
            ]
            for table, rows in self.tables.items()
        }


def read_cases() -> list[Case]:
    """Every case of every file, in order."""
    return [case for path in sorted(FOLDER.glob("*/*.yaml")) for case in cases_of(path)]


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of one file."""
    for requirement, entry in read_yaml(path, path.name).items():
        shared = {k: v for k, v in entry.items() if k not in (*VERDICTS, "borders")}
        named = {name: {"verdict": verdict, **entry[name]} for name, verdict in VERDICTS.items() if name in entry}
        for name, own in (*named.items(), *entry.get("borders", {}).items()):
            given = {**shared, **own, "org": {**shared["org"], **own.get("org", {})}}
            if unknown := given.keys() - _KEYS:
                raise ValueError(f"{path.name} {requirement} {name}: {unknown}")
            yield Case(
                requirement, name, given["as_of"], given.get("year"), tables_of(given), given["verdict"],
                given.get("judged"),
            )


def tables_of(given: Mapping[str, Any]) -> Tables:
    """The full tables that short forms stand for."""
    defaults = given.get("defaults", {})
    tables: Tables = {name: [] for name in TABLES}
    extra = [{"type": "党支部", "org_id": "O9"}, *given.get("organizations", [])]
    organizations = _each({"org_id": "O1", **given["org"]}, *extra)
    tables["organizations"] = [{"name": o["org_id"], **o} for o in organizations]
    for name in TABLES:
        if name == "organizations":
            continue
        for org, rows in (("O1", given.get(name)), ("O9", given.get("others", {}).get(name))):
            own = {"org_id": org, "case_id": "C1"}
            base = {c: own[c] for c in own if any(c == known.name for known in TABLES[name].columns)}
            base |= defaults.get(name, {})
            tables[name] += _each(*({**base, **row} for row in _rows(name, rows)))
    for number, row in enumerate(tables["activities"]):
        row.setdefault("activity_id", f"A{number}")
    for row in tables["case_steps"]:
        row["case_id"] = f"{row['case_id']}-{row['org_id']}"
    return tables


def _rows(table: str, rows: Any) -> Iterator[Row]:
    """Rows of one table without the short forms."""
    if not rows:
        return
    match table:
        case "posts" if isinstance(rows, dict):
            yield from ({"person_id": person, "started_on": day} for person, day in rows.items())
        case "measures":
            for measure, values in rows.items():
                yield from ({"measure": measure, "as_of": day, "value": value} for day, value in values.items())
        case "case_steps":
            for step, found in rows.items():
                for row in found if isinstance(found, list) else [found]:
                    yield {"step": step, **(row if isinstance(row, dict) else {"done_on": row})}
        case "dues":
            for row in rows:
                yield from _months(row)
        case _:
            short = {"activities": "held_on", "people": "person_id"}.get(table, "")
            yield from (row if isinstance(row, dict) else {short: row} for row in rows)


def _each(*rows: Row) -> Iterator[Row]:
    """The rows, one that spans several (``P1..P100``) as so many."""
    for row in rows:
        spans = {k: found for k, v in row.items() if isinstance(v, str) and (found := _SPAN.fullmatch(v))}
        if not spans:
            yield row
            continue
        names = ([f"{s[1]}{number}" for number in range(int(s[2]), int(s[3]) + 1)] for s in spans.values())
        yield from ({**row, **dict(zip(spans, named, strict=True))} for named in zip(*names, strict=True))


def _months(row: Row) -> Iterator[Row]:
    rest = {k: v for k, v in row.items() if k != "months"}
    first, last = (date.fromisoformat(f"{month}-01") for month in row["months"].split(".."))
    while first <= last:
        yield {"month": first, **rest}
        first = add_months(first, 1)
