"""The Python API is exactly what ``__all__`` says, and the example in each docstring runs."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import workbench
from workbench.resources import resource

NAMES = [
    "Ledger", "Records", "Requirement", "Run", "Verdict", "WorkbenchError", "audit", "compare", "explain", "load",
    "load_requirements", "make_sample", "open_run", "serve", "write_template",
]

#: ``serve`` runs until it is interrupted; tests/dashboards drives it in a real browser.
WITHOUT_EXAMPLE = {"serve"}


def test_exported_members() -> None:
    assert workbench.__all__ == NAMES
    assert dir(workbench) == sorted([*NAMES, "__version__"])


@pytest.mark.parametrize("name", NAMES)
def test_every_member_is_there_and_explained(name: str) -> None:
    member = getattr(workbench, name)
    assert inspect.getdoc(member)
    assert callable(member)


def test_an_unknown_member_names_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="open_run"):
        workbench.nothing  # noqa: B018


def test_audit_can_be_called_whatever_was_imported_first() -> None:
    for first in ("import workbench.audit.run", "import workbench.audit", "import workbench"):
        code = f"{first}\nimport workbench\nassert callable(workbench.audit)\nimport workbench.audit.run as r\nr.Run"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(workbench.__file__).parents[1])


def examples(name: str) -> list[doctest.DocTest]:
    """The doctests of one public name (``audit``: those of the function behind the package)."""
    member = getattr(workbench, name)
    if name == "audit":
        from workbench.audit.engine import audit as member
    finder = doctest.DocTestFinder(recurse=False, exclude_empty=True)
    names = {n: getattr(workbench, n) for n in NAMES} | {"workbench": workbench}
    return [t for t in finder.find(member, name, module=False, globs=names) if t.examples]


@pytest.fixture(scope="module")
def reader_folder(tmp_path_factory: pytest.TempPathFactory, demo_run: Path) -> Path:
    """What the examples find around them: ``sample_data`` and ``runs/demo``."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "sample_data").symlink_to(resource("sample_data"))
    (folder / "runs").mkdir()
    (folder / "runs" / "demo").symlink_to(demo_run)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in NAMES if n not in WITHOUT_EXAMPLE])
def test_the_example_runs(name: str, reader_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reader_folder)
    found = examples(name)
    assert found, f"{name} has no example in its docstring"
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    report: list[str] = []
    for test in found:
        doctest.DocTestRunner(optionflags=flags).run(test, out=report.append)
    assert report == []
