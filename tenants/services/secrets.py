"""Secrets of namespaces: written by people, read by attempts, never given back by a route."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models.functions import Upper

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import BadSecretKey, NamespaceNotFound, SecretMissing
from tenants.life_errors import (
    SecretsReadOnly,
)
from tenants.models import Secret
from tenants.selectors import namespaces
from tenants.services import audit, keys
from tenants.services.namespaces import ensure_namespace
from tenants.services.secret_managers import is_read_only
from tenants.services.secret_resolution import context_of

_KEY = re.compile(r"[A-Za-z0-9._-]{1,150}")


@dataclass(frozen=True)
class SecretFacts:
    """What is known about a secret besides its value."""

    description: str | None = None
    tags: Sequence[Mapping[str, str]] | None = None


@dataclass(frozen=True)
class NewSecret:
    """A secret as somebody writes it."""

    key: str
    value: str = field(repr=False)
    facts: SecretFacts = SecretFacts()


def put_secret(actor: Actor, namespace: str, secret: NewSecret) -> None:
    """Stores a value under a name, over an older one."""
    if _KEY.fullmatch(secret.key) is None:
        raise BadSecretKey(key=secret.key)
    with tenant_scope(current_tenant()):
        place = ensure_namespace(actor, namespace)
        require(actor, "secret.edit", place.id)
        if is_read_only(namespace):
            raise SecretsReadOnly(namespace=namespace)
        found = _find(place.id, secret.key)
        before = _state(found) if found else None
        row = found or Secret(namespace_id=place.id, version=0)
        row.key = secret.key
        row.version += 1
        row.value = keys.encrypt(secret.value, context=context_of(row))
        _describe(row, secret.facts)
        row.updated_by = actor.id
        row.save()
        event = "updated" if found else "created"
        _record(actor, row, event, namespace, before=before, after=_state(row))


def describe_secret(actor: Actor, namespace: str, key: str, facts: SecretFacts) -> None:
    """Changes a secret's description and tags; the value stays."""
    with tenant_scope(current_tenant()):
        row = _own(actor, namespace, key, "secret.edit")
        before = _state(row)
        _describe(row, facts)
        row.updated_by = actor.id
        row.save()
        _record(actor, row, "updated", namespace, before=before, after=_state(row))


def delete_secret(actor: Actor, namespace: str, key: str) -> None:
    """Forgets a secret."""
    with tenant_scope(current_tenant()):
        row = _own(actor, namespace, key, "secret.delete")
        _record(actor, row, "deleted", namespace, before=_state(row), after=None)
        row.delete()


def _own(actor: Actor, namespace: str, key: str, permission: str) -> Secret:
    place = namespaces.by_path(namespace)
    if place is None:
        raise NamespaceNotFound(namespace)
    require(actor, permission, place.id)
    row = _find(place.id, key)
    if row is None:
        raise SecretMissing(key, namespace)
    return row


def _find(namespace_id: UUID, key: str) -> Secret | None:
    rows = Secret.objects.annotate(upper=Upper("key"))
    return rows.filter(namespace_id=namespace_id, upper=key.upper()).select_for_update().first()


def _state(row: Secret) -> dict[str, object]:
    """What the audit trail keeps of a secret: everything but its value."""
    return {"version": row.version, "description": row.description, "tags": row.tags}


def _record(
    actor: Actor,
    row: Secret,
    event: str,
    namespace: str,
    *,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    change = Change.of("secret", event, row.key, namespace=namespace)
    audit.record(actor, change, before=before, after=after)


def _describe(row: Secret, facts: SecretFacts) -> None:
    if facts.description is not None:
        row.description = facts.description
    if facts.tags is not None:
        row.tags = [dict(tag) for tag in facts.tags]
