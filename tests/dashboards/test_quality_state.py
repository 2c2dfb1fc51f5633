"""What a run could not take or judge: every total adds up to the receipt, nothing of others within a scope."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from reviewed_runs import DAYS, write_runs

from workbench.dashboards.overview import Overview
from workbench.dashboards.quality import ADVICE, Quality
from workbench.dashboards.state import RunState
from workbench.dashboards.viewer import Role, Viewer
from workbench.errors import UsageError

COUNTY = Viewer("督查员甲", Role.INSPECTOR, "001")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("runs")) / DAYS[-1]


@pytest.fixture(scope="module")
def quality(run: Path) -> Quality:
    return Quality(RunState(run))


def test_rejected_rows_add_up_to_the_receipt(quality: Quality) -> None:
    receipt = quality.receipt
    assert quality.rejected == sum(k["rejected"] for k in quality.kinds()) == 9
    assert [k["title"] for k in quality.kinds()] == ["活动", "不像任何一种台账的表"]
    assert sum(s.rejected for s in quality.sheets) + quality.unattributed == quality.rejected
    assert {(s.sender, s.sheet, s.rejected, s.untold) for s in quality.sheets} == {
        ("甲县", "三会一课", 4, 1), ("甲县", "说明", 4, 0), ("乙县", "三会一课", 1, 0),
    }
    lost = [line for line in quality.lines() if line["kind"] in ("退回的行", "认不出的表")]
    assert sum(line["n"] for line in lost) == sum(c["rejected"] for c in receipt["rows"].values())


def test_reasons_with_their_rows_and_what_to_do(quality: Quality) -> None:
    told = [(r.problem, r.rows, len(r.places), r.next_step) for r in quality.reasons()]
    assert told == [("日期无法识别或不存在", 3, 1, "改正后重新读入"), ("重复行", 1, 1, "改正后重新读入")]
    first = next(s for s in quality.sheets if s.sender == "甲县" and s.table)
    assert first.reasons[0].examples == [5, 6, 7]
    strange = next(s for s in quality.sheets if not s.table)
    assert [(r.problem, r.rows) for r in strange.reasons] == [("表头与任何一种台账都对不上", 4)]
    assert [(level, r.rows) for level, r in quality.other_messages()] == [("提示", 1)]


def test_rows_beyond_the_cap_are_counted(run: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(run, tmp_path / "run"))
    messages = json.loads((other / "messages.json").read_text(encoding="utf-8"))
    messages.append({**messages[0], "row": None, "problem": "日期无法识别或不存在：共 4 行，以上只列出前 3 行"})
    (other / "messages.json").write_text(json.dumps(messages, ensure_ascii=False), encoding="utf-8")
    sheet = next(s for s in Quality(RunState(other)).sheets if s.sender == "甲县" and s.table)
    assert (sheet.reasons[0].rows, sheet.untold) == (4, 0)
    (other / "messages.json").unlink()
    assert sum(s.untold for s in Quality(RunState(other)).sheets) == 9


def test_what_cannot_be_judged_adds_up(quality: Quality, run: Path) -> None:
    verdicts = quality.receipt["verdicts"]
    assert sum(g.no_data for g in quality.gaps) == verdicts["数据不足"] > 0
    assert sum(g.broken for g in quality.gaps) == verdicts.get("检查出错", 0)
    for gap in quality.gaps:
        assert sum(n for _, _, n, _ in gap.units) == gap.unjudged == sum(n for _, _, n in gap.reasons)
        assert all(0 < n <= of for _, _, n, of in gap.units) and gap.unjudged <= gap.total
    assert sum(n for _, _, n in quality.advised()) == verdicts["数据不足"]
    listed = [line for line in quality.lines() if line["kind"] == "没有结论"]
    assert sum(line["n"] for line in listed) == verdicts["数据不足"]
    assert all(line["next"] in ADVICE.values() for line in listed)


def test_kinds_of_reason_follow_the_verdicts(run: Path) -> None:
    state = RunState(run)
    rows = [(0, 0, 0, "数据不足", "none"), (1, 0, 1, "数据不足", "doubt"), (1, 1, 0, "数据不足", "unknown"),
            (0, 1, 1, "数据不足", "unknown"), (1, 1, 1, "数据不足", "doubt"), (0, 0, 0, "检查出错", "broken")]
    for missed, unknown, doubt, verdict, kind in rows:
        quality = Quality(state)
        state.con.execute("DROP VIEW results")
        state.con.execute(
            "CREATE VIEW results AS SELECT '001-0001' AS subject, 'secretary-2022-1' AS requirement,"
            f" '{verdict}' AS verdict, {missed} AS missed, {unknown} AS unknown, {doubt} AS doubt, '' AS reason"
        )
        assert [k for k, _, _ in quality.advised()] == [kind], (missed, unknown, doubt)


def test_other_things_to_check(quality: Quality) -> None:
    assert [(p["label"], p["value"], p["default"]) for p in quality.parameters()] == [("年初截止日", "03-31", "01-31")]
    assert [e["who"] for e in quality.adoption()["entries"]] == ["全部组织", "领域：机关"]
    assert quality.unplaced() == []
    quality.state.con.execute("UPDATE organizations SET sector = NULL WHERE org_id = '001'")
    assert [(o["org_id"], o["lacks"]) for o in quality.unplaced()] == [("001", "领域")]
    quality.state.con.execute("UPDATE organizations SET sector = '机关' WHERE org_id = '001'")


def test_within_a_scope_nothing_of_others(run: Path) -> None:
    page = Overview(run)
    page._open(run, COUNTY)
    own = Quality(page.state)
    html = page.answer({"do": "quality"})[0]["html"]
    assert own.sheets == [] and own.messages == [] and own.rejected == 0
    assert {u for g in own.gaps for u, *_ in g.units} == {"001"}
    assert sum(g.unjudged for g in own.gaps) == own.receipt["verdicts"]["数据不足"] > 0
    for word in ("乙县", "丙县", "打不开", "模拟第二局", "rejects.xlsx", "除以零"):
        assert word not in html, word
    assert "请向管理员了解" in html
    answer, attached = page.answer({"do": "quality-rejects"})
    assert "不能下载" in answer["error"] and attached == []
    with pytest.raises(UsageError):
        own.rejects()
