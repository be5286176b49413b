"""Rows of the flows app as JSON, in the shapes that existing clients read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from downbeat.common.clock import wire
from flows.contracts import FileRef, KeyValueRef
from flows.models import Flow, FlowRevision
from flows.spec.diagnostics import Diagnostic
from flows.spec.parse import ParsedFlow

Json = dict[str, Any]


def flow(row: Flow, *, source: str | None = None) -> Json:
    """A flow: its document as written, with what the server adds."""
    shown: Json = {
        **row.document,
        "id": row.flow_id,
        "namespace": row.namespace,
        "revision": row.revision,
        "labels": labels(row.labels),
        "disabled": row.disabled,
        "deleted": row.deleted,
        "draft": False,
        "created": wire(row.created_at),
        "updated": wire(row.updated_at),
    }
    if source is not None:
        shown["source"] = source
    return shown


def revision(row: Flow, found: FlowRevision, document: Mapping[str, Any]) -> Json:
    """A revision of a flow, with its source."""
    shown = flow(row, source=found.source)
    kept = ("created", "labels")
    return {
        **{key: shown[key] for key in kept},
        **document,
        "id": row.flow_id,
        "namespace": row.namespace,
        "revision": found.revision,
        "labels": labels(document.get("labels") or {}),
        "disabled": bool(document.get("disabled", False)),
        "deleted": found.deleted,
        "draft": False,
        "updated": wire(found.created_at),
        "author": found.author,
        "source": found.source,
    }


def labels(found: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> list[Json]:
    """Labels as a list of pairs, whichever way they were written."""
    if isinstance(found, Mapping):
        return [{"key": str(key), "value": _text(value)} for key, value in found.items()]
    return [{"key": str(item["key"]), "value": _text(item["value"])} for item in found]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def validation(index: int, outcome: ParsedFlow) -> Json:
    """What validation says about one document of a request."""
    errors = [item for item in outcome.diagnostics if item.severity == "error"]
    warnings = [item for item in outcome.diagnostics if item.severity == "warning"]
    document = outcome.document or {}
    return {
        "index": index,
        "flow": _name(document, "id"),
        "namespace": _name(document, "namespace"),
        "constraints": "\n".join(_line(item) for item in errors) or None,
        "outdated": False,
        "deprecationPaths": list(outcome.deprecations),
        "warnings": [_line(item) for item in warnings],
        "infos": list(outcome.infos),
        "errors": [diagnostic(item) for item in outcome.diagnostics],
    }


def _name(document: Mapping[str, Any], key: str) -> str | None:
    found = document.get(key)
    return found if isinstance(found, str) else None


def _line(item: Diagnostic) -> str:
    return f"{item.path}: {item.message}" if item.path else item.message


def diagnostic(item: Diagnostic) -> Json:
    """One finding, with its place."""
    return {
        "severity": item.severity,
        "path": item.path,
        "line": item.line,
        "column": item.column,
        "code": item.code,
        "message": item.message,
        "replacement": item.replacement,
    }


def pair(found: KeyValueRef) -> Json:
    """A key-value pair without its value, as lists show it."""
    return {
        "namespace": found.namespace,
        "key": found.key,
        "revision": found.revision,
        "description": found.description or None,
        "creationDate": wire(found.created_at),
        "updateDate": wire(found.updated_at),
        "expirationDate": wire(found.expires_at) if found.expires_at else None,
    }


def pair_detail(found: KeyValueRef) -> Json:
    """A key-value pair with its value."""
    return {
        "type": found.kind,
        "value": found.value,
        "revision": found.revision,
        "updated": wire(found.updated_at),
    }


def file_attributes(found: FileRef) -> Json:
    """A file or folder as listings show it; times in milliseconds since the epoch."""
    at = int(found.created_at.timestamp() * 1000)
    return {
        "fileName": found.path.rsplit("/", 1)[-1],
        "type": "Directory" if found.directory else "File",
        "size": found.size,
        "creationTime": at,
        "lastModifiedTime": at,
        "metadata": {},
    }
