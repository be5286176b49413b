"""Many flows at once: by ids, by namespace, as archives."""

from __future__ import annotations

import io
import zipfile
from typing import Any, ClassVar

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import FieldError, InvalidFields
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.selectors import definitions
from flows.services import publish
from flows.services.publish import Address
from flows.spec.source import split_documents
from tenants.access import require, visible
from tenants.http import TenantViewSet


class FlowBulkViewSet(TenantViewSet):
    """Changes of many flows; each is authorised for itself, and all happen or none."""

    actions: ClassVar = {
        "in_namespace": "flow.view",
        "delete_by_ids": "flow.delete",
        "disable_by_ids": "flow.edit",
        "enable_by_ids": "flow.edit",
        "export_by_ids": "flow.view",
        "import_archive": "flow.create",
        "apply_namespace": "flow.create",
        "apply_many": "flow.create",
    }

    @in_tenant
    def in_namespace(self, request: Request, namespace: str, **_: Any) -> Response:
        """Every flow of exactly one namespace."""
        rows = visible(self.actor, "flow.view", definitions.flows())
        return Response([wire.flow(row) for row in rows.filter(namespace=namespace)])

    @in_tenant
    def delete_by_ids(self, request: Request, **_: Any) -> Response:
        """Takes flows away."""
        wanted = bodies.addresses(request)
        for address in wanted:
            self._seen(address)
            publish.delete_flow(address, actor=self.actor)
        return Response({"count": len(wanted)})

    @in_tenant
    def disable_by_ids(self, request: Request, **_: Any) -> Response:
        """Switches flows off."""
        return self._switch(request, disabled=True)

    @in_tenant
    def enable_by_ids(self, request: Request, **_: Any) -> Response:
        """Switches flows on."""
        return self._switch(request, disabled=False)

    @in_tenant
    def export_by_ids(self, request: Request, **_: Any) -> HttpResponse:
        """The sources of flows, as a zip archive."""
        rows = [self._seen(address) for address in bodies.addresses(request)]
        sources = definitions.sources(rows)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for row in rows:
                key = f"{row.namespace}/{row.flow_id}"
                archive.writestr(f"{row.namespace}-{row.flow_id}.yml", sources[key])
        answer = HttpResponse(buffer.getvalue(), content_type="application/octet-stream")
        answer["Content-Disposition"] = 'attachment; filename="flows.zip"'
        return answer

    @in_tenant
    def import_archive(self, request: Request, **_: Any) -> Response:
        """Publishes every flow of a zip archive or YAML file; all of them or none."""
        upload = request.FILES.get("fileUpload") or next(iter(request.FILES.values()), None)
        if upload is None:
            raise InvalidFields([FieldError("send a file as fileUpload", path="fileUpload")])
        for source in _sources(upload.name or "", upload.read()):
            publish.apply_flow(source, actor=self.actor)
        return Response([])

    @in_tenant
    def apply_namespace(self, request: Request, namespace: str, **_: Any) -> Response:
        """Publishes all documents of a source into a namespace; ``delete`` removes the others."""
        rows = [
            publish.apply_flow(source, actor=self.actor)
            for source in split_documents(bodies.source_of(request))
        ]
        strangers = sorted({row.namespace for row in rows} - {namespace})
        if strangers:
            reason = f"the source names namespace {', '.join(strangers)}, not {namespace}"
            raise InvalidFields([FieldError(reason, path="namespace")])
        if bodies.flag(request, "delete"):
            self._delete_others(namespace, {row.flow_id for row in rows})
        return Response([wire.flow(row) for row in rows])

    @in_tenant
    def apply_many(self, request: Request, **_: Any) -> Response:
        """Publishes all documents of a source, whatever their namespaces."""
        rows = [
            publish.apply_flow(source, actor=self.actor)
            for source in split_documents(bodies.source_of(request))
        ]
        return Response([wire.flow(row) for row in rows])

    @in_tenant
    def _switch(self, request: Request, *, disabled: bool) -> Response:
        wanted = bodies.addresses(request)
        for address in wanted:
            self._seen(address)
        count = publish.set_disabled(wanted, disabled=disabled, actor=self.actor)
        return Response({"count": count})

    def _delete_others(self, namespace: str, kept: set[str]) -> None:
        rows = visible(self.actor, "flow.view", definitions.flows())
        for row in rows.filter(namespace=namespace).exclude(flow_id__in=kept):
            publish.delete_flow(Address(namespace, row.flow_id), actor=self.actor)

    def _seen(self, address: Address) -> Any:
        row = definitions.find(address.namespace, address.flow_id)
        require(self.actor, "flow.view", row.namespace_id)
        return row


def _sources(name: str, content: bytes) -> list[str]:
    if not name.lower().endswith(".zip"):
        return split_documents(_text(content))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise InvalidFields([FieldError("not a zip archive", path="fileUpload")]) from None
    found = [info for info in archive.infolist() if info.filename.endswith((".yml", ".yaml"))]
    if len(found) > 10_000 or sum(info.file_size for info in found) > 1 << 28:
        raise InvalidFields([FieldError("the archive is too large", path="fileUpload")])
    texts = [_text(archive.read(info)) for info in found]
    return [source for text in texts for source in split_documents(text)]


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidFields([FieldError("not UTF-8 text", path="fileUpload")]) from None
