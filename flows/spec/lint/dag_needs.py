"""Tasks of a Dag depend on tasks of the same Dag, without a cycle."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import Graph
from downbeat.sdk.task import FlowableTask
from flows.spec.cycles import find_cycle
from flows.spec.diagnostics import Diagnostic, Path, nearest
from flows.spec.lint.finding import Subject


def dag_needs(subject: Subject) -> Iterator[Diagnostic]:
    for place, task in subject.tasks:
        if isinstance(task, FlowableTask):
            shape = task.shape()
            if isinstance(shape, Graph):
                yield from _unknown(subject, place, shape)
                yield from _cycle(subject, place, shape)


def _unknown(subject: Subject, place: Path, shape: Graph) -> Iterator[Diagnostic]:
    known = {task.id for task in shape.tasks}
    for number, task in enumerate(shape.tasks):
        for index, name in enumerate(shape.needs.get(task.id, ())):
            if name not in known:
                near = nearest(name, known)
                hint = f"; did you mean '{near}'?" if near else ""
                yield subject.error(
                    (*place, "tasks", number, "dependsOn", index),
                    "dag.unknown_task",
                    f"Task '{task.id}' depends on '{name}', which is not a task of this Dag{hint}",
                    replacement=near,
                )


def _cycle(subject: Subject, place: Path, shape: Graph) -> Iterator[Diagnostic]:
    found = find_cycle(shape.needs)
    if found:
        path = " → ".join(found)
        message = f"Cyclic dependency detected: {path}"
        yield subject.error((*place, "tasks"), "dag.cycle", message)
