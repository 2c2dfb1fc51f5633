"""Typer in Chinese: headings of the help pages and messages about wrong arguments."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class _ChineseHelp:
    """Gives ``--help`` its Chinese line and the panels of the page their Chinese headings."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示此帮助"
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        # Imported here: the pages need it, a command does not.
        from typer import rich_utils

        rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
        rich_utils.OPTIONS_PANEL_TITLE = "选项"
        rich_utils.COMMANDS_PANEL_TITLE = "命令"
        rich_utils.DEFAULT_STRING = "[默认：{}]"
        rich_utils.REQUIRED_LONG_STRING = "[必填]"
        super().format_help(ctx, formatter)


class Command(_ChineseHelp, TyperCommand):
    """A command with a Chinese help page."""


class Group(_ChineseHelp, TyperGroup):
    """The group of commands with a Chinese help page."""


def usage_message(error: Any) -> str | None:
    """What is wrong with the arguments, in Chinese; None when ``error`` is not about arguments.

    Told apart by name: the classes themselves are private to Typer.
    """
    kind = type(error).__name__
    ctx = getattr(error, "ctx", None)
    hint = f"\n  处理办法：用 {ctx.command_path} --help 查看用法" if ctx is not None else ""
    param = getattr(error, "param", None)
    name = _shown_name(param) if param is not None else ""
    if kind == "NoArgsIsHelpError":
        return str(error)
    if kind == "NoSuchOption":
        near = "、".join(getattr(error, "possibilities", None) or ())
        return f"错误：没有选项 {error.option_name}" + (f"\n  相近的有：{near}" if near else "") + hint
    if kind == "MissingParameter":
        return f"错误：缺少 {name}{hint}"
    if kind == "BadParameter":
        # Only whole numbers are typed here; dates, terms and paths are checked by the commands themselves.
        return f"错误：{name} 的值不对\n  应为：允许范围内的整数{hint}"
    if kind == "BadOptionUsage":
        return f"错误：选项 {error.option_name} 缺少值{hint}"
    if hasattr(error, "format_message"):
        if ctx is not None and isinstance(ctx.command, Group):
            return f"错误：没有这个命令\n  可用命令：{'、'.join(sorted(ctx.command.commands))}{hint}"
        return f"错误：参数不对：{error.format_message()}{hint}"
    return None


def _shown_name(param: Any) -> str:
    if getattr(param, "param_type_name", "") == "option":
        return max(param.opts, key=len)
    return param.metavar or param.name.upper()
