"""Many flows at once: by ids, by a query, by namespace, as archives."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.batches import each_found, each_named
from downbeat.common.api.conditions import chosen
from downbeat.common.errors import FieldError, InvalidFields
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.models import Flow
from flows.selectors import definitions, flow_filters
from flows.services import imports, publish
from flows.services.imports import Target
from flows.services.publish import Address
from flows.spec.source import split_documents
from tenants.access import require, touchable, visible
from tenants.http import TenantViewSet

IN_MEMORY = 8 << 20


class FlowBulkViewSet(TenantViewSet):
    """Changes of many flows; each is authorised for itself.

    Those that a request names are changed all or not at all; of those that a query finds, the
    ones are changed that the caller may change.
    """

    actions: ClassVar = {
        "in_namespace": "flow.view",
        "delete": "flow.delete",
        "disable": "flow.edit",
        "enable": "flow.edit",
        "export_by_ids": "flow.view",
        "export_by_query": "flow.view",
        "hashes": "flow.view",
        "import_archive": "flow.create",
        "apply_namespace": "flow.create",
        "apply_many": "flow.create",
    }

    @in_tenant
    def in_namespace(self, request: Request, namespace: str, **_: Any) -> Response:
        """Every flow of exactly one namespace."""
        rows = visible(self.actor, "flow.view", definitions.flows())
        return Response([wire.flow(row) for row in rows.filter(namespace=namespace)])

    def delete(self, request: Request, **_: Any) -> Response:
        """Takes flows away."""

        def act(address: Address) -> None:
            publish.delete_flow(address, actor=self.actor)

        return self._each(request, act)

    def disable(self, request: Request, **_: Any) -> Response:
        """Switches flows off."""
        return self._switch(request, disabled=True)

    def enable(self, request: Request, **_: Any) -> Response:
        """Switches flows on."""
        return self._switch(request, disabled=False)

    @in_tenant
    def export_by_ids(self, request: Request, **_: Any) -> FileResponse:
        """The sources of flows, as a zip archive."""
        ids = [self._seen(address).id for address in bodies.addresses(request)]
        return _archive(definitions.sources(definitions.flows().filter(id__in=ids)))

    @in_tenant
    def export_by_query(self, request: Request, **_: Any) -> FileResponse:
        """The sources of the flows that the filters find, as a zip archive."""
        found = chosen(request.query_params, flow_filters.FIELDS)
        rows = visible(self.actor, "flow.view", definitions.flows())
        return _archive(definitions.sources(flow_filters.matching(rows, found)))

    @in_tenant
    def hashes(self, request: Request, **_: Any) -> Response:
        """A mark of each flow's source, equal for equal sources; unknown flows are left out."""
        wanted = set(bodies.addresses(request))
        rows = visible(self.actor, "flow.view", definitions.flows())
        rows = rows.filter(flow_id__in={address.flow_id for address in wanted}).defer("document")
        found = [row for row in rows if Address(row.namespace, row.flow_id) in wanted]
        return Response({"hashes": [_hash(row) for row in found]})

    @in_tenant
    def import_archive(self, request: Request, **_: Any) -> Response:
        """Publishes the flows of a zip archive or YAML file; answers what could not be published.

        With ``failOnError`` all are published or none. The answer names files of an archive, and
        numbers (from 0) of a file's documents.
        """
        upload = request.FILES.get("fileUpload") or next(iter(request.FILES.values()), None)
        if upload is None:
            raise InvalidFields([FieldError("send a file as fileUpload", path="fileUpload")])
        if (upload.size or 0) > imports.MOST_BYTES:
            raise InvalidFields([FieldError("the file is too large", path="fileUpload")])
        parts = imports.parts_of(upload.name or "", upload.read())
        strict = bodies.flag(request, "failOnError")
        return Response(imports.import_parts(parts, actor=self.actor, all_or_none=strict))

    @in_tenant
    def apply_namespace(self, request: Request, namespace: str, **_: Any) -> Response:
        """Makes a namespace hold exactly the flows of a source; ``delete=false`` keeps the others.

        With ``override`` the documents move into this namespace, whichever they name.
        """
        sources = split_documents(bodies.source_of(request))
        if bodies.flag(request, "override"):
            sources = imports.moved(sources, namespace)
        target = Target(namespace, delete=bodies.flag(request, "delete", default=True))
        rows = imports.replace_namespace(sources, target, actor=self.actor)
        return Response([wire.flow(row) for row in rows])

    @in_tenant
    def apply_many(self, request: Request, **_: Any) -> Response:
        """Publishes all documents of a source, whatever their namespaces.

        With ``namespace`` that namespace (and, with ``allowNamespaceChild``, those below it) then
        holds exactly these flows, unless ``delete=false``.
        """
        sources = split_documents(bodies.source_of(request))
        namespace = request.query_params.get("namespace")
        if not namespace:
            rows = [publish.apply_flow(source, actor=self.actor) for source in sources]
            return Response([wire.flow(row) for row in rows])
        target = Target(
            namespace,
            children=bodies.flag(request, "allowNamespaceChild"),
            delete=bodies.flag(request, "delete", default=True),
        )
        require(self.actor, "flow.create", namespace)
        rows = imports.replace_namespace(sources, target, actor=self.actor)
        return Response([wire.flow(row) for row in rows])

    def _switch(self, request: Request, *, disabled: bool) -> Response:
        def act(address: Address) -> None:
            publish.set_disabled([address], disabled=disabled, actor=self.actor)

        return self._each(request, act)

    def _each(self, request: Request, act: Any) -> Response:
        if not self.kwargs.get("by_query"):
            wanted = bodies.addresses(request)
            return Response({"count": each_named(self.tenant.id, wanted, self._checked(act))})
        found = chosen(request.query_params, flow_filters.FIELDS)

        def rows() -> Any:
            own = touchable(self.actor, self.permission(), definitions.flows())
            return flow_filters.matching(own, found).only("id", "namespace", "flow_id")

        def one(row: Flow) -> None:
            act(Address(row.namespace, row.flow_id))

        after = request.query_params.get("after")
        return Response(each_found(self.tenant.id, rows, one, after=after).as_json())

    def _checked(self, act: Any) -> Any:
        """The act, for flows that the caller may see; others are not there."""

        def checked(address: Address) -> None:
            self._seen(address)
            act(address)

        return checked

    def _seen(self, address: Address) -> Flow:
        row = definitions.find(address.namespace, address.flow_id)
        require(self.actor, "flow.view", row.namespace_id)
        return row


def _hash(row: Flow) -> dict[str, Any]:
    facts = {"namespace": row.namespace, "id": row.flow_id}
    return {**facts, "hash": row.checksum, "revision": row.revision}


def _archive(sources: Iterable[tuple[Flow, str]]) -> FileResponse:
    # The response closes it.
    buffer = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for row, source in sources:
            archive.writestr(f"{row.namespace}-{row.flow_id}.yml", source)
    buffer.seek(0)
    answer = FileResponse(buffer, as_attachment=True, filename="flows.zip")
    answer["Content-Type"] = "application/octet-stream"
    return answer
