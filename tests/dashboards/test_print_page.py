"""Every view on A4, in real Chromium: sheets counted, as-of date and run on each, nothing that is only clicked, nothing
cut off."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Page, Server, until
from tour import stops, walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts" / "paper"
#: Between the margins of A4 lying down, in CSS pixels.
_WIDTH, _HEIGHT = 1046, 695
#: What is there to be clicked, and what is wider than the sheet.
_FAULTS = """inside => [
  ...[...document.querySelectorAll(`${inside} :is(.wb-button, input, select, textarea, [role=menu], .wb-tabs)`)]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width > 1).map((e) => e.outerHTML.slice(0, 100)),
  ...[...document.querySelectorAll(`${inside} *`)].filter((e) => e.checkVisibility() && !e.closest("svg, .wb-unseen")
    && e.getBoundingClientRect().right > innerWidth + 1).map((e) => "wide " + e.outerHTML.slice(0, 100)),
]"""


@pytest.fixture(scope="module")
def served(season: tuple[Path, Path]) -> Iterator[Server]:
    server = Server(season[0], ledger=season[1], inspector="督查员丙")
    yield server
    server.stop()


def sheets(pdf: bytes, name: str) -> list[str]:
    """The text of each sheet; the file is kept among the artefacts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    where = ARTIFACTS / f"{name}.pdf"
    where.write_bytes(pdf)
    told = subprocess.run(["pdftotext", "-layout", str(where), "-"], check=True, capture_output=True)
    return told.stdout.decode().split("\f")[:-1]


def faults_on(tab: Any, inside: str) -> list[str]:
    """What is wrong on the sheet. A chart follows the new width with the next frames: what is gone then is no fault."""
    until(lambda: not tab.evaluate(_FAULTS, inside), 10)
    return tab.evaluate(_FAULTS, inside)


def print_out(page: Page, name: str) -> list[str]:
    return sheets(page.tab.pdf(prefer_css_page_size=True), name)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="没有 pdftotext")
def test_every_view_on_paper(served: Server, season: tuple[Path, Path], visit: Callable[..., Page]) -> None:
    page = visit(served)
    tab = page.tab
    city = tab.evaluate("document.querySelector('h1').firstChild.textContent.trim()")
    stand = f"{city} · 截至 2026-09-30 · 督查结果 {season[0].name}"
    faults: list[Any] = []
    for stop in walk(page, stops(*season)):
        if stop.name == "overview":
            tab.locator(".wb-heat-paper table").wait_for(state="attached")
        texts = print_out(page, stop.name)
        if len(texts) > stop.sheets:
            faults.append((stop.name, "sheets", len(texts)))
        if stop.name == "overview" and "有未达标的要求" not in texts[0]:
            faults.append((stop.name, "the first sheet is half empty"))
        for number, text in enumerate(texts, 1):
            flat = re.sub(r"\s+", "", text)
            wanted = (stand, f"第{number}页，共{len(texts)}页", "供核实使用")
            faults += [(stop.name, number, part) for part in wanted if re.sub(r"\s+", "", part) not in flat]
        tab.emulate_media(media="print", color_scheme="dark")
        tab.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
        faults += [(stop.name, fault) for fault in faults_on(tab, "dialog" if stop.dialog else "#wb-shell")]
        if tab.evaluate("getComputedStyle(document.querySelector('.wb')).color") != "rgb(29, 38, 48)":
            faults.append((stop.name, "light letters on paper"))
        tab.emulate_media(media="null", color_scheme="light")
        tab.set_viewport_size({"width": 1440, "height": 900})
    assert not faults, "\n".join(map(str, faults))
    page.clean()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="没有 pdftotext")
def test_all_rows_and_those_that_are_filtered(
    demo_run: Path, start: Callable[[Path], Server], visit: Callable[..., Page]
) -> None:
    """Everything that is asked for fits on few sheets, each with its headers; a filter leaves its rows alone."""
    page = visit(start(demo_run), address="/#view=requirements")
    tab = page.tab
    tab.locator('.wb-view[data-view="requirements"][data-ready]').wait_for()
    rows = tab.locator(".wb-clauses tr[data-id]")
    texts = print_out(page, "all-requirements")
    assert rows.count() == 739
    assert len(texts) <= 24
    assert all("约束对象" in text and "未达标" in text for text in texts[1:-1])
    tab.locator('.wb-view[data-view="requirements"] select[name=document]').select_option(index=1)
    tab.wait_for_function("() => [...document.querySelectorAll('.wb-clauses tr[data-id]')].some((row) => row.hidden)")
    shown = rows.evaluate_all("all => all.filter((row) => !row.hidden).length")
    assert len(print_out(page, "some-requirements")) <= 2 + shown // 30 < len(texts)
    page.clean()
