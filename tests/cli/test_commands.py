"""The commands on a small synthetic city: what they print, write and return."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

import workbench
from workbench.audit.run import Run
from workbench.cli import main
from workbench.exit_codes import ExitCode
from workbench.vocabulary import Verdict

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Audited:
    """A folder with ``城/`` (ledgers), ``结果/`` (the run), ``junit.xml``, ``清单.xlsx``, and what the audit said."""

    folder: Path
    code: int
    out: str
    err: str

    @property
    def run(self) -> Run:
        return Run(self.folder / "结果")


def workbench_command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(Path(workbench.__file__).parents[1]), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("cli")
    made = workbench_command("sample", "--branches", "60", "--seed", "3", "--out", "城", "--form", "parquet", cwd=folder)
    assert made.returncode == 0, made.stderr
    done = workbench_command(
        "audit", "城", "--as-of", "2026-08-31", "--adoption", "城/适用文件.yaml", "--out", "结果", "--junit", "junit.xml",
        "--xlsx", "清单.xlsx", cwd=folder,
    )
    return Audited(folder, done.returncode, done.stdout, done.stderr)


@pytest.fixture(autouse=True)
def there(audited: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(audited.folder)


def test_the_exit_code_is_that_of_the_receipt(audited: Audited) -> None:
    assert audited.code == audited.run.receipt["exit_code"] == ExitCode.FAILED, audited.err


def test_every_requirement_with_something_to_tell_is_listed_with_its_counts(audited: Audited) -> None:
    documents = "|".join(d["id"] for d in audited.run.receipt["documents"])
    listed = [x.split() for x in audited.out.splitlines() if re.match(rf"\s*({documents})-\S+ ", x)]
    lines = {words[0]: words for words in listed}
    summary = audited.run.summary()
    quiet = {Verdict.MET, Verdict.OPEN, Verdict.NOT_APPLICABLE}

    def telling(row: dict) -> bool:
        return bool(row["counts"].keys() - quiet - ({Verdict.MANUAL} if row["treatment"] == "checklist" else set()))

    assert {row["id"] for row in summary if telling(row)} == set(lines)
    sums = [int(n) for n in re.findall(r"另(\d+)条", audited.out)]
    assert sum(sums) + len(lines) == len(summary), "the others are summed up"
    for row in filter(telling, summary):
        applicable = sum(n for verdict, n in row["counts"].items() if verdict != Verdict.NOT_APPLICABLE)
        assert f"{applicable:,}" in lines[row["id"]]
        assert f"{row['counts'].get(Verdict.FAILED, 0):,}" in lines[row["id"]]


def test_the_worst_units_come_first(audited: Audited) -> None:
    worst = audited.run.worst_units(10)
    places = [audited.out.rindex(unit["unit_name"]) for unit in worst]
    assert worst and places == sorted(places)


def test_the_next_commands_work_as_printed(audited: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    assert "workbench serve 结果" in audited.out
    (explain,) = re.findall(r"workbench (explain \S+ \S+ \S+)", audited.out)
    assert main(explain.split()) == 0
    shown = capsys.readouterr().out
    _, _, subject, requirement = explain.split()
    found = audited.run.findings
    finding = found[(found["subject"] == subject) & (found["requirement"] == requirement)].iloc[0]
    assert finding["verdict"] in shown and requirement in shown and subject in shown
    assert "parquet / 第" in shown or "依据的记录：无" in shown


def test_no_progress_in_a_log(audited: Audited) -> None:
    assert "\x1b" not in audited.err + audited.out
    assert "Traceback" not in audited.err


def test_junit_and_list_of_problems_agree_with_the_run(audited: Audited) -> None:
    root = ET.parse(audited.folder / "junit.xml").getroot()
    assert int(root.get("tests", "0")) == len(audited.run.requirements)
    sheet = openpyxl.load_workbook(audited.folder / "清单.xlsx")["问题清单"]
    numbers = [r[0] for r in sheet.iter_rows(values_only=True) if isinstance(r[0], int)]
    assert numbers == list(range(1, len(audited.run.findings) + 1))


def test_a_run_is_never_written_over(audited: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    before = (audited.folder / "结果" / "receipt.json").read_bytes()
    assert main(["audit", "城", "--as-of", "2026-08-31", "--out", "结果"]) == ExitCode.USAGE
    assert "结果" in capsys.readouterr().err
    assert (audited.folder / "结果" / "receipt.json").read_bytes() == before


def test_strict_documents_year_and_default_folder(audited: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["audit", "城", "--as-of", "2026-08-31", "--year", "2026", "--document", "xinfang-bureau", "--strict",
                 "--evidence", "failing"]
    assert main(arguments) == ExitCode.FAILED
    shown = capsys.readouterr().out
    assert "secretary-2022" not in shown
    receipt = json.loads((audited.folder / "runs" / "2026-08-31" / "receipt.json").read_text(encoding="utf-8"))
    assert [d["id"] for d in receipt["documents"]] == ["xinfang-bureau"]
    assert receipt["evidence"] == "failing"


def test_a_run_compared_with_itself_has_nothing_new(audited: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "结果", "结果"]) == 0
    counts = dict(re.findall(r"^\s*(新增|反弹|仍存在|已解决)\s+([\d,]+)\s*$", capsys.readouterr().out, re.MULTILINE))
    assert counts == {"新增": "0", "反弹": "0", "仍存在": str(len(audited.run.findings)), "已解决": "0"}


def test_unknown_subject_and_requirement_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "结果", "没有的组织", "xinfang-bureau-2.1-1"]) == ExitCode.USAGE
    assert main(["explain", "结果", "没有的组织", "没有的条款"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "没有这个组织" in said and "没有这个条款编号" in said


def test_intake_counts_rows_and_writes_the_tables(audited: Audited, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["intake", "城", "--out", "整理", "--home", str(audited.folder / "钥匙")]) == 0
    shown = capsys.readouterr().out
    rows = audited.run.receipt["rows"]["activities"]
    assert re.search(rf"活动\s+{rows['read']:,}\s+{rows['accepted']:,}\s+{rows['rejected']:,}", shown)
    assert rows["read"] == rows["accepted"] + rows["rejected"] > 0
    assert {p.name for p in (audited.folder / "整理").iterdir()} >= {"activities.parquet", "dues.parquet"}
    assert [p.name for p in (audited.folder / "钥匙").iterdir()]


def test_a_template_is_written(audited: Audited) -> None:
    assert main(["template", "模板.xlsx"]) == 0
    assert "党组织" in openpyxl.load_workbook(audited.folder / "模板.xlsx", read_only=True).sheetnames
