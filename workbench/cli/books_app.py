"""``workbench ledger card``, ``lists`` and ``appraisal``: what concerns secretaries."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group
from workbench.cli.ledger_options import (
    DEFAULT_LEDGER,
    AsOfOption,
    ByOption,
    EvidenceOption,
    LedgerOption,
    OnOption,
    OrgArgument,
    OrgsArgument,
    RunOption,
    WhyOption,
    YearOption,
)
from workbench.cli.options import argument, option

card_app = typer.Typer(cls=Group, pretty_exceptions_enable=False)
lists_app = typer.Typer(cls=Group, pretty_exceptions_enable=False)
appraisal_app = typer.Typer(cls=Group, pretty_exceptions_enable=False)

LevelOption = Annotated[str, option("--level", "LEVEL", "黄牌、橙牌或红牌")]
GroundsOption = Annotated[
    list[str] | None, option("--ground", "CODE", "事由（问题编号），可重复；默认建议所列")
]
DeadlineOption = Annotated[str | None, option("--deadline", "YYYY-MM-DD", "整改时限")]


# --- cards -----------------------------------------------------------------------------------------------------------


@card_app.callback(invoke_without_command=True)
def card(ctx: typer.Context, as_of: AsOfOption = None, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """书记亮牌：登记簿和未办的后续措施。"""
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.card_commands import run_cards

    return run_cards(where, as_of)


@card_app.command(cls=Command)
def propose(as_of: AsOfOption = None, run: RunOption = None, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """按台账提出亮牌、摘牌建议，写明事由和条款；由人决定。"""
    from workbench.cli.card_commands import run_propose

    return run_propose(where, as_of, run)


@card_app.command(cls=Command)
def give(
    org: OrgArgument,
    level: LevelOption,
    ground: GroundsOption = None,
    deadline: DeadlineOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """亮牌，须写理由；黄牌须有整改时限。"""
    from workbench.cli.card_commands import run_give

    return run_give(where, org, level, ground, deadline, by, on, why, run)


@card_app.command(cls=Command)
def decline(
    org: OrgArgument,
    level: LevelOption,
    ground: GroundsOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """不予亮牌，须写理由；没有新情况不再建议。"""
    from workbench.cli.card_commands import run_decline

    return run_decline(where, org, level, ground, by, on, why, run)


@card_app.command("add-grounds", cls=Command)
def add_grounds(
    org: OrgArgument,
    ground: Annotated[list[str], option("--ground", "CODE", "事由：问题编号，可重复")],
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """给现有的牌补充事由。"""
    from workbench.cli.card_commands import run_add_grounds

    return run_add_grounds(where, org, ground, by, on, why)


@card_app.command(cls=Command)
def clear(
    org: OrgArgument,
    revoked: Annotated[bool, option("--revoked", None, "亮错了，撤销：不影响述职评议")] = False,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """摘牌，须有理由和佐证。"""
    from workbench.cli.card_commands import run_clear

    return run_clear(where, org, revoked, by, on, why, evidence)


@card_app.command(cls=Command)
def revoke(
    org: OrgArgument,
    given: Annotated[str, option("--given", "YYYY-MM-DD", "亮牌日期")],
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """撤销已经摘下、后来查明亮错的牌，须有理由和佐证。"""
    from workbench.cli.card_commands import run_revoke

    return run_revoke(where, org, given, by, on, why, evidence)


@card_app.command(cls=Command)
def holder(
    org: OrgArgument,
    same: Annotated[bool, option("--same", None, "人没有换，只是键重建了：牌、五单和等次接着算")] = False,
    not_same: Annotated[bool, option("--not-same", None, "取消登记错的同一书记")] = False,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记书记变动（从无牌起），或同一书记；先核对任职文件。"""
    from workbench.cli.card_commands import run_holder

    return run_holder(where, org, same, not_same, by, on, why, run)


