"""Both sides of every border: ends of periods, deadlines, leap days, new branches, documents begun mid-year."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.audit.engine import judge_tables
from workbench.requirements import Requirement, load_requirements
from workbench.resources import resource

from .reading import Case, tables_of

MET, FAILED, OPEN, NONE, PROMPT = "达标", "未达标", "进行中", "不适用", "待人工核实"
D = date.fromisoformat
REQUIREMENTS = {r.id: r for r in load_requirements(as_of=D("2026-12-31"))}
ELSEWHERE = {"org_id": "O9", "held_on": D("2021-01-05")}


def verdicts(
    asked: Sequence[tuple[str, Mapping[str, Any]]], as_of: str, *, year: int | None = None,
    requirements: Mapping[str, Requirement] = REQUIREMENTS,
) -> list[str]:
    """Verdict of O1 for each pair of requirement and records, all judged together as of one day."""
    cases = [
        Case(requirement, str(number), D(as_of), year, tables_of(given), "", None)
        for number, (requirement, given) in enumerate(asked)
    ]
    tables: dict[str, list] = {}
    for case in cases:
        for table, rows in case.renamed().items():
            tables.setdefault(table, []).extend(rows)
    used = [requirements[name] for name in dict.fromkeys(name for name, _ in asked)]
    rows = {(r["subject"], r["requirement"]): r for r in judge_tables(tables, used, as_of=D(as_of), year=year)}
    return [rows[case.subject, case.requirement]["verdict"] for case in cases]


OF_BRANCHES = ("发展党员", "书记任职", "组织设置", "流动党员", "处分处置", "党费催缴", "换届")


def branch(kind: str, *days: str, **traits: Any) -> dict[str, Any]:
    """A branch with activities of one kind on these days."""
    dated = [{"kind": kind, "held_on": D(day)} for day in days]
    return {"org": {"type": "党支部", **traits}, "activities": [*dated, {"kind": kind, **ELSEWHERE}]}


def case(process: str, **steps: str | list | dict) -> dict[str, Any]:
    """A case of an agency's leading group, agency committee or branch with a committee (the process says which)."""
    kind = "党支部" if process in OF_BRANCHES else "机关党委" if process == "负责人配备" else "党组"
    org = {"type": kind, "sector": "机关", "has_committee": True}
    return {"org": org, "defaults": {"case_steps": {"process": process}}, "case_steps": steps}


#: Clause, process, step that starts the clock, step that stops it, class of case, first day of the clock and last
#: day allowed, worked out by hand so that every clock ends on 31 August 2026.
CLOCKS = [
    ("secretary-2022-6-1", "书记任职", "任职", "集中培训", None, "2025-08-31"),
    ("xinfang-bureau-2.5-6", "民主生活会", "召开", "报告情况", None, "2026-08-16"),
    ("xinfang-bureau-3.11-1", "意见办理", "收到", "办结", "个别性问题", "2026-08-28"),
    ("xinfang-bureau-4.5-1", "廉政风险", "收到文书", "提交整改情况", "询问函", "2026-08-21"),
    ("xinfang-bureau-4.5-3", "廉政风险", "收到文书", "提交整改报告", "责令纠错", "2026-07-31"),
    ("xinfang-bureau-4.6-1", "廉政风险", "结束", "归档", None, "2026-08-01"),
]


#: Clause, process and steps of clocks of six months, of which none ends on a 31 August.
HALF_YEARS = [
    ("luoyang-2020-24-3", "书记任职", "任职", "集中培训"),
    ("luoyang-2020-58-14", "负责人配备", "空缺", "任职"),
]


def clock(process: str, after: str, step: str, tag: str | None, begun: str, done: str | None) -> dict[str, Any]:
    steps = {after: {"done_on": D(begun), "tags": [tag] if tag else []}}
    if done:
        steps[step] = D(done)
    return {**case(process, **steps), "others": {"case_steps": {step: D("2021-01-05")}}}


def test_the_clocks_are_all_the_deadlines_after_an_event() -> None:
    known = {clock[0] for clock in (*CLOCKS, *HALF_YEARS)}
    assert known == {i for i, r in REQUIREMENTS.items() if r.shape == "expect_step_deadline"}


