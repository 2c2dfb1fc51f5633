"""The audit from typed tables to a run (审查): the only way in from records and requirements.

Our vectorised pass names the failing subjects; Great Expectations judges every requirement on the same values. The two
counts must agree for each requirement, or its results become 检查出错.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from workbench.audit.due import write_courses, write_due, write_secretaries
from workbench.audit.facts import Facts
from workbench.audit.gx_process import GxProcess, Judgement, lent
from workbench.audit.papers import exemption_states, permission_states, read_papers
from workbench.audit.run import Run
from workbench.audit.subjects import unplaced
from workbench.audit.shapes.base import Context
from workbench.audit.tables import enum_code
from workbench.audit.verdicts import decide, missing_records, prepare
from workbench.audit.write import (
    catalogue_receipt, fresh_folder, full_results, needs_a_person, partial_folder, write_evidence, write_results,
    write_run,
)
from workbench.errors import UsageError
from workbench.exit_codes import exit_code
from workbench.records.intake import intake
from workbench.records.loading import create_tables
from workbench.records.tables import TABLES
from workbench.requirements.adoption import Adoption, load_adoption
from workbench.requirements.catalogue import Catalogue, catalogue_of
from workbench.requirements.loader import load_suites
from workbench.requirements.model import Requirement, Suites
from workbench.resources import resource
from workbench.vocabulary import Severity, Verdict

if TYPE_CHECKING:
    import duckdb

    from workbench.audit.gx_process import Frames
    from workbench.records.intake import Records

Progress = Callable[[str, int, int | None], None]

#: Seconds after which a thread that holds the interpreter lets another have it (Python: 0.005).
_PACE = 0.0005
#: Whether an audit of this process has left expressions behind that nobody has looked for.
_left_behind = False


def connect_tables(tables: Mapping[str, Sequence[Mapping]]) -> ibis.BaseBackend:
    """A connection holding rows given in memory, as intake would leave them (for cases, tests, notebooks).

    Raises :class:`workbench.errors.UsageError` for a table or column that there is none of.
    """
    known = (*TABLES, "rejected")
    for name in tables.keys() - set(known):
        raise UsageError("没有这种表", place=name, expected="、".join(known))
    con = ibis.duckdb.connect()
    create_tables(con.con)
    for name, rows in tables.items():
        if rows:
            _fill(con.con, name, [{"source_id": 0, "source_row": n, **row} for n, row in enumerate(rows, 1)])
    return con


def _fill(con: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping]) -> None:
    types = con.table(name).limit(0).to_arrow_table().schema
    given = dict.fromkeys(column for row in rows for column in row)
    for column in given.keys() - set(types.names):
        raise UsageError("表中没有这一列", place=f"{name}.{column}", expected="、".join(types.names))
    con.register("_given", pa.table({c: pa.array([row.get(c) for row in rows], types.field(c).type) for c in given}))
    con.execute(f'INSERT INTO "{name}" BY NAME SELECT * FROM _given')
    con.unregister("_given")


def judge_tables(
    tables: Mapping[str, Sequence[Mapping]],
    requirements: Sequence[Requirement],
    *,
    as_of: date,
    year: int | None = None,
    adoption: Adoption | None = None,
) -> list[dict]:
    """Result rows for records in memory: ``tables`` maps a table's name to rows (dates as ``date``, lists as lists).

    Returns one dict per bound subject and requirement: subject, requirement, verdict, judged, met, missed, open,
    unknown, doubt, reason and the masks of periods. Great Expectations is not asked here; :func:`audit` does.
    """
    con = connect_tables(tables)
    try:
        with closing(facts_for(con, requirements, as_of, year)) as facts, _undisturbed():
            return facts.tables.rows(decide(prepare(facts, requirements, adoption=adoption), requirements))
    finally:
        con.disconnect()


def facts_for(con: ibis.BaseBackend, requirements: Sequence[Requirement], as_of: date, year: int | None) -> Facts:
    """The facts of a run; the two-year cycle starts where the parameter says."""
    cycle = next((int(p.value) for r in requirements for p in r.parameters if p.name == "two_year_cycle_start"), 2022)
    return Facts(con, as_of, year or as_of.year, cycle, [r.id for r in requirements])


def audit(
    source: str | Path | Records,
    *,
    as_of: date,
    year: int | None = None,
    documents: Sequence[str] | None = None,
    out: str | Path | None = None,
    parameters: str | Path | Mapping[str, Any] | None = None,
    suites: str | Path | None = None,
    adoption: str | Path | None = None,
    evidence: str = "all",
    progress: Progress | None = None,
    judge: GxProcess | None = None,
) -> Run:
    """Judge ledgers by the suites in force and write a run folder.

    ``source`` is a folder, a file, a SQLAlchemy URL or records already read; ``as_of`` the last day whose facts count;
    ``year`` the audited calendar year (default: that of ``as_of``); ``documents`` limits the documents; ``out`` a fresh
    folder (default ``runs/<as_of>``); ``suites`` another folder of suites; ``adoption`` a file that says who adopts
    which document; ``evidence`` ``all`` or ``failing``; ``judge`` a process of Great Expectations started before, which
    is closed.

    Raises :class:`workbench.errors.WorkbenchError` for anything a user can mend.

    >>> from datetime import date
    >>> run = audit("sample_data", as_of=date(2026, 8, 31), documents=["secretary-2022"])
    >>> run.receipt["as_of"]
    '2026-08-31'
    """
    opened = isinstance(source, (str, Path))
    with closing(judge) if judge else lent() as judge:  # it imports while we read
        if evidence not in ("all", "failing"):
            raise UsageError("证据范围写法不对", place="evidence", found=evidence, expected="all 或 failing")
        folder = fresh_folder(Path(out) if out else None, as_of.isoformat())
        read = load_suites(
            documents,
            as_of=as_of,
            year=year,
            directory=Path(suites) if suites else None,
            parameters=Path(parameters) if isinstance(parameters, str) else parameters,
        )
        if not read.requirements:
            why = "；".join(f"{d.id}：{d.reason}" for d in read.documents if d.reason)
            raise UsageError("没有可用的条款", found=why or "没有文件", expected="至少一个在截至日期已施行的文件")
        rows = catalogue_of(read, as_of=as_of, directory=Path(suites) if suites else resource("expectations"))
        adopting = load_adoption(Path(adoption), suites=read) if adoption else None
        records = intake(source, progress=progress) if opened else source
        try:
            return _audit(records, read, rows, adopting, as_of, year, folder, evidence, judge, progress)
        finally:
            if opened:
                records.close()


def _audit(
    records: Records,
    suites: Suites,
    catalogue: Catalogue,
    adoption: Adoption | None,
    as_of: date,
    year: int | None,
    folder: Path,
    keep: str,
    judge: GxProcess,
    progress: Progress | None,
) -> Run:
    requirements = suites.requirements
    with closing(facts_for(records.con, requirements, as_of, year)) as facts, _undisturbed():
        return _judge(records, suites, catalogue, adoption, facts, folder, keep, judge, progress)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No garbage is looked for, and threads take turns often.

    Expressions are many, small and kept till the end: going over them takes a tenth of an audit. What is left of them
    is looked for when the next audit of this process begins; most processes make one and end. And the thread that feeds
    the database wants the interpreter for an instant between two statements; it would wait for a hundred times as long
    while this one puts the next into words.
    """
    global _left_behind
    collecting, frozen, pace = gc.isenabled(), gc.get_freeze_count(), sys.getswitchinterval()
    if _left_behind and collecting:
        gc.collect()
    gc.disable()
    sys.setswitchinterval(_PACE)
    try:
        yield
    finally:
        sys.setswitchinterval(pace)
        if collecting:
            if not frozen:  # all there is becomes old at once, so that the next small collection has nothing to go over
                _left_behind = True
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _judge(
    records: Records,
    suites: Suites,
    catalogue: Catalogue,
    adoption: Adoption | None,
    facts: Facts,
    folder: Path,
    keep: str,
    judge: GxProcess,
    progress: Progress | None,
) -> Run:
    requirements, as_of = suites.requirements, facts.as_of
    papers = read_papers(facts, suites, records.messages)
    ctx = prepare(facts, requirements, keep == "all", adoption)
    decided = decide(ctx, requirements, progress)
    if progress:
        progress("Great Expectations 核对", 0, None)
    work = partial_folder(folder)
    results = full_results(ctx, requirements, decided)

    def meanwhile() -> None:
        write_results(ctx, results, work)
        write_due(ctx, requirements, decided, work)
        write_courses(ctx, work)
        write_secretaries(ctx, work)
        write_evidence(ctx, requirements, decided, keep, work)

    gx_results, broken = check(ctx, requirements, decided, judge, meanwhile)
    if broken:
        results = full_results(ctx, requirements, decided, broken)
        write_results(ctx, results, work)
    if progress:
        progress("写出结果", 0, None)
    facts.tables.settle()  # the receipt of the ledgers asks the connection itself
    receipt = {
        "as_of": as_of.isoformat(),
        "year": ctx.year,
        "documents": [
            {
                "id": d.id,
                "title": d.title,
                "version": d.version,
                "in_force": d.in_force,
                "reason": d.reason,
                "notes": d.notes,
            }
            for d in suites.documents
        ],
        "parameters": {p.name: p.value for p in suites.parameters.values()},
        "adoption": None if adoption is None else adoption.receipt(),
        "exemptions": exemption_states(papers, facts.ref, _verdicts_of(ctx, results, papers.exemptions)),
        "permissions": permission_states(papers, facts, requirements),
        **catalogue_receipt(catalogue),
        "suites": [{"file": file, "sha256": digest} for d in suites.documents for file, digest in d.files],
        **records.receipt(),
        **_counts(ctx, requirements, results, bool(records.unread)),
        "evidence": keep,
        "broken": broken,
        "unread": [{"file": m.file, "problem": m.problem} for m in records.unread],
        "missing": missing_records(ctx, requirements),
        "unplaced": unplaced(facts),
        "city": _root_name(ctx),
    }
    write_run(work, folder, ctx, suites, results, gx_results=gx_results, records=records, receipt=receipt)
    return Run(folder)


