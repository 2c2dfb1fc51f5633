"""The page of findings and cards as people use it: real Voilà, real Chromium, a real ledger that others write to."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import Page, Server, until
from fake_ledger import LATER

from workbench.ledger import Act, Event, Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ARTIFACTS = Path(__file__).resolve().parents[1] / "artifacts"
BOARD = f"/#view=board&day={LATER}"
RED = "rgb(179, 35, 28)"


@pytest.fixture(scope="module")
def where(season: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of these tests' own."""
    return Path(shutil.copy(season[1], tmp_path_factory.mktemp("ledger") / "督查.sqlite"))


@pytest.fixture(scope="module")
def desk(season: tuple[Path, Path], where: Path) -> Iterator[Server]:
    """A server on which 督查员丙 acts."""
    server = Server(season[0], ledger=where, inspector="督查员丙")
    yield server
    server.stop()


def at(page: Page, part: str = "findings") -> Any:
    """The view once it has been drawn."""
    view = page.tab.locator('.wb-view[data-view="board"]')
    page.tab.wait_for_selector(f'.wb-view[data-view="board"][data-ready][data-part="{part}"]')
    page.tab.wait_for_selector(".wb-part:not([aria-busy]) > section, .wb-part:not([aria-busy]) > .wb-columns")
    return view


def drawn(page: Page, deed: Callable[[], Any]) -> None:
    """Do something and wait until the view was drawn anew."""
    view = page.tab.locator('.wb-view[data-view="board"]')
    before = view.get_attribute("data-ready")
    deed()
    page.tab.wait_for_function(
        "n => document.querySelector('.wb-view[data-view=board]').dataset.ready !== n", arg=before
    )


def codes(where: Path, state: str) -> list[str]:
    with Ledger(where) as ledger:
        return [f.code for f in ledger.findings.all() if f.state == state]


def last(where: Path, code: str) -> Event:
    with Ledger(where) as ledger:
        return ledger.findings.history(ledger.findings.by_code(code).key)[-1]


def count(where: Path) -> int:
    with Ledger(where) as ledger:
        return ledger.store.head().seq


def open_form(page: Page, verb: str) -> Any:
    """The form of an act in the detail, opened."""
    box = page.tab.locator(f'dialog details[data-act$="/{verb}"]')
    box.locator("summary").click()
    return box.locator("form")


def test_from_the_board_to_a_confirmed_finding_and_back(
    desk: Server, where: Path, visit: Callable[..., Page]
) -> None:
    page = visit(desk, address=BOARD)
    tab, view = page.tab, at(page)
    with Ledger(where) as ledger:
        findings = ledger.findings.all()
    heads = tab.locator(".wb-column").evaluate_all(
        "all => all.map(c => [c.dataset.state, Number(c.querySelector('h2 b').innerText)])"
    )
    assert dict(heads) == {state: sum(f.state == state for f in findings) for state, _ in heads} and len(heads) == 7
    assert "经办人：督查员丙" in view.inner_text()

    drawn(page, lambda: view.locator("select[name=unit]").select_option("002"))
    assert "unit=002" in tab.evaluate("location.hash")
    assert {c in {f.code for f in findings if f.unit_id == "002"}
            for c in tab.locator(".wb-issue").evaluate_all("all => all.map(a => a.dataset.code)")} == {True}
    card = tab.locator('[data-state="待核实"] .wb-issue').first
    code = card.get_attribute("data-code")
    card.click()
    article = tab.locator(f'article[data-finding="{code}"]')
    article.wait_for()
    assert f"finding={code}" in tab.evaluate("location.hash") and "unit=002" in tab.evaluate("location.hash")
    assert all(word in article.inner_text() for word in ("应为", "实为", "列入问题", "督查工作台", "依据记录"))

    assert "须先登记支部意见" in tab.locator('dialog details[data-act$="/confirm"]').text_content()
    form = open_form(page, "answer")
    form.locator("[name=agrees]").select_option(label="已告知，未提出意见")
    form.locator("[type=submit]").click()
    tab.locator("dialog .wb-finding-facts", has_text="已告知，未提出意见").wait_for()
    form = open_form(page, "confirm")
    form.locator("[name=why]").fill("现场核对无误")
    form.locator("[type=submit]").click()
    tab.locator("dialog .wb-state", has_text="已确认").wait_for()
    assert "已登记“确认”" in tab.locator("dialog .wb-changed").inner_text()
    event = last(where, code)
    assert (event.kind, event.who, event.on, event.why) == ("finding.confirm", "督查员丙", LATER, "现场核对无误")
    tab.locator(f'[data-state="已确认"] .wb-issue[data-code="{code}"]').wait_for()  # the board behind follows

    article.locator("a", has_text="支部页").click()
    own = tab.locator("dialog .wb-own-findings")
    own.wait_for()
    assert "已确认" in own.locator("li", has_text=code).inner_text()
    own.locator(f'a[href*="{code}"]').click()
    article.wait_for()
    tab.go_back()
    own.wait_for()
    assert "branch=" in tab.evaluate("location.hash")
    tab.go_back()
    article.wait_for()
    tab.locator("[data-do=close]").click()
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert "finding" not in tab.evaluate("location.hash") and "unit=002" in tab.evaluate("location.hash")
    page.clean()


