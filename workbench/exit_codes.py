"""Exit codes of the command line, and the one place where they are decided.

Priority, highest first:

1. ``USAGE`` (2): wrong arguments, configuration or an unreadable ledger. There is no run, so nothing else can be said.
2. ``INCOMPLETE`` (3), a check broke (检查出错) or a ledger file could not be read: the list of failing organisations
   may be neither whole nor right.
3. ``FAILED`` (1): an organisation falls short of a hard requirement. Missing data elsewhere does not hide this.
4. ``INCOMPLETE`` (3), data missing (数据不足), or nothing was judged at all: no failure was seen, but nobody may take
   that for a pass.
5. ``WARNINGS`` (4), only when asked for (``--strict``): softer findings, namely 未达标 of a 一般性 requirement,
   进度滞后 and 待人工核实.
6. ``CLEAN`` (0). Recommendations (提倡), waived failures (豁免) and what is still open (进行中) never change the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from workbench.vocabulary import Severity, Verdict


class ExitCode(IntEnum):
    """What a shell or a CI job sees."""

    CLEAN = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    WARNINGS = 4

    @property
    def meaning(self) -> str:
        """One line in Chinese for people."""
        return EXIT_CODE_MEANINGS[self]


EXIT_CODE_MEANINGS = {
    ExitCode.CLEAN: "没有发现问题",
    ExitCode.FAILED: "有组织未达到硬性要求",
    ExitCode.USAGE: "参数、配置有误，或台账无法读取",
    ExitCode.INCOMPLETE: "有检查出错或台账未能读入；或没有发现问题但数据不足",
    ExitCode.WARNINGS: "仅有一般性要求未达标、进度滞后或待人工核实（加 --strict 时）",
}

#: Verdicts that say something about a subject; when none occurs, nothing was judged.
_JUDGED = (Verdict.MET, Verdict.FAILED, Verdict.BEHIND, Verdict.OPEN, Verdict.WAIVED, Verdict.MANUAL)


def exit_code(
    counts: Mapping[tuple[Severity, Verdict], int], *, strict: bool = False, unread: bool = False
) -> ExitCode:
    """The exit code of a run with ``counts`` results per severity and verdict.

    ``strict`` lets softer findings count; ``unread`` says that a ledger file could not be read.
    The priority is stated in the module docstring.

    >>> exit_code({(Severity.CRITICAL, Verdict.MET): 9, (Severity.WARNING, Verdict.FAILED): 1})
    <ExitCode.CLEAN: 0>
    >>> exit_code({(Severity.CRITICAL, Verdict.MET): 9, (Severity.WARNING, Verdict.FAILED): 1}, strict=True)
    <ExitCode.WARNINGS: 4>
    """

    def seen(*verdicts: Verdict, severity: Severity | None = None) -> bool:
        return any(n > 0 for (s, v), n in counts.items() if v in verdicts and severity in (None, s))

    if unread or seen(Verdict.BROKEN):
        return ExitCode.INCOMPLETE
    if seen(Verdict.FAILED, severity=Severity.CRITICAL):
        return ExitCode.FAILED
    if seen(Verdict.NO_DATA) or not seen(*_JUDGED):
        return ExitCode.INCOMPLETE
    soft = seen(Verdict.FAILED, severity=Severity.WARNING) or seen(Verdict.MANUAL) or any(
        seen(Verdict.BEHIND, severity=s) for s in (Severity.CRITICAL, Severity.WARNING)
    )
    return ExitCode.WARNINGS if strict and soft else ExitCode.CLEAN
