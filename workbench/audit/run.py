"""A run, read from its folder (督查结果). Nothing here imports Great Expectations or Ibis."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from workbench.audit.explain import EvidenceRow, Explanation
from workbench.audit.wording import observed_text
from workbench.display import Displayed, Table, page
from workbench.errors import RunError, UsageError
from workbench.vocabulary import Verdict

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 4
#: Files every run has; ``evidence.parquet`` may hold failing results only.
FILES = (
    "receipt.json",
    "requirements.json",
    "organizations.parquet",
    "results.parquet",
    "findings.parquet",
    "evidence.parquet",
    "sources.parquet",
    "due.parquet",
    "cases.parquet",
    "secretaries.parquet",
)
#: Tables of a run that :meth:`Run.query` reads.
VIEWS = tuple(name.removesuffix(".parquet") for name in FILES if name.endswith(".parquet"))
_FAILING = f"r.verdict IN ('{Verdict.FAILED}', '{Verdict.MANUAL}') AND r.missed > 0"


def stored(run: Path, name: str) -> str:
    """What stands after FROM to read a file of a run folder."""
    file = str(run / f"{name}.parquet").replace("'", "''")
    return f"read_parquet('{file}')"


class Run(Displayed):
    """One audit as it was written: append-only, comparable, readable without the records.

    ``results``, ``findings`` and ``organizations`` are pandas frames read on demand; for large runs ask
    :meth:`query`. Raises :class:`RunError` when the folder is not a run of this format.

    >>> run = Run("runs/demo")
    >>> len(run.results) == sum(run.receipt["verdicts"].values())
    True
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        missing = [name for name in FILES if not (self.path / name).is_file()]
        if missing:
            raise RunError(
                "不是完整的督查结果文件夹",
                place=str(path),
                found="缺少 " + "、".join(missing),
                expected="由 workbench audit 生成的文件夹",
                next_step="检查路径，或重新运行 workbench audit",
            )
        try:
            self.receipt: dict[str, Any] = json.loads((self.path / "receipt.json").read_text(encoding="utf-8"))
            self.requirements: list[dict] = json.loads((self.path / "requirements.json").read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(
                "回执已损坏", place=str(path), found=str(error), next_step="重新运行 workbench audit"
            ) from error
        if self.receipt.get("format") != FORMAT:
            raise RunError(
                "督查结果的格式版本不符",
                place=str(path),
                found=str(self.receipt.get("format")),
                expected=str(FORMAT),
                next_step="用生成它的版本打开，或重新运行 workbench audit",
            )

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}, as_of={self.receipt['as_of']})"

    def _repr_html_(self) -> str:
        receipt = self.receipt
        unread = [entry["file"] for entry in receipt.get("unread", [])]
        about = (
            self.label,
            f"未能读入的台账：{'、'.join(unread)}" if unread else "",
            f"检查出错的要求：{'、'.join(receipt['broken'])}" if receipt.get("broken") else "",
        )
        documents = [(d["title"], d["version"] or "不在有效期内") for d in receipt["documents"]]
        return page(
            f"{receipt['city']} 核查结果", about, Table(list(receipt["verdicts"].items()), ("判定", "项次")),
            Table(documents, ("文件", "版本")),
        )

    @property
    def label(self) -> str:
        """As-of date and folder in one line, as every table and export names the run."""
        return f"截至 {self.receipt['as_of']}，核查结果 {self.path.name}"

    @cached_property
    def _con(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect()
        for name in VIEWS:
            con.execute(f"CREATE VIEW {name} AS FROM {self.relation(name)}")
        return con

    def relation(self, name: str) -> str:
        """What stands after FROM to read a table of :data:`VIEWS` on any connection of DuckDB."""
        return stored(self.path, name)

    def query(self, sql: str, parameters: list | None = None) -> pd.DataFrame:
        """SQL over the views of :data:`VIEWS`."""
        return self._con.execute(sql, parameters or []).df()

    def rows(self, sql: str, parameters: list | None = None) -> list[dict]:
        """The same as plain dicts; does without pandas."""
        found = self._con.execute(sql, parameters or [])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @cached_property
    def results(self) -> pd.DataFrame:
        """Every subject under every requirement that binds it (全部结果)."""
        return self.query("SELECT * FROM results")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What a person has to look at (问题): 未达标, 待人工核实, 豁免."""
        return self.query("SELECT * FROM findings")

    @cached_property
    def organizations(self) -> pd.DataFrame:
        """Organisations with the unit they belong to (组织)."""
        return self.query("SELECT * FROM organizations")

    @cached_property
    def due(self) -> pd.DataFrame:
        """Open obligations that have a day (到期事项): subject, requirement, unit_label, due_on, kind."""
        return self.query("SELECT * FROM due")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Cases of the processes that are courses (个案): process, case_id, org_id, steps, days, tags."""
        return self.query("SELECT * FROM cases")

    @cached_property
    def secretaries(self) -> pd.DataFrame:
        """Who was secretary of each organisation on the day, by key (书记): org_id, person_id, started_on."""
        return self.query("SELECT * FROM secretaries")

    def requirement(self, identifier: str) -> dict:
        """The entry of ``requirements.json``; :class:`UsageError` naming near ones when there is none."""
        for entry in self.requirements:
            if entry["id"] == identifier:
                return entry
        known = [entry["id"] for entry in self.requirements]
        near = [k for k in known if identifier in k] or known
        raise UsageError(
            "没有这个条款编号",
            place=str(self.path),
            found=identifier,
            expected="、".join(near[:8]),
            next_step="用 workbench requirements 查看全部条款编号",
        )

    def organization(self, subject: str) -> dict:
        """An organisation by code or full name; :class:`UsageError` when there is none or several."""
        rows = self.rows("SELECT * FROM organizations WHERE org_id = ? OR name = ?", [subject, subject])
        if len(rows) == 1:
            return rows[0]
        like = self.rows("SELECT org_id, name FROM organizations WHERE name LIKE ? LIMIT 5", [f"%{subject}%"])
        hint = "、".join(f"{row['name']}（{row['org_id']}）" for row in rows or like)
        raise UsageError(
            "有多个同名组织" if rows else "没有这个组织",
            place=str(self.path),
            found=subject,
            expected=hint or "组织代码或全称",
            next_step="写组织代码",
        )

    def evidence(self, subject: str, requirement: str) -> pd.DataFrame:
        """Rows a verdict rests on, with file, sheet and row."""
        return self.query(_EVIDENCE, [subject, requirement])

    def explain(self, subject: str, requirement: str) -> Explanation:
        """Clause, figure, period, observed, parameters and rows of one verdict."""
        entry, org = self.requirement(requirement), self.organization(subject)
        rows = self.rows("SELECT * FROM results WHERE subject = ? AND requirement = ?", [org["org_id"], requirement])
        if not rows:
            raise UsageError(
                "该条款不约束这个组织",
                place=str(self.path),
                found=f"{org['name']} / {requirement}",
                expected=entry["binds"],
                next_step="换一个组织或条款",
            )
        result = rows[0]
        found = self.rows(_EVIDENCE, [org["org_id"], requirement])
        kept = self.receipt.get("evidence") == "failing" and not found
        return Explanation(
            subject=org["org_id"],
            subject_name=org["name"],
            requirement=requirement,
            document_title=entry["document_title"],
            clause=entry["clause"],
            description=entry["description"],
            severity=entry["severity"],
            verdict=result["verdict"],
            required=entry["required_text"],
            observed=observed_text(entry, result, self.receipt["year"]),
            period=result["period"],
            reason=result["reason"],
            as_of=self.receipt["as_of"],
            version=entry["version"],
            notes=entry["notes"],
            parameters=tuple((p["label"], p["text"], p["source_words"]) for p in entry["parameters"].values()),
            run=self.label,
            evidence=tuple(_evidence_row(row) for row in found),
            evidence_note="（本次只保存了问题的依据；用 --evidence all 重新审查可得全部）" if kept else "",
        )

    def summary(self) -> list[dict]:
        """One dict per requirement, in order: id, document, clause, description, severity, treatment, counts."""
        rows = self.rows("SELECT requirement, verdict, count(*) AS n FROM results GROUP BY ALL")
        counts: dict[str, dict[str, int]] = {}
        for row in rows:
            counts.setdefault(row["requirement"], {})[row["verdict"]] = row["n"]
        keys = ("id", "document", "clause", "description", "severity", "treatment")
        return [{**{k: r[k] for k in keys}, "counts": counts.get(r["id"], {})} for r in self.requirements]

    def worst_units(self, n: int = 10) -> list[dict]:
        """Units with most failing verdicts: unit_id, unit_name, subjects, failing (subjects), findings (verdicts)."""
        return self.rows(
            f"""SELECT o.unit_id, any_value(o.unit_name) AS unit_name, count(DISTINCT r.subject) AS subjects,
                count(DISTINCT r.subject) FILTER ({_FAILING}) AS failing,
                count(*) FILTER ({_FAILING}) AS findings
            FROM results r JOIN organizations o ON r.subject = o.org_id GROUP BY o.unit_id
            HAVING findings > 0 ORDER BY findings DESC, o.unit_id LIMIT ?""",
            [n],
        )


_EVIDENCE = """SELECT s.file, s.sheet, e.source_row AS row, e.dated_on, e.label, e.unit_label, e.counted, e.status,
        e.table_name
    FROM evidence e LEFT JOIN sources s USING (source_id) WHERE e.subject = ? AND e.requirement = ?
    ORDER BY e.dated_on NULLS LAST, e.unit_label, e.source_id, e.source_row"""


def _evidence_row(row: dict) -> EvidenceRow:
    return EvidenceRow(
        file=row["file"] or "",
        sheet=row["sheet"] or "",
        row=row["row"],
        dated_on=row["dated_on"].isoformat() if row["dated_on"] else "",
        label=row["label"],
        unit=row["unit_label"],
        counted=row["counted"],
    )
