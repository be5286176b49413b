"""A WorkingDirectory holds tasks that do work, no groups."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import SharedDirectory
from downbeat.sdk.task import FlowableTask
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject


def directory_tasks(subject: Subject) -> Iterator[Diagnostic]:
    for place, task in subject.tasks:
        if not isinstance(task, FlowableTask) or not isinstance(task.shape(), SharedDirectory):
            continue
        for number, inside in enumerate(task.shape().tasks):  # type: ignore[union-attr]
            if isinstance(inside, FlowableTask):
                message = (
                    f"Only runnable tasks are allowed in a WorkingDirectory, not '{inside.id}'"
                )
                yield subject.error((*place, "tasks", number), "directory.not_runnable", message)
