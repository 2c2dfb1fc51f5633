"""Runs in one folder for the charts: two of one city, one of another, one broken; several sectors, days due near."""

from __future__ import annotations

from pathlib import Path

import duckdb
from fake_run import write_run

#: The runs of one city; the second is served.
DAYS = ("2026-07-15", "2026-08-31")


def write_runs(folder: Path, branches: int = 60) -> Path:
    """The folder; runs ``DAYS``, ``外地``, ``坏的``. One requirement has another parameter in the first run."""
    for seed, day in enumerate(DAYS):
        _vary(write_run(folder / day, branches=branches, units=4, count=12, seed=seed, receipt={"as_of": day}), day)
    first = folder / DAYS[0] / "requirements.json"
    first.write_text(first.read_text(encoding="utf-8").replace('"value": 6', '"value": 3'), encoding="utf-8")
    write_run(folder / "外地", branches=4, units=1, count=4, city="乙州市")
    (folder / "坏的").mkdir()
    (folder / "坏的" / "receipt.json").write_text("{", encoding="utf-8")
    return folder


def _vary(run: Path, as_of: str) -> None:
    """Sectors by number (the first branch alone in one, some without any), days due on both sides of every border."""
    with duckdb.connect() as con:
        number = "CAST(split_part(org_id, '-', 2) AS INTEGER)"
        con.execute(
            f"CREATE TABLE o AS SELECT * REPLACE (CASE WHEN org_id NOT LIKE '%-%' THEN '机关'"
            f" WHEN org_id = '001-0001' THEN '两新' WHEN {number} % 5 = 0 THEN NULL"
            f" WHEN {number} % 2 = 0 THEN '农村' ELSE '社区' END AS sector) FROM '{run}/organizations.parquet'"
        )
        con.execute(f"COPY o TO '{run}/organizations.parquet' (FORMAT parquet)")
        # Days from the day before the run's to the one after the last that is told of, of every kind.
        con.execute(
            f"CREATE TABLE d AS SELECT * REPLACE (DATE '{as_of}' + CAST(row_number() OVER () % 33 - 1 AS INTEGER)"
            " AS due_on,"
            " list_extract(['限期', '期末', '任期', '新建宽限'], CAST(row_number() OVER () % 4 + 1 AS INTEGER)) AS kind)"
            f" FROM '{run}/due.parquet'"
        )
        con.execute(f"COPY d TO '{run}/due.parquet' (FORMAT parquet)")
