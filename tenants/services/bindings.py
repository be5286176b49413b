"""Who is bound to which role where, and the shadows of it: guardian's rows and tenant access."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.models import Group as StoreGroup
from django.db import connections

from downbeat.common.errors import NotFound
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import materialise, require, require_grantable
from tenants.actors import Actor
from tenants.errors import LastAdmin, NameTaken
from tenants.models import Binding, Group, Membership, Namespace, Role, TenantAccess, User
from tenants.paths import ROOT
from tenants.policy import DESCRIPTIONS, ROLES, BuiltIn
from tenants.services import sign_in
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


def bind_first_admin(user_id: UUID, role: Role, root: Namespace) -> None:
    """Whoever makes a tenant becomes its Admin."""
    Binding.objects.create(user_id=user_id, role=role, namespace=root)
    _shadow_user(user_id, root.id)


def create_binding(actor: Actor, new: NewBinding) -> Binding:
    """Gives a role; nobody gives what they do not hold there themselves."""
    with tenant_scope(current_tenant()):
        role = Role.objects.filter(id=new.role_id).first()
        if role is None:
            raise NotFound("role")
        place = _place(actor, new.namespace)
        require(actor, "binding.edit", place)
        require_grantable(actor, frozenset(role.permissions), place)
        _check_principal(new)
        binding = _bound(new, role.id, place)
        _shadow(binding)
        return binding


def delete_binding(actor: Actor, binding_id: UUID) -> None:
    """Takes a role away, at once; the tenant keeps an Admin."""
    with tenant_scope(current_tenant()):
        binding = Binding.objects.filter(id=binding_id).select_related("role", "namespace").first()
        if binding is None:
            raise NotFound("binding")
        require(actor, "binding.edit", binding.namespace_id)
        _keep_an_admin(binding)
        binding.delete()
        _shadow(binding)


def create_group(actor: Actor, name: str, description: str) -> Group:
    """A new group of people."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        if Group.objects.filter(name=name).exists():
            raise NameTaken(name=name)
        store = StoreGroup.objects.create(name=str(uuid7()))
        return Group.objects.create(name=name, description=description, store_group=store)


def delete_group(actor: Actor, group_id: UUID) -> None:
    """Takes a group away, and with it what its members held through it."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        group = _group(group_id)
        members = list(group.memberships.values_list("user_id", flat=True))
        _require_own_rights(actor, group)
        delete_store_groups([group.store_group_id])
        for member in members:
            _shadow_access(member)


def delete_store_groups(ids: list[int]) -> None:
    """Takes guardian's groups away, and with them, in the database, all that hangs on them.

    Not through the ORM: it would look for rows in guardian's generic tables, which are closed.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("delete from auth_group where id = any(%s)", [ids])


def set_member(actor: Actor, group_id: UUID, user_id: UUID, *, member: bool) -> User:
    """Lets somebody into a group or takes them out of it."""
    with tenant_scope(current_tenant()):
        require(actor, "group.edit")
        group = _group(group_id)
        _require_own_rights(actor, group)
        user = User.objects.filter(id=user_id).first()
        if user is None:
            raise NotFound("user")
        if member:
            Membership.objects.get_or_create(group=group, user=user)
        else:
            Membership.objects.filter(group=group, user=user).delete()
        _shadow_access(user_id)
        return user


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


def _place(actor: Actor, path: str | None) -> UUID:
    if not path:
        return Namespace.objects.values_list("id", flat=True).get(path=ROOT)
    return ensure_namespace(actor, path).id


def _group(group_id: UUID) -> Group:
    group = Group.objects.filter(id=group_id).first()
    if group is None:
        raise NotFound("group")
    return group


def _require_own_rights(actor: Actor, group: Group) -> None:
    """Membership gives rights away: it needs them, as a binding does."""
    for binding in Binding.objects.filter(group=group).select_related("role"):
        require_grantable(actor, frozenset(binding.role.permissions), binding.namespace_id)


def _check_principal(new: NewBinding) -> None:
    rows = User.objects if new.principal is Principal.USER else Group.objects
    if not rows.filter(id=new.principal_id).exists():
        raise NotFound(new.principal.lower())


def _keep_an_admin(binding: Binding) -> None:
    admin = binding.role.built_in and binding.role.name == BuiltIn.ADMIN
    if not admin or binding.namespace.path != ROOT:
        return
    others = Binding.objects.filter(role_id=binding.role_id, namespace_id=binding.namespace_id)
    if not others.exclude(id=binding.id).exists():
        raise LastAdmin


def _shadow(binding: Binding) -> None:
    if binding.user_id is not None:
        _shadow_user(binding.user_id, binding.namespace_id)
    elif binding.group_id is not None:
        materialise.of_group(binding.group_id, binding.namespace_id)
        members = Membership.objects.filter(group_id=binding.group_id)
        for member in members.values_list("user_id", flat=True):
            _shadow_access(member)


def _shadow_user(user_id: UUID, namespace_id: UUID) -> None:
    materialise.of_user(user_id, namespace_id)
    _shadow_access(user_id)


def _shadow_access(user_id: UUID) -> None:
    """Somebody may enter a tenant while a binding or a group of it names them."""
    tenant_id = current_tenant()
    bound = Binding.objects.filter(user_id=user_id).exists()
    if bound or Membership.objects.filter(user_id=user_id).exists():
        TenantAccess.objects.get_or_create(user_id=user_id, tenant_id=tenant_id)
    else:
        TenantAccess.objects.filter(user_id=user_id, tenant_id=tenant_id).delete()
    sign_in.forget_checked()


def require_rights_of(actor: Actor, user_id: UUID) -> None:
    """Whoever can act as an account must hold what it holds."""
    with tenant_scope(current_tenant()):
        groups = Membership.objects.filter(user_id=user_id).values("group_id")
        theirs = Binding.objects.filter(user_id=user_id) | Binding.objects.filter(
            group_id__in=groups
        )
        for binding in theirs.select_related("role"):
            require_grantable(actor, frozenset(binding.role.permissions), binding.namespace_id)
