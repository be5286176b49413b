"""Inputs depend on inputs of the same flow, without a cycle; so do those of a Pause."""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.inputs import Input
from flows.spec.cycles import find_cycle
from flows.spec.diagnostics import Diagnostic, Path, nearest
from flows.spec.lint.finding import Subject


def input_needs(subject: Subject) -> Iterator[Diagnostic]:
    yield from _needs(subject, ("inputs",), subject.flow.inputs)
    for place, task in subject.tasks:
        asked: tuple[Input, ...] = getattr(task, "on_resume", ())
        yield from _needs(subject, (*place, "onResume"), asked)


def _needs(subject: Subject, place: Path, definitions: tuple[Input, ...]) -> Iterator[Diagnostic]:
    needs = {item.id: item.depends_on.inputs if item.depends_on else () for item in definitions}
    for number, item in enumerate(definitions):
        for index, name in enumerate(needs[item.id]):
            if name not in needs:
                near = nearest(name, needs)
                hint = f"; did you mean '{near}'?" if near else ""
                yield subject.error(
                    (*place, number, "dependsOn", "inputs", index),
                    "input.unknown_dependency",
                    f"Input '{item.id}' depends on '{name}', which is not an input{hint}",
                    replacement=near,
                )
    found = find_cycle(needs)
    if found:
        message = f"Cycle among inputs that depend on each other: {' → '.join(found)}"
        yield subject.error(place, "input.cycle", message)
