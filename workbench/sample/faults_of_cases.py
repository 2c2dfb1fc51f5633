"""Faults planted in dated steps, answers on site and the standard."""

from __future__ import annotations

from workbench.sample.fault import BRANCH, FAILED, GROUP, MANUAL, WITH_COMMITTEE, C, F, Fault, L, S, X, fault

_P = X + "2.6."
_ADMISSION = {"group": "发展党员"}
_DEPARTMENT = "type = '组织部'"
_COUNTY_GROUP = f"{GROUP} AND level = '县'"
_UNIT = "sector = '机关' AND type IN ('机关党委', '党总支', '党支部')"
_HEADED = "sector = '机关' AND type IN ('机关党委', '机关纪委')"
#: Branches with a floating member (as ``people.py`` draws them).
FLOATING = f"""{BRANCH}
    AND len(list_filter(range(7, size), lambda slot: draw(no * 64 + slot, 53, 100) BETWEEN 15 AND 19)) > 0
    AND sector IN ('农村', '社区')"""
#: Organisations that stood when an election seven years ago was held.
_OLD = "coalesce(year(established_on) < 2015, TRUE)"
_RURAL = f"{BRANCH} AND sector = '农村'"
_BELOW_GENERAL, _BELOW_AGENCY_COMMITTEE = (
    f"{BRANCH} AND parent IN (SELECT no FROM tree WHERE type = '{kind}')" for kind in ("党总支", "机关党委"))

