"""Errors a user can act on.

    WorkbenchError
    ├── UsageError        wrong arguments or configuration (exit code 2)
    │   └── SuiteError    a YAML file of expectations/ is wrong
    ├── IntakeError       a ledger cannot be read at all (exit code 2)
    ├── RunError          a run folder is missing, damaged or of another version (exit code 2)
    └── LedgerError       the ledger of decisions cannot be opened, read or written (exit code 2)
        ├── Refused       an act that the state, a rule or the separation of duties does not allow
        └── Conflict      somebody else acted first; nothing was written

Every message names the place, what was found, what was expected and what to do next, in Chinese.
"""

from __future__ import annotations

from workbench.display import Displayed, facts, page


class WorkbenchError(Displayed, Exception):
    """A fault that the user can mend.

    ``place`` says where (file, sheet, row, column, or YAML file and key), ``found`` what stands there,
    ``expected`` what should, ``next_step`` what to do. Any of them may be empty.

    >>> print(WorkbenchError("日期有误", place="党费.xlsx 第3行", found="2026-13", next_step="改为实有的月份"))
    党费.xlsx 第3行：日期有误
      现为：2026-13
      处理办法：改为实有的月份
    """

    def __init__(self, message: str, *, place: str = "", found: str = "", expected: str = "", next_step: str = ""):
        self.message = message
        self.place = place
        self.found = found
        self.expected = expected
        self.next_step = next_step
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.place}：{self.message}" if self.place else self.message]
        if self.found:
            parts.append(f"现为：{self.found}")
        if self.expected:
            parts.append(f"应为：{self.expected}")
        if self.next_step:
            parts.append(f"处理办法：{self.next_step}")
        return "\n  ".join(parts)

    def _repr_html_(self) -> str:
        rows = (("位置", self.place), ("现为", self.found), ("应为", self.expected), ("处理办法", self.next_step))
        return page(self.message, (), facts(rows))

    def _render_traceback_(self) -> list[str]:
        """What a notebook prints when this is raised in a cell: the text, not the way through our modules."""
        return [str(self)]


class UsageError(WorkbenchError):
    """Arguments or configuration are wrong."""


class SuiteError(UsageError):
    """A file under ``expectations/`` is wrong; the message names file, key and the allowed values."""


class IntakeError(WorkbenchError):
    """A ledger cannot be read at all (locked, not a table, too large when unpacked)."""


class RunError(WorkbenchError):
    """A run folder is missing, damaged or written by another version."""


class LedgerError(WorkbenchError):
    """The ledger of decisions cannot be opened, read or written."""


class Refused(LedgerError):
    """An act that the state of its course, a rule or the separation of duties does not allow; nothing was written."""


class Conflict(LedgerError):
    """Somebody else acted on the same course first; nothing was written, and what was to be done stands in the text."""
