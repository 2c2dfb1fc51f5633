"""What the oracle knows at ``as_of``: rows that exist on that day, indexed by organisation.

"Facts" in docs/verdicts.md: a row dated or recorded after ``as_of`` does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

Row = dict[str, Any]

#: The column that dates a row; ``as_of`` decides whether the row exists.
DATED_BY = {
    "people": "since", "posts": "started_on", "activities": "held_on", "participations": "held_on",
    "case_steps": "done_on", "measures": "as_of", "ratings": "rated_on", "checklist": "checked_on",
    "permissions": "held_on", "exemptions": "since",
}


def terms(value: Any) -> Any:
    """One term or a list of terms, always as a list."""
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def share_a_term(wanted: Any, carried: Any) -> bool:
    """Whether a row carries at least one of the wanted tags; nothing wanted is always met."""
    if not wanted:
        return True
    if not carried:
        return False
    carried = carried if isinstance(carried, list) else (carried,)
    return wanted in carried if isinstance(wanted, str) else not set(wanted).isdisjoint(carried)


def running(row: Row, day: date, begins: str, ends: str) -> bool:
    """``begins`` on or before ``day`` (or empty) and ``ends`` empty or after it."""
    return (row[begins] is None or row[begins] <= day) and (row[ends] is None or row[ends] > day)


class Case:
    """The rows of one case, by step."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.by_step: dict[str, list[Row]] = {}

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.by_step.setdefault(row["step"], []).append(row)

    def named(self, steps: Any, tags: Any = None) -> list[Row]:
        """Rows of any of these steps that carry one of the tags."""
        if isinstance(steps, str) and not tags:
            return self.by_step.get(steps, [])
        return [r for step in dict.fromkeys(terms(steps)) for r in self.by_step.get(step, ())
                if share_a_term(tags, r["tags"])]

    def first(self, steps: Any, tags: Any = None) -> date | None:
        """Earliest ``done_on`` of any of these steps (with one of the tags)."""
        return min((r["done_on"] for r in self.named(steps, tags)), default=None) if steps else None


