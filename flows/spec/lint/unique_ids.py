"""Ids are unique: tasks over the whole flow; triggers, inputs and outputs among themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.spec.diagnostics import Diagnostic, Path
from flows.spec.lint.finding import Subject


def unique_ids(subject: Subject) -> Iterator[Diagnostic]:
    flow = subject.flow
    yield from _repeated(subject, "task", ((place, task.id) for place, task in subject.tasks))
    for kind, key, parts in (
        ("trigger", "triggers", flow.triggers),
        ("input", "inputs", flow.inputs),
        ("output", "outputs", flow.outputs),
    ):
        named = (((key, number), part.id) for number, part in enumerate(parts))
        yield from _repeated(subject, kind, named)
    yield from _inside_another(subject)


def _inside_another(subject: Subject) -> Iterator[Diagnostic]:
    """Dots in ids of inputs make maps: what is a map cannot be an input itself."""
    maps = {
        name[:dot]: name
        for name in (part.id for part in subject.flow.inputs)
        for dot, letter in enumerate(name)
        if letter == "."
    }
    for number, part in enumerate(subject.flow.inputs):
        if part.id in maps:
            message = (
                f"'{part.id}' is the map that input '{maps[part.id]}' is in; rename one of them"
            )
            yield subject.error(("inputs", number, "id"), "input.is_map", message)


def _repeated(
    subject: Subject, kind: str, named: Iterable[tuple[Path, str]]
) -> Iterator[Diagnostic]:
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            message = f"Duplicate {kind} id '{name}'"
            yield subject.error((*place, "id"), f"{kind}.duplicate_id", message)
        seen.add(name)
