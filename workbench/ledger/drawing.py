"""Which branches an inspection looks at (抽取), and what the drawn ones say about all of them (推断).

Everything here can be done again by anybody who holds the printed frame: codes with their strata, the seed, and how
many of each stratum. Branches that were picked because of a risk never take part in an estimate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, floor
from typing import TYPE_CHECKING

from workbench.audit.draw import draw as draw_first
from workbench.display import Displayed, Listing, Table, page, percentage
from workbench.errors import UsageError
from workbench.vocabulary import OrgType

if TYPE_CHECKING:
    from workbench.audit.run import Run

#: Sizes of a branch by its members: below 7 full members no committee, from 50 on a general branch is usual
#: (practice of branch work; limits of the strata only, they judge nobody).
SIZES = ((7, "不足7人"), (20, "7至19人"), (50, "20至49人"))
LARGEST = "50人以上"
NOT_KNOWN = "未填"


@dataclass(frozen=True)
class Branch(Displayed):
    """An organisation of a frame: code, name, ``sector``, ``size`` (label), and ``above``: every organisation that it
    stands in, itself first, so that a team's own units can be kept off it."""

    org_id: str
    name: str
    sector: str = NOT_KNOWN
    size: str = NOT_KNOWN
    above: tuple[str, ...] = ()

    _TITLE = "支部名单"
    _COLUMNS = (("组织代码", "org_id"), ("党组织", "name"), ("领域", "sector"), ("人数", "size"))

    def stratum(self, by: Sequence[str]) -> str:
        """The labels of the named fields, joined by ``·``; one stratum for all when none is named."""
        return "·".join(getattr(self, name) for name in by) or "全部"


@dataclass(frozen=True)
class Stratum(Displayed):
    """One stratum (层) of a draw: how many there are, and the codes drawn, in the order of the draw."""

    name: str
    size: int
    drawn: tuple[str, ...]

    _TITLE = "层"
    _COLUMNS = (("层", "name"), ("支部", "size"), ("抽中", lambda s: len(s.drawn)), ("抽中的组织代码", "drawn"))


@dataclass(frozen=True)
class Draw(Displayed):
    """A draw of branches: public ``seed``, hash and size of the frame, the fields that made the strata, the strata.

    ``run`` is the run whose organisations were the frame, where there is one.
    """

    seed: str
    frame_hash: str
    frame_size: int
    by: tuple[str, ...]
    strata: tuple[Stratum, ...]
    branches: tuple[Branch, ...]
    run: str = ""

    def _repr_html_(self) -> str:
        drawn = [(stratum, b) for stratum in self.strata for b in self.branches if b.org_id in stratum.drawn]
        about = (
            f"核查结果 {self.run}" if self.run else "", f"公开的种子“{self.seed}”，名单 {self.frame_size} 个支部",
            f"名单校验值 {self.frame_hash}",
        )
        return page(
            f"抽取：{len(self.branches)}/{self.frame_size} 个支部", about,
            Table([(s.name, s.size, len(s.drawn)) for s in self.strata], ("层", "支部", "抽中")),
            Table([(s.name, b.org_id, b.name) for s, b in drawn], ("层", "组织代码", "党组织"), "抽中的支部"),
        )


def size_label(members: int | None) -> str:
    """The size stratum of a branch; 未填 where the ledgers do not say how many members it has.

    >>> [size_label(n) for n in (6, 7, 49, 50, None)]
    ['不足7人', '7至19人', '20至49人', '50人以上', '未填']
    """
    if members is None:
        return NOT_KNOWN
    return next((label for limit, label in SIZES if members < limit), LARGEST)


def frame(run: Run, scope: str = "", *, types: Sequence[str] = (OrgType.BRANCH.value,)) -> Listing[Branch]:
    """Organisations of a run at or below ``scope`` (empty: all) of one of the ``types``, not dissolved at its day."""
    rows = run.rows("SELECT * FROM organizations ORDER BY org_id")
    parents = {row["org_id"]: row["parent_id"] for row in rows}
    if scope and scope not in parents:
        raise UsageError("核查结果中没有这个组织", place=str(run.path), found=scope, next_step="写组织代码")
    found = []
    for row in rows:
        above = _line(row["org_id"], parents)
        if row["type"] in types and not row["dissolved"] and (not scope or scope in above):
            label = size_label(row["members"])
            found.append(Branch(row["org_id"], row["name"], row["sector"] or NOT_KNOWN, label, above))
    return Listing(found, about=run.label, of=Branch)


