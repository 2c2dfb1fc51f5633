"""What a run tells the ledger: days on which open obligations fall due, cases, secretaries, members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.audit.by_hand import ORGANIZATIONS, D, Tables, held, post, renamed, requirement
from workbench.audit.due import COURSES, write_courses, write_due, write_secretaries
from workbench.audit.engine import connect_tables, facts_for, judge_tables
from workbench.audit.run import Run
from workbench.audit.verdicts import decide, prepare
from workbench.audit.write import organizations
from workbench.ledger import course_machines
from workbench.requirements.model import Requirement
from workbench.vocabulary import Process

DEADLINE, PERIOD, TERM, GRACE = "限期", "期末", "任期", "新建宽限"


def step(process: str, name: str, day: str, *tags: str, case: str = "C1", **columns: Any) -> dict[str, Any]:
    return {"case_id": case, "process": process, "org_id": "O1", "step": name, "done_on": D(day), "tags": list(tags),
            **columns}


def elsewhere(process: str, *names: str) -> list[dict[str, Any]]:
    """Rows of another organisation which show that these steps are recorded at all."""
    return [{**step(process, name, "2019-01-05", case="C9"), "org_id": "O9"} for name in names]


def files(folder: Path, tables: Tables, asked: Sequence[Requirement], as_of: str) -> dict[str, list[dict[str, Any]]]:
    """What the run would write, read back: rows by file."""
    con = connect_tables(tables)
    try:
        with closing(facts_for(con, asked, D(as_of), None)) as facts:
            ctx = prepare(facts, asked)
            write_due(ctx, asked, decide(ctx, asked), folder)
            write_courses(ctx, folder)
            write_secretaries(ctx, folder)
            facts.tables.settle()
            con.to_parquet(organizations(ctx).order_by("org_id"), folder / "organizations.parquet")
    finally:
        con.disconnect()
    found = {}
    with duckdb.connect() as reader:
        for name in ("due", "cases", "secretaries", "organizations"):
            rows = reader.execute(f"FROM '{folder / name}.parquet'")
            columns = [c[0] for c in rows.description]
            found[name] = [dict(zip(columns, row, strict=True)) for row in rows.fetchall()]
    return found


Case = tuple[Requirement, Mapping[str, Any]]


def together(cases: Mapping[int, Case]) -> tuple[list[Requirement], dict[str, list[dict[str, Any]]]]:
    """Many small data sets as one: requirement Rn binds n:O1."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for n, (_, given) in cases.items():
        for table, rows in {"organizations": ORGANIZATIONS, **given}.items():
            tables.setdefault(table, []).extend(renamed(n, row) for row in rows)
    return [replace(one, id=f"R{n}") for n, (one, _) in cases.items()], tables


def due(folder: Path, cases: Sequence[Case], as_of: str) -> list[list[tuple[str, date, str]]]:
    """What is due in each case."""
    asked, tables = together(dict(enumerate(cases)))
    rows = files(folder, tables, asked, as_of)["due"]
    return [
        [
            (r["unit_label"].removeprefix(f"{n}:"), r["due_on"], r["kind"]) for r in rows
            if (r["subject"], r["requirement"]) == (f"{n}:O1", f"R{n}")
        ]
        for n in range(len(cases))
    ]


NEW = [{"org_id": "O1", "name": "甲支部", "type": "党支部", "established_on": D("2026-03-31")}]
CASE, WORK = "发展党员", "意见办理"
PEOPLE = [
    {"person_id": f"P{i}", "org_id": "O1", "standing": "正式党员", "categories": ["党员领导干部"], "since": D("2020-01-01")}
    for i in (1, 2)
]

