"""What people decide after an audit: findings, cards, five lists, appraisals, inspections (督查的后半程).

    >>> from workbench.ledger import Act, Ledger, sync

The names below are public; they are loaded when first used, so that what only asks for one of them stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Public name → module it comes from.
_HOMES = {
    "Act": "workbench.ledger.events",
    "Event": "workbench.ledger.events",
    "Finding": "workbench.ledger.findings",
    "Ledger": "workbench.ledger.ledger",
    "Store": "workbench.ledger.store",
    "SyncReport": "workbench.ledger.sync",
    "run_id": "workbench.ledger.runs",
    "sync": "workbench.ledger.sync",
}

__all__ = ["Act", "Event", "Finding", "Ledger", "Store", "SyncReport", "run_id", "sync"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
