"""Charts in Chromium: plotly by URL from our own host, dark and light, saved as PNG, on paper; without it a table."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import openpyxl
import pytest
from browsing import Page, Server
from near_runs import DAYS, write_runs

from workbench.dashboards.heat import level
from workbench.dashboards.sections import ROWS, Upcoming, sectors
from workbench.dashboards.state import RunState
from workbench.reports.screen import Share

ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
pytestmark = pytest.mark.browser
#: Colours of the style sheet as the drawing has them.
FILLS = """figure => [...figure.querySelectorAll('.barlayer .point path')].map(p => p.style.fill)"""
#: The colour of a variable, as the browser writes it.
COLOUR = """name => { const at = document.createElement('i'); document.querySelector('.wb').append(at);
  at.style.color = `var(${name})`; const found = getComputedStyle(at).color; at.remove(); return found; }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("charts"), branches=24)


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Server]:
    server = Server(folder / DAYS[1], base_url="/ducha/")
    server.address += "/ducha"
    yield server
    server.stop()


def section(page: Page, name: str) -> Any:
    """A part of the overview that has come, its chart drawn."""
    part = page.tab.locator(f'[data-section="{name}"][data-state="there"]')
    part.wait_for()
    part.scroll_into_view_if_needed()
    if name != "due":
        part.locator(".wb-chart[data-drawn] .main-svg").first.wait_for(timeout=60_000)
    return part


def texts(part: Any, selector: str) -> list[str]:
    return [text.strip() for text in part.locator(selector).all_text_contents()]


def size(data: bytes) -> tuple[int, int]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_charts_of_the_overview(folder: Path, service: Server, visit: Callable[..., Page], tmp_path: Path) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page = visit(service, address="/", color_scheme="light")
    tab, frames, scripts = page.tab, [], []
    tab.on("websocket", lambda socket: socket.on("framereceived", lambda data: frames.append(len(data))))
    tab.on("request", lambda request: scripts.append(request) if "plotly" in request.url else None)
    tab.reload(wait_until="commit")
    tab.wait_for_selector("#wb-shell[data-ready]")
    state = RunState(folder / DAYS[1])

    part = section(page, "sectors")
    script = scripts[-1]  # the visit before the reload may have asked for it too
    assert len(scripts) <= 2
    assert script.url.startswith(f"{service.address}/workbench/plotly.min.js?v=")
    assert frames and max(frames) < 500_000 < len(script.response().body())
    found = sectors(state)
    assert texts(part, ".ytick") == [s.name for s in found]
    assert part.locator(".barlayer .point path").count() == len(found)
    rows = part.locator("tbody tr").all()
    assert [texts(row, "th, td")[0] for row in rows] == [s.name for s in found]
    assert [texts(row, "td")[:3] for row in rows] == [
        [Share(s.cell.failing, s.cell.judged).percent, f"{s.cell.failing:,}", f"{s.cell.judged:,}"] for s in found
    ]
    # Red is for cards alone: a bar has the colour of its step.
    figure = part.locator(".wb-chart")
    light = figure.evaluate(FILLS)
    assert light == [tab.evaluate(COLOUR, f"--h{level(s.cell)}") for s in found]

    trend = section(page, "trend")
    assert [text[:10] for text in texts(trend, ".xtick")] == list(DAYS)
    assert texts(trend, "tbody tr td:nth-child(2)") == list(DAYS)
    tab.screenshot(path=ARTIFACTS / "overview_charts.png", full_page=True)

    # A picture says what it is and of when; on paper's colours.
    with tab.expect_download() as told:
        trend.get_by_role("button", name="存为图片").click()
    assert told.value.suggested_filename == f"历次督查走势-{DAYS[1]}.png"
    told.value.save_as(tmp_path / "trend.png")
    saved = (tmp_path / "trend.png").read_bytes()
    assert size(saved) == (1920, 2 * (228 + 64))

    tab.emulate_media(color_scheme="dark")
    tab.wait_for_function("([figure, light]) => figure.querySelector('.barlayer .point path').style.fill !== light",
                          arg=[figure.element_handle(), light[0]])
    assert figure.evaluate(FILLS) == [tab.evaluate(COLOUR, f"--h{level(s.cell)}") for s in found]
    with tab.expect_download() as told:
        trend.get_by_role("button", name="存为图片").click()
    told.value.save_as(tmp_path / "dark.png")
    assert (tmp_path / "dark.png").read_bytes() == saved, "a picture is for paper, whatever the screen is"

    # Narrow: drawn anew to the new width, nothing wider than the window.
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.wait_for_function("figure => Number(figure.dataset.drawn) < 390", arg=figure.element_handle())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.screenshot(path=ARTIFACTS / "overview_charts_390_dark.png", full_page=True)
    page.clean()


