"""What the page tells when something breaks: kernels, server, line, run folder, templates; in real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from browsing import ROOT, SERVE, Page, Server, ended, until
from fake_ledger import LATER
from fake_run import write_run
from relay import Relay
from visitors import Visitor

from workbench.ledger import Event, Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: Sessions, pages and kernels are looked over all the time.
_PROGRAM = "from workbench.dashboards import door, limits\ndoor.SWEEP_MS = 300\n" + SERVE
#: A page without a connection is given up at once.
_HASTY = _PROGRAM.replace("SWEEP_MS", "SWEEP_MS = limits.DISCONNECTED = 1; door.SWEEP_MS")


def chromium_path() -> str:
    return next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))


def open_branch(page: Page, nth: int = 0) -> str:
    """Open a branch of the list in the dialog; its name."""
    row = page.tab.locator("tr[data-subject]").nth(nth)
    row.click()
    page.tab.locator("dialog article").wait_for()
    return page.tab.locator("dialog h2").inner_text()


def banner(page: Page, text: str) -> Any:
    """The banner, once it says ``text``."""
    found = page.tab.locator(".wb-banner:visible", has_text=text)
    found.wait_for(timeout=60_000)
    return found


def quiet(page: Page) -> None:
    """Wait until there is no banner."""
    page.tab.locator(".wb-banner").wait_for(state="hidden", timeout=60_000)


def nothing_shown(page: Page, *names: str) -> None:
    """No branch in the dialog, neither an old one nor one under another title."""
    page.tab.locator("dialog", has_text="已隐去").wait_for()
    assert page.tab.locator("dialog article").count() == 0
    assert not [name for name in names if name in page.tab.locator("dialog").inner_text()]


@pytest.fixture(scope="module")
def served(season: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a run and a ledger of its own, on which 督查员丙 acts."""
    folder = tmp_path_factory.mktemp("faults")
    shutil.copytree(season[0], folder / "run")
    shutil.copy(season[1], folder / "l.sqlite")
    server = Server(folder / "run", program=_PROGRAM, ledger=folder / "l.sqlite", inspector="督查员丙")
    server.folder = folder
    yield server
    server.stop()


@pytest.fixture
def relay(served: Server) -> Iterator[Relay]:
    line = Relay(served)
    line.kernels = served.kernels
    yield line
    line.stop()


def test_dead_and_stopped_kernels_and_a_lost_line(served: Server, relay: Relay, visit: Callable[..., Page]) -> None:
    stopped, cut, dead = visit(served), visit(relay), visit(served)
    names = [open_branch(page) for page in (stopped, cut, dead)]
    stopped.kernel().send_signal(signal.SIGSTOP)
    relay.deaf = relay.mute = True
    dead.kernel().kill()

    told = banner(dead, "服务重启过")
    nothing_shown(dead, names[2])
    told.get_by_role("button", name="刷新页面").click()  # back at the same place
    dead.tab.wait_for_function("n => document.querySelector('dialog h2')?.innerText === n", arg=names[2])

    for page, name in ((stopped, names[0]), (cut, names[1])):
        banner(page, "自动继续")
        nothing_shown(page, name)
        page.tab.keyboard.press("Escape")
        page.tab.locator("tr[data-subject]").nth(3).click()
        nothing_shown(page, name)
    stopped.kernel().send_signal(signal.SIGCONT)
    relay.deaf = relay.mute = False
    relay.cut()
    for page in (stopped, cut):
        quiet(page)
        page.tab.locator("dialog article").wait_for()
        subject = page.tab.locator("tr[data-subject]").nth(3).get_attribute("data-subject")
        assert page.tab.locator("dialog article").get_attribute("data-subject") == subject


