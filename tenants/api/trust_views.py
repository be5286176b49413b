"""Trusted issuers of a tenant, and what they would make of a token."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.scope import tenant_scope
from tenants.api.trust_bodies import TrustBody, TrustTestBody
from tenants.api.wire import Json
from tenants.http import TenantViewSet
from tenants.models import TrustedIssuer
from tenants.services.trusted_issuers import create_issuer, delete_issuer, issuer, update_issuer
from tenants.services.trusted_tokens import Opinion, opinions
from tenants.sso.refusals import Refused


class TrustedIssuerViewSet(TenantViewSet):
    """Trusted issuers. They let others act as service accounts, so they need that right."""

    actions = {
        "list": "serviceaccount.view",
        "create": "serviceaccount.edit",
        "retrieve": "serviceaccount.view",
        "update": "serviceaccount.edit",
        "destroy": "serviceaccount.edit",
        "test": "serviceaccount.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """All of them by name."""
        with tenant_scope(self.tenant.id):
            rows = list(TrustedIssuer.objects.select_related("account").order_by("name"))
        return Response({"results": [_shown(row) for row in rows], "total": len(rows)})

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        body = read_body(request.data, TrustBody)
        made = create_issuer(self.actor, body.service_account, body.facts())
        return Response(_shown(made), status=201)

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            return Response(_shown(issuer(id)))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """All of it anew."""
        body = read_body(request.data, TrustBody)
        return Response(_shown(update_issuer(self.actor, id, body.service_account, body.facts())))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Ends the trust."""
        delete_issuer(self.actor, id)
        return Response(status=204)

    def test(self, request: Request, tenant: str) -> Response:
        """What would become of a token, and why; nothing is kept and nothing is given."""
        body = read_body(request.data, TrustTestBody)
        with tenant_scope(self.tenant.id):
            return Response(_tried(body.token))


def _tried(text: str) -> Json:
    try:
        token, found = opinions(text, all_rows=True)
    except Refused as refused:
        return {"accepted": False, "code": refused.code, "message": refused.detail, "opinions": []}
    good = [opinion for opinion in found if opinion.believed is not None]
    shown = {
        "header": token.header,
        "claims": token.claims,
        "opinions": [_opinion(opinion) for opinion in found],
    }
    if len(good) == 1:
        return {"accepted": True, "code": "ok", "message": "", **_accepted(good[0]), **shown}
    code = "token.ambiguous" if good else "token.issuer" if not found else "token.refused"
    message = {
        "token.ambiguous": "several trusted issuers take it; make their conditions exclude each other",
        "token.issuer": f"no trusted issuer is {token.claims.get('iss')}",
        "token.refused": "no trusted issuer takes it; see the opinions",
    }[code]
    return {"accepted": False, "code": code, "message": message, **shown}


def _accepted(opinion: Opinion) -> Json:
    row, believed = opinion.row, opinion.believed
    return {
        "serviceAccount": {"id": row.account_id, "name": row.account.name},
        "scopes": row.scopes,
        "expiresAt": believed.expires_at if believed else None,
        "directUse": not row.single_use,
    }


def _opinion(opinion: Opinion) -> Json:
    refused = opinion.refused
    return {
        "trustedIssuer": {"id": opinion.row.id, "name": opinion.row.name},
        "accepted": refused is None,
        "code": refused.code if refused else "ok",
        "message": refused.detail if refused else "",
    }


def _shown(row: TrustedIssuer) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "enabled": row.enabled,
        "issuer": row.issuer,
        "jwksUrl": row.jwks_url,
        "keys": row.keys,
        "audiences": row.audiences,
        "conditions": row.conditions,
        "algorithms": row.algorithms,
        "serviceAccount": row.account_id,
        "scopes": row.scopes,
        "maxLifetime": f"PT{row.longest_life}S",
        "singleUse": row.single_use,
        "createdAt": row.created_at,
        "updatedAt": row.updated_at,
        "lastUsedAt": row.last_used_at,
    }
