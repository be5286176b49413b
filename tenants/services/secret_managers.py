"""Which manager keeps the secrets of a namespace: configured for it, or for one above it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import NamespaceNotFound
from tenants.models import Namespace, SecretManager
from tenants.paths import ROOT, lineage
from tenants.secret_managers import ADAPTERS, BUILT_IN
from tenants.services import audit, keys

KINDS: Final = (BUILT_IN, *ADAPTERS)
LONGEST: Final = 10_000


@dataclass(frozen=True)
class ManagerFacts:
    """A manager as somebody writes it.

    Credentials that are left out stay as they are while the kind stays; null takes one away.
    `read_only`: nothing is written into the built-in manager here and below. `inherit`: what is not
    found here is looked for above.
    """

    kind: str
    config: Mapping[str, Any] = field(default_factory=dict)
    credentials: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    read_only: bool = False
    inherit: bool = True


def set_manager(actor: Actor, path: str, facts: ManagerFacts) -> SecretManager:
    """Configures the manager of a namespace (the empty path: of the tenant)."""
    if facts.kind not in KINDS:
        raise InvalidFields([FieldError(f"use one of {', '.join(KINDS)}", path="kind")])
    with tenant_scope(current_tenant()):
        place = _place(actor, path, "secret.edit")
        row = SecretManager.objects.select_for_update().filter(namespace_id=place.id).first()
        before = state_of(row) if row else None
        row = row or SecretManager(namespace_id=place.id)
        kept = credentials_of(row) if row.kind == facts.kind else {}
        given = {name: value for name, value in {**kept, **facts.credentials}.items() if value}
        _check(facts, frozenset(given))
        row.kind, row.config = facts.kind, dict(facts.config)
        row.read_only, row.inherit = facts.read_only, facts.inherit
        row.version += 1
        row.credentials = keys.encrypt(json.dumps(given), context=context_of(row)) if given else ""
        row.updated_by = actor.id
        row.save()
        _record(actor, path, "manager changed", before, state_of(row))
        return row


def delete_manager(actor: Actor, path: str) -> None:
    """Goes back to what is above: in the end, the built-in manager."""
    with tenant_scope(current_tenant()):
        place = _place(actor, path, "secret.edit")
        row = SecretManager.objects.filter(namespace_id=place.id).first()
        if row is None:
            raise NotFound("secret manager")
        _record(actor, path, "manager removed", state_of(row), None)
        row.delete()


def managers_of(path: str) -> list[tuple[str, SecretManager]]:
    """The managers that are configured for a namespace and above it, the nearest first."""
    with tenant_scope(current_tenant()):
        rows = SecretManager.objects.filter(namespace__path__in=lineage(path))
        found = [(row.namespace.path, row) for row in rows.select_related("namespace")]
    return sorted(found, key=lambda one: len(lineage(one[0])), reverse=True)


def is_read_only(path: str) -> bool:
    """Whether nothing may be written into the built-in manager there: the nearest one says."""
    nearest = next(iter(managers_of(path)), None)
    return nearest is not None and nearest[1].read_only


def credentials_of(row: SecretManager) -> dict[str, str]:
    """What a manager is asked with."""
    if not row.credentials:
        return {}
    found: dict[str, str] = json.loads(keys.decrypt(row.credentials, context=context_of(row)))
    return found


def context_of(row: SecretManager) -> str:
    """What sealed credentials are authenticated with."""
    return f"{row.tenant_id}|secret-manager|{row.namespace_id}"


def state_of(row: SecretManager) -> dict[str, Any]:
    """What can be shown of a manager: everything but its credentials."""
    return {
        "kind": row.kind,
        "config": row.config,
        "readOnly": row.read_only,
        "inherit": row.inherit,
        "version": row.version,
    }


def _place(actor: Actor, path: str, permission: str) -> Namespace:
    place = Namespace.objects.filter(path=path).first()
    if place is None:
        raise NamespaceNotFound(path)
    if path == ROOT:
        require(actor, permission)
    else:
        require(actor, permission, place.id)
    return place


def _check(facts: ManagerFacts, given: frozenset[str]) -> None:
    wrong: dict[str, str] = {}
    adapter = ADAPTERS.get(facts.kind)
    known = (set(adapter.settings), set(adapter.secrets)) if adapter else (set(), set())
    for where, names, values in zip(
        ("config", "credentials"), known, (facts.config, dict.fromkeys(given, "")), strict=True
    ):
        wrong |= {
            f"{where}.{name}": "is not known for this kind" for name in sorted(set(values) - names)
        }
    if len(json.dumps(dict(facts.config), default=str)) > LONGEST:
        wrong["config"] = f"has more than {LONGEST} characters"
    seconds = facts.config.get("cacheSeconds", 30)
    if adapter and not (isinstance(seconds, int | float) and 0 <= seconds <= 300):
        wrong["config.cacheSeconds"] = "must be a number of seconds from 0 to 300"
    if adapter and not wrong:
        wrong = adapter.wrong(facts.config, given)
    if wrong:
        raise InvalidFields([FieldError(text, path=path) for path, text in wrong.items()])


def _record(
    actor: Actor,
    path: str,
    event: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    change = Change.of("secret", event, path, namespace=path)
    audit.record(actor, change, before=before, after=after)
