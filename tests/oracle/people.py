"""Who is meant: holders of posts and members of a category, in one organisation, on a day or through a span."""

from __future__ import annotations

from datetime import date
from typing import Any

from .facts import Facts, Row, running, share_a_term, terms


def of_posts(f: Facts, org_id: str, k: dict[str, Any]) -> list[Row]:
    """Posts of the organisation in one of the ``roles``, full-time ones where asked."""
    rows = f.posts_of(org_id, k["roles"])
    return [p for p in rows if p["full_time"]] if k.get("full_time") else rows


def of_people(f: Facts, org_id: str, k: dict[str, Any]) -> list[Row]:
    """Rows of the organisation's people of the ``categories`` (full members) or ``standings`` asked for."""
    if k.get("categories"):
        return [p for p in f.people.get(org_id, ())
                if p["standing"] == "正式党员" and share_a_term(k["categories"], p["categories"])]
    return [p for p in f.people.get(org_id, ()) if p["standing"] in terms(k["standings"])]


def on_day(f: Facts, org_id: str, k: dict[str, Any], day: date) -> set[str]:
    """Those who held such a post, or belonged to the category, on this day."""
    if k.get("roles"):
        return {p["person_id"] for p in of_posts(f, org_id, k) if running(p, day, "started_on", "ended_on")}
    return {p["person_id"] for p in of_people(f, org_id, k) if running(p, day, "since", "until")}


def through(f: Facts, org_id: str, k: dict[str, Any], since: date, ref: date) -> set[str]:
    """Those who did so on ``since`` already (or always) and still did at ``ref``."""
    rows, begins, ends = (
        (of_posts(f, org_id, k), "started_on", "ended_on") if k.get("roles")
        else (of_people(f, org_id, k), "since", "until")
    )
    rows = [p for p in rows if (p[begins] is None or p[begins] <= since) and (p[ends] is None or p[ends] > ref)]
    excepted = {p["person_id"] for p in rows if except_from(p, k)}
    return {p["person_id"] for p in rows} - excepted


def except_from(row: Row, k: dict[str, Any]) -> bool:
    """Whether the row carries one of the categories that are not meant."""
    return bool(k.get("except_categories")) and share_a_term(k["except_categories"], row["categories"])


def held_role(f: Facts, org_id: str, person_id: str, roles: Any, day: date) -> bool:
    """The person holds one of the roles in the organisation on this day."""
    return any(
        p["person_id"] == person_id and running(p, day, "started_on", "ended_on") for p in f.posts_of(org_id, roles)
    )


def role_occurs(f: Facts, roles: Any) -> bool:
    return any(role in f.roles for role in terms(roles))


def occur(f: Facts, k: dict[str, Any]) -> bool:
    """The role, category or standing occurs at all."""
    if k.get("roles"):
        return role_occurs(f, k["roles"])
    if k.get("categories"):
        return any(share_a_term(k["categories"], p["categories"]) for p in f.rows["people"])
    return any(p["standing"] in terms(k["standings"]) for p in f.rows["people"])


def rejected(f: Facts, orgs: list[str], k: dict[str, Any]) -> int:
    """Rejected rows that could have named one of those meant."""
    if k.get("roles"):
        return f.count_rejected(orgs, "posts", k["roles"])
    return f.count_rejected(orgs, "people", k.get("categories") or k["standings"])
