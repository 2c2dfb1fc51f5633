"""Shapes about activities and ratings of organisations: one function a shape, in the order of docs/verdicts.md."""

from __future__ import annotations

from datetime import date
from typing import Any

from .answers import MET, MISSED, OPEN, Answer, Setting
from .days import MONTHS_IN, day_of_year, elapsed_months, periods
from .facts import Facts, Row, running, share_a_term, terms, year_of


def kind_occurs(f: Facts, k: dict[str, Any]) -> bool:
    """Some activity of the kind (and tags) exists; where hours count, one that states them; and the role occurs."""
    rows = [a for kind in terms(k["activity"]) for a in f.kinds_held.get(kind, ())]
    if k.get("measure") == "hours":
        rows = [a for a in rows if a["hours"] is not None]
    if k.get("by_role") and not role_occurs(f, k["by_role"]):
        return False
    return any(share_a_term(k.get("tags"), a["tags"]) for a in rows)


def role_occurs(f: Facts, roles: Any) -> bool:
    return any(p["role"] in terms(roles) for p in f.rows["posts"])


def held_role(f: Facts, org_id: str, person_id: str, roles: Any, day: date) -> bool:
    """The person holds one of the roles in the organisation on this day."""
    return any(
        p["person_id"] == person_id and p["role"] in terms(roles) and running(p, day, "started_on", "ended_on")
        for p in f.posts.get(org_id, ())
    )


def has_tags(activity: Row, tags: Any, tells: bool) -> bool | None:
    """Whether the activity carries one of the tags asked for; None: it carries none, and its ledger never ``tells``."""
    if tags and not terms(activity["tags"]) and not tells:
        return None
    return share_a_term(tags, activity["tags"])


def by_holder(f: Facts, org_id: str, activity: Row, roles: Any) -> bool | None:
    """Whether somebody in one of the roles held the activity; None when it names nobody."""
    if roles and activity["person_id"] is None:
        return None
    return not roles or held_role(f, org_id, activity["person_id"], roles, activity["held_on"])


def activity_count(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "activities", k["activity"]))
    minimum, maximum, by_role = k.get("minimum"), k.get("maximum"), k.get("by_role")
    if by_role:
        answer.doubt += f.count_rejected([s.org], "posts", by_role)
    rows = f.activities(s.org, k["activity"])
    tells = any(terms(a["tags"]) for a in rows)
    for first, last in periods(k["period"], s.year, s.parameters["two_year_cycle_start"]):
        if first < s.start or first > s.as_of:
            continue
        closed = last <= s.as_of
        if k["period"] == "year":
            held = [a for a in rows if year_of(a) == s.year]
        else:
            held = [a for a in rows if first <= a["held_on"] <= last]
        count = 0
        for activity in held:
            fits = [has_tags(activity, k.get("tags"), tells), by_holder(f, s.org, activity, by_role)]
            if False not in fits:  # what does not fit counts nowhere; what is silent may have counted
                count += None not in fits
                answer.doubt += None in fits
        if minimum is not None:
            if closed:
                answer.add(MET if count >= minimum else MISSED, count)
            elif count >= minimum:
                answer.add(MET)  # an open period is not judged
            else:
                answer.add(OPEN)
                expected = minimum * elapsed_months(first, last, s.as_of) // MONTHS_IN[k["period"]]
                answer.behind = minimum >= 2 and count < expected
        elif count > maximum:
            answer.add(MISSED, count)
        else:
            answer.add(MET if closed else OPEN, count)
    if answer.count(MET) or answer.count(MISSED):
        answer.behind = False
    return answer.judge_smallest() if minimum is not None else answer.judge_largest()


def done_by_date(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "activities", k["activity"]))
    if not s.whole_year:
        return answer
    due = day_of_year(k["by"], s.year)
    if k.get("carry_over"):
        due = day_of_year(k["carry_over"], s.year + 1)
    days = [a["held_on"] for a in f.activities(s.org, k["activity"], k.get("tags")) if year_of(a) == s.year]
    if k.get("opens"):
        days = [d for d in days if d >= day_of_year(k["opens"], s.year)]
    if days:
        first = min(days)
        answer.add(MET if first <= due else MISSED, (first - due).days)
    elif s.as_of > due:
        answer.add(MISSED, (s.as_of - due).days)
    else:
        answer.add(OPEN)
    return answer.judge_largest()


