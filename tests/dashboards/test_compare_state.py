"""Two runs side by side: figures by unit and requirement add up to the findings of either run."""

from __future__ import annotations

import json
import re
import shutil
import tracemalloc
from pathlib import Path

import pytest
from reviewed_runs import DAYS, write_runs
from scaled_run import scaled_run

from workbench.audit.compare import compare
from workbench.audit.run import Run
from workbench.dashboards import comparison
from workbench.dashboards.comparison import CHANGES, PAGE_SIZE, Comparing, ListFilter
from workbench.dashboards.overview import Overview
from workbench.dashboards.state import RunState
from workbench.dashboards.viewer import Role, Viewer
from workbench.errors import UsageError
from workbench.ledger import Ledger
from workbench.ledger.runs import run_id
from workbench.ledger.sync import sync

COUNTY = Viewer("督查员甲", Role.INSPECTOR, "001")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def pair(folder: Path) -> Comparing:
    return Comparing(RunState(folder / DAYS[2]), folder / DAYS[1], [folder / DAYS[0]])


def test_runs_beside_the_served_one(folder: Path) -> None:
    state = RunState(folder / DAYS[1])
    found = comparison.choices(state)
    assert [(c.name, c.as_of, c.served, bool(c.problem)) for c in found] == [
        (DAYS[2], DAYS[2], False, False), (DAYS[1], DAYS[1], True, False), (DAYS[0], DAYS[0], False, False),
        ("坏的", "", False, True),
    ]
    assert "receipt.json" in found[-1].problem and str(folder) not in found[-1].problem
    assert comparison.chosen(found, "", state).name == DAYS[0]
    assert comparison.chosen(found, DAYS[2], state).name == DAYS[2]
    assert comparison.chosen(found, "", RunState(folder / DAYS[0])).name in DAYS
    for name in ("坏的", "别的", DAYS[1], "../etc"):
        with pytest.raises(UsageError):
            comparison.chosen(found, name, state)


def test_runs_that_the_ledger_took_in(folder: Path, tmp_path: Path) -> None:
    state = RunState(folder / DAYS[2])
    gone = Path(shutil.copytree(folder / DAYS[0], tmp_path / "收走的"))
    (gone / "receipt.json").write_text(
        (gone / "receipt.json").read_text(encoding="utf-8").replace(DAYS[0], "2026-02-28"), encoding="utf-8"
    )
    where = tmp_path / "督查.sqlite"
    with Ledger(where) as ledger:
        for run in (gone, folder / DAYS[1]):
            sync(ledger, Run(run), "督查员甲")
        taken = list(ledger.runs.all())
    beside = comparison.choices(state, taken, where.parent)
    assert [(c.name, c.taken_in, bool(c.problem)) for c in beside] == [
        (DAYS[2], False, False), (DAYS[1], True, False), (DAYS[0], False, False), ("收走的", True, False),
        ("坏的", False, True),
    ]
    shutil.rmtree(gone)
    lost = comparison.choices(state, taken, where.parent)[-1]
    assert (lost.name, lost.as_of, lost.taken_in, bool(lost.problem)) == ("收走的", "2026-02-28", True, True)


def test_counts_are_those_of_the_core(pair: Comparing, folder: Path) -> None:
    core = compare(*(Run(folder / day) for day in DAYS))
    assert pair.counts() == {change: len(getattr(core, change)) for change in CHANGES}
    assert all(pair.counts()[change] for change in ("new", "recurred", "unchanged", "resolved", "not_comparable"))
    assert (pair.before.path.name, pair.after.path.name) == DAYS[1:]
    assert pair.ids() == (run_id(folder / DAYS[1]), run_id(folder / DAYS[2]))


def test_units_and_requirements_add_up_to_either_run(pair: Comparing) -> None:
    for rows in (pair.by_unit(), pair.by_requirement()):
        for change in CHANGES:
            assert sum(r["counts"][change] for r in rows) == pair.counts()[change]
        assert sum(r["before"][0] for r in rows) == len(pair.before.run.findings)
        assert sum(r["after"][0] for r in rows) == len(pair.after.run.findings)
        assert {r["id"] for r in pair.by_unit()} == {"001", "002", "003", "004"}
        assert all(k <= n for r in rows for k, n in (r["before"], r["after"]))


def test_judged_of_all_units_is_that_of_the_trend(pair: Comparing, folder: Path) -> None:
    points = comparison.trend(pair.after, comparison.choices(pair.after)).points
    for when, point in zip(("before", "after"), points[1:], strict=True):
        assert sum(r[when][1] for r in pair.by_unit()) == point["judged"]


def test_the_served_run_may_be_the_earlier_one(folder: Path, pair: Comparing) -> None:
    turned = Comparing(RunState(folder / DAYS[1]), folder / DAYS[2], [folder / DAYS[0]])
    assert turned.counts() == pair.counts() and turned.served is turned.before


