"""Supervises an attempt from its properties as written to its result.

Theory of operation. A thread of the worker calls ``run``. It takes a waiting task process, which
fixes the working directory; renders the task, so that secrets become known only here; fills the
directory; hands over the job; and watches until the end. Whatever user code does, the answer is an
``AttemptResult``. All that leaves (log lines, outputs, errors) is masked on its way.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.script import NamespaceFiles, ScriptTask
from downbeat.sdk.task import InlineTask, Task
from executions.worker.channel import Control, LeaseLost, WorkerChannel
from executions.worker.choosing import flavour_of, folders_for, script_python
from executions.worker.directory_job import DirectoryJob
from executions.worker.environments import BuildFailed, Environments
from executions.worker.inline_job import run_inline
from executions.worker.launching import Flavour, Launcher, LaunchRefused, TaskProcess, Wanted
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.plugin_job import PluginJob
from executions.worker.rendering import TaskRenderer
from executions.worker.script_job import ScriptJob
from executions.worker.session import Session, save_files
from executions.worker.settings import WorkerSettings
from executions.worker.work import AttemptResult, Ending, Work
from executions.worker.workspace import Workspace
from flows.spec.render import RenderError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What belongs to one attempt while it is supervised."""

    control: Control
    masker: Masker
    book: Logbook
    folder: Path | None = None


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
        desk = _Desk(control, masker, self._book(work, masker))
        run = self._directory if work.kind == "directory" else self._one
        result = self._guarded(work, desk, run)
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
        if known is not None and issubclass(known, InlineTask):
            spec = cast(InlineTask, self._renderer.spec(work, desk.masker, {}))
            return run_inline(spec, work, self._channel, desk.book, desk.masker)
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
            channel=self._channel,
            masker=desk.masker,
            book=desk.book,
            settings=self._settings,
            folder=desk.folder or process.workdir,
        )
        spec = self._renderer.spec(work, desk.masker, session.places())
        if isinstance(spec, Task):
            session.timeout = spec.timeout
        if isinstance(spec, ScriptTask):
            return ScriptJob(session, spec.program(), self._environments).run()
        return PluginJob(session, spec).run()

    def _wanted(self, work: Work, desk: _Desk) -> Wanted:
        flavour = Flavour.TASK
        if work.kind != "poll":
            flavour = flavour_of(work.type_name, work.task, self._renderer.known)
        folders = folders_for(flavour, work.info.namespace, self._settings)
        shared = () if desk.folder is None else (str(desk.folder),)
        return Wanted(flavour, (*folders, *shared))

    def _directory(self, work: Work, desk: _Desk) -> AttemptResult:
        """Runs the tasks of a shared directory; their records travel with the result."""
        spec = self._renderer.spec(work, desk.masker, {})
        folder = Path(tempfile.mkdtemp(dir=self._settings.scratch, prefix="shared-"))
        try:
            self._fill(work, spec, folder)
            job = DirectoryJob(
                work=work,
                control=desk.control,
                folder=folder,
                run_one=lambda child, place: self._child(child, desk, place),
                should_run=lambda child, task: self._renderer.wants_to_run(
                    child, task.get("runIf", True), desk.masker
                ),
            )
            ending = job.run(work.task.get("tasks") or ())
            wanted = tuple(getattr(spec, "output_files", None) or ())
            saved = save_files(
                self._channel, work, self._settings, folder, (*wanted, *work.captures)
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return AttemptResult(
            work.key,
            ending,
            outputs={"outputFiles": saved} if saved else {},
            children=tuple(job.records),
            reason=None if ending in (Ending.SUCCESS, Ending.WARNING) else ending.value.lower(),
        )

    def _child(self, work: Work, desk: _Desk, folder: Path) -> AttemptResult:
        desk.book.task_id = work.info.task_id
        return self._guarded(work, replace(desk, folder=folder), self._one)

    def _fill(self, work: Work, spec: Any, folder: Path) -> None:
        settings = self._settings
        space = Workspace(folder, self._channel, work.key, settings.uid, settings.task_gid)
        space.own(folder)
        files = getattr(spec, "namespace_files", None)
        if files is not None:
            chosen = NamespaceFiles.model_validate(
                files.model_dump(exclude_none=True), context={"rendered": True}
            )
            space.add_namespace_files(chosen, work.info.namespace)
        space.add_input_files(getattr(spec, "input_files", None))

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


_Run = Callable[[Work, _Desk], AttemptResult]
