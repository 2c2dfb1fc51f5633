"""The exported suites run in plain Great Expectations, in a process that never loads the workbench, and agree."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from workbench.audit.run import Run
from workbench.audit.suites_export import export_suites
from workbench.cli import main

pytestmark = pytest.mark.slow

#: What somebody does who only has Great Expectations.
PLAIN = """
import json, sys
import great_expectations as gx
context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
result = context.checkpoints.get("all").run()
found = {}
for validation in result.run_results.values():
    for r in validation.results:
        assert not r.exception_info.get("raised_exception"), r.exception_info
        counts = r.result
        found[r.expectation_config.kwargs["column"]] = [
            counts["element_count"] - counts["missing_count"], counts["unexpected_count"], r.success,
            r.expectation_config.meta["clause"],
        ]
assert not [name for name in sys.modules if name.startswith("workbench")]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def exported(branch_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("套件") / "导出"
    assert main(["suites", "export", str(folder), "--run", str(branch_run.path)]) == 0
    return folder


def test_plain_great_expectations_finds_what_the_run_found(branch_run: Run, exported: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"GX_ANALYTICS_ENABLED": "False"}
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(exported)], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    results = branch_run.results[~branch_run.results["verdict"].isin(["不适用", "数据不足", "检查出错"])]
    failing = results[results["verdict"].isin(["未达标", "待人工核实", "豁免"]) & (results["missed"] > 0)]
    judged, failed = (t.dropna(subset="judged").groupby("requirement").size() for t in (results, failing))
    assert set(found) == {r["id"] for r in branch_run.requirements}
    clauses = {r["id"]: r["clause"] for r in branch_run.requirements}
    for requirement, counts in found.items():
        wanted = int(failed.get(requirement, 0))
        assert counts == [int(judged.get(requirement, 0)), wanted, wanted == 0, clauses[requirement]], requirement
    assert found["xinfang-bureau-2.1-1"][:3] == [5, 4, False]
    assert found["xinfang-bureau-2.2.3-1"][:2] == [5, 2]


def test_the_files_are_utf8_and_the_same_each_time(branch_run: Run, exported: Path, tmp_path: Path) -> None:
    export_suites(branch_run, tmp_path / "再次")
    files = sorted(p.relative_to(exported) for p in exported.rglob("*.json") if "uncommitted" not in p.parts)
    assert len(files) >= 2 * len({r["document"] for r in branch_run.requirements}) + 1
    for file in files:
        text = (exported / file).read_text(encoding="utf-8")
        assert not re.search(r"\\u[0-9a-f]{4}", text)
        assert text == (tmp_path / "再次" / file).read_text(encoding="utf-8")
    suite = (exported / "gx" / "expectations" / "xinfang-bureau.json").read_text(encoding="utf-8")
    assert "党支部" in suite
    old, new = (
        "".join((folder / "gx" / "great_expectations.yml").read_text("utf-8").split()).replace(str(folder), "")
        for folder in (exported, tmp_path / "再次")
    )
    assert old == new and str(tmp_path) not in old


def test_every_empty_cell_has_its_reason_beside_it(branch_run: Run, exported: Path) -> None:
    reasons = pd.read_parquet(exported / "indicators" / "verdicts.parquet")
    assert len(reasons) == len(branch_run.results)
    table = pd.read_parquet(exported / "indicators" / "xinfang-bureau.parquet").set_index("org_id")
    assert table.loc["B1", "xinfang-bureau-2.1-1"] == 1 and table.loc["B2", "xinfang-bureau-2.1-1"] == 0
    assert table.loc["B1", "name"] == "示例市第1党支部"
    missing = reasons[(reasons["verdict"] == "数据不足") & (reasons["document"] == "xinfang-bureau")]
    assert len(missing) and missing["reason"].str.len().min() > 0
    assert all(pd.isna(table.loc[row.org_id, row.requirement]) for row in missing.itertuples())


def test_nothing_is_written_over(branch_run: Run, exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (exported / "README.md").read_bytes()
    assert main(["suites", "export", str(exported), "--run", str(branch_run.path)]) == 2
    assert "已经存在" in capsys.readouterr().err
    assert (exported / "README.md").read_bytes() == before
