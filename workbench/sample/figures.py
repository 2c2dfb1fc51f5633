"""Measures, ratings, dues and exemptions of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.faults import S, X, has


def count(city: City, dues_months: int) -> None:
    """Make views ``measures``, ``ratings``, ``dues`` (the last ``dues_months`` ended months) and ``exemptions``."""
    con, y = city.con, city.year
    con.execute("CREATE VIEW measures AS " + _measures(city))
    con.execute("CREATE VIEW ratings AS " + _ratings(city))
    con.execute("CREATE VIEW dues AS " + _dues(city, dues_months))
    con.execute(f"""CREATE VIEW exemptions AS SELECT org_id, '{S}7.1-1' AS requirement, DATE '{y}-01-01' AS since,
        DATE '{y}-12-31' AS until, '机构调整期间' AS reason, '样例市委组织部' AS approved_by FROM org o
        WHERE {has("waived")}""")
    con.execute("CREATE VIEW permissions AS SELECT NULL::VARCHAR AS org_id, NULL::VARCHAR AS requirement, "
                "NULL::VARCHAR AS period, NULL::DATE AS held_on, NULL::VARCHAR AS reason, "
                "NULL::VARCHAR AS approved_by WHERE FALSE")


def _measures(city: City) -> str:
    few = has(S + "4.4-4")
    staff = f"CASE WHEN {few} THEN 210 ELSE 30 + draw(no, 120, 170) END"
    parts = []
    for month, day, years in ((12, 31, -1), (6, 30, 0)):
        on = city.day(month, day, years)
        where = "sector = '机关' AND type IN ('党组', '机关党委')"
        parts += [
            f"SELECT org_id, '机关工作人员数' AS measure, {on} AS as_of, {staff} AS value FROM org o WHERE {where}",
            f"SELECT org_id, '党务工作人员数', {on}, CASE WHEN {few} THEN 1 ELSE ceil(({staff}) * 0.02) + draw(no, 121, 2) "
            f"END FROM org o WHERE {where}",
        ]
    revenue = "(2000 + draw(no, 122, 5000))"
    budget = "(20 + draw(no, 123, 60))"
    grown = f"(1 + CASE WHEN {has(S + '4.4-1')} THEN 5 ELSE draw(no, 124, 9) - 1 END / 100.0)"
    spent = f"CASE WHEN {has(S + '4.4-1')} THEN 1 ELSE greatest({grown}, 1) + draw(no, 125, 4) / 100.0 END"
    fiscal = "list_contains(flags, '有财政')"
    for measure, base, factor in (("财政收入", revenue, grown), ("党建工作经费", budget, spent)):
        parts += [
            f"SELECT org_id, '{measure}', {city.day(3, 10, -1)}, {base}::DOUBLE FROM org o WHERE {fiscal}",
            f"SELECT org_id, '{measure}', {city.day(3, 12)}, round({base} * {factor}, 2) FROM org o WHERE {fiscal}",
        ]
    union = " UNION ALL ".join(f"({p})" for p in parts)
    return f"SELECT org_id, measure, as_of, value::DOUBLE AS value FROM ({union}) WHERE as_of <= DATE '{city.as_of}'"


def _ratings(city: City) -> str:
    """Ratings of the last years, given each December.

    差 twice in a row comes by fault only, or where the post ended in time.
    """
    y, poor = city.year, has(S + "15.1-5")
    draw = "draw(no * 4 + period % 4, 126, 100)"
    return f"""
    SELECT org_id, person(no * 64 + CASE WHEN rated_on < change_on THEN
            CASE WHEN type = '党支部' THEN 6 ELSE 9 END ELSE 1 END) AS person_id,
        '述职评议' AS kind, period, grade, rated_on
    FROM (SELECT o.*, period, make_date(period, 12, 4 + draw(no * 4 + period % 4, 127, 20)) AS rated_on,
            CASE WHEN period < {y} AND ({poor} OR replaced AND change_on IS NOT NULL) THEN '差'
                 WHEN {draw} < 40 THEN '好' WHEN {draw} < 85 THEN '较好'
                 WHEN {draw} < 98 OR period = {y - 1} THEN '一般' ELSE '差' END AS grade
          FROM org o, (VALUES ({y - 2}), ({y - 1}), ({y})) AS t(period) WHERE type <> '组织部')
    WHERE rated_on >= live_from AND rated_on < live_to AND rated_on <= DATE '{city.as_of}'"""


def _dues(city: City, months: int) -> str:
    """Dues of each full member month by month: paid in the month, a few one or two months later, never more.

    Slot 5 is the one in arrears where a fault says so, slot 7 the one with a good reason (``org.excused``).
    """
    y, as_of = city.year, f"DATE '{city.as_of}'"
    end = f"date_trunc('month', {as_of} + 1)"
    owing = " OR ".join((f"{has(X + '2.7.2-1')} AND month BETWEEN {city.day(2, 1)} AND {city.day(4, 1)}",
                         f"({has(X + '2.7-2')} OR {has(X + '2.7.2-4')}) AND month >= {city.day(2, 1)}"))
    excused = f"o.excused AND pno = o.no * 64 + 7 AND month >= {city.day(2, 1)}"
    day = "month + draw(k, 130, 27)"
    # A late payment: in one of the next two months, if those have come.
    later = "(month + to_months(1 + draw(k, 131, 2)) + to_days(draw(k, 132, 27)))::DATE"
    return f"""
    SELECT person_id, org_id, month, due, CASE WHEN due > 0 AND paid_on IS NOT NULL THEN due END AS paid,
        CASE WHEN due > 0 THEN paid_on END AS paid_on, CASE WHEN without THEN '长期病休' END AS reason,
        NULL::VARCHAR AS payer, NULL::DATE AS consented_on
    FROM (SELECT m.person_id, m.org_id, month, {excused} AS without,
            CASE WHEN draw(pno, 133, 250) = 0 AND pno % 64 > 8 THEN 0 ELSE 5 + draw(pno, 134, 60) END::DOUBLE AS due,
            CASE WHEN pno = o.no * 64 + 5 AND ({owing}) OR {excused} THEN NULL
                 WHEN {has(X + "2.7.2-3")} AND pno = o.no * 64 + 5 AND month = {city.day(1, 1)} THEN {city.day(7, 6)}
                 WHEN draw(k, 135, 100) < 3 AND {later} <= {as_of} THEN {later}
                 ELSE {day} END AS paid_on
          FROM (SELECT p.*, person(pno) AS person_id FROM member p WHERE standing = '正式党员' AND pno % 64 < 61) m
          JOIN org o ON o.no = m.no,
          (SELECT unnest(range({end} - INTERVAL {months} MONTH, {end}, INTERVAL 1 MONTH))::DATE AS month),
          LATERAL (SELECT pno::BIGINT * 512 + year(month) * 12 + month(month) - {(y - 2) * 12} AS k)
          WHERE month >= o.live_from AND last_day(month) < o.live_to
              AND (m.until IS NULL OR last_day(month) < m.until))"""
