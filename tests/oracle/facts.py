"""What the oracle knows at ``as_of``: rows that exist on that day, indexed by organisation.

"Facts" in docs/verdicts.md: a row dated or recorded after ``as_of`` does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

Row = dict[str, Any]

#: The column that dates a row; ``as_of`` decides whether the row exists.
DATED_BY = {
    "people": "since", "posts": "started_on", "activities": "held_on", "case_steps": "done_on",
    "measures": "as_of", "ratings": "rated_on", "exemptions": "since",
}


def terms(value: Any) -> list[Any]:
    """One term or a list of terms, always as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def share_a_term(wanted: Any, carried: Any) -> bool:
    """Whether a row carries at least one of the wanted tags; nothing wanted is always met."""
    return not wanted or any(t in terms(carried) for t in terms(wanted))


def running(row: Row, day: date, begins: str, ends: str) -> bool:
    """``begins`` on or before ``day`` (or empty) and ``ends`` empty or after it."""
    return (row[begins] is None or row[begins] <= day) and (row[ends] is None or row[ends] > day)


class Facts:
    """The rows that exist at ``as_of``, by organisation."""

    def __init__(self, tables: dict[str, list[Row]], as_of: date) -> None:
        self.as_of = as_of
        self.rows: dict[str, list[Row]] = {}
        for name, column in DATED_BY.items():
            self.rows[name] = [r for r in tables.get(name) or [] if self._exists(r, column)]
        self.rows["dues"] = list(tables.get("dues") or [])
        # one that repeats an accepted row tells nothing
        self.rows["rejected"] = [r for r in tables.get("rejected") or [] if not r["duplicate"]]
        self.organizations: dict[str, Row] = {r["org_id"]: r for r in tables["organizations"]}
        self.children: dict[str, list[str]] = defaultdict(list)
        for org in self.organizations.values():
            self.children[org["parent_id"]].append(org["org_id"])
        self._index()

    def _exists(self, row: Row, column: str) -> bool:
        for date_column in (column, "recorded_on"):
            day = row.get(date_column)
            if day is not None and day > self.as_of:
                return False
        return True

    def _index(self) -> None:
        self.posts = _by(self.rows["posts"], "org_id")
        self.people = _by(self.rows["people"], "org_id")
        self.person_rows = _by(self.rows["people"], "person_id")
        self.dues = _by(self.rows["dues"], "org_id")
        self.ratings = _by(self.rows["ratings"], "org_id", "kind")
        self.measures = _by(self.rows["measures"], "org_id", "measure")
        self.rejected = _by(self.rows["rejected"], "org_id", "table_name")
        self.exemptions = _by(self.rows["exemptions"], "org_id", "requirement")
        self.held = _by(self.rows["activities"], "org_id", "kind")
        self.attended = _by(self.rows["activities"], "person_id", "kind")
        self.kinds_held = _by(self.rows["activities"], "kind")
        self.steps = _by(self.rows["case_steps"], "org_id", "process")
        self.process_rows = _by(self.rows["case_steps"], "process")
        self._cases: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def activities(self, org_id: str, kinds: Any, tags: Any = None) -> list[Row]:
        """Activities of the organisation of these kinds that carry one of the tags."""
        return [a for k in terms(kinds) for a in self.held.get((org_id, k), ()) if share_a_term(tags, a["tags"])]

    def activities_of_person(self, person_id: str, kinds: Any, tags: Any = None) -> list[Row]:
        """Activities with this person, whoever held them."""
        return [a for k in terms(kinds) for a in self.attended.get((person_id, k), ()) if share_a_term(tags, a["tags"])]

    def cases(self, org_id: str, process: str) -> dict[str, list[Row]]:
        """Rows of each case of the organisation in this process."""
        key = (org_id, process)
        if key not in self._cases:
            cases: dict[str, list[Row]] = defaultdict(list)
            for row in self.steps.get(key, ()):
                cases[row["case_id"]].append(row)
            self._cases[key] = dict(cases)
        return self._cases[key]

    def below(self, org_id: str) -> list[str]:
        """Organisations below this one, at any depth."""
        found, todo = [], list(self.children.get(org_id, ()))
        while todo:
            org = todo.pop()
            found.append(org)
            todo.extend(self.children.get(org, ()))
        return found

    def stands(self, org_id: str, day: date) -> bool:
        """Established and not dissolved on ``day``."""
        return running(self.organizations[org_id], day, "established_on", "dissolved_on")

    def count_rejected(self, orgs: list[str], table: str, kinds: Any) -> int:
        """Rejected rows of these organisations whose kind is empty or one of ``kinds``."""
        rows = [r for org in orgs for r in self.rejected.get((org, table), ())]
        return sum(1 for r in rows if r["kind"] is None or r["kind"] in terms(kinds))


def _by(rows: list[Row], *columns: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[columns[0]] if len(columns) == 1 else tuple(row[c] for c in columns)].append(row)
    return found


def first_date(rows: list[Row], steps: Any, tags: Any = None) -> date | None:
    """Earliest ``done_on`` of any of these steps (with one of the tags) among the rows of a case."""
    wanted = terms(steps)
    days = [r["done_on"] for r in rows if r["step"] in wanted and share_a_term(tags, r["tags"])]
    return min(days) if days else None


def year_of(activity: Row) -> int:
    """The year a yearly rule counts the activity to."""
    return activity["year_of"] if activity["year_of"] is not None else activity["held_on"].year
