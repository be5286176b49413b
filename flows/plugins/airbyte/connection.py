"""How to reach Airbyte and who is calling: connections, and the ways to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlsplit

from pydantic import Field

from downbeat.sdk.connection import Connection, need
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.patience import BRIEF

CLOUD: Final = "https://api.airbyte.com/v1"
_WAYS: Final = (
    frozenset({"token"}),
    frozenset({"client_id", "client_secret", "token_url"}),
    frozenset({"username", "password"}),
)


class ApplicationCredentials(Spec):
    """An application of Airbyte: its id and its secret are exchanged for a token."""

    client_id: Dyn[Text]
    client_secret: Dyn[Text]


class AirbyteConnection(Connection):
    """An Airbyte of one's own.

    `url` is its address, for example `http://localhost:8000`. To sign in, give `token`, or
    `clientId` and `clientSecret` of an application, or `username` and `password`; nothing, where
    Airbyte asks for nothing.
    """

    connection_type: ClassVar[str] = "airbyte"
    secret_values: ClassVar[frozenset[str]] = frozenset({"token", "client_secret", "password"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "url": ("AIRBYTE_URL",),
        "token": ("AIRBYTE_TOKEN",),
        "client_id": ("AIRBYTE_CLIENT_ID",),
        "client_secret": ("AIRBYTE_CLIENT_SECRET",),
        "username": ("AIRBYTE_USERNAME",),
        "password": ("AIRBYTE_PASSWORD",),
    }
    alternatives: ClassVar[tuple[frozenset[str], ...]] = _WAYS

    url: Dyn[Text | None] = None
    token: Dyn[Text | None] = None
    client_id: Dyn[Text | None] = None
    client_secret: Dyn[Text | None] = None
    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        from flows.plugins.airbyte.reaching import own_airbyte

        with own_airbyte(ctx, self) as api:
            found = api.read("POST", "/api/v1/workspaces/list", {}, patience=BRIEF)
        return f"{api.host} lets these credentials see {_workspaces(found.get('workspaces'))}"


class AirbyteCloudConnection(Connection):
    """Airbyte's cloud, or the public API of any Airbyte.

    To sign in, give `token`, or `clientId` and `clientSecret` of an application, or `username` and
    `password`. `url` is the address of the API; for an Airbyte of one's own it ends in
    `/api/public/v1`. `tokenURL` is where applications get their tokens.
    """

    connection_type: ClassVar[str] = "airbyte.cloud"
    secret_values: ClassVar[frozenset[str]] = frozenset({"token", "client_secret", "password"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "url": ("AIRBYTE_CLOUD_URL",),
        "token": ("AIRBYTE_CLOUD_TOKEN",),
        "client_id": ("AIRBYTE_CLOUD_CLIENT_ID",),
        "client_secret": ("AIRBYTE_CLOUD_CLIENT_SECRET",),
        "token_url": ("AIRBYTE_CLOUD_TOKEN_URL",),
        "username": ("AIRBYTE_CLOUD_USERNAME",),
        "password": ("AIRBYTE_CLOUD_PASSWORD",),
    }
    alternatives: ClassVar[tuple[frozenset[str], ...]] = _WAYS

    url: Dyn[Text | None] = None
    token: Dyn[Text | None] = None
    client_id: Dyn[Text | None] = None
    client_secret: Dyn[Text | None] = None
    token_url: Dyn[Text | None] = Field(default=None, alias="tokenURL")
    username: Dyn[Text | None] = None
    password: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        from flows.plugins.airbyte.reaching import public_airbyte

        with public_airbyte(ctx, self) as api:
            found = api.read("GET", "/workspaces", patience=BRIEF)
        return f"{api.host} lets these credentials see {_workspaces(found.get('data'))}"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that somebody else has fetched."""

    token: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application, and where it gets its tokens."""

    client_id: str
    client_secret: str
    token_url: str


@dataclass(frozen=True, slots=True)
class Basic:
    """A user and a password."""

    username: str
    password: str


SignIn = Bearer | Application | Basic | None


def sign_in(
    ctx: RunContext, found: AirbyteConnection | AirbyteCloudConnection, *, token_url: str
) -> SignIn:
    """The way to sign in; a pair of which one half is missing is an error."""
    if found.token:
        return Bearer(found.token)
    if found.client_id or found.client_secret:
        need(ctx, found, "client_id", "client_secret")
        return Application(found.client_id or "", found.client_secret or "", token_url)
    if found.username or found.password:
        need(ctx, found, "username", "password")
        return Basic(found.username or "", found.password or "")
    return None


def address(url: str, *, without: str = "") -> str:
    """The address as it is put before paths; it is checked, and never shown when it is wrong.

    ``without``: an ending that people copy along and that the paths bring themselves.
    """
    text = url.strip().rstrip("/")
    if without:
        text = text.removesuffix(without).rstrip("/")
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise TaskFailed("'url' is not an address that starts with http:// or https://")
    return text


def _workspaces(found: object) -> str:
    count = len(found) if isinstance(found, list) else 0
    return "1 workspace" if count == 1 else f"{count} workspaces"