_ADMISSIONS = (
    fault(_P + "1-1", WITH_COMMITTEE, "确定积极分子后支委会才审核申请", "审核推后", (6, 30), **_ADMISSION),
    fault(_P + "1-2", _BELOW_GENERAL, "积极分子名单未报党总支", "删去步骤“积极分子报党总支”", (6, 30), **_ADMISSION),
    fault(_P + "1-3", _BELOW_AGENCY_COMMITTEE, "积极分子名单未报机关党委", "删去步骤“积极分子报机关党委”", (6, 30), **_ADMISSION),
    fault(_P + "1-5", BRANCH, "公示未满即填登记表", "登记表提前", (6, 30), **_ADMISSION),
    fault(_P + "3-3", BRANCH, "上半年考察未填考察表", "删去上半年的考察表", (6, 30), **_ADMISSION),
    fault(_P + "4-3", BRANCH, "发展对象未报上级审核", "删去步骤“发展对象报上级审核”", (6, 30), **_ADMISSION),
    fault(_P + "6-1", f"{BRANCH} AND sector <> '机关'", "未经政治审查即接收", "删去步骤“政治审查合格”", (6, 30),
          also=((_P + "0-1", FAILED),), **_ADMISSION),
    fault(_P + "6-2", BRANCH, "接收前未参加短期集中培训", "删去步骤“短期集中培训”", (6, 30), **_ADMISSION),
    fault(_P + "7-1", BRANCH, "填写志愿书后上级才预审同意", "预审推后", (6, 30), **_ADMISSION),
    fault(_P + "8-1", WITH_COMMITTEE, "支委会未审查即提交支部大会", "删去步骤“支委会审查”", (6, 30), **_ADMISSION),
    fault(_P + "9-1", BRANCH, "支部大会决议未填入志愿书", "删去步骤“决议填入志愿书”", (8, 31), **_ADMISSION),
    fault(_P + "11-3", BRANCH, "预备期从上级批准之日起算", "起算日期推后", (6, 30), **_ADMISSION),
    fault(_P + "11-1", BRANCH, "转正以前未宣誓", "删去步骤“入党宣誓”", (8, 31), **_ADMISSION),
    fault(_P + "11-4", BRANCH, "本人未申请即转正", "删去步骤“转正申请”", (8, 31), **_ADMISSION),
    fault(_P + "11-5", BRANCH, "未公示即转正", "删去步骤“转正公示”", (8, 31), **_ADMISSION),
)
_FLOATING_MEMBERS = (
    *(fault(C + code, FLOATING, how, changed, day, verdict=verdict, also=also, group="流动党员")
      for code, how, changed, day, verdict, also in (
        ("3.1.1-1", "外出以后才作教育", "行前教育推后", (4, 30), FAILED, ()),
        ("3.1.1-3", "登记册没有去向", "删去步骤“登记去向”", (1, 31), FAILED, ()),
        ("3.1.2-10", "活动证发放没有登记", "删去步骤“登记发放”", (6, 15), FAILED, ()),
        ("3.1.3-1", "没有指定联系人", "删去步骤“指定联系人”", (1, 31), FAILED, ()),
        ("3.1.3-2", "有一个月没有联系外出党员", "删去该月的联系", (1, 31), FAILED, ()),
        ("3.1.3-4", "评议党员没有通知流动党员", "删去步骤“通知流动党员”", (3, 31), FAILED, ()),
        ("3.1.3-5", "选举没有通知流动党员", "删去步骤“通知流动党员”", (6, 30), FAILED, ()),
        ("3.1.4-2", "名单没有抄送流入地", "删去步骤“名单抄送”", (1, 31), FAILED, ()),
        ("3.1.5-1", "党员返回没有查验活动证", "删去步骤“查验活动证”", (6, 30), FAILED, ((C + "3.3.4-2", MANUAL),)),
        ("3.1.5-4", "评议外出党员没有流入地反馈", "删去步骤“流入地反馈”", (3, 31), MANUAL, ()),
        ("3.3.1-1", "外出以前没有报告事由", "删去步骤“报告事由”", (4, 30), MANUAL, ()),
        ("3.3.1-5", "外出以后才发活动证", "发证推后", (5, 31), MANUAL, ()),
        ("3.3.4-3", "党员返回没有汇报", "删去步骤“汇报外出情况”", (6, 30), MANUAL, ()),
      )),
    *(fault(C + code, f"{BRANCH} AND sector IN ('农村', '社区')", how, f"删去步骤“{step}”", (6, 30), group="流入党员")
      for code, how, step in (
        ("3.2.1-8", "流入党员没有档案", "建立档案"), ("3.2.2-1", "没有查验流入党员的凭证", "查验凭证"),
        ("3.2.3-2", "单位有党组织而没有编入", "编入单位党组织"), ("3.2.3-6", "没有与流入党员结对", "结对联谊"))),
)
_BRANCHES = (
    fault(C + "1.3-8", f"{BRANCH} AND sector IN ('农村', '社区')", "评议较差的党员没有人结对", "删去步骤“结对帮助”", (5, 31),
          group="民主评议"),
    fault(C + "2.2-1", _RURAL, "有岗位而没有职责", "删去步骤“定责”", (5, 31), group="设岗定责"),
    fault(C + "2.2-2", _RURAL, "未定目标先行考评", "考评提前", (4, 30), group="设岗定责"),
    fault(C + "3.2.4-10", f"{BRANCH} AND sector IN ('农村', '社区')", "工作不落实而未通报批评", "删去步骤“通报批评”", (7, 31),
          verdict=MANUAL, group="责任考核"),
    fault(C + "3.2.4-9", f"{BRANCH} AND sector IN ('农村', '社区')", "工作不落实当年仍参加评先", "补步骤“评先评优”", (6, 30),
          verdict=MANUAL, group="责任考核"),
    fault(X + "2.2.1-6", BRANCH, "先处分后由支部大会表决", "表决推后", (6, 30), verdict=MANUAL, group="处分处置"),
    fault(X + "2.4-9", BRANCH, "不合格党员的处理意见未经表决", "删去步骤“支部大会表决”", (6, 30), verdict=MANUAL,
          group="处分处置"),
    fault(X + "2.2.1-7", BRANCH, "选举当日没有党员大会", "选举改期", (5, 31), **_ADMISSION),
    fault(X + "2.4-5", BRANCH, "评议当日没有党员大会", "评议改期", (2, 28), **_ADMISSION),
    fault(X + "2.4-6", BRANCH, "表彰处理早于评议", "表彰处理提前", (3, 31), group="民主评议"),
    fault(X + "2.7-4", BRANCH, "除名决定没有报上级批准", "删去步骤“报上级批准”", (6, 30), verdict=MANUAL),
    fault(X + "2.9-1", BRANCH, "与定点帮扶村的联系点已结束", "补步骤“结束”", (4, 30)),
)
_GROUPS = (
    *(fault(X + code, "type = '党组'", how, changed, (4, 30), group="民主生活会") for code, how, changed in (
        ("2.5-7", "会后未报情况报告", "删去步骤“上报情况报告”"), ("2.5-8", "会后未报会议记录", "删去步骤“上报会议记录”"),
        ("2.5-9", "会后未报发言提纲", "删去步骤“上报发言提纲”"), ("2.5-10", "会后未报群众意见", "删去步骤“上报群众意见”"),
        ("2.5-11", "会后未报整改措施", "删去步骤“上报整改措施”"), ("2.5-14", "会后才通报时间和主题", "通报推后"), ("2.5-18", "一名成员没有发言提纲", "删去一名"),
        ("2.5-19", "主要负责人没有与一名成员谈心", "删去一名"), ("2.5-20", "一名成员没有互谈", "删去一名"),
        ("2.5-26", "没有检查上次整改", "删去步骤“检查上次整改”"))),
    fault(X + "2.5-17", "type = '党组'", "涉及个人的意见没有反馈本人", "删去步骤“反馈本人”", (4, 30)),
    fault(X + "2.5-23", "type = '党组'", "整改方案没有时限", "删去步骤“明确整改时限”", (4, 30)),
    fault(X + "2.5-24", "type = '党组'", "整改方案没有责任人", "删去步骤“明确整改责任人”", (4, 30)),
    fault(X + "2.5-27", "type = '党组'", "没有解决的问题未限期改正", "删去步骤“限期改正”", (6, 30)),
    fault(X + "3.10-1", "type = '党组'", "一件意见没有提交研究", "删去步骤“提交研究”", (4, 30)),
    fault(X + "3.11-2", "type = '党组'", "一般性意见的结果没有通知本人", "删去步骤“通知本人”", (4, 30)),
    fault(X + "3.11-3", "type = '党组'", "普遍性问题的结果没有公布", "删去步骤“公布结果”", (7, 31)),
    *(fault(X + code, "type = '党组'", how, changed, (5, 31), verdict=verdict, group="廉政")
      for code, how, changed, verdict in (
        ("4.4.1-1", "情节轻微而发警示诫勉通知书", "改文书", MANUAL), ("4.4.2-3", "谈话前没有提纲", "删去步骤“列出谈话提纲”", FAILED),
        ("4.4.3-1", "谈话前没有书面通知", "删去步骤“书面通知本人”", FAILED), ("4.4.4-1", "没有登记表", "删去步骤“填写登记表”", FAILED),
        ("4.4.4-4", "未经批准即发通知书", "删去步骤“主要领导批准”", FAILED))),
    *(fault(C + code, _COUNTY_GROUP, how, f"删去步骤“{step}”", (6, 30), group="群众来访") for code, how, step in (
        ("2.4-4", "来访没有登记", "首问登记"), ("2.4-6", "职责外的事项没有介绍", "转介"), ("2.4-7", "来访没有答复", "答复"))),
)
_OVERSIGHT = (
    fault(S + "6-2", f"{BRANCH} AND sector <> '机关'", "任职以后才谈话", "任前谈话推后", (3, 31), verdict=MANUAL, group="书记"),
    fault(S + "6-4", f"{BRANCH} AND sector <> '机关'", "任前谈话没有讲职责", "删去一项类别", (3, 31), verdict=MANUAL, group="书记"),
    fault(S + "7.4-2", _DEPARTMENT, "查单发现的问题没有反馈", "删去步骤“点对点反馈”", (5, 31), group="督查问题"),
    fault(S + "7.4-3", _DEPARTMENT, "查单发现的问题没有督促整改", "删去步骤“督促整改、整改完成”", (5, 31), group="督查问题"),
    fault(S + "14-3", _DEPARTMENT, "工作不实而没有约谈", "删去步骤“约谈主要负责人”", (7, 31), verdict=MANUAL, group="督查问题"),
    *(fault(S + code, BRANCH, how, f"删去步骤“{step}”", day, verdict=MANUAL, group="亮牌") for code, how, step, day in (
        ("12.1-1", "首次督查有问题而未亮黄牌", "黄牌", (4, 30)), ("12.1-2", "黄牌至今未整改", "整改完成", (5, 31)),
        ("12.2-4", "橙牌没有约谈", "上级书记约谈", (8, 31)), ("12.2-5", "橙牌整改材料没有备案", "整改材料备案", (8, 31)))),
    *(fault(S + code, BRANCH, how, f"等次改为“一般”，删去步骤“{step}”", (4, 30), verdict=MANUAL, group="书记")
      for code, how, step in (
        ("15.1-2", "评为一般而没有约谈提醒", "约谈提醒"), ("15.1-3", "评为一般而没有整改", "整改完成"))),
    fault(S + "15.2-2", BRANCH, "推荐的书记只评为较好", "等次改为“较好”，补步骤“推荐”", (12, 31), verdict=MANUAL, group="书记"),
    fault(S + "15.1-4", BRANCH, "问题严重而未追责", "删去步骤“追责问责”", (7, 31), verdict=MANUAL),
    fault(S + "9-3", "type IN ('党组', '党总支')", "联系点已全部结束", "补步骤“结束”", (5, 31)),
)
_AGENCIES = (
    *(fault(L + code, _UNIT, how, changed, day, verdict=verdict) for code, how, changed, day, verdict in (
        ("20-4", "岗位变动没有谈话", "删去步骤“谈话”", (3, 31), FAILED),
        ("20-5", "组织处理没有谈话", "删去步骤“谈话”", (3, 31), FAILED),
        ("21-2", "先调整设置后批准", "批准推后", (3, 31), FAILED),
        ("39-1", "新入职干部没有廉政教育", "删去步骤“廉政教育”", (3, 31), MANUAL),
        ("39-2", "任职以后才作廉政谈话", "谈话推后", (3, 31), FAILED),
        ("41-1", "四官问题至今没有查处", "删去步骤“查处”", (8, 31), MANUAL),
        ("43-1", "严重违纪没有追究监督责任", "删去步骤“追究监督责任”", (8, 31), MANUAL),
        ("49-1", "专班没有设立临时党支部", "删去步骤“设立临时党支部”", (4, 30), FAILED))),
    *(fault(L + code, f"{where} AND sector = '机关' AND {_OLD}", "届满未换届", "选举改为7年前", (1, 1), group="换届")
      for code, where in (("22-1", "type = '机关党委'"), ("22-3", WITH_COMMITTEE),
                          ("22-4", f"{BRANCH} AND NOT has_committee"))),
    fault(L + "24-3", f"{BRANCH} AND sector = '机关'", "新任书记7个多月才参加集中培训", "集中培训推后", (8, 31), group="书记"),
    *(fault(L + code, _HEADED, how, changed, (8, 31), group="负责人") for code, how, changed in (
        ("58-11", "没有与机关工委沟通人选", "删去步骤“沟通机关工委”"),
        ("58-12", "没有与纪检监察工委沟通人选", "删去步骤“沟通纪检监察工委”"),
        ("58-13", "人选只能任40个月", "改数值"), ("58-14", "负责人空缺至今", "删去步骤“任职”"))),
    *(fault(F + code, _UNIT, how, f"等次改为“差”，删去步骤“{step}”", (4, 30), verdict=MANUAL, group="考核")
      for code, how, step in (
        ("4.4-7", "党建考核为差而没有约谈", "约谈"), ("4.4-8", "党建考核为差而没有通报批评", "通报批评"))),
    fault(L + "29-5", f"{BRANCH} AND sector = '机关'", "积分不合格的党员没有处置", "等次改为“不合格”", (4, 30), verdict=MANUAL,
          group="积分"),
    fault(F + "2-2", _UNIT, "基本标准有一项不符合", "改一项核查结果", (6, 30)),
)
_ON_SITE = tuple(fault(code, where, how, "核查结果改为“不符合”", (5, 31), group="现场核查") for code, where, how in (
    (S + "4.4-6", BRANCH, "现场未见活动阵地"), (X + "3.5-1", BRANCH, "现场未见监督箱"), (L + "25-1", GROUP, "现场未见党员活动室"),
    (C + "3.1.1-8", f"{BRANCH} AND sector IN ('农村', '社区')", "现场未见流动党员台账")))
FAULTS: tuple[Fault, ...] = (*_ADMISSIONS, *_FLOATING_MEMBERS, *_BRANCHES, *_GROUPS, *_OVERSIGHT, *_AGENCIES, *_ON_SITE)
#: Requirements of this part that cannot fail before the year has ended, nor lag behind.
YEAR_END: tuple[str, ...] = ()
