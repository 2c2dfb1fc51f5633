"""What follows from the grades of secretaries (secretary-2022 第十五条): proposals and prompts, decided by people.

A grade is a person's: years in a row count for one holder key only. Where the holder is not known, nothing is proposed
on years in a row; a prompt says what is to be made out first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workbench.display import Displayed, Listing
from workbench.ledger.appraisals import TWO_YEARS, Appraisal, facts_declined
from workbench.ledger.cards import ORANGE, RED
from workbench.ledger.secretaries import months_in_office
from workbench.requirements.model import Parameter
from workbench.vocabulary import Level

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

CORRECT, CORRECT_ANNUAL, WITHDRAW = "更正等次", "更正年度考核", "撤回推荐"
TALK, DEADLINE, REPLACE, SUPPLEMENT = "约谈提醒", "限期整改", "调整撤换", "绩效补贴上浮"
SAME_PERSON = "核实是否同一书记"
#: The command by which a person says so.
SAY_SO = "workbench ledger card holder --same"


@dataclass(frozen=True)
class AppraisalProposal(Displayed):
    """What a grade asks for: ``kind``, why (``texts``), by which day (``due``, None: nothing gives one).

    ``ident`` is the appraisal it is about, ``grounds`` the appraisals and cards it rests on, ``facts`` identify it.
    """

    ident: str
    org_id: str
    org_name: str
    year: int
    kind: str
    texts: tuple[str, ...]
    due: date | None
    clause: str
    requirement: str
    parameters: tuple[Parameter, ...]
    grounds: tuple[str, ...]
    facts: tuple[str, ...]

    _TITLE = "述职评议的后续建议（由人决定）"
    _COLUMNS = (
        ("组织代码", "org_id"), ("党组织", "org_name"), ("年度", lambda p: str(p.year)), ("建议", "kind"),
        ("事由", "texts"), ("时限", "due"), ("条款", "clause"),
    )


def proposals(ledger: Ledger, as_of: date) -> Listing[AppraisalProposal]:
    """Everything the grades given by ``as_of`` ask for that is neither done nor declined, by organisation and year."""
    found = []
    for course in ledger.appraisals.all():
        if course.grade and course.graded_on is not None and course.graded_on <= as_of:
            found += [p for p in _of(ledger, course) if not set(p.facts) <= facts_declined(course, p.kind)]
    found.sort(key=lambda p: (p.org_id, p.year, p.kind))
    return Listing(found, about=f"从 {as_of.isoformat()} 看；{ledger.standing}", of=AppraisalProposal)


def row_of_years(ledger: Ledger, course: Appraisal, grade: str) -> list[Appraisal]:
    """The appraisals of one person with that grade in years without a gap, this one first, back in time.

    Empty when this one has another grade, does not count, or its holder is not known. A year in which the person was
    graded differently (anywhere, where grades follow the person) ends the row; so does one without a grade, unless
    the parameter lets it be skipped.
    """
    if course.grade != grade or not course.holder or not _counts(ledger, course):
        return []
    follows, skip = (ledger.rules.value(n) for n in ("grade_follows_person", "consecutive_years_may_skip"))
    theirs: dict[int, list[Appraisal]] = {}
    for other in ledger.appraisals.all():
        here = follows or other.org_id == course.org_id
        if ledger.cards.persons.same(other.holder, course.holder) and here and other.grade and _counts(ledger, other):
            theirs.setdefault(other.year, []).append(other)
    if any(other.grade != grade for other in theirs.get(course.year, [])):
        return []
    row, expected = [course], course.year - 1
    for year in sorted((y for y in theirs if y < course.year), reverse=True):
        if (year != expected and not skip) or any(other.grade != grade for other in theirs[year]):
            break
        row.append(theirs[year][0])
        expected = year - 1
    return row


def supplement_due(ledger: Ledger, course: Appraisal) -> list[Appraisal] | None:
    """The row of years that raises the pay of a village or community secretary, None when there is none (any more)."""
    value = ledger.rules.value
    if course.sector not in value("supplement_sectors") or course.level != Level.GRASSROOTS:
        return None
    row = row_of_years(ledger, course, value("supplement_grade"))
    years = value("supplement_years")
    if len(row) < years or course.supplement is not None:
        return None
    if not value("supplement_rolling") and len(row) % years:
        return None
    same = all(a.sector in value("supplement_sectors") and a.level == Level.GRASSROOTS for a in row[:years])
    return row[:years] if same else None


def _counts(ledger: Ledger, course: Appraisal) -> bool:
    """Whether the person was in office long enough for the year to count; a day not known does not stand against it."""
    months = months_in_office(course.holder_since, course.year)
    return months is None or months >= ledger.rules.value("appraisal_months_in_office")


def _of(ledger: Ledger, course: Appraisal) -> Iterator[AppraisalProposal]:
    yield from _corrections(ledger, course)
    yield from _others_card(ledger, course)
    value = ledger.rules.value
    if course.grade in value("talk_grades") and course.talked_on is None:
        yield _made(ledger, course, TALK, "appraisal_talk", [f"{_told(course)}，尚未约谈提醒"], "accountability_days")
    if course.grade in value("rectify_grades") and course.deadline is None:
        text = f"{_told(course)}，尚未限期整改"
        yield _made(ledger, course, DEADLINE, "appraisal_deadline", [text], "rectification_days")
    yield from _replacement(ledger, course)
    row = supplement_due(ledger, course)
    if row is not None:
        pay_year = course.year + 1 if value("supplement_next_year") else course.year
        text = f"{pay_year}年每月绩效考核补贴上浮{value('supplement_percent'):g}%"
        texts = [_told(a) for a in reversed(row)] + [text]
        yield _made(
            ledger, course, SUPPLEMENT, "appraisal_supplement", texts, "", row,
            ("supplement_next_year", "supplement_rolling", *_ROW),
        )


#: Parameters that decide which years stand in a row.
_ROW = ("consecutive_years_may_skip", "grade_follows_person", "appraisal_months_in_office")


def _corrections(ledger: Ledger, course: Appraisal) -> Iterator[AppraisalProposal]:
    """What was recorded before a card, or another grade, forbade it."""
    cap = ledger.appraisals.above_cap(course, course.grade)
    if cap is not None:
        rule = "card_red_at_most" if cap.level == RED else "card_orange_excludes"
        text = f"{_told(course)}，而{cap.reason}，至多“{cap.grade}”"
        yield _made(
            ledger, course, CORRECT, rule, [text], "", [course], ("card_december_next_year", "card_follows_person"),
            extra=f"card/{course.org_id}@{cap.event}",
        )
    if course.annual_grade and ledger.appraisals.annual_barred(course, course.annual_grade):
        text = f"{_told(course)}，年度考核却为“{course.annual_grade}”"
        yield _made(ledger, course, CORRECT_ANNUAL, "annual_excludes", [text])
    if course.recommended_on is not None and course.grade != ledger.rules.value("recommend_needs"):
        text = f"{_told(course)}，已于 {course.recommended_on} 推荐"
        yield _made(ledger, course, WITHDRAW, "recommend_needs", [text])


def _replacement(ledger: Ledger, course: Appraisal) -> Iterator[AppraisalProposal]:
    """Replacement after years of the lowest grade in a row, or the question whether they are one person's."""
    value = ledger.rules.value
    poor, years = value("replacement_grade"), value("replacement_years")
    if course.replaced_on is not None or course.grade != poor:
        return
    row = row_of_years(ledger, course, poor)
    if len(row) >= years:
        texts = [_told(a) for a in reversed(row)] + [f"同一书记{TWO_YEARS}，应及时调整撤换"]
        yield _made(ledger, course, REPLACE, "appraisal_replace", texts, "replacement_days", row, _ROW)
        return
    before = ledger.appraisals.find(ledger.appraisals.ident(course.year - 1, course.org_id))
    if before is not None and before.grade == poor and (why := _unsure(ledger, before, course)):
        yield _made(
            ledger, course, SAME_PERSON, "appraisal_replace", [_told(before), _told(course), why], "",
            [course, before], _ROW,
        )


