"""What people read in Chinese carries Chinese punctuation: no ASCII comma, colon or semicolon after a character."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "workbench"

NARROW = re.compile("[\u4e00-\u9fff\u201d\u300b\uff09][,:;]")

#: What stands in the ledgers of the synthetic city and in its ``planted.yaml``, which are dirty on purpose.
LEDGER_WORDS = ("sample/dirt.py", "sample/faults.py", "sample/sheets.py")

#: The one string that shows the syntax of YAML.
SYNTAX = ("键: 值",)

#: Keys of the suites whose values people read.
READ_BY_PEOPLE = {
    "clause", "description", "evidence", "faults", "label", "look", "note", "notes", "reason", "says", "source_words",
    "title", "topic", "why",
}

#: Typer prints the docstrings of the commands as help; elsewhere docstrings are English.
HELP = (PACKAGE / "cli" / "app.py", PACKAGE / "cli" / "requirements_app.py",
        PACKAGE / "cli" / "users_app.py")


def narrow(texts: Iterator[str]) -> list[str]:
    """The texts with narrow punctuation directly after a Chinese character."""
    return [text for text in texts if text not in SYNTAX and NARROW.search(text)]


def strings(source: str, *, docstrings: bool = False) -> Iterator[str]:
    """String constants of a module, parts of f-strings among them."""
    tree = ast.parse(source)
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (docstrings or id(node) not in loose):
            yield node.value


def values(content: Any) -> Iterator[str]:
    """What people read in a YAML document."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in READ_BY_PEOPLE and isinstance(value, str):
                yield value
            yield from values(value)
    elif isinstance(content, list):
        for item in content:
            yield from values(item)


MODULES = [p for p in sorted(PACKAGE.rglob("*.py")) if p.relative_to(PACKAGE).as_posix() not in LEDGER_WORDS]
PAGES = [p for p in sorted((PACKAGE / "dashboards").rglob("*")) if p.suffix in (".j2", ".js", ".html")]
SUITES = sorted((ROOT / "expectations").rglob("*.yaml"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_strings_of_the_program(path: Path) -> None:
    assert narrow(strings(path.read_text(encoding="utf-8"), docstrings=path in HELP)) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_pages(path: Path) -> None:
    assert narrow(iter(path.read_text(encoding="utf-8").splitlines())) == []


@pytest.mark.parametrize("path", SUITES, ids=name)
def test_suites(path: Path) -> None:
    found = list(values(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert found
    assert narrow(iter(found)) == []


def test_the_places_are_found() -> None:
    assert set(HELP) <= set(MODULES)
    assert PACKAGE / "errors.py" in MODULES
    assert {p.suffix for p in PAGES} == {".j2", ".js"}
    for spared in LEDGER_WORDS:
        assert (PACKAGE / spared).is_file()


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ('x = "错误:无"', True),
        ('x = f"错误,{y}"', True),
        ('x = f"{y}个;{z}"', True),
        ('x = "错误：无"', False),
        ('x = "a, b: c; 10:30"', False),
        ('def f():\n    """错误: an English docstring."""', False),
    ],
)
def test_what_is_caught(source: str, caught: bool) -> None:
    assert bool(narrow(strings(source))) is caught
