"""Names, days and the made season that tests of papers import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbench.audit.run import Run
from workbench.ledger.events import Act
from workbench.ledger.finding import Finding
from workbench.ledger.ledger import Ledger

INSPECTION = "2026-督查月"
INSPECTOR, SECOND = "督查员甲", "督查员丙"
OWNER, LEADER = "责任人甲", "责任领导乙"
FORMULA = "=HYPERLINK(\"x\")到会人数与签到表不符"
DAY = date(2026, 9, 20)


def act(day: int, why: str = "", *evidence: str, who: str = INSPECTOR, month: int = 9) -> Act:
    return Act(who, date(2026, month, day), why, evidence)


@dataclass
class Season:
    """The ledger, its run, and the findings by what was done with them."""

    ledger: Ledger
    run: Run
    breaches: list[Finding]
    branch: str
    carded: str

    def again(self, finding: Finding) -> Finding:
        return self.ledger.findings.get(finding.key)
