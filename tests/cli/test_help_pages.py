"""Help of the commands that came with the ledger: Chinese, and whole on a narrow terminal."""

from __future__ import annotations

import re

import pytest
import typer

from workbench.cli import main
from workbench.cli.app import app


def every_command() -> list[str]:
    found = []

    def walk(command: object, name: str) -> None:
        found.append(name)
        for inner, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{name} {inner}".strip())

    for name in ("ledger", "due", "season"):
        walk(typer.main.get_command(app).commands[name], name)
    return found


def test_help_is_in_chinese_and_whole_at_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for command in every_command():
        assert main([*command.split(), "--help"]) == 0
        shown = capsys.readouterr().out
        assert re.search("[\u4e00-\u9fff]", shown) and "显示此帮助" in shown, command
        # Cut text ends in an ellipsis; metavars have none.
        assert "\u2026" not in shown, command
        assert not re.search(r"Show this message|Arguments|default|required", shown), command
