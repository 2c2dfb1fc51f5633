"""Measures and dues planned around the borders of the requirements to be judged."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from .days import add_months, end_of_month, end_of_month_after
from .plans_cases import step_row

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)


def measures(city: City) -> list[Row]:
    rows, rng = [], city.rng
    asked = city.asked("share", "growth", "measure")
    year_ago = add_months(city.ref, -12)
    for org in city.orgs:
        growing = 1.1
        for name in city.words.measures:
            growing = growing if city.chance(0.7) else rng.choice([1.1, 1.05, 1.2, 1.0, 0.9])
            base = float(rng.choice([0, 50, 99, 100, 101, 150, 200, 800])) if city.chance(0.3) else 100.0
            newest = city.ref if city.chance(0.6) else rng.choice(
                [year_ago, year_ago + DAY, city.ref - DAY, city.ref + DAY, city.ref]
            )
            days = {date(city.year - 1, 12, 31): base, date(city.year, 6, 30): base * growing, newest: base * growing}
            near = [v for k in asked for v in borders(k, name)]
            if near and city.chance(0.6):
                days[newest] = float(rng.choice(near) + rng.choice([-1, 0, 0, 0, 1]))
            if city.chance(0.1):  # the year before begins and ends with these days
                days[rng.choice([date(city.year - 1, 1, 1), date(city.year - 2, 12, 31)])] = base
                del days[date(city.year - 1, 12, 31)]
            if city.chance(0.1):
                days[city.some_day()] = rng.choice([0.0, -5.0, 110.00000001, 109.9])
            rows += [
                {"org_id": org, "measure": name, "as_of": day, "value": value}
                for day, value in days.items() if city.chance(0.93)
            ]
    return rows


def borders(k: Row, name: str) -> list[float]:
    """Values of a measure at which the answer to a requirement turns, the other figures being a hundred."""
    found = []
    if k.get("numerator") == name:
        found.append(ceil(100 * k["ratio"]))
    if k.get("denominator") == name:
        found.append(k.get("when_at_least") or 100)
    if k.get("measure") == name:
        found += [k[bound] for bound in ("minimum", "maximum") if k.get(bound) is not None]
        found += [0] if k.get("positive") else []
    if k.get("per") == name:
        found += [100, 100, 0]
    if k.get("when") == name:
        found += [k[bound] for bound in ("when_at_least", "when_below") if k.get(bound) is not None]
    return found


def dues(city: City) -> list[Row]:
    rows, rng = [], city.rng
    asked = city.asked("dues_paid", "dues_followup")
    runs = [k["months"] for k in asked if k.get("months")] or [6]
    delays = [k["within_months"] for k in asked if k.get("within_months") is not None] or [3]
    processes = [k for k in asked if k.get("process")]
    for org in city.orgs:
        careful = city.chance(0.4)  # everything on time, save one row
        handling = rng.choice([(1.0, 0.0), (0.9, 0.1), (0.5, 0.1), (0.99, 0.0)])
        for person in city.persons[org][:4]:
            month = date(city.year - 1, rng.choice([1, 6, 8, 10]), 1)
            gap = 0 if careful or city.chance(0.5) else rng.choice(runs) + rng.choice([-3, -2, -1, 0, 1])
            gaps = [add_months(month, rng.randint(0, 10))]
            if city.chance(0.3):  # once more, after a month or two
                gaps.append(add_months(gaps[0], gap + rng.choice([1, 2])))
            if gap > 0 and processes and city.chance(0.5):
                city.tables["case_steps"] += [
                    follow_up(city, org, person, begun, rng.choice(processes)) for begun in gaps if city.chance(0.7)
                ]
            while month <= city.as_of + 31 * DAY:
                silent = any(begun <= month < add_months(begun, gap) for begun in gaps)
                row = dues_row(city, org, person, month, silent, 0.01 if careful else 0.1, rng.choice(delays))
                rows.append(row | handed_in(city, row, *handling))
                month = add_months(month, 2 if city.chance(0.02) else 1)
    return rows


def follow_up(city: City, org: str, person: str, begun: date, k: Row) -> Row:
    """A step that names somebody in arrears, about the first day of the run."""
    day = begun + city.rng.choice([-1, 0, 0, 40]) * DAY
    row = step_row(city, org, k["process"], city.rng.choice(city.words.steps[k["process"]]), f"催{person}", day)
    return row | {"person_id": person, "recorded_on": None}


def dues_row(city: City, org: str, person: str, month: date, silent: bool, dirt: float, delay: int) -> Row:
    rng, last = city.rng, end_of_month(month.year, month.month)
    row = {
        "person_id": person, "org_id": org, "month": month, "due": 10.0, "paid": 10.0, "paid_on": last - 3 * DAY,
        "reason": None,
    }
    if silent:
        row |= {"paid": rng.choice([None, 0.0]), "paid_on": None}
    elif city.chance(dirt):
        limit = end_of_month_after(month, delay)
        row |= rng.choice([
            {"paid_on": limit}, {"paid_on": limit + DAY}, {"paid_on": last}, {"paid_on": last + DAY}, {"paid_on": None},
            {"paid": None, "paid_on": None}, {"paid": 0.0}, {"paid": 0.5}, {"due": 0.0, "paid": None},
            {"due": 0.5, "paid": None}, {"paid": 9.99}, {"paid": 9.996},
            {"paid_on": city.as_of + DAY}, {"paid_on": city.as_of},
        ])
    if city.chance(0.15 if silent else 0.01):
        row["reason"] = "住院"
    return row


def handed_in(city: City, row: Row, right: float, empty: float) -> Row:
    """By whom, and whether the committee consented before a payment by proxy or one that came late."""
    rng, paid_on = city.rng, row["paid_on"]
    if city.chance(empty):
        return {"payer": None, "consented_on": None}
    payer = "本人" if city.chance(right) else "代交"
    late = paid_on is not None and paid_on > end_of_month(row["month"].year, row["month"].month)
    if payer == "本人" and not late and city.chance(0.95):
        return {"payer": payer, "consented_on": None}
    day = paid_on or row["month"]
    if city.chance(right):
        return {"payer": payer, "consented_on": day - rng.choice([0, 5]) * DAY}
    return {"payer": payer, "consented_on": rng.choice([None, day + DAY, day])}
