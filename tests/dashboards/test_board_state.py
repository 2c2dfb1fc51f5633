"""What the page of findings and cards shows and does, without a browser."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from fake_ledger import DEADLINES, LATER
from fake_run import write_run

from tests.heard import heard
from workbench.audit.run import Run
from workbench.cli import main
from workbench.dashboards import Overview, acts, board_pages
from workbench.dashboards.board import SHOWN, STATES, Board, BoardFilter
from workbench.dashboards.desk import Desk
from workbench.dashboards.serve import _checked
from workbench.dashboards.state import RunState
from workbench.errors import Refused, UsageError
from workbench.ledger import Act, Ledger, sync
from workbench.ledger.events import MACHINE
from workbench.ledger.machines import verbs

DAY = LATER.isoformat()


@pytest.fixture(scope="module")
def board(season: tuple[Path, Path]) -> Board:
    """The board over it; nobody acts on it."""
    return Board(str(season[1]), RunState(season[0]))


@pytest.fixture
def own(season: tuple[Path, Path], tmp_path: Path) -> Board:
    """A board over a copy, on which 督查员丙 acts."""
    return Board(str(shutil.copy(season[1], tmp_path / "own.sqlite")), RunState(season[0]), "督查员丙")


def shown(**wanted: str) -> BoardFilter:
    return BoardFilter.of({"day": DAY, **wanted}, "")


def one(board: Board, state: str) -> str:
    return next(f.key for f in board.ledger.findings.all() if f.state == state)


def act(board: Board, topic: str, ident: str, verb: str, seen: int | None, **fields: str) -> dict:
    return board.act({"topic": topic, "id": ident, "verb": verb, "seen": seen, "fields": {"on": DAY, **fields}})


def test_every_finding_stands_in_the_column_of_its_state(board: Board) -> None:
    counted = Counter(f.state for f in board.ledger.findings.all())
    assert {c.state: c.total for c in board.columns(shown())} == {s: counted[s] for s in STATES}
    assert min(counted[s] for s in STATES) > 0
    html = board_pages.part(board, "", shown())
    for state in STATES:
        column = re.search(rf'data-state="{state}" aria-labelledby.*?</section>', html, re.S).group()
        assert column.count('class="wb-issue"') == min(counted[state], SHOWN)


def test_a_deadline_is_late_from_the_day_after(board: Board) -> None:
    due = DEADLINES[0]
    for day, late, left in ((due - timedelta(1), 0, 1), (due, 0, 0), (due + timedelta(1), 1, -1)):
        entries = [e for c in board.columns(shown(day=day.isoformat(), state="整改中")) for e in c.entries]
        mine = [e for e in entries if e.finding.deadline == due]
        assert {(e.late, e.left) for e in mine} == {(late, left)}
        assert board_pages.part(board, "", shown(day=day.isoformat())).count("▲ 逾期 1 日") == (len(mine) if late else 0)


def test_filters(board: Board) -> None:
    findings = board.ledger.findings.all()
    some = next(f for f in findings if f.state == "整改中")
    for name, value, holds in (
        ("unit", some.unit_id, lambda f: f.unit_id == some.unit_id),
        ("document", some.document, lambda f: f.document == some.document),
        ("clause", some.requirement, lambda f: f.requirement == some.requirement),
        ("nature", "偏差", lambda f: f.nature == "偏差"),
        ("text", "责任岗 第二局", lambda f: f.owner == "责任岗" and f.unit_id == "002"),
        ("text", some.code, lambda f: f.code == some.code),
        ("due", "已逾期", lambda f: f.overdue(LATER)),
        ("due", "将到期", lambda f: f.state == "整改中" and LATER <= f.deadline <= LATER + timedelta(30)),
        ("text", "没有这样的组织", lambda f: False),
    ):
        expected = {f.code for f in findings if holds(f)}
        assert sum(c.total for c in board.columns(shown(**{name: value}))) == len(expected), name
        assert expected or value == "没有这样的组织"
    offered = board.choices()
    assert [v for v, _ in offered["unit"]] == ["001", "002", "003", "004"]
    assert {v for v, _ in offered["clause"]} == {f.requirement for f in findings}
    with pytest.raises(UsageError, match="日期有误"):
        shown(day="2026-02-30")
    assert BoardFilter.of({}, "2026-08-31").day == date(2026, 8, 31)


def test_pages_of_one_state_hold_every_finding_once(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=200, units=5)
    with Ledger(tmp_path / "l.sqlite") as ledger:
        sync(ledger, Run(run), "督查员甲")
        keys = {f.code for f in ledger.findings.all()}
    board = Board(str(tmp_path / "l.sqlite"), RunState(run))
    f = shown(state="待核实")
    codes = [e.finding.code for c in board.columns(f) for e in c.entries]
    while more := board.more(f, len(codes)):
        codes += [e.finding.code for e in more]
    assert len(codes) == len(keys) > 150 and set(codes) == keys
    assert board_pages.part(board, "", shown()).count('class="wb-issue"') == SHOWN


def test_what_a_run_says_against_the_state_is_flagged(board: Board) -> None:
    findings = board.ledger.findings.all()
    for flag, holds in (
        ("再次核查已达标", lambda f: f.proposed_for_review),
        ("销号后台账仍未补正", lambda f: f.state == "已销号" and f.still_failing),
    ):
        some = next(f for f in findings if holds(f))
        assert f"◆ {flag}" in board_pages.finding(board, some.code, LATER)
        calm = next(f for f in findings if not holds(f))
        assert f"◆ {flag}" not in board_pages.finding(board, calm.code, LATER)
        assert sum(flag in e.flags for e in board._selected(shown())) == sum(map(holds, findings))


@pytest.mark.parametrize("state", STATES)
def test_a_finding_with_its_course_and_what_can_be_done(own: Board, season: tuple[Path, Path], state: str) -> None:
    key = one(own, state)
    finding, events = own.ledger.findings.get(key), own.ledger.findings.history(key)
    html = board_pages.finding(own, finding.code, LATER)
    assert re.findall(r'<time datetime="([^"]+)"', html) == [e.on.isoformat() for e in reversed(events)]
    assert all(e.who in html and e.why in html for e in events)
    people = set(verbs("finding", state)) - {"see", "resolve"}  # what runs show, and nobody does
    assert sorted(re.findall(r'data-verb="(\w+)"', html)) == sorted(people)
    assert set(re.findall(r'data-seen="(\d+)"', html)) == {str(finding.version)}
    evidence = pd.read_parquet(season[0] / "evidence.parquet").query(
        "subject == @finding.subject and requirement == @finding.requirement"
    )
    rows = re.search(r"依据记录.*", html, re.S).group().count("<tr") - 1
    assert max(rows, 0) == min(len(evidence), 200)
    read_only = board_pages.finding(Board(str(own.ledger.store.place), own.state), finding.code, LATER)
    assert "<form" not in read_only and "只能查看" in read_only


def test_everything_people_do_has_its_form_with_the_fields_of_its_act(board: Board) -> None:
    for kind, fields in acts._FIELDS.items():
        topic, verb = kind.split(".")
        book = {"finding": board.ledger.findings, "card": board.ledger.cards}[topic]
        wanted = inspect.signature(getattr(book, verb)).parameters
        particulars = {p.name: p for p in wanted.values() if p.kind is p.KEYWORD_ONLY and p.name != "secretary"}
        named = {f.name for f in fields} - set(acts._OF_THE_ACT)
        assert named == set(particulars), kind
        must = {name for name, p in particulars.items() if p.default is p.empty}
        assert must <= {f.name for f in fields if f.required}, kind
        assert ("secretary" in wanted) == (kind in acts.OF_THE_SECRETARY)


def test_every_particular_of_an_event_has_a_word(board: Board) -> None:
    words = set(board_pages._PARTICULARS.values())
    lines = [board_pages.line(board, e) for e in board.ledger.store.events() if e.topic in ("finding", "card")]
    assert {label for line in lines for label, _ in line["facts"]} <= words
    assert {line["machine"] for line in lines} == {True, False}
    texts = [text for line in lines for _, text in line["facts"]]
    assert not [t for t in texts if "|" in t], "a key of a finding is no ground in words"


def test_an_act_carries_name_day_run_and_reason(own: Board) -> None:
    key = one(own, "待核实")
    seen = own.ledger.findings.get(key).version
    done = act(own, "finding", key, "answer", seen, text="属实", agrees="true")
    assert done["refused"] == "" and "现为：待核实" in done["done"]
    assert "已确认" in act(own, "finding", key, "confirm", seen + 1, why="记录缺失", evidence="会议记录\n\n签到册 ")["done"]
    event = own.ledger.findings.history(key)[-1]
    assert (event.who, event.on, event.why, event.run) == ("督查员丙", LATER, "记录缺失", own.run_id)
    assert event.evidence == ("会议记录", "签到册")
    told = act(
        own, "finding", key, "assign", None, owner="责任岗", leader="分管岗", measure="补开", deadline="2026-10-20"
    )
    assert own.ledger.findings.get(key).deadline == date(2026, 10, 20) and told["refused"] == ""


def test_a_branch_accepts_objects_or_stays_silent(own: Board) -> None:
    key = one(own, "待核实")
    code = own.ledger.findings.get(key).code
    form = next(f for f in own.finding(code, LATER)["forms"] if f.verb == "answer")
    assert [c for f in form.fields if f.name == "agrees" for c in f.choices] == [
        ("true", "认可"), ("false", "有异议"), ("none", "已告知，未提出意见")]
    assert "须先登记支部意见" in board_pages.finding(own, code, LATER)
    assert act(own, "finding", key, "answer", None, agrees="none")["refused"] == ""
    page = board_pages.finding(own, code, LATER)
    assert "已告知，未提出意见（2026-09-30）" in page and "须先登记支部意见" not in page
    assert act(own, "finding", key, "answer", None, agrees="false", text="会已开")["refused"] == ""
    assert "支部有异议，确认须写明理由" in board_pages.finding(own, code, LATER)
    assert "有异议" in act(own, "finding", key, "confirm", None)["refused"]
    assert act(own, "finding", key, "confirm", None, why="未能出示记录")["refused"] == ""


def test_the_second_of_two_people_loses_nothing_and_writes_nothing(own: Board) -> None:
    key = one(own, "待核实")
    heard(own.ledger, key, Act("督查员丁", LATER))
    seen, before = own.ledger.findings.get(key).version, own.seq()
    with Ledger(own.ledger.store.place) as other:
        other.findings.confirm(key, Act("督查员丁", LATER))
    assert own.seq() == before + 1
    told = act(own, "finding", key, "answer", seen, text="说明在此", agrees="false")
    assert told["conflict"] and "督查员丁" in told["refused"] and own.seq() == before + 1
    again = act(own, "finding", key, "answer", seen + 1, text="说明在此", agrees="false")
    assert again["refused"] == "" and own.seq() == before + 2
    assert act(own, "finding", key, "answer", seen + 1, text="说明在此", agrees="false")["conflict"]  # a second click
    assert own.seq() == before + 2


def test_what_is_refused_is_told_and_not_written(own: Board) -> None:
    pending, review, confirmed = (own.ledger.findings.get(one(own, s)) for s in ("待核实", "待复查", "已确认"))
    before = own.seq()
    for finding, verb, fields, words in (
        (pending, "dismiss", {"why": ""}, "理由"), (pending, "dismiss", {"why": "不实"}, "支部意见"),
        (pending, "confirm", {}, "支部意见"),
        (pending, "answer", {"text": "属实", "agrees": "maybe"}, "可选"), (pending, "answer", {"text": "属实"}, "支部对问题"),
        (pending, "answer", {"text": " ", "agrees": "true"}, "支部意见"),
        (pending, "assign", {"owner": "a", "leader": "b", "measure": "c", "deadline": DAY}, "现在不能"),
        (confirmed, "assign", {"owner": "a", "leader": "b", "measure": "c", "deadline": "2026-13-01"}, "日期有误"),
        (confirmed, "assign", {"owner": "a", "leader": "b", "measure": "c", "deadline": "2026-09-29"}, "早于办理日期"),
        (review, "close", {"conclusion": "到位", "evidence": " \n "}, "佐证"),
        (pending, "see", {}, "不能办理"), (pending, "open", {}, "不能办理"), (pending, "__init__", {}, "不能办理"),
        (pending, "confirm", {"on": ""}, "办理日期"),
    ):
        told = act(own, "finding", finding.key, verb, finding.version, **fields)
        assert words in told["refused"] and not told["conflict"], (verb, told)
    assert "不能办理" in act(own, "run", "x", "sync", 0)["refused"]
    own.inspector = review.submitted_by
    assert "须由另一人" in board_pages.finding(own, review.code, LATER)
    assert "另一人" in act(own, "finding", review.key, "close", None, conclusion="到位", evidence="现场")["refused"]
    own.inspector = ""
    assert "只能查看" in act(own, "finding", pending.key, "confirm", 1)["refused"]
    own.inspector = MACHINE
    assert "须由人" in act(own, "finding", pending.key, "confirm", 1)["refused"]
    assert own.seq() == before
    with pytest.raises(Refused):
        own.finding("ffffffff", LATER)


def test_register_of_cards(own: Board) -> None:
    found = own.register(shown())
    assert [x["card"].state for x in found["cards"]] == ["黄牌", "橙牌", "红牌"]
    assert [x["card"].state for x in found["past"]] == ["无"]
    yellow, orange, red = found["cards"]
    assert (yellow["cap"], yellow["late"]) == (None, 8)
    assert "不得评“好”" in orange["cap"].reason and "至多评“一般”" in red["cap"].reason
    assert {p.kind for p in orange["prompts"]} == {"上级书记约谈", "整改材料备案"}
    html = board_pages.part(own, "cards", shown())
    assert html.count('data-plate="红牌"') == 1
    assert 'data-plate' not in re.search(r"wb-proposals.*", html, re.S).group()  # what is proposed looks like no card
    assert [x["card"].org_id for x in own.register(shown(unit="001"))["cards"]] == [
        x["card"].org_id for x in found["cards"] if x["card"].org_id.startswith("001")
    ]
    page = board_pages.holder(own, orange["card"].org_id, LATER)
    assert "亮橙牌" in page and "回头看发现敷衍整改" in page and 'data-verb="follow_up"' in page
    org, seen = orange["card"].org_id, orange["card"].version
    assert act(own, "card", org, "follow_up", seen, kind="上级书记约谈")["refused"] == ""
    assert {p.kind for p in own.register(shown())["cards"][1]["prompts"]} == {"整改材料备案"}


def test_a_ground_is_typed_by_its_code(own: Board) -> None:
    card = own.register(shown())["cards"][0]["card"]
    more = own.ledger.findings.open_on_site(card.org_id, Act("督查员甲", LATER), clause="第七条", detail="没有公示清单")
    typed = {"grounds": f"{more.code}\n另有反映"}
    assert "没有确认" in act(own, "card", card.org_id, "add_grounds", card.version, **typed)["refused"]
    heard(own.ledger, more.key, Act("督查员甲", LATER))
    own.ledger.findings.confirm(more.key, Act("督查员甲", LATER))
    assert act(own, "card", card.org_id, "add_grounds", card.version, **typed)["refused"] == ""
    assert own.ledger.cards.get(card.org_id).grounds[-2:] == (more.key, "另有反映")
    assert f"finding={more.code}" in board_pages.holder(own, card.org_id, LATER)


def test_a_person_decides_on_a_proposal_with_a_reason(own: Board) -> None:
    first, second = own.register(shown())["proposals"][:2]
    give = next(f for f in first["forms"] if f.verb != "decline")
    given = {f.name: f.value for f in give.fields if f.kind == "given"}
    assert give.verb == "give_yellow" and given["grounds"]
    org = first["proposal"].org_id
    assert "理由" in act(own, "card", org, "give_yellow", give.seen, deadline="2026-10-20", **given)["refused"]
    told = act(own, "card", org, "give_yellow", give.seen, deadline="2026-10-20", why="一般性问题", **given)
    assert told["refused"] == "" and own.ledger.cards.get(org).state == "黄牌"
    assert own.ledger.cards.history(org)[-1].who == "督查员丙"
    no = next(f for f in second["forms"] if f.verb == "decline")
    fields = {f.name: f.value for f in no.fields if f.kind == "given"}
    other = second["proposal"].org_id
    assert act(own, "card", other, "decline", no.seen, why="已当面提醒", **fields)["refused"] == ""
    assert {org, other} & {x["proposal"].org_id for x in own.register(shown())["proposals"]} == set()
    assert all(x["forms"] == [] for x in Board(own.ledger.store.place, own.state).register(shown())["proposals"])


def test_what_is_due(board: Board) -> None:
    found = board.due(shown())
    late = {f.key for f in board.ledger.findings.all() if f.overdue(LATER)}
    assert {x.course for x in found["overdue"] if x.source == "问题"} == late
    assert all(x.days_left < 0 for x in found["overdue"]) and all(0 <= x.days_left <= 30 for x in found["coming"])
    assert all(x.clause for x in found["overdue"] + found["coming"])
    html = board_pages.part(board, "due", shown())
    for finding in (board.ledger.findings.get(key) for key in late):
        assert f"finding={finding.code}" in html and f"branch={finding.subject}" in html
    some = board.ledger.findings.get(min(late))
    mine = board.due(shown(unit=some.unit_id, text=f"整改时限：{some.description}"))
    alike = {f.key for f in board.ledger.findings.all()
             if f.key in late and (f.unit_id, f.description) == (some.unit_id, some.description)}
    assert {x.course for x in mine["overdue"]} == alike


def test_the_branch_page_lists_what_the_ledger_holds(board: Board) -> None:
    subject = next(f.subject for f in board.ledger.findings.all() if f.state == "整改中")
    html = board_pages.of_branch(board.of_branch(subject, LATER), board.card_of(subject))
    own = [f for f in board.ledger.findings.all() if f.subject == subject]
    assert sorted(re.findall(r"finding=(\w+)", html)) == sorted(f.code for f in own)
    assert sorted(re.findall(r'data-state="([^"]+)"', html)) == sorted(f.state for f in own)
    assert board_pages.of_branch(board.of_branch("没有", LATER), board.card_of("没有")).strip() == ""
    card = next(c for c in board.ledger.cards.all() if c.state == "红牌")
    html = board_pages.of_branch([], board.card_of(card.org_id))
    assert 'data-plate="红牌"' in html and f"holder={card.org_id}" in html


def test_names_are_written_as_text(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=8, units=2, rename={"001-0001": "<b>第1</b>党支部"})
    with Ledger(tmp_path / "l.sqlite") as ledger:
        sync(ledger, Run(run), "督查员甲")
        finding = next(f for f in ledger.findings.all() if f.subject == "001-0001")
        ledger.findings.answer(finding.key, Act("督查员甲", LATER), text="<script>x</script>", agrees=True)
    board = Board(str(tmp_path / "l.sqlite"), RunState(run), "<i>丙</i>")
    parts = [board_pages.part(board, name, shown()) for name in ("", "cards", "due")]
    for html in (*parts, board_pages.finding(board, finding.code, LATER), board_pages.view(board)):
        assert "<b>第1" not in html and "<script>" not in html and "<i>丙" not in html


def test_without_a_ledger_the_page_says_how_to_begin(season: tuple[Path, Path], tmp_path: Path) -> None:
    answer, _ = Overview(season[0]).answer({"do": "board"})
    assert answer["ledger"] is False and answer["html"].count("<p>") == 2
    assert all(word in answer["html"] for word in ("workbench ledger sync", "workbench serve", "--inspector"))
    Ledger(tmp_path / "empty.sqlite").close()
    empty = Overview(season[0], tmp_path / "empty.sqlite")
    assert "台账中还没有问题" in empty.answer({"do": "board-part", "filter": {"day": DAY}})[0]["html"]
    (tmp_path / "no.sqlite").write_text("这不是台账" * 200, encoding="utf-8")
    assert "不是台账" in Overview(season[0], tmp_path / "no.sqlite").answer({"do": "board"})[0]["error"]


def test_the_overview_waits_for_no_ledger(season: tuple[Path, Path]) -> None:
    """SQLAlchemy comes with the first question about the ledger; the suites' machinery never."""
    code = f"""
import sys
from workbench.dashboards import Overview
page = Overview({str(season[0])!r}, {str(season[1])!r}, "督查员丙")
page.first(), page.answer({{"do": "page"}})
heavy = ("sqlalchemy", "workbench.ledger", "statemachine")
print([n for n in heavy if n in sys.modules])
for part in ("", "cards", "due"):
    page.answer({{"do": "board-part", "part": part, "filter": {{"day": "{DAY}"}}}})
never = ("great_expectations", "ibis", "pandas", "alembic", "workbench.records.tables")
print([n for n in heavy if n not in sys.modules], [n for n in never if n in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[] []"]


def test_what_serve_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(tmp_path)
    Ledger("l.sqlite").close()
    assert _checked("", "") == ""
    assert _checked("l.sqlite", "督查员丙") == _checked("sqlite:///l.sqlite", "") == str(tmp_path / "l.sqlite")
    with pytest.raises(UsageError, match="没有这个督查台账"):
        _checked("other.sqlite", "")
    with pytest.raises(UsageError, match="须是人的姓名"):
        _checked("l.sqlite", MACHINE)
    run = write_run(tmp_path / "run", branches=4, units=1)
    assert main(["serve", str(run), "--ledger", "other.sqlite", "--inspector", "督查员丙"]) == 2
    assert "没有这个督查台账" in capsys.readouterr().err


def test_a_lost_act_is_told_from_the_same_one_done_elsewhere(own: Board) -> None:
    """Another tab of the same person was first with the same step: only what says the same is this act."""
    key = one(own, "待核实")
    found = own.ledger.findings.get(key)
    asked = {"topic": "finding", "id": key, "verb": "answer", "seen": found.version}
    mine = {"on": DAY, "agrees": "false", "text": "活动已开展，记录在区里"}

    def acted(**more: object) -> dict:
        desk = Desk(own.ledger.store.place, own.state, "督查员丙")  # the kernel that did it may be gone
        return desk.answer("board-acted", {**asked, **more})

    assert "没有登记" in acted(fields=mine)["refused"] and "没有登记" in acted()["refused"]
    assert own.act({**asked, "fields": {**mine, "text": "另一份说明"}})["done"]
    elsewhere = acted(fields=mine)
    assert "done" not in elsewhere and "内容不同" in elsewhere["refused"] and elsewhere["conflict"]
    assert "没有丢失" in acted(fields={**mine, "text": " 另一份说明 "})["done"]
    # Loaded anew, the page knows no more what was typed: the step that stands there is told in full.
    told = acted()["done"]
    assert all(word in told for word in ("已登记", "另一份说明", "有异议", "请核对"))
    assert "没有登记" in acted(verb="confirm", fields={"on": DAY})["refused"]
    assert "不能办理" in acted(verb="nothing", fields={"on": DAY})["refused"]


@pytest.mark.parametrize(("verb", "typed"), [
    ("add_grounds", {"grounds": "拒不整改\n\n现场查见"}), ("follow_up", {"kind": "回头看", "evidence": "照片\n记录"}),
    ("feedback", {"text": "反馈", "source": "市委巡察组", "outstanding": "false", "why": ""}),
    ("clear", {"revoked": "true", "why": "系误亮", "evidence": "说明"}),
])
def test_an_act_on_a_card_is_found_by_what_was_typed(own: Board, verb: str, typed: dict[str, str]) -> None:
    card = next(c for c in own.ledger.cards.all() if c.state == "黄牌")
    desk = Desk(own.ledger.store.place, own.state, "督查员丙")
    asked = {"topic": "card", "id": card.org_id, "verb": verb, "seen": card.version, "fields": {"on": DAY, **typed}}
    assert own.act(asked)["done"]
    assert "没有丢失" in desk.answer("board-acted", asked)["done"]
    name = next(iter(typed))
    changed = {"kind": "上级书记约谈", "revoked": "false"}.get(name, "另")
    other = {**asked["fields"], name: changed}
    assert "没有登记" in desk.answer("board-acted", {**asked, "fields": other})["refused"]


def test_the_course_of_a_finding_speaks_of_runs_by_their_day(board: Board) -> None:
    """Numbers of runs and keys of people are for the machine: they stand in a title, or short."""
    finding = next(f for f in board.ledger.findings.all() if f.state == "整改中")
    html = board_pages.finding(board, finding.code, LATER)
    seen = re.sub(r'title="[^"]*"', "", html)
    runs = {run.id: run.as_of for run in board.ledger.runs.all()}
    assert all(ident not in seen for ident in runs)
    assert any(f'title="核查编号 {ident}">核查截至 {day}<' in html for ident, day in runs.items())
    card = next(c for c in board.ledger.cards.all() if c.state == "红牌")
    assert card.holder not in board_pages.holder(board, card.org_id, LATER) and len(card.holder) > 6
