"""A small folder of suites that tests may bend."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.resources import resource

ENTRY = {
    "type": "expect_activity_count",
    "kwargs": {"requirement": "local-2026-1", "activity": "党课", "period": "quarter", "minimum": 2},
    "severity": "critical",
    "description": "每季度上党课2次以上",
    "meta": {"clause": "第一条", "binds": "党支部", "unit": "次"},
}


@pytest.fixture
def entry() -> dict[str, Any]:
    """One entry in order; tests change their copy."""
    return {**ENTRY, "kwargs": dict(ENTRY["kwargs"]), "meta": dict(ENTRY["meta"])}


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    """A folder with the real groups and parameters and no document yet."""
    folder = tmp_path / "expectations"
    folder.mkdir()
    for name in ("subjects.yaml", "parameters.yaml"):
        shutil.copy(resource("expectations") / name, folder / name)
    return folder


@pytest.fixture
def write(suites: Path) -> Callable[..., Path]:
    """Write a suite file of document local-2026 in force since ``since``; ``meta`` adds to or replaces its head."""

    def write(*entries: dict[str, Any], since: str = "2022-01-01", file: str = "lectures.yaml", **meta: Any) -> Path:
        path = suites / "local-2026" / since / file
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"document": "local-2026", "title": "本地规定", "effective_from": since, **meta}
        data = {"name": "党课", "meta": head, "expectations": list(entries)}
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return path

    return write


@pytest.fixture
def on_site(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry that an inspector answers on site."""
    guidance = {"look": "公开栏", "evidence": "公开记录", "faults": "久未更新"}
    return {
        **entry, "type": "expect_checklist", "kwargs": {"requirement": "local-2026-2"}, "description": "设党务公开栏",
        "meta": {**entry["meta"], "unit": "项", **guidance},
    }


LISTED = {
    "requirement": "local-2026-3", "clause": "第三条", "description": "加强领导", "treatment": "not_scored",
    "reason": "无可核查的动作",
}


@pytest.fixture
def write_listed(suites: Path) -> Callable[..., Path]:
    """Write ``listed.yaml`` of document local-2026; keys given replace those of its one row (None: taken away)."""

    def write(*, since: str = "2022-01-01", **changed: Any) -> Path:
        path = suites / "local-2026" / since / "listed.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        row = {k: v for k, v in {**LISTED, **changed}.items() if v is not None}
        head = {"document": "local-2026", "title": "本地规定", "effective_from": since}
        data = {"name": "不判条目", "meta": head, "listed": [row]}
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return path

    return write
