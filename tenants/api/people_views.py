"""People of the instance."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.conditions import chosen, condition
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import NotFound
from tenants.api import wire
from tenants.api.bodies import InstanceOwnerBody, PersonBody, SuperAdminBody
from tenants.api.entry_views import FIELDS
from tenants.http import InstanceAPIView
from tenants.models import User
from tenants.models.people import UserKind
from tenants.services.people import (
    NewPerson,
    create_person_by,
    delete_person,
    set_instance_admin,
    set_super_admin,
)


class PeopleView(InstanceAPIView):
    """People of the instance."""

    def get(self, request: Request) -> Response:
        """A page of them; `q` is a part of a name or an address."""
        wanted = page_request(request.query_params)
        rows = User.objects.filter(kind=UserKind.STANDARD)
        rows = rows.filter(condition(chosen(request.query_params, FIELDS), FIELDS))
        return Response(paginate(rows.order_by("email", "id"), wanted).map(wire.person).as_json())

    def post(self, request: Request) -> Response:
        """Somebody new."""
        body = read_body(request.data, PersonBody)
        new = NewPerson(
            body.email, body.password, first_name=body.first_name, last_name=body.last_name
        )
        flags = {"instance_admin": body.instance_owner, "super_admin": body.super_admin}
        made = create_person_by(self.actor, new, **flags)
        return Response(wire.person(made), status=201)


class PersonView(InstanceAPIView):
    """One person of the instance."""

    def get(self, request: Request, user_id: UUID) -> Response:
        """Who they are."""
        return Response(wire.person(_person(user_id)))

    def delete(self, request: Request, user_id: UUID) -> Response:
        """Takes somebody away: their tokens, sessions and bindings go with them."""
        delete_person(self.actor, _person(user_id))
        return Response(status=204)


class SuperAdminView(InstanceAPIView):
    """Whether somebody is a super-admin. An admin of the instance gives nobody what they lack."""

    def patch(self, request: Request, user_id: UUID) -> Response:
        """Makes somebody one, or ends that; it needs a super-admin."""
        wanted = read_body(request.data, SuperAdminBody).super_admin
        user = set_super_admin(self.actor, _person(user_id), super_admin=wanted)
        return Response(wire.person(user))


class InstanceOwnerView(InstanceAPIView):
    """Whether somebody manages the instance."""

    def patch(self, request: Request, user_id: UUID) -> Response:
        """Lets somebody manage it, or ends that."""
        wanted = read_body(request.data, InstanceOwnerBody).instance_owner
        user = set_instance_admin(self.actor, _person(user_id), instance_admin=wanted)
        return Response(wire.person(user))


def _person(user_id: UUID) -> User:
    found = User.objects.filter(id=user_id, kind=UserKind.STANDARD).first()
    if found is None:
        raise NotFound("user")
    return found
