"""Random courses through the whole ledger, held against a plain model: no forbidden state is ever reached.

Findings are predicted act by act; of the other books it is held what must never be. WORKBENCH_MODEL=large walks ten
times as far.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from made_run import FAILED, MET, NO_DATA, NOT_APPLICABLE, WAIVED, Made, Row
from plain_model import ACTS, MONTHS, Plain

from tests.postgres_server import PostgresServer
from workbench.errors import Conflict, LedgerError, Refused
from workbench.ledger import Act, Ledger, Store, sync
from workbench.ledger.drawing import Branch
from workbench.ledger.lists import Item
from workbench.ledger.rules import load_rules
from workbench.ledger.secretaries import Secretary

LARGE = os.environ.get("WORKBENCH_MODEL") == "large"
EXAMPLES, STEPS = (60, 50) if LARGE else (8, 30)
ORGS = ("B1", "B2", "B3", "B4")
PEOPLE = ("督查员甲", "督查员乙", "书记丙", "", "督查工作台")
GRADES = ("好", "较好", "一般", "差")
RULES = load_rules()
#: Steps walked, by store: told by ``pytest -s``.
WALKED: dict[str, int] = {}

people = st.sampled_from((*PEOPLE[:3] * 4, *PEOPLE))
days = st.sampled_from((0,) * 9 + (-1, -9, 1))
yes = st.sampled_from((True,) * 8 + (False,))
orgs = st.sampled_from(ORGS)
months = st.frozensets(st.sampled_from(sorted(MONTHS)), min_size=1, max_size=3)
shown = st.sampled_from((FAILED, FAILED, FAILED, MET, WAIVED, NO_DATA, NOT_APPLICABLE, ""))

#: Where a card may go, by what people do.
CARDS = {
    "give_yellow": {("无", "黄牌")}, "give_orange": {("黄牌", "橙牌")}, "give_red": {("橙牌", "红牌")},
    "give_red_at_once": {("无", "红牌"), ("黄牌", "红牌")},
    "clear": {("黄牌", "无"), ("橙牌", "无"), ("红牌", "无")},
}
#: States in the order that lists and inspections go through them: never back.
LISTS = ("", "已开单", "已晒单", "已查单", "已销单")
INSPECTIONS = ("", "筹备", "检查中", "已反馈", "已通报", "回头看", "已办结")


hands = st.integers(0, 1)
#: How a verb is chosen: the one that leads to the end, one that the state allows, any.
ways = st.sampled_from(("onward",) * 6 + ("fitting",) * 3 + ("any",))
ONWARD = {
    "待核实": "confirm", "已确认": "assign", "整改中": "submit", "待复查": "close", "复发": "confirm", "已销号": "recur",
    "不成立": "reopen",
}


def bursts(*each: st.SearchStrategy) -> st.SearchStrategy[list[tuple]]:
    """Several acts on one course, one after another: courses become long enough to reach their ends."""
    return st.lists(st.tuples(*each), min_size=2, max_size=8)


class Courses(RuleBasedStateMachine):
    """Two open ledgers on one store, used in turn, and what the model knows."""

    place: Callable[[], str]
    name: str

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.where, self.runs, self.day = type(self).place(), 0, date(2026, 7, 1)
        self.hands = [self._ledger() for _ in range(2)]
        self.model: dict[str, Plain] = {}
        self.sites = dict.fromkeys(ORGS, 0)
        self.cards: list[tuple[str, str, date]] = []  # (organisation, level, day) of cards not revoked
        self.recommended: set[str] = set()
        self._take_in(0, {org: (FAILED, frozenset({2, 3})) for org in ORGS[:3]}, self.day)

    def _ledger(self) -> Ledger:
        witness = Path(self.folder.name, "witness")
        return Ledger(self.where, rules=RULES, store=Store(self.where, witness=witness, wait=5))

    def teardown(self) -> None:
        if not hasattr(self, "hands"):
            return
        with self._ledger() as fresh:
            for book in ("findings", "cards", "lists", "appraisals", "inspections", "runs"):
                assert getattr(fresh, book).all() == getattr(self.hands[0], book).all()
            assert fresh.store.verify().faults == ()
            for key, plain in self.model.items():
                self._same(fresh, key, plain)
        for ledger in self.hands:
            ledger.close()
        self.folder.cleanup()

    # --- how it is held ----------------------------------------------------------------------------------------------

    def _same(self, ledger: Ledger, key: str, plain: Plain) -> None:
        found = ledger.findings.get(key)
        assert (found.state, found.since, found.answered) == (plain.state, plain.since, plain.answered), key
        if "手工" not in key:
            assert {int(u[-2:]) for u in found.units} == plain.missed, key

    def _tried(self, hand: int, doing: Callable[[Ledger], Any]) -> Any:
        """What comes of an act, None when it is refused; a refusal writes nothing and raises what it should."""
        WALKED[self.name] = WALKED.get(self.name, 0) + 1
        ledger = self.hands[hand]
        head = ledger.store.head()
        try:
            return doing(ledger)
        except LedgerError as refused:
            assert isinstance(refused, Refused | Conflict), refused
            assert ledger.store.head() == head, refused
            return None

    # --- time and runs -----------------------------------------------------------------------------------------------

    @rule(n=st.integers(1, 40))
    def time_passes(self, n: int) -> None:
        self.day += timedelta(n)

    @rule(hand=st.integers(0, 1), rows=st.dictionaries(orgs, st.tuples(shown, months), min_size=1), late=yes)
    def a_run_is_taken_in(self, hand: int, rows: dict[str, tuple[str, frozenset[int]]], late: bool) -> None:
        judged = {org: given for org, given in rows.items() if given[0]}
        self._take_in(hand, judged, self.day if late else self.day - timedelta(3))

    def _take_in(self, hand: int, judged: dict[str, tuple[str, frozenset[int]]], as_of: date) -> None:
        self.runs += 1
        run = Made(as_of, [self._row(org, *given) for org, given in judged.items()]).write(
            Path(self.folder.name, f"run{self.runs}")
        )
        last = self.hands[hand].runs.last()
        report = self._tried(hand, lambda ledger: sync(ledger, run, by="督查员甲"))
        assert (report is None) == (last is not None and as_of < last.as_of)
        if report is None:
            return
        for org, (verdict, missed) in judged.items():
            key = f"{org}|month|2026"
            if key in self.model:
                self.model[key].shown(verdict, set(missed), as_of)
            elif verdict == FAILED:
                self.model[key] = Plain("待核实", as_of, set(missed))
        for key in self.model:
            self._same(self.hands[hand], key, self.model[key])

    def _row(self, org: str, verdict: str, missed: frozenset[int]) -> Row:
        failing = missed if verdict in (FAILED, WAIVED) else frozenset()
        met = MONTHS - failing if verdict in (FAILED, WAIVED, MET) else frozenset()
        return Row(org, "month", verdict, missed=sorted(failing), met=sorted(met))

    # --- findings ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: getattr(self, "model", None))
    @rule(
        data=st.data(),
        work=bursts(hands, people, days, yes, yes, st.integers(-1, 9), st.sampled_from((False,) * 9 + (True,)), ways),
    )
    def people_act_on_a_finding(self, data: Any, work: list[tuple]) -> None:
        key = data.draw(st.sampled_from(sorted(self.model)))
        for given in work:
            self._act_on(data, key, *given)

    def _act_on(self, data: Any, key: str, hand: int, who: str, back: int, reasoned: bool, proven: bool, due: int,
                stale: bool, way: str) -> None:
        plain = self.model[key]
        fitting = [v for v, (states, _) in ACTS.items() if plain.state in states]
        onward = ONWARD[plain.state]
        if onward == "confirm" and not plain.answered:
            onward = "answer"
        choice = {"onward": [onward], "fitting": fitting, "any": sorted(ACTS)}[way]
        verb, says = data.draw(st.sampled_from(choice)), data.draw(st.sampled_from((True, False, None)))
        on = self.day + timedelta(back)
        why, evidence = "经核对" * reasoned, ("会议记录",) * proven
        owner, deadline = data.draw(st.sampled_from(PEOPLE[:3])), on + timedelta(due)
        version = self.hands[1 - hand].findings.get(key).version
        act = Act(who, on, why, evidence, seen=version - 1 if stale else None)
        what: dict[str, Any] = {
            "answer": {"text": "说明" * (says is not None), "agrees": says},
            "progress": {"text": "进展"}, "submit": {"text": "完成"},
            "assign": {"owner": owner, "leader": "委员丁", "measure": "补齐", "deadline": deadline},
            "extend": {"owner": owner, "deadline": deadline}, "fail": {"ground": "敷衍整改"},
            "close": {"conclusion": "到位"},
        }.get(verb, {})
        done = self._tried(hand, lambda ledger: getattr(ledger.findings, verb)(key, act, **what))
        allowed = not stale and plain.allows(verb, who, on, why, evidence, deadline, says)
        assert (done is not None) == allowed, (key, verb, act, plain)
        if allowed:
            plain.do(verb, who, on, owner, says)
            assert done.version == version + 1
        self._same(self.hands[1 - hand], key, plain)

    @rule(hand=st.integers(0, 1), org=orgs, who=people)
    def somebody_finds_something_on_site(self, hand: int, org: str, who: str) -> None:
        if self.sites[org] > 1:
            return
        found = self._tried(hand, lambda ledger: ledger.findings.open_on_site(
            org, Act(who, self.day), clause="第八条", detail="活动室锁门"))
        assert (found is not None) == (who in PEOPLE[:3])
        if found is not None:
            self.sites[org] += 1
            assert found.key == f"{org}|手工|{self.sites[org]}"
            self.model[found.key] = Plain("待核实", self.day)

    # --- cards and appraisals ----------------------------------------------------------------------------------------

    @rule(org=orgs, work=bursts(
        hands, people, yes, yes, st.sampled_from((0, 0, 0, 1, 1, -9)), st.booleans(),
        st.sampled_from(("give_yellow", "follow_up", "give_orange", "give_red", "feedback", "give_red_at_once",
                         "clear", "decline", "give_yellow", "give_orange", "follow_up", "give_red")),
    ))
    def people_act_on_a_card(self, org: str, work: list[tuple]) -> None:
        for given in work:
            self._card(org, *given)

    def _card(self, org: str, hand: int, who: str, reasoned: bool, proven: bool, back: int, revoked: bool,
              verb: str) -> None:
        secretary = Secretary(org, "模拟支部", "a" * 32, county_id="U1", level="基层", sector="农村")
        act = Act(who, self.day + timedelta(back), "经核对" * reasoned, ("材料",) * proven)
        before = self.hands[1 - hand].cards.find(org)
        level = "无" if before is None else before.state
        what: dict[str, Any] = {
            "give_yellow": {"grounds": ["工作较为滞后"], "deadline": act.on, "secretary": secretary},
            "give_orange": {"grounds": ["敷衍整改"]}, "give_red": {"grounds": ["拒不整改"]},
            "give_red_at_once": {"grounds": ["上级反馈"]}, "clear": {"revoked": revoked},
            "follow_up": {"kind": "回头看" if revoked else "上级书记约谈", "note": "已办"},
            "decline": {"level": "黄牌", "grounds": ["一般问题"], "secretary": secretary},
            "feedback": {"text": "突出问题", "source": "上级巡察", "outstanding": revoked, "secretary": secretary},
        }[verb]
        after = self._tried(hand, lambda ledger: getattr(ledger.cards, verb)(org, act, **what))
        if after is None:
            return
        assert who in PEOPLE[:3]
        assert (level, after.state) in CARDS.get(verb, {(level, level)})
        assert level == after.state or (before is None or act.on >= before.since)
        if verb.startswith("give"):
            assert act.why and after.history[-1].on == act.on
            self.cards.append((org, after.state, act.on))
        if verb == "give_orange":
            assert any(f.kind == "回头看" and f.done_on >= before.since for f in before.follow_ups)
        if verb == "give_red":
            assert act.on > before.since
        if verb == "give_red_at_once":
            assert any(f.outstanding and f.on <= act.on for f in before.feedback)
        if verb == "clear":
            assert act.why and act.evidence
            if revoked:
                standing = len(before.standing())
                mine = [c for c in self.cards if c[0] == org]
                self.cards = [c for c in self.cards if c[0] != org] + mine[: len(mine) - standing]

    @rule(org=orgs, work=bursts(
        hands, people, st.sampled_from((*GRADES, "好", "好")), yes, yes, st.sampled_from(("优秀", "称职")), days, yes,
        st.sampled_from((
            "talk", "annual", "recommend", "correct_grade", "tell", "recommend", "set_deadline", "withdraw",
        )),
    ))
    def people_act_on_an_appraisal(self, org: str, work: list[tuple]) -> None:
        for given in work:
            self._appraisal(org, *given)

    def _appraisal(self, org: str, hand: int, who: str, grade: str, reasoned: bool, proven: bool, annual: str,
                   back: int, likely: bool, verb: str) -> None:
        ident = f"2026/{org}"
        before = self.hands[1 - hand].appraisals.find(ident)
        onward = {"待述职": "debrief", "已述职": "appraise", "已考评": "grade"}
        if likely and verb == "set_deadline":
            onward |= {"限期整改": "finish"}
        verb = "plan" if before is None else onward.get(before.state, verb) if likely else verb
        act = Act(who, self.day + timedelta(back), "经核对" * reasoned, ("材料",) * proven)
        if verb == "plan":
            secretary = Secretary(org, "模拟支部", "a" * 32, county_id="U1", level="基层", sector="农村")
            done = self._tried(hand, lambda ledger: ledger.appraisals.plan(2026, secretary, act))
        else:
            what: dict[str, Any] = {
                "grade": {"grade": grade}, "correct_grade": {"grade": grade}, "annual": {"grade": annual},
                "set_deadline": {"deadline": act.on},
            }.get(verb, {})
            done = self._tried(hand, lambda ledger: getattr(ledger.appraisals, verb)(ident, act, **what))
        if done is None:
            return
        assert who in PEOPLE[:3]
        levels = {level for o, level, on in self.cards if o == org and on.year == 2026}
        if verb in ("grade", "correct_grade"):
            assert not (done.grade == "好" and levels & {"橙牌", "红牌"}), self.cards
            assert not (done.grade == "较好" and "红牌" in levels), self.cards
        if verb == "annual":
            assert not (annual == "优秀" and before.grade != "好")
        if verb == "finish" and before.grade in ("一般", "差"):
            assert before.talked_on and before.deadline and act.evidence
        self._count_recommended(hand, verb, before)

    def _count_recommended(self, hand: int, verb: str, before: Any) -> None:
        standing = {a.id for a in self.hands[hand].appraisals.all() if a.recommended_on is not None}
        assert len(standing) <= 3
        if verb == "recommend":
            assert before.grade == "好" and standing == self.recommended | {before.id}
        self.recommended = standing

    # --- lists and inspections ---------------------------------------------------------------------------------------

    @rule(org=orgs, work=bursts(
        hands, people, days, yes,
        st.sampled_from(("publish", "check", "progress", "add_item", "dispatch", "finish_item", "announce", "close",
                         "file")),
    ))
    def people_act_on_a_list(self, org: str, work: list[tuple]) -> None:
        for given in work:
            self._list(org, *given)

    def _list(self, org: str, hand: int, who: str, back: int, proven: bool, verb: str) -> None:
        ident, act = f"2026/{org}", Act(who, self.day + timedelta(back), "经核对", ("材料",) * proven)
        before = self.hands[1 - hand].lists.find(ident)
        if before is None:
            secretary, item = Secretary(org, "模拟支部"), Item("1", "示范点", "共性")
            self._tried(hand, lambda ledger: ledger.lists.open(2026, secretary, act, items=[item]))
            return
        item = Item(str(len(before.items) + 1), "再建示范点", "个性")
        what: dict[str, Any] = {
            "progress": {"quarter": 3}, "add_item": {"item": item}, "dispatch": {"item": item},
            "finish_item": {"item": "1"}, "close": {"completion": "全部完成"},
        }.get(verb, {})
        after = self._tried(hand, lambda ledger: getattr(ledger.lists, verb)(ident, act, **what))
        if after is not None:
            assert who in PEOPLE[:3]
            assert LISTS.index(after.state) >= LISTS.index(before.state)
            assert before.state != "已销单" or verb in ("announce", "file")
            assert verb != "finish_item" or (act.evidence and before.item("1").done_on is None)

    @rule(work=bursts(
        hands, people, days, orgs, st.sampled_from(("U1", "U2")), st.sampled_from(("一组", "二组")),
        st.sampled_from(("add_team", "add_team", "pick", "pick", "assign", "assign", "start", "visit", "report",
                         "circulate", "look_back", "close")),
    ))
    def people_act_on_an_inspection(self, work: list[tuple]) -> None:
        for given in work:
            self._inspection(*given)

    def _inspection(self, hand: int, who: str, back: int, org: str, unit: str, team: str, verb: str) -> None:
        ident, act = "2026-督查月", Act(who, self.day + timedelta(back), "经核对")
        before = self.hands[1 - hand].inspections.find(ident)
        frame = [Branch(o, o, above=(o, "U1" if o in ("B1", "B2") else "U2")) for o in ORGS]

        def doing(ledger: Ledger) -> Any:
            book = ledger.inspections
            if before is None:
                return book.plan(ident, act, title="督查月", first=date(2026, 7, 1), last=date(2026, 8, 31))
            match verb:
                case "add_team":
                    return book.add_team(ident, act, name=team, members=[f"{team}人"], own_units=[unit])
                case "pick":
                    return book.pick(ident, act, {org: "风险高"}, frame)
                case "assign":
                    return book.assign(ident, act, {org: team})
                case "visit":
                    return book.visit(ident, act, org, visitors=[f"{team}人"])
            return getattr(book, verb)(ident, act)

        after = self._tried(hand, doing)
        if after is None:
            return
        assert who in PEOPLE[:3]
        assert INSPECTIONS.index(after.state) - INSPECTIONS.index(before.state if before else "") in (0, 1)
        teams = {t.name: t for t in after.teams}
        for code, name in after.assigned.items():
            assert not set(teams[name].own_units) & set(after.branches[code].above)
            for other, theirs in after.assigned.items():
                mutual = set(teams[name].own_units) & set(after.branches[other].above)
                assert not (mutual and set(teams[theirs].own_units) & set(after.branches[code].above))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Gives the place of an empty ledger each time it is asked."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        yield request.param, server.new_database
    else:
        numbers = iter(range(10**6))
        yield request.param, lambda: str(tmp_path / f"督查{next(numbers)}.sqlite")


def test_no_course_reaches_a_forbidden_state(places: tuple[str, Callable[[], str]]) -> None:
    name, place = places

    class Here(Courses):
        """The courses on one kind of store."""

    Here.place, Here.name = staticmethod(place), name
    walk = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(Here, settings=walk)
    print(f"{name}: {WALKED[name]} acts in {EXAMPLES} courses")
    assert WALKED[name] > EXAMPLES