def members_to_cover(f: Facts, s: Setting, k: dict[str, Any]) -> set[str]:
    """The persons that must be covered."""
    if k.get("categories"):
        return {
            p["person_id"] for p in f.people.get(s.org, ())
            if p["standing"] == "正式党员" and share_a_term(k["categories"], p["categories"])
            and (p["since"] is None or p["since"] <= s.new_year) and (p["until"] is None or p["until"] > s.ref)
        }
    orgs = [s.org]
    if k.get("scope") == "subtree":
        orgs += [o for o in f.below(s.org) if f.stands(o, s.ref)]
    return {
        p["person_id"] for o in orgs for p in f.posts.get(o, ())
        if p["role"] in terms(k["roles"])
        and (not k.get("types") or f.organizations[o]["type"] in terms(k["types"]))
        and p["started_on"] <= s.new_year and (p["ended_on"] is None or p["ended_on"] > s.ref)
    }


def members_available(f: Facts, k: dict[str, Any]) -> bool:
    if k.get("categories"):
        known = any(share_a_term(k["categories"], p["categories"]) for p in f.rows["people"])
    else:
        known = role_occurs(f, k["roles"])
    return known and kind_occurs(f, k)


def members_doubt(f: Facts, s: Setting, k: dict[str, Any]) -> int:
    """Rejected rows that could have counted, and activities of the year that name nobody."""
    orgs = [s.org, *f.below(s.org)] if k.get("scope") == "subtree" else [s.org]
    doubt = f.count_rejected(orgs, "activities", k["activity"])
    if k.get("categories"):
        doubt += f.count_rejected(orgs, "people", k["categories"])
    else:
        doubt += f.count_rejected(orgs, "posts", k["roles"])
    of_year = [a for a in f.activities(s.org, k["activity"], k.get("tags")) if year_of(a) == s.year]
    return doubt + sum(1 for a in of_year if a["person_id"] is None)


def members_covered(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    members = members_to_cover(f, s, k)
    if not s.whole_year or not members:
        return Answer()
    answer, values = Answer(doubt=members_doubt(f, s, k)), []
    for person in members:
        rows = [a for a in f.activities_of_person(person, k["activity"], k.get("tags")) if year_of(a) == s.year]
        if k["measure"] == "hours":
            answer.doubt += sum(1 for a in rows if a["hours"] is None)
            values.append(sum(a["hours"] or 0 for a in rows))
        else:
            values.append(len(rows))
    smallest = min(values)
    if smallest >= k["minimum"]:
        answer.add(MET, smallest)
    elif s.year_closed:
        answer.add(MISSED, smallest)
    else:
        answer.add(OPEN)
        expected = k["minimum"] * elapsed_months(s.new_year, s.year_end, s.as_of) // 12
        answer.behind = k["minimum"] >= 2 and smallest < expected
    return answer.judge_smallest()


def ratings_available(f: Facts, k: dict[str, Any]) -> bool:
    return any(r["kind"] in terms(k["rating"]) for r in f.rows["ratings"])


def ratings_of(f: Facts, org_id: str, kinds: Any) -> list[Row]:
    return [r for kind in terms(kinds) for r in f.ratings.get((org_id, kind), ())]


def ratings_covered(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer()
    members = []
    for child in f.children.get(s.org, ()):
        born = f.organizations[child]["established_on"]
        if (born is None or born <= s.new_year) and f.stands(child, s.ref):
            if any(
                p["role"] in terms(k["role"]) and running(p, s.ref, "started_on", "ended_on")
                for p in f.posts.get(child, ())
            ):
                members.append(child)
    orgs = [s.org, *f.below(s.org)]
    answer.doubt = f.count_rejected(orgs, "ratings", k["rating"]) + f.count_rejected(orgs, "posts", k["role"])
    if not s.whole_year or not members:
        return answer
    covered = sum(1 for child in members if any(r["period"] == s.year for r in ratings_of(f, child, k["rating"])))
    share = 100 * covered / len(members)
    if covered == len(members):
        answer.add(MET, share)
    elif s.year_closed:
        answer.add(MISSED, share)
    else:
        answer.add(OPEN)
    return answer.judge_smallest()
