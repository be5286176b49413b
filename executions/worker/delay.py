"""Lets time pass in place of a task process, for a task that does nothing else."""

from __future__ import annotations

import select
import time
from datetime import timedelta
from typing import Final

from downbeat.sdk.fields import format_duration
from downbeat.sdk.task import DelayTask
from executions.worker.channel import Control
from executions.worker.logbook import Logbook
from executions.worker.supervision import stop_signal
from executions.worker.work import AttemptResult, Ending, Work

_LONGEST_POLL: Final = 3600.0


def waited(seconds: float, control: Control) -> bool:
    """Whether the time passed without a call to stop."""
    fd = stop_signal()
    control.on_kill(fd)
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    until = time.monotonic() + seconds
    while not control.killed() and (left := until - time.monotonic()) > 0:
        poll.poll(min(left, _LONGEST_POLL) * 1000)
    return not control.killed()


def wait_out(spec: DelayTask, work: Work, control: Control, book: Logbook) -> AttemptResult:
    """The result of a task that lets time pass; one that would take too long fails in time."""
    length: timedelta = spec.duration
    limits = [limit for limit in (work.timeout, spec.timeout) if limit is not None]
    allowed = min([length, *limits])
    if not waited(allowed.total_seconds(), control):
        return AttemptResult(work.key, Ending.KILLED, reason="killed")
    if allowed == length:
        return AttemptResult(work.key, Ending.SUCCESS)
    message = f"Timeout: the task ran longer than {format_duration(allowed)}"
    book.say("ERROR", message)
    return AttemptResult(work.key, Ending.FAILED, reason="timeout", error=message)
