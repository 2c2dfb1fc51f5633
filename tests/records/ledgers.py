"""Small ledgers written by openpyxl for the tests of intake; all names and numbers are made up."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from workbench.records.intake import intake
from workbench.records.messages import Message
from workbench.records.records import Records

ORGANIZATIONS = [
    ["组织代码", "党组织名称", "简称", "上级组织代码", "组织类型"],
    ["R", "示例市委", "", "", "党委"],
    ["B1", "示例市第一党支部", "第一支部", "R", "党支部"],
    ["B2", "示例市第二党支部", "第二支部", "R", "党支部"],
]
ID1, ID2, ID3 = "990102199001011234", "99010219910101567X", "990102199201019876"
PEOPLE = [
    ["姓名", "身份证号", "所在党支部", "人员类别", "加入党组织日期"],
    ["甲某", ID1, "B1", "正式党员", "2010-03-05"],
    ["乙某", ID2, "B2", "正式党员", "2011-04-06"],
]


def workbook(path: Path, sheets: dict[str, list[list]], merged: dict[str, list[str]] | None = None) -> Path:
    """Write sheets of rows, with merged ranges per sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for region in (merged or {}).get(name, []):
            sheet.merge_cells(region)
    book.save(path)
    return path


def take(folder: Path, **sheets: list[list]) -> Records:
    """Intake of a folder with the organisations above and these sheets in one workbook."""
    workbook(folder / "台账.xlsx", {"党组织": ORGANIZATIONS, **sheets})
    return intake(folder)


def rows(records: Records, query: str) -> list[tuple]:
    """Rows of a query on the connection."""
    return records.con.con.execute(query).fetchall()


def told(records: Records, column: str = "", level: str = "") -> list[Message]:
    """Messages about a column (header) and of a level, notices about missing tables left out."""
    return [
        m for m in records.messages
        if (not column or m.column == column) and (not level or m.level == level) and not m.problem.startswith("没有“")
    ]


def balanced(records: Records) -> bool:
    """Whether rows read = accepted + rejected holds in the receipt, and accepted is what the tables hold."""
    receipt = records.receipt()
    sums = all(c["read"] == c["accepted"] + c["rejected"] for c in receipt["rows"].values())
    held = all(
        rows(records, f"SELECT count(*) FROM {name}")[0][0] == count["accepted"]
        for name, count in receipt["rows"].items() if name != "未识别"
    )
    rejected = rows(records, "SELECT count(*) FROM rejected")[0][0]
    return sums and held and rejected == sum(c["rejected"] for c in receipt["rows"].values())
