"""The forms of login and logout. They work without scripts, and what is sent carries a token of our own page."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, RequestHandler

from workbench.dashboards import accounts
from workbench.dashboards.accounts import User
from workbench.dashboards.door import Door
from workbench.dashboards.pages import render
from workbench.dashboards.sessions import Throttle

log = logging.getLogger("workbench.login")

_FORM = "_xsrf"
#: One thread: checking a password is made to be slow and large, and must not stop the page nor fill the memory. More
#: than so many do not wait for it.
_HASHING, _WAITING = ThreadPoolExecutor(1), 50
#: How long a browser is known as one in which somebody has logged in.
_DEVICE_DAYS = 180
_THROTTLE = Throttle()
#: What the login page may do: its own style and script, a form to ourselves.
_POLICY = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; img-src data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)


class _Form(RequestHandler):
    """A page with one form; what it sends carries a token that only our own page can know."""

    open_to_all = True

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
    """登录. ``checking``: passwords that are being checked or wait for it."""

    checking = 0

    def get(self) -> None:
        self.show("login.html.j2", typed="", problem="")

    async def post(self) -> None:
        self.check_form()
        name = self.get_body_argument("name", "")[:40].strip()
        password = self.get_body_argument("password", "", strip=False)
        address, users = self.request.remote_ip or "", self.door.sessions.users()
        # Somebody may have typed the password into the wrong field: a name that nobody has is not written down.
        shown = name if name in users else "（没有这个用户）"
        # Whoever has logged in from this browser before is counted apart: nobody who guesses elsewhere locks them out.
        device = self._device(users.get(name))
        if wait := _THROTTLE.wait(name, address, device):
            log.warning("登录暂缓 用户=%s 地址=%s 还须等待=%d秒", shown, address, wait)
            self._refuse(429, wait, name, f"失败次数过多，请 {wait} 秒后再试。")
            return
        if Login.checking >= _WAITING:
            log.warning("登录暂缓 用户=%s 地址=%s 正在核对的太多", shown, address)
            self._refuse(503, 10, name, "同时登录的人太多，请 10 秒后再试。")
            return
        _THROTTLE.failed(name, address, device)
        check = partial(accounts.verify, users, name, password)
        Login.checking += 1
        try:
            user = await asyncio.get_running_loop().run_in_executor(_HASHING, check)
        finally:
            Login.checking -= 1
        if user is None:
            log.warning("登录失败 用户=%s 地址=%s", shown, address)
            self.set_status(403)
            self.show("login.html.j2", typed=name, problem="姓名或密码不对。")
            return
        _THROTTLE.succeeded(name, address, device)
        log.info("登录 用户=%s 地址=%s", user.name, address)
        # Whoever was logged in here before is not any more, and no name of a session that came along is taken.
        before = self.door.sessions.end(self.get_cookie(self.door.cookie) or "")
        if before is not None:
            await self.door.close(before, self.settings["kernel_manager"])
        self.door.keep(self, self.door.cookie, self.door.sessions.begin(user).ident, hidden=True)
        if not device:
            device = secrets.token_hex(16)
            self.door.keep(self, self._known, f"{device}.{_seal(user, device)}", hidden=True, days=_DEVICE_DAYS)
        self.redirect(self.door.base_url, status=303)

    @property
    def _known(self) -> str:
        return f"{self.door.cookie}-known"

    def _device(self, user: User | None) -> str:
        """Name of this browser, when the user has logged in from it with the present password; empty otherwise."""
        device, _, seal = (self.get_cookie(self._known) or "").partition(".")
        known = user is not None and device and hmac.compare_digest(seal.encode(), _seal(user, device).encode())
        return device if known else ""

    def _refuse(self, status: int, wait: int, name: str, problem: str) -> None:
        self.set_status(status)
        self.set_header("Retry-After", str(wait))
        self.show("login.html.j2", typed=name, problem=problem)


def _seal(user: User, device: str) -> str:
    """Holds across restarts and ends with the password: its hash is the key."""
    return hmac.new(user.password.encode(), f"{user.name} {device}".encode(), hashlib.sha256).hexdigest()


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
