"""Who may log in: the users file (用户文件), YAML with hashed passwords, names, roles and scopes."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from workbench.dashboards.viewer import Role, Viewer
from workbench.errors import UsageError
from workbench.ledger.events import MACHINE

#: Where the commands and the server look unless told otherwise.
DEFAULT_USERS = "users.yaml"
#: Characters of the shortest password; it also needs so many different ones.
SHORTEST, DIFFERENT = 10, 5
#: A longer password would only keep the hasher busy.
LONGEST = 200
#: What stands for a scope without a border.
ALL = "全部"

_HASHER = PasswordHasher()
#: Checked when nobody has the name, so that an unknown name takes as long as a wrong password.
_NOBODY = _HASHER.hash("nobody at all")


@dataclass(frozen=True)
class User:
    """One user: ``password`` is the argon2 hash, ``scope`` an org_id or None for all."""

    name: str
    role: Role
    scope: str | None
    password: str

    @property
    def viewer(self) -> Viewer:
        """What the page knows of the user."""
        return Viewer(self.name, self.role, self.scope)


def read(path: Path) -> dict[str, User]:
    """Users by name.

    Raises :class:`~workbench.errors.UsageError` when the file is missing, damaged, or open to other users of the
    machine.
    """
    try:
        _check_private(path)
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        users = [_user(entry) for entry in entries["users"]]
    except FileNotFoundError:
        raise UsageError(
            "没有用户文件", place=str(path), next_step=f"先添加用户：workbench users add 姓名 --role 督查员 --scope 组织代码 --users {path}"
        ) from None
    except OSError as e:
        raise UsageError("用户文件无法读取", place=str(path), found=e.strerror or str(e)) from e
    except (yaml.YAMLError, ValueError, KeyError, TypeError) as e:
        raise UsageError(
            "用户文件已损坏", place=str(path), found=str(e).splitlines()[0], next_step="请从备份恢复，或删去后重新添加用户"
        ) from e
    found = {user.name: user for user in users}
    if len(found) < len(users):
        raise UsageError("用户文件中有重名", place=str(path), next_step="每个姓名只留一项")
    return found


def verify(users: dict[str, User], name: str, password: str) -> User | None:
    """The user whose password it is; None when name or password is wrong. Takes as long either way."""
    user = users.get(name)
    try:
        _HASHER.verify(user.password if user else _NOBODY, password[:LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return None
    return user


def check(path: Path, name: str, role: str, scope: str) -> None:
    """:class:`~workbench.errors.UsageError` when a user so named cannot be added."""
    _scope(_role(role), scope)
    if _name(name) and path.exists() and name.strip() in read(path):
        raise UsageError("已有这个用户", found=name, next_step="改密码用 passwd，改范围用 scope")


def add(path: Path, name: str, role: str, scope: str, password: str) -> User:
    """Write a new user; :class:`~workbench.errors.UsageError` when name, role or password will not do."""
    check(path, name, role, scope)
    user = User(_name(name), _role(role), _scope(role, scope), _hash(name, password))
    with _changing(path, new=True) as users:
        users[user.name] = user
    return user


def change(path: Path, name: str, *, password: str | None = None, role: str = "", scope: str = "") -> User:
    """Change what is given of a user; :class:`~workbench.errors.UsageError` when there is none so named."""
    with _changing(path) as users:
        old = known(users, name)
        role = role or old.role
        new = User(
            # Somebody who was to see everything by being an administrator does not go on doing so unsaid.
            old.name, _role(role), _scope(role, scope or old.scope or ("" if role != old.role else ALL)),
            old.password if password is None else _hash(old.name, password),
        )
        users[old.name] = new
    return new


def remove(path: Path, name: str) -> None:
    """Take a user out; :class:`~workbench.errors.UsageError` when there is none so named."""
    with _changing(path) as users:
        del users[known(users, name).name]


def known(users: dict[str, User], name: str) -> User:
    """The user so named; :class:`~workbench.errors.UsageError` when there is none."""
    if name.strip() not in users:
        raise UsageError("没有这个用户", found=name, expected="、".join(sorted(users)) or "（尚无用户）")
    return users[name.strip()]


def check_password(name: str, password: str) -> None:
    """:class:`~workbench.errors.UsageError` when the password is too short, too long, too simple or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError("密码长度不对", expected=f"{SHORTEST} 至 {LONGEST} 个字符")
    if len(set(password)) < DIFFERENT or name.casefold() in password.casefold():
        raise UsageError("密码过于简单", expected=f"至少 {DIFFERENT} 种不同字符，不含本人姓名")


def _hash(name: str, password: str) -> str:
    check_password(name.strip(), password)
    return _HASHER.hash(password)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 40 or not name.isprintable():
        raise UsageError("姓名不对", found=name, expected="1 至 40 个字符")
    if name == MACHINE:
        raise UsageError("这是程序自己登记时用的名字", found=name, expected="办理人姓名，如 督查员甲")
    return name


def _role(role: str) -> Role:
    if role not in set(Role):
        raise UsageError("没有这个角色", found=role, expected="、".join(Role))
    return Role(role)


def _scope(role: str, scope: str) -> str | None:
    """None for all. Who administers sees everything."""
    scope = scope.strip()
    if role == Role.ADMINISTRATOR or scope == ALL:
        return None
    if not scope:
        raise UsageError("没有写明查看范围", expected=f"--scope 组织代码（含其下级），或 --scope {ALL}")
    return scope


def _user(entry: dict[str, Any]) -> User:
    scope = entry["scope"]  # a file without it must not open everything
    if not (scope is None or isinstance(scope, str)) or not isinstance(entry["password"], str):
        raise ValueError("scope 和 password 须为文字；组织代码请加引号")
    return User(_name(str(entry["name"])), Role(entry["role"]), scope, entry["password"])


@contextmanager
def _changing(path: Path, *, new: bool = False) -> Iterator[dict[str, User]]:
    """The users to be changed; written in one step, so that a server never reads half a file."""
    users = {} if new and not path.exists() else read(path)
    yield users
    content = {"users": [{**asdict(user), "role": str(user.role)} for user in users.values()]}
    try:
        # mkstemp makes it readable for this user alone from the first byte on.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yaml.safe_dump(content, out, allow_unicode=True, sort_keys=False)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)
    except OSError as e:
        raise UsageError("用户文件无法写入", place=str(path), found=e.strerror or str(e)) from e


def _check_private(path: Path) -> None:
    if os.name != "posix":
        return
    status = path.stat()
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            "用户文件可以被其他人读写", place=str(path), found=oct(stat.S_IMODE(status.st_mode)), expected="0o600",
            next_step=f"请执行 chmod 600 {path}，并为各用户更换密码",
        )
    if status.st_uid not in (os.getuid(), 0):
        raise UsageError("用户文件属于别人", place=str(path), next_step="请用启动服务的账户建立用户文件")
