"""No exception of Great Expectations passes for a failing branch, no null for a pass, no disagreement for a result."""

from __future__ import annotations

import gc
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from workbench.audit import gx
from workbench.audit.engine import _disagreement, _undisturbed, audit, check, connect_tables, facts_for
from workbench.audit.gx_process import GxProcess, Judgement
from workbench.audit.verdicts import decide, prepare
from workbench.exit_codes import ExitCode
from workbench.requirements import load_requirements

AS_OF = date(2026, 8, 31)
MONTHLY, BY_DATE, BOTH = "xinfang-bureau-2.2.1-1", "xinfang-bureau-2.1-2", "xinfang-bureau-2.6.5-1"


def requirements(*ids: str) -> list:
    return [r for r in load_requirements(as_of=AS_OF) if r.id in ids]


def judged(frame: dict, *ids: str) -> dict[str, Judgement]:
    found = gx.judge({"document": (requirements(*ids), pd.DataFrame(frame))})
    return {j.requirement: j for j in found["document"][1]}


def test_bounds_come_from_the_arguments_of_each_shape() -> None:
    found = judged(
        {MONTHLY: [0.0, 1.0, 2.0, None], BY_DATE: [-3.0, 0.0, 1.0, None], BOTH: [1.0, 2.0, 3.0, None]},
        MONTHLY,
        BY_DATE,
        BOTH,
    )
    assert {k: (j.judged, j.failing, j.error) for k, j in found.items()} == {
        MONTHLY: (3, 1, ""),
        BY_DATE: (3, 1, ""),
        BOTH: (3, 2, ""),
    }


def test_nulls_are_not_judged() -> None:
    found = judged({MONTHLY: pd.Series([None, None], dtype="float64")}, MONTHLY)
    assert (found[MONTHLY].judged, found[MONTHLY].failing) == (0, 0)
    assert _disagreement(found[MONTHLY], (1, 0))


@pytest.mark.parametrize("frame", [{MONTHLY: ["甲", "乙"]}, {"another": [1.0, 2.0]}])
def test_an_exception_is_an_error_not_a_failure(frame: dict) -> None:
    found = judged(frame, MONTHLY)[MONTHLY]
    assert found.error
    assert "检查出错" in _disagreement(found, (0, 0))


def test_two_clauses_with_one_figure_stay_two() -> None:
    twins = [r for r in load_requirements(as_of=AS_OF) if r.id in ("secretary-2022-10-8", "secretary-2022-10-9")]
    suite = gx.suite_of("document", twins)
    assert len(suite.expectations) == 2
    assert len({e.id for e in suite.expectations}) == 2


@pytest.mark.parametrize(
    ("theirs", "ours"), [(None, (2, 1)), (Judgement(MONTHLY, 2, 0), (2, 1)), (Judgement(MONTHLY, 1, 1), (2, 1))]
)
def test_any_difference_of_counts_breaks_the_check(theirs: Judgement | None, ours: tuple[int, int]) -> None:
    assert _disagreement(theirs, ours)


def _small() -> tuple:
    rs = requirements(MONTHLY)
    con = connect_tables(
        {
            "organizations": [{"org_id": "O1", "name": "测试支部", "type": "党支部"}],
            "activities": [{"activity_id": "a", "org_id": "O1", "kind": "党员大会", "held_on": date(2026, 1, 5)}],
        }
    )
    ctx = prepare(facts_for(con, rs, AS_OF, None), rs)
    return rs, ctx, decide(ctx, rs)


def test_agreement_of_a_real_pass() -> None:
    rs, ctx, results = _small()
    with closing(GxProcess()) as process:
        validations, broken = check(ctx, rs, results, process)
    assert broken == {}
    assert validations["xinfang-bureau"]["success"] is False


def test_a_result_changed_behind_its_value_is_caught() -> None:
    rs, ctx, results = _small()
    import ibis

    tampered = results.mutate(verdict=ibis.literal("达标"))
    with closing(GxProcess()) as process:
        _, broken = check(ctx, rs, tampered, process)
    assert "不一致" in broken[MONTHLY]


def test_a_dead_process_breaks_every_check_it_should_have_made() -> None:
    rs, ctx, results = _small()
    with closing(GxProcess()) as process:
        process._process.kill()
        process._process.wait()
        _, broken = check(ctx, rs, results, process)
    assert "检查出错" in broken[MONTHLY]


def roster(folder: Path) -> str:
    """A ledger of one branch, as Parquet."""
    folder.mkdir()
    row = "SELECT 'A' AS org_id, '测试支部' AS name, '党支部' AS type"
    duckdb.sql(f"COPY ({row}) TO '{folder / 'organizations.parquet'}' (FORMAT parquet)")
    return str(folder)


def test_a_run_whose_checks_broke_says_so_in_every_file(tmp_path: Path) -> None:
    meetings = "SELECT 'A' AS org_id, '党员大会' AS kind, DATE '2026-01-05' AS held_on"
    ledgers = roster(tmp_path / "ledgers")
    duckdb.sql(f"COPY ({meetings}) TO '{tmp_path / 'ledgers' / 'activities.parquet'}' (FORMAT parquet)")
    judge = GxProcess()
    judge._process.kill()
    judge._process.wait()
    run = audit(ledgers, as_of=AS_OF, documents=["xinfang-bureau"], out=tmp_path / "run", judge=judge)
    told = run.results.set_index("requirement")
    assert MONTHLY in run.receipt["broken"]
    assert set(told.index[told.verdict == "检查出错"]) == set(run.receipt["broken"]) & set(told.index)
    assert told.loc[MONTHLY, "reason"].startswith("Great Expectations 检查出错")
    assert run.receipt["verdicts"]["检查出错"] == (told.verdict == "检查出错").sum()
    assert run.receipt["exit_code"] == ExitCode.INCOMPLETE
    assert not set(run.findings.requirement) & set(run.receipt["broken"])


def test_the_process_says_why_it_failed() -> None:
    with closing(GxProcess()) as process, pytest.raises(RuntimeError, match=r"\w"):
        process.judge(lambda: {"document": (["not a requirement"], np.ones((1, 1)))})


def test_the_auditing_process_imports_neither_great_expectations_nor_pandas(tmp_path: Path) -> None:
    ledgers = roster(tmp_path / "ledgers")
    script = (
        "import sys; from datetime import date; from workbench.audit.engine import audit\n"
        f"audit({ledgers!r}, as_of=date(2026, 8, 31), out={str(tmp_path / 'run')!r})\n"
        "assert not {'great_expectations', 'pandas'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_audit_gives_back_what_it_changed_for_itself() -> None:
    before = (gc.isenabled(), sys.getswitchinterval())
    with _undisturbed():
        assert not gc.isenabled()
        assert sys.getswitchinterval() < before[1]
    assert (gc.isenabled(), sys.getswitchinterval()) == before
    with pytest.raises(RuntimeError), _undisturbed():
        raise RuntimeError
    assert (gc.isenabled(), sys.getswitchinterval()) == before


def test_who_had_switched_collecting_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with _undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
