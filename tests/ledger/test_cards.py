"""Cards: what is proposed and what is not, what people may do, what a card caps, what falls due after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from season import ONE, VILLAGE, Season, act, day

from tests.heard import heard
from workbench.errors import Conflict, Refused
from workbench.ledger.card_proposals import HOLDER_CHANGED
from workbench.ledger.events import MACHINE, Act
from workbench.ledger.ledger import Ledger
from workbench.ledger.lists import Item
from workbench.ledger.secretaries import Secretary
from workbench.ledger.store import Store

# --- yellow ----------------------------------------------------------------------------------------------------------


def test_a_confirmed_breach_is_proposed_for_yellow_with_clause_and_parameters(season: Season) -> None:
    key = season.confirmed("07-20")
    (proposal,) = season.ledger.cards.proposals(day("07-20"), season.secretaries)
    code = season.ledger.findings.get(key).code
    assert (proposal.level, proposal.grounds, proposal.clear) == ("黄牌", (key,), False)
    assert (proposal.clause, proposal.requirement) == ("第十二条（一）", "secretary-2022-12.1-1")
    assert {p.name: p.value for p in proposal.parameters} == {
        "card_yellow_findings": 1, "card_yellow_again": True, "card_any_document": True, "card_follows_person": True,
    }
    assert code in proposal.texts[0] and "应为4次，实为2次" in proposal.texts[0]
    assert proposal.org_name == "样例村党支部"
    assert season.proposed("07-19") == [], "not confirmed yet on that day"
    assert season.ledger.cards.all() == [], "a proposal writes nothing"


def test_what_nobody_confirmed_grounds_nothing(season: Season) -> None:
    pending = season.open()
    dismissed = season.confirmed(requirement="secretary-2022-8-2")
    season.ledger.findings.answer(dismissed, act("07-21"), text="另有记录", agrees=False)
    season.ledger.findings.dismiss(dismissed, act("07-21"))
    closed = season.assigned(requirement="secretary-2022-8-3")
    season.closed(closed, "08-01")
    recurred = season.assigned(requirement="secretary-2022-8-4")
    season.closed(recurred, "08-01")
    season.recur(recurred, "08-15")
    assert season.proposed("08-31") == []
    heard(season.ledger, pending, act("08-31"))
    season.ledger.findings.confirm(pending, act("08-31"))
    heard(season.ledger, recurred, act("08-31"))
    season.ledger.findings.confirm(recurred, act("08-31"))
    assert season.proposed("08-31") == [("黄牌", (pending, recurred))]


@pytest.mark.parametrize(("nature", "severity"), [("偏差", "warning"), ("提示", "critical"), ("倡导", "info")])
def test_deviations_and_prompts_ground_no_card_even_when_overdue(season: Season, nature: str, severity: str) -> None:
    key = season.assigned("08-10", nature=nature, severity=severity)
    assert season.proposed("12-01") == []
    assert season.why_not("12-01") == [(key, f"性质为{nature}，不是问题")]


def test_an_organisation_the_document_does_not_bind_is_left_out(season: Season) -> None:
    key = season.confirmed(org="D1")
    assert season.ledger.cards.proposals(day("08-31"), season.secretaries) == []
    assert season.why_not("08-31") == [(key, "未登记该组织的书记，或本办法不约束该组织")]
    assert season.ledger.cards.proposals(day("08-31")) == [], "nobody said who is bound"
    known = {"D1": Secretary("D1", "样例二村党支部")}
    assert [p.org_id for p in season.ledger.cards.proposals(day("08-31"), known)] == ["D1"]


def test_number_of_findings_is_a_parameter_and_one_overdue_suffices(ruled: Any) -> None:
    season = ruled(card_yellow_findings=3)
    first = season.assigned("08-10", requirement="secretary-2022-8-1")
    second = season.confirmed(requirement="secretary-2022-8-2")
    assert season.proposed("08-10") == [], "two of three, and the deadline is today"
    assert season.proposed("08-11") == [("黄牌", (first, second))], "behind schedule"
    season.ledger.findings.extend(first, act("08-11"), deadline=day("08-20"))
    assert season.proposed("08-20") == [], "extended"
    third = season.confirmed("08-12", requirement="secretary-2022-8-3")
    assert season.proposed("08-12") == [("黄牌", (first, second, third))]


def test_findings_of_other_documents_are_a_parameter(ruled: Any) -> None:
    season = ruled(card_any_document=False)
    other = season.confirmed(requirement="luoyang-2020-49-1")
    assert season.proposed("08-01") == []
    assert (other, "依据的是其他文件") in season.why_not("08-01")
    ours = season.confirmed(requirement="secretary-2022-8-1")
    on_site = season.ledger.findings.open_on_site("B1", act("07-20"), clause="第四条", detail="没有学习记录").key
    heard(season.ledger, on_site, act("07-20"))
    season.ledger.findings.confirm(on_site, act("07-20"))
    assert season.proposed("08-01") == [("黄牌", (ours, on_site))]


def test_an_overdue_item_of_the_lists_is_a_ground_from_the_day_after(season: Season) -> None:
    item = Item("1", "建示范点", "个性", "合格", "一个", day("06-30"), hard=True)
    season.ledger.lists.open(2026, VILLAGE, act("01-20"), items=[item])
    assert season.proposed("06-30") == []
    assert season.proposed("07-01") == [("黄牌", ("lists/2026/B1#1",))]
    season.ledger.lists.finish_item("2026/B1", act("07-01"), item="1")
    assert season.proposed("07-01") == []


def test_an_item_of_a_predecessors_lists_is_no_ground(season: Season) -> None:
    item = Item("1", "建示范点", "个性", deadline=day("06-30"))
    season.ledger.lists.open(2026, replace(VILLAGE, holder="k0"), act("01-20"), items=[item])
    assert season.proposed("07-01") == []


def test_a_declined_proposal_returns_for_new_facts_only(season: Season) -> None:
    key = season.assigned("08-10")
    cards = season.ledger.cards
    cards.decline("B1", act("07-25"), level="黄牌", grounds=(key,), secretary=VILLAGE)
    assert season.proposed("08-10") == []
    assert season.proposed("08-11") == [("黄牌", (key,))], "overdue since, which is new"
    cards.decline("B1", act("08-11"), level="黄牌", grounds=(key,))
    assert season.proposed("08-31") == []
    other = season.confirmed("08-20", requirement="secretary-2022-8-2")
    assert season.proposed("08-31") == [("黄牌", (key, other))]
    assert [d.reason for d in cards.get("B1").declined] == ["核对属实", "核对属实"]


def test_one_fact_leads_to_one_card(season: Season) -> None:
    key = season.assigned("09-30")
    season.yellow(key)
    assert season.proposed("07-22") == []
    season.ledger.cards.clear("B1", act("07-30"), revoked=True)
    assert season.proposed("07-30") == [], "given in error: not proposed again on the same"
    assert season.proposed("10-01") == [("黄牌", (key,))], "overdue since"


def test_a_second_yellow_in_a_year_is_a_parameter(ruled: Any) -> None:
    season = ruled(card_yellow_again=False)
    first = season.confirmed(requirement="secretary-2022-8-1")
    season.yellow(first)
    season.ledger.cards.clear("B1", act("08-01"))
    season.confirmed("08-05", requirement="secretary-2022-8-2")
    assert season.proposed("12-31") == []
    assert ("", "当年已亮过黄牌（参数 card_yellow_again 为否）") in season.why_not("12-31")
    assert [level for level, _ in season.proposed("2027-01-01")] == ["黄牌"]


# --- whose time ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "opened", "units", "counts"),
    [
        ("01-01", "07-15", ["2026年第1季度"], True),
        ("07-16", "07-15", ["2026年第2季度"], False),  # found in the predecessor's time
        ("04-01", "07-15", ["2026年第2季度"], True),
        ("04-02", "07-15", ["2026年第2季度"], False),  # the quarter began in the predecessor's time
        ("04-02", "07-15", ["2026年第1季度", "2026年第3季度"], True),
        ("04-02", "07-15", ["某事项"], False),  # no telling when
        ("01-01", "07-15", ["某事项"], True),
        ("01-02", "07-15", ["某事项"], False),
        ("07-01", "07-01", ["2026年第3季度"], True),  # found on their first day
    ],
)
def test_findings_of_a_predecessors_time_ground_nothing(
    season: Season, since: str, opened: str, units: list[str], counts: bool
) -> None:
    season.secretaries["B1"] = replace(VILLAGE, since=day(since))
    key = season.open(opened, units=units)
    heard(season.ledger, key, act("07-20"))
    season.ledger.findings.confirm(key, act("07-20"))
    assert bool(season.proposed("07-20")) is counts
    assert bool(season.why_not("07-20")) is not counts, "what is left out is told"


def test_another_secretary_begins_anew(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key)
    successor = replace(VILLAGE, holder="k2", since=day("08-01"))
    season.secretaries["B1"] = successor
    assert season.proposed("12-01") == []
    assert season.why_not("12-01") == [("", HOLDER_CHANGED)]
    (draft,) = season.ledger.cards.holder_drafts(successor, Act(MACHINE, day("08-31")))
    season.ledger.append([draft], {draft.stream: season.ledger.cards.get("B1").version})
    card = season.ledger.cards.get("B1")
    assert (card.state, card.holder, card.holder_since, card.grounds) == ("无", "k2", day("08-01"), ())
    assert [(g.level, g.holder, g.cleared_on) for g in card.history] == [("黄牌", "k1", day("08-31"))]
    assert season.proposed("12-01") == [], "the predecessor's finding is overdue, not the successor's"
    assert season.ledger.cards.holder_drafts(successor, Act(MACHINE, day("09-30"))) == []
    unknown = replace(successor, holder="")
    assert season.ledger.cards.holder_drafts(unknown, Act(MACHINE, day("09-30"))) == []


def test_a_card_may_follow_the_post(ruled: Any) -> None:
    season = ruled(card_follows_person=False)
    key = season.assigned("08-10")
    season.yellow(key)
    season.orange(key)
    successor = replace(VILLAGE, holder="k2", since=day("09-01"))
    assert season.ledger.cards.holder_drafts(successor, Act(MACHINE, day("09-30"))) == []
    with pytest.raises(Refused, match="牌随职务"):
        season.ledger.cards.change_holder(successor, act("09-30"))
    assert season.ledger.cards.cap("B1", 2026, "k2").grade == "较好"


# --- orange ----------------------------------------------------------------------------------------------------------


def test_orange_after_a_review_not_passed(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key)
    other = season.assigned("08-10", requirement="secretary-2022-8-2")
    season.fail(other, "08-05")
    assert season.proposed("08-09") == [], "not among the grounds of the card"
    season.fail(key, "08-06", "推进不力")
    assert season.proposed("08-05") == []
    assert season.proposed("08-06") == [("橙牌", (key,))]
    season.ledger.cards.decline("B1", act("08-06"), level="橙牌", grounds=(key,))
    assert season.proposed("08-10") == []
    season.fail(key, "08-12", "虚假整改")
    (proposal,) = season.ledger.cards.proposals(day("08-12"), season.secretaries)
    assert (proposal.level, proposal.requirement) == ("橙牌", "secretary-2022-12.2-2"), "never red before orange"
    season.ledger.cards.give_orange("B1", act("08-12"), grounds=(key,))
    assert season.proposed("08-31") == [], "the false report lies before the orange card"


def test_orange_after_a_rebound_that_a_person_confirmed(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key)
    season.closed(key, "08-05")
    assert season.proposed("08-05") == [("无", (key,))]
    season.recur(key, "08-31")
    assert season.proposed("08-31") == []
    heard(season.ledger, key, act("09-01"))
    season.ledger.findings.confirm(key, act("09-01"))
    assert season.proposed("09-01") == [("橙牌", (key,))]


def test_orange_for_no_progress_needs_a_look_back_after_the_deadline(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key, deadline="08-10")
    assert season.proposed("08-11") == []
    assert season.why_not("08-11") == [(key, "整改逾期无进展，尚未登记黄牌时限后的回头看")]
    with pytest.raises(Refused, match="回头看"):
        season.ledger.cards.give_orange("B1", act("08-11"), grounds=(key,))
    season.ledger.cards.follow_up("B1", act("08-10"), kind="回头看")
    assert season.proposed("08-20") == [], "on the day of the deadline"
    season.ledger.cards.follow_up("B1", act("08-11"), kind="回头看")
    assert season.proposed("08-11") == [("橙牌", (key,))]
    season.ledger.findings.progress(key, act("08-11"), text="已补开一次")
    assert season.proposed("08-20") == [], "there is progress"


def test_an_extended_deadline_is_kept(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key, deadline="08-10")
    season.ledger.cards.follow_up("B1", act("08-11"), kind="回头看")
    season.ledger.findings.extend(key, act("08-11"), deadline=day("09-10"))
    assert season.proposed("09-10") == []
    assert season.proposed("09-11") == [("橙牌", (key,))]


def test_refusal_before_orange_needs_a_look_back(season: Season) -> None:
    key = season.assigned("12-10")
    season.yellow(key)
    season.ledger.findings.refuse(key, act("08-01"))
    assert season.proposed("08-01") == []
    season.ledger.cards.follow_up("B1", act("08-02"), kind="回头看")
    assert season.proposed("08-02") == [("橙牌", (key,))]


# --- red -------------------------------------------------------------------------------------------------------------


def test_red_after_a_false_report_or_refusal_later_than_the_orange_card(season: Season) -> None:
    key = season.orange_on_one()
    season.fail(key, "08-20", "虚假整改")
    assert season.proposed("08-20") == [], "on the day of the orange card"
    season.fail(key, "08-21", "敷衍整改")
    assert season.proposed("08-21") == [], "perfunctory is no ground for red"
    season.fail(key, "08-22", "虚假整改")
    (proposal,) = season.ledger.cards.proposals(day("08-22"), season.secretaries)
    assert (proposal.level, proposal.requirement) == ("红牌", "secretary-2022-12.3-1")
    season.fail(key, "08-22", "敷衍整改")
    assert season.proposed("08-22") == [("红牌", (key,))], "a later review does not wipe out the false report"
    season.ledger.cards.decline("B1", act("08-22"), level="红牌", grounds=(key,))
    assert season.proposed("08-23") == []
    season.ledger.findings.refuse(key, act("08-23"))
    assert season.proposed("08-23") == [("红牌", (key,))]


def test_red_for_serious_delay_counts_from_the_orange_card(season: Season) -> None:
    key = season.orange_on_one()
    assert season.proposed("11-18") == [], "90 days after 20 August"
    assert season.proposed("11-19") == [("红牌", (key,))]
    season.ledger.findings.extend(key, act("11-19"), deadline=day("12-01"))
    assert season.proposed("2027-03-01") == []
    assert season.proposed("2027-03-02") == [("红牌", (key,))]


def test_feedback_of_a_higher_inspection(season: Season) -> None:
    season.orange_on_one()
    cards = season.ledger.cards
    cards.feedback("B1", act("08-20"), text="制度不落实", source="市委巡察组", outstanding=True)
    cards.feedback("B1", act("08-25"), text="个别记录不全", source="市委巡察组", outstanding=False)
    assert season.proposed("08-31") == []
    cards.feedback("B1", act("08-26"), text="党建虚化", source="市委巡察组", outstanding=True)
    (proposal,) = cards.proposals(day("08-31"), season.secretaries)
    assert (proposal.level, proposal.requirement) == ("红牌", "secretary-2022-12.3-2")
    assert proposal.grounds == ("2026-08-26 市委巡察组反馈突出问题：党建虚化",)
    assert "card_red_may_skip_orange" in {p.name for p in proposal.parameters}


@pytest.mark.parametrize("skip", [False, True])
def test_whether_red_may_skip_orange_is_a_parameter(ruled: Any, skip: bool) -> None:
    season = ruled(card_red_may_skip_orange=skip)
    cards = season.ledger.cards
    cards.feedback("B1", act("08-01"), text="党建虚化", source="市委巡察组", outstanding=True, secretary=VILLAGE)
    assert [level for level, _ in season.proposed("08-01")] == (["红牌"] if skip else [])
    if skip:
        ((_, grounds),) = season.proposed("08-01")
        assert cards.give_red_at_once("B1", act("08-02"), grounds=grounds).state == "红牌"
        assert season.proposed("08-02") == []
    else:
        assert season.why_not("08-01")[0][1] == "按现行参数须先有橙牌，且反馈在橙牌之后"
        with pytest.raises(Refused, match="须先有橙牌"):
            cards.give_red_at_once("B1", act("08-02"), grounds=("反馈",))


def test_red_at_once_needs_feedback_of_the_secretarys_own_time(ruled: Any) -> None:
    season = ruled(card_red_may_skip_orange=True)
    cards = season.ledger.cards
    cards.feedback("B1", act("08-01"), text="党建虚化", source="巡察组", outstanding=True, secretary=VILLAGE)
    cards.change_holder(replace(VILLAGE, holder="k2", since=day("08-02")), act("08-02"))
    season.secretaries["B1"] = replace(VILLAGE, holder="k2", since=day("08-02"))
    assert season.proposed("08-31") == []
    with pytest.raises(Refused, match="没有登记上级巡视巡察反馈"):
        cards.give_red_at_once("B1", act("08-31"), grounds=("反馈",))


# --- acts ------------------------------------------------------------------------------------------------------------


def test_what_a_card_needs(season: Season) -> None:
    cards, key, pending = season.ledger.cards, season.confirmed(), season.open(requirement="secretary-2022-8-2")
    other = season.confirmed(org="B2")
    give = {"grounds": (key,), "deadline": day("08-10"), "secretary": VILLAGE}
    for wrong, message in (
        ({"grounds": ()}, "须有事由"), ({"deadline": day("07-21")}, "早于亮牌之日"), ({"secretary": None}, "还没有"),
        ({"grounds": (pending,)}, "没有确认"), ({"grounds": (other,)}, "别的组织"),
    ):
        with pytest.raises(Refused, match=message):
            cards.give_yellow("B1", act("07-22"), **{**give, **wrong})
    with pytest.raises(Refused, match="理由"):
        cards.give_yellow("B1", act("07-22", " "), **give)
    with pytest.raises(Refused, match="须由人"):
        cards.give_yellow("B1", act("07-22", who=MACHINE), **give)
    assert cards.all() == [], "nothing was written"
    card = cards.give_yellow("B1", act("07-22"), **{**give, "deadline": day("07-22")})
    assert (card.state, card.given_on, card.deadline, card.version) == ("黄牌", day("07-22"), day("07-22"), 2)
    with pytest.raises(Refused, match="现在不能“亮黄牌”"):
        cards.give_yellow("B1", act("07-23"), **give)
    with pytest.raises(Refused, match="现在不能“亮红牌”"):
        cards.give_red("B1", act("07-23"), grounds=(key,))
    with pytest.raises(Conflict):
        cards.clear("B1", replace(act("07-23"), seen=1))


def test_red_the_day_after_orange_at_the_earliest(season: Season) -> None:
    key = season.orange_on_one()
    with pytest.raises(Refused, match="红牌须在橙牌之后"):
        season.ledger.cards.give_red("B1", act("08-20"), grounds=(key,))
    card = season.ledger.cards.give_red("B1", act("08-21"), grounds=("虚报材料",), deadline=day("09-21"))
    assert [g.level for g in card.standing()] == ["黄牌", "橙牌", "红牌"]
    assert card.grounds == (key, "虚报材料") and card.deadline == day("09-21")


def test_taking_a_card_back(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key, "负责人长期缺席")
    cards = season.ledger.cards
    with pytest.raises(Refused, match="佐证"):
        cards.clear("B1", act("08-01", evidence=()))
    with pytest.raises(Refused, match="理由"):
        cards.clear("B1", act("08-01", ""))
    season.closed(key, "08-05")
    assert season.proposed("08-04") == []
    (proposal,) = cards.proposals(day("08-05"), season.secretaries)
    assert (proposal.level, proposal.clear, proposal.grounds) == ("无", True, (key,))
    cards.decline("B1", act("08-05"), level="无", grounds=(key,))
    assert season.proposed("08-06") == []
    card = cards.clear("B1", act("08-06"))
    assert (card.state, card.grounds, card.deadline) == ("无", (), None)
    assert card.history[0].cleared_on == day("08-06") and not card.history[0].revoked


def test_a_card_stays_while_one_ground_is_open(season: Season) -> None:
    keys = [season.assigned("12-10", requirement=f"secretary-2022-8-{i}") for i in (1, 2)]
    season.yellow(*keys)
    season.closed(keys[0], "08-05")
    assert season.proposed("08-31") == []
    season.ledger.findings.answer(keys[1], act("08-30"), text="数据有误", agrees=False)
    season.closed(keys[1], "08-31")
    assert season.proposed("08-31") == [("无", tuple(keys))]


def test_expiry_is_a_parameter(ruled: Any) -> None:
    season = ruled(card_expiry_months=3)
    key = season.confirmed()
    season.yellow(key, on="07-22")
    assert season.proposed("10-22") == []
    assert season.proposed("10-23") == [("无", (key,))]


def test_a_card_of_somebody_unknown_is_not_held_against_who_came_later(season: Season) -> None:
    unknown = replace(VILLAGE, holder="")
    season.secretaries["B1"] = unknown
    key = season.assigned("08-10")
    season.yellow(key, on="07-22")
    season.ledger.cards.follow_up("B1", act("08-11"), kind="回头看")
    season.secretaries["B1"] = replace(VILLAGE, since=day("07-22"))
    assert season.proposed("08-12") == [] and len(season.why_not("08-12")) == 1, "found before they took office"
    season.secretaries["B1"] = replace(VILLAGE, since=day("07-23"))
    assert season.why_not("08-12") == [("", HOLDER_CHANGED)]
    season.secretaries["B1"] = unknown
    assert season.proposed("08-12") == [("橙牌", (key,))]


# --- both stores -----------------------------------------------------------------------------------------------------


def test_a_course_of_cards_read_anew_on_either_store(store: Store) -> None:
    ledger = Ledger(store.place, store=store)
    season = Season(ledger)
    key = season.orange_on_one()
    ledger.cards.feedback("B1", act("08-22"), text="党建虚化", source="市委巡察组", outstanding=True)
    ledger.cards.give_red("B1", act("08-25"), grounds=(key,), deadline=day("10-31"))
    ledger.cards.follow_up("B1", act("09-01"), kind="函询约谈", note="已函询")
    ledger.cards.decline("B1", act("09-02"), level="无", grounds=(key,))
    again = Ledger(store.place, store=store)
    assert again.cards.get("B1") == ledger.cards.get("B1")
    assert [e.verb for e in again.cards.history("B1")] == [
        "begin", "give_yellow", "follow_up", "give_orange", "feedback", "give_red", "follow_up", "decline",
    ]
    assert {e.who for e in again.cards.history("B1")} == {ONE}
