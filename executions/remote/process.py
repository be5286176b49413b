"""A remote worker: looks for orders, runs them as any worker does, and tells how they ended.

Theory of operation. One thread looks for orders with a request that waits on the server; one sends
results until each is answered; one sends signs of life, in a thread of its own so that nothing can
starve it. When the server cannot be reached for most of a lease, all that runs is stopped, before
the server gives it to somebody else. A session that the server has given up begins anew; a token
that it refuses ends the process.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from executions.remote.channel import HttpChannel
from executions.remote.held import Held
from executions.remote.link import (
    Broken,
    Link,
    Refused,
    Server,
    SessionOver,
    TokenOver,
    Unreachable,
)
from executions.runtime.attempt_control import AttemptControl
from executions.runtime.slots import Slots
from executions.worker import result_wire, wire
from executions.worker.launching import Flavour, Launcher
from executions.worker.runner import AttemptRunner
from executions.worker.settings import WorkerSettings
from executions.worker.start import launcher_for
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work

log = logging.getLogger(__name__)

WAIT: Final = 25.0
"""Seconds that one look for orders waits on the server."""
MARGIN: Final = 0.25
"""Part of a lease that is left when a worker without a server stops its processes."""
PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
MOST_BROKEN: Final = 20
REFUSED: Final = 3
"""Exit code of a worker whose token is not good (any more)."""


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """What the operator decided. ``drain``: how long tasks may go on once it is told to stop."""

    server: Server
    slots: int
    settings: Callable[[Callable[[], bool]], WorkerSettings]
    version: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    drain: timedelta = timedelta(seconds=30)


class _Placed:
    """Runs attempts whose lines the channel knows the owner of for as long as they run."""

    def __init__(self, runner: AttemptRunner, channel: HttpChannel) -> None:
        self._runner, self._channel = runner, channel

    def run(self, work: Work, control: AttemptControl) -> AttemptResult:
        self._channel.enter(work.key)
        try:
            return self._runner.run(work, control)
        finally:
            self._channel.leave(work.key)


class RemoteWorker:
    """One remote worker; ``run`` returns when it was told to stop, or its token is over."""

    def __init__(self, options: RemoteOptions) -> None:
        self._options = options
        self._link = Link(options.server.checked())
        self._held = Held()
        self._facts: dict[str, Any] = {"lease": 20.0, "heartbeat": 5.0, "severalTenants": True}
        self._stopping, self._over = threading.Event(), threading.Event()
        self._renewing = threading.Lock()
        self._draining = self._refused = False
        self._heard_at = time.monotonic()
        chosen = options.settings(lambda: bool(self._facts["severalTenants"]))
        self._launcher: Launcher = launcher_for(chosen)
        channel = HttpChannel(
            self._link, finished=self._held.finish, lease=self._lease, scratch=chosen.scratch
        )
        # One thread more than slots: what was stopped may still clean up when the next begins.
        self._pool = ThreadPoolExecutor(options.slots + 1, thread_name_prefix="attempt")
        self._slots = Slots(
            size=options.slots,
            submit=self._submit,
            runner=_Placed(AttemptRunner(channel, self._launcher, chosen), channel),
            finished=self._held.finish,
            scratch=chosen.scratch,
        )

    def run(self) -> int:
        """Works until it is told to stop; returns the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        if not self._register():
            self._close()
            return REFUSED if self._refused else 0
        self._launcher.warm(Flavour.SCRIPT)
        loops = (self._look, self._send, self._beat)
        threads = [threading.Thread(target=loop, name=loop.__name__, daemon=True) for loop in loops]
        for thread in threads:
            thread.start()
        while not self._stopping.wait(0.5) and not self._over.is_set():
            pass
        self._finish()
        return REFUSED if self._refused else 0

    def stop(self) -> None:
        """Tells it to stop, as SIGTERM does."""
        self._stopping.set()

    def _submit(self, work: Callable[[], None]) -> None:
        self._pool.submit(work)

    def _lease(self) -> timedelta:
        return timedelta(seconds=float(self._facts["lease"]))

    def _register(self) -> bool:
        """Begins a session, again and again until the server answers."""
        body = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "version": self._options.version,
            "slots": self._options.slots,
            "labels": dict(self._options.labels),
            "protocol": wire.PROTOCOL,
        }
        pause = PAUSE
        while not self._stopping.is_set():
            try:
                facts = self._link.ask("sessions", body)
            except Unreachable as problem:
                log.warning("the server cannot be reached: %s", problem)
            except Refused as refusal:
                self._refuse(refusal)
                return False
            else:
                self._link.worker_id = str(facts["workerId"])
                self._facts |= facts
                self._heard_at = time.monotonic()
                log.info("worker %s serves group %s", facts["workerId"], facts["group"])
                return True
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return False

    def _look(self) -> None:
        """Looks for orders until the worker is over."""
        state, pause = "RUNNING", PAUSE
        while not self._over.is_set():
            draining, held = self._draining, self._held.all_keys()
            body = {
                "holding": [wire.key_to_wire(key) for key in held],
                "draining": draining,
                "wait": WAIT,
                "state": state,
            }
            try:
                orders = self._link.ask("claims", body, wait=WAIT)
                pause = PAUSE
            except (Unreachable, Refused) as problem:
                self._met(problem)
                self._over.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            state = str(orders["state"])
            self._obey(orders)

    def _obey(self, orders: Mapping[str, Any]) -> None:
        for key in map(wire.key_of, orders["lost"]):
            self._lose(key)
        for key in map(wire.key_of, orders["kill"]):
            self._slots.kill(key)
        for found in orders["works"]:
            work = wire.work_of(found)
            if self._held.take(work):
                self._slots.start(work)

    def _lose(self, key: AttemptKey) -> None:
        self._held.drop([key])
        self._slots.kill(key, lost=True)

    def _send(self) -> None:
        """Sends results, each until it is answered; the answer to a second one changes nothing."""
        pause, broken = PAUSE, 0
        while not self._over.is_set():
            result = self._held.next_result(1.0)
            if result is None:
                broken = 0
                continue
            try:
                self._link.ask("results", {"result": result_wire.result_to_wire(result)})
                self._held.drop([result.key])
                pause, broken = PAUSE, 0
            except (TokenOver, SessionOver) as refusal:
                self._met(refusal)
            except Refused as refusal:
                log.warning("the result of %s was refused: %s", result.key, refusal)
                self._held.drop([result.key])
            except Unreachable as problem:
                broken = broken + 1 if isinstance(problem, Broken) else 0
                if broken >= MOST_BROKEN:
                    # What breaks the server every time would hold up all other results for ever.
                    log.error("the result of %s cannot be handed over: %s", result.key, problem)
                    self._held.drop([result.key])
                self._over.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _beat(self) -> None:
        """Says that the worker lives, and stops everything when nobody answers for too long."""
        while not self._over.wait(float(self._facts["heartbeat"])):
            begun = time.monotonic()
            held = [wire.key_to_wire(key) for key in self._held.all_keys()]
            try:
                found = self._link.ask("heartbeats", {"holding": held})
                self._facts |= {name: found[name] for name in ("lease", "heartbeat")}
                self._facts["severalTenants"] = found["severalTenants"]
                self._heard_at = begun
                self._obey({**found, "works": ()})
            except (Unreachable, Refused) as problem:
                self._met(problem)
                self._fence_if_late()

    def _fence_if_late(self) -> None:
        if time.monotonic() - self._heard_at > self._lease().total_seconds() * (1 - MARGIN):
            self._lose_everything()

    def _lose_everything(self) -> None:
        self._held.drop(self._held.all_keys())
        self._slots.lose_all()

    def _met(self, problem: Exception) -> None:
        """What the server's silence or refusal means for all that runs here."""
        match problem:
            case TokenOver():
                self._refuse(problem)
            case SessionOver(session=session):
                with self._renewing:
                    # Several threads hear of it; the first one begins anew.
                    if session == self._link.worker_id:
                        self._lose_everything()
                        self._register()
            case _:
                log.warning("the server did not answer: %s", problem)

    def _refuse(self, refusal: Refused) -> None:
        log.error("the server refuses this worker: %s", refusal.message)
        self._refused = True
        self._lose_everything()
        self._over.set()

    def _finish(self) -> None:
        """Claims nothing more, lets attempts end for a while, then gives the others back."""
        self._draining = True
        if not self._refused:
            with suppress(Unreachable, Refused):
                body = {
                    "holding": [wire.key_to_wire(k) for k in self._held.all_keys()],
                    "draining": True,
                }
                self._link.ask("claims", body)
            self._held.wait_until_empty(self._options.drain.total_seconds())
            self._give_back()
        self._close()

    def _close(self) -> None:
        self._over.set()
        self._held.close()
        self._slots.lose_all()
        self._link.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._launcher.close()

    def _give_back(self) -> None:
        """Releases what still runs; a task that must not run twice is failed instead."""
        left = self._held.works()
        again = [work for work in left if work.task.get("onWorkerLost") != "FAIL"]
        self._slots.lose_all()
        for work in left:
            if work not in again:
                message = "The worker was stopped while the task ran."
                lost = AttemptResult(
                    key=work.key, ending=Ending.FAILED, error=message, reason="worker_lost"
                )
                with suppress(Unreachable, Refused):
                    self._link.ask("results", {"result": result_wire.result_to_wire(lost)})
        with suppress(Unreachable, Refused):
            keys = [wire.key_to_wire(work.key) for work in again]
            self._link.ask("sessions", {"releases": keys}, verb="DELETE")
