"""How much a visitor may take: pages, kernels, messages, sessions, tries; by hand-made requests and messages."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from browsing import SERVE, Server, until
from fake_run import write_run
from tornado.httpclient import HTTPClientError
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError
from visitors import Kernel, Visitor

from workbench.dashboards import accounts, limits, sessions
from workbench.dashboards.limits import Pages, Place, TooMany
from workbench.dashboards.sessions import Sessions, Throttle

#: Two pages for each visitor; none yields to another.
_PROGRAM = (
    "from workbench.dashboards import door, limits\ndoor.SWEEP_MS = 200\nlimits.EACH = 2\n"
    "limits.UNCONNECTED_YIELDS = limits.HIDDEN_YIELDS = limits.NEVER_CONNECTED = 3600\n" + SERVE
)


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: in this one the loop of Playwright may be running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on this machine alone, without login."""
    server = Server(write_run(tmp_path_factory.mktemp("limits") / "run", branches=24), program=_PROGRAM)
    yield server
    server.stop()


def test_pages_of_one_visitor_and_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, socket_ = Pages(most=limits.EACH + 2), object()

    def arrive(owner: str, name: str, now: float) -> list[str]:
        with pages.coming(owner, now) as place:
            for kernel in place.yielding:
                del pages.open[kernel]
            pages.born(name, place, now)
        pages.connect(name, socket_)
        return place.yielding

    for number in range(limits.EACH):
        assert arrive("甲", f"甲{number}", number) == []
    with pytest.raises(TooMany) as full:  # all of them may be in view
        arrive("甲", "甲x", limits.EACH)
    assert full.value.own
    now = limits.HIDDEN_YIELDS + limits.EACH
    for number in range(1, limits.EACH):
        pages.ask(f"甲{number}", now)
    assert arrive("甲", "甲x", now) == ["甲0"]  # hidden for longest
    pages.disconnect("甲5", socket_, now)
    assert arrive("甲", "甲y", now + limits.UNCONNECTED_YIELDS) == ["甲5"]
    assert [arrive("乙", f"乙{n}", now) for n in range(2)] == [[], []]
    with pytest.raises(TooMany) as full:
        arrive("丙", "丙0", now)
    assert not full.value.own
    pages.disconnect("甲6", socket_, now)  # where there is no room for anybody, what is not connected yields to all
    assert arrive("丙", "丙0", now + limits.UNCONNECTED_YIELDS) == ["甲6"]
    pages.born("nobody", Place("丁"), now)
    assert pages.gone(now + limits.NEVER_CONNECTED - 1) == [] and pages.gone(now + limits.NEVER_CONNECTED) == ["nobody"]
    pages.disconnect("乙0", socket_, now)
    assert "乙0" not in pages.gone(now + limits.DISCONNECTED - 1) and "乙0" in pages.gone(now + limits.DISCONNECTED)
    assert [limits.room(gb << 30) for gb in (1, 8, 1024)] == [limits.FEWEST, 32, limits.MOST]


def test_places_are_held_while_pages_are_made() -> None:
    pages = Pages(most=2)
    with pages.coming("甲", 0), pages.coming("乙", 0):
        with pytest.raises(TooMany), pages.coming("丙", 0):
            pass
    with pages.coming("丙", 0) as place:
        assert place.yielding == []


def test_a_page_takes_the_room_of_one_while_it_is_drawn() -> None:
    pages = Pages()
    with ExitStack() as drawn:
        for number in range(limits.EACH):
            pages.born(str(number), drawn.enter_context(pages.coming("甲", 0)), 0)
        with pytest.raises(TooMany):
            drawn.enter_context(pages.coming("甲", 0))
        drawn.enter_context(pages.coming("乙", 0))


def leave(visitor: Visitor, page: str) -> None:
    """End the kernel of a page as the page does when its tab is closed."""
    ident = re.search(r'"kernelId": "([0-9a-f-]+)"', page)[1]
    assert visitor.ask(f"/voila/api/shutdown/{ident}", {"_xsrf": "0"}, Cookie="_xsrf=0").status == 204
    assert visitor.ask(f"/api/kernels/{ident}").status == 404


