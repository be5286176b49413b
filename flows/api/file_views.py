"""Namespace files over HTTP."""

from __future__ import annotations

import tempfile
import zipfile
from typing import Any, ClassVar

from django.http import FileResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import current_tenant
from downbeat.common.storage import storage_for
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.contracts import FileRef
from flows.selectors import files
from flows.services import files as writing
from flows.services.errors import FileNotFound, NamespaceUnknown
from tenants import facade as tenants
from tenants.access import require
from tenants.contracts import NamespaceRef
from tenants.http import TenantViewSet

IN_MEMORY = 8 << 20


class NamespaceFileViewSet(TenantViewSet):
    """The files of a namespace."""

    actions: ClassVar = {
        "content": "file.view",
        "search": "file.view",
        "folder": "file.view",
        "stats": "file.view",
        "revisions": "file.view",
        "export": "file.view",
        "upload": "file.edit",
        "make_folder": "file.edit",
        "move": "file.edit",
        "destroy": "file.edit",
    }

    @in_tenant
    def content(self, request: Request, namespace: str, **_: Any) -> FileResponse:
        """A file's bytes, always as an attachment."""
        found = self._file(namespace, request, bodies.optional_number(request, "revision"))
        stream = storage_for(current_tenant()).open(found.uri)
        return FileResponse(
            stream,
            as_attachment=True,
            filename=found.path.rsplit("/", 1)[-1],
            content_type="application/octet-stream",
        )

    @in_tenant
    def search(self, request: Request, namespace: str, **_: Any) -> Response:
        """Paths that contain a text."""
        self._namespace(namespace, "file.view")
        found = files.search(namespace, request.query_params.get("q", ""))
        return Response([item.path for item in found])

    @in_tenant
    def folder(self, request: Request, namespace: str, **_: Any) -> Response:
        """What lies in a folder."""
        self._namespace(namespace, "file.view")
        found = files.folder(namespace, request.query_params.get("path", "/"))
        return Response([wire.file_attributes(item) for item in found])

    @in_tenant
    def stats(self, request: Request, namespace: str, **_: Any) -> Response:
        """Size and times of a file."""
        return Response(wire.file_attributes(self._file(namespace, request)))

    @in_tenant
    def revisions(self, request: Request, namespace: str, **_: Any) -> Response:
        """The revisions of a file."""
        self._file(namespace, request)
        found = files.revisions(namespace, _path(request))
        return Response([{"revision": item.revision} for item in found])

    @in_tenant
    def export(self, request: Request, namespace: str, **_: Any) -> FileResponse:
        """All files as a zip archive."""
        self._namespace(namespace, "file.view")
        storage = storage_for(current_tenant())
        # The response closes it.
        buffer = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in files.search(namespace):
                with (
                    storage.open(item.uri) as stream,
                    archive.open(item.path[1:], "w") as entry,
                ):
                    while chunk := stream.read(1 << 20):
                        entry.write(chunk)
        buffer.seek(0)
        return FileResponse(buffer, as_attachment=True, filename=f"{namespace}_files.zip")

    @in_tenant
    def upload(self, request: Request, namespace: str, **_: Any) -> Response:
        """Stores a file; a zip archive without a path of its own is unpacked."""
        found = tenants.ensure_namespace(self.actor, namespace)
        require(self.actor, "file.edit", found.id)
        upload = request.FILES.get("fileContent")
        if upload is None:
            raise InvalidFields([FieldError("send the file as fileContent", path="fileContent")])
        path = request.query_params.get("path") or f"/{upload.name}"
        if path.endswith("/") or (path == f"/{upload.name}" and path.endswith(".zip")):
            writing.import_archive(found, upload.file, below=path if path.endswith("/") else "/")
            return Response([])
        stored = writing.put_file(found, path, upload.file)
        return Response(
            [{"namespace": namespace, "path": stored.path, "revision": stored.revision}]
        )

    @in_tenant
    def make_folder(self, request: Request, namespace: str, **_: Any) -> Response:
        """Makes a folder."""
        found = tenants.ensure_namespace(self.actor, namespace)
        require(self.actor, "file.edit", found.id)
        writing.make_folder(found, _path(request))
        return Response()

    @in_tenant
    def move(self, request: Request, namespace: str, **_: Any) -> Response:
        """Moves or renames a file or folder."""
        found = self._namespace(namespace, "file.edit")
        source, target = (
            request.query_params.get("from", ""),
            request.query_params.get("to", ""),
        )
        writing.move_path(found, source, target)
        return Response()

    @in_tenant
    def destroy(self, request: Request, namespace: str, **_: Any) -> Response:
        """Takes away a file or folder."""
        writing.delete_path(self._namespace(namespace, "file.edit"), _path(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _file(self, namespace: str, request: Request, revision: int | None = None) -> FileRef:
        self._namespace(namespace, "file.view")
        found = files.file(namespace, _path(request), revision)
        if found is None or (found.directory and revision is not None):
            raise FileNotFound(path=_path(request), namespace=namespace)
        return found

    def _namespace(self, path: str, permission: str) -> NamespaceRef:
        found = tenants.namespace(path)
        if found is None:
            raise NamespaceUnknown(namespace=path)
        require(self.actor, permission, found.id)
        return found


def _path(request: Request) -> str:
    path = request.query_params.get("path")
    if not path:
        raise InvalidFields([FieldError("is missing", path="path")])
    return path