def test_last_day_of_a_deadline_and_the_day_after() -> None:
    """Each clock, done or not, on the days around its end."""
    def asked(done: str | None) -> list:
        return [(clause, clock(process, a, s, tag, begun, done)) for clause, process, a, s, tag, begun in CLOCKS]

    n = len(CLOCKS)
    in_time, late = asked("2026-08-30") + asked("2026-08-31"), asked("2026-09-01")
    assert verdicts(in_time + late, "2026-12-31") == [MET] * 2 * n + [FAILED] * n
    assert verdicts(asked(None) + late, "2026-08-31") == [OPEN] * 2 * n
    assert verdicts(asked(None), "2026-09-01") == [FAILED] * n


@pytest.mark.parametrize(("begun", "last"), [("2026-02-28", "2026-08-28"), ("2025-08-31", "2026-02-28")])
def test_six_months_end_with_their_day_or_the_last_of_the_month(begun: str, last: str) -> None:
    def asked(late: int) -> list:
        done = (D(last) + timedelta(days=late)).isoformat()
        return [(clause, clock(process, a, s, None, begun, done)) for clause, process, a, s in HALF_YEARS]

    assert verdicts(asked(0) + asked(1), "2026-12-31") == [MET] * 2 + [FAILED] * 2
    assert verdicts(asked(1), last) == [OPEN] * 2


#: Clause, kind of activity, type of organisation, last day allowed for the year 2026.
DATES = [
    ("secretary-2022-7.1-1", "重点项目清单", "党支部", "2026-01-31"),
    ("secretary-2022-7.1-2", "责任清单", "党支部", "2026-01-31"),
    ("secretary-2022-7.2-4", "完成情况公布", "党支部", "2027-01-31"),
    ("secretary-2022-7.5-1", "量化考核", "组织部", "2026-12-31"),
    ("secretary-2022-7.5-2", "考核情况备案", "组织部", "2027-01-31"),
    ("secretary-2022-10-7", "党建总结", "党支部", "2026-12-31"),
    ("secretary-2022-10-8", "书面报告", "党支部", "2026-12-31"),
    ("secretary-2022-10-9", "现场述职", "党支部", "2026-12-31"),
    ("secretary-2022-10-10", "接受考评", "党支部", "2026-12-31"),
    ("xinfang-bureau-1.1-1", "党建工作安排", "党组", "2026-01-31"),
    ("xinfang-bureau-2.1-2", "年度学习计划", "党支部", "2026-01-31"),
    ("xinfang-bureau-2.4-2", "民主评议党员", "党支部", "2027-01-31"),
]


def test_the_dates_are_all_the_deadlines_within_a_year() -> None:
    assert {d[0] for d in DATES} == {i for i, r in REQUIREMENTS.items() if r.shape == "expect_done_by_date"}


def test_done_on_the_last_day_of_the_year_and_the_day_after() -> None:
    def asked(late: int) -> list:
        pairs = []
        for clause, kind, org, last in DATES:
            row = {"kind": kind, "held_on": D(last) + timedelta(days=late), "year_of": 2026}
            pairs.append((clause, {"org": {"type": org}, "activities": [row]}))
        return pairs

    missed = [REQUIREMENTS[clause].outcome for clause, *_ in DATES]
    assert verdicts(asked(0) + asked(1), "2027-06-30", year=2026) == [MET] * len(DATES) + missed


@pytest.mark.parametrize("last", ["2026-01-31", "2026-12-31", "2027-01-31"])
def test_undone_on_the_last_day_is_open_and_failed_the_day_after(last: str) -> None:
    asked = [
        (clause, {"org": {"type": org}, "activities": [{"kind": kind, **ELSEWHERE}]})
        for clause, kind, org, day in DATES if day == last
    ]
    assert set(verdicts(asked, last, year=2026)) == {OPEN}
    missed = [REQUIREMENTS[clause].outcome for clause, _ in asked]
    assert verdicts(asked, (D(last) + timedelta(days=1)).isoformat(), year=2026) == missed


#: Clause, process, earlier step, later step with its day, the latest day the earlier step may have.
LEADS = [
    ("xinfang-bureau-2.5-2", "民主生活会", "报告方案", "召开", "2026-08-31", "2026-08-16"),
    ("xinfang-bureau-2.6.1-4", "发展党员", "公示开始", "公示结束", "2026-08-31", "2026-08-25"),
    ("xinfang-bureau-2.6.4-1", "发展党员", "确定积极分子", "确定发展对象", "2026-08-31", "2025-08-31"),
    ("xinfang-bureau-2.6.11-2", "发展党员", "接收预备党员", "转正", "2026-08-31", "2025-08-31"),
    # a leap day: 29 February 2024 + 12 months is 28 February 2025
    ("xinfang-bureau-2.6.11-2", "发展党员", "接收预备党员", "转正", "2025-02-28", "2024-02-29"),
    ("xinfang-bureau-2.6.4-1", "发展党员", "确定积极分子", "确定发展对象", "2024-02-29", "2023-02-28"),
]


