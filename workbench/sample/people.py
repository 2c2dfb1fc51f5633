"""People and posts of the synthetic city.

A person is a number: organisation number × 64 + slot. Slots of a branch: 1 secretary, 2 deputy, 3 to 5 committee
members (3 also party worker), 6 the secretary before, up to ``size`` plain members; 61 applicant, 62 a probationary
member. Slots of other organisations: 1 secretary, 2 deputy, 3 to 5 members and workers, 6 to 8 organisation
officers, 9 the secretary before.
"""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.fault import L, S
from workbench.sample.faults import has
from workbench.sample.faults_mended import OFFICER

_X = "xinfang-bureau-2.6."


def populate(city: City) -> None:
    """Make table ``applicant`` and views ``post``, ``posts``, ``member`` and ``people``."""
    con = city.con
    con.execute("CREATE TABLE applicant AS " + _applicants(city))
    con.execute("CREATE VIEW post AS " + _posts(city))
    con.execute("CREATE VIEW posts AS SELECT person(pno) AS person_id, org_id, role, full_time, started_on, ended_on "
                "FROM post")
    con.execute("CREATE VIEW member AS " + _members(city))
    con.execute("CREATE VIEW people AS SELECT person(pno) AS person_id, org_id, standing, categories, since, until "
                "FROM member")


def _applicants(city: City) -> str:
    """One applicant a branch with the dates of admission (发展党员), by stage.

    A1 active since this year, A2 since last year, B made target lately, C ends the probation this year,
    D probation extended, E disqualified.
    """
    forced_target = " OR ".join(has(_X + c) for c in (
        "4-1", "4-3", "5-1", "5-2", "6-1", "6-2", "7-1", "8-1", "9-1", "11-3"))
    return f"""
    WITH o AS (SELECT *, draw(no, 60, 80) AS d80, draw(no, 61, 300) AS d300, draw(no, 62, 40) AS d40 FROM org
               WHERE stage <> ''),
    first AS (SELECT no, org_id, stage, faults, d80, d40,
        CASE stage WHEN 'A1' THEN {city.day(1, 10)} + d80 WHEN 'A2' THEN {city.day(2, 1, -1)} + d300 END AS active_on,
        CASE WHEN stage = 'B' AND ({forced_target}) THEN {city.day(2, 1)} + d40
             WHEN stage = 'B' THEN {city.day(12, 1, -1)} + d300 // 2 END AS target_on,
        CASE WHEN {has(_X + "11-2")} THEN {city.day(7, 1, -1)} + d40
             WHEN stage = 'C' THEN {city.day(2, 1, -1)} + d300 * 190 // 300
             WHEN stage IN ('D', 'E') THEN {city.day(1, 5, -1)} + d40 END AS received_on,
        CASE WHEN {has(_X + "11-8")} THEN 3 WHEN {has(_X + "11-9")} THEN 15 WHEN {has(_X + "11-7")} THEN 6
             ELSE 6 + d80 % 4 END AS months
        FROM o),
    second AS (SELECT * REPLACE (
        coalesce(target_on, (received_on - INTERVAL 2 MONTH)::DATE) AS target_on,
        CASE WHEN stage = 'B' THEN target_on + 40 + d80 // 2 ELSE received_on END AS received_on) FROM first),
    third AS (SELECT * REPLACE (
        coalesce(active_on, CASE WHEN {has(_X + "4-1", "second")} THEN (target_on - INTERVAL 9 MONTH)::DATE
                                 ELSE (target_on - INTERVAL 13 MONTH)::DATE - d80 END) AS active_on),
        CASE WHEN {has(_X + "11-2", "second")} THEN (received_on + INTERVAL 10 MONTH)::DATE
             WHEN stage = 'C' THEN (received_on + INTERVAL 12 MONTH)::DATE + d80 // 4
             WHEN stage = 'D' AND {has(_X + "11-7", "second")} THEN (received_on + INTERVAL 24 MONTH)::DATE
             WHEN stage = 'D' THEN (received_on + to_months((12 + months)::INTEGER))::DATE + d80 // 8 END AS full_on,
        CASE WHEN stage = 'E' THEN (received_on + INTERVAL 12 MONTH)::DATE + d80 // 4 END AS cancelled_on FROM second)
    SELECT *, coalesce(full_on, cancelled_on) AS left_on, NULL::DATE AS never FROM third"""


