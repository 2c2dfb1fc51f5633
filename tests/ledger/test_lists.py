"""Five lists: what may follow what, what is late and who owes it, both sides of every day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from season import VILLAGE, act, day, new_ledger

from workbench.errors import Refused
from workbench.ledger.ledger import Ledger
from workbench.ledger.lists import Item
from workbench.ledger.secretaries import Secretary
from workbench.ledger.store import Store

GOAL = Item("1", "建示范点", "个性", "合格", "一个", day("06-30"), "书记", hard=True)
COMMON = Item("2", "党课", "共性", "每季度", "四次", day("12-15"))
ID = "2026/B1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with new_ledger(tmp_path) as opened:
        yield opened


def opened(ledger: Ledger, on: str = "01-20", secretary: Secretary = VILLAGE) -> None:
    ledger.lists.open(2026, secretary, act(on), items=[GOAL, COMMON])


def late(ledger: Ledger, on: str, secretary: Secretary = VILLAGE, *, done: bool = False) -> dict[str, int]:
    """Step → days late."""
    return {x.step: x.days for x in ledger.lists.late(2026, day(on), [secretary], done=done)}


def test_opening_by_the_start_of_the_year(ledger: Ledger) -> None:
    assert late(ledger, "01-31") == {}
    (step,) = ledger.lists.late(2026, day("02-01"), [VILLAGE])
    assert (step.step, step.due, step.days, step.done_on) == ("开单", date(2026, 1, 31), 1, None)
    assert (step.clause, step.requirement, step.owed_by) == ("第七条（一）", "secretary-2022-7.1-1", "书记")
    assert late(ledger, "12-31") == {"开单": 334}, "lists that are not open make only the opening late"
    opened(ledger, "02-03")
    assert late(ledger, "02-10") == {} and late(ledger, "02-10", done=True) == {"开单": 3}
    assert ledger.lists.late(2026, day("02-02"), [VILLAGE], done=True)[0].done_on is None, "not known on that day"


@pytest.mark.parametrize(
    ("since", "accused"), [("2025-12-31", True), ("01-01", True), ("01-02", False), ("2027-01-01", False)]
)
def test_who_came_during_the_year_owes_no_opening(ledger: Ledger, since: str, accused: bool) -> None:
    assert bool(late(ledger, "12-31", replace(VILLAGE, since=day(since)))) is accused


def test_only_whom_the_document_binds_is_asked(ledger: Ledger) -> None:
    assert ledger.lists.late(2026, day("12-31"), []) == []


def test_publication_after_the_grace(ledger: Ledger) -> None:
    opened(ledger, "01-20")
    assert "晒单" not in late(ledger, "04-20")
    assert late(ledger, "04-21") == {"晒单": 1}, "progress is not asked for before lists are public"
    ledger.lists.publish(ID, act("04-22"))
    assert late(ledger, "04-22", done=True)["晒单"] == 2
    assert late(ledger, "06-30") == {}, "the first quarter ended before they were public"
    assert late(ledger, "07-01") == {"公布第2季度进度": 1, "项目 1 建示范点": 1}


def test_progress_each_quarter(ledger: Ledger) -> None:
    opened(ledger)
    ledger.lists.publish(ID, act("03-31"))
    assert late(ledger, "03-31") == {} and late(ledger, "04-01") == {"公布第1季度进度": 1}
    ledger.lists.progress(ID, act("04-03"), quarter=1)
    assert late(ledger, "04-30") == {} and late(ledger, "04-30", done=True) == {"公布第1季度进度": 3}
    ledger.lists.progress(ID, act("06-30"), quarter=2)
    assert "公布第2季度进度" not in late(ledger, "12-31", done=True)
    assert ledger.lists.get(ID).progress == {1: day("04-03"), 2: day("06-30")}
    with pytest.raises(Refused, match="还没有开始"):
        ledger.lists.progress(ID, act("06-30"), quarter=3)
    with pytest.raises(Refused, match="季度有误"):
        ledger.lists.progress(ID, act("07-30"), quarter=5)


@pytest.mark.parametrize(("since", "steps"), [("04-01", {"公布第2季度进度"}), ("04-02", set())])
def test_a_quarter_counts_when_it_lies_wholly_in_the_secretarys_time(
    ledger: Ledger, since: str, steps: set[str]
) -> None:
    opened(ledger)
    ledger.lists.publish(ID, act("02-01"))
    successor = replace(VILLAGE, holder="k2", since=day(since))
    found = late(ledger, "07-01", successor)
    assert {step for step in found if step.startswith("公布")} == steps


@pytest.mark.parametrize(("since", "accused"), [("06-30", True), ("07-01", False)])
def test_an_item_that_fell_due_before_their_time_is_not_theirs(ledger: Ledger, since: str, accused: bool) -> None:
    opened(ledger)
    successor = replace(VILLAGE, holder="k2", since=day(since))
    assert ("项目 1 建示范点" in late(ledger, "07-31", successor)) is accused
    assert "项目 1 建示范点" not in late(ledger, "07-31", replace(VILLAGE, holder="k3")), "no telling since when"


def test_the_check_is_the_departments(ledger: Ledger) -> None:
    opened(ledger)
    assert "查单" not in late(ledger, "08-31")
    (step,) = [x for x in ledger.lists.late(2026, day("09-01"), [VILLAGE]) if x.step == "查单"]
    assert (step.owed_by, step.requirement) == ("党委组织部门", "secretary-2022-7.4-1")
    ledger.lists.check(ID, act("09-01"), found="进度慢")
    assert "查单" not in late(ledger, "09-30")
    ledger.lists.check(ID, act("10-01"))
    ledger.lists.publish(ID, act("10-02"))
    lists = ledger.lists.get(ID)
    assert [c.found for c in lists.checked] == ["进度慢", ""] and lists.state == "已查单"
    assert lists.published_on == day("10-02"), "published late, after the check"


def test_items_dispatched_and_done(ledger: Ledger) -> None:
    opened(ledger)
    ledger.lists.dispatch(ID, act("03-01"), item=Item("3", "专项任务", "派单", deadline=day("05-31")))
    assert late(ledger, "05-31") == {"晒单": 41}
    (step,) = [x for x in ledger.lists.late(2026, day("06-01"), [VILLAGE]) if x.step.startswith("项目")]
    assert step.requirement == "secretary-2022-7.3-1"
    ledger.lists.finish_item(ID, act("06-02"), item="3")
    assert late(ledger, "06-30", done=True)["项目 3 专项任务"] == 2
    lists = ledger.lists.get(ID)
    assert lists.dispatched == ("3",) and lists.item("3").done_on == day("06-02")
    for wrong, message in (("3", "已经完成"), ("9", "没有这个项目")):
        with pytest.raises(Refused, match=message):
            ledger.lists.finish_item(ID, act("06-03"), item=wrong)
    with pytest.raises(Refused, match="佐证"):
        ledger.lists.finish_item(ID, act("06-03", evidence=()), item="1")


def test_closing_filing_and_completion(ledger: Ledger) -> None:
    opened(ledger)
    assert "销单" not in late(ledger, "12-31")
    found = {x.step: x.owed_by for x in ledger.lists.late(2026, day("2027-02-01"), [VILLAGE])}
    assert found["销单"] == "党委组织部门" and found["公布完成情况"] == "书记"
    assert late(ledger, "2027-01-01")["销单"] == 1
    with pytest.raises(Refused, match="完成情况"):
        ledger.lists.close(ID, act("12-31"), completion=" ")
    ledger.lists.close(ID, act("12-31"), completion="两项完成一项")
    assert "销单" not in late(ledger, "2027-01-31", done=True)
    assert "报同级党委备案" not in late(ledger, "2027-01-31")
    assert late(ledger, "2027-02-01")["报同级党委备案"] == 1
    with pytest.raises(Refused, match="早于销单"):
        ledger.lists.file(ID, act("12-30"))
    ledger.lists.file(ID, act("2027-01-31"))
    ledger.lists.announce(ID, act("2027-01-31"))
    assert not {"报同级党委备案", "公布完成情况", "销单"} & late(ledger, "2027-12-31", done=True).keys()
    with pytest.raises(Refused, match="现在不能“增加项目”"):
        ledger.lists.add_item(ID, act("2027-02-01"), item=Item("9", "补", "共性"))


def test_what_lists_need_and_lack(ledger: Ledger) -> None:
    for items, message in (
        ([], "须有项目"), ([GOAL, GOAL], "编号重复"), ([replace(GOAL, kind="其他")], "没有这种项目"),
        ([replace(GOAL, kind="派单")], "以派单登记"), ([replace(GOAL, title=" ")], "名称"),
        ([replace(GOAL, done_on=day("01-02"))], "已完成"),
    ):
        with pytest.raises(Refused, match=message):
            ledger.lists.open(2026, VILLAGE, act("01-20"), items=items)
    ledger.lists.open(2026, VILLAGE, act("01-20"), items=[Item("1", "建示范点", "个性")])
    gaps = {gap.requirement[len("secretary-2022-"):]: gap.text for gap in ledger.lists.gaps(ID)}
    assert gaps == {
        "7.1-3": "没有共性项目", "7.1-4": "项目 1 没有写明目标任务", "7.1-5": "项目 1 没有写明工作标准",
        "7.1-6": "项目 1 没有写明时限要求", "7.1-7": "没有硬性指标、刚性任务",
    }
    ledger.lists.open(2025, VILLAGE, act("2025-01-20"), items=[GOAL, COMMON])
    assert ledger.lists.gaps("2025/B1") == []
    with pytest.raises(Refused, match="现在不能“开单”"):
        ledger.lists.open(2025, VILLAGE, act("2025-01-21"), items=[GOAL])


def test_days_in_order(ledger: Ledger) -> None:
    opened(ledger, "01-20")
    with pytest.raises(Refused, match="早于"):
        ledger.lists.publish(ID, act("01-19"))
    with pytest.raises(Refused, match="早于"):
        ledger.lists.finish_item(ID, act("01-19"), item="1")


def test_a_year_of_lists_on_either_store(store: Store) -> None:
    ledger = Ledger(store.place, store=store)
    opened(ledger)
    ledger.lists.publish(ID, act("02-01"))
    ledger.lists.progress(ID, act("03-30"), quarter=1)
    ledger.lists.dispatch(ID, act("04-01"), item=Item("3", "专项任务", "派单"))
    ledger.lists.finish_item(ID, act("06-01"), item="1")
    ledger.lists.check(ID, act("07-15"))
    ledger.lists.close(ID, act("12-20"), completion="完成")
    again = Ledger(store.place, store=store)
    assert again.lists.get(ID) == ledger.lists.get(ID)
    assert again.lists.get(ID).items[0] == replace(GOAL, done_on=day("06-01"))
