"""``workbench users``: who may log in to the dashboard. Passwords are asked for, never taken from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.chinese import Command, Group
from workbench.cli.options import argument, option

users_app = typer.Typer(
    cls=Group, no_args_is_help=True, help="看板的用户：姓名、角色、查看范围。\n\n密码在提示下输入两遍，只存哈希。"
)

UsersOption = Annotated[
    Path, option("--users", "FILE", "用户文件", envvar="WORKBENCH_USERS", show_envvar=False)
]
NameArgument = Annotated[str, argument("NAME", "姓名，登录和办理时用")]
#: As :data:`workbench.dashboards.accounts.DEFAULT_USERS`; written out, so that help pages need no argon2.
_USERS = Path("users.yaml")


@users_app.command(cls=Command)
def add(
    name: NameArgument,
    role: Annotated[str, option("--role", "ROLE", "督查员（可办理）、领导（只读）或管理员（查看全部）")],
    scope: Annotated[str, option("--scope", "ORG", "查看范围：组织代码，含其全部下级；全部")] = "",
    users: UsersOption = _USERS,
) -> int:
    """添加一名用户。"""
    from workbench.cli.users_commands import run_add

    return run_add(users, name, role, scope)


@users_app.command(cls=Command)
def passwd(name: NameArgument, users: UsersOption = _USERS) -> int:
    """改密码；已经登录的随即退出。"""
    from workbench.cli.users_commands import run_passwd

    return run_passwd(users, name)


@users_app.command("list", cls=Command)
def list_(users: UsersOption = _USERS) -> int:
    """列出用户。"""
    from workbench.cli.users_commands import run_list

    return run_list(users)


@users_app.command(cls=Command)
def remove(name: NameArgument, users: UsersOption = _USERS) -> int:
    """删去一名用户；已经登录的随即退出。"""
    from workbench.cli.users_commands import run_remove

    return run_remove(users, name)


@users_app.command(cls=Command)
def scope(
    name: NameArgument,
    scope: Annotated[str, option("--scope", "ORG", "查看范围：组织代码，含其全部下级；全部。不写则不变")] = "",
    role: Annotated[str, option("--role", "ROLE", "督查员、领导或管理员。不写则不变")] = "",
    users: UsersOption = _USERS,
) -> int:
    """改查看范围或角色；已经登录的随即退出。"""
    from workbench.cli.users_commands import run_scope

    return run_scope(users, name, scope, role)
