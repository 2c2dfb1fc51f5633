"""Commands about the ledger as a whole: checking it, backup, papers, archive, and what falls due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.cases_commands import print_cases
from workbench.cli.commands import ROWS_SHOWN, must_be_new, parse_date
from workbench.cli.console import err, out
from workbench.cli.ledger_common import acting, day, last_run, opened, org_of, units_below
from workbench.errors import UsageError
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table

if TYPE_CHECKING:
    from workbench.audit.run import Run
    from workbench.ledger.due import Due


def run_verify(where: str, head: str | None) -> int:
    """``workbench ledger verify``: code 1 when anything was changed, removed or put in."""
    from workbench.ledger.store import Head, Store

    expected = None if head is None else Head.of(head)
    if "://" not in where and not Path(where).exists():
        raise UsageError("没有这个督查台账", place=where, next_step="用 --ledger 指明")
    with Store(where) as store:
        result = store.verify(expected)
    for fault in result.faults[:ROWS_SHOWN]:
        place = f"第 {fault.seq} 号事件" if fault.seq else "整个台账"
        err().print(f"{place}：{fault.problem}", style="bold red", markup=False, soft_wrap=True)
    for note in result.notes:
        err().print(f"提示：{note}", markup=False, soft_wrap=True)
    told = f"有 {len(result.faults)} 处不对" if result.faults else "完好"
    out().print(f"{result.events:,} 个事件，{told}；末尾 {result.head}", markup=False, soft_wrap=True)
    return ExitCode.FAILED if result.faults else ExitCode.CLEAN


def run_backup(where: str, target: Path) -> int:
    """``workbench ledger backup``."""
    from workbench.ledger.backup import backup

    with opened(where) as ledger:
        head = backup(ledger.store, target)
    out().print(f"已备份到 {target}：{head.seq:,} 个事件，末尾 {head}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_restore(where: str, source: Path) -> int:
    """``workbench ledger restore``: into a ledger that is empty or not there yet."""
    from workbench.ledger.backup import restore

    head = restore(source, where)
    out().print(f"已恢复到 {where}：{head.seq:,} 个事件，末尾 {head}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_papers(
    where: str, folder: Path, run_folder: Path | None, unit: str | None, inspection: str | None, by: str,
    on: str | None,
) -> int:
    """``workbench ledger papers``: code 2 when a paper was not written."""
    from workbench.cli.paper_set import write_papers

    act = acting(by, on)
    must_be_new(folder, "文稿文件夹")
    with opened(where) as ledger:
        run = _needed(last_run(ledger, run_folder))
        below = None if unit is None else units_below(ledger, org_of(ledger, unit, run_folder), run)
        paths, refused = write_papers(
            ledger, run, folder, by=act.who, on=act.on, below=below, inspection=inspection or ""
        )
    for path in paths:
        out().print(str(path), markup=False, soft_wrap=True)
    for error in refused:
        err().print(f"没有写出：{error}", markup=False, soft_wrap=True)
    return ExitCode.USAGE if refused else ExitCode.CLEAN


def run_archive(
    where: str, target: Path, run_folder: Path | None, papers: Path | None, check: bool, by: str, on: str | None
) -> int:
    """``workbench ledger archive``: run, events, papers and checksums in one zip, or the check of one."""
    from workbench.reports.archive import check_archive, write_archive

    if check:
        result = check_archive(target)
        for fault in result.faults:
            err().print(fault, style="bold red", markup=False, soft_wrap=True)
        told = f"有 {len(result.faults)} 处不对" if result.faults else "完好"
        out().print(f"{result.members:,} 个文件，{result.events:,} 个事件，{told}；末尾 {result.head}", markup=False,
                    soft_wrap=True)
        return ExitCode.FAILED if result.faults else ExitCode.CLEAN
    act = acting(by, on)
    with opened(where) as ledger:
        run = _needed(last_run(ledger, run_folder))
        given = sorted(p for p in papers.iterdir() if p.is_file()) if papers is not None else []
        write_archive(ledger, run, given, target, by=act.who, on=act.on)
    out().print(f"已归档到 {target}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def _needed(run: Run | None) -> Run:
    """The run; :class:`UsageError` when the one taken in last lies nowhere near."""
    if run is None:
        raise UsageError("找不到最后导入的核查结果", next_step="用 --run 写明结果文件夹")
    return run


def run_due(
    where: str, run_folder: Path | None, as_of: str | None, days: int, unit: str | None, detail: bool,
    cases: bool = False,
) -> int:
    """``workbench due``: what is overdue or falls due, from the run and from the ledger where there is one."""
    from workbench.audit.run import Run
    from workbench.ledger.due import due

    has_ledger = "://" in where or Path(where).exists()
    if run_folder is None and not has_ledger:
        raise UsageError("没有核查结果，也没有督查台账", place=where, next_step="写明 RUN，或用 --ledger 指明台账")
    run = None if run_folder is None else Run(run_folder)
    with opened(where) if has_ledger else nullcontext() as ledger:
        if run is None and ledger is not None:
            run = last_run(ledger)
        # The day of the run is the natural one; without a run there is only the ledger, and its day is today.
        until = day("--as-of", as_of) if as_of or run is None else parse_date("--as-of", run.receipt["as_of"])
        below = None if unit is None else _below(ledger, run, unit)
        if cases:
            if run is None:
                raise UsageError("找不到最后导入的核查结果", next_step="写明 RUN：workbench due RUN --cases")
            print_cases(run, until, below, everything=detail)
            return ExitCode.CLEAN
        found = [d for d in due(run, ledger, until, days) if below is None or d.subject in below]
    print_due(found, f"截至 {until} 已逾期和此后 {days} 天内到期", detail=detail)
    return ExitCode.CLEAN


def _below(ledger: object, run: object, unit: str) -> set[str]:
    """An organisation and all below it, with or without a ledger."""
    code = run.organization(unit)["org_id"] if run is not None else org_of(ledger, unit)
    return units_below(ledger, code, run)


def print_due(found: Sequence[Due], title: str, *, detail: bool = False) -> None:
    """What falls due, day by day; the same duty of many organisations is one line unless ``detail``."""
    counts = Counter(d.source for d in found)
    sources = "（" + "，".join(f"{k} {n:,}" for k, n in counts.items()) + "）" if found else ""
    out().print(f"{title}：{len(found):,} 项{sources}", markup=False, soft_wrap=True)
    columns = ("到期", "还有", "谁", "事项", "条款", "来源")
    rows = [_line(group) for group in ([[d] for d in found] if detail else _alike(found))]
    shown = rows if detail else rows[:ROWS_SHOWN * 2]
    if shown:
        out().print(plain_table("到期提醒", columns, shown))
    if len(rows) > len(shown):
        out().print(f"……另有 {len(rows) - len(shown):,} 行未列出（--detail 逐项列出）", markup=False)


def _alike(found: Iterable[Due]) -> list[list[Due]]:
    """What is due on one day under one requirement, together; findings, cards and the like stay single."""
    groups: dict[tuple, list[Due]] = {}
    for d in found:
        together = d.source == "核查" and not d.course
        key = (d.on, d.requirement, d.what) if together else (d.on, d.subject, d.what, d.course)
        groups.setdefault(key, []).append(d)
    return list(groups.values())


def _line(group: Sequence[Due]) -> tuple[str, ...]:
    first = group[0]
    who = first.subject_name if len(group) == 1 else f"{first.subject_name}等{len(group):,}个"
    left = f"{first.days_left}天" if first.days_left >= 0 else f"逾期{-first.days_left}天"
    return first.on.isoformat(), left, who, first.what, first.clause, first.source
