"""The shapes a requirement can have (expectation types) and the arguments each takes, declared once.

``docs/verdicts.md`` says what they mean. A new argument is one line in :data:`SHAPES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from workbench import vocabulary as v
from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.timeline import PeriodKind

GRACE = "new_organization_grace_months"
CYCLE = "two_year_cycle_start"


class Kind(Enum):
    """Kind of value an argument takes."""

    TERM = auto()
    TERMS = auto()  # one term or a list: any of them counts
    STEP = auto()  # one step of the entry's process
    STEP_OR_STEPS = auto()  # one step or a list: any of them counts
    STEPS = auto()  # a list of steps of the entry's process
    COUNT = auto()  # whole number, 0 or more
    NUMBER = auto()  # number, 0 or more
    BOOLEAN = auto()
    TRUE = auto()  # asked for or not written
    MONTH_DAY = auto()
    DATE = auto()
    DATES = auto()  # a list of days, one a year


@dataclass(frozen=True)
class Argument:
    """One argument of a shape: kind of value, the terms allowed, whether it must be given, the least number."""

    kind: Kind
    allowed: tuple[str, ...] = ()
    required: bool = True
    least: float = 0


@dataclass(frozen=True)
class Shape:
    """One expectation type. ``period`` is fixed here or (empty) the argument ``period``; a *state* holds at a date.

    Of each group in ``exactly_one`` and ``at_least_one`` that many arguments are given; ``needs`` and ``excludes``
    pair an argument (with a value) with the one it requires or forbids. ``lower`` and ``upper`` say which arguments
    bound the judged value, or give the bound.
    """

    label: str
    arguments: Mapping[str, Argument]
    period: str = ""
    lower: str | tuple[str, ...] | float | None = None
    upper: str | float | None = None
    exactly_one: tuple[tuple[str, ...], ...] = ()
    at_least_one: tuple[tuple[str, ...], ...] = ()
    needs: tuple[tuple[str, Any, str], ...] = ()
    excludes: tuple[tuple[str, Any, str], ...] = ()
    parameters: tuple[str, ...] = field(default=())


def _terms(enum: type[v.StrEnum]) -> tuple[str, ...]:
    return tuple(t.value for t in enum)


def _some(enum: type[v.StrEnum], required: bool = True) -> Argument:
    return Argument(Kind.TERMS, _terms(enum), required)


def _one(enum: type[v.StrEnum], required: bool = True) -> Argument:
    return Argument(Kind.TERM, _terms(enum), required)


def _choice(*allowed: str, required: bool = True) -> Argument:
    return Argument(Kind.TERM, allowed, required)


_PROCESS = _one(v.Process)
_STEP = Argument(Kind.STEP_OR_STEPS)
_STEP_MAYBE = Argument(Kind.STEP_OR_STEPS, required=False)
_STEPS = Argument(Kind.STEPS)
_STEPS_MAYBE = Argument(Kind.STEPS, required=False)
_COUNT = Argument(Kind.COUNT, least=1)
_COUNT_MAYBE = Argument(Kind.COUNT, required=False)
_NUMBER_MAYBE = Argument(Kind.NUMBER, required=False)
_DAY = Argument(Kind.MONTH_DAY)
_DAY_MAYBE = Argument(Kind.MONTH_DAY, required=False)
_FLAG = Argument(Kind.BOOLEAN)
_FLAG_MAYBE = Argument(Kind.BOOLEAN, required=False)
_ONLY_TRUE = Argument(Kind.TRUE, required=False)
_DATE_MAYBE = Argument(Kind.DATE, required=False)
_ROLES_MAYBE = _some(v.Role, False)
_TAGS_MAYBE = _some(v.ActivityTag, False)
_CASE_TAGS_MAYBE = _some(v.CaseTag, False)
_BOUNDS = {"lower": "minimum", "upper": "maximum"}

SHAPES: dict[str, Shape] = {
    "expect_activity_count": Shape(
        "按期次数",
        {
            "activity": _some(v.ActivityKind), "tags": _TAGS_MAYBE, "by_role": _ROLES_MAYBE,
            "period": _choice(*(p.value for p in PeriodKind)), "minimum": _COUNT_MAYBE, "maximum": _COUNT_MAYBE,
            "count": _choice("rows", "tags", "quantity", required=False),
        },
        at_least_one=(("minimum", "maximum"),), needs=(("count", "tags", "tags"),), **_BOUNDS,
    ),
    "expect_done_by_date": Shape(
        "年内限期",
        {"activity": _some(v.ActivityKind), "tags": _TAGS_MAYBE, "by": _DAY, "opens": _DAY_MAYBE,
         "carry_over": _DAY_MAYBE},
        period="year", upper=0,
    ),
    "expect_members_covered": Shape(
        "人员全覆盖",
        {
            "roles": _ROLES_MAYBE, "categories": _some(v.PersonCategory, False), "standings": _some(v.Standing, False),
            "except_categories": _some(v.PersonCategory, False), "types": _some(v.OrgType, False),
            "scope": _choice("own", "subtree"), "activity": _some(v.ActivityKind, False), "tags": _TAGS_MAYBE,
            "rating": _some(v.RatingKind, False),
            "measure": _choice("count", "hours", "days", "quantity"),
            "size": Argument(Kind.NUMBER, required=False, least=0.01),
            "minimum": Argument(Kind.NUMBER), "period": _choice("year", "ever"), "grace_days": _COUNT_MAYBE,
            "around": Argument(Kind.DATES, required=False), "days_before": _COUNT_MAYBE, "days_after": _COUNT_MAYBE,
        },
        lower="minimum", exactly_one=(("roles", "categories", "standings"), ("activity", "rating")),
        needs=(
            ("types", None, "roles"), ("scope", "subtree", "roles"), ("except_categories", None, "standings"),
            ("around", None, "days_before"),
            ("around", None, "days_after"), ("around", None, "activity"), ("tags", None, "activity"),
        ),
            excludes=(
            ("period", "ever", "around"), ("measure", "hours", "rating"), ("measure", "days", "rating"),
            ("measure", "quantity", "rating"),
        ),
    ),
    "expect_orgs_covered": Shape(
        "组织全覆盖",
        {"rating": _some(v.RatingKind, False), "activity": _some(v.ActivityKind, False), "tags": _TAGS_MAYBE,
         "role": _ROLES_MAYBE, "types": _some(v.OrgType, False), "scope": _choice("own", "children", "subtree"),
         "share": Argument(Kind.NUMBER)},
        period="year", lower="share", exactly_one=(("rating", "activity"),), needs=(("tags", None, "activity"),),
    ),
    "expect_each_activity": Shape(
        "逐次要求",
        {"activity": _some(v.ActivityKind), "tags": _TAGS_MAYBE, "carries": _TAGS_MAYBE, "minutes": _ONLY_TRUE,
         "chaired_by": _ROLES_MAYBE, "dated": _choice("noticed_on", "approved_on", required=False)},
        period="event", upper=0, exactly_one=(("carries", "minutes", "chaired_by", "dated"),),
    ),
    "expect_attendance": Shape(
        "到会",
        {"activity": _some(v.ActivityKind), "parts": _some(v.Part, False), "roles": _ROLES_MAYBE,
         "categories": _some(v.PersonCategory, False), "full_time": _ONLY_TRUE,
         "posts_in": _choice("children", required=False), "types": _some(v.OrgType, False),
         "each": _choice("activity", "person"),
         "minimum": Argument(Kind.NUMBER)},
        period="year", lower="minimum", exactly_one=(("roles", "categories"),),
        needs=(("full_time", None, "roles"), ("posts_in", None, "roles"), ("types", None, "posts_in")),
        excludes=(("each", "person", "posts_in"),),
    ),
    "expect_step_deadline": Shape(
        "事后限期",
        {"process": _PROCESS, "tags": _CASE_TAGS_MAYBE, "after": _STEP, "step": _STEP,
         "within_days": _COUNT_MAYBE, "within_months": _COUNT_MAYBE},
        period="event", upper=0, exactly_one=(("within_days", "within_months"),),
    ),
    "expect_step_lead": Shape(
        "事前期限",
        {"process": _PROCESS, "step": _STEP, "before": _STEP, "tags": _CASE_TAGS_MAYBE, "until": _STEPS_MAYBE,
         "at_least_days": _COUNT_MAYBE, "at_least_months": _COUNT_MAYBE, "inclusive": _FLAG_MAYBE},
        period="event", lower=0, exactly_one=(("at_least_days", "at_least_months"),),
        needs=(("inclusive", None, "at_least_days"),),
    ),
    "expect_step_order": Shape(
        "步骤顺序",
        {"process": _PROCESS, "steps": _STEPS, "complete_by": _DAY_MAYBE, "ongoing": _ONLY_TRUE},
        period="event", upper=0,
    ),
    "expect_case_periods": Shape(
        "个案按期",
        {"process": _PROCESS, "step": _STEP, "after": _STEP, "until": _STEPS, "minimum": _COUNT,
         "period": _choice("month", "quarter", "half_year", "year")},
        lower="minimum",
    ),
    "expect_case_count": Shape(
        "个案人数、次数",
        {"process": _PROCESS, "step": _STEP, "after": _STEP, "opens": _STEP_MAYBE, "until": _STEPS_MAYBE,
         "distinct": _choice("person", "row"), "minimum": _COUNT_MAYBE, "maximum": _COUNT_MAYBE,
         "grace_days": _COUNT_MAYBE},
        period="event", at_least_one=(("minimum", "maximum"),), **_BOUNDS,
    ),
    "expect_step_value": Shape(
        "步骤数值",
        {"process": _PROCESS, "step": _STEP, "tags": _CASE_TAGS_MAYBE, "opens": _STEP_MAYBE,
         "before": _STEP_MAYBE, "aggregate": _choice("each", "sum"), "minimum": _NUMBER_MAYBE,
         "maximum": _NUMBER_MAYBE},
        period="event", at_least_one=(("minimum", "maximum"),), needs=(("aggregate", "sum", "before"),), **_BOUNDS,
    ),
    "expect_step_qualification": Shape(
        "人员资格",
        {"process": _PROCESS, "step": _STEP, "opens": _STEP_MAYBE, "standing": _some(v.Standing, False),
         "same_org": _FLAG_MAYBE, "among": _STEP_MAYBE},
        period="event", upper=0, exactly_one=(("standing", "among"),), needs=(("standing", None, "same_org"),),
    ),
    "expect_step_present": Shape(
        "事项必办",
        {"process": _PROCESS, "of": _STEP, "of_tags": _CASE_TAGS_MAYBE, "steps": _STEPS, "step_tags": _CASE_TAGS_MAYBE,
         "same_day": _ONLY_TRUE, "until": _STEPS_MAYBE, "unless": _STEPS_MAYBE, "absent": _ONLY_TRUE,
         "within_days": _COUNT_MAYBE},
        period="event", upper=0, exactly_one=(("absent", "within_days"),),
    ),
    "expect_step_meeting": Shape(
        "会议议定",
        {"process": _PROCESS, "step": _STEP, "tags": _CASE_TAGS_MAYBE, "activity": _some(v.ActivityKind),
         "within_days": Argument(Kind.COUNT)},
        period="event", upper=0,
    ),
    "expect_case_members": Shape(
        "个案人员全覆盖",
        {"process": _PROCESS, "of": _STEP, "step": _STEP, "roles": _ROLES_MAYBE, "except_roles": _ROLES_MAYBE,
         "categories": _some(v.PersonCategory, False), "grace_days": _COUNT_MAYBE, "share": Argument(Kind.NUMBER)},
        period="event", lower="share", exactly_one=(("roles", "categories"),),
        needs=(("except_roles", None, "roles"),),
    ),
    "expect_term": Shape(
        "任期",
        {"process": _PROCESS, "step": _STEP, "years": _COUNT, "extended_by": _STEP_MAYBE,
         "extension_months": _COUNT_MAYBE, "reminder_months": Argument(Kind.COUNT)},
        period="state", upper=0, parameters=(GRACE,),
        needs=(("extended_by", None, "extension_months"), ("extension_months", None, "extended_by")),
    ),
    "expect_tenure": Shape(
        "任职年限", {"roles": _some(v.Role), "full_time": _ONLY_TRUE, "years": _COUNT}, period="state", upper=0,
        parameters=(GRACE,),
    ),
    "expect_post_qualified": Shape(
        "任职条件",
        {"roles": _some(v.Role), "full_time": _ONLY_TRUE, "also": _some(v.Role),
         "at": _choice("own", "parent", "anywhere"), "parent_types": _some(v.OrgType, False)},
        period="state", upper=0, parameters=(GRACE,),
        excludes=(("at", "own", "parent_types"), ("at", "anywhere", "parent_types")),
    ),
    "expect_posts_held": Shape(
        "岗位在任", {"roles": _some(v.Role), "minimum": _COUNT, "full_time": _ONLY_TRUE},
        period="state", lower="minimum", parameters=(GRACE,),
    ),
    "expect_open_cases": Shape(
        "在办事项",
        {"process": _PROCESS, "opened_by": _STEP, "closed_by": _STEP, "minimum": _COUNT_MAYBE,
         "maximum": _COUNT_MAYBE, "scope": _choice("own", "subtree", required=False), "by": _DATE_MAYBE,
         "when_descendant_flag": _some(v.OrgFlag, False)},
        period="state", **_BOUNDS, parameters=(GRACE,), exactly_one=(("minimum", "maximum"),),
    ),
    "expect_steps_present": Shape(
        "要素齐全", {"process": _PROCESS, "steps": _STEPS, "minimum": _COUNT},
        period="state", lower="minimum", parameters=(GRACE,),
    ),
    "expect_share": Shape(
        "比例配备",
        {"numerator": _one(v.Measure), "denominator": _one(v.Measure), "ratio": Argument(Kind.NUMBER),
         "when_at_least": _NUMBER_MAYBE},
        period="state", lower=0, parameters=(GRACE,),
    ),
    "expect_measure": Shape(
        "数额",
        {"measure": _one(v.Measure), "per": _one(v.Measure, False), "minimum": _NUMBER_MAYBE, "maximum": _NUMBER_MAYBE,
         "positive": _ONLY_TRUE, "when": _one(v.Measure, False), "when_at_least": _NUMBER_MAYBE,
         "when_below": _NUMBER_MAYBE},
        period="state", lower=("minimum", "positive"), upper="maximum", parameters=(GRACE,),
        at_least_one=(("minimum", "maximum", "positive"),),
        needs=(("when_at_least", None, "when"), ("when_below", None, "when")),
        excludes=(("positive", None, "minimum"), ("positive", None, "maximum")),
    ),
    "expect_growth": Shape(
        "增长不低于", {"measure": _one(v.Measure), "base": _one(v.Measure), "rises": _ONLY_TRUE}, period="year", lower=0
    ),
    "expect_population": Shape(
        "总体数量与占比",
        {"types": _some(v.OrgType, False), "sectors": _some(v.Sector, False), "flags": _some(v.OrgFlag, False),
         "having_flag": _some(v.OrgFlag, False), "rating": _some(v.RatingKind, False),
         "grades": _some(v.Grade, False), "share": _NUMBER_MAYBE, "minimum": _COUNT_MAYBE, "by": _DATE_MAYBE},
        period="state", lower=("share", "minimum"), parameters=(GRACE,), exactly_one=(("share", "minimum"),),
        needs=(("rating", None, "grades"), ("grades", None, "rating")),
        excludes=(("having_flag", None, "rating"),),
    ),
    "expect_standard": Shape(
        "标准层级", {"what": _choice("aspects", "items", "level"), "minimum": _COUNT, "maximum": _COUNT_MAYBE},
        period="state", **_BOUNDS, parameters=(GRACE,),
    ),
    "expect_dues_paid": Shape(
        "党费按期", {"mode": _choice("outstanding", "late"), "within_months": Argument(Kind.COUNT)},
        period="event", upper=0,
    ),
    "expect_dues_followup": Shape(
        "连续欠费跟进",
        {"months": _COUNT, "process": _PROCESS, "step": _STEP, "excused": _FLAG},
        period="event", upper=0,
    ),
    "expect_dues_handled": Shape(
        "党费手续", {"mode": _choice("self", "proxy_consent", "late_consent", "full")}, period="event", upper=0
    ),
    "expect_rating_streak": Shape(
        "连续等次",
        {"rating": _some(v.RatingKind), "grade": _some(v.Grade), "years": _COUNT, "role": _ROLES_MAYBE,
         "process": _one(v.Process, False), "step": _STEP_MAYBE, "within_days": Argument(Kind.COUNT)},
        period="event", upper=0, exactly_one=(("role", "process"),),
        needs=(("process", None, "step"), ("step", None, "process")),
    ),
    "expect_grade_capped": Shape(
        "等次限制",
        {"rating": _some(v.RatingKind), "grades": _some(v.Grade), "process": _one(v.Process, False),
         "step": _STEP_MAYBE, "given_rating": _some(v.RatingKind, False), "given_grades": _some(v.Grade, False)},
        period="event", upper=0, exactly_one=(("process", "given_rating"),),
        needs=(("process", None, "step"), ("step", None, "process"), ("given_rating", None, "given_grades")),
    ),
    "expect_checklist": Shape("现场核查", {}, period="year", lower=1),
}


def check_arguments(shape: Shape, arguments: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The arguments of one entry, checked against its shape; :class:`SuiteError` naming key and allowed values."""
    required = [name for name, a in shape.arguments.items() if a.required]
    reading.check_keys(arguments, place, required=required, optional=[n for n in shape.arguments if n not in required])
    process = arguments.get("process")
    if process is not None:
        reading.one_of(process, f"{place}.process", shape.arguments["process"].allowed)
    checked = {
        name: _checked(shape.arguments[name], value, f"{place}.{name}", process) for name, value in arguments.items()
    }
    _check_together(shape, checked, place)
    return checked


