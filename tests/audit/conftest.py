"""A small run that several tests read: five branches, two documents, one of which binds nobody."""

from __future__ import annotations

from datetime import date

import openpyxl
import pytest

from workbench.audit.engine import audit
from workbench.audit.run import Run

ORGANIZATIONS = [
    ["组织代码", "党组织名称", "上级组织代码", "组织类型"],
    ["R", "示例市委", "", "党委"],
    *([f"B{i}", f"示例市第{i}党支部", "R", "党支部"] for i in range(1, 6)),
]
#: The second binds nobody here: its table has no rows.
DOCUMENTS = ["xinfang-bureau", "feicheng-standard"]
#: Branch i studies in every month up to July except the first i - 1, and gives one lecture a quarter.
ACTIVITIES = [
    ["党组织名称", "活动类型", "日期"],
    *([f"B{i}", "集中学习", f"2026-{month:02}-10"] for i in range(1, 6) for month in range(i, 8)),
    *([f"B{i}", "党课", f"2026-{month:02}-20"] for i in range(1, 4) for month in (2, 5)),
]


@pytest.fixture(scope="session")
def branch_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Audited as of 2026-07-31. Read only."""
    folder = tmp_path_factory.mktemp("城")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (("党组织", ORGANIZATIONS), ("活动", ACTIVITIES)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "台账.xlsx")
    return audit(folder / "台账.xlsx", as_of=date(2026, 7, 31), documents=DOCUMENTS, out=folder / "结果")