def _line(org_id: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The organisation and all above it, as far as they are known."""
    found: list[str] = []
    here: str | None = org_id
    while here and here not in found:
        found.append(here)
        here = parents.get(here)
    return tuple(found)


def frame_hash(branches: Iterable[Branch], by: Sequence[str]) -> str:
    """SHA-256 of the lines ``code<TAB>stratum``, sorted, each ended by a line feed: what a printed frame shows."""
    lines = sorted(f"{b.org_id}\t{b.stratum(by)}\n" for b in branches)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def shares(sizes: Mapping[str, int], number: int) -> dict[str, int]:
    """How many of each stratum when ``number`` are drawn: in proportion, at least one each, never more than it has.

    By largest remainder over what is left after everybody has one; of equal remainders the first name wins. Raises
    :class:`UsageError` when the number does not lie between the number of strata and that of branches.

    >>> shares({"甲": 60, "乙": 30, "丙": 1}, 10)
    {'甲': 6, '乙': 3, '丙': 1}
    """
    total = sum(sizes.values())
    if not sizes or not len(sizes) <= number <= total:
        raise UsageError(
            "抽取的个数不对", found=str(number), expected=f"{len(sizes)} 到 {total}（每层至少1个）",
            next_step="改个数，或减少分层的依据",
        )
    names = sorted(sizes)
    exact = {name: Fraction(number * sizes[name], total) for name in names}
    given = {name: max(1, floor(exact[name])) for name in names}
    while (spare := number - sum(given.values())) != 0:
        step = 1 if spare > 0 else -1
        open_to = [n for n in names if 1 <= given[n] + step <= sizes[n]]
        chosen = max(open_to, key=lambda n: step * (exact[n] - given[n]))  # max keeps the first of equals
        given[chosen] += step
    return {name: given[name] for name in sizes}


def draw(
    branches: Iterable[Branch],
    seed: str,
    by: Sequence[str] = ("sector", "size"),
    *,
    number: int | None = None,
    per_stratum: Mapping[str, int] | None = None,
    run: str = "",
) -> Draw:
    """A stratified draw: ``number`` shared out by :func:`shares`, or ``per_stratum`` as given.

    Within a stratum the branches come first whose SHA-256 of ``seed|code`` is smallest (:mod:`workbench.audit.draw`),
    so the order of the frame does not matter and a longer draw of a stratum begins with the shorter one. Raises
    :class:`UsageError` for an empty seed or frame, or numbers that do not fit the strata.
    """
    known = {b.org_id: b for b in branches}
    if not known or not seed.strip():
        raise UsageError("没有可抽取的支部" if seed.strip() else "没有写明随机种子", expected="公开的种子和非空的名单")
    groups: dict[str, list[str]] = {}
    for code in sorted(known):
        groups.setdefault(known[code].stratum(by), []).append(code)
    sizes = {name: len(groups[name]) for name in sorted(groups)}
    if (number is None) == (per_stratum is None):
        raise UsageError("抽取的个数写法不对", expected="总数与各层个数二者写一个")
    wanted = shares(sizes, number) if per_stratum is None else _as_given(sizes, per_stratum)
    strata = tuple(
        Stratum(name, size, tuple(draw_first(groups[name], wanted[name], seed)) if wanted[name] else ())
        for name, size in sizes.items()
    )
    drawn = tuple(known[code] for stratum in strata for code in stratum.drawn)
    return Draw(seed, frame_hash(known.values(), by), len(known), tuple(by), strata, drawn, run)


def _as_given(sizes: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    wrong = [n for n, count in wanted.items() if not 0 <= count <= sizes.get(n, 0)]
    missing = [n for n in sizes if n not in wanted]
    if wrong or missing:
        raise UsageError(
            "各层的个数不对", found="、".join(wrong + missing),
            expected="、".join(f"{n} 0到{size}" for n, size in sizes.items()),
        )
    return dict(wanted)


# --- what the drawn ones say about all -------------------------------------------------------------------------------


@dataclass(frozen=True)
class StratumEstimate:
    """A stratum: branches, drawn, failing among the drawn, and the bounds of failing ones in the whole stratum."""

    name: str
    size: int
    drawn: int
    failing: int
    low: int
    high: int


@dataclass(frozen=True)
class Estimate(Displayed):
    """The share of failing branches in the frame, weighted by strata, with bounds that hold at ``confidence``.

    ``low`` and ``high`` are shares of the whole frame: the sum of exact bounds of the strata, each taken so narrow
    that all hold together with the confidence (Bonferroni), hence rather too wide than too narrow. A stratum looked
    at in full is known.
    """

    share: Fraction
    low: Fraction
    high: Fraction
    confidence: float
    strata: tuple[StratumEstimate, ...]
    run: str = ""

    def _repr_html_(self) -> str:
        whole, seen = sum(s.size for s in self.strata), sum(s.drawn for s in self.strata)
        about = (
            f"核查结果 {self.run}" if self.run else "",
            f"检查 {seen}/{whole} 个支部，其中有问题的 {sum(s.failing for s in self.strata)} 个（按层加权推断）",
            f"全体中有问题的约占 {percentage(self.share)}，可信度 {self.confidence:.0%} 的范围 "
            f"{percentage(self.low)} 至 {percentage(self.high)}（{self.low * whole} 至 {self.high * whole} 个，共 {whole} 个）",
        )
        rows = [(s.name, s.size, s.drawn, s.failing, s.low, s.high) for s in self.strata]
        return page("由抽查推断全体", about, Table(rows, ("层", "支部", "检查", "有问题", "全层至少", "全层至多")))


def estimate(
    made: Draw, failing: Iterable[str], seen: Iterable[str] | None = None, *, confidence: float = 0.95
) -> Estimate:
    """:class:`Estimate` from a draw: only the drawn count, whatever else is in ``failing``.

    ``seen`` are the branches that were really looked at (None: all drawn); one not seen leaves the sample, and the
    result is only as random as the reason for leaving it out. Raises :class:`UsageError` when a stratum has nobody.
    """
    bad, looked = set(failing), None if seen is None else set(seen)
    samples = {s.name: [c for c in s.drawn if looked is None or c in looked] for s in made.strata}
    empty = [name for name, sample in samples.items() if not sample]
    if empty:
        raise UsageError("有的层没有检查到，不能推断全体", found="、".join(empty), next_step="补查，或只报查到的情况")
    partly = sum(len(samples[s.name]) < s.size for s in made.strata)
    risk = (1 - Fraction(str(confidence))) / max(partly, 1)
    rows = []
    for stratum in made.strata:
        n, k = len(samples[stratum.name]), len(bad.intersection(samples[stratum.name]))
        rows.append(StratumEstimate(stratum.name, stratum.size, n, k, *bounds(stratum.size, n, k, risk)))
    whole = made.frame_size
    share = sum((Fraction(r.size * r.failing, r.drawn) for r in rows), Fraction(0)) / whole
    low, high = Fraction(sum(r.low for r in rows), whole), Fraction(sum(r.high for r in rows), whole)
    return Estimate(share, low, high, confidence, tuple(rows), made.run)


def bounds(size: int, drawn: int, failing: int, risk: Fraction = Fraction(1, 20)) -> tuple[int, int]:
    """Fewest and most failing ones in ``size`` that go with ``failing`` of ``drawn``, each side at half the risk.

    The exact (hypergeometric) counterpart of Clopper and Pearson for drawing without putting back, in whole numbers.

    >>> bounds(60, 12, 0, Fraction(1, 10)), bounds(20, 20, 6)
    ((0, 11), (6, 6))
    """
    half = risk / 2

    def at_most(bad: int) -> Fraction:
        ways = sum(comb(bad, k) * comb(size - bad, drawn - k) for k in range(failing + 1))
        return Fraction(ways, comb(size, drawn))

    def at_least(bad: int) -> Fraction:
        ways = sum(comb(bad, k) * comb(size - bad, drawn - k) for k in range(failing))
        return 1 - Fraction(ways, comb(size, drawn))

    fewest, most = failing, size - (drawn - failing)
    low = _first(fewest, most, lambda bad: at_least(bad) > half)
    high = most - _first(0, most - fewest, lambda off: at_most(most - off) > half)
    return low, high


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The smallest number from which on ``holds`` is true; it is at ``high``."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
