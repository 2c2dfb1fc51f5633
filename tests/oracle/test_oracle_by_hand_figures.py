"""The oracle against examples worked by hand: terms, figures, populations, the standard, answers on site."""

from __future__ import annotations

import pytest

from .ledger import Ledger

TERM = {"process": "换届", "step": "选举", "extended_by": "批准延期", "extension_months": 12, "years": 3, "reminder_months": 6}


@pytest.mark.parametrize(("as_of", "expected"), [
    ("2025-11-15", ("达标", -181)), ("2025-11-16", ("进度滞后", -180)), ("2026-05-15", ("进度滞后", 0)),
    ("2026-05-16", ("未达标", 1)),
])
def test_term_of_three_years(as_of: str, expected: tuple) -> None:
    ledger = Ledger("党支部").step("换届", "选举", "2020-05-15", "2023-05-15")
    assert ledger.asked("term", as_of, **TERM) == expected


def test_term_extended_and_terms_unknown() -> None:
    ledger = Ledger("党支部").step("换届", "选举", "2023-05-15").step("换届", "批准延期", "2023-05-14")
    assert ledger.asked("term", "2026-05-16", **TERM).verdict == "未达标"  # of the term before
    assert ledger.step("换届", "批准延期", "2026-05-16").asked("term", "2026-05-15", **TERM).verdict == "进度滞后"
    assert ledger.asked("term", "2026-05-16", **TERM) == ("进行中", None)
    assert ledger.asked("term", "2027-05-16", **TERM) == ("进行中", None)
    assert ledger.asked("term", "2027-05-17", **TERM) == ("未达标", 1)
    other = Ledger("党支部").step("换届", "选举", "2023-05-15", org_id="O9")
    assert other.asked("term", **TERM) == ("数据不足", None)
    other["organizations"][0]["established_on"] = ledger["case_steps"][0]["done_on"]
    assert other.asked("term", "2026-05-15", **TERM) == ("进度滞后", 0)
    assert other.asked("term", "2026-05-16", **TERM) == ("数据不足", None)  # an election may be missing


def test_eight_years_in_one_post() -> None:
    ledger = Ledger("党委").add("posts", person_id="甲", role="书记", started_on="2016-02-29", ended_on="2020-01-01")
    ledger.add("posts", person_id="甲", role="书记", started_on="2018-02-28", full_time=True)
    ledger.add("posts", person_id="甲", role="副书记", started_on="2019-01-01")
    kwargs = {"roles": ["书记", "副书记"], "years": 8}
    assert ledger.asked("tenure", "2026-02-28", **kwargs) == ("达标", 0)
    assert ledger.asked("tenure", "2026-03-01", **kwargs) == ("未达标", 1)
    assert ledger.asked("tenure", "2026-03-01", **kwargs | {"roles": "副书记"}).verdict == "达标"
    assert ledger.asked("tenure", "2019-06-01", **kwargs, full_time=True) == ("达标", -2464)


def test_secretary_sits_on_the_superior_committee() -> None:
    ledger = Ledger("党支部", parent_id="O2").add("posts", person_id="甲", role="书记")
    kwargs = {"roles": "书记", "also": ["委员", "副书记"]}
    ledger.add("posts", person_id="甲", role="委员", org_id="O3")
    assert ledger.asked("post_qualified", at="anywhere", **kwargs) == ("达标", 0)
    assert ledger.asked("post_qualified", at="parent", **kwargs) == ("未达标", 1)
    assert ledger.asked("post_qualified", at="own", **kwargs) == ("未达标", 1)
    ledger.add("posts", person_id="甲", role="副书记", org_id="O2", ended_on="2027-01-01")
    assert ledger.asked("post_qualified", at="parent", **kwargs) == ("达标", 0)
    ledger["organizations"][0]["parent_id"] = None
    assert ledger.asked("post_qualified", at="parent", **kwargs) == ("数据不足", None)


def figures(**values: float) -> Ledger:
    ledger = Ledger("党委")
    for measure, value in values.items():
        ledger.add("measures", measure=measure, value=value, as_of="2026-06-30")
    return ledger


