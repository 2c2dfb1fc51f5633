"""Papers are made, opened again and held to the ledger; then rendered and looked at page by page."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from inspected import DAY, FORMULA, INSPECTION, INSPECTOR, LEADER, OWNER, SECOND, Season, act
from docx.oxml.ns import qn
from rendering import Rendered, need_office, plain, render

from tests.heard import heard
from workbench.audit.draw import draw as draw_first
from workbench.errors import Refused, UsageError
from workbench.ledger.drawing import frame_hash
from workbench.ledger.lists import Item
from workbench.ledger.runs import run_id
from workbench.ledger.secretaries import Secretary
from workbench.reports.papers import (
    docx_style,
    facts,
    write_branch_sheet,
    write_card_notice,
    write_circular,
    write_draw_sheet,
    write_problem_list,
    write_rectification,
)
from workbench.reports.papers.draw_sheet import _frame
from workbench.reports.papers.mark import Mark
from workbench.reports.papers.problem_list import remark
from workbench.reports.papers.rectification import done

PROBLEM_HEADER = (
    "序号|被督查单位|党支部|问题类别|问题表述（时间·事项·应为·实为）|依据（文件·条款）|证据（表·行）|性质（已查实/待核实）|严重程度|责任人|整改要求|整改时限|支部意见|备注"
)
RECTIFICATION_HEADER = (
    "序号|问题|整改措施|责任领导|责任人|时限|进展|佐证|完成情况|验收人|销号日期|回头看结论|是否反弹"
)
MADE = {"by": INSPECTOR, "on": DAY}


@pytest.fixture(scope="module")
def notices(season: Season, secretary: Secretary, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Cards given one after the other to one secretary, a notice of each."""
    folder, cards, org = tmp_path_factory.mktemp("notices"), season.ledger.cards, season.carded
    with pytest.raises(Refused):
        write_card_notice(season.ledger, season.run, org, folder / "x.docx", **MADE)
    keys = [f.key for f in season.ledger.findings.of(org) if facts.established(f) and f.nature not in facts.APART]
    cards.start(secretary, act(3))
    with pytest.raises(Refused, match="没有可通知的亮牌决定"):
        write_card_notice(season.ledger, season.run, org, folder / "x.docx", **MADE)
    made = {}
    cards.give_yellow(org, act(4, "多项要求未落实"), grounds=keys, deadline=date(2026, 10, 15))
    made["黄牌"] = write_card_notice(season.ledger, season.run, org, folder / "黄牌.docx", **MADE)
    cards.follow_up(org, act(5), kind="回头看")
    cards.give_orange(org, act(6, "回头看仍未整改。"), grounds=keys[:1])
    made["橙牌"] = write_card_notice(season.ledger, season.run, org, folder / "橙牌.docx", **MADE)
    cards.give_red(org, act(7, "拒不整改"), grounds=["经函询仍未提交材料"])
    made["红牌"] = write_card_notice(season.ledger, season.run, org, folder / "红牌.docx", **MADE)
    return made


