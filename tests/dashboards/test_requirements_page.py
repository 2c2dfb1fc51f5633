"""The page of all requirements as people use it: real Voilà, real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from browsing import Page, Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOWN = "tr[data-id]:not([hidden])"


def test_all_rows_and_from_a_failing_count_to_the_organisations(
    walked: Path, start: Callable[[Path], Server], visit: Callable[..., Page]
) -> None:
    page = visit(start(walked))
    tab = page.tab
    page.requirements()
    receipt = json.loads((walked / "receipt.json").read_text(encoding="utf-8"))
    ids = tab.locator(SHOWN).evaluate_all("all => all.map(r => r.dataset.id)")
    assert ids == receipt["catalogue"]
    total = sum(c["total"] for c in receipt["coverage"])
    assert tab.locator(".wb-coverage tfoot").inner_text().split().count("/") == 1
    assert f"{total} / {total}" in tab.locator(".wb-coverage tfoot").inner_text()
    if walked.name == "demo":
        assert (len(ids), total) == (739, 739)

    failing = pd.read_parquet(walked / "results.parquet").query("verdict == '未达标'")["requirement"].value_counts()
    counts = tab.locator(".wb-q-failing a").evaluate_all(
        "all => all.map(a => [a.closest('tr').dataset.id, Number(a.innerText.replaceAll(',', ''))])"
    )
    assert dict(counts) == failing.to_dict()
    requirement, k = counts[-1]
    assert page.act(tab.locator(f'tr[data-id="{requirement}"] .wb-q-failing a').click) == k
    assert tab.locator('[data-tab="overview"]').get_attribute("aria-current") == "page"
    assert tab.locator("select[name=requirement]").input_value() == requirement
    shown = tab.locator("tr[data-subject]").evaluate_all("all => all.map(r => r.dataset.requirement)")
    assert set(shown) == {requirement}
    tab.go_back()
    tab.locator(".wb-clauses").wait_for()
    assert tab.locator(SHOWN).count() == len(ids)
    page.clean()


def test_filters_card_and_back(server: Server, fake: Path, visit: Callable[..., Page]) -> None:
    page = visit(server, address="/#view=requirements&treatment=checklist")
    tab = page.tab
    view = tab.locator('.wb-view[data-view="requirements"][data-ready]')
    view.wait_for()
    assert tab.locator("select[name=treatment]").input_value() == "checklist"
    assert tab.locator(SHOWN).count() == 4
    tab.locator(".wb-view[data-view=requirements] input[name=text]").fill("活动室第2处")
    tab.wait_for_selector('.wb-view[data-shown="1"]')
    assert tab.locator(SHOWN).get_attribute("data-id") == "secretary-2022-site-2"
    assert "1 条 / 共 37 条" in tab.locator(".wb-view[data-view=requirements] .wb-count").inner_text()
    tab.locator("[data-do=clear-requirements]").click()
    tab.wait_for_selector('.wb-view[data-shown="37"]')

    tab.locator('tr[data-id="secretary-2022-1"]').click()
    card = tab.locator("article.wb-card")
    card.wait_for()
    text = card.inner_text()
    assert all(word in text for word in ("第三条", "按期次数", "党员大会次数", "C01", "★ 机关党支部：次数更多", "本条"))
    other = card.locator(".wb-conflict a")
    wanted = other.inner_text()
    other.click()
    tab.locator(f'article.wb-card[data-card="{wanted}"]').wait_for()
    assert f"card={wanted}" in tab.evaluate("location.hash")
    tab.go_back()
    tab.locator('article.wb-card[data-card="secretary-2022-1"]').wait_for()
    tab.locator("[data-do=close]").click()
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert tab.evaluate("location.hash") == "#view=requirements"
    tab.locator('tr[data-id="xinfang-bureau-site-3"]').click()
    tab.locator('article.wb-card[data-card="xinfang-bureau-site-3"]').wait_for()
    assert all(word in card.inner_text() for word in ("看什么", "活动室第3处", "查什么材料", "常见问题", "长期锁门"))
    page.clean()


def test_keyboard_alone(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    tab.locator('[data-tab="requirements"]').focus()
    tab.keyboard.press("Enter")
    tab.locator('.wb-view[data-view="requirements"][data-ready]').wait_for()
    first = tab.locator('tr[data-id][tabindex="0"]')
    assert first.count() == 1  # one tab stop
    first.focus()
    tab.keyboard.press("ArrowDown")
    second = tab.evaluate("document.activeElement.dataset.id")
    assert second == tab.locator(SHOWN).nth(1).get_attribute("data-id")
    tab.keyboard.press("Enter")
    tab.locator(f'article.wb-card[data-card="{second}"]').wait_for()
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert tab.evaluate("document.activeElement.dataset.id") == second
    page.clean()


def test_a_filter_of_the_overview_stands_in_the_address(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    tab = page.tab
    k = page.act(lambda: tab.locator("#wb-list select[name=unit]").select_option("003"))
    assert tab.evaluate("location.hash") == "#view=overview&unit=003"
    page.requirements()
    tab.locator('[data-tab="overview"]').click()
    assert tab.locator("#wb-list select[name=unit]").input_value() == "003"
    again = visit(server, address="/#view=overview&unit=003&verdict=")
    again.tab.wait_for_function("document.querySelector('#wb-list select[name=unit]').value === '003'")
    again.tab.wait_for_function("k => Number(document.querySelector('#wb-shell').dataset.total) > k", arg=k)
    assert again.tab.locator("#wb-list select[name=verdict]").input_value() == ""
    page.clean()
    again.clean()


def test_paper(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    page.requirements()
    page.tab.emulate_media(media="print")
    shown = {".wb-coverage": True, ".wb-clauses": True, ".wb-view[data-view=requirements] .wb-filters": False,
             ".wb-heat-print": False, ".wb-tabs": False}
    assert {selector: page.tab.locator(selector).is_visible() for selector in shown} == shown
    page.clean()
