"""Token exchange: a token of a trusted issuer against a short-lived one of ours (RFC 8693)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.parsers import OrjsonParser
from downbeat.common.scope import tenant_entered
from tenants import throttle
from tenants.api.trust_bodies import ExchangeTokenBody
from tenants.audited import origin_of
from tenants.authentication import client_address
from tenants.contracts import TenantRef
from tenants.http import PublicAPIView
from tenants.selectors.tenants import tenant_of_slug
from tenants.services import audit
from tenants.services.trusted_tokens import Given, exchange, refused_here
from tenants.sso.refusals import Refused

EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ACCESS: Final = "urn:ietf:params:oauth:token-type:access_token"
TAKEN: Final = frozenset(
    f"urn:ietf:params:oauth:token-type:{kind}" for kind in ("jwt", "id_token", "access_token")
)


class TokenExchangeView(PublicAPIView):
    """The token is the credential: nobody has to sign in before."""

    parser_classes = (FormParser, OrjsonParser)

    def post(self, request: Request, tenant: str) -> Response:
        """A token of ours; errors as OAuth writes them (RFC 6749 section 5.2)."""
        body = read_body(request.data, ExchangeTokenBody)
        address = client_address(request.META)
        throttle.refuse_if_blocked(f"exchange {tenant}", address)
        found = tenant_of_slug(tenant)
        try:
            text = _token_of(body)
            # An unknown tenant is answered like an unknown issuer.
            given = _exchanged(request, found, text, body.scope.split())
        except Refused as refused:
            throttle.failed(f"exchange {tenant}", address)
            if found is not None:
                refused_here(found.id, address, refused)
            return _refusal(refused)
        throttle.succeeded(f"exchange {tenant}", address)
        return Response(
            {
                "access_token": given.token.text,
                "issued_token_type": ACCESS,
                "token_type": "Bearer",
                "expires_in": int(given.life.total_seconds()),
                "scope": " ".join(given.scopes),
            }
        )


def _exchanged(request: Request, tenant: TenantRef | None, text: str, scopes: list[str]) -> Given:
    if tenant is None:
        raise Refused("token.issuer", "nobody here trusts its issuer")
    with tenant_entered(tenant.id), audit.from_(origin_of(request)):
        return exchange(text, scopes)


def _token_of(body: ExchangeTokenBody) -> str:
    if body.grant_type == ASSERTION and body.assertion:
        return body.assertion
    if body.grant_type not in {EXCHANGE, ASSERTION}:
        raise Refused("unsupported_grant_type", f"grant_type must be {EXCHANGE}")
    if body.grant_type == ASSERTION or not body.subject_token:
        raise Refused("invalid_request", "the token is missing")
    if body.subject_token_type not in TAKEN:
        raise Refused("invalid_request", f"subject_token_type must be one of {sorted(TAKEN)}")
    if body.requested_token_type not in {"", ACCESS}:
        raise Refused("invalid_request", f"requested_token_type must be {ACCESS}")
    return body.subject_token


def _refusal(refused: Refused) -> Response:
    own = {"unsupported_grant_type", "invalid_request"}
    scope = "invalid_scope" if refused.code == "token.scope" else "invalid_grant"
    error = refused.code if refused.code in own else scope
    # Which claim was missing is for the tenant's admins: they see it in the audit trail.
    told = refused.detail if error in {*own, "invalid_scope"} else "The token is not accepted here."
    code = refused.code if error != "invalid_grant" else "token.refused"
    body = {"error": error, "error_description": told, "code": code}
    return Response(body, status=HTTPStatus.BAD_REQUEST, headers={"Cache-Control": "no-store"})
