"""One task process: drops what it inherited, waits for its only job, runs it and leaves."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from executions.worker.child import hardening, script
from executions.worker.child.wire import CONTROL_FD, Gone, Wire

TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any, NoReturn

START_FAILED = 70
_KEPT = CONTROL_FD + 1


def detach(control: int, out: int, err: int, files: Sequence[str]) -> None:
    """A session of its own, and no descriptor but the three streams, the socket and ``files``.

    The files are opened from ``CONTROL_FD + 1`` on, in order, and stay open across exec.
    """
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    safe = [_above(fd) for fd in (control, out, err)]
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(safe[1], 1)
    os.dup2(safe[2], 2)
    os.dup2(safe[0], CONTROL_FD, inheritable=False)
    os.closerange(_KEPT, os.sysconf("SC_OPEN_MAX") if not hardening.LINUX else 1 << 20)
    for position, path in enumerate(files):
        fd = os.open(path, os.O_RDONLY)
        os.dup2(fd, _KEPT + position)
        if fd != _KEPT + position:
            os.close(fd)
        os.set_inheritable(_KEPT + position, True)
    hardening.become_subreaper()
    hardening.die_with_parent()


def _above(fd: int) -> int:
    """A copy of a descriptor that none of the fixed numbers can overwrite."""
    import fcntl

    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64)


def wait_and_run() -> NoReturn:
    """Waits for the job; never returns."""
    wire = Wire(CONTROL_FD)
    try:
        job = wire.receive()
    except Gone:
        os._exit(0)
    os.chdir(job["workdir"])
    os.environ.clear()
    os.environ.update(job["env"])
    if "TMPDIR" in job["env"]:
        os.makedirs(job["env"]["TMPDIR"], exist_ok=True)
    _renew_dice()
    os._exit(_run(job, wire))


def _run(job: dict[str, Any], wire: Wire) -> int:
    match job["mode"]:
        case "python":
            return script.run(job, wire)
        case "exec":
            return _execute(job["argv"], job["env"])
        case "task" | "poll":
            from executions.worker.child import task

            return task.run(job, wire)
        case mode:
            raise ValueError(f"unknown job mode {mode!r}")


def _execute(argv: list[str], env: dict[str, str]) -> NoReturn:
    """Becomes another program; the socket closes by itself, the streams stay."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvpe(argv[0], argv, env)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def _renew_dice() -> None:
    """Children of one parent would otherwise draw the same numbers from numpy's global state."""
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
