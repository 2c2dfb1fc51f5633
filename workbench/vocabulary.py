"""The terms of the field: English identifiers, Chinese values.

The Chinese value is what ledgers, suites and pages show and what the tables store, so there is one spelling of
each term. Readers map other spellings onto these (:mod:`workbench.records.aliases`).
"""

from __future__ import annotations

from enum import StrEnum

from workbench.display import Displayed


class _ShownTerm(Displayed):
    """A term shows its value in a notebook. A base of its own: an enumeration takes every name for a member."""

    _LINES = (("判定", "value"),)


class Verdict(_ShownTerm, StrEnum):
    """Outcome of one subject under one requirement (判定).

    >>> Verdict.FAILED == "未达标"
    True
    """

    MET = "达标"
    FAILED = "未达标"
    BEHIND = "进度滞后"
    OPEN = "进行中"
    NOT_APPLICABLE = "不适用"
    WAIVED = "豁免"
    NO_DATA = "数据不足"
    BROKEN = "检查出错"
    MANUAL = "待人工核实"


class PaperState(StrEnum):
    """What became of an exemption or a permission in a run (豁免、补开许可的状态)."""

    IN_FORCE = "有效"
    EXPIRING = "即将到期"
    EXPIRED = "已到期"
    UNUSED = "未用到"
    NOT_YET = "尚未开始"


