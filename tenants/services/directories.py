"""Directories of a tenant and their tokens: made, exchanged and ended by its admins."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from downbeat.common import clock
from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants import tokens
from tenants.access import require
from tenants.actors import Actor, ActorKind
from tenants.audit_words import Change
from tenants.contracts import TenantRef
from tenants.errors import NameTaken
from tenants.models import DirectoryClient, Membership
from tenants.selectors.nestings import nested_source_of, source_of
from tenants.services import audit, shadows

OVERLAP: Final = timedelta(hours=24)
"""How long the token before the newest one still opens, so that nobody is locked out meanwhile."""
SCOPES: Final = ("user.*", "group.*")
USED_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class NewDirectory:
    """A directory and its token, whose text exists at this moment only."""

    row: DirectoryClient
    token: str = field(repr=False)


@dataclass(frozen=True)
class DirectoryFacts:
    """What can be said about a directory; None leaves a fact as it is."""

    name: str | None = None
    description: str | None = None
    enabled: bool | None = None

    def given(self) -> dict[str, object]:
        """The facts that were said."""
        return {name: value for name, value in vars(self).items() if value is not None}


def create_directory(actor: Actor, name: str, description: str) -> NewDirectory:
    """A directory that may say from now on who belongs to the tenant; raises NameTaken."""
    with tenant_scope(current_tenant()):
        _require(actor)
        token = tokens.make(tokens.TokenKind.DIRECTORY, secrets.choice)
        row = DirectoryClient(name=name, description=description, **_kept(token))
        _save(row)
        audit.record(actor, Change.of("directory", "created", row.id), after=_state(row))
    return NewDirectory(row, token.text)


def update_directory(actor: Actor, id: UUID, facts: DirectoryFacts) -> DirectoryClient:
    """Another name or description, or an end to its token's validity and back again."""
    with tenant_scope(current_tenant()):
        _require(actor)
        row = directory(id, lock=True)
        before = _state(row)
        for name, value in facts.given().items():
            setattr(row, name, value)
        _save(row)
        change = Change.of("directory", "updated", row.id)
        audit.record(actor, change, before=before, after=_state(row))
    return row


def exchange_token(actor: Actor, id: UUID, *, at_once: bool) -> NewDirectory:
    """A new token; the one before it opens for another day, or no more when `at_once`."""
    with tenant_scope(current_tenant()):
        _require(actor)
        row = directory(id, lock=True)
        row.previous_lookup, row.previous_digest = row.lookup, bytes(row.digest)
        row.previous_until = clock.now() + (timedelta() if at_once else OVERLAP)
        token = tokens.make(tokens.TokenKind.DIRECTORY, secrets.choice)
        for name, value in _kept(token).items():
            setattr(row, name, value)
        _save(row)
        change = Change.of("directory", "credentials exchanged", row.id, atOnce=at_once)
        audit.record(actor, change, after=_state(row))
    return NewDirectory(row, token.text)


def delete_directory(actor: Actor, id: UUID) -> None:
    """Ends a directory. Its people and groups stay, and from now on are looked after by hand."""
    with tenant_scope(current_tenant()):
        _require(actor)
        shadows.rights_locked()
        row = directory(id, lock=True)
        ours = (source_of(row.id), nested_source_of(row.id))
        Membership.objects.filter(source__in=ours).update(source="")
        audit.record(actor, Change.of("directory", "deleted", row.id), before=_state(row))
        DirectoryClient.objects.filter(id=row.id).delete()


def directory(id: UUID, *, lock: bool = False) -> DirectoryClient:
    """The directory with that id; call inside the tenant's scope."""
    rows = DirectoryClient.objects.filter(id=id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound("directory")
    return found


def actor_of_directory(text: str, tenant: TenantRef) -> Actor | None:
    """The actor of a directory's token in that tenant; None for any other token. Two queries.

    It may look at and change people and groups, of this tenant, and nothing else.
    """
    token = tokens.parse(text)
    if token is None or token.kind is not tokens.TokenKind.DIRECTORY:
        return None
    with tenant_scope(tenant.id):
        row = _proved(token)
        if row is None:
            return None
        now = clock.now()
        if row.last_used_at is None or now - row.last_used_at > USED_EVERY:
            DirectoryClient.objects.filter(id=row.id).update(last_used_at=now)
    return Actor(
        id=None,
        name=f"directory {row.name}",
        kind=ActorKind.DIRECTORY,
        tenants={tenant.slug: tenant.id},
        token_id=row.id,
        scopes=SCOPES,
    )


def _proved(token: tokens.Token) -> DirectoryClient | None:
    named = Q(lookup=token.lookup) | Q(previous_lookup=token.lookup)
    row = DirectoryClient.objects.filter(named, enabled=True).first()
    if row is None:
        return None
    if row.lookup == token.lookup:
        digest, until = bytes(row.digest), row.expires_at
    else:
        digest, until = bytes(row.previous_digest), row.previous_until or row.created_at
    good = hmac.compare_digest(digest, token.digest)
    return row if good and until > clock.now() else None


def _kept(token: tokens.Token) -> dict[str, object]:
    most: timedelta = settings.DOWNBEAT.token_max_age
    return {
        "lookup": token.lookup,
        "digest": token.digest,
        "expires_at": clock.now() + most,
    }


def _require(actor: Actor) -> None:
    """A directory takes people in and out and fills groups: whoever makes one may do all that."""
    for permission in ("user.edit", "group.edit", "binding.edit"):
        require(actor, permission)


def _save(row: DirectoryClient) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken(name=row.name) from None


def _state(row: DirectoryClient) -> dict[str, object]:
    return {
        "name": row.name,
        "description": row.description,
        "enabled": row.enabled,
        "expiresAt": row.expires_at,
    }
