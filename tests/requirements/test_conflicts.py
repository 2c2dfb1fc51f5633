"""Conflicts between documents: read strictly, naming rows that exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.errors import SuiteError
from workbench.requirements import load_suites
from workbench.requirements.conflicts import Conflict, Position, Stricter, load_conflicts
from workbench.resources import resource

KNOWN = ("a-1", "a-2", "b-1")


@pytest.fixture
def conflict() -> dict[str, Any]:
    """One entry in order; tests change their copy."""
    return {
        "id": "C1", "topic": "党课", "kind": "要求不同",
        "positions": [{"requirements": ["a-1", "a-2"], "says": "每季度"}, {"requirements": ["b-1"], "says": "每月"}],
        "stricter": [{"for": "党支部", "requirement": "b-1", "why": "每月多于每季度"}],
        "note": "同一次可以同时计入",
    }


def read(folder: Path, *entries: Any) -> tuple[Conflict, ...]:
    text = yaml.safe_dump({"conflicts": list(entries)}, allow_unicode=True)
    (folder / "conflicts.yaml").write_text(text, encoding="utf-8")
    return load_conflicts(folder, KNOWN)


def test_an_entry_is_read(tmp_path: Path, conflict: dict[str, Any]) -> None:
    (found,) = read(tmp_path, conflict)
    assert found == Conflict(
        "C1", "党课", "要求不同", (Position(("a-1", "a-2"), "每季度"), Position(("b-1",), "每月")),
        (Stricter("党支部", "b-1", "每月多于每季度"),), "同一次可以同时计入",
    )
    assert found.requirements == ("a-1", "a-2", "b-1")


def test_no_file_means_no_conflicts(tmp_path: Path) -> None:
    assert load_conflicts(tmp_path, KNOWN) == ()


def changed(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda conflict: conflict | values


#: change of a sound entry, where the error points, what it found, what it allows
FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str, str, str]] = {
    "unknown key": (changed(comment="x"), "conflicts[0]", "comment", "note"),
    "no topic": (changed(topic=""), "conflicts[0]", "topic", "topic"),
    "unknown kind": (changed(kind="冲突"), "kind", "冲突", "要求不同"),
    "one position": (changed(positions=[{"requirements": ["a-1"], "says": "x"}]), "positions", "a-1", "- …"),
    "position without words": (
        changed(positions=[{"requirements": ["a-1"]}, {"requirements": ["b-1"], "says": "x"}]),
        "positions[0]", "says", "says"),
    "unknown requirement": (
        changed(positions=[{"requirements": ["a-3"], "says": "x"}, {"requirements": ["b-1"], "says": "x"}]),
        "positions[0].requirements", "a-3", "编号"),
    "no requirement": (
        changed(positions=[{"requirements": [], "says": "x"}, {"requirements": ["b-1"], "says": "x"}]),
        "positions[0].requirements", "[]", "- …"),
    "stricter than what": (
        changed(stricter=[{"for": "党支部", "requirement": "c-1", "why": "x"}]), "stricter[0].requirement", "c-1", "b-1"),
    "stricter without a reason": (
        changed(stricter=[{"for": "党支部", "requirement": "b-1"}]), "stricter[0]", "why", "why"),
    "empty stricter": (changed(stricter=[]), "stricter", "[]", "- …"),
    "not a mapping": (lambda conflict: "C1", "conflicts[0]", "C1", "键"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_an_entry(fault: str, tmp_path: Path, conflict: dict[str, Any]) -> None:
    change, key, found, allowed = FAULTS[fault]
    with pytest.raises(SuiteError) as caught:
        read(tmp_path, change(conflict))
    error = caught.value
    assert error.place.startswith("conflicts.yaml") and error.place.endswith(key)
    assert found in error.found or found in error.place
    assert allowed in error.expected


def test_an_id_twice(tmp_path: Path, conflict: dict[str, Any]) -> None:
    with pytest.raises(SuiteError, match="重复"):
        read(tmp_path, conflict, conflict)


def test_the_conflicts_of_the_five_documents() -> None:
    """Every row they name is in a suite or listed; each matter concerns two positions or more, mostly two documents."""
    suites = load_suites(as_of=date(2026, 8, 31))
    found = load_conflicts(resource("expectations"), suites.known)
    assert len(found) == 30
    documents = [{r.rsplit("-", 1)[0].rsplit("-", 1)[0] for r in c.requirements} for c in found]
    assert all(len(d) >= 2 for d in documents)
    assert sum(len(c.stricter) for c in found) > 20 and all(c.note for c in found)
