"""One habit of the organisations of the synthetic city, and the words that say whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.sample.faults import has

BRANCH = "o.type = '党支部'"
WITH_COMMITTEE = f"{BRANCH} AND o.has_committee"
UPPER = "o.type NOT IN ('党支部', '组织部', '机关纪委')"
COMMITTEE = "o.type IN ('党委', '工委')"
TOWNSHIP = f"o.level = '乡镇' AND {COMMITTEE}"
GROUP = "o.type = '党组'"
DEPARTMENT = "o.type = '组织部'"
ANY = "o.type NOT IN ('组织部', '机关纪委')"
LEADING = "o.type IN ('党委', '工委', '党组')"
#: Who adopts the documents for agencies, and which of them is what.
AGENCY = "list_contains(o.adopted, 'luoyang-2020')"
AGENCY_GROUP = f"{GROUP} AND {AGENCY}"
AGENCY_UNIT = "o.sector = '机关' AND o.type IN ('机关党委', '党总支', '党支部')"
AGENCY_BRANCH = f"{BRANCH} AND o.sector = '机关'"
AGENCY_COMMITTEE = "o.type = '机关党委' AND o.sector = '机关'"
WORK_COMMITTEE = "o.type = '工委' AND o.sector = '机关'"
CITY_WORK_COMMITTEE = f"{WORK_COMMITTEE} AND o.level = '市'"
CITY = "o.parent IS NULL"
COUNTY = "list_contains(o.adopted, 'county-longterm')"
#: The slot of the secretary on the day.
SECRETARY = "CASE WHEN held_on < change_on THEN CASE WHEN o.type = '党支部' THEN 6 ELSE 9 END ELSE 1 END"
#: Periods a fault falls in: SQL on the first day ``p`` of the period.
MONTH, QUARTER, EVER, FIRST_HALF = "p = o.fault_month", "p = o.fault_quarter", "month(p) >= 1", "month(p) = 1"


@dataclass(frozen=True)
class Habit:
    """One kind of activity of the organisations ``where``, once every ``months`` (or ``copies``, SQL, times).

    ``days``: first and last offset from the start of the period; ``extra``: percent held once more; ``lacks``:
    faults and, last, the SQL condition on period ``p`` under which it is left out; ``late``: fault and days of delay;
    ``before``: also in earlier years (things of a year's end); ``own_year``: the year of the period is written down.
    The rest is SQL: ``tags`` (a list), ``slot`` and ``chair`` (of the person meant, of who presides), ``hours``,
    ``spent`` (days), ``quantity``, ``minutes``, ``noticed`` and ``approved`` (days before it; negative: after).
    """

    kind: str
    months: int
    days: tuple[int, int]
    where: str
    tags: str = ""
    slot: str = ""
    chair: str = ""
    hours: str = ""
    spent: str = ""
    quantity: str = ""
    minutes: str = ""
    noticed: str = ""
    approved: str = ""
    extra: int = 0
    copies: str = ""
    lacks: tuple[str, ...] = ()
    late: tuple[str, int] | None = None
    before: bool = False
    own_year: bool = False


def tagged(*terms: str) -> str:
    """SQL: a list of these terms."""
    return f"[{', '.join(repr(term) for term in terms)}]"


def but(usual: str, fault: str, when: str, instead: str) -> str:
    """SQL: what is usual, but ``instead`` for whom ``fault`` was planted, in the periods ``when`` of its year."""
    return f"CASE WHEN {has(fault)} AND year(p) = year(o.fault_month) AND {when} THEN {instead} ELSE {usual} END"
