"""Events as JSON and back: what a turn appends to the journal, and a replay of it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from downbeat.common.clock import wire
from executions.engine import events as vocabulary
from executions.engine.events import Event
from executions.engine.state import Scope, Try
from executions.runtime.store_codec import moment_of, scope_json, scope_of, try_json, try_of

_KINDS: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind for kind in get_args(vocabulary.Event)
}
_FIELDS: Final = {kind: tuple(item.name for item in fields(kind)) for kind in _KINDS.values()}
_DEFAULTS: Final = {
    kind: {item.name: item.default for item in fields(kind)} for kind in _KINDS.values()
}
_HINTS: Final = {kind: get_type_hints(kind, vars(vocabulary)) for kind in _KINDS.values()}


def written(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as they stand in the journal; fields with their usual value are left out."""
    return [_written(event) for event in events]


def _written(event: Event) -> dict[str, Any]:
    kind = type(event)
    found: dict[str, Any] = {"is": kind.__name__}
    usual = _DEFAULTS[kind]
    for name in _FIELDS[kind]:
        value = getattr(event, name)
        if value is not usual[name]:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return wire(value)
        case Scope():
            return scope_json(value)
        case Try():
            return try_json(value)
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def read(records: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Events as they were written."""
    return [_read(record) for record in records]


def _read(record: Mapping[str, Any]) -> Event:
    kind = _KINDS[record["is"]]
    hints = _HINTS[kind]
    values = {name: _typed(hints[name], value) for name, value in record.items() if name != "is"}
    event: Event = kind(**values)
    return event


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _typed(next(arg for arg in get_args(hint) if arg is not NoneType), value)
    if origin is tuple:
        return tuple(_typed(get_args(hint)[0], item) for item in value)
    if hint is UUID:
        return UUID(value)
    if hint is datetime:
        return moment_of(value)
    if hint is Scope:
        return scope_of(value)
    if hint is Try:
        return try_of(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return value
