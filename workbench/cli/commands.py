"""What the commands do. Heavy parts are imported inside each; a user's mistake is raised as a WorkbenchError."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from workbench.cli.console import err, out, progress
from workbench.errors import UsageError
from workbench.exit_codes import ExitCode, exit_code
from workbench.requirements.model import Treatment
from workbench.reports.tables import plain_table, run_tables
from workbench.vocabulary import PaperState, Severity, Verdict

#: Lists are cut at this many rows on the screen; what is left out is said.
ROWS_SHOWN = 20
WORST_UNITS = 10


def run_intake(source: str, folder: Path | None, home: Path | None) -> int:
    """``workbench intake``: what was read, what was put aside and why."""
    if folder is not None:
        must_be_new(folder, "整理结果文件夹")
    from workbench.records.intake import intake
    from workbench.records.tables import TABLES

    with progress() as report:
        records = intake(source, home=home, progress=report)
    with records:
        rows = [
            (TABLES[name].title if name in TABLES else name, count["read"], count["accepted"], count["rejected"])
            for name, count in records.receipt()["rows"].items()
        ]
        columns = ("表", "读入行", "采用行", "退回行")
        out().print(plain_table("读入的表", columns, rows, right=columns[1:]))
        for message in records.messages[:ROWS_SHOWN]:
            out().print(str(message), markup=False, soft_wrap=True)
        _print_left_out(len(records.messages))
        if folder is not None:
            records.write_parquet(folder)
            records.write_rejects(folder / "rejects.xlsx")
            err().print(f"已写到 {folder}；退回的行和原因见 {folder / 'rejects.xlsx'}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_template(target: Path) -> int:
    """``workbench template``: an empty ledger workbook."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError("模板须为 xlsx 文件", found=target.name, expected="以 .xlsx 结尾的文件名")
    must_be_new(target, "模板文件")
    from workbench.records.template import write_template

    write_template(target)
    err().print(f"已写出模板 {target}\n填好后核查：workbench audit {target} --as-of YYYY-MM-DD", markup=False)
    return ExitCode.CLEAN


def run_sample(branches: int, seed: int, folder: Path, form: str) -> int:
    """``workbench sample``: a synthetic city."""
    one_of("--form", form, ("ledgers", "parquet"))
    from workbench.sample import make_sample

    make_sample(branches, seed, folder, form=form)
    err().print(f"已生成虚构数据（{branches} 个党支部，种子 {seed}）：{folder}", markup=False)
    return ExitCode.CLEAN


def run_audit(
    source: str, *, as_of: str, year: int | None, documents: Sequence[str] | None, out_folder: Path | None,
    parameters: Path | None, suites: Path | None, adoption: Path | None, junit: Path | None, xlsx: Path | None,
    strict: bool, evidence: str,
) -> int:
    """``workbench audit``: the run folder, a table per document, the worst units, the exit code."""
    day = parse_date("--as-of", as_of)
    one_of("--evidence", evidence, ("all", "failing"))
    for file in (junit, xlsx):
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)  # what cannot be written is told before the work
    from workbench.audit.gx_process import GxProcess

    with closing(GxProcess()) as judge, progress() as report:  # it imports while we do
        # Only now: this import takes seconds and a mistake in the arguments should be answered at once.
        from workbench.audit.engine import audit

        run = audit(
            source, as_of=day, year=year, documents=documents or None, out=out_folder, parameters=parameters,
            suites=suites, adoption=adoption, evidence=evidence, progress=report, judge=judge,
        )
    if junit is not None:
        from workbench.reports.junit import write_junit

        write_junit(run, junit, strict=strict)
    if xlsx is not None:
        from workbench.reports.xlsx import write_findings

        write_findings(run, xlsx)
    summary = run.summary()
    code = exit_code(severity_counts(summary), strict=strict, unread=bool(run.receipt["unread"]))
    _print_run(run, summary)
    _print_next(run, code)
    return code


