"""The accounts at providers that people sign in with, and the end of their sessions."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.actors import some_id
from tenants.api import sso_flow
from tenants.api.me_views import MineView
from tenants.api.provider_bodies import LinkBody, LogoutEverywhereBody
from tenants.errors import LastWayIn, SessionNeeded, SignInRefused
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import ExternalIdentity, Tenant, User
from tenants.models.people import UserKind
from tenants.selectors.doors import enterable
from tenants.services import federated, identity_providers, sessions
from tenants.services.sign_in_attempts import Purpose, Wish
from tenants.sso.refusals import Refused


class MyIdentitiesView(MineView):
    """The accounts with which I sign in."""

    in_one_tenant = frozenset({"GET", "POST"})

    def get(self, request: Request) -> Response:
        """All of them, by tenant."""
        results = [
            {
                "id": row.id,
                "tenant": slug,
                "provider": row.provider.name if row.provider else None,
                "issuer": row.issuer,
                "subject": row.subject,
                "email": row.email,
                "createdAt": row.created_at,
                "lastLoginAt": row.last_login_at,
            }
            for slug, row in _identities(self)
        ]
        return Response({"results": results, "total": len(results)})

    def post(self, request: Request) -> Response:
        """Begins to add one: the browser goes to `location` and comes back signed in as before."""
        if request.auth != "session":
            raise SessionNeeded
        body = read_body(request.data, LinkBody)
        tenant = enterable(self.actor, body.tenant)
        origin = sso_flow.origin(request)
        known = identity_providers.known(tenant, body.provider, origin)
        if known is None:
            raise NotFound("identity provider")
        wish = Wish(Purpose.LINK, sso_flow.safe_next(body.next), self.actor.id)
        try:
            begun = sso_flow.begin(request, known, wish)
        except Refused as refusal:
            raise SignInRefused(refusal.code) from None
        answer = Response({"location": begun.location})
        sso_flow.remember_browser(answer, begun.browser)
        return answer


class MyIdentityView(MineView):
    """One of them."""

    in_one_tenant = frozenset({"DELETE"})

    def delete(self, request: Request, identity_id: UUID) -> Response:
        """Takes it away with its sessions, unless it is the only way in."""
        user = self.user()
        mine = _identities(self)
        if len(mine) == 1 and mine[0][1].id == identity_id and not user.has_usable_password():
            raise LastWayIn
        for _, row in mine:
            if row.id == identity_id:
                federated.unlink(user, identity_id, row.tenant_id, by=self.actor)
                return Response(status=204)
        raise NotFound("identity")


class MyLogoutView(MineView):
    """The end of all my sessions."""

    in_one_tenant = frozenset({"POST"})

    def post(self, request: Request) -> Response:
        """Ends them, this one included; with `tokens`, my API tokens too."""
        body = read_body(request.data, LogoutEverywhereBody)
        sessions.end_mine(self.actor, self.user(), tokens=body.tokens)
        return Response(status=204)


class PersonLogoutView(InstanceAPIView):
    """The end of all sessions of somebody, by an admin of the instance."""

    def post(self, request: Request, user_id: UUID) -> Response:
        """Ends them, in every tenant; with `tokens`, the API tokens too."""
        body = read_body(request.data, LogoutEverywhereBody)
        user = User.objects.filter(id=user_id, kind=UserKind.STANDARD).first()
        if user is None:
            raise NotFound("user")
        sessions.end_of_person(self.actor, user, tokens=body.tokens)
        return Response(status=204)


class TenantLogoutViewSet(TenantViewSet):
    """The end of the sessions of somebody in a tenant."""

    actions = {"end": "user.edit"}

    def end(self, request: Request, tenant: str, user_id: UUID) -> Response:
        """Ends those that the tenant answers for; with `tokens`, the API tokens too."""
        body = read_body(request.data, LogoutEverywhereBody)
        sessions.end_in_tenant(self.actor, self.tenant.id, user_id, tokens=body.tokens)
        return Response(status=204)


def _identities(view: MineView) -> list[tuple[str, ExternalIdentity]]:
    """Tenant by tenant: each shows its own rows only."""
    found: list[tuple[str, ExternalIdentity]] = []
    for slug, tenant_id in sorted(view.actor.tenants.items()):
        with tenant_scope(tenant_id):
            rows = ExternalIdentity.objects.filter(user_id=some_id(view.actor))
            found += [(slug, row) for row in rows.select_related("provider").order_by("id")]
    return found


def only_tenant() -> str:
    """The slug of the one tenant of the instance; empty when there are more, or none."""
    slugs = list(Tenant.objects.values_list("slug", flat=True)[:2])
    return slugs[0] if len(slugs) == 1 else ""
