"""The long list with 5,000 and with 50,000 failing rows, in a real Chromium on the served page. Run by ``make bench``.

Times are those of the page: from a key or a click to the frame in which the very rows stand in view. What is asserted
is that they are the right rows and that the document stays small; no time is judged.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.page_visits import browser, visit
from workbench.dashboards.state import Filter, RunState

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "dashboards"))
from browsing import Server
from scaled_run import scaled_run

pytestmark = pytest.mark.benchmark

#: Failing rows → branches of the run; 60 requirements each.
SIZES = {5_000: 600, 50_000: 5_040}
JUMPS = 9
#: ``act`` until the row of that number, with its own data, is painted in view: milliseconds, and whose row it is.
_UNTIL = """async ([act, number, key]) => {
    const box = document.querySelector('.wb-list-box'), began = performance.now();
    if (act === 'jump') box.scrollTop = (box.scrollHeight - box.clientHeight) * key;
    else document.querySelector(`#wb-list th[data-sort="${key}"] button`).click();
    const there = () => {
        const sorted = act !== 'sort' || !document.querySelector('#wb-list table').ariaBusy;
        const view = box.getBoundingClientRect(), found = [...box.querySelectorAll('tbody tr[data-subject]')];
        return sorted && found.find((r) => Number(r.ariaRowIndex) === number + 2
            && r.getBoundingClientRect().bottom > view.top && r.getBoundingClientRect().top < view.bottom);
    };
    for (;;) {
        await new Promise(requestAnimationFrame);
        const row = there();
        if (row) {
            const after = new MessageChannel();
            await new Promise((done) => { after.port1.onmessage = done; after.port2.postMessage(0); });
            const { subject, requirement } = row.dataset;
            return [performance.now() - began, Number(row.ariaRowIndex) - 2, subject, requirement];
        }
    }
}"""


async def measured(address: str, state: RunState) -> dict[str, Any]:
    """One visit: when it was usable, clicks, jumps and sorts in ms, nodes of the document, script memory in MB."""
    order = [(r["subject"], r["requirement"]) for r in state.rows(Filter())]
    async with browser() as chromium:
        await (await visit(chromium, address)).close()  # the server has read its files once
        seen = await visit(chromium, address)
        clicks = await seen.details(10)
        jumps, sorts = [], []
        for i in range(JUMPS):
            number = round(len(order) * (i * 4 % JUMPS + 1) / (JUMPS + 1))
            share = number / (len(order) - 13)
            ms, at, *key = await seen.page.evaluate(_UNTIL, ["jump", number, share])
            assert (at, tuple(key)) == (number, order[number])
            jumps.append(ms)
        for column in ("name", "observed", "description", "period"):
            ms, at, *key = await seen.page.evaluate(_UNTIL, ["sort", 0, column])
            first = state.part(Filter(sort=column), 0, 1)[0]
            assert (at, tuple(key)) == (0, (first["subject"], first["requirement"]))
            sorts.append(ms)
        nodes = await seen.page.evaluate("document.querySelectorAll('#wb-list *').length")
        drawn = await seen.page.locator("#wb-list tbody tr").count()
        heap = await seen.page.evaluate("performance.memory.usedJSHeapSize / 1e6")
        assert (seen.outside, seen.errors) == ([], [])
        await seen.close()
    assert drawn < 60
    return {"rows": len(order), "usable_ms": round(seen.usable), "click_ms": round(statistics.median(clicks)),
            "jump_ms": round(statistics.median(jumps)), "sort_ms": round(statistics.median(sorts)),
            "rows_drawn": drawn, "nodes_of_the_list": nodes, "heap_mb": round(heap, 1)}


@pytest.mark.parametrize("failing", SIZES)
def test_a_list_of(failing: int, tmp_path: Path) -> None:
    run = scaled_run(tmp_path / "run", branches=SIZES[failing], requirements=60, failing=failing)
    server = Server(run)
    try:
        told = asyncio.run(measured(server.address + "/", RunState(run)))
    finally:
        server.stop()
    assert told["rows"] == failing
    print(json.dumps(told))
