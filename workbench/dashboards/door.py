"""The door of the server: who may ask for what, before any handler of Voilà hears of it.

With login every address but the login page asks for a session; without it whoever sits at this machine is the one
visitor. Everything else holds either way: no kernel but of one's own pages, websockets in the current protocol and of
a bounded size, pages and kernels within the limits of :mod:`~workbench.dashboards.limits`, faults told in words.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.auth.identity import User as JupyterUser
from jupyter_server.utils import url_path_join
from tornado.httputil import split_host_and_port
from tornado.ioloop import PeriodicCallback
from tornado.web import GZipContentEncoding, HTTPError, RedirectHandler, RequestHandler
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from workbench.dashboards.assets import plotly_handler
from workbench.dashboards.limits import Pages, Place, TooMany
from workbench.dashboards.pages import render
from workbench.dashboards.sessions import Everybody, Session, Sessions
from workbench.dashboards.viewer import issue

log = logging.getLogger("workbench.login")

#: How often sessions, pages and kernels are looked over.
SWEEP_MS = 2000
#: Close codes of a websocket: its session has ended; its kernel has ended.
ENDED, KERNEL_ENDED = 4401, 4410
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
#: Parts of the longest message a page sends: five, and room for attachments.
_PARTS = 64
#: Nobody sends more than a form.
_LONGEST_BODY = 1 << 20
#: Seconds for a request to arrive, and for an idle connection.
_BODY_SECONDS, _IDLE_SECONDS = 30, 75
#: A page that is not made after so long will never be: a kernel hangs, or the machine is overloaded.
RENDER_SECONDS = 120
#: The template writes it into a page whose first cell did not show the run.
_FAILED = "data-failed"


class Door:
    """Who comes in: sessions, their cookie, the key of the tickets (empty: nobody has to log in), the open pages.

    ``check`` says in words why the run cannot be shown, looking at it again when told so; empty: it can.
    ``hosts``: the names under which this server may be asked; empty: any."""

    def __init__(
        self, sessions: Sessions | Everybody, key: str, port: int, base_url: str, *,
        check: Callable[[bool], str], hosts: frozenset[str] = frozenset(),
    ):
        self.sessions, self.key, self.base_url = sessions, key, base_url
        self.check, self.hosts = check, hosts
        # Cookies do not tell ports apart: two servers on one machine must not end each other's sessions.
        self.cookie = f"workbench-{port}"
        self.pages = Pages()

    def session(self, handler: RequestHandler) -> Session | None:
        """The open session of a request."""
        return self.sessions.find(handler.get_cookie(self.cookie) or "")

    def keep(self, handler: RequestHandler, name: str, value: str, *, hidden: bool, days: int | None = None) -> None:
        """Set a cookie for this server alone, over TLS only where the visitor came over TLS."""
        handler.set_cookie(
            name, value, path=self.base_url, httponly=hidden, samesite="Lax",
            secure=handler.request.protocol == "https", max_age=days and days * 86400,
        )

    async def close(self, session: Session, kernels: Any) -> None:
        """End what an ended session has open: its websockets, its kernels."""
        await asyncio.gather(*(self.end(kernel, kernels, ENDED) for kernel in list(session.kernels)))

    async def end(self, kernel: str, kernels: Any, code: int = KERNEL_ENDED, *, dead: bool = False) -> None:
        """End one page: its websockets are told why, its kernel goes, then it is forgotten. A kernel that could not be
        ended keeps its page among the open ones, and the sweep tries again, by force."""
        page = self.pages.open.get(kernel)
        if page and page.ending:
            return
        if page:
            page.ending = True
            for socket in list(page.sockets):
                socket.close(code, "ended")
        try:
            if kernel in kernels:
                await ensure_async(kernels.shutdown_kernel(kernel, now=dead or bool(page and page.stuck)))
        except Exception:
            log.exception("内核没有结束 %s", kernel)
        finally:
            if page:
                page.ending, page.stuck = False, kernel in kernels
        if kernel not in kernels:
            self.pages.open.pop(kernel, None)

    async def sweep(self, kernels: Any) -> None:
        """End what is over: sessions, pages nobody will come back to, dead kernels."""
        for session in self.sessions.sweep():
            log.info("会话结束 用户=%s", session.user.name)
            await self.close(session, kernels)
        dead = await kernels.dead()
        over = [kernel for kernel in self.pages.open if kernel not in kernels or kernel in dead]
        over += self.pages.gone(time.monotonic())
        await asyncio.gather(*(self.end(kernel, kernels, dead=kernel in dead) for kernel in set(over)))
        await kernels.replace(dead)


class Server(Voila):
    """Voilà behind a door. ``door`` and ``proxied`` (believe X-Forwarded-*) are set before it starts."""

    door: Door
    proxied = False

    def init_settings(self) -> dict[str, Any]:
        return {**super().init_settings(), "door": self.door}

    def init_handlers(self) -> list[Any]:
        # The door of Voilà's own through which a kernel may ask about its visitor: nobody here uses it.
        found = [
            (url, handler if getattr(handler, "open_to_all", False) else guarded(handler), *rest)
            for url, handler, *rest in (plotly_handler(self.base_url), *super().init_handlers())
            if handler is not RequestInfoSocketHandler
        ]
        if self.base_url != "/":  # a path typed without its last slash; some proxies hand it on as it is
            found.insert(0, (re.escape(self.base_url.rstrip("/")), _Slash, {"url": self.base_url, "permanent": False}))
        # Voilà hands tornado its settings after tornado has looked whether to compress.
        self.app.transforms.append(GZipContentEncoding)
        self.app.listen = partial(
            self.app.listen, xheaders=self.proxied, max_body_size=_LONGEST_BODY, body_timeout=_BODY_SECONDS,
            idle_connection_timeout=_IDLE_SECONDS,
        )
        self.sweeping = PeriodicCallback(self._sweep, SWEEP_MS)
        self.sweeping.start()
        return found

    async def _sweep(self) -> None:
        await self.door.sweep(self.kernel_manager)


class _Slash(RedirectHandler):
    """To the path with its slash; tells nothing."""

    open_to_all = True


class Identity(IdentityProvider):
    """Tells Jupyter's handlers who has a session."""

    @property
    def auth_enabled(self) -> bool:
        return True

    def get_user(self, handler: RequestHandler) -> JupyterUser | None:
        session = self.parent.door.session(handler)
        return session and JupyterUser(session.user.name if session.user else "local")

    def get_handlers(self) -> list[Any]:
        if not self.parent.door.key:
            return []
        from workbench.dashboards.login import Login, Logout

        return [
            (url_path_join(self.parent.server_url, path), form) for path, form in (("login", Login), ("logout", Logout))
        ]


