"""A line between browser and server that can be cut, or go deaf or mute without anybody being told."""

from __future__ import annotations

import socket
import threading
from typing import Any


class Relay:
    """Hands connections on to a port of this machine. ``deaf``: nothing reaches the server; ``mute``: nothing comes
    back; both look whole to browser and server; ``swallowed``: bytes lost so. ``down``: new connections are refused."""

    def __init__(self, server: Any):
        self.server, self.deaf, self.mute, self.down = server, False, False, False
        self.swallowed = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self.down:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.server.port))
            self._pairs.append((near, far))
            for source, target, held in ((near, far, "deaf"), (far, near, "mute")):
                threading.Thread(target=self._carry, args=(source, target, held), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, held: str) -> None:
        try:
            while data := source.recv(65536):
                if getattr(self, held):
                    self.swallowed += len(data)
                else:
                    target.sendall(data)
            if not getattr(self, held):
                target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self) -> None:
        """End every connection."""
        for pair in self._pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()
        self._pairs.clear()

    def stop(self) -> None:
        self._listening.close()
        self.cut()
