"""The other courses of the documents (其他流程): which states a case passes through, and which steps lead there.

State names are those that the documents' mechanisms go by; every step of a process (:data:`workbench.vocabulary.STEPS`)
belongs to one state. Ledgers are uneven: steps are left out, or written down late and in another order. So the state of
a case is the furthest one that a step of it stands for, and nothing here is an error.
"""

from __future__ import annotations

import types
from dataclasses import dataclass

from statemachine import State, StateMachine

from workbench.vocabulary import Process


@dataclass(frozen=True)
class Stage:
    """A state of a course and the steps that show it.

    ``then`` names the states that may follow (empty: the next one declared). ``final``: the course ends here.
    ``may_end``: it ends here too when nothing is due any more. ``expected`` false: what follows is no matter of
    course, and nobody is told to do it (党费催缴: who pays up is not dealt with further).
    """

    name: str
    steps: tuple[str, ...]
    then: tuple[str, ...] = ()
    final: bool = False
    may_end: bool = False
    expected: bool = True


def _end(name: str, *steps: str) -> Stage:
    return Stage(name, steps, final=True)


def _stage(name: str, *steps: str, then: tuple[str, ...] = (), may_end: bool = False, expected: bool = True) -> Stage:
    return Stage(name, steps, then, may_end=may_end, expected=expected)


#: Process → its states in their usual order.
COURSES: dict[Process, tuple[Stage, ...]] = {
    Process.ADMISSION: (
        _stage("申请", "支委会审核申请"),
        _stage(
            "积极分子", "确定积极分子", "积极分子报党总支", "积极分子报机关党委", "公示开始", "公示结束", "填写积极分子登记表",
            "指定培养联系人", "思想汇报", "考察", "填写考察表", then=("发展对象", "取消"),
        ),
        _stage(
            "发展对象", "确定发展对象", "发展对象报上级审核", "确定入党介绍人", "政治审查合格", "短期集中培训", "上级预审同意",
            "填写入党志愿书", "支委会审查", then=("预备", "取消"),
        ),
        _stage(
            "预备", "接收预备党员", "预备期起算", "决议填入志愿书", "上级批准接收", "入党宣誓", "转正申请", "转正公示",
            then=("正式", "延长", "取消"),
        ),
        _stage("延长", "提出延长预备期", "延长预备期", then=("正式", "取消")),
        _end("正式", "转正", "转正事项上级批准"),
        _end("取消", "取消预备党员资格", "取消资格"),
    ),
    Process.DEMOCRATIC_LIFE: (
        _stage("学习", "会前准备", "集中学习"),
        _stage("方案", "通报时间主题", "报告方案"),
        _stage("谈心", "主要负责人谈心", "成员互谈"),
        _stage("提纲", "撰写发言提纲"),
        _stage("召开", "召开", "检查上次整改", "无上次整改方案"),
        _stage(
            "报告", "报告情况", "上报情况报告", "上报会议记录", "上报发言提纲", "上报群众意见", "上报整改措施", may_end=True,
        ),
        _end("整改", "整改提高"),
    ),
    Process.INTEGRITY_RISK: (
        _stage("触发", "认定情节", "列出谈话提纲", "书面通知本人", "主要领导批准"),
        _stage("文书", "发出文书", "收到文书"),
        _stage("谈话", "防范谈话", "主谈"),
        _stage("登记", "填写登记表", "登记承诺", "提出整改要求"),
        _stage("整改", "提交整改情况", "提交整改报告"),
        _stage("结束", "结束"),
        _end("归档", "归档"),
    ),
    Process.FEEDBACK: (
        _stage("征求", "会前征求", then=("反馈", "收到"), may_end=True),
        _end("反馈", "反馈本人"),
        _stage("收到", "收到"),
        _stage("交办", "提交研究", "说明原因"),
        _stage("办结", "办结", then=("通知", "公布"), may_end=True),
        _end("通知", "通知本人", "无法通知本人"),
        _end("公布", "公布结果"),
    ),
    Process.SECRETARY_APPOINTMENT: (
        _stage("任前谈话", "任前谈话"), _stage("到任", "任职"), _end("培训", "集中培训"),
    ),
    Process.DUES_FOLLOW_UP: (
        _stage("教育", "教育", expected=False), _stage("自行脱党", "支部大会决定", "报上级批准"), _end("除名", "除名"),
    ),
    Process.FLOATING_OUT: (
        _stage("申报", "申报外出", "报告事由", "报告时间", "报告地点", "报告联系方式"),
        _stage(
            "登记", "行前教育", "统一编号", "登记去向", "登记外出时间", "登记从业单位", "登记居住地点", "登记联系方式",
            "指定联系人",
        ),
        _stage("发证", "发放活动证", "登记发放"),
        _stage(
            "外出", "外出", "联系", "流入地不明", "通报流入地", "名单抄送", "年度审核", "汇报", "预备期考察", "讨论转正",
        ),
        _stage("返回", "返回"),
        _end("查验", "查验活动证", "汇报外出情况"),
    ),
    Process.FLOATING_IN: (
        _stage("排摸", "流入"),
        _stage("查验", "查验凭证", "帮助领证"),
        _stage("登记", "登记职业", "登记学历", "登记工作", "登记居住地", "登记联系方式", "建立档案"),
        _stage("编入", "编入组织", "编入单位党组织", "结对联谊", "参加组织生活", "教育考察"),
        _stage("通报", "提供考察材料", "通报表现"),
        _end("离开", "离开"),
    ),
    Process.VISIT: (
        _stage("来访", "来访"), _stage("登记", "首问登记", then=("转介", "答复")), _stage("转介", "转介"), _end("答复", "答复"),
    ),
    Process.POST_SETTING: (
        _stage("报岗", "报岗"), _stage("定岗", "定岗", "定责"), _stage("目标", "定目标"), _end("考核", "考评"),
    ),
    Process.MEMBER_APPRAISAL: (
        _stage("通知", "通知流动党员", "流入地反馈"),
        _stage("学习", "学习教育"),
        _stage("自评", "自我总结"),
        _stage("评议", "评议", "评议较差", then=("帮带", "表彰处理")),
        _stage("帮带", "结对帮助"),
        _end("表彰处理", "表彰处理"),
    ),
    Process.DUTY_ASSESSMENT: (
        _stage("不落实", "工作不落实", "评先评优", then=("约谈", "通报批评")),
        _stage("约谈", "约谈", may_end=True),
        _end("通报批评", "通报批评"),
    ),
    Process.INSPECTION_FINDING: (
        _stage("问题", "发现问题", "督查月发现问题", "发现工作不实", then=("反馈", "通报", "约谈", "整改")),
        _stage("反馈", "点对点反馈", then=("通报", "约谈", "整改")),
        _stage("通报", "点名通报", then=("约谈", "整改")),
        _stage("约谈", "约谈主要负责人"),
        _stage("整改", "督促整改", "约谈后无明显改进", then=("完成", "组织调整")),
        _end("完成", "整改完成"),
        _end("组织调整", "组织调整"),
    ),
    Process.RECTIFICATION: (
        _stage("问题清单", "列入整改方案", "明确整改时限", "明确整改责任人", then=("未解决", "销号")),
        _stage("未解决", "未解决", then=("整改", "销号")),
        _stage("整改", "限期改正"),
        _end("销号", "解决"),
    ),
    Process.MEMBER_DISPOSAL: (
        _stage("评定不合格", "评定不合格"),
        _stage("提出意见", "提出处理意见"),
        _stage("表决", "支部大会表决"),
        _stage("报批", "报上级审批"),
        _end("处置", "处分", "处置"),
    ),
    Process.ORG_SETTING: (_stage("审批", "上级批准"), _end("生效", "调整设置")),
    Process.TALK_MATTER: (_stage("待谈", "岗位变动", "组织处理"), _end("已谈", "谈话")),
    Process.CADRE_APPOINTMENT: (
        _stage("入职", "入职", then=("教育", "谈话")),
        _end("教育", "廉政教育"),
        _stage("谈话", "任前廉政谈话"),
        _end("到任", "任职"),
    ),
    Process.HEAD_SELECTION: (
        _stage("空缺", "空缺"),
        _stage("拟任", "拟任人选"),
        _stage("沟通", "沟通机关工委", "沟通纪检监察工委"),
        _stage("确定", "确定人选"),
        _end("补齐", "任职"),
    ),
    Process.WEAK_BRANCH: (_stage("整治", "列入整顿"), _end("销号", "整顿销号")),
    Process.DISCIPLINE_CASE: (
        _stage("案件", "发现四官问题", "发生严重违纪", then=("查处", "主体责任")),
        _end("查处", "查处"),
        _stage("主体责任", "追究主体责任"),
        _end("监督责任", "追究监督责任"),
    ),
    Process.TASK_FORCE: (_stage("成立", "成立专班", "设立临时党支部"), _end("撤销", "撤销专班")),
}


