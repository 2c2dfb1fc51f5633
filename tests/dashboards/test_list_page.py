"""The long list in a real Chromium: 5,000 rows by keyboard, by wheel, by address, on paper and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Page, Server, until
from scaled_run import scaled_run

from workbench.dashboards.state import Filter, RunState

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = 5_000
_AT = "document.activeElement.closest('tr')?.ariaRowIndex"
#: Rows of the list that stand in the document, and those of them that are in view below the header.
_SEEN = """() => {
    const box = document.querySelector('.wb-list-box'), view = box.getBoundingClientRect();
    const top = view.top + box.querySelector('thead').offsetHeight, rows = [...box.querySelectorAll('tbody tr')];
    const inView = (b) => b.top >= top - 1 && b.bottom <= view.bottom + 1;
    const whole = rows.filter((r) => inView(r.getBoundingClientRect()));
    const number = (r) => r ? Number(r.ariaRowIndex) - 2 : -1;
    return { drawn: rows.length, first: number(whole[0]), last: number(whole.at(-1)),
             real: whole.length > 0 && whole.every((r) => r.dataset.subject) };
}"""


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scaled_run(tmp_path_factory.mktemp("long") / "run", branches=600, requirements=60, failing=ROWS)


@pytest.fixture(scope="module")
def order(long_run: Path) -> list[tuple[str, str]]:
    """Subject and requirement of every failing row in the order of the list."""
    return [(r["subject"], r["requirement"]) for r in RunState(long_run).rows(Filter())]


@pytest.fixture(scope="module")
def page(long_run: Path, chromium: Any) -> Iterator[Page]:
    server = Server(long_run)
    opened = Page(chromium, server)
    yield opened
    opened.clean()
    opened.context.close()
    server.stop()


@pytest.fixture(autouse=True)
def fresh(page: Page) -> None:
    """Every test begins with the whole list from its first row."""
    page.tab.keyboard.press("Escape")
    page.act(page.tab.locator("[data-do=clear]").click)


def row(page: Page, number: int) -> Any:
    """The row of a number (from 0), once its slice has come."""
    return page.tab.locator(f'#wb-list tbody tr[aria-rowindex="{number + 2}"][data-subject]')


def settled(page: Page) -> dict[str, Any]:
    """What is seen of the list once every row in view has come."""
    assert until(lambda: page.tab.evaluate(_SEEN)["real"], 60)
    return page.tab.evaluate(_SEEN)


def key_of(found: Any) -> tuple[str, str]:
    return found.get_attribute("data-subject"), found.get_attribute("data-requirement")


def focused(page: Page, number: int) -> None:
    """The row of that number, with its own data, has the focus and stands in view."""
    row(page, number).wait_for()
    assert until(lambda: page.tab.evaluate(_AT) == str(number + 2), 30)
    seen = settled(page)
    assert seen["first"] <= number <= seen["last"]


def test_the_keyboard_walks_through_all_rows(page: Page, order: list[tuple[str, str]]) -> None:
    tab = page.tab
    grid = tab.locator("#wb-list table")
    assert grid.get_attribute("role") == "grid"
    assert grid.get_attribute("aria-rowcount") == str(ROWS + 1) == str(len(order) + 1)
    assert tab.locator("#wb-list tbody tr[tabindex='0']").count() == 1
    row(page, 0).focus()
    step = None
    for key, number in (("ArrowDown", 1), ("PageDown", None), ("PageDown", None), ("ArrowUp", None), ("PageUp", None),
                        ("End", ROWS - 1), ("ArrowDown", ROWS - 1), ("PageUp", None), ("Home", 0), ("ArrowUp", 0),
                        ("End", ROWS - 1)):
        before = int(tab.evaluate(_AT)) - 2
        tab.keyboard.press(key)
        if number is None:
            # A page is what fits into the box but one row, the same upwards and downwards.
            after = int(tab.evaluate(_AT)) - 2
            step = step or after - before
            assert after - before == {"PageDown": step, "PageUp": -step, "ArrowUp": -1}[key]
            number = after
        focused(page, number)
        assert key_of(row(page, number)) == order[number]
    assert 5 < step < 40
    assert settled(page)["drawn"] < 60, "only rows near the window stand in the document"
    tab.keyboard.press("Enter")
    article = tab.locator("dialog article")
    article.wait_for()
    assert article.get_attribute("data-subject") == order[-1][0]
    assert row(page, ROWS - 1).get_attribute("aria-selected") == "true"
    tab.keyboard.press("Escape")
    focused(page, ROWS - 1)
    assert row(page, ROWS - 1).get_attribute("aria-selected") is None


def test_a_row_scrolled_to_opens_that_very_branch(page: Page, order: list[tuple[str, str]]) -> None:
    tab = page.tab
    box = tab.locator(".wb-list-box")
    for share in (0.31, 0.83, 0.5):
        # Dragging the bar: what was passed by must not be drawn where the list came to rest.
        box.evaluate("(b, s) => { for (const p of [.1, .9, .2, .7, s]) b.scrollTop = b.scrollHeight * p; }", share)
        seen = settled(page)
        assert abs(seen["first"] - share * ROWS) < 20
        for number in (seen["first"], seen["last"]):
            assert key_of(row(page, number)) == order[number]
    middle = (seen["first"] + seen["last"]) // 2
    name = row(page, middle).locator(".wb-c-name").inner_text()
    row(page, middle).click()
    article = tab.locator("dialog article")
    article.wait_for()
    assert (article.get_attribute("data-subject"), article.locator("h2").inner_text()) == (order[middle][0], name)
    assert article.locator(".wb-asked").get_attribute("data-requirement") == order[middle][1]
    tab.keyboard.press("Escape")
    focused(page, middle)
    assert settled(page)["first"] == seen["first"]


def test_place_sort_and_filter_stand_in_the_address(page: Page, long_run: Path) -> None:
    tab = page.tab
    page.act(tab.locator('th[data-sort="name"] button').click)
    page.act(tab.locator('th[data-sort="name"] button').click)
    total = page.act(lambda: tab.locator("select[name=unit]").select_option("003"))
    f = Filter(unit="003", sort="-name")
    state = RunState(long_run)
    order = [(r["subject"], r["requirement"]) for r in state.rows(f)]
    assert total == len(order) == state.count(f)[0] > 100
    header = tab.locator("#wb-list th[aria-sort]:not([aria-sort=none])")
    sorts = [(h.get_attribute("data-sort"), h.get_attribute("aria-sort")) for h in header.all()]
    assert sorts == [("name", "descending")]
    row(page, 0).focus()
    tab.keyboard.press("End")
    focused(page, total - 1)
    tab.wait_for_function("location.hash.includes('at=')")
    address, place = tab.evaluate("location.hash"), settled(page)["first"]
    assert f"at={place + 1}" in address and "sort=-name" in address and "unit=003" in address

    # To another view and back again; then a link opened in a new tab.
    tab.locator('[data-tab="requirements"]').click()
    tab.locator('.wb-view[data-view="requirements"][data-ready]').wait_for()
    tab.go_back()
    tab.locator("#wb-list").wait_for()
    assert settled(page)["first"] == place
    tab.locator('[data-tab="quality"]').click()
    tab.locator('[data-tab="overview"]').click()
    assert settled(page)["first"] == place
    other = page.context.new_page()
    other.goto(page.server.address + "/" + address)
    other.locator(f'#wb-list tr[aria-rowindex="{place + 2}"][data-subject]').wait_for()
    there = other.evaluate(_SEEN)
    other.close()
    assert there["first"] == place
    assert key_of(row(page, place)) == order[place]


def test_an_answer_to_an_older_question_is_not_drawn(page: Page) -> None:
    """Three lists asked for in one breath: the last one stands, whatever comes back first."""
    tab = page.tab
    before = tab.locator("#wb-shell").get_attribute("data-ready")
    tab.evaluate("""() => {
        const form = document.querySelector('#wb-list form');
        for (const unit of ['001', '002', '003']) {
            form.elements.unit.value = unit;
            form.elements.unit.dispatchEvent(new Event('input', { bubbles: true }));
            document.querySelector('.wb-list-box').scrollTop += 900;
            if (unit !== '003') document.querySelector('th[data-sort=verdict] button').click();
        }
    }""")
    tab.wait_for_function("n => document.querySelector('#wb-shell').dataset.ready !== n", arg=before)
    units = "[...new Set([...document.querySelectorAll('#wb-list tbody .wb-c-unit')].map((c) => c.innerText))]"
    assert until(lambda: tab.evaluate(units) == ["模拟第三局"], 60)
    assert tab.evaluate(_SEEN)["first"] == 0


def test_an_empty_list_says_so(page: Page) -> None:
    tab = page.tab
    assert page.act(lambda: tab.locator("#wb-list input[name=text]").fill("没有这样的组织")) == 0
    assert "没有符合" in tab.locator("#wb-list .wb-empty").inner_text()
    assert tab.locator("#wb-list table").get_attribute("aria-rowcount") == "1"


def test_a_filter_of_another_run_is_named_where_the_form_cannot_show_it(page: Page, long_run: Path) -> None:
    """A link from elsewhere: nothing found, but not since nobody fails. Paper, without a form, names the filter."""
    tab = page.tab
    page.act(lambda: tab.evaluate("location.hash = 'view=overview&unit=999'"))
    count = tab.locator("#wb-list .wb-count").inner_text()
    assert count.startswith("未达标 0 条") and "地址中的单位在这次督查结果或您的查看范围中没有" in count
    page.act(tab.locator("[data-do=clear]").click)
    assert "地址中" not in tab.locator("#wb-list .wb-count").inner_text()
    page.act(lambda: tab.locator("select[name=unit]").select_option("003"))
    words = tab.locator("#wb-list .wb-filtered")
    assert not words.is_visible()
    tab.emulate_media(media="print")
    try:
        assert words.inner_text() == f"筛选：单位：{dict(RunState(long_run).units())['003']}"
    finally:
        tab.emulate_media(media="screen")


def test_paper_has_the_first_rows_and_says_how_many_there_are(page: Page, order: list[tuple[str, str]]) -> None:
    tab = page.tab
    row(page, 0).focus()
    tab.keyboard.press("End")
    focused(page, ROWS - 1)
    rows = "[...document.querySelectorAll('#wb-list tbody tr')].map((r) => [r.dataset.subject, r.dataset.requirement])"
    tab.emulate_media(media="print")
    try:
        assert until(lambda: [tuple(r) for r in tab.evaluate(rows)] == order[:100], 60)
        _check_paper(tab)
    finally:
        tab.emulate_media(media="screen")
    assert until(lambda: tab.evaluate(_SEEN)["last"] == ROWS - 1, 60)


def _check_paper(tab: Any) -> None:
    """Nothing is cut off, and the last line of the list tells what is left out."""
    assert f"共 {ROWS:,} 条，纸上只有前 100 条" in tab.locator(".wb-on-paper").inner_text()
    cut = "[...document.querySelectorAll('#wb-list td')].filter((c) => c.scrollHeight > c.clientHeight + 1).length"
    assert tab.evaluate(cut) == 0


@pytest.mark.parametrize("width", [1024, 390])
def test_narrow_boxes_do_not_scroll_sideways(page: Page, order: list[tuple[str, str]], width: int) -> None:
    """The place is kept when rows take another height."""
    tab = page.tab
    row(page, 0).focus()
    for _ in range(4):
        tab.keyboard.press("PageDown")
    number = int(tab.evaluate(_AT)) - 2
    focused(page, number)
    tab.wait_for_timeout(300)  # the list has come to rest
    first = settled(page)["first"]
    try:
        tab.set_viewport_size({"width": width, "height": 844})
        assert until(lambda: tab.evaluate(_SEEN)["first"] == first, 60)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("(b => b.scrollWidth - b.clientWidth)(document.querySelector('.wb-list-box'))") <= 0
        assert key_of(row(page, first)) == order[first]
        ends = "[...document.querySelectorAll('#wb-list tbody td')].map((c) => c.getBoundingClientRect().right)"
        assert max(tab.evaluate(ends)) <= width
    finally:
        tab.set_viewport_size({"width": 1440, "height": 900})
