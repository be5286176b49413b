"""How much of a proof a run does: a tenth that is the same each time, or all of it."""

from __future__ import annotations

import os
import zlib
from typing import Final

# `make soak` sets it; a number other than the usual one draws another tenth.
WHOLE: Final = os.environ.get("ISOLATION") == "whole"
SEED: Final = os.environ.get("ISOLATION_SEED", "downbeat")
PARTS: Final = 10


def drawn(*names: object) -> bool:
    """Whether this run looks at the thing of that name."""
    text = "|".join(map(str, (SEED, *names)))
    return WHOLE or zlib.crc32(text.encode()) % PARTS == 0
