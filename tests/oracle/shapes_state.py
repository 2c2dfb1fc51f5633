"""Shapes that hold at a date, and the inspector's answers: one function a shape, in the order of docs/verdicts.md."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from . import people
from .answers import MET, MISSED, OPEN, UNKNOWN, Answer, Setting
from .days import add_months
from .facts import Facts, Row, running, terms
from .shapes_cases import new_answer
from .shapes_coverage import rating_occurs
from .shapes_ratings import ratings_of

LEVELS = ("基本", "规范", "创新")
#: Of answers of one day the first of these counts.
ANSWERS = ("不符合", "符合", "不适用")


def posts_held(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "posts", k["roles"]))
    value = len(people.on_day(f, s.org, k, s.ref))
    return answer.add_state(s, value >= k["minimum"], value).judge_smallest()


def term(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = new_answer(f, s, k)
    rows = [r for r in f.steps.get((s.org, k["process"]), ()) if r["done_on"] <= s.ref]
    elected = [r["done_on"] for r in rows if r["step"] in terms(k["step"])]
    last = max(elected, default=s.subject["established_on"])
    if last is None:
        answer.add(UNKNOWN)
        return answer
    expiry = add_months(last, 12 * k["years"])
    if s.ref <= expiry:
        answer.add(MET, (s.ref - expiry).days)
        answer.behind = s.ref > add_months(expiry, -k["reminder_months"])
        return answer.judge_largest()
    approved = [r["done_on"] for r in rows if r["step"] in terms(k.get("extended_by")) and r["done_on"] >= last]
    if approved:
        expiry = max(expiry, add_months(max(approved), k["extension_months"]))
    if s.ref <= expiry:
        answer.add(OPEN)
    elif elected or s.state_not_held() == OPEN:
        answer.add_state(s, False, (s.ref - expiry).days)
    else:
        answer.add(UNKNOWN)
    return answer.judge_largest()


def tenure(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "posts", k["roles"]))
    since: dict[str, date] = {}
    for post in people.of_posts(f, s.org, k):
        if running(post, s.ref, "started_on", "ended_on"):
            person = post["person_id"]
            since[person] = min(since.get(person, post["started_on"]), post["started_on"])
    for begun in since.values():
        past = (s.ref - add_months(begun, 12 * k["years"])).days
        answer.add_state(s, past <= 0, past)
    return answer.judge_largest()


def post_qualified(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "posts", [*terms(k["roles"]), *terms(k["also"])]))
    parent = s.subject["parent_id"]
    for person in people.on_day(f, s.org, k, s.ref):
        if k["at"] == "parent" and not suits(f, parent, k):
            answer.add(UNKNOWN)
        elif k["at"] == "anywhere":
            also = [p for role in terms(k["also"]) for p in f.posts_anywhere.get((person, role), ())]
            answer.add_state(s, any(running(p, s.ref, "started_on", "ended_on") for p in also))
        else:
            where = s.org if k["at"] == "own" else parent
            answer.add_state(s, people.held_role(f, where, person, k["also"], s.ref))
    return answer.judge_missed()


def suits(f: Facts, parent: str | None, k: dict[str, Any]) -> bool:
    """Whether the superior is known and of a type that can be asked."""
    if not k.get("parent_types"):
        return parent is not None
    return parent in f.organizations and f.organizations[parent]["type"] in terms(k["parent_types"])


def day_of_state(s: Setting, k: dict[str, Any]) -> tuple[date, str | None]:
    """The day at which a state with ``by`` is read, and OPEN (before that day) or "history" (in later years)."""
    if not k.get("by"):
        return s.ref, None
    by = k["by"] if isinstance(k["by"], date) else date.fromisoformat(k["by"])
    if s.year > by.year:
        return by, "history"
    return (s.ref, OPEN) if s.ref < by else (by, None)


def open_cases(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    orgs = [s.org, *f.below(s.org)] if k.get("scope") == "subtree" else [s.org]
    answer = Answer(doubt=f.count_rejected(orgs, "case_steps", k["process"]))
    day, instead = day_of_state(s, k)
    flag = k.get("when_descendant_flag")
    if instead == "history" or (flag and not any(carries(f, o, flag) and f.stands(o, day) for o in f.below(s.org))):
        return answer
    if instead:
        answer.add(instead)
        return answer
    value = 0
    for case in (c for o in orgs for c in f.cases(o, k["process"])):
        opened, closed = case.first(k["opened_by"]), case.first(k["closed_by"])
        value += opened is not None and opened <= day and not (closed is not None and closed <= day)
    held = value >= k["minimum"] if k.get("minimum") is not None else value <= k["maximum"]
    return answer.add_state(s, held, value).judge_smallest()


def carries(f: Facts, org_id: str, flag: Any) -> bool:
    return any(x in terms(flag) for x in terms(f.organizations[org_id]["flags"]))


def steps_present(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    rows = f.steps.get((s.org, k["process"]), ())
    present = len({r["step"] for r in rows if r["step"] in k["steps"] and r["done_on"] <= s.ref})
    return new_answer(f, s, k).add_state(s, present >= k["minimum"], present).judge_smallest()


def population_available(f: Facts, k: dict[str, Any]) -> bool:
    flags = {flag for org in f.organizations.values() for flag in terms(org["flags"])}
    if k.get("rating") and not rating_occurs(f, k["rating"]):
        return False
    if k.get("having_flag") and not any(flag in flags for flag in terms(k["having_flag"])):
        return False
    if k.get("types") and k.get("minimum") is not None:  # a number of such as the roster does not list at all
        if not any(org["type"] in terms(k["types"]) for org in f.organizations.values()):
            return False
    return all(flag in flags for flag in terms(k.get("flags")))


def population(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer()
    if k.get("rating"):
        answer.doubt = f.count_rejected([s.org, *f.below(s.org)], "ratings", k["rating"])
    day, instead = day_of_state(s, k)
    if instead == "history":
        return answer
    orgs = [o for o in f.below(s.org) if counted(f, o, day, k)]
    if not orgs and k.get("share") is not None:
        return answer
    if instead:
        answer.add(instead)
        return answer
    having = sum(1 for o in orgs if has_it(f, o, day, k))
    value = having if k.get("share") is None else 100 * having / len(orgs)
    bound = k["minimum"] if k.get("share") is None else k["share"]
    return answer.add_state(s, value >= bound, value).judge_smallest()


def counted(f: Facts, org_id: str, day: date, k: dict[str, Any]) -> bool:
    """Whether the organisation belongs to the population on this day."""
    org = f.organizations[org_id]
    if (k.get("types") and org["type"] not in terms(k["types"])) or not f.stands(org_id, day):
        return False
    if k.get("sectors") and org["sector"] not in terms(k["sectors"]):
        return False
    return all(flag in terms(org["flags"]) for flag in terms(k.get("flags")))


def has_it(f: Facts, org_id: str, day: date, k: dict[str, Any]) -> bool:
    """Whether an organisation of the population has what is asked for."""
    if k.get("having_flag"):
        return carries(f, org_id, k["having_flag"])
    if not k.get("rating"):
        return True
    rows = [
        r for r in ratings_of(f, org_id, k["rating"])
        if r["period"] <= day.year and (r["rated_on"] is None or r["rated_on"] <= day)
    ]
    newest = max((age(r) for r in rows), default=None)
    return any(age(r) == newest and r["grade"] in terms(k["grades"]) for r in rows)


def age(rating: Row) -> tuple[int, date]:
    return rating["period"], rating["rated_on"] or date.min


def standard_available(f: Facts, k: dict[str, Any]) -> bool:
    if not f.items["基本"]:
        return False
    items = {item for level in LEVELS for item in f.items[level]}
    return k["what"] != "level" or any(r["requirement"] in items for r in f.rows["checklist"])


def standard(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "checklist"))
    if k["what"] == "level":
        value, unanswered = level_reached(f, s)
        if value < k["minimum"] and unanswered:
            answer.add(UNKNOWN)
            return answer
    elif k["what"] == "items":
        value = len(set(f.items["基本"]))
    else:
        value = len({r["aspect"] for r in f.rows["indicators"] if r["level"] == "基本"})
    return answer.add_state(s, k["minimum"] <= value <= k.get("maximum", value), value).judge_smallest()


def level_reached(f: Facts, s: Setting) -> tuple[int, bool]:
    """How many levels are reached, and whether the next fails only for want of answers."""
    after = add_months(s.ref, -12) + timedelta(days=1)
    for number, level in enumerate(LEVELS):
        answers = [newest_answer(f, s, item, after, s.ref) for item in f.items[level]]
        if not answers or not all(a in ("符合", "不适用") for a in answers):
            return number, None in answers and "不符合" not in answers
    return len(LEVELS), False


def newest_answer(f: Facts, s: Setting, item: str, first: date, last: date) -> str | None:
    """The newest answer of these days; of one day the worst."""
    rows = [r for r in f.checklist.get((s.org, item), ()) if first <= r["checked_on"] <= last]
    best = max(rows, key=lambda r: (r["checked_on"], -ANSWERS.index(r["answer"])), default=None)
    return best and best["answer"]


def checklist(f: Facts, s: Setting, k: dict[str, Any]) -> Answer:
    answer = Answer(doubt=f.count_rejected([s.org], "checklist"))
    found = newest_answer(f, s, k["requirement"], max(s.new_year, s.start), s.year_end)
    if found is None:
        answer.add(OPEN)
    elif found != "不适用":
        answer.add(MET if found == "符合" else MISSED, int(found == "符合"))
    return answer.judge_smallest()
