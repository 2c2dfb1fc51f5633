"""The oracle worked by hand: what a case entails, how dues were handed in, grades, whom a file binds."""

from __future__ import annotations

import pytest

from .ledger import Ledger
from .subjects import adopts

CARD = "亮牌"


def present(ledger: Ledger, as_of: str = "2026-12-31", year: int | None = None, **more: object) -> tuple:
    kwargs = {"process": CARD, "of": "黄牌", "steps": ["限期整改", "整改完成"], "within_days": 30, **more}
    return ledger.asked("step_present", as_of, year, **kwargs).counts


def carded(*days: str, **row: object) -> Ledger:
    """A yellow card; what follows it is known of another organisation, so that the steps occur."""
    ledger = Ledger("党支部").step(CARD, "黄牌", *days, **row)
    for step in ("限期整改", "整改完成"):
        ledger.step(CARD, step, "2025-01-01", org_id="O9", tags=["复杂事项"])
    return ledger


def test_two_things_follow_a_card() -> None:
    ledger = carded("2026-03-01").step(CARD, "整改完成", "2026-03-02")
    assert present(ledger, "2026-03-31") == (0, 0, 1, 0)
    assert present(ledger, "2026-04-01") == (0, 1, 0, 0)
    assert present(ledger.step(CARD, "限期整改", "2026-12-30")) == (1, 0, 0, 0)  # late, but there
    assert present(ledger, same_day=True) == (0, 1, 0, 0)
    assert present(ledger.step(CARD, "橙牌", "2026-12-31"), unless=["橙牌"]) == (0, 0, 0, 0)
    assert present(ledger, begins="2026-03-02") == (0, 0, 0, 0)


def test_the_year_of_a_duty() -> None:
    ledger = carded("2025-12-15")
    assert present(ledger, "2026-01-13", 2025) == present(ledger, "2026-01-13", 2026) == (0, 0, 1, 0)
    assert present(ledger, "2026-01-14", 2025) == (0, 0, 0, 0)  # falls due, so it is this year's
    assert present(ledger, "2026-01-15", 2026) == (0, 1, 0, 0)
    runs_on = carded("2023-12-31")
    assert present(runs_on) == (0, 0, 0, 0)
    assert present(runs_on, until=["红牌"]) == (0, 1, 0, 0)
    assert present(runs_on, year=2023, until=["红牌"]) == (0, 0, 0, 0)  # due in January 2024
    assert present(runs_on.step(CARD, "红牌", "2026-01-01"), until=["红牌"]) == (0, 1, 0, 0)
    assert present(runs_on.step(CARD, "红牌", "2025-12-31"), until=["红牌"]) == (0, 0, 0, 0)


def test_a_duty_of_a_class() -> None:
    ledger = carded("2026-03-01", tags=["询问函"])
    asked = {"of_tags": ["询问函", "责令纠错"], "steps": ["限期整改"], "step_tags": ["复杂事项"]}
    assert present(ledger, **asked) == (0, 1, 0, 0)
    assert present(ledger, **asked | {"of_tags": "责令纠错"}) == (0, 0, 0, 0)
    assert present(ledger.step(CARD, "限期整改", "2026-03-02", tags=["询问函"]), **asked) == (0, 1, 0, 0)
    assert present(ledger.step(CARD, "限期整改", "2026-03-02"), **asked) == (0, 0, 0, 1)  # does not say of what class
    assert present(ledger.step(CARD, "限期整改", "2026-03-02", tags=["复杂事项"]), **asked) == (1, 0, 0, 0)


def test_nothing_may_follow() -> None:
    kwargs = {"process": CARD, "of": "黄牌", "steps": ["橙牌", "红牌"], "absent": True}
    ledger = carded("2026-03-01").step(CARD, "红牌", "2026-02-28").step(CARD, "橙牌", "2027-01-01")
    assert ledger.asked("step_present", "2026-12-30", **kwargs).verdict == "进行中"
    assert ledger.asked("step_present", "2027-01-01", 2026, **kwargs) == ("达标", 0)
    assert ledger.asked("step_present", "2027-01-01", 2027, **kwargs).verdict == "不适用"
    assert ledger.step(CARD, "红牌", "2026-03-01").asked("step_present", "2026-03-01", **kwargs) == ("未达标", 1)


def test_admitted_at_a_meeting() -> None:
    ledger = Ledger("党支部").step("发展党员", "转正", "2026-06-30", "2026-06-30").held("党员大会", "2026-06-26", year_of=2025)
    kwargs = {"process": "发展党员", "step": "转正", "activity": "党员大会", "within_days": 3}
    assert ledger.asked("step_meeting", **kwargs).counts == (0, 0, 0, 1)  # no meeting of this year at all
    assert ledger.asked("step_meeting", **kwargs | {"within_days": 4}).counts == (1, 0, 0, 0)  # one date, one unit
    assert ledger.held("党员大会", "2026-07-01").asked("step_meeting", **kwargs) == ("未达标", 1)
    assert ledger.held("党员大会", "2026-06-27").asked("step_meeting", **kwargs) == ("达标", 0)


