"""Activities planned around the borders of the requirements to be judged, and permissions to hold them later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .days import MONTHS_IN, day_of_year, elapsed_months, periods
from .facts import share_a_term, terms

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
Span = tuple[date, date]
DAY = timedelta(days=1)


def activities(city: City) -> list[Row]:
    rows: list[Row] = []
    for demand in city.demands:
        k, shape, orgs = demand.kwargs, demand.shape.removeprefix("expect_"), city.bound[demand.requirement]
        if shape == "activity_count":
            rows += [row for org in orgs if city.chance(0.75) for row in counted(city, org, k)]
        elif shape == "done_by_date":
            rows += [row for org in orgs if city.chance(0.7) for row in near_the_day(city, org, k)]
        elif shape == "members_covered" and k.get("activity"):
            rows += covering(city, k)
        elif shape == "step_meeting":
            rows += deciding(city, k)
        elif shape == "orgs_covered" and k.get("activity"):
            rows += some(city, k, city.orgs, city.rng.choice([0.9, 0.3, 0.1]))
        elif k.get("activity"):
            rows += some(city, k, orgs, city.rng.choice([0.9, 0.6, 0.3]))
    idle = {(org, kind) for org in city.orgs for kind in city.words.kinds if city.chance(0.1)}
    rows = [r for r in rows if r["held_on"].year != city.year or (r["org_id"], r["kind"]) not in idle]
    leave_tags_empty(city, rows)
    columns = Columns(city)
    for number, row in enumerate(rows):
        row["activity_id"] = f"A{number}"
        columns.fill(row)
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


class Columns:
    """Chair, minutes and dates of an activity: in order with some organisations, at random with others."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.care: dict[tuple[str, str], float] = {}
        self.chairs: dict[str, list[Any]] = {}
        self.carried: dict[str, list[Row]] = {}
        for k in city.asked("each_activity"):
            for kind in terms(k["activity"]):
                if k.get("chaired_by"):
                    self.chairs.setdefault(kind, []).append(k["chaired_by"])
                if k.get("carries"):
                    self.carried.setdefault(kind, []).append(k)

    def fill(self, row: Row) -> None:
        city, rng, day, kind = self.city, self.city.rng, row["held_on"], row["kind"]
        key = row["org_id"], kind
        if key not in self.care:
            self.care[key] = rng.choice([1.0, 0.97, 0.6, 0.0])
        good = city.chance(self.care[key])
        row["minutes"] = True if good else rng.choice([True, False, None])
        row["noticed_on"] = day - rng.randint(0, 3) * DAY if good else rng.choice([None, day, day + DAY])
        row["approved_on"] = day - rng.randint(0, 3) * DAY if good else rng.choice([None, day, day + DAY])
        row["chair_id"] = None if not good and city.chance(0.3) else city.person(row["org_id"])
        if good and kind in self.chairs:
            row["chair_id"] = holder(city, row["org_id"], rng.choice(self.chairs[kind]), day)
        if good and row["tags"] and kind in self.carried:
            row["tags"] = list(
                dict.fromkeys([*row["tags"], *(t for k in self.carried[kind] for t in terms(k["carries"]))])
            )


