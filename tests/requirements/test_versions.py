"""Which version of a document counts on which day; both ends of its span."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import SuiteError
from workbench.requirements import Adopts, load_requirements, load_suites


@pytest.fixture
def three_versions(entry: dict[str, Any], write: Callable[..., Path], suites: Path) -> Path:
    """2 lectures a quarter from 2022-01-01, 3 from 2024-07-01, 4 from 2025-03-01 to 2026-06-30.

    The first version says when it ends, the second leaves that to the third.
    """
    write(entry, effective_to="2024-06-30")
    entry["kwargs"]["minimum"] = 3
    write(entry, since="2024-07-01")
    entry["kwargs"]["minimum"] = 4
    write(entry, since="2025-03-01", effective_to="2026-06-30")
    return suites


@pytest.mark.parametrize(
    ("day", "minimum"),
    [
        ("2021-12-31", None), ("2022-01-01", 2), ("2024-06-30", 2), ("2024-07-01", 3), ("2025-02-28", 3),
        ("2025-03-01", 4), ("2026-06-29", 4), ("2026-06-30", 4), ("2026-07-01", None), ("2030-01-01", None),
    ],
)
def test_version_by_day(day: str, minimum: int | None, three_versions: Path) -> None:
    suites = load_suites(as_of=date.fromisoformat(day), directory=three_versions)
    assert [r.kwargs["minimum"] for r in suites.requirements] == ([] if minimum is None else [minimum])
    assert suites.documents[0].in_force == (minimum is not None)


def test_no_day_falls_through_to_an_older_version(three_versions: Path) -> None:
    """The last version ends on the day itself: it still counts; the day after nothing does, and the page says so."""
    (document,) = load_suites(as_of=date(2026, 6, 30), directory=three_versions).documents
    assert (document.version, document.effective_to, document.reason) == ("2025-03-01", date(2026, 6, 30), "")
    (document,) = load_suites(as_of=date(2026, 7, 1), directory=three_versions).documents
    assert (document.version, document.reason) == ("", "已于 2026-06-30 失效")
    (document,) = load_suites(as_of=date(2021, 12, 31), directory=three_versions).documents
    assert (document.version, document.reason) == ("", "2022-01-01 起施行，2021-12-31 尚未生效")


def test_an_audited_year_that_is_over_counts_on_its_last_day(three_versions: Path) -> None:
    (found,) = load_requirements(as_of=date(2026, 9, 1), year=2023, directory=three_versions)
    assert (found.kwargs["minimum"], found.version) == (2, "2022-01-01")
    assert found.effective_from == date(2022, 1, 1) and found.effective_to == date(2024, 6, 30)
    (found,) = load_requirements(as_of=date(2026, 9, 1), year=2024, directory=three_versions)
    assert found.version == "2024-07-01"


def test_an_audited_year_not_over_counts_as_of_the_day(three_versions: Path) -> None:
    assert load_requirements(as_of=date(2026, 7, 1), year=2026, directory=three_versions) == []
    (found,) = load_requirements(as_of=date(2024, 6, 30), year=2024, directory=three_versions)
    assert found.version == "2022-01-01"


@pytest.mark.parametrize(
    ("end", "problem"),
    [("2024-06-29", "空档"), ("2024-06-30", None), ("2024-07-01", "重叠"), ("2022-01-01", "空档"), ("2026-01-01", "重叠")],
)
def test_gap_and_overlap_are_errors(
    end: str, problem: str | None, entry: dict[str, Any], write: Callable[..., Path], suites: Path
) -> None:
    """Also between versions that are both past on the day asked for."""
    write(entry, effective_to=end)
    write(entry, since="2024-07-01", effective_to="2025-12-31")
    write(entry, since="2026-01-01")
    if problem is None:
        assert load_requirements(as_of=date(2026, 8, 31), directory=suites)[0].version == "2026-01-01"
        return
    with pytest.raises(SuiteError) as caught:
        load_requirements(as_of=date(2026, 8, 31), directory=suites)
    error = caught.value
    assert problem in error.message and error.place == "local-2026"
    assert end in error.found and "2024-06-30" in error.expected


def test_files_of_a_version_agree_on_whom_the_document_binds(
    entry: dict[str, Any], on_site: dict[str, Any], write: Callable[..., Path], suites: Path
) -> None:
    write(entry, adoption="explicit")
    write(on_site, file="checklist.yaml")
    with pytest.raises(SuiteError) as caught:
        load_suites(as_of=date(2026, 8, 31), directory=suites)
    assert caught.value.place.endswith("lectures.yaml meta.adoption")
    write(on_site, file="checklist.yaml", adoption="explicit")
    found = load_suites(as_of=date(2026, 8, 31), directory=suites)
    assert found.documents[0].adoption is Adopts.EXPLICIT
    assert {r.adoption for r in found.requirements} == {Adopts.EXPLICIT}


def test_versions_differ_in_fingerprint(three_versions: Path) -> None:
    old, new = (
        load_requirements(as_of=date.fromisoformat(day), directory=three_versions)[0]
        for day in ("2023-01-01", "2025-01-01")
    )
    assert old.id == new.id and old.fingerprint != new.fingerprint
