"""Serve the overview of one run with Voilà."""

from __future__ import annotations

import ipaddress
import logging
import os
import re
import secrets
import socket
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from workbench.dashboards.limits import LONGEST_MESSAGE
from workbench.dashboards.state import RunState, told
from workbench.dashboards.viewer import KEY_VARIABLE
from workbench.errors import UsageError, WorkbenchError
from workbench.resources import resource

if TYPE_CHECKING:
    from workbench.dashboards.sessions import Sessions

_HERE = Path(__file__).resolve().parent

#: Nothing on the page may be fetched from another host, and no other site may frame it.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
)
#: A kernel nobody has asked anything for so long is ended; visible pages ask all the time, hidden ones do not.
_IDLE_SECONDS = 3600
#: Kernels that wait for visitors; None: as many as may come, one where only this machine does.
READY: int | None = None
_LOOK_SECONDS = 60
_PING_MS = 30_000
_HEADERS = {
    "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Server": "workbench",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def serve(
    run: Path, *, host: str = "127.0.0.1", port: int = 8866, open_browser: bool = False,
    ledger: str | Path = "", inspector: str = "", users: str | Path = "", base_url: str = "/", proxied: bool = False,
) -> None:
    """Show the overview of ``run`` on http://host:port until interrupted.

    ``ledger``: the ledger of decisions (file or URL) for the page 整改与亮牌;
    ``inspector``: who acts on that page where nobody logs in, empty: it is read only.
    ``users``: the users file; visitors have to log in when one is given, when ``host`` is not this machine alone or
    when the server stands behind a proxy (then :data:`~workbench.dashboards.accounts.DEFAULT_USERS` is read).
    ``base_url``: the path under which it is reached; ``proxied``: a proxy on this machine hands visitors on, its
    X-Forwarded-For and -Proto are believed.
    Raises :class:`~workbench.errors.RunError` when ``run`` is no usable run folder,
    :class:`~workbench.errors.LedgerError` when the ledger cannot be opened, and
    :class:`~workbench.errors.UsageError` when the port is taken, visitors have to log in and the users file does not
    allow it, the path is none, there is no such ledger, or the inspector has the name that the program writes under.
    """
    run = Path(run).resolve()
    state = RunState(run)
    loopback, base_url, inspector = _is_loopback(host), _path(base_url), inspector.strip()
    if proxied and not loopback:
        raise UsageError("反向代理须与本服务在同一台电脑", place=f"--host {host}", expected="--host 127.0.0.1",
                         next_step="去掉 --host；别的电脑能直接连上时，代理转来的地址不可信")
    sessions = _login(users, inspector, state) if users or proxied or not loopback else None
    _check_port(host, port)
    key = secrets.token_hex(32) if sessions else ""
    _set_environment(run, _checked(ledger, inspector), inspector, key)
    # Voilà's own imports take about a second: only now, so that a wrong path is told at once.
    from traitlets.config import Config

    from workbench.dashboards.door import Door, Identity, Server
    from workbench.dashboards.kernels import many_ready
    from workbench.dashboards.sessions import Everybody

    address = f"http://{'localhost' if loopback else host}:{port}{base_url.rstrip('/')}"
    ready = many_ready(psutil.virtual_memory().total) if sessions else 1
    settings = _settings(host, port, open_browser, base_url, ready if READY is None else READY)
    app = Server(config=Config(settings), identity_provider_class=Identity)
    # Only visitors from this machine: a foreign Host header is then refused (DNS rebinding).
    hosts = frozenset({"localhost", "127.0.0.1", "::1", host}) if loopback and not proxied else frozenset()
    app.door = Door(sessions or Everybody(), key, port, base_url, check=_Check(state), hosts=hosts)
    app.proxied = proxied
    if sessions:
        _log_to_stderr()
        if not loopback:
            print("提示：连接没有加密，姓名、密码和数据可被同一网络的人截获。正式使用请按 docs/deploy.md 在前面加 TLS。",
                  file=sys.stderr, flush=True)
    app.log.addFilter(_announce(address))
    app.initialize([str(resource("notebooks") / "dashboard.ipynb")])
    app.start()


class _Check:
    """Whether the run can be shown, looked at again only when its files have changed."""

    def __init__(self, state: RunState):
        self._state, self._good = state, state.stamp

    def __call__(self, again: bool = False) -> str:
        """Why it cannot, for the visitor; empty: it can, or the fault is the program's and stands on stderr."""
        from workbench.dashboards import pages

        try:
            stamp = self._state.current_stamp()
            if again or stamp != self._good:
                pages.shell(RunState(self._state.path))
                self._good = stamp
        except WorkbenchError as e:
            return told(e, self._state.path)
        except OSError as e:
            return f"督查结果读取失败：{e.strerror or type(e).__name__}"
        except Exception:
            traceback.print_exc()
        return ""


def _login(users: str | Path, inspector: str, state: RunState) -> Sessions:
    """The sessions over the users file; tells on stderr whose scope the run does not know."""
    from workbench.dashboards.accounts import DEFAULT_USERS
    from workbench.dashboards.sessions import Sessions

    if inspector:
        raise UsageError("登录使用时以登录者本人的名义办理", place="--inspector", found=inspector, next_step="请去掉 --inspector")
    sessions = Sessions(Path(users or DEFAULT_USERS).resolve())
    found = sessions.users().values()
    if not found:
        raise UsageError("用户文件中没有用户", place=str(users or DEFAULT_USERS), next_step="请用 workbench users add 添加")
    for user in found:
        if user.scope is not None and user.scope not in state.run.own:
            print(f"提示：{user.name} 的查看范围 {user.scope} 不在这次结果中，登录后什么也看不到。", file=sys.stderr, flush=True)
    return sessions


def _log_to_stderr() -> None:
    """Logins, failed ones among them, with the time."""
    log = logging.getLogger("workbench.login")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def _path(base_url: str) -> str:
    """The path with a slash at both ends; :class:`UsageError` when it has other than plain characters."""
    path = f"/{base_url.strip('/')}/" if base_url.strip("/") else "/"
    if not re.fullmatch(r"(/[\w.~-]+)*/", path, re.ASCII) or "/./" in path or "/../" in path:
        raise UsageError("路径不对", place="--base-url", found=base_url, expected="字母、数字和斜线，如 /ducha/")
    return path


def _settings(host: str, port: int, open_browser: bool, base_url: str, ready: int) -> dict:
    """Voilà's configuration; no configuration file of the machine is read beside it."""
    return {
        "Voila": {
            "ip": host, "port": port, "port_retries": 0, "open_browser": open_browser, "log_level": logging.INFO,
            "config_file_paths": [], "base_url": base_url,
            "tornado_settings": {
                "allow_remote_access": True,  # the door looks at the Host header
                "websocket_max_message_size": LONGEST_MESSAGE,
                "ws_ping_interval": _PING_MS, "ws_ping_timeout": _PING_MS,
                "headers": _HEADERS,
            },
        },
        "VoilaConfiguration": {
            "template": "workbench", "allow_template_override": "NO", "allow_theme_override": "NO",
            "strip_sources": True, "show_tracebacks": False, "file_allowlist": [],
            "preheat_kernel": True, "default_pool_size": 1,
            "multi_kernel_manager_class": "workbench.dashboards.kernels.PoolKeepingKernelManager",
        },
        "PoolKeepingKernelManager": {"ready": ready},
        "MappingKernelManager": {
            "cull_idle_timeout": _IDLE_SECONDS, "cull_interval": _LOOK_SECONDS, "cull_connected": True,
        },
        "KernelManager": {
            # A kernel started again would know nothing of its page: it would only take memory.
            "autorestart": False,
            # Server and kernel talk over files of this user where the system can do that, not over TCP.
            **({"transport": "ipc"} if os.name == "posix" else {}),
        },
        # An export of many rows is one large message; the default limit would drop it without a word.
        "ZMQChannelsWebsocketConnection": {"limit_rate": False},
    }


def _announce(address: str) -> logging.Filter:
    """Voilà's log, reduced to faults; its line about the address, written once it listens, becomes ours."""

    class Announce(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if "running at" in str(record.msg):
                print(f"督查总览：{address}\n按 Ctrl+C 结束。", flush=True)
            return record.levelno >= logging.ERROR

    return Announce()


def _checked(ledger: str | Path, inspector: str) -> str:
    """The ledger as the kernels find it, whose folder is another; opened once, so that a fault is told at once."""
    if not ledger:
        return ""
    from workbench.ledger.events import MACHINE
    from workbench.ledger.ledger import Ledger

    if inspector == MACHINE:
        raise UsageError("督查员须是人的姓名", place="--inspector", found=inspector, expected="办理人姓名，如 督查员甲")
    where = str(ledger)
    if "://" not in where and not Path(where).exists():
        raise UsageError("没有这个督查台账", place=f"--ledger {where}",
                         next_step="请核对路径，或先导入核查结果：workbench ledger sync RUN")
    opened = Ledger(where)
    opened.close()
    on_server = "://" in where and not where.startswith("sqlite")
    return where if on_server else str(Path(opened.store.place).resolve())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as e:
        raise UsageError(
            "端口无法使用，可能已被其他程序占用", place=f"{host}:{port}", found=os.strerror(e.errno) if e.errno else str(e),
            next_step=f"请换一个端口，例如 --port {port + 1}，或先结束占用它的程序",
        ) from e


def _set_environment(run: Path, ledger: str, inspector: str, key: str) -> None:
    """What the kernels inherit: what they show, who acts or the key of tickets, our template, and this very package
    (its folder need not be installed)."""
    os.environ["WORKBENCH_RUN"] = str(run)
    os.environ["WORKBENCH_LEDGER"], os.environ["WORKBENCH_INSPECTOR"] = ledger, inspector
    os.environ[KEY_VARIABLE] = key
    for name, folder in (("JUPYTER_PATH", _HERE / "jupyter"), ("PYTHONPATH", _HERE.parents[1])):
        rest = os.environ.get(name)
        os.environ[name] = f"{folder}{os.pathsep}{rest}" if rest else str(folder)
