"""Who may enter a tenant: let in by hand, or because a binding or a group names them."""

from __future__ import annotations

from uuid import UUID

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import AlreadyInside, PersonIsExternal
from tenants.models import Binding, DirectoryPerson, Membership, Role, TenantAccess, User
from tenants.services import audit, shadows, sign_in
from tenants.services.bindings import NewBinding, Principal, create_binding, keep_an_admin
from tenants.services.people import normal_email, principal


def let_in(actor: Actor, user_id: UUID) -> bool:
    """Lets somebody into the current tenant, with its default role; says whether that was new."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        shadows.rights_locked()
        user = principal(user_id)
        facts = {"user_id": user.id, "tenant_id": current_tenant()}
        row, made = TenantAccess.objects.get_or_create(**facts, defaults={"granted": True})
        if row.suspended:
            if DirectoryPerson.objects.filter(user=user).exists():
                raise PersonIsExternal(name=user.display_name)
            made = True
        if not row.granted or row.suspended:
            TenantAccess.objects.filter(**facts).update(granted=True, suspended=False)
        if made:
            role = Role.objects.filter(is_default=True).first()
            if role is not None:
                create_binding(actor, NewBinding(Principal.USER, user.id, role.id))
            audit.record(actor, Change.of("access", "created", user.id, user=user.display_name))
    sign_in.forget_checked()
    return made


def let_in_by_email(actor: Actor, email: str) -> None:
    """The same for somebody whose address is known; raises AlreadyInside."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        people = User.objects.filter(email=normal_email(email))
        mine = people.filter(home_tenant_id=current_tenant()).first()
        user = mine or people.filter(home_tenant=None).first()
        if user is None:
            raise NotFound("user")
        if not let_in(actor, user.id):
            raise AlreadyInside(email=email)


def shut_out(actor: Actor, user_id: UUID) -> None:
    """Takes somebody out of the tenant with everything that they hold in it."""
    with tenant_scope(current_tenant()):
        require(actor, "user.edit")
        shadows.rights_locked()
        user = inside(user_id)
        if DirectoryPerson.objects.filter(user=user).exists():
            raise PersonIsExternal(name=user.display_name)
        for binding in Binding.objects.filter(user=user):
            require(actor, "binding.edit", binding.namespace_id)
        take_out(actor, user)
    sign_in.forget_checked()


def take_out(actor: Actor, user: User) -> None:
    """What `shut_out` does, for whoever may; call it where rights are locked."""
    bindings = list(Binding.objects.filter(user=user).select_related("role", "namespace"))
    for binding in bindings:
        keep_an_admin(binding)
    Membership.objects.filter(user=user).delete()
    Binding.objects.filter(user=user).delete()
    TenantAccess.objects.filter(user=user, tenant_id=current_tenant()).delete()
    for binding in bindings:
        shadows.of_user(user.id, binding.namespace_id)
    held = [f"{row.role.name} on {row.namespace.path or 'the tenant'}" for row in bindings]
    change = Change.of("access", "deleted", user.id, user=user.display_name)
    audit.record(actor, change, before={"bindings": held})


def suspend(actor: Actor, user: User, *, suspended: bool) -> None:
    """Shuts the tenant's door to somebody, or opens it again; what they hold here stays.

    Other tenants of theirs notice nothing. It holds with the next request, and everywhere within
    the time that a checked token is trusted.
    """
    rows = TenantAccess.objects.filter(user=user, tenant_id=current_tenant())
    if rows.exclude(suspended=suspended).update(suspended=suspended):
        change = Change.of("access", "suspended" if suspended else "resumed", user.id)
        audit.record(actor, change.noting(user=user.display_name))


def inside(user_id: UUID) -> User:
    """Somebody who may enter the current tenant; nobody else is told of."""
    found = User.objects.filter(id=user_id, accesses__tenant_id=current_tenant()).first()
    if found is None:
        raise NotFound("user")
    return found
