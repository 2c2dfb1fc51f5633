"""Random arguments for every shape, one function a shape.

The terms are copied from the field's vocabulary on purpose: the oracle shares no code with the product.
"""

from __future__ import annotations

from random import Random
from typing import Any

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
    "换届": ["通知流动党员", "批准延期", "选举"],
    "亮牌": ["黄牌", "限期整改", "整改完成", "橙牌", "红牌"],
}
RATINGS = ["述职评议", "党建考核", "年度考核"]
PARTS = ["参加", "列席", "主持"]
PERIODS = ["month", "quarter", "half_year", "year", "biennium", "inspection_months"]


class Chance(Random):
    """A source of chance that knows the audited year."""

    year: int = 2026


def one_or_some(rng: Chance, pool: list[str]) -> str | list[str]:
    """A term, or now and then a list of two."""
    return rng.choice(pool) if len(pool) < 2 or rng.random() < 0.7 else rng.sample(pool, 2)


def maybe(rng: Chance, chance: float, **kwargs: Any) -> dict[str, Any]:
    return kwargs if rng.random() < chance else {}


def bounds(rng: Chance, top: int) -> dict[str, Any]:
    low = rng.randint(1, top)
    return rng.choice([{"minimum": low}, {"maximum": low}, {"minimum": low, "maximum": low + rng.randint(0, 2)}])


def activity(rng: Chance) -> dict[str, Any]:
    return {"activity": one_or_some(rng, KINDS), **maybe(rng, 0.3, tags=rng.sample(TAGS, rng.randint(1, 2)))}


def some_process(rng: Chance, least: int = 2) -> tuple[str, list[str], list[int]]:
    """A process, its steps, and ``least`` different places among them in order."""
    process = rng.choice([p for p, steps in STEPS.items() if len(steps) >= least])
    return process, STEPS[process], sorted(rng.sample(range(len(STEPS[process])), least))


def activity_count(rng: Chance) -> dict[str, Any]:
    asked, period = activity(rng), rng.choice(PERIODS)
    low = rng.randint(1, 2 if period == "month" else 4)
    bound = rng.choice([
        {"minimum": low}, {"minimum": low}, {"minimum": low}, {"maximum": low},
        {"minimum": low, "maximum": low + rng.randint(0, 2)},
    ])
    count = rng.choice(["rows", "quantity", None, None, None])
    if rng.random() < 0.15:
        asked["tags"], count = rng.sample(TAGS, 3), "tags"
        bound = {"minimum": rng.randint(1, 3)}
    return {
        **asked, "period": period, **bound, **({"count": count} if count else {}),
        **maybe(rng, 0.25, by_role=one_or_some(rng, ROLES)),
    }


def done_by_date(rng: Chance) -> dict[str, Any]:
    by = rng.choice(["01-31", "02-28", "02-29", "03-31", "06-30", "08-31", "12-31", "$early"])
    return {
        **activity(rng), "by": by, **maybe(rng, 0.4, opens=rng.choice(["01-01", "02-29", "10-01", "12-01"])),
        **maybe(rng, 0.4, carry_over=rng.choice(["01-31", "02-29"])),
    }


def who(rng: Chance) -> dict[str, Any]:
    """Holders of a post, or members of a category."""
    if rng.random() < 0.7:
        return {"roles": one_or_some(rng, ROLES), **maybe(rng, 0.3, full_time=True)}
    return {"categories": one_or_some(rng, CATEGORIES)}


def members_covered(rng: Chance) -> dict[str, Any]:
    of: dict[str, Any] = rng.choice([
        {"categories": one_or_some(rng, CATEGORIES)},
        {"standings": one_or_some(rng, STANDINGS), **maybe(rng, 0.4, except_categories=rng.sample(CATEGORIES, 1))},
    ]) | {"scope": "own"}
    if rng.random() < 0.6:
        of = {"roles": one_or_some(rng, ROLES), "scope": rng.choice(["own", "subtree"])}
        of |= maybe(rng, 0.3, types=rng.sample(TYPES, 4))
    period = {"period": "year"}
    if rng.random() < 0.3:
        period = {"period": "ever", **maybe(rng, 0.5, grace_days=rng.choice([0, 30, 365]))}
    if rng.random() < 0.2:
        return {**of, "rating": one_or_some(rng, RATINGS), "measure": "count", "minimum": 1, **period}
    measure = rng.choice(["count", "count", "hours", "days", "quantity"])
    if measure == "count":
        amount = {"minimum": rng.randint(1, 3)}
    else:
        amount = rng.choice([{"minimum": 8}, {"minimum": 12.5}, {"minimum": 3, "size": 8}, {"minimum": 2, "size": 4}])
    if period == {"period": "year"} and rng.random() < 0.3:
        years = rng.choice([[rng.year - 1, rng.year], [rng.year], [rng.year], [rng.year - 1]])
        day = rng.choice(["07-01", "02-28", "12-30", "01-02"])
        days = {"days_before": rng.choice([0, 7, 30]), "days_after": rng.choice([0, 7, 45])}
        period |= {"around": [f"{year}-{day}" for year in years], **days}
    return {**of, **activity(rng), "measure": measure, **amount, **period}


