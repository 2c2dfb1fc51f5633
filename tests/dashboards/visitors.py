"""Visitors made by hand: HTTP with cookies, the websocket of a kernel and its messages, without a browser."""

from __future__ import annotations

import http.cookiejar
import json
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClosedError, WebSocketClientConnection, websocket_connect


PROTOCOL = "v1.kernel.websocket.jupyter.org"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Visitor:
    """Somebody with a cookie jar; ``address`` is that of the page, without a slash at its end."""

    def __init__(self, address: str, **headers: str):
        self.address, self.headers = address, headers
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stay)

    def ask(self, path: str = "/", data: dict | None = None, method: str | None = None, **headers: str) -> Any:
        """The answer (``status``, ``headers``, ``text``), whatever its status."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        request = urllib.request.Request(self.address + path, body, self.headers | headers, method=method)
        try:
            answer = self._opener.open(request)
        except urllib.error.HTTPError as e:
            answer = e
        with answer:
            answer.text = answer.read().decode(errors="replace")
        return answer

    def log_in(self, name: str, password: str) -> Any:
        """Fill in the form of the login page."""
        token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', self.ask("/login").text)[1]
        return self.ask("/login", {"_xsrf": token, "name": name, "password": password})

    def log_out(self) -> Any:
        token = re.search(r'name="_xsrf" value="([0-9a-f]+)"', self.ask("/logout").text)[1]
        return self.ask("/logout", {"_xsrf": token})

    def open(self) -> Kernel:
        """The page, with its kernel."""
        answer = self.ask("/")
        assert answer.status == 200, answer.text
        return Kernel(self, answer.text)

    def cookies(self) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.jar)


class Kernel:
    """The kernel behind a page, as the scripts of the page see it."""

    def __init__(self, visitor: Visitor, page: str):
        self.visitor, self.page = visitor, page
        self.ident = re.search(r'"kernelId": "([0-9a-f-]+)"', page)[1]
        self.ticket = re.search(r'id="wb-ticket">([^<]+)<', page)[1]
        self.socket: WebSocketClientConnection | None = None
        self._session, self._asked = uuid.uuid4().hex, 0

    async def connect(
        self, by: Visitor | None = None, protocols: tuple[str, ...] = (PROTOCOL,), **headers: str
    ) -> Kernel:
        """Open the websocket with the cookies of ``by`` and find the widget."""
        visitor = by or self.visitor
        address = visitor.address.replace("http", "ws", 1)
        self.socket = await websocket_connect(HTTPRequest(
            f"{address}/api/kernels/{self.ident}/channels?session_id={self._session}",
            headers={"Cookie": visitor.cookies(), **headers},
        ), subprotocols=protocols, max_message_size=1 << 28)
        await self._send("comm_info_request", {"target_name": "jupyter.widget"})
        found = await self._until("comm_info_reply")
        await self._send("comm_open", {"comm_id": "c0", "target_name": "jupyter.widget.control", "data": {}})
        await self._send("comm_msg", {"comm_id": "c0", "data": {"method": "request_states"}})
        states = (await self._until("comm_msg", "c0"))["data"]["states"]
        self.widget = next(c for c in found["comms"] if "stamp" in states[c]["state"])
        self.states = json.dumps(states, ensure_ascii=False)
        return self

    async def admitted(self, **options: Any) -> Kernel:
        """Connected, with the ticket shown."""
        await self.connect(**options)
        answer = await self.ask(do="ticket", ticket=self.ticket)
        assert "error" not in answer, answer
        return self

    async def ask(self, **message: Any) -> dict[str, Any]:
        """The answer to one message of the page."""
        self._asked += 1
        content = {"method": "custom", "content": {"ask": self._asked, **message}}
        await self._send("comm_msg", {"comm_id": self.widget, "data": content})
        while True:
            data = (await self._until("comm_msg", self.widget))["data"]
            if data.get("method") == "custom" and data["content"]["answer"] == self._asked:
                return data["content"]

    async def execute(self, code: str) -> None:
        """What the server has to drop."""
        await self._send("execute_request", {"code": code, "silent": False})

    async def closed(self) -> int:
        """The code with which the server closes the websocket."""
        while await self.socket.read_message() is not None:
            pass
        return self.socket.close_code

    async def _send(self, kind: str, content: dict) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session, "username": "",
                  "version": "5.3", "date": "2026-08-31T00:00:00Z"}
        message = {"header": header, "parent_header": {}, "metadata": {"version": "1.0.0"}, "content": content}
        raw = serialize_msg_to_ws_v1(message, "shell", lambda o: json.dumps(o, separators=(",", ":")).encode())
        await self.socket.write_message(raw, binary=True)

    async def _until(self, kind: str, comm: str = "") -> dict:
        while True:
            raw = await self.socket.read_message()
            if raw is None:
                raise WebSocketClosedError
            _, (header, _, _, content, *attached) = deserialize_msg_from_ws_v1(raw)
            content = json.loads(content)
            if json.loads(header)["msg_type"] == kind and comm in ("", content.get("comm_id")):
                self.attached = [bytes(a) for a in attached]
                return content
