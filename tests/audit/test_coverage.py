"""How far a run judged: every applicable result stands in exactly one column."""

from __future__ import annotations

import re

import pytest

from workbench.audit.run import Run
from workbench.cli import main
from workbench.reports.coverage import RunCoverage, run_coverage
from workbench.vocabulary import Verdict

pytestmark = pytest.mark.slow


def test_every_applicable_result_stands_in_one_column(branch_run: Run) -> None:
    documents, requirements = run_coverage(branch_run)
    for c in [*documents, *requirements]:
        assert c.applicable == c.judged + c.not_due + c.unanswered + c.no_data + c.broken
        assert c.subjects <= c.applicable
    assert [c.requirement for c in requirements] == [r["id"] for r in branch_run.requirements]
    results = branch_run.results
    applicable = results[results["verdict"] != Verdict.NOT_APPLICABLE]
    assert sum(c.applicable for c in documents) == sum(c.applicable for c in requirements) == len(applicable)
    for verdict, name in ((Verdict.NO_DATA, "no_data"), (Verdict.OPEN, "not_due"), (Verdict.BROKEN, "broken")):
        assert sum(getattr(c, name) for c in requirements) == (results["verdict"] == verdict).sum()


def test_what_was_judged_what_waits_and_what_binds_nobody(branch_run: Run) -> None:
    documents, requirements = run_coverage(branch_run)
    by_id = {c.requirement: c for c in requirements}
    study = by_id["xinfang-bureau-2.1-1"]
    assert (study.subjects, study.applicable, study.judged) == (5, 5, 5)
    waiting = {r["id"] for r in branch_run.requirements if r["treatment"] == "checklist" and r["binds"] == "党支部"}
    assert waiting
    for identifier in waiting:
        assert by_id[identifier] == RunCoverage("xinfang-bureau", identifier, 5, 5, 0, 0, 5, 0, 0)
    essay = next(c for c in documents if c.document == "feicheng-standard")
    assert essay == RunCoverage("feicheng-standard", None, 0, 0, 0, 0, 0, 0, 0)


def test_the_command_shows_it(branch_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requirements", "coverage", str(branch_run.path), "--detail"]) == 0
    shown = capsys.readouterr().out
    assert "739 / 739" in shown
    assert re.search(r"xinfang-bureau-2\.1-1 .* 5 +5 +5 +0 +0 +0 +0", shown)
