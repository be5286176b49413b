"""Which flows a flow calls and which it listens to, read off its document.

Only what is written out counts: a flow id that is an expression is known when it runs, not
before; a Flow trigger that names neither a namespace nor a flow hears all and links none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flows.spec.registry import short_name

CALLERS: Final = frozenset({"core.flow.Subflow", "core.flow.ForEachItem", "core.flow.Flow"})
LISTENER: Final = "core.trigger.Flow"
_MOST_PARTS: Final = 100_000


class Relation(StrEnum):
    """Why one flow leads to another."""

    TASK = "FLOW_TASK"
    TRIGGER = "FLOW_TRIGGER"


@dataclass(frozen=True, slots=True)
class Ends:
    """The flows that a link may reach: one, or with no id all of a namespace (and below it)."""

    namespace: str
    flow_id: str | None = None
    below: bool = False

    def covers(self, namespace: str, flow_id: str) -> bool:
        """Whether a flow is one of them."""
        if self.flow_id is not None and self.flow_id != flow_id:
            return False
        return namespace == self.namespace or (
            self.below and namespace.startswith(f"{self.namespace}.")
        )


@dataclass(frozen=True, slots=True)
class Links:
    """What a flow calls, and what it is started by."""

    calls: frozenset[Ends]
    hears: frozenset[Ends]


def links_of(document: Mapping[str, Any], canonical: Mapping[str, str]) -> Links:
    """The links that a document writes out; ``canonical`` maps older names of types to those in use."""
    calls: set[Ends] = set()
    hears: set[Ends] = set()
    for part in _parts(document):
        name = _name(part, canonical)
        if name in CALLERS:
            calls.update(_exact(part, default=document.get("namespace")))
        elif name == LISTENER:
            hears.update(_heard(part, canonical))
    return Links(frozenset(calls), frozenset(hears))


def _name(part: Mapping[str, Any], canonical: Mapping[str, str]) -> str:
    name = short_name(str(part.get("type")))
    return canonical.get(name, name)


def _parts(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every map with a type, at every depth; bounded."""
    pending: list[Any] = [document]
    for _ in range(_MOST_PARTS):
        if not pending:
            return
        item = pending.pop()
        if isinstance(item, Mapping):
            if isinstance(item.get("type"), str):
                yield item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _exact(part: Mapping[str, Any], default: Any = None) -> Iterator[Ends]:
    namespace, flow_id = part.get("namespace", default), part.get("flowId")
    if _written(namespace) and _written(flow_id):
        yield Ends(str(namespace), str(flow_id))


def _written(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "{{" not in value and "{%" not in value


def _heard(trigger: Mapping[str, Any], canonical: Mapping[str, str]) -> Iterator[Ends]:
    preconditions = trigger.get("preconditions")
    if isinstance(preconditions, Mapping):
        for upstream in _maps(preconditions.get("flows")):
            yield from _named(upstream)
        for where in _maps(preconditions.get("where")):
            yield from _filtered(where)
    for upstream in _maps(trigger.get("dependsOn")):
        yield from _named(upstream)
    for condition in _maps(trigger.get("conditions")):
        yield from _of_condition(condition, canonical)


def _of_condition(condition: Mapping[str, Any], canonical: Mapping[str, str]) -> Iterator[Ends]:
    match _name(condition, canonical):
        case "core.condition.ExecutionFlow":
            yield from _named(condition)
        case "core.condition.ExecutionNamespace":
            namespace = condition.get("namespace")
            below = condition.get("comparison") == "PREFIX" or condition.get("prefix") is True
            if _written(namespace):
                yield Ends(str(namespace), below=below)
        case "core.condition.MultipleCondition" | "core.condition.Or":
            for inner in _maps(condition.get("conditions")):
                yield from _of_condition(inner, canonical)


def _named(upstream: Mapping[str, Any]) -> Iterator[Ends]:
    namespace, flow_id = upstream.get("namespace"), upstream.get("flowId")
    if _written(namespace):
        yield Ends(str(namespace), str(flow_id) if _written(flow_id) else None)


def _filtered(where: Mapping[str, Any]) -> Iterator[Ends]:
    """The flows that filters name outright: a namespace, with ids of flows or all of it."""
    if where.get("operand", "AND") != "AND":
        return
    named: dict[str, list[str]] = {"NAMESPACE": [], "FLOW_ID": []}
    for item in _maps(where.get("filters")):
        if item.get("field") in named and item.get("type") in ("EQUAL_TO", "IN"):
            values = item.get("values") or [item.get("value")]
            named[item["field"]] += [str(value) for value in values if _written(value)]
    for namespace in named["NAMESPACE"]:
        for flow_id in named["FLOW_ID"] or (None,):
            yield Ends(namespace, flow_id)


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    )
    return (item for item in items if isinstance(item, Mapping))
