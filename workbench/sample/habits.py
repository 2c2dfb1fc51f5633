"""What organisations of every kind do, as the first two documents ask (and what is like it in the others)."""

from __future__ import annotations

from workbench.sample.fault import S, X
from workbench.sample.faults import has
from workbench.sample.faults_mended import AGAIN, MEETING
from workbench.sample.habit import (
    AGENCY_GROUP, AGENCY_UNIT, ANY, BRANCH, COMMITTEE, COUNTY, DEPARTMENT, EVER, FIRST_HALF, GROUP, LEADING, MONTH,
    QUARTER, SECRETARY, TOWNSHIP, UPPER, WITH_COMMITTEE, Habit, but, tagged,
)

_WITH_CHILDREN = f"{UPPER} AND o.has_children"
_PROJECT = ("目标任务", "工作标准", "时限要求")
_MEETING_DUTIES = ("党建目标落实", "班子一岗双责", "下级书记履职")
_OPEN_OUTSIDE = ("机构设置", "领导分工", "党建工作计划", "任务落实", "党风廉政建设责任制", "规章制度及执行")
_REPORTED_TO = f"""CASE WHEN o.type = '机关党委' THEN {tagged("向上级党组织", "向机关工委", "向部门党组")}
    WHEN {AGENCY_UNIT} THEN {tagged("向上级党组织", "向机关党委")} WHEN {AGENCY_GROUP} THEN {tagged("向市委")} END"""

MEMBER_MEETING = Habit(
    "党员大会", 1, (0, 26), BRANCH, chair=but(SECRETARY, X + "2.2.1-2", MONTH, "3"), minutes="TRUE",
    noticed=but("2 + draw(k, 5, 4)", X + "2.2.1-3", MONTH, "-1"), extra=6,
    lacks=(X + "2.2.1-1", "permitted", MEETING, MONTH))
ORGANIZATIONAL_LIFE = Habit(
    "组织生活会", 6, (60, 175), BRANCH, extra=5, lacks=(X + "2.3-1", FIRST_HALF), chair=SECRETARY, minutes="TRUE",
    tags=but(tagged("党内意见", "党外群众意见"), X + "2.3-2", FIRST_HALF, tagged("党内意见")))
DEMOCRATIC_LIFE = Habit("民主生活会", 12, (300, 362), GROUP, before=True, chair=SECRETARY, minutes="TRUE")

