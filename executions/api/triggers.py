"""Triggers: find, disable, unlock, delete, and backfills."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api import conditions
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.api import requests, trigger_filters, trigger_shapes
from executions.models import TriggerState
from executions.selectors.states import instant
from executions.services import triggers
from executions.services.triggers import Backfill, TriggerAddress
from tenants.access import touchable
from tenants.http import TenantViewSet

VIEW: Final = "trigger.view"
EDIT: Final = "trigger.edit"
DELETE: Final = "trigger.delete"
YEAR: Final = timedelta(days=366)
MOST: Final = 10_000
TOGETHER: Final = 500
"""Triggers changed in one transaction, when there are many."""
Act = Callable[[TriggerAddress], object]


class TriggerViewSet(TenantViewSet):
    """Routes about triggers."""

    actions: ClassVar[dict[str, str]] = {
        "search": VIEW,
        "of_flow": VIEW,
        "export": VIEW,
        "dates": VIEW,
        "set_disabled": EDIT,
        "set_disabled_many": EDIT,
        "set_disabled_by_query": EDIT,
        "unlock": EDIT,
        "unlock_many": EDIT,
        "restart": EDIT,
        "destroy": DELETE,
        "destroy_many": DELETE,
        "backfill": EDIT,
        "pause": EDIT,
        "pause_many": EDIT,
        "unpause": EDIT,
        "unpause_many": EDIT,
        "end_backfill": EDIT,
        "end_backfill_many": EDIT,
    }

    def search(self, request: Request, **_address: str) -> Response:
        """A page of triggers, each as written and where it stands."""
        return self._page(request, trigger_shapes.trigger_and_state)

    def of_flow(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """Where the triggers of one flow stand."""
        named = Q(namespace=namespace, flow_id=flow_id)
        if text := request.query_params.get("q"):
            named &= trigger_filters.matching(text)
        return self._page(request, trigger_shapes.state, named)

    def dates(self, request: Request, **address: str) -> Response:
        """The dates of a schedule between `from` and `to`: what is next, or what a backfill runs."""
        start = _date_of(request, "from") or clock.now()
        end = _date_of(request, "to") or start + YEAR
        most = min(requests.number_of(request, "size") or triggers.MOST_DATES, triggers.MOST_DATES)
        with tenant_scope(self.tenant.id):
            found = triggers.dates(_address_of(address), start, end, actor=self.actor)
        shown = [clock.wire(date) for date in found[:most]]
        return Response({"dates": shown, "truncated": len(found) > len(shown)})

    def export(self, request: Request, **_address: str) -> HttpResponse:
        """The triggers that the filters find, as a table."""
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow(trigger_shapes.COLUMNS)
        with tenant_scope(self.tenant.id):
            for row in self._chosen(request, VIEW)[:MOST]:
                table.writerow(trigger_shapes.columns(row))
        answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="triggers.csv"'
        return answer

    def set_disabled(self, request: Request, **_address: str) -> Response:
        """Switches a trigger off or on."""
        return self._one(request, self._switched(_body(request)))

    def set_disabled_many(self, request: Request, **_address: str) -> Response:
        """Switches many off or on."""
        return self._many(request, self._switched(_body(request)))

    def set_disabled_by_query(self, request: Request, **_address: str) -> Response:
        """Switches those off or on that the filters find."""
        disabled = requests.flag_of(request, "disabled", default=True)
        return self._many(request, self._switched({"disabled": disabled}))

    def unlock(self, request: Request, **address: str) -> Response:
        """Frees a trigger that waits for an execution."""
        return self._one(request, lambda at: triggers.unlock(at, actor=self.actor), address)

    def unlock_many(self, request: Request, **_address: str) -> Response:
        """Frees many."""
        return self._many(request, lambda at: triggers.unlock(at, actor=self.actor))

    def restart(self, request: Request, **address: str) -> Response:
        """Makes a trigger evaluate again from now."""
        return self._one(request, lambda at: triggers.restart(at, actor=self.actor), address)

    def destroy(self, request: Request, **address: str) -> Response:
        """Forgets where a trigger stands."""
        with tenant_scope(self.tenant.id):
            triggers.delete(_address_of(address), actor=self.actor)
        return Response(status=204)

    def destroy_many(self, request: Request, **_address: str) -> Response:
        """Forgets many."""
        return self._many(request, lambda at: triggers.delete(at, actor=self.actor), DELETE)

    def backfill(self, request: Request, **_address: str) -> Response:
        """Runs a schedule over past dates."""
        asked = _backfill_of(_body(request).get("backfill"))
        return self._one(request, lambda at: triggers.create_backfill(at, asked, actor=self.actor))

    def pause(self, request: Request, **_address: str) -> Response:
        """Holds a backfill."""
        return self._one(request, self._paused(paused=True))

    def pause_many(self, request: Request, **_address: str) -> Response:
        """Holds many backfills."""
        return self._many(request, self._paused(paused=True))

    def unpause(self, request: Request, **_address: str) -> Response:
        """Lets a backfill go on."""
        return self._one(request, self._paused(paused=False))

    def unpause_many(self, request: Request, **_address: str) -> Response:
        """Lets many backfills go on."""
        return self._many(request, self._paused(paused=False))

    def end_backfill(self, request: Request, **_address: str) -> Response:
        """Ends a backfill."""
        return self._one(request, lambda at: triggers.delete_backfill(at, actor=self.actor))

    def end_backfill_many(self, request: Request, **_address: str) -> Response:
        """Ends many backfills."""
        return self._many(request, lambda at: triggers.delete_backfill(at, actor=self.actor))

    def _switched(self, body: Mapping[str, Any]) -> Act:
        disabled, recover = _flag(body, "disabled"), _flag(body, "recoverMissedSchedules")
        return lambda at: triggers.set_disabled(
            at, disabled=disabled, recover=recover, actor=self.actor
        )

    def _paused(self, *, paused: bool) -> Act:
        return lambda at: triggers.pause_backfill(at, paused=paused, actor=self.actor)

    def _one(
        self, request: Request, act: Act, address: Mapping[str, Any] | None = None
    ) -> Response:
        named = _address_of(address or _body(request))
        with tenant_scope(self.tenant.id):
            row = act(named)
            shown = trigger_shapes.state(row) if isinstance(row, TriggerState) else {}
        return Response(shown)

    def _many(self, request: Request, act: Act, permission: str = EDIT) -> Response:
        """By address all must be there and be allowed; by query those that are allowed are meant."""
        if self.kwargs.get("by_query"):
            with tenant_scope(self.tenant.id):
                rows = self._chosen(request, permission)[:MOST]
                chosen = [trigger_shapes.address(row) for row in rows]
            parts = [chosen[at : at + TOGETHER] for at in range(0, len(chosen), TOGETHER)]
        else:
            parts = [_addresses_of(request.data)]
        count = 0
        for part in parts:
            with tenant_scope(self.tenant.id):
                count += triggers.each(part, act)
        return Response({"operationId": str(uuid7()), "totalItems": count, "count": count})

    def _page(
        self, request: Request, show: Callable[[TriggerState], Any], named: Q | None = None
    ) -> Response:
        asked = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            rows = self._chosen(request, VIEW).filter(named or Q())
            order = asked.order_by(trigger_filters.SORTS, trigger_filters.ORDER)
            page = paginate(rows.order_by(*order), asked)
        return Response(page.map(show).as_json())

    def _chosen(self, request: Request, permission: str) -> QuerySet[TriggerState]:
        fields = trigger_filters.fields_of(request)
        chosen = trigger_filters.asked(request, fields)
        rows = touchable(self.actor, permission, TriggerState.objects.all(), field="namespace_id")
        return rows.filter(conditions.condition(chosen, fields)).order_by(*trigger_filters.ORDER)


def _body(request: Request) -> Mapping[str, Any]:
    if not isinstance(request.data, Mapping):
        raise InvalidFields([FieldError("send an object", code="body")])
    return request.data


def _date_of(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return instant(text)
    except ValueError:
        raise InvalidFields([FieldError("not an ISO-8601 date", path=name)]) from None


def _flag(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidFields([FieldError("must be true or false", path=name)])
    return value


def _address_of(body: Mapping[str, Any]) -> TriggerAddress:
    flow = body.get("flowId") or body.get("flow_id")
    trigger = body.get("triggerId") or body.get("trigger_id")
    return TriggerAddress(str(body.get("namespace") or ""), str(flow or ""), str(trigger or ""))


def _addresses_of(body: Any) -> list[TriggerAddress]:
    items = body.get("triggers") if isinstance(body, Mapping) else body
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise InvalidFields([FieldError("send a list of triggers", path="triggers")])
    if len(items) > MOST:
        raise InvalidFields([FieldError(f"at most {MOST} triggers", path="triggers")])
    return [_address_of(item) for item in items]


def _backfill_of(body: Any) -> Backfill:
    if not isinstance(body, Mapping) or not body.get("start"):
        raise InvalidFields([FieldError("name a start", path="backfill.start")])
    try:
        start = instant(str(body["start"]))
        end = instant(str(body["end"])) if body.get("end") else None
    except ValueError:
        raise InvalidFields([FieldError("not an ISO-8601 date", path="backfill")]) from None
    labels = [
        {"key": label.key, "value": label.value}
        for label in requests.label_list(body.get("labels") or [])
    ]
    inputs = body.get("inputs") or {}
    if not isinstance(inputs, Mapping):
        raise InvalidFields([FieldError("send an object", path="backfill.inputs")])
    return Backfill(start, end, inputs, labels)
