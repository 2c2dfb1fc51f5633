"""People, their posts, and where they came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .days import add_months
from .facts import running, terms
from .zoo_shapes import PARTS

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)


def people(city: City) -> list[Row]:
    rows, rng, words = [], city.rng, city.words
    for org in city.orgs:
        for person in city.persons[org]:
            for _ in range(1 if city.chance(0.8) else 2):  # a former standing, or the same person elsewhere
                rows.append({
                    "person_id": person, "org_id": org if city.chance(0.93) else rng.choice(city.orgs),
                    "standing": "正式党员" if city.chance(0.75) else rng.choice(words.standings),
                    "categories": rng.choice([None, [], rng.sample(words.categories, 1), words.categories[:2]]),
                    "since": rng.choice([None, date(2012, 7, 1), date(2019, 7, 1), city.some_day()]),
                    "until": city.some_day() if city.chance(0.1) else None,
                })
    return rows


def posts(city: City) -> list[Row]:
    rows, rng = [], city.rng
    since = [add_months(city.ref, -12 * k["years"]) for k in city.asked("tenure")] or [date(2018, 3, 1)]
    several = [0, 1, 1, 1, 2, 2] if len(city.words.roles) < 7 else [0, 0, 1, 1, 2]
    for org in city.orgs:
        for role in city.words.roles:
            for _ in range(rng.choice(several)):
                started = rng.choice([date(2018, 3, 1), date(2020, 2, 29), date(city.year, 1, 1), date(2024, 6, 1)])
                if city.chance(0.2):
                    started = city.some_day()
                elif city.chance(0.2):
                    started = rng.choice(since) + rng.choice([-1, 0, 0, 1]) * DAY
                rows.append(post(city, org, role, city.person(org) or rng.choice(city.everyone), started))
                if city.chance(0.05):  # a second term that overlaps the first
                    rows.append(rows[-1] | {"started_on": started + 40 * DAY, "ended_on": None})
    for k in city.asked("post_qualified"):
        rows += also_held(city, k, rows)
    return rows


def post(city: City, org: str, role: str, person: str, started: date) -> Row:
    return {
        "person_id": person, "org_id": org, "role": role, "full_time": city.rng.choice([True, True, True, False, None]),
        "started_on": started, "ended_on": city.some_day() if city.chance(0.15) else None,
    }


def also_held(city: City, k: Row, rows: list[Row]) -> list[Row]:
    """For some of the organisations, the other post that holders of the post must have."""
    found = []
    good = {org for org in city.orgs if city.chance(0.5)}
    for row in rows:
        if row["role"] in terms(k["roles"]) and row["org_id"] in good:
            place = {"own": row["org_id"], "parent": city.org[row["org_id"]]["parent_id"]}.get(k["at"])
            place = place or city.rng.choice(city.orgs)
            found.append(post(city, place, city.rng.choice(terms(k["also"])), row["person_id"], date(2019, 1, 1)))
    return found


def participations(city: City) -> list[Row]:
    """Who came to the activities at which presence is asked: all, most, some, or nothing is said."""
    rows: list[Row] = []
    asked: dict[str, list[Row]] = {}
    for k in city.asked("attendance"):
        for kind in terms(k["activity"]):
            asked.setdefault(kind, []).append(k)
    people: dict[str, list[Row]] = {}
    for row in city.tables["people"]:
        people.setdefault(row["org_id"], []).append(row)
    held = {(a["org_id"], a["kind"], a["held_on"]) for a in city.tables["activities"] if a["kind"] in asked}
    habits: dict[tuple[str, str], tuple[float, float]] = {}
    for org, kind, day in sorted(held):
        if (org, kind) not in habits:
            habits[org, kind] = city.rng.choice([1.0, 1.0, 0.98, 0.7]), city.rng.choice([0, 0, 0, 0.2])
        diligence, silence = habits[org, kind]
        if day.year == city.year and not city.chance(silence):
            rows += came(city, org, kind, day, asked[kind], people, diligence)
    return rows


def came(
    city: City, org: str, kind: str, day: date, asked: list[Row], people: dict[str, list[Row]], diligence: float,
) -> list[Row]:
    persons = {p for k in asked for p in expected(city, org, day, k, people)}
    persons = {p for p in sorted(persons) if city.chance(diligence)}
    if city.chance(0.3):
        persons.add(city.person(org) or city.rng.choice(city.everyone))
    parts = list(dict.fromkeys(p for k in asked for p in terms(k.get("parts")))) * 8 + PARTS
    return [
        {"org_id": org, "kind": kind, "held_on": day, "person_id": person, "part": city.rng.choice(parts)}
        for person in sorted(persons)
    ]


def expected(city: City, org: str, day: date, k: Row, people: dict[str, list[Row]]) -> list[str]:
    """Persons whose presence the requirement asks for."""
    if k.get("roles"):
        where = city.children[org] if k.get("posts_in") else [org]
        meant = [p for o in where for p in city.holders(o, k["roles"]) if running(p, day, "started_on", "ended_on")]
    else:
        meant = [p for p in people.get(org, ()) if running(p, day, "since", "until")]
    return [p["person_id"] for p in meant]
