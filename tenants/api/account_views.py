"""Service accounts of a tenant: accounts for machines, and their tokens."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.api import wire
from tenants.api.bodies import ServiceAccountBody, TokenBody
from tenants.api.me_views import issued, token_list
from tenants.http import TenantViewSet
from tenants.models import User
from tenants.models.people import UserKind
from tenants.selectors.rights import memberships_of
from tenants.services.bindings import require_rights_of
from tenants.services.groups import set_groups
from tenants.services.people import (
    create_tenant_service_account,
    delete_service_account,
    update_service_account,
)
from tenants.services.tokens import revoke


class ServiceAccountViewSet(TenantViewSet):
    """Accounts for machines of one tenant, and their tokens."""

    actions = {
        "create": "serviceaccount.edit",
        "list": "serviceaccount.view",
        "retrieve": "serviceaccount.view",
        "update": "serviceaccount.edit",
        "destroy": "serviceaccount.edit",
        "tokens": "serviceaccount.view",
        "create_token": "serviceaccount.edit",
        "delete_token": "serviceaccount.edit",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one, without rights until somebody binds it or its groups have some."""
        body = read_body(request.data, ServiceAccountBody)
        with tenant_scope(self.tenant.id):
            made = create_tenant_service_account(self.actor, body.name, body.description or "")
            if body.groups:
                set_groups(self.actor, made.id, [group.id for group in body.groups])
            return Response(self._shown(made))

    def list(self, request: Request, tenant: str) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            page = paginate(self._rows().order_by("name", "id"), wanted)
            groups = memberships_of(row.id for row in page.results)
        shown = page.map(lambda row: wire.service_account(row, groups[row.id]))
        return Response(shown.as_json())

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            return Response(self._shown(self._account(id)))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Changes one; groups that are not said stay."""
        body = read_body(request.data, ServiceAccountBody)
        with tenant_scope(self.tenant.id):
            account = update_service_account(
                self.actor, self._account(id), name=body.name, description=body.description
            )
            if body.groups is not None:
                set_groups(self.actor, account.id, [group.id for group in body.groups])
            return Response(self._shown(account))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes one away with its tokens."""
        delete_service_account(self.actor, self._account(id))
        return Response(status=204)

    def tokens(self, request: Request, tenant: str, id: UUID) -> Response:
        """Its tokens."""
        return Response(token_list(self._account(id)))

    def create_token(self, request: Request, tenant: str, id: UUID) -> Response:
        """A new token for it: whoever makes one can act as the account, so they need its rights."""
        account = self._administered(id)
        require_rights_of(self.actor, account.id)
        return Response(issued(self.actor, account, read_body(request.data, TokenBody)))

    def delete_token(self, request: Request, tenant: str, id: UUID, token_id: UUID) -> Response:
        """Revokes one of its tokens."""
        revoke(self._administered(id), token_id, by=self.actor)
        return Response({})

    def _administered(self, id: UUID) -> User:
        """The account, for whoever manages accounts: they are the whole tenant's."""
        with tenant_scope(self.tenant.id):
            require(self.actor, "serviceaccount.edit")
        return self._account(id)

    def _shown(self, account: User) -> wire.Json:
        return wire.service_account(account, memberships_of([account.id])[account.id])

    def _rows(self) -> QuerySet[User]:
        return User.objects.filter(kind=UserKind.SERVICE_ACCOUNT, home_tenant_id=self.tenant.id)

    def _account(self, id: UUID) -> User:
        found = self._rows().filter(id=id).first()
        if found is None:
            raise NotFound("service account")
        return found
