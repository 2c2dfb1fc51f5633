"""Every kind of source ends as the same typed rows."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.records.ledgers import ID1, ID2, ORGANIZATIONS, PEOPLE, balanced, rows, take, told, workbook
from workbench.errors import IntakeError
from workbench.records.intake import intake
from workbench.vocabulary import STEPS, Process

ACTIVITIES = [
    ["党组织名称", "会议类型", "会议时间", "学时"],
    ["第一支部", "支委会议", "2026年3月5日", "2"],
    ["B2", "党课教育", "2026/4/6", ""],
]
EXPECTED = [("B1", "支委会", date(2026, 3, 5), 2.0), ("B2", "党课", date(2026, 4, 6), None)]
QUERY = 'SELECT org_id, kind, held_on, "hours" FROM activities ORDER BY held_on'


def text_of(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(row) for row in ACTIVITIES) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_delimited_text(tmp_path: Path, encoding: str, delimiter: str) -> None:
    workbook(tmp_path / "党组织.xlsx", {"党组织": ORGANIZATIONS})
    (tmp_path / "三会一课.csv").write_bytes(text_of(delimiter).encode(encoding))
    with intake(tmp_path) as records:
        assert rows(records, QUERY) == EXPECTED
        assert not told(records)
        assert balanced(records)


def test_quoted_cells_with_line_breaks_count_as_one_row(tmp_path: Path) -> None:
    workbook(tmp_path / "党组织.xlsx", {"党组织": ORGANIZATIONS})
    (tmp_path / "活动.csv").write_text(
        '党组织名称,活动类型,活动日期,备注\nB1,党课,2026-01-02,"一\n二"\nB9,党课,2026-01-03,\n', encoding="utf-8"
    )
    with intake(tmp_path) as records:
        assert rows(records, "SELECT source_row FROM activities") == [(2,)]
        assert [m.row for m in told(records, "党组织名称")] == [3]


def test_typed_cells_of_a_workbook(tmp_path: Path) -> None:
    cells = [ACTIVITIES[0], ["B1", "支委会", datetime(2026, 3, 5), 2], ["B2", "党课", date(2026, 4, 6), None]]
    with take(tmp_path, 活动=cells) as records:
        assert rows(records, QUERY) == EXPECTED


def test_open_document_sheets(tmp_path: Path) -> None:
    """An ods file, written here as office programs lay it out."""

    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    def sheet(name: str, lines: list[list[str]]) -> str:
        body = "".join("<table:table-row>" + "".join(map(cell, line)) + "</table:table-row>" for line in lines)
        return f'<table:table table:name="{name}">{body}</table:table>'

    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{sheet('党组织', ORGANIZATIONS)}{sheet('三会一课', ACTIVITIES)}</office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "台账.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    with intake(tmp_path / "台账.ods") as records:
        assert rows(records, QUERY) == EXPECTED


def test_merged_cells_are_filled_downwards(tmp_path: Path) -> None:
    lines = [
        ["2026年活动台账", "", "", ""],
        ["党组织名称", "活动类型", "活动日期", "备注"],
        ["B1", "支委会", "2026-01-05", ""],
        ["", "支委会", "2026-02-05", ""],
        ["", "党课", "2026-02-06", ""],
        ["B2", "党课", "2026-02-07", ""],
        ["注:数据截至年底", "", "", ""],
    ]
    workbook(tmp_path / "a.xlsx", {"党组织": ORGANIZATIONS, "活动": lines}, {"活动": ["A1:D1", "A3:A5"]})
    with intake(tmp_path) as records:
        assert rows(records, "SELECT org_id, source_row FROM activities ORDER BY source_row") == [
            ("B1", 3),
            ("B1", 4),
            ("B1", 5),
            ("B2", 6),
        ]
        assert records.receipt()["rows"]["activities"] == {"read": 5, "accepted": 4, "rejected": 1}


def test_totals_and_repeated_headers_are_no_records(tmp_path: Path) -> None:
    lines = [ACTIVITIES[0], ACTIVITIES[1], ACTIVITIES[0], ACTIVITIES[2], ["合计", "", "", "2"], ["", "", "", ""]]
    with take(tmp_path, 活动=lines) as records:
        assert rows(records, QUERY) == EXPECTED
        assert records.receipt()["rows"]["activities"]["read"] == 2
        assert [m.problem for m in told(records)] == ["有 2 行合计或重复的表头，不作记录"]


@pytest.mark.parametrize(
    ("title", "sheet", "file"),
    [("2026年党费收缴", "党费", "台账"), ("党费收缴", "党费2026", "台账"), ("党费收缴", "党费", "2026年台账")],
)
def test_wide_dues_become_one_row_a_month(tmp_path: Path, title: str, sheet: str, file: str) -> None:
    header = ["姓名", "身份证号", "所属党支部", "应交金额", *(f"{m}月" for m in range(1, 13))]
    lines = [
        [title],
        header,
        ["甲某", ID1, "B1", 20, *([20] * 6), *([None] * 6)],
        ["乙某", ID2, "B2", 15, *(["已交"] * 12)],
    ]
    workbook(tmp_path / f"{file}.xlsx", {"党组织": ORGANIZATIONS, "人员": PEOPLE, sheet: lines})
    with intake(tmp_path) as records:
        got = rows(records, "SELECT org_id, month, due, paid FROM dues ORDER BY org_id, month")
        assert got[:12] == [("B1", date(2026, m, 1), 20.0, 20.0 if m < 7 else None) for m in range(1, 13)]
        assert got[12:] == [("B2", date(2026, m, 1), 15.0, 15.0) for m in range(1, 13)]
        assert records.receipt()["rows"]["dues"] == {"read": 24, "accepted": 24, "rejected": 0}
        assert balanced(records)


def test_a_year_column_goes_before_the_title(tmp_path: Path) -> None:
    lines = [
        ["2026年"],
        ["年度", "身份证号", "所属党支部", "应交金额", "1月", "2月"],
        ["2025年", ID1, "B1", 20, 20, 20],
    ]
    with take(tmp_path, 党费=lines) as records:
        assert rows(records, "SELECT month FROM dues ORDER BY 1") == [(date(2025, 1, 1),), (date(2025, 2, 1),)]


def test_wide_dues_without_a_year_are_refused(tmp_path: Path) -> None:
    lines = [["身份证号", "所属党支部", "应交金额", "1月", "2月"], [ID1, "B1", 20, 20, 20]]
    with take(tmp_path, 党费=lines) as records:
        assert records.receipt()["rows"]["dues"] == {"read": 2, "accepted": 0, "rejected": 2}
        assert "月份无法识别" in told(records, "月份")[0].problem


def test_canonical_parquet_passes_as_it_is_and_comes_back_the_same(tmp_path: Path) -> None:
    with take(tmp_path, 人员=PEOPLE, 活动=ACTIVITIES) as first:
        first.write_parquet(tmp_path / "out")
        before = {
            t: rows(first, f"SELECT * EXCLUDE (source_id, source_row) FROM {t} ORDER BY ALL")
            for t in ("organizations", "people", "activities")
        }
    with intake(tmp_path / "out") as again:
        assert not again.messages
        for table, expected in before.items():
            assert rows(again, f"SELECT * EXCLUDE (source_id, source_row) FROM {table} ORDER BY ALL") == expected
        assert rows(again, "SELECT source_row FROM people ORDER BY 1") == [(1,), (2,)]
        types = {c: str(t) for c, t in again.con.table("activities").schema().items()}
        assert types["tags"] == "array<string>" and types["held_on"] == "date" and types["hours"] == "float64"


def test_canonical_parquet_with_faults(tmp_path: Path) -> None:
    pq.write_table(
        pa.table(
            {
                "org_id": ["R", "B1"],
                "name": ["示例市委", "第一支部"],
                "parent_id": [None, "R"],
                "type": ["党委", "党支部"],
            }
        ),
        tmp_path / "organizations.parquet",
    )
    held = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7), None, date(2026, 1, 5), date(2026, 1, 9)]
    pq.write_table(
        pa.table(
            {
                "activity_id": ["a", "b", "c", "d", "a", "e"],
                "org_id": ["B1", "B9", "第一支部", "B1", "B1", "B1"],
                "kind": ["党课", "党课", "党课", "党课", "党课", "茶话会"],
                "held_on": pa.array(held, pa.date32()),
                "tags": [["基层党建"], None, ["瞎写"], None, ["基层党建"], None],
                "person_id": [ID1, None, None, None, ID1, "123"],
            }
        ),
        tmp_path / "activities.parquet",
    )
    with intake(tmp_path) as records:
        kept = rows(records, "SELECT activity_id, org_id, tags, length(person_id) FROM activities ORDER BY 1")
        assert kept == [("a", "B1", ["基层党建"], 32), ("c", "B1", None, None)]
        assert rows(records, "SELECT source_row, org_id, kind, duplicate FROM rejected ORDER BY 1") == [
            (2, None, "党课", False),
            (4, "B1", "党课", False),
            (5, "B1", "党课", True),
            (6, "B1", None, False),
        ]
        assert balanced(records)
        tables = rows(records, "SELECT table_name FROM duckdb_tables()")
        assert not any(ID1 in str(rows(records, f'SELECT * FROM "{name}"')) for (name,) in tables)


def test_parquet_in_other_types_is_read_as_text(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", {"党组织": ORGANIZATIONS})
    columns = map(list, zip(*ACTIVITIES[1:], strict=True))
    pq.write_table(pa.table(dict(zip(ACTIVITIES[0], columns, strict=True))), tmp_path / "活动.parquet")
    with intake(tmp_path) as records:
        assert rows(records, QUERY) == EXPECTED


def test_large_parquet_stays_a_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.records.canonical.COPY_ROWS", 2)
    pq.write_table(pa.table({"org_id": ["B1"], "name": ["甲"], "type": ["党支部"]}), tmp_path / "organizations.parquet")
    pq.write_table(
        pa.table(
            {
                "org_id": ["B1", "B1", "B9"],
                "measure": ["财政收入"] * 3,
                "value": [1.0, 2.0, 3.0],
                "as_of": pa.array([date(2025, 12, 31), date(2026, 6, 30), date(2026, 6, 30)], pa.date32()),
            }
        ),
        tmp_path / "measures.parquet",
    )
    with intake(tmp_path) as records:
        assert rows(records, "SELECT value, source_row FROM measures ORDER BY 1") == [(1.0, 1), (2.0, 2)]
        assert rows(records, "SELECT view_name FROM duckdb_views() WHERE view_name = 'measures'")
        assert records.con.table("measures").count().execute() == 2
        assert balanced(records)


def test_parquet_beside_a_workbook_of_the_same_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.records.canonical.COPY_ROWS", 0)
    head = ["党组织名称", "指标", "统计日期", "数值"]
    workbook(tmp_path / "a.xlsx", {"党组织": ORGANIZATIONS, "指标": [head, ["B1", "财政收入", "2025-12-31", 5]]})
    days = pa.array([date(2025, 12, 31), date(2026, 6, 30)], pa.date32())
    pq.write_table(
        pa.table({"org_id": ["B1", "B1"], "measure": ["财政收入"] * 2, "value": [5.0, 6.0], "as_of": days}),
        tmp_path / "measures.parquet",
    )
    with intake(tmp_path) as records:
        assert rows(records, "SELECT value FROM measures ORDER BY 1") == [(5.0,), (6.0,)]
        assert rows(records, "SELECT source_row, duplicate FROM rejected") == [(1, True)]
        assert balanced(records)


def test_a_source_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="台账不存在"):
        intake(tmp_path / "nowhere")


def test_canonical_parquet_with_a_step_of_another_process(tmp_path: Path) -> None:
    pq.write_table(pa.table({"org_id": ["B1"], "name": ["甲"], "type": ["党支部"]}), tmp_path / "organizations.parquet")
    steps = {
        "case_id": ["1", "2", "3"], "org_id": ["B1"] * 3,
        "step": [STEPS[Process.ADMISSION][0], STEPS[Process.ADMISSION][0], "没有这一步"],
        "done_on": [date(2026, 1, 5)] * 3,
    }
    steps["process"] = [Process.ADMISSION.value, Process.ELECTION.value, Process.ADMISSION.value]
    pq.write_table(pa.table(steps), tmp_path / "case_steps.parquet")
    with intake(tmp_path) as records:
        kept = records.con.raw_sql("SELECT case_id FROM case_steps").fetchall()
        assert kept == [("1",)]
        assert records.receipt()["rows"]["case_steps"]["rejected"] == 2
