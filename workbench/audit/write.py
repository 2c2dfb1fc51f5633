"""A run, written (写出督查结果): into a fresh folder, whole or not at all."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir

from workbench.audit.due import with_members
from workbench.audit.facts import Facts
from workbench.audit.run import FORMAT
from workbench.audit.shapes import SHAPES
from workbench.audit.shapes.base import EVIDENCE, Context
from workbench.audit.small_tables import small_table
from workbench.audit.verdicts import FAILING, KEY, evidence
from workbench.audit.wording import detail_text
from workbench.errors import UsageError
from workbench.requirements.catalogue import Catalogue, value_text
from workbench.requirements.model import Listed, Requirement, Suites, Treatment
from workbench.requirements.shapes import SHAPES as DECLARED
from workbench.timeline import PeriodKind, periods
from workbench.vocabulary import Verdict

#: Verdicts whose evidence is kept when only failing ones are.
_KEPT = (*FAILING, Verdict.BEHIND, Verdict.NO_DATA)


def needs_a_person(results: ir.Table) -> ir.BooleanValue:
    """Findings: what fails, also when waived or a prompt; a check on site that nobody has answered is none."""
    return results.verdict.isin([v.value for v in FAILING]) & (results.missed > 0)


def fresh_folder(out: Path | None, as_of: str) -> Path:
    """The folder a run will be written to; a run is never written over (:class:`UsageError`)."""
    if out is None:
        base, number = Path("runs"), 1
        while (folder := base / (as_of if number == 1 else f"{as_of}-{number}")).exists():
            number += 1
        return folder
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            "督查结果只增不改，不能写进已有内容的文件夹",
            place=str(out),
            found="已有内容",
            expected="不存在的或空的文件夹",
            next_step="换一个 --out 文件夹",
        )
    return out


def partial_folder(folder: Path) -> Path:
    """An empty folder beside ``folder`` in which the run grows until it is whole."""
    work = folder.with_name(folder.name + ".partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return work


def requirement_entry(r: Requirement, facts: Facts) -> dict[str, Any]:
    """One entry of ``requirements.json``."""
    return {
        "id": r.id,
        "document": r.document,
        "document_title": r.document_title,
        "version": r.version,
        "effective_to": None if r.effective_to is None else r.effective_to.isoformat(),
        "clause": r.clause,
        "description": r.description,
        "binds": r.binds.label,
        "severity": r.severity.value,
        "outcome": r.outcome.value,
        "shape": r.shape,
        "shape_label": DECLARED[r.shape].label,
        "period": r.period,
        "period_label": r.period_label,
        "unit": r.unit,
        "required": r.required,
        "required_text": r.required_text,
        "parameters": {
            p.name: {
                "label": p.label, "value": p.value, "text": value_text(p.value), "source_words": p.source_words
            }
            for p in r.parameters
        },
        "notes": r.notes,
        "order": r.order,
        "fingerprint": r.fingerprint,
        "cycle_start": facts.cycle_start,
        "treatment": r.treatment.value,
        "guidance": None if r.guidance is None else asdict(r.guidance),
        "lower": r.lower,
        "upper": r.upper,
        "kwargs": dict(r.kwargs),
    }


def _period_kind(r: Requirement) -> str:
    """Calendar periods only where masks say which; everything else counts units."""
    if r.shape == "expect_activity_count":
        return r.kwargs["period"]
    return SHAPES[r.shape].period_kind


def _window(r: Requirement, facts: Facts) -> str:
    """Label of the span a finding belongs to: the year, or the two-year cycle."""
    kind = PeriodKind.BIENNIUM if r.period == PeriodKind.BIENNIUM else PeriodKind.YEAR
    return periods(kind, facts.year, cycle_start=facts.cycle_start)[0].label


def full_results(
    ctx: Context, requirements: Sequence[Requirement], results: ir.Table, broken: Mapping[str, str] | None = None
) -> ir.Table:
    """Results with the columns of the run folder; requirements whose check broke become 检查出错."""
    rows = [
        {
            "requirement": r.id,
            "document": r.document,
            "version": r.version,
            "required": r.required,
            "unit": r.unit,
            "period": _window(r, ctx.facts),
            "period_kind": _period_kind(r),
            "broken": (broken or {}).get(r.id),
        }
        for r in requirements
    ]
    texts = ("requirement", "document", "version", "unit", "period", "period_kind", "broken")
    facts = ctx.facts.tables.given("facts", small_table(rows, dict.fromkeys(texts, str) | {"required": float}))
    t = results.join(facts, "requirement")
    if broken:  # else what is coded stays so
        failed = t.broken.notnull()
        t = t.mutate(
            verdict=ibis.ifelse(failed, Verdict.BROKEN.value, t.verdict), reason=ibis.ifelse(failed, t.broken, t.reason)
        )
    return t.select(
        "subject",
        "requirement",
        "document",
        "version",
        "verdict",
        "observed",
        "required",
        "unit",
        "period",
        "judged",
        "part",
        "whole",
        "met",
        "missed",
        "open",
        "unknown",
        "doubt",
        "period_kind",
        "met_mask",
        "missed_mask",
        "open_mask",
        "reason",
    )


def organizations(ctx: Context) -> ir.Table:
    """Organisations with their unit: the ancestor just below the root, itself when it is one, or the root.

    ``members`` full and probationary ones on the day (empty: the ledgers name nobody), ``dissolved`` by then.
    """
    facts = ctx.facts
    orgs = facts.organizations
    orgs = orgs.filter(orgs.established_on.isnull() | (orgs.established_on <= facts.as_of))
    roots = orgs.filter(orgs.parent_id.isnull())
    tops = orgs.filter(orgs.parent_id.isin(roots.org_id)).select("org_id")
    above = facts.below.join(tops, facts.below.ancestor == tops.org_id, rname="top_{name}")
    above = above.select(org_id="org_id", unit_above="ancestor")
    t = orgs.left_join(above, "org_id").drop("org_id_right")
    t = t.mutate(unit_id=ibis.coalesce(t.unit_above, t.org_id))
    names = orgs.select(unit_id="org_id", unit_name="name")
    t = with_members(ctx, t.join(names, "unit_id"))
    gone = (t.dissolved_on <= facts.as_of).fill_null(False)
    return t.select(
        "org_id", "name", "type", "sector", "level", "parent_id", "unit_id", "unit_name", "members", "established_on",
        dissolved=gone,
    )


def write_results(ctx: Context, results: ir.Table, work: Path) -> None:
    """``results.parquet``, in the order of subjects; written over where a check turns out to be broken."""
    ctx.facts.tables.write(work / "results.parquet", results.order_by("subject", "requirement"))


def write_findings(
    ctx: Context, failing: ir.Table, rows: Sequence[dict], entries: Mapping[str, dict], path: Path
) -> None:
    """The results that need a person, given as ``rows`` too, with key and Chinese detail, in the order of subjects."""
    details = [
        {**{name: row[name] for name in KEY}, "detail": detail_text(entries[row["requirement"]], row, ctx.year)}
        for row in rows
    ]
    t = failing.join(small_table(details, dict.fromkeys((*KEY, "detail"), str)), KEY)
    columns = {"key": t.subject + "|" + t.requirement + "|" + t.period} | {name: t[name] for name in failing.columns}
    ctx.facts.tables.write(path, t.select(**columns, detail=t.detail).order_by("subject", "requirement"))


def write_evidence(ctx: Context, requirements: Sequence[Requirement], results: ir.Table, keep: str, work: Path) -> None:
    """Evidence of all results, or of failing ones only, in the order of subjects."""
    tables = ctx.facts.tables
    if keep == "failing":
        failing = results.filter(results.verdict.isin([v.value for v in _KEPT])).select("requirement", "subject")
        ctx = replace(ctx, subjects=ctx.store("failing", ctx.subjects.semi_join(failing, ["requirement", "subject"])))
    found = ctx.store("evidence", small_table([], EVIDENCE))
    for part in evidence(ctx, requirements):
        tables.append(found, part)
    # sorting takes as much memory again, and subjects, units and rows have served
    tables.drop([ctx.subjects, *ctx.units.values(), *ctx.rows.values()])
    tables.write(work / "evidence.parquet", found.order_by("subject", "requirement"))
    tables.drop([found])


def catalogue_receipt(catalogue: Catalogue) -> dict[str, Any]:
    """What a reader of the run sees of the catalogue beside the judged rows: so nobody need open the suites for it.

    ``catalogue`` every id in order, ``treatments`` what their names mean, ``listed`` rows not judged, ``coverage`` per
    document, ``conflicts`` that touch a row of the run.
    """
    return {
        "catalogue": list(catalogue.by_id),
        "treatments": {t.value: t.label for t in Treatment},
        "listed": [asdict(row) for row in catalogue.rows if isinstance(row, Listed)],
        "coverage": [asdict(c) for c in catalogue.coverage()],
        "conflicts": [
            asdict(c) for c in catalogue.conflicts if any(r in catalogue.by_id for r in c.requirements)
        ],
    }


def versions() -> dict[str, str]:
    """Versions that a verdict may depend on."""
    packages = ("dangjian-workbench", "great-expectations", "ibis-framework", "duckdb", "pandas")
    return {
        "python": platform.python_version(),
        "duckdb_engine": duckdb.__version__,
        **{p: version(p) for p in packages},
    }


def write_run(
    work: Path,
    folder: Path,
    ctx: Context,
    suites: Suites,
    results: ir.Table,
    *,
    gx_results: Mapping[str, dict],
    records: Any,
    receipt: dict[str, Any],
) -> None:
    """All files of a run but results and evidence, written to ``work``, then moved to ``folder`` in one step."""
    tables, requirements = ctx.facts.tables, suites.requirements
    (work / "gx").mkdir()
    entries = {r.id: requirement_entry(r, ctx.facts) for r in requirements}
    _json(work / "requirements.json", list(entries.values()))
    failing = results.filter(needs_a_person(results))
    asked = tables.ask(failing)
    tables.write(work / "organizations.parquet", organizations(ctx).order_by("org_id"))
    tables.write(work / "sources.parquet", tables.table("sources"))
    write_findings(ctx, failing, asked.result().to_pylist(), entries, work / "findings.parquet")
    tables.settle()  # rejected rows are asked of the connection itself
    records.write_rejects(work / "rejects.xlsx")
    _json(work / "messages.json", [asdict(m) for m in records.messages])
    for document, result in gx_results.items():
        _json(work / "gx" / f"{document}.json", result)
    _json(work / "receipt.json", {"format": FORMAT, **receipt, "versions": versions()})
    if folder.exists():
        folder.rmdir()  # empty, as fresh_folder saw
    work.rename(folder)


def _json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
