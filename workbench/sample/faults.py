"""Faults that are planted in the synthetic city: which requirement, in whom, how, and what it implies.

Each fault takes one bit of ``org.faults``; the SQL of the other modules asks :func:`has` and leaves out, delays or
changes rows. ``where`` picks organisations that the requirement binds and that have what can go wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import duckdb

from workbench.vocabulary import Verdict

S, X = "secretary-2022-", "xinfang-bureau-"
FAILED, BEHIND, MANUAL, WAIVED = (Verdict.FAILED.value, Verdict.BEHIND.value, Verdict.MANUAL.value,
                                  Verdict.WAIVED.value)
_BRANCH = "type = '党支部'"
_WITH_COMMITTEE = f"{_BRANCH} AND has_committee"
_COMMITTEE = "type IN ('党委', '工委')"
_TOWNSHIP = f"level = '乡镇' AND {_COMMITTEE}"
_GROUP = "type = '党组' AND sector = '机关'"
_TEAM = "type IN ('党委', '党组', '工委', '党总支')"
_ALL = "type <> '组织部'"


@dataclass(frozen=True)
class Fault:
    """One way to fall short. ``day``: the first month and day of the year from which it shows.

    ``group``: an organisation gets at most one fault of a group, since they change the same rows.
    """

    code: str
    where: str
    how: str
    changed: str
    implies: tuple[tuple[str, str], ...]
    day: tuple[int, int]
    group: str


def _fault(req: str, where: str, how: str, changed: str, day: tuple[int, int], *, verdict: str = FAILED,
           also: tuple[tuple[str, str], ...] = (), group: str = "", code: str = "") -> Fault:
    return Fault(code or req, where, how, changed, ((req, verdict), *also), day, group or code or req)


FAULTS: tuple[Fault, ...] = (
    _fault(S + "4.2-1", _TEAM, "本年尚未召开班子会研究基层党建", "删去本年研究党建的班子会", (6, 30), verdict=BEHIND),
    _fault(S + "4.4-1", f"{_COMMITTEE} AND list_contains(flags, '有财政')", "党建工作经费未增长,财政收入增长5%",
           "本年党建工作经费改为与上年相同", (3, 31)),
    _fault(S + "4.4-3", _TOWNSHIP, "组织干事只剩1名", "其余组织干事上年底离任", (1, 31)),
    _fault(S + "4.4-4", _GROUP, "机关工作人员210人,党务工作人员只有1名", "改两项指标", (6, 30)),
    _fault(S + "5-4", _BRANCH, "书记轮训只有24学时", "删去3月以来的书记轮训", (7, 31), verdict=BEHIND,
           group="书记"),
    _fault(S + "5-14", f"{_BRANCH} AND has_worker", "党务干部轮训只有24学时", "删去3月以来的党务干部轮训", (7, 31),
           verdict=BEHIND),
    _fault(S + "6-1", _BRANCH, "上年5月任职的书记至今未参加集中培训", "删去步骤“集中培训”", (6, 30), group="书记"),
    _fault(S + "7.1-1", _ALL, "未制定重点项目清单", "删去清单", (2, 1)),
    _fault(S + "7.1-2", _ALL, "责任清单2月下旬以后才制定", "清单推迟50日", (4, 1)),
    _fault(S + "7.2-2", _ALL, "一个季度未公布进度", "删去该季度的进度公布", (3, 31)),
    _fault(S + "7.5-3", _ALL, "晒单早于开单", "晒单改到开单前3日", (2, 28)),
    _fault(S + "8-1", _TOWNSHIP, "本年只有1次党委会研究基层党建", "删去3月以来研究党建的党委会", (8, 31), verdict=BEHIND),
    _fault(S + "8-3", _TOWNSHIP, "书记有一个月未调研", "删去该月的调研", (1, 31)),
    _fault(S + "8-4", _TOWNSHIP, "支部联系点已全部结束", "补步骤“结束”", (5, 31)),
    _fault(S + "8-5", f"{_TOWNSHIP} AND has_lagging", "有后进村而未挂钩联系", "补步骤“结束”", (5, 31)),
    _fault(S + "8-6", _TOWNSHIP, "本年尚未创建示范点", "删去本年的示范点", (6, 30), verdict=BEHIND),
    _fault(S + "9-1", _TEAM, "本年尚未到联系点调研", "删去本年的联系点调研", (6, 30), verdict=BEHIND),
    _fault(S + "9-2", _TEAM, "本年尚未帮助联系点解决问题", "删去本年的解决问题", (6, 30), verdict=BEHIND),
    _fault(S + "10-1", _COMMITTEE, "有一个月未开党建例会", "删去该月的党建例会", (1, 31)),
    _fault(S + "10-2", "type = '组织部'", "一个季度未组织互学交流", "删去该季度的互学交流", (3, 31)),
    _fault(S + "10-3", _ALL, "上半年未汇报", "删去上半年的半年汇报", (6, 30)),
    _fault(S + "11-1", "type = '组织部'", "督查安排在5、6月,7、8月没有", "督查提前62日", (8, 31)),
    _fault(S + "15.1-5", _BRANCH, "书记连续两年评为“差”,仍在任", "两年等次改为差", (5, 1), verdict=MANUAL,
           group="书记"),
    _fault(S + "15.2-1", f"({_COMMITTEE}) AND (level = '县' AND type = '党委' OR list_contains(flags, '市直属'))",
           "推荐人选5人", "增加推荐人选", (6, 30)),
    _fault(X + "1.1-1", "type = '党组'", "未制定年度党建工作安排", "删去工作安排", (2, 1)),
    _fault(X + "1.5-1", "type = '党组'", "未明确直接责任", "删去步骤“直接责任”", (1, 31)),
    _fault(X + "2.1-1", _BRANCH, "有一个月未集中学习", "删去该月的集中学习", (1, 31)),
    _fault(X + "2.1-2", _BRANCH, "年度学习计划2月下旬以后才制定", "计划推迟50日", (4, 1)),
    _fault(X + "2.2.1-1", _BRANCH, "有一个月未开党员大会", "删去该月的党员大会", (1, 31)),
    _fault(X + "2.2.2-1", _WITH_COMMITTEE, "有一个月未开支委会", "删去该月的支委会", (1, 31)),
    _fault(X + "2.2.3-1", _BRANCH, "一个季度没有党课", "删去该季度的党课", (3, 31)),
    _fault(X + "2.3-1", _BRANCH, "上半年未开组织生活会", "删去上半年的组织生活会", (6, 30)),
    _fault(X + "2.5-2", "type = '党组'", "会前10日才报告方案", "报告方案改到会前10日", (4, 30), group="民主生活会"),
    _fault(X + "2.5-6", "type = '党组'", "会后24日才报告情况", "报告情况改到会后24日", (4, 30), group="民主生活会"),
    _fault(X + "2.5-12", "type = '党组'", "整改提高早于召开", "整改提高改到会前2日", (4, 30), group="民主生活会"),
    _fault(X + "2.5-13", "type = '党组'", "会前集中学习共4小时", "改小时数", (4, 30), group="民主生活会"),
    _fault(X + "2.6.1-4", _BRANCH, "公示只有4日", "公示结束提前", (6, 30), group="发展党员"),
    _fault(X + "2.6.2-1", _BRANCH, "只指定1名培养联系人", "删去一名", (6, 30), group="发展党员"),
    _fault(X + "2.6.2-2", _BRANCH, "一名培养联系人是预备党员", "换人", (6, 30), group="发展党员"),
    _fault(X + "2.6.3-1", _BRANCH, "一个季度没有思想汇报", "删去该季度的思想汇报", (3, 31), group="发展党员"),
    _fault(X + "2.6.3-2", _BRANCH, "上半年未考察", "删去上半年的考察", (6, 30), group="发展党员"),
    _fault(X + "2.6.4-1", _BRANCH, "培养9个月即定为发展对象", "确定积极分子推后", (6, 30), group="发展党员"),
    _fault(X + "2.6.5-1", _BRANCH, "只有1名入党介绍人", "删去一名", (6, 30), group="发展党员"),
    _fault(X + "2.6.5-2", _BRANCH, "一名介绍人是外支部党员", "换人", (6, 30), group="发展党员"),
    _fault(X + "2.6.11-2", _BRANCH, "预备期10个月即转正", "转正提前", (8, 31), group="发展党员"),
    _fault(X + "2.6.11-7", _BRANCH, "预备期延长两次", "增加一次延长", (8, 31), group="发展党员"),
    _fault(X + "2.6.11-8", _BRANCH, "预备期只延长3个月", "改月数", (6, 30), group="发展党员"),
    _fault(X + "2.6.11-9", _BRANCH, "预备期延长15个月", "改月数", (6, 30), group="发展党员"),
    _fault(X + "2.7.2-1", _BRANCH, "一名党员2至4月党费至今未交", "三个月改为未交", (8, 1), group="党费"),
    _fault(X + "2.7.2-3", _BRANCH, "一名党员1月党费7月才补交", "改交纳日期", (8, 1), group="党费"),
    _fault(X + "2.7-2", _BRANCH, "一名党员2至8月未交党费,未教育也未处理", "七个月改为未交", (8, 31), verdict=MANUAL,
           also=((X + "2.7.2-4", MANUAL), (X + "2.7.2-1", FAILED)), group="党费"),
    _fault(X + "2.7.2-4", _BRANCH, "一名党员2至8月未交党费,已教育而支部大会未决定", "七个月改为未交,补步骤“教育”", (8, 31),
           verdict=MANUAL, also=((X + "2.7.2-1", FAILED),), group="党费"),
    _fault(X + "2.8-1", _WITH_COMMITTEE, "一个季度班子成员之间未谈心", "删去该季度的谈心谈话", (3, 31)),
    _fault(X + "2.8-2", _WITH_COMMITTEE, "一个季度班子成员与党员未谈心", "删去该季度的谈心谈话", (3, 31)),
    _fault(X + "2.8-3", _BRANCH, "一个季度党员之间未谈心", "删去该季度的谈心谈话", (3, 31)),
    _fault(X + "3.7-1", "type = '党组'", "一个季度未通报党务公开", "删去该季度的通报", (3, 31)),
    _fault(X + "3.11-1", "type = '党组'", "一般性意见6日才办结", "办结推迟", (5, 31)),
    _fault(X + "4.4.2-1", "type = '党组'", "防范谈话只有1人参加", "改人数", (5, 31), group="廉政"),
    _fault(X + "4.5-1", "type = '党组'", "收到询问函15日后才提交整改情况", "提交推迟", (5, 31), group="廉政"),
    _fault(X + "4.5-3", "type = '党组'", "责令纠错45日后才提交整改报告", "提交推迟", (6, 30), group="廉政"),
    _fault(X + "4.6-1", "type = '党组'", "个案结束后至今未归档", "删去步骤“归档”", (8, 31), group="廉政"),
    _fault(S + "7.1-1", _BRANCH, "未制定重点项目清单,有豁免", "删去清单,增加豁免", (2, 1), verdict=WAIVED,
           code="waived", group=S + "7.1-1"),
)
#: Requirements that cannot fail before the year has ended, nor lag behind.
YEAR_END = (
    *(S + n for n in ("5-1", "5-2", "5-3", "7.2-4", "7.5-1", "8-2", "10-7", "10-8", "10-9", "10-10", "13-1", "14-1")),
    *(X + n for n in ("2.2.3-2", "2.4-1", "2.4-2", "2.5-1")),
)
_BITS = {f.code: i for i, f in enumerate(FAULTS)}
#: Share of the branches that get one given fault; all of them together touch about 8 % of the branches.
_BRANCH_SHARE, _OTHER_SHARE = 0.0022, 0.012


def has(code: str, table: str = "o") -> str:
    """SQL: whether the organisation of row ``table`` carries the fault."""
    return f"(({table}.faults >> {_BITS[code]}) & 1 = 1)"


@dataclass
class Planted:
    """What was planted: fault codes by organisation number, and requirements that are not due on the day."""

    by_org: dict[int, list[str]] = field(default_factory=dict)
    not_yet_due: list[str] = field(default_factory=list)

    def masks(self) -> list[tuple[int, int]]:
        """Organisation number and its bits."""
        return [(no, sum(1 << _BITS[c] for c in codes)) for no, codes in self.by_org.items()]


def plant(con: duckdb.DuckDBPyConnection, month_day: tuple[int, int]) -> Planted:
    """Choose for each fault the organisations that get it, spread by a seeded hash, none before its day."""
    planted = Planted(not_yet_due=list(YEAR_END))
    groups: dict[int, set[str]] = {}
    for bit, fault in enumerate(FAULTS):
        if month_day < fault.day:
            planted.not_yet_due += [r for r, _ in fault.implies if r not in planted.not_yet_due]
            continue
        documents = [r.rsplit("-", 2)[0] for r, _ in fault.implies]
        adopted = " AND ".join(f"(adopts IS NULL OR list_contains(adopts, '{d}'))" for d in sorted(set(documents)))
        fitting = f"FROM base WHERE plantable AND {adopted} AND ({fault.where})"
        (count,) = con.execute(f"SELECT count(*) {fitting}").fetchone()
        share = _BRANCH_SHARE if _BRANCH in fault.where else _OTHER_SHARE
        wanted = min(count, max(1, round(count * share)))
        rows = con.execute(
            f"SELECT no {fitting} ORDER BY draw(no, {9000 + bit}, 1000000007), no LIMIT {wanted * 4 + 60}").fetchall()
        # One in twelve joins an organisation that already has a fault, the others go to clean ones.
        joins = bit % 12 == 11
        order = sorted((n for (n,) in rows), key=lambda n: (bool(groups.get(n)) != joins, len(groups.get(n, ()))))
        for no in [n for n in order if fault.group not in groups.get(n, ())][:wanted]:
            groups.setdefault(no, set()).add(fault.group)
            planted.by_org.setdefault(no, []).append(fault.code)
    return planted


def counts(planted: Planted) -> dict[str, int]:
    """How many organisations carry each fault."""
    return dict(Counter(code for codes in planted.by_org.values() for code in codes))
