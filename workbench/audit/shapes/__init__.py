"""The shapes by the name of their expectation type."""

from __future__ import annotations

from workbench.audit.shapes import (
    activities,
    case_values,
    cases,
    dues,
    duties,
    grades,
    meetings,
    members,
    state,
    streaks,
)
from workbench.audit.shapes.base import Shape

SHAPES: dict[str, Shape] = {
    "expect_activity_count": activities.ACTIVITY_COUNT,
    "expect_done_by_date": activities.DONE_BY_DATE,
    "expect_members_covered": members.MEMBERS_COVERED,
    "expect_orgs_covered": members.ORGS_COVERED,
    "expect_step_deadline": cases.STEP_DEADLINE,
    "expect_step_lead": cases.STEP_LEAD,
    "expect_step_order": cases.STEP_ORDER,
    "expect_case_periods": case_values.CASE_PERIODS,
    "expect_case_count": case_values.CASE_COUNT,
    "expect_step_value": case_values.STEP_VALUE,
    "expect_step_qualification": case_values.STEP_QUALIFICATION,
    "expect_step_present": duties.STEP_PRESENT,
    "expect_step_meeting": meetings.STEP_MEETING,
    "expect_case_members": meetings.CASE_MEMBERS,
    "expect_posts_held": state.POSTS_HELD,
    "expect_open_cases": state.OPEN_CASES,
    "expect_steps_present": state.STEPS_PRESENT,
    "expect_share": state.SHARE,
    "expect_growth": state.GROWTH,
    "expect_dues_paid": dues.DUES_PAID,
    "expect_dues_followup": dues.DUES_FOLLOWUP,
    "expect_dues_handled": dues.DUES_HANDLED,
    "expect_rating_streak": streaks.RATING_STREAK,
    "expect_grade_capped": grades.GRADE_CAPPED,
}