def _unsure(ledger: Ledger, before: Appraisal, course: Appraisal) -> str:
    """Why two years' secretaries may be one person though the ledger does not take them for one; empty when not."""
    same = ledger.cards.persons.same(before.holder, course.holder)
    if same is None:
        return "书记未登记，须先核实两年是否同一人"
    since, graded = course.holder_since, before.graded_on
    if not same and since is not None and graded is not None and since < graded:
        return f"两年登记的书记不同，而现任 {since} 已任职，可能重建过密钥；同一人的先登记同一书记（{SAY_SO}）"
    return ""


def _others_card(ledger: Ledger, course: Appraisal) -> Iterator[AppraisalProposal]:
    """A card of the year that caps nothing because the ledger knows another secretary: may be the same person."""
    card, persons = ledger.cards.find(course.org_id), ledger.cards.persons
    if card is None or ledger.appraisals.cap(course) is not None:
        return
    for given in card.history:
        counts = given.level in (ORANGE, RED) and not given.revoked and ledger.cards.card_year(given.on) == course.year
        theirs = course.holder_since is None or given.on >= course.holder_since
        if counts and theirs and persons.same(given.holder, course.holder) is False:
            text = (
                f"{given.on} 亮{given.level}时登记的书记与述职评议登记的不是同一人，等次未受限制；"
                f"换了书记的不采纳本建议，同一人的先登记同一书记（{SAY_SO}）"
            )
            rule = "card_red_at_most" if given.level == RED else "card_orange_excludes"
            yield _made(
                ledger, course, SAME_PERSON, rule, [_told(course), text], "", None, ("card_follows_person",),
                extra=f"card/{course.org_id}@{given.event}",
            )


def _made(
    ledger: Ledger, course: Appraisal, kind: str, rule: str, texts: list[str], days: str = "",
    row: list[Appraisal] | None = None, parameters: tuple[str, ...] = (), extra: str = "",
) -> AppraisalProposal:
    named = ledger.rules.rule(rule)
    used = tuple(ledger.rules.parameter(p) for p in ((days,) if days else ()) + parameters)
    due = course.graded_on + timedelta(days=ledger.rules.value(days)) if days and course.graded_on else None
    rests = row or [course]
    grounds = tuple(f"appraisal/{a.id}" for a in rests) + ((extra,) if extra else ())
    facts = tuple(f"appraisal/{a.id}@{a.grade}@{a.graded_on}" for a in rests) + ((extra,) if extra else ())
    return AppraisalProposal(
        course.id, course.org_id, course.org_name, course.year, kind, tuple(texts), due, named.clause,
        named.requirement, used, grounds, facts,
    )


def _told(course: Appraisal) -> str:
    return f"{course.year}年{course.org_name or course.org_id}书记述职评议为“{course.grade}”（{course.graded_on} 评定）"