def orgs_covered(rng: Chance) -> dict[str, Any]:
    by = {"rating": one_or_some(rng, RATINGS)} if rng.random() < 0.5 else activity(rng)
    return {
        **by,
        "scope": rng.choice(["own", "children", "children", "subtree"]),
        "share": rng.choice([100, 100, 60, 33.3]),
        **maybe(rng, 0.4, role=one_or_some(rng, ROLES)),
        **maybe(rng, 0.4, types=rng.sample(TYPES, 5)),
    }


def each_activity(rng: Chance) -> dict[str, Any]:
    return {**activity(rng), **rng.choice([
        {"carries": rng.sample(TAGS, 2)}, {"carries": rng.choice(TAGS)}, {"minutes": True},
        {"chaired_by": one_or_some(rng, ROLES)}, {"dated": "noticed_on"}, {"dated": "approved_on"},
    ])}


def attendance(rng: Chance) -> dict[str, Any]:
    asked = {"activity": one_or_some(rng, KINDS), **who(rng), **maybe(rng, 0.4, parts=one_or_some(rng, PARTS))}
    if rng.random() < 0.3:
        return {**asked, "each": "person", "minimum": rng.randint(1, 3)}
    below = {"posts_in": "children"} if asked.get("roles") and rng.random() < 0.3 else {}
    if below:
        below |= maybe(rng, 0.4, types=rng.sample(TYPES, 5))
    return {**asked, **below, "each": "activity", "minimum": rng.choice([50, 66.7, 100])}


