"""Planting faults in the synthetic city: which requirement, in whom, how, and what it implies.

Each fault takes one bit of ``org.faults``; the SQL of the other modules asks :func:`has` and leaves out, delays or
changes rows. ``where`` picks organisations that the requirement binds and that have what can go wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from workbench.sample import faults_first, faults_mended, faults_of_cases, faults_of_records
from workbench.sample.fault import BRANCH, S, X

FAULTS = (*faults_first.FAULTS, *faults_of_records.FAULTS, *faults_of_cases.FAULTS, *faults_mended.FAULTS)
#: Requirements that cannot fail before the year has ended, nor lag behind.
YEAR_END = (
    *(S + n for n in ("5-1", "5-2", "5-3", "7.2-4", "7.5-1", "8-2", "10-7", "10-8", "10-9", "10-10", "13-1", "14-1")),
    *(X + n for n in ("2.2.3-2", "2.4-1", "2.4-2", "2.5-1")),
    *faults_of_records.YEAR_END, *faults_of_cases.YEAR_END,
)
_BITS = {f.code: i for i, f in enumerate(FAULTS)}
#: Share of the branches that get one given fault; all of them together touch about a tenth of the branches.
_BRANCH_SHARE, _OTHER_SHARE = 0.0012, 0.006


def has(code: str, table: str = "o") -> str:
    """SQL: whether the organisation of row ``table`` carries the fault."""
    return f"(get_bit({table}.faults, {_BITS[code]}) = 1)"


def any_of(*codes: str, table: str = "o") -> str:
    """SQL: whether the organisation of row ``table`` carries one of the faults."""
    return "(" + " OR ".join(has(code, table) for code in codes) + ")"


def bits(codes: Iterable[str]) -> str:
    """The bits of some faults, as DuckDB reads a ``BIT`` from text."""
    held = {_BITS[code] for code in codes}
    return "".join("1" if bit in held else "0" for bit in range(len(FAULTS)))


@dataclass
class Planted:
    """What was planted: fault codes by organisation number, and requirements that are not due on the day."""

    by_org: dict[int, list[str]] = field(default_factory=dict)
    not_yet_due: list[str] = field(default_factory=list)

    def masks(self) -> list[tuple[int, str]]:
        """Organisation number and its bits."""
        return [(no, bits(codes)) for no, codes in self.by_org.items()]


def plant(con: duckdb.DuckDBPyConnection, month_day: tuple[int, int]) -> Planted:
    """Choose for each fault the organisations that get it, spread by a seeded hash, none before its day."""
    planted = Planted(not_yet_due=list(YEAR_END))
    groups: dict[int, set[str]] = {}
    for bit, fault in enumerate(FAULTS):
        if month_day < fault.day:
            planted.not_yet_due += [r for r, _ in fault.implies if r not in planted.not_yet_due]
            continue
        documents = {r.rsplit("-", 2)[0] for r, _ in fault.implies}
        adopted = " AND ".join(f"list_contains(adopted, '{d}')" for d in sorted(documents)) or "TRUE"
        fitting = f"FROM base WHERE plantable AND {adopted} AND ({fault.where})"
        (count,) = con.execute(f"SELECT count(*) {fitting}").fetchone()
        share = _BRANCH_SHARE if BRANCH in fault.where else _OTHER_SHARE
        wanted = min(count, max(1, round(count * share)))
        rows = con.execute(
            f"SELECT no {fitting} ORDER BY draw(no, {9000 + bit}, 1000000007), no LIMIT {wanted * 4 + 60}").fetchall()
        # Three in four join an organisation that already has a fault, the others go to clean ones.
        joins = bit % 4 != 0
        order = sorted((n for (n,) in rows), key=lambda n: (bool(groups.get(n)) != joins, len(groups.get(n, ()))))
        for no in [n for n in order if fault.group not in groups.get(n, ())][:wanted]:
            groups.setdefault(no, set()).add(fault.group)
            planted.by_org.setdefault(no, []).append(fault.code)
    return planted


def counts(planted: Planted) -> dict[str, int]:
    """How many organisations carry each fault."""
    return dict(Counter(code for codes in planted.by_org.values() for code in codes))
