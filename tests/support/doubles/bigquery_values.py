"""Values as BigQuery's REST API writes and reads them."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from typing import Any


def cell(value: Any) -> Any:
    """A value as the REST API writes it."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case bytes():
            return base64.b64encode(value).decode()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case list():
            return [{"v": cell(item)} for item in value]
        case dict():
            return {"f": [{"v": cell(item)} for item in value.values()]}
        case _:
            return str(value)


def parameters(given: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The parameters of a query, by name or by place."""
    for place, one in enumerate(given, 1):
        kind, value = one["parameterType"], one["parameterValue"]
        name = one.get("name") or str(place)
        if kind["type"] == "ARRAY":
            of = kind["arrayType"]["type"]
            yield name, [_value(item.get("value"), of) for item in value.get("arrayValues", [])]
        else:
            yield name, _value(value.get("value"), kind["type"])


def _value(text: str | None, kind: str) -> Any:
    if text is None:
        return None
    match kind:
        case "INT64":
            return int(text)
        case "FLOAT64":
            return float(text)
        case "BOOL":
            return text == "true"
        case "DATE":
            return datetime.date.fromisoformat(text)
        case _:
            return text
