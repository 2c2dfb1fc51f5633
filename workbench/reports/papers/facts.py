"""How papers word a finding (问题): time, matter, what should be, what is, clause, rows, and how far it is established.

Units of persons and cases carry keys; papers name the row of the ledger instead, where who may see it finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.ledger.finding import AUDITED, DEVIATION, ENCOURAGED, PROMPT
from workbench.vocabulary import SEVERITY_LABELS, Severity

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.finding import Finding

#: How far a finding is established (性质).
ESTABLISHED, UNESTABLISHED = "已查实", "待核实"
#: States in which a person has confirmed the facts and nobody has taken that back. A recurrence is the machine's.
SETTLED = ("已确认", "整改中", "待复查", "已销号")
#: Natures that are no breach: they need a reason, or a look, before anybody may call them a problem.
APART = (DEVIATION, PROMPT, ENCOURAGED)

#: Rows named in one line before the rest is only counted.
MOST_ROWS = 8
STATUS = {"met": "符合", "missed": "不符合", "open": "未到期", "unknown": "不明"}


@dataclass(frozen=True)
class Row:
    """One row that a finding rests on: where it stands, its day, what it is, whether it counted and how it was held."""

    file: str
    sheet: str
    row: int
    dated_on: str
    label: str
    counted: bool
    status: str


def established(finding: Finding) -> bool:
    """Whether a person has confirmed the facts and they stand so now."""
    return finding.state in SETTLED


def nature(finding: Finding) -> str:
    """已查实 or 待核实 (性质)."""
    return ESTABLISHED if established(finding) else UNESTABLISHED


def rebounds(finding: Finding) -> int:
    """How often it came back as people confirmed it (反弹); what a run alone says does not count yet."""
    return finding.recurrences - (finding.state == "复发")


def severity(finding: Finding) -> str:
    """Weight of the requirement in Chinese (严重程度)."""
    return SEVERITY_LABELS[Severity(finding.severity)] if finding.severity else ""


def should_and_is(finding: Finding) -> tuple[str, str]:
    """What should be (应为) and what is (实为); of a finding made on site only what was seen."""
    should, found, seen = finding.detail.partition("；实为：")
    if found:
        return should.removeprefix("应为："), seen
    return finding.required_text, finding.detail


def when(finding: Finding) -> str:
    """The span a finding belongs to (时间), e.g. 2026年."""
    period = finding.period
    return f"{period}年" if period.isdigit() else period


def statement(finding: Finding) -> str:
    """Time, matter, what should be, what is, in one text (问题表述)."""
    should, seen = should_and_is(finding)
    matter = finding.description if finding.description != seen else ""
    head = "，".join(p for p in (when(finding), matter) if p)
    return f"{head}。" + (f"应为：{should}；实为：{seen}" if should else seen)


class Source:
    """What papers need of a run beside the ledger: titles of documents and the rows behind a finding."""

    def __init__(self, run: Run):
        self.run = run

    @cached_property
    def entries(self) -> Mapping[str, Mapping[str, Any]]:
        """Requirements of the run by id."""
        return {entry["id"]: entry for entry in self.run.requirements}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Title of each document of the run by its id."""
        return {d["id"]: d["title"] for d in self.run.receipt["documents"]}

    def title(self, finding: Finding) -> str:
        """Title of the document; its id, or nothing, where neither ledger nor run knows it."""
        return finding.document_title or self.titles.get(finding.document, finding.document)

    def basis(self, finding: Finding) -> str:
        """Document and clause (依据)."""
        title = self.title(finding)
        return f"《{title}》{finding.clause}" if title else finding.clause

    def category(self, finding: Finding) -> str:
        """The kind of requirement (问题类别), e.g. 按期次数."""
        return self.entries.get(finding.requirement, {}).get("shape_label", "现场检查")

    def rows(self, finding: Finding) -> list[Row]:
        """The rows behind a finding; empty for one made on site."""
        if finding.requirement not in self.entries:
            return []
        found = self.run.evidence(finding.subject, finding.requirement)
        return [_row(row) for row in found.to_dict("records")]

    def evidence(self, finding: Finding, rows: list[Row] | None = None) -> str:
        """Tables and rows in one text (证据): those that do not fit, else those that were counted."""
        if finding.source != AUDITED:
            return "现场检查记录"
        rows = self.rows(finding) if rows is None else rows
        if missed := [row for row in rows if row.status == "missed"]:
            return places(missed)
        if counted := [row for row in rows if row.counted]:
            return f"计入的记录：{places(counted)}"
        return "台账中没有可以计入的记录"


def places(rows: Iterable[Row]) -> str:
    """File, sheet and rows, those of one sheet together: 甲.xlsx·会议 第3、5行."""
    grouped: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        numbers = grouped.setdefault((row.file, row.sheet), [])
        if row.row not in numbers:
            numbers.append(row.row)
    texts = []
    for (file, sheet), numbers in grouped.items():
        named = "、".join(str(n) for n in sorted(numbers)[:MOST_ROWS])
        rest = f"等{len(numbers)}行" if len(numbers) > MOST_ROWS else "行"
        texts.append(f"{file}{'·' + sheet if sheet else ''} 第{named}{rest}")
    return "；".join(texts)


def _row(row: Mapping[str, Any]) -> Row:
    day = row["dated_on"]
    return Row(
        file=row["file"] or "", sheet=row["sheet"] or "", row=int(row["row"]),
        dated_on="" if day is None or day != day else str(day)[:10], label=row["label"] or "",
        counted=bool(row["counted"]), status=row["status"] or "",
    )
