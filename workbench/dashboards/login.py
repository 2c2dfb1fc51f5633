"""Login in front of Voilà: every address but the login page asks for a session, every kernel for the session that
rendered its page."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import logging
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.auth.identity import User as JupyterUser
from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback
from tornado.web import HTTPError, RequestHandler
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from workbench.dashboards import accounts
from workbench.dashboards.pages import render
from workbench.dashboards.sessions import Session, Sessions, Throttle
from workbench.dashboards.viewer import issue

log = logging.getLogger("workbench.login")

#: How often sessions are looked over.
SWEEP_MS = 5000
#: Close code of a websocket whose session has ended.
ENDED = 4401
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: Parts of the longest message a page sends: five, and room for attachments.
_PARTS = 64
_FORM = "_xsrf"
#: Nobody sends more than a form.
_LONGEST_BODY = 1 << 20
#: Our own template writes it into the page.
_KERNEL = re.compile(r'"kernelId": "([0-9a-f-]{36})"')
#: What the login page may do: its own style and script, a form to ourselves.
_POLICY = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; img-src data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)


class Door:
    """Who comes in: sessions, their cookie, the key of the tickets."""

    def __init__(self, sessions: Sessions, key: str, port: int, base_url: str):
        self.sessions, self.key, self.base_url = sessions, key, base_url
        self.throttle = Throttle()
        # Cookies do not tell ports apart: two servers on one machine must not end each other's sessions.
        self.cookie = f"workbench-{port}"
        # One thread: checking a password is made to be slow and large, and must not stop the page nor fill the memory.
        self.hashing = ThreadPoolExecutor(1)
        self.sockets: dict[str, set[VoilaKernelWebsocketHandler]] = {}

    def session(self, handler: RequestHandler) -> Session | None:
        """The open session of a request."""
        return self.sessions.find(handler.get_cookie(self.cookie) or "")

    def keep(self, handler: RequestHandler, name: str, value: str, *, hidden: bool) -> None:
        """Set a cookie for this server alone, over TLS only where the visitor came over TLS."""
        handler.set_cookie(
            name, value, path=self.base_url, httponly=hidden, samesite="Lax",
            secure=handler.request.protocol == "https",
        )

    async def close(self, session: Session, kernels: Any) -> None:
        """End what an ended session has open: its websockets, its kernels."""
        for socket in self.sockets.pop(session.ident, set()):
            socket.close(ENDED, "session ended")
        for kernel in [k for k in session.kernels if k in kernels]:
            await ensure_async(kernels.shutdown_kernel(kernel))


class Server(Voila):
    """Voilà behind a door. ``door`` and ``proxied`` (believe X-Forwarded-*) are set before it starts."""

    door: Door
    proxied = False

    def init_settings(self) -> dict[str, Any]:
        return {**super().init_settings(), "door": self.door}

    def init_handlers(self) -> list[Any]:
        # The door of Voilà's own through which a kernel may ask about its visitor: nobody here uses it.
        found = [
            (url, handler if issubclass(handler, _Form) else _guarded(handler), *rest)
            for url, handler, *rest in super().init_handlers() if handler is not RequestInfoSocketHandler
        ]
        self.app.listen = partial(self.app.listen, xheaders=self.proxied, max_body_size=_LONGEST_BODY)
        self.sweeping = PeriodicCallback(self._sweep, SWEEP_MS)
        self.sweeping.start()
        return found

    async def _sweep(self) -> None:
        for session in self.door.sessions.sweep():
            log.info("会话结束 用户=%s", session.user.name)
            await self.door.close(session, self.kernel_manager)


class Identity(IdentityProvider):
    """Tells Jupyter's handlers who has a session."""

    @property
    def auth_enabled(self) -> bool:
        return True

    def get_user(self, handler: RequestHandler) -> JupyterUser | None:
        session = self.parent.door.session(handler)
        return session and JupyterUser(session.user.name)

    def get_handlers(self) -> list[Any]:
        return [
            (url_path_join(self.parent.server_url, path), form) for path, form in (("login", Login), ("logout", Logout))
        ]


@cache
def _guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The handler with a guard before it."""
    guard = _Guard
    if issubclass(handler, TornadoVoilaHandler):
        guard = _Page
    elif issubclass(handler, VoilaKernelWebsocketHandler):
        guard = _Channel
    return type(f"Guarded{handler.__name__}", (guard, handler), {})


class _Guard:
    """Nothing without a session, and no kernel but one's own."""

    def set_default_headers(self) -> None:
        for name, value in self.settings.get("headers", {}).items():
            self.set_header(name, value)
        super().set_default_headers()

    async def prepare(self) -> None:
        self.door: Door = self.settings["door"]
        session = self.door.session(self)
        if session is None:
            if isinstance(self, _Page) and self.request.method == "GET" and not any(self.path_args):
                self.redirect(url_path_join(self.door.base_url, "login"))
                return
            raise HTTPError(403)
        # The call that ends the kernel of a closed tab names it without a name of the group.
        kernel = self.path_kwargs.get("kernel_id", "")
        if "/api/shutdown/" in self.request.path:
            kernel = self.path_args[0]
        if kernel and kernel not in session.kernels:
            raise HTTPError(403)
        self.session = session
        prepared = super().prepare()
        if inspect.isawaitable(prepared):
            await prepared

    def write_error(self, status_code: int, **_: Any) -> None:
        """No page of Jupyter's, which would need files that only a session gets."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {'没有权限或没有登录' if status_code == 403 else '无法处理'}")


class _Page(_Guard):
    """The page itself: the kernel behind it becomes the session's own and learns its viewer by a ticket."""

    async def get(self, path: str | None = None) -> None:
        if path:
            raise HTTPError(404)
        self.session.asked = time.monotonic()
        html = "".join([part async for part in self.get_generator(path=path)])
        found = _KERNEL.search(html)
        if found is None:
            raise HTTPError(500)
        self.session.kernels.add(found[1])
        if self.door.sessions.find(self.session.ident) is None:  # it ended while the page was made
            await self.door.close(self.session, self.kernel_manager)
            raise HTTPError(403)
        ticket = issue(self.session.user.viewer, found[1], self.session.until, self.door.key)
        before, end, after = html.rpartition("</body>")
        self.finish(f'{before}<script type="application/json" id="wb-ticket">{ticket}</script>{end}{after}')


