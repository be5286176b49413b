"""What people see and change of themselves: profile, password, API tokens."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import Denied
from tenants.actors import some_id
from tenants.api import wire
from tenants.api.bodies import PasswordBody, ProfileBody, TokenBody
from tenants.authentication import client_address
from tenants.errors import WrongLogin
from tenants.http import InstanceAPIView
from tenants.models import ApiToken, Tenant, User
from tenants.models.people import UserKind
from tenants.services.people import change_profile, reset_password
from tenants.services.sign_in import identity_of_password
from tenants.services.tokens import TokenWish, issue, lifetime, revoke


class MineView(InstanceAPIView):
    """Base of pages about oneself; every signed-in principal has them."""

    instance_admin = False

    def user(self) -> User:
        """Whose page it is."""
        return User.objects.get(id=some_id(self.actor))


class MeView(MineView):
    """The profile."""

    def get(self, request: Request) -> Response:
        """Who I am and where I may go."""
        return self._show(self.user())

    def patch(self, request: Request) -> Response:
        """Changes my names or my address."""
        body = read_body(request.data, ProfileBody)
        return self._show(change_profile(self.user(), body.model_dump(exclude_none=True)))

    def _show(self, user: User) -> Response:
        tenants = Tenant.objects.filter(accesses__user=user).order_by("slug")
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
        reset_password(email, body.new_password)
        return Response(status=204)


class MyTokensView(MineView):
    """My API tokens."""

    def get(self, request: Request) -> Response:
        """All of them, the newest first."""
        return Response(token_list(self.user()))

    def post(self, request: Request) -> Response:
        """A new one."""
        return Response(issued(self.actor.scopes, self.user(), read_body(request.data, TokenBody)))


class MyTokenView(MineView):
    """One of my API tokens."""

    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revokes it."""
        revoke(self.user().id, token_id)
        return Response({})


def token_list(owner: User) -> wire.Json:
    """The tokens of an account, as clients list them."""
    rows = ApiToken.objects.filter(user=owner).order_by("-created_at")
    kind = UserKind(owner.kind)
    results = [wire.api_token(row, kind) for row in rows]
    return {"results": results, "total": len(results)}


def issued(limits: tuple[str, ...], owner: User, body: TokenBody) -> wire.Json:
    """A new token; one that is limited itself makes none with more than it has."""
    if limits and not set(body.scopes or ["*"]) <= set(limits):
        raise Denied(permission="every scope of the new token")
    wish = TokenWish(
        name=body.name,
        description=body.description or "",
        life=lifetime(body.max_age),
        scopes=body.scopes,
        extended=bool(body.extended),
    )
    made = issue(owner, wish)
    return {"id": made.id, "name": made.name, "fullToken": made.text}
