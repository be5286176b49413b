"""Directories of a tenant: who may say by SCIM who belongs to it."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.scope import tenant_scope
from tenants.api.directory_bodies import DirectoryBody, DirectoryFactsBody, ExchangeBody
from tenants.api.scim.base import base_of
from tenants.api.wire import Json
from tenants.http import TenantViewSet
from tenants.models import DirectoryClient
from tenants.services.directories import (
    DirectoryFacts,
    create_directory,
    delete_directory,
    directory,
    exchange_token,
    update_directory,
)


class DirectoryViewSet(TenantViewSet):
    """Directories and their tokens."""

    actions = {
        "list": "user.view",
        "create": "user.edit",
        "retrieve": "user.view",
        "update": "user.edit",
        "destroy": "user.edit",
        "exchange": "user.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """All of them by name."""
        with tenant_scope(self.tenant.id):
            rows = list(DirectoryClient.objects.order_by("name"))
        shown = [self._shown(row) for row in rows]
        return Response({"results": shown, "total": len(shown)})

    def create(self, request: Request, tenant: str) -> Response:
        """A new one; its token is in this answer and never again."""
        body = read_body(request.data, DirectoryBody)
        made = create_directory(self.actor, body.name, body.description)
        return Response({**self._shown(made.row), "fullToken": made.token}, status=201)

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            return Response(self._shown(directory(id)))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Another name or description; `enabled: false` refuses its token until further notice."""
        body = read_body(request.data, DirectoryFactsBody)
        return Response(
            self._shown(update_directory(self.actor, id, DirectoryFacts(**body.model_dump())))
        )

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Ends one; its people and groups stay, and are looked after by hand."""
        delete_directory(self.actor, id)
        return Response(status=204)

    def exchange(self, request: Request, tenant: str, id: UUID) -> Response:
        """A new token; the old one opens for another day, so that it can be exchanged calmly."""
        body = read_body(request.data, ExchangeBody)
        made = exchange_token(self.actor, id, at_once=body.at_once)
        return Response({**self._shown(made.row), "fullToken": made.token})

    def _shown(self, row: DirectoryClient) -> Json:
        return {
            "id": row.id,
            "name": row.name,
            "description": row.description,
            "enabled": row.enabled,
            "address": base_of(self.request, self.tenant.slug),
            "prefix": f"dwb_dir_{row.lookup}",
            "expiresAt": row.expires_at,
            "previousUntil": row.previous_until,
            "createdAt": row.created_at,
            "lastUsedAt": row.last_used_at,
        }
