"""The house keeps its shape: imports go one way, modules stay small, nothing reads the clock or names this machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "workbench"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "_data" not in p.parts)

#: Parts from left to right, as docs/architecture.md draws them. A part may import itself and what stands left of it.
ORDER = ("records", "requirements", "audit", "ledger", "reports", "dashboards", "cli")
GROUND = {"vocabulary", "errors", "display", "timeline", "exit_codes", "resources", "spreadsheet", "__init__"}
#: sample writes ledgers and imports records only.
ALLOWED = {part: set(ORDER[: i + 1]) | GROUND for i, part in enumerate(ORDER)}
ALLOWED["sample"] = {"sample", "records"} | GROUND
ALLOWED["cli"] |= {"sample"}
#: The page reads run folders, and the ledger (docs/architecture.md).
ALLOWED["dashboards"] = {"dashboards", "ledger", "reports"} | GROUND
#: Opening and comparing run folders and wording a result need neither Ibis nor GX: the page does so like every report.
READING = ("workbench.audit.run", "workbench.audit.wording", "workbench.audit.compare")

MAX_LINES = 500
MAX_WIDTH = 120


def part_of(path: Path) -> str:
    """The part a module belongs to: the folder below workbench/, or the module's own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything imported, at the top or inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_imports(part: str, source: str) -> list[str]:
    """Imports of workbench parts that ``part`` may not use."""
    if part in ("__init__", "__main__"):
        return []
    allowed = ALLOWED.get(part, GROUND)
    named = {name.split(".")[1] for name in imports(ast.parse(source)) if _counts(part, name)}
    return sorted(part for part in named - allowed if _is_part(part))


def _counts(part: str, name: str) -> bool:
    return name.startswith("workbench.") and not (part == "dashboards" and name.startswith(READING))


