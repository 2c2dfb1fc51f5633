"""What falls due: from runs and from the ledger, both sides of the horizon, overdue first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from made_run import OPEN, Made, Row
from season import TWO, Season, act, day, new_ledger

from workbench.audit.run import Run
from workbench.errors import UsageError
from workbench.ledger.drawing import Branch
from workbench.ledger.due import Due, due
from workbench.ledger.ledger import Ledger
from workbench.ledger.lists import Item

AS_OF = date(2026, 7, 15)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with new_ledger(tmp_path) as opened:
        yield opened


def told(found: list[Due], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(d, name) for name in names) for d in found]


# --- from a run ------------------------------------------------------------------------------------------------------

REQUIREMENTS = {
    "event-1": {"kwargs": {"process": "意见办理"}, "clause": "党务公开11", "description": "意见3天内办结"},
    "quarter-1": {"description": "每季度党课", "clause": "（二）二"},
    "state-term": {"description": "按期换届", "clause": "第22条", "kwargs": {"process": "换届"}},
    "state-new": {"description": "配备书记"},
    "event-dues": {"description": "按月交党费"},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Five open obligations of B1, on days from 17 July to 20 November."""
    rows = [
        ("event-1", "C1", "2026-07-17", "限期"), ("quarter-1", "2026年第3季度", "2026-09-30", "期末"),
        ("state-term", "", "2026-11-20", "任期"), ("state-new", "", "2026-08-14", "新建宽限"),
        ("event-dues", "2026-05", "2026-08-15", "限期"),
    ]
    made = Made(
        AS_OF, [Row(requirement=name, verdict=OPEN, open=1) for name in REQUIREMENTS], REQUIREMENTS,
        due=[{"subject": "B1", "requirement": r, "unit_label": u, "due_on": date.fromisoformat(d), "kind": k}
             for r, u, d, k in rows],
        receipt={"broken": {}},
    )
    return made.write(tmp_path_factory.mktemp("due") / "run")


def test_a_run_alone_within_thirty_days(run: Run) -> None:
    found = due(run)
    assert told(found, "on", "days_left", "requirement") == [
        (date(2026, 7, 17), 2, "event-1"), (date(2026, 8, 14), 30, "state-new"),
    ]
    first = found[0]
    assert (first.subject, first.subject_name, first.clause, first.source) == ("B1", "模拟 B1 党支部", "党务公开11", "核查")
    assert (first.what, first.course) == ("意见3天内办结（意见办理 C1）", "意见办理 C1")
    assert {d.known_on for d in found} == {AS_OF}


@pytest.mark.parametrize(("days", "number"), [(0, 0), (1, 0), (2, 1), (29, 1), (30, 2), (31, 3), (77, 4), (128, 5)])
def test_the_horizon(run: Run, days: int, number: int) -> None:
    assert len(due(run, days=days)) == number


def test_words_for_each_kind(run: Run) -> None:
    words = {d.requirement: d.what for d in due(run, days=200)}
    assert words == {
        "event-1": "意见3天内办结（意见办理 C1）", "quarter-1": "每季度党课（2026年第3季度 结束）",
        "state-term": "按期换届（任期届满）", "state-new": "配备书记（新建组织宽限期满）", "event-dues": "按月交党费（2026-05）",
    }


def test_a_later_day_keeps_the_rows_and_says_where_facts_stand(run: Run) -> None:
    found = due(run, as_of=date(2026, 8, 15), days=0)
    assert told(found, "days_left", "requirement") == [(-29, "event-1"), (-1, "state-new"), (0, "event-dues")]
    assert {d.known_on for d in found} == {AS_OF}


def test_a_check_that_broke_makes_nothing_due(run: Run, tmp_path: Path) -> None:
    rows = [{"subject": "B1", "requirement": "event-1", "unit_label": "C1", "due_on": date(2026, 7, 17), "kind": "限期"}]
    made = Made(AS_OF, [Row(requirement="event-1", verdict=OPEN, open=1)], REQUIREMENTS, due=rows)
    assert len(due(made.write(tmp_path / "whole"))) == 1
    made.receipt = {"broken": {"event-1": "x"}}
    assert due(made.write(tmp_path / "broken")) == []


def test_what_cannot_be_asked(run: Run) -> None:
    with pytest.raises(UsageError, match="天数"):
        due(run, days=-1)
    with pytest.raises(UsageError, match="截至日期"):
        due(None)


# --- from the ledger -------------------------------------------------------------------------------------------------


def test_findings_in_rectification(ledger: Ledger) -> None:
    season = Season(ledger)
    season.assigned("08-10")
    season.open(org="B2")
    closed = season.assigned("08-05", org="B3")
    season.closed(closed, "08-01")
    found = due(None, ledger, as_of=date(2026, 7, 22))
    assert told(found, "on", "days_left", "subject", "source", "clause") == [
        (date(2026, 8, 10), 19, "B1", "问题", "第八条")
    ]
    assert found[0].course == "B1|secretary-2022-8-1|2026" and found[0].known_on == date(2026, 7, 22)
    assert told(due(None, ledger, as_of=date(2026, 8, 11), days=0), "days_left") == [(-1,)]
    assert due(None, ledger, as_of=date(2026, 7, 10)) == [] != due(None, ledger, as_of=date(2026, 7, 11))


