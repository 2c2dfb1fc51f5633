"""JUnit XML: which case fails, errs, is skipped or passes, and what it says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from workbench.exit_codes import ExitCode, exit_code
from workbench.reports.junit import junit_xml, write_junit
from workbench.vocabulary import Severity, Verdict

RECEIPT = {
    "as_of": "2026-08-31", "year": 2026, "versions": {"workbench": "0.1.0", "duckdb": "2.0.0"},
    "documents": [{"id": "甲文件", "title": "甲", "version": "2022-01-01"}],
}


def row(counts: dict[Verdict, int], severity: str = "critical", id_: str = "甲文件-1", document: str = "甲文件") -> dict:
    return {
        "id": id_, "document": document, "clause": "第一条", "description": "每月至少1次", "severity": severity,
        "counts": counts, "treatment": "automated",
    }


def only_case(
    summary_row: dict, *, strict: bool = False, failing: list[str] | None = None, cap: int = 50
) -> ET.Element:
    data = junit_xml([summary_row], {summary_row["id"]: failing or []}, RECEIPT, strict=strict, cap=cap)
    (case,) = ET.fromstring(data).iter("testcase")
    return case


@pytest.mark.parametrize(
    ("counts", "severity", "plain", "strict"),
    [
        ({Verdict.MET: 2}, "critical", "system-out", "system-out"),
        ({Verdict.MET: 2, Verdict.FAILED: 1}, "critical", "failure", "failure"),
        ({Verdict.FAILED: 1, Verdict.NO_DATA: 1}, "critical", "failure", "failure"),
        ({Verdict.FAILED: 1}, "warning", "system-out", "failure"),
        ({Verdict.FAILED: 1}, "info", "system-out", "system-out"),
        ({Verdict.BEHIND: 1}, "critical", "system-out", "failure"),
        ({Verdict.MANUAL: 1}, "critical", "system-out", "failure"),
        ({Verdict.MET: 5, Verdict.NO_DATA: 1}, "critical", "skipped", "skipped"),
        ({Verdict.FAILED: 5, Verdict.BROKEN: 1}, "critical", "error", "error"),
        ({Verdict.WAIVED: 1}, "critical", "system-out", "system-out"),
        ({}, "critical", "system-out", "system-out"),
    ],
)
def test_how_a_case_ends(counts: dict, severity: str, plain: str, strict: str) -> None:
    assert [child.tag for child in only_case(row(counts, severity))] == [plain]
    assert [child.tag for child in only_case(row(counts, severity), strict=True)] == [strict]
    # A case never fails where the exit code of the same counts would be clean.
    for how, expected in ((False, plain), (True, strict)):
        code = exit_code({(Severity(severity), v): n for v, n in counts.items()}, strict=how)
        assert (code in (ExitCode.FAILED, ExitCode.WARNINGS)) == (expected == "failure")


def test_failing_subjects_are_listed_up_to_the_cap_and_the_rest_counted() -> None:
    names = [f"虚构支部{i}" for i in range(7)]
    failure = only_case(row({Verdict.FAILED: 7}), failing=names, cap=5).find("failure")
    assert failure is not None
    assert failure.text == "\n".join(names[:5]) + "\n…… 另有 2 个"
    assert failure.get("message") == "硬性：未达标 7"


def test_suites_carry_counts_and_properties() -> None:
    rows = [
        row({Verdict.FAILED: 1}), row({Verdict.MET: 1}, id_="甲文件-2"), row({Verdict.NO_DATA: 1}, id_="甲文件-3"),
        row({Verdict.BROKEN: 1}, id_="乙文件-1", document="乙文件"),
    ]
    root = ET.fromstring(junit_xml(rows, {}, RECEIPT))
    assert [(s.get("name"), s.get("tests"), s.get("failures"), s.get("errors"), s.get("skipped")) for s in root] == [
        ("甲文件", "3", "1", "0", "1"), ("乙文件", "1", "0", "1", "0"),
    ]
    assert [root.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    first = {p.get("name"): p.get("value") for p in root[0].iter("property")}
    assert first == {
        "as_of": "2026-08-31", "year": "2026", "document_title": "甲", "document_version": "2022-01-01",
        "version.workbench": "0.1.0", "version.duckdb": "2.0.0",
    }
    assert "document_version" not in {p.get("name") for p in root[1].iter("property")}


def test_a_ledger_that_could_not_be_read_is_an_error() -> None:
    receipt = RECEIPT | {"unread": [{"file": "乙镇/党费.xlsx", "problem": "文件损坏"}]}
    root = ET.fromstring(junit_xml([row({Verdict.MET: 1})], {}, receipt))
    assert [(s.get("name"), s.get("tests"), s.get("errors")) for s in root] == [
        ("甲文件", "1", "0"), ("未能读入的台账", "1", "1"),
    ]
    assert root[1][0].get("name") == "乙镇/党费.xlsx"
    assert (root.get("tests"), root.get("errors")) == ("2", "1")


def test_characters_xml_cannot_hold_are_replaced() -> None:
    failure = only_case(row({Verdict.FAILED: 1}), failing=["支部\x00\x1b[31m <甲> & 乙"]).find("failure")
    assert failure is not None
    assert failure.text == "支部\ufffd\ufffd[31m <甲> & 乙"


@pytest.mark.slow
def test_the_demonstration(demo_run: Path, tmp_path: Path) -> None:
    from workbench.audit.run import Run

    run = Run(demo_run)
    target = tmp_path / "ci" / "junit.xml"
    write_junit(run, target)
    root = ET.parse(target).getroot()
    cases = {case.get("name", "").split()[0]: case for case in root.iter("testcase")}
    assert set(cases) == {r["id"] for r in run.requirements}
    hard = {r["id"] for r in run.requirements if r["severity"] == "critical"}
    findings = run.findings
    failed = set(findings.loc[findings["verdict"] == Verdict.FAILED, "requirement"]) & hard
    assert failed
    assert {name for name, case in cases.items() if case.find("failure") is not None} == failed
    some = sorted(failed)[0]
    first = findings.loc[(findings["requirement"] == some) & (findings["verdict"] == Verdict.FAILED), "subject"].iloc[0]
    assert str(first) in (cases[some].find("failure").text or "")
