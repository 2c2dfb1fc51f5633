"""A synthetic run, a server on it, a real Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Page, Server
from fake_ledger import LEDGER, SERVED, write_season
from fake_run import write_run

from tests.shared import made_once

_CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-domain-reliability", "--disable-sync", "--no-first-run", "--no-default-browser-check",
]


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a synthetic run: 300 branches, 12 units, 30 requirements. Read only."""
    return made_once(tmp_path_factory, "fake", lambda out: write_run(out / "run")) / "run"


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A synthetic run and a ledger with findings in every state. Read only."""
    folder = made_once(tmp_path_factory, "season", write_season)
    return folder / SERVED, folder / LEDGER


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


@pytest.fixture(scope="session")
def service(season: tuple[Path, Path]) -> Iterator[Server]:
    """A server on the run of the season and its ledger, for tests that only look."""
    run, ledger = season
    server = Server(run, ledger=ledger, inspector="督查员乙")
    yield server
    server.stop()


@pytest.fixture(params=["fake", "demo_run"])
def walked(request: pytest.FixtureRequest) -> Path:
    """The synthetic run, and the audited sample."""
    return request.getfixturevalue(request.param)
