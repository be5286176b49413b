"""Supervises an attempt from its properties as written to its result.

Theory of operation. A thread of the worker calls ``run``. It takes a waiting task process, which
fixes the working directory; renders the task, so that secrets become known only here; fills the
directory; hands over the job; and watches until the end. Whatever user code does, the answer is an
``AttemptResult``. All that leaves (log lines, outputs, errors) is masked on its way.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import DelayTask, InlineTask, StandInTask, Task
from downbeat.sdk.trigger import Trigger
from executions.worker import assets
from executions.worker.channel import Control, LeaseLost, WorkerChannel
from executions.worker.choosing import flavour_of, folders_for, script_python
from executions.worker.delay import wait_out
from executions.worker.directory_child import child_channel, memory_of
from executions.worker.directory_job import DirectoryJob
from executions.worker.environments import BuildFailed, BuildStopped, Environments
from executions.worker.inline_job import run_inline
from executions.worker.launching import Flavour, Launcher, LaunchRefused, TaskProcess, Wanted
from executions.worker.leaving import fit_to_leave
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.nursery import sweep_away
from executions.worker.plugin_job import PluginJob
from executions.worker.rendering import TaskRenderer
from executions.worker.script_job import ScriptJob
from executions.worker.session import Session
from executions.worker.settings import WorkerSettings
from executions.worker.shared_directory import SharedFolder
from executions.worker.task_cache import TaskCache
from executions.worker.work import AttemptResult, Ending, Work
from flows.spec.render import RenderError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What belongs to one attempt while it is supervised."""

    control: Control
    masker: Masker
    book: Logbook
    channel: WorkerChannel
    folder: Path | None = None

    def places(self) -> dict[str, Any]:
        """Names for the folder that is known before there is a process."""
        return {} if self.folder is None else {"workingDir": str(self.folder)}


