"""What people look at: the overview of a run, in a notebook or served by Voilà. Reads run folders and the ledger.

    >>> from workbench.dashboards import Overview

In a notebook ``Overview(run)`` as the last line of a cell shows the page that ``workbench serve`` opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Overview"]

if TYPE_CHECKING:
    from workbench.dashboards.overview import Overview


def __getattr__(name: str) -> Any:
    """``Overview`` on first use: the server and the command line need no widgets."""
    if name == "Overview":
        from workbench.dashboards.overview import Overview

        return Overview
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
