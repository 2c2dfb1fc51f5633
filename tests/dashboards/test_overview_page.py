"""The page as people use it: real Voilà, real kernels, real Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import Page, Server, until
from fake_run import write_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
FIRST_FAILING = '#wb-heat-detail tbody .wb-cell:not(.wb-dull, [data-requirement=""], [data-failing="0"])'

#: Scrolls the box of an expanded document to its end: whether it moved, and how far a unit's name moved with it.
_SCROLLED = """() => {
    const box = document.querySelector('.wb-heat-box'), name = box.querySelector('tbody th');
    const before = name.getBoundingClientRect().left;
    box.scrollLeft = box.scrollWidth;
    return [box.scrollLeft > 0, Math.round(name.getBoundingClientRect().left - before)];
}"""

#: Milliseconds from a click to the first frame after ``test`` holds.
_SINCE = """() => {
    window.CELL = '.wb-heat-sum tbody .wb-cell', window.ROW = 'tr[data-subject]';
    window.ready = () => document.querySelector('#wb-shell').dataset.ready;
    window.usable = Number(document.querySelector('#wb-shell').dataset.readyAt);
    window.since = (selector, test) => new Promise((done) => {
        const start = performance.now();
        document.querySelector(selector).click();
        const look = () => test() ? requestAnimationFrame(() => done(performance.now() - start)) : setTimeout(look, 1);
        look();
    });
}"""


def test_from_the_heatmap_to_the_evidence(
    walked: Path, start: Callable[[Path], Server], visit: Callable[..., Page]
) -> None:
    page = visit(start(walked))
    tab = page.tab
    results = pd.read_parquet(walked / "results.parquet")
    results = results[~((results["verdict"] == "待人工核实") & (results["missed"] == 0))]  # nobody has looked yet
    assert tab.locator("html").get_attribute("lang") == "zh-CN"
    failing = f"{(results['verdict'] == '未达标').sum():,}"
    assert tab.locator('.wb-tile[data-verdict="未达标"] .wb-tile-value').inner_text() == failing

    worst = results[results["verdict"] == "未达标"]["document"].mode()[0]
    page.expand(worst)
    cell = tab.locator(FIRST_FAILING).first
    k = int(cell.get_attribute("data-failing"))
    assert cell.inner_text().startswith(f"{k}/")
    assert page.act(cell.click) == k > 0
    assert f"未达标 {k} 条" in tab.locator(".wb-count").inner_text()
    rows = tab.locator("tr[data-subject]")
    assert tab.locator("#wb-list table").get_attribute("aria-rowcount") == str(k + 1)
    assert 0 < rows.count() <= k
    requirement = cell.get_attribute("data-requirement")
    assert {r.get_attribute("data-requirement") for r in rows.all()} == {requirement}

    row = rows.last
    subject, name = row.get_attribute("data-subject"), row.locator("td").first.inner_text()
    row.click()
    article = tab.locator("dialog article")
    article.wait_for()
    assert article.get_attribute("data-subject") == subject
    assert article.locator("h2").inner_text() == name
    article.locator(".wb-rest").wait_for(state="detached")
    shown = article.locator("section[data-requirement]").evaluate_all(
        "all => all.map(s => [s.dataset.requirement, s.dataset.verdict])"
    )
    own = results[results["subject"] == subject]
    assert sorted(map(tuple, shown)) == sorted(zip(own["requirement"], own["verdict"], strict=True))
    asked = article.locator(f'section[data-requirement="{requirement}"]')
    assert "未达标" in asked.inner_text()
    _check_evidence(walked, asked, subject, requirement)
    page.clean()


def _check_evidence(run: Path, section: Any, subject: str, requirement: str) -> None:
    evidence = pd.read_parquet(run / "evidence.parquet").query("subject == @subject and requirement == @requirement")
    sources = pd.read_parquet(run / "sources.parquet").set_index("source_id")
    lines = section.locator(".wb-rows tbody tr").evaluate_all("all => all.map(r => [...r.cells].map(c => c.innerText))")
    assert len(lines) == min(len(evidence), 200)
    known = evidence.dropna(subset=["source_row"])
    wanted = {(sources.loc[e.source_id, "file"], str(int(e.source_row))) for e in known.itertuples()}
    assert {(line[0], line[2]) for line in lines if line[2]} <= wanted


def test_filter_and_sort(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    total = int(tab.locator("#wb-shell").get_attribute("data-total"))
    header = tab.locator('th[data-sort="description"]')
    for order, reverse in (("ascending", False), ("descending", True)):
        page.act(header.locator("button").click)
        assert header.get_attribute("aria-sort") == order
        values = tab.locator("td.wb-c-description").all_inner_texts()
        assert values == sorted(values, reverse=reverse)

    found = page.act(lambda: tab.locator("input[name=text]").fill("第三局"))
    assert 0 < found < total
    assert {"第三局" in n for n in tab.locator("td.wb-c-name").all_inner_texts()} == {True}
    assert page.act(lambda: tab.locator("select[name=verdict]").select_option("进度滞后")) > 0
    assert set(tab.locator("td.wb-c-verdict").all_inner_texts()) == {"进度滞后"}
    assert page.act(lambda: tab.locator("input[name=text]").fill("没有这样的组织")) == 0
    assert "没有符合" in tab.locator(".wb-empty").inner_text()
    assert page.act(tab.locator("[data-do=clear]").click) == total
    page.clean()


def test_keyboard_alone(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    tab.locator('[data-do=expand]').first.focus()
    tab.keyboard.press("Enter")
    tab.locator("#wb-heat-detail table").wait_for()
    assert tab.locator('[data-do=expand]').first.get_attribute("aria-expanded") == "true"
    assert tab.evaluate("document.activeElement.closest('#wb-heat-detail') !== null")
    cell = tab.locator('.wb-heat-sum .wb-cell[tabindex="0"]')
    cell.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    place = tab.evaluate("[document.activeElement.dataset.unit, document.activeElement.dataset.failing]")
    assert place[0] == "002"
    assert page.act(lambda: tab.keyboard.press("Enter")) == int(place[1])
    page.act(tab.locator("[data-do=clear]").click)
    row = tab.locator("tr[data-subject]").nth(1)
    tab.locator("tr[data-subject]").first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.locator("dialog article").wait_for()
    assert tab.locator("dialog article").get_attribute("data-subject") == row.get_attribute("data-subject")
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert tab.evaluate("document.activeElement.dataset.subject") == row.get_attribute("data-subject")
    page.clean()


def test_a_dead_kernel_is_told_and_no_stale_branch_stays(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    rows = tab.locator("tr[data-subject]")
    rows.first.click()
    tab.locator("dialog article").wait_for()
    old = tab.locator("dialog h2").inner_text()
    tab.keyboard.press("Escape")
    page.kernel().kill()
    other = next(r for r in rows.all() if r.locator("td").first.inner_text() != old)
    other.click()
    assert tab.locator("dialog article").count() == 0
    tab.locator(".wb-banner:visible").wait_for(timeout=40_000)
    assert "连接已中断" in tab.locator(".wb-banner").inner_text()
    assert tab.locator("dialog article").count() == 0
    assert old not in tab.locator("dialog").inner_text()


def test_idle_kernels_end_but_not_the_one_that_waits(tmp_path: Path) -> None:
    server = Server(write_run(tmp_path / "run", branches=24), idle_seconds=2)
    try:
        assert until(lambda: len(server.kernels()) == 1)
        waiting = server.kernels()[0].pid
        time.sleep(5)
        assert [k.pid for k in server.kernels()] == [waiting]
        # A visitor who never comes back: no browser, no heartbeat.
        urllib.request.urlopen(server.address).read()
        assert until(lambda: len(server.kernels()) == 1 and server.kernels()[0].pid != waiting)
    finally:
        server.stop()


def test_paper_shows_what_fails_and_no_controls(server: Server, fake: Path, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    tab.locator(".wb-heat-print").wait_for(state="attached")
    tab.emulate_media(media="print")
    failing = pd.read_parquet(fake / "results.parquet").query("verdict == '未达标'")["requirement"].nunique()
    assert tab.locator(".wb-heat-print tbody tr:has(td)").count() == failing > 20
    assert f"其余 {32 - failing} 项没有未达标" in tab.locator(".wb-heat-print caption").inner_text()
    shown = {".wb-heat-print": True, ".wb-heat-sum": True, "#wb-list .wb-filters": False, ".wb-tabs": False,
             "#wb-list .wb-list": True}
    assert {selector: tab.locator(selector).is_visible() for selector in shown} == shown
    tab.emulate_media(media="screen")
    tab.locator("tr[data-subject]").first.click()
    tab.locator("dialog article").wait_for()
    tab.emulate_media(media="print")
    assert not tab.locator("#wb-list .wb-list").is_visible()
    assert tab.locator("dialog h2").is_visible()
    sheet = re.search(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)\]", tab.pdf(prefer_css_page_size=True))
    assert [round(float(x) / 72 * 25.4) for x in sheet.groups()] == [297, 210]
    page.clean()


def test_a_run_replaced_after_the_kernel_was_prepared(tmp_path: Path, visit: Callable[..., Page]) -> None:
    run = write_run(tmp_path / "run", branches=24, city="甲州市")
    server = Server(run)
    try:
        # The waiting kernel has read the first run; now another one takes its place.
        assert until(lambda: len(server.kernels()) == 1)
        first = urllib.request.urlopen(server.address).read().decode()
        assert "甲州市" in first
        assert until(lambda: len(server.kernels()) == 2)
        shutil.rmtree(run)
        write_run(run, branches=36, city="乙州市")
        page = visit(server)
        page.tab.locator("h1", has_text="乙州市").wait_for()
        assert page.tab.locator(".wb-tile-value").first.inner_text() == "36"
        page.clean()
    finally:
        server.stop()


def test_the_server_keeps_to_itself(server: Server) -> None:
    with urllib.request.urlopen(server.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = answer.read().decode()
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "https://" not in page.replace("https://github.com", "")
    assert "Overview.from_environment" not in page
    assert str(server.port) in server.greeting
    for request, status in (
        (urllib.request.Request(server.address, headers={"Host": "evil.example"}), 403),
        (urllib.request.Request(f"{server.address}/voila/files/dashboard.ipynb"), 403),
    ):
        with pytest.raises(urllib.error.HTTPError) as e:
            urllib.request.urlopen(request)
        assert e.value.code == status


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
def test_no_width_scrolls_sideways(demo_run: Path, start: Callable, visit: Callable, width: int, height: int) -> None:
    """The audited sample, whose texts are long; synthetic runs are looked at in test_looks_page.py."""
    page = visit(start(demo_run), width=width, height=height)
    tab = page.tab
    ARTIFACTS.mkdir(exist_ok=True)
    name = f"demo-{width}"
    wide = "document.documentElement.scrollWidth"
    assert tab.evaluate(wide) <= width
    tab.screenshot(path=ARTIFACTS / f"{name}.png")
    if width == 1440:  # all documents at one glance
        box = "document.querySelector('.wb-heat-sum').parentElement"
        assert tab.evaluate(f"(b => b.scrollWidth - b.clientWidth)({box})") <= 0
    page.expand()
    if width == 390:  # the document scrolls in its own box, the names of the units stay
        assert tab.evaluate(_SCROLLED) == [True, 0]
    assert tab.evaluate(wide) <= width
    tab.screenshot(path=ARTIFACTS / f"{name}-document.png")
    tab.locator("tr[data-subject]").nth(2).click()
    tab.locator("dialog article").wait_for()
    assert tab.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('dialog'))") <= 0
    tab.screenshot(path=ARTIFACTS / f"{name}-branch.png")
    tab.keyboard.press("Escape")
    page.requirements()
    assert tab.evaluate(wide) <= width
    tab.screenshot(path=ARTIFACTS / f"{name}-requirements.png")
    tab.locator("tr[data-id]").first.click()
    tab.locator("article.wb-card").wait_for()
    assert tab.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('dialog'))") <= 0
    tab.screenshot(path=ARTIFACTS / f"{name}-card.png")
    page.clean()


def test_times_are_written_down(server: Server, visit: Callable[..., Page]) -> None:
    """Measures without judging: first paint, usable, cell and row click, in tests/artifacts/times.json."""
    page = visit(server)
    tab = page.tab
    tab.evaluate(_SINCE)
    times = {
        "first_paint_ms": tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
        "usable_ms": tab.evaluate("usable"),
        "cell_click_ms": tab.evaluate("() => { const n = ready(); return since(CELL, () => ready() !== n); }"),
        "row_click_ms": tab.evaluate("() => since(ROW, () => document.querySelector('dialog article'))"),
    }
    assert all(value > 0 for value in times.values())
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "times.json").write_text(json.dumps(times, indent=1) + os.linesep, encoding="utf-8")
