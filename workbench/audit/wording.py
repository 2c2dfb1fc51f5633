"""What a result says in Chinese: required and observed, with the periods or cases named (结果表述)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.timeline import PeriodKind, periods
from workbench.vocabulary import DueKind, StandardLevel

_PERIODIC = {kind.value for kind in PeriodKind}


def period_labels(kind: str, year: int, mask: int, cycle_start: int = 2022) -> list[str]:
    """Labels of the periods set in a mask; empty for anything but a calendar period."""
    if kind not in _PERIODIC:
        return []
    return [p.label for i, p in enumerate(periods(kind, year, cycle_start=cycle_start)) if mask >> i & 1]


def plain(value: float | None) -> str:
    """A number without needless decimals; empty when there is none."""
    if value is None or value != value:
        return ""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def why_due(kind: str, label: str, process: str | None) -> str:
    """Why a row of ``due.parquet`` falls on its day: the case, the period that ends, the term."""
    match kind:
        case DueKind.TERM:
            return "任期届满"
        case DueKind.GRACE:
            return "新建组织宽限期满"
        case DueKind.PERIOD:
            return f"{label} 结束"
    return f"{process} {label}".strip() if process else label or "办理期限"


def observed_text(requirement: Mapping[str, Any], result: Mapping[str, Any], year: int) -> str:
    """What was found, e.g. “8个期间中6个达到，未达：2026-02、2026-05”.

    ``requirement`` is an entry of ``requirements.json``, ``result`` a row of ``results.parquet``.
    """
    shape, kind = requirement["shape"], result["period_kind"]
    cycle = requirement.get("cycle_start") or 2022
    writer = _BY_SHAPE.get(shape, _units)
    if result["met"] + result["missed"] + result["open"] + result["unknown"] == 0:
        return result.get("reason") or "没有需要判断的事项"
    text = writer(requirement, result, period_labels(kind, year, result["missed_mask"], cycle))
    if result["open"] and shape not in _BY_SHAPE:
        text += f"，{result['open']}项未到期"
    if result["unknown"]:
        text += f"，{result['unknown']}项缺少数据"
    return text


def _units(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    done = result["met"] + result["missed"]
    if not done:
        return "尚无到期事项"
    worst = _worst(requirement, result["judged"]) if result["missed"] else ""
    if done == 1:
        return ("未达到" if result["missed"] else "达到") + (f"（{worst}）" if worst else "")
    text = f"{done}项中{result['met']}项达到"
    if result["missed"]:
        alone = result["missed"] == 1 or requirement["shape"] in _LACKING
        text += f"，{result['missed']}项未达到" + (f"（{'' if alone else '最差者'}{worst}）" if worst else "")
    return text


#: What units that are not met have in common, where no figure says how far they are off.
_LACKING = {
    "expect_step_present": "缺少应有步骤的记录",
    "expect_step_meeting": "此前没有相应会议的记录",
    "expect_grade_capped": "等次不在限定之内",
}


def _worst(requirement: Mapping, judged: float) -> str:
    """How far the worst unit is off, where the judged value says it."""
    match requirement["shape"]:
        case "expect_step_deadline" | "expect_dues_paid" | "expect_rating_streak":
            return f"超期{plain(judged)}天"
        case "expect_step_lead":
            missing = without_step(requirement)
            return "此前没有该步骤的记录" if judged == missing else f"差{plain(-judged)}天"
        case "expect_case_count" | "expect_step_value" | "expect_case_periods":
            return f"{plain(judged)}{requirement['unit']}"
        case "expect_case_members":
            return f"{plain(judged)}%"
        case "expect_step_present" if requirement["kwargs"].get("absent"):
            return "有不应有的步骤"
        case shape:
            return _LACKING.get(shape, "")


def without_step(requirement: Mapping[str, Any]) -> int | None:
    """The judged value that stands for a step of which there is no record; None where the shape has no such value."""
    if requirement["shape"] != "expect_step_lead":
        return None
    kwargs = requirement["kwargs"]
    return -1 - (kwargs["at_least_days"] if "at_least_days" in kwargs else 30 * kwargs["at_least_months"])


_COUNTED = {"month": "个月", "quarter": "个季度", "half_year": "个半年"}


def _periodic(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    unit = requirement["unit"]
    if result["period_kind"] not in _COUNTED:
        return f"{plain(result['observed'])}{unit}"
    text = f"{result['met'] + result['missed']}{_COUNTED[result['period_kind']]}中{result['met']}个达到"
    if missed:
        text += f"，未达：{'、'.join(missed)}"
    return text


def _by_date(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    days = result["judged"]
    if result["open"]:
        return "尚未完成，未到期"
    if result["met"]:
        return "按期完成" if not days else f"提前{plain(-days)}天完成"
    return f"超期{plain(days)}天"


def _members(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if result["unknown"]:
        return "没有登记当年的日期"
    text = f"应有{plain(result['whole'])}人，达到{plain(result['part'])}人"
    if requirement["required"] and requirement["required"] > 1:
        text += f"，最少者{plain(result['observed'])}{requirement['unit']}"
    return text


def _children(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    return f"应覆盖{plain(result['whole'])}个，已覆盖{plain(result['part'])}个"


def _headcount(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    value = result["judged"] if _known(result["judged"]) else result["observed"]
    return f"{plain(value)}{requirement['unit']}" if _known(value) else "缺少指标"


def _known(value: float | None) -> bool:
    return value is not None and value == value


def _term(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if result["unknown"]:
        return "没有换届记录和成立日期"
    if result["open"]:
        return "任期已满，已按规定延期或属新成立组织"
    days = result["judged"]
    return f"任期届满后{plain(days)}天尚未换届" if days > 0 else f"距任期届满{plain(-days)}天"


def _persons(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    people = result["met"] + result["missed"]
    text = f"{people}人中{result['met']}人达到"
    if result["missed"] and requirement["shape"] == "expect_tenure":
        text += f"，最长者超出{plain(result['judged'])}天"
    return text


def _occasions(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    """How many occasions were as they should be; with attendance, how many came at least."""
    attendance = requirement["shape"] == "expect_attendance"
    if attendance and requirement["kwargs"]["each"] == "person":
        return f"到会最少者{plain(result['observed'])}{requirement['unit']}"
    held = result["met"] + result["missed"]
    text = f"{held}次中{result['met']}次达到"
    if attendance and result["missed"]:
        text += f"，到会最低{plain(result['judged'])}%"
    return text


def _figure(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if requirement["kwargs"].get("positive") and _known(result["judged"]):
        return "大于0" if result["judged"] else "为0"
    return _headcount(requirement, result, missed)


def _population(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if "share" not in requirement["kwargs"]:
        return f"{plain(result['part'])}{requirement['unit']}"
    return f"{plain(result['whole'])}个中{plain(result['part'])}个，占{plain(result['observed'])}%"


def _standard(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if not _known(result["judged"]):
        return "尚有指标未核查"
    if requirement["kwargs"]["what"] != "level":
        return _headcount(requirement, result, missed)
    level = int(result["judged"])
    return f"达到{tuple(StandardLevel)[level - 1]}标准" if level else "未达到基本标准"


def _checklist(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if result["open"]:
        return "尚未现场核查"
    return "现场核查符合" if result["met"] else "现场核查不符合"


def _share(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if not _known(result["whole"]):
        return "缺少指标"
    return f"{int(result['part'])}/{int(result['whole'])}（{plain(result['observed'] * 100)}%）"


def _growth(requirement: Mapping, result: Mapping, missed: list[str]) -> str:
    if not _known(result["judged"]):
        return "尚无本年数据"
    if requirement["kwargs"].get("rises"):
        return "比上年增长" if result["judged"] > 0 else "没有比上年增长"
    side = "高于" if result["judged"] >= 0 else "低于"
    return f"增幅{side}基数{plain(abs(result['judged']))}个百分点"


_BY_SHAPE = {
    "expect_activity_count": _periodic,
    "expect_done_by_date": _by_date,
    "expect_members_covered": _members,
    "expect_orgs_covered": _children,
    "expect_each_activity": _occasions,
    "expect_attendance": _occasions,
    "expect_posts_held": _headcount,
    "expect_term": _term,
    "expect_tenure": _persons,
    "expect_post_qualified": _persons,
    "expect_open_cases": _headcount,
    "expect_steps_present": _headcount,
    "expect_share": _share,
    "expect_measure": _figure,
    "expect_growth": _growth,
    "expect_population": _population,
    "expect_standard": _standard,
    "expect_checklist": _checklist,
}


def detail_text(requirement: Mapping[str, Any], result: Mapping[str, Any], year: int) -> str:
    """One sentence for lists and papers: what should be, what is."""
    text = f"应为：{requirement['required_text']}；实为：{observed_text(requirement, result, year)}"
    # a finding has a reason only where an exemption has run out
    return f"{text}；{result['reason']}" if result.get("reason") else text
