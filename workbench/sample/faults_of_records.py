"""Faults planted in activities, sign-in, posts, people, figures, ratings and dues."""

from __future__ import annotations

from workbench.sample.fault import Fault

FAULTS: tuple[Fault, ...] = ()
#: Requirements of this part that cannot fail before the year has ended, nor lag behind.
YEAR_END: tuple[str, ...] = ()
