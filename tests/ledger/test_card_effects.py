"""What cards lead to: the cap on the grade of their year, and follow-ups that fall due."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from season import VILLAGE, Season, act, day

from workbench.errors import Refused


# --- caps ------------------------------------------------------------------------------------------------------------


def test_orange_and_red_cap_the_grade_of_their_year(season: Season) -> None:
    key, cards = season.assigned("08-10"), season.ledger.cards
    season.yellow(key)
    assert cards.cap("B1", 2026, "k1") is None, "a yellow card caps nothing"
    season.orange(key, on="08-20")
    cap = cards.cap("B1", 2026, "k1")
    assert (cap.grade, cap.level, cap.requirement) == ("较好", "橙牌", "secretary-2022-12.2-3")
    assert "2026-08-20" in cap.reason and "第十二条（二）" in cap.reason
    cards.give_red("B1", act("08-25"), grounds=(key,))
    cap = cards.cap("B1", 2026, "k1")
    assert (cap.grade, cap.requirement) == ("一般", "secretary-2022-12.3-3")
    assert [cards.cap("B1", year, "k1") for year in (2025, 2027)] == [None, None]
    assert cards.cap("B2", 2026, "k1") is None
    cards.clear("B1", act("08-30"))
    assert cards.cap("B1", 2026, "k1").grade == "一般", "taken back after rectification: it was given all the same"


def test_a_revoked_card_caps_nothing(season: Season) -> None:
    season.orange_on_one()
    season.ledger.cards.clear("B1", act("09-01"), revoked=True)
    assert season.ledger.cards.cap("B1", 2026, "k1") is None


@pytest.mark.parametrize(
    ("given", "next_year", "year"),
    [("11-30", True, 2026), ("12-01", True, 2027), ("12-31", True, 2027), ("12-31", False, 2026)],
)
def test_the_year_of_a_december_card_is_a_parameter(ruled: Any, given: str, next_year: bool, year: int) -> None:
    season = ruled(card_december_next_year=next_year)
    key = season.assigned("08-10")
    season.yellow(key)
    season.orange(key, on=given)
    assert [y for y in (2025, 2026, 2027) if season.ledger.cards.cap("B1", y, "k1")] == [year]


def test_a_cap_is_the_persons(season: Season) -> None:
    season.orange_on_one()
    cards = season.ledger.cards
    assert cards.cap("B1", 2026, "k2") is None, "a successor"
    assert cards.cap("B1", 2026, "").grade == "较好", "not known, and no change was noted"
    assert cards.cap("B1", 2026, "", since=day("08-20")).grade == "较好"
    assert cards.cap("B1", 2026, "", since=day("08-21")) is None, "not in office then"
    assert cards.cap("B1", 2026, "k1", since=day("08-21")).grade == "较好", "the same person, whatever the day"
    cards.change_holder(replace(VILLAGE, holder="k2", since=day("09-01")), act("09-02"))
    assert cards.cap("B1", 2026, "k1").grade == "较好", "whose card it was"
    assert [cards.cap("B1", 2026, holder) for holder in ("k2", "")] == [None, None]


# --- follow-ups ------------------------------------------------------------------------------------------------------


def test_follow_ups_fall_due(season: Season) -> None:
    key = season.assigned("08-10")
    season.yellow(key, on="07-22")
    cards = season.ledger.cards
    due = [(d.level, d.kind, d.due.isoformat(), d.days, d.requirement) for d in cards.follow_ups_due(day("08-01"))]
    assert due == [("黄牌", "回头看", "2027-01-18", -170, "secretary-2022-12.2-1")]
    cards.follow_up("B1", act("08-01"), kind="上级书记约谈")
    season.orange(key, on="08-20")
    kinds = {d.kind: (d.due.isoformat(), d.requirement, d.parameter.name) for d in cards.follow_ups_due(day("08-20"))}
    assert kinds == {
        "上级书记约谈": ("2026-11-18", "secretary-2022-12.2-4", "accountability_days"),
        "整改材料备案": ("2026-11-18", "secretary-2022-12.2-5", "rectification_days"),
    }
    assert {d.days for d in cards.follow_ups_due(day("11-18"))} == {0}
    assert {d.days for d in cards.follow_ups_due(day("11-19"))} == {1}
    cards.follow_up("B1", act("09-01"), kind="上级书记约谈")
    cards.give_red("B1", act("09-10"), grounds=(key,))
    assert [d.kind for d in cards.follow_ups_due(day("09-10"))] == ["整改材料备案", "函询约谈", "挂牌整顿"]
    cards.follow_up("B1", act("09-11"), kind="提级整顿")
    assert [d.kind for d in cards.follow_ups_due(day("09-11"))] == ["整改材料备案", "函询约谈"]
    with pytest.raises(Refused, match="没有这种后续措施"):
        cards.follow_up("B1", act("09-12"), kind="写检查")
    with pytest.raises(Refused, match="早于亮牌"):
        cards.follow_up("B1", act("09-09"), kind="函询约谈")
    cards.clear("B1", act("09-20"))
    assert cards.follow_ups_due(day("12-31")) == []


def test_all_three_measures_where_the_parameter_asks_for_them(ruled: Any) -> None:
    season = ruled(card_red_measures_all=True)
    key = season.orange_on_one()
    season.ledger.cards.give_red("B1", act("09-10"), grounds=(key,))
    season.ledger.cards.follow_up("B1", act("09-11"), kind="提级整顿")
    kinds = [d.kind for d in season.ledger.cards.follow_ups_due(day("09-11")) if d.level == "红牌"]
    assert kinds == ["函询约谈", "挂牌整顿", "限期整顿"]
