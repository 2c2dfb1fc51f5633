"""The menu 导出 on every view and in the dialog, by keyboard alone: real Voilà, real Chromium, files opened again."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from browsing import Page, Server
from opened_files import OPEN, Opened, page

from workbench.dashboards.state import Filter, RunState
from workbench.ledger import Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORMATS = ("xlsx", "docx", "html")


def turned(shown: Page, address: str, ready: str) -> None:
    """Open an address by the page's own means and wait for what it names."""
    shown.tab.evaluate("to => { location.hash = to; }", address)
    shown.tab.locator(ready).first.wait_for()


def exported(shown: Page, form: str) -> tuple[str, bytes]:
    """Name and content of what the menu gives, by keyboard alone: the n-th entry after the opener."""
    tab = shown.tab
    opener = tab.locator("[data-do=exports]")
    opener.focus()
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
        for _ in range(FORMATS.index(form)):
            tab.keyboard.press("ArrowDown")
        assert tab.evaluate("document.activeElement.dataset.format") == form
        tab.keyboard.press("Enter")
    tab.wait_for_function("!document.querySelector('[data-do=exports]').disabled")
    assert opener.inner_text() == "导出" and opener.get_attribute("aria-expanded") == "false"
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def opened(shown: Page, form: str) -> Opened:
    name, data = exported(shown, form)
    assert name.endswith(f"-2026-09-30.{form}")
    return OPEN[form](data)


def view(name: str) -> str:
    return f'.wb-view[data-view="{name}"]:not([hidden])'


def test_every_view_by_keyboard(season: tuple[Path, Path], service: Server, visit: Callable[..., Page]) -> None:
    state = RunState(season[0])
    shown = visit(service)
    tab = shown.tab
    k = shown.act(lambda: tab.locator("#wb-list select[name=unit]").select_option("002"))
    file = opened(shown, "xlsx")
    rows = file.tables["问题清单"][1:]
    assert len(rows) == k == state.count(Filter(unit="002"))[0] > 0 and {r[0][:3] for r in rows} == {"002"}
    assert "模拟第二局" in file.head["筛选"]
    shown.expand("secretary-2022")
    turned(shown, "view=overview", f"{view('overview')} .wb-chart[data-drawn]")
    _, data = exported(shown, "docx")
    file = OPEN["docx"](data)
    assert any(caption.endswith("逐条") for caption in file.tables), "what is unfolded"
    drawn = tab.locator(f"{view('overview')} .wb-chart[data-drawn]").count()
    assert len(docx.Document(io.BytesIO(data)).inline_shapes) == drawn > 0

    turned(shown, "view=unit&unit=002", f"{view('unit')}[data-ready] [data-unit='002']")
    names = tab.locator("tr[data-child] th").all_inner_texts()
    assert [r[0] for r in opened(shown, "html").tables["下级组织"][1:]] == names and len(names) > 1
    turned(shown, "view=branch&branch=002-0001", f"{view('branch')}[data-ready] [data-branch='002-0001']")
    file = opened(shown, "docx")
    assert len(file.tables["各项要求"]) - 1 == tab.locator("tr[data-result]").count() > 0
    turned(shown, "view=requirements&document=secretary-2022", f"{view('requirements')}[data-ready] .wb-clauses")
    tab.wait_for_function("document.querySelector('.wb-view[data-view=requirements]').dataset.shown < 37")
    ids = tab.locator("tr[data-id]:visible").evaluate_all("all => all.map(r => r.dataset.id)")
    assert [r[2] for r in opened(shown, "xlsx").tables["全部条款"][1:]] == ids
    turned(shown, "view=board&state=整改中", f"{view('board')}[data-ready] .wb-columns.wb-alone")
    told = int(tab.locator(".wb-column h2 b").inner_text())
    rows = opened(shown, "html").tables["问题"][1:]
    assert len(rows) == told > 0 and {r[0] for r in rows} == {"整改中"}
    turned(shown, "view=quality", f"{view('quality')}[data-ready] .wb-tile")
    tiles = tab.locator(f"{view('quality')} .wb-tile-value").all_inner_texts()
    assert [r[1] for r in opened(shown, "docx").tables["总体情况"][1:]] == tiles
    turned(shown, "view=compare&change=resolved", f"{view('compare')}[data-ready] .wb-changed-list li")
    total = int(tab.locator(view("compare")).get_attribute("data-total"))
    assert len(opened(shown, "xlsx").tables["变化清单"]) - 1 == total > 0
    shown.clean()


