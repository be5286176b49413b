"""The worker process: Celery's worker with a thread pool, and the claim loop as its bootstep.

With a broker URL the doorbells arrive as Celery messages; without one the same worker runs on a
transport in memory and is rung by LISTEN/NOTIFY. Either way rows decide what is done.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Callable
from typing import Any, ClassVar, Final

from celery import Celery, bootsteps
from celery.concurrency.base import BasePool
from celery.exceptions import SecurityWarning, WorkerShutdown
from celery.signals import worker_shutting_down
from django.conf import settings

from downbeat.common.doorbell import queue_of
from downbeat.common.models import uuid7
from downbeat.common.schema_state import SchemaWatch
from executions.runtime.identity import new_worker, rhythm
from executions.runtime.worker_process import WorkerProcess

log = logging.getLogger(__name__)

BELL_THREADS: Final = 1
"""Threads beyond the slots, so that a bell is heard while every slot is busy."""


class ClaimLoop(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Starts and stops our part of the worker together with Celery's own."""

    requires: ClassVar[set[str]] = {"celery.worker.components:Pool"}
    group: ClassVar[str] = "default"
    slots: ClassVar[int] = 1

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._process: WorkerProcess | None = None

    def start(self, parent: Any) -> None:
        """The pool runs: begin to claim."""
        worker = new_worker(group=self.group, slots=self.slots)
        submit = _submitter(parent.pool)
        self._process = WorkerProcess(worker=worker, rhythm=rhythm(), submit=submit)
        self._process.start()
        log.info("worker %s serves group %s with %d slots", worker.id, worker.group, worker.slots)

    def stop(self, parent: Any) -> None:
        """Before the pool stops: finish or give back what runs."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    terminate = stop


def _submitter(pool: BasePool) -> Callable[[Callable[[], None]], None]:
    def submit(work: Callable[[], None]) -> None:
        pool.apply_async(work, (), {}, accept_callback=_ignore, callback=_ignore)

    return submit


def _ignore(*_facts: Any, **_more: Any) -> None:
    """Celery asks for callbacks; rows tell all that there is to know."""


def run(group: str, concurrency: int) -> int:
    """Runs a worker of a group until it is told to stop; returns the exit code."""
    from downbeat.celery import app

    worker = made(app, group=group, slots=max(1, concurrency))
    if settings.DOWNBEAT.broker_url is None:
        _AtOnce()
    SchemaWatch().start()
    worker.start()
    return int(worker.exitcode or 0)


class _AtOnce:
    """Ends the wait for messages that never come, the first time that the worker is told to stop.

    Celery looks every two seconds whether it should stop while the transport in memory sleeps;
    raised in the handler of the signal, its own exception reaches its own farewell at once.
    """

    def __init__(self) -> None:
        self._told = False
        worker_shutting_down.connect(self, weak=False)

    def __call__(self, exitcode: int = 0, **_more: Any) -> None:
        if not self._told:
            self._told = True
            raise WorkerShutdown(exitcode)


def made(app: Celery, *, group: str, slots: int) -> Any:
    """Celery's worker with our part in it, not yet started."""
    ClaimLoop.group, ClaimLoop.slots = group, slots
    # Celery warns of workers that run tasks as root; ours run in processes of another user.
    warnings.simplefilter("ignore", SecurityWarning)
    # A line for every bell would be most of the log, and says nothing that rows do not.
    for name in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Celery would run all of Django's checks, and for them import every route of the web process.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
    app.steps["worker"].add(ClaimLoop)
    return app.Worker(
        concurrency=slots + BELL_THREADS,
        pool="threads",
        # Workers of one machine must not share a name: a broker gives each a queue of its own.
        hostname=f"{group}-{uuid7()}@{socket.gethostname()}",
        queues=[queue_of(group)],
        loglevel=logging.getLevelName(logging.getLogger().getEffectiveLevel()),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=settings.DOWNBEAT.broker_url is None,
        quiet=True,
    )