@pytest.mark.parametrize(("per", "expected"), [
    (800, ("未达标", 0.13)), (0, ("不适用", None)), (100, ("达标", 1)), (99.6, ("达标", 1)), (101, ("未达标", 0.99)),
])
def test_one_per_cent_of_a_figure(per: float, expected: tuple) -> None:
    ledger = figures(甲=1, 乙=per)  # 1 / 800 = 0.125 %
    assert ledger.asked("measure", measure="甲", per="乙", minimum=1) == expected


def test_figures_that_decide_whether_anything_is_asked() -> None:
    ledger = figures(甲=5, 丙=30)
    for bounds, verdict in (
        ({"when_at_least": 30}, "达标"), ({"when_at_least": 31}, "不适用"), ({"when_below": 30}, "不适用"),
        ({"when_at_least": 10, "when_below": 31}, "达标"),
    ):
        assert ledger.asked("measure", measure="甲", when="丙", minimum=5, **bounds).verdict == verdict
    assert ledger.asked("measure", measure="甲", maximum=4) == ("未达标", 5)
    assert ledger.asked("measure", measure="甲", positive=True) == ("达标", 1)
    assert figures(甲=0).asked("measure", measure="甲", positive=True) == ("未达标", 0)
    assert ledger.asked("measure", "2027-06-29", measure="甲", minimum=5).verdict == "达标"
    assert ledger.asked("measure", "2027-06-30", measure="甲", minimum=5) == ("数据不足", None)
    assert figures(丙=30).add("measures", org_id="O9", measure="甲", value=1, as_of="2026-06-30").asked(
        "measure", measure="甲", when="丙", when_below=30, minimum=5).verdict == "不适用"


def test_a_share_only_of_larger_ones() -> None:
    kwargs = {"numerator": "甲", "denominator": "乙", "ratio": 0.02}
    assert figures(甲=1, 乙=51).asked("share", **kwargs) == ("未达标", -1)
    assert figures(甲=1, 乙=51).asked("share", **kwargs, when_at_least=51) == ("未达标", -1)
    assert figures(甲=1, 乙=51).asked("share", **kwargs, when_at_least=52).verdict == "不适用"


@pytest.mark.parametrize(("now", "expected"), [(101, ("达标", 1)), (100, ("未达标", -1))])
def test_rises_with_revenue(now: float, expected: tuple) -> None:
    ledger = figures(甲=now, 乙=150)
    for measure in ("甲", "乙"):
        ledger.add("measures", measure=measure, value=100, as_of="2025-12-31")
    assert ledger.asked("growth", measure="甲", base="乙", rises=True) == expected
    assert ledger.asked("growth", measure="甲", base="乙").verdict == "未达标"


def villages() -> Ledger:
    """Four branches below, one of them two levels down, one dissolved, one of another sector; two are flagged."""
    ledger = Ledger("党委")
    for number, row in enumerate([
        {"flags": ["后进村"]}, {"parent_id": "O2", "flags": ["后进村", "有财政"]}, {"dissolved_on": "2026-07-01"},
        {"sector": "学校"},
    ], 2):
        ledger.add("organizations", **{"org_id": f"O{number}", "type": "党支部", "parent_id": "O1", "sector": "农村", **row})
    return ledger


def test_share_of_flagged_villages() -> None:
    kwargs = {"types": ["党支部"], "having_flag": ["后进村"]}
    assert villages().asked("population", "2026-06-30", **kwargs, share=50) == ("达标", 50)
    assert villages().asked("population", "2026-07-01", **kwargs, share=66.6) == (
        "达标",
        pytest.approx(66.667, abs=0.001),
    )
    assert villages().asked("population", **kwargs, sectors="农村", minimum=3) == ("未达标", 2)
    assert villages().asked("population", types=["党支部"], flags=["后进村", "有财政"], minimum=1) == ("达标", 1)
    assert villages().asked("population", sectors="国企", having_flag="后进村", share=1).verdict == "不适用"
    by = kwargs | {"minimum": 3, "by": "2026-06-30"}
    assert villages().asked("population", "2026-06-29", **by) == ("进行中", None)
    assert villages().asked("population", "2026-12-31", **by) == ("未达标", 2)
    assert villages().asked("population", "2027-01-01", **by).verdict == "不适用"


