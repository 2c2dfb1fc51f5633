"""``workbench ledger``: what people decide after an audit, finding by finding, and the store it is kept in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.books_app import appraisal_app, card_app, lists_app
from workbench.cli.chinese import Command, Group
from workbench.cli.inspection_app import inspection_app
from workbench.cli.ledger_options import (
    DEFAULT_LEDGER,
    AsOfOption,
    ByOption,
    CodeArgument,
    CodesArgument,
    EvidenceOption,
    LedgerOption,
    OnOption,
    OrgArgument,
    RunOption,
    WhyOption,
)
from workbench.cli.options import RunArgument, argument, option

ledger_app = typer.Typer(cls=Group, no_args_is_help=True, pretty_exceptions_enable=False)
ledger_app.add_typer(card_app, name="card")
ledger_app.add_typer(lists_app, name="lists")
ledger_app.add_typer(appraisal_app, name="appraisal")
ledger_app.add_typer(inspection_app, name="inspection")


@ledger_app.callback()
def _ledger() -> None:
    """督查台账：问题、亮牌、五单、述职评议、督查，从查出到销号。"""


@ledger_app.command(cls=Command)
def sync(
    run: RunArgument,
    by: ByOption = "",
    on: OnOption = None,
    include_info: Annotated[bool, option("--include-info", None, "提倡性的要求也列入")] = False,
    incomplete: Annotated[bool, option("--incomplete", None, "有台账未能读入的结果也导入")] = False,
    renamed_city: Annotated[bool, option("--renamed-city", None, "顶层组织改了名称，仍是同一地方")] = False,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """导入核查结果：新问题列入台账，已改好的提示复查。

    只提示，不销号；同一次结果不能导入两次。
    """
    from workbench.cli.ledger_commands import run_sync

    return run_sync(where, run, by, on, include_info, incomplete, renamed_city)


@ledger_app.command("list", cls=Command)
def list_(
    state: Annotated[list[str] | None, option("--state", "STATE", "只列这种状态，如 待核实，可重复")] = None,
    unit: Annotated[str | None, option("--unit", "ORG", "只列这个单位及其下级")] = None,
    overdue: Annotated[bool, option("--overdue", None, "只列超过整改时限的")] = False,
    everything: Annotated[bool, option("--all", None, "全部列出，不截断")] = False,
    as_of: AsOfOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """列出台账中的问题。"""
    from workbench.cli.ledger_commands import run_list

    return run_list(where, state or [], unit, overdue, everything, as_of)


@ledger_app.command(cls=Command)
def show(code: CodeArgument, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """一个问题的事实和经过。"""
    from workbench.cli.ledger_commands import run_show

    return run_show(where, code)


@ledger_app.command(cls=Command)
def add(
    org: OrgArgument,
    detail: Annotated[str, option("--detail", "TEXT", "问题表述：时间、事项、应为、实为")],
    requirement: Annotated[str, option("--requirement", "ID", "条款编号")] = "",
    clause: Annotated[str, option("--clause", "TEXT", "没有编号时写明文件和条款")] = "",
    severity: Annotated[str, option("--severity", "KIND", "critical、warning 或 info")] = "critical",
    inspection: Annotated[str, option("--inspection", "ID", "哪次督查发现")] = "",
    by: ByOption = "",
    on: OnOption = None,
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记现场发现的问题。"""
    from workbench.cli.ledger_commands import run_add

    return run_add(where, org, detail, requirement, clause, severity, inspection, by, on, evidence)


