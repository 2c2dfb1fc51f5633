"""``workbench ledger`` and ``workbench due`` on the audited sample: what they print, write, refuse and return."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from workbench.audit.run import Run
from workbench.cli import main
from workbench.cli.ledger_commands import print_notes
from workbench.errors import Refused
from workbench.exit_codes import ExitCode
from workbench.ledger.events import Act
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger
from workbench.ledger.secretaries import of_run
from workbench.ledger.sync import HOLDER_UNSURE, NO_LONGER_ASKED, SyncReport

pytestmark = pytest.mark.slow

FIRST, SECOND = "督查员甲", "督查员乙"


@pytest.fixture(scope="module")
def synced(demo_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that has taken in the demonstration run."""
    where = tmp_path_factory.mktemp("ledger") / "督查台账.sqlite"
    assert main(["ledger", "sync", str(demo_run), "--by", FIRST, "--ledger", str(where)]) == 0
    return where


@pytest.fixture
def where(synced: Path, demo_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
          capsys: pytest.CaptureFixture[str]) -> Path:
    """A copy of that ledger for one test, named by the environment, the run beside it."""
    copy = tmp_path / "督查台账.sqlite"
    shutil.copy(synced, copy)
    (tmp_path / demo_run.name).symlink_to(demo_run)
    monkeypatch.setenv("WORKBENCH_LEDGER", str(copy))
    monkeypatch.setenv("WORKBENCH_INSPECTOR", FIRST)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return copy


def findings(where: Path) -> list[Finding]:
    with Ledger(where) as ledger:
        return ledger.findings.all()


def breaches(where: Path, number: int) -> list[str]:
    """Codes of findings of one organisation that has so many breaches."""
    found: dict[str, list[str]] = {}
    for f in findings(where):
        if f.nature == "问题":
            found.setdefault(f.subject, []).append(f.code)
    return next(codes[:number] for codes in found.values() if len(codes) >= number)


def bound(where: Path) -> list[str]:
    """Organisations whose secretaries the document binds."""
    return list(of_run(Run(where.parent / "demo")))


def state(where: Path, code: str) -> str:
    with Ledger(where) as ledger:
        return ledger.findings.by_code(code).state


def ledger(*arguments: str, code: int = 0) -> None:
    assert main(["ledger", *arguments]) == code


def heard(on: str, *codes: str) -> None:
    """The branches were informed on that day and said nothing."""
    ledger("answer", *codes, "--silent", "--on", on)


