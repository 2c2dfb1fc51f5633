"""The commands. Each imports what it needs when it runs, so that help pages come at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group, usage_message
from workbench.cli.ledger_app import ledger_app
from workbench.cli.ledger_options import DEFAULT_LEDGER, LedgerOption
from workbench.cli.options import (
    AdoptionOption,
    DocumentOption,
    HomeOption,
    ParametersOption,
    RunArgument,
    SourceArgument,
    SuitesOption,
    argument,
    option,
)
from workbench.cli.requirements_app import requirements_app, suites_app
from workbench.cli.users_app import users_app
from workbench.exit_codes import ExitCode

__all__ = ["app", "usage_message"]

app = typer.Typer(
    cls=Group, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
    help="督查工作台：对照文件条款核查党支部台账，指出哪个组织、哪一条、差多少、依据哪几行。",
    epilog="退出码：" + "；".join(f"{int(code)} {code.meaning}" for code in ExitCode),
)
app.add_typer(ledger_app, name="ledger")
app.add_typer(requirements_app, name="requirements")
app.add_typer(suites_app, name="suites")
app.add_typer(users_app, name="users")


def _version(wanted: bool) -> None:
    if wanted:
        from workbench import __version__

        typer.echo(f"督查工作台 {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[bool, option("--version", None, "显示版本", is_eager=True, callback=_version)] = False,
) -> None:
    pass


@app.command(cls=Command)
def intake(
    source: SourceArgument,
    out: Annotated[Path | None, option("--out", "DIR", "把整理好的表和退回的行写到此处")] = None,
    home: HomeOption = None,
) -> int:
    """读入台账并逐条说明问题，不作核查。"""
    from workbench.cli.commands import run_intake

    return run_intake(source, out, home)


@app.command(cls=Command)
def template(
    out: Annotated[Path, argument("OUT", "要写出的 xlsx 文件")],
) -> int:
    """写出空白台账模板（带下拉选项和填写说明）。"""
    from workbench.cli.commands import run_template

    return run_template(out)


@app.command(cls=Command)
def sample(
    out: Annotated[Path, option("--out", "DIR", "写到此文件夹")],
    branches: Annotated[int, option("--branches", "N", "党支部个数", min=1)] = 300,
    seed: Annotated[int, option("--seed", "S", "随机种子，同一种子结果相同")] = 1,
    form: Annotated[str, option("--form", "FORM", "ledgers（Excel、CSV 台账）或 parquet")] = "ledgers",
) -> int:
    """生成一座虚构城市的台账。"""
    from workbench.cli.commands import run_sample

    return run_sample(branches, seed, out, form)


@app.command(cls=Command)
def audit(
    source: SourceArgument,
    as_of: Annotated[str, option("--as-of", "YYYY-MM-DD", "核查截止日期；此后的事视为没有发生")],
    year: Annotated[int | None, option("--year", "YYYY", "核查年度，默认为截止日期所在年")] = None,
    document: DocumentOption = None,
    out: Annotated[Path | None, option("--out", "RUN", "结果文件夹（须不存在）")] = None,
    parameters: ParametersOption = None,
    suites: SuitesOption = None,
    adoption: AdoptionOption = None,
    junit: Annotated[Path | None, option("--junit", "FILE", "另写 JUnit XML，供 CI 使用")] = None,
    xlsx: Annotated[Path | None, option("--xlsx", "FILE", "另写问题清单（xlsx）")] = None,
    strict: Annotated[bool, option("--strict", None, "较轻的问题也使退出码不为 0")] = False,
    evidence: Annotated[str, option("--evidence", "all|failing", "保存全部依据，或只保存未达标的")] = "all",
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
    out: Annotated[Path, option("--out", "FILE", "要写出的 xlsx 文件")],
    subject: Annotated[list[str] | None, option("--subject", "ORG", "组织代码或全称，可重复")] = None,
    draw: Annotated[int | None, option("--draw", "N", "从有待核查事项的组织中抽取 N 个", min=1)] = None,
    seed: Annotated[str, option("--seed", "S", "抽取的种子，公开后人人可以复算")] = "1",
    unit: Annotated[str | None, option("--unit", "ORG", "只从这个单位中抽取")] = None,
) -> int:
    """写出现场核查表：看什么、查什么、常见问题，答复填在表上。

    填好后与台账放在一起重新审查；没有填写的仍为待人工核实。
    """
    from workbench.cli.commands import run_checklist

    return run_checklist(run, out, subject or [], draw, seed, unit)


@app.command(cls=Command)
def compare(
    runs: Annotated[list[Path], argument("RUN", "两个或更多结果文件夹，由早到晚")],
) -> int:
    """比较先后几次核查。

    列出新增、仍存在、已解决和反弹的问题。
    """
    from workbench.cli.commands import run_compare

    return run_compare(runs)


@app.command(cls=Command)
def explain(
    run: RunArgument,
    subject: Annotated[str, argument("SUBJECT", "组织代码或全称")],
    requirement: Annotated[str, argument("REQUIREMENT", "条款编号，见 workbench requirements")],
) -> int:
    """说明一个组织在一条要求上为何如此判定。

    列出条款、期间、应为、实为、所用参数和所依据的行（文件、工作表、行号）。
    """
    from workbench.cli.commands import run_explain

    return run_explain(run, subject, requirement)


@app.command(cls=Command)
def due(
    run: Annotated[Path | None, argument("RUN", "核查结果文件夹，默认最后导入台账的一次")] = None,
    as_of: Annotated[str | None, option("--as-of", "YYYY-MM-DD", "从哪一天看，默认核查截止日期")] = None,
    days: Annotated[int, option("--days", "N", "看今后多少天", min=0)] = 30,
    unit: Annotated[str | None, option("--unit", "ORG", "只列这个单位及其下级")] = None,
    detail: Annotated[bool, option("--detail", None, "逐项列出")] = False,
    cases: Annotated[bool, option("--cases", None, "改列在办的流程、任期、星级和积分的状态")] = False,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """列出已逾期和即将到期的事项，写明依据的条款。

    来自核查结果（期次、流程、任期）和督查台账（整改、亮牌、五单、述职评议、督查）。
    """
    from workbench.cli.store_commands import run_due

    return run_due(where, run, as_of, days, unit, detail, cases)


@app.command(cls=Command)
def season(
    source: SourceArgument,
    out: Annotated[Path, option("--out", "DIR", "写到此文件夹（须不存在）")],
    adoption: AdoptionOption = None,
    year: Annotated[int, option("--year", "YYYY", "哪一年的督查月")] = 2026,
) -> int:
    """演示一个督查月：核查、督查、亮牌、整改、回头看。

    用虚构的督查员在台账数据上走一遍，结果文件夹、督查台账、文稿和归档都在 DIR 里。
    """
    from workbench.cli.season_commands import run_season

    return run_season(source, out, adoption, year)


@app.command(cls=Command)
def lab(
    run: Annotated[Path | None, argument("RUN", "笔记本先打开的核查结果文件夹，可不写")] = None,
    folder: Annotated[Path, option("--folder", "DIR", "工作文件夹，没有的笔记本复制到这里")] = Path("督查笔记本"),
    port: Annotated[int, option("--port", "PORT", "端口", min=1, max=65535)] = 8888,
    ledger: Annotated[
        str,
        option("--ledger", "WHERE", "督查台账，供笔记本读取", envvar="WORKBENCH_LEDGER",
               show_envvar=False, show_default=False),
    ] = "",
) -> int:
    """打开督查笔记本（JupyterLab），只限本机，不连外网。

    已有的笔记本不会被覆盖。在浏览器中打开所显示的地址，按 Ctrl+C 结束。
    """
    from workbench.dashboards.lab import lab as open_lab

    open_lab(run, folder=folder, port=port, ledger=ledger)
    return ExitCode.CLEAN


@app.command(cls=Command)
def serve(
    run: RunArgument,
    port: Annotated[int, option("--port", "PORT", "端口", min=1, max=65535)] = 8866,
    host: Annotated[str, option("--host", "HOST", "监听地址；开放给其他电脑时须登录")] = "127.0.0.1",
    users: Annotated[
        str,
        option("--users", "FILE", "用户文件，写明则须登录；须登录时默认 users.yaml", envvar="WORKBENCH_USERS",
               show_envvar=False, show_default=False),
    ] = "",
    base_url: Annotated[str, option("--base-url", "PATH", "反向代理下的路径，如 /ducha/")] = "/",
    proxied: Annotated[bool, option("--proxied", None, "在本机的反向代理之后，须登录；采信 X-Forwarded-For")] = False,
    ledger: Annotated[
        str,
        option("--ledger", "WHERE", "督查台账，供“整改与亮牌”页使用", envvar="WORKBENCH_LEDGER",
               show_envvar=False, show_default=False),
    ] = "",
    inspector: Annotated[
        str,
        option("--inspector", "NAME", "在页面上办理的督查员，不写则只能查看", envvar="WORKBENCH_INSPECTOR",
               show_envvar=False, show_default=False),
    ] = "",
) -> int:
    """打开结果看板。

    在浏览器中查看，按 Ctrl+C 结束。
    """
    from workbench.cli.commands import run_serve

    return run_serve(run, port, host, ledger, inspector, users, base_url, proxied)
