"""Shapes about who or what is covered: members, organisations, those who came; in the order of docs/verdicts.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from . import people
from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .days import elapsed_months
from .facts import Facts, Row, running, terms, year_of
from .shapes_activities import kind_occurs, of_kind

Span = tuple[date, date]
FIGURES = ("hours", "days")


def members_available(f: Facts, k: dict[str, Any]) -> bool:
    if not people.occur(f, k):
        return False
    if k.get("rating"):
        return rating_occurs(f, k["rating"])
    if k["measure"] in FIGURES:
        return any(a[k["measure"]] is not None for a in of_kind(f, k["activity"], k.get("tags")))
    return kind_occurs(f, k)


def rating_occurs(f: Facts, kinds: Any) -> bool:
    return any(kind in f.rating_kinds for kind in terms(kinds))


def members_to_cover(f: Facts, s: Setting, k: dict[str, Any]) -> set[str]:
    """The persons that must be covered."""
    since = s.ref - timedelta(days=k.get("grace_days") or 0) if k["period"] == "ever" else s.new_year
    orgs = [s.org]
    if k.get("scope") == "subtree":
        orgs += [o for o in f.below(s.org) if f.stands(o, s.ref)]
    if k.get("types"):
        orgs = [o for o in orgs if f.organizations[o]["type"] in terms(k["types"])]
    return set().union(*(people.through(f, o, k, since, s.ref) for o in orgs))


def span_around(s: Setting, k: dict[str, Any]) -> Span | None:
    """The days around the one of the audited year; None where none is given."""
    days = [d if isinstance(d, date) else date.fromisoformat(d) for d in terms(k["around"])]
    of_year = [d for d in days if d.year == s.year]
    if not of_year:
        return None
    return of_year[0] - timedelta(days=k["days_before"]), of_year[0] + timedelta(days=k["days_after"])


def in_span(rows: list[Row], s: Setting, k: dict[str, Any], span: Span | None) -> list[Row]:
    """Of activities (or ratings) those that count: of the span, of the year, or of any date."""
    if span is not None:
        return [r for r in rows if span[0] <= r["held_on"] <= span[1]]
    if k["period"] == "ever":
        return rows
    if k.get("rating"):
        return [r for r in rows if r["period"] == s.year]
    return [r for r in rows if year_of(r) == s.year]


def rows_with(f: Facts, person: str, k: dict[str, Any]) -> list[Row]:
    if k.get("rating"):
        return [r for kind in terms(k["rating"]) for r in f.ratings_of_person.get((person, kind), ())]
    return f.activities_of_person(person, k["activity"], k.get("tags"))


def rows_held(f: Facts, org: str, k: dict[str, Any]) -> list[Row]:
    if k.get("rating"):
        return [r for kind in terms(k["rating"]) for r in f.ratings.get((org, kind), ())]
    return f.activities(org, k["activity"], k.get("tags"))


def silent_rows(f: Facts, rows: list[Row], k: dict[str, Any]) -> list[Row]:
    """Of activities of the kind those without tags, of ledgers that never say of any of these what it was about."""
    if k.get("rating") or not k.get("tags"):
        return []
    return [
        r for r in rows if not r["tags"] and not any(a["tags"] for a in f.activities(r["org_id"], k["activity"]))
    ]


def members_doubt(f: Facts, s: Setting, k: dict[str, Any], span: Span | None) -> int:
    """Rejected rows that could have counted, and rows of the span that name nobody or say nothing of their subject."""
    orgs = [s.org, *f.below(s.org)] if k.get("scope") == "subtree" else [s.org]
    table, kinds = ("ratings", k["rating"]) if k.get("rating") else ("activities", k["activity"])
    unnamed = 0
    for org in orgs:
        rows = rows_held(f, org, k)
        if k.get("activity"):
            rows = [*rows, *silent_rows(f, f.activities(org, k["activity"]), k)]
        unnamed += sum(1 for r in in_span(rows, s, k, span) if r["person_id"] is None)
    return f.count_rejected(orgs, table, kinds) + people.rejected(f, orgs, k) + unnamed


def members_covered(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer, span = Answer(), span_around(s, k) if k.get("around") else None
    if span is not None and span[0] < s.start:
        return answer
    if span is None and k["period"] != "ever" and not s.whole_year:
        return answer
    members = members_to_cover(f, s, k)
    if not members:
        return answer
    if k.get("around") and span is None:
        answer.add(UNKNOWN)
        return answer
    answer.doubt = members_doubt(f, s, k, span)
    values = []
    for person in members:
        rows = in_span(rows_with(f, person, k), s, k, span)
        if k.get("activity"):
            silent = silent_rows(f, f.activities_of_person(person, k["activity"]), k)
            answer.doubt += len(in_span(silent, s, k, span))
        if k["measure"] == "count":
            values.append(len(rows))
            continue
        if k["measure"] in FIGURES:
            answer.doubt += sum(1 for a in rows if a[k["measure"]] is None)
        values.append(sum(a[k["measure"]] or 0 for a in rows))
    add_covered(answer, s, min(values) / (k.get("size") or 1), k, span)
    return answer.judge_smallest()


def add_covered(answer: Answer, s: Setting, smallest: float, k: dict[str, Any], span: Span | None) -> None:
    """The one unit of all members, by the one with the smallest value."""
    if k["period"] == "ever":
        answer.add_state(s, smallest >= k["minimum"], smallest)
    elif smallest >= k["minimum"]:
        answer.add(MET, smallest)
    elif s.as_of >= (span[1] if span else s.year_end):
        answer.add(MISSED, smallest)
    else:
        answer.add(OPEN)
        expected = k["minimum"] * elapsed_months(s.new_year, s.year_end, s.as_of) // 12
        answer.behind = span is None and k["minimum"] >= 2 and smallest < expected


def orgs_available(f: Facts, k: dict[str, Any]) -> bool:
    return rating_occurs(f, k["rating"]) if k.get("rating") else kind_occurs(f, k)


def orgs_covered(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    pool = {"own": [s.org], "children": f.children.get(s.org, []), "subtree": f.below(s.org)}[k["scope"]]
    orgs = [s.org] if k["scope"] == "own" else [s.org, *f.below(s.org)]
    table, kinds = ("ratings", k["rating"]) if k.get("rating") else ("activities", k["activity"])
    answer = Answer(doubt=f.count_rejected(orgs, table, kinds))
    if k.get("role"):
        answer.doubt += f.count_rejected(orgs, "posts", k["role"])
    members = [o for o in pool if to_be_covered(f, s, f.organizations[o], k)]
    if not s.whole_year or not members:
        return answer
    share = 100 * sum(1 for o in members if in_span(rows_held(f, o, k), s, k | {"period": "year"}, None)) / len(members)
    if share >= k["share"]:
        answer.add(MET, share)
    elif s.year_closed:
        answer.add(MISSED, share)
    else:
        answer.add(OPEN)
    return answer.judge_smallest()


def to_be_covered(f: Facts, s: Setting, org: Row, k: dict[str, Any]) -> bool:
    """Whether this organisation is one of those that must be rated or visited."""
    if k.get("types") and org["type"] not in terms(k["types"]):
        return False
    if org["established_on"] is not None and org["established_on"] > s.new_year:
        return False
    if org["dissolved_on"] is not None and org["dissolved_on"] <= s.ref:
        return False
    return not k.get("role") or any(
        running(p, s.ref, "started_on", "ended_on") for p in f.posts_of(org["org_id"], k["role"])
    )


def attendance_available(f: Facts, k: dict[str, Any]) -> bool:
    return people.occur(f, k) and any(p["kind"] in terms(k["activity"]) for p in f.rows["participations"])


def attendance(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    below = k.get("posts_in") == "children"
    orgs = [s.org, *f.below(s.org)] if below else [s.org]
    answer = Answer(doubt=f.count_rejected([s.org], "participations", k["activity"]) + people.rejected(f, orgs, k))
    if k["each"] == "person":
        attendance_of_members(f, s, k, answer)
        return answer.judge_smallest()
    for kind in dict.fromkeys(terms(k["activity"])):
        held = {a["held_on"] for a in f.held.get((s.org, kind), ()) if year_of(a) == s.year}
        for day in held:
            if day < s.start:
                continue
            where = children_asked(f, s.org, k) if below else (s.org,)
            members = set().union(*(people.on_day(f, org, k, day) for org in where))
            if not members:
                continue
            rows = f.present.get((s.org, kind), {}).get(day)
            if not rows:
                answer.add(UNKNOWN)
                continue
            share = 100 * len(members & {p["person_id"] for p in rows if took_part(p, k)}) / len(members)
            answer.add(MET if share >= k["minimum"] else MISSED, share)
    return answer.judge_smallest()


def children_asked(f: Facts, org_id: str, k: dict[str, Any]) -> list[str]:
    """The organisations directly below whose posts are meant."""
    children = f.children.get(org_id, ())
    return [o for o in children if not k.get("types") or f.organizations[o]["type"] in terms(k["types"])]


def took_part(row: Row, k: dict[str, Any]) -> bool:
    return not k.get("parts") or row["part"] in terms(k["parts"])


def attendance_of_members(f: Facts, s: Setting, k: dict[str, Any], answer: Answer) -> None:
    """One unit, the year: every member came to so many of the days."""
    members = people.through(f, s.org, k, s.new_year, s.ref) if s.whole_year else None
    if not members:
        return
    days: dict[str, set[date]] = {}
    sheets = 0
    for kind in terms(k["activity"]):
        for day, rows in f.present.get((s.org, kind), {}).items():
            for row in rows if s.in_year(day) else ():
                sheets += 1
                if took_part(row, k):
                    days.setdefault(row["person_id"], set()).add(day)
    smallest = min(len(days.get(person, ())) for person in members)
    if smallest >= k["minimum"]:
        answer.add(MET, smallest)
    elif s.year_closed and not sheets:
        answer.add(UNKNOWN)
    elif s.year_closed:
        answer.add(MISSED, smallest)
    else:
        answer.add(OPEN)

