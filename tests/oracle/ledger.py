"""A ledger of one organisation for examples worked by hand, filled row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from .oracle import judge

SUITES = Path(__file__).parents[2] / "expectations"
D = date.fromisoformat
EMPTY: dict[str, dict[str, Any]] = {
    "organizations": dict.fromkeys(
        ["name", "short_name", "parent_id", "sector", "level", "adopts", "flags", "has_committee", "established_on",
         "dissolved_on"]
    ),
    "people": {"standing": "正式党员", "categories": None, "since": None, "until": None},
    "posts": {"full_time": None, "started_on": D("2020-01-01"), "ended_on": None},
    "activities": dict.fromkeys(["activity_id", "person_id", "tags", "hours", "quantity", "year_of", "recorded_on"]),
    "case_steps": {"case_id": "C1", "person_id": None, "value": None, "tags": None, "recorded_on": None},
    "measures": {},
    "ratings": {"person_id": "甲", "kind": "述职评议", "grade": "差", "rated_on": None},
    "dues": {"person_id": "甲", "due": 10.0, "paid": None, "paid_on": None, "reason": None},
    "exemptions": {"reason": "试验", "approved_by": "试验"},
    "rejected": {"kind": None, "duplicate": None},
}


class Ledger(dict):
    """Tables of one organisation ``O1``, filled row by row; absent columns are empty."""

    def __init__(self, type: str, **traits: Any) -> None:
        super().__init__({name: [] for name in EMPTY})
        self.add("organizations", type=type, **traits)

    def add(self, table: str, **row: Any) -> Ledger:
        row = {"org_id": "O1", **EMPTY[table], **row}
        self[table].append({k: D(v) if isinstance(v, str) and v[:2] == "20" else v for k, v in row.items()})
        return self

    def held(self, kind: str, *days: str, **row: Any) -> Ledger:
        for day in days:
            self.add("activities", kind=kind, held_on=day, **row)
        return self

    def step(self, process: str, step: str, *days: str, **row: Any) -> Ledger:
        for day in days:
            self.add("case_steps", process=process, step=step, done_on=day, **row)
        return self

    def verdict(self, requirement: str, as_of: str, year: int | None = None) -> tuple[str, Any]:
        found = judge(self, SUITES, D(as_of), year)["O1", requirement]
        return found["verdict"], found["judged"]

    def doubt(self, requirement: str, as_of: str) -> int:
        return judge(self, SUITES, D(as_of))["O1", requirement]["doubt"]

    def counts(self, requirement: str, as_of: str) -> tuple[int, int, int, int]:
        found = judge(self, SUITES, D(as_of))["O1", requirement]
        return found["met"], found["missed"], found["open"], found["unknown"]
