"""Every planted fault is found and nothing else fails: on `sample_data/` as ledgers, and on other days and seeds."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
import yaml

from workbench.audit.engine import _undisturbed, facts_for
from workbench.audit.run import Run
from workbench.audit.verdicts import decide, prepare
from workbench.records.intake import intake
from workbench.requirements import load_requirements, load_suites
from workbench.requirements.adoption import load_adoption
from workbench.requirements.shapes import SHAPES
from workbench.sample import faults_mended, make_sample
from workbench.sample.adoption import FILE
from workbench.sample.faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
#: Verdicts that planting may cause; 数据不足 and 检查出错 would hide a fault, so nothing may have them.
WATCHED = {"未达标", "进度滞后", "待人工核实", "豁免", "数据不足", "检查出错"}


def planted(folder: Path) -> dict[tuple[str, str], str]:
    data = yaml.safe_load((folder / "planted.yaml").read_text(encoding="utf-8"))
    return {(e["subject"], e["requirement"]): e["verdict"] for e in data["planted"]}


def watched(rows: list[dict]) -> dict[tuple[str, str], str]:
    """Results somebody must look at; a row on site that nobody has answered yet is no finding."""
    return {(r["subject"], r["requirement"]): r["verdict"] for r in rows
            if r["verdict"] in WATCHED and not (r["verdict"] == "待人工核实" and r["missed"] == 0)}


def judge(folder: Path, as_of: date, year: int | None = None) -> list[dict]:
    suites = load_suites(as_of=as_of, year=year)
    with intake(folder) as records:
        with closing(facts_for(records.con, suites.requirements, as_of, year)) as facts, _undisturbed():
            context = prepare(facts, suites.requirements, adoption=load_adoption(folder / FILE, suites=suites))
            return facts.tables.rows(decide(context, suites.requirements))


@pytest.mark.parametrize(("day", "open_then", "mended_then"), [
    ((7, 22), 12, 0), ((7, 23), 11, 1), ((8, 12), 2, 10), ((8, 13), 1, 11), ((8, 31), 1, 11),
])
def test_what_is_mended_on_its_day_is_implied_until_the_day_before(
    day: tuple[int, int], open_then: int, mended_then: int
) -> None:
    known = [f for f in faults_mended.FAULTS if f.day <= day]
    assert sum(f.implied(day) == f.implies for f in known) == open_then
    assert sum(f.mended is not None and f.implied(day) == f.then for f in known) == mended_then


def test_sample_data_has_exactly_the_planted_faults(demo_run: Path) -> None:
    results = Run(demo_run).results
    assert results["requirement"].nunique() > 600
    assert len(results) > 80_000
    assert watched(results.to_dict("records")) == planted(ROOT / "sample_data")


@pytest.mark.parametrize(("seed", "as_of", "at_least"), [
    (7, date(2026, 5, 31), 130),
    (8, date(2026, 7, 15), 190),
    (9, date(2026, 12, 31), 240),
    (10, date(2024, 8, 31), 220),
])
def test_other_seeds_and_days(tmp_path: Path, seed: int, as_of: date, at_least: int) -> None:
    folder = make_sample(200, seed, tmp_path / "city", as_of=as_of, form="parquet")
    expected = planted(folder)
    assert len(expected) >= at_least
    assert watched(judge(folder, as_of)) == expected


@pytest.mark.parametrize(("seed", "day"), [(4, date(2026, 8, 31)), (5, date(2026, 3, 31))])
def test_without_faults_nobody_fails(tmp_path: Path, seed: int, day: date) -> None:
    folder = make_sample(60, seed, tmp_path / "city", as_of=day, form="parquet", faults=False)
    rows = judge(folder, day)
    assert len(rows) > 15_000
    assert watched(rows) == planted(folder)


@pytest.fixture(scope="module")
def whole_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of 300 branches without faults at the end of a year."""
    folder = tmp_path_factory.mktemp("whole_year") / "city"
    return make_sample(300, 12, folder, as_of=date(2026, 12, 31), form="parquet", faults=False)


def test_what_was_open_at_the_end_of_the_year_is_not_undone_after_it(whole_year: Path) -> None:
    rows = judge(whole_year, date(2027, 1, 31), 2026)
    assert len(rows) > 15_000
    assert watched(rows) == planted(whole_year)


def test_nearly_every_requirement_judges_somebody(whole_year: Path) -> None:
    rows = judge(whole_year, date(2026, 12, 31))
    assert watched(rows) == planted(whole_year)
    automated = {r.id for r in load_requirements(as_of=date(2026, 12, 31)) if r.shape != "expect_checklist"}
    silent = automated - {r["requirement"] for r in rows if r["verdict"] in ("达标", "进行中")}
    assert silent <= {
        "luoyang-2020-27-2",  # its day was in 2020
        "luoyang-2020-29-6",  # nobody has unfit points two years running
        "xinfang-bureau-3.11-4",  # every complex matter is settled by the end of the year
        "secretary-2022-12.3-8",  # few are so grave
        # Nobody is in arrears for long, nobody pays for another: only faults make such units.
        "xinfang-bureau-2.7-2", "xinfang-bureau-2.7.2-4", "xinfang-bureau-2.7.1-2",
        # One holds by a day of the past, one binds leading groups, none of which adopts its document.
        "luoyang-2020-26-2", "feicheng-standard-4.3-2",
    }


def test_faults_cover_every_shape_and_process() -> None:
    requirements = {r.id: r for r in load_requirements(as_of=date(2026, 8, 31))}
    implied = {requirement for fault in FAULTS for requirement, _ in fault.implies}
    assert implied <= set(requirements)
    assert {requirements[i].shape for i in implied} == set(SHAPES)
    processes = {p for r in requirements.values() if (p := r.kwargs.get("process"))}
    # The one process without a fault is judged in 2020 only.
    assert processes - {requirements[i].kwargs.get("process") for i in implied} == {"支部整顿"}
    assert {i.rsplit("-", 2)[0] for i in implied} == {r.document for r in requirements.values()}
