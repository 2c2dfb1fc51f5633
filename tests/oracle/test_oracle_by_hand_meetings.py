"""The oracle against examples worked by hand: activities, who came, who is covered; on both sides of every border."""

from __future__ import annotations

import pytest

from .ledger import Ledger


def asked_count(ledger: Ledger, as_of: str, **more: object) -> tuple:
    found = ledger.asked("activity_count", as_of, **{"activity": "党课", "period": "quarter", **more})
    return found.verdict, found.judged, found.counts


def test_between_a_minimum_and_a_maximum() -> None:
    ledger = Ledger("党支部", established_on="2026-04-01").held("党课", "2026-04-01", "2026-06-30")
    bounds = {"minimum": 1, "maximum": 2}
    assert asked_count(ledger, "2026-06-29", **bounds) == ("进行中", None, (0, 0, 1, 0))  # one so far, more may come
    assert asked_count(ledger, "2026-06-30", **bounds) == ("达标", 2, (1, 0, 0, 0))
    ledger.held("党课", "2026-07-01", "2026-07-02", "2026-07-03")
    assert asked_count(ledger, "2026-07-02", **bounds) == ("达标", 2, (1, 0, 1, 0))
    assert asked_count(ledger, "2026-07-03", **bounds) == ("未达标", 3, (1, 1, 0, 0))  # above the maximum: at once
    assert asked_count(ledger, "2026-12-31", **bounds) == ("未达标", 0, (1, 2, 0, 0))  # as far below as above: smallest


def test_what_is_counted() -> None:
    tags = ["基层党建", "党员之间", "班子成员之间"]
    ledger = Ledger("党支部", established_on="2026-10-01").held("党课", "2026-10-01", tags=["基层党建", "班子成员与党员"])
    ledger.held("党课", "2026-10-02", tags=["基层党建", "党员之间"], quantity=3).held("党课", "2026-10-03", tags=tags[:1])
    assert asked_count(ledger, "2026-12-31", minimum=3, tags=tags) == ("达标", 3, (1, 0, 0, 0))
    assert asked_count(ledger, "2026-12-31", minimum=3, tags=tags, count="tags") == ("未达标", 2, (0, 1, 0, 0))
    assert asked_count(ledger, "2026-12-31", minimum=5, count="quantity") == ("达标", 5, (1, 0, 0, 0))


def test_behind_only_below_the_minimum() -> None:
    ledger = Ledger("党支部").held("党课", "2026-02-01")
    kwargs = {"activity": "党课", "period": "year", "minimum": 4, "maximum": 9}
    assert ledger.asked("activity_count", "2026-05-31", **kwargs).verdict == "进行中"
    assert ledger.asked("activity_count", "2026-06-30", **kwargs).verdict == "进度滞后"
    assert ledger.asked("activity_count", "2026-06-30", **(kwargs | {"minimum": 1})).verdict == "进行中"


def may(ledger: Ledger, period: str, day: str) -> Ledger:
    return ledger.add("permissions", requirement="R", period=period, held_on=day)


def test_permitted_to_meet_later() -> None:
    kwargs = {"activity": "党课", "period": "month", "minimum": 1}

    def months(ledger: Ledger) -> tuple:
        return ledger.asked("activity_count", "2026-07-31", **kwargs).counts

    def held() -> Ledger:
        return Ledger("党支部", established_on="2026-05-01").held("党课", "2026-06-10", "2026-07-20")

    assert months(held()) == (2, 1, 0, 0)  # nothing in May
    assert months(may(held(), "2026-05", "2026-07-20")) == (2, 1, 0, 0)  # now May has it and July has none
    assert months(may(held().held("党课", "2026-07-01"), "2026-05", "2026-07-20")) == (3, 0, 0, 0)
    assert months(may(held(), "2026Q2", "2026-07-20")) == (2, 1, 0, 0)  # not a month
    assert months(may(held(), "2026-06", "2026-06-10")) == (2, 1, 0, 0)  # held within the period: no need
    assert months(may(held(), "2026-05", "2026-08-02").held("党课", "2026-08-02")) == (2, 1, 0, 0)  # not yet
    both = may(may(held().held("党课", "2026-07-20"), "2026-05", "2026-07-20"), "2026-04", "2026-07-20")
    assert months(both) == (2, 1, 0, 0)  # both of that day are May's and April's, none is July's
    assert months(may(held(), "2025-12", "2026-07-20")) == (1, 2, 0, 0)


def test_last_december_made_up_for_in_january() -> None:
    ledger = may(Ledger("党支部").held("党课", "2026-01-05"), "2025", "2026-01-05")
    kwargs = {"activity": "党课", "period": "year", "minimum": 1}
    assert ledger.asked("activity_count", "2026-12-31", 2025, **kwargs) == ("达标", 1)
    assert ledger.asked("activity_count", "2026-12-31", 2026, **kwargs) == ("未达标", 0)
    biennium = may(Ledger("党支部").held("党课", "2026-01-05"), "2024", "2026-01-05")
    assert biennium.asked("activity_count", "2026-12-31", 2025, **kwargs | {"period": "biennium"}) == ("达标", 1)


