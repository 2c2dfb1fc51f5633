"""Taking in runs: who is opened, proposed for review, back, and who is not; each on both sides of the border."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from made_run import BEHIND, BROKEN, FAILED, MANUAL, MET, NO_DATA, NOT_APPLICABLE, OPEN, WAIVED, Row
from taken_runs import AUGUST, CLOSING, EVENT, JULY, MONTH, OCTOBER, SEPTEMBER, YEAR, Season, names

from tests.heard import heard
from workbench.audit.run import Run
from workbench.errors import Conflict, Refused
from workbench.ledger import Act, Ledger, Store, sync
from workbench.ledger.events import MACHINE, Draft, Event
from workbench.ledger.rules import Rules, load_rules
from workbench.ledger.runs import run_id
from workbench.ledger.secretaries import Secretary
from workbench.ledger.sync import HOLDER_UNSURE, NO_LONGER_ASKED, NOT_THERE


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def season(tmp_path: Path, rules: Rules) -> Iterator[Season]:
    """A ledger in a file of SQLite; nothing taken in yet."""
    with Ledger(tmp_path / "督查.sqlite", rules=rules) as ledger:
        yield Season(ledger, tmp_path)


# --- opening ---------------------------------------------------------------------------------------------------------


def test_what_is_opened(season: Season) -> None:
    rows = [
        Row("B1", "month", FAILED, missed=(2,)), Row("B2", "month-soft", FAILED, missed=(2,)),
        Row("B3", "month-info", FAILED, missed=(2,)), Row("B4", "event-prompt", MANUAL, missed=("个案1",)),
        Row("B5", "event", MANUAL, open=1), Row("B6", "month", WAIVED, missed=(2,)),
        *(Row(f"N{n}", "month", v) for n, v in enumerate((NO_DATA, BROKEN, BEHIND, MET, OPEN, NOT_APPLICABLE))),
    ]
    weights = {"month-soft": {"severity": "warning"}, "month-info": {"severity": "info"}}
    report = season.take(JULY, *rows, requirements=weights)
    assert names(report) == {"opened": ["B1|month|2026", "B2|month-soft|2026", "B4|event-prompt|2026"]}
    more = sync(season.ledger, season.run(AUGUST, *rows, requirements=weights), by="督查员甲", include_info=True)
    assert more.opened == ["B3|month-info|2026"] and len(more.unchanged) == 3
    # once opened it is looked after, whatever is asked for later
    last = season.take(SEPTEMBER, Row("B3", "month-info", MET, met=(2,)), requirements=weights)
    assert last.resolved == ["B3|month-info|2026"]


def test_the_event_says_what_the_run_showed(season: Season) -> None:
    run = season.run(JULY, Row("B1", "month", missed=(2, 3)), organizations={"B1": ("模拟一支部", "U7")})
    report = sync(season.ledger, run, by="督查员甲", on=date(2026, 7, 20))
    event = season.ledger.findings.history(MONTH)[0]
    assert (event.who, event.run, event.on, event.what["by"]) == (MACHINE, run_id(run), date(2026, 7, 20), "督查员甲")
    found = season.ledger.findings.get(MONTH)
    assert (found.subject_name, found.unit_id, found.detail) == ("模拟一支部", "U7", "应为：1；实为：缺 2")
    assert (found.first_seen, found.last_seen, found.opened_on) == (JULY, JULY, date(2026, 7, 20))
    taken = season.ledger.runs.last()
    assert (taken.id, taken.as_of, taken.city, taken.taken_by) == (report.run, JULY, "模拟市委", "督查员甲")
    assert taken.receipt.startswith(taken.id) and taken.counts["opened"] == 1 and taken.documents == ("D",)


# --- which runs ------------------------------------------------------------------------------------------------------


def refused(season: Season, run: Run, says: str, **options: Any) -> None:
    """The run is refused with these words and nothing is written."""
    head = season.ledger.store.head()
    with pytest.raises(Refused, match=says):
        sync(season.ledger, run, by=options.pop("by", "督查员甲"), **options)
    assert season.ledger.store.head() == head


def test_runs_are_taken_in_once_and_in_order(season: Season) -> None:
    first = season.run(JULY, Row(missed=(2,)))
    assert sync(season.ledger, first, by="督查员甲").opened == [MONTH]
    refused(season, first, "已经导入过", by="督查员乙")
    refused(season, season.run(date(2026, 7, 14), Row(missed=(2,))), "早于已导入")
    # another run of the same day is another look, perhaps of another document
    assert season.take(JULY, Row(missed=(2,)), receipt={"note": "第二次"}).unchanged == [MONTH]
    later = season.run(AUGUST, Row(missed=(2,)))
    refused(season, later, "早于核查截至日期", on=date(2026, 8, 30))
    assert sync(season.ledger, later, by="督查员甲", on=AUGUST).unchanged == [MONTH]
    assert [r.as_of for r in season.ledger.runs.all()] == [JULY, JULY, AUGUST]


def test_a_run_of_another_city_is_not_taken_for_this_one(season: Season) -> None:
    season.take(JULY, Row(missed=(2,)))
    other = season.run(AUGUST, Row(missed=(2, 3)), receipt={"city": "邻市委"})
    refused(season, other, "不是同一地区")
    assert sync(season.ledger, other, by="督查员甲", renamed_city=True).seen == [MONTH]


def test_a_run_with_unread_ledgers_is_not_taken_in_unnoticed(season: Season) -> None:
    run = season.run(JULY, Row(missed=(2,)), receipt={"unread": [{"file": "三会一课.xlsx", "problem": "打不开"}]})
    refused(season, run, "三会一课.xlsx")
    assert sync(season.ledger, run, by="督查员甲", incomplete=True).opened == [MONTH]


@pytest.mark.parametrize("by", ["", " ", MACHINE])
def test_somebody_takes_a_run_in(season: Season, by: str) -> None:
    refused(season, season.run(JULY, Row(missed=(2,))), "经办人|须由人", by=by)


# --- open findings ---------------------------------------------------------------------------------------------------


def test_only_what_changed_is_written(season: Season) -> None:
    season.take(JULY, Row(missed=(2,)))
    before = season.ledger.store.head().seq
    assert names(season.take(AUGUST, Row(missed=(2,)))) == {"unchanged": [MONTH]}
    assert season.ledger.store.head().seq == before + 1  # the run itself
    assert names(season.take(SEPTEMBER, Row(missed=(2, 8)))) == {"seen": [MONTH]}
    found = season.ledger.findings.get(MONTH)
    assert (found.units, found.missed) == (("2026-02", "2026-08"), 2)
    assert (found.first_seen, found.last_seen) == (JULY, SEPTEMBER)


SETTLING = ("", "confirm", "close", "dismiss")


def settled(season: Season, keys: Sequence[str]) -> None:
    """Each key brought as far as its organisation's name says (``verdict-confirm``)."""
    for key in keys:
        match key.split("|")[0].rpartition("-")[2]:
            case "confirm":
                heard(season.ledger, key, Act("督查员甲", CLOSING))
                season.ledger.findings.confirm(key, Act("督查员甲", CLOSING))
            case "close":
                season.close(key)
            case "dismiss":
                season.dismiss(key)