def test_two_people_on_one_finding(desk: Server, where: Path, visit: Callable[..., Page]) -> None:
    code = codes(where, "已确认")[-1]
    page = visit(desk, address=f"{BOARD}&finding={code}")
    tab = page.tab
    tab.locator("article.wb-finding").wait_for()
    form = open_form(page, "answer")
    form.locator("[name=text]").fill("支部说明：已补开")
    form.locator("[name=agrees]").select_option("true")
    with Ledger(where) as other:  # seen within a heartbeat, and what is being typed stays
        key = other.findings.by_code(code).key
        other.findings.answer(key, Act("督查员丁", LATER), text="另一份说明", agrees=False)
    tab.locator(".wb-time", has_text="督查员丁").wait_for()
    assert form.locator("[name=text]").input_value() == "支部说明：已补开"
    assert "有新的经过" in tab.locator("dialog .wb-changed").inner_text()

    # A page in the background hears nothing: now the other one is first.
    tab.evaluate("Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })")
    tab.wait_for_timeout(1500)
    with Ledger(where) as other:
        other.findings.dismiss(key, Act("督查员丁", LATER, "原件已核"))
    before = count(where)
    form.locator("[type=submit]").click()
    kept = tab.locator("dialog .wb-unwritten")
    kept.wait_for()
    assert all(word in kept.inner_text() for word in ("支部说明：已补开", "督查员丁", "没有写入"))
    assert count(where) == before
    assert tab.locator("dialog .wb-state").inner_text() == "不成立"
    form = open_form(page, "reopen")
    form.locator("[name=why]").fill("支部另有说明")
    form.locator("[type=submit]").dblclick()
    tab.locator("dialog .wb-state", has_text="待核实").wait_for()
    assert count(where) == before + 1  # a double click writes once
    assert "支部说明：已补开" in kept.inner_text()
    page.clean()


def test_a_refusal_stands_beside_the_form(desk: Server, where: Path, visit: Callable[..., Page]) -> None:
    code = codes(where, "整改中")[0]
    page = visit(desk, address=f"{BOARD}&finding={code}")
    tab = page.tab
    tab.locator("article.wb-finding").wait_for()
    form = open_form(page, "submit")
    form.locator("[name=text]").fill("已补开")
    form.locator("[name=evidence]").fill("会议记录")
    form.locator("[type=submit]").click()
    tab.locator("dialog .wb-state", has_text="待复查").wait_for()
    form = open_form(page, "close")
    assert "须由另一人办理" in form.inner_text()
    form.locator("[name=conclusion]").fill("整改到位")
    form.locator("[name=evidence]").fill("现场查看")
    before = count(where)
    form.locator("[type=submit]").click()
    refused = form.locator(".wb-refused")
    refused.wait_for()
    assert "另一人" in refused.inner_text() and refused.get_attribute("role") == "alert"
    assert tab.evaluate("document.activeElement.className") == "wb-refused"
    assert form.locator("[name=conclusion]").input_value() == "整改到位"
    assert count(where) == before
    page.clean()


