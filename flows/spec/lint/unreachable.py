"""Tasks after one that always ends the list are never reached."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import Concurrent, Graph, Iteration
from downbeat.sdk.task import FlowableTask, Task
from flows.spec.diagnostics import Diagnostic, Path
from flows.spec.lint.finding import Subject

_ENDS = frozenset({"core.execution.Fail", "core.execution.Exit"})


def unreachable(subject: Subject) -> Iterator[Diagnostic]:
    for name, tasks in subject.flow.task_lists():
        yield from _after_end(subject, (name,), tasks)
    for place, task in subject.tasks:
        if not isinstance(task, FlowableTask):
            continue
        shape = task.shape()
        at_once = isinstance(shape, Concurrent | Graph) or (
            isinstance(shape, Iteration) and not shape.ordered
        )
        for key, tasks in task.tasks_inside():
            if not (at_once and key == "tasks"):
                yield from _after_end(subject, (*place, *key.split(".", 1)), tasks)


def _after_end(subject: Subject, place: Path, tasks: tuple[Task, ...]) -> Iterator[Diagnostic]:
    if place[-1] == "errors":
        return
    for number, task in enumerate(tasks[:-1]):
        if _always_ends(task):
            message = (
                f"Task '{tasks[number + 1].id}' is never reached: '{task.id}' always ends here"
            )
            yield subject.warning((*place, number + 1), "task.unreachable", message)
            return


def _always_ends(task: Task) -> bool:
    return (
        type(task).type_name in _ENDS
        and not task.disabled
        and not task.allow_failure
        and "condition" not in task.raw
        and "runIf" not in task.raw
    )