def check(
    ctx: Context,
    requirements: Sequence[Requirement],
    results: ir.Table,
    judge: GxProcess,
    meanwhile: Callable[[], object] = lambda: None,
) -> tuple[dict[str, dict], dict[str, str]]:
    """Great Expectations on the judged values, and for each requirement whose counts do not agree with ours, why."""
    t = results.mutate(
        judged=ibis.ifelse(
            results.verdict.isin([Verdict.NOT_APPLICABLE.value, Verdict.NO_DATA.value]),
            ibis.null("float64"),
            results.judged,
        ),
        failing=needs_a_person(results),
    )
    # asked for and not waited for: meanwhile goes on putting statements into words while these and older ones run
    tables = ctx.facts.tables
    judged = t.filter(t.judged.notnull())
    rows = tables.ask(
        judged.select("judged", requirement=enum_code(judged.requirement), subject=enum_code(judged.subject))
    )
    counts = tables.ask(t.group_by("requirement").agg(judged=t.judged.count(), failing=t.failing.sum()))
    frames: Frames = {}
    validations, broken = {}, {}

    def asking() -> Frames:
        frames.update(judged_frames(rows.result(), requirements, tables.texts))
        return frames

    try:
        judged = judge.judge(asking, meanwhile)
    except RuntimeError as error:
        return {}, {r.id: f"Great Expectations 检查出错：{error}" for r in requirements}
    ours = {row["requirement"]: (row["judged"], row["failing"]) for row in counts.result().to_pylist()}
    for document, (result, judgements) in judged.items():
        validations[document] = result
        seen = {j.requirement: j for j in judgements}
        for r in frames[document][0]:
            if reason := _disagreement(seen.get(r.id), ours.get(r.id, (0, 0))):
                broken[r.id] = reason
    asked = {r.id for mine, _ in frames.values() for r in mine}
    broken |= {
        name: _disagreement(Judgement(name, 0, 0), count)
        for name, count in ours.items() if name not in asked and count != (0, 0)
    }
    return validations, broken


