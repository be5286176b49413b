"""Tables of properties from JSON Schema: name, type, default and what else holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tools.docs.page import anchor, code, prose, table

Schema = Mapping[str, Any]
HEADS: Final = ("Property", "Type", "Default", "Notes")
_REF: Final = "#/$defs/"
_OPEN: Final = {"AnyTask": "task", "AnyTrigger": "trigger", "AnyCondition": "condition"}
_FORMATS: Final = {"duration": "duration", "date-time": "date and time", "date": "date"}
_SCALARS: Final = frozenset({"string", "number", "boolean"})
_EXPRESSION: Final = r"\{[{%#]"
_MANY: Final = 4
NO_MEANINGS: Final[Mapping[str, str]] = MappingProxyType({})


def properties(
    schema: Schema,
    *,
    hidden: Collection[str] = (),
    meanings: Mapping[str, str] = NO_MEANINGS,
) -> str:
    """The table of a schema's properties, those that must be given first.

    ``meanings`` are sentences by name, for properties whose schema says nothing of them.
    """
    required = schema.get("required", ())
    held: Schema = schema.get("properties", {})
    shown = [name for name in held if name not in hidden]
    shown.sort(key=lambda name: name not in required)
    rows = [_row(name, held[name], name in required, meanings.get(name, "")) for name in shown]
    return table(HEADS, rows) if rows else ""


def parts_of(schema: Schema, *, hidden: Collection[str] = ()) -> tuple[str, ...]:
    """The names of the parts that a schema's properties are made of, without the open unions."""
    held: Schema = schema.get("properties", {})
    found = [part for name in held if name not in hidden for part in _refs(held[name])]
    return tuple(dict.fromkeys(part for part in found if part not in _OPEN))


def with_inner(names: Sequence[str], defs: Schema) -> tuple[str, ...]:
    """These parts and the parts inside them, ordered by name."""
    known: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name not in known:
            known.add(name)
            pending += parts_of(defs[name])
    return tuple(sorted(known, key=part_title))


def part_title(name: str) -> str:
    """How a part is called on a page; generated prefixes of equal names go."""
    return name.rpartition("__")[2]


def _row(name: str, schema: Schema, required: bool, meaning: str) -> tuple[str, str, str, str]:
    default = schema.get("default")
    shown = "" if required or default is None else code(_source(default))
    return code(name), kind(schema), shown, " ".join([meaning, *_notes(schema, required)]).strip()


def _source(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _notes(schema: Schema, required: bool) -> Iterator[str]:
    if required:
        yield "**Required.**"
    if schema.get("x-dynamic"):
        yield "Dynamic."
    if schema.get("deprecated"):
        instead = schema.get("x-instead")
        yield f"Deprecated: use {instead}." if instead else "Deprecated."
    choices = list(_choices(schema))
    if choices:
        yield f"One of {', '.join(code(choice) for choice in choices)}."
    yield from _bounds(schema)
    if schema.get("description"):
        yield prose(str(schema["description"]))


def _bounds(schema: Schema) -> Iterator[str]:
    for word, text in (("minimum", "At least"), ("maximum", "At most"), ("minItems", "At least")):
        if word in schema:
            yield f"{text} {schema[word]}{' of them' if word == 'minItems' else ''}."
    if schema.get("maxLength"):
        yield f"At most {schema['maxLength']} characters."
    if schema.get("pattern"):
        yield f"Matches {code(schema['pattern'])}."


def _choices(schema: Schema) -> Iterator[str]:
    for option in _options(schema):
        if len(option.get("enum", ())) > 1:
            yield from (_source(choice) for choice in option["enum"])
        elif option.get("type") == "array":
            yield from _choices(option.get("items", {}))


def kind(schema: Schema) -> str:
    """A schema's type in words; one of many parts is named by what they have in common."""
    discriminator = schema.get("discriminator", {}).get("mapping", {})
    if len(set(discriminator.values())) > _MANY:
        return "part by `type`"
    names = [_one(option) for option in _options(schema)]
    found = [name for name in dict.fromkeys(names) if name]
    return " or ".join(found) or "anything"


def _options(schema: Schema) -> Iterator[Schema]:
    """The alternatives of a schema, without null and without "or an expression"."""
    inner = schema.get("anyOf") or schema.get("oneOf")
    if inner is not None:
        for option in inner:
            yield from _options(option)
    elif schema.get("type") != "null" and schema.get("pattern") != _EXPRESSION:
        yield schema


def _one(schema: Schema) -> str:
    if "$ref" in schema:
        return _part_link(schema["$ref"].removeprefix(_REF))
    named = schema.get("type")
    if isinstance(named, list):
        return "text" if set(named) >= _SCALARS else " or ".join(map(str, named))
    if "const" in schema:
        return code(_source(schema["const"]))
    match named:
        case "array":
            items = schema.get("items", {})
            return f"list of {kind(items)}" if items else "list"
        case "object":
            return _map(schema)
        case "string":
            return _FORMATS.get(schema.get("format", ""), "text")
        case None:
            return ""
        case _:
            return str(named)


def _map(schema: Schema) -> str:
    values = schema.get("additionalProperties")
    if schema.get("properties"):
        return "map with " + ", ".join(code(name) for name in schema["properties"])
    return f"map of {kind(values)}" if isinstance(values, dict) and values else "map"


def _part_link(name: str) -> str:
    if name in _OPEN:
        return _OPEN[name]
    title = part_title(name)
    return f"[{title}](#{anchor(title)})"


def _refs(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        ref = value.get("$ref")
        if isinstance(ref, str):
            yield ref.removeprefix(_REF)
        for inner in value.values():
            yield from _refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _refs(inner)
