"""A run as one viewer may read it: every table narrowed to an organisation and what lies under it.

The narrowing is done once, where the tables are opened; whoever asks them afterwards cannot see more.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from workbench.audit.run import Run, stored
from workbench.errors import RunError

#: Column of each table that says whose row it is.
_OWNER = {
    "organizations": "org_id", "results": "subject", "findings": "subject", "evidence": "subject", "due": "subject",
    "cases": "org_id", "secretaries": "org_id",
}
#: Counts of a file tell of everybody whose rows it holds.
_COUNTS = ("rows_read", "rows_accepted", "rows_rejected")
#: Lists of the receipt whose entries name their organisation under ``subject``.
_OWN = ("exemptions", "permissions")
#: Of the receipt, what says nothing of any organisation. Everything else is left out or narrowed.
_GENERAL = (
    "format", "as_of", "year", "documents", "parameters", "suites", "versions", "evidence", "missing", "listed",
    "catalogue", "treatments", "coverage", "conflicts",
)


def relation(run: Path, name: str, scope: str | None) -> str:
    """What stands after FROM to read a table of the run within the scope (None: all of it)."""
    whole = stored(run, name)
    if scope is None:
        return whole
    own = f"SELECT org_id FROM {_within(run, scope)}"
    if name == "sources":
        unknown = ", ".join(f"NULL::BIGINT AS {column}" for column in _COUNTS)
        cited = f"SELECT source_id FROM {stored(run, 'evidence')} WHERE subject IN ({own})"
        return f"(SELECT * REPLACE ({unknown}) FROM {whole} WHERE source_id IN ({cited}))"
    return f"(SELECT * FROM {whole} WHERE {_OWNER[name]} IN ({own}))"


def _within(run: Path, scope: str) -> str:
    """Organisations of the scope. UNION, not UNION ALL: a ring of superiors in a ledger must not run for ever."""
    whole = stored(run, "organizations")
    return (
        f"(WITH RECURSIVE own(org_id) AS (SELECT org_id FROM {whole} WHERE org_id = {_text(scope)} UNION"
        f" SELECT o.org_id FROM {whole} o JOIN own ON o.parent_id = own.org_id) FROM own)"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class ScopedRun(Run):
    """A run within a scope; with scope None it is the run.

    What the receipt says of everybody is left out (counts, file names, examples); ``receipt["scope"]`` then names the
    organisation, so that a page can say that it shows a part.
    Raises :class:`~workbench.errors.RunError` when the run does not know the organisation.
    """

    def __init__(self, path: str | Path, scope: str | None = None):
        super().__init__(path)
        self.scope = scope
        self.receipt["scope"] = None
        if scope is None:
            return
        try:
            self.receipt = self._own_receipt(self.receipt)
        except duckdb.Error as e:
            raise RunError("督查结果无法读取", place=str(path), found=str(e).splitlines()[0],
                           next_step="文件可能损坏，请用 workbench audit 重新生成督查结果") from e

    def relation(self, name: str) -> str:
        return relation(self.path, name, self.scope)

    @cached_property
    def own(self) -> frozenset[str]:
        """The organisations of the scope."""
        return frozenset(row["org_id"] for row in self.rows("SELECT org_id FROM organizations"))

    def _own_receipt(self, receipt: dict[str, Any]) -> dict[str, Any]:
        names = {r["org_id"]: r["name"] for r in self.rows("SELECT org_id, name FROM organizations")}
        if self.scope not in names:
            raise RunError("督查结果中没有您可以查看的组织", found=str(self.scope),
                           next_step="请管理员用 workbench users scope 核对查看范围")
        verdicts = self.rows("SELECT verdict, count(*) AS n FROM results GROUP BY 1")
        adoption = receipt.get("adoption")
        return {
            **{name: receipt[name] for name in _GENERAL if name in receipt},
            "scope": self.scope, "city": names[self.scope],
            "verdicts": {row["verdict"]: row["n"] for row in verdicts}, "exit_code": None,
            "rows": {}, "sources": [], "unplaced": [],
            # That something was not read is told, whose file it was is not.
            "unread": [{"file": "", "problem": ""}] if receipt["unread"] else [],
            "broken": dict.fromkeys(receipt["broken"], ""),
            "adoption": adoption and {**adoption, "entries": []},
            **{name: [entry for entry in receipt[name] if entry["subject"] in names] for name in _OWN},
        }