def judged_frames(
    found: pa.Table, requirements: Sequence[Requirement], texts: Mapping[str, Sequence[str]]
) -> Frames:
    """Per document the requirements that judged somebody, and for each of them the judged values, one per subject.

    ``found`` has a row for each requirement and subject, by their numbers in ``texts``, and judged value; of whom a
    requirement judges nothing, the value is NaN. What judged nobody is not asked: Great Expectations lets an empty
    column pass.
    """
    if not found.num_rows:
        return {}
    # not Array.to_numpy: it imports pandas
    at, who, judged = (np.from_dlpack(found[c].combine_chunks()) for c in ("requirement", "subject", "judged"))
    place = {name: number for number, name in enumerate(texts["requirement"])}
    asked, seen = np.bincount(at, minlength=len(place)) > 0, np.bincount(who, minlength=len(texts["subject"])) > 0
    who = (np.cumsum(seen) - 1)[who]  # a column a subject of whom something is judged
    frames = {}
    for document in dict.fromkeys(r.document for r in requirements):
        mine = [r for r in requirements if r.document == document and asked[place[r.id]]]
        column = np.full(len(place), -1)
        column[[place[r.id] for r in mine]] = range(len(mine))
        chosen = column[at] >= 0
        grid = np.full((len(mine), seen.sum()), np.nan)
        grid[column[at][chosen], who[chosen]] = judged[chosen]
        if mine:
            frames[document] = (mine, grid)
    return frames


