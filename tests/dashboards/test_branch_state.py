"""One organisation in full: every result once, periods on a year, what was done by day, people only as counts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from fake_run import write_run

from workbench.dashboards import Overview, place_pages
from workbench.dashboards.periods import LABELS, axis
from workbench.dashboards.profile import OPEN_ORDER, profile, records, timeline
from workbench.dashboards.state import RunState
from workbench.dashboards.viewer import Role, Viewer
from workbench.errors import UsageError

KEY = "7bed22"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose first branch has records of other years, without a day, uncounted ones and one with a person's key;
    the third has no secretary."""
    folder = write_run(tmp_path_factory.mktemp("profile") / "run", branches=24, units=4)
    own = "subject = '001-0001' AND table_name = 'activities'"
    with duckdb.connect() as con:
        path = folder / "evidence.parquet"
        con.execute(f"CREATE TABLE t AS SELECT * REPLACE ('党员大会' AS label) FROM '{path}'")
        one = f"(SELECT * FROM t WHERE {own} ORDER BY ALL LIMIT 1)"
        for columns in (
            "DATE '2025-12-31' AS dated_on, 9001 AS source_row", "NULL::DATE AS dated_on, 9002 AS source_row",
            "DATE '2026-01-01' AS dated_on, 9003 AS source_row, false AS counted, '党课（补课）' AS label",
            f"DATE '2026-12-31' AS dated_on, 9004 AS source_row, '党课 人员 {KEY}' AS label",
            "DATE '2026-03-03' AS dated_on, 9005 AS source_row, '接收预备党员' AS label, 'case_steps' AS table_name",
            "DATE '2026-03-03' AS dated_on, 9006 AS source_row, '书记' AS label, 'posts' AS table_name",
        ):
            con.execute(f"INSERT INTO t SELECT * REPLACE ({columns}) FROM {one}")
        # The same row of a ledger under a second requirement is still one record.
        other = "'xinfang-bureau-30' AS requirement"
        con.execute(f"INSERT INTO t SELECT * REPLACE ({other}) FROM t WHERE source_row = 9004")
        con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        path = folder / "secretaries.parquet"
        con.execute(f"CREATE TABLE s AS FROM '{path}' WHERE org_id <> '003-0001'")
        con.execute("UPDATE s SET started_on = NULL WHERE org_id = '002-0001'")
        con.execute(f"COPY s TO '{path}' (FORMAT parquet)")
    return folder


@pytest.fixture(scope="module")
def state(run: Path) -> RunState:
    return RunState(run)


def test_every_result_stands_once_failing_first(run: Path, state: RunState) -> None:
    frame = pd.read_parquet(run / "results.parquet")
    seen_failing = 0
    for subject in ("001-0001", "002-0003", "004-0006"):
        own = frame[(frame["subject"] == subject) & ~((frame["verdict"] == "待人工核实") & (frame["missed"] == 0))]
        found = profile(state, subject)
        rows = [r for d in found["documents"] for r in (*d["shown"], *d["folded"])]
        assert Counter((r["requirement"], r["verdict"]) for r in rows) == Counter(
            zip(own["requirement"], own["verdict"], strict=True)
        )
        for d in found["documents"]:
            assert {r["document_title"] for r in (*d["shown"], *d["folded"])} == {d["title"]}
            failing = [r["verdict"] == "未达标" for r in d["shown"]]
            assert failing == sorted(failing, reverse=True) and sum(failing) == d["failing"]
            assert not {r["verdict"] for r in d["folded"]} & set(OPEN_ORDER)
            seen_failing += d["failing"]
        html = place_pages.branch(state, subject)
        assert len(re.findall("data-result=", html)) == len(own)
    assert seen_failing


def test_the_periods_of_a_year_fill_it_in_their_order() -> None:
    for kind in LABELS:
        months = [m for first, width in axis(kind) for m in range(first, first + width)]
        if kind == "inspection_months":
            assert months == [7, 8]
        elif kind in ("year", "biennium"):
            assert months == list(range(1, 13))
        else:
            assert months == list(range(1, 13)) and len(axis(kind)) == len(LABELS[kind])
    assert axis("quarter") == [(1, 3), (4, 3), (7, 3), (10, 3)]
    assert axis("event") == axis(None) == []


def test_the_year_of_a_requirement_reads_as_text(run: Path, state: RunState) -> None:
    frame = pd.read_parquet(run / "results.parquet").query("period_kind == 'quarter' and missed_mask > 0")
    row = frame.iloc[0]
    html = place_pages.branch(state, row["subject"])
    part = html.split(f'data-result="{row["requirement"]}"')[1].split("</tr>")[0]
    cells = re.findall(r'grid-column: (\d+) / span 3" data-status="(\w*)" title="([^"]+)"', part)
    assert [int(first) for first, _, _ in cells] == [1, 4, 7, 10]
    for i, (_, status, text) in enumerate(cells):
        missed = bool(int(row["missed_mask"]) >> i & 1)
        assert (status == "missed") is missed and text.endswith("未做到") is missed
        assert f'<span class="wb-unseen">{text}</span>' in part
    assert "missed" in {status for _, status, _ in cells}


