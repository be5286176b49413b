"""Reads what a request asks for: filters, pages, ids, labels, inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request

from downbeat.common.api import conditions, filters
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import Group
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.sdk.labels import Label
from executions.selectors.states import instant
from executions.services.errors import ExecutionMissing
from executions.services.inputs import Given, Upload


def filters_of(request: Request, fields: Mapping[str, Field]) -> Group:
    """The filters of the query string; 422 for an unknown field or operator."""
    ops = conditions.ops_of(fields)
    return filters.parse(request.query_params, ops, maps=conditions.maps_of(fields))


def uuid_of(text: object) -> UUID:
    """An execution's id from an address; text that is none names nothing."""
    try:
        return text if isinstance(text, UUID) else UUID(str(text))
    except ValueError:
        raise ExecutionMissing from None


def ids_of(request: Request) -> list[UUID]:
    """The list of ids in the body."""
    if not isinstance(request.data, list):
        raise InvalidFields([FieldError("send a list of ids", code="ids")])
    return [uuid_of(item) for item in request.data]


def labels_of(request: Request) -> tuple[Label, ...]:
    """`labels=key:value`, repeated; the value may hold colons."""
    found = []
    for text in request.query_params.getlist("labels"):
        key, separator, value = text.partition(":")
        if not separator:
            raise InvalidFields([FieldError("write labels=key:value", path="labels")])
        found.append(Label(key.strip(), value.strip()))
    return tuple(found)


def label_list(data: Any) -> tuple[Label, ...]:
    """Labels in a body: a list of key and value, or a map."""
    items: Iterable[Any]
    if isinstance(data, Mapping):
        items = [{"key": key, "value": value} for key, value in data.items()]
    elif isinstance(data, list):
        items = data
    else:
        raise InvalidFields([FieldError("send a list of {key, value}", code="labels")])
    found = []
    for item in items:
        if not isinstance(item, Mapping) or "key" not in item:
            raise InvalidFields([FieldError("a label has a key and a value", code="labels")])
        found.append(Label(str(item["key"] or ""), str(item.get("value") or "")))
    return tuple(found)


def inputs_of(request: Request) -> dict[str, Given]:
    """The inputs in a body: form fields and files, or a JSON object."""
    sent: Any = request.data
    if not hasattr(sent, "getlist"):
        return dict(sent) if isinstance(sent, Mapping) else {}
    return {name: _given(sent.getlist(name)[-1]) for name in sent}


def _given(value: Any) -> Given:
    if hasattr(value, "chunks"):
        return Upload(name=value.name or "file", content=value.file)
    return value if isinstance(value, str) else str(value)


def number_of(request: Request, name: str, *, digits: int = 9) -> int | None:
    """A whole number of the query string."""
    text = request.query_params.get(name)
    if text in (None, ""):
        return None
    if not str(text).isdecimal() or len(str(text)) > digits:
        raise InvalidFields([FieldError("not a whole number", path=name)])
    return int(str(text))


def flag_of(request: Request, name: str, *, default: bool = False) -> bool:
    """A truth value of the query string."""
    text = request.query_params.get(name)
    return default if text is None else text.lower() in {"true", "1", "yes", ""}


def moment_of(request: Request, name: str) -> datetime | None:
    """A date of the query string."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        # A plus sign that was not encoded arrives as a blank.
        return instant(text.replace(" ", "+"))
    except ValueError:
        raise InvalidFields([FieldError("not an ISO-8601 date", path=name)]) from None
