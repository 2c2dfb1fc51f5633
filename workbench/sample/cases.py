"""Dated steps of every process (``case_steps``) of the synthetic city."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.faults import S, X, has


def record(city: City) -> None:
    """Make view ``case_steps``; steps after ``as_of`` have not happened."""
    parts = " UNION ALL ".join(
        f"({sql})" for sql in (_admission(city), _admission_rhythm(city), _democratic_life(), _five_lists(city),
                               _lasting(city), _appointment(city), _integrity(city), _feedback(city), _dues(city)))
    city.con.execute(f"""CREATE VIEW case_steps AS
    SELECT o.org_id || '-' || mark AS case_id, process, o.org_id, person(pno) AS person_id, step, done_on,
        value::DOUBLE AS value, CASE WHEN tag IS NOT NULL THEN [tag] END AS tags,
        CASE WHEN draw(o.no, 70, 3) > 0 THEN least(done_on + draw(o.no, 71, 5), DATE '{city.as_of}') END AS recorded_on
    FROM ({parts}) s JOIN org o USING (no)
    WHERE done_on <= DATE '{city.as_of}' AND done_on >= o.live_from AND done_on < o.live_to""")


def _steps(where: str, process: str, mark: str, rows: list[tuple[str, ...]], *, source: str = "org") -> str:
    """SQL: for each row of ``source`` that fulfils ``where`` the steps (name, date, person, value, tag, condition)."""
    return " UNION ALL ".join(
        f"SELECT no, '{mark}' AS mark, '{process}' AS process, {pno} AS pno, '{step}' AS step, "
        f"({day})::DATE AS done_on, {value} AS value, {tag} AS tag FROM {source} AS o WHERE ({where}) AND ({condition})"
        for step, day, pno, value, tag, condition in rows)


def _row(step: str, day: str, *, pno: str = "NULL", value: str = "NULL", tag: str = "NULL", when: str = "TRUE"):
    return step, day, pno, value, tag, when


def _admission(city: City) -> str:
    who, base = "no * 64 + 61", "no * 64"
    # The fault 2.6.5-2 names a full member of the next branch instead of one of the own branch.
    peer = "(SELECT peer FROM org p WHERE p.no = o.no)"
    other = f"CASE WHEN {has(X + '2.6.5-2')} THEN {peer} * 64 + 3 ELSE {base} + 6 END"
    contact = f"CASE WHEN {has(X + '2.6.2-2')} THEN {base} + 62 ELSE {base} + 4 END"
    notice = f"active_on + 1 + CASE WHEN {has(X + '2.6.1-4')} THEN 4 ELSE 7 + d80 % 4 END"
    extended = "stage = 'D'"
    return _steps("TRUE", "发展党员", "发展", [
        _row("确定积极分子", "active_on", pno=who),
        _row("公示开始", "active_on + 1", pno=who),
        _row("公示结束", notice, pno=who),
        _row("指定培养联系人", "active_on + d40 % 5", pno=f"{base} + 3"),
        _row("指定培养联系人", "active_on + d40 % 5", pno=contact, when=f"NOT {has(X + '2.6.2-1')}"),
        _row("确定发展对象", "target_on", pno=who),
        _row("确定入党介绍人", "target_on", pno=f"{base} + 5"),
        _row("确定入党介绍人", "target_on", pno=other, when=f"NOT {has(X + '2.6.5-1')}"),
        _row("接收预备党员", "received_on", pno=who),
        _row("提出延长预备期", "received_on + 355", pno=who, when=extended),
        _row("延长预备期", "received_on + INTERVAL 12 MONTH", pno=who, value="months", when=extended),
        _row("延长预备期", "received_on + INTERVAL 18 MONTH", pno=who, value="6", when=has(X + "2.6.11-7")),
        _row("转正", "full_on", pno=who),
        _row("取消资格", "cancelled_on", pno=who),
    ], source="applicant")


def _admission_rhythm(city: City) -> str:
    """Quarterly reports and half-yearly assessments from the first step to the end of the case, since last year."""
    skip_report = f"{has(X + '2.6.3-1', 'g')} AND p = g.fault_quarter"
    skip_assessment = f"{has(X + '2.6.3-2', 'g')} AND p = {city.day(1, 1)}"

    def each(step: str, months: int, day: str, skip: str) -> str:
        periods = f"range({city.day(1, 1, -1)}, DATE '{city.as_of}' + 1, INTERVAL {months} MONTH)"
        return f"""SELECT no, '发展' AS mark, '发展党员' AS process, no * 64 + 61 AS pno, '{step}' AS step, done_on,
            NULL AS value, NULL AS tag
            FROM (SELECT a.*, g.fault_quarter, p::DATE AS p, (p::DATE + {day})::DATE AS done_on
                  FROM applicant a JOIN org g USING (no), (SELECT unnest({periods}) AS p)) g
            WHERE done_on > active_on AND done_on < coalesce(left_on, DATE '9999-12-31') AND NOT ({skip})"""

    return (each("思想汇报", 3, "20 + draw(a.no * 64 + month(p), 72, 65)", skip_report) + " UNION ALL "
            + each("考察", 6, "110 + draw(a.no * 64 + month(p), 73, 65)", skip_assessment))


def _democratic_life() -> str:
    report = f"dlm_on - CASE WHEN {has(X + '2.5-2')} THEN 10 ELSE 15 + draw(no, 74, 4) END"
    told = f"dlm_on + CASE WHEN {has(X + '2.5-6')} THEN 24 ELSE 6 + draw(no, 75, 10) END"
    mended = f"dlm_on + CASE WHEN {has(X + '2.5-12')} THEN -2 ELSE 16 + draw(no, 76, 10) END"
    hours = f"CASE WHEN {has(X + '2.5-13')} THEN 2 ELSE 4 + draw(no, 77, 2) END"
    return _steps("type = '党组'", "民主生活会", "民主", [
        _row("会前准备", "dlm_on - 30"),
        _row("集中学习", "dlm_on - 25", value=hours),
        _row("集中学习", "dlm_on - 21", value=hours),
        _row("报告方案", report),
        _row("召开", "dlm_on"),
        _row("报告情况", told),
        _row("整改提高", mended),
    ])


def _five_lists(city: City) -> str:
    opened = f"{city.day(1, 6)} + draw(no, 78, 20)"
    shown = f"{opened} + CASE WHEN {has(S + '7.5-3')} THEN -3 ELSE 3 + draw(no, 79, 15) END"
    where = f"type <> '组织部' AND live_from <= {city.day(1, 1)}"
    return _steps(where, "五单", "五单", [
        _row("开单", opened),
        _row("晒单", shown),
        _row("派单", f"{city.day(2, 26)} + draw(no, 80, 30)"),
        _row("查单", f"{city.day(6, 16)} + draw(no, 81, 35)"),
        _row("销单", f"{city.day(12, 8)} + draw(no, 82, 20)"),
    ])


def _lasting(city: City) -> str:
    """Contact points, lagging villages and the four responsibilities: opened earlier and still in force."""
    since = f"{city.day(1, 15, -2)} + draw(no, 83, 300)"
    ended = f"{city.day(5, 6)} + draw(no, 84, 20)"
    pairs = "type NOT IN ('党支部', '组织部')"
    township = "level = '乡镇' AND type IN ('党委', '工委')"
    lagging = f"{township} AND has_lagging"
    groups = "type = '党组'"
    duties = [_row(step, since) for step in ("集体责任", "第一责任", "具体责任")]
    return " UNION ALL ".join((
        _steps(pairs, "联系点", "联系1", [_row("建立", since), _row("结束", ended, when=has(S + "8-4"))]),
        # A second point that came and went harms nobody.
        _steps(pairs, "联系点", "联系2", [_row("建立", since, when="draw(no, 85, 4) = 0"),
                                       _row("结束", f"{since} + 200", when="draw(no, 85, 4) = 0")]),
        _steps(lagging, "后进村挂钩", "挂钩", [_row("挂钩", since), _row("结束", ended, when=has(S + "8-5"))]),
        _steps(groups, "责任主体", "责任", [*duties, _row("直接责任", since, when=f"NOT {has(X + '1.5-1')}")]),
    ))


def _appointment(city: City) -> str:
    return _steps("change_on IS NOT NULL", "书记任职", "任职", [
        _row("任职", "change_on", pno="no * 64 + 1"),
        _row("集中培训", "change_on + 20 + draw(no, 86, 120)", pno="no * 64 + 1", when=f"NOT {has(S + '6-1')}"),
    ])


def _integrity(city: City) -> str:
    """Two cases a year in a leading group: an inquiry or admonition, and in some an order to correct."""
    home = "home * 64"
    parts = []
    for mark, month, tag, step, days, chosen in (
        ("廉政1", 3, "CASE WHEN draw(no, 87, 2) = 0 THEN '询问函' ELSE '警示诫勉' END", "提交整改情况",
         f"CASE WHEN {has(X + '4.5-1')} THEN 15 ELSE 4 + draw(no, 88, 7) END", f"draw(no, 89, 10) < 7 OR {_risky()}"),
        ("廉政2", 4, "'责令纠错'", "提交整改报告",
         f"CASE WHEN {has(X + '4.5-3')} THEN 45 ELSE 10 + draw(no, 90, 20) END", f"draw(no, 91, 10) < 3 OR {_risky()}"),
    ):
        sent = f"{city.day(month, 1)} + draw(no, {month + 92}, 28)"
        got = f"{sent} + 2"
        alone = f"{has(X + '4.4.2-1')} AND {month} = 3"
        file = f"NOT ({has(X + '4.6-1')} AND {month} = 3)"
        parts.append(_steps(f"type = '党组' AND ({chosen})", "廉政风险", mark, [
            _row("发出文书", sent, pno=f"{home} + 7", tag=tag),
            _row("收到文书", got, pno=f"{home} + 7", tag=tag),
            _row("防范谈话", f"{got} + 2", pno=f"{home} + 7", tag=tag, value=f"CASE WHEN {alone} THEN 1 ELSE 2 END"),
            _row(step, f"{got} + {days}", pno=f"{home} + 7", tag=tag),
            _row("结束", f"{got} + 50", pno=f"{home} + 7", tag=tag),
            _row("归档", f"{got} + 52 + draw(no, 98, 20)", pno=f"{home} + 7", tag=tag, when=file),
        ]))
    return " UNION ALL ".join(parts)


def _risky() -> str:
    return " OR ".join(has(X + code) for code in ("4.4.2-1", "4.5-1", "4.5-3", "4.6-1"))


def _feedback(city: City) -> str:
    groups = "type = '党组'"
    late = f"CASE WHEN {has(X + '3.11-1')} THEN 6 ELSE draw(no, 99, 4) END"
    got = [f"{city.day(month, 2)} + draw(no, {100 + month}, 24)" for month in (2, 3, 5, 7)]
    return " UNION ALL ".join((
        _steps(groups, "意见办理", "意见1", [_row("收到", got[0], tag="'一般性意见'"),
                                         _row("办结", f"{got[0]} + {late}", tag="'一般性意见'")]),
        _steps(groups, "意见办理", "意见2", [_row("收到", got[1], tag="'个别性问题'"),
                                         _row("办结", f"{got[1]} + draw(no, 108, 4)", tag="'个别性问题'")]),
        _steps(groups, "意见办理", "意见3", [_row("收到", got[2], tag="'普遍性问题'"),
                                         _row("办结", f"{got[2]} + 9 + draw(no, 109, 9)", tag="'普遍性问题'")]),
        _steps(groups, "意见办理", "意见4", [_row("收到", got[3], tag="'复杂事项'"),
                                         _row("办结", f"{got[3]} + 20 + draw(no, 110, 20)", tag="'复杂事项'")]),
    ))


def _dues(city: City) -> str:
    """Members long in arrears: slot 5 by fault, slot 7 with a good reason and duly followed up."""
    taught = f"{city.day(6, 3)} + draw(no, 111, 20)"
    return " UNION ALL ".join((
        _steps("type = '党支部'", "党费催缴", "催缴5",
               [_row("教育", taught, pno="no * 64 + 5", when=has(X + "2.7.2-4"))]),
        _steps("excused", "党费催缴", "催缴7", [
            _row("教育", taught, pno="no * 64 + 7"),
            _row("支部大会决定", f"{taught} + 30", pno="no * 64 + 7"),
            _row("报上级批准", f"{taught} + 40", pno="no * 64 + 7"),
        ]),
    ))
