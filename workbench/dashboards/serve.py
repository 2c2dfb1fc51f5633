"""Serve the overview of one run with Voilà."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
from pathlib import Path

from workbench.dashboards.state import RunState
from workbench.errors import UsageError
from workbench.resources import resource

_HERE = Path(__file__).resolve().parent

#: Nothing on the page may be fetched from another host, and no other site may frame it.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'"
)
_EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
#: A kernel nobody has asked anything for so long is ended; visible pages ask all the time, hidden ones do not.
_IDLE_SECONDS = 3600
_LOOK_SECONDS = 60
_PING_MS = 30_000


def serve(
    run: Path, *, host: str = "127.0.0.1", port: int = 8866, open_browser: bool = False, token: str | None = None,
    ledger: str | Path = "", inspector: str = "",
) -> None:
    """Show the overview of ``run`` on http://host:port until interrupted.

    ``token``: visitors must open ``…/?token=<token>``; needed when ``host`` is not this machine alone.
    ``ledger``: the ledger of decisions (file or URL) for the page 整改与亮牌;
    ``inspector``: who acts on that page, empty: it is read only.
    Raises :class:`~workbench.errors.RunError` when ``run`` is no usable run folder,
    :class:`~workbench.errors.LedgerError` when the ledger cannot be opened, and
    :class:`~workbench.errors.UsageError` when the port is taken, the address is open to others without a token, there
    is no such ledger, or the inspector has the name that the program writes under.
    """
    run = Path(run).resolve()
    RunState(run)
    loopback = _is_loopback(host)
    if not loopback and not token:
        raise UsageError(
            "对其他电脑开放时必须设置口令", place=f"--host {host}", expected="--token 口令",
            next_step="请加上 --token，或去掉 --host 只在本机查看",
        )
    _check_port(host, port)
    inspector = inspector.strip()
    _set_environment(run, _checked(ledger, inspector), inspector)
    # Voilà's own imports take about a second: only now, so that a wrong path is told at once.
    from traitlets.config import Config
    from voila.app import Voila

    shown = "localhost" if loopback else host
    address = f"http://{shown}:{port}" + (f"/?token={token}" if token else "")
    app = Voila(config=Config(_settings(host, port, open_browser, token, loopback)))
    app.log.addFilter(_announce(address))
    app.initialize([str(resource("notebooks") / "dashboard.ipynb")])
    app.start()


def _settings(host: str, port: int, open_browser: bool, token: str | None, loopback: bool) -> dict:
    """Voilà's configuration; no configuration file of the machine is read beside it."""
    return {
        "Voila": {
            "ip": host, "port": port, "port_retries": 0, "open_browser": open_browser, "log_level": logging.INFO,
            "config_file_paths": [], **({"token": token} if token else {}),
            "tornado_settings": {
                "compress_response": True,
                # Only for visitors from this machine: a foreign Host header is then refused (DNS rebinding).
                "allow_remote_access": not loopback,
                "ws_ping_interval": _PING_MS, "ws_ping_timeout": _PING_MS,
                "headers": {
                    "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff",
                    "Referrer-Policy": "same-origin",
                },
            },
        },
        "VoilaConfiguration": {
            "template": "workbench", "allow_template_override": "NO", "allow_theme_override": "NO",
            "strip_sources": True, "show_tracebacks": False, "file_allowlist": [],
            "extension_allowlist": _EXTENSIONS, "preheat_kernel": True, "default_pool_size": 1,
            "multi_kernel_manager_class": "workbench.dashboards.kernels.PoolKeepingKernelManager",
        },
        "MappingKernelManager": {
            "cull_idle_timeout": _IDLE_SECONDS, "cull_interval": _LOOK_SECONDS, "cull_connected": True,
        },
        # Server and kernel talk over files of this user where the system can do that, not over TCP.
        **({"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}),
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


def _set_environment(run: Path, ledger: str, inspector: str) -> None:
    """What the kernels inherit: what they show and who acts, our template, and this very package (its folder need not
    be installed)."""
    os.environ["WORKBENCH_RUN"] = str(run)
    os.environ["WORKBENCH_LEDGER"], os.environ["WORKBENCH_INSPECTOR"] = ledger, inspector
    for name, folder in (("JUPYTER_PATH", _HERE / "jupyter"), ("PYTHONPATH", _HERE.parents[1])):
        rest = os.environ.get(name)
        os.environ[name] = f"{folder}{os.pathsep}{rest}" if rest else str(folder)
