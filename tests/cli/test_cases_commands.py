"""``workbench due --cases`` on the audited sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.audit.run import Run
from workbench.cli import main
from workbench.cli.ledger_common import units_below
from workbench.ledger.courses import cases

pytestmark = pytest.mark.slow


def test_open_cases_of_the_other_courses(demo_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(demo_run)
    found = cases(run)
    assert main(["due", str(demo_run), "--cases", "--detail"]) == 0
    told = capsys.readouterr().out
    assert f"在办事项 {len(found):,} 件（事实截至 {run.receipt['as_of']}）" in told
    assert {c.process for c in found} <= set(re.findall(r"\w+", told)) and "星级与积分" in told and "届内" in told
    case = next(c for c in found if c.due)
    assert case.case_id in told and case.due[0].on.isoformat() in told and case.due[0].clause in told
    assert main(["due", str(demo_run), "--cases", "--unit", case.org_id]) == 0
    told = capsys.readouterr().out
    below = units_below(None, case.org_id, run)
    assert case.case_id in told and f"在办事项 {sum(c.org_id in below for c in found)} 件" in told