def test_the_dialog_has_the_menu_too(season: tuple[Path, Path], service: Server, visit: Callable[..., Page]) -> None:
    with Ledger(season[1]) as book:
        found = next(f for f in book.findings.all() if f.state == "整改中")
    shown = visit(service, address=f"/#view=overview&branch={found.subject}&of={found.requirement}")
    tab = shown.tab
    tab.locator(f'dialog article[data-subject="{found.subject}"]').wait_for()
    tab.locator("dialog [data-do=exports]").focus()
    walk = (("ArrowUp", "html"), ("Home", "xlsx"), ("ArrowUp", "html"), ("ArrowDown", "xlsx"), ("End", "html"))
    for key, focused in walk:
        tab.keyboard.press(key)
        assert tab.evaluate("document.activeElement.dataset.format") == focused, key
    tab.keyboard.press("Escape")  # closes the menu, not the dialog
    assert tab.locator("dialog[open] [data-do=exports][aria-expanded=false]").count() == 1
    assert tab.evaluate("document.activeElement.dataset.do") == "exports"
    file = opened(shown, "html")
    assert f"代码 {found.subject}" in file.head["查看的组织"]
    tab.keyboard.press("Escape")
    tab.locator(".wb-head [data-do=exports]").wait_for()
    assert tab.locator("dialog[open]").count() == 0 and tab.locator("[data-do=exports]").count() == 1

    turned(shown, f"view=board&finding={found.code}", f'dialog article[data-finding="{found.code}"]')
    file = opened(shown, "docx")
    assert dict(file.tables[f"问题 {found.code}"])["责任人"] == "责任岗"
    turned(shown, f"view=requirements&card={found.requirement}", f'dialog article[data-card="{found.requirement}"]')
    assert dict(opened(shown, "xlsx").tables["本次结果"][1:])["未达标"] >= 0
    shown.clean()


def test_a_web_page_opens_offline(service: Server, visit: Callable[..., Page], chromium: Any, tmp_path: Path) -> None:
    shown = visit(service, address="/#view=compare")
    tab = shown.tab
    tab.locator(f"{view('compare')}[data-ready] .wb-chart[data-drawn]").wait_for()
    tab.locator("[data-do=exports]").click()
    assert tab.locator("#wb-export-menu").is_visible()
    with tab.expect_download() as download:
        tab.locator("#wb-export-menu [data-format=html]").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    [file] = tmp_path.iterdir()
    context = chromium.new_context(offline=True, locale="zh-CN")
    alone, asked, faults = context.new_page(), [], []
    alone.on("request", lambda r: asked.append(r.url))
    alone.on("console", lambda m: faults.append(m.text))
    alone.on("pageerror", lambda e: faults.append(str(e)))
    try:
        alone.goto(file.as_uri())
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()] and faults == []
        assert alone.evaluate("document.documentElement.lang") == "zh-CN" and alone.locator("script").count() == 0
        pictures = alone.locator("img").evaluate_all("all => all.map(i => [i.complete, i.naturalWidth > 0, i.alt])")
        assert pictures == [[True, True, "历次督查走势"]]
        assert alone.locator("h2").all_inner_texts()[-1].startswith("变化清单")
        assert alone.locator("th").first.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(238, 242, 246)"
        rows = alone.locator("section").last.locator("tbody tr").count()
        assert len(page(file.read_bytes()).tables["变化清单"]) - 1 == rows
        pdf = alone.pdf(prefer_css_page_size=True)
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") > 1
    finally:
        context.close()
    shown.clean()

    # A browser that makes no pictures: said, and the figures come all the same.
    tab.evaluate("() => { window.Plotly.toImage = () => Promise.reject(new Error('no canvas')); }")
    name, data = exported(shown, "html")
    assert "导出的文件里没有图" in tab.locator(".wb-banner").inner_text()
    assert b"<img" not in data and "变化清单" in page(data).tables
    tab.locator(f"{view('compare')} .wb-picture").click()
    tab.locator(".wb-banner", has_text="没有完成").wait_for()
