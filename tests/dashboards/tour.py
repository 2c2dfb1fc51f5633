"""Every view and dialog of the page, one after the other, and what is asked of each: what the tests of accessibility,
paper and looks walk along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from browsing import Page
from fake_ledger import LATER

from workbench.ledger import Ledger

#: Rules of axe-core that hang on colours; the others say the same in the dark.
COLOURS = ("color-contrast", "link-in-text-block")


@dataclass(frozen=True)
class Stop:
    """A place of the tour: its address, what stands there once it is drawn, what is clicked then, and at most how many
    sheets of A4 it fills."""

    name: str
    address: str
    drawn: str
    sheets: int
    click: str = ""

    @property
    def dialog(self) -> bool:
        return self.drawn.startswith("dialog")


def stops(run: Path, ledger: Path) -> list[Stop]:
    """The tour of a run and a ledger as :func:`fake_ledger.write_season` writes them."""
    results = pd.read_parquet(run / "results.parquet")
    failing = results[results["verdict"] == "未达标"]
    branch, requirement = failing["subject"].mode()[0], failing["requirement"].mode()[0]
    with Ledger(ledger) as book:
        finding = next(f.code for f in book.findings.all() if f.state == "整改中")
        holder = next(card.org_id for card in book.cards.all() if card.state == "红牌")
    board, part = f"view=board&day={LATER}", ".wb-part:not([aria-busy]) > "
    view = '.wb-view[data-view="{}"]:not([hidden])'
    return [
        Stop("overview", "view=overview", '.wb-section[data-state="there"] ~ #wb-list tr[data-subject]', 6),
        Stop("document", "view=overview", "#wb-list tr[data-subject]", 6, "[data-do=expand]"),
        Stop("row", f"view=overview&branch={branch}&of={requirement}",
             "dialog article[data-subject]:not(:has(.wb-rest))", 3),
        Stop("unit", "view=unit&unit=001", view.format("unit") + " .wb-children", 1),
        Stop("branch", f"view=branch&branch={branch}", view.format("branch") + " .wb-own-findings", 2),
        Stop("requirements", "view=requirements", view.format("requirements") + "[data-ready]", 3),
        Stop("card", f"view=requirements&card={requirement}", "dialog article.wb-card", 2),
        Stop("board", board, part + ".wb-columns", 6),
        Stop("state", board + "&state=整改中", part + ".wb-alone", 3),
        Stop("finding", board + f"&finding={finding}", "dialog article.wb-finding", 2, "dialog details.wb-do summary"),
        Stop("cards", board + "&part=cards", part + "section .wb-register", 3),
        Stop("holder", board + f"&part=cards&holder={holder}", "dialog article.wb-holder", 2),
        Stop("due", board + "&part=due", '.wb-view[data-part="due"] ' + part + "section", 4),
        Stop("quality", "view=quality", view.format("quality") + " h2", 3),
        Stop("compare", "view=compare", view.format("compare") + " .wb-changes", 8),
    ]


def walk(page: Page, tour: list[Stop]) -> Iterator[Stop]:
    """Turn to one stop after the other; a dialog left open by the one before is closed by Escape."""
    tab = page.tab
    tab.set_default_timeout(120_000)
    for stop in tour:
        if tab.evaluate("document.querySelector('dialog').open"):
            tab.keyboard.press("Escape")
            tab.wait_for_function("() => !document.querySelector('dialog').open")
        tab.evaluate("address => { location.hash = address }", stop.address)
        tab.locator(stop.drawn).first.wait_for()
        if stop.click:
            tab.locator(stop.click).first.click()
        if stop.name == "document":
            tab.locator("#wb-heat-detail table").wait_for()
        yield stop


def violations(tab: Any, *, rules: tuple[str, ...] = (), inside: str = "") -> list[tuple[str, str, str]]:
    """What axe-core calls serious or critical: (rule, element, why). ``rules``: only these; ``inside``: only there.

    The script comes from the package axe-playwright-python, is run beside the page and asks nobody."""
    import axe_playwright_python

    if not tab.evaluate("'axe' in window"):
        tab.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    # Size of targets is not among the rules that axe looks at unasked.
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    if rules:
        options = {"resultTypes": ["violations"], "runOnly": list(rules)}
    found = tab.evaluate(
        "async ([inside, options]) => (await axe.run(inside || document, options)).violations", [inside, options]
    )
    return [
        (v["id"], node["html"][:160], re.sub(r"\s+", " ", node["failureSummary"])[:200])
        for v in found if v["impact"] in ("serious", "critical") for node in v["nodes"]
    ]
