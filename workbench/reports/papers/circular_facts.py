"""What a circular may say in numbers (通报数字): counts from run, inspection and ledger, small ones withheld.

Everything that the paper prints about organisations goes through here, so that what is withheld in one place cannot
be worked out from another (:mod:`workbench.reports.papers.small_cells`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.ledger.finding import CLOSED, DISMISSED
from workbench.reports.papers import facts
from workbench.reports.papers.small_cells import (
    FEWEST, Shown, Withheld, guard, items_may_stand, shown, union_may_stand,
)
from workbench.vocabulary import Verdict

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding
    from workbench.ledger.inspections import Inspection
    from workbench.ledger.ledger import Ledger

#: What stands where the ledgers name no sector.
NO_SECTOR = "未填领域"


@dataclass(frozen=True)
class Clause:
    """One requirement with confirmed findings: its words, clause, and how many organisations it concerns."""

    description: str
    clause: str
    organizations: Shown


@dataclass(frozen=True)
class Chapter:
    """One document: how many organisations have confirmed findings under it, and under which requirements."""

    heading: str
    organizations: Shown
    clauses: tuple[Clause, ...]

    @property
    def frequent(self) -> list[Clause]:
        """Those that concern enough organisations to be counted."""
        return [c for c in self.clauses if isinstance(c.organizations, int)]


@dataclass(frozen=True)
class Share:
    """How much of what was due is met under one document, in tenths of a percent rounded down; None: not told."""

    title: str
    thousandths: int | None


@dataclass(frozen=True)
class SectorRow:
    """A sector: organisations, and those with confirmed problems."""

    name: str
    organizations: Shown
    with_problems: Shown


@dataclass(frozen=True)
class Problems:
    """What is told of confirmed problems. ``confirmed`` None: the number of findings would give a small count away."""

    chapters: tuple[Chapter, ...]
    sectors: tuple[SectorRow, ...]
    total: SectorRow
    confirmed: int | None
    closed: int | None


@dataclass(frozen=True)
class Figures:
    """All numbers of a circular."""

    drawn: Shown
    picked: Shown
    all_visited: bool
    shares: tuple[Share, ...]
    problems: Problems
    waiting: Shown
    apart: Shown


def below(run: Run, scope: str) -> dict[str, str]:
    """Organisations at or below ``scope`` (empty: all), with their sectors."""
    rows = {row["org_id"]: row for row in run.rows("SELECT org_id, parent_id, sector FROM organizations")}
    inside: dict[str, bool] = {}

    def within(org_id: str) -> bool:
        line: list[str] = []
        here: str | None = org_id
        while here and here in rows and here not in inside and here not in line and here != scope:
            line.append(here)
            here = rows[here]["parent_id"]
        known = not scope or here == scope or inside.get(here or "", False)
        inside.update(dict.fromkeys(line, known))
        return known

    return {org_id: row["sector"] or NO_SECTOR for org_id, row in rows.items() if within(org_id)}


def concerned(ledger: Ledger, course: Inspection, organizations: Iterable[str]) -> list[Finding]:
    """The findings an inspection tells of: in its scope, not dismissed, not closed before it began.

    A finding written down on site at another inspection is that one's.
    """
    inside = set(organizations)
    return [
        f for f in ledger.findings.all()
        if f.subject in inside and f.state != DISMISSED and f.inspection in ("", course.id)
        and (f.state != CLOSED or f.closed_on is None or f.closed_on >= course.first)
    ]


def figures(ledger: Ledger, run: Run, course: Inspection) -> Figures:
    """All numbers of the circular of an inspection."""
    organizations = below(run, course.scope)
    found = concerned(ledger, course, organizations)
    breaches = [f for f in found if f.nature not in facts.APART]
    settled = [f for f in breaches if facts.established(f)]
    drawn, picked = _draws(course)
    return Figures(
        drawn=drawn, picked=picked, all_visited=bool(course.visits) and not course.unvisited,
        shares=_shares(run, organizations), problems=problems(facts.Source(run), organizations, settled),
        waiting=shown(len(breaches) - len(settled)), apart=shown(len(found) - len(breaches)),
    )


def problems(source: facts.Source, organizations: Mapping[str, str], settled: Sequence[Finding]) -> Problems:
    """The numbers of confirmed findings, each printed only beside what leaves every withheld one open.

    ``organizations`` are those of the scope with their sectors.
    """
    chapters, by_document = _chapters(source, settled)
    with_problems = {f.subject for f in settled}
    # A document whose number is withheld though large counts as the fewest that it can be.
    known = [
        FEWEST if chapter.organizations is Withheld.OTHER else n
        for chapter, n in zip(chapters, by_document, strict=True)
    ]
    told = len(with_problems) < FEWEST or union_may_stand(len(with_problems), known)
    sectors, total = _sectors(organizations, with_problems, told=told)
    confirmed = _confirmed(settled, chapters, by_document)
    done = sum(f.state == CLOSED for f in settled)
    closed = done if confirmed is not None and _stands(done) and _stands(confirmed - done) else None
    return Problems(tuple(chapters), sectors, total, confirmed, closed)


def _stands(count: int) -> bool:
    return count == 0 or count >= FEWEST


def _draws(course: Inspection) -> tuple[Shown, Shown]:
    drawn = sum(len(made.branches) for made in course.draws)
    return shown(drawn), shown(len(course.picked))


def _chapters(source: facts.Source, settled: Sequence[Finding]) -> tuple[list[Chapter], list[int]]:
    """Documents in the order of the run, with the true number of organisations beside each."""
    grouped: dict[str, dict[tuple[str, str], set[str]]] = {}
    for finding in settled:
        clauses = grouped.setdefault(source.title(finding) or "现场检查", {})
        # What was seen on site has no common wording, and its own could point at somebody.
        words = finding.description if finding.requirement in source.entries else "现场检查发现的问题"
        clauses.setdefault((words, finding.clause), set()).add(finding.subject)
    order = list(source.titles.values())
    chapters, counts = [], []
    for title in sorted(grouped, key=lambda t: (order.index(t) if t in order else len(order), t)):
        parts = {key: len(subjects) for key, subjects in grouped[title].items()}
        count = len(set().union(*grouped[title].values()))
        total: Shown = shown(count)
        if count >= FEWEST and not union_may_stand(count, list(parts.values())):
            total = Withheld.OTHER
        listed = sorted(parts.items(), key=lambda item: (-item[1] if item[1] >= FEWEST else 0, item[0][1], item[0][0]))
        heading = f"对照《{title}》" if title in order else title
        chapters.append(Chapter(heading, total, tuple(Clause(*key, shown(n)) for key, n in listed)))
        counts.append(count)
    return chapters, counts


def _confirmed(settled: Sequence[Finding], chapters: Sequence[Chapter], by_document: Sequence[int]) -> int | None:
    """The number of confirmed findings, None where it would say how small a withheld count is."""
    pairs: dict[tuple[str, str, str], set[str]] = {}
    for f in settled:
        pairs.setdefault((f.document, f.requirement, f.clause), set()).add(f.subject)
    number = len(settled)
    if any(chapter.organizations is Withheld.OTHER for chapter in chapters):
        return None
    by_clause = [len(subjects) for subjects in pairs.values()]
    if items_may_stand(number, by_document) and items_may_stand(number, by_clause):
        return number
    return None if number else 0


def _sectors(
    organizations: Mapping[str, str], with_problems: set[str], *, told: bool
) -> tuple[tuple[SectorRow, ...], SectorRow]:
    """Rows by sector and the sum; only the sum where no choice of rows protects the small ones."""
    names = sorted(set(organizations.values()), key=lambda name: (name == NO_SECTOR, name))
    place = {name: i for i, name in enumerate(names)}
    counts = [[0, 0] for _ in names]
    for org_id, sector in organizations.items():
        counts[place[sector]][org_id not in with_problems] += 1
    guarded = guard(counts, unprinted={1}, column_totals_stay=True) if told and counts else None
    if guarded is not None:
        rows = tuple(
            SectorRow(name, guarded.row_totals[i], guarded.cells[i][0]) for i, name in enumerate(names)
        )
        return rows, SectorRow("合计", guarded.total, guarded.column_totals[0])
    problems: Shown = shown(len(with_problems)) if told else Withheld.OTHER
    return (), SectorRow("合计", shown(len(organizations)), problems)


def _shares(run: Run, organizations: dict[str, str]) -> tuple[Share, ...]:
    """Met of what was due, by document; not told where so few organisations fall short that it points at them."""
    rows = run.rows(
        "SELECT document, subject, verdict, count(*) AS n FROM results WHERE verdict IN (?, ?) GROUP BY ALL",
        [Verdict.MET.value, Verdict.FAILED.value],
    )
    told = []
    for document in run.receipt["documents"]:
        own = [row for row in rows if row["document"] == document["id"] and row["subject"] in organizations]
        met = sum(row["n"] for row in own if row["verdict"] == Verdict.MET)
        short = [row for row in own if row["verdict"] == Verdict.FAILED]
        due = met + sum(row["n"] for row in short)
        if due:
            told.append(Share(document["title"], met * 1000 // due if _stands(len(short)) else None))
    return tuple(told)
