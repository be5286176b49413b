"""Values of the declared types: from a form's text, or plain data, to what expressions see.

Dates, times and durations stay text, in one canonical form; files are URIs of internal storage.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from downbeat.sdk.fields import format_duration, parse_duration
from downbeat.sdk.labels import scalar_text
from downbeat.sdk.times import format_instant, parse_date, parse_instant, parse_time
from flows.spec.source import parse_source

FILE_SCHEMES: Final = ("downbeat:///", "kestra:///", "nsfile:///")
MAX_INT: Final = 2**63 - 1
MAX_DEPTH: Final = 100
_URI: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{0,30}:[^\s<>\"{}|\\^`]{1,8000}")
_EMAIL: Final = re.compile(
    r"[a-zA-Z0-9_!#$%&'*+/=?`{|}~^-]{1,64}(?:\.[a-zA-Z0-9_!#$%&'*+/=?`{|}~^-]{1,64}){0,20}"
    r"@[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,20}"
)
_INT: Final = re.compile(r"[+-]?\d{1,20}")


class NotOfType(ValueError):
    """The value is not one of the declared type; the message completes "invalid, …"."""


def typed(kind: str, value: Any, *, item_type: str | None = None) -> Any:
    """The value as the declared type; ``NotOfType`` says why it is none."""
    if kind in ("ARRAY", "MULTISELECT"):
        return typed_list(value, item_type)
    convert = _CONVERSIONS.get(kind)
    if convert is None:
        raise NotOfType(f"unknown type {kind}")
    try:
        return convert(value)
    except NotOfType:
        raise
    except (ValueError, OverflowError, RecursionError) as error:
        raise NotOfType(str(error) or "it cannot be read") from None


def typed_list(value: Any, item_type: str | None) -> list[Any]:
    """A list whose items are of one type; also from its JSON text."""
    items = value
    if isinstance(value, str):
        items = _json(value)
    if not isinstance(items, list):
        raise NotOfType("it must be a list")
    if item_type is None:
        return items
    found = []
    for number, item in enumerate(items, 1):
        try:
            found.append(typed(item_type, item))
        except NotOfType as error:
            raise NotOfType(f"item {number} is not a valid {item_type}: {error}") from None
    return found


def _text(value: Any) -> str:
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return scalar_text(value)


def _int(value: Any) -> int:
    if isinstance(value, bool):
        raise NotOfType("it must be an integer")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and _INT.fullmatch(value.strip()):
        value = int(value)
    if not isinstance(value, int):
        raise NotOfType("it must be an integer")
    if abs(value) > MAX_INT:
        raise NotOfType("it must be an integer of at most 64 bits")
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise NotOfType("it must be a number")
    try:
        number = float(value)
    except ValueError:
        raise NotOfType("it must be a number") from None
    if not math.isfinite(number):
        raise NotOfType("it must be a finite number")
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise NotOfType("it must be true or false")


def _datetime(value: Any) -> str:
    return format_instant(parse_instant(_stripped(value, "a date with time")))


def _date(value: Any) -> str:
    return parse_date(_stripped(value, "a date")).isoformat()


def _time(value: Any) -> str:
    return parse_time(_stripped(value, "a time")).isoformat()


def _duration(value: Any) -> str:
    return format_duration(parse_duration(_stripped(value, "a duration")))


def _stripped(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise NotOfType(f"it must be {what} as text")
    return value.strip()


def _file(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(FILE_SCHEMES):
        raise NotOfType("it must be a file of internal storage")
    if ".." in value.split("/") or "\x00" in value:
        raise NotOfType("it must be a file without '..' in its path")
    return value


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value, parse_constant=_no_constant, parse_int=_json_int)
        check_depth(found)
        return found
    except NotOfType:
        raise
    except RecursionError:
        raise NotOfType("it is nested too deeply") from None
    except ValueError as error:
        raise NotOfType(f"it must be JSON ({error})") from None


def _json_int(digits: str) -> int | float:
    """A number of JSON: whole up to 64 bits, else the nearest float, as in most languages."""
    number = int(digits) if len(digits) <= 20 else None
    return number if number is not None and abs(number) <= MAX_INT else float(digits)


def check_depth(value: Any) -> None:
    """Refuses data that nests deeper than everything that reads it later can follow."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for item in level
            if isinstance(item, dict | list)
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    raise NotOfType("it is nested too deeply")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _yaml(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    document = parse_source(value)
    if document.diagnostics:
        raise NotOfType(f"it must be YAML ({document.diagnostics[0].message})")
    return document.data


def _uri(value: Any) -> str:
    text = _stripped(value, "a URI")
    if not _URI.fullmatch(text):
        raise NotOfType("it must be a URI such as https://example.org/path")
    return text


def _email(value: Any) -> str:
    text = _stripped(value, "an email address")
    if len(text) > 320 or not _EMAIL.fullmatch(text):
        raise NotOfType("it must be a valid email address")
    return text


_CONVERSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "STRING": _text,
    "SECRET": _text,
    "ENUM": _text,
    "SELECT": _text,
    "INT": _int,
    "FLOAT": _float,
    "BOOLEAN": _boolean,
    "BOOL": _boolean,
    "DATETIME": _datetime,
    "DATE": _date,
    "TIME": _time,
    "DURATION": _duration,
    "FILE": _file,
    "JSON": _json,
    "YAML": _yaml,
    "URI": _uri,
    "EMAIL": _email,
}
