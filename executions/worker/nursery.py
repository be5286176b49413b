"""The worker's side of one zygote: keeps a few children waiting, and learns when they end.

One thread per zygote reads what it reports. Children are asked for ahead of need; each has its
own fresh working directory, made before it is born so that a sandbox can be built around it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from executions.worker.child import zygote
from executions.worker.launching import LaunchRefused, TaskProcess

_MESSAGE = 1 << 16
_PATIENCE = 30.0
_RIGHTS = socket.CMSG_SPACE(3 * array("i").itemsize)
_names = itertools.count()
_janitor = ThreadPoolExecutor(1, thread_name_prefix="janitor")

THREADS_OF_LIBRARIES = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Set before a zygote imports: a library that starts threads could not be forked safely."""


@dataclass(frozen=True, slots=True)
class Breed:
    """How a zygote is made and what its children are like."""

    python: Path
    preload: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    keep_path: bool = False
    reveal: tuple[str, ...] = ()
    rules: Mapping[str, Any] = field(default_factory=dict)
    config_for_child: Mapping[str, Any] | None = None
    """Sent to each child when it is born (a sandbox prepares itself by it)."""
    argv_of: Callable[[Path], Sequence[str]] | None = None
    """The program that a child becomes, given its directory; ``None``: it stays a fork."""
    files: tuple[str, ...] = ()
    """Files that are open for that program, from descriptor 4 on."""


