"""The living sessions of a person."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from tenants.models import PortalSession, User
from tenants.selectors import federated_sessions

MOST: Final = 200


def sessions_of(user: User, *, confined_to: UUID | None) -> list[PortalSession]:
    """Those that still let somebody in, the last used first; of one tenant for who is confined.

    Whose password, epoch or provider has ended them since are left out: their rows go in time.
    """
    rows = PortalSession.objects.filter(
        user=user, expire_date__gt=Now(), proof=user.get_session_auth_hash()
    )
    if confined_to is not None:
        rows = rows.filter(tenant_id=confined_to)
    return [row for row in rows.order_by("-seen_at", "id")[:MOST] if _vouched(row, user.id)]


def _vouched(row: PortalSession, user_id: UUID) -> bool:
    if row.vouched_by is None:
        return True
    vouched = (row.tenant_id, row.vouched_by)
    return federated_sessions.tenant_of(vouched, user_id) is not None