def _is_part(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    assert wrong_imports(part_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("part", "source", "wrong"),
    [
        ("records", "from workbench.audit.run import Run", ["audit"]),
        ("records", "def f():\n    import workbench.cli", ["cli"]),
        ("vocabulary", "from workbench import records", ["records"]),
        ("audit", "from workbench.records.tables import TABLES\nfrom workbench.errors import RunError", []),
        ("sample", "from workbench.requirements import load_requirements", ["requirements"]),
        ("dashboards", "from workbench.records.tables import TABLES", ["records"]),
        ("dashboards", "from workbench.audit.engine import audit", ["audit"]),
        ("dashboards", "from workbench.audit.run import Run", []),
    ],
)
def test_a_wrong_import_is_seen(part: str, source: str, wrong: list[str]) -> None:
    assert wrong_imports(part, source) == wrong


def test_every_part_has_its_place() -> None:
    parts = {part_of(path) for path in MODULES}
    assert parts - set(ALLOWED) - GROUND - {"__main__"} == set()


def tracked_files() -> list[Path]:
    """Files under version control (or all files of a source tree without one)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        return [ROOT / n for n in names if n and (ROOT / n).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts and "runs" not in p.parts]


def python_files() -> list[Path]:
    return [p for p in tracked_files() if p.suffix == ".py"]


def test_modules_are_short_and_lines_narrow() -> None:
    long_modules, wide_lines = [], []
    for path in python_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > MAX_LINES:
            long_modules.append((str(path.relative_to(ROOT)), len(lines)))
        wide_lines += [(str(path.relative_to(ROOT)), i) for i, line in enumerate(lines, 1) if len(line) > MAX_WIDTH]
    assert (long_modules, wide_lines) == ([], [])


#: What would read the clock, as ``object.attribute``.
CLOCK = {
    ("date", "today"), ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("time", "time"),
    ("time", "localtime"), ("time", "gmtime"), ("time", "strftime"), ("ibis", "now"), ("ibis", "today"),
    ("Timestamp", "now"), ("Timestamp", "today"),
}
#: The same inside SQL text.
CLOCK_SQL = re.compile(
    r"\b(current_date|current_timestamp|now\(\)|today\(\)|localtimestamp|get_current_time)", re.IGNORECASE
)


def clock_reads(source: str) -> list[str]:
    """Places of ``source`` that ask what time it is."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in CLOCK:
                found.append(f"{owner}.{node.attr}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and CLOCK_SQL.search(node.value):
            found.append(node.value.strip()[:60])
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [f"time.{a.name}" for a in node.names if ("time", a.name) in CLOCK]
    return found


@pytest.mark.parametrize("part", ["audit", "requirements", "timeline.py", "records", "sample"])
def test_nothing_that_judges_reads_the_clock(part: str) -> None:
    place = PACKAGE / part
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    assert files
    assert {str(p.relative_to(ROOT)): r for p in files if (r := clock_reads(p.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "source",
    ["import datetime\nx = datetime.date.today()", "from datetime import datetime\nx = datetime.now()",
     "import time\ntime.time()", "sql = 'SELECT current_date'", "sql = 'SELECT now() - x'", "from time import time"],
)
def test_a_read_of_the_clock_is_seen(source: str) -> None:
    assert clock_reads(source)


# Spelt in pieces, so that this file does not find itself.
_FOLDERS = b"|".join((b"wo" + b"rk", b"ro" + b"ot", b"ho" + b"me/\\w+", b"Us" + b"ers/\\w+"))
MACHINE_PATHS = re.compile(rb"(?<![\w.])/(?:" + _FOLDERS + rb")/")
HOSTS = re.compile(
    b"|".join((
        b"pypi" + b"\\.org", b"pythonhosted" + b"\\.org", b"registry\\." + b"npmjs", b"(?:extra-)?index-" + b"url"
    ))
)
BINARY = {".xlsx", ".xls", ".ods", ".parquet", ".png", ".ico", ".woff2", ".docx", ".pdf", ".zip"}


def test_no_path_of_a_machine_and_no_registry_in_tracked_files() -> None:
    found = []
    for path in tracked_files():
        if path.suffix.lower() in BINARY:
            continue
        data = path.read_bytes()
        found += [(str(path.relative_to(ROOT)), m.group().decode()) for m in MACHINE_PATHS.finditer(data)]
        # A vendored script of a library may name its own home; ours may not.
        if path.suffix not in (".js", ".css") or len(data) < 200_000:
            found += [(str(path.relative_to(ROOT)), m.group().decode()) for m in HOSTS.finditer(data)]
    assert found == []


def test_a_path_and_a_registry_are_seen() -> None:
    assert MACHINE_PATHS.search(b'open("' + b"/ho" + b'me/somebody/x")')
    assert HOSTS.search(b"--index" + b"-url https://a")


HEAVY = ("great_expectations", "pandas", "ibis", "duckdb", "plotly", "voila", "pyarrow", "sqlalchemy")
LIGHT_MODULES = ["workbench", "workbench.cli", "workbench.cli.app"]


def loaded_after(statement: str, names: tuple[str, ...]) -> set[str]:
    """Which of ``names`` a fresh interpreter has loaded after ``statement``."""
    code = f"{statement}\nimport sys\nprint([n for n in {names!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ast.literal_eval(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize("module", LIGHT_MODULES)
def test_the_command_line_starts_light(module: str) -> None:
    assert loaded_after(f"import {module}", HEAVY) == set()


def test_help_loads_nothing_heavy() -> None:
    statement = (
        "import contextlib, io\nfrom workbench.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()): main(['--help'])"
    )
    assert loaded_after(statement, HEAVY) == set()


def test_great_expectations_is_not_imported_by_what_shows_results() -> None:
    """Its import costs seconds and hundreds of megabytes a visitor: dashboards, reports and cli read stored results."""
    names = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for p in MODULES if part_of(p) in ("dashboards", "reports", "cli") and p.name != "__main__.py"
    ]
    statement = "import importlib\n" + "\n".join(f"importlib.import_module({n!r})" for n in names)
    assert loaded_after(statement, ("great_expectations",)) == set()
    for path in MODULES:
        if part_of(path) in ("dashboards", "reports", "cli"):
            named = imports(ast.parse(path.read_text(encoding="utf-8")))
            assert not [n for n in named if n.split(".")[0] == "great_expectations"], path


def test_the_map_names_every_part() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = {part_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert {p for p in parts if p not in text} == set()