def severity_counts(summary: Sequence[Mapping[str, Any]]) -> dict[tuple[Severity, Verdict], int]:
    """Results per severity and verdict, as :func:`workbench.exit_codes.exit_code` takes them.

    A check on site that nobody has answered is work to do, no outcome.
    """
    counts: Counter[tuple[Severity, Verdict]] = Counter()
    for row in summary:
        for verdict, n in row["counts"].items():
            if not (row["treatment"] == Treatment.CHECKLIST and verdict == Verdict.MANUAL):
                counts[Severity(row["severity"]), Verdict(verdict)] += int(n)
    return dict(counts)


def run_checklist(
    folder: Path, target: Path, subjects: Sequence[str], number: int | None, seed: str, unit: str | None
) -> int:
    """``workbench checklist``: the form to take along, for named organisations or a draw."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError("核查表须为 xlsx 文件", found=target.name, expected="以 .xlsx 结尾的文件名")
    if bool(subjects) == (number is not None):
        raise UsageError("请指明组织，或抽取的个数", found="两者都写了" if subjects else "都没有写",
                         expected="--subject 或 --draw 其中一个")
    must_be_new(target, "核查表")
    from workbench.audit.draw import draw
    from workbench.audit.run import Run
    from workbench.reports.onsite import to_be_checked, write_form

    run = Run(folder)
    if number is not None:
        subjects = draw(to_be_checked(run, unit), number, seed)
    lines = write_form(run, subjects, target)
    err().print(f"已写出现场核查表 {target}：{len(subjects)} 个组织，{lines} 项", markup=False, soft_wrap=True)
    if number is not None:
        err().print(f"抽取种子“{seed}”，抽中：{'、'.join(subjects)}", markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_compare(folders: Sequence[Path]) -> int:
    """``workbench compare``: findings new, unchanged, resolved, recurred."""
    from workbench.audit.compare import compare
    from workbench.audit.run import Run

    runs = [Run(folder) for folder in folders]
    comparison = compare(*runs)
    names = {o: n for run in runs for o, n in zip(run.organizations["org_id"], run.organizations["name"], strict=True)}
    parts = (
        ("新增", comparison.new), ("反弹", comparison.recurred), ("仍存在", comparison.unchanged),
        ("已解决", comparison.resolved), ("本次未能判定", comparison.not_comparable),
    )
    out().print(plain_table("比较结果", ("变化", "问题数"), [(k, len(v)) for k, v in parts], right=("问题数",)))
    for title, findings in parts:
        if findings:
            rows = [
                (names.get(f["subject"], f["subject"]), f["requirement"], f["period"], f["verdict"])
                for f in findings[:ROWS_SHOWN]
            ]
            out().print(plain_table(title, ("党组织", "条款编号", "期间", "判定"), rows))
            _print_left_out(len(findings))
    return ExitCode.CLEAN


def run_explain(folder: Path, subject: str, requirement: str) -> int:
    """``workbench explain``: why a verdict came about."""
    from workbench.audit.run import Run

    out().print(str(Run(folder).explain(subject, requirement)), markup=False, soft_wrap=True)
    return ExitCode.CLEAN


def run_serve(
    folder: Path, port: int, host: str, ledger: str, inspector: str, users: str, base_url: str, proxied: bool
) -> int:
    """``workbench serve``: the dashboard until Ctrl+C."""
    from workbench.dashboards.serve import serve

    serve(
        folder, host=host, port=port, ledger=ledger, inspector=inspector, users=users, base_url=base_url,
        proxied=proxied,
    )
    return ExitCode.CLEAN


def parse_date(option: str, text: str) -> date:
    """A day given as YYYY-MM-DD; :class:`UsageError` naming ``option`` otherwise."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError("日期有误", place=option, found=text, expected="YYYY-MM-DD，如 2026-08-31")
    return day


def one_of(option: str, value: str, allowed: Sequence[str]) -> None:
    """:class:`UsageError` naming ``option`` unless the value is one of those allowed."""
    if value not in allowed:
        raise UsageError("不在允许的取值之内", place=option, found=value, expected="、".join(allowed))


def must_be_new(path: Path, what: str) -> None:
    """:class:`UsageError` when there is something at ``path`` already: nothing is written over."""
    if path.exists():
        raise UsageError(f"{what}已经存在，不会覆盖", place=str(path), next_step="请换一个名称，或先移走原有的")


