"""Steps that other types put together are not written into a flow, nor are their ids taken."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.task import FlowableTask, Task
from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject


def internal_types(subject: Subject) -> Iterator[Diagnostic]:
    written = {task.id: place for place, task in subject.tasks}
    for index, trigger in enumerate(subject.flow.triggers):
        if trigger.internal:
            message = f"Invalid type: {trigger.type} is no trigger of a flow"
            yield subject.error(("triggers", index, "type"), "trigger.type_internal", message)
    for place, task in subject.tasks:
        if task.internal:
            message = f"Invalid type: {task.type} is a step of another type and no task by itself"
            yield subject.error((*place, "type"), "task.type_internal", message)
        for step in steps_of(task):
            if step.id in written:
                message = f"Duplicate task id '{step.id}': it is that of a step of '{task.id}'"
                yield subject.error((*written[step.id], "id"), "task.duplicate_id", message)


def steps_of(task: Task) -> tuple[Task, ...]:
    """The internal steps that a task consists of."""
    if not isinstance(task, FlowableTask):
        return ()
    return tuple(step for step in getattr(task.shape(), "tasks", ()) if step.internal)
