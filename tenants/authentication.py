"""Who asks: a bearer token, an e-mail address with its password, or a session cookie."""

from __future__ import annotations

import base64
import hmac
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.actors import Actor
from tenants.models import User
from tenants.selectors import federated_sessions, identities
from tenants.selectors.tenants import tenant_of_slug
from tenants.services.second_step import needed
from tenants.services.sign_in import actor_of_password, actor_of_token
from tenants.services.trusted_tokens import actor_of_trusted

CHALLENGE = 'Bearer realm="downbeat"'


class PasswordBackend(BaseBackend):
    """Django's door for sessions."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless they were deactivated."""
        return User.objects.filter(pk=user_id, active=True).first()


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer dwb_…`, or a token of an issuer that the address's tenant trusts."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """A wrong token is refused even where a session would do."""
        text = credentials(request.META, "bearer")
        if text is None:
            return None
        actor = _of_issuer(request, text) if text.count(".") == 2 else actor_of_token(text)
        if actor is None:
            raise AuthenticationFailed("The token is not valid, has expired or was revoked.")
        return actor, "token"

    def authenticate_header(self, request: Request) -> str:
        """What a client should have sent."""
        return CHALLENGE


def _of_issuer(request: Request, text: str) -> Actor | None:
    """Who a token of others acts as; it means nothing outside of a tenant's addresses."""
    context = request.parser_context or {}
    tenant = tenant_of_slug(str(context.get("kwargs", {}).get("tenant", "")))
    return actor_of_trusted(text, tenant) if tenant else None


class BasicPassword(BaseAuthentication):
    """`Authorization: Basic …` with e-mail address and password."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """Costs one query when the same credentials were checked before by this process."""
        encoded = credentials(request.META, "basic")
        if encoded is None:
            return None
        email, password = _decoded(encoded)
        actor = actor_of_password(email, password, address=client_address(request.META))
        if actor is None:
            raise AuthenticationFailed("The e-mail address or the password is wrong.")
        if actor.id is not None and needed(actor.id):
            raise AuthenticationFailed("This account needs a second factor: use an API token.")
        return actor, "basic"

    def authenticate_header(self, request: Request) -> str:
        """What a client should have sent."""
        return CHALLENGE


class SessionCookie(BaseAuthentication):
    """The portal's cookie. Writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """Without a cookie the request is anonymous."""
        actor = actor_of_session(request._request)
        if actor is None:
            return None
        enforce_csrf(request._request)
        return actor, "session"

    def authenticate_header(self, request: Request) -> str:
        """What a client should have sent."""
        return CHALLENGE


def actor_of_session(request: HttpRequest) -> Actor | None:
    """The actor of a session; None when it ended or the password was changed since.

    One that an identity provider vouched for also ends with the provider, with its own time, and
    with a log-out there; it reaches no further than that provider's tenant.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user_id = request.session.get(SESSION_KEY)
    identity = identities.by_id(UUID(user_id)) if user_id else None
    if identity is None or not identity.active:
        return None
    facts = {"password": identity.password, "session_epoch": identity.session_epoch}
    expected = User(id=identity.id, **facts).get_session_auth_hash()
    if not hmac.compare_digest(request.session.get(HASH_SESSION_KEY, ""), expected):
        return None
    vouched = request.session.get(federated_sessions.KEY)
    if vouched is None:
        return identity.actor()
    tenant_id = federated_sessions.tenant_of(vouched, identity.id)
    return identity.actor(confined_to=tenant_id) if tenant_id else None


class SignedIn(BasePermission):
    """Somebody stands behind the request."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Anonymous requests are answered 401."""
        return isinstance(request.user, Actor)


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason)


def enforce_csrf(request: HttpRequest) -> None:
    """Refuses a write whose CSRF token is missing or wrong."""
    # Two spellings are in use: ours and the incumbent's.
    if "HTTP_X_CSRF_TOKEN" in request.META:
        request.META.setdefault("HTTP_X_CSRFTOKEN", request.META["HTTP_X_CSRF_TOKEN"])
    request._dont_enforce_csrf_checks = False  # type: ignore[attr-defined]
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    refused = check.process_view(request, lambda _request: HttpResponse(), (), {})
    if refused is not None:
        raise PermissionDenied(f"CSRF: {refused.content.decode()}", code="csrf")


def set_csrf_cookie(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Gives the browser the cookie that belongs to the page's or session's CSRF token."""
    check = _CsrfCheck(lambda _request: HttpResponse())
    return check.process_response(request, cast(HttpResponse, response))


def client_address(meta: dict[str, str]) -> str:
    """Where the request comes from; the server has already believed its trusted proxies."""
    return meta.get("REMOTE_ADDR") or ""


def credentials(meta: dict[str, str], scheme: str) -> str | None:
    """What follows the scheme's name in the Authorization header; None for another scheme."""
    given, _, rest = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    return rest.strip() if given.lower() == scheme else None


def _decoded(encoded: str) -> tuple[str, str]:
    try:
        email, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise AuthenticationFailed("The Authorization header cannot be read.") from None
    return email, password
