"""The courses and their states (状态机): what may follow what.

Each machine is a declaration for python-statemachine, which checks that every state can be reached; reading and
acting use the table drawn from it (:func:`transitions`), and the diagrams in ``docs/ledger.md`` are written from it. A
course begins with the event named by :data:`OPENING`; every further event is a verb of its machine, also those that
change no state (``itself``), so that a state says which verbs it allows.
"""

from __future__ import annotations

from functools import cache

from statemachine import State, StateMachine


class FindingMachine(StateMachine):
    """A finding (问题): 待核实 → 已确认 or 不成立 → 整改中 → 待复查 → 已销号, 复发 when a later run fails again."""

    pending = State("待核实", initial=True)
    confirmed = State("已确认")
    dismissed = State("不成立")
    rectifying = State("整改中")
    review = State("待复查")
    closed = State("已销号")
    recurred = State("复发")

    confirm = pending.to(confirmed) | recurred.to(confirmed)
    dismiss = (
        pending.to(dismissed) | recurred.to(dismissed) | confirmed.to(dismissed) | rectifying.to(dismissed)
        | review.to(dismissed)
    )
    reopen = dismissed.to(pending)
    assign = confirmed.to(rectifying)
    extend = rectifying.to.itself()
    progress = rectifying.to.itself()
    refuse = rectifying.to.itself()
    submit = rectifying.to(review)
    fail = review.to(rectifying)
    close = review.to(closed)
    recur = closed.to(recurred)
    answer = (
        pending.to.itself() | confirmed.to.itself() | rectifying.to.itself() | review.to.itself()
        | recurred.to.itself()
    )
    see = (
        pending.to.itself() | confirmed.to.itself() | dismissed.to.itself() | rectifying.to.itself()
        | review.to.itself() | closed.to.itself() | recurred.to.itself()
    )
    resolve = (
        pending.to.itself() | confirmed.to.itself() | dismissed.to.itself() | rectifying.to.itself()
        | review.to.itself() | closed.to.itself() | recurred.to.itself()
    )


class CardMachine(StateMachine):
    """Cards of a secretary (亮牌): 无 → 黄牌 → 橙牌 → 红牌 (secretary-2022, 第十二条)."""

    none = State("无", initial=True)
    yellow = State("黄牌")
    orange = State("橙牌")
    red = State("红牌")

    give_yellow = none.to(yellow)
    add_grounds = yellow.to.itself() | orange.to.itself() | red.to.itself()
    give_orange = yellow.to(orange)
    give_red = orange.to(red)
    give_red_at_once = none.to(red) | yellow.to(red)
    follow_up = yellow.to.itself() | orange.to.itself() | red.to.itself()
    clear = yellow.to(none) | orange.to(none) | red.to(none)
    decline = none.to.itself() | yellow.to.itself() | orange.to.itself() | red.to.itself()
    feedback = none.to.itself() | yellow.to.itself() | orange.to.itself() | red.to.itself()
    revoke = none.to.itself() | yellow.to.itself() | orange.to.itself() | red.to.itself()
    same_holder = none.to.itself() | yellow.to.itself() | orange.to.itself() | red.to.itself()
    change_holder = none.to.itself() | yellow.to(none) | orange.to(none) | red.to(none)


class ListsMachine(StateMachine):
    """Five lists of a secretary and year (五单): 开单 → 晒单 → 查单 → 销单, 派单 in between (secretary-2022, 第七条)."""

    opened = State("已开单", initial=True)
    published = State("已晒单")
    checked = State("已查单")
    closed = State("已销单")

    publish = opened.to(published)
    check = opened.to(checked) | published.to(checked)
    check_again = checked.to.itself()
    publish_late = checked.to.itself()
    progress = published.to.itself() | checked.to.itself()
    add_item = opened.to.itself() | published.to.itself() | checked.to.itself()
    dispatch = opened.to.itself() | published.to.itself() | checked.to.itself()
    finish_item = opened.to.itself() | published.to.itself() | checked.to.itself()
    close = opened.to(closed) | published.to(closed) | checked.to(closed)
    announce = published.to.itself() | checked.to.itself() | closed.to.itself()
    file = closed.to.itself()


class AppraisalMachine(StateMachine):
    """Debriefing and appraisal of a secretary and year (述职评议): secretary-2022, 第十三条 to 第十五条."""

    planned = State("待述职", initial=True)
    debriefed = State("已述职")
    appraised = State("已考评")
    graded = State("已定等次")
    told = State("已反馈")
    rectifying = State("限期整改")
    finished = State("已办结")

    debrief = planned.to(debriefed)
    appraise = debriefed.to(appraised)
    grade = appraised.to(graded)
    correct_grade = graded.to.itself() | told.to(graded) | rectifying.to(graded) | finished.to(graded)
    tell = graded.to(told)
    report_up = graded.to.itself() | told.to.itself() | rectifying.to.itself() | finished.to.itself()
    talk = graded.to.itself() | told.to.itself() | rectifying.to.itself()
    set_deadline = told.to(rectifying)
    finish = told.to(finished) | rectifying.to(finished)
    annual = graded.to.itself() | told.to.itself() | rectifying.to.itself() | finished.to.itself()
    recommend = graded.to.itself() | told.to.itself() | finished.to.itself()
    withdraw = graded.to.itself() | told.to.itself() | rectifying.to.itself() | finished.to.itself()
    replace = graded.to.itself() | told.to.itself() | rectifying.to.itself() | finished.to.itself()
    decline = graded.to.itself() | told.to.itself() | rectifying.to.itself() | finished.to.itself()
    supplement = graded.to.itself() | told.to.itself() | finished.to.itself()


