"""What a spec's properties are: their keys, which hold expressions, and what stands inside them.

Read once per class from its annotations; used to render tasks, to point at the class behind a
path, to name the nearest known key, and to find deprecated properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from downbeat.sdk.anytask import ByType, Kind, TaskRegistry
from downbeat.sdk.fields import Deprecated, Dynamic, Spec
from flows.spec.diagnostics import Path


@dataclass(frozen=True, slots=True)
class Inner:
    """What stands inside a property: specs, a part found by its type, a list or a map of such."""

    mode: Literal["spec", "part", "list", "map"]
    specs: tuple[type[Spec], ...] = ()
    kind: Kind = "task"
    item: Inner | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a spec."""

    name: str
    keys: tuple[str, ...]
    dynamic: Literal["no", "text", "value"]
    inner: Inner | None
    required: bool
    deprecated: str | None
    default: Any = None


@cache
def properties(spec: type[Spec]) -> Mapping[str, Property]:
    """The properties of a spec by each key that a source may use."""
    found: dict[str, Property] = {}
    for name, field in spec.model_fields.items():
        if field.annotation is NoneType:
            continue
        prop = _property(name, field)
        for key in prop.keys:
            found[key] = prop
    return found


def keys_of(spec: type[Spec]) -> tuple[str, ...]:
    """The keys in use of a spec, without older names."""
    return tuple(dict.fromkeys(prop.keys[0] for prop in properties(spec).values()))


def _property(name: str, field: FieldInfo) -> Property:
    metadata = list(field.metadata)
    deprecated = next((m.instead for m in metadata if isinstance(m, Deprecated)), None)
    dynamic = any(isinstance(item, Dynamic) for item in metadata)
    kind: Literal["no", "text", "value"] = "no"
    if dynamic:
        kind = "text" if takes_text(field.annotation) else "value"
    return Property(
        name=name,
        keys=_keys(name, field),
        dynamic=kind,
        inner=_inner(field.annotation, metadata),
        required=field.is_required(),
        deprecated=deprecated,
        default=None if field.is_required() else field.default,
    )


def _keys(name: str, field: FieldInfo) -> tuple[str, ...]:
    match field.validation_alias:
        case AliasChoices() as choices:
            return tuple(choice for choice in choices.choices if isinstance(choice, str))
        case str() as alias:
            return (alias,)
        case _:
            return (field.alias or name,)


def takes_text(annotation: Any) -> bool:
    """Whether text is a value of a type, so that what an expression renders to stays text."""
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *metadata = get_args(annotation)
        plain = all(type(item).__name__ != "WithJsonSchema" for item in metadata)
        return plain and takes_text(base)
    if origin in (Union, UnionType):
        return any(takes_text(choice) for choice in get_args(annotation))
    return annotation is str or origin is Literal


def _inner(annotation: Any, metadata: list[Any]) -> Inner | None:
    part = next((item for item in metadata if isinstance(item, ByType)), None)
    if part is not None:
        return Inner("part", kind=part.kind)
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *inside = get_args(annotation)
        return _inner(base, inside)
    if origin in (Union, UnionType):
        return _of_union([_inner(choice, []) for choice in get_args(annotation)])
    if origin in (list, tuple):
        item = _inner(get_args(annotation)[0], [])
        return None if item is None else Inner("list", item=item)
    if origin is dict:
        item = _inner(get_args(annotation)[1], [])
        return None if item is None else Inner("map", item=item)
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return Inner("spec", specs=(annotation,))
    return None


def _of_union(choices: list[Inner | None]) -> Inner | None:
    known = [choice for choice in choices if choice is not None]
    specs = tuple(spec for choice in known if choice.mode == "spec" for spec in choice.specs)
    if specs:
        return Inner("spec", specs=specs)
    return known[0] if known else None


def spec_at(spec: type[Spec], data: Any, path: Path, registry: TaskRegistry) -> type[Spec] | None:
    """The class that describes the map at a path of a source, if one does."""
    current: Inner | None = Inner("spec", specs=(spec,))
    for step in path:
        found = class_of(current, data, registry)
        if found is not None and isinstance(step, str):
            prop = properties(found).get(step)
            current = prop.inner if prop else None
        else:
            current = current.item if current else None
        data = _step(data, step)
        if current is None:
            return None
    return class_of(current, data, registry)


def class_of(inner: Inner | None, data: Any, registry: TaskRegistry) -> type[Spec] | None:
    """The class of a map that stands where ``inner`` is expected."""
    if inner is None or not isinstance(data, Mapping):
        return None
    name = data.get("type")
    if inner.mode == "part":
        return getattr(registry, inner.kind)(name) if isinstance(name, str) else None
    if inner.mode != "spec":
        return None
    if len(inner.specs) == 1:
        return inner.specs[0]
    return next((spec for spec in inner.specs if name in _tags(spec)), None)


@cache
def _tags(spec: type[Spec]) -> tuple[Any, ...]:
    field = spec.model_fields.get("type")
    return get_args(field.annotation) if field is not None else ()


def _step(data: Any, step: str | int) -> Any:
    if isinstance(data, Mapping):
        return data.get(str(step))
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        return data[step]
    return None


@cache
def part_keys(spec: type[Spec]) -> frozenset[str]:
    """Keys under which tasks, triggers or conditions stand, at any depth."""
    return frozenset(
        key for key, prop in properties(spec).items() if _holds_parts(prop.inner, frozenset())
    )


def _holds_parts(inner: Inner | None, above: frozenset[type[Spec]]) -> bool:
    """Whether a part stands in there; a spec that may contain itself is gone into once."""
    if inner is None:
        return False
    if inner.mode in ("list", "map"):
        return _holds_parts(inner.item, above)
    return inner.mode == "part" or any(
        _holds_parts(prop.inner, above | {spec})
        for spec in inner.specs
        if spec not in above
        for prop in properties(spec).values()
    )