def test_what_falls_due_leads_to_the_branch(folder: Path, service: Server, visit: Callable[..., Page]) -> None:
    page = visit(service, address="/")
    tab, up = page.tab, Upcoming(RunState(folder / DAYS[1]))
    part = section(page, "due")
    weeks = up.weeks()
    totals = part.locator(".wb-due-weeks tbody .wb-due-total")
    assert [int(text.replace(",", "")) for text in totals.all_inner_texts()] == [w.total for w in weeks]
    week = weeks[2]
    kind = next(k for k, n in week.counts.items() if n)
    rows, total = up.rows(week.first, week.last, kind, 500)
    part.locator(f'[data-first="{week.first}"][data-kind="{kind}"]').click()
    part.locator(".wb-due-head", has_text=kind).wait_for()
    assert f"{min(ROWS, total)} / {total:,} 项" in part.locator(".wb-due-head").inner_text()
    first = part.locator(".wb-due-list tbody tr").first
    assert texts(first, "td")[0] == str(rows[0]["due_on"])
    first.locator("a").first.click()
    tab.locator(f'dialog article[data-subject="{rows[0]["subject"]}"]').wait_for()
    page.clean()


def test_print_has_the_charts_at_a_readable_size(service: Server, visit: Callable[..., Page]) -> None:
    page = visit(service, address="/", color_scheme="dark")
    tab = page.tab
    for name in ("sectors", "trend"):
        section(page, name)
    tab.evaluate("() => addEventListener('beforeprint', () => { window.printed = [...document.querySelectorAll("
                 "'.wb-chart')].map(f => [Number(f.dataset.drawn), f.querySelector('.ytick text').style.fill]); })")
    tab.pdf(prefer_css_page_size=True)
    soft = tab.evaluate("""() => { for (const s of document.styleSheets) for (const r of s.cssRules)
      if (r.selectorText === '.wb' && r.style.getPropertyValue('--soft'))
        return r.style.getPropertyValue('--soft').trim(); }""")
    red, green, blue = (int(soft[i:i + 2], 16) for i in (1, 3, 5))
    assert tab.evaluate("window.printed") == [[700, f"rgb({red}, {green}, {blue})"]] * 2
    tab.wait_for_function(
        "() => [...document.querySelectorAll('.wb-chart')].every(f => Number(f.dataset.drawn) !== 700)"
    )
    page.clean()


def test_other_charts_and_pictures_for_an_export(folder: Path, service: Server, visit: Callable[..., Page]) -> None:
    page = visit(service, address="/#view=compare")
    tab = page.tab
    tab.locator('.wb-view[data-view="compare"] .wb-chart[data-drawn]').wait_for(timeout=60_000)
    state = RunState(folder / DAYS[1])
    failing = next(r["id"] for r in state.requirements if state.heatmap.total(r["id"]).failing)
    tab.evaluate("hash => { location.hash = hash; }", f"view=requirements&card={failing}")
    card = tab.locator(f'dialog [data-card="{failing}"] .wb-chart[data-drawn]')
    card.wait_for()
    assert card.locator(".legendtext").all_text_contents() == ["未达标", "其余已判定"]
    total = texts(card, "tfoot td")
    assert total[1] == f"{state.heatmap.total(failing).failing:,}"
    tab.screenshot(path=ARTIFACTS / "card_distribution.png")
    page.clean()


