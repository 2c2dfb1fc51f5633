"""Visits of the page in a real Chromium and what the page itself saw of them; no test, no target.

All times are those of the page (milliseconds since its navigation began), so that driving the browser from outside
costs nothing. *Usable* is the moment the page has its first answer from the kernel (``#wb-shell[data-ready]``); that
a click is then answered is made sure by the first click.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psutil
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

#: Runs before any script of the page: paints, when it was usable, and a stopwatch from a click to what it shows.
_WATCH = """
window.bench = { paint: null, usable: null };
new PerformanceObserver((list) => {
  for (const e of list.getEntries()) if (e.name === "first-contentful-paint") bench.paint = e.startTime;
}).observe({ type: "paint", buffered: true });
new MutationObserver(() => {
  const shell = document.querySelector("#wb-shell[data-ready]");
  if (shell && bench.usable === null) bench.usable = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });
// The next click (or Enter) → the frame after `shown` has come true.
bench.watch = (shown) => {
  bench.took = null;
  const begin = (event) => {
    const check = () => {
      if (!document.querySelector(shown)) return false;
      seen.disconnect();
      requestAnimationFrame(() => {
        const after = new MessageChannel();
        after.port1.onmessage = () => { bench.took = performance.now() - event.timeStamp; };
        after.port2.postMessage(0);
      });
      return true;
    };
    const seen = new MutationObserver(check);
    seen.observe(document, { subtree: true, childList: true, attributes: true });
    setTimeout(check);
  };
  addEventListener("click", begin, { capture: true, once: true });
};
"""
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-domain-reliability", "--disable-sync", "--no-first-run", "--no-default-browser-check",
]
_PATIENCE = 120_000


@dataclass
class Visit:
    """One visited page: first paint and usable in ms, what went over the line, requests to other hosts, faults."""

    page: Page
    context: BrowserContext
    own: bool
    address: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    paint: float = 0.0
    usable: float = 0.0
    requests: int = 0
    megabytes: float = 0.0
    tiles_first: bool = False

    async def open(self) -> Visit:
        """Go there and wait until the page is usable."""
        here = (self.address, self.address.replace("http", "ws", 1), "data:", "blob:")
        self.page.on("request", lambda r: None if r.url.startswith(here) else self.outside.append(r.url))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        await self.page.goto(self.address, wait_until="commit", timeout=_PATIENCE)
        await self.page.wait_for_function("window.bench && bench.usable !== null", timeout=_PATIENCE)
        await self.page.wait_for_function("bench.paint !== null", timeout=_PATIENCE)
        self.paint, self.usable, self.requests, size = await self.page.evaluate(
            "() => { const all = performance.getEntriesByType('resource');"
            " const nav = performance.getEntriesByType('navigation')[0];"
            " return [bench.paint, bench.usable, all.length + 1,"
            "  all.reduce((sum, e) => sum + e.transferSize, nav.transferSize)]; }"
        )
        self.megabytes = size / 1e6
        return self

    async def click(self, selector: str, shown: str) -> float:
        """Click, wait until ``shown`` is painted; milliseconds from the click to there."""
        await self.page.evaluate("shown => bench.watch(shown)", shown)
        await self.page.locator(selector).first.click()
        await self.page.wait_for_function("bench.took !== null", timeout=_PATIENCE)
        return await self.page.evaluate("bench.took")

    async def details(self, count: int) -> list[float]:
        """Rows of the list opened one after the other, each waited for until its branch stands in the dialog."""
        rows = self.page.locator("#wb-list [data-subject]")
        there, times = min(count, await rows.count()), []
        for i in range(there):
            row = rows.nth(i)
            subject, asked = await row.get_attribute("data-subject"), await row.get_attribute("data-requirement")
            await row.evaluate("(row, n) => { row.dataset.bench = n; }", i)
            times.append(await self.click(
                f'#wb-list [data-bench="{i}"]',
                f'dialog[open] article[data-subject="{subject}"] [data-requirement="{asked}"]',
            ))
            await self.page.keyboard.press("Escape")
            await self.page.locator("dialog.wb-detail:not([open])").wait_for(state="attached")
        return times

    async def close(self) -> None:
        """Leave; with it the context when nobody else uses it."""
        await self.page.close(run_before_unload=True)
        if self.own:
            await self.context.close()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    found = next(path for n in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(n)))
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=found, args=_ARGS)
        yield opened
        await opened.close()


async def arrive(at: Browser | BrowserContext, address: str, who: tuple[str, str] | None = None) -> Visit:
    """Somebody about to visit ``address`` (a slash at its end), ``who`` logged in. In a browser: a new one, nothing
    cached; in a context: one who was there before."""
    own = isinstance(at, Browser)
    context = await at.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN") if own else at
    page = await context.new_page()
    if who:
        # By hand: the form leads to the page itself, which would be a visit that nobody measures.
        form = await (await context.request.get(address + "login")).text()
        token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', form)[1]
        sent = {"_xsrf": token, "name": who[0], "password": who[1]}
        answer = await context.request.post(address + "login", form=sent, max_redirects=0)
        assert answer.status == 303, await answer.text()
    await page.add_init_script(_WATCH)
    return Visit(page, context, own, address)


async def visit(at: Browser | BrowserContext, address: str, who: tuple[str, str] | None = None) -> Visit:
    """The same, and the page opened."""
    return await (await arrive(at, address, who)).open()


async def at_once(opened: Browser, address: str, everybody: Sequence[tuple[str, str] | None]) -> list[Visit]:
    """These visitors (None: nobody has to log in), each with a browser profile of its own, started together."""
    waiting = [await arrive(opened, address, who) for who in everybody]
    return list(await asyncio.gather(*(visitor.open() for visitor in waiting)))


def private(process: psutil.Process) -> tuple[float, float]:
    """Megabytes of a process: its own, and its share of all (USS, PSS)."""
    memory = process.memory_full_info()
    return memory.uss / 1e6, memory.pss / 1e6