@pytest.fixture(scope="module")
def papers(season: Season, notices: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every paper once, by its name."""
    folder, ledger, run = tmp_path_factory.mktemp("papers"), season.ledger, season.run
    keys = [f.key for f in ledger.findings.all()][:30] + [f.key for f in ledger.findings.all() if f.source == "现场"]
    made = [
        write_problem_list(ledger, run, folder / "问题清单.xlsx", keys=keys, **MADE),
        write_rectification(ledger, run, folder / "整改台账.xlsx", **MADE),
        write_branch_sheet(ledger, run, [season.branch, season.carded], folder / "一支部一清单.docx", **MADE),
        write_circular(ledger, run, INSPECTION, folder / "督查通报.docx", named=[season.carded], **MADE),
        write_draw_sheet(ledger, run, INSPECTION, folder / "抽样底稿.xlsx", **MADE),
    ]
    return {path.stem: path for path in made} | notices


def words(path: Path) -> str:
    """All text of a DOCX, tables too, without blanks."""
    return plain("\n".join(t.text or "" for t in docx.Document(str(path)).element.body.iter(qn("w:t"))))


def table(path: Path, sheet: str) -> list[dict[str, object]]:
    """Rows of a sheet under its header."""
    rows = list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] in ("序号", "抽样", "问题") and row[1])
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :]]


# --- measures --------------------------------------------------------------------------------------------------------


def test_measures_of_the_page(papers: dict[str, Path]) -> None:
    section = docx.Document(str(papers["督查通报"])).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m.mm) for m in margins] == [37, 35, 28, 26]
    assert docx_style.TEXT == (156, 225)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch, space = int(grid.get(qn("w:linePitch"))), int(grid.get(qn("w:charSpace")))
    assert 22 * pitch <= 225 / 25.4 * 1440 < 23 * pitch
    width = 16 + space / 4096
    assert 28 * width <= 156 / 25.4 * 72 < 29 * width


def test_typefaces_and_sizes(papers: dict[str, Path]) -> None:
    styles = docx.Document(str(papers["督查通报"])).styles
    found = {}
    for look in ("公文标题", "公文正文", "公文一级标题", "公文二级标题"):
        fonts = styles[look].element.rPr.rFonts
        found[look] = (fonts.get(qn("w:eastAsia")), styles[look].font.size.pt)
        assert not [name for name in fonts.attrib if name.endswith("Theme")]
    assert found == {
        "公文标题": ("方正小标宋简体", 22), "公文正文": ("仿宋_GB2312", 16), "公文一级标题": ("黑体", 16),
        "公文二级标题": ("楷体_GB2312", 16),
    }
    normal = styles["Normal"]
    assert (normal.element.rPr.rFonts.get(qn("w:eastAsia")), normal.font.size.pt) == ("仿宋_GB2312", 16)


def test_body_keeps_the_pitch_by_itself(papers: dict[str, Path]) -> None:
    style = docx.Document(str(papers["督查通报"])).styles["公文正文"]
    assert abs(style.paragraph_format.line_spacing.pt * 20 - docx_style.line_pitch()) <= 1
    between = int(style.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert 28 * (16 + between) <= 156 / 25.4 * 72
    assert style.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


# --- what every paper bears ------------------------------------------------------------------------------------------


def test_every_paper_says_where_it_comes_from(season: Season, papers: dict[str, Path]) -> None:
    for name, path in papers.items():
        if path.suffix == ".docx":
            document = docx.Document(str(path))
            section = document.sections[0]
            heads = ["\n".join(p.text for p in h.paragraphs) for h in (section.header, section.even_page_header)]
        else:
            heads = [
                "\n".join(str(row[0].value) for row in sheet.iter_rows(max_row=4))
                for sheet in openpyxl.load_workbook(path)
            ]
        for head in heads:
            assert "草稿" in head, name
            assert "2026-08-31" in head and run_id(season.run) in head, name
            assert f"{INSPECTOR} {DAY.isoformat()}" in head, name
            seq, digest = head.partition("台账链尾 ")[2].split()[0].split(":")
            event = next(e for e in season.ledger.store.events(after=int(seq) - 1))
            assert event.digest == digest, name


@pytest.mark.parametrize("by", ["", "  ", "督查工作台"])
def test_no_paper_without_a_person(season: Season, tmp_path: Path, by: str) -> None:
    with pytest.raises(Refused, match="制表人"):
        write_rectification(season.ledger, season.run, tmp_path / "x.xlsx", by=by, on=DAY)
    assert list(tmp_path.iterdir()) == []


def test_the_same_paper_has_the_same_bytes(season: Season, tmp_path: Path) -> None:
    for i in (1, 2):
        write_rectification(season.ledger, season.run, tmp_path / f"{i}.xlsx", **MADE)
        write_branch_sheet(season.ledger, season.run, [season.branch], tmp_path / f"{i}.docx", **MADE)
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()


# --- 问题清单 ---------------------------------------------------------------------------------------------------------


def test_problem_list_holds_what_the_ledger_holds(season: Season, tmp_path: Path) -> None:
    every = season.ledger.findings.all()
    chosen = [f for f in every if f.state != "待核实" or f.nature in facts.APART]
    chosen += [f for f in every if f not in chosen][:20]
    keys = [f.key for f in chosen]
    path = write_problem_list(season.ledger, season.run, tmp_path / "a.xlsx", keys=keys, **MADE)
    rows = table(path, "问题清单")
    assert "|".join(rows[0]) == PROBLEM_HEADER
    wanted = [f for f in chosen if f.nature not in facts.APART and f.state != "不成立"]
    assert len(wanted) < len([f for f in chosen if f.nature not in facts.APART])
    by_code = {row["备注"].split("；")[0].removeprefix("编号 "): row for row in rows}
    assert by_code.keys() == {f.code for f in wanted} and len(rows) == len(wanted)
    for f in wanted:
        row = by_code[f.code]
        assert row["性质（已查实/待核实）"] == ("待核实" if f.state == "待核实" else "已查实")
        assert (row["党支部"], row["被督查单位"]) == (f.subject_name, f.unit_name)
        assert f.clause in row["依据（文件·条款）"] and f.document_title in row["依据（文件·条款）"]
        deadline = row["整改时限"]
        assert (deadline.date() if deadline else None) == f.deadline
        assert (row["支部意见"] or "") == f.opinion
    assert {row["严重程度"] for row in rows} == {"硬性"}
    assert {"", "认可：属实（2026-09-02）", "已告知，未提出意见（2026-09-01）"} == {row["支部意见"] or "" for row in rows}
    apart = table(path, "偏差") + table(path, "提示")
    assert len(apart) == sum(f.nature in facts.APART for f in every)


def test_problem_list_names_the_rows_of_the_run(season: Season, tmp_path: Path) -> None:
    chosen = next(
        f for f in season.breaches
        if "missed" in set(season.run.evidence(f.subject, f.requirement)["status"]) and f.state == "待核实"
    )
    path = write_problem_list(season.ledger, season.run, tmp_path / "a.xlsx", keys=[chosen.key], **MADE)
    found = season.run.evidence(chosen.subject, chosen.requirement)
    missed = found[found["status"] == "missed"]
    [row] = table(path, "问题清单")
    assert missed.iloc[0]["file"] in row["证据（表·行）"]
    assert f"第{'、'.join(str(n) for n in sorted(set(missed['row'])))}行" in row["证据（表·行）"]
    detail = table(path, "证据明细")
    assert [(r["文件"], r["工作表"] or "", r["行"]) for r in detail] == [
        (r.file, r.sheet or "", r.row) for r in found.itertuples()
    ]


def test_spreadsheets_hold_no_formula_and_are_ready_to_print(papers: dict[str, Path]) -> None:
    seen = 0
    for name in ("问题清单", "整改台账", "抽样底稿"):
        for sheet in openpyxl.load_workbook(papers[name]):
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f"]
            seen += sum(str(cell.value).startswith("'=") or FORMULA in str(cell.value) for cell in cells)
            assert sheet.page_setup.paperSize == 9
            assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.print_title_rows and sheet.freeze_panes
            assert "2026-08-31" in sheet.oddFooter.left.text
    assert seen
    first = openpyxl.load_workbook(papers["问题清单"])["问题清单"]
    assert first.page_setup.orientation == "landscape"
    assert [v.formula1 for v in first.data_validations.dataValidation] == ['"已查实,待核实"']


def test_a_remark_says_what_else_is_known(season: Season) -> None:
    finding = season.breaches[-1]
    assert remark(replace(finding, state="待核实")) == f"编号 {finding.code}"
    assert "反弹 1 次" in remark(replace(finding, state="复发", recurrences=2)), "the second one nobody confirmed yet"
    assert "反弹" not in remark(replace(finding, state="复发", recurrences=1))
    assert "反弹 2 次" in remark(replace(finding, state="已确认", recurrences=2))
    assert "销号后台账仍未补正" in remark(replace(finding, state="已销号", still_failing=True))
    resolved = replace(finding, state="整改中", resolved_run="a", resolved_on=date(2026, 8, 31))
    assert "2026-08-31 的核查已不再显示，待人复核" in remark(resolved)


@pytest.mark.parametrize(
    ("state", "settled"),
    [("待核实", False), ("已确认", True), ("不成立", False), ("整改中", True), ("待复查", True), ("已销号", True), ("复发", False)],
)
def test_only_what_a_person_confirmed_is_established(season: Season, state: str, settled: bool) -> None:
    assert facts.established(replace(season.breaches[0], state=state)) is settled


# --- 整改台账 ---------------------------------------------------------------------------------------------------------


def test_rectification_holds_what_was_confirmed(season: Season, papers: dict[str, Path]) -> None:
    rows = table(papers["整改台账"], "整改台账")
    assert "|".join(rows[0]) == RECTIFICATION_HEADER
    listed = {row["问题"].rpartition("编号 ")[2].rstrip("）"): row for row in rows}
    wanted = [f for f in season.ledger.findings.all() if facts.established(f)]
    assert listed.keys() == {f.code for f in wanted}
    [closed] = [f for f in wanted if f.state == "已销号"]
    row = listed[closed.code]
    assert (row["完成情况"], row["验收人"], row["销号日期"].date(), row["回头看结论"], row["是否反弹"]) == (
        "已销号", SECOND, date(2026, 9, 15), "整改到位", "否",
    )
    assert row["佐证"].split("\n") == ["会议记录", "现场核对记录"]
    [failed] = [f for f in wanted if f.failed]
    assert "复查未通过 1 次（敷衍整改）" in listed[failed.code]["进展"]
    [told] = [f for f in wanted if f.progress]
    assert listed[told.code]["进展"] == "2026-09-05 已开会研究"
    assert (listed[told.code]["责任领导"], listed[told.code]["责任人"]) == (LEADER, OWNER)


@pytest.mark.parametrize(("on", "says"), [(date(2026, 9, 20), "整改中"), (date(2026, 9, 21), "整改中（逾期）")])
def test_overdue_begins_on_the_day_after_the_deadline(season: Season, on: date, says: str) -> None:
    finding = replace(season.breaches[0], state="整改中", deadline=date(2026, 9, 20))
    assert done(finding, on) == says


# --- 一支部一清单 -----------------------------------------------------------------------------------------------------


def test_branch_sheet_states_facts_first(season: Season, papers: dict[str, Path]) -> None:
    text = words(papers["一支部一清单"])
    for subject in (season.branch, season.carded):
        for f in season.ledger.findings.of(subject):
            if f.nature in facts.APART:
                continue
            should, seen = facts.should_and_is(f)
            assert plain(should) in text and plain(seen) in text and plain(f.clause) in text
            assert plain(f"性质：{facts.nature(f)}　编号 {f.code}") in text
            assert not f.opinion or plain(f"支部意见：{f.opinion}") in text
    assert any(f.opinion for f in season.ledger.findings.of(season.carded))
    assert "尚未认定" in text and "支部说明" in text and "支部书记（签字）" in text


def test_branch_sheet_keeps_prompts_and_deviations_apart(season: Season, tmp_path: Path) -> None:
    apart = next(f for f in season.ledger.findings.all() if f.nature == "偏差")
    path = write_branch_sheet(season.ledger, season.run, [apart.subject], tmp_path / "a.docx", **MADE)
    document = docx.Document(str(path))
    in_tables = plain("".join(cell.text for t in document.tables for row in t.rows for cell in row.cells))
    assert apart.code not in in_tables
    outside = [p.text for p in document.paragraphs]
    start = next(i for i, p in enumerate(outside) if p.startswith("另请核对"))
    assert "不作为问题" in outside[start]
    assert any(p.startswith("偏差：") and apart.description in p for p in outside[start + 1 :])


def test_branch_sheet_without_problems_does_not_say_all_is_well(season: Season, tmp_path: Path) -> None:
    having = {f.subject for f in season.ledger.findings.all()}
    free = next(o for o in season.run.organizations["org_id"] if o not in having)
    text = words(write_branch_sheet(season.ledger, season.run, [free], tmp_path / "a.docx", **MADE))
    assert "没有需要说明的问题" in text and "尚未判定" in text


def test_branch_sheet_of_an_unknown_branch_is_refused(season: Season, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_branch_sheet(season.ledger, season.run, ["没有"], tmp_path / "a.docx", **MADE)


# --- 亮牌通知单 -------------------------------------------------------------------------------------------------------


def test_notices_say_grounds_clause_deadline_and_what_follows(season: Season, notices: dict[str, Path]) -> None:
    yellow, orange, red = (words(notices[level]) for level in ("黄牌", "橙牌", "红牌"))
    for f in season.ledger.findings.of(season.carded):
        if facts.established(f) and f.nature not in facts.APART:
            assert plain(facts.should_and_is(f)[1]) in yellow
    assert "第十二条（一）" in yellow and "2026年10月15日" in yellow and "回头看" in yellow
    assert "第十二条（二）" in orange and "2026年度书记述职评议考核不得评为“好”" in orange
    assert "上级书记约谈、整改材料备案" in orange and "【整改时限】" in orange
    assert "第十二条（三）" in red and "至多评为“一般”" in red and "函询约谈、挂牌整顿、提级整顿、限期整顿" in red
    assert "经函询仍未提交材料。" in red and "决定理由：拒不整改。" in red
    assert "k" * 16 not in yellow + orange + red


def test_a_notice_of_an_earlier_card_by_its_event(season: Season, notices: dict[str, Path], tmp_path: Path) -> None:
    event = season.ledger.cards.get(season.carded).history[0].event
    path = write_card_notice(season.ledger, season.run, season.carded, tmp_path / "a.docx", event=event, **MADE)
    assert "黄牌" in words(path)
    with pytest.raises(Refused, match="没有可通知"):
        write_card_notice(season.ledger, season.run, season.carded, tmp_path / "b.docx", event=1, **MADE)


def test_an_item_of_the_lists_stands_in_a_notice_in_words(tmp_path: Path, season: Season) -> None:
    ledger = season.ledger
    org = next(code for code in season.run.organizations["org_id"] if not ledger.findings.of(code))
    item = Item("1", "补建活动阵地", "共性", deadline=date(2026, 6, 30))
    ledger.lists.open(2026, Secretary(org, "样例支部"), act(1), items=[item])
    ledger.cards.give_yellow(
        org, act(3, "工作滞后"), grounds=[f"lists/2026/{org}#1"], deadline=date(2026, 10, 1),
        secretary=Secretary(org, "样例支部"),
    )
    told = words(write_card_notice(ledger, season.run, org, tmp_path / "a.docx", **MADE))
    assert "2026年五单项目“补建活动阵地”（第1项，时限2026年6月30日），未登记完成。" in told and "lists/" not in told
    ledger.cards.clear(org, act(6, "样例", "更正单"), revoked=True)


def test_no_notice_of_a_revoked_card_or_of_grounds_that_fell(season: Season, tmp_path: Path) -> None:
    finding = next(
        f for f in season.ledger.findings.all()
        if f.state == "待核实" and f.nature not in facts.APART and f.subject not in (season.branch, season.carded)
    )
    ledger, org = season.ledger, finding.subject
    heard(ledger, finding.key, act(2))
    ledger.findings.confirm(finding.key, act(2))
    ledger.cards.give_yellow(
        org, act(3, "一项未落实"), grounds=[finding.key], deadline=date(2026, 10, 1),
        secretary=Secretary(org, finding.subject_name),
    )
    assert write_card_notice(ledger, season.run, org, tmp_path / "a.docx", **MADE).is_file()
    ledger.findings.answer(finding.key, act(4), text="有原始记录", agrees=False)
    ledger.findings.dismiss(finding.key, act(5, "原始记录核对无误"))
    with pytest.raises(Refused, match="不是已确认"):
        write_card_notice(ledger, season.run, org, tmp_path / "b.docx", **MADE)
    ledger.cards.clear(org, act(6, "误亮", "更正单"), revoked=True)
    with pytest.raises(Refused, match="没有可通知"):
        write_card_notice(ledger, season.run, org, tmp_path / "c.docx", **MADE)
    with pytest.raises(Refused, match="撤销"):
        event = ledger.cards.get(org).history[0].event
        write_card_notice(ledger, season.run, org, tmp_path / "d.docx", event=event, **MADE)


# --- 督查通报 ---------------------------------------------------------------------------------------------------------


def test_circular_has_its_four_parts_and_no_person(papers: dict[str, Path]) -> None:
    text = words(papers["督查通报"])
    parts = [text.index(part) for part in ("一、基本情况", "二、做法成效", "三、主要问题", "四、工作要求")]
    assert parts == sorted(parts)
    for name in (OWNER, LEADER, SECOND, INSPECTOR, "k" * 16):
        assert name not in text
    assert "【各级推进工作的做法和成效" in text and "【发文机关】" in text


def test_circular_names_only_whom_it_was_asked_to(season: Season, papers: dict[str, Path], tmp_path: Path) -> None:
    name = season.run.organization(season.carded)["name"]
    assert name in words(papers["督查通报"])
    plain_one = write_circular(season.ledger, season.run, INSPECTION, tmp_path / "a.docx", **MADE)
    text = words(plain_one)
    for org in season.run.organizations.itertuples():
        assert org.org_id == "YL0000000" or plain(org.name) not in text
    with pytest.raises(Refused, match="不能点名"):
        write_circular(season.ledger, season.run, INSPECTION, tmp_path / "b.docx", named=[season.branch], **MADE)


# --- 抽样底稿 ---------------------------------------------------------------------------------------------------------


def test_the_draw_can_be_done_again_from_the_sheet(season: Season, papers: dict[str, Path]) -> None:
    [made] = season.ledger.inspections.get(INSPECTION).draws
    path = papers["抽样底稿"]
    listed = table(path, "抽样名单")
    assert len(listed) == made.frame_size
    lines = sorted(f"{row['组织代码']}\t{row['层']}\n" for row in listed)
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == made.frame_hash
    drawn = table(path, "抽取名单")
    for stratum in table(path, "抽样底稿"):
        inside = [row["组织代码"] for row in listed if row["层"] == stratum["层"]]
        assert len(inside) == stratum["层内总数"]
        chosen = [row["组织代码"] for row in drawn if row["层"] == stratum["层"]]
        assert chosen == draw_first(inside, stratum["抽取数"], made.seed)
    head = [str(row[0].value) for row in openpyxl.load_workbook(path)["抽样底稿"].iter_rows(max_row=12)]
    assert any(made.seed in line for line in head) and any(made.frame_hash in line for line in head)


def test_picked_branches_stand_apart(season: Season, papers: dict[str, Path]) -> None:
    [picked] = season.ledger.inspections.get(INSPECTION).picked
    [row] = table(papers["抽样底稿"], "风险选点")
    assert (row["组织代码"], row["选点理由"]) == (picked.branch.org_id, picked.reason)
    assert picked.branch.org_id not in {r["组织代码"] for r in table(papers["抽样底稿"], "抽取名单")}


def test_a_frame_of_another_run_is_not_printed_as_this_one(season: Season) -> None:
    course = season.ledger.inspections.get(INSPECTION)
    [made] = course.draws
    other = replace(made, frame_hash=frame_hash(made.branches, made.by))
    assert _frame(season.run, replace(course, draws=(other,)), other) == []


def test_nothing_drawn_nothing_printed(season: Season, tmp_path: Path) -> None:
    season.ledger.inspections.plan(
        "空", act(1), title="未抽取", first=date(2026, 9, 1), last=date(2026, 9, 2)
    )
    with pytest.raises(Refused, match="还没有抽取"):
        write_draw_sheet(season.ledger, season.run, "空", tmp_path / "a.xlsx", **MADE)


# --- as people see them ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rendered(papers: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rendered]:
    """All papers, and two that only measure, through one start of LibreOffice."""
    need_office()
    folder = tmp_path_factory.mktemp("measuring")
    made = Mark("2026-08-31", "a" * 12, 1, "0" * 64, "甲", DAY)
    full, blank = docx_style.new_document(made, "满页"), docx_style.new_document(made, "空页")
    for _ in range(3):
        docx_style.add(full, "督" * 28 * 10, docx_style.ADDRESS)
    docx_style.add(blank, "督查" * 100)
    blank.add_page_break()
    docx_style.add(blank, "")
    measuring = [docx_style.write(full, folder / "满页.docx"), docx_style.write(blank, folder / "空页.docx")]
    return render([*papers.values(), *measuring], tmp_path_factory.mktemp("rendered"))


def test_no_page_is_blank(rendered: dict[str, Rendered], papers: dict[str, Path]) -> None:
    assert {name: rendered[name].blank_pages() for name in papers if rendered[name].blank_pages()} == {}
    assert rendered["空页"].blank_pages() == [2]  # the test would see one


def test_numbers_of_pages(rendered: dict[str, Rendered]) -> None:
    pages = {name: len(paper.pages) for name, paper in rendered.items()}
    assert pages["一支部一清单"] == 2  # two branches
    assert all(pages[level] <= 2 for level in ("黄牌", "橙牌", "红牌"))
    assert pages["督查通报"] <= 6
    for name in ("一支部一清单", "督查通报"):
        for number, page in enumerate(rendered[name].pages, 1):
            assert f"—{number}—" in page


def test_what_is_printed_is_what_was_found(season: Season, rendered: dict[str, Rendered]) -> None:
    for f in season.ledger.findings.of(season.branch):
        if f.nature not in facts.APART:
            assert f.code in rendered["一支部一清单"].pages[0]
    for f in season.ledger.findings.all():
        if facts.established(f):
            assert f.code in rendered["整改台账"].text
    assert "草稿" in rendered["督查通报"].pages[-1]
    assert "点名通报" in rendered["督查通报"].text
    assert "第十二条（三）" in rendered["红牌"].text


def test_a_page_takes_22_lines_of_28_characters(rendered: dict[str, Rendered]) -> None:
    assert [page.count("督") for page in rendered["满页"].pages] == [22 * 28, 8 * 28]