class Nursery:
    """A zygote and its children."""

    def __init__(
        self,
        breed: Breed,
        *,
        scratch: Path,
        uid: int | None,
        gid: int | None,
        idle: int,
    ) -> None:
        self._breed = breed
        self._scratch, self._uid = scratch, uid
        self._gid = uid if gid is None else gid
        self._idle_wanted = idle
        self._changed = threading.Condition()
        self._idle: deque[TaskProcess] = deque()
        self._living: dict[int, TaskProcess] = {}
        self._expected: dict[int, Path] = {}
        self._special: set[int] = set()
        self._refusal: str | None = None
        self._closed = False
        self._waiting = 0
        self._used_at = time.monotonic()
        self._orders, self._program = self._start()
        threading.Thread(target=self._listen, name="nursery", daemon=True).start()
        for _ in range(idle):
            self._ask_for_child()

    def _start(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        main = Path(zygote.__file__)  # imported here too, so that its bytecode is cached
        program = subprocess.Popen(
            [str(self._breed.python), "-I", "-B", str(main), str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **THREADS_OF_LIBRARIES},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
        theirs.close()
        config = {
            "preload": self._breed.preload,
            "roots": self._breed.roots,
            "keep_path": self._breed.keep_path,
            "reveal": [*self._breed.reveal, str(self._scratch)],
            "rules": dict(self._breed.rules),
        }
        ours.send(json.dumps(config).encode())
        return ours, program

    @property
    def dead(self) -> bool:
        """Whether no child can come from here any more."""
        return self._closed

    def unused_since(self) -> float | None:
        """The monotonic moment since which nothing of it was in use; ``None`` while it is."""
        with self._changed:
            busy = self._waiting > 0 or len(self._living) > len(self._idle)
            return None if busy else self._used_at

    def take(self) -> TaskProcess:
        """A waiting child; another is asked for in its place."""
        with self._changed:
            if not self._idle:
                self._ask_for_child()
            self._wait_until(lambda: bool(self._idle))
            taken = self._idle.popleft()
            if len(self._idle) + len(self._expected) < self._idle_wanted:
                self._ask_for_child()
            return taken

    def take_special(self, argv_of: Callable[[Path], Sequence[str]]) -> TaskProcess:
        """A child made for one job, which becomes another program than its siblings."""
        with self._changed:
            number = self._ask_for_child(argv_of)
            self._special.add(number)
            self._wait_until(lambda: number in self._living)
            return self._living[number]

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        self._used_at = time.monotonic()
        self._waiting += 1
        try:
            while not holds():
                if self._closed or time.monotonic() > deadline:
                    raise LaunchRefused(self._refusal or "The parent of task processes has ended")
                self._changed.wait(1.0)
        finally:
            self._waiting -= 1
            self._used_at = time.monotonic()

    def close(self) -> None:
        """Hangs up: the zygote kills all that is its, and leaves."""
        with contextlib.suppress(OSError):
            self._orders.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._program.wait(5)
        if self._program.poll() is None:
            self._program.kill()

    def _ask_for_child(self, argv_of: Callable[[Path], Sequence[str]] | None = None) -> int:
        argv_of = argv_of or self._breed.argv_of
        number = next(_names)
        workdir = self._scratch / f"{os.getpid()}-{number}"
        workdir.mkdir(mode=0o700)
        if self._uid is not None:
            os.chown(workdir, self._uid, -1 if self._gid is None else self._gid)
        order: dict[str, Any] = {"op": "fork", "id": number}
        if argv_of is not None:
            order |= {"exec": list(argv_of(workdir)), "files": self._breed.files}
        self._expected[number] = workdir
        self._say(order)
        return number

    def _say(self, order: Mapping[str, Any]) -> None:
        with contextlib.suppress(OSError):  # a dead zygote is noticed by the listener
            self._orders.send(json.dumps(order).encode())

    def _listen(self) -> None:
        try:
            while self._hear():
                pass
        finally:
            self._bury()

    def _hear(self) -> bool:
        fds = array("i")
        try:
            message, extras, _, _ = self._orders.recvmsg(_MESSAGE, _RIGHTS)
        except OSError:
            return False
        for level, kind, content in extras:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(content[: len(content) - len(content) % fds.itemsize])
        if not message:
            return False
        report = json.loads(message)
        if "forked" in report:
            self._welcome(report["forked"], report["pid"], list(fds))
        elif "exited" in report:
            self._part(report["exited"], report["code"], report["cpu"], report["rss"])
        elif "refused" in report:
            self._refusal = (
                f"Task processes cannot run as user {self._uid} here: {report['refused']}. Make the "
                "interpreter and its packages readable for that user, or set DOWNBEAT_TASK_UID."
            )
        return True

    def _welcome(self, number: int, pid: int, fds: list[int]) -> None:
        control = socket.socket(fileno=fds[0])
        if self._breed.config_for_child is not None:
            control.sendall(json.dumps(dict(self._breed.config_for_child)).encode() + b"\n")

        def order(what: str) -> None:
            self._say({"op": what, "id": number})

        with self._changed:
            born = TaskProcess(
                pid,
                control,
                fds[1],
                fds[2],
                self._expected.pop(number),
                order,
                self._take_back,
            )
            self._living[number] = born
            if number not in self._special:
                self._idle.append(born)
            self._special.discard(number)
            self._changed.notify_all()

    def _part(self, number: int, code: int | None, cpu: float, peak: int) -> None:
        with self._changed:
            gone = self._living.pop(number)
            self._used_at = time.monotonic()
            died_idle = gone in self._idle
            if died_idle:
                self._idle.remove(gone)
        gone.note_exit(code, cpu, peak)
        if died_idle or gone.given_back:
            gone.shut()
            sweep_away(gone.workdir)

    def _take_back(self, process: TaskProcess) -> None:
        process.given_back = True
        process.order("finish")
        process.shut()
        if process.gone:
            sweep_away(process.workdir)

    def _bury(self) -> None:
        """The zygote is gone: nobody else would end what it leaves, or say that it ended."""
        with self._changed:
            self._closed = True
            living, self._living = list(self._living.values()), {}
            idle, self._idle = set(map(id, self._idle)), deque()
            for workdir in self._expected.values():
                shutil.rmtree(workdir, ignore_errors=True)
            self._changed.notify_all()
        for process in living:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.note_exit(None)
            if process.given_back or id(process) in idle:
                process.shut()
                sweep_away(process.workdir)
        self._orders.close()


def sweep_away(workdir: Path) -> None:
    """Removes a working directory in the background: it may be large."""
    with contextlib.suppress(RuntimeError):  # the interpreter is going down
        _janitor.submit(_remove, workdir)


def _remove(folder: Path) -> None:
    """Removes a folder, also when a task took the right to enter parts of it away.

    Nothing of the task runs any more, so nobody can put a link where a folder was.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        return
    folder.chmod(0o700)
    for base, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(base, name)
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
