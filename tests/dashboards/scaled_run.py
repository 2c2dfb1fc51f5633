"""A synthetic run of many branches with an exact number of failing rows, for measuring; seconds, not minutes.

The small run of ``fake_run`` is copied branch by branch inside DuckDB, so every table agrees with every other.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb
from fake_run import write_run

_UNITS = 12
#: Branches of the run that is copied.
_SEED = 120


def scaled_run(folder: Path, *, branches: int = 5_000, requirements: int = 60, failing: int = 50_000) -> Path:
    """Write a run of ``branches`` × ``requirements`` with exactly ``failing`` rows 未达标 into ``folder``; returns it.

    ``branches`` is rounded up to a multiple of 120. Which rows fail follows from a hash of subject and requirement.
    """
    write_run(folder, branches=_SEED, units=_UNITS, count=requirements)
    with duckdb.connect() as con:
        for name in ("organizations", "results", "evidence", "due", "secretaries"):
            con.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder / name}.parquet')")
        con.execute(f"CREATE TABLE copies AS SELECT range AS k FROM range({-(-branches // _SEED)})")
        for name, owner in (("results", "subject"), ("evidence", "subject"), ("due", "subject"),
                            ("secretaries", "org_id")):
            _copy(con, name, owner)
        _copy(con, "organizations", "org_id")
        _fail(con, failing)
        people = "verdict IN ('未达标', '待人工核实', '豁免') AND missed > 0"
        con.execute(
            "CREATE TABLE findings AS SELECT concat_ws('|', subject, requirement, period) AS key, *,"
            f" '应为：' || coalesce(required, 0) || '；' || missed || ' 期未做到' AS detail FROM results WHERE {people}"
        )
        for name in ("organizations", "results", "evidence", "due", "secretaries", "findings"):
            owner = "org_id" if name in ("organizations", "secretaries") else "subject"
            con.execute(f"COPY (FROM {name} ORDER BY {owner}) TO '{folder / name}.parquet' (FORMAT parquet)")
        counts = dict(con.execute("SELECT verdict, count(*) FROM results GROUP BY 1").fetchall())
    receipt = folder / "receipt.json"
    told = json.loads(receipt.read_text(encoding="utf-8")) | {"verdicts": counts}
    receipt.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def _copy(con: duckdb.DuckDBPyConnection, name: str, owner: str) -> None:
    """Every branch once more per copy, under the next free numbers of its unit."""
    number = f"(split_part({owner}, '-', 2)::INT + k * {_SEED // _UNITS})"
    branch = f"contains({owner}, '-')"
    code = f"CASE WHEN {branch} THEN split_part({owner}, '-', 1) || printf('-%04d', {number}) ELSE {owner} END"
    renamed = f"{code} AS {owner}"
    if name == "organizations":
        renamed += f", CASE WHEN {branch} THEN unit_name || '第' || {number} || '党支部' ELSE name END AS name"
    con.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT {name}.* REPLACE ({renamed}) FROM {name}, copies"
        f" WHERE k = 0 OR {branch}"
    )


def _fail(con: duckdb.DuckDBPyConnection, failing: int) -> None:
    """Exactly ``failing`` of the results that were judged fail; what failed beyond them is met."""
    judged = "verdict IN ('达标', '未达标', '进度滞后')"
    con.execute(
        f"CREATE TABLE chosen AS SELECT subject, requirement FROM results WHERE {judged}"
        f" ORDER BY hash(subject || requirement) LIMIT {failing}"
    )
    if con.execute("SELECT count(*) FROM chosen").fetchone()[0] < failing:
        raise ValueError(f"fewer than {failing} results are judged: more branches or requirements are needed")
    con.execute(
        "UPDATE results SET verdict = '达标', met = met + missed, missed = 0, met_mask = met_mask | missed_mask,"
        f" missed_mask = 0 WHERE {judged}"
    )
    con.execute(
        "UPDATE results SET verdict = '未达标', missed = 1, met = greatest(met - 1, 0),"
        " missed_mask = CASE WHEN period_kind IN ('event', 'state') THEN missed_mask ELSE 1 END,"
        " met_mask = met_mask & ~1, observed = 0, judged = 0"
        " WHERE (subject, requirement) IN (FROM chosen)"
    )


if __name__ == "__main__":
    print(scaled_run(Path(sys.argv[1]), branches=int(sys.argv[2]), requirements=int(sys.argv[3]),
                     failing=int(sys.argv[4])))