def test_no_longer_failing_is_told_and_moves_nothing(season: Season) -> None:
    verdicts = {f"{v}-{s}": v for v in (MET, OPEN, WAIVED, NOT_APPLICABLE) for s in SETTLING}
    keys = season.take(JULY, *(Row(name, missed=(2,)) for name in verdicts)).opened
    settled(season, keys)
    states = {key: season.state(key) for key in keys}
    rows = [
        Row(name, verdict=v, missed=(2,) if v == WAIVED else (), met=(2,) if v == MET else ())
        for name, v in verdicts.items()
    ]
    report = season.take(AUGUST, *rows)
    assert names(report) == {"resolved": keys}
    for key in keys:
        found = season.ledger.findings.get(key)
        assert found.state == states[key]
        verdict = verdicts[found.subject]
        assert (found.resolved_run, found.resolved_on, found.resolved_verdict) == (report.run, AUGUST, verdict)
        assert found.proposed_for_review == (found.state in ("待核实", "已确认"))
    assert names(season.take(SEPTEMBER, *rows)) == {"unchanged": keys}


UNCLEAR = {
    "缺数据": Row(verdict=NO_DATA, reason="全部数据中没有这类记录，无法判断"), "出错": Row(verdict=BROKEN),
    "滞后": Row(verdict=BEHIND, open=(8,)), "未查": Row(verdict=MANUAL, open=1),
    "撤销": Row(verdict=NOT_APPLICABLE, reason="组织已撤销"),
}


