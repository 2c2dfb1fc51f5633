"""plotly's JavaScript by URL: the file of the installed package, sent by our own server, never over the websocket."""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

#: Where the file lies under the base path of ``serve`` and of ``lab``.
_ADDRESS = "workbench/plotly.min.js"


@cache
def _file() -> Path:
    """The file, found without importing the package, which takes a second."""
    return Path(find_spec("plotly").submodule_search_locations[0]) / "package_data" / "plotly.min.js"


def plotly_address() -> str:
    """The address under the base path; it changes with the file, so that a browser may keep what it has."""
    stat = _file().stat()
    return f"{_ADDRESS}?v={stat.st_size:x}-{int(stat.st_mtime):x}"


def plotly_handler(base_url: str) -> tuple[str, type]:
    """The handler of that one file, for a server under ``base_url``."""
    from tornado.ioloop import IOLoop
    from tornado.web import RequestHandler

    class Plotly(RequestHandler):
        """plotly.js: compressed once for everybody (tornado leaves files as they are), kept by the browser for good."""

        def set_default_headers(self) -> None:
            for name, value in self.settings.get("headers", {}).items():
                self.set_header(name, value)

        async def get(self) -> None:
            self.set_header("Content-Type", "text/javascript; charset=utf-8")
            self.set_header("Cache-Control", "private, max-age=31536000, immutable")
            self.set_header("Vary", "Accept-Encoding")
            packed = "gzip" in self.request.headers.get("Accept-Encoding", "")
            if packed:
                self.set_header("Content-Encoding", "gzip")
            self.finish(await IOLoop.current().run_in_executor(None, _packed if packed else _file().read_bytes))

    return f"{base_url.rstrip('/')}/{re.escape(_ADDRESS)}", Plotly


@cache
def _packed() -> bytes:
    return gzip.compress(_file().read_bytes(), 6)
