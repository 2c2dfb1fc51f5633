"""Sign-in sheets of the synthetic city (``participations``), where a requirement asks who came."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.fault import L, X
from workbench.sample.faults import has


def sign_in(city: City) -> None:
    """Make view ``participations``: who came to the meetings of view ``gathering``, each as what."""
    city.con.execute(f"""CREATE VIEW participations AS
    SELECT DISTINCT org_id, kind, held_on, person(pno) AS person_id,
        CASE WHEN pno = chair THEN '主持' ELSE part END AS part
    FROM ({_officers()} UNION {_leaders()} UNION {_observers()}) JOIN org USING (no)""")


def _officers() -> str:
    """Those in post; the fault keeps one of a branch away all year."""
    away = f"({has(X + '2.3-3')} OR {has(L + '7-5')}) AND q.pno = o.no * 64 + 2 AND g.kind = '组织生活会'"
    return f"""SELECT g.*, q.pno, '参加' AS part FROM gathering g JOIN org o USING (no) JOIN post q USING (no)
        WHERE q.role IN ('书记', '副书记', '委员', '纪检委员', '党组成员')
            AND q.started_on <= held_on AND (q.ended_on IS NULL OR q.ended_on > held_on) AND NOT ({away})"""


def _leaders() -> str:
    """Leading cadres in the life of the branch of which they are members."""
    away = f"({has(X + '2.3-3')} OR {has(L + '7-5')}) AND m.pno = o.no * 64 + 2"
    return f"""SELECT g.*, m.pno, '参加' FROM gathering g JOIN org o USING (no) JOIN member m USING (no)
        WHERE g.kind = '组织生活会' AND list_contains(m.categories, '党员领导干部') AND m.standing = '正式党员'
            AND m.since <= held_on AND (m.until IS NULL OR m.until > held_on) AND NOT ({away})"""


def _observers() -> str:
    """The full-time deputy of an agency committee sits in on the meetings of the leading group above it."""
    away = f"({has(L + '58-3')} AND g.kind = '民主生活会' OR {has(L + '58-4')} AND g.kind = '中心组学习')"
    return f"""SELECT g.*, q.pno, '列席' FROM gathering g JOIN org o USING (no) JOIN org c ON c.parent = o.no
        JOIN post q ON q.no = c.no
        WHERE g.kind IN ('民主生活会', '中心组学习') AND q.full_time AND q.role = '副书记' AND q.started_on <= held_on
            AND (q.ended_on IS NULL OR q.ended_on > held_on) AND NOT ({away})"""
