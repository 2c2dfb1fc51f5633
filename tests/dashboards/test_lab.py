"""``workbench lab``: notebooks copied, never overwritten; JupyterLab in Chromium; nothing is asked of another host."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import ROOT, until
from tour import violations

from workbench.dashboards.lab import FIRST, copy_notebooks, lab
from workbench.errors import RunError, UsageError
from workbench.resources import resource

ARTIFACTS = ROOT / "tests" / "artifacts"
#: Starts ``workbench lab`` and writes down whatever host its process looks up or connects to.
_LAB = """
import sys
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        asked = args[1] if event == "socket.connect" else args[0]
        host = asked[0] if isinstance(asked, tuple) else asked
        with open(sys.argv[1], "a", encoding="utf-8") as out:
            print(event, host, file=out)
sys.addaudithook(watch)
from workbench.cli import main
sys.exit(main(["lab", *sys.argv[2:]]))
"""


def test_notebooks_are_copied_and_those_there_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "工作" / "笔记本"
    assert copy_notebooks(folder) == []
    names = sorted(p.name for p in folder.iterdir())
    assert names == sorted(p.name for p in resource("notebooks").glob("0*.ipynb"))
    assert len(names) == 4
    assert FIRST in names
    mine = folder / names[1]
    mine.write_text("我改过的", encoding="utf-8")
    (folder / names[2]).unlink()
    assert copy_notebooks(folder) == [names[1]]
    assert mine.read_text(encoding="utf-8") == "我改过的"
    assert (folder / names[2]).read_bytes() == (resource("notebooks") / names[2]).read_bytes()


def test_what_cannot_be_opened_is_told_before_anything_is_written(tmp_path: Path, fake: Path) -> None:
    folder = tmp_path / "笔记本"
    with pytest.raises(RunError, match="不是完整的督查结果文件夹"):
        lab(tmp_path, folder=folder)
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="端口无法使用"):
        lab(fake, folder=folder, port=taken.getsockname()[1])
    assert not folder.exists()
    (tmp_path / "文件").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="工作文件夹无法使用"):
        copy_notebooks(tmp_path / "文件")


class Lab:
    """A running ``workbench lab``: the address it told, and the hosts its process asked for."""

    def __init__(self, run: Path, folder: Path, hosts: Path):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.hosts = hosts
        # What other tests of this process have set for a page of theirs is not for this one.
        own = {name: value for name, value in os.environ.items() if name[:10] != "WORKBENCH_" or name[10:] == "HOME"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _LAB, str(hosts), str(run), "--folder", str(folder), "--port", str(port)],
            env=own | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self.greeting = self.process.stdout.readline()
        self.address = self.greeting.partition("：")[2].strip()

    def outside(self) -> list[str]:
        """Hosts asked for that are not this machine."""
        local = ("127.0.0.1", "localhost", "::1", "None", "", "/")
        asked = self.hosts.read_text(encoding="utf-8").splitlines() if self.hosts.exists() else []
        return [line for line in asked if not line.partition(" ")[2].startswith("/")
                and line.partition(" ")[2] not in local]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def settled(tab: Any, told: list[bool]) -> None:
    """Wait until a kernel has said which widgets it has (``told``: whether a message of a websocket is that answer).

    Only then is JupyterLab connected to it; the notebook is shown as idle before. Cells run earlier are not run, and
    may make JupyterLab start the session twice: then it listens to no widget of that kernel until the page is loaded
    anew ("widget model not found"), however often the cells are run.
    """
    for _ in range(1200):
        if any(told):
            return
        tab.wait_for_timeout(100)
    raise AssertionError(f"no kernel has answered; dialogs: {tab.locator('dialog.jp-Dialog').all_inner_texts()}")


@pytest.fixture
def opened(tmp_path: Path, fake: Path) -> Iterator[Lab]:
    server = Lab(fake, tmp_path / "笔记本", tmp_path / "hosts.txt")
    yield server
    server.stop()


@pytest.mark.slow
@pytest.mark.browser
def test_the_first_notebook_runs_in_jupyterlab_and_nothing_is_asked_of_elsewhere(opened: Lab, chromium: Any) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 1600}, locale="zh-CN")
    tab = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    told: list[bool] = []

    def listen(socket: Any) -> None:
        asked.append(socket.url)
        socket.on("framereceived", lambda frame: told.append("comm_info_reply" in str(frame)))

    tab.on("websocket", listen)
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda e: errors.append(str(e)))
    tab.goto(opened.address, wait_until="commit")
    tab.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    settled(tab, told)
    tab.get_by_role("menuitem", name="Run", exact=True).click()
    tab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    tab.locator("#wb-shell[data-ready]").wait_for(timeout=120_000)
    tab.get_by_text("先后两次核查的对比").wait_for()
    assert tab.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert tab.locator(".wb-display table").count() >= 4
    ARTIFACTS.mkdir(exist_ok=True)
    tab.locator(".wb-display").first.scroll_into_view_if_needed()
    tab.screenshot(path=str(ARTIFACTS / "lab-top.png"))
    # The widget answers: a click on a row of its list opens that branch.
    row = tab.locator("#wb-shell tr[data-subject]").first
    name = row.get_attribute("data-subject")
    row.click()
    tab.locator(f"article[data-subject='{name}']").wait_for()
    tab.screenshot(path=str(ARTIFACTS / "lab-overview.png"))
    assert violations(tab, inside="#wb-shell") == []
    tab.keyboard.press("Escape")
    # In the cell the list is as narrow as the cell, and its keys are not those of the notebook.
    box = tab.locator("#wb-list .wb-list-box")
    assert box.evaluate("b => b.scrollWidth - b.clientWidth") <= 0
    assert tab.locator("#wb-shell").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    cell = "document.querySelector('.jp-Cell.jp-mod-active')?.offsetTop"
    active = tab.evaluate(cell)
    row.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.ariaRowIndex") == "4"
    tab.keyboard.press("End")
    last = tab.locator("#wb-list table").get_attribute("aria-rowcount")
    tab.locator(f"#wb-list tr[aria-rowindex='{last}'][data-subject]").wait_for()
    assert (tab.evaluate("document.activeElement.ariaRowIndex"), tab.evaluate(cell)) == (last, active)
    # A chart is drawn, by what this very server sends.
    part = tab.locator('#wb-shell [data-section="sectors"]')
    part.scroll_into_view_if_needed()
    part.locator(".wb-chart[data-drawn] .main-svg").first.wait_for()
    assert any("/workbench/plotly.min.js" in url for url in asked)
    # Long enough for what JupyterLab asks for once it stands (news and updates come with the first seconds).
    tab.wait_for_timeout(1500)
    local = re.compile(r"(https?|wss?)://(localhost|127\.0\.0\.1):\d+/|data:|blob:")
    assert any("/api/kernels" in url for url in asked)
    assert [url for url in asked if not local.match(url)] == []
    assert [url for url in asked if re.search(r"/lab/api/(news|update|extensions)", url)] == []
    assert errors == []
    assert tab.get_by_text("official Jupyter news").count() == 0
    context.close()
    assert until(lambda: opened.hosts.exists() and "127.0.0.1" in opened.hosts.read_text(encoding="utf-8"), 5)
    assert opened.outside() == []
