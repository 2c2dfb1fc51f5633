"""Notebooks for inspectors in JupyterLab (``workbench lab``): on this machine alone, and without any other host.

JupyterLab by itself offers news, looks for a newer version and searches a registry for extensions. All three are off
on the server and in the browser, and a Content-Security-Policy forbids the page every other host.
"""

from __future__ import annotations

import filecmp
import logging
import os
import shutil
from pathlib import Path

from workbench.dashboards.assets import plotly_handler
from workbench.dashboards.overview import LEDGER_VARIABLE, RUN_VARIABLE
from workbench.dashboards.serve import _check_port, _checked
from workbench.errors import UsageError
from workbench.resources import resource

_HERE = Path(__file__).resolve().parent
#: The first notebook, which the address opens.
FIRST = "01-看一次督查.ipynb"
#: JupyterLab compiles templates and schemas in the browser and starts workers from memory; all of it is its own.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self'; frame-ancestors 'self'; "
    "form-action 'self'; base-uri 'self'"
)
#: Folder beside the notebooks for what JupyterLab remembers, so that a user's own JupyterLab is not touched.
_OWN = ".jupyter"


def lab(
    run: str | Path | None = None, *, folder: str | Path = "督查笔记本", port: int = 8888, ledger: str | Path = "",
    open_browser: bool = False,
) -> None:
    """Open the notebooks in ``folder`` with JupyterLab on this machine's loopback until interrupted.

    Notebooks that are not in ``folder`` are copied there; what is there is kept as it is. ``run`` is the run folder
    they begin with, ``ledger`` a ledger of decisions they may read; without a run each asks for one. Raises
    :class:`~workbench.errors.RunError` when ``run`` is no usable run folder,
    :class:`~workbench.errors.LedgerError` when the ledger cannot be opened, and
    :class:`~workbench.errors.UsageError` when the port is taken or the folder cannot be used.
    """
    from workbench.audit.run import Run

    place = Path(folder).resolve()
    known = "" if run is None else str(Run(Path(run).resolve()).path)
    where = _checked(ledger, "")
    _check_port("127.0.0.1", port)
    for name in copy_notebooks(place):
        print(f"保留已有的笔记本：{name}（与随附的不同；要用随附的，请先改名或移走）", flush=True)
    _set_environment(known, where)
    # JupyterLab's own imports take a second or two: only now, so that a wrong path is told at once.
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    logging.getLogger("traitlets").setLevel(logging.ERROR)
    server = LabApp.initialize_server(argv=[], config=Config(_settings(place, port, open_browser)))
    server.web_app.add_handlers(".*$", [plotly_handler(server.base_url)])
    print(f"督查笔记本：http://localhost:{port}/lab/tree/{FIRST}?token={server.identity_provider.token}\n"
          f"工作文件夹：{place}\n按 Ctrl+C 结束。", flush=True)
    server.start()


def copy_notebooks(folder: Path) -> list[str]:
    """Copy the notebooks that are not yet in ``folder``; the names of those kept that differ from ours."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        kept = []
        for source in sorted(resource("notebooks").glob("[0-9][0-9]-*.ipynb")):
            target = folder / source.name
            if not target.exists():
                shutil.copyfile(source, target)
            elif not filecmp.cmp(source, target, shallow=False):
                kept.append(source.name)
        return kept
    except OSError as error:
        raise UsageError(
            "工作文件夹无法使用", place=str(folder), found=error.strerror or str(error), expected="可以写入的文件夹",
            next_step="用 --folder 换一个文件夹",
        ) from error


def _settings(folder: Path, port: int, open_browser: bool) -> dict:
    """JupyterLab's configuration; what the user's own JupyterLab is set to is not read."""
    return {
        "ServerApp": {
            "ip": "127.0.0.1", "port": port, "port_retries": 0, "open_browser": open_browser, "root_dir": str(folder),
            "log_level": logging.ERROR, "allow_root": True, "quit_button": True, "allow_remote_access": False,
            "tornado_settings": {"headers": {
                "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "same-origin",
            }},
        },
        "LabApp": {
            "news_url": None, "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly", "app_settings_dir": str(_HERE / "jupyter" / "lab"),
            "user_settings_dir": str(folder / _OWN / "settings"), "workspaces_dir": str(folder / _OWN / "workspaces"),
            "log_level": logging.ERROR,
        },
        "LanguageServerManager": {"autodetect": False},
        **({"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}),
        "ZMQChannelsWebsocketConnection": {"limit_rate": False},
    }


def _set_environment(run: str, ledger: str) -> None:
    """What server and kernels inherit: the run, the ledger, this very package, and no configuration of the user's."""
    os.environ["JUPYTER_NO_CONFIG"] = "1"
    for name, value in ((RUN_VARIABLE, run), (LEDGER_VARIABLE, ledger)):
        if value:
            os.environ[name] = value
    rest = os.environ.get("PYTHONPATH")
    package = str(_HERE.parents[1])
    os.environ["PYTHONPATH"] = f"{package}{os.pathsep}{rest}" if rest else package