HABITS: tuple[Habit, ...] = (
    MEMBER_MEETING,
    Habit("支委会", 1, (0, 26), WITH_COMMITTEE, lacks=(X + "2.2.2-1", MONTH),
          chair=but(SECRETARY, X + "2.2.2-2", MONTH, "8"), minutes=but("TRUE", X + "2.2.2-3", MONTH, "FALSE")),
    Habit("党小组会", 1, (3, 26), f"{BRANCH} AND o.size > 28"),
    Habit("集中学习", 1, (0, 26), BRANCH, hours="2 + draw(k, 3, 2)", extra=12,
          lacks=(X + "2.1-1", AGAIN, f"({MONTH} OR {has(AGAIN)} AND month(p) = 8)"),
          minutes=but("TRUE", X + "2.1-3", MONTH, "FALSE")),
    Habit("党课", 3, (5, 85), BRANCH, slot="1 + draw(k, 4, 3)", extra=8, lacks=(X + "2.2.3-1", QUARTER)),
    # Late in the year, clear of the quarters with a fault.
    Habit("党课", 12, (276, 350), BRANCH, slot="7", tags=tagged("普通党员讲课"), before=True),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tags=tagged("班子成员之间"), lacks=(X + "2.8-1", QUARTER)),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tags=tagged("班子成员与党员"), extra=8, lacks=(X + "2.8-2", QUARTER)),
    Habit("谈心谈话", 3, (2, 88), BRANCH, tags=tagged("党员之间"), lacks=(X + "2.8-3", QUARTER)),
    ORGANIZATIONAL_LIFE,
    Habit("民主评议党员", 12, (310, 362), BRANCH, before=True, own_year=True, minutes="TRUE",
          tags=f"CASE WHEN {COUNTY} THEN {tagged('党外群众意见')} END"),
    Habit("年度学习计划", 12, (3, 28), BRANCH, late=(X + "2.1-2", 50)),
    Habit("重点项目清单", 12, (3, 28), ANY, lacks=(S + "7.1-1", "waived", EVER)),
    Habit("清单项目", 12, (3, 28), ANY, tags=but(tagged("共性项目", *_PROJECT, "硬性指标"), S + "7.1-7", EVER,
                                             tagged("共性项目", *_PROJECT))),
    Habit("清单项目", 12, (3, 28), ANY, tags=but(tagged("个性项目", *_PROJECT), S + "7.1-6", EVER,
                                             tagged("个性项目", *_PROJECT[:2]))),
    Habit("责任清单", 12, (3, 28), ANY, late=(S + "7.1-2", 50)),
    Habit("进度公布", 3, (55, 88), ANY, lacks=(S + "7.2-2", QUARTER)),
    Habit("完成情况公布", 12, (336, 362), ANY, before=True),
    Habit("半年汇报", 6, (130, 178), ANY, lacks=(S + "10-3", FIRST_HALF)),
    Habit("党建总结", 12, (325, 362), ANY, before=True),
    Habit("书面报告", 12, (325, 362), ANY, before=True),
    Habit("现场述职", 12, (330, 362), ANY, tags=_REPORTED_TO, before=True),
    Habit("接受考评", 12, (330, 362), ANY, before=True,
          tags=f"CASE WHEN {AGENCY_UNIT} THEN {tagged('年终考核', '线下考核')} END"),
    Habit("党委会", 1, (0, 26), COMMITTEE),
    Habit("党委会", 2, (2, 55), COMMITTEE, tags=tagged("基层党建"), lacks=(S + "8-1", "month(p) > 2"),
          copies=f"CASE WHEN draw(k, 2, 100) < 30 AND NOT {has(S + '8-1')} THEN 2 ELSE 1 END"),
    Habit("班子会", 3, (5, 85), UPPER, tags=tagged("基层党建"), extra=20, lacks=(S + "4.2-1", EVER)),
    Habit("班子会", 1, (0, 26), UPPER),
    Habit("党建例会", 1, (1, 26), UPPER, lacks=(S + "10-1", MONTH), chair=SECRETARY,
          tags=but(tagged(*_MEETING_DUTIES), S + "10-5", MONTH, tagged("党建目标落实", "下级书记履职"))),
    Habit("调研", 1, (1, 25), LEADING, tags=tagged("基层党建"), slot=SECRETARY, spent="6", extra=15,
          lacks=(S + "8-3", MONTH)),
    Habit("联系点调研", 6, (40, 140), UPPER, slot=SECRETARY, spent="2", extra=10, lacks=(S + "9-1", EVER)),
    Habit("解决问题", 6, (45, 150), UPPER, quantity="1", extra=10, lacks=(S + "9-2", EVER)),
    Habit("创建示范点", 6, (60, 150), TOWNSHIP, quantity="1", lacks=(S + "8-6", EVER)),
    Habit("双重组织生活", 6, (20, 150), TOWNSHIP, slot=SECRETARY),
    # Leading cadres lecture once a year each; in branches late in the year, clear of the quarters with a fault.
    Habit("党课", 12, (40, 350), "o.type <> '党支部'", slot="1 + c", copies="2"),
    Habit("党课", 12, (276, 350), f"{BRANCH} AND o.sector = '机关'", slot="1 + c", copies="2"),
    DEMOCRATIC_LIFE,
    Habit("征求意见", 12, (2, 25), GROUP, tags=tagged("个别访谈", "座谈会"), lacks=(X + "2.5-15", EVER)),
    Habit("征求意见", 12, (2, 25), GROUP, tags=tagged("征求意见表", "意见箱"), lacks=(X + "2.5-15", EVER)),
    Habit("组织述职评议", 12, (15, 45), _WITH_CHILDREN, tags=but(tagged("分领域", "分层级"), S + "13-2", EVER,
                                                         tagged("分领域"))),
    Habit("点对点派单", 12, (45, 90), _WITH_CHILDREN),
    Habit("互学交流", 3, (10, 80), DEPARTMENT, lacks=(S + "10-2", QUARTER)),
    Habit("党建督查", 12, (183, 238), DEPARTMENT, copies="2", late=(S + "11-1", -62), before=True),
    Habit("清单督查", 12, (170, 230), DEPARTMENT),
    Habit("举办轮训", 12, (95, 150), DEPARTMENT, quantity="1", before=True),
    Habit("举办轮训", 12, (95, 170), TOWNSHIP, quantity="1", before=True),
    Habit("量化考核", 12, (325, 350), DEPARTMENT, before=True),
    Habit("考核情况备案", 12, (351, 363), DEPARTMENT, before=True),
    Habit("复盘式检查", 12, (80, 150), f"{UPPER} AND draw(o.no, 5, 2) = 0", before=True),
    Habit("推荐人选", 12, (30, 100), f"{COMMITTEE} AND (o.level = '县' OR list_contains(o.flags, '市直属'))",
          copies=f"CASE WHEN {has(S + '15.2-1')} THEN 5 ELSE draw(o.no, 6, 4) END"),
    Habit("党建工作安排", 12, (3, 28), GROUP, lacks=(X + "1.1-1", EVER)),
    Habit("党务公开通报", 3, (20, 85), GROUP, lacks=(X + "3.7-1", QUARTER)),
    Habit("党务公开发布", 12, (20, 60), GROUP, tags=tagged(*_OPEN_OUTSIDE),
          approved=but("2 + draw(k, 5, 6)", X + "3.4-1", EVER, "-4")),
    Habit("党务公开发布", 12, (20, 60), GROUP, tags=tagged("组织建设", "思想政治建设", "作风建设"),
          approved="2 + draw(k, 5, 6)"),
)
