"""Groups of a tenant and their members."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from tenants.api import wire
from tenants.api.bodies import AutocompleteBody, GroupBody, GroupIdsBody, IdsBody
from tenants.api.named import narrowed, suggested
from tenants.http import TenantViewSet
from tenants.models import Group, User
from tenants.selectors.rights import memberships_in, memberships_of
from tenants.services.groups import (
    add_member,
    create_group,
    delete_group,
    group,
    remove_member,
    set_groups,
    update_group,
)

MEMBERSHIPS = {"OWNER": True, "MEMBER": False}


class GroupViewSet(TenantViewSet):
    """Groups. Owners of a group change its members without `group.edit`, if they hold what it holds."""

    actions = {
        "create": "group.edit",
        "search": "group.view",
        "autocomplete": "group.view",
        "by_ids": "group.view",
        "retrieve": "group.view",
        "update": "group.edit",
        "destroy": "group.edit",
        "members": "group.view",
        "add_member": "group.view",
        "remove_member": "group.view",
        "set_membership": "group.edit",
        "of_user": "group.edit",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        body = read_body(request.data, GroupBody)
        with tenant_scope(self.tenant.id):
            made = create_group(self.actor, body.name, body.description or "")
            for user_id in body.members_id or ():
                add_member(self.actor, made.id, user_id)
        return Response(wire.group(made))

    def search(self, request: Request, tenant: str) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"id": "id", "name": "name"}, ["name"])
        with tenant_scope(self.tenant.id):
            rows = narrowed(_all(), request.query_params)
            page = paginate(rows.order_by(*order), wanted).map(wire.known_group)
        return Response(page.as_json())

    def autocomplete(self, request: Request, tenant: str) -> Response:
        """Those whose name contains a text, and those that were asked for by id."""
        body = read_body(request.data, AutocompleteBody)
        with tenant_scope(self.tenant.id):
            rows = suggested(_all(), body)
        return Response([wire.known_group(row) for row in rows])

    def by_ids(self, request: Request, tenant: str) -> Response:
        """Those of the ids that exist."""
        ids = read_body(request.data, IdsBody).ids
        with tenant_scope(self.tenant.id):
            rows = list(_all().filter(id__in=ids).order_by("name"))
        return Response([wire.known_group(row) for row in rows])

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            return Response(wire.known_group(group(id)))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Another name or description."""
        body = read_body(request.data, GroupBody)
        return Response(wire.group(update_group(self.actor, id, body.name, body.description)))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes one away."""
        delete_group(self.actor, id)
        return Response(status=204)

    def members(self, request: Request, tenant: str, id: UUID) -> Response:
        """A page of its members."""
        wanted = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            belonging = {row.user_id: row for row in memberships_in(group(id).id)}
            rows = User.objects.filter(id__in=list(belonging)).order_by("email", "id")
            page = paginate(rows, wanted)
        shown = page.map(lambda row: wire.group_member(row, [belonging[row.id]]))
        return Response(shown.as_json())

    def add_member(self, request: Request, tenant: str, id: UUID, user_id: UUID) -> Response:
        """Lets somebody in: a person or a service account."""
        return self._member(add_member(self.actor, id, user_id))

    def remove_member(self, request: Request, tenant: str, id: UUID, user_id: UUID) -> Response:
        """Takes somebody out."""
        return self._member(remove_member(self.actor, id, user_id))

    def set_membership(self, request: Request, tenant: str, id: UUID, user_id: UUID) -> Response:
        """Makes somebody an owner of the group, or an ordinary member."""
        wanted = request.query_params.get("membership", "").upper()
        if wanted not in MEMBERSHIPS:
            raise InvalidFields([FieldError("must be OWNER or MEMBER", path="membership")])
        return self._member(add_member(self.actor, id, user_id, owner=MEMBERSHIPS[wanted]))

    def of_user(self, request: Request, tenant: str, user_id: UUID) -> Response:
        """The groups of somebody, exactly."""
        set_groups(self.actor, user_id, read_body(request.data, GroupIdsBody).group_ids)
        return Response(status=204)

    def _member(self, user: User) -> Response:
        with tenant_scope(self.tenant.id):
            groups = memberships_of([user.id])[user.id]
        return Response(wire.group_member(user, groups))


def _all() -> QuerySet[Group]:
    return Group.objects.select_related("directory")
