"""Every view of the page in every format, opened again and held to the figures of the objects it is drawn from."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_run import write_run
from opened_files import OPEN, Opened, Rows, inside, page, tags

from workbench.dashboards import Overview
from workbench.dashboards.board import BoardFilter
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.comparison import CHANGES, ListFilter
from workbench.dashboards.heat import ALL
from workbench.dashboards.profile import profile
from workbench.dashboards.sections import sectors
from workbench.dashboards.state import Filter
from workbench.dashboards.tree import Tree
from workbench.dashboards.viewer import Role, Viewer
from workbench.reports import screen as written

FORMATS = ("xlsx", "docx", "html")
DAY = "2026-10-05"


def ask(widget: Overview, view: str, form: str = "xlsx", **state: Any) -> tuple[str, bytes]:
    """Name and content of an export."""
    answer, attached = widget.answer({"do": "export", "view": view, "format": form, "state": state})
    assert "error" not in answer, answer
    return answer["name"], attached[0]


def opened(widget: Overview, view: str, form: str = "xlsx", **state: Any) -> Opened:
    return OPEN[form](ask(widget, view, form, **state)[1])


def numbers(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def widget(season: tuple[Path, Path]) -> Iterator[Overview]:
    """The page of a run with a ledger, without login."""
    yield Overview(*season, "督查员丙")


@pytest.fixture(scope="module")
def views(widget: Overview) -> list[tuple[str, dict[str, str]]]:
    """View and state of everything that can be exported."""
    board = widget._at_desk().board
    found = next(f for f in board.findings() if f.state == "已销号")
    card = next(c for c in board.ledger.cards.all() if c.history)
    return [
        ("overview", {"unit": "002", "expanded": "secretary-2022"}), ("unit", {}), ("unit", {"unit": "002"}),
        ("branch", {"branch": found.subject}), ("overview", {"branch": found.subject, "of": found.requirement}),
        ("requirements", {"document": "secretary-2022"}), ("requirements", {"card": found.requirement}),
        ("quality", {}), ("compare", {"with": "august"}), ("board", {}), ("board", {"part": "cards"}),
        ("board", {"part": "due"}), ("board", {"finding": found.code}), ("board", {"holder": card.org_id}),
    ]


def test_every_view_says_the_same_in_every_format(widget: Overview, views: list) -> None:
    for view, state in views:
        names, found = {}, {}
        for form in FORMATS:
            names[form], data = ask(widget, view, form, **state, day=DAY)
            found[form] = OPEN[form](data)
        assert {n.rpartition(".")[0] for n in names.values()} == {names["xlsx"].rpartition(".")[0]}
        assert all(n.startswith("甲州市-") and n.endswith(f"-2026-09-30.{form}") for form, n in names.items())
        assert found["docx"].tables == found["html"].tables, view
        for form, file in found.items():
            assert file.head["督查结果"] == "september" and file.head["截至日期"] == "2026-09-30", (view, form)
            assert file.head["查看范围"] == "全部组织" and "供核实使用" in file.head["说明"]
        sheets, tables = found["xlsx"].tables, found["html"].tables
        assert list(sheets) == list(tables) and sheets, view
        # A table without rows keeps its headers in a workbook and is a word elsewhere.
        assert [len(rows) - 1 for rows in sheets.values()] == [max(0, len(rows) - 1) for rows in tables.values()], view


# --- each view held to its state -------------------------------------------------------------------------------------


def test_the_overview(widget: Overview) -> None:
    state = widget.state
    f = Filter(unit="002", text="党课", sort="name")
    file = opened(widget, "overview", unit="002", text="党课", sort="name", verdict="未达标")
    total, judged = state.count(f)
    assert file.head["条数/已判定"] == f"{total}/{judged}" and 0 < total < judged
    assert file.head["筛选"] == state.describe(f) and "模拟第二局" in file.head["筛选"]
    listed = file.tables["问题清单"]
    assert listed[0][:4] == ["组织代码", "组织", "所属", "文件"] and listed[0][-1] == "期间"
    expected = [[r["subject"], r["clause"], r["verdict"], r["observed_text"] or None] for r in state.rows(f)]
    assert [[r[0], r[4], r[7], r[8]] for r in listed[1:]] == expected and len(expected) == total
    assert [r[:2] for r in file.tables["总体情况"][1:]] == [[t["title"], t["value"]] for t in state.tiles()]
    heat, cells = state.heatmap, file.tables["各单位未达标分布（未达标/已判定）"]
    for (unit, name), row in zip([*heat.units, (ALL, "合计")], cells[1:], strict=True):
        own = [heat.cells[unit, column] for column in (ALL, *(d for d, _ in heat.documents()))]
        assert row == [name, *(n for c in own for n in (c.failing, c.judged))]
    assert [r[:3] for r in file.tables["各领域未达标"][1:]] == [
        [s.name, s.cell.failing, s.cell.judged] for s in sectors(state)
    ]
    course = file.tables["历次督查走势"]
    assert course[0] == ["截至日期", "督查结果", "未达标", "已判定", "占比", "提示"] and len(course) == 3
    assert course[-1][2:4] == [heat.total(ALL).failing, heat.total(ALL).judged]
    assert course[-1][4] == pytest.approx(course[-1][2] / course[-1][3])
    every = opened(widget, "overview", verdict="")
    assert len(every.tables["问题清单"]) - 1 == state.count(Filter(verdict=""))[0]


def test_requirements_of_the_document_that_is_unfolded(widget: Overview) -> None:
    heat = widget.state.heatmap
    file = opened(widget, "overview", expanded="secretary-2022")
    rows = next(rows for caption, rows in file.tables.items() if caption.endswith("逐条"))
    columns = heat.columns("secretary-2022")
    assert [r[0] for r in rows[1:]] == [c["clause"] for c in columns]
    for row, column in zip(rows[1:], columns, strict=True):
        total = heat.total(column["id"])
        assert row[2:4] == ([total.failing, total.judged] if total.judged else [row[2], None])
        named = [part.rpartition(" ")[2].split("/") for part in (row[5] or "").split("、") if part]
        assert sum(int(k) for k, _ in named) == total.failing


def test_a_unit_and_a_branch(widget: Overview) -> None:
    state = widget.state
    found = Tree(state).unit("002")
    file = opened(widget, "unit", unit="002")
    assert "模拟第二局" in file.head["查看的组织"]
    rows = file.tables["下级组织"]
    assert [[r[1], r[4], *r[7:9]] for r in rows[1:]] == [
        [c.org_id, s.organizations, *((s.failing, s.judged) if s.judged else ("没有判定", None))]
        for c in found["children"] for s in (c.standing,)
    ]
    tiles = {r[0]: r[1] for r in file.tables["总体情况"][1:]}
    assert tiles["未达标"] == found["standing"].failing and tiles["组织数"] == found["standing"].organizations

    board = widget._at_desk().board
    subject = next(f.subject for f in board.findings() if f.state == "整改中")
    whole = profile(state, subject)
    file = opened(widget, "branch", branch=subject, day=DAY)
    results = file.tables["各项要求"]
    assert sorted((r[2], r[1]) for r in results[1:]) == sorted((r["clause"], r["verdict"]) for r in whole["results"])
    assert len(file.tables["台账中的问题"]) - 1 == len(board.of_branch(subject, BoardFilter.of({}, DAY).day)) > 0
    done = sum(line.total for g in whole["timeline"]["groups"] for line in g["lines"])
    assert sum(r[2] for r in file.tables["2026 年开展情况"][1:]) == done > 0
    assert file.head["党员"] == f"{whole['organization']['members']} 人" and f"代码 {subject}" in file.head["查看的组织"]
    first = next(r for r in state.rows(Filter()) if state.evidence(r["subject"], r["requirement"])["total"])
    dialog = opened(widget, "overview", branch=first["subject"], of=first["requirement"])
    rows = dialog.tables[f"{first['clause']} 的依据记录"]
    assert len(rows) - 1 == state.evidence(first["subject"], first["requirement"])["total"]
    assert dialog.tables["各项要求，需要处理的在前"][1][1] in ("未达标", "待人工核实", "豁免")


def test_requirements_and_a_card(widget: Overview) -> None:
    clauses = Clauses(widget.state)
    ids = clauses.select(text="党课", document="secretary-2022")
    file = opened(widget, "requirements", text="党课", document="secretary-2022")
    rows = file.tables["全部条款"]
    assert [r[2] for r in rows[1:]] == ids and file.head["条数/全部"] == f"{len(ids)}/{len(clauses.rows)}"
    assert file.head["筛选"] == "关键词：党课；文件：书记抓基层党建工作责任制"
    for row in rows[1:]:
        entry = clauses.by_id[row[2]]
        assert row[9:11] == [entry["failing"], entry["counts"].judged]
    coverage = file.tables["条款覆盖"]
    sums = {r[0]: r[6:8] for r in coverage[1:]}
    assert sums["合计"] == [sum(c[k] for c in clauses.coverage()) for k in ("treated", "total")] == [37, 37]
    identifier = next(r["id"] for r in clauses.rows if r["failing"])
    card = opened(widget, "requirements", card=identifier)
    counts = dict(card.tables["本次结果"][1:])
    assert counts["未达标"] == clauses.by_id[identifier]["failing"] > 0
    spread = card.tables["数值分布"][1:]
    assert sum(r[1] for r in spread if r[2] is not None) == counts["未达标"]
    assert sum(r[2] if r[2] is not None else r[1] for r in spread) == counts["已判"]
    assert any("要求不同" in caption for caption in opened(widget, "requirements", card=clauses.rows[0]["id"]).tables)


def test_the_board_with_its_filter(widget: Overview) -> None:
    board = widget._at_desk().board
    f = BoardFilter.of({"unit": "002", "day": DAY}, DAY)
    file = opened(widget, "board", unit="002", day=DAY)
    assert file.head["筛选"] == "单位：模拟第二局" and file.head["时限对照"] == DAY
    counts = {r[0]: r[1:] for r in file.tables["各状态的问题"][1:]}
    assert counts == {c.state: [c.total, c.overdue] for c in board.columns(f)}
    rows = file.tables["问题"][1:]
    assert [r[1] for r in rows] == [e.finding.code for e in board.listed(f)]
    assert sum(c.total for c in board.columns(f)) == len(rows) > 0
    late = [r for r in rows if r[14]]
    assert sorted(r[14] for r in late) == sorted(e.late for e in board.listed(f) if e.late)
    alone = opened(widget, "board", state="整改中", due="已逾期", day=DAY)
    assert {r[0] for r in alone.tables["问题"][1:]} == {"整改中"} and "期限：已逾期" in alone.head["筛选"]
    overdue, coming = board.due_lines(BoardFilter.of({}, DAY))
    due = opened(widget, "board", part="due", day=DAY)
    assert [len(due.tables[name]) - 1 for name in ("期限已过", "今后 30 日内")] == [len(overdue), len(coming)]
    register = board.register(BoardFilter.of({}, DAY))
    cards = opened(widget, "board", part="cards", day=DAY)
    for caption, key in (("亮牌登记", "cards"), ("现无牌、有过记录的", "past"), ("待决定的建议", "proposals")):
        assert len(cards.tables[caption]) - 1 == len(register[key]), caption
    assert {r[2] for r in cards.tables["亮牌登记"][1:]} == {x["card"].state for x in register["cards"]}


def test_a_finding_says_what_its_page_says(widget: Overview) -> None:
    board = widget._at_desk().board
    for state in ("整改中", "不成立", "已销号", "复发", "待复查"):
        found = next(f for f in board.findings() if f.state == state)
        asked = {"do": "board-finding", "id": found.code, "filter": {"day": DAY}}
        shown = widget.answer(asked)[0]["html"]
        facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown)
        bare = {html.unescape(k): re.sub(r"<[^>]*>|\W", "", html.unescape(v)) for k, v in facts}
        file = opened(widget, "board", finding=found.code, day=DAY)
        told = {k: re.sub(r"\W", "", v) for k, v in file.tables[f"问题 {found.code}"][1:]}
        assert bare.items() <= told.items(), (state, bare, told)
        assert len(file.tables["经过（新的在前）"]) - 1 == len(re.findall("<time ", shown))


def test_quality_and_comparison(widget: Overview) -> None:
    review = widget._reviewed()
    quality = opened(widget, "quality").tables["数据质量"]
    assert quality[0] == ["类别", "事项", "单位（报送文件夹）", "位置", "数", "共", "原因", "怎么办"]
    keys = ("kind", "what", "n", "of")
    assert [[r[0], r[1], r[4], r[5]] for r in quality[1:]] == [[x[k] for k in keys] for x in review.quality.lines()]
    pair = review.comparing("august")
    resolved = list(pair.lines(ListFilter(change="resolved", unit="001")))
    file = opened(widget, "compare", **{"with": "august", "change": "resolved", "unit": "001"})
    assert [[r[1], r[11]] for r in file.tables["变化清单"][1:]] == [[x.subject, x.entry["id"]] for x in resolved]
    assert {r[0] for r in file.tables["变化清单"][1:]} == {CHANGES["resolved"]} and resolved
    assert file.head["筛选"] == "变化：已解决；单位：模拟第一局"
    assert all(ident in file.head[when] for when, ident in zip(("上次", "本次"), pair.ids(), strict=True))
    units = file.tables["按单位（项次）"]
    assert units[-1][:6] == ["合计", *pair.counts().values()]
    assert [r[6:] for r in units[1:-1]] == [[*r["before"], *r["after"]] for r in pair.by_unit()]


# --- what a file must not do -----------------------------------------------------------------------------------------

FORMULAS = (
    '=HYPERLINK("http://x.example","点")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0", "\uff1d1+1",
    " =1", "DDE\x07AUTO", '<img src=x onerror="alert(1)">',
)


def test_no_cell_runs_anything(tmp_path: Path) -> None:
    renamed = {f"001-{n:04}": text for n, text in enumerate(FORMULAS, 1)}
    run = write_run(tmp_path / "run", branches=24, units=2, rename=renamed | {"001": "=1+1"})
    widget = Overview(run)
    for view, state in (("unit", {"unit": "001"}), ("branch", {"branch": "001-0001"}), ("overview", {"verdict": ""})):
        for form in FORMATS:
            file = ask(widget, view, form, **state)[1]
            assert not _running(OPEN[form](file)), (view, form)
            text = file.decode() if form == "html" else _parts(file)
            assert "<f>" not in text and "fldSimple" not in text and "<img" not in text
            assert set(re.findall(r"<w:instrText[^>]*>(.*?)<", text)) <= {"PAGE", "NUMPAGES"}
    names = {r[1] for r in page(file).tables["问题清单"][1:]}
    assert {"'" + FORMULAS[0], "'=cmd|' /C calc'!A0", FORMULAS[-1]} <= names
    assert not [tag for tag, _ in tags(file) if tag in ("script", "img", "a", "form", "link", "iframe", "object")]
    assert not [key for _, attributes in tags(file) for key in attributes if key.startswith("on")]


def _running(file: Opened) -> list[str]:
    cells = [c for rows in file.tables.values() for row in rows for c in row if isinstance(c, str)]
    return [c for c in cells if re.match(r"[ \u3000]*[=+@\t\uff1d\uff0b\uff20]|[ ]*-\d", c)]


def _parts(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return "".join(parts.read(n).decode() for n in parts.namelist() if n.endswith(".xml"))


def test_names_are_masked_by_role(season: tuple[Path, Path], views: list) -> None:
    people = ("督查员甲", "督查员乙", "责任岗", "分管岗")
    reading, working = (Overview(*season) for _ in range(2))
    reading._open(season[0], Viewer("领导乙", Role.LEADER))
    working._open(season[0], Viewer("督查员丁", Role.INSPECTOR))
    seen = ""
    for number, (view, state) in enumerate(views):
        if "board" not in view and "branch" not in state:
            continue
        form = FORMATS[number % 3]
        data = ask(reading, view, form, **state, day=DAY)[1]
        assert not [name for name in (*people, "领导乙", "督查员丁") if name in inside(data)], (view, state, form)
        whole = ask(working, view, form, **state, day=DAY)[1]
        assert "督查员丁" not in inside(whole)
        seen += inside(whole)
        if view == "board" and state.get("part") != "due":
            assert "只显示姓氏" in inside(data) and "只显示姓氏" not in inside(whole)
    assert all(name in seen for name in people), "the names looked for are those of the ledger"
    closed = next(state for _, state in views if "finding" in state)
    assert "督某" in inside(ask(reading, "board", "html", **closed)[1])
    told = {"do": "board-finding", "id": closed["finding"], "filter": {}}
    held = {"do": "board-holder", "id": next(s["holder"] for _, s in views if "holder" in s), "filter": {}}
    for message in (told, held):  # nor does the page itself say who closed it or gave the card
        shown = json.dumps(reading.answer(message)[0], ensure_ascii=False)
        assert "督某" in shown and not [name for name in people if name in shown]


def test_a_part_says_that_it_is_one(season: tuple[Path, Path]) -> None:
    widget = Overview(*season)
    widget._open(season[0], Viewer("督查员丁", Role.INSPECTOR, "002"))
    file = opened(widget, "overview", verdict="")
    assert file.head["查看范围"] == "只含模拟第二局及其下级"
    assert {r[2] for r in file.tables["问题清单"][1:]} == {"模拟第二局"}


@pytest.mark.parametrize("form", FORMATS)
def test_too_many_rows_are_refused_in_words(widget: Overview, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written.MOST_ROWS[form]
    monkeypatch.setitem(written.MOST_ROWS, form, 40)
    answer, attached = widget.answer({"do": "export", "view": "overview", "format": form, "state": {"verdict": ""}})
    assert "不超过 40 行" in answer["error"] and "筛选" in answer["error"] and attached == []
    assert ("改用 Excel" in answer["error"]) is (form != "xlsx")
    monkeypatch.setitem(written.MOST_ROWS, form, whole)
    assert ask(widget, "overview", form, verdict="")[1]


def test_what_makes_figures_doubtful_is_said(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12, units=2, receipt={
        "unread": [{"file": "甲局/台账.xlsx", "problem": "打不开"}], "broken": {"secretary-2022-2": "除以零"},
    })
    text = inside(ask(Overview(run), "unit", "html")[1])
    assert "1 个台账文件未能读入，缺少其中的记录，判定可能偏严" in text and "secretary-2022-2" in text


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12, units=2)
    widget = Overview(run)

    def error(**message: Any) -> str:
        return widget.answer({"do": "export", "view": "overview", "format": "xlsx", **message})[0]["error"]

    assert "刷新页面" in error(view="dance") and "刷新页面" in error(view="")
    assert "没有这种导出格式" in error(format="exe")
    assert "没有督查台账" in error(view="board")
    assert "没有这个组织" in error(view="branch", state={"branch": "nobody"})
    assert "没有这个条款编号" in error(view="requirements", state={"card": "nothing"})
    assert "不是完整的 PNG" in error(pictures=[{"title": "图", "png": "R0lGODlh"}])
    assert "台账中的问题" not in opened(widget, "branch", branch="001-0001").tables
    widget = Overview(run, tmp_path / "no folder" / "ledger.sqlite")
    file = opened(widget, "branch", branch="001-0001")
    assert "未能打开" in file.head["台账"] and "各项要求" in file.tables


def test_state_of_a_stranger_does_no_harm(widget: Overview) -> None:
    for state in (None, [], "x", {"unit": 5, "verdict": None, "page": "x", "sort": {"a": 1}, "document": ["x"]}):
        answer, attached = widget.answer({"do": "export", "view": "overview", "format": "html", "state": state})
        assert attached and "error" not in answer, (state, answer)
        assert len(page(attached[0]).tables["问题清单"]) <= 1 or not isinstance(state, dict)


def test_percentages_stand_beside_their_figures(widget: Overview) -> None:
    def beside(rows: Rows) -> None:
        for at, header in enumerate(rows[0]):
            if header.endswith("占比"):
                for row in rows[1:]:
                    k, n = map(numbers, row[at - 1].split("/")) if "/" in row[at - 1] else (0, 0)
                    assert row[at] == written.Share(k, n).percent

    for view, state in (("unit", {}), ("overview", {"expanded": "secretary-2022"})):
        file = opened(widget, view, "html", **state)
        assert any(h.endswith("占比") for rows in file.tables.values() if rows for h in rows[0])
        for rows in file.tables.values():
            if rows:
                beside(rows)
