"""Exemptions and permissions: refused when they cannot be used, followed to their end when they can."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from workbench.audit.engine import audit, connect_tables, judge_tables
from workbench.audit.facts import Facts
from workbench.audit.papers import read_papers
from workbench.audit.run import Run
from workbench.errors import UsageError
from workbench.records.template import HEADER_ROW, write_template
from workbench.requirements import load_suites

AS_OF = date(2026, 8, 31)
YEARLY, MONTHLY = "secretary-2022-7.1-1", "xinfang-bureau-2.2.1-1"
BRANCH = {"org_id": "B1", "name": "示例第一党支部", "type": "党支部", "established_on": date(2020, 1, 1)}
LEAVE = {"org_id": "B1", "requirement": YEARLY, "since": date(2026, 1, 1), "until": date(2026, 12, 31),
         "reason": "支部班子调整", "approved_by": "示例市委组织部"}
LATER = {"org_id": "B1", "requirement": MONTHLY, "period": "2026-05", "held_on": date(2026, 6, 10),
         "reason": "防汛", "approved_by": "示例市委组织部"}


@pytest.fixture(scope="module")
def suites():
    return load_suites(["secretary-2022", "xinfang-bureau"], as_of=AS_OF)


def read(suites, **tables):
    con = connect_tables({"organizations": [BRANCH], **tables})
    return read_papers(Facts(con, AS_OF, 2026), suites)


@pytest.mark.parametrize("until", [date(2026, 12, 31), date(2026, 1, 1)])
def test_up_to_twelve_months_are_accepted(suites, until: date) -> None:
    assert len(read(suites, exemptions=[LEAVE | {"until": until}]).exemptions) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"until": date(2027, 1, 1)}, "超过12个月"),
        ({"until": date(2025, 12, 31)}, "止于起始之前"),
        ({"requirement": "secretary-2022-7.1-99"}, "没有这个条款编号"),
        ({"reason": " "}, "缺少必填的内容"),
        ({"approved_by": None}, "缺少必填的内容"),
    ],
)
def test_an_exemption_that_cannot_be_used_stops_the_audit(suites, change: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        read(suites, exemptions=[LEAVE | change])
    assert "豁免" in caught.value.place and "第 1 行" in caught.value.place


def test_a_clause_of_a_document_not_chosen_is_no_mistake() -> None:
    suites = load_suites(["secretary-2022"], as_of=AS_OF)
    assert read(suites, exemptions=[LEAVE | {"requirement": MONTHLY}]).exemptions
    with pytest.raises(UsageError, match="没有这个条款编号"):
        read(suites, exemptions=[LEAVE | {"requirement": "secretary-2022-"}])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"period": "2026年5月"}, "应开期次写法不对"),
        ({"period": "2026Q2"}, "应开期次写法不对"),
        ({"held_on": date(2026, 5, 31)}, "补开日期不在"),
        ({"held_on": date(2027, 5, 31)}, "补开日期不在"),
        ({"requirement": YEARLY}, "不能补开"),
    ],
)
def test_a_permission_that_cannot_be_used_stops_the_audit(suites, change: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read(suites, permissions=[LATER | change])


@pytest.mark.parametrize("held_on", [date(2026, 6, 1), date(2027, 5, 30)])
def test_a_permission_reaches_from_the_day_after_for_twelve_months(suites, held_on: date) -> None:
    assert read(suites, permissions=[LATER | {"held_on": held_on}]).permissions


def meetings(*days: date) -> list[dict]:
    return [{"activity_id": f"A{i}", "org_id": "B1", "kind": "党员大会", "held_on": day} for i, day in enumerate(days)]


def test_a_later_meeting_counts_where_it_was_permitted_and_nowhere_else(suites) -> None:
    month = [date(2026, m, 15) for m in (1, 2, 3, 4, 7, 8)]
    requirements = [r for r in suites.requirements if r.id == MONTHLY]

    def missed(*days: date, **tables) -> int:
        tables = {"organizations": [BRANCH], "activities": meetings(*month, *days), **tables}
        (row,) = judge_tables(tables, requirements, as_of=AS_OF)
        return row["missed_mask"]

    may, june = 1 << 4, 1 << 5
    tenth, twentieth = date(2026, 6, 10), date(2026, 6, 20)
    assert missed(tenth) == may
    assert missed(tenth, permissions=[LATER]) == june
    assert missed(tenth, twentieth, permissions=[LATER]) == 0
    assert missed(twentieth, permissions=[LATER]) == may


def ledger(folder: Path, **sheets: list[list]) -> Path:
    """A filled template in a folder of its own."""
    folder.mkdir()
    path = folder / "台账.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    for title, lines in sheets.items():
        for offset, line in enumerate(lines):
            for position, value in enumerate(line, start=1):
                book[title].cell(HEADER_ROW + 2 + offset, position, value)
    book.save(path)
    return folder


ORGANIZATIONS = [
    ["R", "示例市委", None, None, "党委", None, "市", None, None, None, date(2020, 1, 1)],
    *([f"B{i}", f"示例第{i}党支部", None, "R", "党支部", None, "基层", None, None, None, date(2020, 1, 1)]
      for i in range(1, 6)),
]
LISTS = [["x", "R", None, "重点项目清单", None, date(2026, 1, 5)], ["y", "B4", None, "重点项目清单", None, date(2026, 1, 5)]]


def paper(org: str, since: date, until: date) -> list:
    return [org, YEARLY, since, until, "班子调整", "示例市委组织部"]


def test_each_exemption_is_followed_to_its_end(tmp_path: Path) -> None:
    source = ledger(
        tmp_path / "台账", 党组织=ORGANIZATIONS, 活动=LISTS,
        豁免=[
            paper("B1", date(2026, 1, 1), date(2026, 12, 31)),
            paper("B2", date(2026, 1, 1), AS_OF + timedelta(days=30)),
            paper("B3", date(2026, 1, 1), AS_OF - timedelta(days=1)),
            paper("B4", date(2026, 1, 1), AS_OF),
            paper("B5", AS_OF + timedelta(days=1), date(2026, 12, 31)),
        ],
    )
    run = audit(source, as_of=AS_OF, documents=["secretary-2022"], out=tmp_path / "结果")
    told = {row["subject"]: (row["state"], row["returned"]) for row in run.receipt["exemptions"]}
    assert told == {
        "B1": ("有效", False), "B2": ("即将到期", False), "B3": ("已到期", True), "B4": ("未用到", False),
        "B5": ("尚未开始", False),
    }
    rows = run.results.query(f"requirement == '{YEARLY}'").set_index("subject")
    assert rows["verdict"].to_dict() == {
        "R": "达标", "B1": "豁免", "B2": "豁免", "B3": "未达标", "B4": "达标", "B5": "未达标",
    }
    assert "2026-08-30" in rows.loc["B3", "reason"] and "2026-08-30" in str(run.explain("B3", YEARLY))
    details = run.findings.query(f"requirement == '{YEARLY}'").set_index("subject")["detail"]
    assert "2026-08-30" in details["B3"] and "豁免" not in details["B5"]
    assert rows.loc["B1", "missed"] == 1, "a waived failure stays counted"


def test_a_rejected_exemption_stops_the_audit_with_its_place(tmp_path: Path) -> None:
    source = ledger(tmp_path / "台账", 党组织=ORGANIZATIONS, 活动=LISTS,
                    豁免=[paper("没有的党支部", date(2026, 1, 1), date(2026, 12, 31))])
    with pytest.raises(UsageError) as caught:
        audit(source, as_of=AS_OF, documents=["secretary-2022"], out=tmp_path / "结果")
    assert "台账.xlsx" in caught.value.place and f"第 {HEADER_ROW + 2} 行" in caught.value.place
    assert "没有的党支部" in caught.value.found
    assert not (tmp_path / "结果").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_an_unused_permission_is_told(tmp_path: Path) -> None:
    held = [["m", "B1", None, "党员大会", None, date(2026, 6, 10)]]
    source = ledger(
        tmp_path / "台账", 党组织=ORGANIZATIONS, 活动=held,
        补开许可=[["B1", MONTHLY, "2026-05", date(2026, 6, 10), "防汛", "示例市委"],
              ["B2", MONTHLY, "2026-05", date(2026, 6, 10), "防汛", "示例市委"]],
    )
    run: Run = audit(source, as_of=AS_OF, documents=["xinfang-bureau"], out=tmp_path / "结果")
    assert [(p["subject"], p["state"]) for p in run.receipt["permissions"]] == [("B1", "有效"), ("B2", "未用到")]
    assert any("补开" in row.label for row in run.explain("B1", MONTHLY).evidence)


def test_organisations_without_sector_are_told(tmp_path: Path) -> None:
    source = ledger(tmp_path / "台账", 党组织=ORGANIZATIONS, 活动=LISTS)
    run = audit(source, as_of=AS_OF, documents=["secretary-2022"], out=tmp_path / "结果")
    assert run.receipt["unplaced"] == [
        {"column": "领域", "organizations": 6, "examples": [f"示例第{i}党支部" for i in range(1, 6)]}
    ]
