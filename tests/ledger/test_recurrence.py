"""Who is back (复发) and who is not: what a run may bring back by itself, each on both sides of the border."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_run import MANUAL, MET, NOT_APPLICABLE, WAIVED, Row
from taken_runs import AUGUST, CLOSING, EVENT, JULY, MONTH, OCTOBER, SEPTEMBER, STATE, YEAR, Season, names

from workbench.ledger import Act, Ledger
from workbench.ledger.recurrence import BEFORE_CLOSING, OTHER_ORGANIZATION, RULE_CHANGED
from workbench.ledger.rules import Rules, load_rules


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def season(tmp_path: Path, rules: Rules) -> Iterator[Season]:
    """A ledger in a file of SQLite; nothing taken in yet."""
    with Ledger(tmp_path / "督查.sqlite", rules=rules) as ledger:
        yield Season(ledger, tmp_path)


def closed(season: Season, key: str, *rows: Row, on: date = CLOSING, **made: Any) -> None:
    """Opened on 15 July, closed on 20 August."""
    season.take(JULY, *rows, **made)
    season.close(key, on)


def test_old_months_stay_missed_and_are_no_recurrence(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2, 3)))
    for as_of in (AUGUST, SEPTEMBER, OCTOBER):
        assert names(season.take(as_of, Row(missed=(2, 3)))) == {"still_failing": [MONTH]}
    found = season.ledger.findings.get(MONTH)
    assert (found.state, found.still_failing, found.recurrences) == ("已销号", True, 0)
    assert [e.verb for e in season.ledger.findings.history(MONTH)].count("see") == 1


def test_a_new_month_is_a_recurrence(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2, 3)))
    assert names(season.take(AUGUST, Row(missed=(2, 3, 8)))) == {"recurred": [MONTH]}
    found = season.ledger.findings.get(MONTH)
    assert (found.state, found.recurrences, found.units[-1], found.since) == ("复发", 1, "2026-08", AUGUST)
    assert (found.still_failing, found.proposed_for_review, found.answered) == (False, False, False)
    assert names(season.take(SEPTEMBER, Row(missed=(2, 3, 8)))) == {"unchanged": [MONTH]}
    season.close(MONTH, OCTOBER)
    assert season.take(date(2026, 11, 30), Row(missed=(2, 3, 8))).still_failing == [MONTH]
    assert season.take(date(2026, 12, 31), Row(missed=(3, 11))).recurred == [MONTH]
    assert season.ledger.findings.get(MONTH).recurrences == 2


@pytest.mark.parametrize(("as_of", "back"), [(CLOSING, False), (date(2026, 8, 21), True)])
def test_a_run_no_later_than_the_closing_brings_nothing_back(season: Season, as_of: date, back: bool) -> None:
    closed(season, MONTH, Row(missed=(2,)))
    report = season.take(as_of, Row(missed=(2, 7)))
    assert report.recurred == ([MONTH] if back else [])
    assert report.notes == ({} if back else {MONTH: BEFORE_CLOSING})
    # it is put off, not lost
    if not back:
        assert season.take(AUGUST, Row(missed=(2, 7))).recurred == [MONTH]


def test_put_right_and_broken_again_is_a_recurrence(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2, 3)))
    season.take(AUGUST, Row(verdict=MET, met=(2, 3)))
    assert season.take(SEPTEMBER, Row(missed=(3,), met=(2,))).recurred == [MONTH]


def test_put_right_in_part_and_broken_again_is_a_recurrence(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2, 3)))
    assert season.take(AUGUST, Row(missed=(3,), met=(2,))).still_failing == [MONTH]
    assert season.take(SEPTEMBER, Row(missed=(2, 3))).recurred == [MONTH]


def test_an_exemption_in_between_is_no_proof(season: Season) -> None:
    """Missed months of the time of an exemption, seen or not, are no recurrence when it has run out; later ones are."""
    closed(season, MONTH, Row(missed=(2,)))
    season.take(AUGUST, Row(verdict=WAIVED, missed=(2, 7)))
    paper = {"subject": "B1", "requirement": "month", "since": "2026-07-01", "until": "2026-09-10"}
    receipt = {"exemptions": [paper]}
    late = Row(missed=(2, 7, 9), reason="豁免已到期，截止 2026-09-10")
    assert names(season.take(SEPTEMBER, late, receipt=receipt)) == {"still_failing": [MONTH]}
    assert season.take(OCTOBER, Row(missed=(2, 7, 9, 10)), receipt=receipt).recurred == [MONTH]


def test_an_exempted_state_that_had_been_met_is_back_when_it_runs_out(season: Season) -> None:
    season.take(JULY, Row("B1", "state", missed=1, judged=0))
    season.take(date(2026, 8, 1), Row("B1", "state", MET, met=1, judged=1))
    season.close(STATE)
    season.take(AUGUST, Row("B1", "state", WAIVED, missed=1, judged=0))
    assert season.take(SEPTEMBER, Row("B1", "state", missed=1, judged=0)).recurred == [STATE]


def test_a_vanished_case_that_returns_is_no_recurrence(season: Season) -> None:
    closed(season, EVENT, Row("B1", "event", missed=("个案1",)))
    season.take(AUGUST, Row("B1", "event", NOT_APPLICABLE))
    assert season.take(SEPTEMBER, Row("B1", "event", missed=("个案1",))).still_failing == [EVENT]
    season.take(SEPTEMBER, Row("B1", "event", MET, met=("个案1",)), receipt={"note": "更正"})
    assert season.take(OCTOBER, Row("B1", "event", missed=("个案1",))).recurred == [EVENT]


def test_another_case_is_a_recurrence(season: Season) -> None:
    closed(season, EVENT, Row("B1", "event", missed=("个案1",)))
    assert season.take(AUGUST, Row("B1", "event", missed=("个案2",))).recurred == [EVENT]


def test_labels_that_are_not_the_units_are_counted(season: Season) -> None:
    cases = {  # missed, months, whether it is back
        "B1": (1, range(1, 8), False),  # the same person owes one month more
        "B2": (2, range(1, 8), True),  # one person more
        "B3": (1, range(8, 10), True),  # none of the old months: somebody else
        "B4": (1, range(1, 3), False),
    }
    old = [f"2026-0{m}" for m in range(1, 7)]
    for key in season.take(JULY, *(Row(b, "event", missed=1, units=old) for b in cases)).opened:
        season.close(key)
    rows = [Row(b, "event", missed=n, units=[f"2026-0{m}" for m in months]) for b, (n, months, _) in cases.items()]
    report = season.take(AUGUST, *rows)
    assert report.recurred == [f"{b}|event|2026" for b, (_, _, back) in cases.items() if back]
    assert report.still_failing == [f"{b}|event|2026" for b, (_, _, back) in cases.items() if not back]


def test_without_labels_the_number_decides(season: Season) -> None:
    for key in season.take(JULY, *(Row(f"B{n}", "year", missed=2) for n in (1, 2, 3))).opened:
        season.close(key)
    assert season.take(AUGUST, *(Row(f"B{n}", "year", missed=n) for n in (1, 2, 3))).recurred == ["B3|year|2026"]


def test_a_number_that_was_zero_in_between_is_a_recurrence(season: Season) -> None:
    closed(season, YEAR, Row("B1", "year", missed=2))
    season.take(AUGUST, Row("B1", "year", MET, met=2))
    assert season.take(SEPTEMBER, Row("B1", "year", missed=1)).recurred == [YEAR]


def test_a_state_is_back_on_a_later_record_that_is_no_better(season: Season) -> None:
    cases = {  # newest record, value (three are asked for, one was there), whether it is back
        "B1": (date(2026, 3, 12), 1, False),  # the record known when it was closed
        "B2": (CLOSING, 1, False), "B3": (date(2026, 8, 21), 1, True), "B4": (date(2026, 8, 21), 0, True),
        "B5": (date(2026, 8, 21), 2, False),  # on the way to what is asked for
        "B6": (None, 1, False),
    }
    three = {"state": {"lower": 3.0}}
    first = [Row(b, "state", missed=1, judged=1, dated=date(2026, 3, 12)) for b in cases]
    for key in season.take(JULY, *first, requirements=three).opened:
        season.close(key)
    rows = [Row(b, "state", missed=1, judged=judged, dated=dated) for b, (dated, judged, _) in cases.items()]
    report = season.take(AUGUST, *rows, requirements=three)
    assert report.recurred == [f"{b}|state|2026" for b, (_, _, back) in cases.items() if back]
    assert report.still_failing == [f"{b}|state|2026" for b, (_, _, back) in cases.items() if not back]
    # the same record shown once more is no news either
    assert season.take(SEPTEMBER, *rows, requirements=three).recurred == []


def test_a_state_above_its_bound_is_measured_the_other_way(season: Season) -> None:
    bound = {"state": {"lower": None, "upper": 0.0}}
    closed(season, STATE, Row("B1", "state", missed=1, judged=30, dated=date(2026, 3, 1)), requirements=bound)
    better = Row("B1", "state", missed=1, judged=10, dated=date(2026, 8, 25))
    assert season.take(AUGUST, better, requirements=bound).still_failing == [STATE]
    worse = Row("B1", "state", missed=1, judged=20, dated=date(2026, 9, 25))
    assert season.take(SEPTEMBER, worse, requirements=bound).recurred == [STATE]


def test_another_rule_brings_nothing_back_by_itself(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2,)))
    stricter = {"month": {"kwargs": {"minimum": 2}, "version": "2026-08-01"}}
    report = season.take(AUGUST, Row(missed=(2, 3, 4)), requirements=stricter)
    assert report.still_failing == [MONTH] and report.notes == {MONTH: RULE_CHANGED}
    assert season.take(SEPTEMBER, Row(missed=(2, 3, 4)), requirements=stricter).notes == {}
    assert season.take(OCTOBER, Row(missed=(2, 3, 4, 9)), requirements=stricter).recurred == [MONTH]


def test_another_wording_is_the_same_rule(season: Season) -> None:
    changes = {"month-a": {"version": "2026-08-01"}, "month-b": {"fingerprint": "1"}, "month-c": {"notes": "写明口径"}}
    keys = season.take(JULY, *(Row("B1", name, missed=(2,)) for name in changes)).opened
    for key in keys:
        season.close(key)
    rows = [Row("B1", name, missed=(2, 8)) for name in changes]
    assert season.take(AUGUST, *rows, requirements=changes).recurred == keys


def test_met_under_the_new_rule_and_broken_again_is_a_recurrence(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2,)))
    stricter = {"month": {"parameters": {"grace": {"value": 3}}}}
    season.take(AUGUST, Row(verdict=MET, met=(2, 8)), requirements=stricter)
    assert season.take(SEPTEMBER, Row(missed=(9,), met=(2, 8)), requirements=stricter).recurred == [MONTH]


def test_a_new_name_is_noted_and_hides_nothing(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2,)))
    season.take(AUGUST, Row(missed=(2,)), organizations={"B1": ("更名后的支部", "U1")})
    assert season.ledger.findings.get(MONTH).subject_name == "更名后的支部"
    season.take(SEPTEMBER, Row(missed=(2, 9)), organizations={"B1": ("更名后的支部", "U2")})
    assert season.state(MONTH) == "复发"


def test_another_name_and_another_unit_may_be_another_organisation(season: Season) -> None:
    closed(season, MONTH, Row(missed=(2,)))
    report = season.take(AUGUST, Row(missed=(2, 8)), organizations={"B1": ("另一支部", "U9")})
    assert report.still_failing == [MONTH] and report.notes == {MONTH: OTHER_ORGANIZATION}


def test_a_prompt_comes_back_as_a_prompt(season: Season) -> None:
    closed(season, EVENT, Row("B1", "event", MANUAL, missed=("个案1",)))
    season.take(AUGUST, Row("B1", "event", MANUAL, missed=("个案1", "个案2")))
    found = season.ledger.findings.get(EVENT)
    assert (found.state, found.nature) == ("复发", "提示")


# --- dismissed -------------------------------------------------------------------------------------------------------


def test_a_dismissed_one_stays_dismissed_and_new_units_are_told(season: Season) -> None:
    season.take(JULY, Row(missed=(2,)))
    season.dismiss(MONTH)
    assert names(season.take(AUGUST, Row(missed=(2,)))) == {"unchanged": [MONTH]}
    for as_of in (SEPTEMBER, OCTOBER):  # until somebody looks at it again
        assert names(season.take(as_of, Row(missed=(2, 9)))) == {"still_failing": [MONTH]}
    found = season.ledger.findings.get(MONTH)
    assert (found.state, found.still_failing) == ("不成立", True)
    again = season.ledger.findings.reopen(MONTH, Act("督查员甲", OCTOBER, why="九月又缺"))
    assert (again.state, again.still_failing) == ("待核实", False)
