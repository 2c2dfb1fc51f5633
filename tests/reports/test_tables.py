"""Tables of the terminal: every count in its column, text shown as it is."""

from __future__ import annotations

import re

from rich.console import Console

from workbench.reports.tables import plain_table, run_tables
from workbench.vocabulary import Verdict


def shown(table: object, width: int = 200) -> str:
    console = Console(width=width, highlight=False)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def row(**counts: int) -> dict:
    return {
        "id": "甲-1", "document": "甲", "clause": "第一条", "description": "每月[至少]1次", "severity": "warning",
        "treatment": "automated",
        "counts": {Verdict[name]: n for name, n in counts.items()},
    }


def cells(text: str, mark: str) -> list[str]:
    line = next(x for x in text.splitlines() if mark in x)
    return re.split(r"\s{2,}", line.strip())


def test_counts_stand_under_their_headings() -> None:
    (table,) = run_tables(
        [row(MET=1200, FAILED=3, BEHIND=4, OPEN=5, NO_DATA=6, MANUAL=7, WAIVED=8, BROKEN=9, NOT_APPLICABLE=50)],
        {"甲": "甲文件"},
    )
    text = shown(table)
    assert "甲文件" in text
    figures = dict(zip(cells(text, "条款编号"), cells(text, "甲-1"), strict=True))
    assert figures == {
        "条款编号": "甲-1", "条款": "第一条", "要求": "每月[至少]1次", "性质": "一般性", "适用": "1,242", "达标": "1,200",
        "未达标": "3", "滞后": "4", "进行中": "5", "数据不足": "6", "核实": "7", "豁免": "8", "出错": "9",
    }


def test_zero_is_shown_where_it_is_news() -> None:
    (table,) = run_tables([row(MET=2)], {})
    assert "另1条" in shown(table) and "没有问题" in shown(table)
    assert cells(shown(table), "条款编号")[4:] == ["适用", "达标", "未达标", "滞后", "数据不足"]


def test_a_small_terminal_cuts_nothing() -> None:
    long = row(MET=2, OPEN=1, FAILED=12345, BEHIND=6) | {"id": "xinfang-bureau-2.6.11-9"}
    (table,) = run_tables([long], {}, width=80)
    text = shown(table, width=80)
    assert cells(text, "条款编号") == ["条款编号", "要求", "适用", "未达标", "滞后", "数据不足"]
    assert cells(text, "xinfang") == ["xinfang-bureau-2.6.11-9", "每月[至少]1次", "12,354", "12,345", "6", "0"]
    assert "\u2026" not in text


def test_a_table_per_document() -> None:
    other = row(MET=1) | {"document": "乙", "id": "乙-1"}
    assert [t.title for t in run_tables([row(MET=1), other], {"甲": "甲文件", "乙": "乙文件"})] == ["甲文件", "乙文件"]


def test_plain_tables_show_text_as_it_is() -> None:
    text = shown(plain_table("标[题]", ("名", "数"), [("[red]x", 12345), (None, 1.50)], right=("数",)))
    assert "标[题]" in text
    assert cells(text, "[red]x") == ["[red]x", "12,345"]
    assert cells(text, "1.5") == ["1.5"]