def test_everybody_speaks() -> None:
    ledger = Ledger("党组").step("民主生活会", "召开", "2026-03-01").step("民主生活会", "会前准备", "2026-02-01", person_id="甲")
    for person, row in (("甲", {"role": "书记"}), ("乙", {"role": "委员"}), ("丙", {"role": "委员", "ended_on": "2026-03-01"})):
        ledger.add("posts", person_id=person, **row)
    kwargs = {"process": "民主生活会", "of": "召开", "step": "会前准备", "roles": ["书记", "委员"], "share": 100}
    assert ledger.asked("case_members", **kwargs) == ("未达标", 50)
    assert ledger.asked("case_members", **kwargs | {"share": 50}) == ("达标", 50)
    assert ledger.asked("case_members", **kwargs, except_roles="委员") == ("达标", 100)
    assert ledger.asked("case_members", "2026-03-08", **kwargs, grace_days=7) == ("进行中", None)
    assert ledger.asked("case_members", "2026-03-09", **kwargs, grace_days=7).verdict == "未达标"
    assert ledger.step("民主生活会", "会前准备", "2026-12-31").asked("case_members", **kwargs) == ("数据不足", None)


def test_introducers_among_the_contacts() -> None:
    ledger = Ledger("党支部").step("发展党员", "确定入党介绍人", "2026-05-01", person_id="甲")
    kwargs = {"process": "发展党员", "step": "确定入党介绍人", "among": "指定培养联系人"}
    assert ledger.asked("step_qualification", **kwargs).verdict == "数据不足"  # the other step occurs nowhere
    assert ledger.step("发展党员", "指定培养联系人", "2026-01-01").asked("step_qualification", **kwargs).counts == (0, 0, 0, 1)
    ledger.step("发展党员", "指定培养联系人", "2026-05-02", person_id="甲")
    assert ledger.asked("step_qualification", **kwargs) == ("未达标", 1)  # only afterwards
    ledger.step("发展党员", "指定培养联系人", "2026-05-01", person_id="甲")
    assert ledger.asked("step_qualification", **kwargs) == ("达标", 0)


def test_open_cases_at_most_and_until_a_day() -> None:
    ledger = Ledger("党委").add("organizations", org_id="O2", type="党支部", parent_id="O1")
    ledger.step("联系点", "建立", "2026-01-01").step("联系点", "建立", "2026-02-01", org_id="O2")
    kwargs = {"process": "联系点", "opened_by": "建立", "closed_by": "结束", "maximum": 1}
    assert ledger.asked("open_cases", **kwargs) == ("达标", 1)
    assert ledger.asked("open_cases", **kwargs, scope="subtree") == ("未达标", 2)
    by = kwargs | {"scope": "subtree", "by": "2026-06-30"}
    assert ledger.asked("open_cases", "2026-06-29", **by) == ("进行中", None)
    assert ledger.asked("open_cases", "2026-06-30", **by) == ("未达标", 2)
    assert ledger.asked("open_cases", "2026-06-30", 2025, **by) == ("进行中", None)
    assert ledger.asked("open_cases", "2027-01-01", 2027, **by).verdict == "不适用"
    assert ledger.step("联系点", "结束", "2026-07-01", org_id="O2").asked("open_cases", **by) == ("未达标", 2)
    flagged = by | {"when_descendant_flag": "后进村"}
    assert ledger.asked("open_cases", **flagged).verdict == "不适用"
    ledger.add("organizations", org_id="O3", type="党支部", parent_id="O2", flags=["后进村"], established_on="2026-07-01")
    assert ledger.asked("open_cases", **flagged).verdict == "不适用"  # not yet there on that day
    assert ledger.asked("open_cases", **flagged | {"by": "2026-07-01"}) == ("达标", 1)  # and the other case is closed


@pytest.mark.parametrize(("mode", "row", "expected"), [
    ("self", {"payer": "本人"}, ("达标", 0)), ("self", {"payer": "代交"}, ("未达标", 1)),
    ("self", {"payer": "本人", "reason": "住院"}, ("不适用", None)),
    ("proxy_consent", {"payer": "代交", "consented_on": "2026-05-20"}, ("达标", 0)),
    ("proxy_consent", {"payer": "代交", "consented_on": "2026-05-21"}, ("未达标", 1)),
    ("proxy_consent", {"payer": "代交", "consented_on": "2026-09-01", "paid_on": None}, ("达标", 0)),
    ("late_consent", {"paid_on": "2026-06-01", "consented_on": "2026-06-01"}, ("达标", 0)),
    ("late_consent", {"paid_on": "2026-06-01"}, ("未达标", 1)), ("late_consent", {"paid_on": "2026-05-31"}, ("不适用", None)),
    ("full", {"paid": 9.995}, ("达标", 0)), ("full", {"paid": 9.99}, ("未达标", 1)), ("full", {"paid": 0}, ("不适用", None)),
])
def test_how_dues_of_may_were_handed_in(mode: str, row: dict, expected: tuple) -> None:
    ledger = Ledger("党支部").add("dues", **{"month": "2026-05-01", "paid": 10.0, "paid_on": "2026-05-20", **row})
    ledger.add("dues", org_id="O9", month="2026-05-01", paid=10.0, payer="代交", consented_on="2026-05-01")
    assert ledger.asked("dues_handled", mode=mode) == expected