def test_names_that_look_like_tags_stand_as_typed(tmp_path: Path, visit: Callable[..., Page]) -> None:
    """Titles of pictures, names beside bars: plotly reads some tags, a spreadsheet and a file name none."""
    typed = "教育&amp;科研 <b>甲</b>&<img src=x>"
    write_runs(tmp_path, branches=12)
    run = (tmp_path / DAYS[1]).rename(tmp_path / "a&b<i>")
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE o AS SELECT * REPLACE ('{typed}' AS sector) FROM '{run}/organizations.parquet'")
        con.execute(f"COPY o TO '{run}/organizations.parquet' (FORMAT parquet)")
    state = RunState(run)
    failing = next(r["id"] for r in state.requirements if state.heatmap.total(r["id"]).failing)
    known = json.loads((run / "requirements.json").read_text(encoding="utf-8"))
    for entry in known:
        entry["clause"] = "第八条 <i>A&B</i>"
    (run / "requirements.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    server = Server(run)
    try:
        page = visit(server, address=f"/#view=requirements&card={failing}")
        tab = page.tab
        card = tab.locator(f'dialog [data-card="{failing}"] .wb-chart[data-drawn]')
        card.wait_for(timeout=60_000)
        # What the library draws into a picture, as it would stand in it.
        tab.evaluate("""() => { const make = Plotly.toImage; window.drawn = [];
          Plotly.toImage = async (what, how) => {
            window.drawn.push(decodeURIComponent(await make(what, { ...how, format: 'svg' })));
            return make(what, how);
          }; }""")
        with tab.expect_download() as told:
            card.get_by_role("button", name="存为图片").click()
        assert told.value.suggested_filename.startswith("第八条 _i_A&B__i_数值分布-")
        written = tab.evaluate("""() => [...new DOMParser().parseFromString(
          window.drawn[0].split(',').slice(1).join(','), 'image/svg+xml'
          ).querySelectorAll('.gtitle, .gtitle-subtitle')].map(t => t.textContent)""")
        assert written == ["第八条 <i>A&B</i>数值分布", f"截至 {DAYS[1]}\uff0c督查结果 a&b<i>"]
        tab.locator("dialog [data-do=exports]").click()
        with tab.expect_download() as told:
            tab.locator("dialog [data-format=xlsx]").click()
        book = openpyxl.load_workbook(io.BytesIO(Path(told.value.path()).read_bytes()))
        assert "第八条 <i>A&B</i>数值分布" in [c.value for c in book["图"]["A"]]
        tab.keyboard.press("Escape")
        tab.locator('[data-tab="overview"]').click()
        part = section(page, "sectors")
        assert texts(part, ".ytick") == [typed]
        part.locator(".barlayer .point").hover(force=True)
        assert typed in tab.locator(".hoverlayer .hovertext").first.text_content()
        page.clean()
    finally:
        server.stop()


def test_without_the_file_the_table_is_opened(service: Server, visit: Callable[..., Page]) -> None:
    """A JupyterLab that is not ours does not have the file."""
    page = visit(service, address="/")
    page.tab.route(re.compile("plotly"), lambda route: route.fulfill(status=404, body=""))
    page.tab.reload(wait_until="commit")
    page.tab.wait_for_selector("#wb-shell[data-ready]")
    part = page.tab.locator('[data-section="sectors"][data-state="there"]')
    part.scroll_into_view_if_needed()
    part.locator(".wb-chart.wb-undrawn details[open]").wait_for()
    assert part.locator("tbody tr").first.is_visible() and part.locator(".wb-plot").is_hidden()
    assert part.get_by_role("button", name="存为图片").count() == 0
    assert page.outside == [] and all("404" in error for error in page.errors)


def test_the_file_is_sent_once_packed_and_kept(service: Server) -> None:
    url = service.address + "/workbench/plotly.min.js"
    answer = httpx.get(url)
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.text.startswith("/**\n* plotly.js v") and "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    plain = httpx.get(url, headers={"Accept-Encoding": "identity"})
    assert plain.text == answer.text and "content-encoding" not in plain.headers
    assert httpx.get(service.address + "/workbench/datasets/iris.csv.gz").status_code == 404
