"""Shapes that hold at a date, growth, dues and streaks: one function a shape, in the order of docs/verdicts.md."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting, event_state
from .days import add_months, end_of_month_after
from .facts import Facts, Row, first_date, running, terms
from .shapes_activities import ratings_of
from .shapes_cases import new_answer


def posts_held(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "posts", k["roles"]))
    holders = {
        p["person_id"] for p in f.posts.get(s.org, ())
        if p["role"] in terms(k["roles"]) and running(p, s.ref, "started_on", "ended_on")
        and (k.get("full_time") is None or p["full_time"] == k["full_time"])
    }
    return add_state(answer, s, len(holders), k["minimum"])


def add_state(answer: Answer, s: Setting, value: int, minimum: int) -> Answer:
    answer.add(MET if value >= minimum else s.state_not_held(), value)
    return answer.judge_smallest()


def open_cases(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    flag = k.get("when_descendant_flag")
    if flag:
        flagged = [o for o in f.below(s.org) if carries(f, o, flag) and f.stands(o, s.ref)]
        if not flagged:
            return answer
    value = 0
    for rows in f.cases(s.org, k["process"]).values():
        opened, closed = first_date(rows, k["opened_by"]), first_date(rows, k["closed_by"])
        if opened is not None and opened <= s.ref and not (closed is not None and closed <= s.ref):
            value += 1
    return add_state(answer, s, value, k["minimum"])


def carries(f: Facts, org_id: str, flag: Any) -> bool:
    return any(x in terms(flag) for x in terms(f.organizations[org_id]["flags"]))


def steps_present(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    rows = f.steps.get((s.org, k["process"]), ())
    present = {r["step"] for r in rows if r["step"] in k["steps"] and r["done_on"] <= s.ref}
    return add_state(new_answer(f, s, k), s, len(present), k["minimum"])


def measures_available(f: Facts, names: list[str]) -> bool:
    return all(any(r["measure"] == name for r in f.rows["measures"]) for name in names)


def newest(f: Facts, org_id: str, measure: str, first: date, last: date) -> Row | None:
    """The newest value of the measure dated from ``first`` to ``last``."""
    rows = [r for r in f.measures.get((org_id, measure), ()) if first <= r["as_of"] <= last]
    return max(rows, key=lambda r: r["as_of"]) if rows else None


def share(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    names = [k["numerator"], k["denominator"]]
    answer = Answer(doubt=f.count_rejected([s.org], "measures", names))
    stale = add_months(s.ref, -12)
    have, of = (newest(f, s.org, name, stale + timedelta(days=1), s.ref) for name in names)
    if of is not None and of["value"] == 0:
        return answer
    if have is None or of is None:
        answer.add(UNKNOWN)
        return answer
    surplus = have["value"] - ceil(of["value"] * k["ratio"] - 1e-9)
    answer.add(MET if surplus >= 0 else s.state_not_held(), surplus)
    return answer.judge_smallest()


def growth(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "measures", [k["measure"], k["base"]]))
    if not s.whole_year:
        return answer
    before = [newest(f, s.org, n, date(s.year - 1, 1, 1), date(s.year - 1, 12, 31)) for n in (k["measure"], k["base"])]
    now = [newest(f, s.org, n, s.new_year, s.year_end) for n in (k["measure"], k["base"])]
    if None in before:
        answer.add(UNKNOWN)
    elif None in now:
        answer.add(UNKNOWN if s.year_closed else OPEN)
    elif before[1]["value"] <= 0:
        answer.add(UNKNOWN)
    else:
        of_base = now[1]["value"] / before[1]["value"] - 1
        if of_base <= 0:
            return answer
        if before[0]["value"] <= 0:
            answer.add(UNKNOWN)
            return answer
        of_measure = now[0]["value"] / before[0]["value"] - 1
        difference = round((of_measure - of_base) * 100, 6)
        answer.add(MET if of_measure >= of_base - 1e-9 else MISSED, difference)
    return answer.judge_smallest()


def dues_available(f: Facts, k: dict[str, Any]) -> bool:
    """A ledger that never says what was paid shows nobody in arrears."""
    return any(row["paid"] is not None for row in f.rows["dues"])


def paid(row: Row, as_of: date) -> bool:
    return (row["paid"] or 0) > 0 and (row["paid_on"] is None or row["paid_on"] <= as_of)


def dues_paid(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "dues", []))
    for row in f.dues.get(s.org, ()):
        first, month_end = row["month"], end_of_month_after(row["month"], 0)
        limit = end_of_month_after(row["month"], k["within_months"])
        if not (row["due"] or 0) > 0 or row["reason"] or first < s.start or month_end > s.as_of:
            continue
        if not (s.in_year(limit) or (s.in_year(first) and limit > s.as_of)):
            continue
        if paid(row, s.as_of):
            paid_on = row["paid_on"] or month_end
            if k["mode"] == "outstanding":
                answer.add(MET, min((paid_on - limit).days, 0))
            elif paid_on > month_end:
                answer.add(MET if paid_on <= limit else MISSED, (paid_on - limit).days)
        elif s.as_of <= limit:
            answer.add(OPEN)
        elif k["mode"] == "outstanding":
            answer.add(MISSED, (s.as_of - limit).days)
    answer.behind = k["mode"] == "outstanding" and answer.count(OPEN) > 0 and answer.count(MISSED) == 0
    return answer.judge_largest()


def dues_followup(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    answer.doubt += f.count_rejected([s.org], "dues", [])
    unpaid: dict[str, set[int]] = {}
    for row in f.dues.get(s.org, ()):
        owed = (row["due"] or 0) > 0 and end_of_month_after(row["month"], 0) <= s.as_of
        if owed and not paid(row, s.as_of) and not (k["excused"] and row["reason"]):
            unpaid.setdefault(row["person_id"], set()).add(row["month"].year * 12 + row["month"].month - 1)
    for person, months in unpaid.items():
        runs = runs_of(months)
        long = [r for r in runs if len(r) >= k["months"]]
        if long:
            latest = max(long)
            since = date(latest[0] // 12, latest[0] % 12 + 1, 1)
            followed = any(
                r["person_id"] == person and r["step"] in terms(k["step"]) and r["done_on"] >= since
                for r in f.steps.get((s.org, k["process"]), ())
            )
            answer.add(MET if followed else MISSED)
        elif max(len(r) for r in runs) >= k["months"] - 2:
            answer.add(OPEN)
    return answer.judge_missed()


def runs_of(numbers: set[int]) -> list[list[int]]:
    """The numbers, cut into runs of consecutive ones."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def rating_streak(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "ratings", k["rating"]))
    answer.doubt += f.count_rejected([s.org], "posts", k["role"])
    graded: dict[str, dict[int, Row]] = {}
    for row in ratings_of(f, s.org, k["rating"]):
        if row["grade"] not in terms(k["grade"]):
            continue
        if row["person_id"]:
            graded.setdefault(row["person_id"], {})[row["period"]] = row
        elif row["period"] in (s.year, s.year - 1):
            answer.add(UNKNOWN)
    for person, by_year in graded.items():
        for year, row in by_year.items():
            if any(year - back not in by_year for back in range(k["years"])):
                continue
            trigger = row["rated_on"] or date(year, 12, 31)
            due = trigger + timedelta(days=k["within_days"])
            posts = [p for p in f.posts.get(s.org, ()) if p["person_id"] == person and p["role"] in terms(k["role"])]
            unit = event_state(trigger, due, left_post(posts, s.as_of), s)
            if unit and posts:
                answer.add(*unit)
            elif unit:
                answer.add(UNKNOWN)
    return answer.judge_largest()


def left_post(posts: list[Row], as_of: date) -> date | None:
    """When the last of these posts ended: None while one is held, and where there is none."""
    if any(p["ended_on"] is None or p["ended_on"] > as_of for p in posts):
        return None
    return max((p["ended_on"] for p in posts), default=None)
