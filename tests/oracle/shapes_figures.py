"""Shapes about measures: shares, amounts and growth."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, floor
from typing import Any

from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .days import add_months
from .facts import Facts


def available(f: Facts, k: dict[str, Any], *names: str) -> bool:
    """All measures named in these arguments occur."""
    return all(k[name] in f.measures_known for name in names if k.get(name))


def newest(f: Facts, org_id: str, measure: str, first: date, last: date) -> float | None:
    """The newest value of the measure dated from ``first`` to ``last``."""
    rows = [r for r in f.measures.get((org_id, measure), ()) if first <= r["as_of"] <= last]
    return max(rows, key=lambda r: r["as_of"])["value"] if rows else None


def fresh(f: Facts, s: Setting, measure: str) -> float | None:
    """The newest value that is less than twelve months old."""
    return newest(f, s.org, measure, add_months(s.ref, -12) + timedelta(days=1), s.ref)


def share(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    names = [k["numerator"], k["denominator"]]
    answer = Answer(doubt=f.count_rejected([s.org], "measures", names))
    have, of = (fresh(f, s, name) for name in names)
    if of is not None and (of == 0 or of < (k.get("when_at_least") or of)):
        return answer
    if have is None or of is None:
        answer.add(UNKNOWN)
        return answer
    surplus = have - ceil(of * k["ratio"] - 1e-9)
    return answer.add_state(s, surplus >= 0, surplus).judge_smallest()


def measure(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    names = [k[name] for name in ("measure", "per", "when") if k.get(name)]
    answer = Answer(doubt=f.count_rejected([s.org], "measures", names))
    known = {name: fresh(f, s, name) for name in names}
    if k.get("per"):
        known |= of_one_day(f, s, k["measure"], k["per"], known[k["per"]])
    when, per = known.get(k.get("when")), known.get(k.get("per"))
    if when is not None and not concerned(when, k):
        return answer
    if per == 0:
        return answer
    if None in known.values():
        answer.add(UNKNOWN)
        return answer
    value = known[k["measure"]]
    if per is not None:
        value = rounded(100 * value / per)
    if k.get("positive"):
        value = 1 if value > 0 else 0
    held = value >= (1 if k.get("positive") else k.get("minimum", value)) and value <= k.get("maximum", value)
    return answer.add_state(s, held, value).judge_smallest()


def of_one_day(f: Facts, s: Setting, above: str, beneath: str, alone: float | None) -> dict[str, float | None]:
    """Both values of the newest day that has both; without such a day only the lower one, as it stands alone."""
    first = add_months(s.ref, -12)
    days = [
        {r["as_of"]: r["value"] for r in f.measures.get((s.org, name), ()) if first < r["as_of"] <= s.ref}
        for name in (above, beneath)
    ]
    both = days[0].keys() & days[1].keys()
    if not both:
        return {above: None, beneath: alone}
    return {above: days[0][max(both)], beneath: days[1][max(both)]}


def concerned(value: float, k: dict[str, Any]) -> bool:
    """Whether the figure that decides about the duty lies in [when_at_least, when_below)."""
    if k.get("when_at_least") is not None and value < k["when_at_least"]:
        return False
    return k.get("when_below") is None or value < k["when_below"]


def rounded(value: float) -> float:
    """To two decimals, half away from zero."""
    return floor(abs(value) * 100 + 0.5) / 100 * (1 if value >= 0 else -1)


def growth(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "measures", [k["measure"], k["base"]]))
    if not s.whole_year:
        return answer
    names = k["measure"], k["base"]
    before = [newest(f, s.org, n, date(s.year - 1, 1, 1), date(s.year - 1, 12, 31)) for n in names]
    now = [newest(f, s.org, n, s.new_year, s.year_end) for n in names]
    if None in before:
        answer.add(UNKNOWN)
    elif None in now:
        answer.add(UNKNOWN if s.year_closed else OPEN)
    elif before[1] <= 0:
        answer.add(UNKNOWN)
    elif now[1] / before[1] - 1 > 0:
        grown(answer, before, now, bool(k.get("rises")))
    return answer.judge_smallest()


def grown(answer: Answer, before: list[Any], now: list[Any], rises: bool) -> None:
    """The base has grown; the measure must grow as much, or at all."""
    if before[0] <= 0:
        answer.add(UNKNOWN)
        return
    of_measure, of_base = now[0] / before[0] - 1, now[1] / before[1] - 1
    if rises:
        answer.add(MET if of_measure > 0 else MISSED, 1 if of_measure > 0 else -1)
    else:
        answer.add(MET if of_measure >= of_base - 1e-9 else MISSED, round((of_measure - of_base) * 100, 6))
