"""The folder that the tasks of a directory share: filled before them, emptied after them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.script import NamespaceFiles
from executions.worker.channel import WorkerChannel
from executions.worker.directory_cache import DirectoryCache
from executions.worker.directory_job import DirectoryJob
from executions.worker.logbook import Logbook
from executions.worker.masking import Masker
from executions.worker.session import save_files
from executions.worker.settings import WorkerSettings
from executions.worker.work import AttemptResult, Ending, Work
from executions.worker.workspace import Workspace


@dataclass(slots=True)
class SharedFolder:
    """One directory's folder on this worker; ``spec`` is the rendered task."""

    work: Work
    spec: Any
    folder: Path
    channel: WorkerChannel
    settings: WorkerSettings
    book: Logbook
    masker: Masker
    _cache: DirectoryCache | None = field(default=None)

    def fill(self) -> None:
        """Puts in what the cache, the namespace and the source give, each over the one before."""
        settings = self.settings
        space = Workspace(self.folder, self.channel, self.work.key, settings.uid, settings.task_gid)
        space.give_away()
        if self.spec.cache is not None:
            self._cache = DirectoryCache(
                work=self.work,
                channel=self.channel,
                book=self.book,
                folder=self.folder,
                patterns=self.spec.cache.patterns,
                ttl=self.spec.cache.ttl,
                owner=space.owner,
                largest=settings.output_file_bytes,
            )
            self._cache.restore()
        files: NamespaceFiles | None = self.spec.namespace_files
        if files is not None:
            space.add_namespace_files(files, self.work.info.namespace)
        space.add_input_files(self.spec.input_files)

    def result(self, job: DirectoryJob, ending: Ending) -> AttemptResult:
        """The directory's result with the records of its tasks, whatever became of its files."""
        outputs: dict[str, Any] = {}
        error = None
        wanted = (*(self.spec.output_files or ()), *self.work.captures)
        try:
            saved = save_files(self.channel, self.work, self.settings, self.folder, wanted)
            if saved or self.spec.output_files:
                outputs = {"outputFiles": saved}
        except (OSError, TaskFailed) as problem:
            ending, error = max(ending, Ending.FAILED, key=_WEIGHT.index), str(problem)
            self.book.say("ERROR", error)
        if self._cache is not None and ending in (Ending.SUCCESS, Ending.WARNING):
            self._cache.store()
        return AttemptResult(
            self.work.key,
            ending,
            outputs=self.masker.value(outputs),
            children=tuple(job.records),
            assets=tuple(job.assets),
            effects=tuple(job.effects),
            reason=None if ending in (Ending.SUCCESS, Ending.WARNING) else ending.value.lower(),
            error=None if error is None else self.masker.text(error),
        )


_WEIGHT = (Ending.SUCCESS, Ending.WARNING, Ending.FAILED, Ending.KILLED)
