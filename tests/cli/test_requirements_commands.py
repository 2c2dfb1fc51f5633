"""The catalogue on the command line: table, search, card, coverage, comparison, export."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.cli import main


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["requirements", *arguments]) == 0
    return capsys.readouterr().out


def test_one_treatment_and_some_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "--treatment", "not_scored", "--document", "luoyang-2020")
    ids = re.findall(r"^ *([a-z]+-\S+-[\d.]+-\d+) ", text, re.M)
    assert len(ids) == 30 and "不计分" in text and "硬性" not in text
    text = shown(capsys, "--search", "乡镇 党课")
    assert "secretary-2022-8-2" in text and "secretary-2022-8-3" not in text


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements", "--search", "没有这样的词"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "没有符合条件的条款" in captured.err


@pytest.mark.parametrize(
    ("identifier", "lines"),
    [
        ("luoyang-2020-32-3", ["处理方式：台账判定", "应为：", "参数：", "冲突：C08 ", "更严：科级领导干部："]),
        ("xinfang-bureau-2.9-3", ["处理方式：现场核查", "看什么：", "查什么材料：", "常见问题：", "冲突：C32 "]),
        ("luoyang-2020-15-2", ["处理方式：不计分", "理由：", "冲突：C04 ", "冲突：C17 "]),
    ],
)
def test_a_card(identifier: str, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "show", identifier)
    assert text.startswith(f"编号：{identifier}\n")
    assert [line for line in lines if f"\n{line}" not in text] == []


def test_coverage_says_739_of_739(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "coverage")
    assert re.search(r"luoyang-2020 .* 86 +90 +30 +4 +210 / 210", text)
    assert re.search(r"合计 +395 +272 +68 +4 +739 / 739", text)
    assert "还没有处理" not in text


def test_comparison_marks_the_stricter(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "compare", "county-longterm-2.5-2")
    assert re.findall(r"^(C\d\d) ", text, re.M) == ["C08"]
    assert re.search(r"luoyang-2020-32-3 .*★科级领导干部", text)
    assert text.count("★") == 2 and "说明：" in text


def test_comparison_of_documents_shows_matters_that_concern_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    every = re.findall(r"^(C\d\d) ", shown(capsys, "compare"), re.M)
    both = shown(capsys, "compare", "--document", "luoyang-2020", "--document", "xinfang-bureau")
    some = re.findall(r"^(C\d\d) ", both, re.M)
    assert len(every) == 30 and "C08" in every and "C08" not in some
    assert "C03" in some and set(some) < set(every)


def test_a_clause_without_conflict_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements", "compare", "secretary-2022-8-7"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "没有列出的冲突" in captured.err


def test_the_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "条款.md"
    shown(capsys, "export", str(target))
    assert target.read_bytes().startswith("# 条款目录\n".encode())
