"""One edition of the synthetic city, as ledgers or as typed Parquet, with ``planted.yaml`` beside it."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from workbench.errors import UsageError
from workbench.records.tables import TABLES
from workbench.sample.adoption import write_adoption
from workbench.sample.attendance import sign_in
from workbench.sample.cases import record
from workbench.sample.city import City, found
from workbench.sample.figures import appraise, count
from workbench.sample.people import populate
from workbench.sample.planted import write_planted
from workbench.sample.rhythm import rehearse
from workbench.sample.standard import measure_up

SMALLEST = 40
#: Above this number of branches planted faults are counted, not listed, and dues cover eight months.
LARGE = 50_000


def make_sample(
    branches: int, seed: int, out: Path, *, as_of: date = date(2026, 8, 31),
    form: Literal["ledgers", "parquet"] = "ledgers", dirt: bool = True, faults: bool = True,
) -> Path:
    """Write a synthetic city with ``branches`` party branches to folder ``out`` and return ``out``.

    ``seed`` decides everything: the same arguments give the same records (in large Parquet files not always in the
    same order). Every duty of the five documents is fulfilled up to ``as_of`` except where ``faults`` plants a
    violation; ``planted.yaml`` lists each with all that it implies, ``适用文件.yaml`` says who adopts which document.
    ``form`` ``"parquet"``: one typed file per table. ``"ledgers"``: Excel and CSV as branches send them, for up to
    50,000 branches, with ``dirt`` the faults of form that such ledgers have. Raises ``UsageError`` for arguments
    that make no city and for a folder that holds something already.

    >>> from pathlib import Path
    >>> folder = make_sample(60, 7, Path("虚构市"), form="parquet")
    >>> sorted(path.name for path in folder.iterdir())[:2]
    ['activities.parquet', 'case_steps.parquet']
    """
    _check(branches, out, form)
    out.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="workbench-sample-"))
    try:
        with duckdb.connect(str(scratch / "city.duckdb")) as con:
            con.execute("SET temp_directory = ?", [str(scratch)])
            con.execute("SET enable_progress_bar = false")
            city = City(con, seed, as_of)
            planted = found(city, branches, faults=faults)
            populate(city)
            appraise(city)
            record(city)
            rehearse(city)
            sign_in(city)
            count(city, 8 if branches > LARGE else 12)
            measure_up(city)
            dirty = []
            if form == "parquet":
                write_parquet(city, out)
            else:
                from workbench.sample.ledgers import write_ledgers  # not needed for Parquet

                dirty = write_ledgers(city, out, dirt=dirt)
            write_adoption(out)
            write_planted(city, out / "planted.yaml", planted, dirty, listed=branches <= LARGE)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return out


def _check(branches: int, out: Path, form: str) -> None:
    if branches < SMALLEST:
        raise UsageError("支部数太少", place="--branches", found=str(branches), expected=f"不少于{SMALLEST}",
                         next_step="增大支部数，使每类组织都出现")
    if form not in ("ledgers", "parquet"):
        raise UsageError("没有这种形式", place="--form", found=form, expected="ledgers 或 parquet",
                         next_step="改用其中一种")
    if form == "ledgers" and branches > LARGE:
        raise UsageError("支部数太多，不宜写成台账", place="--branches", found=str(branches), expected=f"不超过{LARGE}",
                         next_step="改用 --form parquet")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError("输出位置已有内容", place=str(out), expected="空文件夹或尚不存在的路径", next_step="换一个位置或先移走")


def write_parquet(city: City, out: Path) -> None:
    """Write each table as ``<name>.parquet`` with the declared columns in the declared order."""
    for table in TABLES.values():
        columns = ", ".join(c.name for c in table.columns)
        target = str(out / f"{table.name}.parquet").replace("'", "''")
        city.con.execute(f"COPY (SELECT {columns} FROM {table.name}) TO '{target}' "
                         "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
