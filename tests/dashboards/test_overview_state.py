"""What the overview shows, without a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fake_run import write_run

from workbench.dashboards import Overview, pages
from workbench.dashboards.heat import Cell
from workbench.dashboards.periods import missed_text, strip
from workbench.dashboards.serve import serve
from workbench.dashboards.state import JUDGED, URGENT, Filter, RunState
from workbench.errors import RunError, UsageError
from workbench.vocabulary import Verdict

EVERY = Filter(verdict="")


@pytest.fixture(scope="module")
def state(fake: Path) -> RunState:
    return RunState(fake)


@pytest.fixture(scope="module")
def results(fake: Path) -> pd.DataFrame:
    """The results with unit, read by another library than the product's; without checks nobody has made."""
    frame = pd.read_parquet(fake / "results.parquet")
    frame = frame[~((frame["verdict"] == Verdict.MANUAL) & (frame["missed"] == 0))]
    organizations = pd.read_parquet(fake / "organizations.parquet").drop(columns=["unit_name"])
    return frame.merge(organizations, left_on="subject", right_on="org_id")


def test_tiles_count_what_the_run_holds(state: RunState, results: pd.DataFrame) -> None:
    tiles = {t["title"]: t["value"] for t in state.tiles()}
    assert tiles["组织数"] == results["subject"].nunique() == 300
    assert tiles["已判定"] == results["verdict"].isin(JUDGED).sum() > 0
    for verdict in (Verdict.FAILED, Verdict.BEHIND, Verdict.NO_DATA):
        assert tiles[verdict.value] == (results["verdict"] == verdict).sum() > 0


def test_a_broken_check_gets_a_tile(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12)
    frame = pd.read_parquet(run / "results.parquet")
    assert "检查出错" not in {t["title"] for t in RunState(run).tiles()}
    frame.loc[0, "verdict"] = "检查出错"
    frame.to_parquet(run / "results.parquet")
    assert {t["title"]: t["value"] for t in RunState(run).tiles()}["检查出错"] == 1


def test_every_heatmap_cell_equals_the_list_it_opens(state: RunState, results: pd.DataFrame) -> None:
    heatmap = state.heatmap
    for column, names in (("requirement", set(state.by_id)), ("document", {d for d, _ in state.documents()})):
        cells = {k: c for k, c in heatmap.cells.items() if k[0] and k[1] in names}
        failing = results[results["verdict"] == Verdict.FAILED].groupby(["unit_id", column]).size()
        judged = results[results["verdict"].isin(JUDGED)].groupby(["unit_id", column]).size()
        open_ = results[results["verdict"] == Verdict.OPEN].groupby(["unit_id", column]).size()
        assert {k: c.failing for k, c in cells.items() if c.failing} == failing.to_dict()
        assert {k: c.judged for k, c in cells.items() if c.judged} == judged.to_dict()
        assert {k: c.open for k, c in cells.items() if c.open} == open_.to_dict()
        worst = max(cells, key=lambda k: cells[k].failing)
        assert state.count(Filter(unit=worst[0], **{column: worst[1]})) == (failing[worst], judged[worst])


def test_totals_of_the_heatmap_add_up(state: RunState) -> None:
    heatmap = state.heatmap
    failing = {t["title"]: t["value"] for t in state.tiles()}["未达标"]
    assert heatmap.total("").failing == failing
    assert sum(heatmap.cells[unit, ""].failing for unit, _ in heatmap.units) == failing
    assert sum(heatmap.total(d).failing for d, _ in heatmap.documents()) == failing
    assert sum(heatmap.total(r["id"]).failing for r in heatmap.requirements) == failing
    assert [r for d, _ in heatmap.documents() for r in heatmap.columns(d)] == heatmap.requirements


@pytest.mark.parametrize(
    ("failing", "judged", "step"),
    [(0, 0, 0), (0, 40, 0), (1, 1, 4), (2, 2, 5), (40, 40, 5), (1, 400, 1), (20, 40, 5), (30, 40, 5),
     # As a usual inspection has them: three shades below 5 %.
     (3, 1000, 1), (15, 1000, 2), (35, 3915, 2), (12, 435, 3), (40, 1000, 3), (80, 1000, 4)],
)
def test_a_small_number_never_takes_the_colour_of_a_large_one(failing: int, judged: int, step: int) -> None:
    assert pages.level(Cell(failing, judged)) == step


def test_the_lower_end_is_that_of_the_literature() -> None:
    """Wilson, 95 %: published values for 1/10, 5/10, 10/10; never above the share, rising with the number."""
    assert [round(Cell(k, 10).at_least, 3) for k in (0, 1, 5, 10)] == [0.0, 0.018, 0.237, 0.722]
    ends = [Cell(n, 2 * n).at_least for n in (1, 2, 5, 20, 500)]
    assert ends == sorted(ends) and ends[-1] < 0.5


