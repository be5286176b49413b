"""The shapes of answers about tenants, accounts, and who lets people in, as OpenAPI shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common.api.operations import OpenShape, Shape
from tenants.api.documents import AuthMethod


class Suspension(Shape):
    """Since when a tenant is suspended, and why."""

    since: datetime
    reason: str
    running: str
    by: str


class TenantBrief(Shape):
    """A tenant that was only just made."""

    id: str
    name: str
    deleted: bool


class Tenant(TenantBrief):
    """A tenant; its slug is its id."""

    require_existing_namespace: bool
    settings: dict[str, Any]
    suspended: Suspension | None
    created_at: datetime


class TenantInFull(Tenant):
    """A tenant with its logo's digest, none without a logo: a picture of that digest may be kept."""

    logo: str | None


class Account(OpenShape):
    """Somebody's account."""

    id: UUID
    type: str
    username: str
    email: str
    display_name: str
    first_name: str
    last_name: str
    super_admin: bool
    instance_owner: bool
    auths: list[AuthMethod]


class Directory(Shape):
    """A directory that speaks SCIM, and when its token ends."""

    id: UUID
    name: str
    description: str
    enabled: bool
    address: str
    prefix: str
    expires_at: datetime
    previous_until: datetime | None
    created_at: datetime
    last_used_at: datetime | None


class NewDirectory(Directory):
    """The same with its token, which is shown this once."""

    full_token: str


class Directories(Shape):
    """All directories of a tenant."""

    results: list[Directory]
    total: int


class TrustedIssuer(OpenShape):
    """An issuer of tokens that are exchanged for ours."""

    id: UUID
    name: str
    issuer: str
    enabled: bool


class IdentityProvider(OpenShape):
    """Where people of a tenant sign in, without its secrets."""

    name: str
    display_name: str
    type: str
    enabled: bool
    version: int


class IdentityProviders(Shape):
    """All of a tenant, in the order of their buttons."""

    results: list[IdentityProvider]
    total: int


class Invitation(OpenShape):
    """An invitation; its link is in the answer that makes or renews it."""

    id: UUID
    email: str
    status: str
    tenant_id: str


class ScimResource(OpenShape):
    """A resource, a list of them, or a message, as RFC 7643 and RFC 7644 have it."""

    schemas: list[str]


SHAPES: Final = (
    TenantBrief,
    Tenant,
    TenantInFull,
    Account,
    Directory,
    NewDirectory,
    Directories,
    TrustedIssuer,
    IdentityProvider,
    IdentityProviders,
    Invitation,
    ScimResource,
)
PAGES: Final = ("Tenant", "Account", "Invitation")
