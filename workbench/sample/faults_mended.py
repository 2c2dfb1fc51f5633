"""Faults that are put right in summer, and one that comes back: what a look-back (回头看) at the end of August finds.

They stand beside the lasting faults of the same requirements. The rows that mend them are dated, so that a look at the
city on an earlier day finds the fault and a later one does not.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.sample.fault import BRANCH, FAILED, GROUP, MANUAL, TOWNSHIP, C, Fault, L, S, X, fault
from workbench.sample.faults_of_cases import FLOATING
from workbench.sample.faults_of_records import RIGHT_BELOW

MEETING, CONTACT, VILLAGE, OFFICER = "mended-meeting", "mended-contact", "mended-village", "mended-officer"
GUIDE, DUTIES, TERM, OPINION = "mended-guide", "mended-duties", "mended-term", "mended-opinion"
URGED, BOX, DUES, AGAIN = "mended-urging", "mended-box", "mended-dues", "again-study"
_RURAL = f"{BRANCH} AND sector = '农村'"


def _mended(on: tuple[int, int], found: Fault, then: tuple[tuple[str, str], ...] = ()) -> Fault:
    """The fault, put right on a day of the year; ``then``: what remains of it."""
    return replace(found, mended=on, then=then)


FAULTS: tuple[Fault, ...] = (
    _mended((7, 28), fault(X + "2.2.1-1", BRANCH, "上半年有一个月未开党员大会，经批准7月28日补开", "删去该月的党员大会，增加补开许可",
                           (6, 30), group="党员大会", code=MEETING)),
    _mended((8, 3), fault(S + "8-4", TOWNSHIP, "支部联系点已全部结束，8月3日另建", "补步骤“结束、建立”", (5, 31),
                          also=((S + "9-3", FAILED),), group=S + "8-4", code=CONTACT)),
    _mended((7, 27), fault(X + "2.9-1", BRANCH, "与定点帮扶村的联系点已结束，7月27日恢复", "补步骤“结束、联系定点帮扶村”", (4, 30),
                           group=X + "2.9-1", code=VILLAGE)),
    _mended((8, 6), fault(L + "58-10", RIGHT_BELOW, "没有纪检委员，8月6日补选", "改纪检委员的任职日期", (1, 31), group=L + "58-10",
                          code=OFFICER)),
    _mended((8, 7), fault(C + "3.1.3-1", FLOATING, "外出党员8月7日才有联系人", "步骤“指定联系人”推后", (1, 31), group="流动党员",
                          code=GUIDE)),
    _mended((8, 4), fault(C + "2.2-1", _RURAL, "有岗位而没有职责，8月4日补定", "步骤“定责”推后", (5, 31), group="设岗定责",
                          code=DUTIES)),
    _mended((7, 24), fault(X + "2.5-27", "type = '党组'", "没有解决的问题7月24日才限期改正", "步骤“限期改正”推后", (6, 30),
                           group=X + "2.5-27", code=TERM)),
    _mended((7, 23), fault(X + "3.10-1", GROUP, "一件意见7月23日才提交研究", "步骤“提交研究”推后", (4, 30), group=X + "3.10-1",
                           code=OPINION)),
    _mended((8, 12), fault(S + "7.4-3", "type = '组织部'", "查单发现的问题8月12日才督促整改", "步骤“督促整改、整改完成”推后", (5, 31),
                           group="督查问题", code=URGED)),
    _mended((8, 13), fault(X + "3.5-1", BRANCH, "现场未见监督箱，8月13日再查已设", "增加两次核查结果", (5, 31), group="现场核查",
                           code=BOX)),
    _mended((8, 5), fault(X + "2.7.2-1", BRANCH, "一名党员3月党费8月5日才补交", "改交纳日期", (7, 1),
                          also=((X + "2.7-1", MANUAL),), group="党费", code=DUES), ((X + "2.7.2-3", FAILED),)),
    fault(X + "2.1-1", BRANCH, "上半年有一个月未集中学习，8月又未学习", "删去两个月的集中学习", (6, 30), group=X + "2.1-1", code=AGAIN),
)