def test_a_document_is_opened_for_the_units_it_concerns(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=24)
    frame = pd.read_parquet(run / "results.parquet")
    frame.loc[frame["subject"].str.startswith("003") & (frame["document"] == "xinfang-bureau"), "verdict"] = "不适用"
    frame.to_parquet(run / "results.parquet")
    state = RunState(run)
    shown = {d: set(re.findall(r'data-unit="(\d+)"', pages.heat(state, d))) for d, _ in state.documents()}
    units = {unit for unit, _ in state.heatmap.units}
    assert shown == {"secretary-2022": units, "xinfang-bureau": units - {"003"}}
    assert "1 个单位不适用，没有列出" in pages.heat(state, "xinfang-bureau")


def test_words_of_the_filter_must_all_occur(state: RunState) -> None:
    rows = list(state.rows(replace(EVERY, text="第三局 支委会")))
    assert rows
    assert all("第三局" in r["name"] and "支委会" in r["description"] for r in rows)
    assert state.count(replace(EVERY, text="'; DROP TABLE organizations; --")) == (0, 0)


def test_filters_by_document_unit_and_verdict(state: RunState, results: pd.DataFrame) -> None:
    f = Filter(document="secretary-2022", unit="003", verdict="数据不足")
    wanted = results.query("document == 'secretary-2022' and unit_id == '003' and verdict == '数据不足'")
    assert state.count(f)[0] == len(wanted) > 0
    assert {r["subject"] for r in state.rows(f)} == set(wanted["subject"])


def test_a_page_cannot_smuggle_an_order(state: RunState) -> None:
    assert Filter.of({"sort": "1; DROP VIEW listed", "unknown": 1}) == Filter()
    assert [Filter.of({"sort": s}).sort for s in ("-name", "--name", "-", "name")] == ["-name", "", "", "name"]


def test_a_branch_shows_each_of_its_results(state: RunState, results: pd.DataFrame) -> None:
    subject = results[results["verdict"] == Verdict.FAILED].iloc[0]["subject"]
    branch = state.branch(subject)
    assert branch["organization"]["org_id"] == subject
    own = results[results["subject"] == subject].set_index("requirement")
    assert {r["requirement"]: r["verdict"] for r in branch["results"]} == own["verdict"].to_dict()
    assert branch["lineage"][0] == ("000", "甲州市模拟市委")
    assert [r["id"] for r in branch["waiting"]] == sorted(r for r in state.by_id if "site" in r and r not in own.index)
    with pytest.raises(UsageError):
        state.branch("999-9999")


def test_a_branch_shows_what_fails_first_and_checks_on_site_apart(state: RunState, results: pd.DataFrame) -> None:
    subject = results[results["verdict"] == Verdict.FAILED].iloc[-1]["subject"]
    html = pages.branch(state, subject, "secretary-2022-1")
    verdicts = re.findall(r'data-verdict="([^"]+)">\s*<div class="wb-req-head"', html)
    own = results[results["subject"] == subject]
    assert sorted(verdicts) == sorted(own["verdict"])
    urgent = [v in URGENT for v in verdicts]
    assert urgent == sorted(urgent, reverse=True) and True in urgent and False in urgent
    rest = re.findall(r'<section class="wb-req[^"]*" data-requirement="([^"]+)"', html)[sum(urgent):]
    assert rest == [r for r in state.by_id if r in rest]
    waiting = re.findall(r'data-waiting="([^"]+)"', html)
    assert waiting == [r["id"] for r in state.branch(subject)["waiting"]] != []
    assert f"待现场核查 {len(waiting)} 项" in html


def test_evidence_names_file_sheet_and_row(fake: Path, state: RunState) -> None:
    frame = pd.read_parquet(fake / "evidence.parquet")
    subject, requirement = frame.iloc[0][["subject", "requirement"]]
    own = frame[(frame["subject"] == subject) & (frame["requirement"] == requirement)]
    found = state.evidence(subject, requirement)
    assert found["total"] == len(own) == len(found["rows"])
    assert {r["source_row"] for r in found["rows"]} == set(own["source_row"])
    assert {(r["file"], r["sheet"]) for r in found["rows"]} <= {(f"台账{i}.xlsx", "三会一课") for i in (1, 2, 3)}
    short = state.evidence(subject, requirement, limit=1)
    assert (len(short["rows"]), short["total"]) == (1, len(own))


