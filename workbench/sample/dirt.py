"""Faults of form put into the ledgers: rows that intake must reject or warn of, none of which changes a verdict.

Every dirty row stands beside a good one that says the same or is none of a duty's, and only in organisations without
a planted fault: a rejected row of a failing subject would turn its failure into 数据不足.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from workbench.sample.sheets import SheetPlan
from workbench.vocabulary import Standing

Row = dict


def _ordinary(row: Row) -> bool:
    """A full member who is none of a group and has not left."""
    return row["standing"] == Standing.FULL and not row["categories"] and row["until"] is None


@dataclass(frozen=True)
class Recipe:
    """One fault of form: table it goes to, what the row must be, what changes.

    ``columns``: stored columns the sheet must show. ``make`` changes a copy of the row (``in_place``: the row itself).
    """

    kind: str
    table: str
    note: str
    make: Callable[[Row, random.Random], None]
    fits: Callable[[Row], bool] = lambda row: True
    columns: tuple[str, ...] = ()
    outcome: str = "rejected"
    in_place: bool = False


def _raw(**cells: object) -> Callable[[Row, random.Random], None]:
    """A change that writes exactly these cells; a list is drawn from."""

    def make(row: Row, rng: random.Random) -> None:
        row["_raw"] = {name: rng.choice(cell) if isinstance(cell, list) else cell for name, cell in cells.items()}
        if row.get("activity_id"):
            row["activity_id"] += f"-{rng.randrange(1000, 10000)}"

    return make


RECIPES: tuple[Recipe, ...] = (
    Recipe("duplicate", "activities", "整行重复", lambda row, rng: None),
    Recipe("duplicate", "dues", "整行重复", lambda row, rng: None, columns=("month",)),
    Recipe("org_unknown", "activities", "组织不在名册中", _raw(org_id="示例镇99样本村99党支部")),
    Recipe("date", "activities", "日期不存在", _raw(held_on=["2026-02-30", "2026年4月31日", "20261340"])),
    Recipe("term", "activities", "没有这种活动类型", _raw(kind="座谈交流"), columns=("kind",)),
    Recipe("id_truncated", "people", "身份证号按数字存放,末几位丢失", _raw(person_id=["1.95001E+11", "1.97203E+11"]),
           fits=_ordinary),
    Recipe("number", "dues", "应交金额不是数", _raw(due="伍元"), columns=("month",)),
    Recipe("required", "posts", "任职日期为空", _raw(started_on="")),
    Recipe("step", "case_steps", "流程没有这个步骤", _raw(step="样例步骤")),
    Recipe("month_only", "people", "日期只写到月", _raw(since="1998年6月"), outcome="warning", in_place=True,
           fits=lambda row: _ordinary(row) and row["since"].year < 2000),
)


def soil(books: dict[str, list[SheetPlan]], rng: random.Random) -> None:
    """Put one of each fault of form that fits into the sheets of a unit, and one person into two branches."""
    plans = [plan for sheets in books.values() for plan in sheets if not plan.months]
    for recipe in RECIPES:
        candidates = [p for p in plans if p.table == recipe.table and set(recipe.columns) <= set(p.columns)]
        rows = [(p, i) for p in candidates for i, row in enumerate(p.rows)
                if row["clean"] and "_dirt" not in row and recipe.fits(row)]
        if rows:
            _apply(recipe, *rng.choice(rows), rng)
    for plan in plans:
        if plan.table == "people":
            _two_branches(plan, rng)


def _apply(recipe: Recipe, plan: SheetPlan, index: int, rng: random.Random) -> None:
    row = plan.rows[index] if recipe.in_place else dict(plan.rows[index])
    recipe.make(row, rng)
    row["_dirt"] = (recipe.kind, recipe.outcome, recipe.note)
    if not recipe.in_place:
        plan.rows.insert(index + 1, row)


def _two_branches(plan: SheetPlan, rng: random.Random) -> None:
    """An ordinary member of one branch also stands in the roll of another, which asks no more of its members."""
    ordinary = [row for row in plan.rows if row["clean"] and "_dirt" not in row and _ordinary(row)]
    if not ordinary:
        return
    row = rng.choice(ordinary)
    others = [r for r in ordinary if r["org_id"] != row["org_id"] and r["adopted"] == row["adopted"]]
    if not others:
        return
    other = rng.choice(others)
    mark = ("two_branches", "warning", "同一人列入两个支部")
    copy = {**row, "org_id": other["org_id"], "org_label": other["org_label"], "_dirt": mark}
    row["_dirt"] = mark
    plan.rows.insert(plan.rows.index(other) + 1, copy)
