"""Exemptions (豁免) and permissions to meet later (补开许可): checked strictly, and what became of each.

Whoever hands in such a paper relies on it. One that cannot be used stops the audit with its place, because without it
an organisation would be accused that had leave; one that is about to run out, has run out or was never needed is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from workbench.audit.facts import Facts
from workbench.errors import UsageError
from workbench.records.tables import TABLES
from workbench.requirements.model import Requirement, Suites, terms
from workbench.timeline import Period, PeriodKind, add_months, period_named
from workbench.vocabulary import PaperState, Verdict

#: Longest span of an exemption, and longest wait for a meeting held later, in months.
LONGEST_MONTHS = 12
#: An exemption that ends within so many days is told.
SOON_DAYS = 30

_PAPERS = ("exemptions", "permissions")


@dataclass(frozen=True)
class Papers:
    """The exemptions and permissions of a run as rows of their tables, ``place`` beside them."""

    exemptions: tuple[dict[str, Any], ...] = ()
    permissions: tuple[dict[str, Any], ...] = ()


def read_papers(facts: Facts, suites: Suites, messages: Iterable[Any] = ()) -> Papers:
    """All exemptions and permissions; raises :class:`UsageError` for the first that cannot be used.

    ``messages`` are those of intake: they say why a row was put aside. An exemption spans at most 12 months, both days
    included; a permission names a period of the requirement, and its meeting lies after it and within 12 months.
    """
    _refuse_rejected(facts, messages)
    rows = {name: _rows(facts, name) for name in _PAPERS}
    known = {r.id: r for r in suites.requirements}
    for name in _PAPERS:
        for row in rows[name]:
            _check_requirement(row, suites)
    for row in rows["exemptions"]:
        _check_exemption(row)
    for row in rows["permissions"]:
        if row["requirement"] in known:
            _check_permission(row, known[row["requirement"]], facts.cycle_start)
    return Papers(tuple(rows["exemptions"]), tuple(rows["permissions"]))


def _rows(facts: Facts, name: str) -> list[dict[str, Any]]:
    found = facts.tables.rows(facts.tables.table(name))
    if not found:
        return []
    sources = {s["source_id"]: s for s in _sources(facts)}
    title = TABLES[name].title
    return [{**row, "place": _place(sources.get(row["source_id"]), row["source_row"], title)} for row in found]


def _sources(facts: Facts) -> list[dict[str, Any]]:
    try:
        return facts.tables.rows(facts.tables.table("sources"))
    except ibis.common.exceptions.TableNotFound:
        return []  # records given in memory come from no file


def _place(source: Mapping[str, Any] | None, row: int | None, title: str) -> str:
    parts = (source["file"], source["sheet"]) if source else ("",)
    return " · ".join(p for p in (*parts, title, f"第 {row} 行" if row else "") if p)


def _refuse_rejected(facts: Facts, messages: Iterable[Any]) -> None:
    """A paper that intake put aside would be missing from the verdicts without a word."""
    rejected = facts.tables.table("rejected")
    rejected = rejected.filter(rejected.table_name.isin(_PAPERS), ~rejected.duplicate.fill_null(False))
    rows = facts.tables.rows(rejected.order_by("source_id", "source_row"))
    if not rows:
        return
    first = rows[0]
    source = next((s for s in _sources(facts) if s["source_id"] == first["source_id"]), None)
    told = [
        m for m in messages
        if source and (m.file, m.sheet, m.row) == (source["file"], source["sheet"], first["source_row"])
    ]
    raise UsageError(
        "豁免、补开登记中有不能使用的行，审查没有进行",
        place=_place(source, first["source_row"], TABLES[first["table_name"]].title),
        found="；".join(str(m) for m in told) or f"共 {len(rows)} 行",
        expected="每行都有组织、条款编号、日期、理由和批准单位",
        next_step="改正后重新审查；作废的请从台账中移走",
    )


def _check_requirement(row: Mapping[str, Any], suites: Suites) -> None:
    name = row["requirement"]
    if name in suites.known or any(name.startswith(f"{other}-") for other in suites.others):
        return
    near = sorted(k for k in suites.known if k.rsplit("-", 1)[0] == name.rsplit("-", 1)[0]) or sorted(suites.known)
    raise UsageError(
        "没有这个条款编号", place=row["place"], found=name, expected="、".join(near[:8]),
        next_step="用 workbench requirements 查看全部条款编号",
    )


def _check_exemption(row: Mapping[str, Any]) -> None:
    since, until = row["since"], row["until"]
    _check_filled(row, ("reason", "approved_by"), "exemptions")
    if until < since:
        raise UsageError("豁免止于起始之前", place=row["place"], found=f"{since} 至 {until}", expected="截止日期不早于起始日期")
    if until >= add_months(since, LONGEST_MONTHS):
        raise UsageError(
            "豁免超过12个月", place=row["place"], found=f"{since} 至 {until}",
            expected=f"不晚于 {add_months(since, LONGEST_MONTHS) - timedelta(days=1)}",
            next_step="请分段批准，到期重新办理",
        )


def _check_filled(row: Mapping[str, Any], columns: Sequence[str], table: str) -> None:
    for name in columns:
        if not (row[name] or "").strip():
            header = TABLES[table].column(name).header
            raise UsageError("缺少必填的内容", place=row["place"], found=f"{header}为空", expected=header)


def _check_permission(row: Mapping[str, Any], requirement: Requirement, cycle_start: int) -> None:
    _check_filled(row, ("reason", "approved_by"), "permissions")
    if requirement.shape != "expect_activity_count":
        raise UsageError(
            "这一条款不按期次计数，不能补开", place=row["place"], found=requirement.id,
            expected="按月、季度、半年、年度计次的条款",
        )
    period = permitted_period(row["period"], requirement, cycle_start)
    if period is None:
        raise UsageError(
            "应开期次写法不对", place=row["place"], found=row["period"], expected=_EXAMPLES[requirement.period]
        )
    if not period.last < row["held_on"] < add_months(period.last, LONGEST_MONTHS):
        raise UsageError(
            "补开日期不在应开期次之后12个月内", place=row["place"], found=f"{row['held_on']}（应开 {period.label}）",
            expected=f"晚于 {period.last}，早于 {add_months(period.last, LONGEST_MONTHS)}",
        )


_EXAMPLES = {
    PeriodKind.MONTH: "如 2026-05", PeriodKind.QUARTER: "如 2026Q2", PeriodKind.HALF_YEAR: "如 2026H1",
    PeriodKind.YEAR: "如 2026", PeriodKind.BIENNIUM: "周期的第一年，如 2026", PeriodKind.INSPECTION_MONTHS: "如 2026",
}


def permitted_period(text: str, requirement: Requirement, cycle_start: int) -> Period | None:
    """The period of the requirement's kind that ``text`` names; None when it names none."""
    return period_named(text, requirement.period, cycle_start=cycle_start)