def test_a_strip_names_every_period() -> None:
    periods = strip("quarter", met=0b0010, missed=0b0001, open_=0b0100)
    assert [(p.label, p.text) for p in periods] == [
        ("一季度", "未做到"), ("二季度", "已做到"), ("三季度", "未到期"), ("四季度", "未开始"),
    ]
    assert [p.text for p in strip("half_year", met=0b10, missed=0, open_=0)] == ["不计", "已做到"]
    assert strip("event", met=1, missed=0, open_=0) == ()
    assert strip("year", met=0, missed=0, open_=0) == ()
    assert missed_text("month", 0b10000100, "2026") == "3月、8月"
    assert missed_text("event", None, "2026") == "2026"


def test_names_are_escaped(tmp_path: Path) -> None:
    evil = '<img src=x onerror="alert(1)">'
    run = write_run(tmp_path / "run", branches=24, rename={"001-0001": evil, "001": evil})
    state = RunState(run)
    branch = pages.branch(state, "001-0001", "secretary-2022-1")
    for html in (pages.shell(state, EVERY), branch, pages.rows(state, EVERY, 0, 100)["html"]):
        assert "<img" not in html
        assert "&lt;img" in html


def test_widget_answers_and_reports_faults(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=24)
    overview = Overview(run)
    answer, _ = overview.answer({"do": "page", "filter": {"unit": "002"}})
    assert answer["total"] == overview.state.count(Filter(unit="002"))[0]
    answer, _ = overview.answer({"do": "branch", "subject": "002-0001", "requirement": "secretary-2022-1"})
    assert answer["subject"] == "002-0001"
    assert "模拟第二局第1党支部" in answer["html"]
    answer, _ = overview.answer({"do": "branch", "subject": "nobody", "requirement": "secretary-2022-1"})
    assert answer["subject"] == "nobody" and "没有这个组织" in answer["html"]
    assert "刷新" in overview.answer({"do": "dance"})[0]["error"]


def test_widget_sees_that_another_run_was_written_in_the_place(tmp_path: Path) -> None:
    overview = Overview(write_run(tmp_path / "run", branches=24, city="甲州市"))
    before = overview.stamp
    shutil.rmtree(tmp_path / "run")
    assert "督查结果" in overview.answer({"do": "alive"})[0]["error"]
    write_run(tmp_path / "run", branches=36, city="乙州市模拟")
    answer, _ = overview.answer({"do": "shell"})
    assert "乙州市模拟" in answer["html"]
    assert overview.stamp != before


def test_the_kernel_loads_neither_gx_nor_ibis_nor_records(fake: Path) -> None:
    code = (
        "import sys; from workbench.dashboards import Overview; o = Overview(sys.argv[1]); o.first();"
        "o.answer({'do': 'page'}); o.answer({'do': 'export', 'view': 'overview', 'format': 'docx'});"
        "o.answer({'do': 'requirements'}); o.answer({'do': 'heat', 'document': 'secretary-2022'});"
        "o.answer({'do': 'card', 'requirement': 'secretary-2022-1'}); o.answer({'do': 'select', 'text': 'x'});"
        "o.answer({'do': 'branch', 'subject': '001-0001', 'requirement': 'secretary-2022-1'});"
        "heavy = ('great_expectations', 'ibis', 'pandas', 'workbench.records', 'workbench.audit.engine');"
        "print([m for m in heavy if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run([sys.executable, "-c", code, str(fake)], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def _damage_missing(run: Path) -> None:
    (run / "results.parquet").unlink()


def _damage_receipt(run: Path) -> None:
    (run / "receipt.json").write_text("{", encoding="utf-8")


def _damage_parquet(run: Path) -> None:
    (run / "results.parquet").write_bytes(b"no parquet")


def _damage_format(run: Path) -> None:
    receipt = json.loads((run / "receipt.json").read_text(encoding="utf-8"))
    (run / "receipt.json").write_text(json.dumps(receipt | {"format": 99}), encoding="utf-8")


@pytest.mark.parametrize("damage", [_damage_missing, _damage_receipt, _damage_parquet, _damage_format])
def test_a_damaged_run_is_named(tmp_path: Path, damage) -> None:
    run = write_run(tmp_path / "run", branches=12)
    damage(run)
    with pytest.raises(RunError) as e:
        RunState(run)
    assert str(tmp_path) in str(e.value)
    assert "workbench audit" in e.value.next_step


def test_serve_refuses_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError) as e:
        serve(tmp_path / "nowhere")
    assert "nowhere" in str(e.value)
    assert "workbench audit" in e.value.next_step


def test_serve_names_another_port_when_taken(fake: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as e:
            serve(fake, port=port)
    assert str(port) in e.value.place
    assert f"--port {port + 1}" in e.value.next_step


@pytest.mark.parametrize("options", [{"host": "0.0.0.0"}, {"proxied": True}])
def test_serve_wants_users_when_open_to_others(
    fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as e:
        serve(fake, **options)
    assert "workbench users add" in e.value.next_step
