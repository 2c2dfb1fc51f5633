"""督查工作台: audits party-branch ledgers against the documents that bind them.

The names below are the Python API; everything else may change. They are loaded when first used, so that
``import workbench`` is instant.

    >>> import workbench
    >>> run = workbench.open_run("runs/demo")
    >>> run.receipt["as_of"]
    '2026-08-31'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.audit.run import Explanation, Run

__version__ = "0.1.0"

#: Public name → module and name it comes from. ``audit`` is the package itself, which can be called.
_HOMES = {
    "audit": ("workbench.audit", None),
    "compare": ("workbench.audit.compare", "compare"),
    "load": ("workbench.records.intake", "intake"),
    "load_requirements": ("workbench.requirements", "load_requirements"),
    "make_sample": ("workbench.sample", "make_sample"),
    "serve": ("workbench.dashboards.serve", "serve"),
    "write_template": ("workbench.records.template", "write_template"),
    "Ledger": ("workbench.ledger.ledger", "Ledger"),
    "Records": ("workbench.records.intake", "Records"),
    "Requirement": ("workbench.requirements", "Requirement"),
    "Run": ("workbench.audit.run", "Run"),
    "Verdict": ("workbench.vocabulary", "Verdict"),
    "WorkbenchError": ("workbench.errors", "WorkbenchError"),
}

__all__ = [
    "Ledger",
    "Records",
    "Requirement",
    "Run",
    "Verdict",
    "WorkbenchError",
    "audit",
    "compare",
    "explain",
    "load",
    "load_requirements",
    "make_sample",
    "open_run",
    "serve",
    "write_template",
]


def open_run(folder: str | Path) -> Run:
    """The run in ``folder``; raises :class:`workbench.errors.RunError` when it is none.

    >>> run = open_run("runs/demo")
    >>> set(run.findings["verdict"]) <= {"未达标", "待人工核实", "豁免"}
    True
    """
    from workbench.audit.run import Run

    return Run(folder)


def explain(run: Run | str | Path, subject: str, requirement: str) -> Explanation:
    """Why ``subject`` got its verdict under ``requirement``: clause, period, figures, parameters and the rows.

    ``run`` is a :class:`Run` or its folder. ``str()`` gives text, a notebook shows a page.

    >>> run = open_run("runs/demo")
    >>> finding = run.findings.iloc[0]
    >>> finding["verdict"] in str(explain(run, finding["subject"], finding["requirement"]))
    True
    """
    opened = open_run(run) if not hasattr(run, "explain") else run
    return opened.explain(subject, requirement)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}; it offers {', '.join(__all__)}")
    module, attribute = _HOMES[name]
    value = import_module(module) if attribute is None else getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
