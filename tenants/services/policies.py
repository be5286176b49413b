"""Policies of a tenant: written by whoever may, and looked at together with the instance's."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_somewhere, visible
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import PolicyRef
from tenants.errors import NamespaceNotFound, NameTaken, PolicyOfInstance
from tenants.models import Namespace, Policy
from tenants.paths import ROOT
from tenants.services import audit
from tenants.services.held_policies import forget_policies, of_instance, set_by_tenant


def create_policy(actor: Actor, wanted: PolicyRef) -> PolicyRef:
    """A new policy; raises NameTaken. Its rules have been checked by the caller."""
    with tenant_scope(current_tenant()):
        place = _place(actor, wanted.namespace)
        row = Policy(namespace_id=place.id)
        _write(actor, row, wanted)
        _record(actor, row, "created", before=None, after=state_of(row))
        _forget()
        return set_by_tenant(row)


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
        return set_by_tenant(row)


def delete_policy(actor: Actor, id: UUID) -> None:
    """Takes a policy away."""
    with tenant_scope(current_tenant()):
        row = _found(actor, id, "policy.edit")
        _record(actor, row, "deleted", before=state_of(row), after=None)
        row.delete()
        _forget()


def policy(actor: Actor, id: UUID) -> PolicyRef:
    """One policy that the actor may see; whoever sees any sees the instance's."""
    with tenant_scope(current_tenant()):
        require_somewhere(actor, "policy.view")
        return _above(id) or set_by_tenant(_found(actor, id, "policy.view"))


def seen_policies(actor: Actor) -> list[PolicyRef]:
    """The instance's, then those of the namespaces that the actor may look into; each by name."""
    with tenant_scope(current_tenant()):
        require_somewhere(actor, "policy.view")
        rows = visible(actor, "policy.view", Policy.objects.select_related("namespace"))
        return [*of_instance(current_tenant()), *map(set_by_tenant, rows.order_by("name"))]


def _above(id: UUID) -> PolicyRef | None:
    return next((one for one in of_instance(current_tenant()) if one.id == id), None)


def _forget() -> None:
    tenant_id = current_tenant()
    transaction.on_commit(lambda: forget_policies(tenant_id))


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
        raise PolicyOfInstance if _above(id) else NotFound("policy")
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