@ledger_app.command(cls=Command)
def answer(
    codes: CodesArgument,
    agrees: Annotated[bool, option("--agrees", None, "支部认可")] = False,
    objects: Annotated[bool, option("--objects", None, "支部有异议")] = False,
    silent: Annotated[bool, option("--silent", None, "已告知，支部未提出意见")] = False,
    text: Annotated[str, option("--text", "TEXT", "支部的说明；--silent 时可不写", show_default=False)] = "",
    by: ByOption = "",
    on: OnOption = None,
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记支部意见；确认、认定不成立以前须有支部意见。

    --agrees、--objects、--silent 写一个；可以一次写许多编号。
    """
    from workbench.cli.ledger_commands import run_answer

    stances = {"--agrees": agrees, "--objects": objects, "--silent": silent}
    return run_answer(where, codes, text, stances, by, on, evidence)


@ledger_app.command(cls=Command)
def confirm(
    codes: CodesArgument, by: ByOption = "", on: OnOption = None, why: WhyOption = "",
    evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """确认问题属实；须先登记支部意见，支部有异议的须写理由。"""
    from workbench.cli.ledger_commands import run_verb

    return run_verb(where, "confirm", codes, by, on, why, evidence)


@ledger_app.command(cls=Command)
def dismiss(
    codes: CodesArgument, by: ByOption = "", on: OnOption = None, why: WhyOption = "",
    evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """认定不成立，须写理由。"""
    from workbench.cli.ledger_commands import run_verb

    return run_verb(where, "dismiss", codes, by, on, why, evidence)


@ledger_app.command(cls=Command)
def reopen(
    codes: CodesArgument, by: ByOption = "", on: OnOption = None, why: WhyOption = "",
    evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """不成立的重新核实，须写理由。"""
    from workbench.cli.ledger_commands import run_verb

    return run_verb(where, "reopen", codes, by, on, why, evidence)


@ledger_app.command(cls=Command)
def assign(
    codes: CodesArgument,
    owner: Annotated[str, option("--owner", "NAME", "责任人")] = "",
    leader: Annotated[str, option("--leader", "NAME", "责任领导")] = "",
    measure: Annotated[str, option("--measure", "TEXT", "整改措施")] = "",
    deadline: Annotated[str | None, option("--deadline", "YYYY-MM-DD", "整改时限")] = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """交办整改；已在整改的，调整安排，须写理由。"""
    from workbench.cli.ledger_commands import run_assign

    return run_assign(where, codes, owner, leader, measure, deadline, by, on, why)


@ledger_app.command(cls=Command)
def progress(
    codes: CodesArgument, text: Annotated[str, option("--text", "TEXT", "整改进展")], by: ByOption = "",
    on: OnOption = None, evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记整改进展。"""
    from workbench.cli.ledger_commands import run_progress

    return run_progress(where, codes, text, by, on, evidence)


@ledger_app.command(cls=Command)
def submit(
    codes: CodesArgument, text: Annotated[str, option("--text", "TEXT", "完成情况")], by: ByOption = "",
    on: OnOption = None, evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """报请复查，须附佐证。"""
    from workbench.cli.ledger_commands import run_submit

    return run_submit(where, codes, text, by, on, evidence)


@ledger_app.command(cls=Command)
def fail(
    codes: CodesArgument,
    ground: Annotated[str, option("--ground", "KIND", "敷衍整改、虚假整改或推进不力")],
    by: ByOption = "", on: OnOption = None, why: WhyOption = "", evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """复查未通过，须写理由；不能由报请复查的人办理。"""
    from workbench.cli.ledger_commands import run_fail

    return run_fail(where, codes, ground, by, on, why, evidence)


@ledger_app.command(cls=Command)
def close(
    codes: CodesArgument,
    conclusion: Annotated[str, option("--conclusion", "TEXT", "回头看结论")],
    by: ByOption = "", on: OnOption = None, why: WhyOption = "", evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """销号：由第二个人办理，须附佐证。"""
    from workbench.cli.ledger_commands import run_close

    return run_close(where, codes, conclusion, by, on, why, evidence)


@ledger_app.command(cls=Command)
def refuse(
    codes: CodesArgument, by: ByOption = "", on: OnOption = None, why: WhyOption = "",
    evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记拒不整改，须写理由。"""
    from workbench.cli.ledger_commands import run_verb

    return run_verb(where, "refuse", codes, by, on, why, evidence)


@ledger_app.command(cls=Command)
def recur(
    codes: CodesArgument, by: ByOption = "", on: OnOption = None, why: WhyOption = "",
    evidence: EvidenceOption = None, where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """已销号的认定复发，须有理由和佐证。

    核查看得出的，导入时自动登记。
    """
    from workbench.cli.ledger_commands import run_verb

    return run_verb(where, "recur", codes, by, on, why, evidence)


@ledger_app.command(cls=Command)
def papers(
    out: Annotated[Path, option("--out", "DIR", "写到此文件夹")],
    run: RunOption = None,
    unit: Annotated[str | None, option("--unit", "ORG", "只写这个单位及其下级")] = None,
    inspection: Annotated[str | None, option("--inspection", "ID", "按这次督查写通报和抽样底稿")] = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """写出文稿：清单、整改台账、通知单、通报等。

    问题清单、整改台账、一支部一清单、亮牌通知单、督查通报、抽样底稿。都是草稿，可以修改；不带红头和印章。
    """
    from workbench.cli.store_commands import run_papers

    return run_papers(where, out, run, unit, inspection, by, on)


@ledger_app.command(cls=Command)
def archive(
    out: Annotated[Path, argument("FILE", "要写出的 zip 文件")],
    run: RunOption = None,
    papers: Annotated[Path | None, option("--papers", "DIR", "一并归档的文稿文件夹")] = None,
    check: Annotated[bool, option("--check", None, "不写，检查一个已有的归档")] = False,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """归档：核查结果、事件、文稿和校验清单装进一个 zip。

    归档也可以用 sha256sum -c SHA256SUMS 检查。
    """
    from workbench.cli.store_commands import run_archive

    return run_archive(where, out, run, papers, check, by, on)


@ledger_app.command(cls=Command)
def verify(
    head: Annotated[str | None, option("--head", "SEQ:DIGEST", "纸面或归档上印的末尾编号和校验值")] = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """检查台账是否被改动、删去或插入；有问题时退出码为 1。"""
    from workbench.cli.store_commands import run_verify

    return run_verify(where, head)


@ledger_app.command(cls=Command)
def backup(
    out: Annotated[Path, argument("FILE", "要写出的备份文件")], where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """备份整个台账。"""
    from workbench.cli.store_commands import run_backup

    return run_backup(where, out)


@ledger_app.command(cls=Command)
def restore(
    file: Annotated[Path, argument("FILE", "备份文件")], where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """从备份恢复到一个空的台账。"""
    from workbench.cli.store_commands import run_restore

    return run_restore(where, file)
