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
from tenants.errors import BadSecretKey, NamespaceNotFound, SecretMissing
from tenants.models import Secret
from tenants.paths import lineage
from tenants.selectors import namespaces
from tenants.services import keys
from tenants.services.namespaces import ensure_namespace

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
        row = _find(place.id, secret.key) or Secret(namespace_id=place.id, version=0)
        row.key = secret.key
        row.version += 1
        row.value = keys.encrypt(secret.value, context=_context(row))
        _describe(row, secret.facts)
        row.updated_by = actor.id
        row.save()


def describe_secret(actor: Actor, namespace: str, key: str, facts: SecretFacts) -> None:
    """Changes a secret's description and tags; the value stays."""
    with tenant_scope(current_tenant()):
        row = _own(actor, namespace, key, "secret.edit")
        _describe(row, facts)
        row.updated_by = actor.id
        row.save()


def delete_secret(actor: Actor, namespace: str, key: str) -> None:
    """Forgets a secret."""
    with tenant_scope(current_tenant()):
        _own(actor, namespace, key, "secret.delete").delete()


def resolve_secret(namespace: str, name: str) -> str:
    """The value of a secret for an attempt in that namespace: the nearest ancestor's wins."""
    with tenant_scope(current_tenant()):
        rows = (
            Secret.objects.annotate(upper=Upper("key"))
            .filter(upper=name.upper(), namespace__path__in=lineage(namespace))
            .select_related("namespace")
        )
        nearest = max(rows, key=lambda row: len(row.namespace.ancestors), default=None)
    if nearest is None:
        raise SecretMissing(name, namespace)
    return keys.decrypt(nearest.value, context=_context(nearest))


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


def _describe(row: Secret, facts: SecretFacts) -> None:
    if facts.description is not None:
        row.description = facts.description
    if facts.tags is not None:
        row.tags = [dict(tag) for tag in facts.tags]


def _context(row: Secret) -> str:
    return f"{row.tenant_id}|{row.namespace_id}|{row.key.upper()}|{row.version}"
