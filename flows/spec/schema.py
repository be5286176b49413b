"""JSON Schema (draft 2020-12) of the whole language, from the registry: for editors and docs.

The same registry gives the same schema, byte for byte. Types stand in ``$defs`` under their own
names; ``AnyTask``, ``AnyTrigger`` and ``AnyCondition`` choose by ``type``.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from downbeat.sdk.anytask import PART_MARK
from flows.spec.flow import FlowSpec
from flows.spec.registry import AnyType, Registry, full_name

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/$defs/"
Json = dict[str, Any]


@lru_cache(maxsize=4)
def flow_schema(registry: Registry) -> Json:
    """The schema of a flow's source; shared, so not to be changed."""
    types = tuple(registry)
    found, top = models_json_schema(
        [(FlowSpec, "validation"), *((item, "validation") for item in types)],
        by_alias=True,
        ref_template=_REF + "{model}",
    )
    names = {
        found[(item, "validation")]["$ref"].removeprefix(_REF): item.type_name for item in types
    }
    defs = {names.get(key, key): _renamed(schema, names) for key, schema in top["$defs"].items()}
    for item in types:
        _finish(defs[item.type_name], item)
    defs["AnyTask"] = _any("task", registry.tasks())
    defs["AnyTrigger"] = _any("trigger", registry.triggers())
    defs["AnyCondition"] = _any("condition", registry.conditions())
    ordered = {key: defs[key] for key in sorted(defs)}
    return {"$schema": DRAFT, "title": "Flow", "$ref": f"{_REF}FlowSpec", "$defs": ordered}


def type_schema(registry: Registry, found: AnyType) -> Json:
    """The schema of one type with everything that it refers to."""
    whole = flow_schema(registry)
    needed: dict[str, Any] = {}
    pending = [found.type_name]
    while pending:
        name = pending.pop()
        if name not in needed and name in whole["$defs"]:
            needed[name] = whole["$defs"][name]
            if not name.startswith("Any"):
                pending.extend(_refs(needed[name]))
    return {
        "properties": needed.pop(found.type_name),
        "outputs": outputs_schema(found),
        "definitions": needed,
    }


def outputs_schema(found: AnyType) -> Json:
    """What a task of the type leaves."""
    outputs: Mapping[str, str] = getattr(found, "outputs_schema", {})
    return {
        "type": "object",
        "properties": {name: {"title": title} for name, title in outputs.items()},
    }


def _finish(schema: Json, item: AnyType) -> None:
    """Names, documentation and examples of a type; properties that it only forbids go."""
    title, _, body = (inspect.getdoc(item) or "").partition("\n\n")
    schema["title"] = title.replace("\n", " ")
    if body:
        schema["description"] = body
    else:
        schema.pop("description", None)
    if item.deprecated:
        schema["deprecated"] = True
        schema["x-instead"] = item.deprecated
    if item.examples:
        schema["x-examples"] = [{"title": name, "code": code} for name, code in item.examples]
    held: Json = schema.setdefault("properties", {})
    for key in [key for key, value in held.items() if value.get("type") == "null"]:
        del held[key]
    held["type"] = {"enum": names_of(item)}


def names_of(item: AnyType) -> list[str]:
    """Every name of a type, those in use first."""
    names = (item.type_name, full_name(item.type_name), *item.aliases)
    return list(dict.fromkeys(names))


def _any(kind: str, types: Iterable[AnyType]) -> Json:
    chosen = list(types)
    required = ["type"] if kind == "condition" else ["id", "type"]
    return {
        "type": "object",
        "required": required,
        "properties": {"type": {"enum": [name for item in chosen for name in names_of(item)]}},
        "allOf": [
            {
                "if": {"properties": {"type": {"enum": names_of(item)}}, "required": ["type"]},
                "then": {"$ref": f"{_REF}{item.type_name}"},
            }
            for item in chosen
        ],
    }


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        found = {key: _renamed(item, names) for key, item in value.items()}
        ref, part = found.get("$ref"), found.pop(PART_MARK, None)
        if isinstance(ref, str):
            name = ref.removeprefix(_REF)
            found["$ref"] = _REF + names.get(name, name)
        if isinstance(part, str):
            found["$ref"] = _REF + part
        return found
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value


def _refs(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        ref = value.get("$ref")
        if isinstance(ref, str):
            yield ref.removeprefix(_REF)
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
