"""Inspections: draws anybody can repeat, estimates from the drawn alone, teams that keep off their own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import combinations
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_run import Made, Row
from season import Season, act, day, new_ledger

from workbench.errors import Conflict, Refused, UsageError
from workbench.ledger.drawing import (
    Branch, bounds, draw, estimate, frame, frame_hash, shares, size_label,
)
from workbench.ledger.events import Act
from workbench.ledger.inspections import BEFORE, LOOK_BACK, ON_SITE, Inspection
from workbench.ledger.ledger import Ledger
from workbench.ledger.rules import load_rules
from workbench.ledger.runs import run_id
from workbench.ledger.store import Store
from workbench.ledger.sync import sync

# --- draws -----------------------------------------------------------------------------------------------------------

FRAMES = st.dictionaries(st.sampled_from(["机关", "农村", "社区", "国企"]), st.integers(1, 40), min_size=1)


def branches(sizes: dict[str, int]) -> list[Branch]:
    return [Branch(f"{sector}{n:03}", "", sector) for sector, size in sizes.items() for n in range(size)]


@settings(max_examples=150, deadline=None)
@given(sizes=FRAMES, data=st.data())
def test_every_draw_is_fair_to_its_strata(sizes: dict[str, int], data: st.DataObject) -> None:
    whole = branches(sizes)
    number = data.draw(st.integers(len(sizes), len(whole)))
    made = draw(whole, "2026", ("sector",), number=number)
    assert sum(len(s.drawn) for s in made.strata) == number == len(made.branches)
    for s in made.strata:
        assert 1 <= len(set(s.drawn)) == len(s.drawn) <= s.size == sizes[s.name]
        if number == len(whole):
            assert len(s.drawn) == s.size
        exact = Fraction(number * s.size, len(whole))
        taken_for_others = sum(max(0, 1 - Fraction(number * n, len(whole))) for n in sizes.values())
        assert -1 - taken_for_others < len(s.drawn) - exact < 1 or len(s.drawn) == 1
    shuffled = data.draw(st.permutations(whole))
    assert draw([*shuffled, shuffled[0]], "2026", ("sector",), number=number) == made


@settings(max_examples=60, deadline=None)
@given(sizes=FRAMES, data=st.data())
def test_a_longer_draw_begins_with_the_shorter(sizes: dict[str, int], data: st.DataObject) -> None:
    whole = branches(sizes)
    short = {name: data.draw(st.integers(0, size)) for name, size in sizes.items()}
    longer = {name: data.draw(st.integers(short[name], size)) for name, size in sizes.items()}
    one, two = (draw(whole, "2026", ("sector",), per_stratum=wanted) for wanted in (short, longer))
    assert [s.drawn for s in one.strata] == [
        s.drawn[: short[s.name]] for s in two.strata
    ]


def test_anybody_can_repeat_a_draw_from_what_is_printed() -> None:
    whole = branches({"机关": 7, "农村": 9})
    made = draw(whole, "福彩3D 2026180期 528", ("sector",), number=6)
    for stratum in made.strata:
        codes = [b.org_id for b in whole if b.sector == stratum.name]
        by_hand = sorted(codes, key=lambda c: hashlib.sha256(f"福彩3D 2026180期 528|{c}".encode()).hexdigest())
        assert list(stratum.drawn) == by_hand[: len(stratum.drawn)]
    printed = "".join(sorted(f"{b.org_id}\t{b.sector}\n" for b in whole))
    assert made.frame_hash == hashlib.sha256(printed.encode()).hexdigest() and made.frame_size == 16
    assert draw(whole, "528", ("sector",), number=6).branches != made.branches
    assert frame_hash([*whole[:-1], Branch("农村008", "", "社区")], ("sector",)) != made.frame_hash


def test_shares_of_the_strata() -> None:
    assert shares({"甲": 60, "乙": 30, "丙": 1}, 10) == {"甲": 6, "乙": 3, "丙": 1}
    assert shares({"甲": 10, "乙": 10, "丙": 10}, 4) == {"甲": 1, "乙": 1, "丙": 2}  # of equal remainders the first name
    assert shares({"甲": 97, "乙": 1, "丙": 1, "丁": 1}, 4) == {"甲": 1, "乙": 1, "丙": 1, "丁": 1}
    for number in (2, 101):
        with pytest.raises(UsageError, match="抽取的个数不对"):
            shares({"甲": 97, "乙": 1, "丙": 2}, number)


@pytest.mark.parametrize("wrong", [
    {"seed": " ", "number": 2}, {"seed": "1"}, {"seed": "1", "number": 2, "per_stratum": {"机关": 1}},
    {"seed": "1", "per_stratum": {"机关": 8}}, {"seed": "1", "per_stratum": {"农村": 1}},
])
def test_draws_that_nobody_can_make(wrong: dict) -> None:
    with pytest.raises(UsageError):
        draw(branches({"机关": 7}), by=("sector",), **wrong)
    with pytest.raises(UsageError, match="没有可抽取的支部"):
        draw([], "1", number=1)


def test_sizes_of_branches() -> None:
    labels = [size_label(n) for n in (None, 0, 6, 7, 19, 20, 49, 50, 300)]
    assert labels == ["未填", "不足7人", "不足7人", "7至19人", "7至19人", "20至49人", "20至49人", "50人以上", "50人以上"]


# --- estimates -------------------------------------------------------------------------------------------------------


def test_the_worked_example_weighs_its_strata() -> None:
    whole = branches({"机关": 120, "农村": 60, "社区": 20})
    made = draw(whole, "1", ("sector",), per_stratum={"机关": 24, "农村": 20, "社区": 20})
    failing = {"机关": 2, "农村": 5, "社区": 6}
    bad = [c for s in made.strata for c in s.drawn[: failing[s.name]]]
    picked = [b.org_id for b in whole if b not in made.branches][:30]
    found = estimate(made, [*bad, *picked])  # who was picked for a risk changes nothing
    assert found == estimate(made, bad) and found.share == Fraction(155, 1000)
    census = next(s for s in found.strata if s.name == "社区")
    assert (census.low, census.high) == (6, 6) and found.low < found.share < found.high
    assert found.low == Fraction(sum(s.low for s in found.strata), 200)


@pytest.mark.parametrize(("size", "drawn", "failing"), [(60, 12, 0), (50, 20, 3), (20, 20, 6), (9, 4, 4), (30, 1, 1)])
def test_bounds_are_exact(size: int, drawn: int, failing: int) -> None:
    """Held against every possible number of failing ones in the frame, counted out."""
    half = Fraction(1, 40)

    def probability(bad: int, ks: range) -> Fraction:
        return Fraction(sum(comb(bad, k) * comb(size - bad, drawn - k) for k in ks), comb(size, drawn))

    possible = [
        bad for bad in range(failing, size - drawn + failing + 1)
        if probability(bad, range(failing + 1)) > half and probability(bad, range(failing, drawn + 1)) > half
    ]
    assert bounds(size, drawn, failing) == (possible[0], possible[-1])


def test_bounds_hold_as_often_as_they_say() -> None:
    """Over all samples of 4 from 9: the true number lies outside in at most 5 % of them."""
    for bad in range(10):
        outside = 0
        for sample in combinations(range(9), 4):
            low, high = bounds(9, 4, sum(n < bad for n in sample))
            outside += not low <= bad <= high
        assert outside <= 0.05 * comb(9, 4)


def test_figures_of_practice() -> None:
    """No fault in 31, 22, 12, 8 of 50 speaks against 5, 10, 20, 30 % (95 %), one less does not; 0 of 12 from 60."""
    for share, number in ((5, 31), (10, 22), (20, 12), (30, 8)):
        most = [bounds(50, drawn, 0, Fraction(1, 10))[1] for drawn in (number, number - 1)]
        assert most[0] < Fraction(share * 50, 100) <= most[1]
    assert bounds(60, 12, 0, Fraction(1, 10)) == (0, 11)


def test_branches_not_seen_leave_the_sample() -> None:
    made = draw(branches({"机关": 10, "农村": 10}), "1", ("sector",), number=8)
    seen = [c for s in made.strata for c in s.drawn[:2]]
    assert [s.drawn for s in estimate(made, [], seen).strata] == [2, 2]
    with pytest.raises(UsageError, match="有的层没有检查到"):
        estimate(made, [], made.strata[0].drawn)


# --- the frame -------------------------------------------------------------------------------------------------------


def test_the_frame_is_what_stands_below_the_scope(tmp_path: Path) -> None:
    facts = {
        "U1": {"type": "机关党委", "parent_id": "R"}, "U2": {"type": "机关党委", "parent_id": "R"},
        "B1": {"parent_id": "U1", "members": 6}, "B2": {"parent_id": "U1", "members": None, "sector": None},
        "B3": {"parent_id": "U1", "dissolved": True}, "B4": {"parent_id": "U2", "members": 55},
    }
    run = Made(date(2026, 7, 15), [Row(subject) for subject in facts], facts=facts).write(tmp_path / "run")
    found = {b.org_id: (b.sector, b.size, b.above) for b in frame(run, "U1")}
    assert found == {
        "B1": ("机关", "不足7人", ("B1", "U1", "R")), "B2": ("未填", "未填", ("B2", "U1", "R")),
    }
    assert [b.org_id for b in frame(run)] == ["B1", "B2", "B4"]
    assert [b.org_id for b in frame(run, types=["机关党委"])] == ["U1", "U2"]
    with pytest.raises(UsageError, match="没有这个组织"):
        frame(run, "U9")


# --- the course ------------------------------------------------------------------------------------------------------

#: Branches B1 to B9 of three units.
CITY = [
    Branch(f"B{n}", f"第{n}党支部", "机关", "7至19人", (f"B{n}", f"U{(n - 1) // 3 + 1}", "R")) for n in range(1, 10)
]
ID = "2026-督查月"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with new_ledger(tmp_path) as opened:
        yield opened


def planned(ledger: Ledger, number: int = 9) -> Inspection:
    """Planned, three teams, one from each unit, all branches drawn."""
    book = ledger.inspections
    book.plan(ID, act("07-01"), title="基层党建督查月", first=day("07-01"), last=day("08-31"))
    for n in (1, 2, 3):
        book.add_team(ID, act("07-02"), name=f"第{n}组", members=[f"督查员{n}"], own_units=[f"U{n}"])
    return book.draw(ID, act("07-03"), CITY, seed="528", by=(), number=number)


@pytest.mark.parametrize(("assignments", "why"), [
    ({"B1": "第2组"}, ""),
    ({"B1": "第1组"}, "应当回避"),
    ({"B1": "第2组", "B4": "第1组"}, "互查"),
    ({"B1": "第2组", "B4": "第3组", "B7": "第1组"}, ""),  # a ring is no pair
    ({"B1": "第2组", "B2": "第3组", "B7": "第1组"}, "互查"),
    ({"B9": "第4组"}, "没有这个督查组"),
    ({"X1": "第1组"}, "不是抽中或选中的支部"),
    ({}, "没有写明分派的支部"),
])
def test_teams_keep_off_their_own_and_off_each_other(ledger: Ledger, assignments: dict[str, str], why: str) -> None:
    planned(ledger)
    if not why:
        assert ledger.inspections.assign(ID, act("07-04"), assignments).assigned == assignments
        return
    with pytest.raises(Refused, match=why):
        ledger.inspections.assign(ID, act("07-04"), assignments)
    assert ledger.inspections.get(ID).assigned == {}


def test_a_pair_over_two_acts_is_refused_too(ledger: Ledger) -> None:
    planned(ledger)
    ledger.inspections.assign(ID, act("07-04"), {"B1": "第2组"})
    with pytest.raises(Refused, match="互查"):
        ledger.inspections.assign(ID, act("07-05"), {"B4": "第1组"})
    with pytest.raises(Refused, match="应当回避"):  # a team made anew must fit what it has been given
        ledger.inspections.add_team(ID, act("07-05"), name="第2组", members=["督查员2"], own_units=["B1"])
    with pytest.raises(Refused, match="两个督查组"):
        ledger.inspections.add_team(ID, act("07-05"), name="第5组", members=["督查员 1"], own_units=["U5"])
    assert ledger.inspections.assign(ID, act("07-06"), {"B1": "第3组", "B4": "第1组"}).assigned["B1"] == "第3组"


def test_picked_branches_stand_apart(ledger: Ledger) -> None:
    made = planned(ledger, number=5).draws[0]
    others = [b.org_id for b in CITY if b not in made.branches]
    course = ledger.inspections.pick(ID, act("07-04"), {others[0]: "连续两季度无活动"}, CITY)
    assert [p.branch.org_id for p in course.picked] == [others[0]] and course.draws == (made,)
    assert list(course.branches) == [*(b.org_id for b in made.branches), others[0]]
    for wrong, why in (({others[0]: "又选"}, "已经抽中或选中"), ({"B99": "x"}, "名单中没有"), ({others[1]: " "}, "理由")):
        with pytest.raises(Refused, match=why):
            ledger.inspections.pick(ID, act("07-05"), wrong, CITY)


def test_the_estimate_rests_on_confirmed_findings_of_drawn_and_visited_branches(ledger: Ledger) -> None:
    season, book = Season(ledger), ledger.inspections
    made = planned(ledger, number=6).draws[0]
    drawn = [b.org_id for b in made.branches]
    picked = next(b.org_id for b in CITY if b.org_id not in drawn)
    book.pick(ID, act("07-04"), {picked: "风险"}, CITY)
    units = {1: "第2组", 2: "第3组", 3: "第1组"}
    everybody = [*drawn, picked]
    book.assign(ID, act("07-04"), {code: units[(int(code[1]) - 1) // 3 + 1] for code in everybody})
    book.start(ID, act("07-05"))
    with pytest.raises(UsageError, match="有的层没有检查到"):
        book.estimate(ID)
    for code in [*drawn[:5], picked]:
        team = book.get(ID).team(book.get(ID).assigned[code])
        book.visit(ID, act("07-10"), code, visitors=team.members)
    season.confirmed(org=drawn[0])
    season.confirmed(org=picked)
    season.open(org=drawn[1])  # not confirmed
    season.confirmed(org=drawn[5])  # not visited
    season.confirmed(org=drawn[2], requirement="secretary-2022-9-1")
    season.confirmed(org=drawn[3], period="2025")  # of another year
    ledger.findings.open_on_site(drawn[3], act("07-11"), clause="第八条", detail="另一次督查所见", inspection="2026-另")
    again = season.confirmed(org=drawn[4])  # looked at anew: nobody says so now
    ledger.findings.answer(again, act("07-25"), text="有原始记录", agrees=False)
    ledger.findings.dismiss(again, act("07-25"))
    ledger.findings.reopen(again, act("07-25"))
    assert book.estimate(ID).share == Fraction(2, 5)
    one = book.estimate(ID, "secretary-2022-8-1")
    assert (one.share, [(s.drawn, s.failing, s.size) for s in one.strata]) == (Fraction(1, 5), [(5, 1, 9)])
    assert (one.strata[0].low, one.strata[0].high) == bounds(9, 5, 1)


def test_only_branches_of_the_scope_are_drawn(ledger: Ledger) -> None:
    book = ledger.inspections
    book.plan(ID, act("07-01"), title="督查", first=day("07-01"), last=day("08-31"), scope="U2")
    made = book.draw(ID, act("07-02"), CITY, seed="1", by=(), number=3).draws[0]
    assert {b.org_id for b in made.branches} == {"B4", "B5", "B6"} and made.frame_size == 3


def test_what_is_asked_of_a_plan(ledger: Ledger) -> None:
    book = ledger.inspections
    for wrong in ({"title": " "}, {"first": day("09-01")}):
        with pytest.raises(Refused):
            book.plan(ID, act("07-01"), **{"title": "督查", "first": day("07-01"), "last": day("08-31"), **wrong})
    with pytest.raises(Refused, match="编号"):
        book.plan("2026/1", act("07-01"), title="督查", first=day("07-01"), last=day("08-31"))
    planned(ledger)
    with pytest.raises(Refused, match="没有分派督查组"):
        book.start(ID, act("07-05"))


def test_the_whole_course_on_both_stores(where: str, open_store, tmp_path: Path) -> None:
    store: Store = open_store(where)
    ledger = Ledger(where, rules=load_rules(), store=store)
    planned(ledger)
    book = ledger.inspections
    units = {1: "第2组", 2: "第3组", 3: "第1组"}  # a ring: nobody checks who checks them
    book.assign(ID, act("07-04"), {f"B{n}": units[(n - 1) // 3 + 1] for n in range(1, 10)})
    runs = [
        Made(day(on), [Row("B1", missed=[1])]).write(tmp_path / on) for on in ("07-05", "07-20", "08-31")
    ]
    for run, role in zip(runs, (BEFORE, ON_SITE, LOOK_BACK), strict=True):
        if role == BEFORE:
            with pytest.raises(Refused, match="没有这次核查"):
                book.take_run(ID, act("07-06"), role, run_id(run))
        sync(ledger, run, by="督查员甲")
    book.take_run(ID, act("07-06"), BEFORE, run_id(runs[0]))
    with pytest.raises(UsageError, match="核查时点"):
        book.take_run(ID, act("07-06"), "年底", run_id(runs[0]))
    book.start(ID, act("07-06"))
    with pytest.raises(Refused, match="不是这个支部的督查组人员"):
        book.visit(ID, act("07-10"), "B1", visitors=["督查员3"])
    with pytest.raises(Refused, match="早于督查开始"):
        book.visit(ID, act("06-30"), "B1", visitors=["督查员2"])
    with pytest.raises(Refused, match="还没有到点检查"):
        book.report(ID, act("07-10"))
    seen = book.get(ID).version
    book.visit(ID, Act("督查员2", day("07-10")), "B1", note="账表相符")
    with pytest.raises(Conflict):
        book.visit(ID, Act("督查员2", day("07-10"), seen=seen), "B2")
    assert len(book.get(ID).unvisited) == 8
    with pytest.raises(Refused, match="还有支部没有到点检查"):
        book.report(ID, Act("督查员甲", day("08-01")))
    book.take_run(ID, act("07-20"), ON_SITE, run_id(runs[1]))
    book.report(ID, act("08-01", "暴雨，其余顺延"))
    book.circulate(ID, act("08-10"))
    book.look_back(ID, act("08-30"))
    with pytest.raises(Refused, match="没有回头看的核查结果"):
        book.close(ID, Act("督查员甲", day("09-05")))
    book.take_run(ID, act("08-31"), LOOK_BACK, run_id(runs[2]))
    course = book.close(ID, Act("督查员甲", day("09-05")))
    assert course.state == "已办结" and [t.role for t in course.runs] == [BEFORE, ON_SITE, LOOK_BACK]
    assert course.visits[0].visitors == ("督查员2",) and course.visits[0].team == "第2组"
    again = Ledger(where, rules=load_rules(), store=open_store(where))
    assert again.inspections.get(ID) == course, "folded from what was written"
