"""What agencies do beside that (luoyang-2020, feicheng-standard), and counties and below (county-longterm)."""

from __future__ import annotations

from workbench.sample.fault import C, F, L
from workbench.sample.habit import (
    AGENCY_BRANCH, AGENCY_COMMITTEE, AGENCY_GROUP, AGENCY_UNIT, BRANCH, CITY, CITY_WORK_COMMITTEE, COMMITTEE, COUNTY,
    EVER, FIRST_HALF, GROUP, MONTH, QUARTER, SECRETARY, WORK_COMMITTEE, Habit, but, tagged,
)

STUDY_GROUP = Habit("中心组学习", 2, (0, 26), AGENCY_GROUP, chair=SECRETARY, minutes="TRUE",
                    lacks=(L + "14-1", "month(p) > 1"))
_THEMES = ("集体学习", "缴纳党费", "党性分析")
_DAY_AND_PLACE = ("固定时间", "固定地点")
_CHECKED = ("党员教育", "联系服务群众", "流动党员管理")
#: Two years count from an even one; a hundred are chosen at its beginning.
_EVEN_YEAR = "CASE WHEN year(p) % 2 = 0 THEN 1 ELSE 0 END"

_OF_GROUPS = (
    STUDY_GROUP,
    Habit("党委会", 6, (20, 150), AGENCY_GROUP, tags=tagged("意识形态"), lacks=(L + "18-1", EVER)),
    Habit("党委会", 6, (20, 150), AGENCY_GROUP, tags=tagged("机关党建"), lacks=(L + "54-7", FIRST_HALF)),
    Habit("党委会", 12, (60, 200), AGENCY_GROUP, tags=tagged("支部建设", "群团工作"), before=True),
    Habit("意识形态研判", 3, (10, 85), AGENCY_GROUP, lacks=(L + "18-3", QUARTER)),
    Habit("专题报告", 6, (120, 175), AGENCY_GROUP, tags=tagged("意识形态"), lacks=(L + "18-2", FIRST_HALF)),
    Habit("专题报告", 6, (120, 175), AGENCY_GROUP, tags=tagged("八项规定")),
    Habit("专题报告", 12, (150, 300), AGENCY_GROUP, tags=tagged("履责情况"), before=True),
    Habit("八项规定通报", 3, (60, 88), AGENCY_GROUP, lacks=(L + "35-2", QUARTER)),
    Habit("巡回观摩", 3, (10, 85), AGENCY_GROUP, lacks=(L + "28-1", QUARTER)),
    Habit("党规党纪教育", 12, (60, 180), AGENCY_GROUP, minutes="TRUE", before=True),
    Habit("党课", 12, (90, 200), AGENCY_GROUP, slot=SECRETARY, tags=tagged("廉政"), before=True),
    Habit("党建通报", 12, (150, 220), AGENCY_GROUP, before=True),
    Habit("部门内评议", 12, (330, 360), AGENCY_GROUP, before=True),
)
_OF_UNITS = (
    Habit("接受观摩", 12, (20, 260), f"{BRANCH} AND o.sector IN ('机关', '事业单位')"),
    Habit("实地红色教育", 12, (90, 200), AGENCY_COMMITTEE, before=True),
    Habit("现场述职", 12, (320, 360), AGENCY_UNIT, tags=tagged("向全体党员"), before=True),
    Habit("接受考评", 12, (60, 150), AGENCY_UNIT, tags=tagged("日常考核", "线上考核"), before=True),
    Habit("书记突破项目", 12, (10, 60), AGENCY_UNIT, quantity="1", before=True),
    Habit("积分公开", 3, (50, 88), AGENCY_BRANCH, lacks=(L + "29-4", QUARTER)),
    Habit("主题党日", 1, (3, 20), AGENCY_BRANCH, minutes="TRUE",
          tags=but(tagged(*_THEMES), F + "2.2-3", MONTH, tagged("集体学习", "党性分析"))),
)
_OF_WORK_COMMITTEES = (
    Habit("党建调度", 1, (3, 25), WORK_COMMITTEE, lacks=(F + "1.1-1", MONTH)),
    Habit("党建通报", 3, (60, 88), WORK_COMMITTEE, lacks=(F + "1.1-2", QUARTER)),
    Habit("党建督查", 12, (120, 200), CITY_WORK_COMMITTEE, before=True),
    Habit("举办轮训", 12, (90, 160), CITY_WORK_COMMITTEE, quantity="1", before=True),
    Habit("评选道德模范", 12, (60, 170), CITY_WORK_COMMITTEE, before=True),
    Habit("河洛清风大讲堂", 3, (10, 80), CITY_WORK_COMMITTEE, lacks=(L + "44-1", QUARTER)),
)
_OF_THE_CITY = (
    Habit("党委会", 12, (60, 150), CITY, tags=tagged("机关党建"), before=True),
    Habit("选树优秀党员", 12, (4, 25), CITY, quantity="100", copies=_EVEN_YEAR, before=True),
    Habit("选树优秀党务工作者", 12, (4, 25), CITY, quantity="50", copies=_EVEN_YEAR, before=True),
    Habit("干部交流", 12, (60, 160), CITY, quantity="6", before=True),
    Habit("选派年轻干部", 12, (60, 160), CITY, quantity="12", before=True),
)
_OF_COUNTIES = (
    Habit("向全委会报告", 12, (10, 60), "o.type = '党委' AND o.level = '县'", before=True),
    Habit("党建督查", 12, (90, 170), f"{COMMITTEE} AND {COUNTY} AND o.level IN ('县', '乡镇')",
          tags=but(tagged(*_CHECKED), C + "4.5-7", EVER, tagged("党员教育", "联系服务群众")), before=True),
    Habit("领导接待日", 1, (5, 25), f"{GROUP} AND {COUNTY}", minutes="TRUE",
          chair=but(SECRETARY, C + "2.4-3", MONTH, "(o.home - o.no) * 64 + 7"), lacks=(C + "2.4-1", MONTH),
          tags=but(tagged(*_DAY_AND_PLACE), C + "2.4-2", MONTH, tagged("固定时间"))),
    Habit("联系流动党员", 3, (5, 85), f"{BRANCH} AND {COUNTY}", minutes=but("TRUE", C + "3.1.3-3", QUARTER, "FALSE")),
)

HABITS = (*_OF_GROUPS, *_OF_UNITS, *_OF_WORK_COMMITTEES, *_OF_THE_CITY, *_OF_COUNTIES)
