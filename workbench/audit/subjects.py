"""Who is bound by what (约束对象): one row per requirement and organisation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from workbench.audit.facts import Facts, list_has_all, store
from workbench.requirements.model import Requirement
from workbench.vocabulary import Standing

#: A branch with this many full members has a committee (支部工作条例 2018, article 11) when the ledger does not say.
COMMITTEE_MEMBERS = 7
_ALWAYS = date(1900, 1, 1)


def bind(facts: Facts, requirements: Sequence[Requirement]) -> ir.Table:
    """Columns requirement, subject, start (first day bound), established_on, dissolved (bool), stored once."""
    groups, rules = _groups(requirements), _rules(requirements)
    orgs = facts.organizations.mutate(committee=_committee(facts), superior=_superior(facts))
    orgs = orgs.filter(orgs.established_on.isnull() | (orgs.established_on <= facts.as_of))
    members = orgs.join(
        groups,
        [
            _among(groups.types, orgs.type),
            _among(groups.levels, orgs.level),
            _among(groups.sectors, orgs.sector),
            (groups.flags.length() == 0) | list_has_all(orgs.flags, groups.flags).fill_null(False),
            ~groups.with_committee | orgs.committee,
            ~groups.with_children | orgs.superior,
        ],
    )
    members = members.select("binding", "org_id", "adopts", "established_on", "dissolved_on").distinct()
    pairs = members.join(rules, "binding")
    pairs = pairs.filter(pairs.adopts.isnull() | (pairs.adopts.length() == 0) | pairs.adopts.contains(pairs.document))
    bound = pairs.select(
        requirement=pairs.requirement,
        subject=pairs.org_id,
        start=ibis.greatest(pairs.effective_from, ibis.coalesce(pairs.established_on, ibis.literal(_ALWAYS))),
        established_on=pairs.established_on,
        dissolved=(pairs.dissolved_on <= facts.as_of).fill_null(False),
    )
    return store(facts.con, "subjects", bound)


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
    orgs = facts.organizations
    below = orgs.filter(
        orgs.established_on.isnull() | (orgs.established_on <= facts.ref),
        orgs.dissolved_on.isnull() | (orgs.dissolved_on > facts.ref),
        orgs.parent_id.notnull(),
    )
    return orgs.org_id.isin(below.parent_id)


def _groups(requirements: Sequence[Requirement]) -> ir.Table:
    """The groups of organisations that some requirement binds, a row for each way to belong to one."""
    words = pa.list_(pa.string())
    schema = pa.schema(
        [
            ("binding", pa.string()),
            ("types", words),
            ("levels", words),
            ("sectors", words),
            ("flags", words),
            ("with_committee", pa.bool_()),
            ("with_children", pa.bool_()),
        ]
    )
    rows = [
        {
            "binding": label,
            "types": list(b.types),
            "levels": list(b.levels),
            "sectors": list(b.sectors),
            "flags": list(b.flags),
            "with_committee": bool(b.has_committee),
            "with_children": bool(b.has_children),
        }
        for label, group in {r.binds.label: r.binds for r in requirements}.items()
        for b in (group.alternatives or (group,))
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


def _rules(requirements: Sequence[Requirement]) -> ir.Table:
    schema = pa.schema(
        [
            ("requirement", pa.string()),
            ("document", pa.string()),
            ("binding", pa.string()),
            ("effective_from", pa.date32()),
        ]
    )
    rows = [
        {
            "requirement": r.id,
            "document": r.document,
            "binding": r.binds.label,
            "effective_from": r.effective_from or _ALWAYS,
        }
        for r in requirements
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))
