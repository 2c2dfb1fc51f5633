"""A season on ledgers that are really audited: July, August, and a September in which the records are missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.heard import heard
from tests.shared import suites_of
from workbench.audit.engine import audit
from workbench.audit.run import Run
from workbench.ledger import Act, Ledger, sync
from workbench.ledger.finding import Finding

STUDY = "xinfang-bureau-2.1-1"
CLOSING = date(2026, 8, 10)


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    return suites_of(tmp_path / "suites", "xinfang-bureau/2022-01-01/study.yaml")


def audited(folder: Path, suites: Path, as_of: date, studies: dict[str, set[int]], kind: str = "集中学习") -> Run:
    """Branches with the months in which they studied, audited."""
    folder.mkdir()
    rows = {
        "党组织": [
            ["组织代码", "党组织名称", "上级组织代码", "组织类型"], ["R", "示例市委", "", "党委"],
            *([code, f"示例市{code}党支部", "R", "党支部"] for code in studies),
        ],
        "活动": [
            ["党组织名称", "活动类型", "日期"],
            *([code, kind, f"2026-{m:02}-10"] for code, months in studies.items() for m in sorted(months)),
        ],
    }
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in rows.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    book.save(folder / "台账.xlsx")
    return audit(folder / "台账.xlsx", as_of=as_of, suites=suites, out=folder / "结果")


def close(ledger: Ledger, key: str) -> Finding:
    """Everything people do, on one day."""
    book, act = ledger.findings, Act("督查员甲", CLOSING, "经核对", ("学习记录",))
    heard(book.ledger, key, act)
    book.confirm(key, act)
    book.assign(key, act, owner="书记丙", leader="委员丁", measure="补学", deadline=CLOSING)
    book.submit(key, Act("督查员乙", CLOSING, evidence=("学习记录",)), text="已补学")
    return book.close(key, act, conclusion="到位")


def test_a_season_on_audited_ledgers(tmp_path: Path, suites: Path) -> None:
    def key(code: str) -> str:
        return f"{code}|{STUDY}|2026"

    july = set(range(1, 8))
    with Ledger(tmp_path / "督查.sqlite") as ledger:
        first = audited(tmp_path / "七月", suites, date(2026, 7, 31), {
            "B1": july, "B2": july - {2}, "B3": july - {3}, "B4": july - {2}, "B5": july - {5},
        })
        opened = sync(ledger, first, by="督查员甲").opened
        assert {k for k in opened if STUDY in k} == {key(b) for b in ("B2", "B3", "B4", "B5")}
        assert ledger.findings.get(key("B3")).units == ("2026-03",)
        assert "未达：2026-03" in ledger.findings.get(key("B3")).detail
        for code in ("B2", "B3", "B4"):
            close(ledger, key(code))

        # B2 as before, B3 lacks August too, B4 found its record, B5 is merged into B1
        second = audited(tmp_path / "八月", suites, date(2026, 8, 31), {
            "B1": july | {8}, "B2": july - {2} | {8}, "B3": july - {3}, "B4": july | {8},
        })
        report = sync(ledger, second, by="督查员甲")
        assert key("B2") in report.still_failing and key("B3") in report.recurred
        assert key("B4") in report.resolved and key("B5") in report.not_judged
        states = {code: ledger.findings.get(key(code)).state for code in ("B2", "B3", "B4", "B5")}
        assert states == {"B2": "已销号", "B3": "复发", "B4": "已销号", "B5": "待核实"}
        assert ledger.findings.get(key("B3")).units == ("2026-03", "2026-08")

        # nobody's study is on record any more: that proposes nothing and brings nothing back
        before = {code: ledger.findings.get(key(code)) for code in states}
        third = audited(tmp_path / "九月", suites, date(2026, 9, 30), {b: {9} for b in ("B1", "B2", "B3", "B4")}, "谈心谈话")
        report = sync(ledger, third, by="督查员甲")
        assert {key(code) for code in states} <= set(report.not_judged)
        assert {code: ledger.findings.get(key(code)) for code in states} == before
        assert ledger.store.verify().faults == ()
