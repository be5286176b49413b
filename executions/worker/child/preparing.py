"""What a task process imports before it knows its job; what is missing is left to the job."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any


def prepare(config: dict[str, Any]) -> None:
    """Imports what tasks of this environment will need."""
    sys.path[:] = [*config["roots"], *sys.path]
    for name in config["preload"]:
        try:
            __import__(name)
        except ImportError:
            continue
    if not config["keep_path"]:
        sys.path[:] = [entry for entry in sys.path if entry not in _own_roots()]


def _own_roots() -> tuple[str, ...]:
    here = os.path.dirname(os.path.abspath(__file__))
    return (os.path.dirname(os.path.dirname(os.path.dirname(here))),)
