"""What the docs say about shapes is what the code takes, and the examples hold."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from workbench.requirements import load_requirements, load_suites, loader, model, wording
from workbench.requirements.adoption import load_adoption
from workbench.requirements.shapes import SHAPES
from workbench.resources import resource

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("shape", SHAPES)
def test_verdicts_page_names_every_argument(shape: str) -> None:
    page = (ROOT / "docs" / "verdicts.md").read_text("utf-8")
    heading = rf"^### {shape} — .*?\((?:\*state\*, )?{SHAPES[shape].label}\)$"
    section = re.search(rf"{heading}(.*?)(?=^### |\Z)", page, re.M | re.S)
    assert section, f"no section on {shape}"
    named = " ".join(re.findall(r"`([^`]+)`", section[1].strip()))
    undocumented = set(SHAPES[shape].arguments) - set(re.findall(r"[a-z_]+", named))
    assert not undocumented


@pytest.mark.parametrize("module", [loader, model, wording])
def test_examples_in_docstrings(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0


def test_the_entry_shown_in_the_readme_is_sound(write: Callable[..., Path], suites: Path) -> None:
    text = (resource("expectations") / "README.md").read_text("utf-8")
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.S)[1])
    path = write(since=shown["meta"]["effective_from"])
    path.write_text(yaml.safe_dump(shown, allow_unicode=True), encoding="utf-8")
    (found,) = load_requirements(as_of=date(2026, 8, 31), directory=suites)
    assert (found.id, found.required_text) == ("local-2026-1", "每季度至少2次")


def test_the_other_examples_in_the_readme_are_sound(write_listed: Callable[..., Path], suites: Path) -> None:
    text = (resource("expectations") / "README.md").read_text("utf-8")
    _, listed, adopted = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.S))
    (row,) = listed["listed"]
    write_listed(**row)
    assert [r.id for r in load_suites(as_of=date(2026, 8, 31), directory=suites).listed] == ["local-2026-9"]
    path = suites / "adoption.yaml"
    path.write_text(yaml.safe_dump(adopted, allow_unicode=True), encoding="utf-8")
    assert [e.documents for e in load_adoption(path, load_suites(as_of=date(2026, 8, 31))).entries] == [
        ("luoyang-2020",), ("feicheng-standard",)
    ]
