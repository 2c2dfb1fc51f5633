"""Which version of a document counts on which day; both ends of its span."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.requirements import load_requirements, load_suites


@pytest.fixture
def two_versions(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> Path:
    """2 lectures a quarter from 2022-01-01 to 2023-12-31, 3 from 2024-07-01 to 2026-06-30; nothing between."""
    write(entry, effective_to="2023-12-31")
    entry["kwargs"]["minimum"] = 3
    write(entry, since="2024-07-01", effective_to="2026-06-30")
    return suites


@pytest.mark.parametrize(
    ("day", "minimum"),
    [
        ("2021-12-31", None), ("2022-01-01", 2), ("2023-12-31", 2), ("2024-01-01", None), ("2024-06-30", None),
        ("2024-07-01", 3), ("2026-06-30", 3), ("2026-07-01", None),
    ],
)
def test_version_by_day(day: str, minimum: int | None, two_versions: Path) -> None:
    suites = load_suites(as_of=date.fromisoformat(day), directory=two_versions)
    assert [r.kwargs["minimum"] for r in suites.requirements] == ([] if minimum is None else [minimum])
    assert suites.documents[0].in_force == (minimum is not None)


def test_an_audited_year_that_is_over_counts_on_its_last_day(two_versions: Path) -> None:
    (found,) = load_requirements(as_of=date(2025, 3, 1), year=2023, directory=two_versions)
    assert (found.kwargs["minimum"], found.version) == (2, "2022-01-01")
    assert found.effective_from == date(2022, 1, 1) and found.effective_to == date(2023, 12, 31)


def test_an_audited_year_not_over_counts_as_of_the_day(two_versions: Path) -> None:
    assert load_requirements(as_of=date(2024, 6, 30), year=2024, directory=two_versions) == []


def test_versions_differ_in_fingerprint(two_versions: Path) -> None:
    old, new = (
        load_requirements(as_of=date.fromisoformat(day), directory=two_versions)[0]
        for day in ("2023-01-01", "2025-01-01")
    )
    assert old.id == new.id and old.fingerprint != new.fingerprint
