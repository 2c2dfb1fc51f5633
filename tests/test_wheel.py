"""The built wheel, installed in a bare environment, works from any folder with suites, notebooks and sample inside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, ok: tuple[int, ...] = (0,), **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command without the paths of this checkout; fails with its output when it ends otherwise."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False,
        env=clean | {"PYTHONUTF8": "1"} | env,
    )
    assert done.returncode in ok, f"{command} → {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, ROOT, cwd=folder,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of scripts of a new environment that holds the wheel and, through a path file, the libraries here.

    Only the workbench comes from the wheel: the folder of libraries is linked entry by entry without it.
    """
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", with_pip=False)
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    libraries = folder / "libraries"
    libraries.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "workbench" not in entry.name.lower() and entry.suffix != ".pth":
            (libraries / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
    python = scripts / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip())
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel,
        cwd=folder,
    )
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return scripts


def test_what_travels_inside(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("expectations", "notebooks", "sample_data"):
        here = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
        here = {p for p in here if "__pycache__" not in p and ".ipynb_checkpoints" not in p}
        assert here, folder
        assert {p for p in here if f"workbench/_data/{p}" not in names} == set()
    package = {p.relative_to(ROOT).as_posix() for p in (ROOT / "workbench").rglob("*") if p.is_file()}
    package = {p for p in package if "__pycache__" not in p and ".ipynb_checkpoints" not in p}
    assert {p for p in package if p not in names} == set()
    assert not [n for n in names if n.startswith(("tests/", "runs/", "docs/"))]


def test_it_comes_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    code = "import workbench, sys; print(workbench.__file__); print(workbench.__version__)"
    file, version = run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert Path(file).is_relative_to(installed.parent)
    assert version == workbench.__version__


def test_an_audit_from_any_folder(installed: Path, tmp_path: Path) -> None:
    home = {"WORKBENCH_HOME": str(tmp_path / "home")}
    command = installed / "workbench"
    run(command, "sample", "--branches", "40", "--seed", "7", "--out", "台账", cwd=tmp_path, **home)
    done = run(
        command, "audit", "台账", "--as-of", "2026-08-31", "--out", "结果", "--junit", "junit.xml", "--xlsx", "清单.xlsx",
        cwd=tmp_path, ok=(1, 3), **home,
    )
    receipt = json.loads((tmp_path / "结果" / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["as_of"] == "2026-08-31"
    assert {d["id"] for d in receipt["documents"]} == {p.name for p in (ROOT / "expectations").iterdir() if p.is_dir()}
    assert receipt["suites"] and (tmp_path / "junit.xml").stat().st_size and (tmp_path / "清单.xlsx").stat().st_size
    assert "secretary-2022-" in done.stdout and "workbench serve" in done.stdout
    listed = run(command, "requirements", "--document", "xinfang-bureau", cwd=tmp_path).stdout
    assert "xinfang-bureau-" in listed


def test_the_notebooks_are_found(installed: Path, tmp_path: Path) -> None:
    code = (
        "from workbench.resources import resource; import nbformat\n"
        "for p in sorted(resource('notebooks').glob('*.ipynb')): nbformat.validate(nbformat.read(p, 4)); print(p.name)"
    )
    names = run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert len([name for name in names if name[:2].isdigit()]) == 4
    assert "dashboard.ipynb" in names
