"""Shapes about dues: paid in time, consecutive arrears, how they were handed in."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .days import end_of_month_after
from .facts import Facts, Row, terms
from .shapes_cases import new_answer

end_after = cache(end_of_month_after)


def available(f: Facts, k: dict[str, Any]) -> bool:
    """A ledger that never says what was paid shows nobody in arrears."""
    return filled(f, "paid")


def filled(f: Facts, column: str) -> bool:
    return any(row[column] is not None for row in f.rows["dues"])


def paid(row: Row, as_of: date) -> bool:
    return (row["paid"] or 0) > 0 and (row["paid_on"] is None or row["paid_on"] <= as_of)


def dues_paid(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "dues"))
    for row in f.dues.get(s.org, ()):
        first, month_end = row["month"], end_after(row["month"], 0)
        limit = end_after(row["month"], k["within_months"])
        if not (s.in_year(limit) or (s.in_year(first) and limit > s.as_of)):
            continue
        if not (row["due"] or 0) > 0 or row["reason"] or first < s.start or month_end > s.as_of:
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
    answer.doubt += f.count_rejected([s.org], "dues")
    unpaid: dict[str, set[int]] = {}
    for row in f.dues.get(s.org, ()):
        owed = (row["due"] or 0) > 0 and end_after(row["month"], 0) <= s.as_of
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


def handled_available(f: Facts, k: dict[str, Any]) -> bool:
    mode = k["mode"]
    if mode in ("self", "proxy_consent") and not filled(f, "payer"):
        return False
    return filled(f, "paid") and (not mode.endswith("_consent") or filled(f, "consented_on"))


def dues_handled(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "dues"))
    for row in f.dues.get(s.org, ()):
        if not s.in_year(row["month"]) or row["month"] < s.start or end_after(row["month"], 0) > s.as_of:
            continue
        if (row["due"] or 0) > 0 and not row["reason"] and paid(row, s.as_of):
            state = handed_in(row, k["mode"])
            if state:
                answer.add(state)
    return answer.judge_missed()


def handed_in(row: Row, mode: str) -> str | None:
    """State of one row of dues paid, or None where the rule does not concern it."""
    if mode == "self":
        return {"本人": MET, "代交": MISSED, None: UNKNOWN}[row["payer"]]
    if mode == "full":
        return MET if row["paid"] >= row["due"] - 0.005 else MISSED
    late = row["paid_on"] is not None and row["paid_on"] > end_after(row["month"], 0)
    if not (row["payer"] == "代交" if mode == "proxy_consent" else late):
        return None
    consent = row["consented_on"]
    return MET if consent is not None and (row["paid_on"] is None or row["paid_on"] >= consent) else MISSED
