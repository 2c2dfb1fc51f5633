"""Faults planted in dated steps, answers on site and the standard."""

from __future__ import annotations

from workbench.sample.fault import Fault

FAULTS: tuple[Fault, ...] = ()
#: Requirements of this part that cannot fail before the year has ended, nor lag behind.
YEAR_END: tuple[str, ...] = ()