def held(city: City, org: str, k: Row, day: date, **more: Any) -> Row:
    """One activity of the kind, mostly with a tag that fits."""
    rng, words = city.rng, city.words
    roll = rng.random()
    tags = None if roll < 0.3 else [] if roll < 0.6 else rng.sample(words.tags, 2)
    if k.get("tags") and city.chance(0.95):
        tags = [rng.choice(terms(k["tags"])), rng.choice(words.tags)]
    shift = rng.choice([-1, 0, 0, 1]) if city.chance(0.08) else None
    row = {
        "activity_id": "", "org_id": org, "person_id": city.person(org), "kind": rng.choice(terms(k["activity"])),
        "tags": tags, "held_on": day, "hours": rng.choice((None, 4.0, 8.0)), "days": rng.choice((None, 1.0, 4.0)),
        "quantity": rng.choice((None, 1.0, 2.0)), "year_of": None if shift is None else day.year + shift,
        "recorded_on": city.recorded(),
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
            count += 1 if "minimum" not in k else -1
        if mode == "on schedule" and last > city.as_of:  # as many as the months gone by ask for, or one less
            count = n * elapsed_months(first, last, city.as_of) // MONTHS_IN[k["period"]] - rng.choice([0, 1])
            last = max(first, city.as_of)
        for _ in range(count):
            day = rng.choice([first, last, first + timedelta(days=rng.randint(0, (last - first).days))])
            more_columns: Row = {"quantity": None} if k.get("count") == "quantity" and city.chance(0.8) else {}
            if k.get("by_role") and city.chance(0.97):
                more_columns["person_id"] = holder(city, org, k["by_role"], day)
            rows.append(held(city, org, k, day, **more_columns))
    if "requirement" in k and city.chance(0.5 if mode == "one short" else 0.05):
        rows += made_up_later(city, org, k, short)
    if k.get("tags") and city.chance(0.15):  # says nothing of its subject, by somebody, anybody or nobody
        day = rng.choice([*rng.choice(spans), city.as_of])
        by = rng.choice([None, city.person(org), holder(city, org, k.get("by_role"), day)])
        rows.append(held(city, org, k, day, tags=rng.choice([None, []]), person_id=by))
    return rows


def made_up_later(city: City, org: str, k: Row, span: Span) -> list[Row]:
    """An activity after the period, with the permission for it, or with one that is of no use."""
    rng = city.rng
    last = span[1]
    day = last + timedelta(days=rng.choice([0, 1, 1, 5, 20, 40, 70]))
    if day > city.as_of and last < city.as_of and city.chance(0.7):
        day = city.as_of
    written = [span_written(span, k["period"])]
    if city.chance(0.1):
        written = [rng.choice([f"{city.year}-05", f"{city.year}Q2", f"{city.year}H1", f"{city.year}"])]
    if city.chance(0.15):
        written.append(span_written(rng.choice(periods(k["period"], city.year, 2022)), k["period"]))
    city.tables["permissions"] += [
        {"org_id": org, "requirement": k["requirement"], "period": text, "held_on": day, "reason": "试验",
         "approved_by": "试验"}
        for text in written
    ]
    if city.chance(0.1):
        return []
    rows = [held(city, org, k, day, recorded_on=None) for _ in range(rng.choice([1, 1, 1, 2]))]
    if k.get("by_role"):
        for row in rows:
            row["person_id"] = holder(city, org, k["by_role"], day)
    return rows


def span_written(span: Span, kind: str) -> str:
    year, month = span[0].year, span[0].month
    return {"month": f"{year}-{month:02d}", "quarter": f"{year}Q{(month + 2) // 3}",
            "half_year": f"{year}H{1 if month == 1 else 2}"}.get(kind, f"{year}")


def holder(city: City, org: str, roles: Any, day: date) -> str | None:
    """Somebody who has or had the role; first those in office on the day."""
    known = city.holders(org, roles)
    serving = [p for p in known if p["started_on"] <= day and (p["ended_on"] is None or p["ended_on"] > day)]
    pool = serving if serving and city.chance(0.97) else known
    return city.rng.choice(pool)["person_id"] if pool else city.person(org)


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


def some(city: City, k: Row, orgs: list[str], share: float) -> list[Row]:
    """One or two of the year with some of the organisations."""
    rows = []
    for org in orgs:
        if city.chance(share):
            days = [date(city.year, 1, 1) + timedelta(days=city.rng.randint(0, 364)), city.some_day(), city.ref]
            rows += [held(city, org, k, city.rng.choice(days)) for _ in range(city.rng.choice([1, 1, 2]))]
    return rows


def deciding(city: City, k: Row) -> list[Row]:
    """Meetings on the day of a step that they decide, some days before, or a day too early or too late."""
    rows, wanted = [], terms(k["step"])
    good = {org for org in city.orgs if city.chance(0.6)}
    silent = {org for org in city.orgs if city.chance(0.15)}
    for row in city.tables["case_steps"]:
        if (
            row["org_id"] not in silent
            and row["process"] == k["process"]
            and row["step"] in wanted
            and share_a_term(k.get("tags"), row["tags"])
        ):
            if city.chance(0.95 if row["org_id"] in good else 0.4):
                back = city.rng.choice([0, k["within_days"], k["within_days"], k["within_days"] // 2])
                back += 0 if row["org_id"] in good else city.rng.choice([0, 0, 1, -1])
                rows.append(held(city, row["org_id"], k, row["done_on"] - back * DAY, recorded_on=None))
    return rows


def members_of(city: City, k: Row) -> dict[str, str]:
    """Persons who may have to be covered, and an organisation of each."""
    if k.get("roles"):
        return {p["person_id"]: p["org_id"] for p in city.tables["posts"] if p["role"] in terms(k["roles"])}
    if k.get("standings"):
        return {p["person_id"]: p["org_id"] for p in city.tables["people"] if p["standing"] in terms(k["standings"])}
    return {p["person_id"]: p["org_id"] for p in city.tables["people"]
            if p["categories"] and share_a_term(k["categories"], p["categories"])}


def covering(city: City, k: Row) -> list[Row]:
    """For every person who may have to be covered: enough, exactly enough, or too little."""
    rng, rows, measure = city.rng, [], k["measure"]
    enough = rng.choice([1.0, 0.98, 0.9, 0.7])
    for person, org in members_of(city, k).items():
        amount = k["minimum"] if city.chance(enough) else rng.choice([0, k["minimum"] - 1])
        amount = amount * (k.get("size") or 1)
        where = org if city.chance(0.8) else rng.choice(city.orgs)
        years = {"year_of": None} if city.chance(0.95) else {}
        parts = int(amount) if measure == "count" else rng.choice([1, 2])
        for _ in range(parts):
            row = held(city, where, k, day_that_counts(city, k), person_id=person, **years)
            row["recorded_on"] = None
            if measure != "count":
                row[measure] = amount / parts if city.chance(0.98) else None
            rows.append(row)
    if city.chance(0.3):
        rows.append(held(city, rng.choice(city.orgs), k, city.as_of, person_id=None))
    return rows


def day_that_counts(city: City, k: Row) -> date:
    rng = city.rng
    of_year = [date.fromisoformat(str(d)) for d in terms(k.get("around")) if str(d)[:4] == str(city.year)]
    if of_year:
        before, after = timedelta(days=k["days_before"]), timedelta(days=k["days_after"])
        if city.chance(0.05):
            return rng.choice([of_year[0] - before - DAY, of_year[0] + after + DAY])
        return rng.choice([of_year[0] - before, of_year[0] + after, of_year[0]])
    if k["period"] == "ever" and city.chance(0.5):
        return date(2021, 5, 1) + timedelta(days=rng.randint(0, 700))
    return date(city.year, 1, 1) + timedelta(days=rng.randint(0, (city.ref - date(city.year, 1, 1)).days))