def test_what_was_done_stands_on_its_day(run: Path, state: RunState) -> None:
    found = timeline(state, "001-0001")
    assert (found["outside"], found["undated"]) == (1, 1)
    done, steps = found["groups"]
    assert (steps["name"], [(x.kind, x.total) for x in steps["lines"]]) == ("办理步骤", [("接收预备党员", 1)])
    lines = {x.kind: x for x in done["lines"]}
    assert set(lines) == {"党员大会", "党课"}  # posts are no activity
    lesson = lines["党课"]
    assert lesson.total == 2
    assert [(m.on.isoformat(), m.records, m.counted) for m in (*lesson.months[1], *lesson.months[12])] == [
        ("2026-01-01", 1, False), ("2026-12-31", 1, True)
    ]
    frame = pd.read_parquet(run / "evidence.parquet").query("subject == '001-0001' and label == '党员大会'")
    frame = frame[pd.to_datetime(frame["dated_on"]).dt.year == 2026]
    days = frame.groupby("dated_on").apply(lambda g: len(g[["source_id", "source_row"]].drop_duplicates()))
    assert {m.on: m.records for ms in lines["党员大会"].months.values() for m in ms} == {
        pd.Timestamp(day).date(): n for day, n in days.items()
    }
    for month, marks in lines["党员大会"].months.items():
        assert {m.on.month for m in marks} == {month}


def test_a_mark_leads_to_the_rows_and_names_nobody(state: RunState) -> None:
    [row] = records(state, "001-0001", "党课", "2026-12-31")
    assert (row["label"], row["rows"], row["total"], row["counted"]) == ("党课", "9004", 1, True)
    assert {r for r, _ in row["clauses"]} >= {"xinfang-bureau-30"} and len(row["clauses"]) == 2
    html = place_pages.branch_records(state, "001-0001", "党课", "2026-12-31")
    page = place_pages.branch(state, "001-0001")
    assert KEY not in html + page and "9004" in html
    assert records(state, "001-0001", "党课", "2026-12-30") == []
    with pytest.raises(UsageError):
        records(state, "001-0001", "党课", "2026-13-01")


def test_rows_alike_are_one_line(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", branches=12, units=4)
    path = run / "evidence.parquet"
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t AS FROM '{path}'")
        con.execute("CREATE TABLE one AS FROM t WHERE subject = '001-0001' LIMIT 1")
        for n in (7, 8, 9, 12, 14, 15):
            columns = f"'轮训' AS label, DATE '2026-05-05' AS dated_on, {n} AS source_row"
            con.execute(f"INSERT INTO t SELECT * REPLACE ({columns}) FROM one")
        con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    [row] = records(RunState(run), "001-0001", "轮训", "2026-05-05")
    assert (row["rows"], row["total"]) == ("7–9、12、14–15", 6)


def test_of_the_secretary_only_whether_and_since_when(state: RunState) -> None:
    told = {org: profile(state, org)["secretary"] for org in ("001-0001", "002-0001", "003-0001")}
    assert told == {
        "001-0001": "在任，自 2025-01-01", "002-0001": "在任，任职日期未登记", "003-0001": "台账中没有在任书记的记录",
    }
    html = place_pages.branch(state, "001-0001")
    assert "key-001-0001" not in html and "9 人" in html
    assert "8 / " not in html.split("wb-place-facts")[1].split("</dl>")[0]


def test_nothing_of_others_in_a_scope(run: Path) -> None:
    state = RunState(run, Viewer("督查员甲", Role.INSPECTOR, "001"))
    assert [org for org, _ in profile(state, "001-0001")["lineage"]] == ["001"]
    with pytest.raises(UsageError):
        place_pages.branch(state, "002-0001")
    assert records(state, "002-0001", "党员大会", "2026-03-03") == []


def test_the_widget_answers_with_the_id_that_was_asked(run: Path) -> None:
    widget = Overview(run)
    message, _ = widget.answer({"do": "profile", "subject": "001-0001"})
    assert message["id"] == "001-0001" and 'data-branch="001-0001"' in message["html"]
    message, _ = widget.answer({"do": "unit", "unit": ""})
    assert message["id"] == "" and 'data-unit="000"' in message["html"]
    message, _ = widget.answer({"do": "records", "subject": "001-0001", "kind": "党课", "on": "2026-01-01"})
    assert message["id"] == "001-0001" and "9003" in message["html"] and "不计入" in message["html"]
    for wrong in ({"do": "profile", "subject": "999"}, {"do": "unit", "unit": "999"}):
        message, _ = widget.answer(wrong)
        assert message["id"] == "999" and "没有这个组织\uff1a999" in message["html"] and "查看范围" not in message["html"]