def test_a_script_gets_few_pages_and_is_told(open_server: Server) -> None:
    visitor, answers = Visitor(open_server.address), []
    while len(answers) < 30 and (not answers or answers[-1].status == 200):
        answers.append(visitor.ask("/"))
    refused = answers.pop()
    assert refused.status == 429 and len(answers) == 2
    assert "打开的页面太多" in refused.text and "关闭" in refused.text and int(refused.headers["Retry-After"]) > 0
    for answer in answers:
        leave(visitor, answer.text)
    again = visitor.ask("/")
    assert again.status == 200
    leave(visitor, again.text)


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "evil.example:8866"}, {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "image"},
])
def test_no_kernel_for_what_is_no_visit(open_server: Server, headers: dict[str, str]) -> None:
    answer = Visitor(open_server.address).ask("/", **headers)
    assert answer.status == 403 and "kernelId" not in answer.text and 'lang="zh-CN"' in answer.text


def test_other_addresses_are_told_in_words(open_server: Server) -> None:
    visitor = Visitor(open_server.address)
    answer = visitor.ask("/no/such/page")
    assert answer.status == 404 and "页面无法打开" in answer.text and "Tornado" not in answer.text
    for path in ("/voila/static/voila.js", "/api/kernels/00000000-0000-0000-0000-000000000000"):
        assert visitor.ask(path, Host="evil.example").status == 403, path


