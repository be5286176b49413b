"""The warm parent of task processes: imports once, then forks a child for each order.

Theory of operation. The worker starts this file with exec, an empty environment and one socket.
The process has a single thread for all its life, so that a fork copies no lock held by another.
Each child is the leader of a session of its own and waits for one job; it is never used twice.
Children that end, and orphans that they leave (this process is their subreaper), are reported and
swept here, where no process number can be reused unseen. The end of the socket is the end of the
worker: everything is killed, and the process leaves.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from array import array

TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any, NoReturn

_SWEEP_DELAY = 0.3
_LEAVE_DELAY = 0.5
_MESSAGE = 1 << 16


def _find_package() -> None:
    """Lets this package be imported by its name; undone before user code runs."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(here))))


if __name__ == "__main__":
    _find_package()

from executions.worker.child import hardening, leader, preparing, reaping  # noqa: E402
from executions.worker.child.wire import CONTROL_FD  # noqa: E402


class Zygote:
    """Serves the orders of one worker until it hangs up."""

    def __init__(self, orders: socket.socket, rules: hardening.Confinement) -> None:
        self._orders = orders
        self._rules = rules
        self._leaders: dict[int, int] = {}
        self._pids: dict[int, int] = {}
        self._sandboxed: set[int] = set()
        self._leaving: dict[int, float] = {}
        self._sweep_at: float | None = None
        self._wake, wake = os.pipe()
        for end in (self._wake, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Takes orders until the worker is gone, then leaves nothing behind."""
        poll = select.poll()
        poll.register(self._orders, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        self._tell({"ready": os.getpid()})
        open_ended = True
        while open_ended:
            for fd, _ in poll.poll(self._patience()):
                if fd == self._wake:
                    os.read(self._wake, 4096)
                else:
                    open_ended = self._take_order()
            self._bury()
            self._run_late_work()
        for pid in list(self._leaders):
            reaping.kill_tree(pid)
        self._sweep()

    def _patience(self) -> int | None:
        """Milliseconds until something must be looked at again."""
        moments = list(self._leaving.values())
        if self._sweep_at is not None:
            moments.append(self._sweep_at)
        if not moments:
            return None
        return max(0, int((min(moments) - time.monotonic()) * 1000) + 1)

    def _take_order(self) -> bool:
        try:
            message = self._orders.recv(_MESSAGE)
        except OSError:
            return False
        if not message:
            return False
        order = json.loads(message)
        match order["op"]:
            case "fork":
                self._fork(order)
            case "terminate" if order["id"] in self._pids:
                pid = self._pids[order["id"]]
                reaping.terminate(pid, sandboxed=order["id"] in self._sandboxed)
            case "kill" if order["id"] in self._pids:
                reaping.kill_tree(self._pids[order["id"]])
            case "finish" if order["id"] in self._pids:
                self._leaving[self._pids[order["id"]]] = time.monotonic() + _LEAVE_DELAY
        return True

    def _fork(self, order: dict[str, Any]) -> None:
        here, there = socket.socketpair()
        out, err = os.pipe(), os.pipe()
        if self._rules.uid is not None:
            for end in (out[1], err[1]):
                os.fchown(end, self._rules.uid, -1)  # else /dev/stdout cannot be opened again
        pid = os.fork()
        if pid == 0:
            self._become_leader(there.detach(), out[1], err[1], order)
        there.close()
        os.close(out[1])
        os.close(err[1])
        self._leaders[pid] = order["id"]
        self._pids[order["id"]] = pid
        if order.get("exec"):
            self._sandboxed.add(order["id"])
        self._tell({"forked": order["id"], "pid": pid}, (here.fileno(), out[0], err[0]))
        here.close()
        os.close(out[0])
        os.close(err[0])

    def _become_leader(self, control: int, out: int, err: int, order: dict[str, Any]) -> NoReturn:
        try:
            leader.detach(control, out, err, order.get("files", ()))
            hardening.confine(self._rules)
            if argv := order.get("exec"):
                os.set_inheritable(CONTROL_FD, True)
                os.execve(argv[0], argv, {})
            leader.wait_and_run()
        except BaseException as error:
            os.write(2, f"The task process could not start: {error}\n".encode())
        os._exit(leader.START_FAILED)

    def _bury(self) -> None:
        """Reports the dead. Their groups are killed while the number still belongs to them."""
        while True:
            try:
                dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if dead is None:
                return
            pid = dead.si_pid
            if pid in self._leaders:
                try:
                    os.killpg(pid, signal.SIGKILL)
                except OSError:
                    pass
            _, status, usage = os.wait4(pid, 0)
            self._report(pid, status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)

    def _report(self, pid: int, status: int, cpu: float, rss: int) -> None:
        number = self._leaders.pop(pid, None)
        self._leaving.pop(pid, None)
        self._sweep_at = self._sweep_at or time.monotonic() + _SWEEP_DELAY
        if number is None:
            return
        self._pids.pop(number, None)
        self._sandboxed.discard(number)
        code = os.waitstatus_to_exitcode(status)
        self._tell({"exited": number, "code": code, "cpu": cpu, "rss": rss})

    def _run_late_work(self) -> None:
        now = time.monotonic()
        for pid in [pid for pid, moment in self._leaving.items() if moment <= now]:
            del self._leaving[pid]
            reaping.kill_tree(pid)
        if self._sweep_at is not None and self._sweep_at <= now:
            self._sweep_at = None
            self._sweep()

    def _sweep(self) -> None:
        """Ends orphans: children of this process that it never forked."""
        for pid in reaping.children(os.getpid()):
            if pid not in self._leaders:
                reaping.kill_tree(pid)

    def _tell(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
        try:
            self._orders.sendmsg([json.dumps(message).encode()], rights)
        except OSError:
            return  # the worker is gone; the next read says so


def main(fd: int) -> None:
    """Prepares as the first message says, then serves."""
    orders = socket.socket(fileno=fd)
    orders.set_inheritable(False)
    config = json.loads(orders.recv(_MESSAGE))
    rules = hardening.Confinement(**config["rules"])
    hardening.become_subreaper()
    preparing.prepare(config)
    try:
        hardening.reveal([*config["reveal"], sys.prefix, sys.base_prefix, *sys.path], rules)
    except OSError as error:
        orders.send(json.dumps({"refused": str(error)}).encode())
        return
    gc.collect()
    gc.freeze()
    Zygote(orders, rules).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
