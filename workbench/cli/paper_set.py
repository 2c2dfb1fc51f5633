"""All papers of a ledger at once: the command and the season write the same set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import LedgerError

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.ledger import Ledger


def write_papers(
    ledger: Ledger, run: Run, folder: Path, *, by: str, on: date, below: Collection[str] | None = None,
    inspection: str = "", drawn_from: Run | None = None,
) -> tuple[list[Path], list[LedgerError]]:
    """Write the papers into ``folder``: two lists, the sheets, a notice per card, circular, paper of the draw.

    Returns their paths, and why a notice was not written (a ground that no longer stands).

    ``below``: only these organisations (in the two lists, the sheets and the notices). The circular and the
    paper of the draw are those of ``inspection``, left out when it is empty or, for the draw, nothing was drawn;
    ``drawn_from`` is the run whose branches were drawn from, where it is another.
    """
    from workbench.ledger.cards import NONE
    from workbench.ledger.finding import SETTLED
    from workbench.reports.papers.branch_sheet import write_branch_sheet
    from workbench.reports.papers.card_notice import write_card_notice
    from workbench.reports.papers.circular import write_circular
    from workbench.reports.papers.draw_sheet import write_draw_sheet
    from workbench.reports.papers.problem_list import write_problem_list
    from workbench.reports.papers.rectification import write_rectification

    def wanted(org_id: str) -> bool:
        return below is None or org_id in below

    folder.mkdir(parents=True, exist_ok=True)
    made = {"by": by, "on": on}
    refused: list[LedgerError] = []
    keys = None if below is None else [f.key for f in ledger.findings.all() if wanted(f.subject)]
    paths = [
        write_problem_list(ledger, run, folder / "问题清单.xlsx", keys=keys, **made),
        write_rectification(ledger, run, folder / "整改台账.xlsx", keys=keys, **made),
    ]
    subjects = sorted({f.subject for f in ledger.findings.all() if f.state not in SETTLED and wanted(f.subject)})
    if subjects:
        paths.append(write_branch_sheet(ledger, run, subjects, folder / "一支部一清单.docx", **made))
    for card in ledger.cards.all():
        if card.state != NONE and wanted(card.org_id):
            name = f"亮牌通知单-{card.org_id}-{card.state}.docx"
            try:
                paths.append(write_card_notice(ledger, run, card.org_id, folder / name, **made))
            except LedgerError as error:
                refused.append(error)
    if inspection:
        paths.append(write_circular(ledger, run, inspection, folder / "督查通报.docx", **made))
        if ledger.inspections.get(inspection).branches:
            paths.append(write_draw_sheet(ledger, drawn_from or run, inspection, folder / "抽样底稿.xlsx", **made))
    return paths, refused
