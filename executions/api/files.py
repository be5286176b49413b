"""Files of an execution: download, size, preview."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import Any, BinaryIO, ClassVar, Final
from urllib.parse import quote

import orjson
from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import storage
from downbeat.common.api.conditions import uuid_or_nil
from downbeat.common.errors import FieldError, Invalid, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.models import Execution
from executions.runtime import parquet
from executions.runtime.file_reach import current, owner_of
from executions.selectors import executions as selector
from tenants.actors import Actor
from tenants.http import TenantViewSet

IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp"})
PREVIEW_BYTES: Final = 1024 * 1024
PREVIEW_ROWS: Final = 100
MOST_ROWS: Final = 1000


class ForeignFile(Invalid):
    """The file {path} does not belong to this execution or its flow."""

    code = "file.foreign"


class FileViewSet(TenantViewSet):
    """Routes about files in internal storage that an execution may show."""

    actions: ClassVar[dict[str, str]] = {
        "download": "execution.view",
        "metas": "execution.view",
        "preview": "execution.view",
    }

    def download(self, request: Request, pk: str, **_address: str) -> FileResponse:
        """The bytes of a file."""
        address = self._address(request, pk)
        content = storage.storage_for(self.tenant.id).open(address)
        name = address.rsplit("/", 1)[-1]
        answer = FileResponse(content, as_attachment=True, filename=name)
        # Never a page of ours: what a task wrote must not run as the portal.
        answer["Content-Type"] = "application/octet-stream"
        answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer

    def metas(self, request: Request, pk: str, **_address: str) -> Response:
        """The size of a file."""
        size = storage.storage_for(self.tenant.id).size(self._address(request, pk))
        return Response({"size": size})

    def preview(self, request: Request, pk: str, **_address: str) -> Response:
        """The beginning of a file, as rows, text or an image."""
        address = self._address(request, pk)
        rows = min(requests.number_of(request, "maxRows") or PREVIEW_ROWS, MOST_ROWS)
        encoding = request.query_params.get("encoding") or "utf-8"
        name = address.rsplit("/", 1)[-1]
        extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
        files = storage.storage_for(self.tenant.id)
        with files.open(address) as content:
            if extension == "parquet":
                found, more = parquet.first_rows(content, files.size(address), rows)
                facts = {"extension": extension, "truncated": more}
                return Response({**facts, "type": "LIST", "content": found})
            return Response(preview(content, extension, rows=rows, encoding=encoding))

    def _address(self, request: Request, pk: str) -> str:
        path = request.query_params.get("path") or ""
        if not path:
            raise InvalidFields([FieldError("name a file", path="path")])
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk))
            return allowed(self.actor, row, path)


def allowed(actor: Actor, row: Execution, path: str) -> str:
    """The path of a file that this execution may show; others are refused.

    These are the files of its own namespace, and those of other executions that the actor may
    see: inputs and outputs travel between flows.
    """
    owner, uri = current(owner_of(path), path)
    inside = storage.clean(uri)
    if owner.namespace == row.namespace or owner.namespace.startswith(f"{row.namespace}."):
        return inside
    _, separator, rest = inside.partition("/executions/")
    execution = uuid_or_nil(rest.partition("/")[0])
    if separator and selector.seen_by(actor).filter(id=execution).exists():
        return inside
    raise ForeignFile(path=path)


def preview(content: BinaryIO, extension: str, *, rows: int, encoding: str) -> dict[str, Any]:
    """The beginning of a file in the form that its name suggests."""
    facts = {"extension": extension, "truncated": False}
    if extension in IMAGES:
        import base64

        data = base64.b64encode(content.read(PREVIEW_BYTES)).decode()
        return {**facts, "type": "IMAGE", "content": data}
    raw = content.read(PREVIEW_BYTES + 1)
    try:
        text = raw[:PREVIEW_BYTES].decode(encoding, "replace")
    except LookupError:
        raise InvalidFields([FieldError("unknown encoding", path="encoding")]) from None
    facts["truncated"] = len(raw) > PREVIEW_BYTES
    match extension:
        case "jsonl" | "ion" | "ndjson":
            found = [_record(line) for line in islice(text.splitlines(), rows + 1)]
        case "csv":
            found = list(islice(csv.DictReader(io.StringIO(text)), rows + 1))
        case _:
            return {**facts, "type": "TEXT", "content": text}
    facts["truncated"] = facts["truncated"] or len(found) > rows
    return {**facts, "type": "LIST", "content": found[:rows]}


def _record(line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