class Severity(StrEnum):
    """Weight of a requirement as Great Expectations names it; labels in :data:`SEVERITY_LABELS`."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


SEVERITY_LABELS = {Severity.CRITICAL: "硬性", Severity.WARNING: "一般性", Severity.INFO: "提倡"}


class OrgType(StrEnum):
    """Type of an organisation (组织类型)."""

    COMMITTEE = "党委"
    LEADING_GROUP = "党组"
    WORK_COMMITTEE = "工委"
    ORGANIZATION_DEPARTMENT = "组织部"
    AGENCY_COMMITTEE = "机关党委"
    GENERAL_BRANCH = "党总支"
    BRANCH = "党支部"
    DISCIPLINE_COMMITTEE = "机关纪委"


class Sector(StrEnum):
    """Sector of an organisation (领域)."""

    AGENCY = "机关"
    INSTITUTION = "事业单位"
    RURAL = "农村"
    COMMUNITY = "社区"
    STATE_FIRM = "国企"
    NEW_ORGANIZATION = "两新"
    SCHOOL = "学校"


class Level(StrEnum):
    """Administrative level (层级)."""

    CITY = "市"
    COUNTY = "县"
    TOWNSHIP = "乡镇"
    GRASSROOTS = "基层"


class OrgFlag(StrEnum):
    """A trait of an organisation that decides whether a duty applies (组织标记)."""

    LAGGING = "后进村"
    FISCAL = "有财政"
    DIRECT = "市直属"
    STANDING_COMMITTEE = "常委所在支部"
    MODEL_BRANCH = "示范支部"
    SYSTEM_COMMITTEE = "系统机关党委"


class Standing(StrEnum):
    """Standing of a person (人员类别)."""

    FULL = "正式党员"
    PROBATIONARY = "预备党员"
    TARGET = "发展对象"
    ACTIVIST = "入党积极分子"


class PersonCategory(StrEnum):
    """A group a member belongs to (人员分类)."""

    LEADING_CADRE = "党员领导干部"
    RETIRED = "离退休"
    FLOATING = "流动党员"
    COUNTY_RANK = "县级领导干部"
    SECTION_RANK = "科级领导干部"


class Role(StrEnum):
    """A post in an organisation (职务)."""

    SECRETARY = "书记"
    DEPUTY_SECRETARY = "副书记"
    COMMITTEE_MEMBER = "委员"
    PARTY_WORKER = "党务干部"
    ORGANIZATION_OFFICER = "组织干事"
    UNIT_HEAD = "部门主要负责人"
    YOUTH_BRANCH_SECRETARY = "青年人才党支部书记"
    GROUP_MEMBER = "党组成员"
    PERSONNEL_LEADER = "分管组织人事"
    OFFICE_HEAD = "内设机构正职"
    OFFICE_DEPUTY = "内设机构副职"
    DISCIPLINE_MEMBER = "纪检委员"


class ActivityKind(StrEnum):
    """What was held, published or drawn up (活动类型)."""

    MEMBER_MEETING = "党员大会"
    COMMITTEE_MEETING = "支委会"
    GROUP_MEETING = "党小组会"
    LECTURE = "党课"
    GROUP_STUDY = "集中学习"
    ORGANIZATIONAL_LIFE = "组织生活会"
    MEMBER_APPRAISAL = "民主评议党员"
    DEMOCRATIC_LIFE = "民主生活会"
    TALK = "谈心谈话"
    PARTY_COMMITTEE_MEETING = "党委会"
    TEAM_MEETING = "班子会"
    COORDINATION_MEETING = "党建例会"
    EXCHANGE = "互学交流"
    FIELD_RESEARCH = "调研"
    CONTACT_VISIT = "联系点调研"
    PROBLEM_SOLVED = "解决问题"
    DEMONSTRATION_SITE = "创建示范点"
    TRAINING = "轮训"
    INSPECTION = "党建督查"
    REVIEW_CHECK = "复盘式检查"
    YEAR_END_ASSESSMENT = "量化考核"
    RECOMMENDATION = "推荐人选"
    WORK_PLAN = "党建工作安排"
    STUDY_PLAN = "年度学习计划"
    PROJECT_LIST = "重点项目清单"
    DUTY_LIST = "责任清单"
    PROGRESS_NOTICE = "进度公布"
    COMPLETION_NOTICE = "完成情况公布"
    OPENNESS_NOTICE = "党务公开通报"
    HALF_YEAR_REPORT = "半年汇报"
    YEAR_SUMMARY = "党建总结"
    WRITTEN_REPORT = "书面报告"
    DEBRIEFING = "现场述职"
    APPRAISAL_ACCEPTED = "接受考评"
    COLLECTIVE_EDUCATION = "集体教育"
    RECEPTION_DAY = "领导接待日"
    FLOATING_CONTACT = "联系流动党员"
    PLENARY_REPORT = "向全委会报告"
    THEME_DAY = "主题党日"
    DISPATCH = "党建调度"
    CIRCULAR = "党建通报"
    BREAKTHROUGH_PROJECT = "书记突破项目"
    TRAINING_COURSE = "举办轮训"
    LIST_ITEM = "清单项目"
    TASK_ASSIGNMENT = "点对点派单"
    LIST_INSPECTION = "清单督查"
    ASSESSMENT_FILING = "考核情况备案"
    DEBRIEFING_ROUND = "组织述职评议"
    DOUBLE_ORGANIZATIONAL_LIFE = "双重组织生活"
    SELF_REVIEW = "自我总结"
    OPINION_ROUND = "征求意见"
    PUBLICATION = "党务公开发布"
    RED_EDUCATION = "实地红色教育"
    STUDY_GROUP = "中心组学习"
    STUDY_NOTES = "学习体会"
    MORAL_MODELS = "评选道德模范"
    SPECIAL_REPORT = "专题报告"
    IDEOLOGY_ANALYSIS = "意识形态研判"
    BRANCH_TOUR = "巡回观摩"
    TOUR_RECEIVED = "接受观摩"
    POINTS_PUBLISHED = "积分公开"
    RESEARCH_REPORT = "调研报告"
    VOLUNTEERING = "志愿服务"
    EIGHT_RULES_CIRCULAR = "八项规定通报"
    DISCIPLINE_EDUCATION = "党规党纪教育"
    FAMILY_TRADITION = "家风活动"
    INTEGRITY_FILE = "建立廉政档案"
    INTEGRITY_FORUM = "河洛清风大讲堂"
    MODEL_MEMBERS = "选树优秀党员"
    MODEL_WORKERS = "选树优秀党务工作者"
    CADRE_EXCHANGE = "干部交流"
    YOUNG_CADRES_SENT = "选派年轻干部"
    DEPARTMENT_APPRAISAL = "部门内评议"


class Part(StrEnum):
    """How somebody took part in an activity (到会身份)."""

    ATTENDED = "参加"
    OBSERVED = "列席"
    CHAIRED = "主持"
    LECTURED = "主讲"


class ActivityTag(StrEnum):
    """Subject matter or relation of an activity (标签)."""

    PARTY_BUILDING = "基层党建"
    WITHIN_TEAM = "班子成员之间"
    TEAM_AND_MEMBERS = "班子成员与党员"
    AMONG_MEMBERS = "党员之间"
    OUTSIDE_OPINION = "党外群众意见"
    FIXED_TIME = "固定时间"
    FIXED_PLACE = "固定地点"
    MEMBER_EDUCATION = "党员教育"
    SERVING_PEOPLE = "联系服务群众"
    FLOATING_MEMBERS = "流动党员管理"
    THEME_STUDY = "集体学习"
    THEME_DUES = "缴纳党费"
    THEME_ANALYSIS = "党性分析"
    YEAR_END_CHECK = "年终考核"
    ROUTINE_CHECK = "日常考核"
    ONLINE_CHECK = "线上考核"
    OFFLINE_CHECK = "线下考核"
    TO_ALL_MEMBERS = "向全体党员"
    TO_SUPERIOR = "向上级党组织"
    COMMON_ITEM = "共性项目"
    OWN_ITEM = "个性项目"
    WITH_TARGET = "目标任务"
    WITH_STANDARD = "工作标准"
    WITH_TIME_LIMIT = "时限要求"
    HARD_TARGET = "硬性指标"
    GOALS_CARRIED_OUT = "党建目标落实"
    TEAM_DUTIES = "班子一岗双责"
    LOWER_SECRETARIES = "下级书记履职"
    BY_SECTOR = "分领域"
    BY_LEVEL = "分层级"
    INSIDE_OPINION = "党内意见"
    ORDINARY_LECTURER = "普通党员讲课"
    INTERVIEW = "个别访谈"
    SYMPOSIUM = "座谈会"
    OPINION_FORM = "征求意见表"
    OPINION_BOX = "意见箱"
    STRUCTURE = "机构设置"
    LEADERS_DUTIES = "领导分工"
    PARTY_WORK_PLAN = "党建工作计划"
    TASKS_DONE = "任务落实"
    CLEAN_GOVERNMENT = "党风廉政建设责任制"
    ORGANIZATION_BUILDING = "组织建设"
    IDEOLOGY_BUILDING = "思想政治建设"
    CONDUCT_BUILDING = "作风建设"
    RULES = "规章制度及执行"
    AGENCY_PARTY_BUILDING = "机关党建"
    BRANCH_BUILDING = "支部建设"
    MASS_ORGANIZATIONS = "群团工作"
    IDEOLOGY = "意识形态"
    EIGHT_RULES = "八项规定"
    DUTIES_FULFILLED = "履责情况"
    INTEGRITY = "廉政"
    AT_GRASSROOTS = "到基层单位"
    TO_CITY_COMMITTEE = "向市委"
    TO_WORK_COMMITTEE = "向机关工委"
    TO_LEADING_GROUP = "向部门党组"
    TO_AGENCY_COMMITTEE = "向机关党委"


class Process(StrEnum):
    """A course of dated steps (流程)."""

    ADMISSION = "发展党员"
    DEMOCRATIC_LIFE = "民主生活会"
    INTEGRITY_RISK = "廉政风险"
    FEEDBACK = "意见办理"
    SECRETARY_APPOINTMENT = "书记任职"
    FIVE_LISTS = "五单"
    CONTACT_POINT = "联系点"
    LAGGING_VILLAGE = "后进村挂钩"
    RESPONSIBILITY = "责任主体"
    DUES_FOLLOW_UP = "党费催缴"
    FLOATING_OUT = "流动党员"
    FLOATING_IN = "流入党员"
    VISIT = "群众来访"
    ELECTION = "换届"
    POST_SETTING = "设岗定责"
    MEMBER_APPRAISAL = "民主评议"
    DUTY_ASSESSMENT = "责任考核"
    INSPECTION_FINDING = "督查问题"
    CARD = "亮牌"
    APPRAISAL_FOLLOW_UP = "评议整改"
    PROMOTION_PROPOSAL = "推荐"
    RECTIFICATION = "整改事项"
    MEMBER_DISPOSAL = "处分处置"
    ORG_SETTING = "组织设置"
    TALK_MATTER = "谈话事项"
    CADRE_APPOINTMENT = "干部任职"
    HEAD_SELECTION = "负责人配备"
    WEAK_BRANCH = "支部整顿"
    DISCIPLINE_CASE = "违纪查处"
    TASK_FORCE = "项目专班"


#: The steps each process knows, in their usual order (步骤).
STEPS: dict[Process, tuple[str, ...]] = {
    Process.ADMISSION: (
        "支委会审核申请", "确定积极分子", "积极分子报党总支", "积极分子报机关党委", "公示开始", "公示结束",
        "填写积极分子登记表", "指定培养联系人", "思想汇报", "考察", "填写考察表", "确定发展对象", "发展对象报上级审核",
        "确定入党介绍人", "政治审查合格", "短期集中培训", "上级预审同意", "填写入党志愿书", "支委会审查", "接收预备党员",
        "预备期起算", "决议填入志愿书", "上级批准接收", "入党宣誓", "转正申请", "转正公示", "提出延长预备期", "延长预备期",
        "转正", "取消预备党员资格", "转正事项上级批准", "取消资格",
    ),
    Process.DEMOCRATIC_LIFE: (
        "会前准备", "集中学习", "通报时间主题", "报告方案", "撰写发言提纲", "主要负责人谈心", "成员互谈", "召开", "检查上次整改",
        "无上次整改方案", "报告情况", "上报情况报告", "上报会议记录", "上报发言提纲", "上报群众意见", "上报整改措施", "整改提高",
    ),
    Process.INTEGRITY_RISK: (
        "认定情节", "列出谈话提纲", "书面通知本人", "主要领导批准", "发出文书", "收到文书", "防范谈话", "主谈", "填写登记表",
        "登记承诺", "提出整改要求", "提交整改情况", "提交整改报告", "结束", "归档",
    ),
    Process.FEEDBACK: (
        "会前征求", "反馈本人", "收到", "提交研究", "办结", "通知本人", "无法通知本人", "公布结果", "说明原因",
    ),
    Process.SECRETARY_APPOINTMENT: ("任前谈话", "任职", "集中培训"),
    Process.FIVE_LISTS: ("开单", "晒单", "派单", "查单", "销单"),
    Process.CONTACT_POINT: ("建立", "联系定点帮扶村", "联系互联社区", "结束"),
    Process.LAGGING_VILLAGE: ("挂钩", "结束"),
    Process.RESPONSIBILITY: ("集体责任", "第一责任", "具体责任", "直接责任"),
    Process.DUES_FOLLOW_UP: ("教育", "支部大会决定", "报上级批准", "除名"),
    Process.FLOATING_OUT: (
        "申报外出", "报告事由", "报告时间", "报告地点", "报告联系方式", "行前教育", "统一编号", "发放活动证", "登记发放", "外出",
        "登记去向", "登记外出时间", "登记从业单位", "登记居住地点", "登记联系方式", "指定联系人", "联系", "流入地不明", "通报流入地",
        "名单抄送", "年度审核", "汇报", "预备期考察", "讨论转正", "返回", "查验活动证", "汇报外出情况",
    ),
    Process.FLOATING_IN: (
        "流入", "登记职业", "登记学历", "登记工作", "登记居住地", "登记联系方式", "建立档案", "查验凭证", "帮助领证", "编入组织",
        "编入单位党组织", "结对联谊", "参加组织生活", "教育考察", "提供考察材料", "通报表现", "离开",
    ),
    Process.VISIT: ("来访", "首问登记", "转介", "答复"),
    Process.ELECTION: ("通知流动党员", "批准延期", "选举", "流动党员参加选举", "选举党代会代表"),
    Process.POST_SETTING: ("报岗", "定岗", "定责", "定目标", "考评"),
    Process.MEMBER_APPRAISAL: ("通知流动党员", "流入地反馈", "学习教育", "自我总结", "评议", "表彰处理", "评议较差", "结对帮助"),
    Process.DUTY_ASSESSMENT: ("工作不落实", "约谈", "通报批评", "评先评优"),
    Process.INSPECTION_FINDING: (
        "发现问题", "督查月发现问题", "发现工作不实", "点对点反馈", "点名通报", "督促整改", "整改完成", "约谈主要负责人",
        "约谈后无明显改进", "组织调整",
    ),
    Process.CARD: (
        "首次督查发现问题", "黄牌", "限期整改", "整改完成", "回头看", "回头看发现问题", "橙牌", "上级书记约谈", "整改材料备案",
        "橙牌后仍有问题", "巡视巡察反馈突出问题", "红牌", "函询约谈", "情节严重", "组织调整", "免去书记职务",
    ),
    Process.APPRAISAL_FOLLOW_UP: ("通报批评", "约谈提醒", "限期整改", "整改完成", "问题严重", "追责问责"),
    Process.PROMOTION_PROPOSAL: ("推荐",),
    Process.RECTIFICATION: ("列入整改方案", "明确整改时限", "明确整改责任人", "未解决", "限期改正", "解决"),
    Process.MEMBER_DISPOSAL: ("评定不合格", "提出处理意见", "支部大会表决", "报上级审批", "处分", "处置"),
    Process.ORG_SETTING: ("上级批准", "调整设置"),
    Process.TALK_MATTER: ("岗位变动", "组织处理", "谈话"),
    Process.CADRE_APPOINTMENT: ("入职", "廉政教育", "任前廉政谈话", "任职"),
    Process.HEAD_SELECTION: ("空缺", "拟任人选", "沟通机关工委", "沟通纪检监察工委", "确定人选", "任职"),
    Process.WEAK_BRANCH: ("列入整顿", "整顿销号"),
    Process.DISCIPLINE_CASE: ("发现四官问题", "查处", "发生严重违纪", "追究主体责任", "追究监督责任"),
    Process.TASK_FORCE: ("成立专班", "设立临时党支部", "撤销专班"),
}


class CaseTag(StrEnum):
    """Class of a case (个案类别)."""

    SINGLE_ISSUE = "个别性问题"
    GENERAL_OPINION = "一般性意见"
    COMMON_ISSUE = "普遍性问题"
    COMPLEX = "复杂事项"
    INQUIRY = "询问函"
    ADMONITION = "警示诫勉"
    CORRECTION = "责令纠错"
    OUT_OF_SCOPE = "职责外"
    PROBATIONARY = "预备党员"
    ACTIVIST = "入党积极分子"
    NO_CERTIFICATE = "未领证"
    WORKPLACE_ORG = "单位有党组织"
    TALK_MEANING = "重要意义"
    TALK_DUTIES = "主要职责"
    TALK_TASKS = "重点任务"
    TALK_PROBLEMS = "存在问题和薄弱环节"
    TALK_PLANS = "思路打算和工作决心"
    MINOR = "情节轻微"
    SERIOUS = "情节较重"
    TO_CORRECT = "需纠正错误"
    PERSONAL = "涉及个人"


class DueKind(StrEnum):
    """Why something has to be done by a day (到期类别)."""

    DEADLINE = "限期"
    PERIOD = "期末"
    TERM = "任期"
    GRACE = "新建宽限"


class Payer(StrEnum):
    """Who handed in the dues (交纳方式)."""

    SELF = "本人"
    PROXY = "代交"


class Answer(StrEnum):
    """What an inspector found on site (核查结果)."""

    FULFILLED = "符合"
    NOT_FULFILLED = "不符合"
    NOT_APPLICABLE = "不适用"


class StandardLevel(StrEnum):
    """Level of the standard, lowest first (标准层级)."""

    BASIC = "基本"
    REGULAR = "规范"
    INNOVATIVE = "创新"


class Measure(StrEnum):
    """A number counted at a date (指标)."""

    STAFF = "机关工作人员数"
    PARTY_STAFF = "党务工作人员数"
    PARTY_BUDGET = "党建工作经费"
    FISCAL_REVENUE = "财政收入"
    BUDGET_SHARE = "党建经费预算比例"
    VILLAGE_PAY = "村社区干部报酬预算"
    ACTIVITY_FUNDS = "党组织活动经费"
    FULL_TIME_PARTY_STAFF = "专职党务干部数"
    MEMBERS = "党员数"
    DUES_COLLECTED = "党费收缴额"
    DUES_RETAINED = "党费留用额"
    CITY_AGENCY_BUDGET = "市直机关党建经费"


class RatingKind(StrEnum):
    """What is graded (评价类型)."""

    DEBRIEFING_APPRAISAL = "述职评议"
    PARTY_BUILDING = "党建考核"
    BY_MEMBERS = "党员评议"
    ANNUAL = "年度考核"
    STAR = "星级评定"
    POINTS = "积分评定"
    TEAM_DUTY = "班子抓党建评价"
    CADRE_DUTY = "干部抓党建评价"


class Grade(StrEnum):
    """Grade of an appraisal (等次)."""

    GOOD = "好"
    FAIR = "较好"
    ORDINARY = "一般"
    POOR = "差"
    EXCELLENT = "优秀"
    COMPETENT = "称职"
    BASICALLY_COMPETENT = "基本称职"
    INCOMPETENT = "不称职"
    QUALIFIED = "合格"
    BASICALLY_QUALIFIED = "基本合格"
    UNQUALIFIED = "不合格"
    FIVE_STARS = "五星"
    FOUR_STARS = "四星"
    THREE_STARS = "三星"
    TWO_STARS = "二星"
    ONE_STAR = "一星"
    IN_PLACE = "到位"
    NOT_IN_PLACE = "不到位"
