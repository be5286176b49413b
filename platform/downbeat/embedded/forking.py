"""Begins one of our own commands as a fork of this process, as separate as a fresh one would be."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from downbeat.embedded.spawn import SET_DEATH_SIGNAL, Start

SET_NAME = 15
ARGUMENTS_START, ARGUMENTS_END = 45, 46
FAILED = 1


@dataclass
class Forked:
    """A process that began as a fork."""

    pid: int
    returncode: int | None = None


def fork(start: Start, run: Callable[[tuple[str, ...]], int]) -> Forked:
    """Starts the process; `run` gets its arguments and gives its exit status."""
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _live(start, run, parent)
    return Forked(pid)


def _live(start: Start, run: Callable[[tuple[str, ...]], int], parent: int) -> NoReturn:
    status = FAILED
    try:
        _separate(start, parent)
        status = run(start.arguments)
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else FAILED
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        _leave(status)


def _leave(status: int) -> NoReturn:
    import threading

    try:
        # What a normal end does; a fork must not run the parent's own farewells.
        threading._shutdown()  # type: ignore[attr-defined]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _separate(start: Start, parent: int) -> None:
    """Gives up everything that belongs to the parent."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(sign, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    libc = ctypes.CDLL(None)
    libc.prctl(SET_DEATH_SIGNAL, int(start.dies_by), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(FAILED)
    _redirect(start)
    os.environ.clear()
    os.environ.update(start.environment)
    os.chdir(start.folder)
    _rename(start.arguments, libc)


def _redirect(start: Start) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    if start.log:
        log = os.open(start.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
    keep = {0, 1, 2, *start.keep}
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor not in keep:
            try:
                os.close(descriptor)
            except OSError:
                continue  # the listing's own descriptor


def _rename(arguments: tuple[str, ...], libc: ctypes.CDLL) -> None:
    """Shows in the list of processes what this one does, in the room of the parent's arguments."""
    sys.argv = ["downbeat", *arguments]
    title = " ".join(sys.argv).encode()
    libc.prctl(SET_NAME, f"downbeat {arguments[0]}"[:15].encode(), 0, 0, 0)
    fields = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    begin, end = int(fields[ARGUMENTS_START]), int(fields[ARGUMENTS_END])
    room = end - begin
    if room > 0:
        ctypes.memmove(begin, title[: room - 1].ljust(room, b"\0"), room)
