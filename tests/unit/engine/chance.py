"""How long to search, and where: seeds of executions, spread over the parts of a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Final

STEPS: Final = int(os.environ.get("ENGINE_STEPS", "100000"))
"""Steps of all searches together; a soak sets millions."""
SEED: Final = int(os.environ.get("ENGINE_SEED", "0"))
"""Where to begin: another one searches elsewhere."""
PARTS: Final = 4


def search(part: int, share: float, play: Callable[[int], int]) -> int:
    """Plays executions of one part's seeds until its share of the steps is used up.

    A failure names the seed with which it can be had again.
    """
    left = int(STEPS * share / PARTS)
    played = 0
    for seed in _seeds(part):
        try:
            played += play(seed)
        except Exception as failure:
            failure.add_note(f"seed {seed}")
            raise
        if played >= left:
            return played
    return played


def _seeds(part: int) -> Iterator[int]:
    seed = SEED + part
    while True:
        yield seed
        seed += PARTS