def _disagreement(theirs: Any, ours: tuple[int, int]) -> str:
    """Why a requirement counts as broken; empty when both passes say the same."""
    if theirs is None:
        return "Great Expectations 没有返回这一条的结果"
    if theirs.error:
        return f"Great Expectations 检查出错：{theirs.error}"
    if (theirs.judged, theirs.failing) != ours:
        return (
            f"两次判断不一致：Great Expectations 判 {theirs.judged} 个、未达 {theirs.failing} 个，"
            f"本程序判 {ours[0]} 个、未达 {ours[1]} 个"
        )
    return ""


def _verdicts_of(ctx: Context, results: ir.Table, papers: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Verdicts of the subjects and requirements that some exemption names."""
    if not papers:
        return {}
    rows = results.filter(results.subject.isin(sorted({p["org_id"] for p in papers})))
    rows = rows.filter(rows.requirement.isin(sorted({p["requirement"] for p in papers})))
    found = ctx.facts.tables.rows(rows.select("subject", "requirement", "verdict"))
    return {(r["subject"], r["requirement"]): r["verdict"] for r in found}


def _counts(ctx: Context, requirements: Sequence[Requirement], results: ir.Table, unread: bool) -> dict[str, Any]:
    """Verdicts of the whole run and the exit code that follows."""
    severity = {r.id: r.severity for r in requirements}
    rows = ctx.facts.tables.rows(
        results.group_by("requirement", "verdict", finding=needs_a_person(results)).agg(n=results.count())
    )
    verdicts = {v.value: 0 for v in Verdict}
    weighed: dict[tuple[Severity, Verdict], int] = {}
    for row in rows:
        verdicts[row["verdict"]] += row["n"]
        if row["verdict"] == Verdict.MANUAL and not row["finding"]:
            continue  # nobody has looked yet: that is work to do, no outcome
        key = (severity[row["requirement"]], Verdict(row["verdict"]))
        weighed[key] = weighed.get(key, 0) + row["n"]
    return {"verdicts": verdicts, "exit_code": int(exit_code(weighed, unread=unread))}


def _root_name(ctx: Context) -> str:
    """Name of the root organisation with the most below it."""
    facts = ctx.facts
    roots = facts.organizations.filter(facts.organizations.parent_id.isnull())
    sizes = facts.below.group_by(org_id="ancestor").agg(n=lambda b: b.count())
    t = roots.left_join(sizes, "org_id").order_by(ibis.desc("n", nulls_first=False), "org_id").limit(1)
    rows = facts.tables.rows(t.select("name"))
    return rows[0]["name"] if rows else ""
