"""How work, questions, lines and results travel between a remote worker and the platform.

Everything is JSON. Values that JSON does not know (dates, lengths of time, decimals, bytes, maps
with keys that are no texts) stand as ``{"$": kind, "v": …}``; a map that has a key ``$`` of its own
is written as pairs, so that no value can pretend to be another. What is read back is checked: the
platform does not trust a worker to send what its own code would.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from downbeat.sdk.context import RunInfo
from executions.worker.work import AttemptKey, Work

PROTOCOL: Final = 1
"""The version of this language; a worker of another one is refused when it registers."""
DEEPEST: Final = 200
_MARK: Final = "$"
_LARGEST_NUMBER: Final = 2**31 - 1
_LARGEST_EPOCH: Final = 2**63 - 1
_LONGEST_NUMBER: Final = 4_000
"""Digits; the interpreter itself refuses a few more."""


class BadWire(ValueError):
    """Something arrived that no worker and no platform of ours would send."""


def packed(value: Any) -> Any:
    """A value as plain JSON data."""
    match value:
        case str():
            # Half of a surrogate pair is no text that can be sent.
            return value if value.isascii() else value.encode("utf-8", "replace").decode()
        case int() if not -_LARGEST_EPOCH <= value <= _LARGEST_EPOCH:
            return _marked("int", str(value))
        case None | bool() | int() | float():
            return value
        case Mapping():
            if all(isinstance(key, str) for key in value) and _MARK not in value:
                return {key: packed(value[key]) for key in value}
            return _marked("map", [[packed(key), packed(value[key])] for key in value])
        case datetime():
            return _marked("datetime", value.isoformat())
        case date():
            return _marked("date", value.isoformat())
        case time():
            return _marked("time", value.isoformat())
        case timedelta():
            return _marked("seconds", value.total_seconds())
        case Decimal():
            return _marked("decimal", str(value))
        case bytes():
            return _marked("bytes", base64.b64encode(value).decode())
        case list() | tuple() | set() | frozenset():
            return [packed(item) for item in value]
        case _:
            return str(value)


def unpacked(value: Any, depth: int = 0) -> Any:
    """The value of plain JSON data; raises BadWire."""
    if depth > DEEPEST:
        raise BadWire(f"values are nested deeper than {DEEPEST}")
    match value:
        case list():
            return [unpacked(item, depth + 1) for item in value]
        case dict() if _MARK in value:
            return _of_kind(value, depth)
        case dict():
            return {key: unpacked(value[key], depth + 1) for key in value}
        case _:
            return value


def _marked(kind: str, value: Any) -> dict[str, Any]:
    return {_MARK: kind, "v": value}


def _of_kind(found: Mapping[str, Any], depth: int) -> Any:
    value = found.get("v")
    try:
        match found[_MARK]:
            case "map":
                return {
                    unpacked(key, depth + 1): unpacked(item, depth + 1) for key, item in value or ()
                }
            case "datetime":
                return datetime.fromisoformat(str(value))
            case "date":
                return date.fromisoformat(str(value))
            case "time":
                return time.fromisoformat(str(value))
            case "seconds":
                return timedelta(seconds=float(value or 0))
            case "int":
                return int(str(value)[:_LONGEST_NUMBER])
            case "decimal":
                return Decimal(str(value))
            case "bytes":
                return base64.b64decode(str(value), validate=True)
            case kind:
                raise BadWire(f"there is no kind of value '{kind}'")
    except (ValueError, TypeError, OverflowError, InvalidOperation, binascii.Error) as problem:
        raise BadWire(str(problem)) from None


def key_to_wire(key: AttemptKey) -> list[Any]:
    """An attempt's key: tenant, execution, task run, number, epoch."""
    ids = [str(key.tenant_id), str(key.execution_id), str(key.task_run_id)]
    return [*ids, key.number, key.epoch]


def key_of(found: Any) -> AttemptKey:
    """The key that stands there; raises BadWire."""
    if not isinstance(found, list) or len(found) != 5:
        raise BadWire("a key is a list of tenant, execution, task run, number and epoch")
    number, epoch = found[3], found[4]
    if type(number) is not int or type(epoch) is not int:
        raise BadWire("number and epoch of a key are whole numbers")
    if not (0 <= number <= _LARGEST_NUMBER and 0 <= epoch <= _LARGEST_EPOCH):
        raise BadWire("number or epoch of a key is out of range")
    try:
        tenant, execution, run = (UUID(str(id)) for id in found[:3])
    except ValueError:
        raise BadWire("the ids of a key are UUIDs") from None
    return AttemptKey(tenant, execution, run, number, epoch)


_PLAIN: Final = (
    "kind",
    "type_name",
    "task",
    "context",
    "timeout",
    "log_level",
    "log_to_file",
    "plugin_defaults",
    "remembered",
    "captures",
    "rendered",
    "path",
    "implied",
    "masked",
)
_TUPLES: Final = ("plugin_defaults", "captures", "path", "masked")


def work_to_wire(work: Work) -> dict[str, Any]:
    """A claimed attempt as its worker gets it."""
    facts = {name: packed(getattr(work, name)) for name in _PLAIN}
    return {"key": key_to_wire(work.key), "info": asdict(work.info), **facts}


def work_of(found: Mapping[str, Any]) -> Work:
    """The attempt that stands there; fields that are new to this worker are left out."""
    facts = {name: unpacked(found[name]) for name in _PLAIN if name in found}
    for name in _TUPLES:
        facts[name] = tuple(facts.get(name) or ())
    known = {name: found["info"].get(name) for name in RunInfo.__dataclass_fields__}
    return Work(key=key_of(found["key"]), info=RunInfo(**known), **facts)


def without_zero(text: str) -> str:
    """A text that PostgreSQL can hold."""
    return text.replace("\0", "\ufffd")


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a date; raises BadWire beyond the years that dates know."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadWire("a moment is seconds since 1970") from None


def of_run(key: AttemptKey, task_run_id: UUID) -> AttemptKey:
    """The key of a line of another task run of the same attempt."""
    return replace(key, task_run_id=task_run_id)
