"""Members who moved away (流动党员) and who moved in (流入党员), in branches that adopt county-longterm."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step, few, steps, tags
from workbench.sample.fault import C
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import GUIDE

ADOPTS = "type = '党支部' AND list_contains(adopted, 'county-longterm')"
_OUT = (*(C + code for code in (
    "3.1.1-1", "3.1.1-3", "3.1.2-10", "3.1.3-1", "3.1.3-2", "3.1.4-2", "3.1.5-1", "3.3.4-3", "3.3.1-1", "3.3.1-5",
)), GUIDE)
_IN = tuple(C + code for code in ("3.2.1-8", "3.2.2-1", "3.2.3-2", "3.2.3-6"))
#: Faults that need somebody who left this year, who stayed away all year, who came back this year.
_LEFT = tuple(C + code for code in ("3.1.1-1", "3.1.2-10", "3.3.1-1", "3.3.1-5"))
_BACK = tuple(C + code for code in ("3.1.5-1", "3.3.4-3"))


def courses(city: City) -> tuple[Course, ...]:
    """One member away in every third branch with all that follows, one that moved in in every fourth."""
    return (*_away(city), _probationary(city), _moved_in(city))


def _away(city: City) -> tuple[Course, ...]:
    """The case and, month by month and year by year, the contacts, reviews and reports while it lasts."""
    away = f"""{ADOPTS} AND no IN (SELECT no FROM member WHERE list_contains(categories, '流动党员'))"""
    source = f"""(SELECT *, CASE WHEN back IS NOT NULL THEN back ELSE DATE '9999-12-31' END AS gone FROM (
        SELECT *, CASE WHEN {any_of(*_BACK)} THEN {city.day(3, 4)} + draw(no, 160, 30)
            WHEN draw(no, 161, 4) = 0 AND NOT {any_of(*_OUT)} THEN out_on + 240 + draw(no, 160, 60) END AS back
        FROM (SELECT o.*, w.pno,
            CASE WHEN {any_of(*_LEFT)} THEN {city.day(2, 10)} + draw(no, 162, 60)
                 WHEN {any_of(*_OUT)} THEN {city.day(8, 1, -1)} + draw(no, 162, 90)
                 ELSE {city.day(3, 1, -1)} + draw(no, 162, 520) END AS out_on
            FROM org o JOIN (SELECT no, min(pno) AS pno FROM member WHERE list_contains(categories, '流动党员')
                AND standing = '正式党员' AND until IS NULL GROUP BY no) w USING (no)
            WHERE {ADOPTS.replace('type', 'o.type')} AND ({few(away, 163, 3)} OR {any_of(*_OUT)})) o) o)"""
    months = f"""(SELECT o.*, p FROM {source} o, (SELECT unnest(range({city.day(1, 1, -1)}, DATE '{city.as_of}' + 1,
        INTERVAL 1 MONTH))::DATE AS p))"""
    called = "p + draw(no * 64 + month(p), 164, 27)"
    return (
        Course("流动党员", "外出", "TRUE", (*_leaving(), *_registered(city), *_coming_back()), source=source),
        Course("流动党员", "外出", f"{called} >= out_on AND {called} < gone", (
            Step("联系", called, pno="pno", when=f"NOT ({has(C + '3.1.3-2')} AND p = fault_month)"),
            Step("年度审核", f"{called}", pno="pno", when="month(p) = 11"),
            Step("汇报", f"{called}", pno="pno", when="month(p) IN (2, 8)"),
        ), source=months),
    )


def _leaving() -> tuple[Step, ...]:
    told = tuple(Step(name, "out_on - 6", pno="pno", lacks=(C + f"3.3.1-{i}",) if i == 1 else ())
                 for i, name in enumerate(("报告事由", "报告时间", "报告地点", "报告联系方式"), start=1))
    return (
        Step("申报外出", "out_on - 7", pno="pno"),
        *told,
        Step("行前教育", "out_on - 3", pno="pno", late=(C + "3.1.1-1", 12)),
        Step("统一编号", "out_on - 3", pno="pno"),
        Step("发放活动证", "out_on - 2", pno="pno", late=(C + "3.3.1-5", 22)),
        Step("登记发放", "out_on - 2", pno="pno", lacks=(C + "3.1.2-10",)),
        Step("外出", "out_on", pno="pno"),
    )


def _registered(city: City) -> tuple[Step, ...]:
    unknown = f"draw(no, 165, 12) = 0 AND NOT {has(C + '3.1.4-2')}"
    return (
        Step("登记去向", "out_on + 2", pno="pno", lacks=(C + "3.1.1-3",)),
        *steps("登记外出时间 登记从业单位 登记居住地点 登记联系方式", "out_on + 2", pno="pno"),
        Step("指定联系人", "out_on + 4", pno="no * 64 + 1", lacks=(C + "3.1.3-1",),
             moved=(GUIDE, city.day(8, 7))),
        Step("流入地不明", "out_on + 8", pno="pno", when=unknown),
        Step("通报流入地", "out_on + 14", pno="pno", when=f"NOT ({unknown})"),
        Step("名单抄送", "out_on + 20", pno="pno", when=f"NOT ({unknown})", lacks=(C + "3.1.4-2",)),
    )


def _coming_back() -> tuple[Step, ...]:
    return (
        Step("返回", "back", pno="pno", when="back IS NOT NULL"),
        Step("查验活动证", "back + 3", pno="pno", when="back IS NOT NULL", lacks=(C + "3.1.5-1",)),
        Step("汇报外出情况", "back + 5", pno="pno", when="back IS NOT NULL", lacks=(C + "3.3.4-3",)),
    )


def _probationary(city: City) -> Course:
    """A probationary member who went away soon after admission and came back before full membership."""
    source = f"""(SELECT o.*, a.received_on + 30 AS out_on, a.received_on + 90 AS back, no * 64 + 61 AS pno
        FROM org o JOIN (SELECT no, received_on FROM applicant WHERE stage = 'C') a USING (no)
        WHERE {few(f"{ADOPTS} AND stage = 'C'", 166, 2)})"""
    leaving = tuple(Step(s.name, s.day, pno="pno", tags=tags("预备党员") if s.name == "外出" else "NULL")
                    for s in _leaving())
    called = tuple(Step("联系", f"out_on + {days}", pno="pno") for days in (8, 24, 40, 55))
    return Course("流动党员", "预备", "TRUE", (
        *leaving, *(Step(s.name, s.day, pno=s.pno, when=s.when) for s in _registered(city)), *called,
        Step("预备期考察", "out_on + 50", pno="pno"),
        *(Step(s.name, s.day, pno="pno") for s in _coming_back()),
        Step("讨论转正", "out_on + 330", pno="pno"),
    ), source=source, last_year=1)


def _moved_in(city: City) -> Course:
    """A member (or applicant) of elsewhere; what the case asks for depends on its class."""
    source = f"""(SELECT o.*, CASE WHEN {any_of(*_IN)} THEN {city.day(1, 20)} + draw(no, 167, 90)
            ELSE {city.day(8, 1, -1)} + draw(no, 167, 380) END AS came_on,
        CASE WHEN {has(C + '3.2.3-2')} THEN '单位有党组织' ELSE
        ['未领证', '单位有党组织', '入党积极分子', '预备党员', '未领证', '单位有党组织', NULL][1 + draw(no, 168, 7)] END AS class
        FROM org o WHERE {ADOPTS} AND ({few(ADOPTS, 169, 4)} OR {any_of(*_IN)}))"""
    examined = "class IN ('入党积极分子', '预备党员')"
    return Course("流入党员", "流入", "TRUE", (
        Step("流入", "came_on", tags="CASE WHEN class IS NOT NULL THEN [class] END"),
        Step("查验凭证", "came_on + 1", lacks=(C + "3.2.2-1",)),
        *steps("登记职业 登记学历 登记工作 登记居住地 登记联系方式", "came_on + 3"),
        Step("建立档案", "came_on + 5", lacks=(C + "3.2.1-8",)),
        Step("编入组织", "came_on + 8"),
        Step("编入单位党组织", "came_on + 8", when="class = '单位有党组织'", lacks=(C + "3.2.3-2",)),
        Step("帮助领证", "came_on + 12", when="class = '未领证'"),
        Step("结对联谊", "came_on + 18", lacks=(C + "3.2.3-6",)),
        Step("参加组织生活", "came_on + 40"),
        Step("教育考察", "came_on + 90", when=examined),
        Step("提供考察材料", "came_on + 120", when=examined),
        Step("通报表现", "came_on + 150"),
        Step("离开", "came_on + 200", when=f"draw(no, 170, 3) = 0 AND NOT {any_of(*_IN)}"),
    ), source=source, last_year=4)
