"""Arguments: every mistake ends with a Chinese message and code 2, never with a traceback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench.cli import main
from workbench.exit_codes import ExitCode

HAN = re.compile("[\u4e00-\u9fff]")
COMMANDS = [
    "intake", "template", "sample", "audit", "compare", "explain", "ledger", "due", "season", "serve", "requirements",
    "suites",
]
SUBCOMMANDS = [
    "requirements show", "requirements coverage", "requirements compare", "requirements export", "suites export"
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["审计"], "没有这个命令"),
        (["audit"], "缺少 SOURCE"),
        (["audit", "x"], "缺少 --as-of"),
        (["audit", "x", "--as-of"], "--as-of 缺少值"),
        (["audit", "x", "--as-of", "2026-8-1"], "现为：2026-8-1"),
        (["audit", "x", "--as-of", "2026-02-30"], "YYYY-MM-DD"),
        (["audit", "x", "--as-of", "20260831"], "YYYY-MM-DD"),
        (["audit", "x", "--as-of", "2026-08-31", "--year", "今年"], "--year 的值不对"),
        (["audit", "x", "--as-of", "2026-08-31", "--evidence", "some"], "应为：all、failing"),
        (["audit", "x", "--as-off", "2026-08-31"], "没有选项 --as-off"),
        (["serve"], "缺少 RUN"),
        (["serve", "x", "--port", "99999"], "--port 的值不对"),
        (["serve", "没有这个文件夹"], "没有这个文件夹"),
        (["explain", "没有这个文件夹", "a", "b"], "没有这个文件夹"),
        (["compare", "一次"], "一次"),
        (["compare", "没有甲", "没有乙"], "没有甲"),
        (["sample", "--out", "x", "--form", "csv"], "应为：ledgers、parquet"),
        (["sample", "--out", "x", "--branches", "0"], "--branches 的值不对"),
        (["template", "模板.xls"], "以 .xlsx 结尾"),
        (["requirements", "--document", "没有的文件"], "secretary-2022"),
        (["requirements", "--suites", "没有的文件夹"], "没有的文件夹"),
        (["requirements", "列出"], "没有这个命令"),
        (["requirements", "--treatment", "manual"], "应为：automated、checklist、not_scored、excluded"),
        (["requirements", "show"], "缺少 ID"),
        (["requirements", "show", "secretary-2022-99"], "没有这个条款编号"),
        (["requirements", "coverage", "没有这个文件夹"], "没有这个文件夹"),
        (["requirements", "coverage", "--detail"], "--detail"),
        (["requirements", "compare", "C99"], "没有这个条款编号"),
        (["requirements", "compare", "--document", "没有的文件"], "secretary-2022"),
        (["requirements", "export", "条款.txt"], "以 .md 结尾"),
        (["suites", "export", "套件"], "缺少 --run"),
        (["suites", "export", "套件", "--run", "没有这个文件夹"], "没有这个文件夹"),
        (["intake", "没有的台账"], "没有的台账"),
        (["audit", "没有的台账", "--as-of", "2026-08-31"], "没有的台账"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_mistakes_are_explained(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.startswith("错误：")
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "模板.xlsx").write_text("mine")
    assert main(["template", "模板.xlsx"]) == ExitCode.USAGE
    assert (tmp_path / "模板.xlsx").read_text() == "mine"
    (tmp_path / "整理").mkdir()
    assert main(["intake", ".", "--out", "整理"]) == ExitCode.USAGE
    assert "已经存在" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == f"督查工作台 {workbench.__version__}"


@pytest.mark.parametrize("command", COMMANDS + SUBCOMMANDS)
def test_help_is_in_chinese_and_whole(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    assert "选项" in shown and "显示此帮助" in shown
    assert HAN.search(shown)
    # Cut text ends in an ellipsis; metavars have none.
    assert "\u2026" not in shown
    assert not re.search(r"Show this message|Options|Arguments|default|required", shown)


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert {c for c in COMMANDS if f" {c} " not in shown} == set()
    assert "\u2026" not in shown


def test_requirements_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    from datetime import date

    from workbench.requirements import load_requirements

    assert main(["requirements", "--document", "secretary-2022", "--as-of", "2026-08-31"]) == 0
    shown = capsys.readouterr().out
    listed = load_requirements(["secretary-2022"], as_of=date(2026, 8, 31))
    assert listed
    assert {r.id for r in listed if r.id not in shown} == set()
    assert "xinfang-bureau" not in shown


def test_a_document_not_in_force_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements", "--document", "secretary-2022", "--as-of", "2001-01-01"]) == 0
    shown = capsys.readouterr().out
    assert "secretary-2022-" not in shown
    assert re.search(r"secretary-2022）：.*尚未生效", shown)


def test_a_path_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "文件").write_text("no folder")
    assert main(["template", "文件/模板.xlsx"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith("错误：") and "文件" in said and "处理办法" in said


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": str(Path(workbench.__file__).parents[1]), "PYTHONUTF8": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "requirements"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=tmp_path, env=env,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1


def test_python_dash_m_and_a_pipe_that_knows_no_chinese(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "审计"], capture_output=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(Path(workbench.__file__).parents[1]), "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == ExitCode.USAGE
    assert b"Traceback" not in done.stderr
    assert b"workbench --help" in done.stderr
