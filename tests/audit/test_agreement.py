"""No exception of Great Expectations passes for a failing branch, no null for a pass, no disagreement for a result."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from workbench.audit import gx
from workbench.audit.engine import _disagreement, _undisturbed, audit, check, connect_tables, facts_for
from workbench.audit.gx_process import GxProcess, Judgement, kept, lent
from workbench.audit.verdicts import decide, prepare
from workbench.errors import UsageError
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


@pytest.mark.parametrize(("given", "named"), [
    ({"organisations": []}, "organisations"),
    ({"organizations": [{"org_id": "O1"}, {"org_id": "O2", "colour": "红"}]}, "organizations.colour"),
])
def test_records_in_memory_that_no_table_holds_are_refused(given: dict, named: str) -> None:
    with pytest.raises(UsageError) as told:
        connect_tables(given)
    assert told.value.place == named and "org" in told.value.expected


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


def one_meeting(folder: Path) -> str:
    """Ledgers of one branch that met once, as Parquet."""
    ledgers = roster(folder)
    row = "SELECT 'A' AS org_id, '党员大会' AS kind, DATE '2026-01-05' AS held_on"
    duckdb.sql(f"COPY ({row}) TO '{folder / 'activities.parquet'}' (FORMAT parquet)")
    return ledgers


def test_a_run_whose_checks_broke_says_so_in_every_file(tmp_path: Path) -> None:
    ledgers = one_meeting(tmp_path / "ledgers")
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
    with closing(GxProcess()) as process:
        with pytest.raises(RuntimeError, match="has no attribute"):
            process.judge(lambda: {"document": (["not a requirement"], np.ones((1, 1)))})
        assert not process.free


@pytest.fixture
def nobody_waits() -> Iterator[None]:
    """No process is left of an audit before, and none afterwards."""
    kept.end()
    yield
    kept.end()


def test_one_process_serves_audit_after_audit(tmp_path: Path, nobody_waits: None) -> None:
    ledgers = one_meeting(tmp_path / "ledgers")
    runs, served = [], []
    for name in ("first", "second"):
        runs.append(audit(ledgers, as_of=AS_OF, documents=["xinfang-bureau"], out=tmp_path / name))
        with lent() as process:
            served.append(process)
    assert served[0] is served[1] and served[0].free
    first, second = (json.loads((run.path / "gx" / "xinfang-bureau.json").read_text("utf-8")) for run in runs)
    assert [one["result"] for one in first["results"]] == [one["result"] for one in second["results"]] != []
    assert runs[0].receipt["broken"] == runs[1].receipt["broken"] == {}


def test_a_process_that_failed_serves_nobody_again(nobody_waits: None) -> None:
    with pytest.raises(RuntimeError), lent() as broken:
        broken.judge(lambda: {"document": (["not a requirement"], np.ones((1, 1)))})
    with lent() as killed:
        assert killed is not broken
    killed._process.kill()
    killed._process.wait()
    with lent() as fresh:
        assert fresh is not killed
        # A wrong path, a wrong frame: nothing was asked, so nothing is owed.
        with pytest.raises(ZeroDivisionError):
            fresh.judge(lambda: 1 / 0)
        assert fresh.free
        fresh._asked = True  # interrupted while an answer was under way
    assert fresh._process.poll() is not None


def test_a_process_nobody_needs_ends(monkeypatch: pytest.MonkeyPatch, nobody_waits: None) -> None:
    monkeypatch.setattr(kept, "seconds", 0.05)
    with lent() as process:
        pass
    process._process.wait(60)
    with lent() as other:
        assert other is not process


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_copy_of_the_program_takes_a_process_of_its_own(nobody_waits: None) -> None:
    with lent() as process:
        pass
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        assert pool.submit(_number_of_a_lent_process).result() != process._process.pid
    assert process.free and Path(process._folder).is_dir()


def _number_of_a_lent_process() -> int:
    with lent() as process:
        number = process._process.pid
    kept.end()
    return number


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


@pytest.fixture
def thawed() -> Iterator[None]:
    """Nothing is kept from being looked at, as in a program of a user."""
    gc.unfreeze()
    yield
    gc.collect()
    gc.freeze()


class _Ring:
    """Holds itself: only whoever looks for garbage finds it."""

    def __init__(self) -> None:
        self.own = self


def test_what_an_audit_leaves_is_looked_for_when_the_next_begins(thawed: None) -> None:
    with _undisturbed():
        left = weakref.ref(_Ring())
    assert left() is not None and gc.get_freeze_count() == 0
    with _undisturbed():
        assert left() is None


def test_what_was_put_aside_before_an_audit_stays_there() -> None:
    gc.freeze()
    with _undisturbed():
        pass
    assert gc.get_freeze_count() > 0


def test_who_had_switched_collecting_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with _undisturbed():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
