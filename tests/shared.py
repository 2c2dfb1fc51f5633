"""What the processes of one run of the tests make once and read together; which files they begin with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

TESTS = Path(__file__).resolve().parent

#: Files that take longest, the longest first. Begun last they would keep one process busy while the others are done.
LONGEST = (
    "oracle/test_oracle.py", "sample/test_planted.py", "cases/test_cases.py", "sample/test_ledgers.py",
    "dashboards/test_access_page.py", "dashboards/test_looks_page.py", "dashboards/test_print_page.py",
    "dashboards/test_board_page.py", "dashboards/test_overview_page.py", "dashboards/test_list_page.py",
    "dashboards/test_login_page.py",
    "dashboards/test_faults_page.py", "dashboards/test_limits.py",
    "sample/test_sample.py", "cli/test_season.py", "reports/test_papers_made.py", "test_exported_members.py",
    "test_wheel.py", "cli/test_ledger_commands.py", "dashboards/test_lab.py", "dashboards/test_branch_page.py",
    "cli/test_commands.py", "ledger/test_store_faults.py", "ledger/test_store_kills.py", "dashboards/test_notebooks.py",
    "dashboards/test_quality_page.py", "dashboards/test_requirements_page.py", "audit/test_runs.py",
    "records/test_safety.py", "ledger/test_ledger_model.py", "audit/test_run_files.py",
)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Folder ``name``, filled by ``make`` in whichever process asks first; the others wait. Read only.

    One process alone keeps it among its own temporary folders; those of pytest-xdist share the folder above theirs.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    done = folder.with_suffix(".done")
    with FileLock(folder.with_suffix(".lock")):
        if not done.exists():
            make(folder)
            done.touch()
    return folder


def longest_first(items: list[pytest.Item]) -> None:
    """Order the tests by file, those of :data:`LONGEST` first; within a file nothing changes."""
    place = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