def test_messages_that_would_stop_the_server(open_server: Server) -> None:
    async def look() -> None:
        visitor = Visitor(open_server.address)
        kernel = Kernel(visitor, visitor.ask("/").text + 'id="wb-ticket">none<')
        for wrong in ({"protocols": ()}, {"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            with pytest.raises(HTTPClientError, match="403"):
                await kernel.connect(**wrong)
        await kernel.connect()
        await kernel.execute("raise SystemExit")
        assert "total" in await kernel.ask(do="page")
        assert "出错" in (await kernel.ask(do="branch"))["error"], "a message without its parts is answered all the same"
        forged = (1 << 40).to_bytes(8, "little") + b"x" * 64
        for raw, code in ((forged, 1003), (b"\x00" * (limits.LONGEST_MESSAGE + 1), 1009)):
            await kernel.connect()
            with suppress(StreamClosedError, WebSocketClosedError):  # what is too large is not read to its end
                await kernel.socket.write_message(raw, binary=True)
            assert await kernel.closed() in (code, 1006, None)
        assert visitor.ask(f"/api/kernels/{kernel.ident}").status == 200, "the server goes on"

    apart(look())


def test_a_kernel_that_could_not_be_ended_is_tried_again(tmp_path: Path) -> None:
    """A page is to make room, and its kernel does not go at the first time: there is no room until it has gone."""
    program = (
        "from workbench.dashboards import door, kernels, limits\ndoor.SWEEP_MS = 200\n"
        "limits.EACH, limits.UNCONNECTED_YIELDS, limits.NEVER_CONNECTED = 1, 0, 3600\n"
        "manager = kernels.PoolKeepingKernelManager\nend, tried = manager.shutdown_kernel, []\n"
        "async def stubborn(self, kernel, *args, **how):\n"
        "    tried.append(kernel)\n"
        "    if tried.count(kernel) < 3:\n        raise OSError('not now')\n"
        "    await end(self, kernel, *args, **how)\n"
        "manager.shutdown_kernel = stubborn\n" + SERVE
    )
    server = Server(write_run(tmp_path / "run", branches=24), program=program)
    try:
        visitor = Visitor(server.address)
        ident = re.search(r'"kernelId": "([0-9a-f-]+)"', visitor.ask("/").text)[1]
        assert visitor.ask("/").status == 503
        assert until(lambda: visitor.ask(f"/api/kernels/{ident}").status == 404), "the sweep tries again"
        assert until(lambda: not [k for k in server.kernels() if any(ident in part for part in k.cmdline())])
        assert visitor.ask("/").status == 200
    finally:
        server.stop()


def test_a_request_that_does_not_come_to_its_end_holds_nobody_up(open_server: Server) -> None:
    with socket.create_connection(("127.0.0.1", open_server.port)) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx")
        assert Visitor(open_server.address).ask("/no/such/page").status == 404


@pytest.mark.parametrize("head", ["Content-Length: {}", "Transfer-Encoding: chunked"])
def test_a_request_that_is_too_long_is_not_taken(open_server: Server, head: str) -> None:
    """Neither when it says so nor when it only goes on and on; the server answers others all the same."""
    most = (1 << 20) + 1
    body = b"x" * most if "Length" in head else b"%x\r\n%s\r\n0\r\n\r\n" % (most, b"x" * most)
    with socket.create_connection(("127.0.0.1", open_server.port)) as endless:
        endless.settimeout(60)
        with suppress(BrokenPipeError, ConnectionResetError):  # what is too long is not read to its end
            endless.sendall(f"POST / HTTP/1.1\r\nHost: localhost\r\n{head.format(most)}\r\n\r\n".encode() + body)
            assert endless.recv(64).startswith(b"HTTP/1.1 400 ") and endless.recv(64) == b""
    assert Visitor(open_server.address).ask("/no/such/page").status == 404


def test_who_only_looks_whether_the_page_is_there_costs_no_kernel(open_server: Server) -> None:
    visitor = Visitor(open_server.address)
    kernels = len(open_server.kernels())
    answers = [visitor.ask(path, method="HEAD") for path in ("/", "/", "/", "/no/such/page")]
    assert [(a.status, a.text) for a in answers] == [(200, "")] * 3 + [(404, "")]
    assert answers[0].headers["Cache-Control"] == "no-store" and "html" in answers[0].headers["Content-Type"]
    assert len(open_server.kernels()) == kernels
    assert visitor.ask("/", method="HEAD", Host="evil.example").status == 403


def test_nobody_is_locked_out_of_their_own_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    throttle = Throttle()
    for _ in range(50):
        throttle.failed("甲", "203.0.113.9")
    assert throttle.wait("甲", "10.0.0.1") == sessions.NAME_WAIT
    assert throttle.wait("甲", "203.0.113.9", "device") == 0
    for _ in range(5):
        throttle.failed("甲", "10.0.0.1", "device")
    assert throttle.wait("甲", "10.0.0.1", "device") == 4
    throttle.succeeded("甲", "10.0.0.1", "device")
    assert throttle.wait("甲", "10.0.0.1", "device") == 0 and throttle.wait("甲", "10.0.0.1") == sessions.NAME_WAIT
    for number in range(6_000):
        throttle.failed(f"nobody {number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle._failures) <= sessions._KEPT


def test_sessions_of_one_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users, now = tmp_path / "users.yaml", [1000.0]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    accounts.add(users, "督查员甲", "督查员", "002", "mima-jia-2026")
    opened, begun = Sessions(users), []
    for _ in range(sessions.SESSIONS_EACH + 1):
        now[0] += 1
        begun.append(opened.begin(opened.users()["督查员甲"]))
    assert opened.find(begun[0].ident) is None and opened.sweep() == begun[:1]
    assert all(opened.find(s.ident) for s in begun[1:])
    accounts.change(users, "督查员甲", password="ling-yi-ge-2027")
    assert opened.sweep() == begun[1:]


def test_login_takes_no_session_that_came_along(tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    accounts.add(users, "管理员丙", "管理员", "", "guanli-20-26")
    server = Server(write_run(tmp_path / "run", branches=24), program=_PROGRAM, users=users)
    try:
        visitor = Visitor(server.address)
        token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', visitor.ask("/login").text)[1]
        form = {"_xsrf": token, "name": "管理员丙", "password": "guanli-20-26"}
        planted = f"_xsrf={token}; workbench-{server.port}=planted"
        answer = Visitor(server.address).ask("/login", form, Cookie=planted)
        assert answer.status == 303 and "planted" not in str(answer.headers)
        for method in ("GET", "HEAD"):
            assert Visitor(server.address).ask("/", Cookie=planted, method=method).status == 302
        visitor.ask("/login", form)
        first = visitor.cookies()
        assert visitor.ask("/login", form).status == 303 and visitor.cookies() != first
        assert Visitor(server.address).ask("/", Cookie=first).status == 302, "the session before has ended"
        # Somebody guesses elsewhere: who knows the password and the browser goes on.
        other = Visitor(server.address)
        guesses = [other.log_in("管理员丙", f"guess number {n}").status for n in range(8)]
        assert guesses[:3] == [403] * 3 and 429 in guesses
        assert visitor.log_in("管理员丙", "guanli-20-26").status == 303
        visitor.log_out()
        assert visitor.ask("/").status == 302
    finally:
        server.stop()
