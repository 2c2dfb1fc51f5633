"""Rows that are listed and never judged (``listed.yaml`` of a version): not scored or excluded, with their reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.errors import SuiteError
from workbench.requirements import reading
from workbench.requirements.entries import identifier_of
from workbench.requirements.model import DocumentVersion, Listed, Treatment

#: Treatments a listed row may have.
TREATMENTS = (Treatment.NOT_SCORED, Treatment.EXCLUDED)


def read_listed(data: Mapping[str, Any], head: DocumentVersion, place: str) -> list[Listed]:
    """The listed rows of one file; :class:`SuiteError` for an unknown key or treatment, a missing reason, no rows."""
    rows = data["listed"]
    if not isinstance(rows, list) or not rows:
        raise SuiteError("listed 应为列表", place=place, found=reading.shown(rows), expected="- requirement: …")
    return [_row(row, head, place, f"{place} listed[{i}]") for i, row in enumerate(rows)]


def _row(row: Any, head: DocumentVersion, file: str, place: str) -> Listed:
    row = reading.mapping(row, place)
    reading.check_keys(row, place, required=("requirement", "clause", "description", "treatment", "reason"))
    identifier = identifier_of(row["requirement"], f"{place}.requirement")
    place = f"{place}（{identifier}）"
    return Listed(
        id=identifier,
        document=head.id,
        document_title=head.title,
        version=head.version,
        clause=reading.text(row["clause"], f"{place}.clause"),
        description=reading.text(row["description"], f"{place}.description"),
        treatment=Treatment(reading.one_of(row["treatment"], f"{place}.treatment", TREATMENTS)),
        reason=reading.text(row["reason"], f"{place}.reason"),
        file=file,
    )
