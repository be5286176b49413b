"""What requests of the flows app carry: sources, numbers, flags, lists of ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import yaml
from rest_framework.request import Request

from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.sdk.labels import scalar_text
from flows.services.publish import Address, invalid
from flows.spec.flow import FlowSpec
from flows.spec.parse import ParsedFlow
from flows.spec.source import parse_source

REVISION_MARK: Final = re.compile(r'(?:W/)?"?(\d{1,9})"?')


def source_of(request: Request) -> str:
    """The YAML source of a request; a JSON body is taken as the same document."""
    body: Any = request.data
    if isinstance(body, str):
        return body
    if isinstance(body, Mapping):
        return yaml.safe_dump(dict(body), sort_keys=False, allow_unicode=True)
    raise InvalidFields([FieldError("send the flow's YAML as application/x-yaml", path="body")])


def optional_number(request: Request, name: str) -> int | None:
    """A positive number of the query string, if it is there."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return None
    return _number(text, name)


def numbers(request: Request, name: str) -> list[int]:
    """Positive numbers of the query string, joined by commas or repeated; at least one."""
    texts = [
        part.strip() for text in request.query_params.getlist(name) for part in text.split(",")
    ]
    found = [_number(text, name) for text in texts if text]
    if not found:
        raise InvalidFields([FieldError("name at least one number", path=name)])
    return found


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 9 or int(text) < 1:
        raise InvalidFields([FieldError("must be a number from 1", path=name)])
    return int(text)


def flag(request: Request, name: str, *, default: bool = False) -> bool:
    """Whether a flag of the query string is set."""
    text = request.query_params.get(name)
    return default if text is None else text.lower() in ("true", "1")


def addresses(request: Request) -> list[Address]:
    """The flows that a body ``[{namespace, id}]`` names."""
    body = request.data
    if not isinstance(body, list):
        raise InvalidFields([FieldError("send a list of {namespace, id}", path="body")])
    return [_address(item, number) for number, item in enumerate(body)]


def _address(item: Any, number: int) -> Address:
    match item:
        case {"namespace": str(namespace), "id": str(flow_id)}:
            return Address(namespace, flow_id)
        case {"namespace": str(namespace), "flowId": str(flow_id)}:
            return Address(namespace, flow_id)
        case _:
            found = FieldError("needs 'namespace' and 'id'", path=f"[{number}]")
            raise InvalidFields([found])


def document_of(source: str) -> Mapping[str, Any]:
    """A stored source as plain data."""
    found = parse_source(source)
    return found.data if isinstance(found.data, Mapping) else {}


def valid_flow(outcome: ParsedFlow) -> FlowSpec:
    """The flow of a source; 422 with every finding if it is not valid."""
    if outcome.flow is None:
        raise invalid(outcome.diagnostics)
    return outcome.flow


def task_of(document: Mapping[str, Any], task_id: str) -> Mapping[str, Any]:
    """The task with that id, at whatever depth; 404 if there is none."""
    for key in ("tasks", "errors", "finally", "afterExecution", "listeners"):
        for task in typed_parts(document.get(key)):
            if scalar_text(task.get("id")) == task_id:
                return task
    raise NotFound("task")


def typed_parts(value: Any) -> Iterable[Mapping[str, Any]]:
    """Every map with an id and a type, at whatever depth."""
    if isinstance(value, Mapping):
        if "id" in value and "type" in value:
            yield value
        for inner in value.values():
            yield from typed_parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from typed_parts(inner)


def revisions_read(request: Request) -> frozenset[int] | None:
    """The revisions that ``If-Match`` names; None when any will do. A mark that is not ours names none."""
    text = request.headers.get("If-Match")
    marks = [mark.strip() for mark in (text or "*").split(",")]
    if "*" in marks:
        return None
    found = (REVISION_MARK.fullmatch(mark) for mark in marks)
    return frozenset(int(mark[1]) for mark in found if mark)