class _Channel(_Guard):
    """The websocket of a kernel: open as long as the session is."""

    async def prepare(self) -> None:
        # Without this protocol Voilà takes the first bytes of an attachment for a number of parts and counts up to it
        # while everybody waits; the page always asks for it.
        if _PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            raise HTTPError(403)
        await super().prepare()

    async def open(self, kernel_id: str) -> None:
        self.door.sockets.setdefault(self.session.ident, set()).add(self)
        await super().open(kernel_id)

    def on_message(self, message: str | bytes) -> None:
        if self.door.sessions.find(self.session.ident) is None:
            self.close(ENDED, "session ended")
            return
        # The first bytes say how many parts follow; whoever splits the message counts up to what they say.
        if isinstance(message, str) or int.from_bytes(message[:8], "little") > _PARTS:
            self.close(1003, "not a message")
            return
        # A page left open asks whether its kernel lives; that is nobody's doing.
        if b'"do":' in message and b'"do":"alive"' not in message:
            self.session.asked = time.monotonic()
        super().on_message(message)

    def on_close(self) -> None:
        self.door.sockets.get(self.session.ident, set()).discard(self)
        super().on_close()


class _Form(RequestHandler):
    """A page with one form; what it sends carries a token that only our own page can know."""

    def set_default_headers(self) -> None:
        self.nonce = secrets.token_urlsafe(16)
        for name, value in self.settings.get("headers", {}).items():
            self.set_header(name, value)
        self.set_header("Content-Security-Policy", _POLICY.format(self.nonce))
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        self.door: Door = self.settings["door"]

    def show(self, template: str, **values: Any) -> None:
        """The page, with a fresh token when the visitor has none."""
        token = self.get_cookie(_FORM) or ""
        if not re.fullmatch("[0-9a-f]{32}", token):
            token = secrets.token_hex(16)
        # Not hidden from scripts: the page sends it when it ends its kernel.
        self.door.keep(self, _FORM, token, hidden=False)
        self.finish(render(template, nonce=self.nonce, token=token, field=_FORM, **values))

    def check_form(self) -> None:
        """403 unless the form comes from our own page."""
        sent, kept = self.get_body_argument(_FORM, ""), self.get_cookie(_FORM) or ""
        origin = self.request.headers.get("Origin")
        foreign = origin is not None and urlsplit(origin).netloc != self.request.host
        if foreign or not kept or not hmac.compare_digest(sent.encode(), kept.encode()):
            raise HTTPError(403)

    def write_error(self, status_code: int, **_: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {'表单已过期，请返回并刷新页面后重试' if status_code == 403 else '无法处理'}")


class Login(_Form):
    """登录."""

    def get(self) -> None:
        self.show("login.html.j2", typed="", problem="")

    async def post(self) -> None:
        self.check_form()
        name = self.get_body_argument("name", "")[:40].strip()
        password = self.get_body_argument("password", "", strip=False)
        address, users = self.request.remote_ip or "", self.door.sessions.users()
        # Somebody may have typed the password into the wrong field: a name that nobody has is not written down.
        shown = name if name in users else "（没有这个用户）"
        if wait := self.door.throttle.wait(name, address):
            log.warning("登录暂缓 用户=%s 地址=%s 还须等待=%d秒", shown, address, wait)
            self.set_status(429)
            self.set_header("Retry-After", str(wait))
            self.show("login.html.j2", typed=name, problem=f"失败次数过多，请 {wait} 秒后再试。")
            return
        self.door.throttle.failed(name, address)
        check = partial(accounts.verify, users, name, password)
        user = await asyncio.get_running_loop().run_in_executor(self.door.hashing, check)
        if user is None:
            log.warning("登录失败 用户=%s 地址=%s", shown, address)
            self.set_status(403)
            self.show("login.html.j2", typed=name, problem="姓名或密码不对。")
            return
        self.door.throttle.succeeded(name, address)
        log.info("登录 用户=%s 地址=%s", user.name, address)
        self.door.keep(self, self.door.cookie, self.door.sessions.begin(user).ident, hidden=True)
        self.redirect(self.door.base_url, status=303)


class Logout(_Form):
    """退出; asked for once more, so that no other page can do it with a link."""

    def get(self) -> None:
        session = self.door.session(self)
        if session is None:
            self.redirect(url_path_join(self.door.base_url, "login"))
            return
        self.show("logout.html.j2", who=session.user.name)

    async def post(self) -> None:
        self.check_form()
        session = self.door.sessions.end(self.get_cookie(self.door.cookie) or "")
        if session is not None:
            log.info("退出 用户=%s 地址=%s", session.user.name, self.request.remote_ip)
            await self.door.close(session, self.settings["kernel_manager"])
        self.clear_cookie(self.door.cookie, path=self.door.base_url)
        self.redirect(url_path_join(self.door.base_url, "login"), status=303)