def _posts(city: City) -> str:
    """Posts: every slot that holds one, on one row per slot and role, and those held in the organisation above."""
    slots = """(VALUES (1, '书记'), (2, '副书记'), (3, '委员'), (4, '委员'), (5, '委员'), (3, '党务干部'), (4, '党务干部'),
        (6, '组织干事'), (7, '组织干事'), (8, '组织干事'), (0, '书记'), (4, '纪检委员'), (3, '党组成员'), (4, '党组成员'),
        (5, '党组成员'), (1, '青年人才党支部书记'), (1, '内设机构正职'), (2, '内设机构正职'), (1, '内设机构副职'),
        (1, '部门主要负责人')) AS s(slot, role)"""
    # Full-time workers of agencies change posts within five years.
    stayed = f"{has(L + '59-1')} AND slot = 3 AND role = '党务干部'"
    start = f"""CASE WHEN {stayed} THEN {city.day(3, 8, -8)} WHEN o.sector = '机关' AND role IN ('副书记', '党务干部', '组织干事')
            THEN make_date({city.year - 4} + draw(o.no * 64 + slot, 46, 4), 1 + draw(o.no * 64 + slot, 41, 12), 8)
        ELSE make_date({city.year - 7} + draw(o.no * 64 + slot, 40, 6), 1 + draw(o.no * 64 + slot, 41, 12), 8) END"""
    return f"""WITH own AS (SELECT
        o.no * 64 + CASE WHEN slot <> 0 THEN slot WHEN o.type = '党支部' THEN 6 ELSE 9 END AS pno,
        o.no, o.org_id, o.home, role,
        CASE WHEN role IN ('党务干部', '组织干事') THEN draw(o.no * 64 + slot, 42, 3) > 0 OR {stayed}
             WHEN role = '副书记' AND o.type = '机关党委' THEN TRUE END AS full_time,
        greatest(CASE WHEN {has(OFFICER)} AND role = '纪检委员' THEN {city.day(8, 6)}
                      WHEN slot = 1 AND o.change_on IS NOT NULL THEN o.change_on
                      ELSE {start} END, o.live_from) AS started_on,
        CASE WHEN slot = 0 THEN o.change_on
             WHEN slot IN (7, 8) AND {has("secretary-2022-4.4-3")} THEN {city.day(12, 20, -1)}
             WHEN o.dissolved_on IS NOT NULL THEN o.dissolved_on END AS ended_on
        FROM org o, {slots} WHERE {_HOLDS})
    SELECT * FROM own WHERE started_on <= DATE '{city.as_of}'
    UNION ALL
    SELECT own.pno, p.no, p.org_id, p.home,
        CASE WHEN o.type = '机关党委' THEN '分管组织人事' WHEN p.type = '党组' THEN '党组成员' ELSE '部门主要负责人' END,
        NULL, greatest(own.started_on, p.live_from), own.ended_on
    FROM own JOIN org o USING (no) JOIN org p ON p.no = o.parent
    WHERE own.role = '书记' AND own.pno = o.no * 64 + 1 AND o.sector = '机关'
        AND (o.type = '机关党委' AND NOT {has(L + "58-1")} OR o.type IN ('党支部', '党总支') AND p.type IN ('党组', '组织部'))"""


