"""One way to fall short in the synthetic city, and the words that say in whom it can be planted."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.vocabulary import Verdict

#: Beginnings of the requirement ids of the five documents.
S, X, L, C, F = "secretary-2022-", "xinfang-bureau-", "luoyang-2020-", "county-longterm-", "feicheng-standard-"
FAILED, BEHIND, MANUAL, WAIVED, UNKNOWN = (
    Verdict.FAILED.value, Verdict.BEHIND.value, Verdict.MANUAL.value, Verdict.WAIVED.value, Verdict.NO_DATA.value)
BRANCH = "type = '党支部'"
WITH_COMMITTEE = f"{BRANCH} AND has_committee"
COMMITTEE = "type IN ('党委', '工委')"
TOWNSHIP = f"level = '乡镇' AND {COMMITTEE}"
GROUP = "type = '党组' AND sector = '机关'"
TEAM = "type IN ('党委', '党组', '工委', '党总支')"
ALL = "type IN ('党委', '党组', '工委', '机关党委', '党总支', '党支部')"


#: Requirements and the verdicts they then get.
Implied = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fault:
    """One way to fall short. ``day``: the first month and day of the year from which it shows.

    ``group``: an organisation gets at most one fault of a group, since they change the same rows. ``over``: what it
    implies besides, or instead, once the year is over, and ``city``: what then in the organisation above all.
    ``mended``: the month and day on which it is put right, after which only ``then`` is left of it.
    """

    code: str
    where: str
    how: str
    changed: str
    implies: Implied
    day: tuple[int, int]
    group: str
    over: Implied = ()
    city: Implied = ()
    mended: tuple[int, int] | None = None
    then: Implied = ()

    def implied(self, day: tuple[int, int]) -> Implied:
        """What it implies on a month and day of the year that is not yet over."""
        return self.then if self.mended is not None and day >= self.mended else self.implies


def fault(req: str, where: str, how: str, changed: str, day: tuple[int, int], *, verdict: str = FAILED,
          also: Implied = (), group: str = "", code: str = "", over: Implied = (), city: Implied = ()) -> Fault:
    """A fault that makes requirement ``req`` fail with ``verdict`` (and those of ``also`` with theirs)."""
    return Fault(code or req, where, how, changed, ((req, verdict), *also), day, group or code or req, over, city)
