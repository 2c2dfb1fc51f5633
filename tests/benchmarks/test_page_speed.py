"""How fast the page is, in a real Chromium, beside the figures it has to reach. Run by ``make bench``.

The data: 5,000 branches in 70 units under 60 requirements each (``tests/dashboards/fake_run.py``), the same size with
50,000 failing rows (``scaled_run.py``), and, where ``WORKBENCH_BENCH_RUN`` names one, a run of your own.
Times are milliseconds of the page's own clock since its navigation began; server, kernels and browsers share the
machine. What is measured:

- *first paint*: first-contentful-paint; without login the tiles stand in it, with login the head of the page.
- *usable*: ``#wb-shell[data-ready]``, the kernel has answered the page; a click is answered right after.
- *just started*: the first visitor of a server that has just begun to listen; no kernel stands ready.
- *cold*: a browser that was never there (new context, nothing cached); a kernel stands ready.
- *warm*: the same browser again; a kernel stands ready.
- *click*: from the click on a row until the frame after its branch stands in the dialog.
- *memory*: USS and PSS of the visitor's kernel after all that was clicked.
- *ten at once*: ten browser contexts started together when ten kernels stand ready, as a server with login keeps
  them (fewer on a machine of less than 10 GB).

No test fails on a time. They fail on a request to another host, a console error, a wrong count, a wrong branch.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
from collections.abc import Coroutine
from math import ceil
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from workbench.dashboards import accounts
from workbench.dashboards.viewer import Role

from tests.benchmarks.page_visits import Visit, at_once, browser, private, visit

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "dashboards"))

from browsing import Server  # noqa: E402
from fake_run import write_run  # noqa: E402
from scaled_run import scaled_run  # noqa: E402

pytestmark = [pytest.mark.benchmark, pytest.mark.browser]

TARGETS = {
    "first paint": 500, "usable warm": 2000, "usable cold": 3000, "click median": 100, "click 95 %": 200,
    "megabytes": 130, "ten at once": 6000, "50,000 failing": 4000,
}
#: What is clicked besides rows, in this order: what to press, and what has to stand there then.
VIEWS = (
    ("a requirement of a document", "[data-do=expand]", "#wb-heat-detail:not([hidden]) table"),
    ("view 组织", '[data-tab="unit"]', '.wb-view[data-view="unit"]:not([hidden]) h2'),
    ("view 条款", '[data-tab="requirements"]',
     '.wb-view[data-view="requirements"][data-ready]:not([hidden]) tr[data-id]'),
    ("a requirement's card", '.wb-view[data-view="requirements"] tr[data-id]', "dialog[open] article"),
    ("view 数据质量", '[data-tab="quality"]', '.wb-view[data-view="quality"]:not([hidden]) table'),
    ("view 整改与亮牌", '[data-tab="board"]', '.wb-view[data-view="board"]:not([hidden]) h2'),
    ("view 对比", '[data-tab="compare"]', '.wb-view[data-view="compare"]:not([hidden]) :is(h2, p)'),
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 branches, 60 requirements each (of 65, each binds twelve of thirteen units)."""
    return write_run(tmp_path_factory.mktemp("city") / "run", branches=5000, units=70, count=65)


def shown(title: str, target: str, *values: float, unit: str = "ms") -> None:
    """One line of the table: the median of the values beside the target."""
    value, limit = statistics.median(values), TARGETS.get(target)
    beside = f"target {limit:6,} {unit}   {value / limit:4.2f} of it" if limit else ""
    print(f"{title:34s} {value:8,.0f} {unit:3s} {beside:34s} {'' if len(values) < 2 else [round(v) for v in values]}")


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(0, ceil(len(values) * share) - 1)]


def failing(run: Path) -> int:
    """Rows of the list that the page shows first."""
    sql = f"SELECT count(*) FROM '{run / 'results.parquet'}' WHERE verdict = '未达标'"
    with duckdb.connect() as con:
        return con.execute(sql).fetchone()[0]


def kernel_of(visited: str, server: Server) -> psutil.Process:
    """The process behind a page."""
    return next(k for k in server.kernels() if visited in " ".join(k.cmdline()))


async def settled(server: Server, kernels: int) -> None:
    """Wait until so many kernels stand ready and none is being prepared any more."""

    def worked() -> float:
        return sum(sum(k.cpu_times()[:2]) for k in server.kernels())

    before = -1.0
    while len(server.kernels()) < kernels or worked() - before > 0.03:
        before = worked()
        await asyncio.sleep(0.5)


async def right(visited: Visit, rows: int) -> None:
    """What a visitor saw is right, and came from this server alone."""
    assert int(await visited.page.locator("#wb-shell").get_attribute("data-total")) == rows
    assert (visited.outside, visited.errors) == ([], [])


