"""Measures, ratings, dues and exemptions of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.fault import F, L, S, X
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import DUES, MEETING


#: SQL: the day on which a members' meeting that was put off by leave is held, the 28th of the next month or of July.
MADE_UP = (f"CASE WHEN {has(MEETING)} THEN make_date(year(fault_month), 7, 28) "
           "ELSE (fault_month + INTERVAL 1 MONTH)::DATE + 27 END")


def appraise(city: City) -> None:
    """Make table ``rating``: all ratings of three years, those after ``as_of`` too (steps follow from ratings)."""
    city.con.execute("CREATE TABLE rating AS " + " UNION ALL ".join(f"({part})" for part in _all_ratings(city)))


def count(city: City, dues_months: int) -> None:
    """Make views ``measures``, ``ratings``, ``dues`` (the last ``dues_months`` ended months) and the papers."""
    con, y = city.con, city.year
    con.execute("CREATE VIEW measures AS " + _measures(city))
    con.execute(f"""CREATE VIEW ratings AS SELECT org_id, person(pno) AS person_id, kind, period, grade, rated_on
        FROM rating JOIN org USING (no)
        WHERE rated_on >= live_from AND rated_on < live_to AND rated_on <= DATE '{city.as_of}'""")
    con.execute("CREATE VIEW dues AS " + _dues(city, dues_months))
    con.execute(f"""CREATE VIEW exemptions AS SELECT org_id, '{S}7.1-1' AS requirement, DATE '{y}-01-01' AS since,
        DATE '{y}-12-31' AS until, '机构调整期间' AS reason, '样例市委组织部' AS approved_by FROM org o
        WHERE {has("waived")}""")
    con.execute(f"""CREATE VIEW permissions AS SELECT org_id, '{X}2.2.1-1' AS requirement,
        strftime(fault_month, '%Y-%m') AS period, {MADE_UP} AS held_on, '防汛抗旱期间' AS reason,
        '样例市委组织部' AS approved_by FROM org o WHERE {any_of("permitted", MEETING)}""")


def _measures(city: City) -> str:
    parts = []
    for on in (city.day(12, 31, -1), city.day(6, 30)):
        parts += [f"SELECT org_id, '{measure}' AS measure, {on} AS as_of, {value} AS value FROM org o WHERE {where}"
                  for measure, value, where in _counted()]
    revenue = "(2000 + draw(no, 122, 5000))"
    budget = "(20 + draw(no, 123, 60))"
    grown = f"(1 + CASE WHEN {has(S + '4.4-1')} THEN 5 ELSE draw(no, 124, 9) - 1 END / 100.0)"
    spent = f"CASE WHEN {has(S + '4.4-1')} THEN 1 ELSE greatest({grown}, 1) + draw(no, 125, 4) / 100.0 END"
    for measure, base, factor in (("财政收入", revenue, grown), ("党建工作经费", budget, spent)):
        parts += [
            f"SELECT org_id, '{measure}', {city.day(3, 10, -1)}, {base}::DOUBLE FROM org o WHERE {_FISCAL}",
            f"SELECT org_id, '{measure}', {city.day(3, 12)}, round({base} * {factor}, 2) FROM org o WHERE {_FISCAL}",
        ]
    union = " UNION ALL ".join(f"({p})" for p in parts)
    return f"SELECT org_id, measure, as_of, value::DOUBLE AS value FROM ({union}) WHERE as_of <= DATE '{city.as_of}'"


_FISCAL = "list_contains(flags, '有财政')"
_AGENCY_GROUP = "sector = '机关' AND type = '党组'"
_AGENCY_UNIT = "sector = '机关' AND type IN ('机关党委', '党总支', '党支部')"


def _counted() -> list[tuple[str, str, str]]:
    """Measure, value and whose: what is counted at the end of June and of the year."""
    few = has(S + "4.4-4")
    staff = f"CASE WHEN {few} THEN 210 WHEN {has(S + '4.4-5')} THEN 60 ELSE 30 + draw(no, 120, 170) END"
    workers = f"""CASE WHEN {few} THEN 1 WHEN {has(S + "4.4-5")} THEN 0 WHEN {has(L + "57-2")} THEN 2
        ELSE greatest(3, ceil(({staff}) * 0.02)) + draw(no, 121, 2) END"""
    members = "(12 + draw(no, 150, 80))"
    return [
        ("机关工作人员数", staff, "sector = '机关' AND type IN ('党组', '机关党委')"),
        ("党务工作人员数", workers, "sector = '机关' AND type IN ('党组', '机关党委')"),
        ("党员数", members, _AGENCY_GROUP),
        ("专职党务干部数", f"CASE WHEN {has(L + '57-1')} THEN 0 "
         f"ELSE ceil(greatest({staff}, {members}) * 0.02) + draw(no, 151, 2) END", _AGENCY_GROUP),
        ("党组织活动经费", f"CASE WHEN {has(X + '1.6-1')} THEN 0 ELSE 2 + draw(no, 152, 9) END",
         f"type = '党组' OR {_AGENCY_UNIT}"),
        ("党建工作经费", "1 + draw(no, 153, 20)", f"({_AGENCY_UNIT} OR sector = '机关' AND type = '工委') AND NOT {_FISCAL}"),
        ("党费收缴额", "1000 * (4 + draw(no, 154, 30))", "type = '机关党委'"),
        ("党费留用额", f"CASE WHEN {has(L + '60-4')} THEN 400 ELSE 500 END * (4 + draw(no, 154, 30))", "type = '机关党委'"),
        ("党建经费预算比例", "0.5 + draw(no, 155, 4) / 10.0", _FISCAL),
        ("村社区干部报酬预算", "300 + draw(no, 156, 400)", f"level = '县' AND {_FISCAL}"),
        ("市直机关党建经费", "120 + draw(no, 157, 60)", "parent IS NULL"),
    ]


def _all_ratings(city: City) -> list[str]:
    """Ratings of the last years, given each December: of the secretary, of the team, of members."""
    y, poor = city.year, has(S + "15.1-5")
    periods = f"(VALUES ({y - 2}), ({y - 1}), ({y})) AS t(period)"
    bound = "type <> '组织部'"
    agency = f"list_contains(adopted, 'luoyang-2020') AND {_AGENCY_UNIT}"

    def rated(kind: str, salt: int, grade: str, where: str, pno: str = "NULL::INTEGER", forced: str = "") -> str:
        luck = f"draw(no * 4 + period % 4, {salt}, 100)"
        luck = f"CASE {forced} ELSE {luck} END" if forced else luck
        return f"""SELECT no, {pno} AS pno, '{kind}' AS kind, period, {grade} AS grade, rated_on
            FROM (SELECT o.*, period, {luck} AS luck,
                    make_date(period, 12, 4 + draw(no * 4 + period % 4, {salt + 1}, 20)) AS rated_on
                  FROM org o, {periods} WHERE {where}) o"""

    secretary = "no * 64 + CASE WHEN rated_on < change_on THEN CASE WHEN type = '党支部' THEN 6 ELSE 9 END ELSE 1 END"
    # 差 twice in a row comes by fault only, or where the post ended in time.
    feigned = f"{has(S + '15.1-1')} AND period = {y}"
    failing = f"period < {y} AND ({poor} OR replaced AND change_on IS NOT NULL)"
    appraised = f"""CASE WHEN {feigned} THEN '较好' WHEN {failing} THEN '差'
        WHEN luck < 40 THEN '好' WHEN luck < 85 THEN '较好' WHEN luck < 98 OR period = {y - 1} THEN '一般' ELSE '差' END"""
    # Excellent in the year only who was appraised as good: the same draw, its lower part.
    annual = f"""CASE WHEN {feigned} THEN '优秀' WHEN {failing} THEN '不称职'
        WHEN luck < 30 THEN '优秀' WHEN luck < 92 THEN '称职' WHEN luck < 98 OR period = {y - 1} THEN '基本称职'
        ELSE '不称职' END"""
    # Grades that faults of the steps after them need.
    lower = (f"WHEN period = {y} AND {any_of(S + '12.2-4', S + '12.2-5', S + '15.2-2')} THEN 60 "
             f"WHEN period = {y - 1} AND {any_of(S + '15.1-2', S + '15.1-3')} THEN 90")
    in_place = f"CASE WHEN luck < 4 AND period < {y} THEN '不到位' ELSE '到位' END"
    return [
        rated("述职评议", 126, appraised, bound, secretary, lower),
        rated("年度考核", 126, annual, bound, secretary, lower),
        rated("党员评议", 160, "CASE WHEN luck < 60 THEN '好' WHEN luck < 94 THEN '较好' ELSE '一般' END",
              f"{agency} AND NOT ({has(F + '4.4-12')} AND period = {y})"),
        rated("党建考核", 162, "CASE WHEN luck < 40 THEN '好' WHEN luck < 85 THEN '较好' "
              "WHEN luck < 98 THEN '一般' ELSE '差' END", agency,
              forced=f"WHEN period = {y - 1} AND {any_of(F + '4.4-7', F + '4.4-8')} THEN 99"),
        rated("星级评定", 164, "CASE WHEN luck < 30 THEN '五星' WHEN luck < 60 THEN '四星' WHEN luck < 85 THEN '三星' "
              "WHEN luck < 94 THEN '二星' ELSE '一星' END", "type = '党支部' AND sector = '机关'"),
        rated("班子抓党建评价", 166, in_place, "type = '党组'"),
        *(rated("积分评定", 168 + 2 * slot, "CASE WHEN luck < 70 THEN '合格' WHEN luck < 96 OR "
                f"period <> {y - 1} THEN '基本合格' ELSE '不合格' END", f"type = '党支部' AND {agency}", f"no * 64 + {slot}",
                f"WHEN {slot} = 8 AND period = {y - 1} AND {has(L + '29-5')} THEN 99")
          for slot in (7, 8)),
        f"""SELECT q.no, q.pno, '干部抓党建评价' AS kind, period,
            CASE WHEN draw(q.pno + period, 186, 100) < 2 AND period < {y} THEN '不到位' ELSE '到位' END AS grade, rated_on
            FROM (SELECT q.*, period, make_date(period, 12, 4 + draw(q.no * 4 + period % 4, 187, 20)) AS rated_on
                  FROM post q JOIN org o USING (no), {periods}
                  WHERE o.type = '党组' AND role IN ('书记', '副书记', '委员', '党组成员')) q
            WHERE q.started_on <= rated_on AND (q.ended_on IS NULL OR q.ended_on > rated_on)""",
    ]


def _dues(city: City, months: int) -> str:
    """Dues of each full member month by month: paid in the month, a few one or two months later, never more.

    Slot 5 is the one in arrears where a fault says so, slot 7 the one with a good reason (``org.excused``).
    """
    y, as_of = city.year, f"DATE '{city.as_of}'"
    end = f"date_trunc('month', {as_of} + 1)"
    owing = " OR ".join((f"{has(X + '2.7.2-1')} AND month BETWEEN {city.day(2, 1)} AND {city.day(4, 1)}",
                         f"({has(X + '2.7-2')} OR {has(X + '2.7.2-4')}) AND month >= {city.day(2, 1)}"))
    excused = f"o.excused AND pno = o.no * 64 + 7 AND month >= {city.day(2, 1)}"
    one = f"pno = o.no * 64 + 5 AND month = {city.day(4, 1)}"
    proxy = f"{one} AND ({has(X + '2.7.1-1')} OR {has(X + '2.7.1-2')})"
    alone = f"{one} AND ({has(X + '2.7.1-2')} OR {has(X + '2.7.2-2')})"
    day = "month + draw(k, 130, 27)"
    made_up = f"CASE WHEN {city.day(8, 5)} <= {as_of} THEN {city.day(8, 5)} END"
    # A late payment: in one of the next two months, if those have come.
    later = "(month + to_months(1 + draw(k, 131, 2)) + to_days(draw(k, 132, 27)))::DATE"
    return f"""
    SELECT person_id, org_id, month, due, CASE WHEN due > 0 AND paid_on IS NOT NULL THEN due - short END AS paid,
        CASE WHEN due > 0 THEN paid_on END AS paid_on, CASE WHEN without THEN '长期病休' END AS reason,
        CASE WHEN due > 0 AND paid_on IS NOT NULL THEN CASE WHEN proxy THEN '代交' ELSE '本人' END END AS payer,
        CASE WHEN due > 0 AND (proxy OR paid_on > last_day(month)) AND NOT alone
            THEN greatest(month, paid_on - 3) END AS consented_on
    FROM (SELECT m.person_id, m.org_id, month, {excused} AS without, {alone} AS alone, {proxy} AS proxy,
            CASE WHEN {one} AND {has(X + "2.7.3-1")} THEN 2 ELSE 0 END AS short,
            CASE WHEN draw(pno, 133, 250) = 0 AND pno % 64 > 8 THEN 0 ELSE 5 + draw(pno, 134, 60) END::DOUBLE AS due,
            CASE WHEN pno = o.no * 64 + 5 AND ({owing}) OR {excused} THEN NULL
                 WHEN {has(X + "2.7.2-3")} AND pno = o.no * 64 + 5 AND month = {city.day(1, 1)} THEN {city.day(7, 6)}
                 WHEN {has(DUES)} AND pno = o.no * 64 + 5 AND month = {city.day(3, 1)} THEN {made_up}
                 WHEN {one} AND {has(X + "2.7.2-2")} THEN {city.day(5, 8)}
                 WHEN draw(k, 135, 100) < 3 AND {later} <= {as_of} THEN {later}
                 ELSE {day} END AS paid_on
          FROM (SELECT p.*, person(pno) AS person_id FROM member p WHERE standing = '正式党员' AND pno % 64 < 61) m
          JOIN org o ON o.no = m.no,
          (SELECT unnest(range({end} - INTERVAL {months} MONTH, {end}, INTERVAL 1 MONTH))::DATE AS month),
          LATERAL (SELECT pno::BIGINT * 512 + year(month) * 12 + month(month) - {(y - 2) * 12} AS k)
          WHERE month >= o.live_from AND last_day(month) < o.live_to
              AND (m.until IS NULL OR last_day(month) < m.until))"""
