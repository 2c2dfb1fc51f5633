"""The views 数据质量 and 对比 as people use them: real Voilà, real Chromium, one server for both."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from browsing import Page, Server
from reviewed_runs import DAYS, write_runs

from workbench.dashboards.comparison import Comparing
from workbench.dashboards.quality import Quality
from workbench.dashboards.state import RunState

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Server]:
    server = Server(folder / DAYS[2])
    yield server
    server.stop()


def ready(page: Page, view: str) -> Any:
    """The view once it has been drawn."""
    found = page.tab.locator(f'.wb-view[data-view="{view}"][data-ready]')
    found.wait_for()
    return found


def drawn(page: Page, deed: Callable[[], Any]) -> int:
    """Do something in 对比, wait for the new list, give its number of findings."""
    view = page.tab.locator('.wb-view[data-view="compare"]')
    before = view.get_attribute("data-ready")
    deed()
    page.tab.wait_for_function(
        "n => document.querySelector('.wb-view[data-view=compare]').dataset.ready !== n", arg=before
    )
    return int(view.get_attribute("data-total"))


def sheet(page: Page, deed: Callable[[], Any]) -> list[tuple]:
    """Rows of the workbook that was downloaded."""
    with page.tab.expect_download() as download:
        deed()
    return list(openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active.values)


def test_quality_from_tile_to_the_organisations(served: Server, folder: Path, visit: Callable[..., Page]) -> None:
    page = visit(served, address="/#view=quality")
    tab, view = page.tab, ready(page, "quality")
    quality = Quality(RunState(folder / DAYS[2]))
    assert DAYS[2] in view.locator(".wb-stand").inner_text()
    tile = view.locator(".wb-tile", has_text="退回的行")
    assert tile.locator(".wb-tile-value").inner_text() == "9"
    tile.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "wb-q-rejects"
    rows = sheet(page, view.locator("[data-do=get-rejects]").click)
    assert rows[0] == ("文件", "表", "行")

    gap = quality.gaps[0]
    unit, name, n, of = gap.units[0]
    link = view.locator(f'tr[data-gap="{gap.entry["id"]}"] a', has_text=name)
    assert link.locator("b").inner_text() == f"{n}/{of}"
    before = tab.locator("#wb-shell").get_attribute("data-ready")
    link.click()
    tab.wait_for_function("n => document.querySelector('#wb-shell').dataset.ready !== n", arg=before)
    assert int(tab.locator("#wb-shell").get_attribute("data-total")) == n
    assert f"unit={unit}" in tab.evaluate("location.hash")
    tab.go_back()
    ready(page, "quality")
    assert view.is_visible() and tab.locator('[data-tab="quality"]').get_attribute("aria-current") == "page"
    page.clean()


def test_two_runs_from_the_figure_to_the_evidence(served: Server, folder: Path, visit: Callable[..., Page]) -> None:
    page = visit(served, address="/#view=compare")
    tab, view = page.tab, ready(page, "compare")
    pair = Comparing(RunState(folder / DAYS[2]), folder / DAYS[1], [folder / DAYS[0]])
    counts = pair.counts()
    shown = view.locator(".wb-tile").evaluate_all(
        "all => all.map(t => [t.dataset.change, Number(t.querySelector('.wb-tile-value').innerText.replace(',', ''))])"
    )
    assert dict(shown) == counts
    text = view.inner_text()
    assert all(f"截至 {day}" in text for day in DAYS[1:])
    assert all(ident in told for ident, told in zip(pair.ids(), [
        dd.get_attribute("title") for dd in view.locator(".wb-both dd").all()], strict=True))
    assert "坏的" in view.locator(".wb-broken").inner_text()
    assert view.locator(".wb-chart tbody tr").count() == 3 and "%" in view.locator(".wb-chart tbody").text_content()

    assert drawn(page, view.locator('.wb-tile[data-change="resolved"]').click) == counts["resolved"]
    unit = pair.by_unit()[0]
    select = view.locator(".wb-find select[name=unit]")
    n = drawn(page, lambda: select.select_option(unit["id"]))
    assert n == unit["counts"]["resolved"] and f"unit={unit['id']}" in tab.evaluate("location.hash")

    line = view.locator(".wb-changed-list > li").first
    key = line.get_attribute("data-key").split("|")
    line.locator("summary").focus()
    tab.keyboard.press("Enter")
    line.locator("h4").nth(1).wait_for()
    assert [DAYS[1] in h for h in line.locator("h4").all_inner_texts()] == [True, False]
    expected = [both["evidence"]["total"] for both in pair.evidence(*key)]
    assert line.locator("details tbody tr").count() == sum(expected) > 0
    line.locator("p a").first.click()
    tab.locator(f'dialog article[data-subject="{key[0]}"]').wait_for()
    assert "unit=" in tab.evaluate("location.hash")
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert view.is_visible() and "branch=" not in tab.evaluate("location.hash")

    choose = view.locator("select[name=with]")
    choose.select_option(DAYS[0])
    tab.wait_for_function(f"document.querySelector('.wb-view[data-view=compare]').dataset.with === '{DAYS[0]}'")
    assert f"with={DAYS[0]}" in tab.evaluate("location.hash")
    page.clean()
