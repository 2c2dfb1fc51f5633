"""What a leading group (党组) keeps: the democratic life meeting, opinions, integrity risks, responsibilities, visits."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step, secretary, steps, tagged, tags
from workbench.sample.fault import C, X
from workbench.sample.faults import any_of, has
from workbench.sample.faults_mended import OPINION, TERM

_GROUPS = "type = '党组'"
_TEAM = "('副书记', '委员', '党组成员')"


def courses(city: City) -> tuple[Course, ...]:
    """All courses of leading groups."""
    since = f"{city.day(1, 15, -2)} + draw(no, 83, 300)"
    return (
        _democratic_life(),
        *(_members_of_the_meeting(step, roles, code) for step, roles, code in (
            ("撰写发言提纲", f"'书记', {_TEAM[1:-1]}", "2.5-18"),
            ("主要负责人谈心", _TEAM[1:-1], "2.5-19"),
            ("成员互谈", _TEAM[1:-1], "2.5-20"),
        )),
        *_mended(city),
        *_opinions(city),
        *_integrity(city),
        Course("责任主体", "责任", _GROUPS, (
            *steps("集体责任 第一责任 具体责任", since),
            Step("直接责任", since, lacks=(X + "1.5-1",)),
        )),
        *_visits(city),
    )


def _democratic_life() -> Course:
    hours = f"CASE WHEN {has(X + '2.5-13')} THEN 2 ELSE 4 + draw(no, 77, 2) END"
    unmended = "draw(no, 141, 10) = 0"
    papers = ("上报情况报告", "上报会议记录", "上报发言提纲", "上报群众意见", "上报整改措施")
    return Course("民主生活会", "民主", _GROUPS, (
        Step("会前准备", "dlm_on - 30"),
        Step("集中学习", "dlm_on - 25", value=hours),
        Step("集中学习", "dlm_on - 21", value=hours),
        Step("报告方案", f"dlm_on - CASE WHEN {has(X + '2.5-2')} THEN 10 ELSE 15 + draw(no, 74, 4) END"),
        Step("通报时间主题", "dlm_on - 12", late=(X + "2.5-14", 13)),
        Step("召开", "dlm_on"),
        Step("检查上次整改", "dlm_on", when=f"NOT {unmended}", lacks=(X + "2.5-26",)),
        Step("无上次整改方案", "dlm_on", when=unmended, lacks=(X + "2.5-26",)),
        Step("报告情况", f"dlm_on + CASE WHEN {has(X + '2.5-6')} THEN 24 ELSE 6 + draw(no, 75, 10) END"),
        *(Step(paper, "dlm_on + 6 + draw(no, 75, 10)", lacks=(X + f"2.5-{7 + i}",)) for i, paper in enumerate(papers)),
        Step("整改提高", f"dlm_on + CASE WHEN {has(X + '2.5-12')} THEN -2 ELSE 16 + draw(no, 76, 10) END"),
    ))


def _members_of_the_meeting(step: str, roles: str, code: str) -> Course:
    """A step that names each member of the group in post on the day of the meeting; under a fault one is left out."""
    everybody = "TRUE" if "'书记'" in roles else "NOT bool_or(role = '书记')"
    source = f"""(SELECT o.*, q.pno FROM org o JOIN (SELECT o.no, pno FROM post JOIN org o USING (no)
        WHERE type = '党组' AND started_on <= dlm_on AND (ended_on IS NULL OR ended_on > dlm_on)
        GROUP BY ALL HAVING bool_or(role IN ({roles})) AND {everybody}) q USING (no))"""
    return Course("民主生活会", "民主", _GROUPS, (
        Step(step, "dlm_on - 10 + draw(pno, 142, 8)", pno="pno", when=f"NOT ({has(X + code)} AND pno = no * 64 + 3)"),
    ), source=source)


def _mended(city: City) -> tuple[Course, ...]:
    """Items of the plan made after the meeting: one solved in time, in some groups one that was not."""
    listed = "dlm_on + 20"
    return (
        Course("整改事项", "整改1", _GROUPS, (
            Step("列入整改方案", listed),
            Step("明确整改时限", listed, lacks=(X + "2.5-23",)),
            Step("明确整改责任人", listed, lacks=(X + "2.5-24",)),
            Step("解决", f"{listed} + 40 + draw(no, 143, 60)"),
        ), last_year=3),
        Course("整改事项", "整改2", f"{_GROUPS} AND (draw(no, 144, 3) = 0 OR {any_of(X + '2.5-27', TERM)})", (
            *steps("列入整改方案 明确整改时限 明确整改责任人", listed),
            Step("未解决", f"{listed} + 45"),
            Step("限期改正", f"{listed} + 52", lacks=(X + "2.5-27",), moved=(TERM, city.day(7, 24))),
            Step("解决", f"{listed} + 110", lacks=(X + "2.5-27",), moved=(TERM, city.day(8, 20))),
        ), last_year=1),
    )


def _opinions(city: City) -> tuple[Course, ...]:
    got = [f"{city.day(month, 2)} + draw(no, {100 + month}, 24)" for month in (2, 3, 5, 7)]
    late = f"CASE WHEN {has(X + '3.11-1')} THEN 6 ELSE draw(no, 99, 4) END"
    unknown = "draw(no, 145, 8) = 0"

    def handled(index: int, tag: str, done: str, *more: Step) -> Course:
        day = got[index - 1]
        return Course("意见办理", f"意见{index}", _GROUPS, (
            Step("收到", day, tags=tags(tag)),
            Step("提交研究", f"{day} + 1", lacks=(X + "3.10-1",) if index == 1 else (),
                 moved=(OPINION, city.day(7, 23)) if index == 1 else None),
            Step("办结", f"{day} + {done}", tags=tags(tag)), *more), last_year=3)

    return (
        handled(1, "一般性意见", late, Step("通知本人", f"{got[0]} + 8", lacks=(X + "3.11-2",))),
        handled(2, "个别性问题", "draw(no, 108, 4)", Step("通知本人", f"{got[1]} + 6", when=f"NOT {unknown}"),
                Step("无法通知本人", f"{got[1]} + 6", when=unknown)),
        handled(3, "普遍性问题", "9 + draw(no, 109, 9)", Step("公布结果", f"{got[2]} + 25", lacks=(X + "3.11-3",))),
        handled(4, "复杂事项", "45 + draw(no, 110, 20)", Step("说明原因", f"{got[3]} + 18")),
        Course("意见办理", "意见5", f"{_GROUPS} AND (draw(no, 146, 2) = 0 OR {has(X + '2.5-17')})", (
            Step("会前征求", "dlm_on - 20", tags=tags("涉及个人")),
            Step("反馈本人", "dlm_on - 9", lacks=(X + "2.5-17",)),
        ), last_year=2),
    )


_RISKS = tuple(X + code for code in ("4.4.1-1", "4.4.2-1", "4.4.2-3", "4.4.3-1", "4.4.4-1", "4.4.4-4", "4.5-1",
                                     "4.5-3", "4.6-1"))


def _integrity(city: City) -> tuple[Course, ...]:
    """Two cases a year in a leading group: an inquiry or admonition, and in some an order to correct."""
    risky = any_of(*_RISKS)
    # The faults of the first case that need a letter of one sort get it.
    inquiry = f"(draw(no, 87, 2) = 0 OR {has(X + '4.4.1-1')}) AND NOT {has(X + '4.4.4-4')}"
    return (
        _risk(city, "廉政1", 3, f"CASE WHEN {inquiry} THEN '询问函' ELSE '警示诫勉' END",
              f"draw(no, 89, 10) < 7 OR {risky}", first=True),
        _risk(city, "廉政2", 4, "'责令纠错'", f"draw(no, 91, 10) < 3 OR {risky}", first=False),
    )


def _risk(city: City, mark: str, month: int, letter: str, chosen: str, *, first: bool) -> Course:
    sent = f"{city.day(month, 1)} + draw(no, {month + 92}, 28)"
    got = f"{sent} + 2"
    who, tag = "home * 64 + 7", tagged(letter)
    found = f"CASE {letter} WHEN '询问函' THEN '情节轻微' WHEN '警示诫勉' THEN '情节较重' ELSE '需纠正错误' END"

    def code(clause: str) -> tuple[str, ...]:
        return (X + clause,) if first else ()

    days = f"CASE WHEN {has(X + '4.5-1')} THEN 15 ELSE 4 + draw(no, 88, 7) END" if first else (
        f"CASE WHEN {has(X + '4.5-3')} THEN 45 ELSE 10 + draw(no, 90, 20) END")
    people = f"CASE WHEN {has(X + '4.4.2-1') if first else 'FALSE'} THEN 1 ELSE 2 END"
    sent_tag = f"CASE WHEN {has(X + '4.4.1-1')} THEN ['警示诫勉'] ELSE {tag} END" if first else tag
    return Course("廉政风险", mark, f"{_GROUPS} AND ({chosen})", (
        Step("认定情节", f"{sent} - 5", pno=who, tags=tagged(found)),
        Step("主要领导批准", f"{sent} - 2", pno=who, when=f"{letter} <> '询问函' OR {has(X + '4.4.1-1')}",
             lacks=code("4.4.4-4")),
        Step("发出文书", sent, pno=who, tags=sent_tag),
        Step("收到文书", got, pno=who, tags=tag),
        Step("列出谈话提纲", f"{sent} + 1", pno=who, lacks=code("4.4.2-3")),
        Step("书面通知本人", f"{got} + 1", pno=who, lacks=code("4.4.3-1")),
        Step("防范谈话", f"{got} + 2", pno=who, tags=tag, value=people),
        Step("主谈", f"{got} + 2", pno=secretary(f"{got} + 2")),
        Step("填写登记表", f"{got} + 4", pno=who, lacks=code("4.4.4-1")),
        Step("登记承诺", f"{got} + 4", pno=who, when=f"{letter} = '询问函'"),
        Step("提出整改要求", f"{got} + 4", pno=who, when=f"{letter} <> '询问函'"),
        Step("提交整改情况" if first else "提交整改报告", f"{got} + {days}", pno=who, tags=tag),
        Step("结束", f"{got} + 50", pno=who, tags=tag),
        Step("归档", f"{got} + 52 + draw(no, 98, 20)", pno=who, tags=tag, lacks=code("4.6-1")),
    ), last_year=2)


def _visits(city: City) -> tuple[Course, ...]:
    """Visitors received by county departments; one of three brings what another department handles."""
    where = f"{_GROUPS} AND sector = '机关' AND list_contains(adopted, 'county-longterm')"
    courses = []
    for index, month in enumerate((2, 4, 6), start=1):
        day = f"{city.day(month, 3)} + draw(no, {146 + month}, 20)"
        other = index == 2
        codes = ((C + "2.4-4",), (C + "2.4-7",)) if index == 1 else ((), ())
        courses.append(Course("群众来访", f"来访{index}", where, (
            Step("来访", day, tags=tags("职责外") if other else "NULL"),
            Step("首问登记", day, lacks=codes[0]),
            *([Step("转介", f"{day} + 1", lacks=(C + "2.4-6",))] if other else []),
            Step("答复", f"{day} + 9 + draw(no, 153, 30)", lacks=codes[1]),
        ), last_year=2))
    return tuple(courses)
