"""The tables of the workbench, each column declared once.

Readers, error texts, the template and the docs all come from these declarations. Tables and columns that no
requirement needs are not declared: what is not here is dropped on intake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workbench import vocabulary as v


class ColumnType(StrEnum):
    """Type of a column (列类型); ``LIST`` holds several terms in one cell, split at 、 , ; ; or spaces."""

    TEXT = "文本"
    ORG = "组织"
    PERSON = "人员"
    TERM = "词项"
    LIST = "多项"
    DATE = "日期"
    MONTH = "月份"
    NUMBER = "数值"
    YEAR = "年份"
    BOOLEAN = "是否"


@dataclass(frozen=True)
class Column:
    """One column: ``name`` as stored, ``header`` as shown (中文列名), other ``aliases`` seen in ledgers."""

    name: str
    type: ColumnType
    header: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    terms: type[StrEnum] | None = None
    unit: str = ""
    note: str = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """Terms a ``TERM`` or ``LIST`` column may hold; empty when free."""
        return tuple(t.value for t in self.terms) if self.terms else ()


@dataclass(frozen=True)
class Table:
    """One table: ``title`` is its Chinese name, ``key`` the columns no two rows may share.

    A row whose column ``waits_for`` is empty is a line of a form that nobody has filled in yet, not a record.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    note: str = ""
    sheet_names: tuple[str, ...] = field(default=())
    waits_for: str = ""

    def column(self, name: str) -> Column:
        """The column called ``name``; ``KeyError`` when there is none."""
        for c in self.columns:
            if c.name == name:
                return c
        raise KeyError(name)

    @property
    def required(self) -> tuple[Column, ...]:
        """Columns without which a row says nothing."""
        return tuple(c for c in self.columns if c.required)


T = ColumnType
_ORG_ALIASES = (
    "所在党支部", "所属党支部", "党支部", "支部名称", "党支部名称", "党组织", "所在党组织", "所属党组织", "单位", "组织", "支部",
)
_ID_ALIASES = ("公民身份证号", "公民身份号码", "身份证号码", "身份证", "证件号码", "人员编号")


def _org(header: str = "党组织名称", **kw) -> Column:
    return Column("org_id", T.ORG, header, _ORG_ALIASES, required=True, note="全称、简称或组织代码", **kw)


def _person(header: str = "身份证号", required: bool = False, aliases: tuple[str, ...] = _ID_ALIASES) -> Column:
    return Column("person_id", T.PERSON, header, aliases, required=required, note="读入时即转为加密键，不保存号码")


ORGANIZATIONS = Table(
    "organizations", "党组织", key=("org_id",), sheet_names=("党组织", "组织名册", "党组织名册", "党组织信息"),
    columns=(
        Column("org_id", T.TEXT, "组织代码", ("党组织代码", "编码", "代码", "组织编号"), required=True),
        Column("name", T.TEXT, "党组织名称", ("组织名称", "党组织全称", "名称", "全称"), required=True),
        Column("short_name", T.TEXT, "简称", ("党组织简称",)),
        Column("parent_id", T.TEXT, "上级组织代码", ("上级代码", "上级党组织代码", "上级党组织")),
        Column("type", T.TERM, "组织类型", ("党组织类型", "类型", "组织类别", "党组织类别"), required=True, terms=v.OrgType),
        Column("sector", T.TERM, "领域", ("所属领域", "行业领域"), terms=v.Sector),
        Column("level", T.TERM, "层级", ("级别", "组织层级"), terms=v.Level),
        Column("adopts", T.LIST, "适用文件", ("执行文件", "适用制度"), note="文件代号；空白即适用本次所选全部文件"),
        Column("flags", T.LIST, "标记", ("组织标记",), terms=v.OrgFlag),
        Column("has_committee", T.BOOLEAN, "是否设支委会", ("设支委会", "是否设立支委会")),
        Column("established_on", T.DATE, "成立日期", ("成立时间", "建立日期", "组建日期")),
        Column("dissolved_on", T.DATE, "撤销日期", ("撤销时间",)),
    ),
)

PEOPLE = Table(
    "people", "人员", key=("person_id", "org_id", "standing", "since"),
    sheet_names=("人员", "党员名册", "党员信息", "党员花名册", "人员名册"),
    columns=(
        _person(required=True),
        _org("所在党支部"),
        Column("standing", T.TERM, "人员类别", ("党员类别", "类别", "政治面貌"), required=True, terms=v.Standing),
        Column("categories", T.LIST, "人员分类", ("分类", "人员标签"), terms=v.PersonCategory),
        Column("since", T.DATE, "加入党组织日期", ("入党时间", "入党日期", "起始日期", "取得该类别日期"), note="取得该类别的日期"),
        Column("until", T.DATE, "截止日期", ("终止日期", "转出日期", "离开日期")),
    ),
)

