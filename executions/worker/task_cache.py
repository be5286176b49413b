"""Takes over the outputs of an earlier run of the same task, if the task wants that."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import format_duration
from downbeat.sdk.script import NamespaceFiles, ScriptTask
from downbeat.sdk.task import Task
from executions.worker.channel import WorkerChannel
from executions.worker.logbook import Logbook
from executions.worker.work import AttemptResult, Ending, Work
from executions.worker.workspace import words

CACHED: Final = "cached"
"""The reason of an attempt that did not run, because its outputs were known."""
_BESIDES: Final = frozenset(Task.model_fields) - {"type"}
"""Properties that do not change what a task does."""


@dataclass(frozen=True, slots=True)
class TaskCache:
    """The cache of one task; ``folder`` is its working directory, whose name does not count."""

    work: Work
    spec: Task
    folder: Path
    channel: WorkerChannel
    book: Logbook

    @classmethod
    def of(
        cls, work: Work, spec: object, folder: Path, channel: WorkerChannel, book: Logbook
    ) -> TaskCache | None:
        """The cache, if the task has one that is switched on."""
        if not isinstance(spec, Task) or spec.task_cache is None or not spec.task_cache.enabled:
            return None
        return cls(work, spec, folder, channel, book)

    def recall(self) -> AttemptResult | None:
        """The result of an earlier run of the same task with the same rendered properties."""
        found = self.channel.request(self.work.key, "task.recall", self._arguments())
        if found is None:
            return None
        self.book.say(
            "INFO",
            f"The outputs are those of an earlier run, in the execution {found['executionId']}: "
            "the task has a taskCache and nothing that it was asked to do has changed.",
        )
        return AttemptResult(self.work.key, Ending.SUCCESS, outputs=found["outputs"], reason=CACHED)

    def keep(self, result: AttemptResult) -> None:
        """Keeps the outputs of a run that succeeded, for later ones."""
        if result.ending is not Ending.SUCCESS:
            return
        arguments = {**self._arguments(), "outputs": dict(result.outputs)}
        if not self.channel.request(self.work.key, "task.keep", arguments):
            self.book.say("WARN", "The outputs are too large to be kept in the task's cache.")

    def _arguments(self) -> dict[str, Any]:
        ttl = self.spec.task_cache.ttl if self.spec.task_cache else None
        return {"digest": self._digest(), "ttl": None if ttl is None else format_duration(ttl)}

    def _digest(self) -> str:
        asked = self.spec.model_dump(mode="json", by_alias=True, exclude=set(_BESIDES))
        known = [asked, type(self.spec).type_name, self._namespace_files()]
        written = json.dumps(known, sort_keys=True, default=str)
        return hashlib.sha256(written.replace(str(self.folder), "").encode()).hexdigest()

    def _namespace_files(self) -> list[dict[str, str]]:
        """The addresses of the namespace files that the task gets: a changed file has a new one."""
        wanted = self._wanted_files()
        if wanted is None or not wanted.enabled:
            return []
        return [
            dict(
                self.channel.namespace_files(
                    self.work.key, space, words(wanted.include), words(wanted.exclude)
                )
            )
            for space in wanted.namespaces or (self.work.info.namespace,)
        ]

    def _wanted_files(self) -> NamespaceFiles | None:
        """Which of them: some types of scripts take all unless the source says otherwise."""
        if isinstance(self.spec, ScriptTask):
            try:
                return self.spec.program().namespace_files
            except TaskFailed:  # the run itself says so, and leaves nothing to be kept
                return None
        wanted = getattr(self.spec, "namespace_files", None)
        return wanted if isinstance(wanted, NamespaceFiles) else None