def exemption_states(papers: Papers, ref: date, verdicts: Mapping[tuple[str, str], str]) -> list[dict[str, Any]]:
    """What became of each exemption: ``verdicts`` maps (subject, requirement) to the verdict of the run.

    An expired one whose finding returned says so in ``returned``.
    """
    return [_exemption_state(row, ref, verdicts.get((row["org_id"], row["requirement"]))) for row in papers.exemptions]


def _exemption_state(row: Mapping[str, Any], ref: date, verdict: str | None) -> dict[str, Any]:
    if row["until"] < ref:
        state = PaperState.EXPIRED
    elif row["since"] > ref:
        state = PaperState.NOT_YET
    elif verdict != Verdict.WAIVED:
        state = PaperState.UNUSED
    else:
        state = PaperState.EXPIRING if row["until"] <= ref + timedelta(days=SOON_DAYS) else PaperState.IN_FORCE
    return {
        "subject": row["org_id"], "requirement": row["requirement"], "since": row["since"].isoformat(),
        "until": row["until"].isoformat(), "reason": row["reason"], "approved_by": row["approved_by"],
        "place": row["place"], "state": state.value,
        "returned": state == PaperState.EXPIRED and verdict in (Verdict.FAILED, Verdict.MANUAL),
    }


def permission_states(papers: Papers, facts: Facts, requirements: Sequence[Requirement]) -> list[dict[str, Any]]:
    """What became of each permission: used when the meeting it names was held by then."""
    if not papers.permissions:
        return []
    known = {r.id: r for r in requirements}
    held = facts.activities
    held = held.filter(held.org_id.isin(sorted({p["org_id"] for p in papers.permissions})))
    met = {
        (row["org_id"], row["kind"], row["held_on"])
        for row in facts.tables.rows(held.select("org_id", "kind", "held_on").distinct())
    }
    states = []
    for row in papers.permissions:
        kinds = terms(known[row["requirement"]].kwargs["activity"]) if row["requirement"] in known else ()
        used = any((row["org_id"], kind, row["held_on"]) in met for kind in kinds)
        state = (
            PaperState.NOT_YET if row["held_on"] > facts.as_of else PaperState.IN_FORCE if used else PaperState.UNUSED
        )
        states.append({
            "subject": row["org_id"], "requirement": row["requirement"], "period": row["period"],
            "held_on": row["held_on"].isoformat(), "reason": row["reason"], "approved_by": row["approved_by"],
            "place": row["place"], "state": state.value,
        })
    return states