def test_cards_are_given_by_a_person_and_red_stands_on_red_cards(
    desk: Server, where: Path, visit: Callable[..., Page]
) -> None:
    page = visit(desk, address=f"{BOARD}&part=cards")
    tab = page.tab
    at(page, "cards")
    red = f"all => all.filter(e => Object.values(getComputedStyle(e)).includes('{RED}')).map(e => e.dataset.plate)"
    assert tab.locator("#wb-shell *").evaluate_all(red.replace("Object.values(getComputedStyle(e))",
                       "[getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")) == ["红牌"]
    proposal = tab.locator(".wb-proposal").first
    org = proposal.get_attribute("data-org")
    proposal.locator('details[data-act$="/give_yellow"] summary').click()
    form = proposal.locator('form[data-verb="give_yellow"]')
    form.locator("[type=submit]").click()
    assert form.locator("[name=why]").evaluate("e => e.validity.valueMissing")  # no card without a reason
    form.locator("[name=why]").fill("首次督查发现一般性问题")
    form.locator("[name=deadline]").fill("2026-10-20")
    form.locator("[type=submit]").click()
    row = tab.locator(f'.wb-register tr[data-org="{org}"]')
    row.wait_for()
    assert "黄牌" in row.inner_text() and "2026-10-20" in row.inner_text()
    assert "已登记“亮黄牌”" in tab.locator(".wb-board-note").inner_text()
    with Ledger(where) as ledger:
        assert (ledger.cards.get(org).state, ledger.cards.history(org)[-1].who) == ("黄牌", "督查员丙")
    row.locator("a").click()
    tab.locator(f'article[data-holder="{org}"]').wait_for()
    assert f"holder={org}" in tab.evaluate("location.hash")
    page.clean()


def test_keyboard_alone(desk: Server, where: Path, visit: Callable[..., Page]) -> None:
    page = visit(desk, address=BOARD)
    tab = page.tab
    at(page)
    stop = tab.locator('.wb-issue[tabindex="0"]')
    assert stop.count() == 1
    stop.focus()
    for key in ("ArrowDown", "ArrowRight"):
        tab.keyboard.press(key)
    code = tab.evaluate("document.activeElement.dataset.code")
    second = tab.locator(".wb-column:has(.wb-issue)").nth(1)
    assert code == second.locator(".wb-issue").nth(1).get_attribute("data-code")
    tab.keyboard.press("Enter")
    tab.locator(f'article[data-finding="{code}"]').wait_for()
    summary = tab.locator("dialog .wb-do summary").first
    summary.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("dialog .wb-do").first.get_attribute("open") is not None
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.form !== null")
    tab.keyboard.press("Escape")
    tab.wait_for_function("!document.querySelector('dialog').open")
    assert tab.evaluate("document.activeElement.dataset.code") == code
    button = tab.locator('.wb-column[data-state="整改中"] h2 button')
    button.focus()
    drawn(page, lambda: tab.keyboard.press("Enter"))
    assert "state=" in tab.evaluate("location.hash")
    assert tab.locator(".wb-column").evaluate_all("all => all.map(c => c.dataset.state)") == ["整改中"]
    page.clean()


def test_who_is_not_named_only_looks(season: tuple[Path, Path], where: Path, visit: Callable[..., Page]) -> None:
    server = Server(season[0], ledger=where)
    try:
        assert until(lambda: len(server.kernels()) == 1)
        page = visit(server)
        kernels = {k.pid: k.memory_info().rss for k in server.kernels()}
        page.tab.locator('[data-tab="board"]').click()
        view = at(page)
        assert "只能查看" in view.inner_text() and "--inspector" in view.inner_text()
        page.tab.locator(".wb-issue").first.click()
        page.tab.locator("article.wb-finding").wait_for()
        assert page.tab.locator("dialog form").count() == 0
        assert "只能查看" in page.tab.locator("dialog").inner_text()
        grown = max(k.memory_info().rss - kernels.get(k.pid, k.memory_info().rss) for k in server.kernels())
        usable = page.tab.evaluate("Number(document.querySelector('#wb-shell').dataset.readyAt)")
        most = max(kernels.values()) / 2**20
        measures = {"usable_ms": usable, "board_open_memory_mb": grown / 2**20, "kernel_mb": most}
        ARTIFACTS.mkdir(exist_ok=True)
        (ARTIFACTS / "ledger.json").write_text(json.dumps(measures, indent=1) + os.linesep, encoding="utf-8")
        page.clean()
    finally:
        server.stop()


def test_without_a_ledger_two_lines_say_how_to_begin(server: Server, visit: Callable[..., Page]) -> None:
    page = visit(server)
    page.tab.locator('[data-tab="board"]').click()
    begin = page.tab.locator(".wb-begin p")
    begin.first.wait_for()
    assert len(begin.all()) == 2
    assert re.search(r"workbench serve .* --ledger .* --inspector", begin.last.inner_text())
    page.tab.locator('[data-tab="overview"]').click()
    page.tab.locator("tr[data-subject]").first.click()
    page.tab.locator("dialog article").wait_for()
    assert page.tab.locator(".wb-own-findings").count() == 0
    page.clean()
