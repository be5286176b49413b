"""What is kept of an attempt's end from outside, and of its job in another system.

Each step is stored when it happens, so that people see it while the task still ends, and so that
it outlives a worker that is lost. Nothing is decided by it: a step that cannot be stored now is
stored with the next one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from downbeat.sdk.context import RemoteStage
from executions.worker.channel import Control, LeaseLost, WorkerChannel
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.supervision import Stop
from executions.worker.work import AttemptKey

log = logging.getLogger(__name__)

STAGES: Final = frozenset(get_args(RemoteStage))
_LONGEST_NAME: Final = 500
_WORDS: Final[Mapping[Stop, str]] = {
    Stop.KILLED: "The kill was delivered",
    Stop.TIMEOUT: "Time is up",
    Stop.TOO_MUCH: "The task said too much",
}


@dataclass(slots=True)
class Trail:
    """The steps of one attempt."""

    key: AttemptKey
    channel: WorkerChannel
    control: Control
    book: Logbook
    masker: Masker
    _kill: dict[str, Any] = field(default_factory=dict)

    def delivered(self, stop: Stop) -> None:
        """The process was told to end."""
        if self.control.lost:
            return
        now = time.time()
        self._kill = {"reason": stop.value, "deliveredAt": now}
        if stop is not Stop.KILLED:
            self._kill["askedAt"] = now
        self.book.say("INFO", f"{_WORDS[stop]}: the task was told to end")
        self._store(kill=self._kill)

    def confirmed(self) -> None:
        """The process is gone."""
        if not self._kill or self.control.lost:
            return
        self._kill["confirmedAt"] = time.time()
        self.book.say("INFO", "The task has ended")
        self._store(kill=self._kill)

    def remote(self, stage: str, job: str, at: float | None) -> None:
        """What became of a job of another system."""
        if stage in STAGES:
            shown = self.masker.text(job)[:_LONGEST_NAME]
            self._store(remote={"stage": stage, "job": shown, "at": at or time.time()})

    def _store(self, **step: Mapping[str, Any]) -> None:
        try:
            self.channel.trail(self.key, **step)
        except LeaseLost:
            return  # the process is stopped by the heartbeat
        except Exception as problem:
            log.warning("a step of attempt %s could not be kept: %s", self.key, problem)
