"""Policies of the instance: written by its admins, and held by every tenant that they are for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import PolicyRef
from tenants.errors import NameTaken
from tenants.models import InstancePolicy
from tenants.services import audit
from tenants.services.held_policies import forget_all_policies, set_by_instance


def instance_policies() -> list[PolicyRef]:
    """All of them, by name."""
    return [set_by_instance(row) for row in InstancePolicy.objects.order_by("name")]


def instance_policy(id: UUID) -> PolicyRef:
    """One of them."""
    return set_by_instance(_found(InstancePolicy.objects.filter(id=id).first()))


def create_instance_policy(actor: Actor, wanted: PolicyRef) -> PolicyRef:
    """A new one; raises NameTaken. Its rules have been checked by the caller."""
    with transaction.atomic():
        row = InstancePolicy()
        _write(actor, row, wanted)
        _record(actor, row, "created", before=None, after=_state(row))
    return set_by_instance(row)


def update_instance_policy(actor: Actor, id: UUID, wanted: PolicyRef) -> PolicyRef:
    """Changes one."""
    with transaction.atomic():
        row = _locked(id)
        before = _state(row)
        row.version += 1
        _write(actor, row, wanted)
        _record(actor, row, "updated", before=before, after=_state(row))
    return set_by_instance(row)


def delete_instance_policy(actor: Actor, id: UUID) -> None:
    """Takes one away."""
    with transaction.atomic():
        row = _locked(id)
        _record(actor, row, "deleted", before=_state(row), after=None)
        row.delete()


def _locked(id: UUID) -> InstancePolicy:
    return _found(InstancePolicy.objects.select_for_update().filter(id=id).first())


def _found(row: InstancePolicy | None) -> InstancePolicy:
    if row is None:
        raise NotFound("policy")
    return row


def _write(actor: Actor, row: InstancePolicy, wanted: PolicyRef) -> None:
    row.name, row.description = wanted.name, wanted.description
    row.effect, row.mode, row.on = wanted.effect, wanted.mode, sorted(wanted.on)
    row.rules = dict(wanted.rules)
    row.tenants = None if wanted.tenants is None else list(wanted.tenants)
    row.updated_by = actor.name[:300]
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken(name=wanted.name) from None


def _state(row: InstancePolicy) -> dict[str, Any]:
    return {
        "name": row.name,
        "tenants": row.tenants,
        "effect": row.effect,
        "mode": row.mode,
        "on": row.on,
        "rules": row.rules,
    }


def _record(
    actor: Actor,
    row: InstancePolicy,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Audits a change, and has this process read policies anew; others do within two seconds."""
    audit.record_instance(actor, Change.of("policy", event, row.id), before=before, after=after)
    transaction.on_commit(forget_all_policies)
