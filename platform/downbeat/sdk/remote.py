"""Jobs of other systems: started once, followed to their end, cancelled when we are killed.

The job's name at the vendor is stored before anything is awaited, so that the next attempt after
a lost worker goes on with the same job and never starts another one; so with each job of several. Where the vendor's answer to
the start itself was lost, ``RemoteJob.find`` says whether the job exists.
"""

from __future__ import annotations

import os
import random
import select
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.job_memory import JobMemory, names, place

Name = Mapping[str, Any]
"""What names a job at its vendor, as plain data: an id, and what else is needed to ask for it."""

Phase = Literal["running", "success", "warning", "failed", "cancelled"]
LINGER: Final = timedelta(seconds=30)
"""How long a killed task may take to see its remote job cancelled."""
_CANCEL_PAUSE: Final = 0.5
_WELL: Final[frozenset[Phase]] = frozenset({"success", "warning"})


@dataclass(frozen=True, slots=True)
class Progress:
    """How a job stands: ``detail`` is the vendor's word for it, ``answer`` all that it said."""

    phase: Phase
    detail: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Followed:
    """A job that has ended."""

    name: Name
    progress: Progress


class Refused(TaskFailed):
    """The vendor refused to start the job: there is none, and nothing to look for."""


class RemoteJob(ABC):
    """What has to be known of one vendor's jobs in order to follow them."""

    noun: ClassVar[str] = "job"
    """What people call it: "Airbyte job", "BigQuery job"."""

    @abstractmethod
    def start(self, key: str) -> Name:
        """Starts the job and returns its name.

        ``key`` is the same for every attempt at this start: where the vendor takes a key or an id
        of the caller's making, give it, and the vendor itself refuses a second start. Raises
        ``Refused`` where it is sure that no job came of it.
        """

    def find(self, key: str, since: datetime) -> Name | None:
        """The job that an earlier ``start(key)`` made, if it did; its answer has been lost.

        ``since``: just before that start, by the worker's clock. ``None``: there is none.
        """
        return None

    @abstractmethod
    def look(self, name: Name) -> Progress:
        """How the job stands now."""

    @abstractmethod
    def cancel(self, name: Name) -> None:
        """Asks the vendor to stop the job; quick, and harmless if it has ended."""

    def shown(self, name: Name) -> str:
        """The job's name as people read it in the log."""
        return str(name.get("id") or dict(name))


def follow(
    ctx: RunContext,
    job: RemoteJob,
    *,
    every: timedelta,
    longest: timedelta | None = None,
    name: str | None = None,
) -> Followed:
    """Starts the job, or goes on with the one of an earlier attempt, and waits for its end.

    ``every``: the time between two looks, spread by a tenth. ``longest``: after this the job is
    cancelled and the task fails. A job that ends badly is the caller's to judge. A retry starts a
    new one; an attempt that follows on a lost worker goes on with what it finds, also with a job
    that has succeeded by then. Raises ``TaskFailed`` when time is up.

    A task that runs several jobs one after the other calls this for each, in the same order in
    every attempt; where the order may differ, ``name`` tells them apart.
    """
    chosen = name or place(ctx)
    return follow_all(ctx, {chosen: job}, every=every, longest=longest)[chosen]


def follow_all(
    ctx: RunContext,
    jobs: Mapping[str, RemoteJob],
    *,
    every: timedelta,
    longest: timedelta | None = None,
) -> Mapping[str, Followed]:
    """The same for jobs that run side by side, each by a name of the task's choosing.

    Returns once all have ended, however each did. A kill, and the end of ``longest``, cancel those
    that still run.
    """
    running: dict[str, Name] = {}
    with _ears() as ears:
        ctx.linger(LINGER)
        _begin_all(ctx, jobs, running)
        try:
            found = _awaited(ctx, jobs, running, ears, every=every, longest=longest)
        except _Killed:
            shown = _listed(jobs, running)
            _cancel(ctx, jobs, running)
            raise TaskFailed(f"Stopped while the {shown} ran") from None
        except Exception:
            # The vendor did not answer just then; it is asked to cancel all the same.
            if ears.killed:
                _cancel(ctx, jobs, running)
            raise
    for name, followed in found.items():
        memory = JobMemory(ctx, name)
        if followed.progress.phase in _WELL:
            memory.add(ended=ctx.run.fence)
        else:
            memory.forget()
    return found


def failed(ctx: RunContext) -> None:
    """Called when the task itself has failed: its next attempt does not take ended jobs over."""
    for name in names(ctx):
        memory = JobMemory(ctx, name)
        if memory.held.get("ended"):
            memory.forget()


def pause(seconds: float) -> None:
    """Waits between two questions to a vendor; a kill of a task that follows a job ends the wait.

    A start that takes long (an upload) calls it with 0 between its steps, so that a kill ends it.
    """
    if _listening:
        _listening[-1].wait(seconds)
    else:
        time.sleep(seconds)


def begun(ctx: RunContext, job: RemoteJob, *, name: str | None = None) -> Name:
    """The running job of this task run: found again if an earlier attempt has started it.

    One that has ended well in this very attempt is over: the task has another one to run.
    """
    memory = JobMemory(ctx, name or place(ctx))
    held: Name | None = memory.held.get("job")
    if held and not memory.is_over:
        if not memory.is_begun:
            memory.add()
            ctx.remote("resumed", f"{job.noun} {job.shown(held)}")
        return held
    asked = memory.held.get("asked")
    if not asked:
        memory.take_turn()
    found = job.find(memory.key, _moment(asked)) if asked else None
    if found is None:
        memory.add(asked=time.time())
        try:
            found = job.start(memory.key)
        except Refused:
            memory.add(asked=None)
            raise
    memory.add(asked=None, job=dict(found))
    ctx.remote("started", f"{job.noun} {job.shown(found)}")
    return found


