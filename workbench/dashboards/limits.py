"""How many pages may be open: a page is a kernel, and a kernel is memory; no web server in here.

Times are seconds of ``time.monotonic``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

#: Bytes of the longest message of a page: an export brings along the pictures that the page has drawn.
LONGEST_MESSAGE = 16 << 20
#: Pages one person may have open.
EACH = 12
#: What a page takes at most, and the part of the machine's memory that all pages together may take.
PAGE_BYTES, SHARE = 150 << 20, 0.6
#: Bounds of what follows from them: a small machine serves a few all the same, and no machine without end.
FEWEST, MOST = 8, 200
#: A page that nobody looks at may be ended for another one of the same person: without a connection after so long,
#: hidden (a visible page asks every few seconds) after so long.
UNCONNECTED_YIELDS, HIDDEN_YIELDS = 30, 120
#: Ended in any case: what was never connected (no browser asked for it), what has lost its connection (the browser
#: has ended without a word, or the network has been down for longer than anybody waits).
NEVER_CONNECTED, DISCONNECTED = 120, 900


class TooMany(Exception):
    """No further page; ``own``: of this person, otherwise of everybody together."""

    def __init__(self, own: bool):
        self.own = own


@dataclass
class Page:
    """One page that was handed out: whose, when, when something was last asked from it and since when it has no
    connection. ``ending``: that is under way; ``stuck``: it was tried, and the kernel is still there."""

    owner: str
    born: float
    asked: float
    left: float | None
    connected: bool = False
    sockets: set[Any] = field(default_factory=set)
    ending: bool = False
    stuck: bool = False

    def rank(self, now: float) -> float | None:
        """For how long nobody has looked at it; None: somebody may be looking, or it is being ended."""
        if self.ending:
            return None
        if self.left is not None:
            return now - self.left if now - self.left >= UNCONNECTED_YIELDS else None
        return now - self.asked if now - self.asked >= HIDDEN_YIELDS else None

    def gone(self, now: float) -> bool:
        """Whether nobody will come back to it."""
        limit = DISCONNECTED if self.connected else NEVER_CONNECTED
        return self.stuck or (self.left is not None and now - self.left >= limit)


@dataclass(eq=False)
class Place:
    """Room for a page that is being made: whose, and the kernels of pages that have to make room for it."""

    owner: str
    yielding: list[str] = field(default_factory=list)


class Pages:
    """The open pages of a server by kernel, at most ``most`` and :data:`EACH` of one person."""

    def __init__(self, most: int | None = None):
        self.most = most or room(psutil.virtual_memory().total)
        self.open: dict[str, Page] = {}
        #: Held until the page is among those that are open: counted twice, it would take the room of two.
        self._coming: set[Place] = set()

    @contextmanager
    def coming(self, owner: str, now: float) -> Iterator[Place]:
        """Hold a place for a page that is being made, until it is born or has failed.

        Raises :class:`TooMany` when there is no place and no page of this person that nobody looks at.
        """
        place = Place(owner, [kernel for kernel in (self._yielding(owner, now),) if kernel])
        self._coming.add(place)
        try:
            yield place
        finally:
            self._coming.discard(place)

    def _yielding(self, owner: str, now: float) -> str | None:
        own = {kernel: page for kernel, page in self.open.items() if page.owner == owner}
        crowded = len(own) + sum(place.owner == owner for place in self._coming) >= EACH
        if not crowded and len(self.open) + len(self._coming) < self.most:
            return None
        # Where there is no room for anybody, what no browser is connected to yields as well, whoever opened it.
        left = {} if crowded else {kernel: page for kernel, page in self.open.items() if page.left is not None}
        ranks = {k: rank for k, page in (own | left).items() if (rank := page.rank(now)) is not None}
        if not ranks:
            raise TooMany(own=crowded)
        return max(ranks, key=ranks.__getitem__)

    def born(self, kernel: str, place: Place, now: float) -> None:
        """There is a kernel for the page in this place."""
        self._coming.discard(place)
        self.open[kernel] = Page(place.owner, now, now, now)

    def connect(self, kernel: str, socket: Any) -> None:
        """A websocket of the page has been opened."""
        if page := self.open.get(kernel):
            page.sockets.add(socket)
            page.connected, page.left = True, None

    def disconnect(self, kernel: str, socket: Any, now: float) -> None:
        """A websocket of the page has been closed."""
        if page := self.open.get(kernel):
            page.sockets.discard(socket)
            if not page.sockets and page.left is None:
                page.left = now

    def ask(self, kernel: str, now: float) -> None:
        """Something has been asked from the page."""
        if page := self.open.get(kernel):
            page.asked = now

    def gone(self, now: float) -> list[str]:
        """Kernels of pages that nobody will come back to."""
        return [kernel for kernel, page in self.open.items() if page.gone(now)]


def room(memory: int) -> int:
    """Pages for which the memory of a machine (bytes) is enough."""
    return max(FEWEST, min(MOST, int(memory * SHARE / PAGE_BYTES)))
