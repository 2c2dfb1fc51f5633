"""What ``deploy/`` and docs/deploy.md tell an administrator to run exists, and the unit fits itself."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from workbench.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "deploy" / "ducha@.service"
DOC = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")


def settings() -> dict[str, list[str]]:
    """Values of the unit by key, in their order (a key may stand more than once)."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def problems(words: list[str]) -> list[str]:
    """What the program would not know of a command line that begins after ``workbench``."""
    command = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words[0]]
        words = words[1:]
    if getattr(command, "commands", None):
        return [f"no such command: {words[:1]}"]
    known = {o for p in command.params if p.param_type_name == "option" for o in p.opts}
    return [w for w in words if w.startswith("--") and w not in known]


def command_lines() -> list[list[str]]:
    """Every ``workbench …`` in the indented blocks of the page, without comments, and that of the unit."""
    lines = [line.split("   #")[0] for line in DOC.splitlines() if line.startswith("    ")]
    found = [re.split(r"(?:^|[\s/])workbench ", line, maxsplit=1)[1] for line in lines if "workbench " in line]
    return [shlex.split(line) for line in [*found, settings()["ExecStart"][0].split("/workbench ", 1)[1]]]


def test_commands_and_flags_exist() -> None:
    lines = command_lines()
    assert len(lines) >= 6
    assert {" ".join(line): problems(line) for line in lines if problems(line)} == {}
    assert problems(["serve", "--no-such-flag"]) and problems(["ledger", "no-such-command"])


def test_the_unit_starts_what_the_page_describes() -> None:
    unit = settings()
    words = shlex.split(unit["ExecStart"][0])
    assert words[0] == f"{unit['WorkingDirectory'][0]}/venv/bin/workbench"
    assert words[words.index("--port") + 1] == "%i", "the port is the instance"
    # Behind the proxy, with login, and never open to others by itself.
    assert "--proxied" in words and "--users" in words and "--host" not in words
    folder = words[words.index("--base-url") + 1]
    assert f"location {folder} {{" in DOC and f"Path={folder};" in DOC
    environment = dict(entry.split("=", 1) for value in unit["Environment"] for entry in value.split())
    assert environment["HOME"] == environment["WORKBENCH_HOME"]
    assert environment["JUPYTER_RUNTIME_DIR"] == f"/run/{unit['RuntimeDirectory'][0]}"
    # What is written lies where it may be written: the ledger's folder and the home, nothing else.
    writable = unit["ReadWritePaths"][0].split()
    ledger = Path(unit["WorkingDirectory"][0]) / words[words.index("--ledger") + 1]
    assert sorted(writable) == sorted([str(ledger.parent), environment["HOME"]])
    assert unit["ProtectSystem"] == ["strict"] and unit["IPAddressDeny"] == ["any"]


@pytest.mark.parametrize("name", ["ducha@.service", "journald@ducha.conf"])
def test_the_page_names_what_is_shipped(name: str) -> None:
    assert (ROOT / "deploy" / name).is_file() and f"deploy/{name}" in DOC


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """Under its own name and with a program that exists here, as systemd asks."""
    copy = tmp_path / "ducha@.service"
    text = UNIT.read_text(encoding="utf-8")
    copy.write_text(text.replace("/srv/ducha/venv/bin/workbench", sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "ducha@8866.service")], capture_output=True, text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "ducha" in line]
    assert (done.returncode, said) == (0, []), done.stderr
