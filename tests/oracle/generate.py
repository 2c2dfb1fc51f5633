"""Seeded random data sets, dense in border cases. Plain Python, nothing from the product.

The data are planned around the requirements that will be judged: counts of n − 1, n and n + 1, dates one day before,
on and after a deadline, and so on, so that every shape is met and missed often and by the smallest margin.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from . import plans_activities, plans_cases, plans_figures, plans_people, plans_ratings, plans_site
from .days import end_of_month
from .facts import Facts, share_a_term, terms
from .oracle import Demand
from .subjects import subjects
from .words import Words
from .zoo_shapes import LEVELS, SECTORS, TYPES

Row = dict[str, Any]
Tables = dict[str, list[Row]]
DAY = timedelta(days=1)


class Chance(Random):
    """Quicker than its base, which takes pains not to prefer any item by a hair."""

    def choice(self, seq: Any) -> Any:
        return seq[int(self.random() * len(seq))]

    def randint(self, a: int, b: int) -> int:
        return a + int(self.random() * (b - a + 1))


class City:
    """What the planners share: the source of chance, the dates of the run, organisations and persons."""

    def __init__(self, seed: int, as_of: date, year: int, demands: list[Demand], size: int) -> None:
        self.rng = Chance(f"city {seed}")
        self.as_of, self.year, self.demands = as_of, year, demands
        self.ref = min(as_of, date(year, 12, 31))
        self.words = Words(demands)
        self.tables: Tables = {}
        self.organizations = organizations(self, size)
        self.orgs = [o["org_id"] for o in self.organizations]
        self.org = {o["org_id"]: o for o in self.organizations}
        self.children: dict[str, list[str]] = {org: [] for org in self.orgs}
        for o in self.organizations:
            if o["parent_id"]:
                self.children[o["parent_id"]].append(o["org_id"])
        self.persons = {org: [f"人{org}-{i}" for i in range(self.rng.randint(0, 10))] for org in self.orgs}
        self.everyone = [p for org in self.orgs for p in self.persons[org]] or ["人0"]
        self.posts: dict[tuple[str, str], list[Row]] = {}
        begun = {d.effective_from for d in demands if d.effective_from > date(year, 1, 1)}
        self.starts = sorted(begun)
        self.bound: dict[str, list[str]] = {}

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def asked(self, *shapes: str) -> list[Row]:
        """Arguments of the requirements of these shapes."""
        return [d.kwargs for d in self.demands if d.shape.removeprefix("expect_") in shapes]

    def bind(self, groups: dict[str, Any]) -> None:
        """Whom each requirement binds, and a few others: records of anybody else would only be in the way."""
        facts = Facts({"organizations": self.organizations, "people": self.tables["people"]}, self.as_of)
        members = {
            b: {o["org_id"] for o in subjects(facts, groups[b], self.ref)} for b in {d.binds for d in self.demands}
        }
        for d in self.demands:
            self.bound[d.requirement] = [o for o in self.orgs if o in members[d.binds] or self.chance(0.03)]

    def some_day(self) -> date:
        """Any day of four years, more often than not on a border."""
        rng, year = self.rng, self.rng.choice((self.year, self.year, self.year - 1))
        month, which = rng.randint(1, 12), rng.randrange(14)
        if which < 3:
            return self.as_of + (which - 1) * DAY
        if which == 3:
            return date(self.year - 2, 1, 1) + timedelta(days=rng.randint(0, 1200))
        if which == 4:
            return date(year, 1, 1) + timedelta(days=rng.randint(0, 364))
        if which == 5:
            return end_of_month(year, 2)
        month, day = ((month, 1), (2, 28), (1, 1), (12, 31), (6, 30), (7, 1), (8, 31), (month, 28))[which - 6]
        return date(year, month, day)

    def recorded(self) -> date | None:
        """Mostly unknown; now and then on or after ``as_of``."""
        if self.rng.random() >= 0.04:
            return None
        return self.rng.choice([self.as_of, self.as_of + DAY, self.some_day()])

    def person(self, org: str) -> str | None:
        """Somebody of the organisation, seldom of another, seldom nobody."""
        roll = self.rng.random()
        if roll < 0.02:
            return None
        if roll < 0.1 or not self.persons[org]:
            return self.rng.choice(self.everyone)
        return self.rng.choice(self.persons[org])

    def holders(self, org: str, roles: Any) -> list[Row]:
        """Posts of the organisation in one of these roles."""
        return [p for role in terms(roles) for p in self.posts.get((org, role), ())]


def organizations(city: City, size: int) -> list[Row]:
    rng, rows = city.rng, []
    documents = sorted({d.document for d in city.demands})
    flags = city.words.flags
    borders = date(city.year - 1, 12, 15), date(city.year, 1, 1), date(city.year, 1, 2)
    for number in range(size):
        kind = TYPES[number] if number < len(TYPES) else rng.choice([*TYPES, "党支部", "党支部"])
        early = rng.choice([None, date(2010, 1, 1), date(2015, 5, 5)])
        rows.append({
            "org_id": f"O{number:03d}", "name": f"试验组织{number}", "short_name": f"试{number}", "type": kind,
            "parent_id": None if number == 0 or rng.random() < 0.02 else f"O{rng.randint(0, (number - 1) // 2):03d}",
            "sector": None if rng.random() < 0.05 else rng.choice(SECTORS),
            "level": None if rng.random() < 0.05 else rng.choice(LEVELS),
            "adopts": rng.choice([[], None, documents, rng.sample(documents, 1 + len(documents) // 2)]),
            "flags": rng.choice([None, [], rng.sample(flags, 1), rng.sample(flags, 2), flags[:]]),
            "has_committee": rng.choice([True, False, None, None]),
            "established_on": rng.choice([city.some_day(), city.some_day(), *borders])
            if rng.random() < 0.25 else early,
            "dissolved_on": rng.choice([city.some_day(), city.ref, city.ref + DAY]) if rng.random() < 0.08 else None,
        })
    return rows


def adoption(city_seed: int, demands: list[Demand]) -> list[Row]:
    """Entries of an adoption file: by level, sector, type, flag, name, or for all but some."""
    rng = Random(f"adoption {city_seed}")
    documents = sorted({d.document for d in demands})
    return [
        {"documents": rng.sample(documents, 1 + len(documents) // 2), "levels": rng.sample(LEVELS, 2)},
        {"documents": documents, "sectors": rng.sample(SECTORS, 3), "types": rng.sample(TYPES, 5)},
        {"documents": documents, "names": [f"试验组织{n}" for n in range(0, 40, 3)] + ["试8", "O010"]},
        {"documents": rng.sample(documents, 1), "flags": rng.sample(["后进村", "有财政", "市直属"], 1)},
        {"documents": documents[:1], "types": ["党支部"], "except_names": [f"试{n}" for n in range(1, 60, 2)]},
    ]


def exemptions(city: City) -> list[Row]:
    rows, ref = [], city.ref
    for demand in city.demands:
        for org in city.bound[demand.requirement]:
            if city.chance(0.03):
                rows.append({
                    "org_id": org, "requirement": demand.requirement, "reason": "试验", "approved_by": "试验",
                    "since": city.rng.choice([ref, ref + DAY, ref - DAY, date(city.year, 1, 1), date(2021, 1, 1)]),
                    "until": city.rng.choice([ref, ref - DAY, ref + DAY, date(city.year + 1, 12, 31)]),
                })
    return unique(rows, "org_id", "requirement", "since")


def rejected(city: City) -> list[Row]:
    """Rows put aside on intake; ``kind`` only where ledgers have one."""
    words = city.words
    kinds: dict[str, list[str]] = {
        "people": [], "posts": [], "dues": [], "checklist": [], "activities": words.kinds,
        "participations": words.kinds, "case_steps": list(words.steps), "measures": words.measures,
        "ratings": words.ratings,
    }
    rows = []
    for org in [*city.orgs, None]:
        if city.chance(0.2) or org is None:
            table = city.rng.choice(list(kinds))
            # mostly a legible kind, else every failing verdict would turn into a doubt
            kind = None if not kinds[table] or city.chance(0.2) else city.rng.choice(kinds[table])
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
        ("measures", "measure", 0.2), ("posts", "role", 0.2), ("ratings", "kind", 0.2), ("participations", "kind", 0.3),
        ("indicators", "level", 0.2),
    ):
        values = sorted({row[column] for row in tables[table]})
        if values and chance(share):
            gone = rng.choice(values)
            tables[table] = [row for row in tables[table] if row[column] != gone]
    remove_answers(city)
    if seed % 2:
        tables[("dues", "ratings", "people", "measures", "posts")[seed % 5]] = []
    if seed % 6 == 5:
        tables[rng.choice(["participations", "indicators", "checklist"])] = []
    for column in ("hours", "days", "minutes", "chair_id", "noticed_on", "approved_on"):
        if chance(0.1):
            for row in tables["activities"]:
                row[column] = None
    for column in ("payer", "consented_on"):
        if chance(0.1):
            for row in tables["dues"]:
                row[column] = None
    if seed % 4 == 2:  # a ledger of what is due that does not say what was paid, or says it once
        for row in tables["dues"]:
            row |= {"paid": None, "paid_on": None}
        if seed % 8 == 2 and tables["dues"]:
            tables["dues"][0]["paid"] = 0.0


def remove_answers(city: City) -> None:
    """Of some requirements no answer is left, and no event (of the class) that asks for one."""
    rng, tables = city.rng, city.tables
    answered = [k for k in (d.kwargs for d in city.demands) if k.get("step") and (k.get("after") or k.get("before"))]
    of_a_class = [k for k in answered if k.get("tags")]
    for k in rng.sample(answered, min(len(answered), 2)) + rng.sample(of_a_class, min(len(of_a_class), 1)):
        event = [*terms(k.get("after")), *terms(k.get("before"))]
        gone = terms(k["step"]) if k.get("tags") else [*terms(k["step"]), *event]
        rows = tables["case_steps"]
        rows = tables["case_steps"] = [r for r in rows if r["process"] != k["process"] or r["step"] not in gone]
        for row in rows:
            if row["process"] == k["process"] and row["step"] in event and share_a_term(k.get("tags"), row["tags"]):
                row["tags"] = []


def generate(
    seed: int, demands: list[Demand], groups: dict[str, Any], as_of: date, year: int, size: int = 40,
) -> Tables:
    """Every table of a synthetic city of ``size`` organisations; ``groups`` as in expectations/subjects.yaml."""
    city = City(seed, as_of, year, demands, size)
    tables = city.tables
    tables["organizations"] = city.organizations
    tables["people"] = unique(plans_people.people(city), "person_id", "org_id", "standing", "since")
    city.bind(groups)
    tables["posts"] = unique(plans_people.posts(city), "person_id", "org_id", "role", "started_on")
    for post in tables["posts"]:
        city.posts.setdefault((post["org_id"], post["role"]), []).append(post)
    tables["case_steps"] = plans_cases.case_steps(city)
    tables["permissions"] = []
    tables["activities"] = plans_activities.activities(city)
    tables["permissions"] = unique(tables["permissions"], "org_id", "requirement", "period")
    key = ("org_id", "kind", "held_on", "person_id", "part")
    tables["participations"] = unique(plans_people.participations(city), *key)
    tables["measures"] = unique(plans_figures.measures(city), "org_id", "measure", "as_of")
    tables["ratings"] = unique(plans_ratings.ratings(city), "org_id", "person_id", "kind", "period")
    tables["dues"] = unique(plans_figures.dues(city), "person_id", "org_id", "month")
    tables["indicators"] = plans_site.indicators(city)
    tables["checklist"] = plans_site.checklist(city)
    tables["exemptions"] = exemptions(city)
    tables["rejected"] = rejected(city)
    remove_kinds(city, seed)
    for rows in tables.values():
        city.rng.shuffle(rows)
    return tables
