"""PATCH: operations that change a resource (RFC 7644 section 3.5.2). Pure.

Also the dialects of real directories: `Add` with a capital, booleans as texts, values whose names
are paths, and members that are removed by a list beside the path instead of by a filter in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from tenants.scim.documents import read, value_of
from tenants.scim.errors import BadFilter, BadPath, BadSyntax, BadValue, NoTarget, ReadOnly, TooMany
from tenants.scim.filters import Filter, parse
from tenants.scim.matching import item_matches, said_by
from tenants.scim.paths import Document, Place, locate
from tenants.scim.schema import Kind, ResourceType

MOST_OPERATIONS: Final = 1_000
_PATH: Final = re.compile(r"(?P<attribute>[^\[\]]+)(?:\[(?P<filter>.*)\](?:\.(?P<sub>[\w$-]+))?)?")


class Verb(StrEnum):
    """What an operation does."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True)
class Operation:
    """One step of a patch."""

    verb: Verb
    path: str | None
    value: Any


@dataclass(frozen=True)
class Target:
    """Where an operation works: an attribute, or those of its items that a filter means."""

    place: Place
    filter: Filter | None = None


def operations(body: object) -> list[Operation]:
    """The steps that somebody wrote; raises BadSyntax."""
    written = _named(body, "Operations") if isinstance(body, Mapping) else None
    if not isinstance(written, list) or not written:
        raise BadSyntax("Operations must be a list of at least one operation")
    if len(written) > MOST_OPERATIONS:
        raise TooMany(f"at most {MOST_OPERATIONS} operations")
    return [_operation(item) for item in written]


def apply(document: Document, steps: list[Operation], type: ResourceType) -> Document:
    """The resource after all steps; raises a ScimError and changes nothing when one cannot be."""
    found = _deep(document)
    for step in steps:
        _apply(found, step, type)
    return read(found, type)


def _operation(item: object) -> Operation:
    if not isinstance(item, Mapping):
        raise BadSyntax("an operation must be an object")
    word = str(_named(item, "op")).lower()
    if word not in set(Verb):
        raise BadSyntax(f"there is no operation {word}")
    path = _named(item, "path")
    if path is not None and not isinstance(path, str):
        raise BadPath("a path is a text")
    return Operation(Verb(word), path or None, _named(item, "value"))


def _named(item: Mapping[Any, Any], name: str) -> Any:
    return next((value for key, value in item.items() if str(key).lower() == name.lower()), None)


def _apply(document: Document, step: Operation, type: ResourceType) -> None:
    if step.path is not None:
        _at(document, step, _target(step.path, type))
        return
    if step.verb is Verb.REMOVE:
        raise NoTarget("remove needs a path")
    if not isinstance(step.value, Mapping):
        raise BadSyntax("an operation without a path needs an object as its value")
    for name, value in step.value.items():
        for path, inner in _parts(str(name), value, type):
            _at_if_known(document, replace(step, path=path, value=inner), type)


def _parts(name: str, value: Any, type: ResourceType) -> list[tuple[str, Any]]:
    """What a name in an object means: an attribute, a path, or an extension with attributes."""
    for extension in type.extensions:
        if name.lower() == extension.id.lower() and isinstance(value, Mapping):
            return [(f"{extension.id}:{key}", inner) for key, inner in value.items()]
    return [(name, value)]


def _at_if_known(document: Document, step: Operation, type: ResourceType) -> None:
    """Attributes beside those that we know are left out, as they are when a resource is made."""
    try:
        target = _target(step.path or "", type)
    except BadPath:
        return
    if target.place.last.read_only or target.place.attribute.read_only:
        return
    _at(document, step, target)


def _target(path: str, type: ResourceType) -> Target:
    found = _PATH.fullmatch(path.strip())
    if found is None:
        raise BadPath(f"{path} cannot be read")
    sub = found.group("sub")
    place = locate(found.group("attribute") + (f".{sub}" if sub else ""), type)
    written = found.group("filter")
    if written is None:
        return Target(place)
    if not place.attribute.many:
        raise BadPath(f"{place.attribute.name} is no list")
    try:
        return Target(place, parse(written))
    except BadFilter as problem:
        raise BadPath(str(problem)) from None


def _at(document: Document, step: Operation, target: Target) -> None:
    place = target.place
    if place.attribute.read_only or place.last.read_only:
        raise ReadOnly(place.last.name)
    if step.verb is Verb.REMOVE:
        _remove(document, step, target)
    elif target.filter is not None:
        _items(_holder(document, place), step, target, target.filter)
    else:
        _set(_holder(document, place), step, place)


