"""Progress on a terminal and silence elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from workbench.cli import console


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal whose output can be read."""
    written = io.StringIO()
    terminal = Console(file=written, force_terminal=True, width=100)
    monkeypatch.setattr(console, "err", lambda: terminal)
    return written


def test_stages_and_shares_are_shown(screen: io.StringIO) -> None:
    with console.progress() as report:
        assert report is not None
        report("读入[三会一课].xlsx", 5, 20)
        report._bars.refresh()
        assert "读入[三会一课].xlsx" in screen.getvalue() and "25%" in screen.getvalue()
        report("写出结果", 0, None)
        report._bars.refresh()
    assert "写出结果" in screen.getvalue()


def test_no_bar_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = Console(file=io.StringIO(), force_terminal=False)
    monkeypatch.setattr(console, "err", lambda: quiet)
    with console.progress() as report:
        assert report is None