POSTS = Table(
    "posts", "任职", key=("person_id", "org_id", "role", "started_on"),
    sheet_names=("任职", "班子成员", "党务干部", "任职情况", "书记及党务干部"),
    columns=(
        _person(required=True),
        _org(),
        Column("role", T.TERM, "职务", ("党内职务", "岗位"), required=True, terms=v.Role),
        Column("full_time", T.BOOLEAN, "是否专职", ("专职",)),
        Column("started_on", T.DATE, "任职日期", ("任职时间", "任现职时间", "到任日期"), required=True),
        Column("ended_on", T.DATE, "离任日期", ("离任时间", "免职日期", "免职时间")),
    ),
)

ACTIVITIES = Table(
    "activities", "活动", key=("activity_id",),
    sheet_names=("活动", "三会一课", "组织生活", "会议台账", "活动台账", "组织生活台账", "文件与清单", "培训台账", "谈心谈话"),
    columns=(
        Column("activity_id", T.TEXT, "活动编号", ("编号", "记录编号"), note="可空，空则自动编号"),
        _org(),
        _person("人员身份证号", aliases=("主讲人身份证号", "参训人身份证号", "调研人身份证号", *_ID_ALIASES)),
        Column("kind", T.TERM, "活动类型", ("会议类型", "类型", "活动类别", "材料类型"), required=True, terms=v.ActivityKind),
        Column("tags", T.LIST, "标签", ("议题类别", "主题类别", "谈话类型"), terms=v.ActivityTag),
        Column("held_on", T.DATE, "活动日期", ("会议时间", "召开时间", "时间", "日期", "活动时间", "开展时间", "印发日期"), required=True),
        Column("hours", T.NUMBER, "学时", ("培训学时", "课时"), unit="学时"),
        Column("days", T.NUMBER, "天数", ("调研天数", "活动天数"), unit="日"),
        Column("quantity", T.NUMBER, "数量", (), unit="件"),
        Column("year_of", T.YEAR, "所属年度", ("年度", "主题年度"), note="次年一月补办上年度事项时填写"),
        Column("chair_id", T.PERSON, "主持人身份证号", ("召集人身份证号", "主持人", "召集人"), note="读入时即转为加密键，不保存号码"),
        Column("minutes", T.BOOLEAN, "有无记录", ("是否有记录", "会议记录")),
        Column("noticed_on", T.DATE, "通知日期", ("议题通知日期", "会议通知日期")),
        Column("approved_on", T.DATE, "审定日期", ("审核日期",)),
        Column("recorded_on", T.DATE, "录入日期", ("发布时间", "录入时间", "登记日期")),
    ),
)

PARTICIPATIONS = Table(
    "participations", "到会", key=("org_id", "kind", "held_on", "person_id", "part"),
    sheet_names=("到会", "签到", "签到表", "到会情况"),
    columns=(
        _org("召开组织"),
        Column("kind", T.TERM, "活动类型", ("会议类型",), required=True, terms=v.ActivityKind),
        Column("held_on", T.DATE, "活动日期", ("会议时间", "召开时间"), required=True),
        _person("到会人身份证号", required=True),
        Column("part", T.TERM, "到会身份", ("参会身份",), required=True, terms=v.Part),
    ),
)

CASE_STEPS = Table(
    "case_steps", "流程步骤", key=("case_id", "process", "step", "person_id", "done_on"),
    sheet_names=("流程步骤", "发展党员台账", "办理台账", "个案台账", "流程台账"),
    columns=(
        Column("case_id", T.TEXT, "个案编号", ("案号", "流程编号", "事项编号"), required=True),
        Column("process", T.TERM, "流程", ("流程类型", "事项类型"), required=True, terms=v.Process),
        _org(),
        _person("相关人身份证号"),
        Column("step", T.TEXT, "步骤", ("环节", "办理环节"), required=True),
        Column("done_on", T.DATE, "完成日期", ("办理日期", "日期", "完成时间"), required=True),
        Column("value", T.NUMBER, "数值", ("数量", "人数", "月数", "小时数")),
        Column("tags", T.LIST, "个案类别", ("类别", "文书类型", "意见类别"), terms=v.CaseTag),
        Column("recorded_on", T.DATE, "录入日期", ("登记日期",)),
    ),
)

MEASURES = Table(
    "measures", "指标", key=("org_id", "measure", "as_of"), sheet_names=("指标", "编制与经费", "统计指标"),
    columns=(
        _org(),
        Column("measure", T.TERM, "指标", ("指标名称",), required=True, terms=v.Measure),
        Column("as_of", T.DATE, "统计日期", ("截止日期", "统计时间"), required=True),
        Column("value", T.NUMBER, "数值", ("指标值",), required=True),
    ),
)

