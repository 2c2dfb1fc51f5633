"""Random suites of every shape with arguments that the real suites do not use ("shape zoo").

The terms are copied from the field's vocabulary on purpose: the oracle shares no code with the product.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import yaml

TYPES = ["党委", "党组", "工委", "组织部", "机关党委", "党总支", "党支部"]
LEVELS = ["市", "县", "乡镇", "基层"]
SECTORS = ["机关", "事业单位", "农村", "社区", "国企", "两新", "学校"]
FLAGS = ["后进村", "有财政", "市直属"]
ROLES = ["书记", "副书记", "委员", "党务干部", "组织干事"]
STANDINGS = ["正式党员", "预备党员", "发展对象", "入党积极分子"]
CATEGORIES = ["党员领导干部", "离退休", "流动党员"]
KINDS = ["党员大会", "党课", "集中学习", "谈心谈话", "轮训", "党建例会", "党务公开通报", "书面报告", "民主评议党员"]
TAGS = ["基层党建", "班子成员之间", "班子成员与党员", "党员之间"]
CASE_TAGS = ["个别性问题", "一般性意见", "复杂事项", "询问函", "责令纠错"]
MEASURES = ["机关工作人员数", "党务工作人员数", "党建工作经费", "财政收入"]
GRADES = ["好", "较好", "一般", "差"]
STEPS = {
    "发展党员": [
        "确定积极分子", "公示开始", "公示结束", "指定培养联系人", "思想汇报", "考察", "确定发展对象", "确定入党介绍人",
        "接收预备党员", "提出延长预备期", "延长预备期", "转正", "取消资格",
    ],
    "民主生活会": ["会前准备", "集中学习", "报告方案", "召开", "报告情况", "整改提高"],
    "廉政风险": ["发出文书", "收到文书", "防范谈话", "提交整改情况", "提交整改报告", "结束", "归档"],
    "意见办理": ["收到", "办结"],
    "书记任职": ["任职", "集中培训"],
    "五单": ["开单", "晒单", "派单", "查单", "销单"],
    "联系点": ["建立", "结束"],
    "后进村挂钩": ["挂钩", "结束"],
    "责任主体": ["集体责任", "第一责任", "具体责任", "直接责任"],
    "党费催缴": ["教育", "支部大会决定", "报上级批准"],
}
PERIODS = ["month", "quarter", "half_year", "year", "biennium", "inspection_months"]
SUBJECTS: dict[str, Any] = {
    "全部": {"types": TYPES},
    "党支部": {"types": ["党支部"]},
    "基层": {"types": TYPES, "levels": ["乡镇", "基层"]},
    "农村社区学校": {"types": ["党支部", "党总支", "机关党委"], "sectors": ["农村", "社区", "学校"]},
    "有财政": {"types": TYPES, "flags": ["有财政"]},
    "有财政且市直属": {"types": TYPES, "flags": ["有财政", "市直属"]},
    "设支委会": {"types": ["党支部"], "has_committee": True},
    "有下级": {"types": TYPES, "has_children": True},
    "不设支委会": {"types": ["党支部"], "no_committee": True},
    "党委之下": {"types": TYPES, "under": ["党委"], "not_under": ["机关党委", "党总支"]},
    "其一": {"any_of": [{"types": ["党委"], "levels": ["县"]}, {"types": ["党支部"], "flags": ["后进村"]}]},
}


def one_or_some(rng: Random, pool: list[str]) -> str | list[str]:
    """A term, or now and then a list of two."""
    return rng.choice(pool) if len(pool) < 2 or rng.random() < 0.7 else rng.sample(pool, 2)


def maybe(rng: Random, chance: float, **kwargs: Any) -> dict[str, Any]:
    return kwargs if rng.random() < chance else {}


def bounds(rng: Random, top: int) -> dict[str, Any]:
    low = rng.randint(1, top)
    return rng.choice([{"minimum": low}, {"maximum": low}, {"minimum": low, "maximum": low + rng.randint(0, 2)}])


def activity(rng: Random) -> dict[str, Any]:
    return {"activity": one_or_some(rng, KINDS), **maybe(rng, 0.3, tags=rng.sample(TAGS, rng.randint(1, 2)))}


def some_process(rng: Random, least: int = 2) -> tuple[str, list[str], list[int]]:
    """A process, its steps, and ``least`` different places among them in order."""
    process = rng.choice([p for p, steps in STEPS.items() if len(steps) >= least])
    return process, STEPS[process], sorted(rng.sample(range(len(STEPS[process])), least))


def activity_count(rng: Random) -> dict[str, Any]:
    bound = rng.choice(["minimum", "minimum", "minimum", "maximum"])
    return {
        **activity(rng), "period": rng.choice(PERIODS), bound: rng.randint(1, 4),
        **maybe(rng, 0.25, by_role=one_or_some(rng, ROLES)),
    }


def done_by_date(rng: Random) -> dict[str, Any]:
    by = rng.choice(["01-31", "02-28", "02-29", "03-31", "06-30", "08-31", "12-31", "$early"])
    return {
        **activity(rng), "by": by, **maybe(rng, 0.4, opens=rng.choice(["01-01", "02-29", "10-01", "12-01"])),
        **maybe(rng, 0.4, carry_over=rng.choice(["01-31", "02-29"])),
    }


def members_covered(rng: Random) -> dict[str, Any]:
    measure = rng.choice(["count", "hours"])
    of = {"categories": one_or_some(rng, CATEGORIES), "scope": "own"}
    if rng.random() < 0.7:
        of = {"roles": one_or_some(rng, ROLES), "scope": rng.choice(["own", "subtree"])}
        of |= maybe(rng, 0.3, types=rng.sample(TYPES, 4))
    minimum = rng.randint(1, 3) if measure == "count" else rng.choice([8, 12.5, 56])
    return {**of, **activity(rng), "measure": measure, "minimum": minimum, "period": "year"}


def ratings_covered(rng: Random) -> dict[str, Any]:
    return {"rating": "述职评议", "role": one_or_some(rng, ROLES), "share": 100}


def step_deadline(rng: Random) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    within = rng.choice([{"within_days": rng.choice([1, 3, 10, 30, 90])}, {"within_months": rng.choice([1, 3, 6, 12])}])
    return {
        "process": process, "after": steps[i], "step": one_or_some(rng, steps[j:]), **within,
        **maybe(rng, 0.3, tags=rng.sample(CASE_TAGS, 2)),
    }


def step_lead(rng: Random) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    lead = {"at_least_months": rng.choice([1, 6, 12])}
    if rng.random() < 0.5:
        lead = {"at_least_days": rng.choice([1, 7, 15]), **maybe(rng, 0.5, inclusive=rng.random() < 0.7)}
    return {"process": process, "step": steps[i], "before": steps[j], **lead, **maybe(rng, 0.4, until=[steps[-1]])}


def step_order(rng: Random) -> dict[str, Any]:
    process, steps, places = some_process(rng, rng.choice([2, 2, 3]))
    complete_by = rng.choice(["06-30", "08-31", "12-31"])
    return {"process": process, "steps": [steps[i] for i in places], **maybe(rng, 0.6, complete_by=complete_by)}


def case_periods(rng: Random) -> dict[str, Any]:
    process, steps, (i, j, last) = some_process(rng, 3)
    return {
        "process": process, "after": steps[i], "step": steps[j], "until": [steps[last]],
        "period": rng.choice(["quarter", "half_year"]), "minimum": rng.randint(1, 2),
    }


def case_count(rng: Random) -> dict[str, Any]:
    process, steps, (i, j, last) = some_process(rng, 3)
    return {
        "process": process, "after": steps[i], "step": steps[j], "distinct": rng.choice(["person", "row"]),
        **bounds(rng, 2), **maybe(rng, 0.5, until=[steps[last]]), **maybe(rng, 0.5, grace_days=rng.choice([0, 7, 30])),
        **maybe(rng, 0.4, opens=steps[0]),
    }


def step_value(rng: Random) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    aggregate = rng.choice(["each", "sum"])
    before = {"before": steps[j]} if aggregate == "sum" or rng.random() < 0.3 else {}
    return {
        "process": process, "step": steps[i], "aggregate": aggregate, **before, **bounds(rng, 8),
        **maybe(rng, 0.5, opens=steps[0]), **maybe(rng, 0.3, tags=rng.sample(CASE_TAGS, 2)),
    }


def step_qualification(rng: Random) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    return {
        "process": process, "step": steps[j], "standing": one_or_some(rng, STANDINGS),
        "same_org": rng.random() < 0.6, **maybe(rng, 0.5, opens=steps[i]),
    }


def posts_held(rng: Random) -> dict[str, Any]:
    return {"roles": one_or_some(rng, ROLES), "minimum": rng.randint(1, 2), **maybe(rng, 0.4, full_time=True)}


def open_cases(rng: Random) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    return {
        "process": process, "opened_by": steps[i], "closed_by": steps[j], "minimum": rng.randint(1, 2),
        **maybe(rng, 0.4, when_descendant_flag=rng.choice(FLAGS)),
    }


def steps_present(rng: Random) -> dict[str, Any]:
    process, steps, places = some_process(rng, rng.choice([2, 3]))
    return {"process": process, "steps": [steps[i] for i in places], "minimum": rng.randint(1, len(places))}


def share(rng: Random) -> dict[str, Any]:
    numerator, denominator = rng.sample(MEASURES, 2)
    return {"numerator": numerator, "denominator": denominator, "ratio": rng.choice([0.01, 0.02, 0.1, 1])}


def growth(rng: Random) -> dict[str, Any]:
    measure, base = rng.sample(MEASURES, 2)
    return {"measure": measure, "base": base}


def dues_paid(rng: Random) -> dict[str, Any]:
    return {"mode": rng.choice(["outstanding", "late"]), "within_months": rng.choice([0, 1, 3, 5])}


def dues_followup(rng: Random) -> dict[str, Any]:
    return {
        "months": rng.choice([3, 4, 6]), "process": "党费催缴", "step": one_or_some(rng, STEPS["党费催缴"]),
        "excused": rng.random() < 0.5,
    }


def rating_streak(rng: Random) -> dict[str, Any]:
    return {
        "rating": "述职评议", "grade": one_or_some(rng, GRADES), "years": rng.choice([1, 2, 3]),
        "role": one_or_some(rng, ROLES), "within_days": rng.choice([0, 30, 90]),
    }


SHAPES = (
    activity_count, activity_count, done_by_date, members_covered, members_covered, ratings_covered, step_deadline,
    step_lead, step_order, case_periods, case_count, step_value, step_qualification, posts_held, open_cases,
    steps_present, share, growth, dues_paid, dues_followup, rating_streak,
)


def expectations(rng: Random, document: str, rounds: int) -> list[dict[str, Any]]:
    """``rounds`` entries of every shape."""
    entries = []
    for number, shape in enumerate(SHAPES * rounds):
        meta: dict[str, Any] = {"clause": "动物园", "unit": "次", "binds": "全部"}
        if rng.random() < 0.25:
            meta["binds"] = rng.choice(list(SUBJECTS))
        if rng.random() < 0.1 or shape is dues_followup:
            meta["outcome"] = "prompt"
        entries.append({
            "type": f"expect_{shape.__name__}", "kwargs": {"requirement": f"{document}-{number}", **shape(rng)},
            "severity": "critical", "description": shape.__name__, "meta": meta,
        })
    return entries


def write_suites(folder: Path, seed: int, year: int, rounds: int) -> Path:
    """Three documents: one in force long ago, one that takes effect within ``year``, one with two versions."""
    rng = Random(f"zoo {seed}")
    grace, cycle = rng.choice([3, 6]), rng.choice([2021, 2022])
    parameters = {
        "two_year_cycle_start": ("year", cycle), "new_organization_grace_months": ("months", grace),
        "early": ("month_day", "02-28"),
    }
    dump(folder / "subjects.yaml", SUBJECTS)
    dump(folder / "parameters.yaml", {
        name: {"label": name, "source_words": name, "kind": kind, "default": value, "note": "试验"}
        for name, (kind, value) in parameters.items()
    })
    mid_year = f"{year}-{rng.choice(['01-01', '01-02', '02-28', '03-31', '04-01', '07-01', '07-02'])}"
    suite(rng, folder, "zoo-long", "2021-01-01", None, rounds)
    suite(rng, folder, "zoo-new", mid_year, None, max(1, rounds // 2))
    suite(rng, folder, "zoo-versions", "2021-01-01", f"{year}-06-29", 1)
    suite(rng, folder, "zoo-versions", f"{year}-06-30", None, 1)
    return folder


def suite(rng: Random, folder: Path, document: str, begins: str, ends: str | None, rounds: int) -> None:
    meta = {"document": document, "title": document, "effective_from": begins}
    if ends:
        meta["effective_to"] = ends
    dump(folder / document / begins / "zoo.yaml", {
        "name": document, "meta": meta, "expectations": expectations(rng, document, rounds),
    })


def dump(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
