"""Tests of connections over HTTP: asked for here, answered once a worker has said something."""

from __future__ import annotations

from typing import ClassVar, Final

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.operations import Operation, Shape
from executions.services import checks
from tenants.http import TenantViewSet

ASKED: Final = "X-Downbeat-Check"
"""By this header the asynchronous side learns what the caller waits for."""


class CheckViewSet(TenantViewSet):
    """The test of a connection."""

    actions: ClassVar[dict[str, str]] = {"create": "connection.edit"}

    def create(self, request: Request, namespace: str, name: str, **_address: str) -> Response:
        """Asks a worker to reach the system behind the connection."""
        id = checks.ask(self.actor, namespace, name)
        return Response({"id": str(id)}, status=202, headers={ASKED: str(id)})


class TestedConnection(Shape):
    """What came of a test; `success` is the same as `ok`."""

    shape_name = "ApiTestConnectionResponse"
    ok: bool
    success: bool
    message: str
    duration_ms: int | None


SHAPES: Final[tuple[type[Shape], ...]] = (TestedConnection,)
OPERATIONS: Final = {
    "POST /namespaces/{}/credentials/{}/test": Operation(
        "testNamespaceConnection", "ApiTestConnectionResponse", status=200
    ),
}
