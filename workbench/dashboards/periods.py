"""Periods of the audited year as a person reads them, from the bit masks of a result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

#: Labels of the periods by ``period_kind``; bit i of a mask is the i-th label. Kinds event and state have no strip.
LABELS: dict[str, tuple[str, ...]] = {
    "month": tuple(f"{m}月" for m in range(1, 13)),
    "quarter": ("一季度", "二季度", "三季度", "四季度"),
    "half_year": ("上半年", "下半年"),
    "inspection_months": ("7—8月",),
    "year": ("全年",),
    "biennium": ("两年",),
}


#: Months each of them takes of a year, and the month the first begins with.
_MONTHS = {"month": (1, 1), "quarter": (3, 1), "half_year": (6, 1), "inspection_months": (2, 7)}


def axis(kind: str | None) -> list[tuple[int, int]]:
    """First month (1 to 12) and number of months of each period of a kind, in the order of its labels."""
    months, begin = _MONTHS.get(kind or "", (12, 1))
    return [(begin + i * months, months) for i in range(len(LABELS.get(kind or "", ())))]


@dataclass(frozen=True)
class Period:
    """One period of a strip: ``status`` is met, missed, open, later or empty (not counted), ``text`` its Chinese."""

    label: str
    status: str
    mark: str
    text: str


_STATUS = {
    "met": ("✓", "已做到"), "missed": ("✗", "未做到"), "open": ("…", "未到期"), "later": ("", "未开始"), "": ("–", "不计"),
}


@lru_cache(10_000)  # few patterns of a year are all that a run knows
def strip(kind: str | None, met: int | None, missed: int | None, open_: int | None) -> tuple[Period, ...]:
    """The periods of one result in order; empty where no periods are counted."""
    masks = {"missed": missed or 0, "met": met or 0, "open": open_ or 0}
    begun = (masks["missed"] | masks["met"] | masks["open"]).bit_length()
    if not begun:  # shapes that count no periods leave the masks empty, whatever their kind of period
        return ()
    periods = []
    for i, label in enumerate(LABELS.get(kind or "", ())):
        status = next((s for s, mask in masks.items() if mask >> i & 1), "later" if begun <= i else "")
        periods.append(Period(label, status, *_STATUS[status]))
    return tuple(periods)


def missed_text(kind: str | None, missed: int | None, period: str | None) -> str:
    """The missed periods by name (``3月、5月``), or ``period`` where the kind has at most one."""
    labels = LABELS.get(kind or "", ())
    if len(labels) < 2 or not missed:
        return period or ""
    return "、".join(label for i, label in enumerate(labels) if missed >> i & 1)
