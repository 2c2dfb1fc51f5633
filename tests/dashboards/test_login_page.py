"""Login in a real server: by hand-made requests and messages, and in Chromium."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import SERVE, Server, until
from tornado.httpclient import HTTPClientError
from visitors import Visitor

from workbench.dashboards import accounts

PASSWORDS = {"督查员甲": "mima-jia-2026", "领导乙": "lingdao-2026", "管理员丙": "guanli-20-26"}
#: The server of the tests looks its sessions over all the time, and forgets them after a short while when told so.
_PROGRAM = "from workbench.dashboards import sessions, door\ndoor.SWEEP_MS = 200\n" + SERVE


def apart(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: in this one the loop of Playwright may be running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


class Guarded(Server):
    """A server with login under a path, and what it writes about logins."""

    def __init__(self, folder: Path, season: tuple[Path, Path], *, program: str = _PROGRAM):
        self.users = folder / "users.yaml"
        for (name, password), role, scope in zip(
            PASSWORDS.items(), ("督查员", "领导", "管理员"), ("002", "003", ""), strict=True
        ):
            accounts.add(self.users, name, role, scope, password)
        self.errors = folder / "errors.txt"
        with self.errors.open("w") as errors:
            super().__init__(season[0], program=program, errors=errors, ledger=season[1], users=self.users,
                             base_url="/ducha", proxied=True)
        assert until(lambda: bool(self.kernels()))
        self.address += "/ducha"

    def visitor(self, name: str = "", **headers: str) -> Visitor:
        """Somebody, logged in when a name is given."""
        visitor = Visitor(self.address, **headers)
        if name:
            assert visitor.log_in(name, PASSWORDS[name]).status == 303
        return visitor

    def log(self) -> str:
        return self.errors.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, season: tuple[Path, Path]) -> Iterator[Guarded]:
    server = Guarded(tmp_path_factory.mktemp("guarded"), season)
    yield server
    server.stop()


def test_nothing_without_login(guarded: Guarded) -> None:
    stranger = guarded.visitor()
    answer = stranger.ask("/")
    assert (answer.status, answer.headers["Location"]) == (302, "/ducha/login")
    answer = stranger.ask("")
    assert (answer.status, answer.headers["Location"]) == (302, "/ducha/"), "the path without its slash"
    kernel = "00000000-0000-0000-0000-000000000000"
    for path in (f"/api/kernels/{kernel}", "/voila/static/voila.js", "/voila/files/dashboard.ipynb",
                 f"/api/kernels/{kernel}/channels", "/voila/templates/workbench/static/voila.js",
                 "/voila/labextensions/anywidget/package.json", "/voila/api/themes/x", f"/voila/query/{kernel}"):
        answer = stranger.ask(path)
        assert answer.status in (403, 404) and "模拟" not in answer.text, path
    assert stranger.ask(f"/voila/api/shutdown/{kernel}", {}).status == 403
    assert stranger.ask("/?token=x").status == 302
    page = stranger.ask("/login")
    assert page.status == 200 and "模拟" not in page.text and "<form method=\"post\"" in page.text
    assert 'lang="zh-CN"' in page.text and not re.findall(r"(?:src|href)=\"(?!data:)", page.text)


def test_headers_and_cookies(guarded: Guarded) -> None:
    stranger = guarded.visitor(**{"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"})
    page = stranger.ask("/login")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "http" not in policy
    assert page.headers["Cache-Control"] == "no-store" and page.headers["X-Content-Type-Options"] == "nosniff"
    token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', page.text)[1]
    cookie = f"_xsrf={token}"  # over TLS the jar keeps it to itself
    form = {"_xsrf": token, "name": "督查员甲", "password": PASSWORDS["督查员甲"]}
    answer = stranger.ask("/login", form, Cookie=cookie)
    cookies = [c for c in answer.headers.get_all("Set-Cookie") if c.startswith("workbench-")]
    assert len(cookies) == 2  # the session, and that somebody has logged in from this browser
    assert all(p in c for c in cookies for p in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/ducha/"))
    assert "地址=198.51.100.7" in guarded.log()
    visitor = guarded.visitor("督查员甲")
    assert not any(c.secure for c in visitor.jar)
    page = visitor.ask("/")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"] and page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "模拟" not in page.text and '"baseUrl": "/ducha/"' in page.text
    assert "default-src 'self'" in visitor.ask("/voila/static/voila.js").headers["Content-Security-Policy"]


def test_forms_of_others_are_refused(guarded: Guarded) -> None:
    visitor = guarded.visitor()
    token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', visitor.ask("/login").text)[1]
    form = {"name": "督查员甲", "password": PASSWORDS["督查员甲"]}
    assert visitor.ask("/login", form).status == 403
    assert visitor.ask("/login", {**form, "_xsrf": "0" * 32}).status == 403
    assert visitor.ask("/login", {**form, "_xsrf": token}, Origin="https://evil.example").status == 403
    assert guarded.visitor().ask("/login", {**form, "_xsrf": token}).status == 403
    inside = guarded.visitor("督查员甲")
    assert inside.ask("/logout", {}).status == 403 and inside.ask("/").status == 200


def test_wrong_passwords_are_slowed_and_written_down(guarded: Guarded) -> None:
    away = guarded.visitor(**{"X-Forwarded-For": "203.0.113.9"})
    answers = [away.log_in("领导乙", f"not the password {n}") for n in range(4)]
    assert [a.status for a in answers] == [403, 403, 403, 429]
    assert all("姓名或密码不对" in a.text for a in answers[:3]) and int(answers[3].headers["Retry-After"]) >= 1
    assert away.log_in("领导乙", PASSWORDS["领导乙"]).status == 429, "also the right one has to wait"
    assert away.log_in("Mima-typed-into-the-name", "x").status == 403
    log = guarded.log()
    assert len(re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ 登录失败 用户=领导乙 地址=203\.0\.113\.9$", log, re.M)) == 3
    assert "登录暂缓 用户=领导乙" in log and "用户=（没有这个用户）" in log
    assert not [word for word in ("Mima-typed", "not the password", *PASSWORDS.values()) if word in log]


def test_a_visitor_gets_their_unit_and_no_other(guarded: Guarded) -> None:
    async def look() -> None:
        kernel = await guarded.visitor("督查员甲").open().connect()
        assert "模拟" not in kernel.states
        for do in ("shell", "page", "export", "board", "alive"):
            assert "没有登录" in (await kernel.ask(do=do))["error"]
        other = guarded.visitor("管理员丙").open()
        assert "没有登录" in (await kernel.ask(do="ticket", ticket=other.ticket))["error"]
        assert "没有登录" in (await kernel.ask(do="shell"))["error"]
        await kernel.execute("raise SystemExit")
        assert "error" not in await kernel.ask(do="ticket", ticket=kernel.ticket)
        html = (await kernel.ask(do="shell"))["html"]
        assert "模拟第二局" in html and not re.search("模拟第[一三四]局|模拟市委", html)
        assert (await kernel.ask(do="page", filter={"unit": "003", "verdict": ""}))["total"] == 0
        foreign = await kernel.ask(do="branch", subject="003-0001", requirement="secretary-2022-1")
        assert "没有这个组织" in foreign["html"] and "第三局" not in foreign["html"]
        await kernel.ask(do="export", view="overview", format="xlsx", state={"verdict": ""})
        assert kernel.attached[-1][:2] == b"PK"
        whole = await other.admitted()
        assert "模拟第三局" in (await whole.ask(do="shell"))["html"]

    apart(look())


def test_kernels_open_for_their_own_visitor_only(guarded: Guarded) -> None:
    async def look() -> None:
        one, two = guarded.visitor("督查员甲"), guarded.visitor("督查员甲")
        mine, path = one.open(), ""
        path = f"/api/kernels/{mine.ident}"
        for other in (two, guarded.visitor("管理员丙"), guarded.visitor()):  # not even the same person's other session
            with pytest.raises(HTTPClientError, match="403"):
                await mine.connect(by=other)
            assert other.ask(path).status == other.ask(path, method="DELETE").status == 403
            assert other.ask(f"/voila/api/shutdown/{mine.ident}", {}).status == 403
        with pytest.raises(HTTPClientError, match="403"):
            await mine.connect(Origin="https://evil.example")
        with pytest.raises(HTTPClientError, match="403"):  # the older protocol: a message could stop the server
            await mine.connect(protocols=())
        assert one.ask(path).status == 200
        await mine.connect()
        await mine.socket.write_message((1 << 40).to_bytes(8, "little") + b"x", binary=True)
        assert await mine.closed() == 1003
        assert two.ask("/login").status == 200, "the server goes on"

    apart(look())


def test_logging_out_closes_everything(guarded: Guarded) -> None:
    async def look() -> None:
        visitor = guarded.visitor("督查员甲")
        kernel, cookies = await visitor.open().admitted(), visitor.cookies()
        answer = visitor.log_out()
        assert (answer.status, answer.headers["Location"]) == (303, "/ducha/login")
        assert await kernel.closed() == 4401
        assert visitor.ask("/").status == 302
        assert guarded.visitor().ask(f"/api/kernels/{kernel.ident}", Cookie=cookies).status == 403
        # A removed or changed user is out at once.
        kernel = await guarded.visitor("督查员甲").open().admitted()
        accounts.change(guarded.users, "督查员甲", scope="004")
        assert await kernel.closed() == 4401
        accounts.change(guarded.users, "督查员甲", scope="002")

    apart(look())
    assert "退出 用户=督查员甲" in guarded.log() and "会话结束 用户=督查员甲" in guarded.log()


def test_an_idle_session_ends_though_its_page_beats(tmp_path: Path, season: tuple[Path, Path]) -> None:
    program = _PROGRAM.replace("door.SWEEP", "sessions.IDLE_SECONDS = 6; door.SWEEP")
    server = Guarded(tmp_path, season, program=program)

    async def look() -> None:
        kernel = await server.visitor("督查员甲").open().admitted()
        closing = asyncio.ensure_future(kernel.closed())
        while not closing.done():
            try:
                await kernel._send("comm_msg", {"comm_id": kernel.widget, "data": {
                    "method": "custom", "content": {"ask": 1, "do": "alive"}}})
            except Exception:
                break
            await asyncio.sleep(0.3)
        assert await closing == 4401

    try:
        apart(asyncio.wait_for(look(), 60))
        assert until(lambda: len(server.kernels()) <= 1)
    finally:
        server.stop()


def _enter(tab: Any, name: str) -> None:
    tab.fill("input[name=name]", name)
    tab.fill("input[name=password]", PASSWORDS[name])
    tab.keyboard.press("Enter")


def test_in_a_browser(guarded: Guarded, chromium: Any) -> None:
    context = chromium.new_context(locale="zh-CN")
    tab, outside, errors = context.new_page(), [], []
    own = (guarded.address, "data:", "blob:", "ws:")
    tab.on("request", lambda r: None if r.url.startswith(own) else outside.append(r.url))
    tab.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    try:
        tab.goto(f"{guarded.address}/#view=requirements")
        assert tab.title().startswith("登录") and tab.evaluate("document.activeElement.name") == "name"
        _enter(tab, "督查员甲")
        tab.wait_for_selector("#wb-shell[data-ready]", timeout=60_000)
        assert tab.evaluate("location.hash").startswith("#view=requirements")
        shown = tab.locator("#wb-shell").inner_text()
        assert "督查员甲（督查员，只含模拟第二局及其下级）" in shown and "模拟第三局" not in tab.content()
        tab.locator(".wb-viewer a").click()
        tab.get_by_role("button", name="退出").click()
        tab.wait_for_url("**/login")
        tab.go_back()
        assert "模拟第二局" not in tab.content()
        assert (outside, errors) == ([], [])
    finally:
        context.close()


def test_without_scripts(guarded: Guarded, chromium: Any) -> None:
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
    tab = context.new_page()
    try:
        tab.goto(f"{guarded.address}/")
        _enter(tab, "管理员丙")
        tab.wait_for_url("**/ducha/")
        tab.goto(f"{guarded.address}/logout")
        tab.get_by_role("button", name="退出").click()
        tab.wait_for_url("**/login")
    finally:
        context.close()