class InspectionMachine(StateMachine):
    """An inspection (督查): secretary-2022, 第十一条."""

    planned = State("筹备", initial=True)
    running = State("检查中")
    reported = State("已反馈")
    circulated = State("已通报")
    looking_back = State("回头看")
    closed = State("已办结", final=True)

    team = planned.to.itself() | running.to.itself()
    draw = planned.to.itself() | running.to.itself()
    pick = planned.to.itself() | running.to.itself()
    assign = planned.to.itself() | running.to.itself()
    start = planned.to(running)
    visit = running.to.itself()
    take_run = (
        planned.to.itself() | running.to.itself() | reported.to.itself() | circulated.to.itself()
        | looking_back.to.itself()
    )
    report = running.to(reported)
    circulate = reported.to(circulated)
    look_back = circulated.to(looking_back)
    close = looking_back.to(closed)


#: Topic of a stream → its machine. ``run`` has none: a run is taken in once.
MACHINES: dict[str, type[StateMachine]] = {
    "finding": FindingMachine,
    "card": CardMachine,
    "lists": ListsMachine,
    "appraisal": AppraisalMachine,
    "inspection": InspectionMachine,
}

#: The verb that a course begins with: it leads to the initial state of the machine.
OPENING = {
    "run": "sync", "finding": "open", "card": "begin", "lists": "open", "appraisal": "plan", "inspection": "plan",
}

#: Kinds of event that a run brings about, written under the name of the machine; all others are acts of people.
OF_THE_MACHINE = frozenset({
    "run.sync", "finding.open", "finding.see", "finding.resolve", "finding.recur", "card.begin", "card.change_holder",
})

#: Of these, what a run alone can say: nobody is told that they might do it.
OF_RUNS = frozenset({"finding.see", "finding.resolve"})

#: What people read for a verb (动作), by kind of event.
LABELS = {
    "finding.open": "列入问题",
    "finding.confirm": "确认",
    "finding.dismiss": "认定不成立",
    "finding.reopen": "重新核实",
    "finding.assign": "交办整改",
    "finding.extend": "调整整改安排",
    "finding.progress": "登记进展",
    "finding.refuse": "登记拒不整改",
    "finding.submit": "报请复查",
    "finding.fail": "复查未通过",
    "finding.close": "销号",
    "finding.recur": "复发",
    "finding.answer": "登记支部意见",
    "finding.see": "再次核查未达标",
    "finding.resolve": "再次核查已达标",
    "card.begin": "建立亮牌记录",
    "card.give_yellow": "亮黄牌",
    "card.add_grounds": "补充事由",
    "card.give_orange": "亮橙牌",
    "card.give_red": "亮红牌",
    "card.give_red_at_once": "直接亮红牌",
    "card.follow_up": "登记后续措施",
    "card.clear": "摘牌",
    "card.decline": "不予亮牌",
    "card.feedback": "登记上级反馈",
    "card.revoke": "撤销已结束的牌",
    "card.same_holder": "登记同一书记",
    "card.change_holder": "书记变动",
    "lists.open": "开单",
    "lists.publish": "晒单",
    "lists.check": "查单",
    "lists.check_again": "再次查单",
    "lists.publish_late": "补晒单",
    "lists.progress": "公布进度",
    "lists.add_item": "增加项目",
    "lists.dispatch": "派单",
    "lists.finish_item": "项目完成",
    "lists.close": "销单",
    "lists.announce": "公布完成情况",
    "lists.file": "报备案",
    "appraisal.plan": "列入述职评议",
    "appraisal.debrief": "述职",
    "appraisal.appraise": "考评",
    "appraisal.grade": "评定等次",
    "appraisal.correct_grade": "更正等次",
    "appraisal.tell": "反馈结果",
    "appraisal.report_up": "报告上级",
    "appraisal.talk": "约谈提醒",
    "appraisal.set_deadline": "限期整改",
    "appraisal.finish": "办结",
    "appraisal.annual": "登记年度考核",
    "appraisal.recommend": "推荐人选",
    "appraisal.withdraw": "撤回推荐",
    "appraisal.replace": "调整撤换",
    "appraisal.decline": "不采纳建议",
    "appraisal.supplement": "绩效补贴上浮",
    "inspection.plan": "立项",
    "inspection.team": "组建督查组",
    "inspection.draw": "抽取支部",
    "inspection.pick": "按风险选点",
    "inspection.assign": "分派督查组",
    "inspection.start": "开始检查",
    "inspection.visit": "到点检查",
    "inspection.take_run": "采用核查结果",
    "inspection.report": "反馈",
    "inspection.circulate": "通报",
    "inspection.look_back": "回头看",
    "inspection.close": "办结",
    "run.sync": "导入核查结果",
}


@cache
def transitions(topic: str) -> dict[tuple[str | None, str], str]:
    """(state, verb) → state, states by their Chinese names; (None, opening verb) → the initial state."""
    if topic == "run":
        return {(None, OPENING[topic]): "已导入"}
    machine = MACHINES[topic]
    table: dict[tuple[str | None, str], str] = {(None, OPENING[topic]): machine.initial_state.name}
    for source in machine.states:
        for t in source.transitions:
            table[source.name, t.event] = t.target.name
    return table


def verbs(topic: str, state: str) -> list[str]:
    """The verbs that a state allows, in the order of declaration."""
    return [verb for (source, verb) in transitions(topic) if source == state]
