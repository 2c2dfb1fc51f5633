"""The form an inspector takes along (现场核查表): what to look at, what to ask for, typical faults, room for answers.

Filled in, it loads like any ledger: its header holds the columns of the table ``checklist`` beside what is only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from workbench.errors import UsageError
from workbench.records.tables import CHECKLIST
from workbench.spreadsheet import defuse
from workbench.vocabulary import Answer, OrgType, Verdict

#: Columns in the order of the form: (header, width, column of the table to fill in or key of what is only read).
_READ = (("组织", "name", 22), ("文件", "document_title", 20), ("条款", "clause", 10), ("要求", "description", 26))
_GUIDE = (("看什么", "look", 26), ("查什么材料", "evidence", 26), ("常见问题", "faults", 24))
_FILLED = (("answer", 10), ("checked_on", 12), ("checked_by", 10), ("note", 24))
#: Lines of one form; more would be no form to take along.
MOST_SUBJECTS = 200


def unanswered(run: Any, subjects: Sequence[str]) -> list[dict[str, Any]]:
    """One dict per line: the requirements to be checked on site that nobody has answered, subject by subject.

    ``run`` is a :class:`workbench.audit.run.Run`; raises :class:`UsageError` for an unknown organisation.
    """
    entries = {r["id"]: r for r in run.requirements if r["guidance"]}
    lines = []
    for subject in subjects:
        org = run.organization(subject)
        rows = run.query(
            "SELECT requirement FROM results WHERE subject = ? AND verdict = ? AND missed = 0",
            [org["org_id"], str(Verdict.MANUAL)],
        )
        asked = set(rows["requirement"]) & entries.keys()
        for entry in sorted((entries[r] for r in asked), key=lambda r: r["order"]):
            lines.append({
                "org_id": org["org_id"], "name": org["name"], "requirement": entry["id"], **entry["guidance"],
                **{key: entry[key] for key in ("document_title", "clause", "description")},
            })
    return lines


def to_be_checked(run: Any, unit: str | None = None) -> list[str]:
    """Codes of the branches that have something to be checked on site, of one unit if given: the frame of a draw."""
    where, given = "", []
    if unit is not None:
        where, given = "AND o.unit_id = ?", [run.organization(unit)["org_id"]]
    rows = run.query(
        f"""SELECT DISTINCT r.subject FROM results r JOIN organizations o ON r.subject = o.org_id
        WHERE o.type = '{OrgType.BRANCH}' AND r.verdict = '{Verdict.MANUAL}' AND r.missed = 0 {where} ORDER BY 1""",
        given,
    )
    return list(rows["subject"])


def write_form(run: Any, subjects: Sequence[str], path: str | Path) -> int:
    """Write the form of these organisations to ``path`` and return its number of lines.

    Raises :class:`UsageError` when there are too many organisations or nothing is left to be answered.
    """
    if len(subjects) > MOST_SUBJECTS:
        raise UsageError(
            "一张核查表放不下这么多组织", found=f"{len(subjects)} 个", expected=f"不超过 {MOST_SUBJECTS} 个"
        )
    lines = unanswered(run, subjects)
    if not lines:
        raise UsageError(
            "没有待现场核查的条款", found="、".join(subjects), expected="结果中有待人工核实的现场核查条款",
            next_step="核对组织和审查所选的文件；已答复的不再列出",
        )
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _write(book, run, lines)
    return len(lines)


def _write(book: xlsxwriter.Workbook, run: Any, lines: Sequence[dict[str, Any]]) -> None:
    sheet = book.add_worksheet(CHECKLIST.title)
    border = {"border": 1, "border_color": "#B8C2CC", "text_wrap": True, "valign": "top", "font_size": 10}
    text, free = book.add_format(border), book.add_format({**border, "bg_color": "#FFF9E5"})
    day = book.add_format({**border, "bg_color": "#FFF9E5", "num_format": "yyyy-mm-dd"})
    header = book.add_format({**border, "bold": True, "bg_color": "#E8EDF2"})
    sheet.write_string(0, 0, f"{CHECKLIST.title}表", book.add_format({"bold": True, "font_size": 15}))
    sheet.write_string(1, 0, _head(run), book.add_format({"italic": True, "font_color": "#5F6B76"}))
    columns = [
        (CHECKLIST.column("org_id").header, "org_id", 12), *_READ,
        (CHECKLIST.column("requirement").header, "requirement", 20), *_GUIDE,
        *((CHECKLIST.column(name).header, name, width) for name, width in _FILLED),
    ]
    top = 2
    for c, (title, _, width) in enumerate(columns):
        sheet.set_column(c, c, width)
        sheet.write_string(top, c, title, header)
    fill = {name for name, _ in _FILLED}
    for r, line in enumerate(lines, start=top + 1):
        for c, (_, key, _) in enumerate(columns):
            if key in fill:
                sheet.write_blank(r, c, None, day if key == "checked_on" else free)
            else:
                sheet.write_string(r, c, defuse(line[key]), text)
    _restrict(sheet, top + 1, top + len(lines), [key for _, key, _ in columns])
    sheet.freeze_panes(top + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _head(run: Any) -> str:
    receipt = run.receipt
    return (
        f"{receipt.get('city') or ''} 截至 {receipt['as_of']}。黄色各列现场填写；核查结果从下拉列表选择，"
        "未核查的留空；填好后与台账放在一起重新审查。"
    )


def _restrict(sheet: Any, first: int, last: int, keys: Sequence[str]) -> None:
    """A drop-down for the answer and a check of the day."""
    answer, day = keys.index("answer"), keys.index("checked_on")
    sheet.data_validation(first, answer, last, answer, {
        "validate": "list", "source": [a.value for a in Answer], "error_title": "不在所列之内",
        "error_message": "请从下拉列表中选择",
    })
    sheet.data_validation(first, day, last, day, {
        "validate": "custom", "value": f"=ISNUMBER({xlsxwriter.utility.xl_rowcol_to_cell(first, day)})",
        "error_title": "日期有误", "error_message": "写作 2026-08-31",
    })