@cache
def guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The handler with a guard before it."""
    guard = _Guard
    if issubclass(handler, TornadoVoilaHandler):
        guard = _Page
    elif issubclass(handler, VoilaKernelWebsocketHandler):
        guard = _Channel
    return type(f"Guarded{handler.__name__}", (guard, handler), {})


class _Guard:
    """Nothing without a session, and no kernel but of one's own pages."""

    def set_default_headers(self) -> None:
        for name, value in self.settings.get("headers", {}).items():
            self.set_header(name, value)
        super().set_default_headers()

    async def prepare(self) -> None:
        self.door: Door = self.settings["door"]
        host, _ = split_host_and_port(self.request.host.lower())
        if self.door.hosts and host.strip("[]") not in self.door.hosts:
            # A name of somebody else's that leads here (DNS rebinding).
            raise HTTPError(403, reason="Foreign Host")
        session = self.door.session(self)
        if session is None:
            if isinstance(self, _Page) and self.request.method in ("GET", "HEAD") and not any(self.path_args):
                self.redirect(url_path_join(self.door.base_url, "login"))
                return
            raise HTTPError(403)
        # The call that ends the kernel of a closed tab names it without a name of the group.
        kernel = self.path_kwargs.get("kernel_id", "")
        if "/api/shutdown/" in self.request.path:
            kernel = self.path_args[0]
        if kernel and kernel not in session.kernels:
            # Without login nobody else is there: it was of a server before this one.
            raise HTTPError(403 if self.door.key else 404)
        if kernel and kernel not in self.settings["kernel_manager"]:
            raise HTTPError(404)
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
        # Every page costs a kernel: neither for what is fetched ahead nor for what another site only embeds.
        asked = self.request.headers
        if asked.get("Sec-Purpose") or asked.get("Sec-Fetch-Dest", "document") != "document":
            raise HTTPError(403)
        self.set_header("Cache-Control", "no-store")
        self.session.asked = time.monotonic()
        try:
            with self.door.pages.coming(self._owner(), self.session.asked) as place:
                for kernel in place.yielding:
                    await self.door.end(kernel, self.kernel_manager)
                    if kernel in self.door.pages.open:  # its memory has not become free
                        raise TooMany(own=False)
                made = await self._made(place)
        except TooMany as e:
            self._tell(429 if e.own else 503, **_CROWDED[e.own])
            return
        if made:
            self.finish(made)

    async def head(self, path: str | None = None) -> None:
        """As a GET is answered, without a body; whoever only looks whether the page is there costs no kernel."""
        if path:
            raise HTTPError(404)
        self.set_header("Cache-Control", "no-store")
        if not await self._unfit(again=False):
            self.finish()

    async def _unfit(self, *, again: bool) -> bool:
        """Whether the run cannot be shown, and that has been told."""
        reason = await asyncio.get_running_loop().run_in_executor(None, self.door.check, again)
        if reason:
            self._tell(503, title="督查结果无法显示", lines=reason.splitlines(), again=True)
        return bool(reason)

    async def _made(self, place: Place) -> str:
        """The page; empty when it could not be made and that has been told. Twice, since the kernel that waited for a
        visitor may have been prepared while the run could not be read."""
        for again in (False, True):
            # A kernel that was prepared before would still show figures of a run that is gone or damaged.
            if await self._unfit(again=again):
                return ""
            try:
                kernel, html = await asyncio.wait_for(self._rendered(place), RENDER_SECONDS)
            except HTTPError:
                raise
            except Exception:
                self.log.exception("页面没有生成")
                break
            if _FAILED not in html:
                return self._with_ticket(kernel, html)
            await self.door.end(kernel, self.kernel_manager)
        self._tell(500, title="页面未能生成", again=True, lines=[
            "程序的页面模板或运行环境有问题，督查结果本身没有改动。",
            "请稍候重新打开；仍打不开时，请维护人员查看 workbench serve 的提示并重新启动它。"])
        return ""

    async def _rendered(self, place: Place) -> tuple[str, str]:
        """The kernel that was prepared for the next visitor, now of this session, and its page."""
        kernels, notebook = self.kernel_manager, self.notebook_path
        if not kernels.get_pool_size(notebook):  # the last one could not be prepared
            kernels.prepare()
        rendering, _, kernel = await kernels.get_rendered_notebook(notebook_name=notebook)
        self.session.kernels.add(kernel)
        self.door.pages.born(kernel, place, time.monotonic())
        try:
            parts, rest = await rendering
            html = "".join(parts) + "".join([part async for part, _ in rest])
        except BaseException:
            await self.door.end(kernel, kernels)
            raise
        if self.door.sessions.find(self.session.ident) is None:  # it ended while the page was made
            await self.door.close(self.session, kernels)
            raise HTTPError(403)
        return kernel, html

    def _with_ticket(self, kernel: str, html: str) -> str:
        if not self.door.key:
            return html
        ticket = issue(self.session.user.viewer, kernel, self.session.until, self.door.key)
        before, end, after = html.rpartition("</body>")
        return f'{before}<script type="application/json" id="wb-ticket">{ticket}</script>{end}{after}'

    def _owner(self) -> str:
        return self.session.user.name if self.session.user else ""

    def _tell(self, status: int, *, title: str, lines: list[str], again: bool = False) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        if status != 500:
            self.set_header("Retry-After", "30")
        self.finish(render("fault.html.j2", nonce="", title=title, lines=lines, again=again))

    def write_error(self, status_code: int, **_: Any) -> None:
        texts = {404: ["这个地址没有页面。请从首页进入。"], 403: ["这里不能这样打开。请在浏览器的地址栏中打开首页。"]}
        self._tell(status_code, title=f"页面无法打开（{status_code}）", again=True,
                   lines=texts.get(status_code, ["请稍候重新打开；仍打不开时，请查看 workbench serve 的提示。"]))


