"""Other spellings of terms as ledgers have them (别名) → the one value of :mod:`workbench.vocabulary`.

A spelling belongs to an enumeration, so the same word may mean different terms in different columns.
"""

from __future__ import annotations

from enum import StrEnum

from workbench import vocabulary as v
from workbench.records.tables import Column, ColumnType

_SPELLINGS: dict[type[StrEnum], dict[StrEnum, tuple[str, ...]]] = {
    v.OrgType: {
        v.OrgType.COMMITTEE: ("党的委员会", "基层党委", "党委会"),
        v.OrgType.WORK_COMMITTEE: ("党工委", "党的工作委员会", "工作委员会"),
        v.OrgType.AGENCY_COMMITTEE: ("机关党的委员会", "直属机关党委"),
        v.OrgType.GENERAL_BRANCH: ("党总支部", "总支", "总支部", "党的总支部委员会", "总支部委员会"),
        v.OrgType.BRANCH: ("支部", "党的支部委员会", "支部委员会", "党支部委员会", "联合党支部"),
        v.OrgType.ORGANIZATION_DEPARTMENT: ("党委组织部", "市委组织部", "县委组织部"),
        v.OrgType.LEADING_GROUP: ("党组(党委)", "党组班子"),
        v.OrgType.DISCIPLINE_COMMITTEE: ("机关纪律检查委员会", "机关纪检委"),
    },
    v.Sector: {
        v.Sector.AGENCY: ("党政机关", "机关单位", "行政机关"),
        v.Sector.INSTITUTION: ("事业", "事业单位类"),
        v.Sector.RURAL: ("村", "行政村", "农村社区", "建制村"),
        v.Sector.COMMUNITY: ("城市社区", "居委会", "街道社区"),
        v.Sector.STATE_FIRM: ("国有企业", "国企单位", "国有及国有控股企业"),
        v.Sector.NEW_ORGANIZATION: ("两新组织", "非公企业", "社会组织", "非公有制企业", "非公"),
        v.Sector.SCHOOL: ("中小学", "高校", "学校单位"),
    },
    v.Level: {
        v.Level.CITY: ("市级", "地市级", "州市"),
        v.Level.COUNTY: ("县级", "区县", "县区", "区", "县(市、区)", "区级"),
        v.Level.TOWNSHIP: ("乡镇级", "乡", "镇", "街道", "乡镇(街道)", "乡级"),
        v.Level.GRASSROOTS: ("基层级", "村级", "基层单位"),
    },
    v.OrgFlag: {
        v.OrgFlag.LAGGING: ("软弱涣散村", "后进村党组织", "软弱涣散"),
        v.OrgFlag.FISCAL: ("有财政的", "一级财政"),
        v.OrgFlag.DIRECT: ("市直", "市直单位", "市直机关"),
        v.OrgFlag.STANDING_COMMITTEE: ("常委所在党支部", "市委常委所在支部"),
        v.OrgFlag.MODEL_BRANCH: ("示范党支部",),
        v.OrgFlag.SYSTEM_COMMITTEE: ("系统党委",),
    },
    v.Standing: {
        v.Standing.FULL: ("中共党员", "党员", "正式", "正式党员(含)", "中国共产党党员", "中共正式党员"),
        v.Standing.PROBATIONARY: ("中共预备党员", "预备", "中国共产党预备党员"),
        v.Standing.TARGET: ("党员发展对象", "列为发展对象"),
        v.Standing.ACTIVIST: ("积极分子", "入党积极分子培养"),
    },
    v.PersonCategory: {
        v.PersonCategory.LEADING_CADRE: ("领导干部", "副处级以上领导干部"),
        v.PersonCategory.RETIRED: ("离退休党员", "退休", "离休", "离退休干部", "退休党员"),
        v.PersonCategory.FLOATING: ("流动", "流动人员", "外出流动党员"),
        v.PersonCategory.COUNTY_RANK: ("县级党员领导干部", "县处级领导干部", "县处级"),
        v.PersonCategory.SECTION_RANK: ("科级党员领导干部", "乡科级领导干部", "科级"),
    },
    v.Role: {
        v.Role.SECRETARY: (
            "党支部书记", "支部书记", "总支书记", "党总支书记", "党委书记", "党组书记", "工委书记", "党工委书记", "机关党委书记", "支书",
        ),
        v.Role.DEPUTY_SECRETARY: (
            "党支部副书记", "支部副书记", "总支副书记", "党总支副书记", "党委副书记", "党组副书记", "党工委副书记", "专职副书记",
            "机关党委副书记",
        ),
        v.Role.COMMITTEE_MEMBER: (
            "支部委员", "支委", "支委委员", "党委委员", "总支委员", "组织委员", "宣传委员", "党支部委员", "委员会委员",
        ),
        v.Role.PARTY_WORKER: ("党务工作者", "党务人员", "党务工作人员", "专职党务干部", "专职党务工作者"),
        v.Role.GROUP_MEMBER: ("党组(党委)成员", "部门班子成员", "领导班子成员", "班子成员"),
        v.Role.PERSONNEL_LEADER: ("分管组织人事工作", "分管组织人事的党组成员"),
        v.Role.OFFICE_HEAD: ("科室正职", "处室正职", "中层正职"),
        v.Role.OFFICE_DEPUTY: ("科室副职", "处室副职", "中层副职"),
        v.Role.DISCIPLINE_MEMBER: ("纪律检查委员", "纪检监察委员"),
        v.Role.ORGANIZATION_OFFICER: ("组织员", "组织干部", "组织委员(专职)"),
        v.Role.UNIT_HEAD: ("部门一把手", "单位主要负责人", "部门单位主要负责人"),
    },
    v.ActivityKind: {
        v.ActivityKind.MEMBER_MEETING: ("支部党员大会", "支部大会", "党员大会会议", "全体党员大会", "支部全体党员大会"),
        v.ActivityKind.COMMITTEE_MEETING: ("支部委员会", "支委会议", "支部委员会会议", "支委会会议", "支部委员会议"),
        v.ActivityKind.GROUP_MEETING: ("党小组会议", "小组会", "党小组学习会"),
        v.ActivityKind.LECTURE: ("党课教育", "讲党课", "上党课", "专题党课", "书记讲党课"),
        v.ActivityKind.GROUP_STUDY: ("集体学习", "理论学习", "集中理论学习", "集中学习会"),
        v.ActivityKind.ORGANIZATIONAL_LIFE: ("专题组织生活会", "年度组织生活会", "支部组织生活会"),
        v.ActivityKind.MEMBER_APPRAISAL: ("民主评议", "党员民主评议", "开展民主评议党员"),
        v.ActivityKind.DEMOCRATIC_LIFE: ("班子民主生活会", "专题民主生活会", "领导班子民主生活会", "年度民主生活会"),
        v.ActivityKind.TALK: ("谈心", "谈话", "谈心谈话活动"),
        v.ActivityKind.PARTY_COMMITTEE_MEETING: ("党委会议", "党委(党组)会", "党组会", "党组会议", "党委委员会"),
        v.ActivityKind.TEAM_MEETING: ("班子会议", "领导班子会", "领导班子会议"),
        v.ActivityKind.COORDINATION_MEETING: ("党建工作例会", "党建工作联席会", "党建例会会议"),
        v.ActivityKind.EXCHANGE: ("交流学习", "互学互促", "学习交流"),
        v.ActivityKind.FIELD_RESEARCH: ("调查研究", "实地调研", "专题调研", "基层调研"),
        v.ActivityKind.CONTACT_VISIT: ("联系点走访", "到联系点调研", "联系点指导"),
        v.ActivityKind.PROBLEM_SOLVED: ("解决实际问题", "帮助解决问题", "解决难题"),
        v.ActivityKind.DEMONSTRATION_SITE: ("示范点创建", "党建示范点", "创建党建示范点"),
        v.ActivityKind.TRAINING: ("培训", "集中轮训", "党务干部轮训", "教育培训", "集中培训"),
        v.ActivityKind.INSPECTION: ("督查", "督促检查", "党建工作督查"),
        v.ActivityKind.REVIEW_CHECK: ("复盘检查", "复盘式督查"),
        v.ActivityKind.YEAR_END_ASSESSMENT: ("年终考核", "年度考核", "量化考评"),
        v.ActivityKind.RECOMMENDATION: ("推荐人才", "人选推荐"),
        v.ActivityKind.WORK_PLAN: ("工作安排", "党建工作要点", "年度党建工作安排"),
        v.ActivityKind.STUDY_PLAN: ("学习计划", "年度理论学习计划"),
        v.ActivityKind.PROJECT_LIST: ("项目清单", "党建重点项目清单"),
        v.ActivityKind.DUTY_LIST: ("党建责任清单", "年度责任清单"),
        v.ActivityKind.PROGRESS_NOTICE: ("进展公布", "进度公示"),
        v.ActivityKind.COMPLETION_NOTICE: ("完成情况公示", "完成公布"),
        v.ActivityKind.OPENNESS_NOTICE: ("党务公开", "党务公开情况通报"),
        v.ActivityKind.HALF_YEAR_REPORT: ("半年工作汇报", "半年报告"),
        v.ActivityKind.YEAR_SUMMARY: ("年度党建总结", "党建工作总结"),
        v.ActivityKind.WRITTEN_REPORT: ("书面汇报",),
        v.ActivityKind.STUDY_GROUP: ("理论学习中心组学习", "中心组集中学习", "中心组集中学习研讨"),
        v.ActivityKind.STUDY_NOTES: ("心得体会", "学习心得"),
        v.ActivityKind.IDEOLOGY_ANALYSIS: ("意识形态分析研判", "意识形态问题研判"),
        v.ActivityKind.BRANCH_TOUR: ("党建巡回观摩", "支部党建巡回观摩", "支部观摩"),
        v.ActivityKind.POINTS_PUBLISHED: ("党员积分公开", "积分公示"),
        v.ActivityKind.VOLUNTEERING: ("志愿服务活动", "志愿者活动"),
        v.ActivityKind.EIGHT_RULES_CIRCULAR: ("中央八项规定精神通报", "八项规定精神执行情况通报"),
        v.ActivityKind.DISCIPLINE_EDUCATION: ("党规党纪集中教育", "党纪教育"),
        v.ActivityKind.FAMILY_TRADITION: ("家风家训活动", "家风教育"),
        v.ActivityKind.INTEGRITY_FILE: ("廉政档案", "廉政档案建立"),
        v.ActivityKind.DEBRIEFING: ("述职", "书记述职", "现场述职评议"),
        v.ActivityKind.APPRAISAL_ACCEPTED: ("接受考核",),
        v.ActivityKind.COLLECTIVE_EDUCATION: ("党员集体教育", "集体教育培训"),
        v.ActivityKind.RECEPTION_DAY: ("领导干部接待日", "接待日"),
        v.ActivityKind.FLOATING_CONTACT: ("流动党员联系", "联系外出党员"),
        v.ActivityKind.PLENARY_REPORT: ("常委会向全委会报告",),
        v.ActivityKind.THEME_DAY: ("主题党日活动",),
        v.ActivityKind.DISPATCH: ("机关党建调度", "月调度"),
        v.ActivityKind.CIRCULAR: ("机关党建通报", "季通报"),
        v.ActivityKind.BREAKTHROUGH_PROJECT: ("书记党建突破项目", "党建突破项目"),
    },
    v.ActivityTag: {
        v.ActivityTag.TO_CITY_COMMITTEE: ("向县委", "向区委", "向同级党委"),
        v.ActivityTag.TO_WORK_COMMITTEE: ("向直属机关工委", "向市直机关工委"),
        v.ActivityTag.TO_LEADING_GROUP: ("向党组", "向部门党组(党委)"),
        v.ActivityTag.PARTY_BUILDING: ("党建", "党建工作", "研究基层党建"),
        v.ActivityTag.WITHIN_TEAM: ("班子成员间", "班子之间"),
        v.ActivityTag.TEAM_AND_MEMBERS: ("班子与党员", "班子成员和党员", "班子成员与党员之间"),
        v.ActivityTag.AMONG_MEMBERS: ("党员间", "党员与党员"),
        v.ActivityTag.OUTSIDE_OPINION: ("听取党外群众意见", "党外意见"),
        v.ActivityTag.MEMBER_EDUCATION: ("党员经常性教育",),
        v.ActivityTag.SERVING_PEOPLE: ("党员联系和服务群众", "联系群众"),
        v.ActivityTag.THEME_DUES: ("交纳党费",),
        v.ActivityTag.TO_ALL_MEMBERS: ("向全体党员述职",),
        v.ActivityTag.TO_SUPERIOR: ("向上级述职", "向上级党组织述职"),
    },
    v.Process: {
        v.Process.ADMISSION: ("党员发展", "入党", "发展党员工作"),
        v.Process.INTEGRITY_RISK: ("廉政风险防控", "廉政风险防范"),
        v.Process.FEEDBACK: ("意见建议办理", "意见建议", "党员意见办理"),
        v.Process.SECRETARY_APPOINTMENT: ("书记任用", "任职培训", "书记任职培训"),
        v.Process.FIVE_LISTS: ("五单制", "五单管理"),
        v.Process.CONTACT_POINT: ("党建联系点", "支部联系点"),
        v.Process.LAGGING_VILLAGE: ("后进村", "挂钩后进村"),
        v.Process.RESPONSIBILITY: ("党建责任", "主体责任"),
        v.Process.DUES_FOLLOW_UP: ("党费追缴", "欠费跟进"),
        v.Process.FLOATING_OUT: ("外出流动党员", "流出党员"),
        v.Process.FLOATING_IN: ("流入流动党员",),
        v.Process.VISIT: ("来访接待", "来访"),
        v.Process.ELECTION: ("换届选举",),
        v.Process.POST_SETTING: ("三定", "无职党员设岗定责"),
    },
    v.CaseTag: {
        v.CaseTag.SINGLE_ISSUE: ("个别问题", "个性问题"),
        v.CaseTag.GENERAL_OPINION: ("一般意见",),
        v.CaseTag.COMMON_ISSUE: ("普遍问题", "共性问题"),
        v.CaseTag.COMPLEX: ("复杂问题", "疑难事项"),
        v.CaseTag.INQUIRY: ("廉政询问函",),
        v.CaseTag.ADMONITION: ("警示诫勉书", "诫勉"),
        v.CaseTag.CORRECTION: ("责令纠错书", "纠错"),
        v.CaseTag.OUT_OF_SCOPE: ("职责范围外", "非职责范围"),
        v.CaseTag.NO_CERTIFICATE: ("无活动证", "尚未领证"),
        v.CaseTag.WORKPLACE_ORG: ("从业单位有党组织",),
    },
    v.Measure: {
        v.Measure.STAFF: ("机关人数", "工作人员数", "机关干部职工数"),
        v.Measure.PARTY_STAFF: ("党务人员数", "党务干部数", "专兼职党务人员数"),
        v.Measure.PARTY_BUDGET: ("党建经费", "党建经费预算"),
        v.Measure.FISCAL_REVENUE: ("一般公共预算收入", "财政总收入"),
        v.Measure.VILLAGE_PAY: ("村干部报酬预算", "村（社区）干部报酬预算"),
        v.Measure.ACTIVITY_FUNDS: ("党建活动经费", "党组织活动经费预算"),
        v.Measure.FULL_TIME_PARTY_STAFF: ("专职党务人员数", "专职党务工作者数"),
        v.Measure.MEMBERS: ("党员总数", "党员人数"),
    },
    v.RatingKind: {v.RatingKind.DEBRIEFING_APPRAISAL: ("述职考核", "书记述职评议", "述职评议考核")},
}