RATINGS = Table(
    "ratings", "评价", key=("org_id", "person_id", "kind", "period"), sheet_names=("评价", "述职评议", "述职评议结果"),
    columns=(
        _org(),
        _person("书记身份证号"),
        Column("kind", T.TERM, "评价类型", ("考核类型",), required=True, terms=v.RatingKind),
        Column("period", T.YEAR, "评价年度", ("年度", "考核年度"), required=True),
        Column("grade", T.TERM, "等次", ("考核等次", "结果"), terms=v.Grade),
        Column("rated_on", T.DATE, "评定日期", ("评议日期", "考核日期")),
    ),
)

DUES = Table(
    "dues", "党费", key=("person_id", "org_id", "month"), sheet_names=("党费", "党费收缴", "党费收缴台账", "党费台账"),
    columns=(
        _person(required=True),
        _org("所属党支部"),
        Column("month", T.MONTH, "月份", ("缴费月份", "所属月份"), required=True),
        Column("due", T.NUMBER, "应交金额", ("应缴金额", "应交党费", "应缴党费"), required=True, unit="元"),
        Column("paid", T.NUMBER, "实交金额", ("实缴金额", "实交党费", "实缴党费"), unit="元"),
        Column("paid_on", T.DATE, "交纳日期", ("缴纳日期", "交费日期", "缴费日期")),
        Column("reason", T.TEXT, "未交原因", ("缓交原因", "正当理由")),
        Column("payer", T.TERM, "交纳方式", ("缴纳方式", "交纳人"), terms=v.Payer),
        Column("consented_on", T.DATE, "支委会同意日期", ("同意日期",), note="代交、补交须经支委会同意"),
    ),
)

INDICATORS = Table(
    "indicators", "标准指标", key=("item",), sheet_names=("标准指标", "指标体系"),
    columns=(
        Column("item", T.TEXT, "指标编号", ("指标代码",), required=True),
        Column("aspect", T.TEXT, "方面", ("所属方面",), required=True),
        Column("level", T.TERM, "标准层级", ("所属层级",), required=True, terms=v.StandardLevel),
        Column("text", T.TEXT, "指标内容", ("指标要求",)),
    ),
)

CHECKLIST = Table(
    "checklist", "现场核查", key=("org_id", "requirement", "checked_on"), sheet_names=("现场核查", "现场核查表"),
    waits_for="answer",
    columns=(
        _org(),
        Column("requirement", T.TEXT, "条款编号", ("要求编号", "指标编号"), required=True, note="条款编号或标准指标编号"),
        Column("answer", T.TERM, "核查结果", ("结果", "答复"), required=True, terms=v.Answer),
        Column("checked_on", T.DATE, "核查日期", ("检查日期",), required=True),
        Column("checked_by", T.TEXT, "核查人", ("检查人",)),
        Column("note", T.TEXT, "核查说明", ("备注", "说明")),
    ),
)

PERMISSIONS = Table(
    "permissions", "补开许可", key=("org_id", "requirement", "period"), sheet_names=("补开许可", "补开登记"),
    columns=(
        _org(),
        Column("requirement", T.TEXT, "条款编号", ("要求编号",), required=True),
        Column("period", T.TEXT, "应开期次", ("应开时间",), required=True, note="如 2026-05、2026Q2、2026H1、2026"),
        Column("held_on", T.DATE, "补开日期", ("实际召开日期",), required=True),
        Column("reason", T.TEXT, "理由", ("补开理由",), required=True),
        Column("approved_by", T.TEXT, "批准单位", ("批准人",), required=True),
    ),
)

EXEMPTIONS = Table(
    "exemptions", "豁免", key=("org_id", "requirement", "since"), sheet_names=("豁免", "豁免登记"),
    columns=(
        _org(),
        Column("requirement", T.TEXT, "条款编号", ("要求编号",), required=True),
        Column("since", T.DATE, "起始日期", ("豁免起始",), required=True),
        Column("until", T.DATE, "截止日期", ("豁免截止",), required=True, note="含当日"),
        Column("reason", T.TEXT, "理由", ("豁免理由",), required=True),
        Column("approved_by", T.TEXT, "批准单位", ("批准人",), required=True),
    ),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        ORGANIZATIONS, PEOPLE, POSTS, ACTIVITIES, PARTICIPATIONS, CASE_STEPS, MEASURES, RATINGS, DUES, INDICATORS,
        CHECKLIST, EXEMPTIONS, PERMISSIONS,
    )
}

#: Columns every stored row carries beside its own: where it came from (来源).
ORIGIN_COLUMNS = ("source_id", "source_row")
