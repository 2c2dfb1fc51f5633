"""A question whose answer is lost: said where it would stand, and asked again by a click; real Voilà, real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from browsing import Page, Server, until
from near_runs import DAYS, write_runs
from relay import Relay

from workbench.audit.run import Run
from workbench.ledger import Ledger, sync

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Bytes that any question takes at least.
QUESTION = 200


class Question(NamedTuple):
    """A question that a click asks: what stands there before, what is clicked, where the answer goes, what it shows."""

    address: str
    drawn: str
    click: str
    place: str
    answer: str


def questions(run: Path) -> dict[str, Question]:
    results = pd.read_parquet(run / "results.parquet")
    branch = results[results["verdict"] == "未达标"]["subject"].mode()[0]
    overview, view = ("view=overview", ".wb-due-weeks tfoot"), '.wb-view[data-view="{}"]:not([hidden])'
    # the dialog asks for its rest and for the branch's findings by itself: not these are to be lost
    whole = "dialog article[data-subject]:not(:has(.wb-rest)):not(:has(.wb-branch-findings:empty))"
    dialog = (f"view=overview&branch={branch}", whole, "dialog .wb-evidence > summary")
    profile = (f"view=branch&branch={branch}", view.format("branch") + " .wb-profile")
    board = ("view=board&state=待核实", ".wb-part:not([aria-busy]) > .wb-alone", ".wb-further[data-do=more-findings]")
    compare = ("view=compare", ".wb-changed-list li", ".wb-changed-list [data-both] > summary")
    return {
        "heat": Question(*overview, "[data-do=expand]", "#wb-heat-detail", "#wb-heat-detail table"),
        "due-rows": Question(*overview, ".wb-due-weeks tfoot [data-do=due-rows]", ".wb-due-rows",
                             '.wb-due-head b:not(:text("最先到期"))'),
        "evidence": Question(*dialog, "dialog .wb-evidence[open] > div", "dialog .wb-evidence[open] table"),
        "proof": Question(*profile, "[data-do=proof]:visible", ".wb-p-proof > td", ".wb-p-proof table"),
        "records": Question(*profile, ".wb-mark:visible", ".wb-records", ".wb-records h3"),
        "board-more": Question(*board, ".wb-column", ".wb-issue >> nth=60"),
        "compare-evidence": Question(*compare, "[data-both][open] > div", "[data-both][open] > div h4"),
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on the later of two runs, with a ledger that has taken it in."""
    folder = write_runs(tmp_path_factory.mktemp("lost"))
    with Ledger(folder / "l.sqlite") as ledger:
        sync(ledger, Run(folder / DAYS[1]), "督查员甲")
    server = Server(folder / DAYS[1], ledger=folder / "l.sqlite", inspector="督查员丙")
    server.run = folder / DAYS[1]
    yield server
    server.stop()


@pytest.fixture
def relay(served: Server) -> Iterator[Relay]:
    line = Relay(served)
    yield line
    line.stop()


def lost(relay: Relay, deed: Callable[[], None]) -> None:
    """Do something whose question never reaches the kernel; the line is there again at once."""
    before, relay.deaf = relay.swallowed, True
    deed()
    # A question is longer than what keeps a line alive. Sent late, it would be answered once the line is there again.
    assert until(lambda: relay.swallowed - before > QUESTION)
    relay.deaf = False
    relay.cut()


def test_small_questions_are_asked_again_by_a_click(served: Server, relay: Relay, visit: Callable[..., Page]) -> None:
    page = visit(relay)
    tab = page.tab
    for name, question in questions(served.run).items():
        tab.evaluate("a => { location.hash = a }", question.address)
        tab.locator(question.drawn).first.wait_for()
        note = tab.locator(f"{question.place} > .wb-unread")
        lost(relay, lambda q=question: tab.locator(q.click).first.click())
        note.wait_for()
        assert note.inner_text() == "未能读取\uff0c再点一次重试", name
        assert "正在读取" not in tab.locator(question.place).first.inner_text(), name
        # Lost once more, it is said once.
        lost(relay, lambda n=note: n.locator("button").click())
        note.wait_for()
        assert tab.locator(question.answer).count() == 0, name
        note.locator("button").click()
        tab.locator(question.answer).first.wait_for()
        # Elsewhere a note may stand: what the page asks by itself was lost with it.
        assert note.count() == 0, name
        if tab.evaluate("document.querySelector('dialog').open"):
            tab.keyboard.press("Escape")
            tab.wait_for_function("() => !document.querySelector('dialog').open")


def test_a_view_whose_answer_is_lost_is_asked_again_by_itself(
    served: Server, relay: Relay, visit: Callable[..., Page]
) -> None:
    page = visit(relay)
    tab = page.tab
    tab.locator('[data-section="due"][data-state="there"]').wait_for()
    lost(relay, lambda: tab.locator('[data-tab="quality"]').click())
    tab.locator('.wb-view[data-view="quality"] h2').first.wait_for()
    tab.locator('[data-tab="requirements"]').click()
    view = tab.locator('.wb-view[data-view="requirements"][data-ready]')
    view.wait_for()
    lost(relay, lambda: view.locator("select[name=document]").select_option(index=1))
    rows = ("tr[data-id][hidden]", "tr[data-id]:not([hidden])")  # while no answer is there none is shown
    tab.wait_for_function("all => all.every(rows => document.querySelector('.wb-clauses ' + rows))", arg=rows)
    assert tab.locator(".wb-view:not([hidden]) .wb-unread").count() == 0


def test_a_part_of_the_overview_that_is_lost_is_asked_again_by_itself(
    served: Server, visit: Callable[..., Page]
) -> None:
    tab = visit(served).tab
    lost_ones = []

    def between(line: Any) -> None:
        server = line.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            told = message if isinstance(message, str) else message.decode("utf-8", "replace")
            if '"do":"due"' in told and not lost_ones:
                lost_ones.append(told)
                line.close()
                server.close()
            else:
                server.send(message)

        line.on_message(pass_on)

    tab.route_web_socket(re.compile("/channels"), between)
    tab.reload(wait_until="commit")
    tab.locator('[data-section="due"] .wb-unread').wait_for()
    tab.locator('[data-section="due"][data-state="there"] .wb-due-weeks').wait_for()
    assert len(lost_ones) == 1 and tab.locator('[data-section="due"] .wb-unread').count() == 0


def test_a_branch_that_stands_is_not_drawn_again_when_something_else_was_lost(
    served: Server, relay: Relay, visit: Callable[..., Page]
) -> None:
    tab = visit(relay).tab
    evidence = questions(served.run)["evidence"]
    tab.evaluate("a => { location.hash = a }", evidence.address)
    tab.locator(evidence.drawn).first.wait_for()
    tab.locator(evidence.click).first.click()
    tab.locator(evidence.answer).first.wait_for()
    # The address names another place in the list, the branch in it stays the same.
    filtered, before = f"{evidence.address}&text=支部", tab.locator("#wb-shell").get_attribute("data-ready")
    lost(relay, lambda: tab.evaluate("a => { location.hash = a }", filtered))
    tab.wait_for_function("before => document.querySelector('#wb-shell').dataset.ready !== before", arg=before)
    assert tab.locator(evidence.answer).count() == 1
