"""From the city to a branch and back, one branch in full, a requirement's spread: real Voilà, real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import Page, Server

from workbench.ledger import Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
WIDTHS = (1440, 1024, 390)

#: Elements of the view in sight that say nothing to a screen reader or are wider than the window.
_FAULTS = """(view) => {
    const all = [...document.querySelectorAll(`.wb-view[data-view="${view}"] *`)].filter((e) => e.offsetParent);
    const mute = all.filter((e) => e.matches('button, a') && !(e.textContent.trim() || e.getAttribute('aria-label')));
    const nameless = all.filter((e) => e.matches('table') && !e.querySelector('th[scope]'));
    return [mute.length, nameless.length, Math.max(0, document.documentElement.scrollWidth - innerWidth)];
}"""


def _turn(page: Page, address: str, view: str, name: str, value: str) -> Any:
    """Open an address by the page's own means, wait until what it names is drawn, give it."""
    page.tab.evaluate("to => { location.hash = to; }", address)
    return _there(page, view, name, value)


def _there(page: Page, view: str, name: str, value: str) -> Any:
    place = page.tab.locator(f'.wb-view[data-view="{view}"]:not([hidden])[data-ready] .wb-place[data-{name}="{value}"]')
    place.wait_for()
    return place


def test_from_the_city_to_a_row_and_back(
    season: tuple[Path, Path], service: Server, visit: Callable[..., Page]
) -> None:
    results = pd.read_parquet(season[0] / "results.parquet")
    failing = results[results["verdict"] == "未达标"]
    page = visit(service)
    tab = page.tab
    tab.locator('[data-tab="unit"]').click()
    city = _there(page, "unit", "unit", "000")
    assert f"{len(failing):,} / " in city.locator(".wb-tile", has_text="项次，").first.inner_text()
    first = city.locator("tr[data-child]:not(.wb-own)").first
    unit = first.get_attribute("data-child")
    assert int(first.locator(".wb-share b").inner_text()) == failing["subject"].str.startswith(unit).sum() > 0
    first.locator("a").press("Enter")
    branch = _there(page, "unit", "unit", unit).locator("tr[data-child]:not(.wb-own)").first
    subject = branch.get_attribute("data-child")
    branch.locator("a").press("Enter")
    profile = _there(page, "branch", "branch", subject)
    assert tab.evaluate("document.activeElement.tagName") == "H2"
    assert tab.locator('[data-tab="unit"]').get_attribute("aria-current") == "page"

    own = failing[failing["subject"] == subject]
    rows = profile.locator('tr[data-result-verdict="未达标"]')
    assert {r.get_attribute("data-result") for r in rows.all()} == set(own["requirement"])
    proof = profile.locator("tr:visible [data-do=proof]").first
    proof.press("Enter")
    below = profile.locator(".wb-p-proof")
    below.locator("tbody tr").first.wait_for()
    assert proof.get_attribute("aria-expanded") == "true"
    assert below.locator("tbody tr").count() == int(proof.inner_text().split()[-2])
    proof.press("Enter")
    below.wait_for(state="detached")

    tab.go_back()
    _there(page, "unit", "unit", unit)
    tab.go_back()
    _there(page, "unit", "unit", "000")
    assert tab.locator(f'.wb-place[data-branch="{subject}"]').is_hidden()
    page.clean()