def _begin_all(ctx: RunContext, jobs: Mapping[str, RemoteJob], running: dict[str, Name]) -> None:
    """Starts every job; those that run already stand in ``running``, also when one cannot start."""
    for name, job in jobs.items():
        try:
            running[name] = begun(ctx, job, name=name)
        except _Killed:
            _find_lost(ctx, jobs, running, name)
            _cancel(ctx, jobs, running)
            raise TaskFailed(f"Stopped before the {job.noun} was known to run") from None


def _find_lost(
    ctx: RunContext, jobs: Mapping[str, RemoteJob], running: dict[str, Name], name: str
) -> None:
    """Looks for the job of a start whose answer has not come, so that it can be cancelled."""
    memory = JobMemory(ctx, name)
    if not (asked := memory.held.get("asked")):
        return
    with _unheard():
        try:
            found = jobs[name].find(memory.key, _moment(asked))
        except TaskFailed:
            return
    if found is not None:
        running[name] = found


def _awaited(
    ctx: RunContext,
    jobs: Mapping[str, RemoteJob],
    running: dict[str, Name],
    ears: Ears,
    *,
    every: timedelta,
    longest: timedelta | None,
) -> dict[str, Followed]:
    """Looks at the jobs until all have ended; those that have leave ``running``."""
    until = None if longest is None else time.monotonic() + longest.total_seconds()
    said: dict[str, str] = {}
    found: dict[str, Followed] = {}
    while True:
        for name in tuple(running):
            ears.raise_if_killed()
            progress = jobs[name].look(running[name])
            if progress.detail and progress.detail != said.get(name):
                said[name] = progress.detail
                ctx.log.info(f"{_listed(jobs, {name: running[name]})}: {progress.detail}")
            if progress.phase != "running":
                found[name] = Followed(running.pop(name), progress)
        if not running:
            return {name: found[name] for name in jobs}
        if until is not None and time.monotonic() >= until:
            shown = _listed(jobs, running)
            _cancel(ctx, jobs, running)
            raise TaskFailed(f"{shown} ran longer than {longest}")
        ears.wait(every.total_seconds() * random.uniform(0.9, 1.1))


def _listed(jobs: Mapping[str, RemoteJob], running: Mapping[str, Name]) -> str:
    return ", ".join(f"{jobs[name].noun} {jobs[name].shown(at)}" for name, at in running.items())


def _cancel(ctx: RunContext, jobs: Mapping[str, RemoteJob], running: Mapping[str, Name]) -> None:
    """Cancels the jobs and waits, not for long, until the vendor confirms it."""
    with _unheard():
        asked = [name for name in running if _cancel_asked(ctx, jobs[name], running[name])]
        until = time.monotonic() + LINGER.total_seconds() * 0.8
        for name in asked:
            if _cancel_confirmed(ctx, jobs[name], running[name], until):
                JobMemory(ctx, name).forget()


def _cancel_asked(ctx: RunContext, job: RemoteJob, name: Name) -> bool:
    shown = f"{job.noun} {job.shown(name)}"
    ctx.remote("cancel_asked", shown)
    try:
        job.cancel(name)
    except Exception as failure:  # whatever the vendor's library raises: people must learn of it
        ctx.remote("cancel_failed", f"{shown}: {failure}")
        return False
    ctx.remote("cancel_delivered", shown)
    return True


def _cancel_confirmed(ctx: RunContext, job: RemoteJob, name: Name, until: float) -> bool:
    """Whether the vendor said anything of the job's end; how it went is told."""
    shown = f"{job.noun} {job.shown(name)}"
    try:
        while (progress := job.look(name)).phase == "running" and time.monotonic() < until:
            time.sleep(_CANCEL_PAUSE)
    except Exception as failure:  # as above
        ctx.remote("cancel_failed", f"{shown}: {failure}")
        return False
    stage: Literal["cancel_confirmed", "cancel_failed"] = (
        "cancel_failed" if progress.phase == "running" else "cancel_confirmed"
    )
    ctx.remote(stage, f"{shown}: {progress.detail or progress.phase}")
    return True


class _Killed(Exception):
    """The task was told to end."""


class Ears:
    """Hears the signal to end without being interrupted by it: questions in flight are finished."""

    def __init__(self, reader: int) -> None:
        self._reader = reader
        self.killed = False

    def raise_if_killed(self) -> None:
        """Raises once the signal has come."""
        if self.killed:
            raise _Killed

    def wait(self, seconds: float) -> None:
        """Waits, but not beyond the signal."""
        select.select([self._reader], [], [], seconds)
        self.raise_if_killed()


_listening: Final[list[Ears]] = []
"""Who hears the signal in this process now: nobody, or whoever follows a job."""


@contextmanager
def _unheard() -> Iterator[None]:
    """Inside, waits last as long as they were meant to: what is done now must be done."""
    held = list(_listening)
    _listening.clear()
    try:
        yield
    finally:
        _listening.extend(held)


@contextmanager
def _ears() -> Iterator[Ears]:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    ears = Ears(reader)

    def hear(*_: object) -> None:
        ears.killed = True
        os.write(writer, b"!")

    before = signal.signal(signal.SIGTERM, hear)
    _listening.append(ears)
    try:
        yield ears
    finally:
        _listening.remove(ears)
        signal.signal(signal.SIGTERM, before)
        os.close(reader)
        os.close(writer)


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), tz=UTC)