#: Who holds which post in the own organisation.
_HOLDS = f"""CASE
        WHEN slot = 0 THEN o.change_on IS NOT NULL
        WHEN role = '青年人才党支部书记' THEN o.level = '乡镇' AND o.type IN ('党委', '工委')
            AND NOT {has(S + "8-7")}
        WHEN role = '内设机构正职' THEN slot = 1 AND o.type = '党支部' AND o.sector = '机关' AND NOT {has(L + "24-1")}
            OR slot = 2 AND o.type = '机关党委'
        WHEN role = '内设机构副职' THEN o.type = '机关纪委'
        WHEN role = '部门主要负责人' THEN o.type = '机关党委'
        WHEN role = '党组成员' THEN o.type = '党组'
        WHEN role = '纪检委员' THEN o.sector = '机关' AND (o.type = '党总支' OR o.has_committee)
            AND NOT {has(L + "58-10")}
        WHEN role = '组织干事' THEN o.level = '乡镇' AND (slot < 8 OR draw(o.no, 43, 3) = 0)
        WHEN o.type = '组织部' THEN role = '党务干部'
        WHEN o.type = '机关纪委' THEN role = '书记'
        WHEN role = '党务干部' AND {has(L + "58-7")} THEN FALSE
        WHEN role = '党务干部' THEN o.has_worker AND (slot = 3 OR o.type <> '党支部' AND draw(o.no, 44, 2) = 0)
        WHEN role = '委员' AND o.sector = '机关' AND slot = 4 AND o.type IN ('党支部', '党总支') THEN FALSE
        WHEN role = '委员' AND o.type = '党支部' THEN o.has_committee AND (slot < 5 OR draw(o.no, 45, 2) = 0)
        WHEN role = '委员' THEN o.type <> '党组'
        ELSE TRUE END"""


def _members(city: City) -> str:
    """Rows of ``people``: members of branches, officers of other organisations at their home branch, applicants."""
    as_of = f"DATE '{city.as_of}'"
    since = f"make_date(1976 + draw(pno, 50, {city.year - 1982}), 1 + draw(pno, 51, 12), 1 + draw(pno, 52, 28))"
    stages = " UNION ALL ".join(
        f"SELECT o.no * 64 + 61, o.no, o.org_id, '{standing}', NULL, a.{since_}, "
        f"CASE WHEN a.{until} <= {as_of} THEN a.{until} END FROM applicant a JOIN org o USING (no) "
        f"WHERE a.{since_} <= {as_of}"
        for standing, since_, until in (("入党积极分子", "active_on", "target_on"), ("发展对象", "target_on", "received_on"),
                                        ("预备党员", "received_on", "left_on"), ("正式党员", "full_on", "never")))
    return f"""
    SELECT pno, no, org_id, '正式党员' AS standing,
        CASE WHEN slot <= 2 AND sector = '机关' AND list_contains(adopted, 'county-longterm')
                  THEN ['党员领导干部', CASE slot WHEN 1 THEN '县级领导干部' ELSE '科级领导干部' END]
             WHEN slot <= 2 AND sector = '机关' THEN ['党员领导干部']
             WHEN slot > 6 AND draw(pno, 53, 100) < 15 THEN ['离退休']
             WHEN slot > 6 AND draw(pno, 53, 100) < 20 THEN ['流动党员'] END AS categories,
        {since} AS since,
        CASE WHEN slot = size AND slot > 8 AND draw(no, 54, 10) = 0 AND {city.day(3, 31)} + draw(no, 55, 120) <= {as_of}
             THEN {city.day(3, 31)} + draw(no, 55, 120) ELSE dissolved_on END AS until
    FROM (SELECT o.no, o.org_id, o.sector, o.adopted, o.size, o.dissolved_on, o.no * 64 + slot AS pno, slot
          FROM (SELECT *, unnest(range(1, size + 1))::INTEGER AS slot FROM org WHERE type = '党支部') o)
    UNION ALL
    SELECT pno, h.no, h.org_id, '正式党员', CASE WHEN slot <= 2 AND serving THEN ['党员领导干部'] END, {since}, NULL
    FROM (SELECT o.home, o.dissolved_on IS NULL AS serving, o.no * 64 + slot AS pno, slot
          FROM (SELECT *, unnest(range(1, 10))::INTEGER AS slot FROM org WHERE type <> '党支部') o
          WHERE slot < 6 OR slot < 9 AND o.level = '乡镇' OR slot = 9 AND o.change_on IS NOT NULL) p
    JOIN org h ON h.no = p.home
    UNION ALL {stages}
    UNION ALL SELECT o.no * 64 + 62, o.no, o.org_id, '预备党员', NULL, {city.day(11, 3, -1)}, NULL
    FROM org o WHERE {has("xinfang-bureau-2.6.2-2")}"""
