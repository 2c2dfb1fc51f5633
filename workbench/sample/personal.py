"""What each person does where a requirement asks it of everybody: one row of ``activities`` a person and time."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.sample.city import City
from workbench.sample.fault import C, L, X
from workbench.sample.faults import has
from workbench.sample.habit import AGENCY, AGENCY_BRANCH, AGENCY_GROUP, BRANCH, COUNTY

_TEAM = "('书记', '副书记', '委员', '党组成员')"


@dataclass(frozen=True)
class Duty:
    """One kind of activity of each person of ``who`` (SQL: no, pno, since, until, the organisation as ``o``).

    ``spans``: first and last day of each time as offsets from 1 January; ``together``: one day for the organisation.
    ``once``: only the first of all. ``lacks``: a fault that leaves it out for ``slot`` of the organisation after its
    first time (``spare``: how many times are left). The rest as in a habit.
    """

    kind: str
    who: str
    spans: tuple[tuple[int, int], ...]
    tags: str = ""
    hours: str = ""
    spent: str = ""
    together: bool = False
    before: bool = False
    once: bool = False
    lacks: tuple[str, int, int] | None = None


def _members(where: str, standings: str = "('正式党员')") -> str:
    return (f"SELECT m.no, m.pno, m.since, m.until FROM member m JOIN org o USING (no) "
            f"WHERE m.standing IN {standings} AND {where}")


def _team(where: str) -> str:
    return (f"SELECT DISTINCT q.no, q.pno, q.started_on AS since, q.ended_on AS until "
            f"FROM post q JOIN org o USING (no) WHERE role IN {_TEAM} AND {where}")


_MONTHLY = tuple((30 * month + 3, 30 * month + 25) for month in range(12))
_CLASSES = ((5, 25), (95, 170), (215, 290))
_AGENCY_MEMBERS = _members(f"{BRANCH} AND {AGENCY}")
_IN_OFFICE = "coalesce(m.categories[-1] IN ('县级领导干部', '科级领导干部'), FALSE)"

DUTIES: tuple[Duty, ...] = (
    Duty("自我总结", _members(BRANCH, "('正式党员', '预备党员')"), ((305, 340),), before=True, lacks=(X + "2.4-4", 8, 0)),
    Duty("集体教育", _AGENCY_MEMBERS, _CLASSES, hours=f"CASE WHEN {COUNTY} THEN 40 ELSE 16 END",
         together=True, lacks=(L + "15-3", 5, 1)),
    Duty("集体教育", _members(f"{BRANCH} AND {COUNTY} AND NOT {AGENCY}"), _CLASSES, hours="16", together=True,
         lacks=(C + "1.2-2", 5, 1)),
    Duty("志愿服务", _AGENCY_MEMBERS, ((60, 110), (240, 300)), lacks=(L + "34-1", 5, 0)),
    Duty("家风活动", _AGENCY_MEMBERS, ((40, 50),), together=True, lacks=(L + "40-1", 5, 0)),
    Duty("建立廉政档案", _members(f"{AGENCY_BRANCH} AND list_contains(m.categories, '党员领导干部')"),
         ((15, 30), (150, 160), (310, 320)), before=True, once=True, lacks=(L + "42-2", 2, 0)),
    Duty("学习体会", _team(AGENCY_GROUP), ((60, 150), (240, 330)), lacks=(L + "14-2", 2, 0)),
    Duty("调研报告", _team(AGENCY_GROUP), ((70, 150), (250, 330)), lacks=(L + "32-4", 3, 0)),
    Duty("调研", _team(AGENCY_GROUP), ((10, 80), (100, 170), (190, 260), (280, 340)), spent="16"),
    Duty("党课", _team(AGENCY_GROUP), ((120, 330),), tags="['到基层单位']", before=True),
    Duty("调研", _members(f"{BRANCH} AND {_IN_OFFICE}"), _MONTHLY, spent="6", lacks=(C + "2.5-1", 1, 1)),
)


def personal(city: City, index: int, duty: Duty) -> str:
    """SQL of one duty, in the columns that activities have."""
    spans = ", ".join(f"({turn}, {low}, {high - low + 1})" for turn, (low, high) in enumerate(duty.spans))
    key = "o.no" if duty.together else "w.pno"
    years = f"({city.year - 1}), ({city.year})" if duty.before else f"({city.year})"
    lacks = "TRUE"
    if duty.lacks:
        code, slot, spare = duty.lacks
        alone = "" if duty.once else f" AND y = {city.year} AND turn >= {spare}"
        lacks = f"NOT ({has(code)} AND w.pno = o.no * 64 + {slot}{alone})"
    given = "".join(f", {value} AS {name}" for name, value in (
        ("tags", f"{duty.tags}::VARCHAR[]" if duty.tags else ""), ("hours", duty.hours), ("spent", duty.spent),
    ) if value)
    dated = f"""SELECT w.*, o.adopted, o.org_id, o.live_from, o.live_to, turn, y,
            w.pno::BIGINT * 1009 + {index} * 7 + turn AS k,
            make_date(y, 1, 1) + low + draw({key} * 16 + turn, {200 + index}, width) AS held_on
        FROM ({duty.who}) w JOIN org o USING (no), (VALUES {spans}) AS s(turn, low, width), (VALUES {years}) AS t(y)
        WHERE {lacks}"""
    first = "QUALIFY row_number() OVER (PARTITION BY pno, no ORDER BY held_on) = 1" if duty.once else ""
    return f"""SELECT no, org_id, live_from, live_to, k, '-P{index}' || printf('%02d%x%d', y % 100, turn, pno) AS mark,
        '{duty.kind}' AS kind, pno, held_on{given}
        FROM ({dated}) o
        WHERE held_on >= since AND (until IS NULL OR held_on < until) AND held_on >= live_from {first}"""
