"""Failing by sector, course over runs, what falls due: held against a plain recount of the same files."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from near_runs import DAYS, write_runs

from workbench.dashboards import charts, comparison
from workbench.dashboards.heat import Cell
from workbench.dashboards.overview import Overview
from workbench.dashboards.sections import DAYS as AHEAD
from workbench.dashboards.sections import KINDS, ROWS, Sections, Upcoming, sectors
from workbench.dashboards.spread import spread
from workbench.dashboards.state import RunState
from workbench.dashboards.viewer import Role, Viewer
from workbench.reports.screen import Share

JUDGED = ("达标", "未达标", "进度滞后", "豁免", "待人工核实")
COUNTY = Viewer("督查员甲", Role.INSPECTOR, "002")
OTHERS = ("模拟第一局", "模拟第三局", "模拟第四局", "001-", "003-", "004-")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("near"))


@pytest.fixture(scope="module")
def state(folder: Path) -> RunState:
    return RunState(folder / DAYS[1])


def recount(run: Path, within: str = "") -> pd.DataFrame:
    """Judged results with sector; what nobody has looked at on site is none."""
    found = pd.read_parquet(run / "results.parquet")
    found = found[found["verdict"].isin(JUDGED) & ~((found["verdict"] == "待人工核实") & (found["missed"] == 0))]
    found = found.merge(pd.read_parquet(run / "organizations.parquet"), left_on="subject", right_on="org_id")
    return found[found["subject"].str.startswith(within)]


def answer(state: RunState, asked: str, **message: Any) -> str:
    return Sections(state).answer(asked, message)["html"]


def table(html: str, of: str = "wb-figures") -> list[list[str]]:
    """The texts of the rows of a table, head and foot among them."""
    found = html[html.index(of):]
    rows = re.findall(r"<tr.*?</tr>", found[:found.index("</table>")], re.S)
    return [[unescape(re.sub("<[^>]+>", "", c)).strip() for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in rows]


def number(text: str) -> int:
    return int(text.replace(",", ""))


def drawing(html: str) -> dict[str, Any]:
    return json.loads(unescape(re.search(r'data-chart="([^"]*)"', html)[1]))


@pytest.mark.parametrize("viewer", [None, COUNTY])
def test_sectors(folder: Path, viewer: Viewer | None) -> None:
    state = RunState(folder / DAYS[1], viewer)
    plain = recount(state.path, "002" if viewer else "")
    plain["sector"] = plain["sector"].fillna("未填领域")
    found = {s.name: s for s in sectors(state)}
    assert set(found) == set(plain["sector"]) and len(found) >= (3 if viewer is None else 2)
    for name, rows in plain.groupby("sector"):
        failing = rows[rows["verdict"] == "未达标"]
        s = found[name]
        assert (s.cell.failing, s.cell.judged) == (len(failing), len(rows))
        assert (s.failing, s.judged) == (failing["subject"].nunique(), rows["subject"].nunique())
    assert list(found)[-1] == "未填领域"
    lowest = [s.cell.at_least for s in found.values()][:-1]
    assert lowest == sorted(lowest, reverse=True)


def test_a_small_number_is_not_overclaimed() -> None:
    one, forty = Cell(1, 1), Cell(40, 40)
    assert one.at_most == forty.at_most == 1.0 and one.at_least < 0.3 < 0.9 < forty.at_least
    assert Cell(0, 3).at_least == 0.0 and 0.5 < Cell(0, 3).at_most < Cell(0, 1).at_most < 1
    assert Cell(0, 0).at_most == 1.0
    from workbench.dashboards.sections import Sector

    chart = charts.by_sector([Sector("两新", one, 1, 1), Sector("农村", Cell(60, 100), 9, 40)], "")
    assert chart.traces[0]["marker"]["color"] == ["var(--h4)", "var(--h5)"]
    assert chart.rows[0][:5] == ["两新", "100.0%", "1", "1", "20.7% 至 100.0%"]


def test_the_drawing_says_what_the_table_says(state: RunState) -> None:
    html = answer(state, "sectors")
    rows, drawn = table(html), drawing(html)
    trace = drawn["data"][0]
    assert [r[0] for r in rows[1:-1]] == drawn["layout"]["yaxis"]["ticktext"]
    for row, share in zip(rows[1:-1], trace["x"], strict=True):
        k, n = map(number, row[2:4])
        assert share == k / n and row[1] == Share(k, n).percent
    beside = [a["text"] for a in drawn["layout"]["annotations"]]
    assert beside == [text for r in rows[1:-1] for text in (r[1], f"{r[2]}/{r[3]}")], "k/n beside every percentage"
    for i in (2, 3):
        assert sum(number(r[i]) for r in rows[1:-1]) == number(rows[-1][i])
    assert f"截至 {DAYS[1]}，督查结果 {DAYS[1]}" in html and drawn["note"] == f"截至 {DAYS[1]}，督查结果 {DAYS[1]}"


@pytest.mark.parametrize("viewer", [Viewer(), COUNTY])
def test_trend_over_the_runs_of_the_folder(folder: Path, viewer: Viewer) -> None:
    state = RunState(folder / DAYS[1], viewer)
    course = comparison.trend(state, comparison.choices(state))
    assert [(p["name"], p["as_of"]) for p in course.points] == [(d, d) for d in DAYS]
    for point in course.points:
        plain = recount(folder / point["name"], viewer.scope or "")
        assert (point["failing"], point["judged"]) == ((plain["verdict"] == "未达标").sum(), len(plain))
    changed = sum(r["parameters"] != {} for r in state.requirements)
    assert [p["differs"] for p in course.points] == [changed, 0] and changed > 0
    assert [name for name, _ in course.apart] == ["外地", "坏的"]
    html = answer(state, "trend")
    assert "外地" in html and "坏的" in html and f"最多 {changed} 项" in html
    rows, drawn = table(html), drawing(html)
    assert [r[0] for r in rows[1:]] == [f"{DAYS[0]}※", DAYS[1]]
    for row, share, tick in zip(rows[1:], drawn["data"][0]["y"], drawn["layout"]["xaxis"]["ticktext"], strict=True):
        k, n = map(number, row[2:4])
        assert share == k / n and tick == f"{row[0]}<br>{k:,}/{n:,}" and row[4] == Share(k, n).percent
    assert drawn["data"][0]["marker"]["color"] == ["var(--h3)", "var(--h5)"]
    if viewer.scope:
        assert not [name for name in OTHERS if name in html] and "只含模拟第二局及其下级" in html


def test_one_run_makes_no_trend(folder: Path, tmp_path: Path) -> None:
    import shutil

    alone = RunState(shutil.copytree(folder / DAYS[0], tmp_path / "只有一次"))
    html = answer(alone, "trend")
    plain = recount(folder / DAYS[0])
    assert "只有一次督查结果，还看不出走势" in html and "data-chart" not in html
    assert f"{(plain['verdict'] == '未达标').sum():,}/{len(plain):,}" in html


def test_a_run_whose_table_is_spoilt_is_told_and_stops_nothing(folder: Path, tmp_path: Path) -> None:
    import shutil

    for day in DAYS:
        shutil.copytree(folder / day, tmp_path / day)
    (tmp_path / DAYS[0] / "results.parquet").write_bytes(b"PAR1 no PAR1")
    html = answer(RunState(tmp_path / DAYS[1]), "trend")
    assert f"{DAYS[0]}（结果文件无法读取）" in html and "还看不出走势" in html


def near(run: Path, within: str = "") -> pd.DataFrame:
    """Rows of due.parquet from the day of the run to thirty days later."""
    found = pd.read_parquet(run / "due.parquet")
    first = date.fromisoformat(json.loads((run / "receipt.json").read_text(encoding="utf-8"))["as_of"])
    days = pd.to_datetime(found["due_on"]).dt.date
    return found.assign(day=days)[(days >= first) & (days <= first + timedelta(days=30))
                                  & found["subject"].str.startswith(within)]


@pytest.mark.parametrize("viewer", [None, COUNTY])
def test_weeks_count_what_falls_due(folder: Path, viewer: Viewer | None) -> None:
    up = Upcoming(RunState(folder / DAYS[1], viewer))
    plain = near(up.state.path, "002" if viewer else "")
    assert {plain["day"].min(), plain["day"].max()} == {up.first, up.last}
    assert up.last - up.first == timedelta(days=AHEAD)
    weeks = up.weeks()
    assert sum(w.total for w in weeks) == len(plain) < len(pd.read_parquet(up.state.path / "due.parquet"))
    assert weeks[0].first == up.first and weeks[-1].last == up.last
    for before, after in zip(weeks, weeks[1:], strict=False):
        assert before.last.weekday() == 6 and after.first == before.last + timedelta(days=1)
    for week in weeks:
        mine = plain[(plain["day"] >= week.first) & (plain["day"] <= week.last)]
        assert week.organizations == mine["subject"].nunique()
        assert week.counts == {k.value: int((mine["kind"] == k).sum()) for k in KINDS}


@pytest.mark.parametrize("viewer", [None, COUNTY])
def test_rows_of_what_falls_due(folder: Path, viewer: Viewer | None) -> None:
    state = RunState(folder / DAYS[1], viewer)
    up, plain = Upcoming(state), near(state.path, "002" if viewer else "")
    rows, total = up.rows(up.first, up.last, "", 10_000)
    assert total == len(rows) == len(plain)
    assert sorted((r["due_on"], r["subject"], r["requirement"]) for r in rows) == sorted(
        zip(plain["day"], plain["subject"], plain["requirement"], strict=True)
    )
    order = [k.value for k in KINDS]
    keys = [(r["due_on"], order.index(r["kind"]), r["subject"]) for r in rows]
    assert keys == sorted(keys)
    assert up.rows(up.first, up.first, "限期", 3)[1] == ((plain["day"] == up.first) & (plain["kind"] == "限期")).sum()
    # Whoever asks beyond the days told of gets no more.
    assert up.rows(date(2000, 1, 1), date(2100, 1, 1), "", 10_000)[1] == total
    html = answer(state, "due")
    listed = re.findall(r"branch=([^&\"]+)&amp;of=([^&\"]+)\"", html)
    assert listed == [(r["subject"], r["requirement"]) for r in rows[:ROWS]]
    assert f"{ROWS} / {total:,} 项" in html and f"截至 {DAYS[1]}" in html
    if viewer:
        more = answer(state, "due-rows", first="2000-01-01", last="2100-01-01", count=500)
        assert not [name for name in OTHERS if name in html + more] and "002-" in more


def test_what_of_a_broken_check_falls_due_is_not_told(folder: Path, tmp_path: Path) -> None:
    import shutil

    run = Path(shutil.copytree(folder / DAYS[1], tmp_path / "run"))
    plain, receipt = near(run), json.loads((run / "receipt.json").read_text(encoding="utf-8"))
    broken = plain["requirement"].iloc[0]
    (run / "receipt.json").write_text(json.dumps(receipt | {"broken": {broken: "除以零"}}), encoding="utf-8")
    up = Upcoming(RunState(run))
    assert sum(w.total for w in up.weeks()) == (plain["requirement"] != broken).sum() < len(plain)


def test_messages_made_by_hand(folder: Path) -> None:
    page = Overview(folder / DAYS[1])
    good = {"do": "due-rows", "first": DAYS[1], "last": "2026-10-31"}
    for bad in ({"first": ""}, {"first": "x"}, {"last": 5}, {"count": "x"}, {"count": [1]}):
        assert "日期或行数不对" in page.answer(good | bad)[0]["error"]
    html = page.answer(good | {"kind": "' OR 1=1", "count": 10**9})[0]["html"]
    assert html.count("<tr>") - 1 == min(500, len(near(folder / DAYS[1])))


def test_plotly_knows_every_part_of_the_drawings(state: RunState) -> None:
    """plotly.js passes over what it does not know: its own schema says what that would be."""
    from plotly import graph_objects

    entry = next(r for r in state.requirements if spread(state, r))
    made = [charts.distribution(spread(state, entry), "分布", ""), charts.by_sector(sectors(state), ""),
            charts.trend(comparison.trend(state, comparison.choices(state)).points, "")]
    for chart in made:
        drawn = json.loads(chart.drawing)
        graph_objects.Figure(data=drawn["data"], layout=drawn["layout"])
        assert len({len(row) for row in [*chart.rows, chart.columns]}) == 1
        assert not chart.total or len(chart.total) == len(chart.columns)


def test_distribution_of_a_requirement(state: RunState) -> None:
    for requirement in (r for r in state.requirements if spread(state, r)):
        found = spread(state, requirement)
        chart = charts.distribution(found, "分布", "")
        failing, others, words = (trace["y"] for trace in chart.traces)
        assert [a + b for a, b in zip(failing, others, strict=True)] == words == [s.subjects for s in found.steps]
        assert [r[0] for r in chart.rows][:1] == [s.label for s in found.steps if s.subjects][:1]
        assert chart.total == ["合计", f"{found.judged:,}", f"{sum(failing):,}"]
        assert [s["x0"] for s in chart.layout["shapes"]] == [at - 0.5 for at, _ in found.bounds]


def test_names_are_text_to_plotly(folder: Path) -> None:
    points = [{"name": "<a href='https://x.example'>x</a>&", "as_of": d, "failing": 1, "judged": 9} for d in DAYS]
    chart = json.loads(charts.trend(points, "截至 <b>x</b>").drawing)
    assert not re.search("<(?!br>)", json.dumps([chart["data"], chart["layout"]]))
    # The note goes into a picture alone, where charts.js makes it text.
    assert chart["data"][0]["hovertext"][0].startswith("&lt;a href") and chart["note"] == "截至 <b>x</b>"


def test_a_run_without_anything_judged_has_no_point() -> None:
    points = [{"name": d, "as_of": d, "failing": k, "judged": n} for d, k, n in ((DAYS[0], 0, 0), (DAYS[1], 0, 12))]
    chart = charts.trend(points, "")
    assert chart.traces[0]["y"] == [None, 0.0] and [r[-1] for r in chart.rows] == ["没有判定", "0.0%"]


@pytest.mark.parametrize(("failing", "judged", "words"), [
    (100_000, 100_000, ">99.9% 至 100.0%"), (99_999, 100_000, ">99.9% 至 >99.9%"), (0, 100_000, "0.0% 至 <0.1%"),
    (1, 100_000, "<0.1% 至 <0.1%"), (10, 40, "14.2% 至 40.2%"),
])
def test_an_interval_never_says_all_or_none_for_less_or_more(failing: int, judged: int, words: str) -> None:
    assert charts.between(Cell(failing, judged)) == words
