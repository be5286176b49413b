"""What people see and change of themselves: profile, password, API tokens."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import Denied
from tenants.actors import Actor, some_id
from tenants.api import wire
from tenants.api.bodies import PasswordBody, ProfileBody, TokenBody
from tenants.authentication import client_address
from tenants.errors import Confined, WrongLogin
from tenants.http import InstanceAPIView
from tenants.models import ApiToken, Tenant, User
from tenants.models.people import UserKind
from tenants.services.people import change_profile, reset_password
from tenants.services.sign_in import identity_of_password
from tenants.services.tokens import TokenWish, issue, lifetime, revoke


class MineView(InstanceAPIView):
    """Base of pages about oneself; every signed-in principal has them."""

    instance_admin = False
    in_one_tenant: ClassVar[frozenset[str]] = frozenset()
    """Methods that a session of a tenant's identity provider may use: what belongs to a person in
    all tenants is not shown or changed on the word of one of them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuses confined sessions what is not meant for them; raises Confined."""
        super().initial(request, *args, **kwargs)
        if self.actor.confined_to is not None and request.method not in self.in_one_tenant:
            raise Confined

    def user(self) -> User:
        """Whose page it is."""
        return User.objects.get(id=some_id(self.actor))


class MeView(MineView):
    """The profile."""

    in_one_tenant = frozenset({"GET"})

    def get(self, request: Request) -> Response:
        """Who I am and where I may go."""
        return self._show(self.user())

    def patch(self, request: Request) -> Response:
        """Changes my names or my address."""
        body = read_body(request.data, ProfileBody)
        return self._show(
            change_profile(self.actor, self.user(), body.model_dump(exclude_none=True))
        )

    def _show(self, user: User) -> Response:
        rows = Tenant.objects.filter(accesses__user=user, accesses__suspended=False)
        tenants = rows.order_by("slug")
        if self.actor.confined_to is not None:
            tenants = tenants.filter(id=self.actor.confined_to)
        return Response(wire.me(user, list(tenants)))


class MyPasswordView(MineView):
    """The password."""

    def put(self, request: Request) -> Response:
        """Changes it; every session ends, this one included."""
        body = read_body(request.data, PasswordBody)
        email = self.user().email or ""
        address = client_address(request.META)
        if identity_of_password(email, body.old_password, address=address) is None:
            raise WrongLogin
        reset_password(email, body.new_password, by=self.actor)
        return Response(status=204)


class MyTokensView(MineView):
    """My API tokens."""

    in_one_tenant = frozenset({"GET", "POST"})

    def get(self, request: Request) -> Response:
        """All of them, the newest first."""
        return Response(token_list(self.user(), confined_to=self.actor.confined_to))

    def post(self, request: Request) -> Response:
        """A new one."""
        return Response(issued(self.actor, self.user(), read_body(request.data, TokenBody)))


class MyTokenView(MineView):
    """One of my API tokens."""

    in_one_tenant = frozenset({"DELETE"})

    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revokes it."""
        revoke(self.user(), token_id, by=self.actor)
        return Response({})


def token_list(owner: User, *, confined_to: UUID | None = None) -> wire.Json:
    """The tokens of an account, as clients list them; those of one tenant for whoever is confined."""
    rows = ApiToken.objects.filter(user=owner).order_by("-created_at")
    if confined_to is not None:
        rows = rows.filter(confined_to_id=confined_to)
    kind = UserKind(owner.kind)
    results = [wire.api_token(row, kind) for row in rows]
    return {"results": results, "total": len(results)}


def issued(actor: Actor, owner: User, body: TokenBody) -> wire.Json:
    """A new token; one that is limited itself makes none with more than it has."""
    limits = actor.scopes
    if limits and not set(body.scopes or ["*"]) <= set(limits):
        raise Denied(permission="every scope of the new token")
    wish = TokenWish(
        name=body.name,
        description=body.description or "",
        life=lifetime(body.max_age),
        scopes=body.scopes,
        extended=bool(body.extended),
    )
    made = issue(owner, wish, by=actor)
    return {"id": made.id, "name": made.name, "fullToken": made.text}