def test_a_kernel_that_dies_while_it_waits_is_replaced(served: Server, visit: Callable[..., Page]) -> None:
    assert until(lambda: served.kernels())
    dead = served.kernels()
    for kernel in dead:  # pages of others are gone by now: among them is the one that waits for the next visitor
        kernel.kill()
    assert until(lambda: any(kernel not in dead for kernel in served.kernels()))
    page = visit(served)
    open_branch(page)
    assert page.tab.locator(".wb-banner").is_hidden()


def test_a_line_that_comes_and_goes_keeps_its_kernel(
    served: Server, relay: Relay, visit: Callable[..., Page]
) -> None:
    page = visit(relay)
    kernel = page.kernel().pid
    relay.down = True
    relay.cut()
    page.context.set_offline(True)
    open_form = page.tab.locator("tr[data-subject]").first
    open_form.click()
    banner(page, "自动继续")
    nothing_shown(page)
    page.context.set_offline(False)
    relay.down = False
    quiet(page)
    page.tab.locator("dialog article").wait_for()
    assert page.kernel().pid == kernel


def test_tabs_have_kernels_of_their_own_and_end_them(served: Server, visit: Callable[..., Page]) -> None:
    page = visit(served)
    with page.context.expect_page() as opened:  # a tab opened from this one has a copy of its storage
        page.tab.evaluate("window.open(location.href, '_blank')")
    other = opened.value
    other.wait_for_selector("#wb-shell[data-ready]")
    ident = "JSON.parse(document.getElementById('wb-kernel').textContent).kernelId"
    assert other.evaluate(ident) != page.tab.evaluate(ident)
    before = page.kernel()
    # Away and back: a page that the browser has kept aside does not come back with a kernel that is gone.
    page.tab.goto("about:blank")
    assert until(lambda: ended(before))
    page.tab.go_back()
    page.tab.wait_for_selector("#wb-shell[data-ready]")
    assert page.kernel().pid != before.pid
    open_branch(page)
    last = page.kernel()
    page.tab.close(run_before_unload=True)
    assert until(lambda: ended(last))
    other.locator("tr[data-subject]").first.click()
    other.locator("dialog article").wait_for()


def _form(page: Page, code: str) -> Any:
    """The form 登记支部意见 of a finding, filled in."""
    page.tab.locator(f'article[data-finding="{code}"]').wait_for()
    box = page.tab.locator('dialog details[data-act$="/answer"]')
    box.locator("summary").click()
    box.locator("[name=agrees]").select_option(label="有异议")
    box.locator("[name=text]").fill("活动已开展，记录在区里")
    return box.locator("form")


def _events(served: Server, code: str) -> list[Event]:
    with Ledger(served.folder / "l.sqlite") as ledger:
        return ledger.findings.history(ledger.findings.by_code(code).key)


def test_an_act_under_way_is_never_lost_nor_done_twice(
    served: Server, relay: Relay, visit: Callable[..., Page]
) -> None:
    with Ledger(served.folder / "l.sqlite") as ledger:
        codes = [f.code for f in ledger.findings.all() if f.state == "待核实" and not f.answered]
    page, other = visit(relay), visit(served)
    for told, muted, dies in (("已登记", True, False), ("没有登记", False, False), ("已登记", True, True)):
        code = codes.pop()
        number = len(_events(served, code))
        address = f"#view=board&day={LATER}&finding={code}"
        for p in (page, other):
            p.tab.evaluate("a => { location.hash = a }", address)
        form = _form(page, code)
        relay.mute, relay.deaf = muted, not muted
        form.locator("[type=submit]").click()
        if muted:
            assert until(lambda c=code, n=number: len(_events(served, c)) == n + 1)
        if dies:
            page.kernel().kill()
        relay.mute = relay.deaf = False
        relay.cut()
        if dies:
            banner(page, "服务重启过").get_by_role("button").click()
            banner(page, "上次断开前提交的")
        said = page.tab.locator(".wb-changed:visible, .wb-refused:visible, .wb-banner:visible", has_text=told)
        said.first.wait_for(timeout=60_000)
        assert len(_events(served, code)) == number + muted
        if not muted:  # nothing was written, nothing of what was typed is lost
            assert form.locator("[name=text]").input_value() == "活动已开展，记录在区里"
        else:  # the other tab hears of it
            other.tab.locator("dialog .wb-finding-facts", has_text="有异议").wait_for()


