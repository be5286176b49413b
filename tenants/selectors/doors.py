"""Which tenants somebody may enter."""

from __future__ import annotations

from downbeat.common.errors import NotFound
from tenants.actors import Actor, some_id
from tenants.contracts import TenantRef
from tenants.models import Tenant


def enterable(actor: Actor, slug: str) -> TenantRef:
    """The tenant of an address, if the actor belongs to it; otherwise it does not exist (404).

    Costs no query: the sign-in has read where they belong. A tenant that they have only just been
    let into is looked up again, so that what one process cached hides nothing that another did.
    """
    tenant_id = actor.tenants.get(slug)
    if tenant_id is not None:
        return TenantRef(id=tenant_id, slug=slug, name=slug)
    rows = Tenant.objects.filter(slug=slug, deleting_at__isnull=True)
    if not actor.is_boundless:
        rows = rows.filter(accesses__user_id=some_id(actor), accesses__suspended=False)
        if actor.confined_to is not None:
            rows = rows.filter(id=actor.confined_to)
    elif actor.is_directory:
        # It knows its own tenant, and that was not it.
        raise NotFound("tenant")
    row = rows.first()
    if row is None:
        raise NotFound("tenant")
    return TenantRef(id=row.id, slug=row.slug, name=row.name)
