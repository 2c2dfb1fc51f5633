"""What the page of all requirements shows, without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from fake_run import write_run

from workbench.dashboards import Overview, pages, place_pages
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.state import Filter, RunState
from workbench.errors import UsageError
from workbench.vocabulary import Verdict


@pytest.fixture(scope="module")
def clauses(fake: Path) -> Clauses:
    return Clauses(RunState(fake))


def test_every_row_of_the_run_stands_once_and_in_order(clauses: Clauses, fake: Path) -> None:
    receipt = json.loads((fake / "receipt.json").read_text(encoding="utf-8"))
    entries = json.loads((fake / "requirements.json").read_text(encoding="utf-8"))
    assert [r["id"] for r in clauses.rows] == receipt["catalogue"]
    assert sorted(receipt["catalogue"]) == sorted(r["id"] for r in [*entries, *receipt["listed"]])
    html = pages.requirements(clauses)
    assert re.findall(r'<tr tabindex="-1" data-id="([^"]+)"', html) == receipt["catalogue"]


def test_counts_are_those_of_the_results_and_of_the_list_they_open(clauses: Clauses, fake: Path) -> None:
    frame = pd.read_parquet(fake / "results.parquet")
    waiting = (frame["verdict"] == Verdict.MANUAL) & (frame["missed"] == 0)
    for row in clauses.rows:
        own = frame[frame["requirement"] == row["id"]]
        if row["counts"] is None:
            assert row["treatment"] in ("not_scored", "excluded") and own.empty
            continue
        verdicts = own["verdict"].value_counts()
        assert row["counts"].applicable == (own["verdict"] != Verdict.NOT_APPLICABLE).sum()
        assert row["counts"].no_data == verdicts.get("数据不足", 0)
        assert row["counts"].unanswered == (waiting & (frame["requirement"] == row["id"])).sum()
        assert row["failing"] == verdicts.get("未达标", 0) == clauses.state.count(Filter(requirement=row["id"]))[0]
    assert sum(r["counts"].unanswered for r in clauses.rows if r["counts"]) == waiting.sum() > 0


def test_coverage_adds_up(clauses: Clauses) -> None:
    found = clauses.coverage()
    assert sum(c["treated"] for c in found) == sum(c["total"] for c in found) == len(clauses.rows) == 37
    for c in found:
        assert sum(c["counts"].values()) == c["treated"]
        run = c["run"]
        assert run.applicable == run.judged + run.not_due + run.unanswered + run.no_data + run.broken > 0
        assert c["failing"] == clauses.state.count(Filter(document=c["document"]))[0]


def test_rows_nobody_dealt_with_are_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12)
    receipt = json.loads((run / "receipt.json").read_text(encoding="utf-8"))
    receipt["coverage"][0] |= {"total": receipt["coverage"][0]["total"] + 1, "missing": ["secretary-2022-99"]}
    (run / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    html = pages.requirements(Clauses(RunState(run)))
    assert "还没有处理：secretary-2022-99" in html and "37 / 38" in html


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"text": "活动室第2处"}, ["secretary-2022-site-2"]),
        ({"text": "SECRETARY-2022-LIST"}, ["secretary-2022-list-1"]),
        ({"treatment": "excluded"}, ["xinfang-bureau-list-3"]),
        ({"treatment": "not_scored", "document": "xinfang-bureau"}, ["xinfang-bureau-list-2"]),
        ({"text": "长期锁门 第四十二条"}, ["xinfang-bureau-site-3"]),
        ({"text": "没有这样的条款"}, []),
    ],
)
def test_every_word_must_occur(clauses: Clauses, wanted: dict, found: list[str]) -> None:
    assert clauses.select(**wanted) == found
    assert len(clauses.select()) == 37


def test_a_parameter_is_found_by_its_source_words(clauses: Clauses) -> None:
    found = clauses.select(text="新成立的")
    assert found == [r["id"] for r in clauses.rows if r.get("period") == "state"] != []
    assert "新建组织宽限月数：6（原文“新成立的”）" in place_pages.card(clauses, found[0])


def test_a_card_sets_conflicts_side_by_side(clauses: Clauses) -> None:
    (conflict,) = clauses.card("secretary-2022-1")["conflicts"]
    assert [p["mine"] for p in conflict["positions"]] == [True, False]
    assert [[s["who"] for s in p["stricter"]] for p in conflict["positions"]] == [["机关党支部"], []]
    other = conflict["positions"][1]["rows"][0]["id"]
    assert [p["mine"] for p in clauses.card(other)["conflicts"][0]["positions"]] == [False, True]
    assert clauses.card("secretary-2022-2")["conflicts"] == []
    with pytest.raises(UsageError, match="secretary-1"):
        clauses.card("secretary-1")


def test_a_position_of_a_document_not_chosen_is_named_but_leads_nowhere(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12)
    receipt = json.loads((run / "receipt.json").read_text(encoding="utf-8"))
    receipt["conflicts"][0]["positions"][1]["requirements"] = ["elsewhere-2020-1"]
    (run / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    html = place_pages.card(Clauses(RunState(run)), "secretary-2022-1")
    assert "本次未选的文件" in html and "elsewhere-2020-1" in html and "card=elsewhere" not in html


def test_cards_of_all_treatments(clauses: Clauses) -> None:
    wanted = {
        "secretary-2022-1": ("约束对象", "应为", "期间", "性质", "按期次数", "本次结果", "2022-03-01 起"),
        "secretary-2022-site-1": ("看什么", "活动室第1处", "查什么材料", "常见问题", "长期锁门"),
        "xinfang-bureau-list-3": ("不纳入", "理由", "没有可以核对的内容"),
    }
    for identifier, words in wanted.items():
        html = place_pages.card(clauses, identifier)
        assert [word for word in words if word not in html] == []
    assert "本次结果" not in place_pages.card(clauses, "xinfang-bureau-list-3")


def test_the_widget_answers(fake: Path) -> None:
    overview = Overview(fake)
    assert overview.answer({"do": "select", "treatment": "excluded"})[0]["ids"] == ["xinfang-bureau-list-3"]
    assert "wb-coverage" in overview.answer({"do": "requirements"})[0]["html"]
    answer, _ = overview.answer({"do": "card", "requirement": "secretary-2022-1"})
    assert answer["requirement"] == "secretary-2022-1" and "wb-card" in answer["html"]
    answer, _ = overview.answer({"do": "card", "requirement": "nothing-1"})
    assert answer["requirement"] == "nothing-1" and "没有这个条款编号" in answer["html"]
    heat = overview.answer({"do": "heat", "document": "xinfang-bureau"})[0]["html"]
    assert set(re.findall(r'data-document="([^"]*)"', heat)) == {"xinfang-bureau"}


def test_texts_of_requirements_are_escaped(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12)
    entries = json.loads((run / "requirements.json").read_text(encoding="utf-8"))
    for key in ("description", "clause", "notes", "binds"):
        entries[0][key] = "<img src=x>"
    (run / "requirements.json").write_text(json.dumps(entries), encoding="utf-8")
    clauses = Clauses(RunState(run))
    views = (pages.requirements(clauses), place_pages.card(clauses, "secretary-2022-1"))
    for html in (*views, pages.heat(clauses.state, "secretary-2022")):
        assert "<img" not in html and "&lt;img" in html


_PAPER = {
    "subject": "001-0001", "requirement": "secretary-2022-1", "since": "2026-01-01", "until": "2026-06-30",
    "reason": "机构调整", "approved_by": "模拟市委", "place": "豁免.xlsx · 第 4 行", "state": "已到期", "returned": True,
}
_MEETING = {
    "subject": "002-0001", "requirement": "elsewhere-1", "period": "2026-05", "held_on": "2026-06-03",
    "reason": "防汛", "approved_by": "模拟市委", "place": "补开.xlsx · 第 5 行", "state": "有效",
}


def test_the_overview_tells_what_the_command_line_tells(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12, receipt={
        "unread": [{"file": "坏了.xlsx", "problem": "打不开"}], "broken": {"secretary-2022-1": "两次判断不一致"},
        "rows": {"people": {"read": 9, "accepted": 5, "rejected": 4}, "未识别": {"rejected": 12}},
        "exemptions": [_PAPER], "permissions": [_MEETING],
        "missing": [{"records": "活动（巡回观摩）", "requirements": ["secretary-2022-1", "xinfang-bureau-16"]}],
    })
    html = pages.shell(RunState(run))
    for words in (
        "1 个台账文件未能读入", "坏了.xlsx（打不开）", "1 项要求检查出错", "12 行所在的表不像任何一种台账", "台账退回 16 行",
        "豁免与补开许可 2 件（已到期 1，有效 1）", "未达标已重新列出", "2026-01-01 至 2026-06-30", "模拟第一局第1党支部",
        "应开 2026-05，补开 2026-06-03", "elsewhere-1（不在本次督查的要求中）", "全部数据中没有的记录 1 类，2 项要求因此无法判断",
    ):
        assert words in html, words
    assert '<details class="wb-papers" open>' in html
    assert '<details class="wb-gaps">' in html


def test_a_run_without_such_news_says_nothing(clauses: Clauses) -> None:
    html = pages.shell(clauses.state)
    assert not [c for c in ("wb-alert", "wb-notices", "wb-papers", "wb-gaps") if f'class="{c}' in html]
