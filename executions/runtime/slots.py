"""The slots of a worker: each holds one running attempt, supervised by one thread of Celery's pool."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from downbeat.common import faultpoints
from executions.runtime.attempt_control import AttemptControl
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work

log = logging.getLogger(__name__)

Submit = Callable[[Callable[[], None]], None]
RunKey = tuple[UUID, UUID, UUID]
"""Tenant, execution and task run: what a live attempt is found by."""


class Runner(Protocol):
    """Runs one attempt to its end."""

    def run(self, work: Work, control: AttemptControl) -> AttemptResult:
        """The result; never raises for what user code does."""


class Slots:
    """Starts claimed work and knows what runs; free slots are derived, never counted aside."""

    def __init__(
        self,
        *,
        size: int,
        submit: Submit,
        runner: Runner,
        finished: Callable[[AttemptResult], None],
        scratch: Path,
    ) -> None:
        self.size = size
        self._submit = submit
        self._runner = runner
        self._finished = finished
        self._scratch = scratch
        self._lock = threading.Lock()
        self._running: dict[AttemptKey, tuple[Work, AttemptControl]] = {}

    @property
    def free(self) -> int:
        """How many more attempts may start now."""
        return self.size - len(self._running)

    def start(self, work: Work) -> None:
        """Runs the work on a thread of the pool."""
        control = AttemptControl(work.key, self._scratch)
        with self._lock:
            self._running[work.key] = (work, control)
        self._submit(lambda: self._supervise(work, control))

    def running(self) -> tuple[Work, ...]:
        """The work in the slots."""
        with self._lock:
            return tuple(work for work, _ in self._running.values())

    def kill(self, key: AttemptKey, *, lost: bool = False) -> None:
        """Stops one attempt, if it still runs here under that lease."""
        with self._lock:
            found = self._running.get(key)
        if found:
            found[1].kill(lost=lost)

    def lose_all(self) -> None:
        """Stops everything and drops the results: the leases are over."""
        with self._lock:
            controls = [control for _, control in self._running.values()]
        for control in controls:
            control.kill(lost=True)

    def _supervise(self, work: Work, control: AttemptControl) -> None:
        result = None
        try:
            faultpoints.passing("attempt.before_run")
            result = self._runner.run(work, control)
        except Exception as problem:
            log.exception("attempt %s could not be supervised", work.key)
            result = _unsupervised(work, problem)
        finally:
            control.finish()
            with self._lock:
                self._running.pop(work.key, None)
            if result is not None and not control.lost:
                faultpoints.passing("attempt.before_complete")
                self._finished(result)


def _unsupervised(work: Work, problem: Exception) -> AttemptResult:
    message = f"The worker could not run the task: {problem}"
    return AttemptResult(key=work.key, ending=Ending.FAILED, error=message, reason="worker.error")
