"""Runs side by side (对比): what is new, unchanged, resolved, recurred."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from workbench.audit.run import Run
from workbench.display import Displayed, Table, page
from workbench.errors import UsageError
from workbench.vocabulary import Verdict

_STANDING = tuple(v.value for v in (Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED))
#: Verdicts that tell nothing.
_UNCLEAR = (Verdict.NO_DATA.value, Verdict.BROKEN.value)


@dataclass(frozen=True)
class Comparison(Displayed):
    """Findings of the last run against the one before it.

    ``recurred`` (复发): failing again after a run had shown it resolved, or the same duty failing in a later period.
    What stood once and could not be judged since is ``new``: the run before did not have it, nobody saw it resolved.
    """

    new: list[dict] = field(default_factory=list)
    unchanged: list[dict] = field(default_factory=list)
    resolved: list[dict] = field(default_factory=list)
    recurred: list[dict] = field(default_factory=list)
    not_comparable: list[dict] = field(default_factory=list)
    """Findings of the run before whose subject or requirement the last run did not judge (本次未判)."""
    before: str = ""
    after: str = ""
    """The two runs: as-of date and folder of each."""

    def _repr_html_(self) -> str:
        groups = (
            ("新增", self.new), ("反弹", self.recurred), ("仍存在", self.unchanged), ("已解决", self.resolved),
            ("本次未判", self.not_comparable),
        )
        counts = Table([(name, len(rows)) for name, rows in groups], ("变化", "项次"))
        fields = ("subject", "requirement", "period", "detail")
        told = [(name, *(row[field] for field in fields)) for name, rows in groups[:2] for row in rows]
        head = ("变化", "组织代码", "条款编号", "期间", "情况")
        listed = (Table(told, head, f"新增和反弹：{len(told)} 项"),) if told else ()
        return page("先后两次核查的对比", (f"上次：{self.before}", f"本次：{self.after}"), counts, *listed)


def changes(*runs: Run) -> str:
    """SQL (DuckDB) that gives ``key`` and ``change`` of every finding of the last two runs, oldest first; the changes
    are the lists of a :class:`Comparison`. Raises :class:`UsageError` as :func:`compare` does."""
    if len(runs) < 2:
        raise UsageError("至少要两次督查结果才能对比", found=f"{len(runs)}次", expected="两次或更多，先旧后新")
    days = [run.receipt["as_of"] for run in runs]
    if days != sorted(days):
        raise UsageError("督查结果没有按截至日期先旧后新排列", found="、".join(days), expected="、".join(sorted(days)))
    last = len(runs) - 1
    stood = " UNION ALL ".join(
        f"SELECT {n} AS run, key, subject, requirement FROM {run.relation('findings')} WHERE verdict IN {_STANDING}"
        for n, run in enumerate(runs)
    )
    # Results are many, duties somebody failed are few: the join is built from these.
    judged = " UNION ALL ".join(
        f"SELECT {n} AS run, subject, requirement FROM {run.relation('results')}"
        f" SEMI JOIN duties USING (subject, requirement) WHERE verdict NOT IN {_UNCLEAR}"
        for n, run in enumerate(runs) if n
    )
    return f"""
        WITH stood AS MATERIALIZED ({stood}),
        duties AS MATERIALIZED (
            SELECT subject, requirement, bool_or(run = {last - 1}) AS before
            FROM stood WHERE run < {last} GROUP BY ALL),
        judged AS MATERIALIZED ({judged}),
        known AS (
            SELECT subject, requirement, before, max(run) FILTER (run < {last}) AS judged_in,
                coalesce(bool_or(run = {last}), false) AS judged_last
            FROM duties LEFT JOIN judged USING (subject, requirement) GROUP BY ALL),
        courses AS (
            SELECT key, any_value(subject) AS subject, any_value(requirement) AS requirement,
                bool_or(run = {last}) AS stands, bool_or(run = {last - 1}) AS did,
                max(run) FILTER (run < {last}) AS seen
            FROM stood GROUP BY key)
        SELECT key, CASE
            WHEN stands AND did THEN 'unchanged'
            -- A run had judged it since it was seen last, and found it met; or the same duty, in an earlier period.
            WHEN stands AND (coalesce(judged_in > seen, false) OR coalesce(before, false)) THEN 'recurred'
            WHEN stands THEN 'new' WHEN judged_last THEN 'resolved' ELSE 'not_comparable' END AS change
        FROM courses LEFT JOIN known USING (subject, requirement) WHERE stands OR did"""


def compare(*runs: Run) -> Comparison:
    """The last run against the one before; earlier ones, oldest first, tell what has recurred.

    Missing data never resolves a finding: what the last run could not judge goes to ``not_comparable``, and what one
    in between could not judge has not recurred.
    Raises :class:`UsageError` for fewer than two runs or runs that are not in order of time.

    >>> run = open_run("runs/demo")
    >>> comparison = compare(run, run)
    >>> comparison.new, len(comparison.unchanged) == len(run.findings)
    ([], True)
    """
    with duckdb.connect() as con:
        became = dict(con.execute(changes(*runs)).fetchall())
    result = Comparison(before=runs[-2].label, after=runs[-1].label)
    for run, shown in ((runs[-1], ("new", "unchanged", "recurred")), (runs[-2], ("resolved", "not_comparable"))):
        for row in run.rows(f"SELECT * FROM findings WHERE verdict IN {_STANDING}"):
            if became[row["key"]] in shown:
                getattr(result, became[row["key"]]).append(row)
    return result
