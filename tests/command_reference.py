"""``docs/commands.md``: every command of the ledger with its arguments and options, written from the program.

Run ``python -m tests.command_reference`` after a change; ``tests/test_docs.py`` holds the page to the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from workbench.cli.app import app

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
#: Options that most commands share: explained once.
SHARED = ("--ledger", "--by", "--on", "--why", "--evidence", "--run", "--year", "--as-of")
_HEAD = """# 督查台账的命令

本页由程序写出（`python -m tests.command_reference`）。另见 `docs/ledger.md`（台账的规则）和每个命令的 `--help`。

各命令共有的选项：
"""


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Name and command, groups that do something by themselves included."""
    if getattr(command, "invoke_without_command", True):
        yield name, command
    for inner, sub in getattr(command, "commands", {}).items():
        yield from commands(sub, f"{name} {inner}")


def ledger_commands() -> dict[str, Any]:
    """Every command of ``workbench ledger``, and ``workbench due``."""
    known = typer.main.get_command(app).commands
    return dict([*commands(known["ledger"], "ledger"), *commands(known["due"], "due")])


def page() -> str:
    """The page as it ought to be."""
    found = ledger_commands()
    shared: dict[str, Any] = {}
    for command in found.values():
        for p in options(command):
            if p.opts[0] in SHARED:
                shared.setdefault(p.opts[0], p)
    lines = [_HEAD, *(f"- {told(shared[name])}" for name in SHARED), "", "| 命令 | 作用 | 其他选项 |", "|---|---|---|"]
    for name, command in found.items():
        arguments = " ".join(p.metavar for p in command.params if p.param_type_name == "argument")
        purpose = " ".join(x.strip() for x in (command.help or "").split("\n") if x.strip())
        own = "；".join(told(p) for p in options(command) if p.opts[0] not in SHARED)
        lines.append(f"| `workbench {name}{' ' + arguments if arguments else ''}` | {purpose} | {own} |")
    return "\n".join(lines) + "\n"


def options(command: Any) -> list[Any]:
    """Options of a command but ``--help``."""
    return [p for p in command.params if p.param_type_name == "option" and p.opts != ["--help"]]


def told(option: Any) -> str:
    """An option with its metavar and help."""
    name = f"{option.opts[0]} {option.metavar}" if option.metavar else option.opts[0]
    return f"`{name.replace('|', chr(92) + '|')}` {option.help}" + ("（必填）" if option.required else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