def step_deadline(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    within = rng.choice([{"within_days": rng.choice([1, 3, 10, 30, 90])}, {"within_months": rng.choice([1, 3, 6, 12])}])
    return {
        "process": process, "after": steps[i], "step": one_or_some(rng, steps[j:]), **within,
        **maybe(rng, 0.3, tags=rng.sample(CASE_TAGS, 2)),
    }


def step_lead(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    lead = {"at_least_months": rng.choice([1, 6, 12])}
    if rng.random() < 0.5:
        lead = {"at_least_days": rng.choice([0, 1, 7, 15]), **maybe(rng, 0.5, inclusive=rng.random() < 0.7)}
    return {
        "process": process, "step": steps[i], "before": steps[j], **lead, **maybe(rng, 0.4, until=[steps[-1]]),
        **maybe(rng, 0.2, tags=rng.sample(CASE_TAGS, 2)),
    }


def step_order(rng: Chance) -> dict[str, Any]:
    process, steps, places = some_process(rng, rng.choice([2, 2, 3]))
    complete_by = rng.choice(["06-30", "08-31", "12-31"])
    more = rng.choice([{"complete_by": complete_by}, {"complete_by": complete_by}, {"ongoing": True}, {}])
    return {"process": process, "steps": [steps[i] for i in places], **more}


def case_periods(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j, last) = some_process(rng, 3)
    return {
        "process": process, "after": steps[i], "step": steps[j], "until": [steps[last]],
        "period": rng.choice(["month", "quarter", "half_year", "year"]), "minimum": rng.randint(1, 2),
    }


def case_count(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j, last) = some_process(rng, 3)
    return {
        "process": process, "after": steps[i], "step": steps[j], "distinct": rng.choice(["person", "row"]),
        **bounds(rng, 2), **maybe(rng, 0.5, until=[steps[last]]), **maybe(rng, 0.5, grace_days=rng.choice([0, 7, 30])),
        **maybe(rng, 0.4, opens=steps[0]),
    }


def step_value(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    aggregate = rng.choice(["each", "sum"])
    before = {"before": steps[j]} if aggregate == "sum" or rng.random() < 0.3 else {}
    return {
        "process": process, "step": steps[i], "aggregate": aggregate, **before, **bounds(rng, 8),
        **maybe(rng, 0.5, opens=steps[0]), **maybe(rng, 0.3, tags=rng.sample(CASE_TAGS, 2)),
    }


def step_qualification(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    asked = {"process": process, "step": steps[j], **maybe(rng, 0.5, opens=steps[i])}
    if rng.random() < 0.4:
        return {**asked, "among": steps[i]}
    return {**asked, "standing": one_or_some(rng, STANDINGS), "same_org": rng.random() < 0.6}


def step_present(rng: Chance) -> dict[str, Any]:
    process, steps, places = some_process(rng, rng.choice([2, 3]))
    asked = {
        "process": process, "of": steps[places[0]], "steps": [steps[i] for i in places[1:]],
        **maybe(rng, 0.3, of_tags=rng.sample(CASE_TAGS, 2)), **maybe(rng, 0.4, step_tags=rng.sample(CASE_TAGS, 3)),
        **maybe(rng, 0.2, unless=[steps[-1]] if steps[-1] not in (steps[i] for i in places) else [steps[0]]),
    }
    if asked.get("unless") == [asked["of"]]:
        del asked["unless"]
    if rng.random() < 0.25:
        return {**asked, "absent": True}
    until = maybe(rng, 0.4, until=[steps[-1]])
    return {**asked, "within_days": rng.choice([0, 7, 30, 90]), **until, **maybe(rng, 0.2, same_day=True)}


def step_meeting(rng: Chance) -> dict[str, Any]:
    process, steps, (i,) = some_process(rng, 1)
    return {
        "process": process, "step": one_or_some(rng, steps[i:]), "activity": one_or_some(rng, KINDS),
        "within_days": rng.choice([0, 3, 30]), **maybe(rng, 0.3, tags=rng.sample(CASE_TAGS, 2)),
    }


def case_members(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    of = {"categories": one_or_some(rng, CATEGORIES)}
    if rng.random() < 0.7:
        of = {"roles": one_or_some(rng, ROLES), **maybe(rng, 0.4, except_roles=rng.choice(ROLES))}
    return {
        "process": process, "of": steps[i], "step": one_or_some(rng, steps[j:]), **of,
        "share": rng.choice([100, 100, 50]), **maybe(rng, 0.5, grace_days=rng.choice([0, 7, 90])),
    }


def posts_held(rng: Chance) -> dict[str, Any]:
    return {"roles": one_or_some(rng, ROLES), "minimum": rng.randint(1, 2), **maybe(rng, 0.4, full_time=True)}


def term(rng: Chance) -> dict[str, Any]:
    process = rng.choice(["换届", "换届", "联系点"])
    return {
        "process": process, "step": STEPS[process][-1], "years": rng.choice([2, 3, 5]),
        "reminder_months": rng.choice([0, 3, 6]),
        **maybe(rng, 0.6, extended_by=STEPS[process][-2], extension_months=rng.choice([1, 6, 12])),
    }


def tenure(rng: Chance) -> dict[str, Any]:
    return {"roles": one_or_some(rng, ROLES), "years": rng.choice([3, 5, 8]), **maybe(rng, 0.3, full_time=True)}


def post_qualified(rng: Chance) -> dict[str, Any]:
    roles, also = rng.sample(ROLES, 2)
    at = rng.choice(["own", "parent", "anywhere"])
    return {
        "roles": roles,
        "also": one_or_some(rng, sorted({also, ROLES[0]})),
        "at": at,
        **(maybe(rng, 0.4, parent_types=rng.sample(TYPES, 5)) if at == "parent" else {}),
        **maybe(rng, 0.3, full_time=True),
    }


def some_day(rng: Chance) -> str:
    return rng.choice([f"{rng.year}-06-30", f"{rng.year}-12-31", f"{rng.year - 1}-12-31", f"{rng.year + 1}-06-30"])


def open_cases(rng: Chance) -> dict[str, Any]:
    process, steps, (i, j) = some_process(rng)
    return {
        "process": process, "opened_by": steps[i], "closed_by": steps[j],
        **rng.choice([{"minimum": rng.randint(1, 2)}, {"maximum": rng.randint(0, 2)}]),
        **maybe(rng, 0.4, when_descendant_flag=rng.choice(FLAGS)),
        **maybe(rng, 0.5, scope=rng.choice(["own", "subtree"])), **maybe(rng, 0.3, by=some_day(rng)),
    }


def steps_present(rng: Chance) -> dict[str, Any]:
    process, steps, places = some_process(rng, rng.choice([2, 3]))
    return {"process": process, "steps": [steps[i] for i in places], "minimum": rng.randint(1, len(places))}


def share(rng: Chance) -> dict[str, Any]:
    numerator, denominator = rng.sample(MEASURES, 2)
    ratio = rng.choice([0.01, 0.02, 0.1, 1])
    least = maybe(rng, 0.3, when_at_least=rng.choice([100, 101]))
    return {"numerator": numerator, "denominator": denominator, "ratio": ratio, **least}


def measure(rng: Chance) -> dict[str, Any]:
    names = rng.sample(MEASURES, 3)
    asked: dict[str, Any] = {"measure": names[0]}
    if rng.random() < 0.2:
        asked |= {"positive": True}
    else:
        asked |= maybe(rng, 0.5, per=names[1])
        low = rng.choice([100, 110, 99.5] if asked.get("per") else [100, 110, 2])
        asked |= rng.choice(
            [{"minimum": low}, {"minimum": low}, {"maximum": low}, {"minimum": low, "maximum": low + 5}]
        )
    if rng.random() < 0.5:
        asked |= {"when": names[2], **rng.choice([
            {"when_at_least": 100}, {"when_below": 110}, {"when_at_least": 100, "when_below": 150},
        ])}
    return asked


def growth(rng: Chance) -> dict[str, Any]:
    measure, base = rng.sample(MEASURES, 2)
    return {"measure": measure, "base": base, **maybe(rng, 0.3, rises=True)}


def population(rng: Chance) -> dict[str, Any]:
    asked = {
        **maybe(rng, 0.4, types=rng.sample(TYPES, 4)), **maybe(rng, 0.3, sectors=rng.sample(SECTORS, 4)),
        **maybe(rng, 0.2, flags=rng.sample(FLAGS, 1)), **maybe(rng, 0.3, by=some_day(rng)),
    }
    having = rng.choice([
        {}, {"having_flag": one_or_some(rng, FLAGS)}, {"having_flag": one_or_some(rng, FLAGS)},
        {"rating": one_or_some(rng, RATINGS), "grades": rng.sample(GRADES, 2)},
        {"rating": one_or_some(rng, RATINGS), "grades": rng.sample(GRADES, 2)},
    ])
    bound = (
        {"share": rng.choice([10, 33.3, 50, 60])} if having and rng.random() < 0.6 else {"minimum": rng.randint(1, 4)}
    )
    return {**asked, **having, **bound}


def standard(rng: Chance) -> dict[str, Any]:
    what = rng.choice(["aspects", "items", "level", "level", "level"])
    low = rng.randint(1, 3)
    return {"what": what, "minimum": low, **maybe(rng, 0.3, maximum=low + rng.randint(0, 1))}


def checklist(rng: Chance) -> dict[str, Any]:
    return {}


def dues_paid(rng: Chance) -> dict[str, Any]:
    return {"mode": rng.choice(["outstanding", "late"]), "within_months": rng.choice([0, 1, 3, 5])}


def dues_followup(rng: Chance) -> dict[str, Any]:
    return {
        "months": rng.choice([3, 4, 6]), "process": "党费催缴", "step": one_or_some(rng, STEPS["党费催缴"]),
        "excused": rng.random() < 0.5,
    }


def dues_handled(rng: Chance) -> dict[str, Any]:
    return {"mode": rng.choice(["self", "proxy_consent", "late_consent", "full"])}


def grade_capped(rng: Chance) -> dict[str, Any]:
    capped, given = rng.sample(RATINGS, 2)
    asked = {"rating": capped, "grades": rng.sample(GRADES, rng.randint(2, 3))}
    if rng.random() < 0.5:
        return {**asked, "given_rating": given, "given_grades": one_or_some(rng, GRADES)}
    process, steps, (i,) = some_process(rng, 1)
    return {**asked, "process": process, "step": one_or_some(rng, steps[i:])}


def rating_streak(rng: Chance) -> dict[str, Any]:
    asked = {
        "rating": rng.choice(RATINGS), "grade": one_or_some(rng, GRADES), "years": rng.choice([1, 2, 3]),
        "within_days": rng.choice([0, 30, 90]),
    }
    if rng.random() < 0.5:
        return {**asked, "role": one_or_some(rng, ROLES)}
    process, steps, (i,) = some_process(rng, 1)
    return {**asked, "process": process, "step": one_or_some(rng, steps[i:])}


SHAPES = (
    activity_count, activity_count, activity_count, done_by_date, members_covered, members_covered, members_covered,
    orgs_covered, each_activity, each_activity, attendance, attendance, step_deadline, step_lead, step_order,
    case_periods, case_count, step_value, step_qualification, step_present, step_present, step_meeting, case_members,
    posts_held, term, tenure, post_qualified, open_cases, open_cases, steps_present, share, measure, measure, growth,
    dues_paid, dues_followup, population, population, standard, checklist, dues_handled, grade_capped, rating_streak,
    rating_streak,
)
