"""Keeps children alive: starts, reaps, restarts with growing pauses, and ends them in order.

It is a subreaper: when a worker is killed, its task processes become children of the supervisor,
and are ended at once, so that nothing runs on that nobody watches.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from downbeat.embedded import leftovers
from downbeat.embedded.children import Child, Process
from downbeat.embedded.errors import ChildFailed
from downbeat.embedded.home import Home
from downbeat.embedded.spawn import Start, adopt_orphans, spawn, tail
from downbeat.embedded.wakeups import Wakeups

POLL = 0.02


class StopRequested(Exception):
    """Somebody asked the supervisor to stop while it was waiting for something else."""


class Nursery:
    """The children of one supervisor."""

    def __init__(
        self,
        home: Home,
        wakeups: Wakeups,
        say: Callable[[str], None],
        launch: Callable[[Start], Process] = spawn,
    ) -> None:
        self._home = home
        self._wakeups = wakeups
        self._say = say
        self._launch = launch
        self._children: list[Child] = []
        self._jobs: dict[int, int | None] = {}
        self._keeps_alive = True
        adopt_orphans()

    def add(self, child: Child) -> None:
        """Starts a child and keeps it alive from now on."""
        self._children.append(child)
        self._begin(child)

    def run_job(self, name: str, start: Start) -> None:
        """Runs a process to its end, while the others stay watched; raises when it fails."""
        process = self._launch(start)
        self._jobs[process.pid] = None
        self.until(lambda: self._jobs[process.pid] is not None)
        status = process.returncode = self._jobs.pop(process.pid) or 0
        if status:
            raise ChildFailed(name=name, status=status, log=start.log, tail=tail(start.log))

    def until(self, holds: Callable[[], bool]) -> None:
        """Waits for a condition; raises when asked to stop or when a child is hopeless."""
        while not holds():
            self.tick(POLL)
            for child in self._children:
                if child.is_hopeless:
                    raise ChildFailed(
                        name=child.name,
                        status=child.last_status,
                        log=child.log,
                        tail=tail(child.log),
                    )

    def tick(self, longest: float | None = None) -> None:
        """One round: wait for a signal, reap the dead, start what is due."""
        self._wakeups.wait(self._patience(longest))
        if self._wakeups.stops and self._keeps_alive:
            raise StopRequested
        if self._reap():
            self._end_orphans()
        self._restart_due()

    def stop(self, children: Iterable[Child], grace: float) -> None:
        """Ends children together: asked first, killed after the grace or a second request."""
        self._keeps_alive = False
        asked = list(children)
        for child in asked:
            if child.pid:
                # Not Popen.send_signal: it would reap the child behind our back.
                with suppress(ProcessLookupError):
                    os.kill(child.pid, child.stop_by)
        requests, until = self._wakeups.stops, time.monotonic() + grace
        while any(child.process for child in asked):
            impatient = self._wakeups.stops > max(requests, 1)
            if impatient or time.monotonic() > until:
                self._kill(asked)
            self.tick(POLL)

    def finish(self) -> None:
        """Ends whatever is still ours: jobs, orphans."""
        self._keeps_alive = False
        until = time.monotonic() + 5
        while leftovers.children_of(os.getpid()) and time.monotonic() < until:
            for pid in leftovers.children_of(os.getpid()):
                leftovers.kill_session(pid)
            self.tick(POLL)
        leftovers.remember(self._home, ())

    def _begin(self, child: Child) -> None:
        child.begin(time.monotonic(), self._launch)
        self._remember()

    def _remember(self) -> None:
        leftovers.remember(self._home, self._known())

    def _known(self) -> set[int]:
        return {child.pid for child in self._children if child.pid} | self._jobs.keys()

    def _patience(self, longest: float | None) -> float | None:
        if not self._keeps_alive:
            return longest
        due = [child.due_at for child in self._children if child.process is None]
        waits = [max(moment - time.monotonic(), 0.0) for moment in due]
        return min(waits + ([longest] if longest is not None else []), default=None)

    def _reap(self) -> bool:
        """Collects the dead; says whether one of our children was among them."""
        found = False
        while True:
            try:
                pid, raw = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return found
            if pid == 0:
                return found
            found = self._note_end(pid, os.waitstatus_to_exitcode(raw)) or found

    def _note_end(self, pid: int, status: int) -> bool:
        if pid in self._jobs:
            self._jobs[pid] = status
            return True
        child = next((child for child in self._children if child.pid == pid), None)
        if child is None:
            return False
        child.died(status, time.monotonic())
        if self._keeps_alive:
            pause = f" in {child.quick_deaths} tries" if child.quick_deaths > 1 else ""
            self._say(f"{child.name} {_ending(status)}{pause}; starting it again.")
        return True

    def _end_orphans(self) -> None:
        for pid in set(leftovers.children_of(os.getpid())) - self._known():
            leftovers.kill_session(pid)

    def _restart_due(self) -> None:
        if not self._keeps_alive:
            return
        for child in self._children:
            if child.process is None and child.due_at <= time.monotonic():
                self._begin(child)

    def _kill(self, children: Iterable[Child]) -> None:
        for child in children:
            if child.pid:
                leftovers.kill_session(child.pid)


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {signal.Signals(-status).name}"
