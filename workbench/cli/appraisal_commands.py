"""What ``workbench ledger appraisal`` does (述职评议); heavy parts are imported inside each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.cli.commands import one_of, parse_date
from workbench.cli.console import out
from workbench.cli.ledger_common import acting, day, each, opened, org_of, secretary_of
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

#: Word of a step → method of the book.
STEPS = {
    "述职": "debrief", "考评": "appraise", "反馈": "tell", "报告上级": "report_up", "约谈": "talk", "办结": "finish",
    "推荐": "recommend", "撤回推荐": "withdraw", "绩效补贴": "supplement",
}


def run_appraisals(where: str, year: int | None, as_of: str | None) -> int:
    """``workbench ledger appraisal``: grades and states of a year, and what is to be done next."""
    until = day("--as-of", as_of)
    year = year or until.year
    with opened(where) as ledger:
        found = [a for a in ledger.appraisals.all() if a.year == year]
        rows = []
        for a in found:
            cap = ledger.appraisals.cap(a)
            limit = f"{cap.level}，至多{cap.grade}" if cap else ""
            rows.append((a.org_id, a.org_name, a.state, a.grade, a.annual_grade, limit))
        columns = ("代码", "党组织", "状态", "等次", "年度考核", "亮牌所限")
        out().print(plain_table(f"{year}年述职评议", columns, rows))
        rows = [
            (p.org_name or p.org_id, p.kind, "；".join(p.texts), p.due or "", p.clause)
            for p in ledger.appraisals.proposals(until)
        ]
        if rows:
            out().print(plain_table("建议", ("党组织", "事项", "缘由", "应于", "条款"), rows))
    return ExitCode.CLEAN


def run_plan(where: str, orgs: Sequence[str], year: int | None, by: str, on: str | None, run: Path | None) -> int:
    """``workbench ledger appraisal plan``."""
    act = acting(by, on)
    with opened(where, new=True) as ledger:
        codes = [org_of(ledger, org, run) for org in orgs]
        return each(codes, str, lambda code: ledger.appraisals.plan(
            year or act.on.year, secretary_of(ledger, code, run), act))


def run_step(
    where: str, step: str, orgs: Sequence[str], year: int | None, by: str, on: str | None, why: str,
    evidence: Sequence[str] | None,
) -> int:
    """``workbench ledger appraisal step``."""
    act = acting(by, on, why, evidence)
    one_of("STEP", step, tuple(STEPS))
    return _each(where, orgs, year, act, lambda book, ident: getattr(book, STEPS[step])(ident, act))


def run_grade(
    where: str, grade: str, orgs: Sequence[str], annual: bool, year: int | None, by: str, on: str | None, why: str
) -> int:
    """``workbench ledger appraisal grade``: the grade of the appraisal, a correction of it, or the annual grade."""
    act = acting(by, on, why)

    def do(book: Any, ident: str) -> Any:
        if annual:
            return book.annual(ident, act, grade=grade)
        change = book.correct_grade if book.get(ident).grade else book.grade
        return change(ident, act, grade=grade)

    return _each(where, orgs, year, act, do)


def run_deadline(where: str, orgs: Sequence[str], deadline: str, year: int | None, by: str, on: str | None) -> int:
    """``workbench ledger appraisal deadline``."""
    act = acting(by, on)
    until = parse_date("--deadline", deadline)
    return _each(where, orgs, year, act, lambda book, ident: book.set_deadline(ident, act, deadline=until))


def run_replace(where: str, org: str, ground: str, year: int | None, by: str, on: str | None, why: str) -> int:
    """``workbench ledger appraisal replace``."""
    act = acting(by, on, why)
    return _each(where, [org], year, act, lambda book, ident: book.replace(ident, act, ground=ground))


def run_decline(where: str, org: str, kind: str, year: int | None, by: str, on: str | None, why: str) -> int:
    """``workbench ledger appraisal decline``."""
    act = acting(by, on, why)
    return _each(where, [org], year, act, lambda book, ident: book.decline(ident, act, kind=kind))


def run_review(where: str, year: int | None, as_of: str | None) -> int:
    """``workbench ledger appraisal review``: what is there in both years."""
    from workbench.ledger.finding import code_of

    with opened(where) as ledger:
        rows = [
            (
                r.org_name or r.org_id, r.matched,
                *(f"{code_of(key)[:8]} {text}" for key, text in zip(r.keys, r.texts, strict=True)),
            )
            for r in ledger.appraisals.review(year or day("--as-of", as_of).year)
        ]
        out().print(plain_table("年年在的问题", ("党组织", "对照依据", "上年", "本年"), rows))
    return ExitCode.CLEAN


def _each(where: str, orgs: Sequence[str], year: int | None, act: Any, do: Any) -> int:
    with opened(where) as ledger:
        idents = [ledger.appraisals.ident(year or act.on.year, org_of(ledger, org)) for org in orgs]
        return each(idents, str, lambda ident: do(ledger.appraisals, ident))