def test_cards_and_what_follows_them(ledger: Ledger) -> None:
    season = Season(ledger)
    season.yellow("工作滞后", on="07-22", deadline="08-10")
    whole = due(None, ledger, as_of=date(2026, 7, 23), days=400)
    assert [(d.on, d.what, d.requirement) for d in whole if "时限" in d.what] == [
        (date(2026, 8, 10), "黄牌整改时限", "secretary-2022-12.1-2")
    ]
    (look_back,) = (d for d in whole if "回头看" in d.what)
    (same,) = ledger.cards.follow_ups_due(date(2026, 7, 23))
    assert (look_back.on, look_back.days_left, look_back.source) == (same.due, -same.days, "亮牌") and same.days < 0
    season.orange("工作滞后", on="08-20")
    talks = {d.what for d in due(None, ledger, as_of=date(2026, 8, 21), days=400)}
    assert {"橙牌后续措施：上级书记约谈", "橙牌后续措施：整改材料备案"} <= talks
    ledger.cards.clear("B1", act("09-01", who=TWO))
    assert due(None, ledger, as_of=date(2026, 9, 2), days=400) == []


def test_steps_and_items_of_lists(ledger: Ledger) -> None:
    season = Season(ledger)
    item = Item("1", "建示范点", "个性", "合格", "一个", day("08-10"), "书记", hard=True)
    ledger.lists.open(2026, season.secretaries["B1"], act("01-20"), items=[item])
    ledger.lists.publish("2026/B1", act("02-01"))
    for quarter, on in ((1, "03-20"), (2, "06-20")):
        ledger.lists.progress("2026/B1", act(on), quarter=quarter)
    ledger.lists.check("2026/B1", act("06-25"))

    def steps(on: str, days: int = 30) -> list[tuple[Any, ...]]:
        return told(due(None, ledger, as_of=day(on), days=days), "on", "days_left", "what", "clause", "course")

    assert steps("07-11") == [
        (day("08-10"), 30, "项目 1 建示范点（书记）", "第七条（一）", "2026/B1")
    ]
    assert steps("07-10") == []
    late = steps("09-30")
    assert [(row[0], row[1]) for row in late] == [(day("08-10"), -51), (day("09-30"), 0)]
    assert late[1][2] == "公布第3季度进度（书记）"
    ledger.lists.finish_item("2026/B1", act("10-01"), item="1")
    ledger.lists.progress("2026/B1", act("10-01"), quarter=3)
    assert [row[2] for row in steps("12-01")] == ["公布第4季度进度（书记）", "销单（党委组织部门）"]


def test_appraisals(ledger: Ledger) -> None:
    season, book = Season(ledger), ledger.appraisals
    ident = book.ident(2026, "B1")
    book.plan(2026, season.secretaries["B1"], act("2026-12-01"))
    book.debrief(ident, act("2026-12-20"))
    book.appraise(ident, act("2026-12-21"))
    book.grade(ident, act("2026-12-25"), grade="差")
    talk = date(2026, 12, 25) + timedelta(days=90)
    (first,) = due(None, ledger, as_of=talk - timedelta(days=30))
    assert (first.on, first.what, first.requirement) == (talk, "述职评议评为“差”后约谈提醒", "secretary-2022-15.1-2")
    book.talk(ident, act("2027-01-05"))
    book.tell(ident, act("2027-01-06"))
    book.set_deadline(ident, act("2027-01-07"), deadline=date(2027, 3, 31))
    found = due(None, ledger, as_of=date(2027, 3, 1))
    assert told(found, "on", "what", "source", "course") == [
        (date(2027, 3, 31), "述职评议限期整改", "述职评议", ident)
    ]
    book.correct_grade(ident, act("2027-03-05"), grade="好")
    assert due(None, ledger, as_of=date(2027, 4, 1)) == [], "nothing is asked of who is good after all"
    book.correct_grade(ident, act("2027-03-06"), grade="差")
    book.tell(ident, act("2027-03-07"))
    book.finish(ident, act("2027-03-20", who=TWO))
    assert due(None, ledger, as_of=date(2027, 3, 21)) == []


def test_an_inspection_with_branches_left(ledger: Ledger) -> None:
    book = ledger.inspections
    book.plan("督查", act("07-01"), title="督查月", first=day("07-01"), last=day("08-31"), scope="R")
    branch = Branch("B1", "一", "机关", "7至19人", ("B1", "U1", "R"))
    book.add_team("督查", act("07-01"), name="一组", members=["督查员甲"], own_units=["U2"])
    assert due(None, ledger, as_of=day("08-01")) == []
    book.draw("督查", act("07-02"), [branch], seed="1", by=(), number=1)
    book.assign("督查", act("07-02"), {"B1": "一组"})
    book.start("督查", act("07-03"))
    (found,) = due(None, ledger, as_of=day("08-01"))
    assert (found.on, found.what, found.clause) == (day("08-31"), "督查月：还有 1 个支部没有到点检查", "第十一条")
    book.visit("督查", act("08-02"), "B1")
    assert due(None, ledger, as_of=day("08-03")) == []


def test_run_and_ledger_in_one_order(run: Run, ledger: Ledger) -> None:
    season = Season(ledger)
    season.assigned("08-01")
    season.assigned("07-22", on="07-21", org="B2")
    found = due(run, ledger, as_of=date(2026, 8, 1))
    assert [d.on for d in found] == sorted(d.on for d in found)
    assert told(found, "days_left", "source")[:3] == [(-15, "核查"), (-10, "问题"), (0, "问题")]
    late = [d.days_left < 0 for d in found]
    assert late == sorted(late, reverse=True)
    assert {d.source: d.known_on for d in found} == {"核查": AS_OF, "问题": date(2026, 8, 1)}
