"""Admission of members (发展党员): one case a branch with an applicant, from the application to full membership."""

from __future__ import annotations

from workbench.sample.city import City
from workbench.sample.courses.course import Course, Step
from workbench.sample.fault import X
from workbench.sample.faults import has

_P = X + "2.6."
_WHO, _BASE = "no * 64 + 61", "no * 64"


def courses(city: City) -> tuple[Course, ...]:
    """The steps of each applicant's own (table ``applicant``), and the rhythm of reports and assessments."""
    return (
        Course("发展党员", "发展", "TRUE", (*_activist(), *_target(), *_probation(), *_end()), source="applicant"),
        _rhythm(city),
        # Somebody who gave up before he was made a target.
        Course("发展党员", "退出", f"type = '党支部' AND draw(no, 140, 40) = 0 AND live_from < {city.day(1, 1, -2)}", (
            Step("支委会审核申请", city.day(2, 20)),
            Step("确定积极分子", city.day(3, 2)),
            Step("指定培养联系人", city.day(3, 4), pno=f"{_BASE} + 3"),
            Step("指定培养联系人", city.day(3, 4), pno=f"{_BASE} + 4"),
            Step("取消资格", city.day(4, 20)),
        )),
    )


def _activist() -> tuple[Step, ...]:
    noticed = f"active_on + 1 + CASE WHEN {has(_P + '1-4')} THEN 4 ELSE 7 + d80 % 4 END"
    contact = f"CASE WHEN {has(_P + '2-2')} THEN {_BASE} + 62 ELSE {_BASE} + 4 END"
    return (
        Step("支委会审核申请", "active_on - 6", pno=_WHO, late=(_P + "1-1", 10)),
        Step("确定积极分子", "active_on", pno=_WHO),
        Step("公示开始", "active_on + 1", pno=_WHO),
        Step("公示结束", noticed, pno=_WHO),
        Step("填写积极分子登记表", f"{noticed} + 2", pno=_WHO, late=(_P + "1-5", -4)),
        Step("积极分子报党总支", "active_on + 12", pno=_WHO, lacks=(_P + "1-2",)),
        Step("积极分子报机关党委", "active_on + 15", pno=_WHO, lacks=(_P + "1-3",)),
        Step("指定培养联系人", "active_on + d40 % 5", pno=f"{_BASE} + 3"),
        Step("指定培养联系人", "active_on + d40 % 5", pno=contact, lacks=(_P + "2-1",)),
    )


def _target() -> tuple[Step, ...]:
    # The fault 2.6.5-2 names a full member of the next branch instead of one of the own branch.
    peer = "(SELECT peer FROM org p WHERE p.no = o.no)"
    second = f"CASE WHEN {has(_P + '5-2')} THEN {peer} * 64 + 3 ELSE {_BASE} + 4 END"
    return (
        Step("确定发展对象", "target_on", pno=_WHO),
        Step("确定入党介绍人", "target_on", pno=f"{_BASE} + 3"),
        Step("确定入党介绍人", "target_on", pno=second, lacks=(_P + "5-1",)),
        Step("发展对象报上级审核", "target_on + 6", pno=_WHO, lacks=(_P + "4-3",)),
        Step("政治审查合格", "target_on + 18", pno=_WHO, lacks=(_P + "6-1",)),
        Step("短期集中培训", "target_on + 22", pno=_WHO, lacks=(_P + "6-2",)),
        Step("上级预审同意", "target_on + 28", pno=_WHO, late=(_P + "7-1", 5)),
        Step("填写入党志愿书", "target_on + 31", pno=_WHO),
        Step("支委会审查", "target_on + 34", pno=_WHO, lacks=(_P + "8-1",)),
    )


def _probation() -> tuple[Step, ...]:
    return (
        Step("接收预备党员", "received_on", pno=_WHO),
        Step("预备期起算", "received_on", pno=_WHO, late=(_P + "11-3", 25)),
        Step("决议填入志愿书", "received_on + 2", pno=_WHO, lacks=(_P + "9-1",)),
        Step("上级批准接收", "received_on + 25", pno=_WHO),
        Step("入党宣誓", "received_on + 40", pno=_WHO, lacks=(_P + "11-1",)),
    )


def _end() -> tuple[Step, ...]:
    extended, refused = "stage = 'D'", "stage = 'E'"
    return (
        Step("提出延长预备期", "received_on + 355", pno=_WHO, when=extended),
        Step("延长预备期", "received_on + INTERVAL 12 MONTH", pno=_WHO, value="months", when=extended),
        Step("延长预备期", "received_on + INTERVAL 18 MONTH", pno=_WHO, value="6", when=has(_P + "11-7")),
        Step("转正申请", "full_on - 14", pno=_WHO, lacks=(_P + "11-4",)),
        Step("转正公示", "full_on - 12", pno=_WHO, lacks=(_P + "11-5",)),
        Step("转正", "full_on", pno=_WHO),
        Step("取消预备党员资格", "cancelled_on", pno=_WHO, when=refused),
        Step("转正事项上级批准", "coalesce(full_on, cancelled_on) + 20", pno=_WHO),
        Step("转正事项上级批准", "received_on + INTERVAL 385 DAY", pno=_WHO, when=extended),
    )


def _rhythm(city: City) -> Course:
    """Quarterly reports and half-yearly assessments, from the first step to the end of the case."""
    periods = f"range({city.day(1, 1, -3)}, DATE '{city.as_of}' + 1, INTERVAL 3 MONTH)"
    reported, assessed = "p + 20 + draw(no * 64 + month(p), 72, 65)", "p + 20 + draw(no * 64 + month(p), 73, 65)"
    running = "BETWEEN active_on + 6 AND coalesce(left_on, DATE '9999-12-31') - 1"
    halves = "month(p) IN (4, 10)"

    def kept(code: str, when: str) -> str:
        return f"NOT ({has(_P + code)} AND {when})"

    first = f"p = {city.day(4, 1)}"
    source = f"(SELECT a.*, g.fault_quarter, p FROM applicant a JOIN org g USING (no), " \
             f"(SELECT unnest({periods})::DATE AS p))"
    return Course("发展党员", "发展", "active_on < p + 90", (
        Step("思想汇报", reported, pno=_WHO, when=f"{reported} {running} AND {kept('3-1', 'p = fault_quarter')}"),
        Step("考察", assessed, pno=_WHO, when=f"{halves} AND {assessed} {running} AND {kept('3-2', first)}"),
        Step("填写考察表", assessed, pno=_WHO,
             when=f"{halves} AND {assessed} {running} AND {kept('3-2', first)} AND {kept('3-3', first)}"),
    ), source=source)