def test_share_of_the_well_graded() -> None:
    ledger = villages().add("ratings", org_id="O2", period=2025, grade="好").add("ratings", org_id="O2", period=2024)
    ledger.add("ratings", org_id="O3", period=2025, grade="好")
    ledger.add("ratings", org_id="O3", period=2025, person_id="乙", grade="差", rated_on="2026-01-20")
    kwargs = {"rating": "述职评议", "grades": ["好", "较好"], "minimum": 2}
    assert ledger.asked("population", "2026-01-19", **kwargs) == ("达标", 2)
    assert ledger.asked("population", "2026-01-20", **kwargs) == ("未达标", 1)  # the newer one says otherwise
    ledger.add("ratings", org_id="O3", period=2025, person_id="丙", grade="较好", rated_on="2026-01-20")
    assert ledger.asked("population", "2026-01-20", **kwargs) == ("达标", 2)  # of two of one day any
    assert ledger.add("rejected", org_id="O3", table_name="ratings").asked("population", **kwargs).doubt == 1


def standard(*answers: tuple[str, str, str]) -> Ledger:
    ledger = Ledger("党支部")
    for item, level, aspect in (("甲", "基本", "班子"), ("乙", "基本", "队伍"), ("丙", "规范", "班子")):
        ledger.add("indicators", item=item, level=level, aspect=aspect)
    for item, answer, day in answers:
        ledger.add("checklist", requirement=item, answer=answer, checked_on=day)
    return ledger


ANSWERED = (("甲", "符合", "2026-01-01"), ("乙", "不适用", "2026-06-01"))


def test_levels_of_the_standard() -> None:
    level = {"what": "level", "minimum": 1}
    assert standard(*ANSWERED).asked("standard", **level) == ("达标", 1)
    assert standard(*ANSWERED).asked("standard", **level | {"minimum": 2}) == ("数据不足", None)
    refused = standard(*ANSWERED, ("丙", "不符合", "2026-06-01"))
    assert refused.asked("standard", **level | {"minimum": 2}) == ("未达标", 1)
    assert standard(*ANSWERED, ("丙", "符合", "2026-06-01")).asked("standard", **level | {"minimum": 3}) == ("未达标", 2)
    assert standard(*ANSWERED).asked("standard", "2026-12-31", **level).verdict == "达标"
    assert standard(*ANSWERED).asked("standard", "2027-01-01", **level) == ("数据不足", None)  # 甲 is a year old
    assert standard(*ANSWERED, ("甲", "不符合", "2026-01-01")).asked("standard", **level) == ("未达标", 0)
    assert standard(*ANSWERED, ("甲", "不符合", "2025-12-31")).asked("standard", **level) == ("达标", 1)


def test_aspects_and_items_of_the_standard() -> None:
    assert standard().asked("standard", what="aspects", minimum=2, maximum=2) == ("达标", 2)
    assert standard().asked("standard", what="items", minimum=3) == ("未达标", 2)
    assert standard().asked("standard", what="items", minimum=1, maximum=1) == ("未达标", 2)
    assert standard().asked("standard", what="level", minimum=1).verdict == "数据不足"  # nobody answered anything


def checked(*answers: tuple[str, str]) -> Ledger:
    ledger = Ledger("党支部")
    for day, answer in answers:
        ledger.add("checklist", requirement="R", answer=answer, checked_on=day)
    return ledger


@pytest.mark.parametrize(("answers", "expected"), [
    ([], ("待人工核实", None)), ([("2025-12-31", "符合")], ("待人工核实", None)), ([("2026-09-01", "符合")], ("待人工核实", None)),
    ([("2026-01-01", "符合")], ("达标", 1)), ([("2026-08-31", "不符合"), ("2026-01-01", "符合")], ("未达标", 0)),
    ([("2026-08-31", "符合"), ("2026-08-31", "不符合")], ("未达标", 0)), ([("2026-08-31", "不适用")], ("不适用", None)),
    ([("2026-08-31", "符合"), ("2026-08-31", "不适用")], ("达标", 1)),
])
def test_answers_of_inspectors(answers: list, expected: tuple) -> None:
    assert checked(*answers).asked("checklist", "2026-08-31") == expected
    found = checked(*answers).asked("checklist", "2026-08-31", begins="2026-08-31")
    assert found == (expected if any(day == "2026-08-31" for day, _ in answers) else ("待人工核实", None))
