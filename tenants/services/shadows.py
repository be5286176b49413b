"""What follows from bindings and memberships: guardian's rows, and which tenants people may enter.

Changes of rights in a tenant come one after the other: two at the same moment would each make
rows from a state that the other is about to change. They are rare, so one lock costs nothing.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connections

from downbeat.common.scope import current_tenant
from tenants.access import materialise
from tenants.models import Binding, Membership, Role, TenantAccess
from tenants.services import sign_in

_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


def rights_locked() -> None:
    """Waits for other changes of rights in this tenant; holds until the transaction ends."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_LOCK, [f"rights {current_tenant()}"])


def of_binding(binding: Binding) -> None:
    """A binding was made or is gone."""
    if binding.user_id is not None:
        of_user(binding.user_id, binding.namespace_id)
    elif binding.group_id is not None:
        materialise.of_group(binding.group_id, binding.namespace_id)
        members = Membership.objects.filter(group_id=binding.group_id)
        for member in members.values_list("user_id", flat=True):
            of_access(member)


def of_user(user_id: UUID, namespace_id: UUID) -> None:
    """What somebody holds on a namespace has changed."""
    materialise.of_user(user_id, namespace_id)
    of_access(user_id)


def of_role(role: Role) -> None:
    """A role's permissions have changed: everybody who is bound to it, at once."""
    materialise.of_role(role.id)
    sign_in.forget_checked()


def of_access(user_id: UUID) -> None:
    """Somebody may enter a tenant while a binding or a group of it names them."""
    tenant_id = current_tenant()
    bound = Binding.objects.filter(user_id=user_id).exists()
    if bound or Membership.objects.filter(user_id=user_id).exists():
        TenantAccess.objects.get_or_create(user_id=user_id, tenant_id=tenant_id)
    else:
        rows = TenantAccess.objects.filter(user_id=user_id, tenant_id=tenant_id)
        rows = rows.filter(granted=False, suspended=False)
        rows.delete()
    sign_in.forget_checked()
