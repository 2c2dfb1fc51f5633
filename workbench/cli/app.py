"""The commands. Each imports what it needs when it runs, so that help pages come at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group, usage_message
from workbench.exit_codes import ExitCode

__all__ = ["app", "usage_message"]

app = typer.Typer(
    cls=Group, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="督查工作台:对照文件条款核查党支部台账,指出哪个组织、哪一条、差多少、依据哪几行。",
    epilog="退出码:" + ";".join(f"{int(code)} {code.meaning}" for code in ExitCode),
)

SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="台账文件夹、单个台账文件,或数据库 URL", show_default=False)
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="核查结果文件夹", show_default=False)]
DocumentOption = Annotated[
    list[str] | None, typer.Option("--document", metavar="ID", help="只核查此文件,可重复;默认全部", show_default=False)
]
SuitesOption = Annotated[Path | None, typer.Option("--suites", metavar="DIR", help="条款文件夹,默认随附的 expectations", show_default=False)]
ParametersOption = Annotated[
    Path | None, typer.Option("--parameters", metavar="FILE", help="参数文件(YAML),覆盖默认值", show_default=False)
]
HomeOption = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="密钥文件夹,默认在用户目录下", show_default=False)
]


def _version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        typer.echo(f"督查工作台 {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="显示版本")] = False,
) -> None:
    pass


@app.command(cls=Command)
def intake(
    source: SourceArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="把整理好的表和退回的行写到此处", show_default=False)] = None,
    home: HomeOption = None,
) -> int:
    """读入台账并逐条说明问题,不作核查。"""
    from workbench.cli.commands import run_intake

    return run_intake(source, out, home)


@app.command(cls=Command)
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="要写出的 xlsx 文件", show_default=False)],
) -> int:
    """写出空白台账模板(带下拉选项和填写说明)。"""
    from workbench.cli.commands import run_template

    return run_template(out)


@app.command(cls=Command)
def sample(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到此文件夹", show_default=False)],
    branches: Annotated[int, typer.Option("--branches", metavar="N", min=1, help="党支部个数")] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="随机种子,同一种子结果相同")] = 1,
    form: Annotated[str, typer.Option("--form", metavar="FORM", help="ledgers(Excel、CSV 台账)或 parquet")] = "ledgers",
) -> int:
    """生成一座虚构城市的台账。"""
    from workbench.cli.commands import run_sample

    return run_sample(branches, seed, out, form)


@app.command(cls=Command)
def audit(
    source: SourceArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="核查截止日期;此后的事视为没有发生", show_default=False)],
    year: Annotated[int | None, typer.Option("--year", metavar="YYYY", help="核查年度,默认为截止日期所在年", show_default=False)] = None,
    document: DocumentOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="RUN", help="结果文件夹(须不存在)", show_default=False)] = None,
    parameters: ParametersOption = None,
    suites: SuitesOption = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="另写 JUnit XML,供 CI 使用", show_default=False)] = None,
    strict: Annotated[bool, typer.Option("--strict", help="较轻的问题也使退出码不为 0")] = False,
    evidence: Annotated[str, typer.Option("--evidence", metavar="all|failing", help="保存全部依据,或只保存未达标的")] = "all",
) -> int:
    """按截止日期核查台账,写出结果文件夹。"""
    from workbench.cli.commands import run_audit

    return run_audit(
        source, as_of=as_of, year=year, documents=document, out=out, parameters=parameters, suites=suites,
        junit=junit, strict=strict, evidence=evidence,
    )


@app.command(cls=Command)
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN1 RUN2...", help="两个或更多结果文件夹,由早到晚", show_default=False)],
) -> int:
    """比较先后几次核查。

    列出新增、仍存在、已解决和反弹的问题。
    """
    from workbench.cli.commands import run_compare

    return run_compare(runs)


@app.command(cls=Command)
def explain(
    run: RunArgument,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="组织代码或全称", show_default=False)],
    requirement: Annotated[str, typer.Argument(metavar="REQUIREMENT", help="条款编号,见 workbench requirements", show_default=False)],
) -> int:
    """说明一个组织在一条要求上为何如此判定。

    列出条款、期间、应为、实为、所用参数和所依据的行(文件、工作表、行号)。
    """
    from workbench.cli.commands import run_explain

    return run_explain(run, subject, requirement)


@app.command(cls=Command)
def serve(
    run: RunArgument,
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="端口")] = 8866,
    host: Annotated[str, typer.Option("--host", metavar="HOST", help="监听地址;默认只限本机")] = "localhost",
) -> int:
    """打开结果看板。

    在浏览器中查看,按 Ctrl+C 结束。
    """
    from workbench.cli.commands import run_serve

    return run_serve(run, port, host)


@app.command(cls=Command)
def requirements(document: DocumentOption = None, suites: SuitesOption = None) -> int:
    """列出各文件现行版本的条款。"""
    from workbench.cli.commands import run_requirements

    return run_requirements(document, suites)
