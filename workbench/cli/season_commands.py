"""What ``workbench season`` does: two audits, and the course of an inspection between them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.commands import must_be_new
from workbench.cli.console import out, progress
from workbench.exit_codes import ExitCode

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.cli.season import Season

#: The days of the two audits: within the inspection months, and at their end.
BEFORE, AFTER = (7, 15), (8, 31)
LEDGER = "督查台账.sqlite"


def run_season(source: str, folder: Path, adoption: Path | None, year: int) -> int:
    """``workbench season``: everything lies in ``folder`` afterwards."""
    must_be_new(folder, "演示文件夹")
    from workbench.audit.engine import audit

    runs = []
    for month_day in (BEFORE, AFTER):
        day = date(year, *month_day)
        out().print(f"核查 {source}，截至 {day} ……", markup=False)
        with progress() as report:
            runs.append(audit(source, as_of=day, adoption=adoption, out=folder / day.isoformat(), progress=report))
    season_in(folder, *runs)
    shown = folder / AFTER_NAME.format(year)
    out().print(f"\n看板：workbench serve {shown} --ledger {folder / LEDGER} --inspector 督查员甲", markup=False,
                soft_wrap=True)
    return ExitCode.CLEAN


AFTER_NAME = f"{{}}-{AFTER[0]:02d}-{AFTER[1]:02d}"


def season_in(folder: Path, july: Run, august: Run) -> Season:
    """Play the season on a new ledger in ``folder`` and write its papers beside it."""
    from workbench.cli.season import play, write_out
    from workbench.ledger.ledger import Ledger

    folder.mkdir(parents=True, exist_ok=True)
    with Ledger(folder / LEDGER) as ledger:
        season = play(ledger, july, august)
        write_out(season, folder)
    return season
