"""Appraisals: caps, limits, years in a row of one person, and the two-yearly look back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from season import VILLAGE, Season, act, day, new_ledger

from tests.heard import heard
from workbench.errors import Conflict, Refused
from workbench.ledger.appraisal_proposals import AppraisalProposal
from workbench.ledger.appraisals import SERIOUS, TWO_YEARS
from workbench.ledger.ledger import Ledger
from workbench.ledger.review import alike
from workbench.ledger.secretaries import Secretary, months_in_office, secretaries
from workbench.ledger.store import Store


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    """Opens a ledger under given parameters."""
    made = []

    def opener(**parameters: Any) -> Ledger:
        made.append(new_ledger(tmp_path, **parameters))
        return made[-1]

    yield opener
    for ledger in made:
        ledger.close()


@pytest.fixture
def ledger(make: Any) -> Ledger:
    return make()


def appraised(ledger: Ledger, year: int, secretary: Secretary = VILLAGE) -> str:
    """An appraisal ready for its grade; its id."""
    ident = ledger.appraisals.plan(year, secretary, act(f"{year}-12-01")).id
    ledger.appraisals.debrief(ident, act(f"{year}-12-10"))
    ledger.appraisals.appraise(ident, act(f"{year}-12-12"))
    return ident


def graded(ledger: Ledger, year: int, grade: str, secretary: Secretary = VILLAGE) -> str:
    ident = appraised(ledger, year, secretary)
    ledger.appraisals.grade(ident, act(f"{year}-12-20"), grade=grade)
    return ident


def proposed(ledger: Ledger, ident: str = "", on: str = "2030-01-01") -> dict[str, AppraisalProposal]:
    """Kind → proposal for one appraisal (empty: of all)."""
    return {p.kind: p for p in ledger.appraisals.proposals(day(on)) if not ident or p.ident == ident}


def orange_card(ledger: Ledger, on: str = "08-20", *, red: str = "") -> None:
    season = Season(ledger)
    key = season.assigned("08-10")
    season.yellow(key)
    season.orange(key, on=on)
    if red:
        ledger.cards.give_red("B1", act(red), grounds=(key,))


# --- grades and caps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("red", "refused", "best"), [("", ["好"], "较好"), ("09-01", ["好", "较好"], "一般")])
def test_a_grade_above_the_cap_is_refused_with_card_day_and_clause(
    ledger: Ledger, red: str, refused: list[str], best: str
) -> None:
    orange_card(ledger, red=red)
    ident = appraised(ledger, 2026)
    for grade in refused:
        with pytest.raises(Refused) as told:
            ledger.appraisals.grade(ident, act("12-20"), grade=grade)
        assert (red or "08-20") in str(told.value) and "第十二条" in str(told.value)
        assert "secretary-2022-12." in str(told.value)
    assert ledger.appraisals.grade(ident, act("12-20"), grade=best).grade == best
    with pytest.raises(Refused, match="高于当年亮牌"):
        ledger.appraisals.correct_grade(ident, act("12-21"), grade="好")
    with pytest.raises(Refused, match="没有这个等次"):
        ledger.appraisals.correct_grade(ident, act("12-21"), grade="优秀")


def test_other_years_and_successors_are_free(ledger: Ledger) -> None:
    orange_card(ledger)
    successor = replace(VILLAGE, holder="k2", since=day("09-01"))
    ledger.cards.change_holder(successor, act("09-01"))
    assert ledger.appraisals.get(graded(ledger, 2026, "好", successor)).grade == "好"
    assert ledger.appraisals.get(graded(ledger, 2027, "好")).grade == "好"


def test_a_card_found_out_after_the_grade_asks_for_a_correction(ledger: Ledger) -> None:
    ident = graded(ledger, 2026, "好")
    assert "更正等次" not in proposed(ledger, ident)
    orange_card(ledger, on="12-21")
    proposal = proposed(ledger, ident)["更正等次"]
    assert proposal.requirement == "secretary-2022-12.2-3" and "2026-12-21" in proposal.texts[0]
    assert proposal.grounds == ("appraisal/2026/B1", "card/B1@4")
    ledger.appraisals.decline(ident, act("12-22"), kind="更正等次")
    assert "更正等次" not in proposed(ledger, ident)
    ledger.cards.give_red("B1", act("12-23"), grounds=("虚报",))
    assert proposed(ledger, ident)["更正等次"].requirement == "secretary-2022-12.3-3", "a new fact"
    ledger.appraisals.correct_grade(ident, act("12-24"), grade="一般")
    assert "更正等次" not in proposed(ledger, ident)


def test_a_card_given_in_between_stops_the_grade(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ident = appraised(ledger, 2026)
    second = Ledger(ledger.store.place, store=ledger.store)
    above = type(ledger.appraisals).above_cap

    def looked(book: Any, course: Any, grade: str) -> Any:
        cap = above(book, course, grade)
        monkeypatch.undo()
        orange_card(second, on="12-15")
        return cap

    monkeypatch.setattr(type(ledger.appraisals), "above_cap", looked)
    with pytest.raises(Conflict):
        ledger.appraisals.grade(ident, act("12-20"), grade="好")
    assert ledger.appraisals.get(ident).grade == ""


def test_below_good_no_excellent(ledger: Ledger) -> None:
    good, fair = graded(ledger, 2026, "好"), graded(ledger, 2026, "较好", replace(VILLAGE, org_id="B2"))
    assert ledger.appraisals.annual(good, act("12-30"), grade="优秀").annual_grade == "优秀"
    with pytest.raises(Refused, match=r"年度考核不得评“优秀”"):
        ledger.appraisals.annual(fair, act("12-30"), grade="优秀")
    assert ledger.appraisals.annual(fair, act("12-30"), grade="称职").annual_grade == "称职"
    with pytest.raises(Refused, match="没有这个年度考核等次"):
        ledger.appraisals.annual(fair, act("12-30"), grade="好")
    assert proposed(ledger) == {}
    ledger.appraisals.correct_grade(good, act("12-31"), grade="较好")
    assert proposed(ledger)["更正年度考核"].requirement == "secretary-2022-15.1-1"
    ledger.appraisals.annual(good, act("12-31"), grade="称职")
    assert proposed(ledger) == {}


# --- low grades ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "asked"), [("好", set()), ("较好", set()), ("一般", {"约谈提醒", "限期整改"})])
def test_low_grades_ask_for_talk_and_deadline(ledger: Ledger, grade: str, asked: set[str]) -> None:
    ident = graded(ledger, 2026, grade)
    found = proposed(ledger, ident, on="2026-12-20")
    assert found.keys() == asked
    assert proposed(ledger, ident, on="2026-12-19") == {}
    if asked:
        assert found["约谈提醒"].due == day("2027-03-20") and found["约谈提醒"].parameters[0].name == "accountability_days"
        assert found["限期整改"].requirement == "secretary-2022-15.1-3"


def test_a_low_grade_is_done_with_after_talk_deadline_and_evidence(ledger: Ledger) -> None:
    book, ident = ledger.appraisals, graded(ledger, 2026, "差")
    book.tell(ident, act("12-21"))
    with pytest.raises(Refused, match="还没有约谈提醒"):
        book.finish(ident, act("12-22"))
    with pytest.raises(Refused, match="早于评定等次"):
        book.talk(ident, act("12-19"))
    book.talk(ident, act("12-22"))
    with pytest.raises(Refused, match="还没有限期整改"):
        book.finish(ident, act("12-22"))
    with pytest.raises(Refused, match="早于登记之日"):
        book.set_deadline(ident, act("12-22"), deadline=day("12-21"))
    book.set_deadline(ident, act("12-22"), deadline=day("2027-03-31"))
    assert proposed(ledger, ident) == {}
    with pytest.raises(Refused, match="佐证"):
        book.finish(ident, act("2027-03-01", evidence=()))
    assert book.finish(ident, act("2027-03-01")).state == "已办结"
    assert book.correct_grade(ident, act("2027-03-02"), grade="一般").state == "已定等次"
    good = graded(ledger, 2026, "好", replace(VILLAGE, org_id="B2"))
    book.tell(good, act("12-21"))
    assert book.finish(good, act("12-22", evidence=())).state == "已办结"


# --- recommendations -------------------------------------------------------------------------------------------------


def test_at_most_three_recommended_per_county_and_year(ledger: Ledger) -> None:
    book = ledger.appraisals
    idents = [graded(ledger, 2026, "好", replace(VILLAGE, org_id=f"B{i}", holder=f"k{i}")) for i in range(1, 5)]
    for ident in idents[:3]:
        book.recommend(ident, act("12-25"))
    with pytest.raises(Refused, match="每年推荐不超过3人") as told:
        book.recommend(idents[3], act("12-25"))
    assert "第十五条（二）" in str(told.value) and "C1" in str(told.value)
    with pytest.raises(Refused, match="已经推荐过"):
        book.recommend(idents[0], act("12-25"))
    elsewhere = graded(ledger, 2026, "好", replace(VILLAGE, org_id="E1", county_id="C2"))
    assert book.recommend(elsewhere, act("12-25")).recommended_on == day("12-25")
    assert book.recommend(graded(ledger, 2027, "好"), act("2027-12-25")).year == 2027
    with pytest.raises(Refused, match="理由"):
        book.withdraw(idents[0], act("12-26", ""))
    assert book.withdraw(idents[0], act("12-26")).recommended_on is None
    with pytest.raises(Refused, match="没有可撤回"):
        book.withdraw(idents[0], act("12-26"))
    assert book.recommend(idents[3], act("12-27")).recommended_on == day("12-27")
    with pytest.raises(Refused, match="不超过3人"):
        book.recommend(idents[0], act("12-27"))


def test_only_the_good_are_recommended_and_a_lowered_grade_asks_to_withdraw(ledger: Ledger) -> None:
    book = ledger.appraisals
    with pytest.raises(Refused, match="的才可推荐"):
        book.recommend(graded(ledger, 2026, "较好", replace(VILLAGE, org_id="B2")), act("12-25"))
    with pytest.raises(Refused, match="由哪个县"):
        book.recommend(graded(ledger, 2026, "好", replace(VILLAGE, org_id="B3", county_id="")), act("12-25"))
    ident = graded(ledger, 2026, "好")
    book.recommend(ident, act("12-25"))
    book.correct_grade(ident, act("12-26"), grade="较好")
    assert proposed(ledger, ident)["撤回推荐"].requirement == "secretary-2022-15.2-2"


# --- years in a row --------------------------------------------------------------------------------------------------


def test_two_years_poor_propose_a_replacement_and_the_bar_is_counted(ledger: Ledger) -> None:
    book = ledger.appraisals
    first = graded(ledger, 2025, "差")
    assert "调整撤换" not in proposed(ledger)
    with pytest.raises(Refused, match="没有连续两年差"):
        book.replace(first, act("2026-01-10"), ground=TWO_YEARS)
    ident = graded(ledger, 2026, "差")
    proposal = proposed(ledger, ident)["调整撤换"]
    assert proposal.grounds == ("appraisal/2026/B1", "appraisal/2025/B1")
    assert (proposal.requirement, proposal.due) == ("secretary-2022-15.1-5", day("2027-03-20"))
    assert "调整撤换" not in proposed(ledger, first)
    assert book.barred_until(ident) is None
    book.replace(ident, act("2027-02-28"), ground=TWO_YEARS)
    assert book.barred_until(ident) == day("2030-02-28")
    assert "调整撤换" not in proposed(ledger, ident)


def test_the_bar_may_run_from_the_grade(make: Any) -> None:
    ledger = make(bar_from_grade=True)
    graded(ledger, 2025, "差")
    ident = graded(ledger, 2026, "差")
    ledger.appraisals.replace(ident, act("2027-02-28"), ground=TWO_YEARS)
    assert ledger.appraisals.barred_until(ident) == day("2029-12-20")


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_bar_falls_with_a_grade_that_is_corrected(ledger: Ledger, year: int) -> None:
    graded(ledger, 2025, "差")
    ident = graded(ledger, 2026, "差")
    ledger.appraisals.replace(ident, act("2027-02-28"), ground=TWO_YEARS)
    ledger.appraisals.correct_grade(f"{year}/B1", act("2027-03-01"), grade="一般")
    assert ledger.appraisals.barred_until(ident) is None


def test_a_replacement_after_a_red_card_bars_nobody(ledger: Ledger) -> None:
    ident = graded(ledger, 2026, "一般")
    with pytest.raises(Refused, match="没有红牌"):
        ledger.appraisals.replace(ident, act("12-25"), ground=SERIOUS)
    orange_card(ledger, red="09-01")
    ledger.appraisals.replace(ident, act("12-25"), ground=SERIOUS)
    assert ledger.appraisals.barred_until(ident) is None
    with pytest.raises(Refused, match="没有这种撤换依据"):
        ledger.appraisals.replace(ident, act("12-25"), ground="其他")


def test_two_secretaries_are_never_taken_for_one(ledger: Ledger) -> None:
    graded(ledger, 2025, "差")
    second = graded(ledger, 2026, "差", replace(VILLAGE, holder="k2"))
    assert "调整撤换" not in proposed(ledger, second) and "核实是否同一书记" not in proposed(ledger, second)
    with pytest.raises(Refused, match="没有连续两年差"):
        ledger.appraisals.replace(second, act("2027-01-10"), ground=TWO_YEARS)


@pytest.mark.parametrize("holders", [("", ""), ("k1", ""), ("", "k1")])
def test_an_unknown_secretary_is_to_be_made_out_first(ledger: Ledger, holders: tuple[str, str]) -> None:
    graded(ledger, 2025, "差", replace(VILLAGE, holder=holders[0]))
    ident = graded(ledger, 2026, "差", replace(VILLAGE, holder=holders[1]))
    found = proposed(ledger, ident)
    assert "调整撤换" not in found and "须先核实" in found["核实是否同一书记"].texts[-1]


@pytest.mark.parametrize(("skip", "there"), [(False, False), (True, True)])
def test_a_year_that_is_missing_is_a_parameter(make: Any, skip: bool, there: bool) -> None:
    ledger = make(consecutive_years_may_skip=skip)
    graded(ledger, 2024, "差")
    ident = graded(ledger, 2026, "差")
    assert ("调整撤换" in proposed(ledger, ident)) is there


def test_another_grade_in_between_ends_the_row(make: Any) -> None:
    ledger = make(consecutive_years_may_skip=True)
    graded(ledger, 2024, "差")
    graded(ledger, 2025, "一般")
    assert "调整撤换" not in proposed(ledger, graded(ledger, 2026, "差"))


@pytest.mark.parametrize("follows", [True, False])
def test_grades_follow_the_person_to_another_organisation_by_parameter(make: Any, follows: bool) -> None:
    ledger = make(grade_follows_person=follows)
    graded(ledger, 2025, "差", replace(VILLAGE, org_id="B9"))
    assert ("调整撤换" in proposed(ledger, graded(ledger, 2026, "差"))) is follows


@pytest.mark.parametrize(("since", "there"), [("2025-07-01", True), ("2025-07-02", False)])
def test_a_year_begun_too_late_does_not_count(ledger: Ledger, since: str, there: bool) -> None:
    newcomer = replace(VILLAGE, since=day(since))
    graded(ledger, 2025, "差", newcomer)
    assert ("调整撤换" in proposed(ledger, graded(ledger, 2026, "差", newcomer))) is there


def test_a_declined_replacement_returns_when_a_grade_is_given_anew(ledger: Ledger) -> None:
    graded(ledger, 2025, "差")
    ident = graded(ledger, 2026, "差")
    ledger.appraisals.decline(ident, act("2026-12-30"), kind="调整撤换")
    assert "调整撤换" not in proposed(ledger, ident)
    with pytest.raises(Refused, match="没有这项建议"):
        ledger.appraisals.decline(ident, act("2026-12-30"), kind="调整撤换")
    ledger.appraisals.correct_grade(ident, act("2026-12-31"), grade="差")
    assert "调整撤换" in proposed(ledger, ident)


# --- supplement ------------------------------------------------------------------------------------------------------


def good_years(ledger: Ledger, *years: int, secretary: Secretary = VILLAGE) -> list[str]:
    return [graded(ledger, year, "好", secretary) for year in years]


def test_three_good_years_raise_the_third_years_pay(ledger: Ledger) -> None:
    first, second, third = good_years(ledger, 2024, 2025, 2026)
    assert [("绩效补贴上浮" in proposed(ledger, i)) for i in (first, second, third)] == [False, False, True]
    proposal = proposed(ledger, third)["绩效补贴上浮"]
    assert proposal.texts[-1] == "2026年每月绩效考核补贴上浮30%" and proposal.requirement == "secretary-2022-15.2-4"
    with pytest.raises(Refused, match="不是连续三年"):
        ledger.appraisals.supplement(second, act("2027-01-10"))
    assert ledger.appraisals.supplement(third, act("2027-01-10")).supplement == 2026
    assert proposed(ledger) == {}
    assert proposed(ledger, good_years(ledger, 2027)[0]) == {}, "the fourth year is no third year"
    assert "绩效补贴上浮" in proposed(ledger, good_years(ledger, 2028, 2029)[1])


def test_pay_year_and_rolling_years_are_parameters(make: Any) -> None:
    ledger = make(supplement_next_year=True, supplement_rolling=True)
    idents = good_years(ledger, 2024, 2025, 2026, 2027)
    assert [p.year for p in ledger.appraisals.proposals(day("2028-01-01"))] == [2026, 2027]
    assert ledger.appraisals.supplement(idents[2], act("2027-01-10")).supplement == 2027


@pytest.mark.parametrize(
    "changes", [{"sector": "机关"}, {"level": "乡镇"}, {"holder": ""}], ids=["no village", "township", "unknown"]
)
def test_the_supplement_is_for_known_village_and_community_secretaries(ledger: Ledger, changes: dict[str, str]) -> None:
    good_years(ledger, 2024, 2025, 2026, secretary=replace(VILLAGE, **changes))
    assert proposed(ledger) == {}


def test_three_good_years_of_two_secretaries_raise_nothing(ledger: Ledger) -> None:
    good_years(ledger, 2024, 2025)
    good_years(ledger, 2026, secretary=replace(VILLAGE, holder="k2"))
    assert proposed(ledger) == {}


# --- the two-yearly look back ----------------------------------------------------------------------------------------


def test_problems_of_both_years(ledger: Ledger) -> None:
    season = Season(ledger)
    old = season.open("2025-07-15", period="2025")
    heard(ledger, old, act("2025-07-20"))
    ledger.findings.confirm(old, act("2025-07-20"))
    season.assign(old, "2025-08-10", on="2025-07-21")
    season.closed(old, "2025-08-05")
    new = season.open("07-15")
    assert ledger.appraisals.review(2026) == [], "not confirmed yet"
    heard(ledger, new, act("07-20"))
    ledger.findings.confirm(new, act("07-20"))
    (found,) = ledger.appraisals.review(2026)
    assert (found.keys, found.matched, found.requirement) == ((old, new), "同一条款", "secretary-2022-8-1")
    assert found.clause == "第十四条"
    assert ledger.appraisals.review(2025) == ledger.appraisals.review(2027) == []
    ledger.findings.answer(new, act("07-21"), text="已开会", agrees=False)
    ledger.findings.dismiss(new, act("07-21"))
    assert ledger.appraisals.review(2026) == []


def test_texts_alike_written_down_on_site(ledger: Ledger) -> None:
    def on_site(on: str, detail: str, org: str = "B1") -> str:
        key = ledger.findings.open_on_site(org, act(on), clause="第四条", detail=detail).key
        heard(ledger, key, act(on))
        ledger.findings.confirm(key, act(on))
        return key

    old = on_site("2025-07-20", "2025年3月支委会会议记录不全，缺少主持人签字。")
    on_site("2025-07-20", "党员活动室没有挂牌")
    on_site("2026-07-20", "2026年5月，支委会会议记录不全，缺少主持人签字", org="B2")
    assert ledger.appraisals.review(2026) == [], "another organisation"
    new = on_site("2026-07-20", "2026年5月，支委会会议记录不全，缺少主持人签字")
    on_site("2026-07-20", "流动党员没有联系记录")
    (found,) = ledger.appraisals.review(2026)
    assert (found.keys, found.matched, found.likeness) == ((old, new), "表述相近", 1.0)


def test_likeness_has_a_border() -> None:
    assert alike("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己庚辛子丑") == pytest.approx(0.8)
    assert alike("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己庚辛壬子") == pytest.approx(0.9)
    assert alike("会议　记录：不全", "会议记录不全") == 1


# --- who is secretary where ------------------------------------------------------------------------------------------


def test_secretaries_of_the_rows_of_a_run() -> None:
    def row(org_id: str, type_: str, level: str, parent: str = "", **more: Any) -> dict[str, Any]:
        return {
            "org_id": org_id, "name": org_id, "type": type_, "level": level, "sector": "农村", "parent_id": parent,
            **more,
        }

    rows = [
        row("R", "党委", "市"), row("D", "组织部", "市", "R"), row("C", "党委", "县", "R"), row("T", "党委", "乡镇", "C"),
        row("V", "党支部", "基层", "T", established_on=day("03-01")), row("W", "工委", "市", "R"), row("A", "党支部", "基层", "W"),
        row("P", "党支部", "基层", "D"), row("J", "机关纪委", "基层", "W"),
    ]
    found = secretaries(rows, posts={"V": ("k1", day("01-15")), "A": ("k2", day("05-01"))})
    assert found.keys() == {"R", "C", "T", "V", "W", "A", "P"}, "departments and discipline committees have none"
    assert {o: s.county_id for o, s in found.items()} == {
        "R": "", "C": "C", "T": "C", "V": "C", "W": "W", "A": "W", "P": "",
    }
    assert (found["V"].since, found["A"].since, found["T"].since) == (day("03-01"), day("05-01"), None)
    assert (found["V"].holder, found["V"].sector) == ("k1", "农村")
    assert secretaries(rows, bound={"V"}).keys() == {"V"}


@pytest.mark.parametrize(
    ("since", "months"),
    [
        ("2025-12-31", 12), ("2026-01-01", 12), ("2026-01-02", 11), ("2026-07-01", 6), ("2026-07-02", 5),
        ("2027-01-01", 0),
    ],
)
def test_months_in_office(since: str, months: int) -> None:
    assert months_in_office(day(since), 2026) == months
    assert months_in_office(None, 2026) is None


# --- both stores -----------------------------------------------------------------------------------------------------


def test_a_course_of_appraisal_on_either_store(store: Store) -> None:
    ledger = Ledger(store.place, store=store)
    graded(ledger, 2025, "差")
    ident = graded(ledger, 2026, "差")
    book = ledger.appraisals
    book.tell(ident, act("12-21"))
    book.report_up(ident, act("12-21"))
    book.talk(ident, act("12-22"))
    book.set_deadline(ident, act("12-22"), deadline=day("2027-03-31"))
    book.annual(ident, act("12-30"), grade="不称职")
    book.replace(ident, act("2027-01-10"), ground=TWO_YEARS)
    again = Ledger(store.place, store=store)
    assert again.appraisals.get(ident) == book.get(ident)
    assert again.appraisals.barred_until(ident) == day("2030-01-10")
