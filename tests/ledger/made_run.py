"""Writes run folders with exactly the results a test names, as real files in the format of ``workbench audit``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.audit.run import FORMAT, Run
from workbench.vocabulary import Verdict

FAILED, MET, OPEN, BEHIND = Verdict.FAILED.value, Verdict.MET.value, Verdict.OPEN.value, Verdict.BEHIND.value
NO_DATA, BROKEN, WAIVED = Verdict.NO_DATA.value, Verdict.BROKEN.value, Verdict.WAIVED.value
NOT_APPLICABLE, MANUAL = Verdict.NOT_APPLICABLE.value, Verdict.MANUAL.value

_TEXT, _INT, _REAL, _DAY, _BOOL = pa.string(), pa.int64(), pa.float64(), pa.date32(), pa.bool_()
_SCHEMAS = {
    "organizations": {
        "org_id": _TEXT, "name": _TEXT, "type": _TEXT, "sector": _TEXT, "level": _TEXT, "parent_id": _TEXT,
        "unit_id": _TEXT, "unit_name": _TEXT, "members": _INT, "established_on": _DAY, "dissolved": _BOOL,
    },
    "results": {
        "subject": _TEXT, "requirement": _TEXT, "document": _TEXT, "version": _TEXT, "verdict": _TEXT,
        "observed": _REAL, "required": _REAL, "unit": _TEXT, "period": _TEXT, "judged": _REAL, "part": _INT,
        "whole": _INT, "met": _INT, "missed": _INT, "open": _INT, "unknown": _INT, "doubt": _INT,
        "period_kind": _TEXT, "met_mask": _INT, "missed_mask": _INT, "open_mask": _INT, "reason": _TEXT,
    },
    "evidence": {
        "subject": _TEXT, "requirement": _TEXT, "unit_label": _TEXT, "table_name": _TEXT, "source_id": _INT,
        "source_row": _INT, "dated_on": _DAY, "label": _TEXT, "counted": _BOOL, "status": _TEXT,
    },
    "sources": {
        "source_id": _INT, "file": _TEXT, "sheet": _TEXT, "sha256": _TEXT, "rows_read": _INT, "rows_accepted": _INT,
        "rows_rejected": _INT,
    },
    "due": {
        "subject": _TEXT, "requirement": _TEXT, "unit_label": _TEXT, "due_on": _DAY, "kind": _TEXT,
    },
    "cases": {
        "process": _TEXT, "case_id": _TEXT, "org_id": _TEXT, "steps": pa.list_(_TEXT), "days": pa.list_(_DAY),
        "tags": pa.list_(_TEXT),
    },
    "secretaries": {"org_id": _TEXT, "person_id": _TEXT, "started_on": _DAY},
}
_SCHEMAS["findings"] = {"key": _TEXT, **_SCHEMAS["results"], "detail": _TEXT}


@dataclass(frozen=True)
class Row:
    """One result. ``missed``, ``met``, ``open`` are month numbers (kind month), units (event) or a count (others).

    ``units`` gives labels to count-only kinds without tying them to the count; ``dated`` days of counted rows.
    """

    subject: str = "B1"
    requirement: str = "month"
    verdict: str = FAILED
    missed: Sequence[Any] | int = ()
    met: Sequence[Any] | int = ()
    open: Sequence[Any] | int = ()
    units: Sequence[str] = ()
    dated: Mapping[str, date] | date | None = None
    judged: float | None = None
    reason: str = ""
    year: int = 2026
    document: str = "D"

    @property
    def kind(self) -> str:
        """Kind of period: the first word of the requirement's name."""
        return self.requirement.split("-")[0]

    def count(self, name: str) -> int:
        """Number of units missed, met or open."""
        value = getattr(self, name)
        return value if isinstance(value, int) else len(value)

    def mask(self, name: str) -> int:
        """Bits of the months."""
        value = getattr(self, name)
        return sum(1 << (m - 1) for m in value) if self.kind == "month" and not isinstance(value, int) else 0


def requirement(name: str, **changes: Any) -> dict[str, Any]:
    """An entry of ``requirements.json``; its kind of period is the first word of ``name``."""
    return {
        "id": name, "document": "D", "document_title": "模拟办法", "version": "2022-01-01", "effective_to": None,
        "clause": "第八条", "description": f"模拟要求 {name}", "binds": "全部党支部", "severity": "critical",
        "outcome": FAILED, "shape": "expect_activity_count", "shape_label": "按期次数", "kwargs": {"minimum": 1},
        "period": name.split("-")[0], "period_label": "", "unit": "次", "required": 1, "required_text": "不少于 1 次",
        "parameters": {}, "notes": "", "order": 0, "fingerprint": "0", "cycle_start": 2022,
        "treatment": "automated", "guidance": None, "lower": 1.0, "upper": None, **changes,
    }