@card_app.command("follow-up", cls=Command)
def follow_up(
    org: OrgArgument,
    kind: Annotated[str, option("--kind", "KIND", "如 回头看、上级书记约谈、函询约谈")],
    note: Annotated[str, option("--note", "TEXT", "说明", show_default=False)] = "",
    by: ByOption = "",
    on: OnOption = None,
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记后续措施：约谈、备案、回头看等。"""
    from workbench.cli.card_commands import run_follow_up

    return run_follow_up(where, org, kind, note, by, on, evidence)


@card_app.command(cls=Command)
def feedback(
    org: OrgArgument,
    text: Annotated[str, option("--text", "TEXT", "反馈内容")],
    source: Annotated[str, option("--source", "NAME", "反馈的机关")],
    outstanding: Annotated[bool, option("--outstanding", None, "指出突出问题")] = False,
    by: ByOption = "",
    on: OnOption = None,
    evidence: EvidenceOption = None,
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记上级督查、巡视巡察的反馈。"""
    from workbench.cli.card_commands import run_feedback

    return run_feedback(where, org, text, source, outstanding, by, on, evidence, run)


# --- five lists ------------------------------------------------------------------------------------------------------

TitleOption = Annotated[str, option("--title", "TEXT", "项目名称")]
KindOption = Annotated[str, option("--kind", "KIND", "共性或个性")]
StandardOption = Annotated[str, option("--standard", "TEXT", "工作标准", show_default=False)]
TargetOption = Annotated[str, option("--target", "TEXT", "目标任务", show_default=False)]
OwnerOption = Annotated[str, option("--owner", "NAME", "责任人", show_default=False)]
HardOption = Annotated[bool, option("--hard", None, "硬性指标、刚性任务")]


@lists_app.callback(invoke_without_command=True)
def lists(
    ctx: typer.Context,
    year: YearOption = None,
    as_of: AsOfOption = None,
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """书记五单：各单进度，哪一步晚了、依据哪一款。"""
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.lists_commands import run_lists

    return run_lists(where, year, as_of, run)


@lists_app.command("show", cls=Command)
def show_lists(org: OrgArgument, year: YearOption = None, where: LedgerOption = DEFAULT_LEDGER) -> int:
    """一名书记的清单：项目、进度、内容上缺什么。"""
    from workbench.cli.lists_commands import run_show_lists

    return run_show_lists(where, org, year)


@lists_app.command("add", cls=Command)
def add_item(
    org: OrgArgument,
    title: TitleOption,
    kind: KindOption = "共性",
    standard: StandardOption = "",
    target: TargetOption = "",
    deadline: DeadlineOption = None,
    owner: OwnerOption = "",
    hard: HardOption = False,
    dispatched: Annotated[bool, option("--dispatched", None, "派单：上级点对点交办的项目")] = False,
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记一个项目；当年第一个即为开单。"""
    from workbench.cli.lists_commands import run_add_item

    item = {"title": title, "kind": kind, "standard": standard, "target": target, "owner": owner, "hard": hard}
    return run_add_item(where, org, item, deadline, dispatched, year, by, on, run)


@lists_app.command("step", cls=Command)
def lists_step(
    step: Annotated[str, argument("STEP", "晒单、查单、公布完成情况或备案")],
    orgs: OrgsArgument,
    found: Annotated[str, option("--found", "TEXT", "查单发现的问题", show_default=False)] = "",
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记清单走到哪一步。"""
    from workbench.cli.lists_commands import run_lists_step

    return run_lists_step(where, step, orgs, found, year, by, on, why, evidence)


@lists_app.command("progress", cls=Command)
def lists_progress(
    orgs: OrgsArgument,
    quarter: Annotated[int, option("--quarter", "N", "第几季度", min=1, max=4)],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记公布了一个季度的进度。"""
    from workbench.cli.lists_commands import run_lists_progress

    return run_lists_progress(where, orgs, quarter, year, by, on)


@lists_app.command("finish", cls=Command)
def finish_item(
    org: OrgArgument,
    item: Annotated[str, argument("ITEM", "项目编号，见 workbench ledger lists show")],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记一个项目完成，须附佐证。"""
    from workbench.cli.lists_commands import run_finish_item

    return run_finish_item(where, org, item, year, by, on, evidence)


@lists_app.command("close", cls=Command)
def close_lists(
    orgs: OrgsArgument,
    text: Annotated[str, option("--text", "TEXT", "完成情况")],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """销单。"""
    from workbench.cli.lists_commands import run_close_lists

    return run_close_lists(where, orgs, text, year, by, on)


# --- appraisal -------------------------------------------------------------------------------------------------------


@appraisal_app.callback(invoke_without_command=True)
def appraisal(
    ctx: typer.Context, year: YearOption = None, as_of: AsOfOption = None, where: LedgerOption = DEFAULT_LEDGER
) -> int:
    """述职评议：等次、进度，接下来该办什么。"""
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.appraisal_commands import run_appraisals

    return run_appraisals(where, year, as_of)


@appraisal_app.command("plan", cls=Command)
def plan_appraisal(
    orgs: OrgsArgument, year: YearOption = None, by: ByOption = "", on: OnOption = None,
    run: RunOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """列入当年述职评议。"""
    from workbench.cli.appraisal_commands import run_plan

    return run_plan(where, orgs, year, by, on, run)


@appraisal_app.command("step", cls=Command)
def appraisal_step(
    step: Annotated[
        str, argument("STEP", "述职、考评、反馈、约谈、办结、推荐等")
    ],
    orgs: OrgsArgument,
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    evidence: EvidenceOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记述职评议走到哪一步。"""
    from workbench.cli.appraisal_commands import run_step

    return run_step(where, step, orgs, year, by, on, why, evidence)


@appraisal_app.command(cls=Command)
def grade(
    grade: Annotated[str, argument("GRADE", "好、较好、一般或差；--annual 时为年度考核等次")],
    orgs: OrgsArgument,
    annual: Annotated[bool, option("--annual", None, "登记年度考核等次")] = False,
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """评定等次；已评定的，更正，须写理由。

    不得高于亮牌所限，超出的不予登记。
    """
    from workbench.cli.appraisal_commands import run_grade

    return run_grade(where, grade, orgs, annual, year, by, on, why)


@appraisal_app.command("deadline", cls=Command)
def appraisal_deadline(
    orgs: OrgsArgument,
    deadline: Annotated[str, option("--deadline", "YYYY-MM-DD", "整改时限")],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """限期整改。"""
    from workbench.cli.appraisal_commands import run_deadline

    return run_deadline(where, orgs, deadline, year, by, on)


@appraisal_app.command(cls=Command)
def replace(
    org: OrgArgument,
    ground: Annotated[str, option("--ground", "KIND", "连续两年差，或红牌情节严重")],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """登记调整撤换，须写理由。"""
    from workbench.cli.appraisal_commands import run_replace

    return run_replace(where, org, ground, year, by, on, why)


@appraisal_app.command("decline", cls=Command)
def decline_appraisal(
    org: OrgArgument,
    kind: Annotated[str, option("--kind", "KIND", "哪一项建议，见 workbench ledger appraisal")],
    year: YearOption = None,
    by: ByOption = "",
    on: OnOption = None,
    why: WhyOption = "",
    where: LedgerOption = DEFAULT_LEDGER,
) -> int:
    """不采纳建议，须写理由。"""
    from workbench.cli.appraisal_commands import run_decline

    return run_decline(where, org, kind, year, by, on, why)


@appraisal_app.command(cls=Command)
def review(
    year: YearOption = None, as_of: AsOfOption = None, where: LedgerOption = DEFAULT_LEDGER
) -> int:
    """两年对照：哪些问题年年在。"""
    from workbench.cli.appraisal_commands import run_review

    return run_review(where, year, as_of)
