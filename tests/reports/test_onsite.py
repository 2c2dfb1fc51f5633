"""The form for checks on site: written from a run, filled in as people do, read back as a ledger."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.audit.test_papers import ledger
from workbench.audit.draw import draw
from workbench.audit.engine import audit
from workbench.audit.run import Run
from workbench.errors import UsageError
from workbench.records.intake import intake
from workbench.reports.onsite import to_be_checked, unanswered, write_form

AS_OF = date(2026, 8, 31)
ORGANIZATIONS = [
    ["R", "示例市委", None, None, "党委", None, "市", None, None, None, None, None],
    *([f"B{i}", f"示例第{i}党支部", None, "R", "党支部", "机关", "基层", None, None, "是", None, None] for i in range(1, 5)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledger(tmp_path_factory.mktemp("onsite") / "台账", 党组织=ORGANIZATIONS)


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return audit(folder, as_of=AS_OF, documents=["luoyang-2020"], out=folder.parent / "先")


def test_what_nobody_answered_waits_and_is_no_finding(run: Run) -> None:
    waiting = run.results.query("verdict == '待人工核实' and missed == 0")
    assert len(waiting) > 40 and set(waiting["subject"]) >= {"B1", "B2", "B3", "B4"}
    assert not set(waiting["requirement"]) & set(run.findings["requirement"])
    assert to_be_checked(run) == ["B1", "B2", "B3", "B4"]
    lines = unanswered(run, ["示例第1党支部"])
    assert Counter(r["requirement"] for r in lines) == Counter(waiting.query("subject == 'B1'")["requirement"])
    assert all(line["look"] and line["evidence"] and line["faults"] for line in lines)


def test_the_filled_form_loads_and_decides(run: Run, folder: Path) -> None:
    form = folder / "现场核查表.xlsx"
    count = write_form(run, ["B1", "B2"], form)
    book = openpyxl.load_workbook(form)
    sheet = book["现场核查"]
    header = {cell.value: cell.column for cell in sheet[3]}
    assert list(header)[:3] == ["党组织名称", "组织", "文件"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules[sheet.cell(4, header["核查结果"]).coordinate].formula1 == '"符合,不符合,不适用"'
    answers = ["符合", "不符合", "不适用"]
    asked = []
    for row, answer in zip(range(4, 7), answers, strict=True):
        sheet.cell(row, header["核查结果"], answer)
        sheet.cell(row, header["核查日期"], date(2026, 8, 20))
        asked.append(sheet.cell(row, header["条款编号"]).value)
    book.save(form)
    with intake(folder) as records:
        told = [m.problem for m in records.messages if m.file == form.name]
        assert told == [f"有 {count - 3} 行尚未填写“核查结果”\uff0c不作记录"]
        assert records.receipt()["rows"]["checklist"] == {"read": 3, "accepted": 3, "rejected": 0}
    after = audit(folder, as_of=AS_OF, documents=["luoyang-2020"], out=folder.parent / "后")
    verdicts = after.results.query("subject == 'B1'").set_index("requirement")["verdict"]
    assert [verdicts[r] for r in asked] == ["达标", "未达标", "不适用"]
    assert len(unanswered(after, ["B1", "B2"])) == count - 3
    found = after.findings.query("subject == 'B1'")
    assert asked[1] in set(found["requirement"]) and after.receipt["exit_code"] == 1
    assert [e.label for e in after.explain("B1", asked[1]).evidence], "the answer is the evidence"


def test_a_form_of_too_much_or_nothing_is_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="放不下"):
        write_form(run, [f"B{i}" for i in range(201)], tmp_path / "表.xlsx")
    with pytest.raises(UsageError, match="没有这个组织"):
        write_form(run, ["没有"], tmp_path / "表.xlsx")
    without = audit(folder, as_of=date(2021, 12, 31), documents=None, out=tmp_path / "早")
    quiet = [s for s in ("R", "B1") if not unanswered(without, [s])]
    for subject in quiet:
        with pytest.raises(UsageError, match="没有待现场核查"):
            write_form(without, [subject], tmp_path / "表.xlsx")
    assert not (tmp_path / "表.xlsx").exists()


def test_a_draw_can_be_repeated_by_anybody() -> None:
    frame = [f"B{i}" for i in range(100)]
    assert draw(frame, 10, "2026-08") == draw(reversed(frame), 10, "2026-08")
    assert draw(frame, 10, "2026-08") != draw(frame, 10, "2026-09")
    assert draw(frame, 20, "x")[:10] == draw(frame, 10, "x")
    hits = Counter(b for seed in range(400) for b in draw(frame, 10, str(seed)))
    assert len(hits) == 100 and max(hits.values()) < 80, "every branch has its chance (40 expected)"


@pytest.mark.parametrize("number", [0, 101])
def test_a_draw_of_nobody_or_too_many_is_refused(number: int) -> None:
    with pytest.raises(UsageError, match="抽取的个数不对"):
        draw([f"B{i}" for i in range(100)], number, "1")
