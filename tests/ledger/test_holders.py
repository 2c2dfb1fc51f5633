"""Whose card it is: another secretary, the same one under a new key; what grounds no card, and a card revoked late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from season import VILLAGE, Season, act, day, new_ledger

from workbench.errors import Refused
from workbench.ledger.holders import Persons
from workbench.ledger.ledger import Ledger
from workbench.ledger.lists import Item
from workbench.ledger.secretaries import Secretary

#: The secretary of :data:`VILLAGE` after the key of the installation was made anew, and somebody else.
ANEW, OTHER = replace(VILLAGE, holder="n1"), replace(VILLAGE, holder="k2", since=day("08-01"))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = new_ledger(tmp_path)
    yield made
    made.close()


@pytest.fixture
def season(ledger: Ledger) -> Season:
    return Season(ledger)


def graded(ledger: Ledger, year: int, grade: str, secretary: Secretary) -> str:
    ident = ledger.appraisals.plan(year, secretary, act(f"{year}-12-01")).id
    ledger.appraisals.debrief(ident, act(f"{year}-12-10"))
    ledger.appraisals.appraise(ident, act(f"{year}-12-12"))
    ledger.appraisals.grade(ident, act(f"{year}-12-20"), grade=grade)
    return ident


def kinds(ledger: Ledger, ident: str) -> dict[str, str]:
    return {p.kind: p.texts[-1] for p in ledger.appraisals.proposals(day("2030-01-01")) if p.ident == ident}


def test_keys_of_one_person() -> None:
    persons = Persons()
    persons.note("a", "b", same=True)
    persons.note("c", "d", same=True)
    assert persons.same("a", "c") is False and persons.same("a", "") is None
    persons.note("b", "c", same=True)
    assert persons.same("a", "d") is True and persons.said("a", "b") and not persons.said("a", "d")
    persons.note("c", "b", same=False)
    assert persons.same("a", "d") is False and persons.same("a", "b") is True


def test_nothing_is_decided_on_the_record_of_a_predecessor(season: Season) -> None:
    key, cards = season.assigned("08-10"), season.ledger.cards
    season.yellow(key)
    for decide in (
        lambda: cards.give_orange("B1", act("08-20"), grounds=(key,), secretary=OTHER),
        lambda: cards.decline("B1", act("08-20"), level="橙牌", grounds=(key,), secretary=OTHER),
    ):
        with pytest.raises(Refused, match="不是同一人"):
            cards.follow_up("B1", act("08-20"), kind="回头看")
            decide()
    cards.change_holder(OTHER, act("08-21"))
    assert cards.decline("B1", act("08-22"), level="黄牌", grounds=(key,), secretary=OTHER).holder == "k2"


def test_the_same_secretary_under_a_new_key_keeps_card_and_cap(season: Season) -> None:
    season.orange_on_one()
    season.secretaries["B1"] = ANEW
    ledger, cards = season.ledger, season.ledger.cards
    assert "--same" in str(season.why_not("12-01")), "what to do is told"
    assert cards.cap("B1", 2026, "n1") is None
    ident = graded(ledger, 2026, "好", ANEW)
    assert "未受限制" in kinds(ledger, ident)["核实是否同一书记"], "a card that caps nothing is told"
    with pytest.raises(Refused, match="理由"):
        cards.same_holder(ANEW, act("12-21", ""))
    card = cards.same_holder(ANEW, act("12-21"))
    assert (card.state, card.holder, card.deadline) == ("橙牌", "n1", day("08-10")), "the card stands as it did"
    assert cards.cap("B1", 2026, "n1").grade == cards.cap("B1", 2026, "k1").grade == "较好"
    assert set(kinds(ledger, ident)) == {"更正等次"}
    assert not any("书记" in why for _, why in season.why_not("12-22"))
    with pytest.raises(Refused, match="没有可以登记"):
        cards.same_holder(ANEW, act("12-22"))
    assert cards.same_holder(ANEW, act("12-23"), same=False).holder == "k1", "it was an error: the card is k1's"
    assert cards.cap("B1", 2026, "n1") is None


def test_years_in_a_row_go_on_under_a_new_key(ledger: Ledger) -> None:
    since = day("2020-05-01")
    graded(ledger, 2025, "差", replace(VILLAGE, since=since))
    anew = replace(ANEW, since=since)
    ident = graded(ledger, 2026, "差", anew)
    assert "重建过密钥" in kinds(ledger, ident)["核实是否同一书记"] and "调整撤换" not in kinds(ledger, ident)
    ledger.cards.same_holder(anew, act("2027-01-05"))
    assert "调整撤换" in kinds(ledger, ident) and "核实是否同一书记" not in kinds(ledger, ident)


@pytest.mark.parametrize(("since", "asked"), [("2025-12-19", True), ("2025-12-20", False)])
def test_only_who_was_in_office_at_the_grade_before_may_be_the_same(ledger: Ledger, since: str, asked: bool) -> None:
    graded(ledger, 2025, "差", VILLAGE)
    ident = graded(ledger, 2026, "差", replace(ANEW, since=day(since)))
    assert ("核实是否同一书记" in kinds(ledger, ident)) is asked


def test_lists_opened_under_the_old_key_stay_the_secretarys(ledger: Ledger) -> None:
    item = Item("1", "项目", "共性", deadline=day("03-31"))
    ledger.lists.open(2026, VILLAGE, act("01-10"), items=[item])

    def late() -> bool:
        return any(x.step.startswith("项目") for x in ledger.lists.late(2026, day("08-01"), [ANEW]))

    ledger.cards.start(VILLAGE, act("01-10"))
    assert not late(), "another's item, as far as the ledger knows"
    ledger.cards.same_holder(ANEW, act("08-01"))
    assert late()


def test_a_card_that_has_ended_can_still_be_revoked(season: Season) -> None:
    season.orange_on_one()
    cards = season.ledger.cards
    with pytest.raises(Refused, match="已经结束"):
        cards.revoke("B1", act("08-25"), given_on=day("08-20"))
    cards.clear("B1", act("09-01"))
    assert cards.cap("B1", 2026, "k1") is not None
    with pytest.raises(Refused, match="佐证"):
        cards.revoke("B1", act("09-20", evidence=(" ",)), given_on=day("08-20"))
    with pytest.raises(Refused, match="2026-08-20 橙牌"):
        cards.revoke("B1", act("09-20"), given_on=day("08-21"))
    card = cards.revoke("B1", act("09-20"), given_on=day("08-20"))
    assert [(g.level, g.revoked) for g in card.history] == [("黄牌", False), ("橙牌", True)]
    assert cards.cap("B1", 2026, "k1") is None


def test_a_refusal_that_was_given_up_is_no_ground_for_red(season: Season) -> None:
    key = season.orange_on_one()
    season.ledger.findings.refuse(key, act("08-25"))
    assert season.proposed("08-26") == [("红牌", (key,))]
    season.submit(key, "08-27")
    assert season.proposed("08-28") == [], "it was put right after all and waits for its review"


@pytest.mark.parametrize("ground", ["lists/2026/B2#1", "lists/2026/B1#9"])
def test_items_of_others_are_no_ground(season: Season, ground: str) -> None:
    for org in ("B1", "B2"):
        season.ledger.lists.open(2026, replace(VILLAGE, org_id=org), act("01-10"), items=[Item("1", "项目", "共性")])
    with pytest.raises(Refused, match="五单"):
        season.yellow(ground)
    season.yellow("lists/2026/B1#1")
    assert season.ledger.cards.get("B1").state == "黄牌"


def test_a_recurrence_that_nobody_confirmed_is_no_look_back(season: Season) -> None:
    key, other = season.assigned("08-10"), season.assigned("08-10", requirement="secretary-2022-9-1")
    season.yellow(key, other)
    season.closed(key, "08-01")
    season.recur(key, "08-15")
    give = season.ledger.cards.give_orange
    with pytest.raises(Refused, match="未见回头看"):
        give("B1", act("08-20"), grounds=(other,))
    season.ledger.findings.answer(key, act("08-20"), text="属实", agrees=True)
    season.ledger.findings.confirm(key, act("08-20"))
    assert give("B1", act("08-21"), grounds=(key,)).state == "橙牌"


def test_who_takes_back_a_card_on_what_does_not_stand_is_told_to_revoke_it(season: Season) -> None:
    key = season.confirmed()
    season.yellow(key)
    season.ledger.findings.answer(key, act("07-25"), text="有原始记录", agrees=False)
    season.ledger.findings.dismiss(key, act("07-25"))
    (proposal,) = season.ledger.cards.proposals(day("08-01"), season.secretaries)
    assert proposal.clear and "以撤销摘牌" in proposal.texts[0]
