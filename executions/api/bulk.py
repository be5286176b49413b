"""The same action on many executions: by their ids, or by a query.

By ids all are acted on or none (422 says which ones refuse, and why). By a query those are acted
on that the filters find, that are in a fitting state and on which the actor has the right; the
answer counts them, and for more than one request's worth it carries a cursor for ``after=``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.batches import each_found, each_named
from executions.api import requests
from executions.api.deletion import deletion_of
from executions.models import Execution
from executions.selectors import execution_filters, searching
from executions.selectors.states import LIVE, TERMINAL
from executions.services import control, deletion, marking, reruns
from tenants.http import TenantViewSet

EDIT: Final = "execution.edit"
Act = Callable[[UUID], object]


class BulkViewSet(TenantViewSet):
    """Routes that act on many executions; each one's right is asked for again."""

    actions: ClassVar[dict[str, str]] = {
        "kill": "execution.kill",
        "destroy": "execution.delete",
        "pause": EDIT,
        "resume": EDIT,
        "restart": EDIT,
        "replay": "execution.create",
        "force_run": EDIT,
        "unqueue": EDIT,
        "change_status": EDIT,
        "labels": EDIT,
    }

    def kill(self, request: Request, **_address: str) -> Response:
        """Asks for the end of all."""
        return self._each(request, lambda one: control.kill(one, actor=self.actor), states=LIVE)

    def destroy(self, request: Request, **_address: str) -> Response:
        """Deletes all that have ended, and with ``includeNonTerminated`` the others too."""
        live_too = requests.flag_of(request, "includeNonTerminated")
        scope = replace(deletion_of(request), live_too=live_too)
        states = None if live_too else TERMINAL
        return self._each(
            request, lambda one: deletion.delete(one, scope, actor=self.actor), states=states
        )

    def pause(self, request: Request, **_address: str) -> Response:
        """Pauses all."""
        return self._each(
            request, lambda one: control.pause(one, actor=self.actor), states=control.PAUSABLE
        )

    def resume(self, request: Request, **_address: str) -> Response:
        """Resumes all."""
        states = frozenset({"PAUSED"})
        return self._each(
            request, lambda one: control.resume(one, {}, actor=self.actor), states=states
        )

    def restart(self, request: Request, **_address: str) -> Response:
        """Restarts all."""
        return self._each(
            request, lambda one: reruns.restart(one, revision=None, actor=self.actor), states=None
        )

    def replay(self, request: Request, **_address: str) -> Response:
        """Replays all from their start."""
        latest = requests.flag_of(request, "latestRevision")
        asked = reruns.Replay(latest=latest)
        return self._each(
            request, lambda one: reruns.replay(one, asked, actor=self.actor), states=None
        )

    def force_run(self, request: Request, **_address: str) -> Response:
        """Lets all that wait go on."""
        return self._each(
            request, lambda one: control.force_run(one, actor=self.actor), states=control.FORCEABLE
        )

    def unqueue(self, request: Request, **_address: str) -> Response:
        """Releases all from their flows' queues."""
        query = request.query_params
        state = query.get("state") or query.get("newState") or None
        return self._each(
            request,
            lambda one: control.unqueue(one, actor=self.actor, state=state),
            states=frozenset({"QUEUED"}),
        )

    def change_status(self, request: Request, **_address: str) -> Response:
        """Gives all that have ended another terminal state."""
        query = request.query_params
        state = (query.get("newStatus") or query.get("status") or "").upper()
        return self._each(
            request,
            lambda one: control.change_status(one, state, actor=self.actor),
            states=TERMINAL,
        )

    def labels(self, request: Request, **_address: str) -> Response:
        """Adds labels to all that have ended."""
        body: Any = request.data
        by_ids = isinstance(body, dict) and "executionsId" in body
        chosen = requests.label_list(body.get("executionLabels") if by_ids else body)
        ids = [requests.uuid_of(item) for item in body["executionsId"]] if by_ids else None
        return self._each(
            request,
            lambda one: marking.add_labels(one, chosen, actor=self.actor),
            states=TERMINAL,
            ids=ids,
        )

    def _each(
        self,
        request: Request,
        act: Act,
        *,
        states: frozenset[str] | None,
        ids: list[UUID] | None = None,
    ) -> Response:
        """Those that the body names: all or none. Those that the filters find: each for itself."""
        if not self.kwargs.get("by_query"):
            named = requests.ids_of(request) if ids is None else ids
            return Response({"count": each_named(self.tenant.id, named, act)})
        chosen = requests.filters_of(request, execution_filters.FIELDS)

        def rows() -> QuerySet[Execution]:
            found = searching.found(self.actor, chosen, self.permission()).only("id")
            return found if states is None else found.filter(state__in=states)

        def one(row: Execution) -> None:
            act(row.id)

        after = request.query_params.get("after")
        return Response(each_found(self.tenant.id, rows, one, after=after).as_json())