def _set(holder: Document, step: Operation, place: Place) -> None:
    name, attribute = place.attribute.name, place.attribute
    if place.inner is None:
        value = value_of(attribute, step.value)
        if attribute.many and step.verb is Verb.ADD:
            value = _joined(holder.get(name) or [], value)
        elif attribute.kind is Kind.COMPLEX and not attribute.many:
            value = {**(holder.get(name) or {}), **(value or {})}
        holder[name] = value
        return
    inner = value_of(place.inner, step.value)
    if attribute.many:
        holder[name] = [{**item, place.inner.name: inner} for item in holder.get(name) or []]
    else:
        holder[name] = {**(holder.get(name) or {}), place.inner.name: inner}


def _items(holder: Document, step: Operation, target: Target, filter: Filter) -> None:
    """Changes those items of a list that a filter means; `add` makes one where none is."""
    place = target.place
    name, items = place.attribute.name, list(holder.get(place.attribute.name) or [])
    change = _change(step, place)
    meant = [at for at, item in enumerate(items) if item_matches(item, filter, place.attribute)]
    if not meant:
        made = said_by(filter)
        if step.verb is Verb.REPLACE or not made:
            raise NoTarget(f"no item of {name} fits the filter")
        items.append({})
        meant, change = [len(items) - 1], {**made, **change}
    for at in meant:
        items[at] = {**items[at], **change}
        if change.get("primary") is True:
            _only_primary(items, at)
    holder[name] = value_of(place.attribute, items)


def _change(step: Operation, place: Place) -> Document:
    if place.inner is not None:
        return {place.inner.name: value_of(place.inner, step.value)}
    found = value_of(replace(place.attribute, many=False), step.value)
    if not isinstance(found, dict):
        raise BadValue(f"an item of {place.attribute.name} is an object")
    return found


def _only_primary(items: list[Any], at: int) -> None:
    for other, item in enumerate(items):
        if other != at and item.get("primary"):
            items[other] = {**item, "primary": False}


def _remove(document: Document, step: Operation, target: Target) -> None:
    place = target.place
    holder, name = place.holder(document), place.attribute.name
    if place.last.required:
        raise ReadOnly(f"{place.last.name} is required")
    if name not in holder:
        return
    if target.filter is not None:
        holder[name] = _without(holder[name], target)
    elif place.inner is not None:
        rest = [
            {key: inner for key, inner in item.items() if key != place.inner.name}
            for item in (holder[name] if place.attribute.many else [holder[name]])
        ]
        holder[name] = rest if place.attribute.many else rest[0]
    elif place.attribute.many and step.value:
        gone = value_of(place.attribute, step.value)
        holder[name] = [item for item in holder[name] if not any(map(_same(item), gone))]
    else:
        del holder[name]


def _without(items: list[Any], target: Target) -> list[Any]:
    place, filter = target.place, target.filter
    left: list[Any] = []
    for item in items:
        if filter is None or not item_matches(item, filter, place.attribute):
            left.append(item)
        elif place.inner is not None:
            left.append({key: value for key, value in item.items() if key != place.inner.name})
    return left


def _same(item: Any) -> Any:
    """Items are the same when their `value` is; what is said beside it does not matter."""

    def is_same(other: Any) -> bool:
        if isinstance(item, dict) and isinstance(other, dict) and "value" in other:
            return bool(item.get("value") == other["value"])
        return bool(item == other)

    return is_same


def _joined(have: list[Any], more: list[Any]) -> list[Any]:
    """Both lists; an item that is there already is not added, and a new primary is the only one."""
    known = {_key(item) for item in have}
    new = [item for item in more if _key(item) not in known]
    if any(isinstance(item, dict) and item.get("primary") for item in new):
        have = [{**item, "primary": False} if item.get("primary") else item for item in have]
    return [*have, *new]


def _key(item: Any) -> tuple[object, ...]:
    if not isinstance(item, dict):
        return (item,)
    if "value" in item:
        return item["value"], item.get("type")
    return tuple(sorted((key, str(value)) for key, value in item.items()))


def _holder(document: Document, place: Place) -> Document:
    if place.extension is None:
        return document
    found: Document = document.setdefault(place.extension, {})
    return found


def _deep(document: Document) -> Document:
    """A copy that may be changed: lists and parts of extensions are new."""
    return {
        name: dict(value)
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, list)
        else value
        for name, value in document.items()
    }
