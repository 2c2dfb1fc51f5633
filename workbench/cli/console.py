"""Output of the commands: text and tables on stdout, notices and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

#: Width of tables when the output is no terminal: a file or a CI log does not wrap.
PLAIN_WIDTH = 160


@cache
def out() -> Console:
    """The console for results."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)


@cache
def err() -> Console:
    """The console for notices, errors and progress."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else PLAIN_WIDTH)


class ProgressBar:
    """``progress(stage, done, total)`` as one bar; a stage without a total shows that it is alive."""

    def __init__(self, bars: Progress):
        self._bars = bars
        self._task = bars.add_task("", total=None)

    def __call__(self, stage: str, done: int = 0, total: int | None = None) -> None:
        self._bars.update(self._task, description=escape(stage), completed=done, total=total or None)


@contextmanager
def progress() -> Iterator[ProgressBar | None]:
    """Progress on stderr while long work runs; None when stderr is no terminal."""
    if not err().is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as bars:
        yield ProgressBar(bars)
