"""Rows listed with their reason, and what an inspector looks at: read beside the judged ones, without touching them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from workbench.requirements import Guidance, Treatment, load_suites

DAY = date(2026, 8, 31)


def test_every_treatment_is_read(
    entry: dict[str, Any], on_site: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path],
    suites: Path,
) -> None:
    write(entry)
    write(on_site, file="checklist.yaml")
    write_listed()
    found = load_suites(as_of=DAY, directory=suites)
    judged, looked_at = found.requirements
    assert (judged.treatment, judged.guidance) == (Treatment.AUTOMATED, None)
    assert looked_at.treatment is Treatment.CHECKLIST
    assert looked_at.guidance == Guidance(look="公开栏", evidence="公开记录", faults="久未更新")
    assert (looked_at.kwargs, looked_at.lower, looked_at.upper) == ({}, 1, None)
    (row,) = found.listed
    assert (row.id, row.treatment, row.reason) == ("local-2026-3", Treatment.NOT_SCORED, "无可核查的动作")
    assert (row.document, row.version, row.clause) == ("local-2026", "2022-01-01", "第三条")
    assert [name for name, _ in found.documents[0].files] == [
        f"local-2026/2022-01-01/{name}.yaml" for name in ("checklist", "lectures", "listed")
    ]


def test_a_document_may_hold_listed_rows_only(write_listed: Callable[..., Path], suites: Path) -> None:
    write_listed(treatment="excluded")
    found = load_suites(as_of=DAY, directory=suites)
    assert found.requirements == () and [row.treatment for row in found.listed] == [Treatment.EXCLUDED]


def test_rows_of_a_version_not_in_force_are_not_listed(
    entry: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path], suites: Path
) -> None:
    write_listed()
    write(entry, since="2026-09-01")
    assert [len(load_suites(as_of=day, directory=suites).listed) for day in (DAY, date(2026, 9, 1))] == [1, 0]


def test_guidance_is_part_of_the_fingerprint_of_its_own_row_only(
    entry: dict[str, Any], on_site: dict[str, Any], write: Callable[..., Path], write_listed: Callable[..., Path],
    suites: Path,
) -> None:
    def prints() -> dict[str, str]:
        return {r.id: r.fingerprint for r in load_suites(as_of=DAY, directory=suites).requirements}

    write(entry)
    alone = prints()
    write(on_site, file="checklist.yaml")
    write_listed()
    before = prints()
    assert before["local-2026-1"] == alone["local-2026-1"]
    on_site["meta"]["look"] = "会议室"
    write(on_site, file="checklist.yaml")
    assert {i for i, sha in prints().items() if sha != before[i]} == {"local-2026-2"}
