"""The witness (见证): a small file beside the user's keys that notes, per ledger, the highest head this user has seen.

A ledger can be rewritten from some event on, with every digest made anew, or cut off at its end; from within, it looks
whole. The witness lies elsewhere and remembers. It only ever moves forward along the chain it has seen.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.errors import LedgerError
from workbench.ledger.schema import Head
from workbench.records.identity import home_folder

#: Its name in ``WORKBENCH_HOME``.
WITNESS_FILE = "ledgers.seen"


@dataclass(frozen=True)
class Seen:
    """One line: at ``place`` the ledger that begins with digest ``first`` had the head (``seq``, ``digest``)."""

    place: str
    first: str
    seq: int
    digest: str

    @property
    def head(self) -> Head:
        """The head that was seen."""
        return Head(self.seq, self.digest)


class Witness:
    """What this user has seen of the ledger at ``place``; ``path``: another file than that of ``WORKBENCH_HOME``."""

    def __init__(self, path: str | Path | None, place: str):
        self.path = Path(path) if path is not None else home_folder() / WITNESS_FILE
        self._place = place if "://" in place else str(Path(place).resolve())

    def read(self) -> list[Seen]:
        """Every line; ValueError when the file is damaged, OSError when it cannot be read."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        try:
            return [Seen(**json.loads(line)) for line in text.splitlines() if line.strip()]
        except TypeError as error:
            raise ValueError(str(error)) from error

    def here(self, lines: list[Seen]) -> Seen | None:
        """The line of this place."""
        return next((line for line in lines if line.place == self._place), None)

    def elsewhere(self, lines: list[Seen], first: str | None) -> list[Seen]:
        """Lines of the same ledger at other places: copies, or where it lay before."""
        return [line for line in lines if line.first == first and line.place != self._place]

    def note(self, head: Head, digest: Callable[[int], str | None]) -> None:
        """Write a head down when it lies beyond the one seen last and on the same chain.

        ``digest`` gives that of an event of the ledger. A witness that cannot be written stops nobody from working:
        verification tells of it.
        """
        try:
            lines = self.read()
            seen = self.here(lines)
            if head.seq <= (0 if seen is None else seen.seq) or seen and digest(seen.seq) != seen.digest:
                return
            first = seen.first if seen else digest(1) or ""
            self._write([*(s for s in lines if s is not seen), Seen(self._place, first, head.seq, head.digest)])
        except (OSError, ValueError, LedgerError):  # the event is written: nothing may say otherwise now
            return

    def _write(self, lines: list[Seen]) -> None:
        """Replace the file whole. Two programs at once: the later one wins, at worst a somewhat older head remains."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, made = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)
            os.replace(made, self.path)
        except BaseException:
            os.unlink(made)
            raise
