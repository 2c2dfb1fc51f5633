"""Shapes about what an organisation held: one function a shape, in the order of docs/verdicts.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .days import MONTHS_IN, day_of_year, elapsed_months, period_written, periods
from .facts import Facts, Row, share_a_term, terms, year_of
from .people import held_role, role_occurs

Span = tuple[date, date]


def of_kind(f: Facts, kinds: Any, tags: Any = None) -> Iterator[Row]:
    """Every activity of the data set of these kinds, with one of the tags."""
    return (a for kind in terms(kinds) for a in f.kinds_held.get(kind, ()) if share_a_term(tags, a["tags"]))


def kind_occurs(f: Facts, k: dict[str, Any]) -> bool:
    """Some activity of the kind (and tags) exists."""
    return any(True for _ in of_kind(f, k["activity"], k.get("tags")))


def kind_and_holder_occur(f: Facts, k: dict[str, Any]) -> bool:
    return kind_occurs(f, k) and (not k.get("by_role") or role_occurs(f, k["by_role"]))


def has_tags(activity: Row, tags: Any, tells: bool) -> bool | None:
    """Whether the activity carries one of the tags asked for; None: it carries none, and its ledger never ``tells``."""
    if tags and not activity["tags"] and not tells:
        return None
    return share_a_term(tags, activity["tags"])


def by_holder(f: Facts, org_id: str, activity: Row, roles: Any) -> bool | None:
    """Whether somebody in one of the roles held the activity; None when it names nobody."""
    if roles and activity["person_id"] is None:
        return None
    return not roles or held_role(f, org_id, activity["person_id"], roles, activity["held_on"])


def permitted(f: Facts, s: Setting, k: dict[str, Any]) -> dict[date, list[Span]]:
    """Days on which the organisation was allowed to make up for a period, and which ("Permission to meet later")."""
    found: dict[date, list[Span]] = {}
    for row in f.permissions.get((s.org, k["requirement"]), ()):
        span = period_written(row["period"], k["period"], s.parameters["two_year_cycle_start"])
        if span is not None and row["held_on"] > span[1]:
            found.setdefault(row["held_on"], []).append(span)
    return found


def activities_of(
    rows: list[Row], span: Span, s: Setting, k: dict[str, Any], later: dict[date, list[Span]]
) -> list[Row]:
    """The activities that belong to the period."""
    first, last = span
    if k["period"] == "year":
        own = [a for a in rows if year_of(a) == s.year]
    else:
        own = [a for a in rows if first <= a["held_on"] <= last]
    if not later:
        return own
    moved = [a for a in rows if span in later.get(a["held_on"], ())]
    return [a for a in own if a["held_on"] not in later] + moved


def count_of(counted: list[Row], k: dict[str, Any]) -> float:
    """The count of a period, as ``count`` asks."""
    if k.get("count") == "tags":
        return sum(1 for tag in set(terms(k["tags"])) if any(tag in terms(a["tags"]) for a in counted))
    if k.get("count") == "quantity":
        return sum(1 if a["quantity"] is None else a["quantity"] for a in counted)
    return len(counted)


def activity_count(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "activities", k["activity"]))
    by_role = k.get("by_role")
    if by_role:
        answer.doubt += f.count_rejected([s.org], "posts", by_role)
    rows = f.activities(s.org, k["activity"])
    tells = any(a["tags"] for a in rows)
    later = permitted(f, s, k)
    for span in periods(k["period"], s.year, s.parameters["two_year_cycle_start"]):
        if span[0] < s.start or span[0] > s.as_of:
            continue
        counted = []
        for activity in activities_of(rows, span, s, k, later):
            fits = has_tags(activity, k.get("tags"), tells), by_holder(f, s.org, activity, by_role)
            if False not in fits:  # what does not fit counts nowhere; what is silent may have counted
                if None in fits:
                    answer.doubt += 1
                else:
                    counted.append(activity)
        add_period(answer, s, span, count_of(counted, k), k)
    if answer.count(MET) or answer.count(MISSED):
        answer.behind = False
    return answer.judge_farthest_outside(k.get("minimum"), k.get("maximum"))


def add_period(answer: Answer, s: Setting, span: Span, count: float, k: dict[str, Any]) -> None:
    """One period: its state, and its count where it is judged."""
    minimum, maximum = k.get("minimum"), k.get("maximum")
    closed = span[1] <= s.as_of
    if maximum is not None and count > maximum:
        answer.add(MISSED, count)
    elif minimum is not None and count < minimum:
        answer.add(MISSED if closed else OPEN, count)
        expected = minimum * elapsed_months(*span, s.as_of) // MONTHS_IN[k["period"]]
        answer.behind = answer.behind or (not closed and minimum >= 2 and count < expected)
    elif closed:
        answer.add(MET, count)
    else:
        answer.add(MET if maximum is None else OPEN)  # an open period is not judged


def done_by_date(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "activities", k["activity"]))
    if not s.whole_year:
        return answer
    due = day_of_year(k["by"], s.year)
    if k.get("carry_over"):
        due = day_of_year(k["carry_over"], s.year + 1)
    days = [a["held_on"] for a in f.activities(s.org, k["activity"], k.get("tags")) if year_of(a) == s.year]
    if k.get("opens"):
        opens = day_of_year(k["opens"], s.year)
        days = [d for d in days if d >= opens]
    if days:
        first = min(days)
        answer.add(MET if first <= due else MISSED, (first - due).days)
    elif s.as_of > due:
        answer.add(MISSED, (s.as_of - due).days)
    else:
        answer.add(OPEN)
    return answer.judge_largest()


def each_available(f: Facts, k: dict[str, Any]) -> bool:
    if not kind_occurs(f, k):
        return False
    rows = of_kind(f, k["activity"])  # whatever else they are about
    if k.get("carries"):
        return any(share_a_term(k["carries"], a["tags"]) for a in rows)
    if k.get("chaired_by"):
        return role_occurs(f, k["chaired_by"]) and any(a["chair_id"] is not None for a in rows)
    column = k.get("dated") or "minutes"
    return any(a[column] is not None for a in rows)


def each_activity(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "activities", k["activity"]))
    if k.get("chaired_by"):
        answer.doubt += f.count_rejected([s.org], "posts", k["chaired_by"])
    for activity in f.activities(s.org, k["activity"], k.get("tags")):
        if year_of(activity) == s.year and activity["held_on"] >= s.start:
            proper = properly_held(f, activity, k)
            answer.add(UNKNOWN if proper is None else MET if proper else MISSED)
    return answer.judge_missed()


def properly_held(f: Facts, activity: Row, k: dict[str, Any]) -> bool | None:
    """Whether the activity is as asked; None where the ledger says nothing of it."""
    if k.get("carries"):
        carried = terms(activity["tags"])
        return all(tag in carried for tag in terms(k["carries"])) if carried else None
    if k.get("chaired_by"):
        chair = activity["chair_id"]
        return None if chair is None else held_role(f, activity["org_id"], chair, k["chaired_by"], activity["held_on"])
    if k.get("dated"):
        day = activity[k["dated"]]
        return None if day is None else day <= activity["held_on"]
    return activity["minutes"]
