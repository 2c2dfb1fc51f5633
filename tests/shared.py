"""What the processes of one run of the tests make once and read together; which files they begin with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from workbench.resources import resource

TESTS = Path(__file__).resolve().parent

#: Files that take longest, the longest first. Begun last they would keep one process busy while the others are done.
LONGEST = (
    "oracle/test_oracle.py", "sample/test_planted.py", "dashboards/test_faults_page.py",
    "dashboards/test_overview_page.py", "dashboards/test_access_page.py", "audit/test_runs.py",
    "sample/test_ledgers.py", "cases/test_cases.py", "dashboards/test_board_page.py", "dashboards/test_print_page.py",
    "dashboards/test_looks_page.py", "cases/test_borders.py", "dashboards/test_login_page.py",
    "audit/test_shapes_states.py", "test_wheel.py", "sample/test_sample.py", "dashboards/test_charts_page.py",
    "dashboards/test_limits.py", "test_exported_members.py", "dashboards/test_export_page.py", "cli/test_commands.py",
    "dashboards/test_list_page.py", "dashboards/test_export_state.py", "dashboards/test_branch_page.py",
    "dashboards/test_lab.py", "dashboards/test_scope_state.py", "cli/test_ledger_commands.py",
    "dashboards/test_requirements_page.py", "cli/test_season.py", "records/test_formats.py",
    "audit/test_suites_export.py", "audit/test_shapes_duties.py", "records/test_safety.py",
    "ledger/test_ledger_model.py", "audit/test_shapes_grades.py", "audit/test_shapes_meetings.py",
    "audit/test_run_files.py", "audit/test_shapes_activities.py", "ledger/test_store_kills.py",
    "dashboards/test_notebooks.py", "ledger/test_verification.py", "records/test_checks.py", "audit/test_agreement.py",
    "reports/test_onsite.py",
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


def suites_of(folder: Path, *files: str) -> Path:
    """A folder of suites with these files of ``expectations/`` alone: few requirements are audited sooner than all."""
    for name in ("subjects.yaml", "parameters.yaml", *files):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(resource("expectations") / name, folder / name)
    return folder


def longest_first(items: list[pytest.Item]) -> None:
    """Order the tests by file, those of :data:`LONGEST` first; within a file nothing changes."""
    place = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
