"""Who holds a card (书记变动、同一书记): another secretary, or the same one under a new key.

A holder is a keyed key. When the key of the installation is made anew, everybody has another one: a run then shows
"another" secretary everywhere. Only a person can say that two keys are one person, and take that back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.errors import Refused
from workbench.ledger.book import person, require
from workbench.ledger.events import Act, Draft
from workbench.ledger.secretaries import Secretary, same_holder

if TYPE_CHECKING:
    from workbench.ledger.cards import Card, Cards

#: No card stands.
NONE = "无"


class Persons:
    """Which keys people have said to be one person's (同一书记)."""

    def __init__(self) -> None:
        self._pairs: dict[frozenset[str], None] = {}
        self._of: dict[str, str] | None = {}

    def note(self, one: str, other: str, *, same: bool) -> None:
        """Two keys are one person's; ``same`` False: that was an error."""
        pair = frozenset((one, other))
        if same:
            self._pairs[pair] = None
        else:
            self._pairs.pop(pair, None)
        self._of = None

    def of(self, key: str) -> str:
        """The key that stands for the person; the same for all keys of one person."""
        if self._of is None:
            self._of = _joined(self._pairs)
        return self._of.get(key, key)

    def same(self, one: str, other: str) -> bool | None:
        """Whether two keys are one person; None when either is not known."""
        return same_holder(self.of(one), self.of(other))

    def said(self, one: str, other: str) -> bool:
        """Whether a person said of just these two that they are one."""
        return frozenset((one, other)) in self._pairs


def _joined(pairs: Iterable[frozenset[str]]) -> dict[str, str]:
    """Key → the least key of all that are one person's with it."""
    groups: dict[str, set[str]] = {}
    for pair in pairs:
        group = set().union(*(groups.get(key, {key}) for key in pair))
        groups.update(dict.fromkeys(group, group))
    return {key: min(group) for key, group in groups.items()}


def check(cards: Cards, card: Card, secretary: Secretary) -> None:
    """:class:`Refused` when the record is not that of the secretary in office: a decision would fall on another."""
    if cards.persons.same(card.holder, secretary.holder) is False:
        raise Refused(
            "核查结果中的书记与亮牌记录不是同一人", place=card.org_id, found=f"现任 {secretary.since or '任职日期未登记'}",
            expected="先核对是谁的牌",
            next_step="换了书记的登记书记变动（workbench ledger card holder），人没有换的加 --same",
        )


def change_drafts(cards: Cards, secretary: Secretary, act: Act) -> list[Draft]:
    """What to write when a run shows another secretary than the record knows: an event, or nothing."""
    card = cards.find(secretary.org_id)
    if card is None or cards.persons.same(card.holder, secretary.holder) is not False:
        return []
    if card.state != NONE and not cards.ledger.rules.value("card_follows_person"):
        return []
    since = card.since if card.state != NONE else date.min
    moved = act if act.on >= since else replace(act, on=since)
    return [cards.draft(secretary.org_id, "change_holder", moved, _of(secretary))]


def change(cards: Cards, secretary: Secretary, act: Act) -> Card:
    """Note another secretary (书记变动)."""
    card = cards.get(secretary.org_id)
    if card.state != NONE and not cards.ledger.rules.value("card_follows_person"):
        raise Refused(
            "按现行参数，牌随职务，书记变动不摘牌", place=card.org_id, found=card.state,
            expected="参数 card_follows_person 为是", next_step="需要摘牌的，另行登记摘牌",
        )
    return cards.write(card.org_id, "change_holder", act, _of(secretary))


def same(cards: Cards, secretary: Secretary, act: Act, was: str, *, said: bool) -> Card:
    """Say that the secretary is who the ledger knows under the key ``was`` (同一书记), or take it back."""
    org_id = secretary.org_id
    require(act.why.strip(), "登记或取消同一书记须写明理由", expected="如：已对照任职文件，同一人")
    require(secretary.holder, "核查结果中没有这个组织书记的键", expected="登记了书记的组织")
    if said:
        known = [key for key in _keys(cards, org_id) if cards.persons.same(key, secretary.holder) is False]
    else:
        known = [key for key in _keys(cards, org_id) if cards.persons.said(key, secretary.holder)]
    key = was or next(iter(known), "")
    if key not in known:
        raise Refused(
            "台账中没有可以登记为同一书记的另一人" if said else "没有登记过同一书记", place=org_id,
            next_step="先看亮牌登记和述职评议，不必登记的不登记",
        )
    what = {"holder": secretary.holder, "was": key, "same": said}
    return cards.write_on(org_id, "same_holder", person(act), what, secretary)


def _keys(cards: Cards, org_id: str) -> Iterator[str]:
    """Keys that the ledger knows for secretaries of one organisation: of the record, its history, the appraisals."""
    card, ledger = cards.find(org_id), cards.ledger
    if card is not None:
        yield card.holder
        yield from (given.holder for given in reversed(card.history))
    years = [a for a in ledger.appraisals.all() if a.org_id == org_id]
    yield from (a.holder for a in sorted(years, key=lambda a: -a.year))


def _of(secretary: Secretary) -> dict[str, str]:
    return {"holder": secretary.holder, "holder_since": secretary.since.isoformat() if secretary.since else ""}
