"""What ``workbench requirements`` and ``workbench suites`` do; heavy parts are imported inside each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from workbench.cli.commands import must_be_new, one_of, parse_date
from workbench.cli.console import err, out
from workbench.errors import UsageError
from workbench.exit_codes import ExitCode
from workbench.reports.tables import plain_table
from workbench.requirements.catalogue import Catalogue, Row, card, load_catalogue
from workbench.requirements.conflicts import Conflict
from workbench.requirements.model import Listed, Treatment
from workbench.vocabulary import SEVERITY_LABELS

#: A position that names more requirements than this shows the first and their number.
IDS_SHOWN = 4


def _catalogue(documents: Sequence[str] | None, as_of: str | None, suites: Path | None) -> Catalogue:
    day = date.max if as_of is None else parse_date("--as-of", as_of)
    return load_catalogue(documents or None, as_of=day, directory=suites)


def run_table(
    documents: Sequence[str] | None, as_of: str | None, suites: Path | None, treatment: str | None, search: str
) -> int:
    """``workbench requirements``: the clauses of each document in one version, all or those asked for."""
    if treatment is not None:
        one_of("--treatment", treatment, tuple(Treatment))
    wanted = Treatment(treatment) if treatment else None
    catalogue = _catalogue(documents, as_of, suites)
    found = 0
    for document in catalogue.documents:
        if not document.in_force:
            out().print(f"{document.title}（{document.id}）：{document.reason}", markup=False, soft_wrap=True)
            continue
        rows = catalogue.select(documents=[document.id], treatment=wanted, words=search)
        found += len(rows)
        if rows:
            title = f"{document.title}（{document.id}，{document.version}）"
            columns = ("条款编号", "条款", "约束对象", "要求", "性质", "应为")
            out().print(plain_table(title, columns, map(_cells, rows)))
    if not found and (search or treatment):
        err().print("没有符合条件的条款。", markup=False)
    return ExitCode.CLEAN


def _cells(row: Row) -> tuple[str, ...]:
    if isinstance(row, Listed):
        return row.id, row.clause, "", row.description, row.treatment.label, row.reason
    return row.id, row.clause, row.binds.label, row.description, SEVERITY_LABELS[row.severity], row.required_text


def run_show(requirement: str, as_of: str | None, suites: Path | None) -> int:
    """``workbench requirements show``: the card of one clause."""
    catalogue = _catalogue(None, as_of, suites)
    for label, text in card(catalogue.row(requirement), catalogue.conflicts_of(requirement)):
        out().print(f"{label}：{text}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_coverage(folder: Path | None, detail: bool, as_of: str | None, suites: Path | None) -> int:
    """``workbench requirements coverage``: rows per treatment, and how far a run judged them."""
    if folder is None:
        if detail:
            raise UsageError("逐条列出需要一次核查结果", place="--detail", next_step="写上核查结果文件夹")
        _print_coverage(_catalogue(None, as_of, suites))
        return ExitCode.CLEAN
    from workbench.audit.run import Run

    run = Run(folder)
    _print_coverage(_catalogue(None, as_of, suites))
    _print_run_coverage(run, detail)
    return ExitCode.CLEAN


def _print_coverage(catalogue: Catalogue) -> None:
    found = catalogue.coverage()
    rows: list[tuple[Any, ...]] = [
        (c.document, c.title, *(c.counts[t] for t in Treatment), f"{c.treated:,} / {c.total:,}") for c in found
    ]
    totals = [sum(c.counts[t] for c in found) for t in Treatment]
    rows.append(("合计", "", *totals, f"{sum(c.treated for c in found):,} / {sum(c.total for c in found):,}"))
    labels = [t.label for t in Treatment]
    table = plain_table("条款覆盖", ("文件", "标题", *labels, "合计"), rows, right=(*labels, "合计"))
    out().print(table)
    for c in found:
        if c.missing:
            out().print(f"{c.document} 还没有处理的条款：{'、'.join(c.missing)}", markup=False, soft_wrap=True)
        if c.extra:
            out().print(f"{c.document} 目录以外的条款：{'、'.join(c.extra)}", markup=False, soft_wrap=True)


def _print_run_coverage(run: Any, detail: bool) -> None:
    from workbench.reports.coverage import run_coverage as read_coverage

    documents, requirements = read_coverage(run)
    figures = ("适用组织", "适用项次", "已判", "未到期", "待核查", "数据不足", "出错")

    def cells(c: Any) -> tuple[int, ...]:
        return c.subjects, c.applicable, c.judged, c.not_due, c.unanswered, c.no_data, c.broken

    title = f"核查结果 {run.path}（截至 {run.receipt['as_of']}）"
    rows = [(c.document, *cells(c)) for c in documents]
    out().print(plain_table(title, ("文件", *figures), rows, right=figures))
    if detail:
        words = {r["id"]: r["description"] for r in run.requirements}
        rows = [(c.requirement, words[c.requirement], *cells(c)) for c in requirements]
        out().print(plain_table("逐条", ("条款编号", "要求", *figures), rows, right=figures))


def run_compare_documents(identifier: str | None, documents: Sequence[str] | None, suites: Path | None) -> int:
    """``workbench requirements compare``: what several documents say on one matter, the stricter marked."""
    catalogue = _catalogue(None, None, suites)
    known = [d.id for d in catalogue.documents]
    for document in documents or ():
        one_of("--document", document, known)
    chosen = [c for c in _conflicts(catalogue, identifier) if set(documents or ()) <= _documents(catalogue, c)]
    if not chosen:
        err().print("没有列出的冲突。", markup=False)
    for conflict in chosen:
        title = f"{conflict.id} {conflict.topic}（{conflict.kind}）"
        columns = ("文件", "说法", "条款编号", "性质", "更严")
        out().print(plain_table(title, columns, _positions(catalogue, conflict)))
        if conflict.note:
            out().print(f"说明：{conflict.note}\n", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def _conflicts(catalogue: Catalogue, identifier: str | None) -> tuple[Conflict, ...]:
    """All of them, the one so numbered, or those that concern the requirement."""
    if identifier is None:
        return catalogue.conflicts
    named = tuple(c for c in catalogue.conflicts if c.id == identifier)
    return named or catalogue.conflicts_of(catalogue.row(identifier).id)


def _documents(catalogue: Catalogue, conflict: Conflict) -> set[str]:
    return {catalogue.row(r).document for r in conflict.requirements}


def _positions(catalogue: Catalogue, conflict: Conflict) -> Iterator[tuple[str, ...]]:
    for position in conflict.positions:
        rows = [catalogue.row(r) for r in position.requirements]
        more = "" if len(rows) <= IDS_SHOWN else f" 等{len(rows)}条"
        marks = [f"★{s.who}：{s.why}" for s in conflict.stricter if s.requirement in position.requirements]
        weights = dict.fromkeys(
            r.treatment.label if isinstance(r, Listed) else SEVERITY_LABELS[r.severity] for r in rows
        )
        ids = "\n".join(position.requirements[: IDS_SHOWN if more else None]) + more
        yield rows[0].document, position.says, ids, "、".join(weights), "\n".join(marks)


def run_export(target: Path, as_of: str | None, suites: Path | None) -> int:
    """``workbench requirements export``: the catalogue as one Markdown file, written anew each time."""
    if target.suffix.lower() != ".md":
        raise UsageError("条款目录须为 Markdown 文件", found=target.name, expected="以 .md 结尾的文件名")
    from workbench.reports.requirements_page import requirements_page

    text = requirements_page(_catalogue(None, as_of, suites))
    target.write_text(text, encoding="utf-8", newline="\n")
    err().print(f"已写出 {target}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_export_suites(folder: Path, run: Path) -> int:
    """``workbench suites export``: a Great Expectations file context over the indicators of a run."""
    must_be_new(folder, "套件文件夹")
    from workbench.audit.run import Run
    from workbench.audit.suites_export import export_suites

    export_suites(Run(run), folder)
    err().print(
        f"已写到 {folder}；用法：great_expectations.get_context(mode=\"file\", project_root_dir=\"{folder}\")",
        markup=False, soft_wrap=True,
    )
    return ExitCode.CLEAN