#: Spellings of steps, the same in every process that has the step.
STEP_SPELLINGS: dict[str, tuple[str, ...]] = {
    "确定积极分子": ("确定为入党积极分子", "确定入党积极分子", "列为积极分子"),
    "确定发展对象": ("列为发展对象", "确定为发展对象"),
    "接收预备党员": ("接收为预备党员", "吸收预备党员", "接收为中共预备党员"),
    "转正": ("预备党员转正", "转为正式党员"),
    "指定培养联系人": ("确定培养联系人", "落实培养联系人"),
    "思想汇报": ("提交思想汇报", "递交思想汇报"),
    "考察": ("培养考察", "考察记录"),
    "办结": ("已办结", "办理完毕"),
    "收到": ("受理", "收件"),
}

TRUE_SPELLINGS = ("是", "√", "✓", "✔", "有", "Y", "YES", "TRUE", "T", "1", "专职", "对", "已设", "设")
FALSE_SPELLINGS = ("否", "×", "✗", "X", "无", "N", "NO", "FALSE", "F", "0", "兼职", "不", "未设", "不设", "没有")

#: What a ledger writes in a month of a wide dues sheet for "paid in full".
PAID_MARKS = frozenset(("√", "✓", "✔", "已交", "已缴", "是", "足额"))

