"""Why a verdict reads as it does: clause, figure, period, observed, parameters and the rows it rests on (说明)."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.display import Displayed, Table, facts, page
from workbench.vocabulary import SEVERITY_LABELS, Severity


@dataclass(frozen=True)
class EvidenceRow:
    """One row a verdict rests on: where it stands, when it is dated, what it is, whether it counted."""

    file: str
    sheet: str
    row: int
    dated_on: str
    label: str
    unit: str
    counted: bool

    @property
    def place(self) -> str:
        """File, sheet and row in one string."""
        return " / ".join(part for part in (self.file, self.sheet, f"第{self.row}行") if part)


@dataclass(frozen=True)
class Explanation(Displayed):
    """Everything a reader needs to check one verdict. ``str()`` gives Chinese text, notebooks show a table."""

    subject: str
    subject_name: str
    requirement: str
    document_title: str
    clause: str
    description: str
    severity: str
    verdict: str
    required: str
    observed: str
    period: str
    reason: str
    as_of: str
    version: str
    notes: str = ""
    parameters: tuple[tuple[str, str, str], ...] = ()
    """(label, value, words of the source) of each parameter used."""
    evidence: tuple[EvidenceRow, ...] = field(default=())
    evidence_note: str = ""
    run: str = ""
    """As-of date and folder of the run."""

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of each line above the evidence."""
        lines = [
            ("组织", f"{self.subject_name}（{self.subject}）"),
            ("条款", f"{self.document_title} {self.clause}（{self.requirement}）"),
            ("要求", f"{self.description}[{SEVERITY_LABELS[Severity(self.severity)]}]"),
            ("判定", self.verdict),
            ("应为", self.required),
            ("实为", self.observed),
            ("期间", self.period),
            ("截至", self.as_of),
            ("文件版本", self.version),
        ]
        lines += [("原因", self.reason)] if self.reason else []
        lines += [("参数", f"{label}={value}（原文“{words}”）") for label, value, words in self.parameters]
        return lines + ([("说明", self.notes)] if self.notes else [])

    def __str__(self) -> str:
        text = [f"{label}：{value}" for label, value in self.facts()]
        text.append(f"依据的记录：{len(self.evidence)}行" if self.evidence else f"依据的记录：无{self.evidence_note}")
        for row in self.evidence:
            mark = "" if row.counted else "（未计入）"
            text.append(f"  {row.dated_on or '——'}  {row.label}{mark}  [{row.unit}]  {row.place}")
        return "\n".join(text)

    def _repr_html_(self) -> str:
        rows = [(r.dated_on, r.label, r.unit, "" if r.counted else "未计入", r.place) for r in self.evidence]
        head = ("日期", "事项", "期间或个案", "计入", "出处（文件/表/行）")
        note = "" if rows else f"依据的记录：无{self.evidence_note}"
        evidence = (Table(rows, head, f"依据的记录：{len(rows)}行"),) if rows else ()
        return page(f"{self.subject_name} {self.clause}", (self.run, note), facts(self.facts()), *evidence)
