"""plotly's JavaScript by URL: the file of the installed package, sent by our own server and never over the websocket."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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


def plotly_handler(base_url: str) -> tuple[str, type, dict[str, Any]]:
    """The handler of that one file, for a server under ``base_url``."""
    from tornado.web import StaticFileHandler

    class Plotly(StaticFileHandler):
        """plotly.js with the headers of the server."""

        def set_default_headers(self) -> None:
            for name, value in self.settings.get("headers", {}).items():
                self.set_header(name, value)

    return f"{base_url.rstrip('/')}/workbench/(plotly\\.min\\.js)", Plotly, {"path": str(_file().parent)}
