"""Activities, cases, measures, ratings and dues planned around the borders of the requirements to be judged."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from .days import MONTHS_IN, add_months, day_of_year, elapsed_months, end_of_month, end_of_month_after, periods
from .facts import terms
from .zoo import CASE_TAGS, GRADES, MEASURES, STEPS, TAGS

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)


def activities(city: City) -> list[Row]:
    rows: list[Row] = []
    for demand in city.demands:
        k = demand.kwargs
        for org in city.orgs:
            if demand.shape == "expect_activity_count" and city.chance(0.75):
                rows += counted(city, org, k)
            elif demand.shape == "expect_done_by_date" and city.chance(0.7):
                rows += near_the_day(city, org, k)
        if demand.shape == "expect_members_covered":
            rows += covering(city, k)
    leave_tags_empty(city, rows)
    for number, row in enumerate(rows):
        row["activity_id"] = f"A{number}"
    return rows


def leave_tags_empty(city: City, rows: list[Row]) -> None:
    """Ledgers that never say of one kind what it was about, or say so only of other years or of days to come."""
    asked = sorted({kind for d in city.demands if d.kwargs.get("tags") for kind in terms(d.kwargs.get("activity"))})
    spared = {
        (org, kind): city.rng.choice(["none", "none", "other years", "to come"])
        for org in city.orgs for kind in asked if city.chance(0.15)
    }
    for row in rows:
        spare, day = spared.get((row["org_id"], row["kind"])), row["held_on"]
        to_come = spare == "to come" and day > city.as_of
        if spare and not to_come and not (spare == "other years" and day.year != city.year):
            row["tags"] = city.rng.choice([None, []])


def held(city: City, org: str, k: Row, day: date, **more: Any) -> Row:
    """One activity of the kind, mostly with a tag that fits."""
    tags = city.rng.choice([None, [], city.rng.sample(TAGS, 2)])
    if k.get("tags") and city.chance(0.95):
        tags = [city.rng.choice(terms(k["tags"])), *city.rng.sample(TAGS, 1)]
    shift = city.rng.choice([-1, 0, 0, 1]) if city.chance(0.08) else None
    row = {
        "activity_id": "", "org_id": org, "person_id": city.person(org), "kind": city.rng.choice(terms(k["activity"])),
        "tags": tags, "held_on": day, "hours": city.rng.choice([None, 4.0, 8.0]), "quantity": None,
        "year_of": None if shift is None else day.year + shift, "recorded_on": city.recorded(),
    }
    return row | more


def counted(city: City, org: str, k: Row) -> list[Row]:
    """Per period about as many as asked: always enough, one short once, any number, or just what is due by now."""
    rng, rows = city.rng, []
    n = k.get("minimum", k.get("maximum"))
    spans = periods(k["period"], city.year, 2021) + periods(k["period"], city.year, 2022)[:1]
    mode, short = rng.choice(["enough", "enough", "one short", "any", "on schedule"]), rng.choice(spans)
    more = 0 if mode == "one short" or "maximum" in k else 1
    for first, last in spans:
        count = rng.randint(0, n + 1) if mode == "any" else n + (rng.random() < 0.2) * more
        if mode == "one short" and (first, last) == short:
            count += 1 if "maximum" in k else -1
        if mode == "on schedule" and last > city.as_of:  # as many as the months gone by ask for, or one less
            count = n * elapsed_months(first, last, city.as_of) // MONTHS_IN[k["period"]] - rng.choice([0, 1])
            last = max(first, city.as_of)
        for _ in range(count):
            day = rng.choice([first, last, first + timedelta(days=rng.randint(0, (last - first).days))])
            more_columns = {}
            if k.get("by_role") and city.chance(0.97):
                more_columns["person_id"] = holder(city, org, k["by_role"], day)
            rows.append(held(city, org, k, day, **more_columns))
    if k.get("tags") and city.chance(0.15):  # says nothing of its subject, by somebody, anybody or nobody
        day = rng.choice([*rng.choice(spans), city.as_of])
        by = rng.choice([None, city.person(org), holder(city, org, k.get("by_role"), day)])
        rows.append(held(city, org, k, day, tags=rng.choice([None, []]), person_id=by))
    return rows


def holder(city: City, org: str, roles: Any, day: date) -> str | None:
    """Somebody who has or had the role; first those in office on the day."""
    known = [p for p in posts_by_org(city).get(org, ()) if p["role"] in terms(roles)]
    serving = [p for p in known if p["started_on"] <= day and (p["ended_on"] is None or p["ended_on"] > day)]
    pool = serving if serving and city.chance(0.97) else known
    return city.rng.choice(pool)["person_id"] if pool else city.person(org)


def posts_by_org(city: City) -> dict[str, list[Row]]:
    if not hasattr(city, "posts_by_org"):
        city.posts_by_org = {}
        for post in city.tables["posts"]:
            city.posts_by_org.setdefault(post["org_id"], []).append(post)
    return city.posts_by_org


def near_the_day(city: City, org: str, k: Row) -> list[Row]:
    """Once or twice: on the last day, a day around it, or on the first day that counts."""
    rng = city.rng
    days = [day_of_year(k["by"], city.year), city.some_day()]
    if k.get("carry_over"):
        days.append(day_of_year(k["carry_over"], city.year + 1))
    if k.get("opens"):
        days.append(day_of_year(k["opens"], city.year))
    rows = []
    for _ in range(rng.choice([1, 1, 2])):
        day = rng.choice(days) + rng.choice([-30, -1, -1, 0, 0, 1]) * DAY
        more = {"year_of": city.year} if day.year != city.year and city.chance(0.8) else {}
        rows.append(held(city, org, k, day, **more))
    return rows


def covering(city: City, k: Row) -> list[Row]:
    """For every person who may have to be covered: enough, exactly enough, or too little."""
    rng, rows = city.rng, []
    if k.get("roles"):
        members = {p["person_id"]: p["org_id"] for p in city.tables["posts"] if p["role"] in terms(k["roles"])}
    else:
        members = {p["person_id"]: p["org_id"] for p in city.tables["people"] if p["categories"]}
    enough = rng.choice([1.0, 0.98, 0.85, 0.5])
    for person, org in members.items():
        amount = k["minimum"] if city.chance(enough) else rng.choice([0, k["minimum"] - 1])
        where = org if city.chance(0.8) else rng.choice(city.orgs)
        years = {"year_of": None} if city.chance(0.95) else {}
        parts = int(amount) if k["measure"] == "count" else rng.choice([1, 2])
        for _ in range(parts):
            day = date(city.year, 1, 1) + timedelta(days=rng.randint(0, (city.ref - date(city.year, 1, 1)).days))
            row = held(city, where, k, day, person_id=person, **years)
            row["recorded_on"] = None
            if k["measure"] == "hours":
                row["hours"] = amount / parts if city.chance(0.98) else None
            rows.append(row)
    if city.chance(0.3):
        rows.append(held(city, rng.choice(city.orgs), k, city.as_of, person_id=None))
    return rows


def case_steps(city: City) -> list[Row]:
    rows: list[Row] = []
    number = 0
    for process, steps in STEPS.items():
        demands = [d for d in city.demands if d.kwargs.get("process") == process]
        for org in city.orgs:
            for _ in range(city.rng.choice([0, 1, 2, 3]) if demands else 0):
                number += 1
                case_id = f"C{number}" if city.chance(0.9) else "C0"  # numbers are not unique across organisations
                rows += one_case(city, org, process, steps, case_id, [d.kwargs for d in demands])
    return rows


def one_case(city: City, org: str, process: str, steps: list[str], case_id: str, asked: list[Row]) -> list[Row]:
    """A case that runs through its steps; then some steps moved to borders, some left out, some repeated."""
    rng = city.rng
    day = city.some_day() - timedelta(days=rng.choice([0, 0, 30, 200, 400]))
    stop = rng.randint(1, len(steps)) if city.chance(0.5) else len(steps)
    days: dict[str, date] = {}
    for step in steps[:stop]:
        days[step] = day
        pauses = [0, 1, 3, 7, 10, 15, 30, 60, 91, 183, 365] if len(steps) < 6 else [0, 1, 7, 30, 90]
        day += timedelta(days=rng.choice(pauses))
    for k in rng.sample(asked, min(len(asked), 3)):
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
    for k in rng.sample(asked, min(len(asked), 3)):
        rows += repeats(city, org, k, days, case_id)
    if city.chance(0.08) and rows:  # the same step once more, earlier or later
        rows.append(rng.choice(rows) | {"done_on": city.some_day()})
    return rows


def starts(city: City, org: str) -> list[date]:
    """The days from which something is asked of the organisation."""
    born = next(o["established_on"] for o in city.organizations if o["org_id"] == org)
    begun = {d.effective_from for d in city.demands if d.effective_from > date(city.year, 1, 1)}
    return [*sorted(begun), born or date(city.year, 1, 1)]


def step_row(city: City, org: str, process: str, step: str, case_id: str, day: date) -> Row:
    rng = city.rng
    return {
        "case_id": case_id, "process": process, "org_id": org, "person_id": city.person(org), "step": step,
        "done_on": day, "value": None if city.chance(0.03) else float(rng.choice([1, 2, 3, 5, 8, 8])),
        "tags": rng.choice([None, [], rng.sample(CASE_TAGS, 1), rng.sample(CASE_TAGS, 2)]),
        "recorded_on": city.recorded(),
    }


def move_to_border(city: City, k: Row, days: dict[str, date]) -> None:
    """Date the answering step of one requirement on its last day, or one day beside it."""
    step = terms(k.get("step"))[:1]
    trigger = next((days[s] for s in terms(k.get("after", k.get("before"))) if s in days), None)
    off = city.rng.choice([-1, 0, 0, 1]) * DAY
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


def measures(city: City) -> list[Row]:
    rows, rng = [], city.rng
    asked = [d.kwargs for d in city.demands if d.shape in ("expect_share", "expect_growth")]
    year_ago = add_months(city.ref, -12)
    for org in city.orgs:
        growing = 1.1
        for name in MEASURES:
            growing = growing if city.chance(0.7) else rng.choice([1.1, 1.05, 1.2, 1.0, 0.9])
            base = float(rng.choice([0, 50, 99, 100, 101, 150, 200])) if city.chance(0.3) else 100.0
            newest = rng.choice([year_ago, year_ago + DAY, city.ref, city.ref - DAY, city.ref + DAY, city.ref])
            days = {date(city.year - 1, 12, 31): base, date(city.year, 6, 30): base * growing, newest: base * growing}
            for k in asked:
                if k.get("numerator") == name and city.chance(0.7):  # just enough of the hundred, or one off
                    days[newest] = float(ceil(100 * k["ratio"]) + rng.choice([-1, 0, 0, 1]))
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


def ratings(city: City) -> list[Row]:
    rows, rng = [], city.rng
    streaks = [d.kwargs for d in city.demands if d.shape == "expect_rating_streak"]
    within = [k["within_days"] for k in streaks] or [90]
    covered = rng.choice([1.0, 0.9, 0.5])
    for org in city.orgs:
        grade, person = rng.choice(GRADES), city.person(org)
        leaders = [p["person_id"] for p in posts_by_org(city).get(org, ())]
        if leaders and city.chance(0.8):
            person = rng.choice(leaders)
        for period in range(city.year - 4, city.year + 1):
            if not city.chance(covered if period == city.year else 0.85):
                continue
            rated_on = rng.choice([
                None, date(period, 12, 31), date(period + 1, 1, 20), date(period, 12, 1),
                city.as_of - timedelta(days=rng.choice(within) + rng.choice([-1, 0, 1])),
            ])
            rows.append({
                "org_id": org, "person_id": person if city.chance(0.93) else city.person(org), "kind": "述职评议",
                "period": period, "grade": grade if city.chance(0.85) else rng.choice([*GRADES, None]),
                "rated_on": rated_on,
            })
        if streaks and city.chance(0.5):
            rows += streak(city, org, rng.choice(streaks))
    return rows


def streak(city: City, org: str, k: Row) -> list[Row]:
    """Just as many years of the grade as it takes, or one less; the post, if any, ends about the last day."""
    rng = city.rng
    last = rng.choice([city.year, city.year - 1, city.year - 1])
    rated_on = rng.choice([None, date(last, 12, 1), date(last + 1, 1, 20), city.as_of - timedelta(k["within_days"])])
    holding = [p for p in posts_by_org(city).get(org, ()) if p["role"] in terms(k["role"])]
    post = rng.choice(holding) if holding and city.chance(0.8) else None
    if post and city.chance(0.7):
        due = (rated_on or date(last, 12, 31)) + timedelta(days=k["within_days"])
        post["ended_on"] = due + rng.choice([-1, 0, 0, 1]) * DAY
        if city.chance(0.3):  # a term before
            earlier = {"started_on": date(2016, 1, 1), "ended_on": date(2018, 1, 1)}
            city.tables["posts"].append(post | earlier)
    person, years = post["person_id"] if post else f"外{org}", k["years"] - (city.chance(0.1))
    return [
        {
            "org_id": org, "person_id": person, "kind": "述职评议", "period": last - back,
            "grade": rng.choice(terms(k["grade"])), "rated_on": None if back else rated_on,
        }
        for back in range(years)
    ]


def dues(city: City) -> list[Row]:
    rows, rng = [], city.rng
    asked = [d.kwargs for d in city.demands if d.shape in ("expect_dues_paid", "expect_dues_followup")]
    runs = [k["months"] for k in asked if k.get("months")] or [6]
    delays = [k["within_months"] for k in asked if k.get("within_months") is not None] or [3]
    for org in city.orgs:
        careful = city.chance(0.4)  # everything on time, save one row
        for person in city.persons[org][:4]:
            month = date(city.year - 1, rng.choice([1, 6, 8, 10]), 1)
            gap = 0 if careful or city.chance(0.5) else rng.choice(runs) + rng.choice([-3, -2, -1, 0, 1])
            gaps = [add_months(month, rng.randint(0, 10))]
            if city.chance(0.3):  # once more, after a month or two
                gaps.append(add_months(gaps[0], gap + rng.choice([1, 2])))
            if gap > 0 and city.chance(0.5):
                city.tables["case_steps"] += [follow_up(city, org, person, begun) for begun in gaps if city.chance(0.7)]
            while month <= city.as_of + 31 * DAY:
                silent = any(begun <= month < add_months(begun, gap) for begun in gaps)
                rows.append(dues_row(city, org, person, month, silent, 0.01 if careful else 0.1, rng.choice(delays)))
                month = add_months(month, 2 if city.chance(0.02) else 1)
    return rows


def follow_up(city: City, org: str, person: str, begun: date) -> Row:
    """A step that names somebody in arrears, about the first day of the run."""
    process = "党费催缴"
    day = begun + city.rng.choice([-1, 0, 0, 40]) * DAY
    row = step_row(city, org, process, city.rng.choice(STEPS[process]), f"催{person}", day)
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
            {"due": 0.5, "paid": None},
            {"paid_on": city.as_of + DAY}, {"paid_on": city.as_of},
        ])
    if city.chance(0.15 if silent else 0.01):
        row["reason"] = "住院"
    return row