#: Clause, process, earlier step, later step, which may fall on one day; class of case.
NOT_AFTER = [
    ("county-longterm-3.1.1-1", "流动党员", "行前教育", "外出", None),
    ("county-longterm-3.1.1-2", "流动党员", "申报外出", "外出", None),
    ("county-longterm-3.3.1-1", "流动党员", "报告事由", "外出", None),
    ("county-longterm-3.3.1-2", "流动党员", "报告时间", "外出", None),
    ("county-longterm-3.3.1-3", "流动党员", "报告地点", "外出", None),
    ("county-longterm-3.3.1-4", "流动党员", "报告联系方式", "外出", None),
    ("county-longterm-3.3.1-5", "流动党员", "发放活动证", "外出", None),
    ("luoyang-2020-21-2", "组织设置", "上级批准", "调整设置", None),
    ("luoyang-2020-29-2", "发展党员", "政治审查合格", "接收预备党员", None),
    ("luoyang-2020-39-2", "干部任职", "任前廉政谈话", "任职", None),
    ("luoyang-2020-58-11", "负责人配备", "沟通机关工委", "确定人选", None),
    ("luoyang-2020-58-12", "负责人配备", "沟通纪检监察工委", "任职", None),
    ("secretary-2022-6-2", "书记任职", "任前谈话", "任职", None),
    ("xinfang-bureau-2.2.1-6", "处分处置", "支部大会表决", "处分", None),
    ("xinfang-bureau-2.5-14", "民主生活会", "通报时间主题", "召开", None),
    ("xinfang-bureau-2.6.1-1", "发展党员", "支委会审核申请", "确定积极分子", None),
    ("xinfang-bureau-2.6.1-5", "发展党员", "公示结束", "填写积极分子登记表", None),
    ("xinfang-bureau-2.6.6-1", "发展党员", "政治审查合格", "接收预备党员", None),
    ("xinfang-bureau-2.6.6-2", "发展党员", "短期集中培训", "接收预备党员", None),
    ("xinfang-bureau-2.6.7-1", "发展党员", "上级预审同意", "填写入党志愿书", None),
    ("xinfang-bureau-2.6.8-1", "发展党员", "支委会审查", "接收预备党员", None),
    ("xinfang-bureau-2.6.11-1", "发展党员", "入党宣誓", "转正", None),
    ("xinfang-bureau-2.6.11-4", "发展党员", "转正申请", "转正", None),
    ("xinfang-bureau-2.6.11-5", "发展党员", "转正公示", "转正", None),
    ("xinfang-bureau-2.7-3", "党费催缴", "支部大会决定", "除名", None),
    ("xinfang-bureau-4.4.2-3", "廉政风险", "列出谈话提纲", "防范谈话", None),
    ("xinfang-bureau-4.4.3-1", "廉政风险", "书面通知本人", "防范谈话", None),
    ("xinfang-bureau-4.4.4-4", "廉政风险", "主要领导批准", "发出文书", "警示诫勉"),
]


def test_the_leads_are_all_the_leads() -> None:
    known = {lead[0] for lead in (*LEADS, *NOT_AFTER)}
    assert known == {i for i, r in REQUIREMENTS.items() if r.shape == "expect_step_lead"}


