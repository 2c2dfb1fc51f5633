"""How far a run judged (覆盖率): per document and requirement, how many subjects were bound, judged, without data."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.audit.run import Run
from workbench.display import Displayed, Listing
from workbench.vocabulary import Verdict

#: Where each result that is applicable stands; the conditions exclude one another and leave nothing out.
_STANDS = {
    "judged": f"verdict IN ('{Verdict.MET}', '{Verdict.FAILED}', '{Verdict.BEHIND}', '{Verdict.WAIVED}')"
    f" OR (verdict = '{Verdict.MANUAL}' AND missed > 0)",
    "not_due": f"verdict = '{Verdict.OPEN}'",
    "unanswered": f"verdict = '{Verdict.MANUAL}' AND missed = 0",
    "no_data": f"verdict = '{Verdict.NO_DATA}'",
    "broken": f"verdict = '{Verdict.BROKEN}'",
}
_APPLICABLE = f"verdict <> '{Verdict.NOT_APPLICABLE}'"


@dataclass(frozen=True)
class RunCoverage(Displayed):
    """Results of one document, or (``requirement`` given) of one requirement of it.

    ``subjects`` are distinct organisations it applied to, ``applicable`` results that are not 不适用: those judged, not
    yet due, unanswered (on-site checks nobody has made), without data, and those whose check broke add up to them.
    """

    document: str
    requirement: str | None
    subjects: int
    applicable: int
    judged: int
    not_due: int
    unanswered: int
    no_data: int
    broken: int

    _TITLE = "核查覆盖"
    _COLUMNS = (
        ("文件", "document"), ("条款编号", "requirement"), ("组织", "subjects"), ("适用", "applicable"),
        ("已判定", "judged"), ("未到期", "not_due"), ("待现场核查", "unanswered"), ("数据不足", "no_data"),
        ("检查出错", "broken"),
    )


def run_coverage(run: Run) -> tuple[Listing[RunCoverage], Listing[RunCoverage]]:
    """Per document, and per requirement, in the order of the run; a requirement that bound nobody has zeros."""
    counts = ", ".join(f"count(*) FILTER ({where}) AS {name}" for name, where in _STANDS.items())
    # A subject stands once under a requirement: distinct subjects have to be told apart by document only.
    rows = run.rows(
        f"""SELECT document, requirement, count(*) FILTER ({_APPLICABLE}) AS subjects,
            count(*) FILTER ({_APPLICABLE}) AS applicable, {counts} FROM results GROUP BY document, requirement
        UNION ALL BY NAME
        SELECT document, NULL AS requirement, count(*) FILTER (applicable > 0) AS subjects,
            {", ".join(f"sum({name})::BIGINT AS {name}" for name in ("applicable", *_STANDS))}
        FROM (SELECT document, subject, count(*) FILTER ({_APPLICABLE}) AS applicable, {counts}
            FROM results GROUP BY document, subject) GROUP BY document"""
    )
    found = {}
    for row in rows:
        found[row["document"], row["requirement"]] = RunCoverage(**row)

    def of(document: str, requirement: str | None) -> RunCoverage:
        return found.get((document, requirement)) or RunCoverage(document, requirement, 0, 0, 0, 0, 0, 0, 0)

    documents = [of(d["id"], None) for d in run.receipt["documents"] if d["version"]]
    rows = [of(r["document"], r["id"]) for r in run.requirements]
    return tuple(Listing(found, about=run.label, of=RunCoverage) for found in (documents, rows))
