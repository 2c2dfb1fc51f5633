"""Who does not see the page, or uses no mouse: axe-core, keyboard, names, headings, landmarks, in real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Page, Server
from tour import COLOURS, Stop, stops, violations, walk

from workbench.dashboards import accounts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: Roles of what can be operated; each of them has a name that says in Chinese, or with a figure, what it is.
_CONTROLS = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "menuitem", "DisclosureTriangle", "Date",
    "listbox", "spinbutton", "grid", "dialog", "navigation", "region", "search",
}
_SAYS = re.compile(r"[一-鿿\d]")
#: Writes down whatever gets the focus: what it is, whether it can be seen there, whether that shows.
_LISTEN = """() => {
  window.reached = [];
  addEventListener("focusin", (event) => {
    const at = event.target, style = getComputedStyle(at), box = at.getBoundingClientRect();
    const shown = box.width > 0 && box.height > 0;
    reached.push({ what: at.outerHTML.slice(0, 120), shown, inside: !!at.closest("dialog"),
      marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, skip: at.matches(".wb-skip") });
  });
}"""
_HEADINGS = """inside => [...document.querySelectorAll(inside + ' :is(h1, h2, h3, h4)')]
  .filter((h) => h.offsetParent && h.textContent.trim()).map((h) => Number(h.tagName[1]))"""


@pytest.fixture(scope="module")
def served(season: tuple[Path, Path]) -> Iterator[Server]:
    server = Server(season[0], ledger=season[1], inspector="督查员丙")
    yield server
    server.stop()


@pytest.fixture
def tour(season: tuple[Path, Path]) -> list[Stop]:
    return stops(*season)


def test_axe_finds_nothing_serious(served: Server, tour: list[Stop], visit: Callable[..., Page]) -> None:
    page = visit(served)
    tab = page.tab
    faults: list[Any] = []
    for stop in walk(page, tour):
        # The first stop looks at the whole document, the others at what is new in it.
        inside = "" if stop.name == "overview" else "dialog" if stop.dialog else ".wb-view:not([hidden])"
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            found = violations(tab, rules=COLOURS if scheme == "dark" else (), inside=inside)
            faults += [(stop.name, scheme, *fault) for fault in found]
    assert not faults, "\n".join(map(str, faults))
    tab.emulate_media(color_scheme="light")
    tab.keyboard.press("Escape")
    tab.locator("[data-do=exports]").first.click()
    tab.locator("#wb-export-menu").wait_for()
    assert violations(tab, inside=".wb-head") == []
    page.clean()


def test_keyboard_names_headings_landmarks(served: Server, tour: list[Stop], visit: Callable[..., Page]) -> None:
    page = visit(served)
    tab = page.tab
    devtools = page.context.new_cdp_session(tab)
    tab.evaluate(_LISTEN)
    city = tab.evaluate("document.querySelector('h1').firstChild.textContent.trim()")
    faults: list[Any] = []
    for stop in walk(page, tour):
        tab.evaluate("() => { document.activeElement.blur(); reached.length = 0; }")
        reached = _tab_through(tab)
        faults += [(stop.name, "out of sight", r["what"]) for r in reached if not r["shown"]]
        faults += [(stop.name, "focus does not show", r["what"]) for r in reached if not r["marked"]]
        faults += [(stop.name, "beside the dialog", r["what"]) for r in reached if r["inside"] != stop.dialog]
        faults += [(stop.name, "no name", name) for name in _nameless(devtools)]
        levels = tab.evaluate(_HEADINGS, "dialog" if stop.dialog else "#wb-shell")
        if levels[0] > 2 or any(b - a > 1 for a, b in zip(levels, levels[1:], strict=False)):
            faults.append((stop.name, "headings", levels))
        if not (stop.dialog or any(r["skip"] for r in reached)):
            faults.append((stop.name, "no way past the head"))
        if not tab.title().endswith(f" · {city}"):
            faults.append((stop.name, "title", tab.title()))
    assert not faults, "\n".join(map(str, faults))
    assert tab.locator("main, header.wb-head, footer").count() == 3
    page.clean()


def test_skip_link_and_live_counts(served: Server, visit: Callable[..., Page]) -> None:
    page = visit(served)
    tab = page.tab
    tab.keyboard.press("Tab")
    assert tab.locator(".wb-skip").is_visible()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "wb-main"
    assert tab.evaluate("location.hash") == ""
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('main') !== null")
    counts = tab.locator(".wb-count[aria-live=polite]")
    before = counts.first.inner_text()
    page.act(lambda: tab.locator("#wb-list select[name=verdict]").select_option("达标"))
    assert counts.first.inner_text() != before
    # Whoever has chosen colours of their own still sees which tab and which card is meant.
    tab.emulate_media(forced_colors="active", reduced_motion="reduce")
    edge = "getComputedStyle(document.querySelector('.wb-tabs a{}')).borderBottomColor"
    assert tab.evaluate(edge.format("[aria-current]")) != tab.evaluate(edge.format(":not([aria-current])"))
    moving = "[...document.querySelectorAll('.wb *')].filter((e) => e.getAnimations().length).length"
    assert tab.evaluate(moving) == 0
    page.clean()


def test_the_pages_before_and_beside(tmp_path: Path, season: tuple[Path, Path], chromium: Any) -> None:
    accounts.add(tmp_path / "users.yaml", "督查员甲", "督查员", accounts.ALL, "mima-jia-2026")
    guarded = Server(season[0], users=tmp_path / "users.yaml")
    context = chromium.new_context(locale="zh-CN")
    try:
        tab = context.new_page()
        for address, scheme in (("/login", "light"), ("/logout", "dark"), ("/login", "dark"), ("/no-page", "light")):
            tab.emulate_media(color_scheme=scheme)
            tab.goto(guarded.address + address)
            if address == "/login" and scheme == "light":
                assert violations(tab) == []
                tab.keyboard.type("督查员甲")
                tab.keyboard.press("Tab")
                tab.keyboard.type("mima-jia-2026")
                tab.keyboard.press("Enter")
                tab.wait_for_selector("#wb-shell[data-ready]", timeout=60_000)
                assert violations(tab, inside=".wb-head") == []
                continue
            assert tab.evaluate("document.documentElement.lang") == "zh-CN"
            assert tab.locator("h1").count() == 1
            assert violations(tab) == [], address
    finally:
        context.close()
        guarded.stop()


def _tab_through(tab: Any) -> list[dict[str, Any]]:
    """Press Tab until the page has been left; what was reached. A trap would never end."""
    for _ in range(40):
        for _ in range(15):
            tab.keyboard.press("Tab")
        seen = tab.evaluate("reached")
        first = seen[0]["what"]
        again = next((i for i, r in enumerate(seen[1:], 1) if r["what"] == first), None)
        if again:
            return seen[:again]
    raise AssertionError(f"no way out: {[r['what'] for r in seen[-3:]]}")


def _nameless(devtools: Any) -> list[str]:
    """Controls and landmarks, as a screen reader is told of them, whose name says nothing."""
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    told = {node["nodeId"]: (node.get("role", {}).get("value"), node.get("parentId")) for node in nodes}

    def of_the_browser(node: dict[str, Any]) -> bool:
        """A part of a field for dates, which the browser names in the language of its own."""
        above = node.get("parentId")
        while above in told and told[above][0] != "Date":
            above = told[above][1]
        return above in told

    return [
        f"{node['role']['value']} {node.get('name', {}).get('value', '')!r}" for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") in _CONTROLS
        and not _SAYS.search(node.get("name", {}).get("value", "")) and not of_the_browser(node)
    ]
