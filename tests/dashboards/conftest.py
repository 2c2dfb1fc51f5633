"""A synthetic run, a server on it, a real Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from fake_ledger import write_season
from fake_run import write_run

ROOT = Path(__file__).resolve().parents[2]
_SERVE = """
import json, sys
from pathlib import Path
from workbench.dashboards import serve
serve._IDLE_SECONDS, serve._LOOK_SECONDS = int(sys.argv[3]), 1
serve.serve(Path(sys.argv[1]), port=int(sys.argv[2]), **json.loads(sys.argv[4]))
"""
_CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-domain-reliability", "--disable-sync", "--no-first-run", "--no-default-browser-check",
]


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a synthetic run: 300 branches, 12 units, 30 requirements. Read only."""
    return write_run(tmp_path_factory.mktemp("fake") / "run")


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A synthetic run and a ledger with findings in every state. Read only."""
    return write_season(tmp_path_factory.mktemp("season"))


class Server:
    """One ``workbench serve`` in a process of its own."""

    def __init__(self, run: Path, *, idle_seconds: int = 3600, program: str = _SERVE, errors: Any = subprocess.DEVNULL,
                 **options: Any):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        told = json.dumps(options, default=str)
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(run), str(self.port), str(idle_seconds), told],
            env=environment, text=True, stdout=subprocess.PIPE, stderr=errors,
        )
        self.greeting = self.process.stdout.readline()

    def kernels(self) -> list[psutil.Process]:
        """The kernels of this server, the one that waits for the next visitor among them."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        alive = [p for p in children if p.status() != psutil.STATUS_ZOMBIE]
        return [p for p in alive if "ipykernel_launcher" in " ".join(p.cmdline())]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[[Path], Server]]:
    """Starts servers and ends them; one for each run folder."""
    servers: dict[Path, Server] = {}

    def started(run: Path) -> Server:
        if run not in servers:
            servers[run] = Server(run)
        return servers[run]

    yield started
    for server in servers.values():
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A real Chromium. Without one the test is skipped, or fails where WORKBENCH_REQUIRE_BROWSER=1 asks for it."""
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        reason = "没有 Chromium 或 playwright"
        pytest.fail(reason) if os.environ.get("WORKBENCH_REQUIRE_BROWSER") == "1" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGS)
        yield browser
        browser.close()


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

    def requirements(self) -> None:
        """Turn to the view of all requirements by its tab."""
        self.tab.locator('[data-tab="requirements"]').click()
        self.tab.locator('.wb-view[data-view="requirements"][data-ready]').wait_for()

    def clean(self) -> None:
        assert (self.outside, self.errors) == ([], [])


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Page]]:
    """Opens the overview of a server; every opened page is closed in the end."""
    pages: list[Page] = []

    def visited(server: Server, **options: Any) -> Page:
        pages.append(Page(chromium, server, **options))
        return pages[-1]

    yield visited
    for page in pages:
        page.context.close()


@pytest.fixture
def server(start: Callable[[Path], Server], fake: Path) -> Server:
    return start(fake)


@pytest.fixture(params=["fake", "demo_run"])
def walked(request: pytest.FixtureRequest) -> Path:
    """The synthetic run, and the audited sample."""
    return request.getfixturevalue(request.param)


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether ``condition`` comes true; the limit only ends a hopeless wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return condition()