def test_a_run_that_changes_or_goes(served: Server, visit: Callable[..., Page]) -> None:
    run, aside = served.folder / "run", served.folder / "aside"
    page = visit(served)
    open_branch(page)
    results = run / "results.parquet"
    shutil.copy2(results, aside)
    os.truncate(results, 1000)
    banner(page, "无法读取")
    nothing_shown(page)
    refused = Visitor(served.address).ask("/")
    text = refused.text
    assert refused.status == 503 and "督查结果无法显示" in text and "重新打开" in text and "Traceback" not in text
    assert str(served.folder) not in text and "run" in text, "where runs are kept is not a visitor's to know"
    shutil.copy2(aside, results)
    quiet(page)
    page.tab.locator("dialog article").wait_for()
    run.rename(served.folder / "away")
    banner(page, "不在原处")
    nothing_shown(page)
    write_run(run, branches=36, city="乙州市")
    told = banner(page, "已更新")
    told.get_by_role("button", name="刷新页面").click()
    page.tab.locator("h1", has_text="乙州市").wait_for()
    # The address still names the branch that was open, and the new run has none so numbered.
    page.tab.locator("dialog .wb-absent", has_text="没有这个组织").get_by_role("button", name="关闭").click()
    page.tab.wait_for_function("() => !document.querySelector('dialog').open")
    quiet(page)


def test_the_server_is_killed_and_started_again(
    season: tuple[Path, Path], visit: Callable[..., Page], chromium: Any
) -> None:
    server = Server(season[0])
    try:
        page = visit(server)
        name = open_branch(page)
        kernels = server.kernels()
        server.process.kill()
        server.process.wait()
        banner(page, "自动继续")
        nothing_shown(page, name)
        server = page.server = Server(season[0], port=server.port, program=_HASTY)
        told = banner(page, "服务重启过")
        nothing_shown(page, name)
        told.get_by_role("button", name="刷新页面").click()
        page.tab.wait_for_function("n => document.querySelector('dialog h2')?.innerText === n", arg=name)
        assert until(lambda: all(map(ended, kernels))), "kernels end with their server"
        # A browser that is killed says nothing any more.
        others = set(psutil.Process().children(recursive=True))
        browser = chromium.browser_type.launch(executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"])
        kernel = Page(browser, server).kernel()
        for process in set(psutil.Process().children(recursive=True)) - others:
            with suppress(psutil.NoSuchProcess):  # each that is killed takes others with it
                if "chrom" in process.name():
                    process.kill()
        assert until(lambda: ended(kernel)) and not ended(page.kernel())
    finally:
        server.stop()


def test_broken_templates_are_told(tmp_path: Path, fake: Path) -> None:
    for part in ("workbench", "notebooks"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    own = tmp_path / "workbench/dashboards"
    shell, page = own / "markup/shell.html.j2", own / "jupyter/voila/templates/workbench/index.html.j2"
    kept = {path: path.read_text(encoding="utf-8") for path in (shell, page)}
    shell.write_text("{% if %}", encoding="utf-8")
    program = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n" + SERVE
    server = Server(fake, program=program)
    try:
        for broken in (shell, page):
            broken.write_text("{% if %}", encoding="utf-8")
            # What was prepared before is handed out still.
            assert until(lambda: Visitor(server.address).ask("/").status == 500)
            text = Visitor(server.address).ask("/").text
            assert "页面未能生成" in text and 'lang="zh-CN"' in text
            assert not re.search("Traceback|jinja2|TemplateSyntaxError", text)
            broken.write_text(kept[broken], encoding="utf-8")
            assert until(lambda: "wb-shell" in Visitor(server.address).ask("/").text)
    finally:
        server.stop()