_CROWDED = {
    True: {"title": "打开的页面太多", "again": True, "lines": [
        "每个页面都占用服务器的内存，一个人同时能打开的页面有限。",
        "请关闭用不到的督查页面，再重新打开这一页。放在后台两分钟以上的页面会自动让出位置。"]},
    False: {"title": "同时使用的人太多", "again": True, "lines": [
        "服务器现在没有余下的内存再打开一页；已经打开的页面不受影响。",
        "请几分钟后重新打开，或关闭自己用不到的督查页面。"]},
}


class _Channel(_Guard):
    """The websocket of a kernel: open as long as the session and the kernel are."""

    async def prepare(self) -> None:
        # Without this protocol Voilà takes the first bytes of an attachment for a number of parts and counts up to it
        # while everybody waits; the page always asks for it.
        if _PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            raise HTTPError(403)
        await super().prepare()

    async def open(self, kernel_id: str) -> None:
        self.door.pages.connect(kernel_id, self)
        # An answer follows the kernel's word that it is busy: Nagle's algorithm would hold it back until the browser
        # has acknowledged that one, 40 ms later.
        self.set_nodelay(True)
        await super().open(kernel_id)

    def on_message(self, message: str | bytes) -> None:
        now = time.monotonic()
        if self.door.sessions.find(self.session.ident) is None:
            self.close(ENDED, "session ended")
            return
        # The first bytes say how many parts follow; whoever splits the message counts up to what they say.
        if isinstance(message, str) or int.from_bytes(message[:8], "little") > _PARTS:
            self.close(1003, "not a message")
            return
        self.door.pages.ask(self.kernel_id, now)
        # A page left open asks whether its kernel lives; that is nobody's doing.
        if b'"do":' in message and b'"do":"alive"' not in message:
            self.session.asked = now
        super().on_message(message)

    def on_close(self) -> None:
        self.door.pages.disconnect(self.path_kwargs["kernel_id"], self, time.monotonic())
        super().on_close()