#: Name → requirement, tables in which it is not done yet on 15 July 2026, what is due. After its day each of these is
#: missed, and before it is not.
OPEN: dict[str, tuple[Requirement, Mapping[str, Any], tuple[str, date, str]]] = {
    "month": (
        requirement("expect_activity_count", activity="党员大会", period="month", minimum=1),
        {"activities": held("党员大会", *(f"2026-{m:02}-03" for m in range(1, 7)))},
        ("2026-07", date(2026, 7, 31), PERIOD),
    ),
    "two years": (
        requirement("expect_activity_count", activity="选树优秀党员", period="biennium", minimum=2, maximum=2),
        {"activities": held("选树优秀党员", "2026-02-03")}, ("2026-2027", date(2027, 12, 31), PERIOD),
    ),
    "inspection months": (
        requirement("expect_activity_count", activity="党建督查", period="inspection_months", minimum=1),
        {"activities": held("党建督查", "2025-08-03")}, ("2026年督查月", date(2026, 8, 31), PERIOD),
    ),
    "date of the year": (
        requirement("expect_done_by_date", activity="党建总结", by="12-31", carry_over="01-31"),
        {"activities": held("党建总结", "2025-12-03")}, ("2026", date(2027, 1, 31), DEADLINE),
    ),
    "deadline in days": (
        requirement("expect_step_deadline", process=WORK, after="收到", step="办结", within_days=3),
        {"case_steps": [step(WORK, "收到", "2026-07-14"), *elsewhere(WORK, "办结")]},
        ("C1", date(2026, 7, 17), DEADLINE),
    ),
    "deadline in months": (
        requirement("expect_step_deadline", process=WORK, after="收到", step="办结", within_months=3),
        {"case_steps": [step(WORK, "收到", "2026-06-30"), *elsewhere(WORK, "办结")]},
        ("C1", date(2026, 9, 30), DEADLINE),
    ),
    "what a case entails": (
        requirement("expect_step_present", process=WORK, of="收到", steps=["通知本人"], within_days=30),
        {"case_steps": [step(WORK, "收到", "2026-07-01"), *elsewhere(WORK, "通知本人")]},
        ("C1", date(2026, 7, 31), DEADLINE),
    ),
    "steps in order": (
        requirement("expect_step_order", process="五单", steps=["开单", "销单"], complete_by="12-31"),
        {"case_steps": [step("五单", "开单", "2026-01-20"), *elsewhere("五单", "销单")]},
        ("C1", date(2026, 12, 31), DEADLINE),
    ),
    "no lists at all": (
        requirement("expect_step_order", process="五单", steps=["开单", "销单"], complete_by="12-31"),
        {"case_steps": elsewhere("五单", "开单", "销单")}, ("", date(2026, 12, 31), DEADLINE),
    ),
    "periods of a case": (
        requirement(
            "expect_case_periods", process=CASE, step="考察", after="确定积极分子", until=["转正"], period="quarter", minimum=1
        ),
        {"case_steps": [step(CASE, "确定积极分子", "2026-04-01"), step(CASE, "考察", "2026-05-01")]},
        ("C1", date(2026, 9, 30), DEADLINE),
    ),
    "people of a case": (
        requirement(
            "expect_case_count", process=CASE, step="指定培养联系人", after="确定积极分子", distinct="person", minimum=2,
            grace_days=7,
        ),
        {"case_steps": [step(CASE, "确定积极分子", "2026-07-10"), *elsewhere(CASE, "指定培养联系人")]},
        ("C1", date(2026, 7, 17), DEADLINE),
    ),
    "everybody in a case": (
        requirement(
            "expect_case_members", process="民主评议", of="评议", step="通知流动党员", roles=["书记"], grace_days=7, share=100
        ),
        {
            "case_steps": [step("民主评议", "评议", "2026-07-10"), *elsewhere("民主评议", "通知流动党员")],
            "posts": [post("P1", "书记", "2020-01-01")],
        },
        ("C1", date(2026, 7, 17), DEADLINE),
    ),
    "two years of a grade": (
        requirement(
            "expect_rating_streak", rating="述职评议", grade="差", years=2, role="书记", within_days=90
        ),
        {
            "ratings": [
                {"org_id": "O1", "person_id": "P1", "kind": "述职评议", "period": y, "grade": "差",
                 "rated_on": D(f"{y + 1}-04-18")}
                for y in (2024, 2025)
            ],
            "posts": [post("P1", "书记", "2020-01-01")],
        },
        ("2025", date(2026, 7, 17), DEADLINE),
    ),
    "every member in the year": (
        requirement(
            "expect_members_covered", categories=["党员领导干部"], scope="own", activity="轮训", measure="count", minimum=1,
            period="year",
        ),
        {"people": PEOPLE, "activities": held("轮训", "2026-03-01", person_id="P1")},
        ("2026", date(2026, 12, 31), PERIOD),
    ),
    "every member around a day": (
        requirement(
            "expect_members_covered", categories=["党员领导干部"], scope="own", activity="家风活动", measure="count",
            minimum=1, period="year", around=["2026-07-01"], days_before=15, days_after=16,
        ),
        {"people": PEOPLE, "activities": held("家风活动", "2026-07-10", person_id="P1")},
        ("2026", date(2026, 7, 17), PERIOD),
    ),
    "every organisation in the year": (
        requirement("expect_orgs_covered", rating="党建考核", scope="own", share=100),
        {"ratings": [{"org_id": "O9", "kind": "党建考核", "period": 2025, "grade": "好"}]},
        ("2026", date(2026, 12, 31), PERIOD),
    ),
    "coming once a year": (
        requirement("expect_attendance", activity="党员大会", categories=["党员领导干部"], each="person", minimum=1),
        {
            "people": PEOPLE,
            "participations": [
                {"org_id": "O1", "kind": "党员大会", "held_on": D("2026-03-02"), "person_id": "P1", "part": "参加"}
            ],
        },
        ("2026", date(2026, 12, 31), PERIOD),
    ),
    "dues of a month": (
        requirement("expect_dues_paid", mode="outstanding", within_months=3),
        {"dues": [{"org_id": "O1", "person_id": "P1", "month": D("2026-06-01"), "due": 10.0, "paid": 0.0},
                  {"org_id": "O1", "person_id": "P2", "month": D("2026-06-01"), "due": 10.0, "paid": 0.0}]},
        ("2026-06", date(2026, 9, 30), DEADLINE),
    ),
    "grace of a new organisation": (
        requirement("expect_posts_held", roles=["书记"], minimum=1),
        {"organizations": NEW, "posts": [post("P9", "书记", "2020-01-01", org="O9")]},
        ("", date(2026, 9, 30), GRACE),
    ),
    "a state by a day of the text": (
        requirement("expect_open_cases", process="联系点", opened_by="建立", closed_by="结束", minimum=1, by="2026-09-30"),
        {"case_steps": elsewhere("联系点", "建立")}, ("", date(2026, 9, 30), DEADLINE),
    ),
    "term within its reminder": (
        requirement("expect_term", process="换届", step="选举", years=3, reminder_months=6),
        {"case_steps": [step("换届", "选举", "2023-09-30")]}, ("", date(2026, 9, 30), TERM),
    ),
    "term extended": (
        requirement(
            "expect_term", process="换届", step="选举", years=3, extended_by="批准延期", extension_months=12,
            reminder_months=6,
        ),
        {"case_steps": [step("换届", "选举", "2023-03-20"), step("换届", "批准延期", "2025-09-30")]},
        ("", date(2026, 9, 30), TERM),
    ),
}


