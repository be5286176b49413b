"""Sessions of mine: where I am signed in, and the end of that."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from tenants import facade as tenants
from tenants.api.me_views import MineView
from tenants.api.wire import Json
from tenants.models import PortalSession
from tenants.selectors.portal_sessions import sessions_of
from tenants.services.my_sessions import end_others, end_session


class MySessionsView(MineView):
    """All of them."""

    in_one_tenant = frozenset({"GET", "DELETE"})

    def get(self, request: Request) -> Response:
        """Where I am signed in, the last used first; `current` is this browser."""
        rows = sessions_of(self.user(), confined_to=self.actor.confined_to)
        shown = [_shown(row, _current(request)) for row in rows]
        return Response({"results": shown, "total": len(shown)})

    def delete(self, request: Request) -> Response:
        """Ends all but this one, and says how many."""
        ended = end_others(self.actor, self.user(), current=_current(request))
        return Response({"ended": ended})


class MySessionView(MineView):
    """One of them."""

    in_one_tenant = frozenset({"DELETE"})

    def delete(self, request: Request, session_id: UUID) -> Response:
        """Ends it; the browser is asked to sign in at its next request."""
        end_session(self.actor, self.user(), session_id)
        return Response(status=204)


def _current(request: Request) -> str | None:
    return request._request.session.session_key if request.auth == "session" else None


def _shown(row: PortalSession, current: str | None) -> Json:
    return {
        "id": row.id,
        "current": row.session_key == current,
        "address": row.address,
        "userAgent": row.agent,
        "tenant": tenants.tenant_slug(row.tenant_id) if row.tenant_id else None,
        "startedAt": clock.wire(row.began_at) if row.began_at else None,
        "lastSeenAt": clock.wire(row.seen_at) if row.seen_at else None,
        "expiresAt": clock.wire(row.expire_date),
    }
