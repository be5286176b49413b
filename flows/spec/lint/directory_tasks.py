"""A WorkingDirectory holds tasks that do work, no groups; some keys mean nothing inside of it."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import SharedDirectory
from downbeat.sdk.task import DelayTask, FlowableTask, Task
from flows.spec.diagnostics import Diagnostic, Path
from flows.spec.lint.finding import Subject


def directory_tasks(subject: Subject) -> Iterator[Diagnostic]:
    for place, task in subject.tasks:
        if not isinstance(task, FlowableTask) or not isinstance(task.shape(), SharedDirectory):
            continue
        for number, inside in enumerate(task.shape().tasks):  # type: ignore[union-attr]
            path = (*place, "tasks", number)
            if isinstance(inside, FlowableTask) and not isinstance(inside, DelayTask):
                message = (
                    f"Only runnable tasks are allowed in a WorkingDirectory, not '{inside.id}'"
                )
                yield subject.error(path, "directory.not_runnable", message)
            yield from _idle_keys(subject, path, inside)


def _idle_keys(subject: Subject, path: Path, task: Task) -> Iterator[Diagnostic]:
    """Keys of a task that have no effect, because the directory is one attempt on one worker."""
    found: dict[str, str] = {}
    if task.worker_group is not None:
        found["workerGroup"] = "the task runs where its directory runs"
    if task.queue is not None:
        found["queue"] = "the task runs where its directory runs"
    if task.task_cache is not None and task.task_cache.enabled:
        found["taskCache"] = "what a task leaves in the directory is not kept with its outputs"
    if task.retry is not None and task.retry.behavior == "CREATE_NEW_EXECUTION":
        found["retry"] = "only the directory as a whole can start a new execution"
    for key, reason in found.items():
        message = f"'{key}' has no effect inside a WorkingDirectory: {reason}"
        yield subject.warning((*path, key), "directory.no_effect", message)
