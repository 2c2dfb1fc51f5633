"""What a viewer of one unit sees: every message, every table, every figure; nothing of the others."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from fake_run import write_run
from opened_files import inside

from workbench.audit.run import VIEWS
from workbench.dashboards import desk, overview, review, sections
from workbench.dashboards.overview import Overview
from workbench.dashboards.scope import ScopedRun
from workbench.dashboards.state import Filter, RunState
from workbench.dashboards.viewer import Role, Viewer, issue
from workbench.errors import RunError
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger

KEY, KERNEL = "key of this server", "kernel-of-this-page"
MINE, OTHERS = "002", ("模拟第一局", "模拟第三局", "模拟第四局", "模拟市委", "001-", "003-", "004-")


@pytest.fixture
def own(season: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(season[1], tmp_path / "own.sqlite"))


def seen_by(
    viewer: Viewer, run: Path, ledger: Path, monkeypatch: pytest.MonkeyPatch, kernel: str = KERNEL
) -> Overview:
    """The widget of a server with login, after the ticket."""
    monkeypatch.setattr(overview, "own_kernel", lambda: kernel)
    widget = Overview(run, ledger, key=KEY)
    answer, _ = widget.answer({"do": "ticket", "ticket": issue(viewer, kernel, 1e12, KEY)})
    assert answer == {}
    return widget


def told(widget: Overview, **message: Any) -> str:
    """Everything that goes to the page for one message, attachments as text."""
    answer, attachments = widget.answer(message)
    return "\n".join([json.dumps(answer, ensure_ascii=False), *map(inside, attachments)])


def exported(foreign: Finding, card: str, requirement: str) -> list[tuple[str, dict[str, str]]]:
    """View and state of every kind of export, about another unit where it names one."""
    return [
        ("overview", {"verdict": "", "unit": "003"}), ("overview", {"verdict": "", "expanded": "secretary-2022"}),
        ("overview", {"branch": foreign.subject, "of": foreign.requirement}), ("unit", {"unit": "003"}),
        ("unit", {"unit": ""}), ("branch", {"branch": foreign.subject}), ("requirements", {}), ("quality", {}),
        ("requirements", {"card": requirement}), ("compare", {"with": "august"}), ("board", {"unit": "003"}),
        ("board", {}), ("board", {"part": "cards"}), ("board", {"part": "due"}), ("board", {"finding": foreign.code}),
        ("board", {"holder": card}),
    ]


def messages(run: Path, ledger: Path) -> list[dict[str, Any]]:
    """Every message of the page, about an organisation of another unit where it names one."""
    requirement = RunState(run).requirements[0]["id"]
    with Ledger(ledger) as book:
        foreign = next(f for f in book.findings.all() if f.subject.startswith("003-"))
        card = next((c.org_id for c in book.cards.all() if not c.org_id.startswith(MINE)), "003-0001")
    about = {"subject": foreign.subject, "requirement": foreign.requirement, "id": foreign.code, "shown": 0,
             "unit": "003", "branch": foreign.subject, "document": "secretary-2022", "with": "", "all": True}
    listed = {"filter": {"verdict": "", "unit": "003"}}
    return [
        {"do": "shell"}, {"do": "page", **listed}, {"do": "page", "filter": {"verdict": "", "text": "第三局"}},
        {"do": "page", "filter": {"verdict": ""}}, {"do": "branch", **about}, {"do": "evidence", **about},
        {"do": "branch-rest", **about},
        {"do": "unit", **about}, {"do": "unit", "unit": ""}, {"do": "profile", **about},
        {"do": "records", **about, "kind": "党员大会", "on": "2026-03-10"},
        {"do": "sectors"}, {"do": "trend"}, {"do": "due"}, {"do": "paper"},
        {"do": "due-rows", "first": "2026-01-01", "last": "2027-12-31", "kind": "", "count": 500},
        {"do": "heat", **about}, {"do": "requirements"}, {"do": "select"}, {"do": "card", "requirement": requirement},
        {"do": "quality"}, {"do": "quality-rejects"},
        *({"do": f"compare{what}", **about, "with": "august"} for what in ("", "-rows", "-evidence")),
        *({"do": "export", "view": view, "format": ("xlsx", "docx", "html")[i % 3], "state": state}
          for i, (view, state) in enumerate(exported(foreign, card, requirement))),
        {"do": "board"}, *({"do": "board-part", "part": part} for part in ("board", "cards", "due")),
        *({"do": "board-part", "part": part, "filter": {"unit": "003"}} for part in ("board", "cards", "due")),
        {"do": "board-more", "shown": 0, "filter": {"state": "待核实"}}, {"do": "board-finding", **about},
        {"do": "board-finding", "id": foreign.key}, {"do": "board-holder", "id": card}, {"do": "board-branch", **about},
        {"do": "board-act", "topic": "finding", "id": foreign.key, "verb": "confirm", "seen": foreign.version,
         "fields": {"on": "2026-09-30"}},
        {"do": "board-acted", "topic": "finding", "id": foreign.key, "verb": "confirm", "seen": 0},
        {"do": "board-acted", "topic": "finding", "id": foreign.key, "verb": "confirm", "seen": 0,
         "fields": {"on": "2026-09-30"}},
    ]


def test_no_message_tells_of_others(season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = seen_by(Viewer("督查员甲", Role.INSPECTOR, MINE), season[0], own, monkeypatch)
    whole = seen_by(Viewer("管理员", Role.ADMINISTRATOR), season[0], own, monkeypatch)
    for message in messages(season[0], own):
        # What somebody sends comes back to them: only names and codes they did not send are told.
        sent = json.dumps(message, ensure_ascii=False)
        shown = told(widget, **message)
        found = [other for other in OTHERS if other in shown and other not in sent]
        assert (message, found) == (message, [])
    shown = told(whole, do="shell")
    assert all(name in shown for name in OTHERS[:3]), "the words looked for are those of the page"
    assert "模拟第二局" in told(widget, do="shell") and "只含模拟第二局" in told(widget, do="shell")


def test_what_a_message_about_others_gets(season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    widget = seen_by(Viewer("督查员甲", Role.INSPECTOR, MINE), season[0], own, monkeypatch)
    before = own.read_bytes()
    asked = messages(season[0], own)
    answers = [widget.answer(m)[0] for m in asked]
    assert answers[1]["total"] == answers[2]["total"] == 0 < answers[3]["total"]
    assert "没有这个组织" in answers[4]["html"] and "不在您的查看范围" in answers[4]["html"]
    both = list(zip(asked, answers, strict=True))
    answered = {do: [a for m, a in both if m["do"] == do] for do in {m["do"] for m in asked}}
    assert all("没有这一项" in a["error"] for do in ("board-finding", "board-holder") for a in answered[do])
    assert "没有这一项" in answered["board-act"][0]["refused"]
    assert all("done" not in a and a["refused"] for a in answered["board-acted"])
    assert own.read_bytes() == before


def test_every_message_of_the_page_is_tried(season: tuple, own: Path) -> None:
    answering = (overview.Overview, desk.Desk, review.Review, sections.Sections)
    sources = [inspect.getsource(part) for part in answering]
    known = {do for source in sources for do in re.findall(r'case "([a-z-]+)"', source)}
    assert known - {m["do"] for m in messages(season[0], own)} == {"alive"} and len(known) > 20


def test_figures_are_those_of_the_unit(season: tuple) -> None:
    whole, mine = RunState(season[0]), RunState(season[0], Viewer("甲", Role.LEADER, MINE))
    assert mine.count(Filter()) == whole.count(Filter(unit=MINE)) != whole.count(Filter())
    assert mine.units() == [(MINE, "模拟第二局")]
    assert sum(mine.receipt["verdicts"].values()) == len(mine.run.rows("SELECT 1 FROM results"))
    assert {r["org_id"] for r in mine.run.rows("SELECT org_id FROM organizations")} == {
        r["org_id"] for r in whole.run.rows("SELECT org_id FROM organizations WHERE unit_id = ?", [MINE])
    }


def test_every_table_of_a_run_is_narrowed(season: tuple) -> None:
    """A table that comes later has to be narrowed too, or opening a run within a scope fails."""
    mine = ScopedRun(season[0], MINE)
    for name in VIEWS:
        rows = mine.rows(f"SELECT * FROM {name}")
        owners = {r.get("subject") or r.get("org_id") for r in rows}
        if name == "sources":
            assert {r["rows_read"] for r in rows} == {None}
        else:
            assert all(owner.startswith(MINE) for owner in owners), name
    assert mine.rows("SELECT * FROM results") and mine.rows("SELECT * FROM findings")


def test_one_branch_and_the_root(season: tuple) -> None:
    branch = RunState(season[0], Viewer("甲", Role.LEADER, "002-0001"))
    assert branch.run.own == {"002-0001"} and branch.receipt["city"] == "模拟第二局第一党支部".replace("一", "1")
    assert branch.lineage("002-0001") == []
    assert len(RunState(season[0], Viewer("甲", Role.LEADER, "000")).run.own) == len(RunState(season[0]).run.own)


def test_a_ring_of_superiors_ends(tmp_path: Path) -> None:
    import duckdb

    run = write_run(tmp_path / "run", branches=12, units=3)
    with duckdb.connect() as con:
        path = run / "organizations.parquet"
        con.execute(f"CREATE TABLE o AS SELECT * REPLACE (CASE org_id WHEN '001' THEN '001-0001' ELSE parent_id END"
                    f" AS parent_id) FROM '{path}'")
        con.execute(f"COPY o TO '{path}' (FORMAT parquet)")
    own = ScopedRun(run, "001").own
    assert "001-0001" in own and all(o.startswith("001") for o in own)


@pytest.mark.parametrize("scope", ["009", "", "x' OR true --"])
def test_a_scope_the_run_does_not_know_opens_nothing(
    season: tuple, own: Path, scope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match="没有您可以查看的组织"):
        RunState(season[0], Viewer("甲", Role.LEADER, scope))
    monkeypatch.setattr(overview, "own_kernel", lambda: KERNEL)
    widget = Overview(season[0], own, key=KEY)
    ticket = issue(Viewer("甲", Role.LEADER, scope), KERNEL, 1e12, KEY)
    for _ in range(2):  # a second try must not find the door ajar
        assert "没有您可以查看的组织" in widget.answer({"do": "ticket", "ticket": ticket})[0]["error"]
        assert "没有登录" in widget.answer({"do": "shell"})[0]["error"]


def test_the_receipt_tells_nothing_of_others(tmp_path: Path) -> None:
    paper = {"requirement": "secretary-2022-1", "since": "2026-01-01", "until": "2026-12-31", "reason": "改制",
             "approved_by": "组织部", "place": "豁免.xlsx", "state": "有效", "returned": False}
    run = write_run(tmp_path / "run", branches=24, units=3, receipt={
        "unread": [{"file": "模拟第三局/台账.xlsx", "problem": "打不开"}, {"file": "模拟第一局/台账.xlsx", "problem": "打不开"}],
        "exemptions": [{**paper, "subject": "003-0001"}, {**paper, "subject": "002-0001"}],
        "broken": {"secretary-2022-2": "003-0001 出错"},
        "rows": {"activities": {"read": 9, "accepted": 2, "rejected": 7}},
        "sources": [{"file": "模拟第三局/台账.xlsx"}], "unplaced": [{"column": "领域", "examples": ["模拟第三局"]}],
        "new_key_of_later": "模拟第三局",
    })
    mine = RunState(run, Viewer("甲", Role.LEADER, MINE))
    text = json.dumps(mine.receipt, ensure_ascii=False)
    assert not [other for other in ("第三局", "第一局", "003-0001") if other in text]
    assert [p["subject"] for p in mine.papers()] == ["002-0001"]
    from workbench.dashboards import pages

    html = pages.shell(mine, login=True)
    assert "有台账文件未能读入" in html and "2 个台账" not in html and "退回 7 行" not in html


def test_nothing_before_a_ticket(season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "own_kernel", lambda: KERNEL)
    widget, who = Overview(season[0], own, key=KEY), Viewer("督查员甲", Role.INSPECTOR, MINE)
    assert "模拟" not in widget.first().data and widget.stamp == ""
    wrong = ["", "x.y", issue(who, "another-kernel", 1e12, KEY), issue(who, KERNEL, 1.0, KEY),
             issue(who, KERNEL, 1e12, "another key")]
    for ticket in wrong:
        assert "没有登录" in widget.answer({"do": "ticket", "ticket": ticket})[0]["error"]
        for message in [*messages(season[0], own), {"do": "alive"}, {}]:
            assert "没有登录" in widget.answer(message)[0]["error"]
    good = issue(who, KERNEL, 1e12, KEY)
    assert widget.answer({"do": "ticket", "ticket": good})[0] == {}
    assert "模拟第二局" in told(widget, do="shell")
    widget.answer({"do": "ticket", "ticket": "x.y"})  # a wrong one closes the door again
    assert "没有登录" in widget.answer({"do": "shell"})[0]["error"]


def test_a_ticket_expires_under_ones_hands(season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.dashboards import viewer

    now = [100.0]
    monkeypatch.setattr(viewer.time, "time", lambda: now[0])
    monkeypatch.setattr(overview, "own_kernel", lambda: KERNEL)
    widget = Overview(season[0], own, key=KEY)
    ticket = issue(Viewer("甲", Role.LEADER, MINE), KERNEL, 200.0, KEY)
    assert widget.answer({"do": "ticket", "ticket": ticket})[0] == widget.answer({"do": "alive"})[0] == {}
    now[0] = 200.0
    assert "没有登录" in widget.answer({"do": "alive"})[0]["error"]


def test_roles(season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger(own) as book:
        found = next(f for f in book.findings.all() if f.owner and f.state == "整改中" and f.subject[:3] in ("001", "002"))
    progress = {"do": "board-act", "topic": "finding", "id": found.key, "verb": "progress", "seen": found.version,
                "fields": {"text": "已补开", "on": "2026-09-30"}}
    unit = found.subject[:3]
    leader = seen_by(Viewer("领导乙", Role.LEADER, unit), season[0], own, monkeypatch)
    page = told(leader, do="board-finding", id=found.code)
    assert f"{found.owner[0]}某" in page and "<form" not in page
    assert not [name for name in (found.owner, found.leader, "督查员甲", "督查员乙") if name in page]
    assert "只能查看" in leader.answer(progress)[0]["refused"]
    inspector = seen_by(Viewer("督查员丁", Role.INSPECTOR, unit), season[0], own, monkeypatch)
    assert found.owner in told(inspector, do="board-finding", id=found.code)
    assert inspector.answer(progress)[0]["refused"] == ""
    with Ledger(own) as book:
        assert book.findings.history(found.key)[-1].who == "督查员丁"


def test_a_ground_of_another_organisation_is_not_told_apart(
    season: tuple, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(own) as book:
        foreign = next(f for f in book.findings.all() if f.subject.startswith("003-"))
        card = next(c for c in book.cards.all() if c.state in ("黄牌", "橙牌", "红牌"))
    widget = seen_by(Viewer("督查员丁", Role.INSPECTOR, card.org_id[:3]), season[0], own, monkeypatch)
    if card.org_id.startswith("003"):
        with Ledger(own) as book:
            foreign = next(f for f in book.findings.all() if f.subject.startswith("004-"))

    def add(ground: str) -> str:
        return widget.answer({"do": "board-act", "topic": "card", "id": card.org_id, "verb": "add_grounds",
                              "seen": card.version, "fields": {"grounds": ground, "on": "2026-09-30"}})[0]["refused"]

    there, nowhere = add(foreign.key), add(f"{foreign.subject}|nothing|2026-01")
    assert there.replace(foreign.key, "") == nowhere.replace(f"{foreign.subject}|nothing|2026-01", "") != ""
