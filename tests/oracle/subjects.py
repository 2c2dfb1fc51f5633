"""Whom a requirement binds: "Subject" and "Adoption" in docs/verdicts.md."""

from __future__ import annotations

from datetime import date
from typing import Any

from .facts import Facts, Row, running, terms

TRAITS = (("types", "type"), ("levels", "level"), ("sectors", "sector"))


def subjects(f: Facts, group: dict[str, Any], ref: date) -> list[Row]:
    """The organisations of a group of expectations/subjects.yaml that are there at all."""
    return [
        org for org in f.organizations.values()
        if (org["established_on"] is None or org["established_on"] <= f.as_of)
        and any(belongs(f, org, traits, ref) for traits in group.get("any_of", [group]))
    ]


def adopts(org: Row, document: str, explicit: bool, adoption: list[dict[str, Any]] | None) -> bool:
    """Whether the document binds the organisation; ``adoption`` holds the entries of an adoption file, if any."""
    if org["adopts"]:
        return document in org["adopts"]
    if adoption is None:
        return not explicit
    return any(document in entry["documents"] for entry in adoption if is_meant(org, entry))


def is_meant(org: Row, entry: dict[str, Any]) -> bool:
    """Whether an entry of the adoption file is for the organisation; names are names, short names or identifiers."""
    called = {org["name"], org["short_name"], org["org_id"]}
    if entry.get("names") and not called & set(entry["names"]):
        return False
    return _fits(org, entry) and not called & set(entry.get("except_names", ()))


def _fits(org: Row, traits: dict[str, Any]) -> bool:
    if not all(flag in terms(org["flags"]) for flag in terms(traits.get("flags"))):
        return False
    return all(not traits.get(wanted) or org[column] in terms(traits[wanted]) for wanted, column in TRAITS)


def belongs(f: Facts, org: Row, traits: dict[str, Any], ref: date) -> bool:
    """Whether the organisation has the traits of a group of expectations/subjects.yaml."""
    if not _fits(org, traits):
        return False
    if traits.get("has_children") and not has_children(f, org, ref):
        return False
    above = types_above(f, org, ref) if traits.get("under") or traits.get("not_under") else set()
    if traits.get("under") and not above & set(traits["under"]):
        return False
    if traits.get("not_under") and (above & set(traits["not_under"]) or not known_to_the_top(f, org)):
        return False
    if traits.get("no_committee") and has_committee(f, org, ref):
        return False
    return not traits.get("has_committee") or has_committee(f, org, ref)


def types_above(f: Facts, org: Row, ref: date) -> set[str]:
    """Types of the existing organisations above it, at any distance."""
    found, seen, parent = set(), {org["org_id"]}, org["parent_id"]
    while parent in f.organizations and parent not in seen:
        seen.add(parent)
        if f.stands(parent, ref):
            found.add(f.organizations[parent]["type"])
        parent = f.organizations[parent]["parent_id"]
    return found


def known_to_the_top(f: Facts, org: Row) -> bool:
    """Whether it has a superior and every one above it is in the roster."""
    if org["parent_id"] is None:
        return False
    while org["parent_id"] is not None:
        if org["parent_id"] not in f.organizations:
            return False
        org = f.organizations[org["parent_id"]]
    return True


def has_children(f: Facts, org: Row, ref: date) -> bool:
    """Whether an organisation directly below it exists on that day."""
    return any(f.stands(child, ref) for child in f.children.get(org["org_id"], ()))


def has_committee(f: Facts, org: Row, ref: date) -> bool:
    """As recorded; where nothing is recorded, a branch of seven full members or more has one."""
    if org["has_committee"] is not None:
        return org["has_committee"]
    full = {
        p["person_id"] for p in f.people.get(org["org_id"], ())
        if p["standing"] == "正式党员" and running(p, ref, "since", "until")
    }
    return len(full) >= 7
