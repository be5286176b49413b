"""The same action on many executions: by their ids, or by a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.selectors import execution_filters
from executions.selectors import executions as selector
from executions.selectors.states import LIVE, TERMINAL
from executions.services import control, deletion, marking, reruns
from executions.services.deletion import DeletionScope
from tenants.http import TenantViewSet

MOST: Final = 10_000
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
        files = requests.flag_of(request, "deleteStorage", default=True)
        scope = DeletionScope(files=files, live_too=live_too)
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
        with tenant_scope(self.tenant.id):
            chosen = ids if ids is not None else self._chosen(request, states)
            done, refused = control.each(chosen, act)
        if refused:
            errors = [FieldError(item["message"], item["invalidValue"]) for item in refused]
            raise InvalidFields(errors)
        return Response({"count": done})

    def _chosen(self, request: Request, states: frozenset[str] | None) -> list[UUID]:
        """The ids in the body, or those that the filters find among the states that fit."""
        if not self.kwargs.get("by_query"):
            return requests.ids_of(request)
        chosen = requests.filters_of(request, execution_filters.FIELDS)
        rows = selector.seen_by(self.actor).filter(execution_filters.condition(chosen))
        rows = rows if states is None else rows.filter(state__in=states)
        return list(rows.order_by("id").values_list("id", flat=True)[:MOST])
