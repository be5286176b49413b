"""All that runs inside a worker process, put together: engine thread, heartbeat, ears and slots."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import Error, close_old_connections, connections

from downbeat.common import doorbell
from executions.runtime import bells, leases
from executions.runtime.attempt_control import AttemptControl
from executions.runtime.channel_direct import DirectChannel
from executions.runtime.composition import attempt_runner, scratch_folder
from executions.runtime.engine_thread import EngineThread
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.runtime.leases import Heartbeat
from executions.runtime.mailbox import Mailbox
from executions.runtime.slots import Slots
from executions.runtime.work_places import WorkPlaces
from executions.worker.launching import Flavour
from executions.worker.runner import AttemptRunner
from executions.worker.work import AttemptResult, Ending, LogRecord, Work

log = logging.getLogger(__name__)

LAST_LINE: Final = 2_000_000_000
"""Behind every line that the task itself can have printed."""


@dataclass(frozen=True, slots=True)
class _PlacedRunner:
    """Runs attempts whose place the channel knows for exactly as long as they run."""

    runner: AttemptRunner
    places: WorkPlaces
    channel: DirectChannel

    def run(self, work: Work, control: AttemptControl) -> AttemptResult:
        """The result; what our own code could not do is said in the task's log as well."""
        self.places.enter(work)
        try:
            return self.runner.run(work, control)
        except Exception as problem:
            with suppress(Exception):
                self.channel.log([_said(work, problem)])
            raise
        finally:
            self.places.leave(work)
            # Back to the pool: a thread that waits for work must not hold a connection.
            connections["default"].close()


def _said(work: Work, problem: Exception) -> LogRecord:
    message = f"The worker could not run the task: {problem}"
    return LogRecord(work.key, work.info.task_id, LAST_LINE, "ERROR", time.time(), message)


class WorkerProcess:
    """One worker: begins with ``start``, ends with ``stop`` after its attempts, or soon after."""

    def __init__(
        self,
        *,
        worker: WorkerIdentity,
        rhythm: Rhythm,
        submit: Callable[[Callable[[], None]], None],
    ) -> None:
        self.mailbox = Mailbox()
        self.places = WorkPlaces()
        scratch = scratch_folder()
        channel = DirectChannel(places=self.places, finished=self.mailbox.result)

        runner, self._launcher = attempt_runner(channel, scratch=scratch)
        self.slots = Slots(
            size=worker.slots,
            submit=submit,
            runner=_PlacedRunner(runner, self.places, channel),
            finished=self.mailbox.result,
            scratch=scratch,
        )
        self._engine = EngineThread(
            worker=worker, slots=self.slots, mailbox=self.mailbox, rhythm=rhythm
        )
        self._worker, self._stopping = worker, False
        self._heartbeat = Heartbeat(
            worker=worker, slots=self.slots, rhythm=rhythm, draining=self._asked_to_drain
        )
        self._silent = threading.Event()
        self._ears = threading.Thread(target=self._listen, name="bell", daemon=True)

    def start(self) -> None:
        """Begins to claim; returns at once."""
        self._heartbeat.start()
        # The first task of an idle worker should not wait for an interpreter.
        self._launcher.warm(Flavour.SCRIPT)
        bells.answer_with(self.mailbox)
        self._ears.start()
        self._engine.start()

    def stop(self) -> None:
        """Claims nothing more, lets attempts end for a while, then gives the others back."""
        self._stopping = True
        self._engine.drain()
        with suppress(Error):
            leases.drain(self._worker)
        until = time.monotonic() + settings.DOWNBEAT.drain.total_seconds()
        while self.slots.running() and time.monotonic() < until:
            time.sleep(0.05)
        self._give_back()
        self._engine.stop()
        self._silent.set()
        self._heartbeat.stop()
        self._launcher.close()

    def _asked_to_drain(self, wanted: bool) -> None:
        """People may let a worker drain, and claim again; one that stops drains for good."""
        if wanted:
            self._engine.drain()
        elif not self._stopping:
            self._engine.resume()

    def _give_back(self) -> None:
        """Releases what still runs; a task that must not run twice is failed instead."""
        left = self.slots.running()
        once = [work for work in left if work.task.get("onWorkerLost") == "FAIL"]
        again = [work.key for work in left if work not in once and work.kind != "poll"]
        with suppress(Error):
            leases.release(again)
        self.slots.lose_all()
        for work in once:
            message = "The worker was stopped while the task ran."
            lost = AttemptResult(
                key=work.key, ending=Ending.FAILED, error=message, reason="worker_lost"
            )
            self.mailbox.result(lost)

    def _listen(self) -> None:
        doorbell.listen(bells.take, stop=self._silent, connected=self._missed)
        close_old_connections()

    def _missed(self) -> None:
        """What rang while nobody listened is found by looking."""
        self.mailbox.look_for_attempts()
        self.mailbox.look_for_polls()
