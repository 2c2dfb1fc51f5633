"""Papers of an inspection, as drafts that people edit (督查文书), made from the ledger and a run."""

from workbench.reports.papers.branch_sheet import write_branch_sheet
from workbench.reports.papers.card_notice import write_card_notice
from workbench.reports.papers.circular import write_circular
from workbench.reports.papers.draw_sheet import write_draw_sheet
from workbench.reports.papers.problem_list import write_problem_list
from workbench.reports.papers.rectification import write_rectification

__all__ = [
    "write_branch_sheet",
    "write_card_notice",
    "write_circular",
    "write_draw_sheet",
    "write_problem_list",
    "write_rectification",
]
