"""A server in a process of its own, a visited page, waiting: what tests of pages import."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import json, sys
from pathlib import Path
from workbench.dashboards import serve
serve._IDLE_SECONDS, serve._LOOK_SECONDS, serve.READY = int(sys.argv[3]), 1, int(sys.argv[5])
serve.serve(Path(sys.argv[1]), port=int(sys.argv[2]), **json.loads(sys.argv[4]))
"""


class Server:
    """One ``workbench serve`` in a process of its own."""

    def __init__(self, run: Path, *, idle_seconds: int = 3600, program: str = SERVE, errors: Any = subprocess.DEVNULL,
                 port: int = 0, ready: int = 1, **options: Any):
        with socket.create_server(("127.0.0.1", port)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        told = json.dumps(options, default=str)
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(run), str(self.port), str(idle_seconds), told, str(ready)],
            env=environment, text=True, stdout=subprocess.PIPE, stderr=errors,
        )
        self.greeting = self.process.stdout.readline()

    def kernels(self, ident: str = "") -> list[psutil.Process]:
        """The kernels of this server, the one that waits for the next visitor among them; or that of one name."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it may end while it is looked at; what has ended has no command line
                told = " ".join(child.cmdline())
                if "ipykernel_launcher" in told and ident in told:
                    found.append(child)
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


class Page:
    """A visited overview that remembers every request to elsewhere and every console error."""

    def __init__(self, chromium: Any, server: Server, width: int = 1440, height: int = 900, address: str = "",
                 **context: Any):
        self.server = server
        self.context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **context)
        self.tab = self.context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.tab.on("request", self._on_request)
        self.tab.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.tab.on("pageerror", lambda e: self.errors.append(str(e)))
        self.tab.goto(server.address + address, wait_until="commit")
        self.tab.wait_for_selector("#wb-shell[data-ready]", timeout=60_000)

    def _on_request(self, request: Any) -> None:
        local = (self.server.address, f"ws://localhost:{self.server.port}", "data:", "blob:")
        if not request.url.startswith(local):
            self.outside.append(request.url)

    def act(self, deed: Callable[[], None]) -> int:
        """Do something that reloads the list, wait for the new list, give its number of rows."""
        before = self.tab.locator("#wb-shell").get_attribute("data-ready")
        deed()
        self.tab.wait_for_function("n => document.querySelector('#wb-shell').dataset.ready !== n", arg=before)
        return int(self.tab.locator("#wb-shell").get_attribute("data-total"))

    def expand(self, document: str = "") -> None:
        """Open the requirements of a document in the heatmap; the first one when none is named."""
        which = f'[data-document="{document}"]' if document else ""
        self.tab.locator(f"[data-do=expand]{which}").first.click()
        self.tab.locator("#wb-heat-detail table").wait_for()

    def kernel(self) -> psutil.Process:
        """The process behind the page."""
        ident = self.tab.evaluate("JSON.parse(document.getElementById('wb-kernel').textContent).kernelId")
        return next(iter(self.server.kernels(ident)))

    def requirements(self) -> None:
        """Turn to the view of all requirements by its tab."""
        self.tab.locator('[data-tab="requirements"]').click()
        self.tab.locator('.wb-view[data-view="requirements"][data-ready]').wait_for()

    def clean(self) -> None:
        assert (self.outside, self.errors) == ([], [])


def ended(process: psutil.Process) -> bool:
    """Whether a process is no more, or is but a name that nobody has asked for yet."""
    with suppress(psutil.NoSuchProcess):  # between the two questions
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether ``condition`` comes true; the limit only ends a hopeless wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return condition()
