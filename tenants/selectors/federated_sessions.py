"""Whether a session that an identity provider vouched for is still alive: one query."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from downbeat.common.scope import one_row, tenant_entered

KEY: Final = "federated"
"""Under this name a cookie's session says which tenant and which of its sessions it belongs to."""
_ALIVE: Final = """
    select 1 from tenants_federatedsession s
      join tenants_identityprovider p
        on p.tenant_id = s.tenant_id and p.id = s.provider_id and p.enabled
     where s.tenant_id = %(tenant)s and s.id = %(session)s and s.user_id = %(user)s
       and s.expires_at > clock_timestamp()
"""


def tenant_of(vouched: object, user_id: UUID) -> UUID | None:
    """The tenant that such a session is confined to; None when it has ended, or says nonsense."""
    try:
        tenant, session = (UUID(str(part)) for part in vouched)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    with tenant_entered(tenant):
        found = one_row(_ALIVE, {"tenant": tenant, "session": session, "user": user_id})
    return tenant if found else None
