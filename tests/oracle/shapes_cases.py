"""Shapes about cases and their steps: one function a shape, in the order of docs/verdicts.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting, event_state
from .days import add_months, day_of_year, periods
from .facts import Case, Facts, share_a_term, terms


def process_occurs(f: Facts, k: dict[str, Any]) -> bool:
    return bool(f.process_rows.get(k["process"]))


def step_occurs(f: Facts, k: dict[str, Any], step: Any, tags: Any = None) -> bool:
    rows = (r for s in terms(step) for r in f.step_rows.get((k["process"], s), ()))
    return any(share_a_term(tags, r["tags"]) for r in rows)


def step_occurs_at_all(f: Facts, k: dict[str, Any]) -> bool:
    return step_occurs(f, k, k["step"])


def answers_occur(f: Facts, k: dict[str, Any], trigger: Any, tags: Any = None) -> bool:
    """The process occurs and, where any case has the trigger, the step that answers it occurs too."""
    return process_occurs(f, k) and (not step_occurs(f, k, trigger, tags) or step_occurs(f, k, k["step"]))


def new_answer(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    return Answer(doubt=f.count_rejected([s.org], "case_steps", k["process"]))


def step_deadline(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    for case in f.cases(s.org, k["process"]):
        trigger = case.first(k["after"], k.get("tags"))
        if trigger is None:
            continue
        if k.get("within_days") is not None:
            due = trigger + timedelta(days=k["within_days"])
        else:
            due = add_months(trigger, k["within_months"])
        unit = event_state(trigger, due, case.first(k["step"]), s)
        if unit:
            answer.add(*unit)
    return answer.judge_largest()


def step_lead(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    days, months = k.get("at_least_days"), k.get("at_least_months")
    for case in f.cases(s.org, k["process"]):
        step, event = case.first(k["step"]), case.first(k["before"], k.get("tags"))
        if event is None:
            ended = k.get("until") and case.first(k["until"]) is not None
            if step is not None and step >= s.start and not ended:
                answer.add(OPEN)
            continue
        if not s.counts(event):
            continue
        if step is None:
            slack = -1 - days if days is not None else -1 - 30 * months
        elif days is not None:
            slack = (event - step).days + (1 if k.get("inclusive") else 0) - days
        else:
            slack = (event - add_months(step, months)).days
        answer.add(MET if slack >= 0 else MISSED, slack)
    return answer.judge_smallest()


def order_available(f: Facts, k: dict[str, Any]) -> bool:
    """The process occurs, and wherever a listed step occurs, so do all listed before it."""
    occur = [step_occurs(f, k, step) for step in k["steps"]]
    last = max((i for i, found in enumerate(occur) if found), default=-1)
    return process_occurs(f, k) and all(occur[:last + 1])


def step_order(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    last_day = day_of_year(k["complete_by"], s.year) if k.get("complete_by") else None
    overdue = last_day is not None and s.as_of > last_day
    for case in f.cases(s.org, k["process"]):
        days = [case.first(step) for step in k["steps"]]
        dated = [d for d in days if d is not None]
        if not dated or min(dated) < s.start:
            continue
        # lists drawn up in December are those of the next year
        begun = min(dated) if last_day is None else add_months(min(dated), 1)
        runs = bool(k.get("ongoing")) and begun.year <= s.year <= max(dated).year
        if not s.in_year(begun) and not runs:
            continue
        if out_of_order(days):
            answer.add(MISSED)
        elif len(dated) == len(days):
            answer.add(MET if last_day is None or max(dated) <= last_day else MISSED)
        else:
            answer.add(MISSED if overdue else OPEN)
    if last_day is not None and not answer.units and s.whole_year:
        answer.add(MISSED if overdue else OPEN)
    return answer.judge_missed()


def out_of_order(days: list[date | None]) -> bool:
    """Some step is dated before one that precedes it, or dated where one that precedes it is not."""
    for i, earlier in enumerate(days):
        for later in days[i + 1:]:
            if later is not None and (earlier is None or earlier > later):
                return True
    return False


def case_periods(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    for case in f.cases(s.org, k["process"]):
        begun, ended = case.first(k["after"]), case.first(k.get("until"))
        if begun is None:
            continue
        for first, last in periods(k["period"], s.year, s.parameters["two_year_cycle_start"]):
            if first < max(begun, s.start) or (ended is not None and last >= ended) or first > s.as_of:
                continue
            count = sum(1 for r in case.named(k["step"]) if first <= r["done_on"] <= last)
            if last <= s.as_of:
                answer.add(MET if count >= k["minimum"] else MISSED, count)
            else:
                answer.add(MET if count >= k["minimum"] else OPEN)
    return answer.judge_smallest()


def case_count(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    minimum, maximum, until = k.get("minimum"), k.get("maximum"), k.get("until")
    for case in f.cases(s.org, k["process"]):
        begun, ended = case.first(k["after"]), case.first(until)
        if begun is None:
            opened = case.first(k.get("opens"))
            if opened is not None and opened >= s.start and ended is None:
                answer.add(OPEN)
            continue
        if begun < s.start or begun > s.year_end:
            continue
        if not until and not s.in_year(begun):
            continue
        if ended is not None and ended < s.new_year:
            continue
        named = case.named(k["step"])
        value, unnamed = len(named), 0
        if k["distinct"] == "person":
            value = len({r["person_id"] for r in named if r["person_id"]})
            unnamed = sum(1 for r in named if not r["person_id"])
        answer.add(case_state(value, unnamed, begun, ended, s, k), value)
    return answer.judge_farthest_outside(minimum, maximum)


def case_state(value: int, unnamed: int, begun: date, ended: date | None, s: Setting, k: dict[str, Any]) -> str:
    """State of one case of expect_case_count; ``unnamed`` rows say nothing of whom they mean."""
    minimum, maximum = k.get("minimum"), k.get("maximum")
    if maximum is not None and value > maximum:
        return MISSED
    if minimum is not None and value < minimum:
        if value + unnamed >= minimum:
            return UNKNOWN
        return OPEN if s.as_of <= begun + timedelta(days=k.get("grace_days") or 0) else MISSED
    if minimum is None and k.get("until") and ended is None:
        return OPEN
    return MET


def step_value_available(f: Facts, k: dict[str, Any]) -> bool:
    return answers_occur(f, k, k["before"]) if k["aggregate"] == "sum" else process_occurs(f, k)


def step_value(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    for case in f.cases(s.org, k["process"]):
        named = case.named(k["step"], k.get("tags"))
        event = case.first(k.get("before"))
        if k["aggregate"] == "each":
            for row in named:
                if s.counts(row["done_on"]):
                    add_value(answer, [row["value"]], k)
        elif event is not None and s.counts(event):
            add_value(answer, [r["value"] for r in named if r["done_on"] <= event], k)
        if case.first(k["step"]) is None and event is None and opened_lately(case, s, k):
            answer.add(OPEN)
    return answer.judge_farthest_outside(k.get("minimum"), k.get("maximum"))


def add_value(answer: Answer, values: list[float | None], k: dict[str, Any]) -> None:
    """One unit: the sum of the values; unknown when one of them is empty."""
    if any(v is None for v in values):
        answer.add(UNKNOWN)
        return
    value = sum(values)
    too_low = k.get("minimum") is not None and value < k["minimum"]
    too_high = k.get("maximum") is not None and value > k["maximum"]
    answer.add(MISSED if too_low or too_high else MET, value)


def opened_lately(case: Case, s: Setting, k: dict[str, Any]) -> bool:
    """The case was opened under the document and not before the year that precedes the audited one."""
    opened = case.first(k.get("opens"))
    return opened is not None and opened >= s.start and opened >= date(s.year - 1, 1, 1)