def test_a_run_is_taken_in_once(where: Path, demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(findings(where)) > 150
    ledger("sync", str(demo_run), code=ExitCode.USAGE)
    assert "已经导入过" in capsys.readouterr().err


def test_list_by_state_unit_and_deadline(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    everything = findings(where)
    ledger("list")
    shown = capsys.readouterr().out
    assert f"共 {len(everything):,} 个：待核实 {len(everything):,}" in shown
    assert f"另有 {len(everything) - 20:,} 条未列出" in shown
    unit = everything[-1].unit_id
    ledger("list", "--unit", unit, "--all")
    shown = capsys.readouterr().out
    listed = set(re.findall(r"^ ([0-9a-f]{8}) ", shown, re.MULTILINE))
    assert listed == {f.code for f in everything if f.unit_id == unit}
    ledger("list", "--state", "整改中", "--overdue")
    assert "共 0 个" in capsys.readouterr().out
    ledger("list", "--state", "整改", code=ExitCode.USAGE)
    assert "待核实、已确认" in capsys.readouterr().err


def test_a_finding_from_statement_to_closed(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = breaches(where, 2)
    ledger("answer", one, two, "--agrees", "--text", "属实", "--on", "2026-09-01")
    ledger("confirm", one, two, "--on", "2026-09-02")
    assert capsys.readouterr().out.count("→ 已确认") == 2
    ledger("assign", one, "--owner", "责任人甲", "--leader", "责任领导甲", "--measure", "补办", "--deadline", "2026-09-20",
           "--on", "2026-09-03")
    ledger("list", "--overdue", "--as-of", "2026-09-20")
    assert "共 0 个" in capsys.readouterr().out
    ledger("list", "--overdue", "--as-of", "2026-09-21")
    shown = capsys.readouterr().out
    assert one in shown and "（逾期）" in shown and "共 1 个" in shown
    # Given again while it is being rectified: the arrangement is changed, and that needs a reason.
    ledger("assign", one, "--deadline", "2026-09-30", "--on", "2026-09-04", code=ExitCode.USAGE)
    ledger("assign", one, "--deadline", "2026-09-30", "--on", "2026-09-04", "--why", "等候批复")
    ledger("progress", one, "--text", "已报批", "--on", "2026-09-10")
    ledger("submit", one, "--text", "已办结", "--on", "2026-09-12", code=ExitCode.USAGE)
    assert "要有佐证" in capsys.readouterr().err
    ledger("submit", one, "--text", "已办结", "--evidence", "批复", "--on", "2026-09-12")
    closing_it = ("close", one, "--conclusion", "属实", "--evidence", "批复原件", "--on", "2026-09-15")
    ledger(*closing_it, code=ExitCode.USAGE)
    assert "须由另一人办理" in capsys.readouterr().err
    assert state(where, one) == "待复查"
    ledger(*closing_it, "--by", SECOND)
    assert state(where, one) == "已销号"
    capsys.readouterr()
    ledger("show", one[:6])
    shown = re.sub(r"\s", "", capsys.readouterr().out)
    for said in ("认可：属实（2026-09-01）", "支部：认可；内容：属实", "等候批复", "佐证：批复原件", "结论：属实", FIRST, SECOND, "销号", "2026-09-15"):
        assert said in shown, said
    ledger("recur", one, "--on", "2026-10-08", "--why", "又停办", "--evidence", "到点查看记录", "--by", SECOND)
    assert state(where, one) == "复发"


def test_failed_review_and_refusal(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = breaches(where, 1)
    heard("2026-09-02", one)
    ledger("confirm", one, "--on", "2026-09-02")
    ledger("assign", one, "--owner", "责任人甲", "--leader", "责任领导甲", "--measure", "补办", "--deadline", "2026-09-20",
           "--on", "2026-09-03")
    ledger("refuse", one, "--on", "2026-09-05", "--why", "当面拒绝")
    ledger("submit", one, "--text", "已办结", "--evidence", "说明", "--on", "2026-09-12")
    ledger("fail", one, "--ground", "马虎", "--why", "未见材料", "--by", SECOND, "--on", "2026-09-13", code=ExitCode.USAGE)
    assert "敷衍整改、虚假整改、推进不力" in capsys.readouterr().err
    ledger("fail", one, "--ground", "敷衍整改", "--why", "未见材料", "--by", SECOND, "--on", "2026-09-13")
    assert state(where, one) == "整改中"


def test_what_is_refused_does_not_stop_the_others(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard, unheard = breaches(where, 2)
    ledger("answer", heard, "--text", "会议已开，见记录", "--objects", "--on", "2026-09-01")
    capsys.readouterr()
    ledger("dismiss", unheard, heard, "--why", "记录在", "--on", "2026-09-02", code=ExitCode.USAGE)
    told = capsys.readouterr()
    assert "还没有登记支部意见" in told.err and "已登记 1 个，1 个没有登记" in told.err
    assert (state(where, heard), state(where, unheard)) == ("不成立", "待核实")
    ledger("reopen", heard, "--why", "记录是补写的", "--on", "2026-09-03")
    assert state(where, heard) == "待核实"


def test_nothing_is_confirmed_before_its_branch_was_heard(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = breaches(where, 2)
    heard("2026-09-01", one)
    ledger("confirm", one, two, "--on", "2026-09-02", code=ExitCode.USAGE)
    told = capsys.readouterr()
    assert f"{one} " in told.out and "→ 已确认" in told.out
    assert "不能确认" in told.err and f"answer {two} --agrees" in told.err and "--silent" in told.err
    assert (state(where, one), state(where, two)) == ("已确认", "待核实")
    ledger("answer", two, "--objects", "--text", "会已开", "--on", "2026-09-02")
    ledger("confirm", two, "--on", "2026-09-02", code=ExitCode.USAGE)
    assert "支部有异议，确认须写明理由" in capsys.readouterr().err
    ledger("confirm", two, "--on", "2026-09-02", "--why", "未能出示记录")
    assert state(where, two) == "已确认"
    capsys.readouterr()
    ledger("show", one)
    shown = re.sub(r"\s", "", capsys.readouterr().out)
    assert "已告知，未提出意见（2026-09-01）" in shown and "支部：已告知，未提出意见" in shown


@pytest.mark.parametrize(("arguments", "said"), [
    (("answer", "CODE", "--text", "属实"), "没有写明支部的态度"),
    (("answer", "CODE", "--agrees", "--silent", "--text", "属实"), "支部的态度只能写一个"),
    (("answer", "CODE", "--agrees"), "没有写明支部意见"),
    (("show", "zzzz"), "没有这个问题"),
    (("show", "1"), "编号对应多个问题或过短"),
    (("confirm", "CODE", "--by", " "), "没有写明经办人"),
    (("confirm", "CODE", "--by", "督查工作台"), "须由人办理"),
    (("confirm", "CODE", "--on", "2026-9-1"), "YYYY-MM-DD"),
    (("confirm", "CODE", "zzzz"), "没有这个问题"),
    (("assign", "CODE", "--owner", "甲"), "没有写明整改时限"),
    (("add", "没有的组织", "--detail", "x", "--clause", "y"), "没有这个组织"),
    (("add", "SUBJECT", "--detail", "x", "--requirement", "secretary-2022-99"), "没有这个条款编号"),
    (("add", "SUBJECT", "--detail", "x", "--clause", "y", "--severity", "大"), "critical、warning、info"),
    (("verify", "--head", "甲"), "链尾写法不对"),
    (("lists", "step", "开张", "SUBJECT"), "晒单、查单"),
    (("appraisal", "step", "开会", "SUBJECT"), "述职、考评"),
    (("inspection", "step", "没有", "开始"), "没有这一项"),
    (("card", "give", "SUBJECT", "--level", "蓝牌"), "黄牌、橙牌、红牌"),
])
def test_mistakes_are_explained_and_change_nothing(
    where: Path, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = findings(where)[0]
    given = [{"CODE": first.code, "SUBJECT": first.subject}.get(a, a) for a in arguments]
    ledger(*given, code=ExitCode.USAGE)
    told = capsys.readouterr()
    assert said in told.err and "Traceback" not in told.err
    assert {f.version for f in findings(where)} == {1}


def test_without_a_ledger_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_LEDGER", raising=False)
    for arguments in (["ledger", "list"], ["ledger", "verify"], ["ledger", "backup", "b"], ["due"]):
        assert main(arguments) == ExitCode.USAGE
        assert "督查台账" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_finding_seen_on_site(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = findings(where)[0]
    ledger("add", subject.subject_name, "--detail", "未见活动阵地登记", "--requirement", "secretary-2022-4.4-6", "--on",
           "2026-09-01", "--evidence", "照片")
    code = capsys.readouterr().out.split()[0]
    with Ledger(where) as opened:
        found = opened.findings.by_code(code)
    assert (found.subject, found.source, found.clause, found.document) == (
        subject.subject, "现场", "第四条（四）", "secretary-2022")


def test_cards_are_proposed_and_decided(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = set(bound(where))
    breach = [f for f in findings(where) if f.nature == "问题" and f.subject in known]
    one, other = breach[0], next(f for f in breach if f.subject != breach[0].subject)
    heard("2026-09-01", one.code, other.code)
    ledger("confirm", one.code, other.code, "--on", "2026-09-01")
    capsys.readouterr()
    ledger("card", "propose", "--as-of", "2026-09-02")
    shown = capsys.readouterr().out
    assert one.subject in shown and other.subject in shown and "第十二条（一）" in shown
    give = ("card", "give", one.subject, "--level", "黄牌", "--on", "2026-09-02", "--why", "问题属实")
    ledger(*give, code=ExitCode.USAGE)
    assert "--deadline" in capsys.readouterr().err
    ledger(*give, "--deadline", "2026-10-01")
    ledger("card", "decline", other.subject, "--level", "黄牌", "--on", "2026-09-02", code=ExitCode.USAGE)
    ledger("card", "decline", other.subject, "--level", "黄牌", "--on", "2026-09-02", "--why", "情节轻微")
    capsys.readouterr()
    ledger("card", "propose", "--as-of", "2026-09-03")
    table = capsys.readouterr().out.split("未据以提出建议的")[0]
    assert one.subject not in table and other.subject not in table
    ledger("card", "follow-up", one.subject, "--kind", "回头看", "--on", "2026-09-10")
    ledger("card", "feedback", one.subject, "--text", "指出问题", "--source", "上级督查组（样例）", "--on", "2026-09-11")
    ledger("card", "clear", one.subject, "--why", "已改好", "--on", "2026-09-12", code=ExitCode.USAGE)
    ledger("card", "clear", one.subject, "--why", "已改好", "--on", "2026-09-12", "--evidence", "复查记录")
    capsys.readouterr()
    ledger("card", "--as-of", "2026-09-12")
    line = next(x for x in capsys.readouterr().out.splitlines() if one.subject in x)
    assert " 无 " in line
    why = ("--why", "原始记录补查到", "--evidence", "原始记录")
    ledger("card", "revoke", one.subject, "--given", "2026-09-01", "--on", "2026-09-20", *why, code=ExitCode.USAGE)
    assert "2026-09-02 黄牌" in capsys.readouterr().err
    ledger("card", "revoke", one.subject, "--given", "2026-09-02", "--on", "2026-09-20", *why)


def test_what_a_run_leaves_to_people_is_told(where: Path, demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Notes of a sync are told nowhere else: a secretary under another key, a finding that could not be judged."""
    secretary = next(s for s in of_run(Run(where.parent / "demo")).values() if s.holder and s.since)
    with Ledger(where) as opened:
        opened.cards.feedback(
            secretary.org_id, Act(FIRST, date(2026, 9, 1)), text="指出问题", source="上级（样例）", outstanding=False,
            secretary=replace(secretary, holder="0" * 16))
        report = SyncReport("r", not_judged=[opened.findings.all()[0].key], notes={
            secretary.org_id: HOLDER_UNSURE, opened.findings.all()[0].key: NO_LONGER_ASKED})
        print_notes(opened, report)
        told = capsys.readouterr().out
        assert secretary.org_name in told and opened.findings.all()[0].code in told and "须核对原因" in told
    with pytest.raises(Refused) as refused, Ledger(where) as opened:
        opened.findings.submit(opened.findings.all()[0].key, Act(FIRST, date(2026, 9, 1), evidence=("x",)), text="x")
    assert "登记支部意见" in str(refused.value) and "再次核查" not in str(refused.value)


def test_another_secretary_or_another_key(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secretary = next(s for s in of_run(Run(where.parent / "demo")).values() if s.holder)
    with Ledger(where) as opened:
        found = opened.findings.open_on_site(
            secretary.org_id, Act(FIRST, date(2026, 9, 1)), clause="第八条", detail="未见会议记录")
        opened.findings.answer(found.key, Act(FIRST, date(2026, 9, 1)), text="属实", agrees=True)
        opened.findings.confirm(found.key, Act(FIRST, date(2026, 9, 1)))
        opened.cards.give_yellow(
            secretary.org_id, Act(FIRST, date(2026, 9, 2), "属实"), grounds=[found.key], deadline=date(2026, 10, 1),
            secretary=replace(secretary, holder="0" * 16))
    capsys.readouterr()
    give = ("card", "give", secretary.org_id, "--level", "橙牌", "--ground", found.code, "--on", "2026-10-10",
            "--why", "推进不力")
    ledger("card", "follow-up", secretary.org_id, "--kind", "回头看", "--on", "2026-10-09")
    ledger(*give, code=ExitCode.USAGE)
    assert "workbench ledger card holder" in capsys.readouterr().err
    holder = ("card", "holder", secretary.org_id, "--on", "2026-10-09")
    ledger(*holder, "--same", code=ExitCode.USAGE)
    assert "理由" in capsys.readouterr().err
    ledger(*holder, "--same", "--why", "已对照任职文件")
    ledger(*give)
    ledger(*holder, code=ExitCode.USAGE)
    assert "书记没有变动" in capsys.readouterr().err
    ledger(*holder, "--not-same", "--why", "任职文件看错")
    capsys.readouterr()
    ledger("card", "holder", secretary.org_id, "--on", "2026-10-11")
    assert "→ 无" in capsys.readouterr().out


def test_five_lists(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = bound(where)[0]
    common = ("--on", "2026-01-20", "--year", "2026")
    ledger("lists", "add", subject, "--title", "建强阵地", "--kind", "共性", "--deadline", "2026-06-30", *common)
    assert "→ 已开单" in capsys.readouterr().out
    ledger("lists", "add", subject, "--title", "整顿后进村", "--kind", "个性", "--hard", *common)
    ledger("lists", "add", subject, "--title", "办好夜校", "--dispatched", "--on", "2026-03-05", "--year", "2026")
    ledger("lists", "step", "晒单", subject, "--on", "2026-01-28", "--year", "2026")
    ledger("lists", "progress", subject, "--quarter", "1", "--on", "2026-03-30", "--year", "2026")
    capsys.readouterr()
    ledger("lists", "show", subject, "--year", "2026")
    shown = capsys.readouterr().out
    assert "派单" in shown and "没有写明工作标准" in shown and "第七条" in shown
    ledger("lists", "--year", "2026", "--as-of", "2026-09-01")
    shown = capsys.readouterr().out
    assert "建强阵地" in shown and "逾期" in shown and "没有在本台账中开单" in shown
    ledger("lists", "finish", subject, "1", "--on", "2026-09-02", "--evidence", "验收单", "--year", "2026")
    ledger("lists", "close", subject, "--text", "完成", "--on", "2026-12-20", "--year", "2026")
    assert "→ 已销单" in capsys.readouterr().out


def test_appraisal_is_held_to_its_limits(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subject = bound(where)[0]
    ledger("appraisal", "plan", subject, "--on", "2026-12-01")
    ledger("appraisal", "step", "述职", subject, "--on", "2026-12-10")
    ledger("appraisal", "step", "考评", subject, "--on", "2026-12-11")
    ledger("appraisal", "grade", "较好", subject, "--on", "2026-12-12")
    ledger("appraisal", "grade", "优秀", subject, "--annual", "--on", "2026-12-12", code=ExitCode.USAGE)
    assert "不得评" in capsys.readouterr().err
    ledger("appraisal", "grade", "一般", subject, "--on", "2026-12-13", "--why", "复核")
    ledger("appraisal", "step", "反馈", subject, "--on", "2026-12-14")
    ledger("appraisal", "deadline", subject, "--deadline", "2027-03-01", "--on", "2026-12-15")
    capsys.readouterr()
    ledger("appraisal", "--as-of", "2026-12-16")
    shown = capsys.readouterr().out
    assert "限期整改" in shown and "约谈" in shown and "第十五条" in shown
    ledger("appraisal", "review", "--year", "2026")


def test_an_inspection(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on = ("--on", "2026-09-01")
    ledger("inspection", "plan", "2026-样例", "--title", "样例督查", "--first", "2026-09-01", "--last", "2026-09-30", *on)
    ledger("inspection", "team", "2026-样例", "第一组", "--member", FIRST, "--member", SECOND,
           "--own-unit", "YL0000001", *on)
    ledger("inspection", "team", "2026-样例", "第二组", "--member", "督查员丙", "--own-unit", "中共乙县委员会", *on)
    ledger("inspection", "draw", "2026-样例", "--number", "9", "--seed", "公开", "--stratum", "sector", *on)
    ledger("inspection", "draw", "2026-样例", "--number", "9", "--seed", "公开", "--stratum", "领域", *on,
           code=ExitCode.USAGE)
    with Ledger(where) as opened:
        drawn = list(opened.inspections.get("2026-样例").branches)
    other = next(f.subject for f in findings(where) if f.subject not in drawn and "甲县" in f.subject_name)
    ledger("inspection", "pick", "2026-样例", other, "--why", "问题较多", *on)
    ledger("inspection", "assign", "2026-样例", *on)
    capsys.readouterr()
    ledger("inspection", "show", "2026-样例")
    shown = capsys.readouterr().out
    assert len(drawn) == 9 and all(code in shown for code in (*drawn, other)) and "种子“公开”" in shown
    ledger("inspection", "step", "2026-样例", "开始", *on)
    with Ledger(where) as opened:
        course = opened.inspections.get("2026-样例")
        mine = next(code for code, name in course.assigned.items() if name == "第一组")
    ledger("inspection", "visit", "2026-样例", mine, "--on", "2026-09-02")
    ledger("inspection", "use", "2026-样例", "到点", "--on", "2026-09-02")
    capsys.readouterr()
    ledger("inspection", "show", "2026-样例")
    assert "有的层没有检查到" in capsys.readouterr().out
    ledger("inspection", "step", "2026-样例", "反馈", "--on", "2026-09-20", code=ExitCode.USAGE)
    ledger("inspection", "step", "2026-样例", "反馈", "--on", "2026-09-20", "--why", "其余改为书面检查")
    capsys.readouterr()
    ledger("inspection")
    assert "已反馈" in capsys.readouterr().out


def test_verify_finds_a_changed_event(where: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = breaches(where, 1)
    heard("2026-09-01", one)
    ledger("confirm", one, "--on", "2026-09-01")
    capsys.readouterr()
    ledger("verify")
    told = capsys.readouterr().out
    assert "完好" in told
    (head,) = re.findall(r"末尾 (\d+:[0-9a-f]{64})", told)
    ledger("verify", "--head", head)
    seq = int(head.split(":")[0])
    with closing(sqlite3.connect(where)) as con, con:
        for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            con.execute(f'DROP TRIGGER "{name}"')
        con.execute("UPDATE events SET who = '督查员丁' WHERE seq = ?", (seq,))
    capsys.readouterr()
    ledger("verify", code=ExitCode.FAILED)
    assert f"第 {seq} 号事件" in capsys.readouterr().err


def test_backup_and_restore(where: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger("backup", "备份.gz")
    ledger("restore", "备份.gz", "--ledger", "另一份.sqlite")
    ledger("restore", "备份.gz", code=ExitCode.USAGE)
    assert "空的台账" in capsys.readouterr().err
    with Ledger(where) as mine, Ledger(tmp_path / "另一份.sqlite") as other:
        assert mine.store.head() == other.store.head()


def test_papers_of_a_unit(where: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = breaches(where, 2)
    heard("2026-09-01", one, two)
    ledger("confirm", one, two, "--on", "2026-09-01")
    with Ledger(where) as opened:
        subject = opened.findings.by_code(one).subject
    capsys.readouterr()
    ledger("papers", "--out", "文稿", "--unit", subject, "--on", "2026-09-02")
    told = capsys.readouterr().out.split()
    rows = openpyxl.load_workbook(tmp_path / "文稿" / "整改台账.xlsx").worksheets[0].iter_rows(values_only=True)
    told_of = {f.code for f in findings(where) if any(f"编号 {f.code}" in str(cell) for row in rows for cell in row)}
    assert told_of and told_of <= {f.code for f in findings(where) if f.subject == subject}
    assert {Path(p).name for p in told} == {p.name for p in (tmp_path / "文稿").iterdir()} >= {
        "问题清单.xlsx", "整改台账.xlsx", "一支部一清单.docx"}
    ledger("papers", "--out", "文稿", code=ExitCode.USAGE)
    assert "已经存在" in capsys.readouterr().err


def test_what_is_due(where: Path, demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = breaches(where, 1)
    heard("2026-08-31", one)
    ledger("confirm", one, "--on", "2026-08-31")
    ledger("assign", one, "--owner", "责任人甲", "--leader", "责任领导甲", "--measure", "补办", "--deadline", "2026-09-20",
           "--on", "2026-08-31")
    capsys.readouterr()
    for as_of, days, told in (("2026-09-01", "19", "19天"), ("2026-09-21", "0", "逾期1天")):
        assert main(["due", "--as-of", as_of, "--days", days, "--detail"]) == 0
        shown = capsys.readouterr().out
        line = next(x for x in shown.splitlines() if "问题" in x and "2026-09-20" in x)
        assert told in line
    assert main(["due", "--as-of", "2026-09-01", "--days", "18", "--detail"]) == 0
    assert not [x for x in capsys.readouterr().out.splitlines() if "2026-09-20" in x and x.rstrip().endswith("问题")]
    # Without a ledger the run alone is asked, and its own day is taken.
    assert main(["due", str(demo_run), "--ledger", "没有.sqlite"]) == 0
    shown = capsys.readouterr().out
    assert f"截至 {date(2026, 8, 31)}" in shown and "2026-09-30" in shown
    assert main(["due", "--days", "-1"]) == ExitCode.USAGE
