"""A run folder from audit to compare: complete, append-only, explained down to the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.shared import suites_of
from workbench.audit.compare import compare
from workbench.audit.engine import audit
from workbench.audit.run import FILES, Run
from workbench.errors import RunError, UsageError
from workbench.exit_codes import ExitCode

HEADER = "党组织名称,活动类型,活动日期"
APRIL = date(2026, 4, 30)
MEETING = "xinfang-bureau-2.2.1-1"


def ledgers(folder: Path, months: dict[str, list[int]]) -> Path:
    """CSV ledgers: which branch held its meeting in which months of 2026."""
    folder.mkdir()
    names = "\n".join(f"{code},测试{code}党支部,党支部,W" for code in months)
    (folder / "组织.csv").write_text(
        f"组织代码,党组织名称,组织类型,上级组织代码\nW,测试工委,工委,\n{names}\n", encoding="utf-8"
    )
    rows = [f"测试{code}党支部,党员大会,2026-{m:02d}-10" for code, held in months.items() for m in held]
    (folder / "活动.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Judged by all of a document."""
    folder = tmp_path_factory.mktemp("run")
    source = ledgers(folder / "ledgers", {"A": [1, 2, 3, 4], "B": [1, 3, 4], "C": []})
    return audit(source, as_of=APRIL, documents=["xinfang-bureau"], out=folder / "first")


