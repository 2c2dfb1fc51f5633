"""Who is bound by what (约束对象): one row per requirement and organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Facts, list_has_all, list_has_any
from workbench.audit.shapes.base import NUMBER_OF_SHAPE, look_up
from workbench.audit.small_tables import small_table
from workbench.errors import UsageError
from workbench.records.tables import TABLES
from workbench.requirements.adoption import Adoption, Entry
from workbench.requirements.model import Adopts, Requirement
from workbench.vocabulary import Standing

#: A branch with this many full members has a committee (支部工作条例 2018, article 11) when the ledger does not say.
COMMITTEE_MEMBERS = 7
_ALWAYS = date(1900, 1, 1)
_NOTHING = ibis.null("array<string>")


def bind(facts: Facts, requirements: Sequence[Requirement], adoption: Adoption | None = None) -> ir.Table:
    """Columns requirement, subject, start (first day bound), established_on, dissolved (bool), shape, stored once.

    Stored by number of shape, so that a shape that asks for its subjects reads no others.
    """
    groups, rules = _groups(requirements), _rules(requirements)
    orgs = facts.organizations.mutate(committee=_committee(facts), superior=_superior(facts))
    if _asks_above(requirements):
        orgs = look_up(orgs.mutate(traced=_traced(facts)), _above(facts), ["org_id"])
    else:
        orgs = orgs.mutate(above=_NOTHING, traced=ibis.literal(False))
    orgs = orgs.filter(orgs.established_on.isnull() | (orgs.established_on <= facts.as_of))
    members = orgs.join(
        groups,
        [
            _among(groups.types, orgs.type),
            _among(groups.levels, orgs.level),
            _among(groups.sectors, orgs.sector),
            (groups.flags.length() == 0) | list_has_all(orgs.flags, groups.flags).fill_null(False),
            ~groups.with_committee | orgs.committee,
            ~groups.without_committee | ~orgs.committee,
            ~groups.with_children | orgs.superior,
            (groups.under.length() == 0) | list_has_any(groups.under, orgs.above).fill_null(False),
            (groups.not_under.length() == 0)
            | (orgs.traced & ~list_has_any(groups.not_under, orgs.above).fill_null(False)),
        ],
    )
    members = members.select("binding", "adopts", "established_on", "dissolved_on", subject="org_id").distinct()
    # who adopts which document first, and stored: there are ten times as many requirements
    ways = ["binding", "document", "explicit"]
    adopting = _adopting(facts, members.join(rules.select(ways).distinct(), "binding"), adoption)
    pairs = facts.tables.store("adopting", adopting).join(rules, ways)
    bound = pairs.select(
        "requirement",
        "subject",
        start=ibis.greatest(pairs.effective_from, ibis.coalesce(pairs.established_on, ibis.literal(_ALWAYS))),
        established_on=pairs.established_on,
        dissolved=(pairs.dissolved_on <= facts.as_of).fill_null(False),
        shape=pairs["shape"],
    )
    return facts.tables.store("subjects", bound.order_by("shape"))


def _adopting(facts: Facts, pairs: ir.Table, adoption: Adoption | None) -> ir.Table:
    """Those whose organisation adopts the document: by its own ledger entry, else by the file, else by default."""
    if adoption is None:
        pairs = pairs.mutate(given=~pairs.explicit)
    else:
        given = adopted(facts, adoption).mutate(given=ibis.literal(True))
        pairs = look_up(pairs, given, ["subject", "document"])
    own = (pairs.adopts.length() > 0).fill_null(False)
    return pairs.filter(ibis.ifelse(own, pairs.adopts.contains(pairs.document), pairs.given.fill_null(False)))


def adopted(facts: Facts, adoption: Adoption) -> ir.Table:
    """Columns subject and document: what the adoption file gives each organisation.

    Raises :class:`UsageError` for a name that no organisation, or more than one, bears.
    """
    orgs = facts.organizations
    entries = _entries(facts, adoption)
    fits = orgs.join(
        entries,
        [
            _among(entries.types, orgs.type),
            _among(entries.levels, orgs.level),
            _among(entries.sectors, orgs.sector),
            (entries.flags.length() == 0) | list_has_all(orgs.flags, entries.flags).fill_null(False),
            (entries.named.length() == 0) | entries.named.contains(orgs.org_id),
            ~entries.excepted.contains(orgs.org_id),
        ],
    )
    return facts.tables.store("adopted", fits.select(subject="org_id", document=fits.documents.unnest()).distinct())


def _entries(facts: Facts, adoption: Adoption) -> ir.Table:
    """The entries of the file, organisations by their code."""
    named = [name for e in adoption.entries for name in (*e.names, *e.except_names)]
    codes = _codes(facts, named, adoption.place) if named else {}

    def row(e: Entry) -> dict[str, list[str]]:
        return {
            "documents": list(e.documents), "types": list(e.types), "levels": list(e.levels),
            "sectors": list(e.sectors), "flags": list(e.flags), "named": [codes[n] for n in e.names],
            "excepted": [codes[n] for n in e.except_names],
        }

    columns = ("documents", "types", "levels", "sectors", "flags", "named", "excepted")
    return small_table([row(e) for e in adoption.entries], dict.fromkeys(columns, list))


def _codes(facts: Facts, names: Sequence[str], place: str) -> Mapping[str, str]:
    """Code of each organisation given by code, full or short name."""
    orgs = facts.organizations.select("org_id", "name", "short_name")
    found: dict[str, set[str]] = {name: set() for name in names}
    for org in facts.tables.rows(orgs):
        for word in {org["org_id"], org["name"], org["short_name"]} & found.keys():
            found[word].add(org["org_id"])
    for name, codes in found.items():
        if len(codes) != 1:
            raise UsageError(
                "有多个同名组织" if codes else "没有这个组织",
                place=place, found=name, expected="、".join(sorted(codes)[:5]) or "台账中的组织代码、全称或简称",
                next_step="写组织代码",
            )
    return {name: codes.pop() for name, codes in found.items()}


def unplaced(facts: Facts) -> list[dict[str, Any]]:
    """Organisations without a sector or a level: requirements that bind by these pass them by (领域、层级未填).

    One dict per such column: header, number of organisations, names of the first five.
    """
    orgs = facts.organizations
    told = []
    for column in ("sector", "level"):
        empty = facts.tables.rows(orgs.filter(orgs[column].isnull()).order_by("org_id").select("name"))
        if empty:
            header = TABLES["organizations"].column(column).header
            names = [row["name"] for row in empty[:5]]
            told.append({"column": header, "organizations": len(empty), "examples": names})
    return told


def _among(allowed: ir.ArrayColumn, value: ir.StringColumn) -> ir.BooleanValue:
    """An empty list of allowed terms admits everything."""
    return (allowed.length() == 0) | allowed.contains(value).fill_null(False)


def _committee(facts: Facts) -> ir.BooleanValue:
    """Whether a branch has a committee: as the ledger says, else by its number of full members."""
    people = facts.people
    full = people.filter(
        people.standing == Standing.FULL.value,
        people.since.isnull() | (people.since <= facts.ref),
        people.until.isnull() | (people.until > facts.ref),
    )
    large = full.group_by("org_id").agg(members=full.person_id.nunique())
    large = large.filter(large.members >= COMMITTEE_MEMBERS)
    orgs = facts.organizations
    return ibis.coalesce(orgs.has_committee, orgs.org_id.isin(large.org_id))


def _superior(facts: Facts) -> ir.BooleanValue:
    """Whether some organisation stands directly below it at the reference day."""
    below = facts.standing.filter(facts.standing.parent_id.notnull())
    return facts.organizations.org_id.isin(below.parent_id)


def _asks_above(requirements: Sequence[Requirement]) -> bool:
    """Whether some group looks at what stands above: the ancestors of all organisations are not for nothing."""
    ways = (way for r in requirements for way in (r.binds.alternatives or (r.binds,)))
    return any(way.under or way.not_under for way in ways)


def _above(facts: Facts) -> ir.Table:
    """Columns org_id, above: the types of the organisations above it that exist at the reference day."""
    found = facts.below.join(facts.standing.select(ancestor="org_id", type="type"), "ancestor")
    return found.group_by("org_id").agg(above=found.type.collect(distinct=True))


def _traced(facts: Facts) -> ir.BooleanValue:
    """Whether all that stands above it is in the roster: of what is not known nobody can say what it is not."""
    orgs = facts.organizations
    lost = facts.below.anti_join(orgs.select(ancestor="org_id"), "ancestor")
    return orgs.parent_id.notnull() & ~orgs.org_id.isin(lost.org_id)


def _groups(requirements: Sequence[Requirement]) -> ir.Table:
    """The groups of organisations that some requirement binds, a row for each way to belong to one."""
    columns = {"binding": str} | dict.fromkeys(("types", "levels", "sectors", "flags", "under", "not_under"), list)
    columns |= dict.fromkeys(("with_committee", "with_children", "without_committee"), bool)
    rows = [
        {
            "binding": label,
            "types": list(b.types),
            "levels": list(b.levels),
            "sectors": list(b.sectors),
            "flags": list(b.flags),
            "with_committee": bool(b.has_committee),
            "with_children": bool(b.has_children),
            "without_committee": bool(b.no_committee),
            "under": list(b.under),
            "not_under": list(b.not_under),
        }
        for label, group in {r.binds.label: r.binds for r in requirements}.items()
        for b in (group.alternatives or (group,))
    ]
    return small_table(rows, columns)


def _rules(requirements: Sequence[Requirement]) -> ir.Table:
    columns = {
        "requirement": str, "document": str, "binding": str, "effective_from": date, "explicit": bool, "shape": "int8",
    }
    rows = [
        {
            "requirement": r.id,
            "document": r.document,
            "explicit": r.adoption is Adopts.EXPLICIT,
            "binding": r.binds.label,
            "effective_from": r.effective_from or _ALWAYS,
            "shape": NUMBER_OF_SHAPE[r.shape],
        }
        for r in requirements
    ]
    return small_table(rows, columns)
