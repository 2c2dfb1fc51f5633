"""Pins and make: every dependency is pinned as declared; a machine without Python is told so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]


def declared() -> list[Requirement]:
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in [*PROJECT["dependencies"], *extras]]


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_every_dependency_is_pinned_within_its_bounds(requirement: Requirement) -> None:
    pins = {canonicalize_name(name): version for name, version in (line.split("==") for line in PINS)}
    version = pins.get(canonicalize_name(requirement.name))
    assert version and requirement.specifier.contains(version)


def test_pins_are_versions_and_nothing_else() -> None:
    assert [line for line in PINS if not re.fullmatch(r"[\w.\-]+==[\w.!+]+", line)] == []


@pytest.fixture
def empty_checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_machine_without_python_is_told_so(empty_checkout: Path) -> None:
    done = subprocess.run(
        ["make", "demo", "PYTHON="], cwd=empty_checkout, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )
    assert done.returncode == 2
    assert "未找到 Python 3.11" in done.stderr
    assert not (empty_checkout / ".venv").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_too_old_a_python_is_passed_over(empty_checkout: Path) -> None:
    """The search takes the first Python that says it is new enough."""
    tools = empty_checkout / "tools"
    tools.mkdir()
    for name, status in (("python3.11", 1), ("python3.12", 0), ("python3", 0)):
        (tools / name).write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    shown = subprocess.run(
        ["make", "--dry-run", ".venv/.installed"], cwd=empty_checkout, capture_output=True, text=True,
        check=False, env={"PATH": f"{tools}:{os.environ['PATH']}", "LANG": "C.UTF-8"},
    )
    assert "python3.12 -m venv" in shown.stdout