def test_what_was_not_judged_stays_as_it_was(season: Season) -> None:
    unclear = {f"{name}-{s}": row for name, row in UNCLEAR.items() for s in SETTLING}
    keys = season.take(JULY, *(Row(name, missed=(2,)) for name in unclear)).opened
    settled(season, keys)
    before = season.ledger.findings.all()
    report = season.take(AUGUST, *(replace(row, subject=name) for name, row in unclear.items()))
    assert names(report) == {"not_judged": keys}
    assert season.ledger.findings.all() == before
    assert report.notes["撤销-close|month|2026"] == "组织已撤销" and len(report.notes) == 2 * len(SETTLING)
    # what is clear again later is judged from where it stood
    assert season.take(SEPTEMBER, *(Row(name, missed=(2, 9)) for name in unclear)).recurred == [
        key for key in keys if "-close|" in key
    ]


def test_a_run_of_another_extent_says_nothing_of_the_rest(season: Season) -> None:
    """Another unit, another document, a branch that was merged away: no row, no word."""
    season.take(JULY, Row("B1", missed=(2,)), Row("B2", missed=(2,)), Row("B1", "event", missed=("个案1",)))
    report = season.take(AUGUST, Row("B2", verdict=MET, met=(2,)))
    assert report.resolved == ["B2|month|2026"] and set(report.not_judged) == {MONTH, EVENT}
    # nor does a run of another year speak of this one's findings, and it is not told each time
    next_year = season.run(date(2027, 2, 1), Row("B1", missed=(1,), year=2027), receipt={"year": 2027})
    report = sync(season.ledger, next_year, by="督查员甲")
    assert names(report) == {"opened": ["B1|month|2027"]}


def test_failing_again_takes_the_proposal_back(season: Season) -> None:
    season.take(JULY, Row(missed=(2,)))
    season.take(AUGUST, Row(verdict=MET, met=(2,)))
    assert season.ledger.findings.get(MONTH).proposed_for_review
    assert season.take(SEPTEMBER, Row(missed=(2,))).seen == [MONTH]
    found = season.ledger.findings.get(MONTH)
    assert (found.proposed_for_review, found.resolved_verdict, found.state) == (False, "", "待核实")


def test_what_is_nowhere_to_be_found_was_not_put_right(season: Season) -> None:
    """A case that vanished from the ledger proposes a review, and says that it vanished."""
    season.take(JULY, Row("B1", "event", missed=("个案1", "个案2"), met=("个案3",)))
    report = season.take(AUGUST, Row("B1", "event", MET, met=("个案2", "个案3")))
    assert report.resolved == [EVENT] and report.notes == {EVENT: NOT_THERE + "个案1"}
    found = season.ledger.findings.get(EVENT)
    assert (found.gone, found.units, found.missed) == (("个案1",), ("个案1",), 1)
    report = season.take(SEPTEMBER, Row("B1", "event", MET, met=("个案1", "个案2")))
    assert report.resolved == [EVENT] and season.ledger.findings.get(EVENT).gone == ()


def test_without_kept_evidence_nothing_is_said_to_be_gone(season: Season) -> None:
    season.take(JULY, Row("B1", "event", missed=("个案1",)))
    run = season.run(AUGUST, Row("B1", "event", MET, met=1), receipt={"evidence": "failing"})
    assert sync(season.ledger, run, by="督查员甲").notes == {}
    assert season.ledger.findings.get(EVENT).gone == ()


def test_no_longer_asked_is_told(season: Season) -> None:
    season.take(JULY, Row("B1", "year", missed=1))
    assert season.take(AUGUST, Row("B1", "year", NOT_APPLICABLE)).notes == {YEAR: NO_LONGER_ASKED}


