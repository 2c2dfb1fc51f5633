"""Who looks at the page, and the ticket by which a kernel learns it.

The server knows who has logged in; the kernel answers. Between them goes the ticket: name, role, scope and the kernel
it is for, sealed with a key that the server makes when it starts and that only it and its kernels know.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from workbench.errors import UsageError

#: Environment variable with the key of the tickets; set: nothing is shown before a valid ticket.
KEY_VARIABLE = "WORKBENCH_TICKET_KEY"


class Role(StrEnum):
    """What somebody may do (角色)."""

    INSPECTOR = "督查员"
    LEADER = "领导"
    ADMINISTRATOR = "管理员"


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: ``scope`` is an organisation (with everything under it), None: all.

    ``name`` empty: nobody has logged in (this machine alone).
    """

    name: str = ""
    role: Role = Role.LEADER
    scope: str | None = None

    @property
    def acts_as(self) -> str:
        """The name under which they act on findings and cards; empty: they only read."""
        return "" if self.role is Role.LEADER else self.name

    @property
    def sees_names(self) -> bool:
        """Whether names of people in the ledger are shown as they are: inspectors work with them, leaders do not need
        them; without login whoever sits at the machine can read the ledger anyway."""
        return not self.name or self.role is not Role.LEADER

    def masked(self, person: str) -> str:
        """The name of a person as this viewer may read it: 张某 for 张三丰."""
        return person if self.sees_names or not person else f"{person[0]}某"


def local(inspector: str) -> Viewer:
    """Who looks where nobody has to log in."""
    return Viewer(inspector, Role.INSPECTOR if inspector else Role.LEADER)


def issue(viewer: Viewer, kernel: str, until: float, key: str) -> str:
    """The ticket for one kernel, good until ``until`` (seconds since 1970)."""
    body = json.dumps([viewer.name, viewer.role, viewer.scope, kernel, until]).encode()
    return f"{base64.urlsafe_b64encode(body).decode()}.{_seal(body, key)}"


def admit(ticket: str, kernel: str, key: str) -> Viewer:
    """The viewer of a ticket; :class:`~workbench.errors.UsageError` when it is forged, of another kernel or expired."""
    try:
        text, _, seal = ticket.partition(".")
        body = base64.urlsafe_b64decode(text.encode())
        # Compared as bytes: a seal with other than ASCII characters is a forged one, not a fault.
        if not hmac.compare_digest(seal.encode(), _seal(body, key).encode()):
            raise ValueError
        name, role, scope, meant_for, until = json.loads(body)
    except (ValueError, AttributeError):
        raise _refused() from None
    if meant_for != kernel or time.time() >= until:  # a session ends by the clock, nothing is judged by it
        raise _refused()
    return Viewer(name, Role(role), scope)


def own_kernel() -> str:
    """Id of the kernel that this process is; its connection file is named after it."""
    from ipykernel.connect import get_connection_file

    return Path(get_connection_file()).stem.removeprefix("kernel-")


def key_of_server() -> str:
    """The key that the server left for its kernels; empty: nobody has to log in."""
    return os.environ.get(KEY_VARIABLE, "")


def _seal(body: bytes, key: str) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def _refused() -> UsageError:
    return UsageError("没有登录，或登录已失效", next_step="请刷新页面重新登录")
