"""Seeded random data sets, dense in border cases. Plain Python, nothing from the product.

The data are planned around the requirements that will be judged: counts of n − 1, n and n + 1, dates one day before,
on and after a deadline, and so on, so that every shape is met and missed often and by the smallest margin.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from . import plans
from .days import end_of_month
from .facts import share_a_term, terms
from .oracle import Demand
from .zoo import CATEGORIES, FLAGS, LEVELS, ROLES, SECTORS, STANDINGS, TYPES

Row = dict[str, Any]
Tables = dict[str, list[Row]]
DAY = timedelta(days=1)


class City:
    """What the planners share: the source of chance, the dates of the run, organisations and persons."""

    def __init__(self, seed: int, as_of: date, year: int, demands: list[Demand], size: int) -> None:
        self.rng = Random(f"city {seed}")
        self.as_of, self.year, self.demands = as_of, year, demands
        self.ref = min(as_of, date(year, 12, 31))
        self.tables: Tables = {}
        self.organizations = organizations(self, size)
        self.orgs = [o["org_id"] for o in self.organizations]
        self.persons = {org: [f"人{org}-{i}" for i in range(self.rng.randint(0, 10))] for org in self.orgs}
        self.everyone = [p for org in self.orgs for p in self.persons[org]] or ["人0"]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def some_day(self) -> date:
        """Any day of four years, more often than not on a border."""
        rng, year = self.rng, self.rng.choice([self.year, self.year, self.year - 1])
        month = rng.randint(1, 12)
        return rng.choice([
            self.as_of, self.as_of - DAY, self.as_of + DAY,
            date(year, month, 1), end_of_month(year, month), end_of_month(year, 2), date(year, 2, 28),
            date(year, 1, 1), date(year, 12, 31), date(year, 6, 30), date(year, 7, 1), date(year, 8, 31),
            date(self.year - 2, 1, 1) + timedelta(days=rng.randint(0, 1200)),
            date(year, 1, 1) + timedelta(days=rng.randint(0, 364)),
        ])

    def recorded(self) -> date | None:
        """Mostly unknown; now and then on or after ``as_of``."""
        return self.rng.choice([self.as_of, self.as_of + DAY, self.some_day()]) if self.chance(0.04) else None

    def person(self, org: str) -> str | None:
        """Somebody of the organisation, seldom of another, seldom nobody."""
        roll = self.rng.random()
        if roll < 0.02:
            return None
        if roll < 0.1 or not self.persons[org]:
            return self.rng.choice(self.everyone)
        return self.rng.choice(self.persons[org])


def organizations(city: City, size: int) -> list[Row]:
    rng, rows = city.rng, []
    for number in range(size):
        kind = TYPES[number] if number < len(TYPES) else rng.choice([*TYPES, "党支部", "党支部"])
        early = rng.choice([None, date(2010, 1, 1), date(2015, 5, 5)])
        documents = sorted({d.document for d in city.demands})
        rows.append({
            "org_id": f"O{number:03d}", "name": f"试验组织{number}", "short_name": None, "type": kind,
            "parent_id": None if number == 0 or rng.random() < 0.02 else f"O{rng.randint(0, (number - 1) // 2):03d}",
            "sector": None if rng.random() < 0.05 else rng.choice(SECTORS),
            "level": None if rng.random() < 0.05 else rng.choice(LEVELS),
            "adopts": rng.choice([[], None, documents, rng.sample(documents, 1)]),
            "flags": rng.choice([None, [], rng.sample(FLAGS, 1), rng.sample(FLAGS, 2), FLAGS[:]]),
            "has_committee": rng.choice([True, False, None, None]),
            "established_on": rng.choice([city.some_day(), city.some_day(), date(city.year - 1, 12, 15)])
            if rng.random() < 0.2 else early,
            "dissolved_on": city.some_day() if rng.random() < 0.06 else None,
        })
    return rows


def people(city: City) -> list[Row]:
    rows = []
    for org in city.orgs:
        for person in city.persons[org]:
            for _ in range(1 if city.chance(0.8) else 2):  # a former standing, or the same person elsewhere
                rows.append({
                    "person_id": person, "org_id": org if city.chance(0.93) else city.rng.choice(city.orgs),
                    "standing": "正式党员" if city.chance(0.75) else city.rng.choice(STANDINGS),
                    "categories": city.rng.choice([None, [], city.rng.sample(CATEGORIES, 1), CATEGORIES[:2]]),
                    "since": city.rng.choice([None, date(2012, 7, 1), date(2019, 7, 1), city.some_day()]),
                    "until": city.some_day() if city.chance(0.1) else None,
                })
    return unique(rows, "person_id", "org_id", "standing", "since")


def posts(city: City) -> list[Row]:
    rows = []
    for org in city.orgs:
        for role in ROLES:
            for _ in range(city.rng.choice([0, 1, 1, 1, 2, 2])):
                person = city.person(org) or city.rng.choice(city.everyone)
                rows.append({
                    "person_id": person, "org_id": org, "role": role,
                    "full_time": city.rng.choice([True, True, False, None]),
                    "started_on": city.some_day() if city.chance(0.2) else city.rng.choice(
                        [date(2018, 3, 1), date(2020, 2, 29), date(city.year, 1, 1)]
                    ),
                    "ended_on": city.some_day() if city.chance(0.15) else None,
                })
                if city.chance(0.05):  # a second term that overlaps the first
                    rows.append(rows[-1] | {"started_on": rows[-1]["started_on"] + 40 * DAY, "ended_on": None})
    return unique(rows, "person_id", "org_id", "role", "started_on")


def exemptions(city: City) -> list[Row]:
    rows, ref = [], city.ref
    for demand in city.demands:
        for org in city.orgs:
            if city.chance(0.03):
                rows.append({
                    "org_id": org, "requirement": demand.requirement, "reason": "试验", "approved_by": "试验",
                    "since": city.rng.choice([ref, ref + DAY, ref - DAY, date(city.year, 1, 1), date(2021, 1, 1)]),
                    "until": city.rng.choice([ref, ref - DAY, ref + DAY, date(city.year + 1, 12, 31)]),
                })
    return unique(rows, "org_id", "requirement", "since")


def rejected(city: City) -> list[Row]:
    """Rows put aside on intake; ``kind`` only where ledgers have one."""
    kinds: dict[str, list[Any]] = {name: [None] for name in ("people", "posts", "dues", "activities", "case_steps")}
    kinds |= {"measures": [None], "ratings": [None, "述职评议"]}
    for demand in city.demands:
        k = demand.kwargs
        kinds["activities"] += k["activity"] if isinstance(k.get("activity"), list) else [k.get("activity")]
        kinds["case_steps"].append(k.get("process"))
        kinds["measures"] += [k.get(name) for name in ("numerator", "denominator", "measure", "base")
                              if demand.shape in ("expect_share", "expect_growth")]
    rows = []
    for org in [*city.orgs, None]:
        if city.chance(0.25) or org is None:
            table = city.rng.choice(list(kinds))
            # mostly a legible kind, else every failing verdict would turn into a doubt
            known = [k for k in kinds[table] if k is not None]
            kind = None if not known or city.chance(0.2) else city.rng.choice(known)
            repeated = city.rng.choice([None, False, False, False, True])
            rows.append({"table_name": table, "org_id": org, "kind": kind, "duplicate": repeated})
    return rows


def unique(rows: list[Row], *key: str) -> list[Row]:
    """The rows, of those that share a key the first."""
    found: dict[tuple, Row] = {}
    for row in rows:
        found.setdefault(tuple(row[c] for c in key), row)
    return list(found.values())


def remove_kinds(city: City, seed: int) -> None:
    """Whole kinds of records that the data set does not have."""
    chance, rng, tables = city.chance, city.rng, city.tables
    for table, column, share in (
        ("activities", "kind", 0.5), ("case_steps", "process", 0.3), ("case_steps", "step", 0.6),
        ("measures", "measure", 0.2), ("posts", "role", 0.2),
    ):
        values = sorted({row[column] for row in tables[table]})
        if values and chance(share):
            gone = rng.choice(values)
            tables[table] = [row for row in tables[table] if row[column] != gone]
    asked = [d.kwargs for d in city.demands if d.kwargs.get("step")]
    answered = [k for k in asked if k.get("after") or k.get("before")]
    of_a_class = [k for k in answered if k.get("tags")]
    some = rng.sample(answered, min(len(answered), 2)) + rng.sample(of_a_class, min(len(of_a_class), 1))
    for k in some:  # no answer, and no event (of that class) that asks for one
        event = [*terms(k.get("after")), *terms(k.get("before"))]
        gone = terms(k["step"]) + ([] if k.get("tags") else event)
        rows = tables["case_steps"]
        rows = tables["case_steps"] = [r for r in rows if r["process"] != k["process"] or r["step"] not in gone]
        for row in rows:
            if row["process"] == k["process"] and row["step"] in event and share_a_term(k.get("tags"), row["tags"]):
                row["tags"] = []
    if seed % 2:
        tables[("dues", "ratings", "people", "measures", "posts")[seed % 5]] = []
    if chance(0.1):
        for row in tables["activities"]:
            row["hours"] = None
    if seed % 4 == 2:  # a ledger of what is due that does not say what was paid, or says it once
        for row in tables["dues"]:
            row |= {"paid": None, "paid_on": None}
        if seed % 8 == 2:
            tables["dues"][0]["paid"] = 0.0


def generate(seed: int, demands: list[Demand], as_of: date, year: int, size: int = 40) -> Tables:
    """Every table of a synthetic city of ``size`` organisations."""
    city = City(seed, as_of, year, demands, size)
    city.tables["organizations"] = city.organizations
    city.tables["people"] = people(city)
    city.tables["posts"] = posts(city)
    city.tables["activities"] = plans.activities(city)
    city.tables["case_steps"] = plans.case_steps(city)
    city.tables["measures"] = unique(plans.measures(city), "org_id", "measure", "as_of")
    city.tables["ratings"] = unique(plans.ratings(city), "org_id", "person_id", "period")
    city.tables["dues"] = unique(plans.dues(city), "person_id", "org_id", "month")
    city.tables["exemptions"] = exemptions(city)
    city.tables["rejected"] = rejected(city)
    remove_kinds(city, seed)
    for rows in city.tables.values():
        city.rng.shuffle(rows)
    return city.tables
