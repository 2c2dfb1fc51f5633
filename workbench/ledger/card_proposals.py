"""What the ledger would support for cards (亮牌建议, secretary-2022 第十二条). A proposal decides nothing.

Everything is derived from findings that a person confirmed, items of the five lists, and feedback that was noted. Each
ground stands for *facts* (a confirmation, a failed review of a certain day, a deadline that passed); a proposal that
was declined comes back only for a fact that was not there then, and a fact that led to a card leads to no second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from workbench.display import Displayed, Listing
from workbench.ledger.card_facts import CardFacts, Fact, moved
from workbench.ledger.cards import CONFIRMED, FOLLOW_UPS, LOOK_BACK, NONE, ORANGE, RED, YELLOW, Card, Given
from workbench.ledger.finding import BREACH, CLOSED
from workbench.ledger.secretaries import Secretary
from workbench.requirements.model import Parameter

if TYPE_CHECKING:
    from workbench.ledger.ledger import Ledger

HOLDER_CHANGED = "书记与亮牌记录不是同一人，先登记书记变动（workbench ledger card holder）；人没有换的加 --same"
#: Measures after a red card of which one suffices unless the parameter asks for all.
_MEASURES = ("挂牌整顿", "提级整顿", "限期整顿")
#: Follow-up → parameter with its days, the same as the suites judge by.
_DAYS = {LOOK_BACK: "look_back_days", "整改材料备案": "rectification_days"}


@dataclass(frozen=True)
class CardProposal(Displayed):
    """A card that the ledger would support, or (``clear``) that it is time to take one back (``level`` 无).

    ``grounds`` are keys of findings, items of lists (``lists/<year>/<org>#<item>``) or texts, ``texts`` say in words
    what each rests on, ``facts`` identify them; ``parameters`` are those used, with their values.
    """

    org_id: str
    org_name: str
    level: str
    grounds: tuple[str, ...]
    texts: tuple[str, ...]
    clause: str
    requirement: str
    parameters: tuple[Parameter, ...]
    facts: tuple[str, ...]
    clear: bool = False

    _TITLE = "亮牌建议（由人决定）"
    _COLUMNS = (
        ("组织代码", "org_id"), ("党组织", "org_name"), ("建议", lambda p: "取消" if p.clear else p.level),
        ("条款", "clause"), ("事由数", lambda p: len(p.grounds)), ("事由", "texts"),
    )


@dataclass(frozen=True)
class LeftOut(Displayed):
    """What no proposal rests on though it might, and why; a person may judge otherwise."""

    org_id: str
    org_name: str
    ground: str
    why: str

    _TITLE = "未作为事由的情况"
    _COLUMNS = (("组织代码", "org_id"), ("党组织", "org_name"), ("情况", "ground"), ("原因", "why"))


@dataclass(frozen=True)
class FollowUpDue(Displayed):
    """A follow-up nobody has noted as done: ``due`` is its day, ``days`` how long past it (negative: still to come)."""

    org_id: str
    org_name: str
    level: str
    kind: str
    given_on: date
    due: date
    days: int
    clause: str
    requirement: str
    parameter: Parameter

    _TITLE = "待落实的后续措施"
    _COLUMNS = (
        ("组织代码", "org_id"), ("党组织", "org_name"), ("牌", "level"), ("措施", "kind"), ("亮牌日期", "given_on"),
        ("时限", "due"), ("超过天数", "days"), ("条款", "clause"),
    )


def proposals(
    ledger: Ledger, as_of: date, secretaries: Mapping[str, Secretary] | None = None
) -> Listing[CardProposal]:
    """What the ledger supports on ``as_of``, by organisation.

    ``secretaries`` are those whom the document binds; without them only organisations with a record of cards are
    looked at, because of the others it is not known whether they have a secretary it binds.
    """
    found = (case.proposal() for case in _cases(ledger, as_of, secretaries))
    made = (proposal for proposal in found if proposal is not None)
    return Listing(made, about=_seen(ledger, as_of), of=CardProposal)


def _seen(ledger: Ledger, as_of: date) -> str:
    """On which day and after which run something was looked up."""
    return f"从 {as_of.isoformat()} 看；{ledger.standing}"


def left_out(
    ledger: Ledger, as_of: date, secretaries: Mapping[str, Secretary] | None = None
) -> Listing[LeftOut]:
    """Confirmed findings and the like that no proposal rests on, with the reason, by organisation."""
    cases = _cases(ledger, as_of, secretaries)
    found = [out for case in cases for out in case.left_out()]
    known = {case.org_id for case in cases}
    for finding in ledger.findings.all():
        if finding.subject not in known and finding.state in CONFIRMED and finding.nature == BREACH:
            why = "未登记该组织的书记，或本办法不约束该组织"
            found.append(LeftOut(finding.subject, finding.subject_name, finding.key, why))
    return Listing(found, about=_seen(ledger, as_of), of=LeftOut)


def facts_of(
    ledger: Ledger, org_id: str, level: str, grounds: Sequence[str], on: date, secretary: Secretary | None
) -> tuple[str, ...]:
    """The facts that grounds stand for at a level on a day; a ground without any stands for itself."""
    known = {org_id: secretary} if secretary is not None else None
    ids: list[str] = []
    for case in _cases(ledger, on, known, only=org_id):
        ids += [fact.id for fact in case.facts(level) if fact.ground in grounds]
    bare = [ground for ground in grounds if not any(i.startswith(f"{ground}@") for i in ids)]
    return tuple(dict.fromkeys((*ids, *bare)))


def looked_back(ledger: Ledger, card: Card, grounds: Sequence[str]) -> bool:
    """Whether a look-back since the card is on record: noted, or a failed review or recurrence among the grounds.

    A recurrence counts that people confirmed, not one that a run alone says.
    """
    since = card.given_on
    if since is None:
        return False
    if any(f.kind == LOOK_BACK and f.done_on >= since for f in card.follow_ups):
        return True
    findings = (ledger.findings.find(ground) for ground in dict.fromkeys((*card.grounds, *grounds)))
    known = [f for f in findings if f is not None]
    days = [f.failed_on for f in known] + [f.recurred_on for f in known if f.state in (*CONFIRMED, CLOSED)]
    return any(day is not None and day >= since for day in days)


def follow_ups_due(ledger: Ledger, as_of: date) -> Listing[FollowUpDue]:
    """Follow-ups of standing cards that are not noted as done, the one due first at the head."""
    standing = [(card, given) for card in ledger.cards.all() for given in card.standing()]
    found = [due for card, given in standing for due in _due(ledger, card, given, as_of)]
    found.sort(key=lambda due: (due.due, due.org_id, due.kind))
    return Listing(found, about=_seen(ledger, as_of), of=FollowUpDue)


def _due(ledger: Ledger, card: Card, given: Given, as_of: date) -> Iterator[FollowUpDue]:
    if given.level == YELLOW and card.state != YELLOW:
        return  # what followed the yellow card is the look-back
    done = {f.kind for f in card.follow_ups if f.done_on >= given.on}
    kinds = list(FOLLOW_UPS[given.level])
    if given.level == RED and not ledger.rules.value("card_red_measures_all"):
        kinds = [k for k in kinds if k not in _MEASURES[1:]]
        if done & set(_MEASURES):
            done.add(_MEASURES[0])
    for kind in kinds:
        parameter = ledger.rules.parameter(_DAYS.get(kind, "accountability_days"))
        due = given.on + timedelta(days=parameter.value)
        rule = ledger.rules.rule(FOLLOW_UPS[given.level][kind])
        if kind not in done:
            yield FollowUpDue(
                card.org_id, card.org_name, given.level, kind, given.on, due, (as_of - due).days, rule.clause,
                rule.requirement, parameter,
            )


def _cases(
    ledger: Ledger, as_of: date, secretaries: Mapping[str, Secretary] | None, only: str = ""
) -> list[_Case]:
    """One case per organisation that is looked at, in the order of their codes."""
    cards = {card.org_id: card for card in ledger.cards.all()}
    findings = _grouped((f.subject, f) for f in ledger.findings.all() if not only or f.subject == only)
    lists = _grouped((x.org_id, x) for x in ledger.lists.all() if not only or x.org_id == only)
    bound = cards.keys() if secretaries is None else secretaries.keys()
    concerned = [only] if only else sorted((findings.keys() | lists.keys() | cards.keys()) & bound)
    return [
        _Case(
            ledger, as_of, org_id, cards.get(org_id), (secretaries or {}).get(org_id), findings.get(org_id, []),
            lists.get(org_id, []),
        )
        for org_id in concerned
    ]


def _grouped(pairs: Iterable[tuple[str, object]]) -> dict[str, list]:
    found: dict[str, list] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


class _Case(CardFacts):
    """The facts of one organisation, and what they support."""

    # --- proposing ---------------------------------------------------------------------------------------------------

    def proposal(self) -> CardProposal | None:
        """The next card, the end of the one that stands, or nothing."""
        if self.changed:
            return None
        state = NONE if self.card is None else self.card.state
        red = self._fresh(RED)
        if red and state != RED:
            named = all(f.kind == "反馈" for f in red)
            used = ("card_red_may_skip_orange",) if state != ORANGE or named else ()
            return self._made(RED, red, "card_red_feedback" if named else "card_red", ("card_red_overdue_days", *used))
        if state == NONE and not self._yellow_spent():
            fresh = self._fresh(YELLOW)
            if self._enough(fresh):
                return self._made(YELLOW, fresh, "card_yellow", ("card_yellow_findings", "card_yellow_again",
                                                               "card_any_document"))
        if state == YELLOW and (orange := self._fresh(ORANGE)):
            return self._made(ORANGE, orange, "card_orange", ("card_any_document",))
        if state != NONE and (clear := self._fresh(NONE)):
            return self._made(NONE, clear, "card_yellow_deadline", ("card_expiry_months",))
        return None

    def _fresh(self, level: str) -> list[Fact]:
        """Facts for a level that led to no card yet, when at least one of them was not declined before."""
        card = self.card
        used = {fact for given in card.history for fact in given.facts} if card is not None and level != NONE else set()
        no = {fact for d in card.declined if d.level == level for fact in d.facts} if card is not None else set()
        pool = [fact for fact in self.facts(level) if fact.id not in used]
        return pool if any(fact.id not in no for fact in pool) else []

    def _enough(self, facts: Sequence[Fact]) -> bool:
        """Whether there are findings enough for a yellow card; one thing overdue suffices (工作较为滞后)."""
        no = {f for d in self.card.declined if d.level == YELLOW for f in d.facts} if self.card is not None else set()
        confirmed = [f for f in facts if f.kind == "确认"]
        most = self.ledger.rules.value("card_yellow_findings")
        if len(confirmed) >= max(most, 1) and any(f.id not in no for f in confirmed):
            return True
        return any(f.kind == "逾期" and f.id not in no for f in facts)

    def _yellow_spent(self) -> bool:
        """Whether this secretary had a yellow card this year and the parameter allows one only."""
        if self.card is None or self.ledger.rules.value("card_yellow_again"):
            return False
        year = self.as_of.year
        return any(
            g.level == YELLOW and g.on.year == year and not g.revoked
            and (self.card.holder_since is None or g.on >= self.card.holder_since)
            for g in self.card.history
        )

    def _made(self, level: str, facts: Sequence[Fact], rule: str, parameters: Sequence[str]) -> CardProposal:
        rules = self.ledger.rules
        named = rules.rule(rule)
        name = self.card.org_name if self.card is not None else ""
        name = name or (self.secretary.org_name if self.secretary is not None else "")
        follows = ("card_follows_person",) if level != NONE else ()
        return CardProposal(
            self.org_id, name or next((f.subject_name for f in self.findings), ""), level,
            tuple(dict.fromkeys(f.ground for f in facts)), tuple(dict.fromkeys(f.text for f in facts)), named.clause,
            named.requirement, tuple(rules.parameter(p) for p in (*parameters, *follows)),
            tuple(f.id for f in facts), clear=level == NONE,
        )

    # --- what is left out --------------------------------------------------------------------------------------------

    def left_out(self) -> Iterator[LeftOut]:
        """Why something that might ground a card does not."""
        name = self.card.org_name if self.card is not None else self.secretary.org_name if self.secretary else ""
        if self.changed:
            yield LeftOut(self.org_id, name, "", HOLDER_CHANGED)
            return
        for finding in self.confirmed():
            if why := self.why_not(finding):
                yield LeftOut(self.org_id, name, finding.key, why)
        if self._yellow_spent() and self.card is not None and self.card.state == NONE and self._fresh(YELLOW):
            yield LeftOut(self.org_id, name, "", "当年已亮过黄牌（参数 card_yellow_again 为否）")
        yield from self._not_looked_back(name)
        if self.card is not None and self.card.state != RED and not self.facts(RED):
            for fact in self.named(None):
                yield LeftOut(self.org_id, name, fact.ground, "按现行参数须先有橙牌，且反馈在橙牌之后")

    def _not_looked_back(self, name: str) -> Iterator[LeftOut]:
        """Grounds of a yellow card that are overdue or refused while no look-back was noted."""
        if self.card is None or self.card.state != YELLOW or self.card.deadline is None:
            return
        if self.card.deadline < self.as_of and not self.at_deadline():
            for finding in self.among_grounds():
                if finding.overdue(self.as_of) and not moved(finding, self.card.given_on):
                    yield LeftOut(self.org_id, name, finding.key, "整改逾期无进展，尚未登记黄牌时限后的回头看")
