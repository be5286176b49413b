"""Who asks over ASGI: the same rights for streams and websockets as for everything else.

    actor, tenant = await authorize_scope(scope, "acme", "execution.view", namespace_id)

An `Authorization` header counts as in HTTP. A cookie counts only when the request comes from a
page of ours: browsers send cookies with websockets of any site. Nothing is read from the query.
"""

from __future__ import annotations

from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any, cast
from urllib.parse import urlsplit

from channels.db import database_sync_to_async
from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from downbeat.common.scope import tenant_entered
from tenants.access import Target, require, require_somewhere
from tenants.actors import Actor
from tenants.authentication import BasicPassword, BearerToken, actor_of_session
from tenants.contracts import TenantRef
from tenants.selectors.doors import enterable

UNKNOWN, NOT_FOUND, TOO_SLOW = 4401, 4404, 4408


class ForeignOrigin(AuthenticationFailed):
    """A page of another site tried to use somebody's cookie."""

    default_detail = "This page may not use your session."


async def authorize_scope(
    scope: dict[str, Any], slug: str, permission: str, target: Target = None
) -> tuple[Actor, TenantRef]:
    """The actor and the tenant of a connection; raises what the HTTP routes raise (401, 403, 404).

    Without a target the permission has to be held somewhere in the tenant. Call it again to
    notice revocations: long streams do so every few seconds.
    """
    asked = database_sync_to_async(_authorize)(scope, slug, permission, target)
    return cast(tuple[Actor, TenantRef], await asked)


def _authorize(
    scope: dict[str, Any], slug: str, permission: str, target: Target
) -> tuple[Actor, TenantRef]:
    actor = actor_of_scope(scope, slug)
    if actor is None:
        raise NotAuthenticated
    tenant = enterable(actor, slug)
    with tenant_entered(tenant.id):
        if target is None:
            require_somewhere(actor, permission)
        else:
            require(actor, permission, target)
    return actor, tenant


def actor_of_scope(scope: dict[str, Any], slug: str = "") -> Actor | None:
    """The actor behind an ASGI connection; None for an anonymous one. Asks the database.

    `slug` is the tenant of the address, whose trusted issuers count.
    """
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    request = _request(scope, headers)
    asked = Request(request, parser_context={"kwargs": {"tenant": slug}})
    for kind in (BearerToken, BasicPassword):
        found = kind().authenticate(asked)
        if found is not None:
            return found[0]
    actor = actor_of_session(request)
    if actor is not None and not _same_site(scope, headers):
        raise ForeignOrigin
    return actor


def _request(scope: dict[str, Any], headers: dict[str, str]) -> HttpRequest:
    """As much of a request as the checks look at."""
    request = HttpRequest()
    client = scope.get("client") or ("", 0)
    request.META["REMOTE_ADDR"] = client[0]
    if "authorization" in headers:
        request.META["HTTP_AUTHORIZATION"] = headers["authorization"]
    cookies = SimpleCookie(headers.get("cookie", ""))
    request.COOKIES = {name: morsel.value for name, morsel in cookies.items()}
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return request


def _same_site(scope: dict[str, Any], headers: dict[str, str]) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return str(scope["type"]) == "http"
    return urlsplit(origin).netloc == headers.get("host")
