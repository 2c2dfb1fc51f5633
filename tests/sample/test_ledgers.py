"""The ledgers of ``sample_data/``: read whole, with exactly the faults of form that ``planted.yaml`` lists."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from workbench.records.intake import intake
from workbench.records.messages import Level
from workbench.records.records import Records
from workbench.sample import make_sample

DATA = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.fixture(scope="module")
def records() -> Iterator[Records]:
    with intake(DATA) as found:
        yield found


@pytest.fixture(scope="module")
def dirt() -> list[dict]:
    return yaml.safe_load((DATA / "planted.yaml").read_text(encoding="utf-8"))["dirt"]


def test_rows_read_are_accepted_or_rejected(records: Records) -> None:
    rows = records.receipt()["rows"]
    for name, count in rows.items():
        assert count["read"] == count["accepted"] + count["rejected"], name
    assert rows["dues"]["accepted"] > 80_000
    assert rows["activities"]["accepted"] > 30_000


def test_rejected_are_exactly_the_dirty_rows(records: Records, dirt: list[dict]) -> None:
    found = Counter(
        (file, sheet, row, problem.split(":")[1].split("|")[0])
        for file, sheet, row, problems in records.con.con.execute(
            "SELECT file, sheet, source_row, problems FROM reject_details JOIN sources USING (source_id)").fetchall()
        for problem in problems
    )
    listed = [d for d in dirt if d["outcome"] == "rejected" and d["row"]]
    assert found == Counter((d["file"], d["sheet"], d["row"], d["kind"]) for d in listed)
    assert len(listed) > 60
    assert {d["kind"] for d in listed} == {
        "duplicate", "org_unknown", "date", "term", "id_truncated", "number", "required", "step"}


def test_sheets_of_prose_are_put_aside_whole(records: Records, dirt: list[dict]) -> None:
    found = {(s["file"], s["sheet"]) for s in records.receipt()["sources"] if not s["table"]}
    assert found == {(d["file"], d["sheet"]) for d in dirt if d["kind"] == "no_table"} != set()


def test_warnings_are_exactly_the_doubtful_rows(records: Records, dirt: list[dict]) -> None:
    found = {(m.file, m.sheet, m.row) for m in records.messages if m.level is Level.WARNING}
    assert found == {(d["file"], d["sheet"], d["row"]) for d in dirt if d["outcome"] == "warning"} != set()


def test_every_identity_number_is_impossible() -> None:
    seen = 0
    for path in sorted(DATA.rglob("*.xlsx")):
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                for row in book.get_sheet_by_name(name).iter_rows():
                    for cell in row:
                        if isinstance(cell, str) and len(cell) == 18 and cell[:17].isdigit():
                            assert cell.startswith("000000"), (path.name, name)
                            seen += 1
    assert seen > 10_000


def test_ledgers_differ_in_form() -> None:
    starts = [path.read_bytes()[:3] for path in DATA.rglob("三会一课.csv")]
    assert b"\xef\xbb\xbf" in starts, "CSV with a byte order mark"
    assert any(start != b"\xef\xbb\xbf" for start in starts), "CSV in GB18030"
    heads = set()
    for path in DATA.rglob("三会一课台账.xlsx"):
        with CalamineWorkbook.from_path(path) as book:
            heads.add(tuple(book.get_sheet_by_name(book.sheet_names[0]).to_python()[2]))
    assert len(heads) >= 4


def content(path: Path) -> object:
    """Bytes of a file; of a workbook those of its parts, since compression differs from one zlib to the next."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def test_sample_data_is_what_the_generator_writes(tmp_path: Path) -> None:
    fresh = make_sample(300, 2026, tmp_path / "fresh")
    files = {p.relative_to(DATA) for p in DATA.rglob("*") if p.is_file()} - {Path("README.md")}
    assert files == {p.relative_to(fresh) for p in fresh.rglob("*") if p.is_file()}
    assert [str(f) for f in sorted(files) if content(DATA / f) != content(fresh / f)] == []
    assert sum((DATA / f).stat().st_size for f in files) < 10_000_000
