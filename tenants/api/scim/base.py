"""What SCIM's addresses share: a directory's token, its media type, its form of errors."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.parsers import OrjsonParser
from downbeat.common.api.renderers import OrjsonRenderer
from tenants.actors import Actor
from tenants.authentication import (
    CHALLENGE,
    BasicPassword,
    BearerToken,
    SessionCookie,
    credentials,
)
from tenants.http import TenantViewSet
from tenants.scim.errors import DirectoryOnly, ScimError, Stale
from tenants.selectors.tenants import tenant_of_slug
from tenants.services.directories import actor_of_directory
from tenants.tokens import TokenKind, parse

MEDIA_TYPE: Final = "application/scim+json"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_VERSION: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


class ScimParser(OrjsonParser):
    """`application/scim+json`."""

    media_type = MEDIA_TYPE


class ScimRenderer(OrjsonRenderer):
    """JSON that says it is SCIM."""

    media_type = MEDIA_TYPE


class DirectoryToken(BaseAuthentication):
    """`Authorization: Bearer dwb_dir_…`, for the tenant that the address names."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """Other tokens are for those who come after it."""
        text = credentials(request.META, "bearer")
        token = parse(text) if text else None
        if text is None or token is None or token.kind is not TokenKind.DIRECTORY:
            return None
        slug = str(request.parser_context["kwargs"].get("tenant", ""))
        tenant = tenant_of_slug(slug)
        actor = actor_of_directory(text, tenant) if tenant else None
        if actor is None:
            raise AuthenticationFailed("The token is not valid here, has expired or was exchanged.")
        return actor, "directory"

    def authenticate_header(self, request: Request) -> str:
        """What a client should have sent."""
        return CHALLENGE


class ScimViewSet(TenantViewSet):
    """An address of SCIM. People's own tokens find it and are turned away."""

    authentication_classes = (DirectoryToken, BearerToken, BasicPassword, SessionCookie)
    parser_classes = (ScimParser, OrjsonParser)
    renderer_classes = (ScimRenderer,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A directory of this tenant, and nobody else."""
        super().initial(request, *args, **kwargs)
        if not self.actor.is_directory or self.actor.token_id is None:
            raise DirectoryOnly
        self.client_id = self.actor.token_id
        self.base = base_of(request, self.tenant.slug)

    def handle_exception(self, exc: Exception) -> Response:
        """Directories are told in SCIM's words; whoever is none hears ours."""
        response = super().handle_exception(exc)
        if not hasattr(self, "client_id"):
            return response
        problem = response.data or {}
        body = error_body(exc, response.status_code, problem.get("detail", ""))
        told = Response(body, status=response.status_code, content_type=MEDIA_TYPE)
        # The body's form is closed, so our own code stands beside it.
        told["Downbeat-Error-Code"] = problem.get("code", "")
        if "Retry-After" in response.headers:
            told["Retry-After"] = response.headers["Retry-After"]
        return told


def error_body(error: Exception, status: int, detail: str) -> dict[str, Any]:
    """An error in SCIM's words."""
    body: dict[str, Any] = {"schemas": [ERROR], "status": str(status), "detail": detail}
    if isinstance(error, ScimError) and error.word is not None:
        body["scimType"] = error.word.value
    return body


def base_of(request: Any, slug: str) -> str:
    """The address below which a tenant's SCIM stands."""
    root = settings.DOWNBEAT.public_url.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return f"{root}/api/v1/{slug}/scim/v2"


def expected_version(request: Request) -> int | None:
    """The version that a change is meant for: `If-Match: W/"3"`; None for any."""
    given = request.headers.get("If-Match", "").strip()
    return version_of(given)


def version_of(given: str) -> int | None:
    """The number in a version as it is written: `W/"3"`; None for any; raises Stale."""
    if given in {"", "*"}:
        return None
    found = _VERSION.fullmatch(given)
    if found is None:
        raise Stale(f"{given} is no version of it")
    return int(found.group(1))


def resource(document: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    """One resource with its version, and where it stands when it is new."""
    meta = document.get("meta") or {}
    response = Response(document, status=status)
    if "version" in meta:
        response["ETag"] = meta["version"]
    if status == HTTPStatus.CREATED:
        response["Location"] = meta["location"]
    return response


def is_known(request: Request, document: dict[str, Any]) -> bool:
    """Whether the client has that version already: `If-None-Match`."""
    given = [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]
    return document["meta"]["version"] in given