def test_a_link_opens_the_branch_with_its_marks_findings_and_card(
    season: tuple[Path, Path], service: Server, visit: Callable[..., Page]
) -> None:
    with Ledger(season[1]) as ledger:
        subject = next(card.org_id for card in ledger.cards.all() if card.state == "橙牌")
    page = visit(service, address=f"/#view=branch&branch={subject}")
    tab = page.tab
    profile = _there(page, "branch", "branch", subject)
    told = profile.locator(".wb-branch-findings")
    told.locator("a").first.wait_for()
    assert "橙牌" in told.inner_text() and "台账中的问题" in told.inner_text()

    marks = profile.locator(".wb-mark:visible")
    assert tab.locator('.wb-done:visible .wb-mark[tabindex="0"]').count() == 1
    evidence = pd.read_parquet(season[0] / "evidence.parquet").query("subject == @subject")
    kinds = evidence.assign(kind=evidence["label"].str.split(" ").str[0])
    assert marks.count() == len(kinds[["kind", "dated_on"]].drop_duplicates())
    marks.first.focus()
    tab.keyboard.press("ArrowDown")
    chosen = tab.evaluate("[document.activeElement.dataset.kind, document.activeElement.dataset.on]")
    assert chosen[0] and chosen[0] != marks.first.get_attribute("data-kind")
    tab.keyboard.press("Enter")
    heading = profile.locator(".wb-records h3")
    heading.wait_for()
    assert heading.inner_text().startswith(f"{chosen[1]} {chosen[0]}")

    # A card opens over the branch; closed, the branch is still there and still in the address.
    profile.locator("tr:visible .wb-p-text a").first.click()
    tab.locator("dialog [data-card]").wait_for()
    tab.keyboard.press("Escape")
    tab.wait_for_function("() => !document.querySelector('dialog').open")
    assert tab.evaluate("location.hash") == f"#view=branch&branch={subject}"
    assert _there(page, "branch", "branch", subject).locator("h2").first.is_visible()

    # One that does not exist leaves nothing of this one.
    tab.evaluate("() => { location.hash = 'view=branch&branch=999-0001'; }")
    tab.locator(".wb-view .wb-absent", has_text="999-0001").wait_for()
    assert tab.locator(".wb-profile").count() == 0 and tab.locator(".wb-banner").is_hidden()
    _turn(page, "view=unit&unit=001", "unit", "unit", "001")
    assert tab.locator(".wb-banner").is_hidden()
    page.clean()


def test_the_spread_leads_to_the_list(season: tuple[Path, Path], service: Server, visit: Callable[..., Page]) -> None:
    results = pd.read_parquet(season[0] / "results.parquet")
    failing = results[results["verdict"] == "未达标"]
    worst = failing["requirement"].mode()[0]
    page = visit(service, address=f"/#view=requirements&card={worst}")
    tab = page.tab
    card = tab.locator(f'dialog [data-card="{worst}"]')
    card.wait_for()
    assert card.locator(".wb-plot[role=img]").get_attribute("aria-label")
    total = card.locator(".wb-figures tfoot td").all_text_contents()
    assert total[1] == str((failing["requirement"] == worst).sum())
    rows = card.locator(".wb-figures tbody td:nth-child(2)").all_text_contents()
    assert sum(int(n.replace(",", "")) for n in rows) == int(total[0].replace(",", ""))
    tab.screenshot(path=ARTIFACTS / "card_spread.png")
    link = card.locator(".wb-worst a").first
    wanted = int(link.inner_text().split("/")[0])
    assert page.act(link.click) == wanted > 0
    page.clean()


def test_widths_colours_and_paper(service: Server, visit: Callable[..., Page]) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page = visit(service)
    for address, view, name, value in (
        ("view=unit&unit=001", "unit", "unit", "001"), ("view=branch&branch=001-0004", "branch", "branch", "001-0004"),
    ):
        place = _turn(page, address, view, name, value)
        if view == "branch":
            place.locator(".wb-branch-findings a").first.wait_for()
        for width in WIDTHS:
            page.tab.set_viewport_size({"width": width, "height": 900})
            page.tab.emulate_media(color_scheme="dark" if width == 1024 else "light")
            assert page.tab.evaluate(_FAULTS, view) == [0, 0, 0], (width, view)
            page.tab.screenshot(path=ARTIFACTS / f"{view}_{width}.png", full_page=True)
        # Portable documents name every page's size: A4 lying down is 842 by 595 points.
        paper = page.tab.pdf(prefer_css_page_size=True)
        assert paper.count(b"/Type /Page\n") >= 1 and b"/MediaBox [0 0 841" in paper
    page.clean()
