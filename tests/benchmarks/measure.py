"""One measured process: the whole audit, or what somebody would do without us. Prints one line of JSON.

python -m tests.benchmarks.measure audit DATA OUT [all|failing]
python -m tests.benchmarks.measure by_hand DATA
python -m tests.benchmarks.measure stock_gx DATA
"""

from __future__ import annotations

import json
import resource
import sys
import time

BEGAN = time.perf_counter()


def audited(data: str, out: str, evidence: str = "all") -> dict:
    """The product from start to written run, with the time of each stage."""
    from datetime import date

    from workbench.audit.engine import audit

    stages: list[tuple[str, float]] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if not stages or stages[-1][0] != stage:
            stages.append((stage, time.perf_counter()))

    run = audit(
        data, as_of=date(2026, 8, 31), out=out, evidence=evidence, adoption=f"{data}/适用文件.yaml", progress=progress
    )
    ended = time.perf_counter()
    spans = {
        name: round(after - began, 2)
        for (name, began), after in zip(stages, [t for _, t in stages[1:]] + [ended], strict=True)
    }
    return {"stages": spans, "verdicts": run.receipt["verdicts"], "requirements": len(run.requirements),
            "broken": run.receipt["broken"]}


def by_hand(data: str) -> dict:
    """Seven checks in DuckDB SQL: seconds, and the failing subjects of each."""
    import duckdb

    from tests.benchmarks.by_hand import CHECKS

    con = duckdb.connect()
    began = time.perf_counter()
    failing = {
        name: sorted(r[0] for r in con.execute(sql.format(data=data)).fetchall()) for name, sql in CHECKS.items()
    }
    return {"query_seconds": round(time.perf_counter() - began, 3), "failing": failing}


def stock_gx(data: str) -> dict:
    """The same seven as a Great Expectations user gets failing rows today: stock check, key column, complete."""
    import duckdb
    import great_expectations as gx

    from tests.benchmarks.by_hand import CHECKS

    con = duckdb.connect()
    began = time.perf_counter()
    orgs = f"SELECT org_id FROM read_parquet('{data}/organizations.parquet')"
    columns = ", ".join(f"(org_id IN ({sql.format(data=data)}))::INT AS c{i}" for i, sql in enumerate(CHECKS.values()))
    frame = con.execute(f"SELECT org_id, {columns} FROM ({orgs})").df()
    indicators = time.perf_counter()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(
        name="s",
        expectations=[
            gx.expectations.ExpectColumnValuesToBeBetween(column=f"c{i}", max_value=0) for i in range(len(CHECKS))
        ],
    )
    result = batch.validate(
        suite, result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["org_id"]}
    )
    failing = {}
    for r in result.results:
        name = list(CHECKS)[int(r.expectation_config.kwargs["column"][1:])]
        failing[name] = sorted(row["org_id"] for row in r.result.get("unexpected_index_list") or [])
    return {
        "indicator_seconds": round(indicators - began, 3),
        "gx_seconds": round(time.perf_counter() - indicators, 3),
        "failing": failing,
    }


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    found = {"audit": audited, "by_hand": by_hand, "stock_gx": stock_gx}[what](*arguments)
    own, children = (resource.getrusage(w).ru_maxrss / 1e6 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        json.dumps(
            {
                "seconds": round(time.perf_counter() - BEGAN, 2),
                "gigabytes": round(own, 2),
                "child_gigabytes": round(children, 2),
                **found,
            },
            ensure_ascii=False,
        )
    )
