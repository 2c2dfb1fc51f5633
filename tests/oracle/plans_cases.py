"""Cases planned around the borders of the requirements to be judged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .days import add_months, day_of_year, periods
from .facts import running, share_a_term, terms

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)


def case_steps(city: City) -> list[Row]:
    rows: list[Row] = []
    number = 0
    several = [0, 1, 2, 3] if len(city.words.steps) < 13 else [0, 1, 1, 2]
    for process, steps in city.words.steps.items():
        asked = [d.kwargs for d in city.demands if d.kwargs.get("process") == process]
        concerned = {org for k in asked for org in city.bound[k["requirement"]]}
        for org in city.orgs:
            for _ in range(city.rng.choice(several) if org in concerned else city.chance(0.1)):
                number += 1
                case_id = f"C{number}" if city.chance(0.9) else "C0"  # numbers are not unique across organisations
                rows += one_case(city, org, process, steps, case_id, asked)
    for k in city.asked("term"):
        rows = elections(city, k, rows)
    people: dict[str, list[Row]] = {}
    for row in city.tables["people"]:
        people.setdefault(row["org_id"], []).append(row)
    for k in city.asked("case_members"):
        rows += everybody(city, k, rows, people)
    return rows


def one_case(city: City, org: str, process: str, steps: list[str], case_id: str, asked: list[Row]) -> list[Row]:
    """A case that runs through its steps; then some steps moved to borders, some left out, some repeated."""
    rng = city.rng
    day = city.some_day() - timedelta(days=rng.choice([0, 0, 30, 200, 400]))
    stop = rng.randint(1, len(steps)) if city.chance(0.5) else len(steps)
    days: dict[str, date] = {}
    pauses = [0, 1, 3, 7, 10, 15, 30, 60, 91, 183, 365] if len(steps) < 6 else [0, 1, 7, 30, 90]
    for step in steps[:stop]:
        days[step] = day
        day += timedelta(days=rng.choice(pauses if len(steps) < 13 else [0, 0, 0, 1, 7, 30]))
    some = rng.sample(asked, min(len(asked), 3))
    for k in some:
        move_to_border(city, k, days)
    yearly = [k for k in asked if k.get("complete_by")]
    if yearly and city.chance(0.4):
        begin_about_december(city, rng.choice(yearly), days)
    if days and city.chance(0.15):
        days[rng.choice(list(days))] = rng.choice(starts(city, org)) + rng.choice([-1, 0, 0]) * DAY
    for step in list(days):
        if city.chance(0.06):
            del days[step]
    rows = [step_row(city, org, process, step, case_id, day) for step, day in days.items()]
    for k in some:
        rows += repeats(city, org, k, days, case_id)
        if k.get("among"):
            name_somebody_of(city, k, rows)
        if k.get("step_tags"):
            tag_duties(city, k, rows)
    if city.chance(0.08) and rows:  # the same step once more, earlier or later
        rows.append(rng.choice(rows) | {"done_on": city.some_day()})
    return rows


def starts(city: City, org: str) -> list[date]:
    """The days from which something is asked of the organisation."""
    return [*city.starts, city.org[org]["established_on"] or date(city.year, 1, 1)]


def step_row(city: City, org: str, process: str, step: str, case_id: str, day: date) -> Row:
    rng, tags = city.rng, city.words.case_tags
    roll = rng.random()
    return {
        "case_id": case_id,
        "process": process,
        "org_id": org,
        "person_id": city.person(org),
        "step": step,
        "done_on": day,
        "value": None if city.chance(0.03) else float(rng.choice((1, 2, 3, 5, 8, 8))),
        "tags": None
        if roll < 0.25
        else []
        if roll < 0.5
        else rng.sample(tags, 1 if roll < 0.75 else min(2, len(tags))),
        "recorded_on": city.recorded(),
    }


def move_to_border(city: City, k: Row, days: dict[str, date]) -> None:
    """Date the answering step of one requirement on its last day, or one day beside it."""
    if k.get("of") and k.get("steps"):
        move_duty(city, k, days)
        return
    step = terms(k.get("step"))[:1]
    trigger = next((days[s] for s in terms(k.get("after", k.get("before"))) if s in days), None)
    off = city.rng.choice([-1, 0, 0, 1]) * DAY
    if k.get("of") and terms(k["of"])[0] in days and city.chance(0.5):
        days[terms(k["of"])[0]] = city.as_of - timedelta(days=k.get("grace_days") or 0) + off
    if not step or trigger is None:
        return
    if k.get("within_days") is not None:
        days[step[0]] = trigger + timedelta(days=k["within_days"]) + off
    elif k.get("within_months") is not None:
        days[step[0]] = add_months(trigger, k["within_months"]) + off
    elif k.get("at_least_days") is not None:
        days[step[0]] = trigger - timedelta(days=k["at_least_days"]) + off
    elif k.get("at_least_months") is not None:
        days[step[0]] = add_months(trigger, -k["at_least_months"]) + off


def move_duty(city: City, k: Row, days: dict[str, date]) -> None:
    """A case in which all that must follow is there, or is missing when it falls due."""
    of, off = terms(k["of"])[0], city.rng.choice([-1, 0, 0, 1]) * DAY
    if of not in days:
        return
    if k.get("absent"):
        for step in k["steps"]:
            days.pop(step, None)
        if city.chance(0.4):
            turn = [days[of], days[of] - DAY, date(days[of].year, 12, 31), date(days[of].year, 12, 31) + DAY]
            days[k["steps"][0]] = city.rng.choice(turn)
        return
    if city.chance(0.5):
        days[of] = city.as_of - timedelta(days=k["within_days"]) + off
    for step in terms(k.get("unless")):
        if city.chance(0.8) and step not in k["steps"]:
            days.pop(step, None)
    for step in k["steps"]:
        if city.chance(0.1):
            days.pop(step, None)
        else:
            days.setdefault(step, days[of])
            if k.get("same_day") and city.chance(0.9):
                days[step] = days[of]


def tag_duties(city: City, k: Row, rows: list[Row]) -> None:
    for row in rows:
        if row["step"] in k["steps"] and city.chance(0.8):
            row["tags"] = [city.rng.choice(k["step_tags"])]


def name_somebody_of(city: City, k: Row, rows: list[Row]) -> None:
    """The rows of the step name somebody of the other step, who was named there in time, too late or not at all."""
    others = [r["person_id"] for r in rows if r["step"] in terms(k["among"])]
    for row in rows:
        if row["step"] in terms(k["step"]) and others and city.chance(0.8):
            row["person_id"] = city.rng.choice(others)


def begin_about_december(city: City, k: Row, days: dict[str, date]) -> None:
    """The case moved so that its first listed step lies about the turn of November; the last about its last day."""
    listed = [s for s in k["steps"] if s in days]
    if not listed:
        return
    year = city.year - city.rng.choice([0, 1, 1, 1])
    day = city.rng.choice([
        date(year, 11, 30), date(year, 12, 1), date(year, 12, 31), date(year, 12, 31) + DAY, date(year, 12, 14),
    ])
    shift = day - min(days[s] for s in listed)
    for step in days:
        days[step] += shift
    if len(listed) > 1 and city.chance(0.5):
        days[listed[-1]] = day_of_year(k["complete_by"], city.year) + city.rng.choice([-1, 0, 0, 1]) * DAY


def repeats(city: City, org: str, k: Row, days: dict[str, date], case_id: str) -> list[Row]:
    """Rows of a step that is counted, summed or due in every period."""
    rng, rows = city.rng, []
    begun = next((days[s] for s in terms(k.get("after", k.get("before"))) if s in days), None)
    step = terms(k.get("step"))
    if begun is None or not step:
        return []
    if k.get("period"):
        spans = [s for y in (city.year - 1, city.year) for s in periods(k["period"], y, 2022) if s[1] >= begun]
        short = rng.choice([None, *spans])
        for first, last in spans:
            for _ in range(k["minimum"] - ((first, last) == short)):
                day = rng.choice([first, last, first + timedelta(days=rng.randint(0, (last - first).days))])
                rows.append(step_row(city, org, k["process"], rng.choice(step), case_id, day))
    elif k.get("distinct") or k.get("aggregate"):
        wanted, unnamed = int(k.get("minimum", k.get("maximum"))), 0.0
        count = rng.randint(0, min(wanted, 3))
        if k.get("distinct") == "person" and city.chance(0.4):
            count, unnamed = wanted + rng.choice([-1, 0, 0, 1]), 0.5
        for _ in range(count):
            day = begun + timedelta(days=rng.choice([-1, 0, 1, 7, 30]))
            row = step_row(city, org, k["process"], rng.choice(step), case_id, day)
            rows.append(row | {"person_id": None} if city.chance(unnamed) else row)
    return rows


def elections(city: City, k: Row, rows: list[Row]) -> list[Row]:
    """With some organisations the last election lies a term back, to the day; some have a delay approved."""
    rng = city.rng
    chosen = {org for org in city.orgs if city.chance(0.6)}
    named = [*terms(k["step"]), *terms(k.get("extended_by"))]
    rows = [r for r in rows if r["process"] != k["process"] or r["step"] not in named or r["org_id"] not in chosen]
    expiries = [city.ref, city.ref - DAY, add_months(city.ref, k["reminder_months"]), city.ref - 400 * DAY,
                city.ref + 500 * DAY]
    for org in sorted(chosen):
        day = add_months(rng.choice(expiries) + rng.choice([-1, 0, 0, 1]) * DAY, -12 * k["years"])
        rows.append(step_row(city, org, k["process"], terms(k["step"])[0], f"届{org}", day))
        if k.get("extended_by") and city.chance(0.4):
            border = add_months(city.ref, -k["extension_months"])
            later = rng.choice([day, day - DAY, city.ref, city.ref + DAY, border, border, border - DAY, border - DAY])
            rows.append(step_row(city, org, k["process"], terms(k["extended_by"])[0], f"届{org}", later))
    return rows


def everybody(city: City, k: Row, rows: list[Row], people: dict[str, list[Row]]) -> list[Row]:
    """Rows that name all, or all but some, of those that a case must cover."""
    found, rng = [], city.rng
    for row in rows:
        if row["process"] != k["process"] or row["step"] not in terms(k["of"]) or not city.chance(0.8):
            continue
        org, day = row["org_id"], row["done_on"]
        if k.get("roles"):
            meant = [p for p in city.holders(org, k["roles"]) if running(p, day, "started_on", "ended_on")]
        else:
            meant = [
                p for p in people.get(org, ()) if p["categories"] and share_a_term(k["categories"], p["categories"])
            ]
        complete = rng.choice([1.0, 1.0, 0.7])
        for person in sorted({p["person_id"] for p in meant}):
            if city.chance(complete):
                step = step_row(city, org, k["process"], rng.choice(terms(k["step"])), row["case_id"], day)
                found.append(step | {"person_id": None if city.chance(0.05) else person, "recorded_on": None})
    return found
