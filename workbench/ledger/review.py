"""The two-yearly look back (复盘式检查, secretary-2022 第十四条): problems that stand in both years (年年述、年年改、年年在).

It compares what people confirmed, organisation by organisation: the same requirement not met in both years, and
findings written down on site in words that are alike. Whether two texts are one problem a person decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from workbench.ledger.finding import BREACH, DEVIATION, DISMISSED, ON_SITE, Finding

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

BY_REQUIREMENT, BY_TEXT = "同一条款", "表述相近"


@dataclass(frozen=True)
class Repeated:
    """A problem of an organisation in two years: keys of the earlier and the later finding, how they were matched.

    ``requirement`` is that of the findings, ``clause`` the one that asks for this look back. ``likeness`` is 1 for the
    same requirement, else the share of text that agrees (parameter review_text_similarity).
    """

    org_id: str
    org_name: str
    matched: str
    requirement: str
    keys: tuple[str, str]
    texts: tuple[str, str]
    likeness: float
    clause: str


def repeated(ledger: Ledger, year: int) -> list[Repeated]:
    """Problems confirmed both in ``year`` and the year before, by organisation.

    A finding counts for the year that it is about (on site: when it was written down). One that nobody confirmed yet,
    or that was dismissed, does not count; one that was put right in between does (年年改).
    """
    years: dict[str, dict[int, list[Finding]]] = {}
    for finding in ledger.findings.all():
        stands = finding.confirmed_on is not None and finding.state not in (DISMISSED, "待核实")
        counted = stands and finding.nature in (BREACH, DEVIATION)
        if counted and (about := _year(finding)) in (year - 1, year):
            years.setdefault(finding.subject, {}).setdefault(about, []).append(finding)
    least = ledger.rules.value("review_text_similarity") / 100
    clause = ledger.rules.rule("appraisal_review").clause
    found = [
        match for by_year in years.values()
        for match in _matches(by_year.get(year - 1, []), by_year.get(year, []), least, clause)
    ]
    return sorted(found, key=lambda match: (match.org_id, match.keys))


def _matches(before: list[Finding], after: list[Finding], least: float, clause: str) -> Iterator[Repeated]:
    for old in before:
        for new in after:
            if old.requirement and old.requirement == new.requirement:
                yield _made(old, new, BY_REQUIREMENT, 1.0, clause)
            elif old.source == new.source == ON_SITE:
                likeness = alike(old.detail, new.detail)
                if likeness >= least:
                    yield _made(old, new, BY_TEXT, likeness, clause)


def _made(old: Finding, new: Finding, matched: str, likeness: float, clause: str) -> Repeated:
    texts = (old.detail or old.description, new.detail or new.description)
    return Repeated(
        new.subject, new.subject_name, matched, new.requirement, (old.key, new.key), texts, round(likeness, 3),
        clause,
    )


def alike(one: str, other: str) -> float:
    """How far two texts agree, 0 to 1: width of characters, blanks, punctuation and figures do not matter.

    >>> alike("2025年3月会议记录不全。", "2026年4月，会议记录不全"), alike("", "")
    (1.0, 0.0)
    """
    first, second = _words(one), _words(other)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() if first and second else 0.0


def _words(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalpha())


def _year(finding: Finding) -> int:
    if finding.source != ON_SITE and finding.period[:4].isdigit():
        return int(finding.period[:4])
    return finding.first_seen.year
