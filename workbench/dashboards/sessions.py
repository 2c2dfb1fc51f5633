"""Who is logged in, until when, and how fast somebody may guess; no web server in here.

Times are seconds of ``time.monotonic``, but for :attr:`Session.until`, which goes into tickets for other processes.
"""

from __future__ import annotations

import ipaddress
import math
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from workbench.dashboards import accounts
from workbench.dashboards.accounts import User
from workbench.errors import UsageError

#: A session ends after so long without a question that a person asked, and in any case after so long.
IDLE_SECONDS, LONGEST_SECONDS = 3600, 12 * 3600
#: So many failures of a name, and of an address (behind which a whole office may sit), cost nothing; from then on the
#: wait doubles from a second on.
FREE_BY_NAME, FREE_BY_ADDRESS = 3, 10
#: The longest wait for a name, and for an address: nobody shall be able to lock somebody else out for long.
NAME_WAIT, ADDRESS_WAIT = 60, 900
#: Failures are forgotten after so long without a further one.
FORGET_SECONDS = 3600
#: More names and addresses than this are not kept; the oldest go.
_KEPT = 10_000
#: Sessions of one user at the same time; another one ends the one that has been idle for longest.
SESSIONS_EACH = 10


@dataclass
class Session:
    """Somebody who has logged in. ``until``: when it ends at the latest, seconds since 1970. ``kernels``: those of the
    pages that were made for it, also of pages that are closed by now."""

    ident: str
    user: User | None
    until: float
    began: float
    asked: float
    kernels: set[str] = field(default_factory=set)

    def ended(self, now: float) -> bool:
        """Whether it has been idle or open for too long."""
        return now - self.asked >= IDLE_SECONDS or now - self.began >= LONGEST_SECONDS


class Sessions:
    """The sessions of one server and the users file behind them. Sessions live in memory: a restart ends them all."""

    def __init__(self, users: Path):
        self._path = users
        self._stamp: tuple[int, int, int] | None = None
        self._users: dict[str, User] = {}
        self._open: dict[str, Session] = {}
        self.users()

    def users(self) -> dict[str, User]:
        """The users as the file says now: read again when it has changed.

        A file that cannot be read any more opens nothing: then there are no users.
        """
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino, status.st_mode)
            if stamp != self._stamp:
                self._users, self._stamp = accounts.read(self._path), stamp
        except (OSError, UsageError):
            if self._stamp is None:
                accounts.read(self._path)  # says in words what is wrong with it
                raise
            self._users, self._stamp = {}, (0, 0, 0)
        return self._users

    def begin(self, user: User) -> Session:
        """A new session under a name nobody can guess."""
        now = time.monotonic()
        session = Session(secrets.token_urlsafe(32), user, time.time() + LONGEST_SECONDS, now, now)
        own = [s for s in self._open.values() if s.user.name == user.name and not s.ended(now)]
        if len(own) >= SESSIONS_EACH:
            min(own, key=lambda s: s.asked).began = -math.inf
        self._open[session.ident] = session
        return session

    def find(self, ident: str) -> Session | None:
        """The session so named, as long as it is open and its user is what they were when it began."""
        session = self._open.get(ident)
        if session is None or session.ended(time.monotonic()) or self.users().get(session.user.name) != session.user:
            return None
        return session

    def end(self, ident: str) -> Session | None:
        """Close a session."""
        return self._open.pop(ident, None)

    def sweep(self) -> list[Session]:
        """Close what has ended (time, or a changed user); what was closed."""
        return [self._open.pop(ident) for ident in list(self._open) if self.find(ident) is None]


class Everybody:
    """Where nobody logs in: whoever sits at this machine is one visitor, whose session does not end."""

    def __init__(self) -> None:
        self._session = Session("", None, math.inf, math.inf, math.inf)

    def find(self, _ident: str) -> Session:
        """The one session."""
        return self._session

    def sweep(self) -> list[Session]:
        """Nothing ever ends."""
        return []


class Throttle:
    """Waits that grow with failures, by name and by address."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], tuple[int, float]] = {}

    def wait(self, name: str, address: str, device: str = "") -> int:
        """Whole seconds until somebody may try again; 0: now. ``device``: the browser, when the name has logged in
        from it before: then only what fails there counts, so that others cannot lock them out."""
        now, waits = time.monotonic(), [0.0]
        for key, (free, longest) in self._limits(name, address, device):
            count, last = self._failures.get(key, (0, 0.0))
            if now - last < FORGET_SECONDS and count >= free:
                waits.append(last + min(2 ** min(count - free, 20), longest) - now)
        return -int(-max(waits) // 1)

    def failed(self, name: str, address: str, device: str = "") -> None:
        """Count a try; before its password is checked, so that many at once are not free."""
        now = time.monotonic()
        for key, _ in self._limits(name, address, device):
            count, last = self._failures.pop(key, (0, 0.0))
            self._failures[key] = (count + 1 if now - last < FORGET_SECONDS else 1, now)
        while len(self._failures) > _KEPT:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, name: str, address: str, device: str = "") -> None:
        """Forget the failures of the name (or of the browser); those of the address only by the try just counted:
        others sit there too."""
        first, *by_address = (key for key, _ in self._limits(name, address, device))
        self._failures.pop(first, None)
        for key in by_address:
            count, last = self._failures.get(key, (0, 0.0))
            if count:
                self._failures[key] = (count - 1, last)

    @staticmethod
    def _limits(name: str, address: str, device: str) -> list[tuple[tuple[str, str], tuple[int, int]]]:
        """What is counted, with the failures that are free and the longest wait."""
        if device:
            return [(("device", device), (FREE_BY_NAME, NAME_WAIT))]
        return [
            (("name", name), (FREE_BY_NAME, NAME_WAIT)),
            (("address", _network(address)), (FREE_BY_ADDRESS, ADDRESS_WAIT)),
        ]


def _network(address: str) -> str:
    """The address; of IPv6 the network, since one machine has as many addresses there as it likes."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 and not ip.ipv4_mapped else str(ip)
