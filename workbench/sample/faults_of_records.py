"""Faults planted in activities, sign-in, posts, people, figures, ratings and dues."""

from __future__ import annotations

from workbench.sample.fault import (
    ALL, BEHIND, BRANCH, COMMITTEE, MANUAL, TOWNSHIP, UNKNOWN, WITH_COMMITTEE, C, F, Fault, L, S, X, fault,
)

_GROUP = "type = '党组'"
_AGENCY_GROUP = f"{_GROUP} AND sector = '机关'"
_AGENCY_BRANCH = f"{BRANCH} AND sector = '机关'"
_AGENCY_COMMITTEE = "type = '机关党委' AND sector = '机关'"
_WORK_COMMITTEE = "type = '工委' AND sector = '机关'"
#: Groups with an agency committee below them; units of agencies right below a department, and those further below.
_OVER_COMMITTEE = f"{_GROUP} AND no IN (SELECT parent FROM tree WHERE type = '机关党委' AND sector = '机关')"
RIGHT_BELOW = """sector = '机关' AND (type = '党总支' OR type = '党支部' AND has_committee)
    AND parent IN (SELECT no FROM tree WHERE type IN ('党组', '组织部'))"""
_FURTHER_BELOW = f"{_AGENCY_BRANCH} AND parent IN (SELECT no FROM tree WHERE type IN ('机关党委', '党总支'))"