@pytest.mark.parametrize("year", ["2024", "2025", "2026"])
def test_last_day_of_a_lead_and_the_day_after(year: str) -> None:
    asked = [
        (clause, case(process, **{step: D(latest) + timedelta(days=late), before: D(end)}))
        for clause, process, step, before, end, latest in LEADS if end.startswith(year)
        for late in (-1, 0, 1)
    ]
    assert asked
    assert verdicts(asked, f"{year}-12-31") == [MET, MET, FAILED] * (len(asked) // 3)


def test_on_the_same_day_and_the_day_after() -> None:
    end = D("2026-08-31")
    asked = []
    for clause, process, step, before, tag in NOT_AFTER:
        event = {before: {"done_on": end, "tags": [tag] if tag else []}}
        asked += [(clause, case(process, **event, **{step: end + timedelta(days=late)})) for late in (0, 1)]
    expected = [verdict for lead in NOT_AFTER for verdict in (MET, REQUIREMENTS[lead[0]].outcome)]
    assert verdicts(asked, "2026-12-31") == expected


def test_the_first_publicity_day_counts_only_with_its_parameter() -> None:
    strict = {r.id: r for r in load_requirements(as_of=D("2026-12-31"), parameters={"publicity_inclusive": False})}
    clause, seven = "xinfang-bureau-2.6.1-4", case("发展党员", 公示开始=D("2026-03-01"), 公示结束=D("2026-03-07"))
    assert verdicts([(clause, seven)], "2026-12-31") == [MET]
    assert verdicts([(clause, seven)], "2026-12-31", requirements=strict) == [FAILED]


def test_31_august() -> None:
    inspection, meetings = "secretary-2022-11-1", "xinfang-bureau-2.2.1-1"
    months = [f"2026-{month:02d}-15" for month in range(1, 8)]

    def asked(*days: str) -> list:
        department = {**branch("党建督查", *days), "org": {"type": "组织部"}}
        return [(inspection, department), (meetings, branch("党员大会", *months, *days))]

    assert verdicts(asked(), "2026-08-30") == [OPEN, MET]
    assert verdicts(asked(), "2026-08-31") == [FAILED, FAILED]
    assert verdicts(asked("2026-08-31"), "2026-08-31") == [MET, MET]
    assert verdicts(asked("2026-09-01"), "2026-09-01") == [FAILED, FAILED]
    assert verdicts(asked("2026-06-30", "2026-09-01"), "2026-09-30") == [FAILED, FAILED]


def test_29_february_belongs_to_its_month() -> None:
    clause = "xinfang-bureau-2.2.1-1"
    asked = [(clause, branch("党员大会", "2024-01-10", "2024-02-29")), (clause, branch("党员大会", "2024-01-10"))]
    assert verdicts(asked, "2024-02-28") == [MET, MET]
    assert verdicts(asked, "2024-02-29") == [MET, FAILED]


def test_29_february_ends_a_deadline_of_a_month() -> None:
    clause = "xinfang-bureau-4.5-3"
    asked = [
        (clause, clock("廉政风险", "收到文书", "提交整改报告", "责令纠错", begun, done))
        for begun, done in (("2024-01-31", "2024-02-29"), ("2024-01-31", "2024-03-01"), ("2024-02-29", "2024-03-29"),
                            ("2024-02-29", "2024-03-30"))
    ]
    assert verdicts(asked, "2024-12-31") == [MET, FAILED, MET, FAILED]


def test_29_february_ends_the_months_for_dues() -> None:
    def paid(month: str, day: str) -> dict[str, Any]:
        row = {"person_id": "P1", "months": f"{month}..{month}", "due": 10, "paid": 10, "paid_on": D(day)}
        return {"org": {"type": "党支部"}, "dues": [row]}

    late, owed = "xinfang-bureau-2.7.2-3", "xinfang-bureau-2.7.2-1"
    asked = [(late, paid("2023-11", "2024-02-29")), (late, paid("2023-11", "2024-03-01"))]
    assert verdicts(asked, "2024-12-31") == [MET, FAILED]
    asked = [(late, paid("2024-11", "2025-02-28")), (late, paid("2024-11", "2025-03-01"))]
    assert verdicts(asked, "2025-12-31") == [MET, FAILED]
    unpaid = [(owed, paid("2023-11", "2025-01-01"))]
    assert verdicts(unpaid, "2024-02-29") == ["进度滞后"]
    assert verdicts(unpaid, "2024-03-01") == [FAILED]


#: Day of establishment and what is then missed of a month, a quarter, a half-year and a year by 31 December 2026.
FIRST_PERIODS = {
    "2026-01-01": [FAILED, FAILED, FAILED, FAILED], "2026-01-02": [FAILED, FAILED, FAILED, NONE],
    "2026-07-01": [FAILED, FAILED, FAILED, NONE], "2026-07-02": [FAILED, FAILED, NONE, NONE],
    "2026-10-01": [FAILED, FAILED, NONE, NONE], "2026-10-02": [FAILED, NONE, NONE, NONE],
    "2026-12-01": [FAILED, NONE, NONE, NONE], "2026-12-02": [NONE, NONE, NONE, NONE],
}
BY_PERIOD = {
    "xinfang-bureau-2.2.1-1": "党员大会", "xinfang-bureau-2.2.3-1": "党课", "xinfang-bureau-2.3-1": "组织生活会",
    "xinfang-bureau-2.4-1": "民主评议党员",
}


def test_first_full_period_of_a_new_branch() -> None:
    asked = [
        (clause, branch(kind, established_on=D(day))) for day in FIRST_PERIODS for clause, kind in BY_PERIOD.items()
    ]
    found = verdicts(asked, "2026-12-31")
    assert dict(zip(FIRST_PERIODS, zip(*[iter(found)] * 4, strict=True), strict=True)) == {
        day: tuple(wanted) for day, wanted in FIRST_PERIODS.items()
    }


@pytest.fixture
def local(tmp_path: Path):
    """Write documents, each named by its day, to a temporary folder and load it: ``local({"2026-07-01": [entry]})``."""

    def load(documents: dict[str, list[dict[str, Any]]], as_of: str = "2026-12-31") -> dict[str, Requirement]:
        folder = tmp_path / "expectations"
        for since, entries in documents.items():
            version = folder / f"local-{since}" / since
            version.mkdir(parents=True)
            meta = {"document": f"local-{since}", "title": "本地规定", "effective_from": since}
            for one in entries:
                one["kwargs"]["requirement"] = f"local-{since}-{one['meta']['clause']}"
            data = {"name": "本地规定", "meta": meta, "expectations": entries}
            (version / "rules.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        for name in ("subjects.yaml", "parameters.yaml"):
            shutil.copy(resource("expectations") / name, folder / name)
        return {r.id: r for r in load_requirements(as_of=D(as_of), directory=folder)}

    return load


def entry(clause: int, shape: str, binds: str = "党支部", **arguments: Any) -> dict[str, Any]:
    return {
        "type": shape, "kwargs": arguments, "severity": "critical", "description": "本地规定的一条",
        "meta": {"clause": str(clause), "binds": binds, "unit": "次"},
    }


#: Day a document takes effect and what is then missed of a month, a quarter, a year and a date in December.
EFFECTS = {
    "2026-01-01": [FAILED, FAILED, FAILED, FAILED], "2026-07-01": [FAILED, FAILED, NONE, NONE],
    "2026-10-02": [FAILED, NONE, NONE, NONE], "2026-12-02": [NONE, NONE, NONE, NONE],
}


def test_document_that_takes_effect_within_the_year(local) -> None:
    def rules() -> list[dict[str, Any]]:
        return [
            entry(1, "expect_activity_count", activity="党员大会", period="month", minimum=1),
            entry(2, "expect_activity_count", activity="党课", period="quarter", minimum=1),
            entry(3, "expect_activity_count", activity="民主评议党员", period="year", minimum=1),
            entry(4, "expect_done_by_date", activity="党建总结", by="12-30"),
        ]

    requirements = local({since: rules() for since in EFFECTS})
    kinds = ("党员大会", "党课", "民主评议党员", "党建总结")
    asked = [(f"local-{since}-{i}", branch(kind)) for since in EFFECTS for i, kind in enumerate(kinds, 1)]
    assert verdicts(asked, "2026-12-31", requirements=requirements) == [v for row in EFFECTS.values() for v in row]


def test_event_before_a_document_takes_effect_starts_no_clock(local) -> None:
    arguments = {"process": "民主生活会", "after": "召开", "step": "报告情况", "within_days": 15}
    requirements = local({"2026-07-01": [entry(1, "expect_step_deadline", "党组", **arguments)]})
    others = {"others": {"case_steps": {"报告情况": D("2021-01-05")}}}
    asked = [
        ("local-2026-07-01-1", {**case("民主生活会", 召开=D(day)), **others}) for day in ("2026-06-30", "2026-07-01")
    ]
    assert verdicts(asked, "2026-12-31", requirements=requirements) == [NONE, FAILED]


def test_no_requirement_the_day_before_a_document_takes_effect(local) -> None:
    rule = entry(1, "expect_activity_count", activity="党课", period="month", minimum=1)
    assert local({"2026-07-01": [rule]}, as_of="2026-06-30") == {}


def test_a_new_requirement_of_a_known_shape_is_one_entry(local) -> None:
    rule = entry(1, "expect_activity_count", activity=["党课", "集中学习"], period="quarter", minimum=3)
    requirements = local({"2022-01-01": [rule]})
    lectures = branch("党课", "2026-01-05", "2026-02-05", "2026-03-05")
    studies = branch("集中学习", "2026-04-05", "2026-05-05", "2026-06-30")
    both = {**lectures, "activities": lectures["activities"] + studies["activities"]}
    asked = [("local-2022-01-01-1", both), ("local-2022-01-01-1", lectures)]
    assert verdicts(asked, "2026-06-30", requirements=requirements) == [MET, FAILED]
    assert requirements["local-2022-01-01-1"].required_text == "每季度至少3次"


NO_DATA = "数据不足"


def test_meetings_that_never_say_their_subject_accuse_nobody_and_excuse_nobody() -> None:
    others = {"activities": [{"kind": "班子会", "held_on": D("2021-01-05"), "tags": ["基层党建"]}]}

    def asked(year: int, tags: list[str] | None) -> tuple[str, dict[str, Any]]:
        days = [date(year, month, 5) for month in (1, 4, 7, 10)]
        meetings = [{"kind": "班子会", "held_on": day, "tags": tags} for day in days]
        return "secretary-2022-4.2-1", {"org": {"type": "党组"}, "activities": meetings, "others": others}

    meetings = [asked(2026, tags) for tags in (["基层党建"], ["党员之间"], [], None)]
    assert verdicts(meetings, "2026-12-31") == [MET, FAILED, NO_DATA, NO_DATA]
    assert verdicts([asked(2025, [])], "2026-12-31") == [FAILED]


def test_contacts_without_a_number_may_be_two_persons() -> None:
    clause, named = "xinfang-bureau-2.6.2-1", {"done_on": D("2026-03-01"), "person_id": "P1"}

    def asked(*contacts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return clause, case("发展党员", 确定积极分子=D("2026-03-01"), 指定培养联系人=list(contacts))

    unnamed = [{"done_on": D(f"2026-03-0{day}")} for day in (1, 2)]
    other = {**named, "person_id": "P2"}
    contacts = [asked(named, other), asked(named, unnamed[0]), asked(*unnamed), asked(named), asked(unnamed[0])]
    assert verdicts(contacts, "2026-12-31") == [MET, NO_DATA, NO_DATA, FAILED, FAILED]


@pytest.mark.parametrize("clause", ["xinfang-bureau-2.7.2-1", "xinfang-bureau-2.7.2-3", "xinfang-bureau-2.7-2"])
def test_dues_ledger_without_amounts_paid_accuses_nobody(clause: str) -> None:
    def asked(**elsewhere: Any) -> list[tuple[str, dict[str, Any]]]:
        rows = [{"person_id": "P1", "months": "2026-01..2026-08", "due": 10}]
        others = [{"person_id": "P9", "months": "2026-01..2026-01", "due": 10, **elsewhere}]
        return [(clause, {"org": {"type": "党支部"}, "dues": rows, "others": {"dues": others}})]

    assert verdicts(asked(), "2026-12-31") == [NO_DATA]
    assert verdicts(asked(paid=0.0), "2026-12-31") != [NO_DATA]


def test_poor_ratings_of_a_person_without_a_recorded_post() -> None:
    clause = "secretary-2022-15.1-5"
    poor = {"kind": "述职评议", "grade": "差", "person_id": "P1"}
    ratings = [{**poor, "period": 2024}, {**poor, "period": 2025, "rated_on": D("2026-01-20")}]

    def asked(role: str) -> tuple[str, dict[str, Any]]:
        post = {"role": role, "person_id": "P1", "started_on": D("2023-01-01")}
        return clause, {"org": {"type": "党支部"}, "ratings": ratings, "posts": [post]}

    assert verdicts([asked("书记"), asked("委员")], "2026-08-31") == [PROMPT, NO_DATA]


def test_lists_drawn_up_in_december_are_those_of_the_next_year() -> None:
    def asked(begun: str) -> tuple[str, dict[str, Any]]:
        rest = {"晒单": D("2026-12-01"), "查单": D("2026-12-01"), "销单": D("2026-12-31")}
        return "secretary-2022-7.5-3", case("五单", 开单=D(begun), **rest)

    lists = [asked(day) for day in ("2025-11-30", "2025-12-01", "2026-11-30", "2026-12-01")]
    assert verdicts(lists, "2027-06-30", year=2026) == [PROMPT, MET, MET, PROMPT]
