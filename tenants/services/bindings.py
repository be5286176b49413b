"""Who is bound to which role where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import Ungranted, require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import LastAdmin
from tenants.models import Binding, Membership, Namespace, Role, User
from tenants.paths import ROOT
from tenants.policy import BuiltIn
from tenants.services import audit, groups, people, shadows
from tenants.services.namespaces import ensure_namespace


class Principal(StrEnum):
    """What a binding is for."""

    USER = "USER"
    GROUP = "GROUP"


@dataclass(frozen=True)
class NewBinding:
    """A role for somebody, or for a group; without a namespace, in the whole tenant."""

    principal: Principal
    principal_id: UUID
    role_id: UUID
    namespace: str | None = None


def bind_first_admin(user_id: UUID, role: Role, root: Namespace) -> None:
    """Whoever makes a tenant becomes its Admin."""
    Binding.objects.create(user_id=user_id, role=role, namespace=root)
    shadows.of_user(user_id, root.id)


def create_binding(actor: Actor, new: NewBinding) -> Binding:
    """Gives a role; nobody gives what they do not hold there themselves."""
    with tenant_scope(current_tenant()):
        shadows.rights_locked()
        role = Role.objects.filter(id=new.role_id).first()
        if role is None:
            raise NotFound("role")
        place = _place(actor, new.namespace)
        require(actor, "binding.edit", place)
        require_grantable(actor, frozenset(role.permissions), place)
        if new.principal is Principal.USER:
            people.principal(new.principal_id)
        else:
            groups.group(new.principal_id)
        binding = _bound(new, role.id, place)
        shadows.of_binding(binding)
        _record(actor, binding, role, new.namespace or "", made=True)
        return binding


def delete_binding(actor: Actor, binding_id: UUID) -> None:
    """Takes a role away, at once; the tenant keeps an Admin."""
    with tenant_scope(current_tenant()):
        binding = Binding.objects.filter(id=binding_id).select_related("role", "namespace").first()
        if binding is None:
            raise NotFound("binding")
        require(actor, "binding.edit", binding.namespace_id)
        shadows.rights_locked()
        keep_an_admin(binding)
        path, role = binding.namespace.path, binding.role
        _record(actor, binding, role, path, made=False)
        binding.delete()
        shadows.of_binding(binding)


def _bound(new: NewBinding, role_id: UUID, namespace_id: UUID) -> Binding:
    """The binding, made unless somebody has made it before."""
    rows = Binding.objects
    if new.principal is Principal.USER:
        binding, _ = rows.get_or_create(
            user_id=new.principal_id, group=None, role_id=role_id, namespace_id=namespace_id
        )
    else:
        binding, _ = rows.get_or_create(
            user=None, group_id=new.principal_id, role_id=role_id, namespace_id=namespace_id
        )
    return binding


def _record(actor: Actor, binding: Binding, role: Role, path: str, *, made: bool) -> None:
    state = {
        "role": role.name,
        "roleId": role.id,
        "userId": binding.user_id,
        "groupId": binding.group_id,
        "namespace": path,
    }
    change = Change.of("binding", "created" if made else "deleted", binding.id, namespace=path)
    audit.record(actor, change, before=None if made else state, after=state if made else None)


def _place(actor: Actor, path: str | None) -> UUID:
    if not path:
        return Namespace.objects.values_list("id", flat=True).get(path=ROOT)
    return ensure_namespace(actor, path).id


def keep_an_admin(binding: Binding) -> None:
    """Raises LastAdmin when that binding is the last of an Admin of the tenant."""
    admin = binding.role.built_in and binding.role.name == BuiltIn.ADMIN
    if not admin or binding.namespace.path != ROOT:
        return
    others = Binding.objects.filter(role_id=binding.role_id, namespace_id=binding.namespace_id)
    if not others.exclude(id=binding.id).exists():
        raise LastAdmin


def require_rights_of(actor: Actor, user_id: UUID) -> None:
    """Whoever can act as an account must hold what it holds."""
    with tenant_scope(current_tenant()):
        _require_flags_of(actor, user_id)
        groups = Membership.objects.filter(user_id=user_id).values("group_id")
        theirs = Binding.objects.filter(user_id=user_id) | Binding.objects.filter(
            group_id__in=groups
        )
        for binding in theirs.select_related("role"):
            require_grantable(actor, frozenset(binding.role.permissions), binding.namespace_id)


def _require_flags_of(actor: Actor, user_id: UUID) -> None:
    """What an account may do outside of all bindings is given away as little as they are."""
    flags = User.objects.filter(id=user_id).values_list("super_admin", "instance_admin").first()
    super_admin, instance_admin = flags or (False, False)
    if super_admin and not (actor.super_admin or actor.is_system):
        raise Ungranted(missing="super-admin")
    if instance_admin and not (actor.instance_admin or actor.is_system):
        raise Ungranted(missing="instance admin")