def following(process: Process, stage: Stage) -> tuple[str, ...]:
    """Names of the states that may follow a state; none after a final one."""
    stages = COURSES[process]
    if stage.final:
        return ()
    return stage.then or (stages[stages.index(stage) + 1].name,)


def machine(process: Process) -> type[StateMachine]:
    """The course as a machine of python-statemachine: an event is named by the first step of the state it leads to.

    The library checks that there is one beginning, that every state can be reached and has a way on or is an end.
    """
    stages = COURSES[process]
    states = {s.name: State(s.name, initial=s is stages[0], final=s.final) for s in stages}
    body: dict[str, object] = {f"state_{number}": state for number, state in enumerate(states.values())}
    for target in stages:
        sources = [s for s in stages if target.name in following(process, s)]
        for source in sources:
            moved = states[source.name].to(states[target.name])
            name = target.steps[0]
            body[name] = moved if name not in body else body[name] | moved
    return types.new_class(f"{process.name}_MACHINE", (StateMachine,), exec_body=lambda space: space.update(body))


class TermMachine(StateMachine):
    """Term of office of a committee (换届): reminded before it ends, extended by permission, or elected anew."""

    running = State("届内", initial=True)
    soon = State("临期提醒")
    expired = State("届满")
    extended = State("批准延期")
    elected = State("已换届")

    remind = running.to(soon)
    expire = soon.to(expired) | extended.to(expired)
    permit = soon.to(extended) | expired.to(extended)
    elect = running.to(elected) | soon.to(elected) | expired.to(elected) | extended.to(elected)
    go_on = elected.to(running)


class RatingMachine(StateMachine):
    """Ratings given again and again (星级评定, 积分评定): each year's is due until it is given; grades rise and fall."""

    waiting = State("待评定", initial=True)
    rated = State("已评定")

    rate = waiting.to(rated)
    rate_again = rated.to.itself()
    new_year = rated.to(waiting)


#: What people read for an event of the machines that are not made from steps.
LABELS = {
    "remind": "进入提醒期", "expire": "任期届满", "permit": "批准延期", "elect": "选举", "go_on": "新一届开始", "rate": "评定",
    "rate_again": "再次评定", "new_year": "进入新年度",
}


def machines() -> dict[str, type[StateMachine]]:
    """Every course by its Chinese name, for the diagrams of ``docs/ledger.md``."""
    made: dict[str, type[StateMachine]] = {process.value: machine(process) for process in COURSES}
    return made | {"任期": TermMachine, "星级与积分": RatingMachine}
