"""Ratings planned around the borders of the requirements to be judged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .facts import terms
from .plans_activities import members_of
from .plans_cases import step_row

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)


def rating(
    city: City, org: str, person: str | None, kind: str, period: int, grade: str | None, day: date | None
) -> Row:
    return {"org_id": org, "person_id": person, "kind": kind, "period": period, "grade": grade, "rated_on": day}


def ratings(city: City) -> list[Row]:
    rows: list[Row] = []
    streaks = city.asked("rating_streak")
    for k in city.asked("grade_capped"):
        rows += capped(city, k)
    for k in city.asked("members_covered"):
        rows += [
            rating(
                city,
                org,
                person,
                city.rng.choice(terms(k["rating"])),
                city.year,
                city.rng.choice(city.words.grades),
                None,
            )
            for person, org in (members_of(city, k).items() if k.get("rating") else ())
            if city.chance(0.9)
        ]
    for k in streaks:
        rows += [r for org in city.bound[k["requirement"]] if city.chance(0.5) for r in streak(city, org, k)]
    for kind in city.words.ratings:
        rows += of_kind(city, kind, [k["within_days"] for k in streaks] or [90])
    bare = {(org, kind) for org in city.orgs for kind in city.words.ratings if city.chance(0.25)}
    return [r for r in rows if r["period"] != city.year or (r["org_id"], r["kind"]) not in bare]


def of_kind(city: City, kind: str, within: list[int]) -> list[Row]:
    """Five years of ratings of most organisations: of somebody, of a leader, of the organisation itself."""
    rows, rng = [], city.rng
    covered = rng.choice([1.0, 0.9, 0.5])
    for org in city.orgs:
        grade, person = rng.choice(city.words.grades), city.person(org)
        leaders = [p["person_id"] for p in city.holders(org, city.words.roles)]
        if leaders and city.chance(0.8):
            person = rng.choice(leaders)
        for period in range(city.year - 4, city.year + 1):
            if not city.chance(covered if period == city.year else 0.85):
                continue
            rated_on = rng.choice([
                None, date(period, 12, 31), date(period + 1, 1, 20), date(period, 12, 1),
                city.as_of - timedelta(days=rng.choice(within) + rng.choice([-1, 0, 1])),
            ])
            named = person if city.chance(0.9) else city.person(org)
            given = grade if city.chance(0.85) else rng.choice([*city.words.grades, None])
            rows.append(rating(city, org, named, kind, period, given, rated_on))
    return rows


def capped(city: City, k: Row) -> list[Row]:
    """Ratings of persons whom a trigger concerns, of others, or of the organisation."""
    rows, rng, year = [], city.rng, city.year
    days = [None, date(year, 12, 1), *city.starts, *(d - DAY for d in city.starts)]
    for org in city.bound[k["requirement"]]:
        if not city.chance(0.5):
            continue
        person = city.person(org)
        if k.get("process"):
            step = step_row(city, org, k["process"], rng.choice(terms(k["step"])), f"限{org}", city.some_day())
            city.tables["case_steps"].append(step | {"person_id": person})
        else:
            grade = rng.choice(terms(k["given_grades"]))
            rows.append(rating(city, org, person, rng.choice(terms(k["given_rating"])), year, grade, None))
        if city.chance(0.8):
            grade = rng.choice(terms(k["grades"])) if city.chance(0.6) else rng.choice([*city.words.grades, None])
            named = rng.choice([person, person, person, None, city.person(org)])
            rows.append(rating(city, org, named, rng.choice(terms(k["rating"])), year, grade, rng.choice(days)))
    return rows


def streak(city: City, org: str, k: Row) -> list[Row]:
    """Just as many years of the grade as it takes, or one less; what must follow comes about the last day."""
    rng = city.rng
    last = rng.choice([city.year, city.year - 1, city.year - 1])
    rated_on = rng.choice([None, date(last, 12, 1), date(last + 1, 1, 20), city.as_of - timedelta(k["within_days"])])
    due = (rated_on or date(last, 12, 31)) + timedelta(days=k["within_days"])
    if k.get("process"):
        person = rng.choice([city.person(org), city.person(org), None])
        if city.chance(0.7):
            day = due + rng.choice([-1, 0, 0, 1]) * DAY
            step = step_row(city, org, k["process"], rng.choice(terms(k["step"])), f"连{org}", day)
            named = rng.choice([person, person, None, city.person(org)])
            city.tables["case_steps"].append(step | {"person_id": named, "recorded_on": None})
    else:
        person = post_ended(city, org, k, due)
    years = k["years"] - (city.chance(0.1))
    kind = rng.choice(terms(k["rating"]))
    return [
        rating(city, org, person, kind, last - back, rng.choice(terms(k["grade"])), None if back else rated_on)
        for back in range(years)
    ]


def post_ended(city: City, org: str, k: Row, due: date) -> str:
    """Somebody whose post, if any, ends about the last day."""
    holding = city.holders(org, k["role"])
    post = city.rng.choice(holding) if holding and city.chance(0.8) else None
    if post is None:
        return f"外{org}"
    if city.chance(0.7):
        post["ended_on"] = due + city.rng.choice([-1, 0, 0, 1]) * DAY
        if city.chance(0.3):  # a term before
            earlier = {"started_on": date(2016, 1, 1), "ended_on": date(2018, 1, 1)}
            city.tables["posts"].append(post | earlier)
    return post["person_id"]
