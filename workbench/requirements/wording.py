"""What an entry demands, in a few Chinese words made from its arguments (应达要求)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.requirements.model import terms
from workbench.timeline import PeriodKind

Arguments = Mapping[str, Any]


def required_text(shape: str, arguments: Arguments, unit: str) -> str:
    """The demand in words, without the subject.

    >>> required_text("expect_activity_count", {"activity": "党课", "period": "quarter", "minimum": 1}, "次")
    '每季度至少1次'
    """
    return _WORDING[shape](arguments, unit)


#: Arguments that are the figure of a clause, and the units it can stand beside (empty: whatever the clause counts).
_FIGURES: dict[str, tuple[str, ...]] = {
    "minimum": (), "maximum": (), "share": (),
    "within_days": ("日", "天"), "at_least_days": ("日", "天"),
    "within_months": ("个月", "月"), "at_least_months": ("个月", "月"), "months": ("个月", "月"),
    "years": ("年",),
}


def required_figure(arguments: Arguments, unit: str) -> float | None:
    """The figure of the clause in its unit.

    None where the clause asks for a date, an order or that something is there, or where its figure is of another
    kind than what is counted: a term of years whose overrun is counted in days, a ratio of heads.

    >>> required_figure({"within_days": 15}, "日"), required_figure({"within_days": 15}, "件")
    (15, None)
    """
    for name, units in _FIGURES.items():
        if name in arguments:
            return arguments[name] if unit in units or not units else None
    return None


def _bounds(a: Arguments, unit: str) -> str:
    low, high = a.get("minimum"), a.get("maximum")
    if low is not None and low == high:
        return f"须为{low:g}{unit}"
    parts = [f"至少{low:g}{unit}"] if low is not None else []
    parts += [f"至多{high:g}{unit}"] if high is not None else []
    return "、".join(parts)


def _day(month_day: str) -> str:
    month, day = month_day.split("-")
    return f"{int(month)}月{int(day)}日"


def _any(value: Any) -> str:
    words = terms(value)
    return f"{'、'.join(words[:-1])}或{words[-1]}" if len(words) > 1 else "".join(words)


def _by_date(a: Arguments, unit: str) -> str:
    opens = f"{_day(a['opens'])}至" if "opens" in a else ""
    carried = f"（最迟次年{_day(a['carry_over'])}）" if "carry_over" in a else ""
    return f"每年{opens}{_day(a['by'])}{'' if opens else '前（含当日）'}完成{carried}"


def _span(a: Arguments, days: str, months: str) -> str:
    return f"{a[days]}日" if days in a else f"{a[months]}个月"


def _lead(a: Arguments, unit: str) -> str:
    if not a.get("at_least_days", a.get("at_least_months")):
        return f"{_any(a['step'])}不晚于{_any(a['before'])}"
    ends = "（首尾两日计入）" if a.get("inclusive") else ""
    return f"{_any(a['step'])}至{_any(a['before'])}不少于{_span(a, 'at_least_days', 'at_least_months')}{ends}"


def _order(a: Arguments, unit: str) -> str:
    by = f"，{_day(a['complete_by'])}前（含当日）完成" if "complete_by" in a else ""
    return f"按{'→'.join(a['steps'])}依次进行{by}"


def _case_count(a: Arguments, unit: str) -> str:
    within = f"（{_any(a['after'])}后{a['grace_days']}日内）" if "grace_days" in a else ""
    return _bounds(a, unit) + within


def _qualified(a: Arguments, unit: str) -> str:
    if "among" in a:
        return f"{_any(a['step'])}的人均在{_any(a['among'])}之列"
    return f"{_any(a['step'])}均为{'本组织' if a['same_org'] else ''}{_any(a['standing'])}"


def _dues(a: Arguments, unit: str) -> str:
    return f"{'欠交' if a['mode'] == 'outstanding' else '补交'}不超过{a['within_months']}个月"


def _counted(a: Arguments, unit: str) -> str:
    return f"{PeriodKind(a['period']).label}{_bounds(a, unit)}"


def _covered(a: Arguments, unit: str) -> str:
    each = f"每人至少{a['minimum']:g}{unit}"
    return each if a["period"] == "ever" else f"每年{each}"


def _each(a: Arguments, unit: str) -> str:
    """What every activity shows: a label, minutes, who presides, a notice or approval before it."""
    if "carries" in a:
        return f"每次均有{'、'.join(terms(a['carries']))}"
    if "chaired_by" in a:
        return f"每次由{_any(a['chaired_by'])}主持"
    if "dated" in a:
        return {"noticed_on": "每次不晚于当日通知", "approved_on": "每次不晚于当日报批"}[a["dated"]]
    return "每次均有记录"


def _present(a: Arguments, unit: str) -> str:
    after, tags = f"{_any(a['of'])}后", f"（{_any(a['step_tags'])}）" if "step_tags" in a else ""
    if a.get("absent"):
        return f"{after}当年不得{_any(a['steps'])}{tags}"
    same = "当日" if a.get("same_day") else ""
    within = f"{a['within_days']}日内" if a["within_days"] else ""
    return f"{after}{within}应有{same}{'、'.join(a['steps'])}{tags}"


def _meeting(a: Arguments, unit: str) -> str:
    within = f"（前{a['within_days']}日内）" if a["within_days"] else ""
    return f"{_any(a['step'])}经{_any(a['activity'])}议定{within}"


def _term(a: Arguments, unit: str) -> str:
    extended = f"，经{_any(a['extended_by'])}的延至其后{a['extension_months']}个月" if "extended_by" in a else ""
    return f"任期{a['years']}年，届满应换届{extended}"


def _also(a: Arguments, unit: str) -> str:
    above = f"上级{_any(a['parent_types'])}" if "parent_types" in a else "上级组织"
    where = {"own": "本组织", "parent": above, "anywhere": ""}[a["at"]]
    return f"{_any(a['roles'])}均任{where}{_any(a['also'])}"


def _measured(a: Arguments, unit: str) -> str:
    wanted = _bounds(a, unit) or "大于0"
    when = ""
    if "when" in a:
        low = f"达到{a['when_at_least']:g}" if "when_at_least" in a else ""
        high = f"不足{a['when_below']:g}" if "when_below" in a else ""
        when = f"（{a['when']}{low}{high}的）"
    per = f"占{a['per']}" if "per" in a else ""
    return f"{a['measure']}{per}{wanted}{when}"


def _until(a: Arguments) -> str:
    """The day by which a state is due."""
    return f"（截至{a['by'][:4]}年{_day(a['by'][5:])}）" if "by" in a else ""


def _population(a: Arguments, unit: str) -> str:
    who = _any(a.get("having_flag")) or (f"{_any(a['rating'])}“{_any(a['grades'])}”的" if "rating" in a else "")
    return who + (f"占比不低于{a['share']:g}%" if "share" in a else f"不少于{a['minimum']}{unit}") + _until(a)


def _standard(a: Arguments, unit: str) -> str:
    if a["what"] == "level":
        return f"达到{('基本', '规范', '创新')[a['minimum'] - 1]}标准" if a["minimum"] <= 3 else _bounds(a, unit)
    return _bounds(a, unit)


def _handled(a: Arguments, unit: str) -> str:
    return {
        "self": "由本人交纳",
        "proxy_consent": "代交的应事先同意",
        "late_consent": "补交的应事先同意",
        "full": "足额交纳",
    }[a["mode"]]


def _streak(a: Arguments, unit: str) -> str:
    wanted = f"调整{_any(a['role'])}" if "role" in a else f"有“{_any(a['step'])}”记录"
    years = f"连续{a['years']}年" if a["years"] > 1 else ""
    return f"{years}“{_any(a['grade'])}”的，{a['within_days']}日内{wanted}"


def _capped(a: Arguments, unit: str) -> str:
    given = _any(a["step"]) if "step" in a else f"{_any(a['given_rating'])}“{_any(a['given_grades'])}”"
    return f"{given}的，等次限于“{_any(a['grades'])}”"


def _open(a: Arguments, unit: str) -> str:
    return ("无未结事项" if a.get("maximum") == 0 else _bounds(a, unit)) + _until(a)


def _ratio(a: Arguments, unit: str) -> str:
    when = f"（{a['denominator']}达到{a['when_at_least']:g}的）" if "when_at_least" in a else ""
    return f"不低于{a['denominator']}的{a['ratio'] * 100:g}%{when}"


def _followup(a: Arguments, unit: str) -> str:
    excused = "无正当理由" if a["excused"] else ""
    return f"{excused}连续{a['months']}个月未交的应有“{_any(a['step'])}”记录"


_WORDING: dict[str, Callable[[Arguments, str], str]] = {
    "expect_activity_count": _counted,
    "expect_done_by_date": _by_date,
    "expect_members_covered": _covered,
    "expect_orgs_covered": lambda a, u: f"每年覆盖不低于{a['share']:g}%",
    "expect_each_activity": _each,
    "expect_attendance": lambda a, u: (
        f"每次{_any(a.get('types'))}到会不低于{a['minimum']:g}%" if a["each"] == "activity" else f"每人到会至少{a['minimum']:g}{u}"
    ),
    "expect_step_deadline": lambda a, u: (
        f"{_any(a['after'])}后{_span(a, 'within_days', 'within_months')}内{_any(a['step'])}"
    ),
    "expect_step_lead": _lead,
    "expect_step_order": _order,
    "expect_case_periods": lambda a, u: f"{PeriodKind(a['period']).label}至少{a['minimum']}{u}",
    "expect_case_count": _case_count,
    "expect_step_value": _bounds,
    "expect_step_qualification": _qualified,
    "expect_step_present": _present,
    "expect_step_meeting": _meeting,
    "expect_case_members": lambda a, u: (
        f"{_any(a['step'])}覆盖应到人数的{a['share']:g}%" + ("" if a["share"] == 100 else "以上")
    ),
    "expect_posts_held": lambda a, u: f"至少{a['minimum']}{u}",
    "expect_term": _term,
    "expect_tenure": lambda a, u: f"任{_any(a['roles'])}不超过{a['years']}年",
    "expect_post_qualified": _also,
    "expect_open_cases": _open,
    "expect_steps_present": lambda a, u: f"至少{a['minimum']}{u}：{'、'.join(a['steps'])}",
    "expect_share": _ratio,
    "expect_measure": _measured,
    "expect_growth": lambda a, u: f"增幅不低于{a['base']}增幅" if not a.get("rises") else f"随{a['base']}增长",
    "expect_population": _population,
    "expect_standard": _standard,
    "expect_dues_paid": _dues,
    "expect_dues_followup": _followup,
    "expect_dues_handled": _handled,
    "expect_rating_streak": _streak,
    "expect_grade_capped": _capped,
    "expect_checklist": lambda a, u: "现场核查符合",
}
