"""Who stands behind a token, a session or an address: one indexed query each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connections

from tenants.actors import Actor, ActorKind
from tenants.models.people import UserKind

_PERSON = """
    u.id, u.kind, coalesce(nullif(u.name, ''), u.email, u.id::text), u.password, u.instance_admin,
    u.super_admin, u.active, u.session_epoch,
    (select json_object_agg(t.slug, t.id) from tenants_tenantaccess a
       join tenants_tenant t on t.id = a.tenant_id where a.user_id = u.id and not a.suspended)::text
"""
_BY_TOKEN = f"""
    select {_PERSON}, k.id, k.digest, k.scopes, k.expires_at, k.last_used_at, k.confined_to_id
      from tenants_apitoken k join tenants_user u on u.id = k.user_id where k.lookup = %s
"""
_BY_EMAIL = f"select {_PERSON} from tenants_user u where u.email = %s and u.home_tenant_id is null"
_BY_ID = f"select {_PERSON} from tenants_user u where u.id = %s"


@dataclass(frozen=True)
class Identity:
    """A principal as the database knows them at this moment."""

    id: UUID
    kind: UserKind
    name: str
    instance_admin: bool
    super_admin: bool
    active: bool
    session_epoch: int
    tenants: Mapping[str, UUID]
    password: str = field(repr=False)

    def actor(self, token: TokenFacts | None = None, *, confined_to: UUID | None = None) -> Actor:
        """A fresh actor for one request; confined, they are nobody outside of one tenant."""
        place = token.confined_to if token else confined_to
        free = place is None
        return Actor(
            id=self.id,
            name=self.name,
            kind=ActorKind.USER if self.kind is UserKind.STANDARD else ActorKind.SERVICE_ACCOUNT,
            tenants={slug: id for slug, id in self.tenants.items() if place in {None, id}},
            instance_admin=self.instance_admin and free,
            super_admin=self.super_admin and free,
            token_id=token.id if token else None,
            scopes=token.scopes if token else (),
            confined_to=place,
        )


@dataclass(frozen=True)
class TokenFacts:
    """What is kept of a token."""

    id: UUID
    scopes: tuple[str, ...]
    expires_at: datetime
    last_used_at: datetime | None
    confined_to: UUID | None
    digest: bytes = field(repr=False)


def by_token(lookup: str) -> tuple[Identity, TokenFacts] | None:
    """The owner of the token with that public part."""
    row = _one(_BY_TOKEN, lookup)
    if row is None:
        return None
    id, digest, scopes, expires_at, last_used_at, confined_to = row[9:]
    facts = TokenFacts(id, tuple(scopes), expires_at, last_used_at, confined_to, bytes(digest))
    return _identity(row), facts


def by_email(email: str) -> Identity | None:
    """The person with that address, unless a tenant brought them: its word ends at its border."""
    row = _one(_BY_EMAIL, email.strip().lower())
    return _identity(row) if row else None


def by_id(user_id: UUID) -> Identity | None:
    """The person with that id."""
    row = _one(_BY_ID, user_id)
    return _identity(row) if row else None


def _one(sql: str, key: str | UUID) -> tuple[Any, ...] | None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, [key])
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def _identity(row: tuple[Any, ...]) -> Identity:
    id, kind, name, password, instance_admin, super_admin, active, epoch, tenants = row[:9]
    listed = orjson.loads(tenants) if tenants else {}
    return Identity(
        id=id,
        kind=UserKind(kind),
        name=name,
        instance_admin=instance_admin,
        super_admin=super_admin,
        active=active,
        session_epoch=epoch,
        tenants={slug: UUID(tenant) for slug, tenant in listed.items()},
        password=password,
    )