def test_people_keep_the_weight_they_confirmed(season: Season) -> None:
    soft = {"month": {"severity": "warning"}}
    season.take(JULY, Row("B1", missed=(2,)), Row("B2", missed=(2,)), requirements=soft)
    heard(season.ledger, MONTH, Act("督查员甲", CLOSING))
    season.ledger.findings.confirm(MONTH, Act("督查员甲", CLOSING))
    season.take(AUGUST, Row("B1", missed=(2, 7)), Row("B2", missed=(2, 7)))
    assert [season.ledger.findings.get(f"{b}|month|2026").nature for b in ("B1", "B2")] == ["偏差", "问题"]


# --- all or nothing --------------------------------------------------------------------------------------------------


class Interrupted(Store):
    """A store in which somebody else writes just before the first, or every, append."""

    def __init__(self, where: Any, meanwhile: Callable[[], Any], **options: Any):
        super().__init__(where, **options)
        self._meanwhile = meanwhile

    def append(self, drafts: Sequence[Draft], expected: Any) -> list[Event]:
        self._meanwhile()
        return super().append(drafts, expected)


def test_somebody_acting_meanwhile_loses_nothing_and_the_run_is_planned_anew(
    season: Season, rules: Rules, tmp_path: Path
) -> None:
    season.take(JULY, Row(missed=(2,)), Row("B2", missed=(2,)))
    heard(season.ledger, MONTH, Act("督查员乙", CLOSING))
    once = iter([lambda: season.ledger.findings.confirm(MONTH, Act("督查员乙", CLOSING))])
    store = Interrupted(tmp_path / "督查.sqlite", lambda: next(once, lambda: None)())
    run = season.run(AUGUST, Row(missed=(2, 8)), Row("B2", missed=(2, 8)))
    with Ledger(tmp_path, rules=rules, store=store) as other:
        assert sync(other, run, by="督查员甲").seen == [MONTH, "B2|month|2026"]
    assert [e.verb for e in season.ledger.findings.history(MONTH)] == ["open", "answer", "confirm", "see"]


def test_a_run_that_cannot_be_written_leaves_nothing(season: Season, rules: Rules, tmp_path: Path) -> None:
    season.take(JULY, Row(missed=(2,)))

    def talk() -> None:
        season.ledger.findings.answer(MONTH, Act("督查员乙", CLOSING), text="又说明", agrees=True)

    run = season.run(AUGUST, Row(missed=(2, 8)), Row("B2", missed=(2,)))
    with Ledger(tmp_path, rules=rules, store=Interrupted(tmp_path / "督查.sqlite", talk)) as other:
        with pytest.raises(Conflict, match="督查员乙"):
            sync(other, run, by="督查员甲")
    assert season.ledger.runs.find(run_id(run)) is None
    assert season.ledger.findings.find("B2|month|2026") is None
    assert sync(season.ledger, run, by="督查员甲").opened == ["B2|month|2026"]


# --- secretaries -----------------------------------------------------------------------------------------------------


def test_another_secretary_is_told_to_the_card(season: Season) -> None:
    old, new = "a" * 32, "b" * 32
    in_office = {
        "B1": (new, date(2026, 8, 21)),  # took office the day after the card
        "B2": (new, CLOSING),  # in office when the card was given: another key, or a late ledger
        "B3": (old, date(2020, 1, 1)),
    }
    for org in in_office:
        season.ledger.cards.start(Secretary(org, "模拟支部", old), Act("督查员甲", JULY))
        season.ledger.cards.give_yellow(
            org, Act("督查员甲", CLOSING, why="工作滞后"), grounds=["工作较为滞后"], deadline=OCTOBER
        )
    report = season.take(
        AUGUST, *(Row(org, missed=(2,), document="secretary-2022") for org in in_office), secretaries=in_office,
        receipt={"documents": [{"id": "secretary-2022", "title": "办法", "version": "2022-01-01"}]},
    )
    assert (report.holders, report.notes) == (["B1"], {"B2": HOLDER_UNSURE})
    after = {card.org_id: (card.state, card.holder) for card in season.ledger.cards.all()}
    assert after == {"B1": ("无", new), "B2": ("黄牌", old), "B3": ("黄牌", old)}
    event = season.ledger.cards.history("B1")[-1]
    assert (event.verb, event.who, event.run, event.what["by"]) == ("change_holder", MACHINE, report.run, "督查员甲")
