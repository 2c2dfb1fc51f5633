"""``workbench ledger inspection``: teams, branches drawn and picked, visits, and the steps of an inspection."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group
from workbench.cli.ledger_options import (
    DEFAULT_LEDGER,
    ByOption,
    InspectionArgument,
    LedgerOption,
    OnOption,
    OrgsArgument,
    RunOption,
    WhyOption,
)
from workbench.cli.options import argument, option

inspection_app = typer.Typer(cls=Group, pretty_exceptions_enable=False)

@inspection_app.callback(invoke_without_command=True)
def inspection(ctx: typer.Context, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """督查：列出各次督查；立项、抽取、到点见子命令。"""
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.inspection_commands import run_inspections

    return run_inspections(where)


@inspection_app.command(cls=Command)
def show(ident: InspectionArgument, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """一次督查的全貌：督查组、抽取底稿、分派、到点、所用核查结果。"""
    from workbench.cli.inspection_commands import run_show

    return run_show(where, ident)


@inspection_app.command(cls=Command)
def plan(
    ident: InspectionArgument,
    title: Annotated[str, option("--title", "TEXT", "督查名称")],
    first: Annotated[str, option("--first", "YYYY-MM-DD", "开始日期")],
    last: Annotated[str, option("--last", "YYYY-MM-DD", "结束日期")],
    scope: Annotated[str, option("--scope", "ORG", "只查这个组织以下，默认全部", show_default=False)] = "",
    purpose: Annotated[str, option("--purpose", "TEXT", "目的", show_default=False)] = "",
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """立项。"""
    from workbench.cli.inspection_commands import run_plan

    return run_plan(where, ident, title, first, last, scope, purpose, by, on)


@inspection_app.command(cls=Command)
def team(
    ident: InspectionArgument,
    name: Annotated[str, argument("TEAM", "组名")],
    member: Annotated[list[str], option("--member", "NAME", "组员，可重复")],
    own_unit: Annotated[list[str], option("--own-unit", "ORG", "组员所在单位（应当回避），可重复")],
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """组建督查组；写明组员所在单位，用于回避。"""
    from workbench.cli.inspection_commands import run_team

    return run_team(where, ident, name, member, own_unit, by, on)


@inspection_app.command(cls=Command)
def draw(
    ident: InspectionArgument,
    number: Annotated[int, option("--number", "N", "抽取个数，每层至少1个", min=1)],
    seed: Annotated[str, option("--seed", "S", "公开的种子，人人可以复算")],
    stratum: Annotated[
        list[str] | None, option("--stratum", "KIND", "分层依据 sector 或 size，可重复，默认两者")
    ] = None,
    run: RunOption = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """按领域和人数分层抽取支部，记下名单的校验值和种子。"""
    from workbench.cli.inspection_commands import run_draw

    return run_draw(where, ident, number, seed, stratum or [], run, by, on)


@inspection_app.command(cls=Command)
def pick(
    ident: InspectionArgument,
    orgs: OrgsArgument,
    run: RunOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """按风险另选，须写理由；不与抽中的合并推断。"""
    from workbench.cli.inspection_commands import run_pick

    return run_pick(where, ident, orgs, run, by, on, why)


@inspection_app.command(cls=Command)
def assign(
    ident: InspectionArgument,
    team: Annotated[str | None, option("--team", "TEAM", "督查组；不写时在各组之间分派")] = None,
    org: Annotated[list[str] | None, option("--org", "ORG", "支部，可重复；默认全部未分派的")] = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """分派督查组；本单位和互查的不予登记。"""
    from workbench.cli.inspection_commands import run_assign

    return run_assign(where, ident, team, org or [], by, on)


@inspection_app.command(cls=Command)
def visit(
    ident: InspectionArgument,
    orgs: OrgsArgument,
    visitor: Annotated[list[str] | None, option("--visitor", "NAME", "到点的组员，可重复；默认经办人")] = None,
    note: Annotated[str, option("--note", "TEXT", "说明", show_default=False)] = "",
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记到点检查。"""
    from workbench.cli.inspection_commands import run_visit

    return run_visit(where, ident, orgs, visitor or [], note, by, on)


@inspection_app.command("use", cls=Command)
def use_run(
    ident: InspectionArgument,
    role: Annotated[str, argument("ROLE", "督查前、到点或回头看")],
    run: RunOption = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """写明这次督查采用哪次核查结果。"""
    from workbench.cli.inspection_commands import run_use

    return run_use(where, ident, role, run, by, on)


@inspection_app.command(cls=Command)
def step(
    ident: InspectionArgument,
    step: Annotated[str, argument("STEP", "开始、反馈、通报、回头看或办结")],
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记督查走到哪一步。"""
    from workbench.cli.inspection_commands import run_step

    return run_step(where, ident, step, by, on, why)
