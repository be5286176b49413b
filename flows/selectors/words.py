"""What expressions of a flow may say, and which of its words have a successor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db.models import Q, QuerySet

from downbeat.sdk.labels import scalar_text
from flows.models import Flow
from flows.selectors import files, keyvalues
from flows.selectors.catalogue import registry
from flows.spec.expressions import catalogue
from flows.spec.flow import FlowSpec
from flows.spec.parse import ParsedFlow
from flows.spec.registry import full_name, short_name
from flows.spec.schema import names_of
from tenants import facade as tenants
from tenants.access import can
from tenants.actors import Actor

MOST: Final = 500
CONTEXT: Final = (
    "execution.id",
    "execution.originalId",
    "execution.startDate",
    "execution.state",
    "flow.id",
    "flow.namespace",
    "flow.revision",
    "flow.tenantId",
    "task.id",
    "task.type",
    "taskrun.attemptsCount",
    "taskrun.id",
    "taskrun.iteration",
    "taskrun.startDate",
    "taskrun.value",
)


def expression_words(
    outcome: ParsedFlow, *, before: str | None, actor: Actor
) -> Mapping[str, list[str]]:
    """What can be written between braces, by kind; with ``before`` only tasks in front of that one.

    A source that is not valid yet tells what can be read off its document.
    """
    document = outcome.document or {}
    namespace = str(document.get("namespace") or "")
    return {
        "taskOutputs": list(_outputs(outcome.flow, before)) if outcome.flow else [],
        "executionContext": list(CONTEXT),
        "inputs": [f"inputs.{name}" for name in _ids(document.get("inputs"))],
        "variables": [f"vars.{name}" for name in document.get("variables") or {}],
        "secrets": [],
        "kvPairs": [f"kv('{key}')" for key in _keys(namespace, actor)],
        "namespaceFiles": [f"read('{path}')" for path in _files(namespace, actor)],
        "filters": [entry.name for entry in catalogue().filters],
        "functions": [entry.name for entry in catalogue().functions],
        "appContext": [],
    }


def _outputs(flow: FlowSpec, before: str | None) -> Iterator[str]:
    for _, task in flow.walk():
        if task.id == before:
            return
        names = getattr(type(task), "outputs_schema", {}) or {}
        for name in names:
            yield f"outputs.{task.id}.{name}"
        if not names:
            yield f"outputs.{task.id}"


def _ids(inputs: Any) -> Iterator[str]:
    for item in inputs if isinstance(inputs, list) else ():
        name = item.get("id") or item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, str | int):
            yield scalar_text(name)


def _keys(namespace: str, actor: Actor) -> list[str]:
    found = tenants.namespace(namespace) if namespace else None
    if found is None or not can(actor, "kv.view", found.id):
        return []
    return keyvalues.keys(namespace)[:MOST]


def _files(namespace: str, actor: Actor) -> list[str]:
    found = tenants.namespace(namespace) if namespace else None
    if found is None or not can(actor, "file.view", found.id):
        return []
    return [item.path for item in files.search(namespace)[:MOST]]


@dataclass(frozen=True, slots=True)
class DeprecatedTask:
    """A task whose type has a successor."""

    id: str
    type: str
    replacement: str


def deprecated_tasks(
    rows: QuerySet[Flow], namespace: str | None
) -> Iterator[tuple[Flow, list[DeprecatedTask]]]:
    """Flows with such tasks; reads the documents of these flows and of no others."""
    names = _successors()
    found = rows.filter(task_types__overlap=list(names))
    if namespace:
        found = found.filter(Q(namespace=namespace) | Q(namespace__startswith=f"{namespace}."))
    for row in found.iterator(200):
        yield row, list(_deprecated(row.document, names))


def _deprecated(value: Any, names: Mapping[str, str]) -> Iterator[DeprecatedTask]:
    if isinstance(value, Mapping):
        written, id = value.get("type"), value.get("id")
        if isinstance(written, str) and isinstance(id, str | int) and written in names:
            yield DeprecatedTask(scalar_text(id), written, names[written])
        for inner in value.values():
            yield from _deprecated(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from _deprecated(inner, names)


@lru_cache(maxsize=1)
def _successors() -> Mapping[str, str]:
    """Every way to write a deprecated task type or an older name, with what to write instead."""
    return {
        spelling: found.deprecated or full_name(found.type_name)
        for found in registry().tasks()
        for name in names_of(found)
        for spelling in {name, short_name(name)}
        if found.deprecated or short_name(name) != found.type_name
    }
