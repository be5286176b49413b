"""Starts executions over HTTP: by people and clients, and by webhooks."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import requests, shapes
from executions.api.breakpoints import breakpoints_of
from executions.api.repetition import idempotency_of
from executions.contracts import StartOptions
from executions.services import labels
from executions.services.checking import failures
from executions.services.errors import FlowMissing
from executions.services.inputs import Given, Upload, examine
from executions.services.start import ROUTE_START, start
from flows import facade as flows
from flows.contracts import RevisionRef
from tenants.access import can, require
from tenants.http import TenantViewSet

KINDS: Final = frozenset({"NORMAL", "TEST", "PLAYGROUND", "LOOP"})


class StartViewSet(TenantViewSet):
    """Routes that start an execution of a flow, or try its inputs."""

    actions: ClassVar[dict[str, str]] = {
        "create": "execution.create",
        "validate": "execution.create",
    }

    def create(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """Starts an execution; accepted means committed."""
        given = requests.inputs_of(request)
        options = _options(request)
        with tenant_scope(self.tenant.id):
            revision = self._revision(request, namespace, flow_id)
            require(self.actor, "execution.create", revision.namespace_id)
            key = idempotency_of(request, ROUTE_START, str(revision.uid), given)
            accepted = start(revision, given, options, idempotency=key)
        return Response(shapes.started(accepted))

    def validate(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """What each input is worth and what is wrong with it; nothing is started."""
        given = requests.inputs_of(request)
        with tenant_scope(self.tenant.id):
            revision = self._revision(request, namespace, flow_id)
            require(self.actor, "execution.create", revision.namespace_id)
            found = examine(revision, revision.spec.inputs, _without_content(given))
            options = StartOptions(labels=requests.labels_of(request))
            failed = failures(revision, found.values, options) if found.valid else ()
        shown = shapes.input_states(flow_id, found, failed)
        return Response({"namespace": namespace, **shown})

    def _revision(self, request: Request, namespace: str, flow_id: str) -> RevisionRef:
        number = requests.number_of(request, "revision")
        found = flows.published(self.tenant.id, namespace, flow_id, number)
        if found is None or not can(self.actor, "flow.view", found.namespace_id):
            raise FlowMissing(namespace=namespace, flow_id=flow_id)
        return found


def _options(request: Request) -> StartOptions:
    kind = (request.query_params.get("kind") or "").upper() or None
    if kind is not None and kind not in KINDS:
        reason = f"use one of {', '.join(sorted(KINDS))}"
        raise InvalidFields([FieldError(reason, path="kind")])
    return StartOptions(
        labels=labels.checked(requests.labels_of(request)),
        scheduled_at=requests.moment_of(request, "scheduleDate"),
        kind=None if kind == "NORMAL" else kind,
        breakpoints=breakpoints_of(request) or (),
    )


def _without_content(given: dict[str, Given]) -> dict[str, Any]:
    """Files as the address that they would have: their content is not looked at."""
    return {
        name: f"downbeat:///{value.name}" if isinstance(value, Upload) else value
        for name, value in given.items()
    }


def body_of(raw: bytes) -> Any:
    """A webhook's body: JSON if it is a map or list, else text; nothing is null."""
    if not raw.strip():
        return None
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")
    return found if isinstance(found, dict | list) else raw.decode("utf-8", "replace")