@pytest.mark.parametrize(("row", "expected"), [
    ({"tags": ["基层党建", "党员之间", "班子成员与党员"]}, ("达标", 0)), ({"tags": ["基层党建"]}, ("未达标", 1)),
    ({"tags": None}, ("数据不足", None)),
])
def test_all_the_subjects_of_one_meeting(row: dict, expected: tuple) -> None:
    ledger = Ledger("党支部").held("党课", "2026-02-01", **row).held("党课", "2026-02-01", org_id="O9", tags=["党员之间"])
    assert ledger.asked("each_activity", activity="党课", carries=["基层党建", "党员之间"]) == expected


def test_minutes_chair_and_notice_of_every_meeting() -> None:
    ledger = Ledger("党支部").add("posts", person_id="甲", role="书记", ended_on="2026-06-01")
    ledger.held("党课", "2026-05-31", minutes=True, chair_id="甲", noticed_on="2026-05-31")
    ledger.held("党课", "2020-12-31", minutes=False, chair_id="乙", noticed_on="2021-01-01")  # before the document
    for more in ({"minutes": True}, {"chaired_by": ["书记", "副书记"]}, {"dated": "noticed_on"}):
        assert ledger.asked("each_activity", activity="党课", **more) == ("达标", 0)
    assert ledger.asked("each_activity", activity="党课", dated="approved_on").verdict == "数据不足"
    ledger.held("党课", "2026-06-01", minutes=False, chair_id="甲", noticed_on="2026-06-02")
    for more in ({"minutes": True}, {"chaired_by": "书记"}, {"dated": "noticed_on"}):
        assert ledger.asked("each_activity", activity="党课", **more) == ("未达标", 1)
    silent = ledger.held("党课", "2026-06-03")
    assert silent.asked("each_activity", activity="党课", minutes=True).counts == (1, 1, 0, 1)
    assert silent.add("rejected", table_name="activities").asked("each_activity", activity="党课", minutes=True) == (
        "数据不足", 1)


def came(ledger: Ledger, day: str, *persons: str, **row: str) -> Ledger:
    for person in persons:
        ledger.add("participations", kind="党员大会", held_on=day, person_id=person, **row)
    return ledger


def test_share_of_the_committee_that_came() -> None:
    ledger = Ledger("党支部").held("党员大会", "2026-03-01", "2026-03-01", "2026-09-01")
    for person, ended in (("甲", None), ("乙", "2026-03-01"), ("丙", "2026-03-02")):
        ledger.add("posts", person_id=person, role="委员", ended_on=ended, full_time=person == "甲")
    kwargs = {"activity": "党员大会", "roles": "委员", "each": "activity", "minimum": 50}
    came(ledger, "2026-03-01", "甲", "丁")
    found = ledger.asked("attendance", **kwargs)
    assert (found.judged, found.counts) == (50, (1, 0, 0, 1))  # one of two; in September nobody signed
    assert ledger.asked("attendance", **kwargs | {"minimum": 51}) == ("未达标", 50)
    assert ledger.asked("attendance", **kwargs, parts="主持").judged == 0
    came(ledger, "2026-09-01", "甲")
    assert ledger.asked("attendance", **kwargs | {"minimum": 100}, full_time=True) == ("达标", 100)
    assert ledger.add("rejected", table_name="activities").asked("attendance", **kwargs).doubt == 0
    assert ledger.add("rejected", table_name="participations", kind="党员大会").asked("attendance", **kwargs).doubt == 1


def test_deputies_of_branches_come_to_the_superior() -> None:
    ledger = Ledger("党组").add("organizations", org_id="O2", type="机关党委", parent_id="O1").held("党员大会", "2026-03-01")
    ledger.add("posts", org_id="O2", person_id="甲", role="副书记").add("posts", person_id="乙", role="副书记")
    kwargs = {"activity": "党员大会", "roles": "副书记", "each": "activity", "minimum": 100, "posts_in": "children"}
    assert came(ledger, "2026-03-01", "乙").asked("attendance", **kwargs) == ("未达标", 0)
    assert came(ledger, "2026-03-01", "甲").asked("attendance", **kwargs) == ("达标", 100)
    assert ledger.add("rejected", table_name="posts", org_id="O2").asked("attendance", **kwargs).doubt == 1


def test_every_member_twice_a_year() -> None:
    ledger = Ledger("党支部").add("people", person_id="甲", categories=["离退休"], since="2026-01-01")
    ledger.add("people", person_id="乙", categories=["离退休"], since="2026-01-02")  # not a whole year a member
    kwargs = {"activity": "党员大会", "categories": "离退休", "each": "person", "minimum": 2}
    came(ledger, "2025-03-01", "甲")
    assert ledger.asked("attendance", **kwargs) == ("数据不足", None)  # nobody signed anything this year
    came(ledger, "2026-03-01", "甲")
    came(ledger, "2026-03-01", "甲", part="主持")  # the same day
    assert ledger.asked("attendance", "2026-12-30", **kwargs) == ("进行中", None)
    assert ledger.asked("attendance", **kwargs) == ("未达标", 1)
    assert came(ledger, "2026-12-31", "甲").asked("attendance", **kwargs) == ("达标", 2)


