"""Synthetic runs for the views 数据质量 and 对比: three in one folder, one of them with much to mend, one broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import xlsxwriter
from fake_run import write_run

DAYS = ("2026-03-31", "2026-07-15", "2026-08-31")
_STEP = "改正后重新读入"


def _message(file: str, sheet: str, row: int | None, problem: str, level: str = "错误") -> dict[str, Any]:
    return {"level": level, "file": file, "sheet": sheet, "row": row, "column": "活动日期" if row else "", "value": "",
            "problem": problem, "expected": "存在的日期", "next_step": _STEP}


def _source(number: int, file: str, sheet: str, table: str, read: int, rejected: int) -> dict[str, Any]:
    return {"source_id": number, "file": file, "sheet": sheet, "sha256": "0" * 64, "table": table, "read": read,
            "accepted": read - rejected, "rejected": rejected}


def untidy() -> dict[str, Any]:
    """What the receipt of a run with much to mend says otherwise: 9 rows rejected, 4 of them of a strange sheet."""
    return {
        "rows": {
            "activities": {"read": 900, "accepted": 895, "rejected": 5},
            "未识别": {"read": 4, "accepted": 0, "rejected": 4},
        },
        "sources": [
            _source(0, "甲县/三会一课.xlsx", "三会一课", "activities", 600, 4),
            _source(1, "甲县/三会一课.xlsx", "说明", "", 4, 4),
            _source(2, "乙县/三会一课.xlsx", "三会一课", "activities", 300, 1),
        ],
        "unread": [{"file": "丙县/打不开.xlsx", "problem": "文件已损坏"}],
        "missing": [{"records": "党费", "requirements": ["secretary-2022-1"]}],
        "broken": {"secretary-2022-2": "除以零"},
        "parameters": {"start_of_year": "03-31", "end_of_year_opens": "12-01"},
        "adoption": {"file": "适用文件.yaml", "sha256": "0" * 64, "entries": [
            {"documents": ["secretary-2022"]}, {"documents": ["xinfang-bureau"], "sectors": ["机关"]},
        ]},
        "exemptions": [{
            "subject": "001-0001", "requirement": "secretary-2022-1", "since": "2026-01-01", "until": "2026-12-31",
            "reason": "机构调整", "approved_by": "模拟市委", "place": "豁免.xlsx · 第 4 行", "state": "有效",
            "returned": False,
        }],
    }


def write_runs(folder: Path) -> Path:
    """Runs of the days :data:`DAYS`, each in a folder named after its day, and ``坏的`` without a receipt."""
    for seed, day in enumerate(DAYS):
        receipt = untidy() if day == DAYS[-1] else {}
        run = write_run(folder / day, branches=60, units=4, count=12, seed=seed, receipt={"as_of": day, **receipt})
    messages = [
        *(_message("甲县/三会一课.xlsx", "三会一课", row, "日期无法识别或不存在") for row in (5, 6, 7)),
        _message("甲县/三会一课.xlsx", "说明", None, "表头与任何一种台账都对不上，4 行全部退回"),
        _message("乙县/三会一课.xlsx", "三会一课", 9, "重复行，与乙县/三会一课.xlsx · 第 8 行相同"),
        _message("乙县/三会一课.xlsx", "三会一课", None, "有 1 行合计或重复的表头，不作记录", "提示"),
    ]
    (run / "messages.json").write_text(json.dumps(messages, ensure_ascii=False), encoding="utf-8")
    with xlsxwriter.Workbook(run / "rejects.xlsx") as book:
        book.add_worksheet("活动").write_row(0, 0, ("文件", "表", "行"))
    (folder / "坏的").mkdir()
    (folder / "坏的" / "requirements.json").write_text("[]", encoding="utf-8")
    (folder / "别的").mkdir()
    return folder
