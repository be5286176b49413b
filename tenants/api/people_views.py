"""Groups, service accounts and people."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.api import wire
from tenants.api.bodies import GroupBody, PersonBody, ServiceAccountBody, TokenBody
from tenants.api.me_views import issued, token_list
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import Group, User
from tenants.models.people import UserKind
from tenants.services.bindings import (
    create_group,
    delete_group,
    require_rights_of,
    set_member,
)
from tenants.services.people import (
    create_person,
    create_tenant_service_account,
    delete_person,
    delete_service_account,
)
from tenants.services.tokens import revoke


class GroupViewSet(TenantViewSet):
    """Groups of a tenant and their members."""

    actions = {
        "create": "group.edit",
        "search": "group.view",
        "retrieve": "group.view",
        "destroy": "group.edit",
        "members": "group.view",
        "add_member": "group.edit",
        "remove_member": "group.edit",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        body = read_body(request.data, GroupBody)
        with tenant_scope(self.tenant.id):
            made = create_group(self.actor, body.name, body.description or "")
            for user_id in body.members_id or ():
                set_member(self.actor, made.id, user_id, member=True)
        return Response(wire.group(made))

    def search(self, request: Request, tenant: str) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            page = paginate(Group.objects.order_by("name"), wanted).map(wire.group)
        return Response(page.as_json())

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        return Response(wire.group(self._group(id)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes one away."""
        delete_group(self.actor, id)
        return Response(status=204)

    def members(self, request: Request, tenant: str, id: UUID) -> Response:
        """A page of its members."""
        wanted = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            group = Group.objects.filter(id=id).first()
            if group is None:
                raise NotFound("group")
            ids = group.memberships.values_list("user_id", flat=True)
            page = paginate(User.objects.filter(id__in=list(ids)).order_by("email", "id"), wanted)
        return Response(page.map(wire.member).as_json())

    def add_member(self, request: Request, tenant: str, id: UUID, user_id: UUID) -> Response:
        """Lets somebody in."""
        return Response(wire.member(set_member(self.actor, id, user_id, member=True)))

    def remove_member(self, request: Request, tenant: str, id: UUID, user_id: UUID) -> Response:
        """Takes somebody out."""
        return Response(wire.member(set_member(self.actor, id, user_id, member=False)))

    def _group(self, id: UUID) -> Group:
        with tenant_scope(self.tenant.id):
            found = Group.objects.filter(id=id).first()
        if found is None:
            raise NotFound("group")
        return found


class ServiceAccountViewSet(TenantViewSet):
    """Accounts for machines of one tenant, and their tokens."""

    actions = {
        "create": "serviceaccount.edit",
        "list": "serviceaccount.view",
        "retrieve": "serviceaccount.view",
        "destroy": "serviceaccount.edit",
        "tokens": "serviceaccount.view",
        "create_token": "serviceaccount.edit",
        "delete_token": "serviceaccount.edit",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one, without rights until somebody binds it."""
        body = read_body(request.data, ServiceAccountBody)
        made = create_tenant_service_account(self.actor, body.name, body.description or "")
        return Response(wire.service_account(made))

    def list(self, request: Request, tenant: str) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        page = paginate(self._rows().order_by("name", "id"), wanted).map(wire.service_account)
        return Response(page.as_json())

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        return Response(wire.service_account(self._account(id)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes one away with its tokens."""
        delete_service_account(self.actor, self._account(id))
        return Response(status=204)

    def tokens(self, request: Request, tenant: str, id: UUID) -> Response:
        """Its tokens."""
        return Response(token_list(self._account(id)))

    def create_token(self, request: Request, tenant: str, id: UUID) -> Response:
        """A new token for it: whoever makes one can act as the account, so they need its rights."""
        account = self._account(id)
        require_rights_of(self.actor, account.id)
        return Response(issued(self.actor.scopes, account, read_body(request.data, TokenBody)))

    def delete_token(self, request: Request, tenant: str, id: UUID, token_id: UUID) -> Response:
        """Revokes one of its tokens."""
        revoke(self._account(id).id, token_id)
        return Response({})

    def _rows(self) -> QuerySet[User]:
        return User.objects.filter(kind=UserKind.SERVICE_ACCOUNT, home_tenant_id=self.tenant.id)

    def _account(self, id: UUID) -> User:
        found = self._rows().filter(id=id).first()
        if found is None:
            raise NotFound("service account")
        return found


class PeopleView(InstanceAPIView):
    """People of the instance."""

    def get(self, request: Request) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        rows = User.objects.filter(kind=UserKind.STANDARD).order_by("email", "id")
        return Response(paginate(rows, wanted).map(wire.person).as_json())

    def post(self, request: Request) -> Response:
        """Somebody new."""
        body = read_body(request.data, PersonBody)
        made = create_person(
            body.email,
            body.password,
            first_name=body.first_name,
            last_name=body.last_name,
            admin=body.super_admin,
        )
        return Response(wire.person(made), status=201)


class PersonView(InstanceAPIView):
    """One person of the instance."""

    def get(self, request: Request, user_id: UUID) -> Response:
        """Who they are."""
        return Response(wire.person(self._person(user_id)))

    def delete(self, request: Request, user_id: UUID) -> Response:
        """Takes somebody away: their tokens, sessions and bindings go with them."""
        delete_person(self.actor, self._person(user_id))
        return Response(status=204)

    def _person(self, user_id: UUID) -> User:
        found = User.objects.filter(id=user_id, kind=UserKind.STANDARD).first()
        if found is None:
            raise NotFound("user")
        return found