@pytest.fixture(scope="module")
def meetings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suites that ask for meetings alone."""
    return suites_of(tmp_path_factory.mktemp("meetings"), "xinfang-bureau/2022-01-01/meetings.yaml")


@pytest.fixture
def audited(tmp_path: Path, meetings: Path) -> Callable[..., Run]:
    """Audits branches with the months of their meetings."""
    def run_of(name: str, months: dict[str, list[int]], as_of: date = APRIL) -> Run:
        source = ledgers(tmp_path / f"{name}-ledgers", months)
        return audit(source, as_of=as_of, suites=meetings, out=tmp_path / name)

    return run_of


def test_every_file_is_there_and_the_receipt_adds_up(run: Run) -> None:
    assert {p.name for p in run.path.iterdir()} >= {*FILES, "messages.json", "rejects.xlsx", "gx"}
    receipt = run.receipt
    assert receipt["as_of"] == "2026-04-30"
    assert sum(receipt["verdicts"].values()) == len(run.results)
    for counts in receipt["rows"].values():
        assert counts["read"] == counts["accepted"] + counts["rejected"]
    assert all(len(s["sha256"]) == 64 for s in receipt["suites"])
    assert json.loads((run.path / "gx" / "xinfang-bureau.json").read_text(encoding="utf-8"))["results"]


def test_failing_branches_with_their_months(run: Run) -> None:
    found = run.findings[run.findings.requirement == MEETING].set_index("subject")
    assert set(found.index) == {"B", "C"}
    assert "未达：2026-02" in found.loc["B", "detail"]
    assert found.loc["B", "key"] == f"B|{MEETING}|2026"


def test_an_explanation_names_clause_figure_and_rows(run: Run) -> None:
    found = run.explain("B", MEETING)
    assert (found.verdict, found.required) == ("未达标", "每月至少1次")
    assert [(row.file, row.row, row.dated_on) for row in found.evidence] == [
        ("活动.csv", 6, "2026-01-10"),
        ("活动.csv", 7, "2026-03-10"),
        ("活动.csv", 8, "2026-04-10"),
    ]
    assert "未达：2026-02" in str(found)
    assert "<table" in found._repr_html_()
    assert str(run.explain("测试B党支部", MEETING)) == str(found)


def test_a_kind_of_record_that_never_occurs_accuses_nobody(run: Run) -> None:
    verdicts = run.results[run.results.requirement == "xinfang-bureau-2.2.3-1"].verdict
    assert set(verdicts) == {"数据不足"}
    missing = {gap["records"]: gap["requirements"] for gap in run.receipt["missing"]}
    assert "xinfang-bureau-2.2.3-1" in missing["活动（党课）"]
    assert {"xinfang-bureau-2.7.2-1", "xinfang-bureau-2.7.2-3"} <= set(missing["党费"])


def test_the_receipt_names_the_type_that_the_roster_lacks(tmp_path: Path) -> None:
    source = ledgers(tmp_path / "ledgers", {"A": []})
    receipt = audit(source, as_of=APRIL, documents=["luoyang-2020"], out=tmp_path / "run").receipt
    missing = {gap["records"]: gap["requirements"] for gap in receipt["missing"]}
    assert "luoyang-2020-58-8" in missing["党组织（类型：机关纪委）"]


def test_runs_are_never_written_over(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="只增不改"):
        audit(ledgers(tmp_path / "again", {"A": [1]}), as_of=APRIL, out=run.path)


@pytest.mark.parametrize("break_it", ["receipt.json", "results.parquet"])
def test_a_damaged_folder_says_so(run: Run, tmp_path: Path, break_it: str) -> None:
    for name in FILES:
        if name != break_it:
            (tmp_path / name).write_bytes((run.path / name).read_bytes())
    with pytest.raises(RunError, match=break_it):
        Run(tmp_path)


def test_unknown_names_are_answered_with_near_ones(run: Run) -> None:
    with pytest.raises(UsageError, match="测试A党支部"):
        run.explain("测试A", MEETING)
    with pytest.raises(UsageError, match=MEETING):
        run.explain("A", "2.2.1-1")


def test_new_unchanged_resolved_recurred(audited: Callable[..., Run]) -> None:
    first = audited("one", {"A": [1, 2, 3], "B": [1, 2], "C": [1, 2, 3], "D": [1]}, date(2026, 3, 31))
    second = audited("two", {"A": [1, 2, 3, 4], "B": [1, 2, 3, 4], "C": [1, 2, 3], "D": [1]})
    third = audited(
        "three", {"A": [1, 2, 3, 4, 5], "B": [1, 2, 3, 4], "C": [1, 2, 3, 4, 5], "D": [1]}, date(2026, 5, 31)
    )

    def subjects(rows: list[dict]) -> set[str]:
        return {row["subject"] for row in rows if row["requirement"] == MEETING}

    early = compare(first, second)
    assert (subjects(early.new), subjects(early.unchanged), subjects(early.resolved)) == ({"C"}, {"D"}, {"B"})
    late = compare(first, second, third)
    assert (subjects(late.recurred), subjects(late.resolved), subjects(late.unchanged)) == ({"B"}, {"C"}, {"D"})
    with pytest.raises(UsageError, match="先旧后新"):
        compare(second, first)


def test_missing_data_resolves_nothing(audited: Callable[..., Run]) -> None:
    first = audited("full", {"A": [1, 2], "B": [1, 2, 3, 4]})
    second = audited("second", {"A": [], "B": []})
    found = compare(first, second)
    assert found.resolved == []
    assert {row["subject"] for row in found.not_comparable} == {"A"}


def test_what_nobody_could_judge_in_between_has_not_recurred(audited: Callable[..., Run]) -> None:
    first = audited("one", {"A": [1, 2], "B": [1, 2]}, date(2026, 3, 31))
    second = audited("second", {"A": [], "B": []})
    third = audited("three", {"A": [1, 2, 4], "B": [1, 2, 3, 4]}, APRIL)
    found = compare(first, second, third)
    assert [row["subject"] for row in found.new if row["requirement"] == MEETING] == ["A"]
    assert found.recurred == []
    # A run that found it itself has not shown it met.
    assert compare(first, first, second, third).recurred == []
    # Once a run has shown it met, a gap in the data afterwards does not make that unseen.
    shown = audited("shown", {"A": [1, 2, 3, 4], "B": [1, 2, 3, 4]}, date(2026, 4, 15))
    found = compare(first, shown, second, third)
    assert "A" in {row["subject"] for row in found.recurred if row["requirement"] == MEETING}


def test_a_ledger_that_cannot_be_read_is_told_and_decides_the_exit_code(tmp_path: Path, meetings: Path) -> None:
    source = ledgers(tmp_path / "ledgers", {"A": [1, 2, 3, 4], "B": [1]})
    (source / "会议.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    run = audit(source, as_of=APRIL, suites=meetings, out=tmp_path / "run")
    assert [u["file"] for u in run.receipt["unread"]] == ["会议.xlsx"]
    assert run.receipt["exit_code"] == ExitCode.INCOMPLETE


def test_a_rejected_row_that_could_have_counted_never_accuses(tmp_path: Path, meetings: Path) -> None:
    source = ledgers(tmp_path / "ledgers", {"A": [1, 2, 3, 4], "B": [1, 2, 3], "C": [1, 2, 3]})
    with (source / "活动.csv").open("a", encoding="utf-8") as file:
        file.write("测试B党支部,党员大会,2026-04-31\n")  # there is no such day
        file.write("测试C党支部,党员大会,2026-03-10\n")  # only says again what is there
    run = audit(source, as_of=APRIL, suites=meetings, out=tmp_path / "run")
    verdicts = run.results[run.results.requirement == MEETING].set_index("subject").verdict.to_dict()
    assert verdicts == {"A": "达标", "B": "数据不足", "C": "未达标"}


def test_evidence_of_failing_results_only(tmp_path: Path, meetings: Path) -> None:
    source = ledgers(tmp_path / "ledgers", {"A": [1, 2, 3, 4], "B": [1, 3]})
    runs = {
        keep: audit(source, as_of=APRIL, suites=meetings, out=tmp_path / keep, evidence=keep)
        for keep in ("all", "failing")
    }
    assert len(runs["all"].evidence("A", MEETING)) == 4
    assert len(runs["failing"].evidence("A", MEETING)) == 0
    assert "--evidence all" in str(runs["failing"].explain("A", MEETING))
    assert runs["failing"].evidence("B", MEETING).equals(runs["all"].evidence("B", MEETING))
    with pytest.raises(UsageError, match="all 或 failing"):
        audit(source, as_of=APRIL, out=tmp_path / "none", evidence="some")
