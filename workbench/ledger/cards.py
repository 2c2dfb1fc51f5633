"""Cards of a secretary (亮牌, secretary-2022 第十二条): what people give, decline and take back, and what a card caps.

Nothing here gives a card by itself: :mod:`workbench.ledger.card_proposals` says what the ledger would support, a person
decides with a reason. The card is the secretary's; when another takes office the record begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from workbench.errors import Refused
from workbench.ledger.book import Book, Course, changed, person, require, require_evidence
from workbench.ledger.events import Act, Draft, Event
from workbench.ledger import holders
from workbench.ledger.holders import NONE
from workbench.ledger.secretaries import Secretary

if TYPE_CHECKING:
    from workbench.ledger.card_proposals import CardProposal, FollowUpDue, LeftOut
    from workbench.ledger.ledger import Ledger

YELLOW, ORANGE, RED = "黄牌", "橙牌", "红牌"
LEVELS = (NONE, YELLOW, ORANGE, RED)

#: Kinds of follow-up (后续措施) by level, each with the step of the rules it answers.
FOLLOW_UPS: Mapping[str, Mapping[str, str]] = {
    YELLOW: {"回头看": "card_look_back"},
    ORANGE: {"上级书记约谈": "card_orange_talk", "整改材料备案": "card_orange_file"},
    RED: {
        "函询约谈": "card_red_letter", "挂牌整顿": "card_red_named", "提级整顿": "card_red_raised",
        "限期整顿": "card_red_limited",
    },
}
LOOK_BACK = "回头看"

#: States of a finding that a person has confirmed and that is not done with.
CONFIRMED = ("已确认", "整改中", "待复查")


@dataclass(frozen=True)
class FollowUp:
    """A follow-up that was done (后续措施): one of the kinds of :data:`FOLLOW_UPS`, the day, a note."""

    kind: str
    done_on: date
    note: str


@dataclass(frozen=True)
class Given:
    """A card that was given: level, day, grounds, by whom, to whom; ``facts`` are what the grounds stood for.

    ``cleared_on`` is the day it ended (None: it stands), ``revoked`` that it had been given in error and counts for
    nothing; ``event`` is the version of the stream.
    """

    level: str
    on: date
    grounds: tuple[str, ...]
    facts: tuple[str, ...]
    by: str
    holder: str
    reason: str
    event: int
    cleared_on: date | None = None
    revoked: bool = False


@dataclass(frozen=True)
class Declined:
    """A proposal that a person did not follow (不予亮牌): it does not come back for the same facts."""

    level: str
    grounds: tuple[str, ...]
    facts: tuple[str, ...]
    reason: str
    on: date


@dataclass(frozen=True)
class Feedback:
    """What a higher inspection said (上级反馈); ``outstanding``: it names outstanding problems (突出问题)."""

    on: date
    text: str
    source: str
    outstanding: bool


@dataclass(frozen=True)
class Card(Course):
    """Cards of one organisation's secretary; the state is the level that stands.

    ``holder_since`` is the day the present secretary took office, None when it is not known or was before the record
    began. ``grounds`` are those of the card that stands, all levels together.
    """

    org_id: str
    org_name: str
    holder: str = ""
    holder_since: date | None = None
    given_on: date | None = None
    deadline: date | None = None
    grounds: tuple[str, ...] = ()
    reason: str = ""
    follow_ups: tuple[FollowUp, ...] = ()
    declined: tuple[Declined, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    history: tuple[Given, ...] = ()

    _TITLE = "亮牌记录"
    _COLUMNS = (
        ("组织代码", "org_id"), ("党组织", "org_name"), ("现牌", "state"), ("亮牌日期", "given_on"),
        ("整改时限", "deadline"), ("事由数", lambda c: len(c.grounds)), ("历次亮牌", lambda c: len(c.history)),
        ("不予亮牌", lambda c: len(c.declined)),
    )

    @property
    def level(self) -> str:
        """The card that stands (无, 黄牌, 橙牌, 红牌)."""
        return self.state

    def standing(self) -> tuple[Given, ...]:
        """What was given and has not ended, in order: yellow, orange, red of the present course."""
        return tuple(g for g in self.history if g.cleared_on is None)


@dataclass(frozen=True)
class Cap:
    """What a card of the year leaves of the grades: ``grade`` is the best that may be given, under which clause."""

    grade: str
    reason: str
    clause: str
    requirement: str
    level: str
    on: date
    event: int


class Cards(Book[Card]):
    """Cards by organisation (亮牌)."""

    topic = "card"

    def __init__(self, ledger: Ledger):
        super().__init__(ledger)
        self.persons = holders.Persons()

    # --- folding -----------------------------------------------------------------------------------------------------

    def begin(self, event: Event, base: Course) -> Card:
        """The record of an organisation: no card."""
        what = event.what
        return Card(
            **vars(base), org_id=base.id, org_name=what.get("org_name", ""), holder=what.get("holder", ""),
            holder_since=_day(what.get("holder_since")),
        )

    def apply(self, course: Card, event: Event) -> Card:
        """One more event."""
        what = event.what
        match event.verb:
            case "give_yellow" | "give_orange" | "give_red" | "give_red_at_once":
                return _given(course, event)
            case "add_grounds":
                return changed(course, grounds=_joined(course.grounds, what["grounds"]))
            case "follow_up":
                done = FollowUp(what["kind"], event.on, what.get("note", ""))
                return changed(course, follow_ups=(*course.follow_ups, done))
            case "decline":
                no = Declined(what["level"], tuple(what["grounds"]), tuple(what["facts"]), event.why, event.on)
                return changed(course, declined=(*course.declined, no))
            case "feedback":
                said = Feedback(event.on, what["text"], what["source"], what["outstanding"])
                return changed(course, feedback=(*course.feedback, said))
            case "clear":
                return _ended(course, event.on, revoked=what.get("revoked", False))
            case "change_holder":
                ended = _ended(course, event.on)
                since = _day(what.get("holder_since")) or event.on
                return changed(ended, holder=what["holder"], holder_since=since, declined=())
            case "same_holder":
                self.persons.note(what["holder"], what["was"], same=what["same"])
                back = not what["same"] and any(g.holder == what["was"] for g in course.history)
                holder = what["was"] if back else what["holder"]
                return changed(course, holder=holder)
            case "revoke":
                on = date.fromisoformat(what["given_on"])
                history = tuple(replace(g, revoked=True) if _over(g, on) else g for g in course.history)
                return changed(course, history=history)
        raise AssertionError(event.kind)

    # --- acts --------------------------------------------------------------------------------------------------------

    def start(self, secretary: Secretary, act: Act) -> Card:
        """Begin the record of an organisation: no card yet (建立亮牌记录)."""
        return self.write(secretary.org_id, "begin", person(act), _of(secretary))

    def give_yellow(
        self, org_id: str, act: Act, *, grounds: Sequence[str], deadline: date, secretary: Secretary | None = None
    ) -> Card:
        """Give a yellow card with a deadline (第十二条（一）); ``secretary`` where the organisation has no record yet.

        Raises :class:`Refused` without grounds or reason, for a deadline before the day, and for a ground that is a
        finding not confirmed, dismissed, or of another organisation.
        """
        if deadline < act.on:
            raise Refused(
                "整改时限早于亮牌之日", place=org_id, found=deadline.isoformat(), expected=f"不早于 {act.on.isoformat()}",
            )
        return self._give(org_id, "give_yellow", act, grounds, deadline, secretary)

    def give_orange(
        self, org_id: str, act: Act, *, grounds: Sequence[str], deadline: date | None = None,
        secretary: Secretary | None = None,
    ) -> Card:
        """Give an orange card after a look-back (第十二条（二）); :class:`Refused` when no look-back is on record."""
        card = self.get(org_id)
        if card.state == YELLOW and not self._looked_back(card, grounds):
            raise Refused(
                "黄牌之后未见回头看，不能亮橙牌", place=org_id, expected="先开展回头看并登记",
                next_step="登记后续措施“回头看”，或在问题上登记复查结果",
            )
        return self._give(org_id, "give_orange", act, grounds, deadline, secretary)

    def give_red(
        self, org_id: str, act: Act, *, grounds: Sequence[str], deadline: date | None = None,
        secretary: Secretary | None = None,
    ) -> Card:
        """Give a red card to whom the orange one did not move (第十二条（三）), on a later day than the orange one."""
        card = self.get(org_id)
        if card.state == ORANGE and act.on <= card.since:
            raise Refused(
                "红牌须在橙牌之后", place=org_id, found=act.on.isoformat(), expected=f"晚于 {card.since.isoformat()}",
            )
        return self._give(org_id, "give_red", act, grounds, deadline, secretary)

    def give_red_at_once(
        self, org_id: str, act: Act, *, grounds: Sequence[str], deadline: date | None = None,
        secretary: Secretary | None = None,
    ) -> Card:
        """Give a red card without an orange one before: only where the parameter reads the text so, and on feedback."""
        if not self.ledger.rules.value("card_red_may_skip_orange"):
            raise Refused(
                "按现行参数，红牌须先有橙牌", place=org_id, expected="参数 card_red_may_skip_orange 为是",
                next_step="先亮橙牌；确需直接亮红牌的，按本地解释改参数",
            )
        card = self.get(org_id)
        if not any(f.outstanding and f.on <= act.on and _of_holder(card, f.on) for f in card.feedback):
            raise Refused(
                "没有登记上级巡视巡察反馈的突出问题", place=org_id, next_step="先登记上级反馈",
            )
        return self._give(org_id, "give_red_at_once", act, grounds, deadline, secretary)

    def add_grounds(self, org_id: str, act: Act, *, grounds: Sequence[str]) -> Card:
        """Add grounds to the card that stands (补充事由)."""
        self._check_grounds(org_id, grounds)
        return self.write(org_id, "add_grounds", act, {"grounds": list(grounds)})

    def follow_up(self, org_id: str, act: Act, *, kind: str, note: str = "") -> Card:
        """Note that a follow-up was done on the day of the act (登记后续措施)."""
        kinds = [k for level in FOLLOW_UPS.values() for k in level]
        if kind not in kinds:
            raise Refused("没有这种后续措施", place=org_id, found=kind, expected="、".join(kinds))
        card = self.get(org_id)
        if card.given_on is not None and act.on < card.given_on:
            raise Refused(
                "后续措施的日期早于亮牌之日", place=org_id, found=act.on.isoformat(),
                expected=f"不早于 {card.given_on.isoformat()}",
            )
        return self.write(org_id, "follow_up", act, {"kind": kind, "note": note})

    def decline(
        self, org_id: str, act: Act, *, level: str, grounds: Sequence[str], secretary: Secretary | None = None
    ) -> Card:
        """Do not follow a proposal (不予亮牌), with a reason; it returns only for new facts."""
        require(act.why.strip(), "不予亮牌须写明理由")
        require(grounds, "须写明针对哪些事由")
        if level not in LEVELS:
            raise Refused("没有这种牌", place=org_id, found=level, expected="、".join(LEVELS))
        facts = self._facts(org_id, level, grounds, act.on, secretary)
        what = {"level": level, "grounds": list(grounds), "facts": list(facts)}
        return self.write_on(org_id, "decline", act, what, secretary)

    def feedback(
        self, org_id: str, act: Act, *, text: str, source: str, outstanding: bool, secretary: Secretary | None = None
    ) -> Card:
        """Note what a higher inspection said (登记上级反馈): ``source`` who said it, and whether it is outstanding."""
        require(text.strip(), "须写明反馈内容")
        require(source.strip(), "须写明反馈的机关")
        what = {"text": text.strip(), "source": source.strip(), "outstanding": outstanding}
        return self.write_on(org_id, "feedback", act, what, secretary)

    def clear(self, org_id: str, act: Act, *, revoked: bool = False) -> Card:
        """Take the card back (摘牌), with reason and evidence; ``revoked``: it was given in error and caps nothing."""
        require(act.why.strip(), "摘牌须写明理由")
        require_evidence(act, "摘牌")
        return self.write(org_id, "clear", act, {"revoked": revoked})

    def revoke(self, org_id: str, act: Act, *, given_on: date) -> Card:
        """A card of that day that has ended was given in error (撤销已结束的牌): it caps nothing; reason and evidence."""
        require(act.why.strip(), "撤销须写明理由")
        require_evidence(act, "撤销")
        card = self.get(org_id)
        if not any(_over(given, given_on) for given in card.history):
            raise Refused(
                "没有这一天亮、已经结束而未撤销的牌", place=org_id, found=given_on.isoformat(),
                expected="、".join(f"{g.on} {g.level}" for g in card.history if _over(g, g.on)),
                next_step="现有的牌以摘牌（撤销）办理",
            )
        return self.write(org_id, "revoke", act, {"given_on": given_on.isoformat()}, checked=card)

    def holder_drafts(self, secretary: Secretary, act: Act) -> list[Draft]:
        """What to write when a run shows another secretary than the record knows: an event, or nothing.

        Nothing either where no record stands, the secretary is not known, or the card follows the post. An unknown
        holder that becomes known is no change.
        """
        return holders.change_drafts(self, secretary, act)

    def change_holder(self, secretary: Secretary, act: Act) -> Card:
        """Note another secretary (书记变动): the record begins anew, its history stays (parameter card_follows_person)."""
        return holders.change(self, secretary, act)

    def same_holder(self, secretary: Secretary, act: Act, *, was: str = "", same: bool = True) -> Card:
        """Say that a secretary is who the ledger knows under another key (同一书记), or (``same`` False) take it back.

        ``was`` is that key; empty: the latest one that the ledger knows for the organisation. Cards, lists and grades
        under both keys are then one person's. Raises :class:`Refused` without a reason or such a key.
        """
        return holders.same(self, secretary, act, was, said=same)

    # --- what follows ------------------------------------------------------------------------------------------------

    def cap(self, org_id: str, year: int, holder: str, *, since: date | None = None) -> Cap | None:
        """The best grade that the cards of a year leave to a secretary (第十二条（二）、（三）), None: no limit.

        A card that was taken back keeps its effect, one revoked as given in error has none. A card of a predecessor
        never counts, unless cards follow the post. Two holders who are not both known are one person as long as no
        change was noted since the card and the secretary was in office then (``since``: when they took office).
        """
        card = self.find(org_id)
        if card is None:
            return None
        counted = [g for g in card.history if not g.revoked and self.card_year(g.on) == year]
        mine = [g for g in counted if self._same_holder(card, g, holder, since)]
        for level, name in ((RED, "card_red_at_most"), (ORANGE, "card_orange_excludes")):
            given = next((g for g in mine if g.level == level), None)
            if given is not None:
                return self._cap(given, name)
        return None

    def card_year(self, on: date) -> int:
        """The year of the appraisal that a card counts for (parameter card_december_next_year)."""
        later = on.month == 12 and self.ledger.rules.value("card_december_next_year")
        return on.year + 1 if later else on.year

    def proposals(self, as_of: date, secretaries: Mapping[str, Secretary] | None = None) -> list[CardProposal]:
        """What the ledger would support; see :func:`workbench.ledger.card_proposals.proposals`."""
        from workbench.ledger.card_proposals import proposals

        return proposals(self.ledger, as_of, secretaries)

    def left_out(self, as_of: date, secretaries: Mapping[str, Secretary] | None = None) -> list[LeftOut]:
        """What no proposal rests on though it might, and why: a person may judge otherwise."""
        from workbench.ledger.card_proposals import left_out

        return left_out(self.ledger, as_of, secretaries)

    def follow_ups_due(self, as_of: date) -> list[FollowUpDue]:
        """Follow-ups that a standing card asks for and nobody has noted as done, the oldest first."""
        from workbench.ledger.card_proposals import follow_ups_due

        return follow_ups_due(self.ledger, as_of)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _cap(self, given: Given, name: str) -> Cap:
        rule = self.ledger.rules.rule(name)
        scale = self.ledger.rules.value("grades")
        best = rule.value if name == "card_red_at_most" else scale[scale.index(rule.value) + 1]
        limit = f"至多评“{best}”" if name == "card_red_at_most" else f"不得评“{rule.value}”"
        reason = f"{given.on.isoformat()} 亮{given.level}，当年述职评议{limit}（{rule.clause}）"
        return Cap(best, reason, rule.clause, rule.requirement, given.level, given.on, given.event)

    def _same_holder(self, card: Card, given: Given, holder: str, since: date | None) -> bool:
        if not self.ledger.rules.value("card_follows_person"):
            return True
        known = self.persons.same(given.holder, holder)
        if known is not None:
            return known
        return all(day is None or given.on >= day for day in (card.holder_since, since))

    def _give(
        self, org_id: str, verb: str, act: Act, grounds: Sequence[str], deadline: date | None,
        secretary: Secretary | None = None,
    ) -> Card:
        require(act.why.strip(), "亮牌须写明理由")
        require(grounds, "亮牌须有事由")
        self._check_grounds(org_id, grounds)
        if deadline is not None and deadline < act.on:
            raise Refused(
                "整改时限早于亮牌之日", place=org_id, found=deadline.isoformat(), expected=f"不早于 {act.on.isoformat()}",
            )
        level = {"give_yellow": YELLOW, "give_orange": ORANGE}.get(verb, RED)
        facts = self._facts(org_id, level, grounds, act.on, secretary)
        what = {
            "grounds": list(grounds), "facts": list(facts), "deadline": deadline.isoformat() if deadline else "",
        }
        return self.write_on(org_id, verb, act, what, secretary)

    def write_on(
        self, org_id: str, verb: str, act: Act, what: Mapping[str, Any], secretary: Secretary | None
    ) -> Card:
        """Write one event, with the record before it when there is none yet: both or none."""
        card = self.find(org_id)
        if card is not None:
            if secretary is not None and verb != "same_holder":
                holders.check(self, card, secretary)
            return self.write(org_id, verb, act, what, checked=card)
        if secretary is None or secretary.org_id != org_id:
            raise Refused("还没有这个组织书记的亮牌记录", place=org_id, next_step="先建立亮牌记录，写明组织名称和书记")
        if act.seen not in (None, 0):
            raise Refused("还没有这个组织书记的亮牌记录", place=org_id, found=f"所见为第 {act.seen} 次登记")
        first = self.draft(org_id, "begin", person(act), _of(secretary))
        stream = first.stream
        second = replace(first, kind=f"{self.topic}.{verb}", what=dict(what))
        self.ledger.append([first, second], {stream: 0})
        return self.get(org_id)

    def _check_grounds(self, org_id: str, grounds: Sequence[str]) -> None:
        from workbench.ledger.card_facts import check_grounds

        check_grounds(self.ledger, org_id, grounds)

    def _looked_back(self, card: Card, grounds: Sequence[str]) -> bool:
        """Whether a look-back after the yellow card is on record: noted, or a review or recurrence of a ground."""
        from workbench.ledger.card_proposals import looked_back

        return looked_back(self.ledger, card, grounds)

    def _facts(
        self, org_id: str, level: str, grounds: Sequence[str], on: date, secretary: Secretary | None
    ) -> tuple[str, ...]:
        """What the grounds stand for on that day, so that a later proposal can tell new facts from old ones."""
        from workbench.ledger.card_proposals import facts_of

        return facts_of(self.ledger, org_id, level, grounds, on, secretary)


def _given(card: Card, event: Event) -> Card:
    level = {"give_yellow": YELLOW, "give_orange": ORANGE}.get(event.verb, RED)
    what = event.what
    given = Given(
        level, event.on, tuple(what["grounds"]), tuple(what.get("facts", ())), event.who, card.holder, event.why,
        event.version,
    )
    return changed(
        card, given_on=event.on, deadline=_day(what.get("deadline")) or card.deadline,
        grounds=_joined(card.grounds, what["grounds"]), reason=event.why, history=(*card.history, given),
    )


def _ended(card: Card, on: date, *, revoked: bool = False) -> Card:
    """No card any more: what stood ended on that day."""
    history = tuple(
        replace(g, cleared_on=on, revoked=revoked) if g.cleared_on is None else g for g in card.history
    )
    return changed(card, given_on=None, deadline=None, grounds=(), reason="", history=history)


def _over(given: Given, on: date) -> bool:
    """Whether a card of that day has ended and still counts."""
    return given.on == on and given.cleared_on is not None and not given.revoked


def _of_holder(card: Card, day: date) -> bool:
    """Whether a day lies in the present secretary's time."""
    return card.holder_since is None or day >= card.holder_since


def _joined(before: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def _of(secretary: Secretary) -> dict[str, Any]:
    since = secretary.since.isoformat() if secretary.since else ""
    return {"org_name": secretary.org_name, "holder": secretary.holder, "holder_since": since}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
