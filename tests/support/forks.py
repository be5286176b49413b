"""Workers, schedulers and web processes that begin as forks, as they do below `downbeat up`.

Importing costs each of them three seconds of processor time, and the tests start hundreds. So one
process per test run imports what reads no settings (the product's own `preload`), and forks itself
on request; what it forks has the environment, folder and log that it would have had as a program.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

ROOT: Final = Path(__file__).resolve().parents[2]
PAUSE: Final = 0.02


class Process(Protocol):
    """What tests do with a process, however it began."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class Fork:
    """A process that the forking one began; to be used as a `Popen` is."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self._parent, self.pid = parent, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code (negative: the signal), once it has ended."""
        if self.returncode is None:
            self.returncode = self._parent.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises `subprocess.TimeoutExpired`."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(PAUSE)
        return code

    def send_signal(self, sig: int) -> None:
        """Signals it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)


class Parent:
    """The process that has imported everything; one for each test process, begun when needed."""

    def __init__(self) -> None:
        self._mine, theirs = socket.socketpair()
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.forks", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                env={**_neutral(os.environ), "PYTHONPATH": _path()},
            )
        self._answers = self._mine.makefile("r", encoding="utf-8")
        atexit.register(self.close)

    def fork(self, code: str, *, name: str, environment: Mapping[str, str], log: Path) -> Fork:
        """Runs code in a new process."""
        asked = {"code": code, "name": name, "environment": dict(environment), "log": str(log)}
        return Fork(self, int(self.ask(asked)))

    def ask(self, question: Mapping[str, Any]) -> Any:
        """Its answer."""
        with self._lock:
            self._mine.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(self._answers.readline())

    def close(self) -> None:
        """Ends it, and with it everything that it began."""
        self._mine.close()
        self._process.kill()
        self._process.wait()


_parent: Parent | None = None


def parent() -> Parent:
    """The one of this test process."""
    global _parent
    if _parent is None or _parent._process.poll() is not None:
        _parent = Parent()
    return _parent


def _neutral(environment: Mapping[str, str]) -> dict[str, str]:
    """Nothing that says what an instance is like: each fork is told its own."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("DOWNBEAT_", "DJANGO_", "PYTHONDONT"))
    }


def _path() -> str:
    return os.pathsep.join([str(ROOT / "platform"), str(ROOT)])


def serve(descriptor: int) -> None:
    """Imports, then forks and answers until nobody asks any more."""
    from downbeat.embedded import forking, preload
    from downbeat.embedded.spawn import Start

    preload.warm()
    if not preload.has_one_thread():
        raise RuntimeError("something that is imported beforehand has started a thread")
    door = socket.socket(fileno=descriptor)
    for line in door.makefile("r", encoding="utf-8"):
        asked = json.loads(line)
        answer: int | None
        if "ended" in asked:
            answer = _ended(int(asked["ended"]))
        else:
            start = Start(
                command=(),
                environment=asked["environment"],
                log=Path(asked["log"]),
                folder=str(ROOT),
                arguments=(asked["name"],),
            )
            answer = forking.fork(start, lambda _, code=asked["code"]: _run(code)).pid  # type: ignore[misc]
        door.sendall(json.dumps(answer).encode() + b"\n")


def _run(code: str) -> int:
    exec(compile(code, "<process>", "exec"), {"__name__": "__main__"})
    return 0


def _ended(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return None if found == 0 else os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
