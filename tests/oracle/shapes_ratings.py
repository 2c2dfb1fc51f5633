"""Shapes about grades: those that may not be given, and those given year after year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting, event_state
from .facts import Facts, Row, terms
from .shapes_cases import new_answer, process_occurs, step_occurs
from .shapes_coverage import rating_occurs


def ratings_of(f: Facts, org_id: str, kinds: Any) -> list[Row]:
    return [r for kind in dict.fromkeys(terms(kinds)) for r in f.ratings.get((org_id, kind), ())]


def capped_available(f: Facts, k: dict[str, Any]) -> bool:
    trigger = process_occurs(f, k) if k.get("process") else rating_occurs(f, k["given_rating"])
    return trigger and rating_occurs(f, k["rating"])


def grade_capped(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    kinds = [*terms(k["rating"]), *terms(k.get("given_rating"))]
    answer = Answer(doubt=f.count_rejected([s.org], "ratings", kinds))
    if k.get("process"):
        answer.doubt += f.count_rejected([s.org], "case_steps", k["process"])
        rows = f.steps.get((s.org, k["process"]), ())
        triggers = [r for r in rows if r["step"] in terms(k["step"]) and s.counts(r["done_on"])]
    else:
        given = ratings_of(f, s.org, k["given_rating"])
        triggers = [r for r in given if r["period"] == s.year and r["grade"] in terms(k["given_grades"])]
    rated = [
        r for r in ratings_of(f, s.org, k["rating"])
        if r["period"] == s.year and (r["rated_on"] is None or r["rated_on"] >= s.start)
    ]
    for rating in rated:
        if any(concerns(t, rating) for t in triggers):
            answer.add(UNKNOWN if rating["grade"] is None else MET if rating["grade"] in terms(k["grades"]) else MISSED)
    for trigger in triggers:
        if not any(concerns(trigger, r) for r in rated):
            answer.add(OPEN)
    return answer.judge_missed()


def concerns(one: Row, other: Row) -> bool:
    """Both name the same person, or one of them names nobody."""
    return not one["person_id"] or not other["person_id"] or one["person_id"] == other["person_id"]


def streak_available(f: Facts, k: dict[str, Any]) -> bool:
    if not rating_occurs(f, k["rating"]):
        return False
    graded = any(r["kind"] in terms(k["rating"]) and r["grade"] in terms(k["grade"]) for r in f.rows["ratings"])
    return not k.get("process") or not graded or step_occurs(f, k, k["step"])


def rating_streak(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k) if k.get("process") else Answer(doubt=f.count_rejected([s.org], "posts", k["role"]))
    answer.doubt += f.count_rejected([s.org], "ratings", k["rating"])
    graded: dict[str | None, dict[int, Row]] = {}
    for row in ratings_of(f, s.org, k["rating"]):
        if row["grade"] not in terms(k["grade"]):
            continue
        if row["person_id"] or (k["years"] == 1 and k.get("process")):
            graded.setdefault(row["person_id"], {})[row["period"]] = row
        elif row["period"] in (s.year, s.year - 1):
            answer.add(UNKNOWN)
    for person, by_year in graded.items():
        for year, row in by_year.items():
            if any(year - back not in by_year for back in range(k["years"])):
                continue
            trigger = row["rated_on"] or date(year, 12, 31)
            due = trigger + timedelta(days=k["within_days"])
            known, done = followed(f, s, k, row, year) if k.get("process") else left_post(f, s, k, person)
            unit = event_state(trigger, due, done, s)
            if unit:
                answer.add(*unit if known else (UNKNOWN,))
    return answer.judge_largest()


def left_post(f: Facts, s: Setting, k: dict[str, Any], person: str | None) -> tuple[bool, date | None]:
    """Whether the person is known to have had the post, and when the last such post ended (None while one is held)."""
    posts = [p for p in f.posts_of(s.org, k["role"]) if p["person_id"] == person]
    if any(p["ended_on"] is None or p["ended_on"] > s.as_of for p in posts):
        return True, None
    return bool(posts), max((p["ended_on"] for p in posts), default=None)


def followed(f: Facts, s: Setting, k: dict[str, Any], rating: Row, year: int) -> tuple[bool, date | None]:
    """When the first step followed that concerns the person rated, from the beginning of the rated year on."""
    days = [
        r["done_on"] for r in f.steps.get((s.org, k["process"]), ())
        if r["step"] in terms(k["step"]) and r["done_on"] >= date(year, 1, 1) and concerns(r, rating)
    ]
    return True, min(days, default=None)
