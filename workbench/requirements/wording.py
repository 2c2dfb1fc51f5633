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


def required_figure(arguments: Arguments) -> float | None:
    """The figure of the clause, None where it asks for a date or an order."""
    for name in (
        "minimum",
        "maximum",
        "within_days",
        "within_months",
        "at_least_days",
        "at_least_months",
        "ratio",
        "share",
        "months",
        "years",
    ):
        if name in arguments:
            return arguments[name]
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
    return "或".join(terms(value))


def _by_date(a: Arguments, unit: str) -> str:
    opens = f"{_day(a['opens'])}至" if "opens" in a else ""
    carried = f"（最迟次年{_day(a['carry_over'])}）" if "carry_over" in a else ""
    return f"每年{opens}{_day(a['by'])}{'' if opens else '前（含当日）'}完成{carried}"


def _span(a: Arguments, days: str, months: str) -> str:
    return f"{a[days]}日" if days in a else f"{a[months]}个月"


def _lead(a: Arguments, unit: str) -> str:
    ends = "（首尾两日计入）" if a.get("inclusive") else ""
    return f"{_any(a['step'])}至{_any(a['before'])}不少于{_span(a, 'at_least_days', 'at_least_months')}{ends}"


def _order(a: Arguments, unit: str) -> str:
    by = f"，{_day(a['complete_by'])}前（含当日）完成" if "complete_by" in a else ""
    return f"按{'→'.join(a['steps'])}依次进行{by}"


def _case_count(a: Arguments, unit: str) -> str:
    within = f"（{_any(a['after'])}后{a['grace_days']}日内）" if "grace_days" in a else ""
    return _bounds(a, unit) + within


def _qualified(a: Arguments, unit: str) -> str:
    return f"{_any(a['step'])}均为{'本组织' if a['same_org'] else ''}{_any(a['standing'])}"


def _dues(a: Arguments, unit: str) -> str:
    return f"{'欠交' if a['mode'] == 'outstanding' else '补交'}不超过{a['within_months']}个月"


def _followup(a: Arguments, unit: str) -> str:
    excused = "无正当理由" if a["excused"] else ""
    return f"{excused}连续{a['months']}个月未交的应有“{_any(a['step'])}”记录"


_WORDING: dict[str, Callable[[Arguments, str], str]] = {
    "expect_activity_count": lambda a, u: f"{PeriodKind(a['period']).label}{_bounds(a, u)}",
    "expect_done_by_date": _by_date,
    "expect_members_covered": lambda a, u: f"每年每人至少{a['minimum']:g}{u}",
    "expect_orgs_covered": lambda a, u: f"每年覆盖不低于{a['share']:g}%",
    "expect_step_deadline": lambda a, u: (
        f"{_any(a['after'])}后{_span(a, 'within_days', 'within_months')}内{_any(a['step'])}"
    ),
    "expect_step_lead": _lead,
    "expect_step_order": _order,
    "expect_case_periods": lambda a, u: f"{PeriodKind(a['period']).label}至少{a['minimum']}{u}",
    "expect_case_count": _case_count,
    "expect_step_value": _bounds,
    "expect_step_qualification": _qualified,
    "expect_posts_held": lambda a, u: f"至少{a['minimum']}{u}",
    "expect_open_cases": lambda a, u: f"至少{a['minimum']}{u}",
    "expect_steps_present": lambda a, u: f"至少{a['minimum']}{u}：{'、'.join(a['steps'])}",
    "expect_share": lambda a, u: f"不低于{a['denominator']}的{a['ratio'] * 100:g}%",
    "expect_growth": lambda a, u: f"增幅不低于{a['base']}增幅",
    "expect_dues_paid": _dues,
    "expect_dues_followup": _followup,
    "expect_rating_streak": lambda a, u: (
        f"连续{a['years']}年“{_any(a['grade'])}”的，{a['within_days']}日内调整{_any(a['role'])}"
    ),
}
