"""Identity providers of a tenant, for its administrators: kept, and tried before they are saved."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.errors import NotFound
from tenants.actors import some_id
from tenants.api import sso_flow
from tenants.api.provider_bodies import ProviderBody, TestBody, addresses, shown
from tenants.http import TenantViewSet
from tenants.services import identity_providers, sign_in_attempts
from tenants.services.sign_in_attempts import Purpose, Step, Wish
from tenants.sso.config import ProviderType
from tenants.sso.refusals import Refused


class IdentityProviderViewSet(TenantViewSet):
    """Where people of a tenant sign in. A change needs every right in the tenant."""

    actions = {
        "list": "identityprovider.view",
        "retrieve": "identityprovider.view",
        "create": "identityprovider.edit",
        "update": "identityprovider.edit",
        "destroy": "identityprovider.edit",
        "test": "identityprovider.edit",
        "result": "identityprovider.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """All of them, in the order of their buttons."""
        rows = identity_providers.listed(self.actor)
        origin = sso_flow.origin(request)
        results = [shown(row, self.tenant.slug, origin) for row in rows]
        return Response({"results": results, "total": len(results)})

    def retrieve(self, request: Request, tenant: str, name: str) -> Response:
        """One, without its secrets."""
        row = identity_providers.one(self.actor, name)
        return Response(shown(row, self.tenant.slug, sso_flow.origin(request)))

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        written = read_body(request.data, ProviderBody).written
        row = identity_providers.create(self.actor, written)
        return Response(shown(row, self.tenant.slug, sso_flow.origin(request)), status=201)

    def update(self, request: Request, tenant: str, name: str) -> Response:
        """Writes it anew; a client secret that is not written again stays."""
        written = read_body(request.data, ProviderBody).written
        row = identity_providers.update(self.actor, name, written)
        return Response(shown(row, self.tenant.slug, sso_flow.origin(request)))

    def destroy(self, request: Request, tenant: str, name: str) -> Response:
        """Takes it away; sessions that came through it end."""
        identity_providers.delete(self.actor, name)
        return Response(status=204)

    def test(self, request: Request, tenant: str) -> Response:
        """Begins a log-in with a provider that need not be saved; nothing comes of it but a report."""
        body = read_body(request.data, TestBody)
        origin = sso_flow.origin(request)
        known = identity_providers.draft(self.actor, self.tenant, body.written, origin)
        wish = Wish(Purpose.TEST, sso_flow.safe_next(body.next), some_id(self.actor))
        oidc = known.description.type is ProviderType.OIDC
        told = {"addresses": addresses(known.base, oidc=oidc)}
        try:
            begun = sso_flow.begin(request, known, wish, kept=sso_flow.as_draft(known))
        except Refused as refusal:
            problem = {"code": refusal.code, "detail": refusal.detail}
            return Response({**told, "id": None, "location": None, "problems": [problem]})
        answer = Response({**told, "id": begun.id, "location": begun.location, "problems": []})
        sso_flow.remember_browser(answer, begun.browser)
        return answer

    def result(self, request: Request, tenant: str, test_id: UUID) -> Response:
        """What came of a test: the claims, and whom they would let in as what."""
        found = sign_in_attempts.test_of(self.tenant.id, test_id, some_id(self.actor))
        if found is None:
            raise NotFound("test")
        step, taken = found
        report = taken.kept.get("report") if step is Step.DONE else None
        return Response({"id": test_id, "finished": report is not None, "report": report})
