"""A ledger of one organisation for examples worked by hand, filled row by row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from .answers import Answer, Setting
from .facts import Facts
from .oracle import SHAPES, Demand, decide, judge

SUITES = Path(__file__).parents[2] / "expectations"
D = date.fromisoformat
EMPTY: dict[str, dict[str, Any]] = {
    "organizations": dict.fromkeys(
        ["name", "short_name", "parent_id", "sector", "level", "adopts", "flags", "has_committee", "established_on",
         "dissolved_on"]
    ),
    "people": {"standing": "正式党员", "categories": None, "since": None, "until": None},
    "posts": {"full_time": None, "started_on": D("2020-01-01"), "ended_on": None},
    "activities": dict.fromkeys(
        ["activity_id", "person_id", "tags", "hours", "days", "quantity", "year_of", "chair_id", "minutes",
         "noticed_on", "approved_on", "recorded_on"]
    ),
    "participations": {"part": "参加"},
    "case_steps": {"case_id": "C1", "person_id": None, "value": None, "tags": None, "recorded_on": None},
    "measures": {},
    "ratings": {"person_id": "甲", "kind": "述职评议", "grade": "差", "rated_on": None},
    "dues": {
        "person_id": "甲", "due": 10.0, "paid": None, "paid_on": None, "reason": None, "payer": None,
        "consented_on": None,
    },
    "indicators": {"aspect": "组织设置", "level": "基本", "text": None},
    "checklist": {"checked_by": None, "note": None},
    "permissions": {"reason": "试验", "approved_by": "试验"},
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
        self[table].append(
            {k: D(v) if isinstance(v, str) and len(v) == 10 and v[:2] == "20" else v for k, v in row.items()}
        )
        return self

    def held(self, kind: str, *days: str, **row: Any) -> Ledger:
        for day in days:
            self.add("activities", kind=kind, held_on=day, **row)
        return self

    def step(self, process: str, step: str, *days: str, **row: Any) -> Ledger:
        for day in days:
            self.add("case_steps", process=process, step=step, done_on=day, **row)
        return self

    def judged(self, requirement: str, as_of: str, year: int | None = None) -> dict[str, Any]:
        """What the oracle says of ``O1`` under a requirement of the real suites."""
        document = next(d.name for d in SUITES.iterdir() if requirement.startswith(d.name))
        return judge(self, SUITES, D(as_of), year, [document])["O1", requirement]

    def verdict(self, requirement: str, as_of: str, year: int | None = None) -> tuple[str, Any]:
        found = self.judged(requirement, as_of, year)
        return found["verdict"], found["judged"]

    def doubt(self, requirement: str, as_of: str) -> int:
        return self.judged(requirement, as_of)["doubt"]

    def counts(self, requirement: str, as_of: str) -> tuple[int, int, int, int]:
        found = self.judged(requirement, as_of)
        return found["met"], found["missed"], found["open"], found["unknown"]

    def asked(self, shape: str, as_of: str = "2026-12-31", year: int | None = None, **given: Any) -> Asked:
        """What the oracle says of ``O1`` under a single entry of this shape with the arguments ``given``.

        Of the arguments ``begins`` (2021-01-01) is when the document takes effect; ``grace`` (6) the months of new
        organisations.
        """
        return Asked(self, shape, D(as_of), year, given)


class Asked:
    """The answer to one entry that stands in no suite: verdict, judged value, counts, doubt."""

    def __init__(self, ledger: Ledger, shape: str, as_of: date, year: int | None, given: dict[str, Any]) -> None:
        begins = D(given.pop("begins", "2021-01-01"))
        parameters = {"new_organization_grace_months": given.pop("grace", 6), "two_year_cycle_start": 2022}
        kwargs = {"requirement": "R", **given}
        facts, subject = Facts(ledger, as_of), ledger["organizations"][0]
        year = year or as_of.year
        start = max(begins, subject["established_on"] or begins)
        setting = Setting(as_of, year, min(as_of, date(year, 12, 31)), start, subject, parameters)
        is_available, units_of = SHAPES[f"expect_{shape}"]
        available = is_available(facts, kwargs)
        answer = units_of(facts, setting, kwargs) if available else Answer()
        demand = Demand("R", "local", begins, f"expect_{shape}", kwargs, "", prompt=False)
        self.verdict = decide(facts, setting, demand, answer, available, dissolved=False)
        self.judged, self.doubt = answer.judged, answer.doubt
        self.counts = tuple(answer.count(state) for state in ("met", "missed", "open", "unknown"))

    def __eq__(self, other: object) -> bool:
        """Compared with (verdict, judged value)."""
        return (self.verdict, self.judged) == other

    def __repr__(self) -> str:
        return f"{self.verdict}, judged {self.judged}, {self.counts} met, missed, open, unknown, doubt {self.doubt}"
