"""The way of a browser to a provider and back: addresses, the browser's cookie, the session."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from tenants.api.browser_sessions import begin_session
from tenants.authentication import set_csrf_cookie
from tenants.contracts import TenantRef
from tenants.selectors.federated_sessions import KEY
from tenants.services import sign_in_attempts
from tenants.services.federated import Arrival
from tenants.services.sign_in_attempts import Wish
from tenants.sso import openid, saml
from tenants.sso.config import Description, ProviderType
from tenants.sso.known import Known, Secrets

PORTAL: Final = "/ui"
LOGIN: Final = "/ui/login"
COOKIE_SECONDS: Final = 1800
_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@dataclass(frozen=True)
class Begun:
    """A sign-in that waits for its answer: where the browser goes, and how we know it again."""

    id: UUID
    location: str
    browser: str


def origin(request: Request | HttpRequest) -> str:
    """Our own address: the operator's, or the one that was asked, whose host has been checked."""
    fixed = str(settings.DOWNBEAT.public_url).rstrip("/")
    if fixed:
        parts = urlsplit(fixed)
        return f"{parts.scheme}://{parts.netloc}"
    return f"{request.scheme}://{request.get_host()}"


def safe_next(text: str | None) -> str:
    """A path inside the portal; whatever else somebody wrote becomes the portal's first page."""
    return text if text and _PATH.fullmatch(text) and len(text) <= 1000 else "/"


def begin(
    request: Request, known: Known, wish: Wish, *, kept: Mapping[str, Any] | None = None
) -> Begun:
    """Remembers a sign-in and says where the browser goes; raises Refused."""
    state, browser = secrets.token_urlsafe(32), _browser_of(request) or secrets.token_urlsafe(32)
    if known.description.type is ProviderType.OIDC:
        nonce = secrets.token_urlsafe(32)
        verifier, pkce = openid.challenge()
        location = openid.authorization_address(
            request._request,
            known,
            state=state,
            nonce=nonce,
            pkce=pkce,
            hint=request.query_params.get("login_hint", "")[:254],
        )
        match: dict[str, Any] = {"nonce": nonce, "verifier": verifier}
    else:
        location, request_id = saml.authentication_request(known.saml, known.us, state)
        match = {"request": request_id}
    id = sign_in_attempts.begin(
        known, wish, state=state, browser=browser, kept={**(kept or {}), **match}
    )
    return Begun(id, location, browser)


def as_draft(known: Known) -> dict[str, Any]:
    """A provider that is not saved, to be sealed in the attempt that tries it."""
    return {
        "draft": known.description.model_dump(mode="json"),
        "secrets": {
            "client_secret": known.secrets.client_secret,
            "private_key": known.secrets.private_key,
            "certificate": known.secrets.certificate,
        },
    }


def of_draft(kept: Mapping[str, Any], tenant: TenantRef, base: str) -> Known:
    """The provider that an attempt tries."""
    described = Description.model_validate(kept["draft"])
    return Known(tenant.id, tenant.slug, base, described, Secrets(**kept["secrets"]))


def enter(request: HttpRequest, known: Known, arrival: Arrival, next: str) -> HttpResponseBase:
    """A new session of that browser, which dies with what the provider vouched for."""
    request.session.flush()
    begin_session(request, arrival.user)
    request.session[KEY] = [str(known.tenant_id), str(arrival.session_id)]
    request.session.set_expiry(arrival.seconds)
    answer = to_portal(next if next != "/" else f"/{known.slug}/flows")
    forget_browser(answer)
    return set_csrf_cookie(request, answer)


def to_portal(path: str, **query: str) -> HttpResponseRedirect:
    """A page of ours; 303, so that a posted answer is not posted again."""
    mark = "&" if "?" in path else "?"
    more = mark + urlencode(query) if query else ""
    return _see_other(f"{PORTAL}{path}{more}")


def to_login(code: str, slug: str, next: str = "/") -> HttpResponseRedirect:
    """The login page, with the reason why nobody was let in."""
    query = {"error": code, "tenant": slug, **({"next": next} if next != "/" else {})}
    answer = _see_other(f"{LOGIN}?{urlencode(query)}")
    forget_browser(answer)
    return answer


def away(location: str) -> HttpResponseRedirect:
    """To the provider. What the browser sends there does not say where it comes from."""
    answer = _see_other(location)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _see_other(location: str) -> HttpResponseRedirect:
    answer = HttpResponseRedirect(location)
    answer.status_code = 303
    answer["Cache-Control"] = "no-store"
    return answer


def remember_browser(answer: Any, browser: str) -> None:
    """The answer must come back with the browser that asked."""
    answer.set_cookie(
        _cookie(),
        browser,
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path="/",
    )


def forget_browser(answer: Any) -> None:
    """After a sign-in there is nothing left to match."""
    answer.delete_cookie(_cookie(), path="/", samesite="Lax")


def browser_of(request: Request) -> str:
    """What the browser's cookie says; empty without one."""
    return _browser_of(request)


def _browser_of(request: Request) -> str:
    found = request.COOKIES.get(_cookie(), "")
    return found if 20 <= len(found) <= 100 else ""


def _cookie() -> str:
    return "__Host-downbeat_sign_in" if settings.SESSION_COOKIE_SECURE else "downbeat_sign_in"
