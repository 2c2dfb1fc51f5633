"""Writes a ledger for tests of the page, through its API: two synthetic runs taken in, and what people did between.

The first run lies a month before the second, which shows the same but that every second branch has mended its ways:
every state of a finding occurs, each flag, each card.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
from fake_run import write_run

from workbench.audit.run import Run
from workbench.ledger import Act, Ledger, sync
from workbench.ledger.secretaries import of_run
from workbench.vocabulary import Verdict

#: The second run, and the day most tests look at the ledger.
LATER = date(2026, 9, 30)
#: Names of the second run and of the ledger in the folder that is written.
SERVED, LEDGER = "september", "ledger.sqlite"
DEADLINES = (date(2026, 9, 20), date(2026, 9, 30), date(2026, 10, 15))
#: Findings people deal with, as many of branches that mend their ways as of others; every tenth stays as it was.
TREATED = 30


def write_season(folder: Path) -> tuple[Path, Path]:
    """(folder of the second run, file of the ledger)."""
    first = write_run(folder / "august", branches=48, units=4)
    second = write_run(folder / SERVED, branches=48, units=4, receipt={"as_of": LATER.isoformat()})
    _mend(second)
    where = folder / LEDGER
    with Ledger(where) as ledger:
        sync(ledger, Run(first), "督查员甲")
        for odd in (True, False):
            own = [f for f in ledger.findings.all() if (int(f.subject[-1]) % 2 == 1) is odd]
            for number, finding in enumerate(own[:TREATED]):
                _treat(ledger, finding.key, number % 10, DEADLINES[number // 10 % 3])
        sync(ledger, Run(second), "督查员甲")
        _cards(ledger, Run(second))
    return second, where


def _mend(run: Path) -> None:
    """Let the branches with an odd number have done everything."""
    mended = "CAST(right(subject, 1) AS INTEGER) % 2 = 1"
    changes = {
        "results": f"* REPLACE (CASE WHEN {mended} AND missed > 0 THEN '{Verdict.MET}' ELSE verdict END AS verdict,"
        f" CASE WHEN {mended} THEN 0 ELSE missed END AS missed,"
        f" CASE WHEN {mended} THEN met + missed ELSE met END AS met,"
        f" CASE WHEN {mended} THEN 0 ELSE missed_mask END AS missed_mask,"
        f" CASE WHEN {mended} THEN met_mask | missed_mask ELSE met_mask END AS met_mask)",
        "evidence": f"* REPLACE (CASE WHEN {mended} AND status = 'missed' THEN 'met' ELSE status END AS status)",
        "findings": "*",
    }
    with duckdb.connect() as con:
        for name, columns in changes.items():
            path, kept = run / f"{name}.parquet", f"WHERE NOT {mended}" if name == "findings" else ""
            con.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM '{path}' {kept}")
            con.execute(f"COPY {name} TO '{path}' (FORMAT parquet)")


def _treat(ledger: Ledger, key: str, course: int, deadline: date) -> None:
    """Lead one finding along one of ten courses."""
    findings, on = ledger.findings, date(2026, 9, 1)

    def act(who: str, day: date = on, why: str = "", *evidence: str) -> Act:
        return Act(who, day, why, evidence)

    if course == 0:
        return
    findings.answer(key, act("督查员甲"), text="情况属实，已安排补开", agrees=course != 1)
    if course == 1:
        findings.dismiss(key, act("督查员甲", on, "会议记录原件已核"))
        return
    findings.confirm(key, act("督查员甲"))
    if course in (2, 3):
        return
    findings.assign(key, act("督查员甲"), owner="责任岗", leader="分管岗", measure="补开并按月自查", deadline=deadline)
    if course in (4, 5):
        return
    findings.progress(key, act("督查员乙", date(2026, 9, 5)), text="已补开一次")
    if course == 6:
        return
    findings.submit(key, act("督查员乙", date(2026, 9, 10), "", "会议记录复印件"), text="已补开")
    if course == 7:
        return
    findings.close(key, act("督查员甲", date(2026, 9, 15), "", "现场查看"), conclusion="整改到位")
    if course == 9:
        findings.recur(key, act("督查员甲", date(2026, 9, 20), "又漏开一次", "9月台账"))


def _cards(ledger: Ledger, run: Run) -> None:
    """Four secretaries get a card: one stays yellow, one goes to orange, one to red, one is cleared."""
    known = of_run(run)
    for number, proposal in enumerate(ledger.cards.proposals(LATER, known)[:4]):
        org, grounds = proposal.org_id, proposal.grounds
        ledger.cards.give_yellow(
            org, Act("督查员甲", date(2026, 9, 12), "首次督查发现一般性问题"), grounds=grounds, deadline=date(2026, 9, 22),
            secretary=known[org],
        )
        if number in (1, 2):
            ledger.cards.follow_up(org, Act("督查员乙", date(2026, 9, 23)), kind="回头看", note="到点查看")
            ledger.cards.give_orange(org, Act("督查员甲", date(2026, 9, 24), "回头看发现敷衍整改"), grounds=grounds)
        if number == 2:
            ledger.cards.give_red(org, Act("督查员甲", date(2026, 9, 25), "拒不整改"), grounds=grounds)
        if number == 3:
            ledger.cards.clear(org, Act("督查员甲", date(2026, 9, 26), "事由已了结", ("销号单",)))
