"""What was done, by whom, when and why: the events (事件) that every state of the ledger is derived from.

An event belongs to a stream (one finding, one secretary's cards, one year's lists …) and is the next version of it.
All events form one chain: the digest of an event covers the digest of the one before it, so that nothing can be
changed, taken out or put in between without breaking every later digest (``docs/ledger.md``, 事件链).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

#: Who acts when nobody does: what a run shows is written down under this name, and no person may use it.
MACHINE = "督查工作台"
#: Digest before the first event.
GENESIS = "0" * 64

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Draft:
    """An event that is about to be written.

    ``stream`` is ``topic/id`` (``finding/B1|secretary-2022-8-1|2026``), ``kind`` is ``topic.verb`` with a verb of the
    topic's machine (:mod:`workbench.ledger.machines`), ``on`` the day of the act, ``what`` its particulars (JSON
    values), ``run`` the id of the run it rests on, ``evidence`` papers or rows named by the person who acts.
    """

    stream: str
    kind: str
    on: date
    who: str
    why: str = ""
    what: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        """``finding``, ``card``, ``lists``, ``appraisal``, ``inspection`` or ``run``."""
        return self.stream.partition("/")[0]

    @property
    def verb(self) -> str:
        """The kind without its topic."""
        return self.kind.partition(".")[2]


@dataclass(frozen=True)
class Event(Draft):
    """A written event: ``seq`` in the whole chain from 1 on, ``version`` in its stream from 1 on, both without gaps.

    ``recorded_at`` is when it was written (UTC), ``previous`` and ``digest`` are SHA-256 in hexadecimal.
    """

    seq: int = 0
    version: int = 0
    recorded_at: datetime = datetime.min
    previous: str = GENESIS
    digest: str = ""

    def computed(self) -> str:
        """The digest this event ought to have."""
        return digest_of(self)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value, whatever stores it."""
    return _ENCODER.encode(value)


def digest_of(event: Event) -> str:
    """SHA-256 over every field of the event but ``digest`` itself."""
    text = canonical(
        [
            event.seq,
            event.stream,
            event.version,
            event.kind,
            event.on.isoformat(),
            event.recorded_at.isoformat(timespec="microseconds"),
            event.who,
            event.why,
            event.what,
            event.run,
            list(event.evidence),
            event.previous,
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Act:
    """Who acts, on which day, why, and on what evidence; what every decision of a person is given.

    ``seen`` is the version of the stream that the person had before their eyes; when the stream has moved on since,
    the act is refused (:class:`workbench.errors.Conflict`) and nothing is written. None: whatever stands now.
    """

    who: str
    on: date
    why: str = ""
    evidence: tuple[str, ...] = ()
    run: str = ""
    seen: int | None = None
