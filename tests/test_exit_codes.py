"""The exit code of a run: each verdict's part in it and the order of priority."""

from __future__ import annotations

import itertools

import pytest

from workbench.exit_codes import EXIT_CODE_MEANINGS, ExitCode, exit_code
from workbench.vocabulary import Severity, Verdict

C, W, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO
V = Verdict


@pytest.mark.parametrize(
    ("counts", "plain", "strict"),
    [
        ({(C, V.MET): 3}, ExitCode.CLEAN, ExitCode.CLEAN),
        ({(C, V.OPEN): 3}, ExitCode.CLEAN, ExitCode.CLEAN),
        ({(C, V.WAIVED): 1}, ExitCode.CLEAN, ExitCode.CLEAN),
        ({(INFO, V.FAILED): 5, (INFO, V.BEHIND): 5}, ExitCode.CLEAN, ExitCode.CLEAN),
        ({(C, V.FAILED): 1}, ExitCode.FAILED, ExitCode.FAILED),
        ({(W, V.FAILED): 1}, ExitCode.CLEAN, ExitCode.WARNINGS),
        ({(C, V.BEHIND): 1}, ExitCode.CLEAN, ExitCode.WARNINGS),
        ({(W, V.BEHIND): 1}, ExitCode.CLEAN, ExitCode.WARNINGS),
        ({(C, V.MANUAL): 1}, ExitCode.CLEAN, ExitCode.WARNINGS),
        ({(C, V.MET): 9, (C, V.NO_DATA): 1}, ExitCode.INCOMPLETE, ExitCode.INCOMPLETE),
        ({(INFO, V.BROKEN): 1, (C, V.MET): 9}, ExitCode.INCOMPLETE, ExitCode.INCOMPLETE),
        ({}, ExitCode.INCOMPLETE, ExitCode.INCOMPLETE),
        ({(C, V.NOT_APPLICABLE): 7}, ExitCode.INCOMPLETE, ExitCode.INCOMPLETE),
        ({(C, V.FAILED): 0, (C, V.MET): 1}, ExitCode.CLEAN, ExitCode.CLEAN),
    ],
)
def test_what_each_verdict_does(counts: dict, plain: ExitCode, strict: ExitCode) -> None:
    assert exit_code(counts) == plain
    assert exit_code(counts, strict=True) == strict


#: What decides, highest first; each alone gives its code (strict), and beats everything after it.
PRIORITY = [
    ((INFO, V.BROKEN), ExitCode.INCOMPLETE),
    ((C, V.FAILED), ExitCode.FAILED),
    ((W, V.NO_DATA), ExitCode.INCOMPLETE),
    ((W, V.FAILED), ExitCode.WARNINGS),
    ((C, V.MET), ExitCode.CLEAN),
]


@pytest.mark.parametrize("chosen", [c for n in range(1, 6) for c in itertools.combinations(range(5), n)])
def test_priority(chosen: tuple[int, ...]) -> None:
    counts = {PRIORITY[i][0]: i + 1 for i in chosen}
    assert exit_code(counts, strict=True) == PRIORITY[min(chosen)][1]


@pytest.mark.parametrize("counts", [{(C, V.FAILED): 1}, {(C, V.MET): 1}, {(W, V.FAILED): 1}])
def test_an_unread_ledger_comes_before_what_was_found(counts: dict) -> None:
    assert exit_code(counts, unread=True) == ExitCode.INCOMPLETE


def test_the_numbers_are_those_promised_and_explained() -> None:
    assert {c.name: int(c) for c in ExitCode} == {"CLEAN": 0, "FAILED": 1, "USAGE": 2, "INCOMPLETE": 3, "WARNINGS": 4}
    assert set(EXIT_CODE_MEANINGS) == set(ExitCode)