COVER = {"standings": "正式党员", "scope": "own", "activity": "谈心谈话", "measure": "count", "minimum": 1}


def test_talks_with_everybody_ever() -> None:
    ledger = Ledger("党支部").add("people", person_id="甲", since="2026-05-01").held("谈心谈话", "2022-01-01", person_id="乙")
    kwargs = COVER | {"period": "ever", "grace_days": 30}
    assert ledger.asked("members_covered", "2026-05-30", **kwargs).verdict == "不适用"
    assert ledger.asked("members_covered", "2026-05-31", **kwargs) == ("未达标", 0)
    assert ledger.held("谈心谈话", "2026-05-31", org_id="O9", person_id="甲").asked(
        "members_covered", "2026-05-31", **kwargs) == ("达标", 1)
    young = Ledger("党支部", established_on="2026-01-01").add("people", person_id="甲").held("谈心谈话", "2022-01-01")
    assert young.asked("members_covered", "2026-06-30", **kwargs) == ("进行中", None)
    assert young.asked("members_covered", "2026-07-01", **kwargs) == ("数据不足", 0)  # one talk names nobody


def test_talks_about_a_day() -> None:
    ledger = Ledger("党支部").add("people", person_id="甲").held("谈心谈话", "2026-06-23", person_id="甲")
    kwargs = COVER | {"period": "year", "around": ["2025-07-01", "2026-07-01"], "days_before": 7, "days_after": 10}
    assert ledger.asked("members_covered", "2026-07-10", **kwargs) == ("进行中", None)
    assert ledger.asked("members_covered", "2026-07-11", **kwargs) == ("未达标", 0)
    assert ledger.asked("members_covered", "2026-07-11", **kwargs, begins="2026-06-25").verdict == "不适用"
    assert ledger.asked("members_covered", **kwargs | {"around": ["2025-07-01"]}) == ("数据不足", None)
    assert ledger.held("谈心谈话", "2026-06-24", person_id="甲").asked("members_covered", **kwargs) == ("达标", 1)


def test_months_in_the_field_and_members_left_out() -> None:
    ledger = Ledger("党支部").add("people", person_id="甲").add("people", person_id="乙", categories=["离退休"])
    ledger.held("调研", "2026-03-01", person_id="甲", days=20).held("调研", "2026-04-01", person_id="甲", days=10)
    kwargs = COVER | {"activity": "调研", "measure": "days", "size": 30, "period": "year"}
    assert ledger.asked("members_covered", **kwargs) == ("未达标", 0)
    assert ledger.asked("members_covered", **kwargs, except_categories="离退休") == ("达标", 1)
    assert ledger.held("调研", "2026-05-01", person_id="乙").asked("members_covered", **kwargs).doubt == 1


def test_members_and_organisations_that_are_rated() -> None:
    ledger = Ledger("党委").add("people", person_id="甲").add("ratings", person_id="甲", period=2025)
    of_members = {"standings": "正式党员", "scope": "own", "rating": "述职评议", "measure": "count", "minimum": 1}
    assert ledger.asked("members_covered", **of_members, period="year") == ("未达标", 0)
    assert ledger.asked("members_covered", **of_members, period="ever") == ("达标", 1)
    for number in (2, 3, 4):
        ledger.add("organizations", org_id=f"O{number}", type="党支部", parent_id="O3" if number == 4 else "O1")
    ledger.add("ratings", org_id="O2", period=2026).add("ratings", org_id="O4", period=2026)
    kwargs = {"rating": "述职评议", "scope": "children", "share": 50}
    assert ledger.asked("orgs_covered", **kwargs) == ("达标", 50)
    assert ledger.asked("orgs_covered", "2026-12-30", **kwargs | {"share": 51}) == ("进行中", None)
    assert ledger.asked("orgs_covered", **kwargs | {"share": 60, "scope": "subtree"}) == (
        "达标",
        pytest.approx(66.67, abs=0.01),
    )
    assert ledger.asked("orgs_covered", **kwargs | {"scope": "own"}) == ("未达标", 0)
    assert ledger.asked("orgs_covered", **kwargs, role="书记").verdict == "不适用"  # nobody is secretary there
    visits = {"activity": "调研", "scope": "subtree", "share": 100, "types": ["党支部"]}
    ledger.held("调研", "2026-05-01", org_id="O2").held("调研", "2026-05-01", org_id="O3")
    assert ledger.held("调研", "2027-01-05", org_id="O4", year_of=2026).asked(
        "orgs_covered", "2027-01-05", 2026, **visits) == ("达标", 100)
