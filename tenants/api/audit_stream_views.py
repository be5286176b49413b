"""Streams of the audit trail over HTTP: of a tenant, and of the instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.api import audit_wire as wire
from tenants.api.bodies import AuditStreamBody
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.life_errors import (
    ReceiverRefused,
)
from tenants.models import AuditChain, AuditDeadLetter, AuditStream
from tenants.services import audit
from tenants.services.audit_delivery import buried, resend, try_out
from tenants.services.audit_receivers import NotTakenError
from tenants.services.audit_streams import (
    StreamFacts,
    create_stream,
    delete_stream,
    update_stream,
)

MOST_LETTERS = 200


class AuditStreamViewSet(TenantViewSet):
    """Where a tenant's trail is sent; for those who hold the right in all of the tenant."""

    actions = {
        "list": "audit.view",
        "create": "audit.edit",
        "retrieve": "audit.view",
        "update": "audit.edit",
        "destroy": "audit.edit",
        "test": "audit.edit",
        "dead_letters": "audit.view",
        "retry": "audit.edit",
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The trail tells of every namespace, so a right on one of them is not enough."""
        super().initial(request, *args, **kwargs)
        require(self.actor, self.permission())

    def list(self, request: Request, tenant: str) -> Response:
        """All of them, with how far each is."""
        return _listed(self.tenant.id)

    def create(self, request: Request, tenant: str) -> Response:
        """A new one; the answer shows the secret that signs its calls, this once."""
        return _created(self.actor, self.tenant.id, request)

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One of them."""
        return _shown(self.tenant.id, id)

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Changes it, and tries it at once."""
        update_stream(self.actor, self.tenant.id, id, _facts(request))
        return _shown(self.tenant.id, id)

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Sends nothing there any more."""
        delete_stream(self.actor, self.tenant.id, id)
        return Response(status=204)

    def test(self, request: Request, tenant: str, id: UUID) -> Response:
        """Sends the newest entry, to see whether the receiver takes it."""
        return _sent(self.tenant.id, id, lambda: try_out(self.tenant.id, id))

    def dead_letters(self, request: Request, tenant: str, id: UUID) -> Response:
        """What the receiver refused for good."""
        return _letters(self.tenant.id, id)

    def retry(self, request: Request, tenant: str, id: UUID, letter_id: UUID) -> Response:
        """Sends it again; it is gone when the receiver takes it."""
        again = lambda: resend(self.tenant.id, id, letter_id)  # noqa: E731 - said once, used once
        return _sent(self.tenant.id, id, again, letter_id)


class InstanceAuditStreamsView(InstanceAPIView):
    """Where the instance's trail is sent."""

    def get(self, request: Request) -> Response:
        """All of them, with how far each is."""
        return _listed(audit.INSTANCE)

    def post(self, request: Request) -> Response:
        """A new one; the answer shows the secret that signs its calls, this once."""
        return _created(self.actor, audit.INSTANCE, request)


class InstanceAuditStreamView(InstanceAPIView):
    """One stream of the instance's trail."""

    def get(self, request: Request, id: UUID) -> Response:
        """How far it is."""
        return _shown(audit.INSTANCE, id)

    def put(self, request: Request, id: UUID) -> Response:
        """Changes it, and tries it at once."""
        update_stream(self.actor, audit.INSTANCE, id, _facts(request))
        return _shown(audit.INSTANCE, id)

    def delete(self, request: Request, id: UUID) -> Response:
        """Sends nothing there any more."""
        delete_stream(self.actor, audit.INSTANCE, id)
        return Response(status=204)


class InstanceAuditStreamTestView(InstanceAPIView):
    """A try of one stream of the instance."""

    def post(self, request: Request, id: UUID) -> Response:
        """Sends the newest entry, to see whether the receiver takes it."""
        return _sent(audit.INSTANCE, id, lambda: try_out(audit.INSTANCE, id))


class InstanceDeadLettersView(InstanceAPIView):
    """What the receiver of a stream of the instance refused."""

    def get(self, request: Request, id: UUID) -> Response:
        """The oldest first."""
        return _letters(audit.INSTANCE, id)


class InstanceDeadLetterRetryView(InstanceAPIView):
    """Another try of what was refused."""

    def post(self, request: Request, id: UUID, letter_id: UUID) -> Response:
        """Sends it again; it is gone when the receiver takes it."""
        again = lambda: resend(audit.INSTANCE, id, letter_id)  # noqa: E731 - said once, used once
        return _sent(audit.INSTANCE, id, again, letter_id)


def _facts(request: Request) -> StreamFacts:
    body = read_body(request.data, AuditStreamBody)
    return StreamFacts(
        name=body.name,
        kind=body.kind.upper(),
        config=body.config,
        enabled=body.enabled,
        secret=body.secret,
        from_now=body.from_now,
    )


def _created(actor: Actor, tenant_id: UUID, request: Request) -> Response:
    row, secret = create_stream(actor, tenant_id, _facts(request))
    shown = _document(tenant_id, row.id)
    return Response({**shown, "secret": secret} if row.kind == "WEBHOOK" else shown)


def _shown(tenant_id: UUID, id: UUID) -> Response:
    return Response(_document(tenant_id, id))


def _document(tenant_id: UUID, id: UUID) -> dict[str, Any]:
    with tenant_scope(tenant_id):
        row = AuditStream.objects.filter(id=id).first()
        if row is None:
            raise NotFound("stream")
        return wire.stream(row, AuditChain.objects.first(), buried([id]).get(id, 0))


def _listed(tenant_id: UUID) -> Response:
    with tenant_scope(tenant_id):
        rows = list(AuditStream.objects.order_by("name"))
        chain, dead = AuditChain.objects.first(), buried([row.id for row in rows])
    return Response({"results": [wire.stream(row, chain, dead.get(row.id, 0)) for row in rows]})


def _letters(tenant_id: UUID, id: UUID) -> Response:
    _document(tenant_id, id)
    with tenant_scope(tenant_id):
        rows = AuditDeadLetter.objects.filter(stream_id=id).order_by("first")[:MOST_LETTERS]
        return Response({"results": [wire.dead_letter(row) for row in rows]})


def _sent(
    tenant_id: UUID, id: UUID, send: Callable[[], None], letter_id: UUID | None = None
) -> Response:
    _document(tenant_id, id)
    if letter_id is not None:
        with tenant_scope(tenant_id):
            if not AuditDeadLetter.objects.filter(stream_id=id, id=letter_id).exists():
                raise NotFound("dead letter")
    try:
        send()
    except NotTakenError as problem:
        raise ReceiverRefused(reason=problem) from None
    return Response({"taken": True})
