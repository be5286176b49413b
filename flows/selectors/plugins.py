"""The catalogue of installed types, as the API shows it."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from downbeat.sdk.task import Task
from downbeat.sdk.trigger import Condition, Trigger
from flows.selectors.catalogue import registry
from flows.spec.expressions import Catalogue
from flows.spec.registry import AnyType, full_name
from flows.spec.schema import flow_schema, type_schema

Json = dict[str, Any]


@lru_cache(maxsize=1)
def plugins() -> list[Json]:
    """Types by the group that brings them (the first words of their names)."""
    groups: dict[str, list[AnyType]] = {}
    for found in registry():
        groups.setdefault(_group(found.type_name), []).append(found)
    return [_plugin(name, types) for name, types in sorted(groups.items())]


@lru_cache(maxsize=512)
def documentation(type_name: str) -> Json | None:
    """What a type is for, its schema and examples; ``None`` for unknown names."""
    found = registry().find(type_name)
    if found is None:
        return None
    return {
        "cls": full_name(found.type_name),
        "title": _title(found),
        "markdown": inspect.getdoc(found) or "",
        "deprecated": getattr(found, "deprecated", None),
        "aliases": list(found.aliases),
        "examples": [
            {"title": title, "code": code} for title, code in getattr(found, "examples", ())
        ],
        "schema": {"properties": type_schema(registry(), found)},
    }


@lru_cache(maxsize=8)
def schema(kind: str) -> Json | None:
    """The JSON Schema of a flow, a task or a trigger; ``None`` for other kinds."""
    whole = flow_schema(registry())
    match kind.lower():
        case "flow":
            return whole
        case "task":
            return {**whole, "$ref": "#/$defs/AnyTask"}
        case "trigger":
            return {**whole, "$ref": "#/$defs/AnyTrigger"}
        case _:
            return None


def trigger_names() -> list[str]:
    """Full names of all trigger types."""
    return [full_name(found.type_name) for found in registry().triggers()]


def input_types() -> list[Json]:
    """The types that an input may have."""
    from flows.spec.inputs import INPUT_TYPES

    return [{"type": name, "cls": found.__name__} for name, found in sorted(INPUT_TYPES.items())]


@lru_cache(maxsize=1)
def icons() -> Json:
    """Icons of types, by full name: SVG in base64, the nearest to the type in its package."""
    return {
        full_name(found.type_name): {
            "name": full_name(found.type_name),
            "icon": _icon(found.__module__),
            "flowable": _kind(found) == "flowable",
        }
        for found in registry()
    }


def filter_names(words: Catalogue) -> list[str]:
    """The names of all filters."""
    return [word.name for word in words.filters]


def functions(words: Catalogue) -> list[Json]:
    """Functions with what they take and a line each."""
    return [
        {
            "name": word.name,
            "signature": word.signature,
            "doc": word.doc,
            "arguments": [
                {"name": argument.name, "defaultValue": argument.default}
                for argument in word.arguments
            ],
        }
        for word in words.functions
    ]


def _group(type_name: str) -> str:
    return type_name.rsplit(".", 1)[0]


def _plugin(name: str, types: Iterable[AnyType]) -> Json:
    listed = list(types)
    return {
        "name": name.split(".")[0],
        "title": name,
        "group": full_name(name),
        "version": "0.1.0",
        "tasks": [_element(found) for found in listed if issubclass(found, Task)],
        "triggers": [_element(found) for found in listed if issubclass(found, Trigger)],
        "conditions": [_element(found) for found in listed if issubclass(found, Condition)],
    }


def _element(found: AnyType) -> Mapping[str, Any]:
    return {
        "cls": full_name(found.type_name),
        "title": _title(found),
        "deprecated": bool(getattr(found, "deprecated", None)),
    }


def _title(found: AnyType) -> str:
    return (inspect.getdoc(found) or "").split("\n\n", 1)[0].replace("\n", " ")


def _kind(found: AnyType) -> str:
    from downbeat.sdk.task import FlowableTask

    if issubclass(found, FlowableTask):
        return "flowable"
    return "trigger" if issubclass(found, Trigger) else "task"


@lru_cache(maxsize=512)
def _icon(module: str) -> str | None:
    """The file ``icon.svg`` beside a module, or in a package above it."""
    package, _, _ = module.rpartition(".")
    if not package:
        return None
    file = files(package) / "icon.svg"
    return base64.b64encode(file.read_bytes()).decode() if file.is_file() else _icon(package)
