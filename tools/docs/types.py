"""The pages of task, trigger and condition types: an index, and one page for each group."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from downbeat.sdk.connection import Connection
from downbeat.sdk.script import ScriptTask
from downbeat.sdk.task import FlowableTask, InlineTask, Task
from downbeat.sdk.trigger import Condition, PollingTrigger, Trigger
from flows.spec.registry import PREFIX, AnyType, Registry, full_name, load_registry
from flows.spec.schema import flow_schema
from tools.docs.connections import connection
from tools.docs.meanings import TASK, TRIGGER
from tools.docs.page import Page, anchor, block, code, first_line, page, prose, table
from tools.docs.properties import part_title, parts_of, properties, with_inner
from tools.docs.remarks import remarks

Defs = dict[str, Any]
_TASK_SAMPLE: Final = "core.log.Log"
_TRIGGER_SAMPLE: Final = "core.trigger.Schedule"
_INTRO: Final = f"""
Every type may also be written with the prefix `{PREFIX}`; the older names of a type, listed with
it, work too. A **dynamic** property may hold an [expression](expressions.md), which is rendered
before the task runs. Text may be written as a number or as true and false; a duration is ISO 8601,
for example `PT30S`, `PT5M` or `P1D`. Unknown properties are refused, with their line and column.
"""


def pages() -> Iterator[Page]:
    """The index first, then the groups by name."""
    registry = load_registry()
    defs: Defs = flow_schema(registry)["$defs"]
    ordered = sorted(registry, key=lambda found: (group_of(found), found.type_name))
    groups = {name: tuple(types) for name, types in groupby(ordered, key=group_of)}
    kinds = {name: connections_of(name, registry) for name in groups}
    yield _index(groups, defs)
    for name, types in groups.items():
        yield _group(name, types, defs, kinds[name])


def group_of(found: AnyType) -> str:
    """The vendor's folder; the language itself has a page for each part: `core.flow`."""
    vendor = _folder(found)
    return found.type_name.rpartition(".")[0] if vendor == "core" else vendor


def connections_of(group: str, registry: Registry) -> tuple[type[Connection], ...]:
    """The kinds of connections that a vendor's folder brings."""
    return tuple(kind for kind in registry.connections() if _folder(kind) == group)


def _folder(found: type[Any]) -> str:
    """`aws` of `flows.plugins.aws.s3.listing`."""
    return found.__module__.removeprefix("flows.plugins.").partition(".")[0]


def shared(found: AnyType) -> set[str]:
    """The keys that a type has from its kind, unchanged."""
    base = Task if issubclass(found, Task) else Trigger if issubclass(found, Trigger) else Condition
    same = {
        name
        for name, field in base.model_fields.items()
        if (found.model_fields[name].annotation, found.model_fields[name].default)
        == (field.annotation, field.default)
    }
    return {found.model_fields[name].alias or name for name in same} | {"type"}


def _index(groups: dict[str, tuple[AnyType, ...]], defs: Defs) -> Page:
    task, trigger = defs[_TASK_SAMPLE], defs[_TRIGGER_SAMPLE]
    of_task, of_trigger = _only(task, Task), _only(trigger, Trigger)
    inner = with_inner([*parts_of(of_task), *parts_of(of_trigger)], defs)
    return page(
        "types.md",
        "Task and trigger types",
        _INTRO,
        *(_listed(name, types) for name, types in groups.items()),
        "## What every task has",
        properties(of_task, meanings=TASK),
        "## What every trigger has",
        properties(of_trigger, meanings=TRIGGER),
        *_parts(inner, defs, "##"),
    )


def _only(schema: Defs, base: type[Task] | type[Trigger]) -> Defs:
    """The part of a type's schema that its kind brings."""
    names = {field.alias for field in base.model_fields.values()} - {"type"}
    held = {name: value for name, value in schema["properties"].items() if name in names}
    return {"properties": held, "required": [n for n in schema["required"] if n in held]}


def _listed(name: str, types: Iterable[AnyType]) -> str:
    rows = [(_link(name, found), _summary(found)) for found in types]
    return f"## {name}\n\n{table(('Type', 'What it does'), rows)}"


def _link(group: str, found: AnyType) -> str:
    return f"[{code(found.type_name)}](types/{group}.md#{anchor(found.type_name)})"


def _summary(found: AnyType) -> str:
    text = first_line(inspect.getdoc(found) or "")
    return f"{text} *Deprecated: use {found.deprecated}.*" if found.deprecated else text


def _group(
    name: str, types: tuple[AnyType, ...], defs: Defs, kinds: tuple[type[Connection], ...]
) -> Page:
    used = [
        part for found in types for part in parts_of(defs[found.type_name], hidden=shared(found))
    ]
    common = "What all of them have in common stands in the [index](../types.md)."
    return page(
        f"types/{name}.md",
        name,
        common,
        *(part for kind in kinds for part in connection(kind)),
        *(part for found in types for part in _type(found, defs)),
        *_parts(with_inner(used, defs), defs, "##"),
    )


def _type(found: AnyType, defs: Defs) -> Iterator[str]:
    yield f"## {found.type_name}"
    if found.deprecated:
        yield f"**Deprecated**: use {found.deprecated}."
    yield prose(inspect.getdoc(found) or "")
    yield f"{_how(found)} Counterpart: {code(full_name(found.type_name))}.".strip()
    said = {name: prose(text) for name, text in remarks(found).items()}
    yield properties(defs[found.type_name], hidden=shared(found), meanings=said)
    outputs = getattr(found, "outputs_schema", {})
    if outputs:
        yield table(("Output", "What it is"), [(code(key), outputs[key]) for key in outputs])
    if found.aliases:
        yield f"Also known as {', '.join(code(alias) for alias in found.aliases)}."
    for title, source in found.examples:
        yield f"*{title}*"
        yield block(source, "yaml")


def _how(found: AnyType) -> str:
    """Where a type's work is done, which its kind decides."""
    if issubclass(found, FlowableTask):
        return "Orders other work; needs no worker of its own."
    if issubclass(found, InlineTask):
        return "Runs inline, inside the transaction that settles the execution: exactly once."
    if issubclass(found, ScriptTask):
        return "Runs in a process of its own, in the script environment."
    if issubclass(found, Task):
        return "Runs in a process of its own."
    if issubclass(found, PollingTrigger):
        return "A worker looks at an interval."
    return ""


def _parts(names: Iterable[str], defs: Defs, level: str) -> Iterator[str]:
    for name in names:
        yield f"{level} {part_title(name)}"
        yield prose(defs[name].get("description", ""))
        yield properties(defs[name])
