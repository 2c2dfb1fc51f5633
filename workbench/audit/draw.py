"""A draw of branches (抽取): from a public seed, repeatable by anybody who has the list it was drawn from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from workbench.errors import UsageError


def draw(subjects: Iterable[str], number: int, seed: str) -> list[str]:
    """``number`` of the subjects: those whose SHA-256 of ``seed|subject`` comes first, in that order.

    The draw does not depend on the order of the list, and a longer draw begins with the shorter one. Raises
    :class:`UsageError` when fewer subjects are there than asked for.

    >>> draw(["B1", "B2", "B3"], 2, "2026") == draw(["B3", "B2", "B1"], 3, "2026")[:2]
    True
    """
    frame = sorted(set(subjects))
    if not 1 <= number <= len(frame):
        raise UsageError("抽取的个数不对", found=str(number), expected=f"1 到 {len(frame)}")
    return sorted(frame, key=lambda s: (hashlib.sha256(f"{seed}|{s}".encode()).hexdigest(), s))[:number]
