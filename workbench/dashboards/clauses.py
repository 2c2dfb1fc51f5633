"""The rows of every document as one run knows them (条款): table, card, search, coverage; no browser, no widget.

All of it stands in the run folder, so that the page shows the requirements as they were when the run was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from workbench.dashboards.state import Absent, RunState, severity_label
from workbench.reports.coverage import RunCoverage, run_coverage
from workbench.vocabulary import Verdict

#: What of a row a reader may look for.
_SEARCHED = (
    "id", "clause", "description", "treatment_label", "binds", "required_text", "notes", "shape_label", "reason",
    "document_title",
)

#: What listed rows do not have.
_ABSENT = {"shape_label": "", "guidance": None, "parameters": {}, "notes": "", "effective_to": None}


class Clauses:
    """Rows, coverage and conflicts of the run behind ``state``."""

    def __init__(self, state: RunState):
        self.state = state
        self.receipt = state.receipt

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Every row in order: entries of ``requirements.json`` and of ``listed``, with ``treatment_label``,
        ``severity_label`` (empty for listed ones), ``failing`` and ``counts`` (:class:`RunCoverage`; None for
        listed ones)."""
        listed = {r["id"]: r for r in self.receipt["listed"]}
        _, counted = self._coverage
        counts = {c.requirement: c for c in counted}
        rows = []
        for name in self.receipt["catalogue"]:
            entry = self.state.by_id.get(name) or listed[name]
            rows.append({
                **_ABSENT, **entry, "treatment_label": self.receipt["treatments"][entry["treatment"]],
                "severity_label": severity_label(entry.get("severity")), "counts": counts.get(name),
                "prompt": entry.get("outcome") == Verdict.MANUAL,
                "failing": self.state.heatmap.total(name).failing,
            })
        return rows

    @cached_property
    def _coverage(self) -> tuple[list[RunCoverage], list[RunCoverage]]:
        return run_coverage(self.state.run)

    @cached_property
    def by_id(self) -> dict[str, dict[str, Any]]:
        """Rows by id."""
        return {row["id"]: row for row in self.rows}

    def select(self, *, text: str = "", document: str = "", treatment: str = "") -> list[str]:
        """Ids of the rows of the document and treatment (empty: any) that contain every word of the text."""
        words = text.casefold().split()
        return [
            row["id"] for row in self.rows
            if document in ("", row["document"]) and treatment in ("", row["treatment"])
            and all(word in _text_of(row) for word in words)
        ]

    def coverage(self) -> list[dict[str, Any]]:
        """One dict per document: that of the receipt with ``treated``, ``run`` (its :class:`RunCoverage`, None when
        not in force), ``failing``, ``version``, ``reason`` (why none is in force)."""
        found, _ = self._coverage
        ran = {c.document: c for c in found}
        documents = {d["id"]: d for d in self.receipt["documents"]}
        return [
            {
                **c, "treated": c["total"] - len(c["missing"]), "run": ran.get(c["document"]),
                "failing": self.state.heatmap.total(c["document"]).failing,
                **{key: documents[c["document"]][key] for key in ("version", "reason")},
            }
            for c in self.receipt["coverage"]
        ]

    def card(self, identifier: str) -> dict[str, Any]:
        """The row with its ``conflicts``.

        Raises :class:`~workbench.dashboards.state.Absent` when the run has none so numbered.
        """
        if identifier not in self.by_id:
            raise Absent("督查结果中没有这个条款编号", place=str(self.state.path), found=identifier)
        return {**self.by_id[identifier], "conflicts": list(self._conflicts(identifier))}

    def _conflicts(self, identifier: str) -> Iterator[dict[str, Any]]:
        """Matters on which the row stands beside others: ``positions`` in order, the row's own marked ``mine``."""
        for conflict in self.receipt["conflicts"]:
            named = [r for p in conflict["positions"] for r in p["requirements"]]
            if identifier in named:
                positions = [
                    {
                        "says": p["says"], "mine": identifier in p["requirements"],
                        "rows": [{"id": r, "known": r in self.by_id} for r in p["requirements"]],
                        "document": next(
                            (self.by_id[r]["document_title"] for r in p["requirements"] if r in self.by_id), ""
                        ),
                        "stricter": [s for s in conflict["stricter"] if s["requirement"] in p["requirements"]],
                    }
                    for p in conflict["positions"]
                ]
                yield {**conflict, "positions": positions}


def _text_of(row: dict[str, Any]) -> str:
    """Everything of a row a reader may look for."""
    words = [row.get(key) or "" for key in _SEARCHED]
    words += [part for p in row.get("parameters", {}).values() for part in (p["label"], p["source_words"])]
    words += (row.get("guidance") or {}).values()
    return "\n".join(words).casefold()