_MEETINGS = (
    fault(X + "2.2.1-2", BRANCH, "有一个月的党员大会由委员主持", "改主持人", (1, 31), group="党员大会"),
    fault(X + "2.2.1-3", BRANCH, "有一个月的党员大会会后才通知议题", "改通知日期", (1, 31), group="党员大会"),
    fault(X + "2.2.2-2", WITH_COMMITTEE, "有一个月的支委会由普通党员主持", "改主持人", (1, 31), group=X + "2.2.2-1"),
    fault(X + "2.2.2-3", WITH_COMMITTEE, "有一个月的支委会没有记录", "改有无记录", (1, 31), group=X + "2.2.2-1"),
    fault(X + "2.1-3", BRANCH, "有一个月的集中学习没有记录", "改有无记录", (1, 31), group=X + "2.1-1"),
    fault(X + "2.3-2", BRANCH, "上半年组织生活会前未征求党外意见", "删去标签", (6, 30), group=X + "2.3-1"),
    fault(X + "2.3-3", f"{BRANCH} AND sector <> '机关'", "副书记全年未参加组织生活会", "删去签到", (12, 31)),
    fault(X + "2.5-15", _GROUP, "未征求意见", "删去征求意见", (6, 30), verdict=BEHIND),
    fault(X + "3.4-1", _GROUP, "公开以后才审定", "改审定日期", (3, 31)),
    fault(S + "10-5", COMMITTEE, "一次例会未调度班子成员一岗双责", "删去标签", (1, 31), group=S + "10-1"),
    fault(S + "13-2", f"{COMMITTEE} AND level IN ('市', '县')", "述职评议未分层级", "删去标签", (12, 31)),
    fault(S + "7.1-6", ALL, "个性项目没有时限要求", "删去标签", (2, 1)),
    fault(S + "7.1-7", ALL, "清单里没有硬性指标", "删去标签", (12, 31)),
    fault(L + "14-1", _AGENCY_GROUP, "中心组本年只集中研讨1次", "删去3月以来的中心组学习", (6, 30), verdict=BEHIND),
    fault(L + "18-1", _AGENCY_GROUP, "未专题研究意识形态", "删去该议题的党委会", (6, 30), verdict=BEHIND),
    fault(L + "18-2", _AGENCY_GROUP, "上半年未专题报告意识形态", "删去上半年的专题报告", (6, 30)),
    fault(L + "18-3", _AGENCY_GROUP, "一个季度未研判意识形态", "删去该季度的研判", (3, 31)),
    fault(L + "28-1", _AGENCY_GROUP, "一个季度未组织巡回观摩", "删去该季度的观摩", (3, 31)),
    fault(L + "29-4", _AGENCY_BRANCH, "一个季度未公开积分", "删去该季度的公开", (3, 31)),
    fault(L + "35-2", _AGENCY_GROUP, "一个季度未通报八项规定执行情况", "删去该季度的通报", (3, 31)),
    fault(L + "44-1", f"{_WORK_COMMITTEE} AND level = '市'", "一个季度未办河洛清风大讲堂", "删去该季度的大讲堂", (3, 31)),
    fault(L + "54-7", _AGENCY_GROUP, "上半年未专题研究机关党建", "删去上半年的党委会", (6, 30)),
    fault(L + "58-3", _OVER_COMMITTEE, "专职副书记未列席民主生活会", "删去签到", (12, 31)),
    fault(L + "58-4", _OVER_COMMITTEE, "专职副书记未列席中心组学习", "删去签到", (1, 31)),
    fault(L + "7-5", _AGENCY_BRANCH, "一名党员领导干部全年未参加组织生活", "删去签到", (12, 31),
          also=((X + "2.3-3", "未达标"),)),
    fault(F + "1.1-1", _WORK_COMMITTEE, "有一个月未调度机关党建", "删去该月的调度", (1, 31)),
    fault(F + "1.1-2", _WORK_COMMITTEE, "一个季度未通报机关党建", "删去该季度的通报", (3, 31)),
    fault(F + "2.2-3", _AGENCY_BRANCH, "一次主题党日没有缴纳党费", "删去标签", (1, 31)),
    fault(C + "2.4-1", _AGENCY_GROUP, "有一个月没有领导接待日", "删去该月的接待日", (1, 31), group="接待日"),
    fault(C + "2.4-2", _AGENCY_GROUP, "一次接待日地点不固定", "删去标签", (1, 31), group="接待日"),
    fault(C + "2.4-3", _AGENCY_GROUP, "一次接待日不由班子成员接待", "改主持人", (1, 31), group="接待日"),
    fault(C + "3.1.3-3", BRANCH, "一个季度联系流动党员没有记录", "改有无记录", (3, 31)),
    fault(C + "4.5-7", COMMITTEE, "督促检查不含流动党员管理", "删去标签", (12, 31)),
)
_PEOPLE = (
    fault(X + "2.4-4", BRANCH, "一名党员未作自我总结", "删去该人的自我总结", (12, 31)),
    fault(L + "15-3", f"{_AGENCY_BRANCH} AND NOT list_contains(adopted, 'county-longterm')", "一名党员本年只学习16学时",
          "删去该人4月以来的集体教育", (7, 31), verdict=BEHIND,
          # Monthly study is on record without names: who took part in it is not known.
          over=((L + "15-3", UNKNOWN),)),
    fault(C + "1.2-2", f"{BRANCH} AND sector IN ('农村', '社区')", "一名党员本年只参加2天集体教育",
          "删去该人4月以来的集体教育", (6, 30), verdict=BEHIND),
    fault(L + "34-1", _AGENCY_BRANCH, "一名党员未参加志愿服务", "删去该人的志愿服务", (6, 30), verdict=BEHIND),
    fault(L + "40-1", _AGENCY_BRANCH, "一名党员春节未参加家风活动", "删去该人的家风活动", (4, 1)),
    fault(L + "42-2", _AGENCY_BRANCH, "一名党员领导干部没有廉政档案", "删去该人的廉政档案", (2, 28)),
    fault(L + "14-2", _AGENCY_GROUP, "一名中心组成员未写学习体会", "删去该人的学习体会", (6, 30), verdict=BEHIND),
    fault(L + "32-4", _AGENCY_GROUP, "一名班子成员未写调研报告", "删去该人的调研报告", (6, 30), verdict=BEHIND),
    fault(C + "2.5-1", _AGENCY_BRANCH, "县级领导本年只调研6天", "删去2月以来的调研", (6, 30), verdict=BEHIND,
          over=((C + "2.5-1", MANUAL),)),
    fault(L + "24-1", _FURTHER_BELOW, "支部书记不是内设机构正职", "删去该职务", (1, 31)),
    fault(L + "58-1", _AGENCY_COMMITTEE, "机关党委书记不是党组书记或分管成员", "删去该职务", (1, 31)),
    fault(L + "58-7", RIGHT_BELOW, "没有专人负责机关党建", "删去党务干部", (1, 31), group=S + "5-14"),
    fault(L + "58-8", f"{_AGENCY_COMMITTEE} AND no % 2 = 0", "机关纪委已撤销，未再设", "改机关纪委的撤销日期", (1, 31)),
    fault(L + "58-10", RIGHT_BELOW, "没有纪检委员", "删去纪检委员", (1, 31)),
    fault(L + "59-1", f"{_AGENCY_BRANCH} AND coalesce(established_on, DATE '1990-01-01') < DATE '2014-01-01'",
          "专职党务干部任职满8年未轮岗", "改任职日期", (1, 31), group=S + "5-14"),
    fault(S + "8-7", TOWNSHIP, "书记未兼任青年人才党支部书记", "删去该职务", (1, 31)),
)
_FIGURES = (
    fault(L + "57-1", f"{_AGENCY_GROUP} AND NOT list_contains(adopted, 'feicheng-standard')", "没有专职党务干部", "改指标",
          (1, 31)),
    fault(L + "57-2", _AGENCY_GROUP, "从事党务工作的只有2人", "改指标", (1, 31), group=S + "4.4-4"),
    fault(S + "4.4-5", _AGENCY_GROUP, "工作人员60人，无人从事党务工作", "改两项指标", (6, 30), group=S + "4.4-4",
          also=((S + "4.4-4", "未达标"), (L + "57-2", "未达标"))),
    fault(L + "60-4", _AGENCY_COMMITTEE, "党费只留用四成", "改指标", (1, 31)),
    fault(X + "1.6-1", _GROUP, "没有党组织活动经费", "改指标", (1, 31)),
    fault(S + "15.1-1", ALL, "述职评议为较好，年度考核评为优秀", "改两项等次", (12, 31), verdict=MANUAL, group="书记"),
    fault(F + "4.4-12", "type IN ('机关党委', '党总支', '党支部') AND sector = '机关'", "书记述职后未接受党员评议", "删去党员评议",
          (12, 31)),
    fault(X + "2.7.1-1", BRANCH, "一名党员4月党费由他人代交", "改交纳方式", (4, 30), verdict=MANUAL, group="党费"),
    fault(X + "2.7.1-2", BRANCH, "一名党员4月党费由他人代交，支委会未同意", "改交纳方式，删去同意日期", (4, 30),
          also=((X + "2.7.1-1", MANUAL),), group="党费"),
    fault(X + "2.7.2-2", BRANCH, "一名党员4月党费5月补交，支委会未同意", "改交纳日期，删去同意日期", (5, 31), group="党费"),
    fault(X + "2.7.3-1", BRANCH, "一名党员4月党费少交2元", "改实交金额", (4, 30), group="党费"),
)

#: Held later by leave: nothing follows from it.
_PERMITTED = Fault("permitted", BRANCH, "有一个月的党员大会经批准次月28日补开", "删去该月的党员大会，增加补开许可", (), (4, 30), "党员大会")

FAULTS: tuple[Fault, ...] = (*_MEETINGS, *_PEOPLE, *_FIGURES, _PERMITTED)
#: Requirements of this part that cannot fail before the year has ended, nor lag behind.
YEAR_END: tuple[str, ...] = ()