@dataclass
class Made:
    """A run to be written: results, and what differs from the usual."""

    as_of: date
    rows: Iterable[Row]
    requirements: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    organizations: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    receipt: Mapping[str, Any] = field(default_factory=dict)
    secretaries: Mapping[str, tuple[str, date]] = field(default_factory=dict)
    #: rows of ``due.parquet`` and of ``cases.parquet``, and further columns of organisations by code
    due: Sequence[Mapping[str, Any]] = ()
    cases: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> Run:
        """The run, written to ``folder`` and opened."""
        folder.mkdir(parents=True)
        rows = list(self.rows)
        names = dict.fromkeys(r.requirement for r in rows)
        entries = [requirement(name, **self.requirements.get(name, {})) for name in names]
        results = [_result(r) for r in rows]
        key = "{subject}|{requirement}|{period}".format
        people = [r for r in results if r["verdict"] in (FAILED, MANUAL, WAIVED) and r["missed"]]
        tables: dict[str, list[dict[str, Any]]] = {
            "organizations": [self._organization(s) for s in dict.fromkeys(["R", *(r.subject for r in rows)])],
            "results": results,
            "findings": [{"key": key(**r), **r, "detail": f"应为：1；实为：缺 {r['missed']}"} for r in people],
            "evidence": [row for r in rows for row in _evidence(r)],
            "sources": [{"source_id": 1, "file": "台账.xlsx", "sheet": "活动", "rows_read": 1}],
            "secretaries": [
                {"org_id": org, "person_id": person, "started_on": day}
                for org, (person, day) in self.secretaries.items()
            ],
            "due": list(self.due), "cases": list(self.cases),
        }
        for name, schema in _SCHEMAS.items():
            table = pa.Table.from_pylist(tables.get(name, []), schema=pa.schema(list(schema.items())))
            pq.write_table(table, folder / f"{name}.parquet")
        receipt = {
            "format": FORMAT, "as_of": self.as_of.isoformat(), "year": 2026, "city": "模拟市委", "evidence": "all",
            "documents": [{"id": "D", "title": "模拟办法", "version": "2022-01-01"}], "exemptions": [],
            "unread": [], "verdicts": {}, "folder": folder.name, **self.receipt,
        }
        _json(folder / "receipt.json", receipt)
        _json(folder / "requirements.json", entries)
        return Run(folder)

    def _organization(self, org_id: str) -> dict[str, Any]:
        name, unit = self.organizations.get(org_id, (f"模拟 {org_id} 党支部", "U1"))
        return {
            "org_id": org_id, "name": name, "type": "党委" if org_id == "R" else "党支部", "sector": "机关",
            "level": "市" if org_id == "R" else "基层", "parent_id": None if org_id == "R" else "R", "unit_id": unit,
            "unit_name": f"单位 {unit}", "members": 20, "dissolved": False,
            **self.facts.get(org_id, {}),
        }


def _result(r: Row) -> dict[str, Any]:
    return {
        "subject": r.subject, "requirement": r.requirement, "document": r.document, "version": "2022-01-01",
        "verdict": r.verdict, "observed": r.judged, "required": 1.0, "unit": "次", "period": str(r.year),
        "judged": r.judged, "met": r.count("met"), "missed": r.count("missed"), "open": r.count("open"), "unknown": 0,
        "doubt": 0, "period_kind": r.kind, "met_mask": r.mask("met"), "missed_mask": r.mask("missed"),
        "open_mask": r.mask("open"), "reason": r.reason,
    }


def _evidence(r: Row) -> list[dict[str, Any]]:
    labels = [(u, "missed") for u in r.units]
    if r.kind == "event":
        labels += [
            (u, status) for status in ("missed", "met", "open") for u in
            (() if isinstance(getattr(r, status), int) else getattr(r, status))
        ]
    if isinstance(r.dated, date):
        labels.append(("现状", ""))
    return [
        {
            "subject": r.subject, "requirement": r.requirement, "unit_label": label, "table_name": "case_steps",
            "source_id": 1, "source_row": n + 2, "label": label, "counted": True, "status": status,
            "dated_on": r.dated if isinstance(r.dated, date) else (r.dated or {}).get(label, date(r.year, 1, 10)),
        }
        for n, (label, status) in enumerate(labels)
    ]


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
