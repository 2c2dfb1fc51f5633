"""Runs side by side (对比): what is new, unchanged, resolved, recurred."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workbench.audit.run import Run
from workbench.display import Displayed, Table, page
from workbench.errors import UsageError
from workbench.vocabulary import Verdict

_STANDING = tuple(v.value for v in (Verdict.FAILED, Verdict.MANUAL, Verdict.WAIVED))
#: Verdicts that tell nothing.
_UNCLEAR = (Verdict.NO_DATA.value, Verdict.BROKEN.value)
_SLIM = "key, subject, requirement"


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


def _findings(run: Run, columns: str = "*") -> dict[str, dict]:
    rows = run.rows(f"SELECT {columns} FROM findings WHERE verdict IN {_STANDING}")
    return {row["key"]: row for row in rows}


def _judged(run: Run, findings: Iterable[dict]) -> set[tuple[str, str]]:
    """Subject and requirement pairs of the findings that the run came to a clear verdict about."""
    pairs = {(row["subject"], row["requirement"]) for row in findings}
    subjects, requirements = zip(*pairs, strict=True) if pairs else ((), ())
    rows = run.rows(
        f"""SELECT subject, requirement FROM results SEMI JOIN (
            SELECT unnest(?::VARCHAR[]) AS subject, unnest(?::VARCHAR[]) AS requirement) USING (subject, requirement)
        WHERE verdict NOT IN {_UNCLEAR}""",
        [list(subjects), list(requirements)],
    )
    return {(row["subject"], row["requirement"]) for row in rows}


def _gone(runs: Sequence[Run], found: Sequence[dict[str, dict]]) -> set[str]:
    """Keys that stood in one of the runs and that a later one judged and did not find."""
    stood: dict[str, dict] = {}
    gone: set[str] = set()
    for run, findings in zip(runs, found, strict=True):
        if left := stood.keys() - findings.keys():
            judged = _judged(run, (stood[key] for key in left))
            gone |= {key for key in left if (stood[key]["subject"], stood[key]["requirement"]) in judged}
        stood |= findings
        gone -= findings.keys()
    return gone


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
    if len(runs) < 2:
        raise UsageError("至少要两次督查结果才能对比", found=f"{len(runs)}次", expected="两次或更多，先旧后新")
    days = [run.receipt["as_of"] for run in runs]
    if days != sorted(days):
        raise UsageError("督查结果没有按截至日期先旧后新排列", found="、".join(days), expected="、".join(sorted(days)))
    earlier = [_findings(run, _SLIM) for run in runs[:-2]]
    before, last = (_findings(run) for run in runs[-2:])
    duties_before = {(row["subject"], row["requirement"]) for row in before.values()}
    gone = _gone(runs[:-1], [*earlier, before])
    judged = _judged(runs[-1], before.values())
    result = Comparison(before=runs[-2].label, after=runs[-1].label)
    for key, row in last.items():
        if key in before:
            result.unchanged.append(row)
        elif key in gone or (row["subject"], row["requirement"]) in duties_before:
            result.recurred.append(row)
        else:
            result.new.append(row)
    for key, row in before.items():
        if key in last:
            continue
        clear = (row["subject"], row["requirement"]) in judged
        (result.resolved if clear else result.not_comparable).append(row)
    return result
