"""What ``workbench ledger lists`` does (五单); heavy parts are imported inside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.cli.commands import ROWS_SHOWN, one_of, parse_date
from workbench.cli.console import out
from workbench.cli.ledger_common import acting, day, each, opened, org_of, secretaries_known, secretary_of
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

#: Word of a step → method of the book.
STEPS = {"晒单": "publish", "查单": "check", "公布完成情况": "announce", "备案": "file"}


def run_lists(where: str, year: int | None, as_of: str | None, run: Path | None) -> int:
    """``workbench ledger lists``: how far they are, and what is late under which clause."""
    until = day("--as-of", as_of)
    year = year or until.year
    with opened(where) as ledger:
        rows = [
            (c.org_id, c.org_name, c.state, len(c.items), sum(i.done_on is not None for i in c.items),
             "、".join(str(q) for q in sorted(c.progress)))
            for c in ledger.lists.all() if c.year == year
        ]
        columns = ("代码", "党组织", "状态", "项目", "完成", "已公布季度")
        out().print(plain_table(f"{year}年五单", columns, rows, right=columns[3:5]))
        late = ledger.lists.late(year, until, secretaries_known(ledger, run).values())
        opened_for = {row[0] for row in rows}
        # Who keeps no lists in this ledger may keep them elsewhere: counted, not listed.
        told = [entry for entry in late if entry.org_id in opened_for]
        rows = [(x.org_name or x.org_id, x.step, x.due, x.days, x.owed_by, x.clause) for x in told[:ROWS_SHOWN]]
        if rows:
            out().print(plain_table("逾期", ("党组织", "步骤", "应于", "逾期日数", "责任方", "条款"), rows, right=("逾期日数",)))
        if len(told) > ROWS_SHOWN:
            out().print(f"……另有 {len(told) - ROWS_SHOWN:,} 条未列出")
        if missing := len({entry.org_id for entry in late} - opened_for):
            out().print(f"另有 {missing:,} 名书记没有在本台账中开单。")
    return ExitCode.CLEAN


def run_show_lists(where: str, org: str, year: int | None) -> int:
    """``workbench ledger lists show``: items of one secretary, and what the lists lack."""
    with opened(where) as ledger:
        ident = ledger.lists.ident(year or day("--on", None).year, org_of(ledger, org))
        course = ledger.lists.get(ident)
        rows = [(i.id, i.kind, i.title, i.target, i.deadline or "", i.owner, i.done_on or "") for i in course.items]
        title = f"{course.org_name} {course.year}年清单：{course.state}"
        out().print(plain_table(title, ("编号", "类别", "项目", "目标任务", "时限", "责任人", "完成"), rows))
        for gap in ledger.lists.gaps(ident):
            out().print(f"{gap.text}（{gap.clause}，{gap.requirement}）", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_add_item(
    where: str, org: str, given: Mapping[str, Any], deadline: str | None, dispatched: bool, year: int | None, by: str,
    on: str | None, run: Path | None,
) -> int:
    """``workbench ledger lists add``: opens the lists with their first item, adds or dispatches further ones."""
    from workbench.ledger.lists import COMMON, OWN, Item

    act = acting(by, on)
    one_of("--kind", given["kind"], (COMMON, OWN))
    until = None if deadline is None else parse_date("--deadline", deadline)
    year = year or act.on.year
    with opened(where, new=True) as ledger:
        code = org_of(ledger, org, run)
        ident = ledger.lists.ident(year, code)
        course = ledger.lists.find(ident)
        item = Item(id=str(1 if course is None else len(course.items) + 1), deadline=until, **given)
        if course is None and not dispatched:
            after = ledger.lists.open(year, secretary_of(ledger, code, run), act, items=[item])
        else:
            book = ledger.lists
            after = (book.dispatch if dispatched else book.add_item)(ident, act, item=item)
        out().print(f"{after.org_name} 第 {item.id} 项 → {after.state}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_lists_step(
    where: str, step: str, orgs: Sequence[str], found: str, year: int | None, by: str, on: str | None, why: str,
    evidence: Sequence[str] | None,
) -> int:
    """``workbench ledger lists step``."""
    act = acting(by, on, why, evidence)
    one_of("STEP", step, tuple(STEPS))
    more = {"found": found} if step == "查单" else {}
    return _each(where, orgs, year, act, lambda book, ident: getattr(book, STEPS[step])(ident, act, **more))


def run_lists_progress(
    where: str, orgs: Sequence[str], quarter: int, year: int | None, by: str, on: str | None
) -> int:
    """``workbench ledger lists progress``."""
    act = acting(by, on)
    return _each(where, orgs, year, act, lambda book, ident: book.progress(ident, act, quarter=quarter))


def run_finish_item(
    where: str, org: str, item: str, year: int | None, by: str, on: str | None, evidence: Sequence[str] | None
) -> int:
    """``workbench ledger lists finish``."""
    act = replace(acting(by, on), evidence=tuple(evidence or ()))
    return _each(where, [org], year, act, lambda book, ident: book.finish_item(ident, act, item=item))


def run_close_lists(where: str, orgs: Sequence[str], text: str, year: int | None, by: str, on: str | None) -> int:
    """``workbench ledger lists close``."""
    act = acting(by, on)
    return _each(where, orgs, year, act, lambda book, ident: book.close(ident, act, completion=text))


def _each(where: str, orgs: Sequence[str], year: int | None, act: Any, do: Any) -> int:
    with opened(where) as ledger:
        idents = [ledger.lists.ident(year or act.on.year, org_of(ledger, org)) for org in orgs]
        return each(idents, str, lambda ident: do(ledger.lists, ident))
