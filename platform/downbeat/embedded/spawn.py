"""Starts a child that dies with its parent, in a session of its own, with nothing inherited.

Linux tells a child when the parent is gone, even by `kill -9` (PR_SET_PDEATHSIG); elsewhere the
next start clears what was left. The parent must start children from its main thread: the signal is
tied to the thread that forked.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from downbeat.embedded.accounts import Account

SET_DEATH_SIGNAL = 1
SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Start:
    """How to start one process."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None
    dies_by: signal.Signals = signal.SIGKILL
    account: Account | None = None
    folder: str = "/"
    keep: tuple[int, ...] = field(default=())
    arguments: tuple[str, ...] = ()
    """Of one of our own commands: then it may also begin as a fork."""


def spawn(start: Start) -> subprocess.Popen[bytes]:
    """Starts it; its output is appended to the log, or shown as ours is when it has none."""
    with ExitStack() as opened:
        log = opened.enter_context(start.log.open("ab")) if start.log else None
        return subprocess.Popen(
            list(start.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=start.folder,
            env=dict(start.environment),
            pass_fds=start.keep,
            start_new_session=True,
            preexec_fn=_tied_to(os.getpid(), start.dies_by),
            **(start.account.credentials() if start.account else {}),
        )


def adopt_orphans() -> None:
    """Makes grandchildren whose parent dies ours, so that stopping finds them all."""
    if libc := _libc():
        libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _tied_to(parent: int, sign: signal.Signals) -> Callable[[], None] | None:
    libc = _libc()
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(SET_DEATH_SIGNAL, int(sign), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)

    return tie


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tail(log: Path | None, lines: int = 20) -> str:
    """The last lines of a log, for an error message."""
    if log is None:
        return "(see above)"
    try:
        text = log.read_bytes()[-8192:].decode("utf-8", "replace")
    except OSError:
        return "(nothing)"
    return "\n".join(text.splitlines()[-lines:]) or "(nothing)"