async def _alone(run: Path, **options: Any) -> None:
    """One visitor after the other."""
    who = options.pop("who", None)
    server, rows = Server(run, ready=2, **options), failing(run)
    address = server.address + "/"
    try:
        async with browser() as opened:
            first = await visit(opened, address, who)
            shown("just started: first paint", "", first.paint)
            shown("just started: usable", "usable cold", first.usable)
            await right(first, rows)
            await first.close()
            cold, warm = [], []
            for _ in range(3):
                await settled(server, 2)
                cold.append(await visit(opened, address, who))
                await right(cold[-1], rows)
                await cold[-1].page.close(run_before_unload=True)
            for before in (*cold, cold[0], cold[1]):
                await settled(server, 2)
                warm.append(await visit(before.context, address))
                await right(warm[-1], rows)
                if len(warm) < 5:
                    await warm[-1].close()
            shown("cold: first paint", "first paint", *[v.paint for v in cold])
            shown("cold: usable", "usable cold", *[v.usable for v in cold])
            shown("warm: first paint", "first paint", *[v.paint for v in warm])
            shown("warm: usable", "usable warm", *[v.usable for v in warm])
            print(f"{'requests, megabytes':34s} {cold[0].requests:8d}     {cold[0].megabytes:.2f} MB")
            await _clicks(warm[-1], server)
            for v in (*cold, *warm):
                assert (v.outside, v.errors) == ([], [])
    finally:
        server.stop()


async def _clicks(at: Visit, server: Server) -> None:
    """Rows first, then every view once; what the visitor's kernel takes after that."""
    page = at.page
    named = await page.evaluate("JSON.parse(document.getElementById('wb-kernel').textContent)")
    kernel = kernel_of(named["kernelId"], server)
    print(f"{'kernel when usable: USS, PSS':34s} {private(kernel)[0]:8.0f} MB  {private(kernel)[1]:.0f} MB")
    await settled(server, 3)
    times = await at.details(20)
    shown("click to painted detail", "click median", statistics.median(times))
    shown("the same, 95th percentile", "click 95 %", percentile(times, 0.95))
    for title, selector, there in VIEWS:
        shown(f"first time: {title}", "", await at.click(selector, there))
        await page.keyboard.press("Escape")
    uss, pss = private(kernel)
    shown("kernel after all views: USS", "megabytes", uss, unit="MB")
    shown("kernel after all views: PSS", "megabytes", pss, unit="MB")
    print(f"{'server: USS, PSS':34s} {private(psutil.Process(server.process.pid))[0]:8.0f} MB"
          f"  {private(psutil.Process(server.process.pid))[1]:.0f} MB")


async def _together(run: Path, **options: Any) -> None:
    """Ten visitors, after the server has had time to prepare for them."""
    everybody = options.pop("everybody", [None] * 10)
    server, rows = Server(run, ready=10, **options), failing(run)
    try:
        async with browser() as opened:
            await settled(server, 10)
            visits = await at_once(opened, server.address + "/", everybody)
            shown("ten at once: the last one usable", "ten at once", max(v.usable for v in visits))
            shown("ten at once: first paint", "", *[v.paint for v in visits])
            for v in visits:
                await right(v, rows)
                await v.details(1)
    finally:
        server.stop()


async def _many_rows(run: Path, rows: int) -> None:
    server = Server(run, ready=2)
    try:
        async with browser() as opened:
            at: Any = opened
            for kind in ("cold", "warm"):
                await settled(server, 2)
                seen = await visit(at, server.address + "/")
                at = seen.context
                shown(f"50,000 failing rows, {kind}: usable", "50,000 failing", seen.usable)
                await right(seen, rows)
            times = await seen.details(10)
            shown("50,000 failing rows: click", "click median", statistics.median(times))
    finally:
        server.stop()


def measured(work: Coroutine[Any, Any, None], title: str, capsys: pytest.CaptureFixture) -> None:
    """Do it, the table on the screen."""
    with capsys.disabled():
        print(f"\n{title}")
        asyncio.run(work)


def test_without_login(city: Path, capsys: pytest.CaptureFixture) -> None:
    measured(_alone(city), "5,000 branches, 60 requirements each, without login", capsys)


@pytest.fixture
def login(tmp_path: Path) -> dict[str, Any]:
    """The options of a server with one user, and who that is."""
    who = ("督查员甲", "long enough 2026")
    accounts.add(tmp_path / "users.yaml", who[0], Role.INSPECTOR, accounts.ALL, who[1])
    return {"users": tmp_path / "users.yaml", "who": who}


def test_with_login(city: Path, login: dict[str, Any], capsys: pytest.CaptureFixture) -> None:
    measured(_alone(city, **login), "5,000 branches, 60 requirements each, with login", capsys)


def test_ten_at_once(city: Path, capsys: pytest.CaptureFixture) -> None:
    measured(_together(city), "ten visitors at once, without login", capsys)


def test_ten_at_once_with_login(city: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    users, everybody = tmp_path / "users.yaml", [(f"督查员{n}", f"long enough 2026 {n}") for n in "甲乙丙丁戊己庚辛壬癸"]
    for name, password in everybody:
        accounts.add(users, name, Role.INSPECTOR, accounts.ALL, password)
    measured(_together(city, users=users, everybody=everybody), "ten visitors at once, with login", capsys)


def test_fifty_thousand_failing_rows(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    run = scaled_run(tmp_path / "run", branches=5000, requirements=60, failing=50_000)
    assert failing(run) == 50_000
    measured(_many_rows(run, 50_000), "50,000 failing rows", capsys)


@pytest.mark.skipif("WORKBENCH_BENCH_RUN" not in os.environ, reason="no run of your own named")
def test_own_run(capsys: pytest.CaptureFixture) -> None:
    run = Path(os.environ["WORKBENCH_BENCH_RUN"])
    measured(_alone(run), f"the run {run.name}", capsys)
