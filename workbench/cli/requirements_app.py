"""``workbench requirements`` and ``workbench suites``: the catalogue of clauses, and suites for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group
from workbench.cli.options import DocumentOption, SuitesOption, VersionOption, argument, option

requirements_app = typer.Typer(cls=Group, pretty_exceptions_enable=False)
suites_app = typer.Typer(cls=Group, no_args_is_help=True, pretty_exceptions_enable=False)


@requirements_app.callback(invoke_without_command=True)
def requirements(
    ctx: typer.Context,
    document: DocumentOption = None,
    as_of: VersionOption = None,
    suites: SuitesOption = None,
    treatment: Annotated[
        str | None, option("--treatment", "KIND", "automated、checklist、not_scored 或 excluded")
    ] = None,
    search: Annotated[str, option("--search", "WORDS", "只列含这些词的条款")] = "",
) -> int:
    """列出各文件的条款；子命令给出一条的全貌、覆盖率、冲突对照。"""
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.requirements_commands import run_table

    return run_table(document, as_of, suites, treatment, search)


@requirements_app.command(cls=Command)
def show(
    requirement: Annotated[str, argument("ID", "条款编号")],
    as_of: VersionOption = None,
    suites: SuitesOption = None,
) -> int:
    """给出一条的全貌。

    列出条款、约束对象、应为、期间、形式、参数、说明、冲突和现场核查提示。
    """
    from workbench.cli.requirements_commands import run_show

    return run_show(requirement, as_of, suites)


@requirements_app.command(cls=Command)
def coverage(
    run: Annotated[Path | None, argument("RUN", "核查结果文件夹；给出时另列各条判了多少组织")] = None,
    detail: Annotated[bool, option("--detail", None, "逐条列出")] = False,
    as_of: VersionOption = None,
    suites: SuitesOption = None,
) -> int:
    """各文件的条款有多少由台账判定、现场核查、不计分、不纳入。"""
    from workbench.cli.requirements_commands import run_coverage

    return run_coverage(run, detail, as_of, suites)


@requirements_app.command(cls=Command)
def compare(
    requirement: Annotated[str | None, argument("ID", "条款编号或冲突编号；默认全部")] = None,
    document: DocumentOption = None,
    suites: SuitesOption = None,
) -> int:
    """并排列出几个文件对同一件事的不同说法，并标出对谁而言哪条更严。"""
    from workbench.cli.requirements_commands import run_compare_documents

    return run_compare_documents(requirement, document, suites)


@requirements_app.command(cls=Command)
def export(
    out: Annotated[Path, argument("FILE", "要写出的 Markdown 文件（.md）")],
    as_of: VersionOption = None,
    suites: SuitesOption = None,
) -> int:
    """把全部条款写成一个 Markdown 文件。"""
    from workbench.cli.requirements_commands import run_export

    return run_export(out, as_of, suites)


@suites_app.callback()
def _suites() -> None:
    """条款套件供其他程序使用。"""


@suites_app.command("export", cls=Command)
def export_suites(
    out: Annotated[Path, argument("DIR", "要写出的文件夹（须不存在）")],
    run: Annotated[Path, option("--run", "RUN", "核查结果文件夹，指标表由此写出")],
) -> int:
    """写出 Great Expectations 能直接打开的文件夹：套件和指标表。"""
    from workbench.cli.requirements_commands import run_export_suites

    return run_export_suites(out, run)
