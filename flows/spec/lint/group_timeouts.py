"""A group has no time of its own: a ``timeout`` there would be read and never kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from downbeat.sdk.shapes import Hold, SharedDirectory
from downbeat.sdk.task import FlowableTask, LeafFlowable
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject

CODE: Final = "group.timeout"
MESSAGE: Final = (
    "A group takes as long as its tasks: this timeout ends nothing. Give the tasks inside one, or "
    "the flow an 'sla' of type MAX_DURATION"
)


def group_timeouts(subject: Subject) -> Iterator[Diagnostic]:
    for place, task in subject.tasks:
        if not isinstance(task, FlowableTask) or isinstance(task, LeafFlowable):
            continue
        # A pause has a timeout of its own meaning; tasks of a directory share one process.
        if task.timeout is not None and not isinstance(task.shape(), Hold | SharedDirectory):
            yield subject.warning((*place, "timeout"), CODE, MESSAGE)
