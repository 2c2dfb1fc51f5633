"""What a branch (党支部) keeps beside admissions: elections, appraisals, posts, dues, discipline, contacts."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step, few, steps
from workbench.sample.courses.floating import ADOPTS
from workbench.sample.fault import C, L, X
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import DUTIES, VILLAGE

_BRANCH = "type = '党支部'"
_OVERDUE = any_of(*(L + code for code in ("22-1", "22-3", "22-4")))


def courses(city: City) -> tuple[Course, ...]:
    """All courses of branches; elections also of the other organisations in agencies."""
    return (*_elections(city), *_appraisal(city), *_posts_for_villagers(city), *_dues(city), *_discipline(city),
            *_contact_points(city))


def _with_floating(source: str, day: str) -> str:
    """SQL: ``source`` once for each floating member of the branch on a day, with his number ``pno``."""
    return f"""(SELECT o.*, m.pno FROM {source} o JOIN (SELECT no, pno, since AS s, until AS u FROM member
        WHERE standing = '正式党员' AND list_contains(categories, '流动党员')) m USING (no)
        WHERE m.s <= {day} AND (m.u IS NULL OR m.u > {day}))"""


def _elections(city: City) -> tuple[Course, ...]:
    """The last election, within every term of office; in some branches another one this year."""
    chosen = any_of(X + "2.2.1-7", C + "3.1.3-5")
    source = f"""(SELECT *, {_BRANCH} AND list_contains(adopted, 'county-longterm') AS remote,
        CASE WHEN {_OVERDUE} THEN {city.day(2, 1, -7)} + draw(no, 172, 200)
             WHEN electing THEN {city.day(3, 1, -2)} + draw(no, 172, 200)
             ELSE {city.day(7, 1, -2)} + draw(no, 172, 400) END AS last_on,
        CASE WHEN {has(X + "2.2.1-7")} THEN {city.day(5, 29)} WHEN electing THEN {city.day(3, 5)} + draw(no, 173, 90)
             END AS elected_on
        FROM (SELECT *, {_BRANCH} AND (draw(no, 171, 100) < 15 AND NOT ({_OVERDUE}) OR {chosen}) AS electing
              FROM org o WHERE type IN ('机关党委', '党总支', '党支部')) o)"""
    told = f"remote AND electing AND NOT ({has(C + '3.1.3-5')})"
    return (
        Course("换届", "换届1", "TRUE", (
            Step("批准延期", "last_on - 40", when="draw(no, 174, 20) = 0"), Step("选举", "last_on")), source=source),
        Course("换届", "换届2", "electing", (
            Step("选举", "elected_on"),
            Step("选举党代会代表", "elected_on", when="draw(no, 175, 3) = 0", lacks=(X + "2.2.1-7",)),
        ), source=source),
        Course("换届", "换届1", "remote", (
            Step("通知流动党员", "last_on - 15", pno="pno"),
            Step("流动党员参加选举", "last_on", pno="pno"),
        ), source=_with_floating(source, "last_on")),
        Course("换届", "换届2", "remote AND electing", (
            Step("通知流动党员", "elected_on - 15", pno="pno", when=told),
            Step("流动党员参加选举", "elected_on", pno="pno"),
        ), source=_with_floating(source, "elected_on")),
    )


def _appraisal(city: City) -> tuple[Course, ...]:
    """The yearly appraisal of members about the last year, held after New Year."""
    chosen = any_of(X + "2.4-5", X + "2.4-6", C + "1.3-8", C + "3.1.3-4", C + "3.1.5-4")
    source = f"""(SELECT *, {city.day(1, 4)} + draw(no, 176, 8) AS studied_on,
        CASE WHEN {has(X + "2.4-5")} THEN {city.day(1, 29)} ELSE {city.day(1, 18)} + draw(no, 177, 40) END AS judged_on
        FROM org o WHERE {_BRANCH} AND live_from < {city.day(1, 1, -1)}
            AND (list_contains(adopted, 'county-longterm') OR draw(no, 178, 3) = 0 OR {chosen}))"""
    poor = f"draw(no, 179, 12) = 0 AND list_contains(adopted, 'county-longterm') OR {has(C + '1.3-8')}"
    return (
        Course("民主评议", "评议", "TRUE", (
            Step("学习教育", "studied_on"),
            Step("自我总结", "studied_on + 5"),
            Step("评议", "judged_on"),
            Step("评议较差", "judged_on", pno="no * 64 + 7", when=poor),
            Step("结对帮助", "judged_on + 9", pno="no * 64 + 7", when=poor, lacks=(C + "1.3-8",)),
            Step("表彰处理", f"judged_on + CASE WHEN {has(X + '2.4-6')} THEN -4 ELSE 6 END"),
        ), source=source),
        Course("民主评议", "评议", "list_contains(adopted, 'county-longterm')", (
            Step("通知流动党员", "judged_on - 10", pno="pno", lacks=(C + "3.1.3-4",)),
            Step("流入地反馈", "judged_on - 3", pno="pno", lacks=(C + "3.1.5-4",)),
        ), source=_with_floating(source, "judged_on")),
    )


def _posts_for_villagers(city: City) -> tuple[Course, ...]:
    """A post for a member without one (设岗定责), in every third village."""
    faults = any_of(C + "2.2-1", C + "2.2-2", DUTIES)
    asked, who = f"{city.day(2, 5)} + draw(no, 180, 40)", "no * 64 + 8"
    where = f"{ADOPTS} AND sector = '农村' AND (draw(no, 181, 3) = 0 OR {faults})"
    return (Course("设岗定责", "设岗", where, (
        Step("报岗", asked, pno=who),
        Step("定岗", f"{asked} + 8", pno=who),
        Step("定责", f"{asked} + 8", pno=who, lacks=(C + "2.2-1",), moved=(DUTIES, city.day(8, 4))),
        Step("定目标", f"{asked} + 10", pno=who),
        Step("考评", f"{asked} + 9", pno=who, when=has(C + "2.2-2")),
        Step("考评", f"{city.day(12, 3)} + draw(no, 182, 20)", pno=who),
    ), last_year=3),)


def _dues(city: City) -> tuple[Course, ...]:
    """Members long in arrears: slot 5 by fault, slot 7 with a good reason; some who were struck off long ago."""
    taught = f"{city.day(6, 3)} + draw(no, 111, 20)"
    struck = (f"CASE WHEN {has(X + '2.7-4')} THEN {city.day(2, 1)} "
              f"ELSE {city.day(3, 3, -1)} + draw(no, 183, 300) END")
    return (
        Course("党费催缴", "催缴5", f"{_BRANCH} AND {has(X + '2.7.2-4')}", (
            Step("教育", taught, pno="no * 64 + 5"),)),
        Course("党费催缴", "催缴7", "excused", (
            Step("教育", taught, pno="no * 64 + 7"),
            Step("支部大会决定", f"{taught} + 30", pno="no * 64 + 7"),
            Step("报上级批准", f"{taught} + 40", pno="no * 64 + 7"),
        )),
        Course("党费催缴", "除名", f"{_BRANCH} AND ({few(_BRANCH, 184, 20)} OR {has(X + '2.7-4')})", (
            Step("教育", struck),
            Step("支部大会决定", f"{struck} + 60"),
            Step("报上级批准", f"{struck} + 70", lacks=(X + "2.7-4",)),
            Step("除名", f"{struck} + 90"),
        )),
    )


def _discipline(city: City) -> tuple[Course, ...]:
    """Members judged unfit by their branch, in few branches; and those whose points were (``rating``)."""
    found = f"{city.day(2, 3)} + draw(no, 185, 60)"
    where = f"{_BRANCH} AND ({few(_BRANCH, 186, 15)} OR {has(X + '2.4-9')} OR {has(X + '2.2.1-6')})"
    who = "no * 64 + 7"
    points = """(SELECT o.*, g.pno, g.period, g.rated_on FROM org o JOIN rating g USING (no)
        WHERE g.kind = '积分评定' AND g.grade = '不合格')"""
    kept = f"NOT {has(L + '29-5')}"
    return (
        Course("处分处置", "处置", where, (
            Step("评定不合格", found, pno=who),
            Step("提出处理意见", f"{found} + 8", pno=who),
            Step("支部大会表决", f"{found} + 15", pno=who, lacks=(X + "2.4-9",), late=(X + "2.2.1-6", 60)),
            Step("报上级审批", f"{found} + 25", pno=who),
            Step("处分", f"{found} + 50", pno=who, when="draw(no, 187, 2) = 0", lacks=(X + "2.4-9",)),
            Step("处置", f"{found} + 50", pno=who, when="draw(no, 187, 2) = 1", lacks=(X + "2.4-9",)),
        ), last_year=2),
        Course("处分处置", "积分", kept, (
            Step("评定不合格", "rated_on", pno="pno"),
            Step("提出处理意见", "rated_on + 8", pno="pno"),
            Step("支部大会表决", "rated_on + 15", pno="pno"),
            Step("报上级审批", "rated_on + 25", pno="pno"),
            Step("处置", "rated_on + 45", pno="pno"),
        ), source=points, serial="period"),
    )


def _contact_points(city: City) -> tuple[Course, ...]:
    """Each branch has a village and a community it keeps contact with, since long."""
    since = f"greatest({city.day(1, 15, -2)} + draw(no, 188, 300), live_from + 20)"
    where = f"{_BRANCH} AND list_contains(adopted, 'xinfang-bureau')"
    return (
        Course("联系点", "帮扶", where, (Step("联系定点帮扶村", since),
                                    *steps("结束", city.day(4, 8), when=any_of(X + "2.9-1", VILLAGE)))),
        Course("联系点", "帮扶2", f"{where} AND {has(VILLAGE)}", (Step("联系定点帮扶村", city.day(7, 27)),)),
        Course("联系点", "互联", where, (Step("联系互联社区", since),)),
    )
