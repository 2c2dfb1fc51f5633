"""The program as a shell starts it: exit codes, output and tidying up survive its quick end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def program(*words: object, before: str = "", **settings: str) -> subprocess.CompletedProcess:
    """``workbench`` in a process of its own; ``before`` is run there first."""
    script = f"import sys; sys.argv = ['workbench', *{[str(w) for w in words]!r}]\n{before}\n"
    return subprocess.run(
        [sys.executable, "-c", script + "from workbench.__main__ import run; run()"],
        cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, encoding="utf-8",
    )


def test_output_to_a_pipe_arrives_whole_and_what_is_registered_is_tidied_up() -> None:
    done = program("requirements", "coverage", before="import atexit; atexit.register(print, '最后一行')")
    assert done.returncode == 0
    assert "xinfang-bureau" in done.stdout
    assert done.stdout.rstrip().endswith("最后一行")
    assert done.stderr == ""


def test_a_mistake_ends_with_its_message_and_code() -> None:
    done = program("template", "模板.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "模板须为 xlsx 文件" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_ours_is_not_hidden() -> None:
    done = program("--version", before="import workbench.cli.app as a; a.app = lambda **_: 1 / 0")
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stderr


def test_an_audit_that_cannot_begin_leaves_no_process_and_no_folder(tmp_path: Path) -> None:
    done = program("audit", tmp_path / "没有", "--as-of", "2026-08-31", TMPDIR=str(tmp_path))
    assert done.returncode == 2
    assert "台账不存在" in done.stderr
    assert list(tmp_path.iterdir()) == []
    judging = [p for p in Path("/proc").glob("[0-9]*/environ") if _holds(p, f"PYTHONPATH={ROOT}", str(tmp_path))]
    assert judging == []


def _holds(environ: Path, *texts: str) -> bool:
    try:
        found = environ.read_bytes()
    except OSError:  # ended, or somebody else's
        return False
    return all(text.encode() in found for text in texts)
