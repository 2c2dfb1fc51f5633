"""The standard, and what inspectors answered on site."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .days import add_months

if TYPE_CHECKING:
    from .generate import City

Row = dict[str, Any]
DAY = timedelta(days=1)
LEVELS = ("基本", "规范", "创新")
ANSWERS = ("符合", "不符合", "不适用")


def indicators(city: City) -> list[Row]:
    """A few items of each level; now and then a level without any."""
    rows = []
    for level, counts in zip(LEVELS, ([1, 2, 3], [0, 1, 2, 2], [1, 2]), strict=True):
        for number in range(city.rng.choice(counts)):
            aspect = city.rng.choice(["组织设置", "党员教育", "阵地建设"])
            rows.append({"item": f"{level}{number}", "aspect": aspect, "level": level, "text": None})
    return rows


def checklist(city: City) -> list[Row]:
    rows: list[Row] = []
    if city.asked("standard"):
        for org in city.orgs:
            rows += answers_to_items(city, org)
    days = [city.ref, city.ref + DAY, date(city.year, 1, 1), date(city.year, 1, 1) - DAY, city.as_of, city.as_of + DAY]
    for demand in city.demands:
        if demand.shape == "expect_checklist":
            for org in city.bound[demand.requirement]:
                for _ in range(city.rng.choice([0, 1, 1, 2])):
                    within = date(city.year, 1, 1) + timedelta(days=city.rng.randint(0, (city.ref - days[2]).days))
                    day = within if city.chance(0.5) else city.rng.choice([*days, *city.starts, city.some_day()])
                    rows.append(answer(city, org, demand.requirement, day))
                if rows and city.chance(0.05):  # two answers of one day
                    rows.append(rows[-1] | {"answer": city.rng.choice(ANSWERS)})
    return rows


def answers_to_items(city: City, org: str) -> list[Row]:
    """Answers up to some level; beyond it refused, forgotten or out of date."""
    rng, rows, target = city.rng, [], city.rng.randint(0, 3)
    year_ago = add_months(city.ref, -12)
    beyond = rng.choice([("不符合", "不符合", "符合"), (None,), (None, "符合"), (None, "不符合")])
    for indicator in city.tables["indicators"]:
        good = LEVELS.index(indicator["level"]) < target
        found = rng.choice(["符合", "符合", "不适用"]) if good else rng.choice(beyond)
        if found is None:
            continue
        day = city.ref - rng.randint(0, 300) * DAY
        if city.chance(0.1):
            day = rng.choice([year_ago, year_ago + DAY, city.ref, city.ref + DAY])
        rows.append(answer(city, org, indicator["item"], day, found))
        if city.chance(0.1):  # another answer: of the same day, of days before or after
            rows.append(answer(city, org, indicator["item"], day + rng.choice([0, 0, -1, 1]) * DAY))
    return rows


def answer(city: City, org: str, item: str, day: date, found: str | None = None) -> Row:
    return {
        "org_id": org, "requirement": item, "answer": found or city.rng.choice(ANSWERS), "checked_on": day,
        "checked_by": None, "note": None,
    }