def test_what_is_open_is_due_on_its_day(tmp_path: Path) -> None:
    found = due(tmp_path, [(one, tables) for one, tables, _ in OPEN.values()], "2026-07-15")
    assert dict(zip(OPEN, found, strict=True)) == {name: [expected] for name, (*_, expected) in OPEN.items()}


@pytest.mark.parametrize("day", sorted({expected[1] for *_, expected in OPEN.values()}))
def test_it_would_be_missed_after_that_day_and_not_before(day: date) -> None:
    cases = {n: (one, tables) for n, (one, tables, expected) in enumerate(OPEN.values()) if expected[1] == day}
    asked, tables = together(cases)
    year = 2026 if day < date(2027, 2, 1) else day.year
    for after, late in ((-1, False), (1, True)):
        rows = judge_tables(tables, asked, as_of=day + timedelta(days=after), year=year)
        missed = {r["requirement"]: r["missed"] > 0 for r in rows if r["subject"] == f"{r['requirement'][1:]}:O1"}
        assert missed == dict.fromkeys((one.id for one in asked), late), (day, after)


def test_what_is_done_has_no_day_or_owes_nobody_anything_is_not_due(tmp_path: Path) -> None:
    opening = step(WORK, "收到", "2026-07-14")
    asked, waiting, expected = OPEN["deadline in days"]

    def exempted(until: str) -> dict[str, Any]:
        return {**waiting, "exemptions": [
            {"org_id": "O1", "requirement": "R", "since": D("2026-07-01"), "until": D(until)}
        ]}

    cases: list[Case] = [
        (asked, {"case_steps": [opening, step(WORK, "办结", "2026-07-15")]}),
        (asked, {"case_steps": [step(WORK, "收到", "2026-07-11")]}),  # past its day: a finding
        (  # 答复 is recorded nowhere: no data, no day
            requirement("expect_step_deadline", process="群众来访", after="来访", step="答复", within_days=60),
            {"case_steps": [step("群众来访", "来访", "2026-07-14")]},
        ),
        (
            requirement("expect_activity_count", activity="推荐人选", period="year", maximum=3),
            {"activities": held("推荐人选", "2026-02-03")},
        ),
        (
            requirement("expect_activity_count", activity="选树优秀党员", period="biennium", minimum=2, maximum=2),
            {"activities": held("选树优秀党员", "2026-02-03", "2026-03-03")},
        ),
        (
            requirement("expect_step_present", process="责任考核", of="工作不落实", steps=["评先评优"], absent=True),
            {"case_steps": [step("责任考核", "工作不落实", "2026-03-03")]},
        ),
        (requirement("expect_checklist"), {}),
        (  # the reminder begins the day after
            requirement("expect_term", process="换届", step="选举", years=3, reminder_months=6),
            {"case_steps": [step("换届", "选举", "2024-01-15")]},
        ),
        (
            requirement("expect_posts_held", roles=["书记"], minimum=1),
            {"organizations": NEW, "posts": [post("P1", "书记", "2026-06-01")]},
        ),
        (asked, exempted("2026-07-17")),
        (asked, exempted("2026-07-16")),  # in force today, no longer on the day
    ]
    assert due(tmp_path, cases, "2026-07-15") == [[]] * (len(cases) - 1) + [[expected]]


