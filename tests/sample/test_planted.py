"""Every planted fault is found and nothing else fails: on `sample_data/` as ledgers, and on other days and seeds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from workbench.audit.engine import facts_for
from workbench.audit.run import Run
from workbench.audit.verdicts import decide, prepare
from workbench.records.intake import intake
from workbench.requirements import load_requirements
from workbench.sample import make_sample

ROOT = Path(__file__).resolve().parents[2]
#: Verdicts that planting may cause; 数据不足 and 检查出错 would hide a fault, so nothing may have them.
WATCHED = {"未达标", "进度滞后", "待人工核实", "豁免", "数据不足", "检查出错"}


def planted(folder: Path) -> dict[tuple[str, str], str]:
    data = yaml.safe_load((folder / "planted.yaml").read_text(encoding="utf-8"))
    return {(e["subject"], e["requirement"]): e["verdict"] for e in data["planted"]}


def watched(rows: list[dict]) -> dict[tuple[str, str], str]:
    return {(r["subject"], r["requirement"]): r["verdict"] for r in rows if r["verdict"] in WATCHED}


def judge(folder: Path, as_of: date) -> list[dict]:
    requirements = load_requirements(as_of=as_of)
    with intake(folder) as records:
        context = prepare(facts_for(records.con, requirements, as_of, None), requirements)
        return records.con.to_pyarrow(decide(context, requirements)).to_pylist()


def test_sample_data_has_exactly_the_planted_faults(demo_run: Path) -> None:
    results = Run(demo_run).results
    assert results["requirement"].nunique() == 77
    assert len(results) > 15_000
    assert watched(results.to_dict("records")) == planted(ROOT / "sample_data")


@pytest.mark.parametrize(("seed", "as_of", "at_least"), [
    (7, date(2026, 5, 31), 40),
    (8, date(2026, 7, 15), 60),
    (9, date(2026, 12, 31), 70),
    (10, date(2024, 8, 31), 70),
])
def test_other_seeds_and_days(tmp_path: Path, seed: int, as_of: date, at_least: int) -> None:
    folder = make_sample(200, seed, tmp_path / "city", as_of=as_of, form="parquet")
    expected = planted(folder)
    assert len(expected) >= at_least
    assert watched(judge(folder, as_of)) == expected


def test_without_faults_nobody_fails(tmp_path: Path) -> None:
    folder = make_sample(60, 4, tmp_path / "city", form="parquet", faults=False)
    rows = judge(folder, date(2026, 8, 31))
    assert len(rows) > 2_000
    assert watched(rows) == {}
