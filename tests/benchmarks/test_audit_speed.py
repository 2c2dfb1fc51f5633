"""The audit beside what it is measured against, in one run on the same data. Run by ``make bench``; judges no clock.

What is asserted is that all of them name the same failing branches. ``WORKBENCH_BENCH_BRANCHES`` sets the size (default
5000; 500000 takes about twenty minutes and 10 GB of disk), ``WORKBENCH_BENCH_EXCEL=0`` leaves out the Excel ledgers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.audit.run import Run
from workbench.exit_codes import ExitCode
from workbench.sample import make_sample

pytestmark = pytest.mark.benchmark

BRANCHES = int(os.environ.get("WORKBENCH_BENCH_BRANCHES", "5000"))
ROOT = Path(__file__).resolve().parents[2]


def measured(*arguments: object) -> dict:
    """One fresh process of :mod:`tests.benchmarks.measure`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.measure", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def from_shell(data: Path, out: Path, keep: str) -> float:
    """Seconds from the shell's prompt to the next: the command as somebody types it, imports and table included."""
    words = [data, "--as-of", "2026-08-31", "--adoption", data / "适用文件.yaml", "--out", out, "--evidence", keep]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "workbench", "audit", *map(str, words)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == ExitCode.FAILED, done.stderr[-3000:]
    return time.perf_counter() - began


def shown(title: str, figures: dict) -> str:
    """One line of the table, stages in brackets."""
    stages = ",".join(f"{k} {v}" for k, v in figures.get("stages", {}).items() if v >= 0.5)
    memory = f"{figures['gigabytes']:.2f}+{figures['child_gigabytes']:.2f} GB"
    return f"{title:34s} {figures['seconds']:8.2f} s  {memory:14s} {stages}"


def failing(folder: Path, requirement: str) -> list[str]:
    """Branches of a written run that fail a requirement, waived ones included."""
    rows = Run(folder).query(
        "SELECT subject FROM results WHERE requirement = ? AND verdict IN ('未达标', '豁免') ORDER BY subject",
        [requirement],
    )
    return list(rows["subject"])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Canonical Parquet of the benchmark city."""
    folder = tmp_path_factory.mktemp("bench") / "parquet"
    make_sample(BRANCHES, 2026, folder, form="parquet")
    return folder


def test_from_parquet_beside_sql_and_stock_gx(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    keep = "all" if BRANCHES <= 20_000 else "failing"
    ours = measured("audit", data, tmp_path / "run", keep)
    hand = measured("by_hand", data)
    stock = measured("stock_gx", data)
    assert ours["broken"] == {}
    for requirement, subjects in hand["failing"].items():
        assert failing(tmp_path / "run", requirement) == subjects, requirement
        assert stock["failing"][requirement] == subjects, requirement
    verdicts = sum(ours["verdicts"].values())
    shell = from_shell(data, tmp_path / "typed", keep)
    with capsys.disabled():
        print(f"\n{BRANCHES} branches, {verdicts} verdicts, evidence {keep}")
        print(f"{'workbench audit, shell to shell':34s} {shell:8.2f} s")
        print(shown(f"workbench audit ({ours['requirements']} requirements)", ours))
        print(shown("seven checks in SQL by hand", hand), f"queries {hand['query_seconds']} s")
        print(shown("the same seven, stock GX", stock), f"GX alone {stock['gx_seconds']} s")
        print(
            f"audit / SQL by hand: {ours['seconds'] / hand['seconds']:.1f}   "
            f"audit / stock GX: {ours['seconds'] / stock['seconds']:.2f}"
        )


@pytest.mark.skipif(
    os.environ.get("WORKBENCH_BENCH_EXCEL") == "0" or BRANCHES > 20_000, reason="Excel ledgers not asked for"
)
def test_from_excel(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    make_sample(BRANCHES, 2026, tmp_path / "ledgers", form="ledgers")
    ours = measured("audit", tmp_path / "ledgers", tmp_path / "run")
    assert ours["broken"] == {}
    with capsys.disabled():
        print("\n" + shown(f"{BRANCHES} branches from Excel ledgers", ours))