# --- courses, secretaries, members -----------------------------------------------------------------------------------


def person(name: str, standing: str = "正式党员", org: str = "O1", **days: str) -> dict[str, Any]:
    return {"person_id": name, "org_id": org, "standing": standing, **{k: D(v) for k, v in days.items()}}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """The files of 15 July 2026 for some cases, posts and people."""
    tables = {
        "organizations": [
            {"org_id": "O1", "name": "甲", "type": "党支部", "established_on": D("2015-07-01")},
            {"org_id": "O2", "name": "乙", "type": "党支部", "dissolved_on": D("2026-07-15")},
            {"org_id": "O3", "name": "丙", "type": "党支部", "dissolved_on": D("2026-07-16")},
        ],
        "case_steps": [
            step(WORK, "办结", "2026-03-10", "个别性问题"), step(WORK, "收到", "2026-03-07", "个别性问题", "一般性意见"),
            step(WORK, "通知本人", "2026-08-01"),  # not yet
            step(WORK, "收到", "2026-07-01", case="C2"), step("五单", "开单", "2026-01-01"),
            step("换届", "选举", "2025-05-06"),
        ],
        "ratings": [
            {"org_id": "O1", "kind": "星级评定", "period": 2025, "grade": "五星", "rated_on": D("2025-12-14")},
            {"org_id": "O1", "kind": "星级评定", "period": 2024, "grade": "三星"},
            *(
                {"org_id": "O1", "person_id": p, "kind": "积分评定", "period": 2025, "grade": g,
                 "rated_on": D("2025-12-20")}
                for p, g in (("P1", "不合格"), ("P2", "合格"))
            ),
        ],
        "posts": [
            post("P1", "书记", "2020-01-01", "2026-07-15"), post("P2", "书记", "2026-07-15"),
            post("P3", "书记", "2026-07-16"), post("P4", "副书记", "2026-01-01"),
            post("P5", "书记", "2021-01-01", org="O2"), post("P6", "书记", "2022-01-01", "2026-08-01", org="O2"),
            post("P7", "书记", "2020-01-01", "2026-07-14", org="O3"),
        ],
        "people": [
            person("P1"), person("P1", "预备党员", until="2020-01-01"), person("P2", "预备党员"), person("P3", "入党积极分子"),
            person("P4", until="2026-07-15"), person("P5", until="2026-07-16"), person("P6", since="2026-07-16"),
            person("P7", "入党积极分子", org="O2"),
        ],
    }
    return files(tmp_path_factory.mktemp("files"), tables, [], "2026-07-15")