def test_lines_tell_what_the_other_run_knew(pair: Comparing) -> None:
    by_change = {c: list(pair.lines(ListFilter(change=c))) for c in CHANGES}
    assert all(x.after in ("数据不足", "检查出错", "没有这一项") for x in by_change["not_comparable"])
    assert all(x.before in ("未达标", "待人工核实", "豁免") for x in by_change["unchanged"] + by_change["resolved"])
    unjudged = {x.subject for x in by_change["new"] if x.before in ("数据不足", "进行中", "没有这一项", "不适用")}
    assert bool(unjudged) == bool(pair.doubts()["unjudged"])


def test_filter_and_pages(pair: Comparing, folder: Path) -> None:
    lines = list(pair.lines(ListFilter(change="resolved", unit="001")))
    assert lines and {(x.change, x.unit) for x in lines} == {("resolved", "001")}
    one = lines[0]
    assert one in pair.part(ListFilter(text=one.name, requirement=one.entry["id"]), 0, 99)
    assert ListFilter.of({"change": "drop", "page": "-1"}) == ListFilter()
    page = Overview(folder / DAYS[2])
    answers = [page.answer({"do": "compare-rows", "with": DAYS[1], "filter": {"page": n}})[0] for n in range(2)]
    assert answers[0]["total"] == answers[0]["all"] == pair.count(ListFilter()) > PAGE_SIZE
    assert answers[0]["pages"] == -(-pair.count(ListFilter()) // PAGE_SIZE)
    assert page.answer({"do": "compare-rows", "with": DAYS[1], "filter": {"page": "999"}})[0]["page"] == (
        answers[0]["pages"] - 1
    )


def test_rules_that_changed_are_named_by_their_clause(folder: Path, tmp_path: Path) -> None:
    for day in DAYS[1:]:
        shutil.copytree(folder / day, tmp_path / day)
    path = tmp_path / DAYS[1] / "requirements.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    known[0]["fingerprint"] += "x"
    path.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    html = Overview(tmp_path / DAYS[2]).answer({"do": "compare", "with": DAYS[1]})[0]["html"]
    told = html.partition("内容或参数有变：")[2].partition("</p>")[0]
    assert told == f'<span title="{known[0]["id"]}">{known[0]["clause"]}</span>'
    assert f"截至 {DAYS[1]}</dd>" in html and f"，督查结果 {DAYS[1]}" not in re.sub(r'title="[^"]*"', "", html)


def test_another_run_in_its_place_is_seen(folder: Path, tmp_path: Path) -> None:
    for day in DAYS[1:]:
        shutil.copytree(folder / day, tmp_path / day)
    page = Overview(tmp_path / DAYS[2])
    before = page.answer({"do": "compare-rows", "with": DAYS[1]})[0]["all"]
    shutil.rmtree(tmp_path / DAYS[1])
    shutil.copytree(folder / DAYS[2], tmp_path / DAYS[1])
    (tmp_path / DAYS[1] / "receipt.json").write_text(
        (folder / DAYS[2] / "receipt.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    assert page.answer({"do": "compare-rows", "with": DAYS[1]})[0]["all"] == len(Run(folder / DAYS[2]).findings)
    assert before != len(Run(folder / DAYS[2]).findings)


def test_findings_are_not_held_as_objects(tmp_path: Path) -> None:
    """Of thousands of findings Python holds no more than the page in view."""
    runs = [scaled_run(tmp_path / day, branches=600, requirements=12, failing=4_000) for day in ("a", "b")]
    pair = Comparing(RunState(runs[1]), runs[0])
    tracemalloc.start()
    try:
        assert pair.count(ListFilter()) > 4_000 and len(pair.part(ListFilter(), 100, PAGE_SIZE)) == PAGE_SIZE
        assert pair.by_unit() and pair.by_requirement() and pair.doubts()
        assert tracemalloc.get_traced_memory()[1] < 4_000 * 200  # bytes; a row as an object takes some thousands
    finally:
        tracemalloc.stop()


def test_within_a_scope_only_own_findings(folder: Path) -> None:
    page = Overview(folder / DAYS[2])
    page._open(folder / DAYS[2], COUNTY)
    html = page.answer({"do": "compare", "with": DAYS[1]})[0]["html"]
    rows = page.answer({"do": "compare-rows", "with": DAYS[1]})[0]
    whole = Comparing(RunState(folder / DAYS[2]), folder / DAYS[1], [folder / DAYS[0]])
    assert rows["all"] == whole.count(ListFilter(unit="001")) > 0
    assert "模拟第二局" not in html + rows["html"]
    other = whole.part(ListFilter(unit="002"), 0, 1)[0]
    asked = {"do": "compare-evidence", "with": DAYS[1], "subject": other.subject, "requirement": other.entry["id"]}
    assert "<tr" not in page.answer(asked)[0]["html"]
    page._open(folder / DAYS[2], Viewer())
    assert "<tr" in page.answer(asked)[0]["html"]