def _print_run(run: Any, summary: Sequence[Mapping[str, Any]]) -> None:
    titles = {d["id"]: f"{d['title']}（{d['id']}，{d['version']}）" for d in run.receipt["documents"]}
    for table in run_tables(summary, titles, width=out().width):
        out().print(table)
    worst = run.worst_units(WORST_UNITS)
    if worst:
        rows = [(u["unit_name"], u["subjects"], u["failing"], u["findings"]) for u in worst]
        columns = ("单位", "组织数", "未达标组织", "未达标项次")
        out().print(plain_table(f"问题最多的单位（前 {len(worst)} 个）", columns, rows, right=columns[1:]))


def _print_next(run: Any, code: ExitCode) -> None:
    folder = run.path
    rejected = sum(int(count["rejected"]) for count in run.receipt["rows"].values())
    unread = [f"{u['file']}（{u['problem']}）" for u in run.receipt["unread"]]
    if unread:
        warning = "下列台账未能读入，缺少其中的记录，判定可能偏严，请改正后重新审查：" + "；".join(unread)
        err().print(warning, style="bold red", markup=False, soft_wrap=True)
    for gap in run.receipt["missing"]:
        clauses = "、".join(gap["requirements"])
        err().print(f"全部数据中没有这类记录：{gap['records']}；无法判断：{clauses}", markup=False, soft_wrap=True)
    for gap in run.receipt["unplaced"]:
        examples = "、".join(gap["examples"])
        err().print(
            f"{gap['organizations']:,} 个组织没有填“{gap['column']}”，按它约束的条款不会判到：{examples}",
            style="yellow", markup=False, soft_wrap=True,
        )
    for warning in paper_warnings(run.receipt):
        err().print(warning, style="yellow", markup=False, soft_wrap=True)
    lines = [f"截至 {run.receipt['as_of']}；结论：{code.meaning}（退出码 {int(code)}）", f"结果：{folder}"]
    if rejected:
        lines.append(f"退回 {rejected:,} 行，原因见 {folder / 'rejects.xlsx'}")
    if unknown := run.receipt["rows"].get("未识别", {}).get("rejected"):
        lines.append(f"其中 {unknown:,} 行所在的表不像任何一种台账；若其实是台账，缺少其中的记录，判定可能偏严")
    command, shown = _as_invoked(), f'"{folder}"' if " " in str(folder) else str(folder)
    lines.append(f"看板：{command} serve {shown}")
    failing = "SELECT subject, requirement FROM findings WHERE verdict <> ? ORDER BY ALL LIMIT 1"
    for first in run.rows(failing, [Verdict.WAIVED.value]):
        lines.append(f"缘由：{command} explain {shown} {first['subject']} {first['requirement']}")
    out().print("\n".join(lines), markup=False, soft_wrap=True)


def paper_warnings(receipt: Mapping[str, Any]) -> list[str]:
    """A line per exemption or permission that runs out soon, has run out, or was not needed."""
    told = {
        PaperState.EXPIRING: "即将到期", PaperState.UNUSED: "没有用到，可以注销", PaperState.NOT_YET: "尚未开始",
        PaperState.EXPIRED: "已经到期",
    }
    lines = []
    for row in receipt["exemptions"]:
        if row["state"] in told:
            again = "，未达标已重新列出" if row["returned"] else ""
            lines.append(f"豁免{told[row['state']]}{again}：{row['subject']} {row['requirement']}，"
                         f"{row['since']} 至 {row['until']}（{row['place']}）")
    lines += [
        f"补开许可{told[row['state']]}：{row['subject']} {row['requirement']}，应开 {row['period']}，"
        f"补开 {row['held_on']}（{row['place']}）"
        for row in receipt["permissions"] if row["state"] in told
    ]
    return lines


def _as_invoked() -> str:
    """How this program was called, so that a printed command can be repeated as it stands."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m workbench"
    return sys.argv[0] if called.stem == "workbench" and shutil.which("workbench") is None else "workbench"


def _print_left_out(total: int) -> None:
    if total > ROWS_SHOWN:
        out().print(f"……另有 {total - ROWS_SHOWN:,} 条未列出")
