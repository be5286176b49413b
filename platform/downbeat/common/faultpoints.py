"""Named places at which a test may kill this process, to see that nothing is lost there.

Off unless ``DOWNBEAT_FAULTPOINTS`` names a folder: then a file in it, called like a point and holding
a number, arms the point. The process that passes it for the n-th time removes the file (only one
process can) and ends as by ``kill -9``: no handler runs, no connection is closed.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Final

from django.db import transaction

NAMES: Final = (
    "start.before_commit",
    "start.after_commit",
    "turn.before_commit",
    "turn.after_commit",
    "claim.after_commit",
    "attempt.before_run",
    "attempt.before_complete",
    "schedule.before_commit",
    "schedule.after_commit",
    "flow_trigger.before_commit",
    "flow_trigger.after_commit",
    "sweep.before_ring",
)
_folder: Final = os.environ.get("DOWNBEAT_FAULTPOINTS", "")
_passed: Counter[str] = Counter()


def passing(name: str) -> None:
    """Ends the process if a test armed this point; costs nothing otherwise."""
    if _folder:
        _maybe_die(name)


def after_commit(name: str) -> None:
    """Makes the point one between the commit of this transaction and what is registered later.

    Called before a bell is asked for, it stands between the commit and the bell.
    """
    if _folder:
        transaction.on_commit(partial(_maybe_die, name))


def _maybe_die(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"{name} is not in the list of fault points")
    armed = Path(_folder) / name
    try:
        wanted = int(armed.read_text() or "1")
    except (FileNotFoundError, ValueError):
        return
    _passed[name] += 1
    if _passed[name] < wanted:
        return
    try:
        armed.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
