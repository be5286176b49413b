"""Values that a query is given beside its text, as the REST API wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from downbeat.sdk.errors import TaskFailed

Given = Mapping[str, Any] | Sequence[Any]


def query_parameters(given: Given | None) -> dict[str, Any]:
    """``parameters`` of a task: by name (``@day``) from a map, by place (``?``) from a list."""
    if not given:
        return {}
    if isinstance(given, Mapping):
        found = [{"name": name, **_parameter(value, name)} for name, value in given.items()]
        return {"parameterMode": "NAMED", "queryParameters": found}
    found = [_parameter(value, str(place)) for place, value in enumerate(given, 1)]
    return {"parameterMode": "POSITIONAL", "queryParameters": found}


def _parameter(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, Mapping):
        if set(value) != {"type", "value"}:
            raise TaskFailed(
                f"The parameter '{name}' is a map: write its 'type' (such as DATE) and its 'value'"
            )
        kind, inner = str(value["type"]).upper(), value["value"]
    else:
        kind, inner = "", value
    if isinstance(inner, list):
        return _array(inner, kind.removeprefix("ARRAY<").removesuffix(">"), name)
    kind = kind or _kind(inner, name)
    return {"parameterType": {"type": kind}, "parameterValue": {"value": _text(inner)}}


def _array(items: list[Any], kind: str, name: str) -> dict[str, Any]:
    kinds = {kind} if kind else {_kind(item, name) for item in items}
    if kinds == {"INT64", "FLOAT64"}:
        kinds = {"FLOAT64"}
    if len(kinds) != 1:
        raise TaskFailed(
            f"The parameter '{name}' is a list of no single type: write its 'type', such as "
            "ARRAY<STRING>, and its 'value'"
        )
    return {
        "parameterType": {"type": "ARRAY", "arrayType": {"type": kinds.pop()}},
        "parameterValue": {"arrayValues": [{"value": _text(item)} for item in items]},
    }


def _kind(value: Any, name: str) -> str:
    match value:
        case bool():
            return "BOOL"
        case int():
            return "INT64"
        case float():
            return "FLOAT64"
        case str() | None:
            return "STRING"
        case _:
            raise TaskFailed(f"The parameter '{name}' holds a {type(value).__name__} inside a list")


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
