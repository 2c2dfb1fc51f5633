"""What people look at: the overview of a run, in a notebook or served by Voilà. Reads run folders only."""

from __future__ import annotations

from typing import Any

__all__ = ["Overview"]


def __getattr__(name: str) -> Any:
    """``Overview`` on first use: the server and the command line need no widgets."""
    if name == "Overview":
        from workbench.dashboards.overview import Overview

        return Overview
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
