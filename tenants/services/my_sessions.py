"""A person ends sessions of theirs: one, or all but the one they sit at."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.models import FederatedSession, PortalSession, User
from tenants.selectors.portal_sessions import sessions_of
from tenants.services import audit


def end_session(actor: Actor, user: User, id: UUID) -> None:
    """Ends one of them; raises NotFound for what is none of theirs."""
    found = [row for row in sessions_of(user, confined_to=actor.confined_to) if row.id == id]
    if not found:
        raise NotFound("session")
    _end(actor, user, found)


def end_others(actor: Actor, user: User, *, current: str | None) -> int:
    """Ends all but the one of this key; says how many there were."""
    listed = sessions_of(user, confined_to=actor.confined_to)
    others = [row for row in listed if row.session_key != current]
    if others:
        _end(actor, user, others)
    return len(others)


def _end(actor: Actor, user: User, rows: list[PortalSession]) -> None:
    """Noticed at the next request of those browsers, and by their open streams within seconds."""
    with transaction.atomic():
        for row in rows:
            if row.tenant_id is not None and row.vouched_by is not None:
                with tenant_scope(row.tenant_id):
                    FederatedSession.objects.filter(id=row.vouched_by).delete()
        PortalSession.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
        change = Change.of("user", "sessions ended", user.id, count=len(rows))
        if actor.confined_to is None:
            audit.record_instance(actor, change)
        else:
            with tenant_scope(actor.confined_to):
                audit.record(actor, change)