class Facts:
    """The rows that exist at ``as_of``, by organisation."""

    def __init__(self, tables: dict[str, list[Row]], as_of: date) -> None:
        self.as_of = as_of
        self.rows: dict[str, list[Row]] = {}
        for name, column in DATED_BY.items():
            self.rows[name] = [r for r in tables.get(name) or [] if self._exists(r, column)]
        self.rows["dues"] = list(tables.get("dues") or [])
        self.rows["indicators"] = list(tables.get("indicators") or [])
        # one that repeats an accepted row tells nothing
        self.rows["rejected"] = [r for r in tables.get("rejected") or [] if not r["duplicate"]]
        self.organizations: dict[str, Row] = {r["org_id"]: r for r in tables["organizations"]}
        self.children: dict[str, list[str]] = defaultdict(list)
        for org in self.organizations.values():
            self.children[org["parent_id"]].append(org["org_id"])
        self._index()

    def _exists(self, row: Row, column: str) -> bool:
        day, recorded = row[column], row.get("recorded_on")
        return (day is None or day <= self.as_of) and (recorded is None or recorded <= self.as_of)

    def _index(self) -> None:
        self.posts = _by(self.rows["posts"], "org_id", "role")
        self.posts_anywhere = _by(self.rows["posts"], "person_id", "role")
        self.people = _by(self.rows["people"], "org_id")
        self.person_rows = _by(self.rows["people"], "person_id")
        self.dues = _by(self.rows["dues"], "org_id")
        self.ratings = _by(self.rows["ratings"], "org_id", "kind")
        self.ratings_of_person = _by(self.rows["ratings"], "person_id", "kind")
        self.measures = _by(self.rows["measures"], "org_id", "measure")
        self.rejected = _by(self.rows["rejected"], "org_id", "table_name")
        self.exemptions = _by(self.rows["exemptions"], "org_id", "requirement")
        self.permissions = _by(self.rows["permissions"], "org_id", "requirement")
        self.checklist = _by(self.rows["checklist"], "org_id", "requirement")
        self.held = _by(self.rows["activities"], "org_id", "kind")
        self.held_with = _by(self.rows["activities"], "person_id", "kind")
        self.kinds_held = _by(self.rows["activities"], "kind")
        self.present: dict[tuple[str, str], dict[date, list[Row]]] = {}
        for row in self.rows["participations"]:
            self.present.setdefault((row["org_id"], row["kind"]), {}).setdefault(row["held_on"], []).append(row)
        self.steps = _by(self.rows["case_steps"], "org_id", "process")
        self.process_rows = _by(self.rows["case_steps"], "process")
        self.step_rows = _by(self.rows["case_steps"], "process", "step")
        self._cases: dict[tuple[str, str], list[Case]] = {}
        self._below: dict[str, list[str]] = {}

    @cached_property
    def roles(self) -> set[str]:
        return {p["role"] for p in self.rows["posts"]}

    @cached_property
    def rating_kinds(self) -> set[str]:
        return {r["kind"] for r in self.rows["ratings"]}

    @cached_property
    def measures_known(self) -> set[str]:
        return {r["measure"] for r in self.rows["measures"]}

    @cached_property
    def items(self) -> dict[str, list[str]]:
        """Items of the standard by level."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows["indicators"]:
            found[row["level"]].append(row["item"])
        return found

    def activities(self, org_id: str, kinds: Any, tags: Any = None) -> list[Row]:
        """Activities of the organisation of these kinds that carry one of the tags."""
        return _pick(self.held, org_id, kinds, tags)

    def activities_of_person(self, person_id: str, kinds: Any, tags: Any = None) -> list[Row]:
        """Activities with this person, whoever held them."""
        return _pick(self.held_with, person_id, kinds, tags)

    def posts_of(self, org_id: str, roles: Any) -> list[Row]:
        return _pick(self.posts, org_id, roles, None)

    def cases(self, org_id: str, process: str) -> list[Case]:
        """The cases of the organisation in this process."""
        key = (org_id, process)
        found = self._cases.get(key)
        if found is None:
            cases: dict[str, Case] = {}
            for row in self.steps.get(key, ()):
                cases.setdefault(row["case_id"], Case()).add(row)
            found = self._cases[key] = list(cases.values())
        return found

    def below(self, org_id: str) -> list[str]:
        """Organisations below this one, at any depth."""
        if org_id not in self._below:
            found, todo = [], list(self.children.get(org_id, ()))
            while todo:
                org = todo.pop()
                found.append(org)
                todo.extend(self.children.get(org, ()))
            self._below[org_id] = found
        return self._below[org_id]

    def stands(self, org_id: str, day: date) -> bool:
        """Established and not dissolved on ``day``."""
        return running(self.organizations[org_id], day, "established_on", "dissolved_on")

    def count_rejected(self, orgs: Iterable[str], table: str, kinds: Any = ()) -> int:
        """Rejected rows of these organisations whose kind is empty or one of ``kinds``."""
        rows = [r for org in orgs for r in self.rejected.get((org, table), ())]
        return sum(1 for r in rows if r["kind"] is None or r["kind"] in terms(kinds))


def _pick(index: dict[Any, list[Row]], owner: str, kinds: Any, tags: Any) -> list[Row]:
    """Rows of the owner of any of the kinds, with one of the tags."""
    if isinstance(kinds, str) and not tags:
        return index.get((owner, kinds), [])
    return [r for k in dict.fromkeys(terms(kinds)) for r in index.get((owner, k), ())
            if not tags or share_a_term(tags, r["tags"])]


def _by(rows: list[Row], *columns: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        key = row[columns[0]] if len(columns) == 1 else (row[columns[0]], row[columns[1]])
        found.setdefault(key, []).append(row)
    return found


def year_of(activity: Row) -> int:
    """The year a yearly rule counts the activity to."""
    return activity["year_of"] if activity["year_of"] is not None else activity["held_on"].year
