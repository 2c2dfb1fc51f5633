"""The circular's numbers: none of one to four is printed, and none can be found out from the rest of the paper."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from inspected import INSPECTION, Season

from workbench.ledger.finding import Finding
from workbench.reports.papers import facts
from workbench.reports.papers.circular_facts import Problems, below, figures, problems
from workbench.reports.papers.small_cells import Shown, Withheld


def test_circular_prints_no_small_number_of_organisations(season: Season) -> None:
    course = season.ledger.inspections.get(INSPECTION)
    told = figures(season.ledger, season.run, course)
    assert told.picked == "少于5个" and told.drawn == 20
    assert [n for n in organisations(told.problems) if isinstance(n, int) and 0 < n < 5] == []
    assert told.problems.chapters
    settled = {
        f.subject for f in season.ledger.findings.all()
        if facts.established(f) and f.nature not in facts.APART
    }
    assert told.problems.total.with_problems in (len(settled), "少于5个", "不公布")


def organisations(told: Problems) -> list[Shown]:
    """Every count of organisations that is printed, in order."""
    rows = [n for row in (*told.sectors, told.total) for n in (row.organizations, row.with_problems)]
    return rows + [n for c in told.chapters for n in (c.organizations, *(k.organizations for k in c.clauses))]


def concerned(told: Problems, settled: list[Finding], sectors: dict[str, str]) -> list[list[Finding]]:
    """The findings behind each count of :func:`organisations` (of all organisations for those that have none)."""
    behind: list[list[Finding]] = []
    for row in told.sectors:
        behind += [[], [f for f in settled if sectors[f.subject] == row.name]]
    behind += [[], settled]
    for chapter in told.chapters:
        own = [f for f in settled if f"《{f.document_title}》" in chapter.heading]
        behind.append(own)
        for clause in chapter.clauses:
            behind.append([f for f in own if (f.description, f.clause) == (clause.description, clause.clause)])
    return behind


@pytest.mark.parametrize(("number", "seed"), [(6, 1), (25, 2), (70, 3), (110, 4)])
def test_another_city_would_have_the_same_circular(season: Season, number: int, seed: int) -> None:
    """For every withheld count there are other facts, with another count there, that print exactly the same."""
    chance, source = random.Random(seed), facts.Source(season.run)
    sectors = below(season.run, "")
    settled = [replace(f, state="已确认") for f in chance.sample(season.breaches, number)]
    # Some requirements fall short in many organisations, as they do in a real city.
    for model in chance.sample(settled, 3):
        others = chance.sample(sorted(sectors), chance.choice([3, 4, 12]))
        settled += [replace(model, key=f"{o}|{model.requirement}", subject=o) for o in others]
    told = problems(source, sectors, settled)
    printed = organisations(told)
    held = {i for i, value in enumerate(printed) if isinstance(value, Withheld)}
    assert held
    for i in chance.sample(sorted(held), min(len(held), 25)):
        behind = concerned(told, settled, sectors)[i]
        true = len({f.subject for f in behind})
        assert (0 < true < 5) == (printed[i] is Withheld.SMALL)
        others = (other_facts(settled, behind, sectors, chance) for _ in range(400))
        same = (other for other in others if problems(source, sectors, other) == told)
        counts = (len({f.subject for f in concerned(told, other, sectors)[i]}) for other in same)
        assert any(count != true for count in counts), (i, printed, true)


def other_facts(
    settled: list[Finding], behind: list[Finding], sectors: dict[str, str], chance: random.Random
) -> list[Finding]:
    """Other facts near the count that some findings are behind: some added, taken away, or all of one handed on."""
    having = sorted({f.subject for f in settled})
    free = chance.choice(sorted(sectors.keys() - set(having)))
    way = chance.choice(["add", "take", "spread", "swap", "other duty", "share", "hand on", "take over"])
    if way in ("hand on", "take over"):
        giver = chance.choice(behind if way == "hand on" else settled).subject
        if way == "take over":
            home = sectors[chance.choice(behind).subject]
            free = chance.choice([o for o in sorted(sectors) if sectors[o] == home and o not in having] or [free])
        return [replace(f, subject=free) if f.subject == giver else f for f in settled]
    other, model = list(settled), chance.choice(behind)
    if way == "share":
        return [replace(f, subject=chance.choice(behind).subject) if f is model else f for f in settled]
    if way in ("take", "other duty"):
        other.remove(model)
        instead = chance.choice([f for f in settled if f.document == model.document])
        return other if way == "take" else [*other, replace(instead, subject=model.subject)]
    subject = free if way == "spread" else chance.choice(having)
    if not any((f.subject, f.requirement) == (subject, model.requirement) for f in other):
        other.append(replace(model, subject=subject))
    if way == "swap":
        other.remove(chance.choice([f for f in settled if f.subject == subject] or settled))
    return other
