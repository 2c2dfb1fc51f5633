"""How every view looks at three widths, and dark: screenshots kept as artefacts, one type scale, Chinese forms of
letters, red on red cards alone, nothing that scrolls the page sideways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import ROOT, Page, Server
from tour import Stop, stops, walk

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts" / "looks"
STATIC = ROOT / "workbench" / "dashboards" / "static"
#: Widths of a desk, a small window, a phone; 720 is the desk at twice the size (200 %), of which no picture is kept.
#: The dark scheme only gives other values to the colours, whatever the width.
WINDOWS = ((1440, 900, "light"), (1440, 900, "dark"), (1024, 768, "light"), (720, 450, "light"), (390, 844, "light"))
SIZES = {12, 13, 15, 20, 28}
#: Everything in view: sizes of type, numbers that do not stand at the right, red, text that is cut in a head.
_SEEN = r"""inside => {
  const sizes = {}, reds = [], ragged = [];
  const red = (color) => {
    const [r, g, b, a = 1] = (color.match(/[\d.]+/g) || []).map(Number);
    const top = Math.max(r, g, b), low = Math.min(r, g, b);
    if (a < .3 || top - low < 90 || r !== top) return false;
    const hue = 60 * (g - b) / (top - low);
    return hue < 12 && hue > -25;
  };
  for (const e of document.querySelectorAll(`${inside}, ${inside} *`)) {
    if (!e.checkVisibility() || e.closest("svg, .wb-unseen")) continue;
    const style = getComputedStyle(e);
    const what = e.outerHTML.slice(0, 120), colors = [style.color, style.backgroundColor, style.borderLeftColor];
    if ([...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) sizes[parseFloat(style.fontSize)] ??= what;
    if (colors.some(red) && !e.closest('[data-plate="红牌"]')) reds.push(what);
    if (e.matches("td.wb-num") && style.textAlign !== "right") ragged.push(what);
  }
  return { sizes, reds, ragged, stand: document.querySelector(".wb-head dl")?.innerText || "",
    wide: document.documentElement.scrollWidth - innerWidth,
    dialog: (d => d.open ? d.scrollWidth - d.clientWidth : 0)(document.querySelector("dialog")) };
}"""


@pytest.fixture(scope="module")
def served(season: tuple[Path, Path]) -> Iterator[Server]:
    server = Server(season[0], ledger=season[1], inspector="督查员丙")
    yield server
    server.stop()


@pytest.mark.browser
@pytest.mark.slow
def test_every_view_at_three_widths(served: Server, season: tuple[Path, Path], visit: Callable[..., Page]) -> None:
    page = visit(served)
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    devtools = page.context.new_cdp_session(page.tab)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    faults: list[Any] = []
    for stop in walk(page, stops(*season)):
        faults += [(stop.name, *fault) for fault in _look(page, stop, season[0].name)]
        others = [font for font in _fonts(devtools) if not re.match(r"Noto Sans (Mono )?CJK SC", font)]
        faults += [(stop.name, "font", font) for font in others]
    assert not faults, "\n".join(map(str, faults))
    assert page.tab.evaluate("[document.documentElement.lang, document.querySelector('.wb').lang]") == ["zh-CN"] * 2
    page.clean()


def _look(page: Page, stop: Stop, run: str) -> Iterator[tuple[Any, ...]]:
    """What is wrong with one stop, in each window."""
    tab, inside = page.tab, "dialog" if stop.dialog else "#wb-shell"
    for width, height, scheme in WINDOWS:
        tab.set_viewport_size({"width": width, "height": height})
        tab.emulate_media(color_scheme=scheme)
        seen = tab.evaluate(_SEEN, inside)
        yield from ((width, scheme, "size", *odd) for odd in seen["sizes"].items() if float(odd[0]) not in SIZES)
        yield from ((width, scheme, "red", odd) for odd in seen["reds"])
        if width > 720:
            yield from ((width, scheme, "ragged", odd) for odd in seen["ragged"])
        if seen["wide"] > 0 or seen["dialog"] > 0:
            yield width, scheme, "wide", seen["wide"], seen["dialog"]
        if "2026-09-30" not in seen["stand"] or run not in seen["stand"]:
            yield width, scheme, "stand", seen["stand"]
        if width != 720:
            tab.screenshot(path=ARTIFACTS / f"{stop.name}-{width}-{scheme}.png", full_page=not stop.dialog)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.emulate_media(color_scheme="light")


def _fonts(devtools: Any) -> set[str]:
    """The faces that the letters on the screen are drawn with, as the browser tells."""
    root = devtools.send("DOM.getDocument", {"depth": 1})["root"]["nodeId"]
    found = devtools.send("DOM.querySelectorAll", {
        "nodeId": root,
        "selector": ".wb h1, .wb h2, .wb td, .wb dd, .wb select, .wb input, .wb button, .wb code, dialog p",
    })["nodeIds"]
    fonts: set[str] = set()
    for node in [*found[:6], *found[6 :: max(1, len(found) // 25)]]:
        told = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        fonts |= {font["familyName"] for font in told if font["glyphCount"]}
    return fonts


def test_one_type_scale_in_the_sheets() -> None:
    told: list[tuple[str, str]] = []
    for sheet in sorted(STATIC.glob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        told += [(sheet.name, odd) for odd in re.findall(r"font(?:-size)?:[^;}]*?\d(?:px|rem|em)\b[^;}]*", text)]
    assert told == []


def test_colours_are_told_apart_without_seeing_colour() -> None:
    """The steps of the heatmap go from light to dark (in the dark from dark to light), and text on each is read."""
    light, dark = re.findall(r"--h0: (#\w+); --h1: (#\w+); --h2: (#\w+); --h3: (#\w+); --h4: (#\w+); --h5: (#\w+);"
                             r" --h-dark: (#\w+); --h-light: (#\w+);", (STATIC / "overview.css").read_text("utf-8"))
    for *steps, late, early in (light, dark):
        levels = [_luminance(step) for step in steps]
        assert sorted(levels, reverse=levels[0] > levels[-1]) == levels
        assert all(_contrast(a, b) >= 1.1 for a, b in zip(steps, steps[1:], strict=False))
        assert all(_contrast(step, early if n < 4 else late) >= 4.5 for n, step in enumerate(steps) if n)


def _luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(a: str, b: str) -> float:
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)
