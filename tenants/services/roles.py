"""Roles of a tenant: made, changed and taken away; the built-in ones stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import BuiltInRole, NameTaken, RoleInUse
from tenants.models import Role
from tenants.policy import DESCRIPTIONS, ROLES, BuiltIn
from tenants.services import audit, shadows


@dataclass(frozen=True)
class RoleFacts:
    """A role as somebody writes it. A default role is given to whoever is let into the tenant."""

    name: str
    permissions: frozenset[str]
    description: str = ""
    is_default: bool = False


def make_roles() -> dict[BuiltIn, Role]:
    """The built-in roles of a new tenant; call inside its scope."""
    made = {
        built_in: Role(
            name=built_in.value,
            description=DESCRIPTIONS[built_in],
            permissions=sorted(ROLES[built_in]),
            built_in=True,
        )
        for built_in in BuiltIn
    }
    Role.objects.bulk_create(made.values())
    return made


def create_role(actor: Actor, facts: RoleFacts) -> Role:
    """A new role; nobody writes into one what they do not hold in the whole tenant."""
    with tenant_scope(current_tenant()):
        require(actor, "role.edit")
        require_grantable(actor, facts.permissions, None)
        shadows.rights_locked()
        _only_default(facts)
        role = _saved(Role(), facts)
        audit.record(actor, Change.of("role", "created", role.id), after=_state(role))
        return role


def update_role(actor: Actor, role_id: UUID, facts: RoleFacts) -> Role:
    """Changes a role for everybody who is bound to it, in this transaction.

    Only what is added has to be held: who writes less takes nothing that is not theirs to give.
    """
    with tenant_scope(current_tenant()):
        require(actor, "role.edit")
        shadows.rights_locked()
        role = _own(role_id)
        before = _state(role)
        require_grantable(actor, facts.permissions - frozenset(role.permissions), None)
        _only_default(facts, besides=role)
        _saved(role, facts)
        shadows.of_role(role)
        change = Change.of("role", "updated", role.id)
        audit.record(actor, change, before=before, after=_state(role))
        return role


def delete_role(actor: Actor, role_id: UUID) -> None:
    """Takes a role away; 409 while somebody is bound to it."""
    with tenant_scope(current_tenant()):
        require(actor, "role.edit")
        shadows.rights_locked()
        role = _own(role_id)
        bound = role.bindings.count()
        if bound:
            raise RoleInUse(name=role.name, count=bound)
        audit.record(actor, Change.of("role", "deleted", role.id), before=_state(role))
        role.delete()


def _own(role_id: UUID) -> Role:
    role = Role.objects.filter(id=role_id).first()
    if role is None:
        raise NotFound("role")
    if role.built_in:
        raise BuiltInRole(name=role.name)
    return role


def _state(role: Role) -> dict[str, object]:
    return {
        "name": role.name,
        "description": role.description,
        "permissions": role.permissions,
        "isDefault": role.is_default,
    }


def _saved(role: Role, facts: RoleFacts) -> Role:
    role.name, role.description = facts.name, facts.description
    role.permissions, role.is_default = sorted(facts.permissions), facts.is_default
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise NameTaken(name=facts.name) from None
    return role


def _only_default(facts: RoleFacts, *, besides: Role | None = None) -> None:
    """A tenant has one default role: the latest that was said to be it."""
    if facts.is_default:
        rows = Role.objects.filter(is_default=True)
        (rows.exclude(id=besides.id) if besides else rows).update(is_default=False)
