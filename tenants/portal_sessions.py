"""The store of browser sessions, as Django's middleware asks for it (`SESSION_ENGINE`).

Whose a session is stands beside its data, so that a person can see and end theirs. When it was
last used is written once in a quarter of an hour, not at each request.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models.functions import Now

from downbeat.common import clock
from downbeat.common.models import uuid7
from tenants.models import PortalSession
from tenants.selectors.federated_sessions import KEY

BEGAN: Final = "began"
SEEN_EVERY: Final = timedelta(minutes=15)
_LONGEST_AGENT: Final = 300
_LONGEST_ADDRESS: Final = 64


def beginning(*, address: str, agent: str) -> dict[str, str]:
    """What a new session remembers of its begin: kept in its data, so that no save forgets it."""
    return {
        "id": str(uuid7()),
        "at": clock.wire(clock.now()),
        "address": address[:_LONGEST_ADDRESS],
        "agent": agent[:_LONGEST_AGENT],
    }


class SessionStore(DatabaseStore):
    """Sessions in the database, each with its owner."""

    @classmethod
    def get_model_class(cls) -> type[PortalSession]:
        """Our rows instead of Django's."""
        return PortalSession

    def create_model_instance(self, data: dict[str, Any]) -> PortalSession:
        """The row of this session, with what its data says of its owner."""
        row = cast("PortalSession", super().create_model_instance(data))
        owner, began, vouched = data.get(SESSION_KEY), data.get(BEGAN), data.get(KEY)
        row.seen_at = clock.now()
        if owner:
            row.user_id, row.proof = UUID(owner), data.get(HASH_SESSION_KEY, "")
        if began:
            row.id, row.began_at = UUID(began["id"]), datetime.fromisoformat(began["at"])
            row.address, row.agent = began["address"], began["agent"]
        if vouched:
            row.tenant_id, row.vouched_by = (UUID(str(part)) for part in vouched)
        return row

    def _get_session_from_db(self) -> PortalSession | None:
        # The library has it, and its type stubs do not.
        row: PortalSession | None = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None and (row.seen_at is None or row.seen_at < clock.now() - SEEN_EVERY):
            PortalSession.objects.filter(session_key=row.session_key).update(seen_at=Now())
        return row