class AttemptRunner:
    """Runs attempts, each in a process of its own; safe for many threads."""

    def __init__(
        self, channel: WorkerChannel, launcher: Launcher, settings: WorkerSettings
    ) -> None:
        self._channel, self._launcher, self._settings = channel, launcher, settings
        self._renderer = TaskRenderer(channel, test_types=settings.test_types)
        self._environments = Environments(
            settings.environments or settings.scratch / "environments",
            uv=settings.uv,
            default_python=script_python(settings),
        )

    def run(self, work: Work, control: Control) -> AttemptResult:
        """The result of an attempt; never raises for what user code does."""
        masker = Masker(work.masked)
        desk = _Desk(control, masker, self._book(work, masker), self._channel)
        run = self._directory if work.kind == "directory" else self._one
        result = self._guarded(
            work, desk, lambda work, desk: fit_to_leave(run(work, desk), desk.channel, masker)
        )
        try:
            return replace(result, log_file=desk.book.close())
        except LeaseLost:
            return result

    def _guarded(self, work: Work, desk: _Desk, run: _Run) -> AttemptResult:
        try:
            if desk.control.killed():
                return AttemptResult(work.key, Ending.KILLED, reason="killed")
            return run(work, desk)
        except LeaseLost:
            return AttemptResult(work.key, Ending.KILLED, reason="lease_lost")
        except BuildStopped:
            return AttemptResult(work.key, Ending.KILLED, reason="killed")
        except RenderError as problem:
            return _failed(work, desk, "render", str(problem))
        except LaunchRefused as problem:
            return _failed(work, desk, "launcher.refused", str(problem))
        except BuildFailed as problem:
            return _failed(work, desk, "dependencies", str(problem))
        except (TaskFailed, OSError) as problem:
            return _failed(work, desk, "files", str(problem))
        except Exception as problem:
            # A fault of ours: whoever reads the execution must see it, not only the worker's log.
            log.exception("attempt %s could not be supervised", work.key)
            message = f"The worker could not run the task: {problem}"
            return _failed(work, desk, "worker.error", message)

    def _one(self, work: Work, desk: _Desk) -> AttemptResult:
        known = None if work.kind == "poll" else self._renderer.known.task(work.type_name)
        if known is not None and issubclass(known, StandInTask):
            return self._one(self._renderer.stood_for(work, desk.masker, desk.places()), desk)
        if known is not None and issubclass(known, InlineTask):
            spec = cast(InlineTask, self._renderer.spec(work, desk.masker, desk.places()))
            done = run_inline(spec, work, desk.channel, desk.book, desk.masker)
            return _with_declared(done, spec, desk)
        if known is not None and issubclass(known, DelayTask):
            wait = cast(DelayTask, self._renderer.spec(work, desk.masker, desk.places()))
            return wait_out(wait, work, desk.control, desk.book)
        process = self._launcher.take(self._wanted(work, desk))
        try:
            return self._in_process(work, desk, process)
        finally:
            process.finish()

    def _in_process(self, work: Work, desk: _Desk, process: TaskProcess) -> AttemptResult:
        session = Session(
            work=work,
            control=desk.control,
            process=process,
            channel=desk.channel,
            masker=desk.masker,
            book=desk.book,
            settings=self._settings,
            folder=desk.folder or process.workdir,
        )
        spec = self._renderer.spec(work, desk.masker, session.places())
        if isinstance(spec, Task):
            session.timeout = spec.timeout
        # What a task leaves in a shared directory is not kept, so there it always runs.
        shared = desk.folder is not None
        cache = (
            None if shared else TaskCache.of(work, spec, session.folder, desk.channel, desk.book)
        )
        if cache is not None and (known := cache.recall()) is not None:
            return known
        result = _with_declared(self._ran(session, spec), spec, desk)
        if cache is not None:
            cache.keep(result)
        return result

    def _ran(self, session: Session, spec: Task | Trigger) -> AttemptResult:
        if isinstance(spec, ScriptTask):
            return ScriptJob(session, spec.program(), self._environments).run()
        return PluginJob(session, spec).run()

    def _wanted(self, work: Work, desk: _Desk) -> Wanted:
        flavour = Flavour.TASK
        if work.kind != "poll":
            flavour = flavour_of(work.type_name, work.task, self._renderer.known)
        kind = None if work.kind == "poll" else self._renderer.known.task(work.type_name)
        folders = folders_for(flavour, kind, work.info.namespace, self._settings)
        shared = () if desk.folder is None else (str(desk.folder),)
        return Wanted(flavour, (*folders, *shared))

    def _directory(self, work: Work, desk: _Desk) -> AttemptResult:
        """Runs the tasks of a shared directory; their records travel with the result."""
        folder = Path(tempfile.mkdtemp(dir=self._settings.scratch, prefix="shared-"))
        desk = replace(desk, folder=folder)
        try:
            spec = self._renderer.spec(work, desk.masker, desk.places())
            shared = SharedFolder(
                work, spec, folder, self._channel, self._settings, desk.book, desk.masker
            )
            shared.fill()
            memory = memory_of(work)
            job = DirectoryJob(
                work=work,
                control=desk.control,
                run_one=lambda child: self._child(child, desk, memory),
                should_run=lambda child, task: self._should_run(child, task, desk),
                limit=cast(Task, spec).timeout,
            )
            ending = job.run(work.task.get("tasks") or ())
            desk.book.turn_to(work.info.task_id, work.key.task_run_id, least=work.log_level)
            return shared.result(job, ending)
        finally:
            sweep_away(folder)

    def _should_run(self, work: Work, task: Mapping[str, Any], desk: _Desk) -> bool:
        """Whether the condition of a task inside holds; says so in its log if it cannot be told."""
        desk.book.turn_to(work.info.task_id, UUID(work.info.task_run_id), least=work.log_level)
        try:
            return self._renderer.wants_to_run(work, task.get("runIf", True), desk.masker)
        except RenderError as problem:
            desk.book.say("ERROR", str(problem))
            raise

    def _child(
        self, work: Work, desk: _Desk, memory: dict[str, Mapping[str, Any]]
    ) -> AttemptResult:
        desk.book.turn_to(work.info.task_id, UUID(work.info.task_run_id), least=work.log_level)
        channel = child_channel(self._channel, work.info.task_id, memory)
        result = self._guarded(work, replace(desk, channel=channel), self._one)
        with suppress(LeaseLost):
            desk.book.flush()  # the next try, or the next task, may begin much later
        return result

    def _book(self, work: Work, masker: Masker) -> Logbook:
        file = self._settings.scratch / f"log-{work.key.task_run_id}-{work.key.epoch}"
        return Logbook(
            self._channel,
            work.key,
            work.info.task_id,
            masker=masker,
            limits=self._settings.log,
            least=work.log_level,
            file=file if work.log_to_file else None,
        )


def _failed(work: Work, desk: _Desk, reason: str, message: str) -> AttemptResult:
    shown = desk.masker.text(message)
    with suppress(LeaseLost):
        desk.book.say("ERROR", shown)
    return AttemptResult(work.key, Ending.FAILED, reason=reason, error=shown)


def _with_declared(result: AttemptResult, spec: Task | Trigger, desk: _Desk) -> AttemptResult:
    """The result with the assets that the source lists: a task that failed has not made them."""
    said = spec.assets if isinstance(spec, Task) else None
    if not said or result.ending not in (Ending.SUCCESS, Ending.WARNING):
        return result
    listed = [desk.masker.value(item) for item in assets.declared(said)]
    return replace(result, assets=(*result.assets, *listed)[: assets.MOST])


_Run = Callable[[Work, _Desk], AttemptResult]