#: What stands for an empty cell.
BLANKS = ("—", "——", "———", "-", "--", "---", "/", "\\", "_", "N/A", "#N/A", "NULL", "None")
#: The same in dates, lists and optional texts only (elsewhere 无 says no).
BLANK_WORDS = ("无", "暂无", "没有", "至今", "长期", "空")

#: Headers of the name of a person; the names are read to find the person, and are not kept.
NAME_HEADERS = ("姓名", "党员姓名", "人员姓名", "书记姓名", "主讲人", "参训人", "调研人", "相关人", "相关人姓名")


def spellings(column: Column) -> dict[str, str]:
    """Every spelling that a ``TERM`` or ``LIST`` column accepts → its value.

    >>> from workbench.records.tables import TABLES
    >>> spellings(TABLES["activities"].column("kind"))["支委会议"]
    '支委会'
    """
    if column.type not in (ColumnType.TERM, ColumnType.LIST) or column.terms is None:
        return {}
    found = {term.value: term.value for term in column.terms}
    for term, others in _SPELLINGS.get(column.terms, {}).items():
        for other in others:
            found.setdefault(other, term.value)
    return found


def step_spellings() -> list[tuple[str, str, str]]:
    """(process, spelling, step) for every step of every process."""
    return [
        (process.value, spelling, step)
        for process, steps in v.STEPS.items()
        for step in steps
        for spelling in (step, *STEP_SPELLINGS.get(step, ()))
    ]
