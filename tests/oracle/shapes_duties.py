"""Shapes about what a case entails: persons qualified, duties that follow, meetings, everybody covered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from . import people
from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .facts import Case, Facts, Row, running, share_a_term, terms, year_of
from .shapes_activities import kind_occurs
from .shapes_cases import new_answer, opened_lately, process_occurs, step_occurs


def qualification_available(f: Facts, k: dict[str, Any]) -> bool:
    return process_occurs(f, k) and (step_occurs(f, k, k["among"]) if k.get("among") else bool(f.rows["people"]))


def step_qualification(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    if k.get("standing"):
        answer.doubt += f.count_rejected([s.org], "people", k["standing"])
    for case in f.cases(s.org, k["process"]):
        named = case.named(k["step"])
        for row in named:
            if s.counts(row["done_on"]):
                answer.add(among(case, row, k) if k.get("among") else qualified(f, row, k))
        if not named and opened_lately(case, s, k):
            answer.add(OPEN)
    return answer.judge_missed()


def among(case: Case, row: Row, k: dict[str, Any]) -> str:
    """Whether the person named in the row was named in the other step of the case by that day."""
    others = [r for r in case.named(k["among"]) if r["person_id"]]
    if not row["person_id"] or not others:
        return UNKNOWN
    stood = any(r["person_id"] == row["person_id"] and r["done_on"] <= row["done_on"] for r in others)
    return MET if stood else MISSED


def qualified(f: Facts, row: Row, k: dict[str, Any]) -> str:
    """Whether the person named in the row had the standing on that day."""
    known = f.person_rows.get(row["person_id"], []) if row["person_id"] else []
    if not known:
        return UNKNOWN
    for p in known:
        if p["standing"] in terms(k["standing"]) and running(p, row["done_on"], "since", "until"):
            if not k.get("same_org") or p["org_id"] == row["org_id"]:
                return MET
    return MISSED


def step_present_available(f: Facts, k: dict[str, Any]) -> bool:
    if not process_occurs(f, k):
        return False
    if k.get("absent") or not step_occurs(f, k, k["of"], k.get("of_tags")):
        return True
    return all(step_occurs(f, k, step, k.get("step_tags")) for step in k["steps"])


def step_present(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    for case in f.cases(s.org, k["process"]):
        trigger = case.first(k["of"], k.get("of_tags"))
        if trigger is None or trigger < s.start or (k.get("unless") and case.named(k["unless"])):
            continue
        state = nothing_followed(case, trigger, s, k) if k.get("absent") else duty(case, trigger, s, k)
        if state:
            answer.add(state)
    return answer.judge_missed()


def duty(case: Case, trigger: date, s: Setting, k: dict[str, Any]) -> str | None:
    """State of what the case entails, or None where it does not belong to the year."""
    due = trigger + timedelta(days=k["within_days"])
    if k.get("until"):
        since = trigger.year if due > s.as_of else due.year
        ended = case.first(k["until"])
        if s.year < since or (ended is not None and ended < s.new_year):
            return None
    elif not (s.in_year(due) or (s.in_year(trigger) and due > s.as_of)):
        return None
    if all(any(answers_duty(r, trigger, k) for r in case.named(step, k.get("step_tags"))) for step in k["steps"]):
        return MET
    if over_in_time(case, due, k):
        return None
    if s.as_of <= due:
        return OPEN
    may_be = all(
        any(answers_duty(r, trigger, k) and (not r["tags"] or share_a_term(k.get("step_tags"), r["tags"]))
            for r in case.named(step))
        for step in k["steps"]
    )
    return UNKNOWN if may_be else MISSED


def over_in_time(case: Case, due: date, k: dict[str, Any]) -> bool:
    """Whether the case ended on the due day or earlier, by a step that is not itself asked for."""
    ended = case.first(k["until"]) if k.get("until") else None
    return ended is not None and ended <= due and not any(step in k["steps"] for step in terms(k["until"]))


def answers_duty(row: Row, trigger: date, k: dict[str, Any]) -> bool:
    return not k.get("same_day") or row["done_on"] == trigger


def nothing_followed(case: Case, trigger: date, s: Setting, k: dict[str, Any]) -> str | None:
    """State of a case after which nothing of the kind may follow within the year."""
    if not s.in_year(trigger):
        return None
    if any(trigger <= r["done_on"] <= s.year_end for r in case.named(k["steps"], k.get("step_tags"))):
        return MISSED
    return MET if s.year_closed else OPEN


def step_meeting_available(f: Facts, k: dict[str, Any]) -> bool:
    return process_occurs(f, k) and kind_occurs(f, {"activity": k["activity"]})


def step_meeting(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    answer.doubt += f.count_rejected([s.org], "activities", k["activity"])
    meetings = f.activities(s.org, k["activity"])
    any_of_year = any(year_of(a) == s.year for a in meetings)
    for case in f.cases(s.org, k["process"]):
        for day in {r["done_on"] for r in case.named(k["step"], k.get("tags")) if s.counts(r["done_on"])}:
            first = day - timedelta(days=k["within_days"])
            if any(first <= a["held_on"] <= day for a in meetings):
                answer.add(MET)
            else:
                answer.add(MISSED if any_of_year else UNKNOWN)
    return answer.judge_missed()


def case_members(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    answer.doubt += people.rejected(f, [s.org], k)
    for case in f.cases(s.org, k["process"]):
        event = case.first(k["of"])
        if event is None or not s.counts(event):
            continue
        members = people.on_day(f, s.org, k, event)
        if k.get("except_roles"):
            members -= people.on_day(f, s.org, {"roles": k["except_roles"]}, event)
        if not members:
            continue
        rows = case.named(k["step"])
        named = len(members & {r["person_id"] for r in rows})
        unnamed = sum(1 for r in rows if not r["person_id"])
        share = 100 * named / len(members)
        if share >= k["share"]:
            answer.add(MET, share)
        elif s.as_of <= event + timedelta(days=k.get("grace_days") or 0):
            answer.add(OPEN)
        elif 100 * (named + unnamed) / len(members) >= k["share"]:
            answer.add(UNKNOWN)
        else:
            answer.add(MISSED, share)
    return answer.judge_smallest()