def test_cases_of_courses_with_steps_and_days(written: dict[str, list[dict[str, Any]]]) -> None:
    found = written["cases"]
    assert {(c["process"], c["case_id"]): sorted(zip(c["days"], c["steps"], strict=True)) for c in found} == {
        (WORK, "C1"): [(date(2026, 3, 7), "收到"), (date(2026, 3, 10), "办结")],
        (WORK, "C2"): [(date(2026, 7, 1), "收到")],
        ("换届", "C1"): [(date(2025, 5, 6), "选举")],
        ("星级评定", "2025"): [(date(2025, 12, 14), "五星")],
        ("星级评定", "2024"): [(date(2024, 12, 31), "三星")],
        ("积分评定", "2025"): [(date(2025, 12, 20), "积分评定")],  # nobody's grade
    }
    tags = {c["case_id"]: c["tags"] for c in found if c["process"] == WORK}
    assert tags == {"C1": ["一般性意见", "个别性问题"], "C2": []}


def test_the_secretary_in_office_on_the_day(written: dict[str, list[dict[str, Any]]]) -> None:
    assert [(r["org_id"], r["person_id"], r["started_on"]) for r in written["secretaries"]] == [
        ("O1", "P2", date(2026, 7, 15)), ("O2", "P6", date(2022, 1, 1)),
    ]


def test_members_on_the_day_and_organisations_that_are_gone(written: dict[str, list[dict[str, Any]]]) -> None:
    rows = written["organizations"]
    assert [(r["org_id"], r["members"], r["dissolved"], r["established_on"]) for r in rows] == [
        ("O1", 3, False, date(2015, 7, 1)), ("O2", 0, True, None), ("O3", None, False, None),
    ]


def test_a_run_reads_them(branch_run: Run) -> None:
    assert list(branch_run.due.columns) == ["subject", "requirement", "unit_label", "due_on", "kind"]
    assert len(branch_run.due) and set(branch_run.due.subject) <= set(branch_run.organizations.org_id)
    open_results = branch_run.results[branch_run.results.open > 0]
    assert set(zip(branch_run.due.subject, branch_run.due.requirement, strict=True)) <= set(
        zip(open_results.subject, open_results.requirement, strict=True)
    )
    assert list(branch_run.cases.columns) == ["process", "case_id", "org_id", "steps", "days", "tags"]
    assert list(branch_run.secretaries.columns) == ["org_id", "person_id", "started_on"]


def test_every_course_is_written() -> None:
    assert set(COURSES) == {*course_machines.COURSES, Process.ELECTION}