CAPPED = {"rating": "党建考核", "grades": ["好", "较好"], "process": CARD, "step": "红牌"}


def test_no_good_grade_after_a_red_card() -> None:
    ledger = Ledger("党委").step(CARD, "红牌", "2026-05-01", person_id="甲")
    ledger.add("ratings", kind="党建考核", period=2026, person_id="乙", grade="差")
    assert ledger.asked("grade_capped", **CAPPED) == ("进行中", None)  # nobody graded whom the card concerns
    for person, grade, expected in (("甲", "较好", ("达标", 0)), (None, None, ("数据不足", 0)), ("甲", "差", ("未达标", 1))):
        ledger.add("ratings", kind="党建考核", period=2026, person_id=person, grade=grade)
        assert ledger.asked("grade_capped", **CAPPED) == expected
    assert ledger.asked("grade_capped", **CAPPED, begins="2026-05-02").verdict == "不适用"


def test_no_good_grade_beside_a_poor_one() -> None:
    kwargs = {"rating": "党建考核", "grades": "一般", "given_rating": "述职评议", "given_grades": ["差"]}
    ledger = Ledger("党委").add("ratings", period=2026, person_id=None)
    ledger.add("ratings", kind="党建考核", period=2026, person_id="甲", grade="好", rated_on="2026-12-01")
    assert ledger.asked("grade_capped", **kwargs) == ("未达标", 1)
    assert ledger.asked("grade_capped", **kwargs, begins="2026-12-02") == ("进行中", None)
    assert ledger.asked("grade_capped", "2026-12-31", 2025, **kwargs).verdict == "不适用"


STREAK = {"rating": "述职评议", "grade": "差", "years": 1, "process": "评议整改", "step": "约谈提醒", "within_days": 30}


@pytest.mark.parametrize(("rated", "talked", "expected"), [
    ("甲", ("甲", "2026-02-09"), ("达标", 0)), ("甲", (None, "2026-02-10"), ("未达标", 1)),
    (None, ("甲", "2026-02-09"), ("达标", 0)), ("甲", ("乙", "2026-02-09"), ("未达标", 325)),
    ("甲", ("甲", "2024-12-31"), ("未达标", 325)), ("甲", ("甲", "2025-01-01"), ("达标", -404)),
])
def test_a_talk_after_a_poor_grade(rated: str | None, talked: tuple, expected: tuple) -> None:
    ledger = Ledger("党委").add("ratings", period=2025, person_id=rated, rated_on="2026-01-10")
    ledger.step("评议整改", "约谈提醒", talked[1], person_id=talked[0])
    assert ledger.asked("rating_streak", **STREAK) == expected


def test_two_poor_years_need_a_name() -> None:
    ledger = Ledger("党委").add("ratings", period=2025, person_id=None).add("ratings", period=2026, person_id=None)
    ledger.step("评议整改", "约谈提醒", "2026-05-01")
    assert ledger.asked("rating_streak", "2026-12-31", **STREAK | {"years": 2}).counts == (0, 0, 0, 2)


def test_a_document_binds_who_adopts_it() -> None:
    org = {"org_id": "O1", "name": "甲支部", "short_name": "甲", "type": "党支部", "level": "基层", "sector": "机关",
           "flags": ["后进村"], "adopts": None}
    assert adopts(org, "A", False, None) and not adopts(org, "A", True, None)
    assert adopts(org | {"adopts": ["A"]}, "A", True, []) and not adopts(org | {"adopts": ["B"]}, "A", False, None)
    assert not adopts(org, "A", False, [])
    for traits, bound in (
        ({}, True), ({"levels": ["基层"], "sectors": ["机关"]}, True), ({"types": ["党委"]}, False), ({"names": ["甲"]}, True),
        ({"names": ["O1"]}, True), ({"names": ["乙"]}, False), ({"except_names": ["甲支部"]}, False),
        ({"flags": ["后进村", "有财政"]}, False),
    ):
        assert adopts(org, "A", True, [{"documents": ["A"], **traits}]) is bound
        assert not adopts(org, "B", False, [{"documents": ["A"], **traits}])
