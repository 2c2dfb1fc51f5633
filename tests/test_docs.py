"""Both READMEs are held to the code: commands, flags, make targets, exit codes, API names, paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import workbench
from tests.command_reference import PAGE, ledger_commands, page
from workbench.cli.app import app
from workbench.exit_codes import EXIT_CODE_MEANINGS, ExitCode

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.zh-CN.md"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> dict[str, dict[str, set[str]]]:
    """Command → its ``flags`` and ``arguments`` (as shown), from the program itself; subcommands as "group command"."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():
        if getattr(command, "invoke_without_command", True):  # a group that does nothing by itself is no command
            found[name] = parameters(command)
        if name == "ledger":  # has a page of its own: docs/commands.md
            continue
        for inner, subcommand in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = parameters(subcommand)
    return found


def parameters(command: Any) -> dict[str, set[str]]:
    options = [p for p in command.params if p.param_type_name == "option"]
    arguments = {p.metavar for p in command.params if p.param_type_name == "argument"}
    return {"flags": {o for p in options for o in p.opts}, "arguments": arguments}


def documented(text: str) -> dict[str, dict[str, set[str]]]:
    """The same from the table of commands in a README."""
    found = {}
    for line in text.splitlines():
        row = re.match(r"\| `workbench ([a-z]+(?: [a-z]+)?)([^`]*)` \|", line)
        if row:
            flags = set(re.findall(r"`(--[a-z-]+)", line))
            found[row.group(1)] = {"flags": flags, "arguments": set(re.findall(r"[A-Z]+", row.group(2)))}
    return found


@pytest.mark.parametrize("readme", READMES)
def test_every_command_and_flag_is_in_the_table_and_no_other(readme: str) -> None:
    assert documented(read(readme)) == commands()


@pytest.mark.parametrize("readme", READMES)
def test_commands_shown_in_examples_exist(readme: str) -> None:
    known = commands() | {name: parameters(command) for name, command in ledger_commands().items()}
    group = r"(?:show|coverage|compare|export)\b|(?<=ledger )[a-z-]+"
    shown = re.findall(rf"^workbench ([a-z]+(?: (?:{group}))?)(.*)$", read(readme), re.MULTILINE)
    assert shown
    for command, rest in shown:
        assert set(re.findall(r"--[a-z-]+", rest)) <= known[command]["flags"]


def test_the_page_of_the_ledgers_commands_is_that_of_the_program() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.command_reference"


@pytest.mark.parametrize("readme", READMES)
def test_make_targets(readme: str) -> None:
    phony = re.search(r"^\.PHONY: (.+)$", read("Makefile"), re.MULTILINE)
    assert phony
    shown = set(re.findall(r"`?make ([a-z]+)", read(readme)))
    assert shown - {"and"} == set(phony.group(1).split())


@pytest.mark.parametrize("readme", READMES)
def test_exit_codes(readme: str) -> None:
    shown = [int(n) for n in re.findall(r"^\| (\d) \| ", read(readme), re.MULTILINE)]
    assert shown == [int(code) for code in ExitCode]


def test_meanings_of_exit_codes_are_those_the_program_prints() -> None:
    text = read("README.zh-CN.md").replace("`", "")
    for code in ExitCode:
        assert f"| {int(code)} | {EXIT_CODE_MEANINGS[code]} |" in text


@pytest.mark.parametrize("readme", READMES)
def test_the_python_names(readme: str) -> None:
    line = next(x for x in read(readme).splitlines() if "`open_run`" in x)
    assert sorted(re.findall(r"`(\w+)`", line)) == sorted(workbench.__all__)


@pytest.mark.parametrize("readme", READMES)
def test_places_exist(readme: str) -> None:
    folders = r"(?:workbench|expectations|sample_data|notebooks|docs|tests|\.ci)"
    places = set(re.findall(rf"`({folders}/[\w./-]*)`", read(readme)))
    assert places
    assert {p for p in places | {".ci/run", "constraints.txt"} if not (ROOT / p).exists()} == set()


#: Set by the program for its own kernels, not by people.
INTERNAL = {"WORKBENCH_RUN", "WORKBENCH_TICKET_KEY"}


@pytest.mark.parametrize("readme", READMES)
def test_environment_variables(readme: str) -> None:
    sources = [*(ROOT / "workbench").rglob("*.py"), *(ROOT / "tests").rglob("conftest.py"), ROOT / ".ci" / "run"]
    used = {name for path in sources for name in re.findall(r"WORKBENCH_[A-Z_]+", path.read_text(encoding="utf-8"))}
    assert set(re.findall(r"WORKBENCH_[A-Z_]+", read(readme))) == used - INTERNAL


def test_both_readmes_say_the_same() -> None:
    english, chinese = (read(name) for name in READMES)

    def skeleton(text: str) -> list[str]:
        marked = [line for line in text.splitlines() if line.startswith(("## ", "- ", "|", "```"))]
        return [re.sub(r"[^#|`-].*", "", line) for line in marked]

    def blocks(text: str) -> list[str]:
        return re.findall(r"```\n(.*?)```", text, re.DOTALL)

    assert skeleton(english) == skeleton(chinese)
    assert blocks(english) == blocks(chinese)


@pytest.mark.parametrize("readme", READMES)
def test_they_open_with_the_two_commands(readme: str) -> None:
    assert re.findall(r"```\n(.*?)```", read(readme), re.DOTALL)[0].split("\n")[:2] == ["make demo", "make test"]
