"""The way down, and the spread of a requirement: counts held against an independent count of the same files."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from fake_run import write_run

from workbench.dashboards import place_pages
from workbench.dashboards.clauses import Clauses
from workbench.dashboards.spread import failing_units, spread
from workbench.dashboards.state import JUDGED, RunState
from workbench.dashboards.tree import Tree
from workbench.dashboards.viewer import Role, Viewer
from workbench.errors import UsageError

COUNTY = "100"
#: Units put below the county.
MOVED = ("001", "002", "003")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """City, county, units, branches: three units lie below a county, the others below the city."""
    folder = write_run(tmp_path_factory.mktemp("tree") / "run", branches=60, units=6)
    change(folder, [
        f"INSERT INTO t SELECT * REPLACE ('{COUNTY}' AS org_id, '甲县模拟县委' AS name, '县' AS level, '000' AS parent_id)"
        " FROM t WHERE org_id = '000'",
        f"UPDATE t SET parent_id = '{COUNTY}' WHERE org_id IN {MOVED}",
    ])
    return folder


def change(folder: Path, statements: list[str], table: str = "organizations") -> None:
    """Run SQL on one table (``t``) of a run."""
    path = folder / f"{table}.parquet"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS FROM '{path}'")
        for statement in statements:
            con.execute(statement)
        con.execute(f"COPY t TO '{path}' (FORMAT parquet)")


def counted(run: Path, *units: str) -> dict[str, int]:
    """What the results of the branches of some units add up to, by pandas."""
    frame = pd.read_parquet(run / "results.parquet")
    own = frame[frame["subject"].str[:3].isin(units)]
    seen = own[~((own["verdict"] == "待人工核实") & (own["missed"] == 0))]
    failing = seen[seen["verdict"] == "未达标"]
    return {
        "with_results": own["subject"].nunique(), "with_failing": failing["subject"].nunique(), "failing": len(failing),
        "judged": int(seen["verdict"].isin(JUDGED).sum()), "behind": int((seen["verdict"] == "进度滞后").sum()),
        "open": int((seen["verdict"] == "进行中").sum()), "no_data": int((seen["verdict"] == "数据不足").sum()),
        "waiting": len(own) - len(seen),
    }


def shown(standing: object) -> dict[str, int]:
    return {name: getattr(standing, name) for name in counted_names}


counted_names = ("with_results", "with_failing", "failing", "judged", "behind", "open", "no_data", "waiting")


def test_every_level_adds_up_what_lies_below(run: Path) -> None:
    tree = Tree(RunState(run))
    for org_id, units in (("000", [f"{n:03}" for n in range(1, 7)]), (COUNTY, MOVED), ("002", ["002"])):
        found = tree.unit(org_id)
        assert shown(found["standing"]) == counted(run, *units)
        below = [c for c in found["children"] if not c.own]
        assert sum(c.standing.failing for c in below) == found["standing"].failing > 0
        assert [c.standing.failing for c in below] == sorted((c.standing.failing for c in below), reverse=True)
    assert tree.unit("000")["standing"].organizations == 1 + 1 + 6 + 60


def test_the_way_from_the_city_to_a_branch_and_back(run: Path) -> None:
    state = RunState(run)
    tree = Tree(state)
    assert tree.unit()["organization"]["org_id"] == "000"  # without a name it is the top
    way, at = [], "000"
    while at is not None:
        found = tree.unit(at)
        assert [org for org, _ in found["lineage"]] == way
        way.append(at)
        at = COUNTY if at == "000" else next((c.org_id for c in found["children"] if not c.own), None)
    assert way[:2] == ["000", COUNTY] and way[2] in MOVED and way[3].startswith(way[2] + "-") and len(way) == 4
    leaf = tree.unit(way[3])
    assert [c.own for c in leaf["children"]] == [True]
    assert leaf["children"][0].standing == leaf["standing"]
    with pytest.raises(UsageError):
        tree.unit("999")


def test_a_line_leads_to_the_level_below(run: Path) -> None:
    state = RunState(run)
    tree = Tree(state)
    html = place_pages.unit(state, tree, "000")
    assert f'href="#view=unit&amp;unit={COUNTY}"' in html
    html = place_pages.unit(state, tree, "001")
    branches = re.findall(r'href="#view=branch&amp;branch=(001-\d+)"', html)
    assert len(branches) == len(set(branches)) == 10
    assert re.findall(r'<li><a href="#view=unit&amp;unit=(\d+)"', html) == ["000", COUNTY]
    found = tree.unit("001")["standing"]
    assert f"{found.failing:,} / {found.judged:,} 项次，{100 * found.failing / found.judged:.1f}%" in html
    assert "#view=overview&amp;unit=001" in html
    assert "#view=overview&amp;unit=100" not in place_pages.unit(state, tree, COUNTY)  # no unit of the list


def test_a_viewer_gets_the_part_below(run: Path) -> None:
    state = RunState(run, Viewer("督查员甲", Role.INSPECTOR, COUNTY))
    tree = Tree(state)
    top = tree.unit()
    assert (top["organization"]["org_id"], top["lineage"]) == (COUNTY, [])
    assert shown(top["standing"]) == counted(run, *MOVED)
    assert {c.org_id for c in top["children"] if not c.own} == set(MOVED)
    for foreign in ("000", "004", "004-0001"):
        with pytest.raises(UsageError):
            tree.unit(foreign)
    html = place_pages.unit(state, tree, "001")
    assert "甲县模拟县委" in html and "unit=000" not in html
    card = place_pages.card(Clauses(state), state.requirements[0]["id"])
    assert set(re.findall(r"unit=(\d+)", card)) <= set(MOVED)


def test_superiors_in_a_ring_are_not_lost(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=24, units=4)
    ring = (("001", "002"), ("002", "001"))
    change(run, [f"UPDATE t SET parent_id = '{above}' WHERE org_id = '{org}'" for org, above in ring])
    tree = Tree(RunState(run))
    top = tree.unit()
    assert top["organization"] is None
    assert {c.org_id for c in top["children"]} == {"000", "001", "002"}
    assert tree.unit("001")["standing"].failing == counted(run, "001", "002")["failing"]
    assert [org for org, _ in tree.unit("001")["lineage"]] == ["002"]


@pytest.mark.parametrize(("part", "whole", "text"), [
    (0, 0, ""), (0, 7, "0.0%"), (1, 3, "33.3%"), (7, 7, "100.0%"), (1, 5000, "<0.1%"), (4999, 5000, ">99.9%"),
    (1, 1000, "0.1%"),
])
def test_a_percentage_never_hides_the_few(part: int, whole: int, text: str) -> None:
    assert place_pages.share(part, whole) == text


def test_the_spread_counts_every_judged_subject_once(run: Path) -> None:
    state = RunState(run)
    frame = pd.read_parquet(run / "results.parquet")
    told = 0
    for r in state.requirements:
        own = frame[(frame["requirement"] == r["id"]) & frame["verdict"].isin(JUDGED)]
        own = own[~((own["verdict"] == "待人工核实") & (own["missed"] == 0))]
        found = spread(state, r)
        if found is None:
            assert own["judged"].notna().sum() == 0
            continue
        assert found.judged == len(own)
        assert sum(s.failing for s in found.steps) == (own["verdict"] == "未达标").sum()
        assert {s.label: s.subjects for s in found.steps} == {
            f"{v:g}": n for v, n in own["judged"].value_counts().items()
        }
        if r["lower"] is not None:
            [(at, text)] = found.bounds
            assert text == f"≥ {r['lower']:g}"
            assert sum(s.subjects for s in found.steps[:at]) == (own["judged"] < r["lower"]).sum()
            assert all(not s.failing for s in found.steps[at:])
            told += at > 0
    assert told > 5


@pytest.mark.parametrize(("bounds", "expected", "at"), [
    ({"lower": 0.0, "upper": None}, ["−20 至 −11", "−10 至 −1", "0 至 9"], "≥ 0"),
    ({"lower": None, "upper": 0.0}, ["−9 至 0", "1 至 10", "11 至 20"], "≤ 0"),
])
def test_no_step_reaches_over_the_bound(tmp_path: Path, bounds: dict, expected: list[str], at: str) -> None:
    """Many figures on both sides: the one that equals the bound stands with those that are met."""
    run = write_run(tmp_path / "run", branches=120, units=4)
    requirement = "secretary-2022-1"
    change(run, [
        "UPDATE t SET judged = figure FROM (SELECT subject AS s, (row_number() OVER (ORDER BY subject)) % 101 - 50"
        f" AS figure FROM t WHERE requirement = '{requirement}') WHERE subject = s AND requirement = '{requirement}'"
    ], "results")
    state = RunState(run)
    found = spread(state, {**state.by_id[requirement], **bounds})
    labels = [s.label for s in found.steps]
    assert set(expected) <= set(labels)
    [(place, text)] = found.bounds
    assert text == at and labels[place - 1:place + 1] == expected[at == "≥ 0":][:2]
    frame = pd.read_parquet(run / "results.parquet")
    own = frame[(frame["requirement"] == requirement) & frame["verdict"].isin(JUDGED)]["judged"]
    left = (own < 0).sum() if at == "≥ 0" else (own <= 0).sum()
    assert sum(s.subjects for s in found.steps[:place]) == left
    both = spread(state, {**state.by_id[requirement], "lower": -10.0, "upper": 10.0})
    assert [(s.label, s.subjects) for s in both.steps] == [
        ("不足 −10", (own < -10).sum()), ("−10 至 10", own.between(-10, 10).sum()), ("超过 10", (own > 10).sum())
    ]
    assert both.bounds == [(1, "≥ −10"), (2, "≤ 10")]


def test_the_card_names_where_most_fail(run: Path) -> None:
    state = RunState(run)
    worst = max(state.requirements, key=lambda r: state.heatmap.total(r["id"]).failing)["id"]
    units, more = failing_units(state, worst)
    assert more == 0
    assert sum(cell.failing for _, _, cell in units) == state.heatmap.total(worst).failing > 0
    html = place_pages.card(Clauses(state), worst)
    lines = re.findall(r'unit=(\d+)&amp;requirement=[^"]+" [^>]*>(\d+) / (\d+)</a>', html)
    assert lines == [(unit, str(cell.failing), str(cell.judged)) for unit, _, cell in units]
    assert 'role="img"' in html and "应 ≥" in html