def _checked(argument: Argument, value: Any, place: str, process: str | None) -> Any:
    allowed = v.STEPS[v.Process(process)] if process is not None and not argument.allowed else argument.allowed
    match argument.kind:
        case Kind.TERM | Kind.STEP:
            return reading.one_of(value, place, allowed)
        case Kind.STEPS:
            return list(reading.some_of(value, place, allowed))
        case Kind.TERMS | Kind.STEP_OR_STEPS:
            return list(reading.some_of(value, place, allowed)) if isinstance(value, list) else reading.one_of(
                value, place, allowed
            )
        case Kind.COUNT:
            return reading.number(value, place, whole=True, least=argument.least)
        case Kind.NUMBER:
            return reading.number(value, place, whole=False, least=argument.least)
        case Kind.BOOLEAN:
            return reading.boolean(value, place)
        case Kind.TRUE:
            return reading.only_true(value, place)
        case Kind.MONTH_DAY:
            return reading.month_day(value, place)
        case Kind.DATE:
            return reading.iso_date(value, place).isoformat()
        case Kind.DATES:
            return reading.iso_dates(value, place)


def _check_together(shape: Shape, arguments: Mapping[str, Any], place: str) -> None:
    """Arguments that exclude or require one another."""
    for group in shape.exactly_one:
        given = [name for name in group if name in arguments]
        if len(given) != 1:
            found = "、".join(given) or "（都没有）"
            raise SuiteError("只能且必须写其中一个", place=place, found=found, expected=" 或 ".join(group))
    for group in shape.at_least_one:
        if not any(name in arguments for name in group):
            raise SuiteError("至少要写其中一个", place=place, found="（都没有）", expected=" 或 ".join(group))
    for name, value, other in shape.needs:
        if name in arguments and (value is None or arguments[name] == value) and other not in arguments:
            raise SuiteError(f"写了 {name} 就要写 {other}", place=place, found=f"没有 {other}", expected=other)
    for name, value, other in shape.excludes:
        if name in arguments and (value is None or arguments[name] == value) and other in arguments:
            raise SuiteError(f"写了 {name} 就不能写 {other}", place=place, found=other, expected=f"删去 {name} 或 {other}")
    if {"minimum", "maximum"} <= arguments.keys() and arguments["minimum"] > arguments["maximum"]:
        raise SuiteError("下限大于上限", place=place, found=f"{arguments['minimum']} > {arguments['maximum']}",
                         expected="minimum ≤ maximum")


def period_of(shape: Shape, arguments: Mapping[str, Any]) -> str:
    """Kind of period an entry is judged by: a :class:`PeriodKind` value, ``event`` or ``state``."""
    return shape.period or arguments["period"]


def bounds_of(shape: Shape, arguments: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Lower and upper bound of the judged value (``docs/verdicts.md``), None where there is none."""

    def bound(given: str | tuple[str, ...] | float | None) -> float | None:
        if given is None or isinstance(given, (int, float)):
            return given
        names = (given,) if isinstance(given, str) else given
        found = next((arguments[name] for name in names if arguments.get(name) is not None), None)
        return found if found is None else float(found)

    return bound(shape.lower), bound(shape.upper)


def parameters_of(shape: Shape, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Parameters the shape itself rests on, beside those the entry names with ``$``."""
    cycle = (CYCLE,) if arguments.get("period") == PeriodKind.BIENNIUM else ()
    grace = (GRACE,) if arguments.get("period") == "ever" else ()
    return shape.parameters + cycle + grace
