"""Faults planted in the engine, to see that its tests notice; run by ``tools/mutate_engine.py``."""

from __future__ import annotations

from typing import Final

from tests.mutation import bookkeeping, ends, interruptions, ordering, taking_up
from tests.mutation.fault import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *ordering.FAULTS,
    *ends.FAULTS,
    *interruptions.FAULTS,
    *bookkeeping.FAULTS,
    *taking_up.FAULTS,
)
