"""Lists as XLSX: what is written comes back, nothing is a formula, nothing is lost."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.reports import xlsx
from workbench.reports.xlsx import SheetColumn, write_findings, write_list
from workbench.spreadsheet import defuse

COLUMNS = (SheetColumn("a", "甲"), SheetColumn("b", "乙"))


def written(rows: list[dict], **kwargs) -> list[tuple]:
    out = io.BytesIO()
    write_list(out, "清单", COLUMNS, rows, total=len(rows), **kwargs)
    return list(openpyxl.load_workbook(io.BytesIO(out.getvalue()))["清单"].iter_rows(values_only=True))


def test_values_come_back() -> None:
    rows = [
        {"a": "虚构支部", "b": 3}, {"a": date(2026, 8, 31), "b": 1.5}, {"a": None, "b": True},
        {"a": float("nan"), "b": datetime(2026, 1, 2, 3, 4)},
    ]
    assert written(rows) == [
        ("甲", "乙"), ("虚构支部", 3), (datetime(2026, 8, 31), 1.5), (None, "是"), (None, "2026-01-02 03:04:00"),
    ]


def test_values_of_a_data_frame_come_back() -> None:
    import pandas as pd

    frame = pd.DataFrame({
        "a": pd.Series([None, 1], dtype="Int64"), "b": pd.to_datetime(pd.Series([None, "2026-08-31"])),
    })
    assert written(frame.to_dict("records"))[1:] == [(None, None), (1, "2026-08-31 00:00:00")]


def test_head_stands_above_the_list() -> None:
    assert written([{"a": 1, "b": 2}], head=[("截至日期", "2026-08-31"), ("组织", "=1+1")]) == [
        ("截至日期", "2026-08-31"), ("组织", "'=1+1"), (None, None), ("甲", "乙"), (1, 2),
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+1", "@SUM(A1)", " =1", "\t=1", "\uff1d1", "\u3000=cmd|' /C calc'!A0"]
)
def test_text_is_never_a_formula(text: str) -> None:
    out = io.BytesIO()
    write_list(out, "清单", COLUMNS, [{"a": text, "b": ""}], total=1)
    cell = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["清单"]["A2"]
    assert (cell.data_type, cell.value) == ("s", "'" + text)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs", "Cc"])))
def test_defused_text_starts_harmless(text: str) -> None:
    defused = defuse(text)
    assert defused in (text, "'" + text)
    bare = defused.lstrip(" \u3000\u00a0\ufeff")
    assert not bare.startswith(("=", "+", "@", "\t", "\r", "\n")) or not bare.strip("-\uff0d\u2014 ")


@pytest.mark.parametrize("value", ["支部", "——", "-", "", "2026-08-31", "第3条=甲"])
def test_harmless_text_stays(value: str) -> None:
    assert defuse(value) == value


@pytest.mark.parametrize("value", [-3, 0.5, None, True, date(2026, 8, 31)])
def test_other_values_stay(value: object) -> None:
    assert defuse(value) is value


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    assert len(written([{"a": 1, "b": 2}] * 2)) == 3
    with pytest.raises(UsageError, match="不超过 2 行"):
        written([{"a": 1, "b": 2}] * 3)


def test_a_text_that_a_cell_does_not_hold_says_so() -> None:
    (_, cell), = written([{"a": "", "b": "支" * 40_000}])[1:]
    assert len(cell) == xlsx.MAX_CELL and cell.startswith("支支") and cell.endswith("未全部列出）")


@pytest.mark.slow
def test_the_list_of_problems(demo_run: Path, tmp_path: Path) -> None:
    from workbench.audit.run import Run

    run = Run(demo_run)
    write_findings(run, tmp_path / "out" / "问题清单.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out" / "问题清单.xlsx", read_only=True)["问题清单"]
    rows = list(sheet.iter_rows(values_only=True))
    top = next(i for i, r in enumerate(rows) if r[0] == "序号")
    header, data = rows[top], rows[top + 1:]
    assert ("截至日期", "2026-08-31") == rows[0][:2]
    assert len(data) == len(run.findings) > 0
    at = {name: i for i, name in enumerate(header)}
    assert [(r[at["组织代码"]], r[at["条款编号"]]) for r in data] == list(
        zip(run.findings["subject"], run.findings["requirement"], strict=True)
    )
    assert all(r[at["党组织"]] and r[at["条款"]] and r[at["问题表述"]] for r in data)
