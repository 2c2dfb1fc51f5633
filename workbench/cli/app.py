"""The commands. Each imports what it needs when it runs, so that help pages come at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.cli.chinese import Command, Group, usage_message
from workbench.exit_codes import ExitCode

__all__ = ["app", "usage_message"]

app = typer.Typer(
    cls=Group, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="督查工作台：对照文件条款核查党支部台账，指出哪个组织、哪一条、差多少、依据哪几行。",
    epilog="退出码：" + "；".join(f"{int(code)} {code.meaning}" for code in ExitCode),
)


def _argument(metavar: str, text: str) -> Any:
    return typer.Argument(metavar=metavar, help=text)


def _option(name: str, metavar: str | None, text: str, **more: Any) -> Any:
    return typer.Option(name, metavar=metavar, help=text, **more)


SourceArgument = Annotated[str, _argument("SOURCE", "台账文件夹、单个台账文件，或数据库 URL")]
RunArgument = Annotated[Path, _argument("RUN", "核查结果文件夹")]
DocumentOption = Annotated[list[str] | None, _option("--document", "ID", "文件代号，可重复；默认全部")]
SuitesOption = Annotated[Path | None, _option("--suites", "DIR", "条款文件夹，默认随附的 expectations")]
ParametersOption = Annotated[Path | None, _option("--parameters", "FILE", "参数文件（YAML），覆盖默认值")]
AdoptionOption = Annotated[
    Path | None, _option("--adoption", "FILE", "适用文件登记（YAML）：哪些组织执行哪些文件")
]
HomeOption = Annotated[Path | None, _option("--home", "DIR", "密钥文件夹，默认在用户目录下")]


def _version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        typer.echo(f"督查工作台 {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[bool, _option("--version", None, "显示版本", is_eager=True, callback=_version)] = False,
) -> None:
    pass


@app.command(cls=Command)
def intake(
    source: SourceArgument,
    out: Annotated[Path | None, _option("--out", "DIR", "把整理好的表和退回的行写到此处")] = None,
    home: HomeOption = None,
) -> int:
    """读入台账并逐条说明问题，不作核查。"""
    from workbench.cli.commands import run_intake

    return run_intake(source, out, home)


@app.command(cls=Command)
def template(
    out: Annotated[Path, _argument("OUT", "要写出的 xlsx 文件")],
) -> int:
    """写出空白台账模板（带下拉选项和填写说明）。"""
    from workbench.cli.commands import run_template

    return run_template(out)


@app.command(cls=Command)
def sample(
    out: Annotated[Path, _option("--out", "DIR", "写到此文件夹")],
    branches: Annotated[int, _option("--branches", "N", "党支部个数", min=1)] = 300,
    seed: Annotated[int, _option("--seed", "S", "随机种子，同一种子结果相同")] = 1,
    form: Annotated[str, _option("--form", "FORM", "ledgers（Excel、CSV 台账）或 parquet")] = "ledgers",
) -> int:
    """生成一座虚构城市的台账。"""
    from workbench.cli.commands import run_sample

    return run_sample(branches, seed, out, form)


@app.command(cls=Command)
def audit(
    source: SourceArgument,
    as_of: Annotated[str, _option("--as-of", "YYYY-MM-DD", "核查截止日期；此后的事视为没有发生")],
    year: Annotated[int | None, _option("--year", "YYYY", "核查年度，默认为截止日期所在年")] = None,
    document: DocumentOption = None,
    out: Annotated[Path | None, _option("--out", "RUN", "结果文件夹（须不存在）")] = None,
    parameters: ParametersOption = None,
    suites: SuitesOption = None,
    adoption: AdoptionOption = None,
    junit: Annotated[Path | None, _option("--junit", "FILE", "另写 JUnit XML，供 CI 使用")] = None,
    xlsx: Annotated[Path | None, _option("--xlsx", "FILE", "另写问题清单（xlsx）")] = None,
    strict: Annotated[bool, _option("--strict", None, "较轻的问题也使退出码不为 0")] = False,
    evidence: Annotated[str, _option("--evidence", "all|failing", "保存全部依据，或只保存未达标的")] = "all",
) -> int:
    """按截止日期核查台账，写出结果文件夹。"""
    from workbench.cli.commands import run_audit

    return run_audit(
        source, as_of=as_of, year=year, documents=document, out_folder=out, parameters=parameters, suites=suites,
        adoption=adoption, junit=junit, xlsx=xlsx, strict=strict, evidence=evidence,
    )


@app.command(cls=Command)
def checklist(
    run: RunArgument,
    out: Annotated[Path, _option("--out", "FILE", "要写出的 xlsx 文件")],
    subject: Annotated[list[str] | None, _option("--subject", "ORG", "组织代码或全称，可重复")] = None,
    draw: Annotated[int | None, _option("--draw", "N", "从有待核查事项的组织中抽取 N 个", min=1)] = None,
    seed: Annotated[str, _option("--seed", "S", "抽取的种子，公开后人人可以复算")] = "1",
    unit: Annotated[str | None, _option("--unit", "ORG", "只从这个单位中抽取")] = None,
) -> int:
    """写出现场核查表：看什么、查什么、常见问题，答复填在表上。

    填好后与台账放在一起重新审查；没有填写的仍为待人工核实。
    """
    from workbench.cli.commands import run_checklist

    return run_checklist(run, out, subject or [], draw, seed, unit)


@app.command(cls=Command)
def compare(
    runs: Annotated[list[Path], _argument("RUN", "两个或更多结果文件夹，由早到晚")],
) -> int:
    """比较先后几次核查。

    列出新增、仍存在、已解决和反弹的问题。
    """
    from workbench.cli.commands import run_compare

    return run_compare(runs)


@app.command(cls=Command)
def explain(
    run: RunArgument,
    subject: Annotated[str, _argument("SUBJECT", "组织代码或全称")],
    requirement: Annotated[str, _argument("REQUIREMENT", "条款编号，见 workbench requirements")],
) -> int:
    """说明一个组织在一条要求上为何如此判定。

    列出条款、期间、应为、实为、所用参数和所依据的行（文件、工作表、行号）。
    """
    from workbench.cli.commands import run_explain

    return run_explain(run, subject, requirement)


@app.command(cls=Command)
def serve(
    run: RunArgument,
    port: Annotated[int, _option("--port", "PORT", "端口", min=1, max=65535)] = 8866,
    host: Annotated[str, _option("--host", "HOST", "监听地址；默认只限本机")] = "127.0.0.1",
    token: Annotated[str | None, _option("--token", "TOKEN", "访问口令；对其他电脑开放时必须设置")] = None,
) -> int:
    """打开结果看板。

    在浏览器中查看，按 Ctrl+C 结束。
    """
    from workbench.cli.commands import run_serve

    return run_serve(run, port, host, token)


@app.command(cls=Command)
def requirements(
    document: DocumentOption = None,
    as_of: Annotated[str | None, _option("--as-of", "YYYY-MM-DD", "当日有效的版本；默认最新版本")] = None,
    suites: SuitesOption = None,
) -> int:
    """列出各文件的条款。"""
    from workbench.cli.commands import run_requirements

    return run_requirements(document, as_of, suites)
