"""From tallies to verdicts: one row per bound subject and requirement, decided in the order of ``docs/verdicts.md``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import ibis
import ibis.expr.types as ir

from workbench.audit.facts import Facts
from workbench.audit.shapes import SHAPES
from workbench.audit.shapes.base import TALLY, UNIT, Context, Need, look_up, stored_units, tally_units, union
from workbench.audit.shapes.cases import case_evidence
from workbench.audit.shapes.populations import lacks_types
from workbench.audit.small_tables import small_table
from workbench.audit.subjects import bind
from workbench.records.tables import TABLES
from workbench.requirements.adoption import Adoption
from workbench.requirements.model import Requirement, Treatment, terms
from workbench.vocabulary import Verdict

Progress = Callable[[str, int, int | None], None]
KEY = ["requirement", "subject"]
GRACE = "new_organization_grace_months"

#: Verdicts that count as failing when Great Expectations and our pass are compared.
FAILING = (Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED)

#: Why a subject is not judged, as stored in ``reason``.
REASON_DISSOLVED = "组织已撤销"
REASON_NO_RECORDS = "全部数据中没有这类记录，无法判断"
REASON_DOUBT = "有相关记录未能读入，或未注明人员、类别，改正后再判"
REASON_LAPSED = "豁免已到期，截止 "
REASON_UNKNOWN = "缺少判断所需的数值或人员信息"


def by_shape(requirements: Sequence[Requirement]) -> Iterator[tuple[str, list[Requirement]]]:
    """Requirements grouped by shape, in a stable order."""
    groups: dict[str, list[Requirement]] = defaultdict(list)
    for r in requirements:
        groups[r.shape].append(r)
    for name in SHAPES:
        if name in groups:
            yield name, groups[name]


def prepare(
    facts: Facts, requirements: Sequence[Requirement], keeps_rows: bool = False, adoption: Adoption | None = None
) -> Context:
    """Subjects bound, parameters at hand."""
    facts.look_around()
    grace = next((int(p.value) for r in requirements for p in r.parameters if p.name == GRACE), 0)
    return Context(facts, bind(facts, requirements, adoption), grace, keeps_rows=keeps_rows)


def decide(ctx: Context, requirements: Sequence[Requirement], progress: Progress | None = None) -> ir.Table:
    """Stored table of results: subject, requirement, verdict, the tally and ``reason``."""
    ctx.available = {r.id: SHAPES[r.shape].available(dict(r.kwargs), ctx.facts.inventory) for r in requirements}
    tallies = _tallies(ctx, [r for r in requirements if ctx.available[r.id]], progress)
    t = ctx.subjects
    if tallies:
        t = look_up(t, union(tallies), KEY)
    else:
        t = t.mutate(**{name: ibis.null(kind) for name, kind in TALLY.items()})
    t = t.join(_facts_of(requirements, ctx.available), "requirement")
    t = _with_waivers(ctx, _with_doubt(ctx, requirements, t))
    results = ctx.store("results", _verdicts(t))
    ctx.facts.tables.drop(tallies)
    return results


def _tallies(ctx: Context, requirements: Sequence[Requirement], progress: Progress | None) -> list[ir.Table]:
    """Shape by shape what each subject owes and how it stands; the units are counted together at the end."""
    tallies = []
    groups = list(by_shape(requirements))
    for done, (name, rs) in enumerate(groups):
        if progress:
            progress("逐项计算", done, len(groups))
        shape = SHAPES[name]
        if shape.units:
            ctx.units[name] = ctx.store("units", stored_units(shape.units(ctx, rs)))
        else:
            tallies.append(ctx.store("tally", shape.tally(ctx, rs)))
    if ctx.units:
        counted = [r for r in requirements if SHAPES[r.shape].units]
        summed = {name for name, shape in SHAPES.items() if shape.summed}
        units = union([u.select(*UNIT) for u in ctx.units.values()])
        # stored, so that its size is known: on a guess the database would look up tallies the expensive way round
        tallies.append(ctx.store("tally", tally_units(units, counted, summed)))
    return tallies


def _facts_of(requirements: Sequence[Requirement], available: dict[str, bool]) -> ir.Table:
    rows = [
        {
            "requirement": r.id,
            "available": available[r.id],
            "outcome": r.outcome.value,
            "waiting": _waiting(r),
            "untold": int(SHAPES[r.shape].waits),
        }
        for r in requirements
    ]
    return small_table(
        rows, {"requirement": str, "available": bool, "outcome": str, "waiting": str, "untold": int}
    )


def _waiting(r: Requirement) -> str:
    """Verdict while nothing is due: what nobody has looked at on site waits for a person, not for its day."""
    return (Verdict.MANUAL if r.treatment is Treatment.CHECKLIST else Verdict.OPEN).value


def _with_doubt(ctx: Context, requirements: Sequence[Requirement], t: ir.Table) -> ir.Table:
    """Adds the rejected rows of a subject that its requirement could have counted."""
    rejected = ctx.facts.rejected
    if not ctx.facts.inventory.rejected:
        return t.mutate(rejected_rows=ibis.literal(0, "int64"))
    rows = [
        {
            "requirement": r.id,
            "table_name": need.table,
            "wanted": need.kind,
            "wide": _wide(r, need),
        }
        for r in requirements
        for need in dict.fromkeys(SHAPES[r.shape].needs(dict(r.kwargs)))
    ]
    needs = small_table(rows, {"requirement": str, "table_name": str, "wanted": str, "wide": bool})
    hits = rejected.join(needs, "table_name")
    hits = hits.filter(hits.wanted.isnull() | hits.kind.isnull() | (hits.wanted == hits.kind))
    key = ["requirement", "subject", "table_name", "source_id", "source_row"]
    own = hits.mutate(subject=hits.org_id).select(key)
    below = ctx.facts.below
    wide = hits.filter(hits.wide).join(below, "org_id").mutate(subject=lambda h: h.ancestor).select(key)
    counted = own.union(wide).distinct().group_by("requirement", "subject").agg(rejected_rows=lambda h: h.count())
    return look_up(t, counted, KEY).mutate(rejected_rows=lambda x: x.rejected_rows.fill_null(0))


def _wide(r: Requirement, need: Need) -> bool:
    """Whether a rejected row of an organisation below casts doubt as well."""
    if r.shape == "expect_population" or r.kwargs.get("scope") in ("children", "subtree"):
        return True
    return need.table == "posts" and r.kwargs.get("posts_in") == "children"


def _with_waivers(ctx: Context, t: ir.Table) -> ir.Table:
    """Adds whether an exemption covers the reference day, and the last day of one that has run out."""
    ref = ctx.facts.ref
    e = ctx.facts.tables.table("exemptions")
    e = e.filter(e.since <= ref, e.requirement.isin(list(ctx.available)))
    e = e.semi_join(ctx.facts.organizations, "org_id")
    e = ctx.store("waivers", e.group_by("requirement", subject="org_id").agg(until=e.until.max()))
    t = look_up(t, e, KEY)
    return t.mutate(
        waived=(t.until >= ref).fill_null(False),
        lapsed=ibis.literal(REASON_LAPSED) + ibis.ifelse(t.until < ref, t.until, ibis.null("date")).cast("string"),
    )


def _verdicts(t: ir.Table) -> ir.Table:
    counts = {
        name: t[name].fill_null(0)
        for name in ("met", "missed", "open", "unknown", "met_mask", "missed_mask", "open_mask")
    }
    counts["open"] = t.open.fill_null(t.untold)
    # of whom a shape that waits says nothing, nothing has been counted; elsewhere there is nothing to count
    counts |= {name: ibis.ifelse(t.untold > 0, t[name].fill_null(0), t[name]) for name in ("part", "whole")}
    t = t.mutate(**counts, doubt=t.doubt.fill_null(0) + t.rejected_rows, behind=t.behind.fill_null(False))
    idle = t.dissolved | ~t.available
    doubtful = (t.missed > 0) & (t.doubt > 0)
    verdict = ibis.cases(
        (t.dissolved, Verdict.NOT_APPLICABLE.value),
        (~t.available, Verdict.NO_DATA.value),
        (doubtful, Verdict.NO_DATA.value),
        ((t.missed > 0) & t.waived, Verdict.WAIVED.value),
        (t.missed > 0, t.outcome),
        (t.unknown > 0, Verdict.NO_DATA.value),
        (t.behind, Verdict.BEHIND.value),
        (t.met > 0, Verdict.MET.value),
        (t.open > 0, t.waiting),
        else_=Verdict.NOT_APPLICABLE.value,
    )
    reason = ibis.cases(
        (t.dissolved, REASON_DISSOLVED),
        (~t.available, REASON_NO_RECORDS),
        (doubtful, REASON_DOUBT),
        ((t.missed == 0) & (t.unknown > 0), REASON_UNKNOWN),
        (t.missed > 0, t.lapsed.fill_null("")),
        else_="",
    )
    t = t.mutate(verdict=verdict, reason=reason)
    cleared = {
        name: ibis.ifelse(idle, ibis.literal(0, "int64"), t[name])
        for name in ("met", "missed", "open", "unknown", "doubt", "met_mask", "missed_mask", "open_mask")
    }
    cleared |= {
        name: ibis.ifelse(idle, ibis.null(TALLY[name]), t[name]) for name in ("judged", "observed", "part", "whole")
    }
    return t.mutate(**cleared).select(
        "subject", "requirement", "verdict", *(n for n in TALLY if n != "behind"), "reason"
    )


def missing_records(ctx: Context, requirements: Sequence[Requirement]) -> list[dict]:
    """Kinds of record that occur nowhere, each with the requirements that cannot be judged without (缺少的记录)."""
    found: dict[str, list[str]] = defaultdict(list)
    for r in requirements:
        if not ctx.available[r.id]:
            needs = SHAPES[r.shape].needs(dict(r.kwargs))
            names = [TABLES[need.table].title + (f"（{need.kind}）" if need.kind else "") for need in needs]
            # only a population may lack nothing but organisations of a type, or with a flag
            flags = [flag for key in ("flags", "having_flag") for flag in terms(r.kwargs.get(key))]
            roster = TABLES["organizations"].title
            if r.shape == "expect_population" and lacks_types(dict(r.kwargs), ctx.facts.inventory):
                names = [f"{roster}（类型：{'、'.join(terms(r.kwargs['types']))}）"]
            elif flags and not names:
                names = [f"{roster}（标记：{'、'.join(flags)}）"]
            found["、".join(dict.fromkeys(names))].append(r.id)
    return [{"records": records, "requirements": ids} for records, ids in found.items()]


def evidence(ctx: Context, requirements: Sequence[Requirement]) -> Iterator[ir.Table]:
    """The rows every result rests on (columns of EVIDENCE), shape by shape."""
    available = [r for r in requirements if ctx.available[r.id]]
    for name, rs in by_shape(available):
        if SHAPES[name].evidence:
            yield SHAPES[name].evidence(ctx, rs)
    in_cases = [r for r in available if not SHAPES[r.shape].evidence]
    if in_cases:
        units = union([ctx.units[name].select(*UNIT) for name, _ in by_shape(in_cases)])
        yield case_evidence(ctx, in_cases, units)
