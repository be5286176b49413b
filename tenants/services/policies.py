"""Policies of a tenant: written by whoever may, and read by every save and every start."""

from __future__ import annotations

import threading
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, visible
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import PolicyRef
from tenants.errors import NamespaceNotFound, NameTaken
from tenants.models import Namespace, Policy
from tenants.paths import ROOT, lineage
from tenants.services import audit
from tenants.services.tenant_settings import settings_of

TRUSTED_SECONDS: Final = 2.0
MOST_TENANTS: Final = 10_000
RUNNERS: Final = "task runners of the tenant"
_kept: dict[UUID, tuple[float, tuple[PolicyRef, ...]]] = {}
_lock = threading.Lock()


def policies_for(path: str) -> tuple[PolicyRef, ...]:
    """The policies that hold in a namespace: its own and those of everything above, at most two
    seconds old. Costs nothing in a tenant without any."""
    above = set(lineage(path))
    return tuple(one for one in _all(current_tenant()) if one.namespace in above)


def create_policy(actor: Actor, wanted: PolicyRef) -> PolicyRef:
    """A new policy; raises NameTaken. Its rules have been checked by the caller."""
    with tenant_scope(current_tenant()):
        place = _place(actor, wanted.namespace)
        row = Policy(namespace_id=place.id)
        _write(actor, row, wanted)
        _record(actor, row, "created", before=None, after=state_of(row))
        _forget()
        return _reference(row)


def update_policy(actor: Actor, id: UUID, wanted: PolicyRef) -> PolicyRef:
    """Changes a policy, its namespace included: the right is needed in both."""
    with tenant_scope(current_tenant()):
        row = _found(actor, id, "policy.edit")
        before = state_of(row)
        row.namespace_id = _place(actor, wanted.namespace).id
        row.version += 1
        _write(actor, row, wanted)
        _record(actor, row, "updated", before=before, after=state_of(row))
        _forget()
        return _reference(row)


def delete_policy(actor: Actor, id: UUID) -> None:
    """Takes a policy away."""
    with tenant_scope(current_tenant()):
        row = _found(actor, id, "policy.edit")
        _record(actor, row, "deleted", before=state_of(row), after=None)
        row.delete()
        _forget()


def policy(actor: Actor, id: UUID) -> PolicyRef:
    """One policy that the actor may see."""
    with tenant_scope(current_tenant()):
        return _reference(_found(actor, id, "policy.view"))


def seen_policies(actor: Actor) -> list[PolicyRef]:
    """The policies of the namespaces that the actor may look into, by name."""
    with tenant_scope(current_tenant()):
        rows = visible(actor, "policy.view", Policy.objects.select_related("namespace"))
        return [_reference(row) for row in rows.order_by("name")]


def _all(tenant_id: UUID) -> tuple[PolicyRef, ...]:
    kept = _kept.get(tenant_id)
    if kept is not None and monotonic() < kept[0]:
        return kept[1]
    with tenant_scope(tenant_id):
        found = [_reference(row) for row in Policy.objects.select_related("namespace")]
    runners = settings_of(tenant_id)["allowedTaskRunners"]
    if runners is not None:
        found.append(_of_runners(runners))
    with _lock:
        if len(_kept) >= MOST_TENANTS:
            _kept.clear()
        _kept[tenant_id] = (monotonic() + TRUSTED_SECONDS, tuple(found))
    return tuple(found)


def _of_runners(allowed: list[str]) -> PolicyRef:
    """The tenant's setting, as the policy that it is."""
    both = frozenset({"SAVE", "START"})
    return PolicyRef(RUNNERS, "REQUIRE", "ENFORCE", both, {"taskRunners": allowed})


def _forget() -> None:
    tenant_id = current_tenant()
    transaction.on_commit(lambda: forget_policies(tenant_id))


def forget_policies(tenant_id: UUID) -> None:
    """Reads a tenant's policies anew from here on."""
    with _lock:
        _kept.pop(tenant_id, None)


def _place(actor: Actor, path: str) -> Namespace:
    place = Namespace.objects.filter(path=path).first()
    if place is None:
        raise NamespaceNotFound(path)
    require(actor, "policy.edit", None if path == ROOT else place.id)
    return place


def _found(actor: Actor, id: UUID, permission: str) -> Policy:
    rows = visible(actor, "policy.view", Policy.objects.select_related("namespace"))
    row = rows.filter(id=id).first()
    if row is None:
        raise NotFound("policy")
    require(actor, permission, None if row.namespace.path == ROOT and permission != "policy.view"
            else row.namespace_id)  # fmt: skip
    return row


def _write(actor: Actor, row: Policy, wanted: PolicyRef) -> None:
    row.name, row.description = wanted.name, wanted.description
    row.effect, row.mode, row.on = wanted.effect, wanted.mode, sorted(wanted.on)
    row.rules = dict(wanted.rules)
    row.updated_by = actor.name[:300]
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken(name=wanted.name) from None
    row.namespace = Namespace.objects.get(id=row.namespace_id)


def _reference(row: Policy) -> PolicyRef:
    return PolicyRef(
        name=row.name,
        effect=row.effect,
        mode=row.mode,
        on=frozenset(row.on),
        rules=row.rules,
        namespace=row.namespace.path,
        description=row.description,
        id=row.id,
    )


def state_of(row: Policy) -> dict[str, Any]:
    """What the audit trail keeps of a policy."""
    return {
        "name": row.name,
        "namespace": row.namespace.path,
        "effect": row.effect,
        "mode": row.mode,
        "on": row.on,
        "rules": row.rules,
    }


def _record(
    actor: Actor,
    row: Policy,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    place = row.namespace.path
    audit.record(
        actor, Change.of("policy", event, row.id, namespace=place), before=before, after=after
    )
