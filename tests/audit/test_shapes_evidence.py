"""The rows that results of cases, grades and dues rest on: which, of what status, and that none is told twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.by_hand import D, held, requirement
from workbench.audit.engine import connect_tables, facts_for
from workbench.audit.verdicts import decide, evidence, prepare

PROCESS, RATING = "廉政风险", "述职评议"


def step(name: str, day: str, **columns: Any) -> dict[str, Any]:
    return {"case_id": "C1", "process": PROCESS, "org_id": "O1", "step": name, "done_on": D(day), **columns}


TABLES = {
    "organizations": [{"org_id": "O1", "name": "甲支部", "type": "党支部"}],
    "case_steps": [step("收到文书", "2026-03-10"), step("防范谈话", "2026-03-20", person_id="P1"),
                   step("提交整改情况", "2026-03-30", person_id="P1")],
    "activities": held("支委会", "2026-03-10", "2026-03-19", "2026-06-01"),
    "posts": [{"person_id": "P1", "org_id": "O1", "role": "书记", "started_on": D("2020-01-01")}],
    "ratings": [{"org_id": "O1", "person_id": "P1", "kind": RATING, "period": 2026, "grade": "差",
                 "rated_on": D("2026-03-01")}],
    "dues": [
        {"org_id": "O1", "person_id": f"P{month}", "month": D(f"2026-0{month}-01"), "due": 10.0, "paid": 10.0,
         "paid_on": D(f"2026-0{month}-20"), "payer": payer, "consented_on": consented}
        for month, payer, consented in ((1, "本人", None), (2, "代交", None), (3, None, None),
                                        (4, "代交", D("2026-04-20")))
    ],
}
CASE = [("收到文书", "met"), ("防范谈话", "met")]


@pytest.mark.parametrize(
    ("shape", "arguments", "expected"),
    [
        ("expect_step_present", {"of": "收到文书", "steps": ["防范谈话"], "within_days": 30}, CASE),
        ("expect_step_present", {"of": "收到文书", "steps": ["防范谈话"], "absent": True},
         [(name, "missed") for name, _ in CASE]),
        ("expect_case_members", {"of": "收到文书", "step": "防范谈话", "roles": "书记", "share": 100}, CASE),
        ("expect_step_qualification", {"step": "提交整改情况", "among": "防范谈话"},
         [("防范谈话", "met"), ("提交整改情况", "met")]),
        ("expect_step_order", {"steps": ["收到文书", "防范谈话"]}, CASE),
        ("expect_step_meeting", {"step": "防范谈话", "activity": "支委会", "within_days": 3},
         [("支委会", "met"), ("防范谈话", "met")]),
        ("expect_grade_capped", {"rating": RATING, "grades": ["一般"], "step": "防范谈话"},
         [("防范谈话", ""), ("述职评议 差", "missed")]),
        ("expect_rating_streak", {"rating": RATING, "grade": "差", "years": 1, "step": "防范谈话", "within_days": 30},
         [("2026年度 差", ""), ("防范谈话", "")]),
        ("expect_dues_handled", {"mode": "self"},
         [("2026-02", "missed"), ("2026-03", "unknown"), ("2026-04", "missed")]),
        ("expect_dues_handled", {"mode": "proxy_consent"}, [("2026-02", "missed"), ("2026-04", "met")]),
    ],
)
def test_evidence_of_a_result(shape: str, arguments: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    dues = shape == "expect_dues_handled"
    asked = [requirement(shape, **arguments, **({} if dues else {"process": PROCESS}))]
    con = connect_tables(TABLES)
    try:
        ctx = prepare(facts_for(con, asked, D("2026-12-31"), None), asked)
        decide(ctx, asked)
        rows = [row for part in evidence(ctx, asked) for row in ctx.facts.tables.rows(part)]
    finally:
        con.disconnect()
    assert sorted((row["unit_label"] if dues else row["label"], row["status"]) for row in rows) == sorted(expected)
    assert {row["subject"] for row in rows} == {"O1"}
