"""What the overview shows, read from one run folder by DuckDB; no browser, no widget.

A run may hold millions of results: they stay in Parquet and are asked for by cell, page and branch.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from workbench.audit.wording import observed_text
from workbench.dashboards.heat import Cell, Heatmap
from workbench.dashboards.long_list import SORTS, LongList
from workbench.dashboards.periods import missed_text, strip
from workbench.dashboards.scope import ScopedRun, relation
from workbench.dashboards.viewer import Viewer
from workbench.errors import RunError, UsageError
from workbench.vocabulary import SEVERITY_LABELS, Severity, Verdict


class Absent(UsageError):
    """What an address names is not in this run, or not among what its viewer may see."""


#: Id of the unit of organisations that have none.
NO_UNIT = "-"
EVIDENCE_SHOWN = 200
#: Rows of a list that are read at once where all of them are wanted.
BATCH = 10_000

#: Verdicts that count as judged, as ``reports.coverage`` counts them: something was due and could be told.
JUDGED = tuple(
    v.value for v in Verdict
    if v not in (Verdict.NOT_APPLICABLE, Verdict.OPEN, Verdict.NO_DATA, Verdict.BROKEN)
)

#: What nobody has looked at on site yet is work to do; among the results it would bury every finding.
WAITING = f"verdict = '{Verdict.MANUAL}' AND missed = 0"

#: What a result of one branch says of its requirement; None when the run does not know it.
_TOLD = ("document_title", "clause", "description", "required_text")

#: Results a branch has to deal with: they stand before all others.
URGENT = (Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED)

@dataclass(frozen=True)
class Filter:
    """What the list shows. Empty text means no restriction; ``verdict`` empty means every verdict; ``sort`` is a column
    of ``long_list.SORTS``, with ``-`` before it for descending, empty for the order of the run."""

    text: str = ""
    document: str = ""
    requirement: str = ""
    unit: str = ""
    verdict: str = Verdict.FAILED.value
    sort: str = ""

    @classmethod
    def of(cls, message: dict[str, Any]) -> Filter:
        """The filter a page sent; unknown keys are left out, an unknown sort falls back to the default order."""
        f = cls(**{k: str(message[k]) for k in cls.__dataclass_fields__ if k in message})
        return f if f.sort.removeprefix("-") in SORTS else replace(f, sort="")


class RunState:
    """One run, opened for showing to one viewer: no table holds more than lies within the viewer's scope.

    Reads only; raises :class:`RunError` when the folder is no usable run or does not know the scope.
    """

    def __init__(self, run: str | Path, viewer: Viewer | None = None):
        self.path = Path(run).resolve()
        self.viewer = viewer or Viewer()
        self.run = ScopedRun(self.path, self.viewer.scope)
        self.receipt = self.run.receipt
        self.stamp = self.current_stamp()
        self._counted: dict[Filter, tuple[int, int]] = {}
        self._named: dict[str | None, tuple[str, str | None] | None] = {}
        self.requirements: list[dict[str, Any]] = sorted(
            self.run.requirements, key=lambda r: (r["document"], r["order"])
        )
        self.by_id = {r["id"]: r for r in self.requirements}
        self.con = duckdb.connect()
        # Nothing may be fetched from the network, not even a DuckDB extension.
        self.con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        # Many visitors share the machine, and a question about one branch reads little: of a file once what it holds.
        self.con.execute("SET threads = 2; SET parquet_metadata_cache = true")
        try:
            self._open_tables()
        except duckdb.Error as e:
            raise RunError(
                "督查结果无法读取", place=str(self.path), found=str(e).splitlines()[0],
                next_step="文件可能损坏，请用 workbench audit 重新生成督查结果",
            ) from e

    def current_stamp(self) -> str:
        """Changes when another run is written in this place, or a file of this one; a page prepared ahead compares it.

        Raises :class:`RunError` when the run is not there any more.
        """
        try:
            read = {"receipt.json", "requirements.json"}
            with os.scandir(self.path) as entries:
                files = [e for e in entries if e.name in read or e.name.endswith(".parquet")]
            stats = sorted((e.name, e.stat().st_mtime_ns, e.stat().st_size) for e in files)
        except OSError as e:
            raise self._gone(e.strerror) from e
        if read - {name for name, *_ in stats}:
            raise self._gone("缺少文件")
        return hashlib.sha256(repr(stats).encode()).hexdigest()[:16]

    def _gone(self, found: str | None) -> RunError:
        return RunError("督查结果已不在原处", place=str(self.path), found=found or "",
                        next_step="请恢复该文件夹，或用 workbench serve 打开另一次督查结果")

    def sees(self, org_id: str) -> bool:
        """Whether the viewer may see anything of this organisation."""
        return self.viewer.scope is None or org_id in self.run.own

    def _open_tables(self) -> None:
        def parquet(name: str) -> str:
            return relation(self.path, name, self.viewer.scope)

        self.con.execute(f"CREATE VIEW evidence AS FROM {parquet('evidence')}")
        self.con.execute(f"CREATE VIEW every_result AS FROM {parquet('results')}")
        self.con.execute(f"CREATE VIEW results AS FROM every_result WHERE NOT ({WAITING})")
        self.con.execute(f"CREATE VIEW waiting AS FROM every_result WHERE {WAITING}")
        self.con.execute(f"CREATE TABLE sources AS FROM {parquet('sources')}")
        self.con.execute(
            f"CREATE TABLE organizations AS SELECT * REPLACE (coalesce(unit_id, '{NO_UNIT}') AS unit_id,"
            f" coalesce(unit_name, '未归属单位') AS unit_name) FROM {parquet('organizations')}"
        )
        self.con.execute(
            "CREATE TABLE judged_organizations AS FROM organizations WHERE org_id IN"
            " (SELECT subject FROM results UNION SELECT subject FROM waiting)"
        )
        # Whole columns in one statement: one insert per row would take longer than everything else here.
        names = ("id", "document_title", "clause", "description", "required_text")
        columns = [[r[name] for r in self.requirements] for name in names]
        self.con.execute(
            "CREATE TABLE requirements AS SELECT unnest(range(?))::INTEGER AS ord, "
            + ", ".join(f"unnest(?::VARCHAR[]) AS {name}" for name in names),
            [len(self.requirements), *columns],
        )
        self.con.execute(
            "CREATE VIEW listed AS SELECT r.*, coalesce(o.name, r.subject) AS name, o.unit_id, o.unit_name,"
            " q.ord, q.document_title, q.clause, q.description, q.required_text"
            " FROM results r LEFT JOIN organizations o ON o.org_id = r.subject"
            " LEFT JOIN requirements q ON q.id = r.requirement"
        )

    def _rows(self, sql: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        cursor = self.con.execute(sql, values or [])
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    # -- overview ---------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, tuple[int, int]]:
        """Verdict → (results, distinct subjects; 0 where nothing needs a person), only verdicts that occur."""
        calm = (Verdict.MET, Verdict.OPEN, Verdict.NOT_APPLICABLE)
        rows = self.con.execute(
            "SELECT verdict, count(*), count(DISTINCT subject) FILTER (verdict NOT IN (?, ?, ?))"
            " FROM results GROUP BY 1",
            calm,
        ).fetchall()
        return {verdict: (n, subjects) for verdict, n, subjects in rows}

    def tiles(self) -> list[dict[str, Any]]:
        """The tiles: ``title``, ``value``, ``note``, ``verdict`` that a click filters by (empty: none)."""
        counts = self.counts()
        subjects = self.con.execute("SELECT count(*) FROM judged_organizations").fetchone()[0]
        judged = sum(n for verdict, (n, _) in counts.items() if verdict in JUDGED)
        total = sum(n for n, _ in counts.values())
        tiles = [
            {"title": "组织数", "value": subjects, "note": f"适用要求 {len(self.by_id)} 项", "verdict": ""},
            {"title": "已判定", "value": judged, "note": f"共 {total:,} 项次", "verdict": ""},
        ]
        always = (Verdict.FAILED, Verdict.BEHIND, Verdict.NO_DATA)
        for verdict in (*always, Verdict.MANUAL, Verdict.WAIVED, Verdict.BROKEN):
            n, orgs = counts.get(verdict, (0, 0))
            if n or verdict in always:
                note = f"涉及 {orgs:,} 个组织"
                tiles.append({"title": verdict.value, "value": n, "note": note, "verdict": verdict.value})
        waiting, orgs = self.con.execute("SELECT count(*), count(DISTINCT subject) FROM waiting").fetchone()
        if waiting:
            tiles.append({"title": "待现场核查", "value": waiting, "note": f"涉及 {orgs:,} 个组织", "verdict": ""})
        return tiles

    @cached_property
    def heatmap(self) -> Heatmap:
        """Failing and judged of every unit × requirement that occurs in the results."""
        marks = ", ".join("?" * len(JUDGED))
        rows = self.con.execute(
            f"SELECT coalesce(unit_id, '{NO_UNIT}'), requirement, count(*) FILTER (verdict = ?),"
            f" count(*) FILTER (verdict IN ({marks})), count(*) FILTER (verdict = ?),"
            " count(*) FILTER (verdict = ?), count(*) FILTER (verdict IN (?, ?))"
            " FROM results LEFT JOIN organizations ON org_id = subject GROUP BY 1, 2",
            [Verdict.FAILED, *JUDGED, Verdict.BEHIND, Verdict.OPEN, Verdict.NO_DATA, Verdict.BROKEN],
        ).fetchall()
        counted = ((unit, requirement, Cell(*numbers)) for unit, requirement, *numbers in rows)
        return Heatmap.of(self.units(), self.requirements, counted)

    def units(self) -> list[tuple[str, str]]:
        """The units (id, name) that have results, in the order of their codes."""
        return self.con.execute(
            "SELECT DISTINCT unit_id, unit_name FROM judged_organizations ORDER BY 1"
        ).fetchall()

    def papers(self) -> list[dict[str, Any]]:
        """Exemptions and permissions of the receipt with ``paper`` (which of them), ``name`` and ``entry`` (the
        requirement, empty when it is none of this run), ``span`` in words."""
        found = [
            {**p, "paper": "豁免", "span": f"{p['since']} 至 {p['until']}"} for p in self.receipt["exemptions"]
        ] + [
            {**p, "paper": "补开许可", "span": f"应开 {p['period']}，补开 {p['held_on']}", "returned": False}
            for p in self.receipt["permissions"]
        ]
        names = dict(self.con.execute(
            "SELECT org_id, name FROM organizations WHERE list_contains(?, org_id)", [[p["subject"] for p in found]]
        ).fetchall())
        return [
            {**p, "name": names.get(p["subject"], p["subject"]), "entry": self.by_id.get(p["requirement"], {})}
            for p in found
        ]

    def documents(self) -> list[tuple[str, str]]:
        """The documents (id, title) of the run."""
        return list(dict.fromkeys((r["document"], r["document_title"]) for r in self.requirements))

    # -- table ------------------------------------------------------------------------------------------------

    def _where(self, f: Filter) -> tuple[str, list[Any]]:
        """Conditions on ``results`` but for the verdict. Names are looked up in the small tables, not per result."""
        terms, values = ["true"], []
        for column, value in (("document", f.document), ("requirement", f.requirement)):
            if value:
                terms.append(f"{column} = ?")
                values.append(value)
        if f.unit:
            terms.append("subject IN (SELECT org_id FROM organizations WHERE unit_id = ?)")
            values.append(f.unit)
        for word in f.text.split():
            terms.append(
                "(subject IN (SELECT org_id FROM organizations"
                " WHERE contains(lower(name || ' ' || unit_name), lower(?)))"
                " OR requirement IN (SELECT id FROM requirements"
                " WHERE contains(lower(document_title || ' ' || clause || ' ' || description), lower(?))))"
            )
            values += [word, word]
        return " AND ".join(terms), values

    def count(self, f: Filter) -> tuple[int, int]:
        """(rows shown, judged rows of the same selection whatever their verdict)."""
        f = replace(f, sort="")
        if f not in self._counted:  # asked with every part of a list
            where, values = self._where(f)
            marks = ", ".join("?" * len(JUDGED))
            self._counted = {f: self.con.execute(
                f"SELECT count(*) FILTER (? IN ('', verdict)), count(*) FILTER (verdict IN ({marks}))"
                f" FROM results WHERE {where}",
                [f.verdict, *JUDGED, *values],
            ).fetchone()}
        return self._counted[f]

    def part(self, f: Filter, first: int, count: int) -> list[dict[str, Any]]:
        """Rows ``first`` (from 0) to ``first + count`` of the list with names, what was found in words and the missed
        periods by name."""
        where, values = self._where(f)
        if f.verdict:
            where, values = f"{where} AND verdict = ?", [*values, f.verdict]
        rows = self._lists.part(where, values, f.sort, first, count)
        for row in rows:
            row["period_text"] = missed_text(row["period_kind"], row["missed_mask"], row["period"])
            row["observed_text"] = self._observed(row)
        return rows

    def rows(self, f: Filter) -> Iterator[dict[str, Any]]:
        """Every row of the list, as :meth:`part` gives them."""
        first = 0
        while rows := self.part(f, first, BATCH):
            yield from rows
            first += BATCH

    @cached_property
    def _lists(self) -> LongList:
        return LongList(self.con)

    def _observed(self, row: dict[str, Any]) -> str:
        """What was found, in the words that every report uses; the bare reason when the requirement is not known."""
        requirement = self.by_id.get(row["requirement"])
        return observed_text(requirement, row, self.receipt["year"]) if requirement else row["reason"] or ""

    def describe(self, f: Filter) -> str:
        """The filter in words, for the head of an export."""
        units = dict(self.units())
        parts = [
            ("判定", f.verdict or "全部"), ("单位", units.get(f.unit, f.unit)),
            ("文件", dict(self.documents()).get(f.document, f.document)),
            ("要求", self.by_id[f.requirement]["clause"] if f.requirement in self.by_id else f.requirement),
            ("关键词", f.text),
        ]
        return "；".join(f"{name}：{value}" for name, value in parts if value)

    # -- one branch -------------------------------------------------------------------------------------------

    def branch(self, subject: str) -> dict[str, Any]:
        """One subject: ``organization``, ``lineage`` (id, name of those above it), ``results`` with strip and evidence
        counts, in the order of the documents, ``waiting`` (entries of the requirements that nobody has checked on site
        yet).

        Raises :class:`Absent` when the run has no such subject.
        """
        known = self._rows("SELECT * FROM organizations WHERE org_id = ?", [subject])
        every = self._rows(f"SELECT *, {WAITING} AS waiting FROM every_result WHERE subject = ?", [subject])
        results = [row for row in every if not row["waiting"]]
        if not known and not every:
            raise Absent("督查结果中没有这个组织", place=str(self.path), found=subject)
        order = {entry: i for i, entry in enumerate(self.by_id)}
        for row in results:
            row["ord"] = order.get(row["requirement"], len(order))
        results.sort(key=lambda row: row["ord"])
        evidence = dict(
            self.con.execute(
                "SELECT requirement, count(*) FROM evidence WHERE subject = ? GROUP BY 1", [subject]
            ).fetchall()
        )
        for row in results:
            requirement = self.by_id.get(row["requirement"], {})
            row |= {name: requirement.get(name) for name in _TOLD}
            row["strip"] = strip(row["period_kind"], row["met_mask"], row["missed_mask"], row["open_mask"])
            row["observed_text"] = self._observed(row)
            row["evidence_count"] = evidence.get(row["requirement"], 0)
            row["severity"] = severity_label(requirement.get("severity"))
            row["parameters"] = list(requirement.get("parameters", {}).values())
            row["notes"] = requirement.get("notes", "")
        organization = known[0] if known else {"org_id": subject, "name": subject}
        unseen = {row["requirement"] for row in every if row["waiting"]}
        waiting = [r for r in self.requirements if r["id"] in unseen]
        lineage = self.lineage(subject)
        return {"organization": organization, "lineage": lineage, "results": results, "waiting": waiting}

    def lineage(self, org_id: str) -> list[tuple[str, str]]:
        """(id, name) of the organisations above one, the highest first, as far as the run and the viewer's scope know
        them."""
        above: list[tuple[str, str]] = []
        seen: set[str | None] = {None}
        at: str | None = org_id
        while at not in seen:
            seen.add(at)
            if at not in self._named:  # most of those above stand above the next one too
                self._named[at] = self.con.execute(
                    "SELECT name, parent_id FROM organizations WHERE org_id = ?", [at]
                ).fetchone()
            row = self._named[at]
            if row is None:
                break
            above.insert(0, (at, row[0]))
            at = row[1]
        return above[:-1]

    def evidence(self, subject: str, requirement: str, *, limit: int = EVIDENCE_SHOWN) -> dict[str, Any]:
        """``rows`` (file, sheet, row, date, label, status, counted; at most ``limit``) and ``total``."""
        rows = self._rows(
            f"SELECT s.file, s.sheet, e.source_row, e.dated_on, {_SPOKEN} AS label, e.unit_label, e.status, e.counted"
            " FROM evidence e LEFT JOIN sources s USING (source_id) WHERE subject = ? AND requirement = ?"
            " ORDER BY e.dated_on NULLS LAST, s.file, s.sheet, e.source_row LIMIT ?",
            [subject, requirement, limit + 1],
        )
        if len(rows) <= limit:
            return {"rows": rows, "total": len(rows)}
        [[total]] = self.con.execute(
            "SELECT count(*) FROM evidence WHERE subject = ? AND requirement = ?", [subject, requirement]
        ).fetchall()
        return {"rows": rows[:limit], "total": total}


#: The label of an evidence row, a person's key said to be what it is: the same person in every row, and no name.
_SPOKEN = r"regexp_replace(e.label, ' 人员 ([0-9a-f]{6})', '（代号 \1 的人）')"


def told(error: Exception, run: Path) -> str:
    """What a visitor reads of a fault: where the server keeps its runs is not theirs to know, only the run's name."""
    return str(error).replace(f"{run.parent}{os.sep}", "")


def severity_label(severity: str | None) -> str:
    """The Chinese label of a severity; the value itself when it is none of ours."""
    return SEVERITY_LABELS.get(Severity(severity), "") if severity in set(Severity) else (severity or "")

