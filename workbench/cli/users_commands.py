"""What ``workbench users`` does."""

from __future__ import annotations

import getpass
import warnings
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from workbench.cli.console import out
from workbench.dashboards import accounts
from workbench.dashboards.accounts import User
from workbench.errors import UsageError


def run_add(users: Path, name: str, role: str, scope: str) -> int:
    """A new user; what is wrong with name, role or scope is told before a password is asked for."""
    accounts.check(users, name, role, scope)
    user = accounts.add(users, name, role, scope, _password(name))
    return _tell(f"已添加：{_line(user)}")


def run_passwd(users: Path, name: str) -> int:
    """Another password."""
    user = accounts.known(accounts.read(users), name)
    accounts.change(users, user.name, password=_password(user.name))
    return _tell(f"已改密码：{user.name}")


def run_list(users: Path) -> int:
    """The users as a table, without hashes."""
    table = Table()
    for title in ("姓名", "角色", "查看范围"):
        table.add_column(title)
    for user in accounts.read(users).values():
        table.add_row(escape(user.name), user.role, escape(_scope(user)))
    out().print(table)
    return 0


def run_remove(users: Path, name: str) -> int:
    """A user less."""
    accounts.remove(users, name)
    return _tell(f"已删去：{name.strip()}")


def run_scope(users: Path, name: str, scope: str, role: str) -> int:
    """Another scope or role."""
    if not scope and not role:
        raise UsageError("没有写明要改什么", expected="--scope 组织代码，或 --role 角色")
    return _tell(f"已改为：{_line(accounts.change(users, name, role=role, scope=scope))}")


def _password(name: str) -> str:
    """Typed twice without echo; :class:`UsageError` when there is no terminal, it will not do or the two differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            password = getpass.getpass(f"{name.strip()} 的密码（至少 {accounts.SHORTEST} 个字符，不显示）：")
            accounts.check_password(name, password)
            again = getpass.getpass("再输入一遍：")
        except (getpass.GetPassWarning, EOFError, OSError):
            raise UsageError("这里不能输入密码", next_step="请在终端里执行；密码不从命令行或文件读取") from None
    if password != again:
        raise UsageError("两次输入不一致", next_step="请重新执行")
    return password


def _line(user: User) -> str:
    return f"{user.name}（{user.role}，{_scope(user)}）"


def _scope(user: User) -> str:
    return "查看全部" if user.scope is None else f"{user.scope} 及其下级"


def _tell(text: str) -> int:
    out().print(text, markup=False)
    return 0
