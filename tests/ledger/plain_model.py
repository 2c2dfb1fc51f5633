"""What a finding may do, written down a second time in plain words and dicts, without the machines of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

PENDING, CONFIRMED, NO, DOING, REVIEW, DONE, BACK = "待核实", "已确认", "不成立", "整改中", "待复查", "已销号", "复发"
MONTHS = frozenset(range(1, 9))

#: verb → states it may be done in, and where it leads (empty: nowhere).
ACTS: dict[str, tuple[set[str], str]] = {
    "answer": ({PENDING, CONFIRMED, DOING, REVIEW, BACK}, ""),
    "confirm": ({PENDING, BACK}, CONFIRMED),
    "dismiss": ({PENDING, BACK, CONFIRMED, DOING, REVIEW}, NO),
    "reopen": ({NO}, PENDING),
    "assign": ({CONFIRMED}, DOING),
    "extend": ({DOING}, ""),
    "progress": ({DOING}, ""),
    "refuse": ({DOING}, ""),
    "submit": ({DOING}, REVIEW),
    "fail": ({REVIEW}, DOING),
    "close": ({REVIEW}, DONE),
    "recur": ({DONE}, BACK),
}
WANTS_REASON = {"dismiss", "reopen", "extend", "refuse", "fail", "recur"}
WANTS_EVIDENCE = {"submit", "close", "recur"}


@dataclass
class Plain:
    """One finding as the model sees it; ``missed`` and ``known`` are months, empty for one written down on site."""

    state: str
    since: date
    missed: set[int] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    answered: bool = False
    said: bool | None = None
    said_on: date = date.min
    submitter: str = ""
    owners: set[str] = field(default_factory=set)
    closed_on: date | None = None
    version: int = 1

    def allows(
        self, verb: str, who: str, on: date, why: str, evidence: tuple[str, ...], deadline: date, says: bool | None
    ) -> bool:
        """Whether a person may do this now; ``says``: how the branch stands to it, None when it is silent."""
        states, target = ACTS[verb]
        return (
            self.state in states
            and who not in ("", "督查工作台")
            and not (target and on < self.since)
            and not (verb in WANTS_REASON and not why)
            and not (verb in WANTS_EVIDENCE and not evidence)
            and not (verb in ("confirm", "dismiss") and not (self.answered and on >= self.said_on))
            and not (verb == "confirm" and self.said is False and not why)
            and not (verb == "answer" and says is None and self.answered and self.said is not None)
            and not (verb in ("assign", "extend") and deadline < on)
            and not (verb in ("fail", "close", "dismiss") and who == self.submitter)
            and not (verb in ("close", "dismiss") and who in self.owners)
        )

    def do(self, verb: str, who: str, on: date, owner: str, says: bool | None) -> None:
        """What it leads to."""
        target = ACTS[verb][1]
        self.version += 1
        if target:
            self.state, self.since = target, on
        if verb == "answer":
            self.answered, self.said, self.said_on = True, says, on
        elif verb in ("reopen", "recur"):
            self.answered = False
        elif verb == "assign":
            self.owners, self.submitter = {owner}, ""
        elif verb == "extend":
            self.owners.add(owner)
        elif verb == "submit":
            self.submitter = who
        elif verb == "close":
            self.closed_on, self.known = on, set(self.missed)

    def shown(self, verdict: str, missed: set[int], as_of: date) -> None:
        """A run judged it: ``missed`` months of a failing or exempted result, all others are met."""
        if verdict == "未达标":
            new = missed - self.known
            if self.state == DONE and new and self.closed_on is not None and as_of > self.closed_on:
                self.state, self.since, self.answered = BACK, as_of, False
            self.missed = set(missed)
            self.known &= missed
        elif verdict == "豁免":
            self.missed = set(missed)
            self.known |= missed
            self.known &= missed
        elif verdict == "达标":
            self.missed, self.known = set(), set()
