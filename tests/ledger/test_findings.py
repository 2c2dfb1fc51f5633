"""Findings: every act with its rules, each tried both ways, on both stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from made_run import FAILED, MANUAL, Made, Row

from tests.heard import heard
from workbench.errors import Conflict, LedgerError, Refused
from workbench.ledger import Act, Ledger, Store, sync
from workbench.ledger.events import MACHINE, Draft
from workbench.ledger.finding import Failed, Finding, code_of
from workbench.ledger.rules import Rules, load_rules

KEY = "B1|month|2026"
JULY = date(2026, 7, 15)
FIRST = date(2026, 8, 1)


def day(n: int) -> date:
    """A day of August."""
    return date(2026, 8, n)


def act(who: str = "督查员甲", on: date = FIRST, **other: object) -> Act:
    """What somebody does, with reason and evidence unless told otherwise."""
    return Act(**{"who": who, "on": on, "why": "经核对", "evidence": ("会议记录",), **other})


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def ledger(where: str, open_store: Callable[[str], Store], tmp_path: Path, rules: Rules) -> Iterator[Ledger]:
    """A ledger with one finding 待核实: months 2 and 3 missed on 15 July."""
    with Ledger(where, rules=rules, store=open_store(where)) as opened:
        sync(opened, Made(JULY, [Row(missed=(2, 3), met=(1, 4))]).write(tmp_path / "七月"), by="督查员甲")
        yield opened


def assigned(ledger: Ledger, **other: object) -> Finding:
    """The finding, 整改中 from 2 August, owner 书记丙, until 20 August."""
    heard(ledger, KEY, act())
    ledger.findings.confirm(KEY, act())
    what = {"owner": "书记丙", "leader": "委员丁", "measure": "补齐会议", "deadline": day(20), **other}
    return ledger.findings.assign(KEY, act(on=day(2)), **what)


def submitted(ledger: Ledger) -> Finding:
    """The finding, 待复查 from 10 August, handed in by 督查员乙."""
    assigned(ledger)
    return ledger.findings.submit(KEY, act("督查员乙", day(10)), text="已补开")


def nothing_written(ledger: Ledger, doing: Callable[[], object], says: str = ".") -> None:
    """The act is refused, with these words, and the store stands where it stood."""
    before = ledger.store.head()
    with pytest.raises(Refused, match=says):
        doing()
    assert ledger.store.head() == before


def test_a_finding_goes_from_the_run_to_its_end(ledger: Ledger) -> None:
    found = ledger.findings.get(KEY)
    assert (found.state, found.nature, found.units, found.missed) == ("待核实", "问题", ("2026-02", "2026-03"), 2)
    assert (found.first_seen, found.opened_on, found.by, found.source) == (JULY, JULY, MACHINE, "核查")
    ledger.findings.answer(KEY, act(on=day(1)), text="二月外出培训", agrees=True)
    ledger.findings.confirm(KEY, act(on=day(2)))
    ledger.findings.assign(
        KEY, act(on=day(3)), owner="书记丙", leader="委员丁", measure="补齐会议", deadline=day(20)
    )
    ledger.findings.progress(KEY, act(on=day(5)), text="已开一次")
    ledger.findings.extend(KEY, act(on=day(6)), deadline=day(25))
    ledger.findings.submit(KEY, act("督查员乙", day(10)), text="已补开")
    ledger.findings.fail(KEY, act(on=day(11)), ground="敷衍整改")
    ledger.findings.submit(KEY, act("督查员乙", day(12)), text="再次补开")
    done = ledger.findings.close(KEY, act(on=day(13), evidence=("照片", " ")), conclusion="已整改到位")
    assert (done.state, done.statement, done.agrees, done.answered) == ("已销号", "二月外出培训", True, True)
    assert (done.deadline, done.failed) == (day(25), (Failed(day(11), "敷衍整改"),))
    assert (done.closed_by, done.closed_on, done.close_evidence) == ("督查员甲", day(13), ("照片",))
    assert (done.look_back, done.submitted_by, done.submit_text) == ("已整改到位", "督查员乙", "再次补开")
    assert [(n.on, n.text, n.by) for n in done.progress] == [(day(5), "已开一次", "督查员甲")]
    assert done.known == ("2026-02", "2026-03")
    kinds = [e.kind for e in ledger.findings.history(KEY)]
    assert kinds == [f"finding.{v}" for v in (
        "open", "answer", "confirm", "assign", "progress", "extend", "submit", "fail", "submit", "close")]
    assert ledger.store.verify().faults == ()


def test_dismissing_needs_the_branch_heard_and_a_reason(ledger: Ledger) -> None:
    findings = ledger.findings
    nothing_written(ledger, lambda: findings.dismiss(KEY, act()), "支部意见")
    findings.answer(KEY, act(), text="台账登记有误", agrees=False)
    nothing_written(ledger, lambda: findings.dismiss(KEY, act(why=" ")), "理由")
    assert findings.dismiss(KEY, act(why="会议记录齐全")).state == "不成立"
    nothing_written(ledger, lambda: findings.reopen(KEY, act(why="")), "理由")
    again = findings.reopen(KEY, act(on=day(3), why="复核有误"))
    assert (again.state, again.answered, again.statement) == ("待核实", False, "台账登记有误")
    nothing_written(ledger, lambda: findings.dismiss(KEY, act(on=day(3))), "支部意见")
    findings.answer(KEY, act(on=day(3)), text="仍有异议", agrees=False)
    assert findings.dismiss(KEY, act(on=day(3))).state == "不成立"


def test_one_confirmed_unheard_in_an_earlier_version_is_dismissed_only_when_heard(ledger: Ledger) -> None:
    ledger.append([Draft(f"finding/{KEY}", "finding.confirm", FIRST, "督查员甲")], {f"finding/{KEY}": 1})
    assert ledger.findings.get(KEY).state == "已确认"
    nothing_written(ledger, lambda: ledger.findings.dismiss(KEY, act()), "支部意见")
    ledger.findings.answer(KEY, act(), text="有会议记录", agrees=False)
    assert ledger.findings.dismiss(KEY, act()).state == "不成立"


def test_confirming_needs_the_branch_heard_since_the_last_opening(ledger: Ledger) -> None:
    findings = ledger.findings
    nothing_written(ledger, lambda: findings.confirm(KEY, act()), "还没有登记支部意见，不能确认(.|\n)*answer .* --silent")
    findings.answer(KEY, act(on=day(2)), text="台账登记有误", agrees=False)
    nothing_written(ledger, lambda: findings.confirm(KEY, act(on=day(1))), "早于支部意见")
    nothing_written(ledger, lambda: findings.dismiss(KEY, act(on=day(1))), "早于支部意见")
    findings.dismiss(KEY, act(on=day(2)))
    findings.reopen(KEY, act(on=day(3)))
    nothing_written(ledger, lambda: findings.confirm(KEY, act(on=day(3))), "支部意见")
    findings.answer(KEY, act(on=day(3)), text="复核无误", agrees=True)
    assert findings.confirm(KEY, act(on=day(3), why="")).state == "已确认"


def test_a_recurrence_is_not_confirmed_on_what_was_said_before(ledger: Ledger) -> None:
    submitted(ledger)
    findings = ledger.findings
    findings.close(KEY, act(on=day(11)), conclusion="好")
    findings.recur(KEY, act(on=day(12), why="回头看又缺会"))
    nothing_written(ledger, lambda: findings.confirm(KEY, act(on=day(12))), "支部意见")
    findings.answer(KEY, act(on=day(12)), agrees=None)
    assert findings.confirm(KEY, act(on=day(12), why="")).state == "已确认"


def test_an_objection_forbids_no_confirmation_but_wants_a_reason(ledger: Ledger) -> None:
    ledger.findings.answer(KEY, act(), text="会议已开", agrees=False)
    nothing_written(ledger, lambda: ledger.findings.confirm(KEY, act(why=" ")), "有异议")
    assert ledger.findings.confirm(KEY, act(why="未能出示记录")).state == "已确认"


def test_a_branch_that_was_informed_may_stay_silent(ledger: Ledger) -> None:
    findings = ledger.findings
    for agrees in (True, False):
        nothing_written(ledger, lambda a=agrees: findings.answer(KEY, act(), text=" ", agrees=a), "没有写明支部意见")
    assert findings.get(KEY).opinion == ""
    told = findings.answer(KEY, act(), agrees=None)
    assert (told.opinion, told.answered) == ("已告知，未提出意见（2026-08-01）", True)
    told = findings.answer(KEY, act(on=day(2)), text="电话告知书记", agrees=None)
    assert told.opinion == "已告知，未提出意见：电话告知书记（2026-08-02）"
    assert findings.answer(KEY, act(on=day(3)), text="会议已开", agrees=False).opinion == "有异议：会议已开（2026-08-03）"
    # silence takes back no objection
    nothing_written(ledger, lambda: findings.answer(KEY, act(on=day(4)), agrees=None), "已提出意见")
    assert findings.answer(KEY, act(on=day(4)), text="属实", agrees=True).opinion == "认可：属实（2026-08-04）"


def test_who_handed_it_in_neither_fails_nor_closes_it(ledger: Ledger) -> None:
    submitted(ledger)
    findings = ledger.findings
    # width, blanks and case do not make another person
    for name in ("督查员乙", "督查员 乙", "督查员　乙"):
        nothing_written(ledger, lambda n=name: findings.close(KEY, act(n, day(11)), conclusion="好"), "另一人")
        nothing_written(ledger, lambda n=name: findings.fail(KEY, act(n, day(11)), ground="虚假整改"), "另一人")
    assert findings.close(KEY, act("督查员甲", day(11)), conclusion="好").state == "已销号"


def test_the_owner_does_not_close_even_one_replaced_before(ledger: Ledger) -> None:
    assigned(ledger)
    findings = ledger.findings
    findings.extend(KEY, act(on=day(9)), owner="委员戊")
    findings.extend(KEY, act(on=day(9)), owner="委员己、委员 庚；王和平")
    findings.submit(KEY, act("督查员乙，督查员丁", day(10)), text="已补开")
    nothing_written(ledger, lambda: findings.fail(KEY, act("督查员丁", day(11)), ground="推进不力"), "报请复查")
    for name in ("书记丙", "委员戊", "委员己", "委员庚", "王和平", "复查人甲、委员己"):
        nothing_written(ledger, lambda n=name: findings.close(KEY, act(n, day(11)), conclusion="好"), "责任人")
    # failing it is no favour to oneself, and an owner may say that work is not done
    assert findings.fail(KEY, act("书记丙", day(11)), ground="推进不力").state == "整改中"


def test_a_second_submission_changes_who_may_review(ledger: Ledger) -> None:
    submitted(ledger)
    findings = ledger.findings
    findings.fail(KEY, act(on=day(11)), ground="推进不力")
    findings.submit(KEY, act("督查员甲", day(12)), text="再次补开")
    nothing_written(ledger, lambda: findings.close(KEY, act("督查员甲", day(13)), conclusion="好"), "另一人")
    assert findings.close(KEY, act("督查员乙", day(13)), conclusion="好").state == "已销号"


@pytest.mark.parametrize("missing", ["owner", "leader", "measure"])
def test_assigning_names_everything(ledger: Ledger, missing: str) -> None:
    heard(ledger, KEY, act())
    ledger.findings.confirm(KEY, act())
    what = {"owner": "甲某", "leader": "乙某", "measure": "补齐", "deadline": day(20), missing: " "}
    nothing_written(ledger, lambda: ledger.findings.assign(KEY, act(on=day(2)), **what), "没有写明")


def test_a_deadline_lies_on_or_after_the_day(ledger: Ledger) -> None:
    heard(ledger, KEY, act())
    ledger.findings.confirm(KEY, act())
    what = {"owner": "甲某", "leader": "乙某", "measure": "补齐"}
    findings = ledger.findings
    nothing_written(ledger, lambda: findings.assign(KEY, act(on=day(2)), **what, deadline=day(1)), "整改时限")
    assert findings.assign(KEY, act(on=day(2)), **what, deadline=day(2)).deadline == day(2)
    nothing_written(ledger, lambda: findings.extend(KEY, act(on=day(5)), deadline=day(4)), "整改时限")
    assert findings.extend(KEY, act(on=day(5)), deadline=day(5)).deadline == day(5)


def test_overdue_on_both_sides_of_the_deadline(ledger: Ledger) -> None:
    found = assigned(ledger)
    assert (found.overdue(day(20)), found.overdue(day(21))) == (False, True)
    assert ledger.findings.overdue(day(20)) == []
    assert [f.key for f in ledger.findings.overdue(day(21))] == [KEY]
    ledger.findings.submit(KEY, act("督查员乙", day(22)), text="已补开")
    assert ledger.findings.overdue(day(23)) == []
    ledger.findings.fail(KEY, act(on=day(24)), ground="敷衍整改")
    assert [f.key for f in ledger.findings.overdue(day(24))] == [KEY]


def test_evidence_and_reasons_are_asked_for(ledger: Ledger) -> None:
    assigned(ledger)
    findings = ledger.findings
    nothing_written(ledger, lambda: findings.extend(KEY, act(why=""), owner="甲"), "理由")
    nothing_written(ledger, lambda: findings.extend(KEY, act()), "调整什么")
    nothing_written(ledger, lambda: findings.refuse(KEY, act(why="")), "理由")
    assert findings.refuse(KEY, act(on=day(4), why="拒不提供记录")).refused_on == day(4)
    nothing_written(ledger, lambda: findings.progress(KEY, act(), text=" "), "进展")
    nothing_written(ledger, lambda: findings.submit(KEY, act(on=day(3), evidence=("",)), text="好"), "佐证")
    nothing_written(ledger, lambda: findings.submit(KEY, act(on=day(3)), text=""), "完成情况")
    findings.submit(KEY, act("督查员乙", day(10)), text="好")
    nothing_written(ledger, lambda: findings.fail(KEY, act(on=day(11)), ground="不好"), "情形")
    nothing_written(ledger, lambda: findings.fail(KEY, act(on=day(11), why=""), ground="敷衍整改"), "理由")
    nothing_written(ledger, lambda: findings.close(KEY, act(on=day(11), evidence=()), conclusion="好"), "佐证")
    nothing_written(ledger, lambda: findings.close(KEY, act(on=day(11)), conclusion=""), "结论")


@pytest.mark.parametrize("late", [False, True], ids=["rectifying", "review"])
def test_what_proves_wrong_is_dismissed_while_it_is_put_right(ledger: Ledger, late: bool) -> None:
    findings = ledger.findings
    (submitted if late else assigned)(ledger)
    for hand in ("书记丙", "委员丁", *([findings.get(KEY).submitted_by] if late else [])):
        nothing_written(ledger, lambda who=hand: findings.dismiss(KEY, act(who, day(12))), "须由另一人办理")
    gone = findings.dismiss(KEY, act("督查员戊", day(12), why="记录本已找到，当时按期召开"))
    assert (gone.state, gone.overdue(day(30))) == ("不成立", False)


def test_the_leader_of_a_rectification_does_not_close_it(ledger: Ledger) -> None:
    submitted(ledger)
    nothing_written(ledger, lambda: ledger.findings.close(KEY, act("委员丁", day(12)), conclusion="好"), "责任领导")
    ledger.findings.close(KEY, act("督查员戊", day(12)), conclusion="好")


def test_no_step_lies_before_the_one_it_follows(ledger: Ledger) -> None:
    findings = ledger.findings
    nothing_written(ledger, lambda: findings.confirm(KEY, act(on=date(2026, 7, 14))), "早于上一步")
    heard(ledger, KEY, act(on=JULY))
    findings.confirm(KEY, act(on=JULY))
    what = {"owner": "甲某", "leader": "乙某", "measure": "补齐", "deadline": day(20)}
    nothing_written(ledger, lambda: findings.assign(KEY, act(on=date(2026, 7, 14)), **what), "早于上一步")
    findings.assign(KEY, act(on=day(2)), **what)
    nothing_written(ledger, lambda: findings.submit(KEY, act(on=day(1)), text="好"), "早于上一步")
    # what moves nothing may be told late: the branch spoke before it was assigned
    assert findings.answer(KEY, act(on=day(1)), text="当时已说明", agrees=True).since == day(2)


def test_every_step_has_its_state(ledger: Ledger) -> None:
    findings = ledger.findings
    for doing in (
        lambda: findings.close(KEY, act(), conclusion="好"), lambda: findings.submit(KEY, act(), text="好"),
        lambda: findings.fail(KEY, act(), ground="敷衍整改"), lambda: findings.reopen(KEY, act()),
        lambda: findings.recur(KEY, act()), lambda: findings.progress(KEY, act(), text="好"),
        lambda: findings.assign(KEY, act(), owner="", leader="", measure="", deadline=day(1)),
    ):
        nothing_written(ledger, doing, "现在不能")
    nothing_written(ledger, lambda: findings.confirm("B9|month|2026", act()), "现在不能")


@pytest.mark.parametrize("name", ["", "  ", MACHINE, "督查 工作台"])
def test_somebody_acts_and_not_the_machine(ledger: Ledger, name: str) -> None:
    nothing_written(ledger, lambda: ledger.findings.confirm(KEY, act(name)), "经办人|须由人")
    site = {"clause": "第八条", "detail": "缺会议记录"}
    nothing_written(ledger, lambda: ledger.findings.open_on_site("B1", act(name), **site), "经办人|须由人")


def test_a_person_calls_a_closed_one_back(ledger: Ledger) -> None:
    submitted(ledger)
    findings = ledger.findings
    findings.close(KEY, act(on=day(11)), conclusion="好")
    nothing_written(ledger, lambda: findings.recur(KEY, act(on=day(12), why="")), "理由")
    nothing_written(ledger, lambda: findings.recur(KEY, act(on=day(12), evidence=())), "佐证")
    back = findings.recur(KEY, act(on=day(12), why="回头看又缺会"))
    assert (back.state, back.recurrences, back.recurred_on, back.answered) == ("复发", 1, day(12), False)
    nothing_written(ledger, lambda: findings.dismiss(KEY, act(on=day(12))), "支部意见")
    findings.answer(KEY, act(on=day(12)), text="已按期召开", agrees=False)
    assert findings.dismiss(KEY, act(on=day(13))).recurrences == 0  # a recurrence that did not stand counts for nobody
    assert findings.reopen(KEY, act(on=day(14))).recurrences == 1


def test_the_second_of_two_people_is_told_of_the_first(
    ledger: Ledger, where: str, rules: Rules, tmp_path: Path
) -> None:
    with Ledger(where, rules=rules, store=Store(where, witness=tmp_path / "other")) as other:
        heard(ledger, KEY, act("督查员甲"))
        seen = other.findings.get(KEY).version
        ledger.findings.confirm(KEY, act("督查员甲"))
        head = ledger.store.head()
        with pytest.raises(Conflict, match="督查员甲 2026-08-01 确认") as told:
            other.findings.answer(KEY, act("督查员乙", seen=seen), text="二月外出培训", agrees=False)
        assert "二月外出培训" in str(told.value)  # what was to be done is not lost
        for verb in ("confirm", "dismiss"):  # told of the other, not only that it cannot be done any more
            with pytest.raises(Conflict, match="督查员甲 2026-08-01 确认"):
                getattr(other.findings, verb)(KEY, act("督查员乙", seen=seen))
        assert ledger.store.head() == head
        assert other.findings.get(KEY).state == "已确认"
        done = other.findings.answer(KEY, act("督查员乙", seen=seen + 1), text="二月外出培训", agrees=False)
        assert done.version == seen + 2
        # without a version: whatever stands now
        assert ledger.findings.answer(KEY, act("督查员甲"), text="又说明", agrees=True).version == seen + 3


def test_no_rule_is_passed_by_on_what_stood_before(ledger: Ledger, where: str, rules: Rules, tmp_path: Path) -> None:
    """Between the look at the rules and the writing, another becomes owner: the first look does not count."""
    submitted(ledger)
    course = ledger.findings.get(KEY)
    with Ledger(where, rules=rules, store=Store(where, witness=tmp_path / "other")) as other:
        other.findings.fail(KEY, act("督查员丁", day(11)), ground="推进不力")
        other.findings.extend(KEY, act("督查员丁", day(11)), owner="督查员甲")
        other.findings.submit(KEY, act("督查员丁", day(11)), text="好")
    with pytest.raises(Conflict, match="督查员丁"):
        ledger.findings.write(KEY, "close", act(on=day(12)), {"conclusion": "好"}, checked=course)
    assert ledger.findings.get(KEY).state == "待复查"


def test_what_another_wrote_is_seen_at_once(ledger: Ledger, where: str, rules: Rules, tmp_path: Path) -> None:
    with Ledger(where, rules=rules, store=Store(where, witness=tmp_path / "other")) as other:
        heard(ledger, KEY, act())
        ledger.findings.confirm(KEY, act())
        assert other.findings.get(KEY) == ledger.findings.get(KEY)
        assert other.findings.all() == ledger.findings.all()


def test_codes_name_findings_by_their_beginnings(ledger: Ledger, tmp_path: Path) -> None:
    rows = [Row(f"B{n}", missed=(5,)) for n in range(2, 60)]
    sync(ledger, Made(day(1), rows).write(tmp_path / "八月"), by="督查员甲")
    findings = ledger.findings
    assert findings.by_code(KEY).key == KEY
    code = findings.get(KEY).code
    assert code == code_of(KEY)[:8] and len(code) == 8
    assert findings.by_code(code[:4].upper()).key == KEY
    for text in ("", code[:3], "zzzz", "f" * 70):
        with pytest.raises(Refused):
            findings.by_code(text)


def test_on_site_findings_are_numbered_per_organisation(ledger: Ledger) -> None:
    findings = ledger.findings
    site = {"clause": "第八条", "detail": "党员活动室长期锁门", "inspection": "2026-督查月"}
    first = findings.open_on_site("B1", act(on=day(3)), **site)
    second = findings.open_on_site("B1", act(on=day(3)), severity="warning", **site)
    other = findings.open_on_site("B2", act(on=day(3)), severity="info", subject_name="模拟支部", **site)
    assert [f.key for f in (first, second, other)] == ["B1|手工|1", "B1|手工|2", "B2|手工|1"]
    assert [f.nature for f in (first, second, other)] == ["问题", "偏差", "倡导"]
    assert (first.source, first.by, first.inspection, first.period) == ("现场", "督查员甲", "2026-督查月", "2026")
    assert (first.subject_name, first.unit_id, other.subject_name) == ("模拟 B1 党支部", "U1", "模拟支部")
    assert findings.of("B1") == [findings.get(KEY), first, second]
    for wrong in ({"detail": " "}, {"clause": ""}, {"severity": "severe"}):
        nothing_written(ledger, lambda w=wrong: findings.open_on_site("B1", act(), **{**site, **w}))
    nothing_written(ledger, lambda: findings.open_on_site("B|1", act(), **site), "组织代码")


def test_two_people_on_site_take_two_numbers(ledger: Ledger, where: str, rules: Rules, tmp_path: Path) -> None:
    site = {"clause": "第八条", "detail": "长期锁门"}
    with Ledger(where, rules=rules, store=Store(where, witness=tmp_path / "other")) as other:
        ledger.findings.all(), other.findings.all()
        keys = [x.findings.open_on_site("B1", act(), **site).key for x in (ledger, other, ledger)]
    assert keys == ["B1|手工|1", "B1|手工|2", "B1|手工|3"]


@pytest.mark.parametrize(
    ("verdict", "severity", "nature"),
    [(FAILED, "critical", "问题"), (FAILED, "warning", "偏差"), (MANUAL, "critical", "提示"), (MANUAL, "info", "提示")],
)
def test_natures(ledger: Ledger, tmp_path: Path, verdict: str, severity: str, nature: str) -> None:
    run = Made(day(1), [Row("B3", "event-x", verdict, missed=("个案1",))], {"event-x": {"severity": severity}})
    sync(ledger, run.write(tmp_path / "次"), by="督查员甲")
    assert ledger.findings.get("B3|event-x|2026").nature == nature


def test_a_damaged_ledger_is_told_with_its_place(ledger: Ledger) -> None:
    """What no course allows, or what lacks its particulars, is no state but a damage."""
    bad = Draft(f"finding/{KEY}", "finding.close", day(2), "督查员甲", what={"conclusion": "好"})
    ledger.store.append([bad], {bad.stream: 1})
    with pytest.raises(LedgerError, match=r"前后不符[\s\S]*verify") as told:
        ledger.findings.all()
    assert "事件 3" in str(told.value)


def test_an_event_without_its_particulars_is_told(ledger: Ledger) -> None:
    bad = Draft(f"finding/{KEY}", "finding.answer", day(2), "督查员甲", what={"text": "好"})
    ledger.store.append([bad], {bad.stream: 1})
    with pytest.raises(LedgerError, match="缺少内容"):
        ledger.findings.get(KEY)
