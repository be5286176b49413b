"""Watches one task process until it has ended: reads, answers, stops it in time.

A single thread and a poll over five descriptors: the control socket, the two streams, the end of
the process and the call to stop. Everything that comes from the process is untrusted: bounded,
checked, and never able to raise here.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import threading
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from executions.worker.channel import Control
from executions.worker.launching import TaskProcess

_CHUNK = 1 << 16
_RIGHTS = socket.CMSG_SPACE(8 * array("i").itemsize)
_GLANCE = 0.5
LONGEST_GRACE: Final = timedelta(seconds=60)
"""What a task may ask for at the most, to end by itself."""
_slot = threading.local()


class Stop(StrEnum):
    """Why a process was stopped from outside."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    TOO_MUCH = "output.too_large"


@dataclass(slots=True)
class Ended:
    """How a process ended: what it said itself, its exit code, and whether it was stopped."""

    message: Mapping[str, Any] | None = None
    code: int | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears what the process says."""

    stdout: Callable[[bytes], None]
    stderr: Callable[[bytes], None]
    message: Callable[[Mapping[str, Any], list[int]], Mapping[str, Any] | None]
    """A message that is not the end, with files; returns the answer, if there is to be one."""
    tick: Callable[[], float]
    """Called between events; returns the seconds until it wants to be called again."""
    stopped: Callable[[Stop], None] = lambda _: None
    """Called once the process was told to end."""


@dataclass(slots=True)
class Supervision:
    """One process under watch."""

    process: TaskProcess
    control: Control
    ears: Ears
    timeout: timedelta | None
    grace: timedelta
    longest_message: int
    _ended: Ended = field(default_factory=Ended)
    _inbox: bytearray = field(default_factory=bytearray)
    _files: list[int] = field(default_factory=list)
    _stop_at: float | None = None
    _kill_at: float | None = None
    _told_at: float | None = None
    _linger: timedelta = timedelta(0)
    _open: set[int] = field(default_factory=set)

    def run(self, job: Mapping[str, Any]) -> Ended:
        """Hands the job to the process and returns when it has ended."""
        if self.timeout is not None:
            self._stop_at = time.monotonic() + self.timeout.total_seconds()
        for fd in (self.process.stdout, self.process.stderr):
            os.set_blocking(fd, False)
        with contextlib.suppress(OSError):
            self.process.control.sendall(json.dumps(job, default=str).encode() + b"\n")
        self.process.control.setblocking(False)
        try:
            self._watch()
        finally:
            for fd in self._files:
                os.close(fd)
        return self._ended

    def _watch(self) -> None:
        stop = stop_signal()
        self.control.on_kill(stop)
        poll = select.poll()
        control = self.process.control.fileno()
        self._open = {self.process.stdout, self.process.stderr, control}
        for fd in (*self._open, self.process.exited, stop):
            poll.register(fd, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll(self._patience() * 1000)}
            if control in ready and not self._hear():
                self._forget(poll, control)
            for fd, ear in self._streams():
                if fd in ready and not self._read(fd, ear):
                    self._forget(poll, fd)
            if stop in ready:
                _drain(stop)
            if self._finished():
                return
            self._mind_the_time()

    def _finished(self) -> bool:
        if not self.process.gone and (self._ended.message is None or self._told_at is not None):
            return False
        self._ended.code = self.process.code if self.process.gone else None
        if self._ended.message is None and self.process.control.fileno() in self._open:
            self._hear()
        for fd, ear in self._streams():
            while fd in self._open and self._read(fd, ear, until_dry=True):
                pass
        return True

    def _streams(self) -> tuple[tuple[int, Callable[[bytes], None]], ...]:
        return ((self.process.stdout, self.ears.stdout), (self.process.stderr, self.ears.stderr))

    def _forget(self, poll: select.poll, fd: int) -> None:
        self._open.discard(fd)
        poll.unregister(fd)

    def _read(self, fd: int, ear: Callable[[bytes], None], *, until_dry: bool = False) -> bool:
        """Whether there may be more: later, or with ``until_dry`` at once."""
        try:
            chunk = os.read(fd, _CHUNK)
        except BlockingIOError:
            return not until_dry
        except OSError:
            return False
        if chunk:
            ear(chunk)
        return bool(chunk)

    def _hear(self) -> bool:
        try:
            chunk, extras, _, _ = self.process.control.recvmsg(_CHUNK, _RIGHTS)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._keep_files(extras)
        self._inbox += chunk
        while (end := self._inbox.find(b"\n")) >= 0:
            line = bytes(self._inbox[:end])
            del self._inbox[: end + 1]
            self._understand(line)
        if len(self._inbox) > self.longest_message:
            self._inbox.clear()
            self._stop(Stop.TOO_MUCH)
        return bool(chunk)

    def _keep_files(self, extras: list[tuple[int, int, bytes]]) -> None:
        for level, kind, content in extras:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds = array("i")
                fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
                self._files += fds
        while len(self._files) > 8:
            os.close(self._files.pop())

    def _understand(self, line: bytes) -> None:
        if self._ended.message is not None:
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if message.get("t") == "end":
            self._ended.message = message
            self._linger = timedelta(0)
            self._set_deadline()
            return
        if message.get("t") == "linger":
            self._allow(message.get("seconds"))
            return
        files, self._files = (self._files, []) if message.get("file") else ([], self._files)
        try:
            answer = self.ears.message(message, files)
        finally:
            for fd in files:
                os.close(fd)
        if answer is not None:
            self._answer(answer)

    def _answer(self, answer: Mapping[str, Any]) -> None:
        socket_ = self.process.control
        socket_.settimeout(30)
        try:
            socket_.sendall(json.dumps(answer, default=str).encode() + b"\n")
        except OSError:
            return
        finally:
            socket_.setblocking(False)

    def _patience(self) -> float:
        now = time.monotonic()
        moments = [moment - now for moment in (self._stop_at, self._kill_at) if moment is not None]
        return max(0.0, min(_GLANCE, self.ears.tick(), *moments, 3600.0))

    def _mind_the_time(self) -> None:
        now = time.monotonic()
        if self.control.killed():
            self._stop(Stop.KILLED)
        elif self._stop_at is not None and now >= self._stop_at:
            self._stop(Stop.TIMEOUT)
        if self._kill_at is not None and (now >= self._kill_at or self._must_not_linger()):
            self.process.kill()
            self._kill_at = now + 2.0
            self._linger = timedelta(0)

    def _stop(self, reason: Stop) -> None:
        if self._ended.stop is not None:
            return
        self._ended.stop = reason
        self._stop_at = None
        self._told_at = time.monotonic()
        self._set_deadline()
        if self._must_not_linger():
            return
        self.process.terminate()
        self.ears.stopped(reason)

    def _must_not_linger(self) -> bool:
        """Whether the attempt belongs to another worker, which goes on with what this one began.

        A task that lingers would cancel its remote job under the feet of the next attempt.
        """
        return self.control.lost and self._linger > timedelta(0)

    def _allow(self, seconds: object) -> None:
        """The process wants time to end by itself."""
        if not isinstance(seconds, int | float) or not seconds >= 0:
            return
        self._linger = timedelta(seconds=min(seconds, LONGEST_GRACE.total_seconds()))
        self._set_deadline()

    def _set_deadline(self) -> None:
        """When a process that was told to end is ended; counted from when it was told."""
        if self._told_at is None:
            return
        since = self._told_at if self._ended.message is None else time.monotonic()
        self._kill_at = since + max(self.grace, self._linger).total_seconds()


def stop_signal() -> int:
    """The descriptor by which this thread is told to stop.

    It is never closed: a call that comes late must not reach what has its number then.
    """
    fd: int | None = getattr(_slot, "stop", None)
    if fd is None:
        fd = _slot.stop = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
    _drain(fd)
    return fd


def _drain(fd: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.eventfd_read(fd)
