"""Sources that are looked at and not stored: what is wrong, what they look like, what they may say."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import FieldError, InvalidFields
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.selectors import definitions, words
from flows.selectors.catalogue import registry
from flows.services import publish
from flows.spec.graph import flow_graph
from flows.spec.parse import parse_flow, parse_flows
from flows.spec.parse_part import Section, parse_part
from flows.spec.source import split_documents
from tenants.access import visible
from tenants.http import TenantViewSet

SECTIONS: dict[str, Section] = {"TASKS": "tasks", "TRIGGERS": "triggers"}


class FlowSourceViewSet(TenantViewSet):
    """Routes about sources."""

    actions: ClassVar = {
        "validate": "flow.view",
        "validate_task": "flow.view",
        "validate_trigger": "flow.view",
        "graph": "flow.view",
        "expressions": "flow.view",
    }

    @in_tenant
    def validate(self, request: Request, **_: Any) -> Response:
        """What is right and wrong with each document of a source."""
        outcomes = [publish.parsed(text) for text in split_documents(bodies.source_of(request))]
        return Response([wire.validation(index, found) for index, found in enumerate(outcomes)])

    def validate_task(self, request: Request, **_: Any) -> Response:
        """What is right and wrong with one task, or with ``section=TRIGGERS`` one trigger."""
        name = (request.query_params.get("section") or "TASKS").upper()
        if name not in SECTIONS:
            raise InvalidFields([FieldError("use TASKS or TRIGGERS", path="section")])
        return _judged(request, SECTIONS[name])

    def validate_trigger(self, request: Request, **_: Any) -> Response:
        """What is right and wrong with one trigger."""
        return _judged(request, "triggers")

    @in_tenant
    def graph(self, request: Request, **_: Any) -> Response:
        """The graph of a source."""
        outcomes = parse_flows(bodies.source_of(request), registry())
        if not outcomes:
            raise InvalidFields([FieldError("send a flow", path="body")])
        return Response(flow_graph(bodies.valid_flow(outcomes[0])))

    @in_tenant
    def expressions(self, request: Request, **_: Any) -> Response:
        """What expressions may say in a source, or before one task of it; for completion."""
        outcome = parse_flow(bodies.source_of(request), registry())
        before = request.query_params.get("taskId") or None
        found = words.expression_words(outcome, before=before, actor=self.actor)
        return Response({"categories": found})


class DeprecationViewSet(TenantViewSet):
    """Flows that use what has a successor."""

    actions: ClassVar = {"flows": "flow.view"}

    @in_tenant
    def flows(self, request: Request, **_: Any) -> Response:
        """Flows with deprecated task types, and what to use instead."""
        rows = visible(self.actor, "flow.view", definitions.flows())
        found = words.deprecated_tasks(rows, request.query_params.get("namespace"))
        return Response(
            [
                {
                    "namespace": row.namespace,
                    "flowId": row.flow_id,
                    "revision": row.revision,
                    "deprecatedTasks": [
                        {"taskId": item.id, "taskType": item.type, "replacement": item.replacement}
                        for item in tasks
                    ],
                }
                for row, tasks in found
            ]
        )


def _judged(request: Request, section: Section) -> Response:
    sent: Any = request.data
    if isinstance(sent, dict):
        sent = yaml.safe_dump(sent, sort_keys=False, allow_unicode=True)
    if not isinstance(sent, str):
        raise InvalidFields([FieldError("send one task or trigger", path="body")])
    return Response(wire.validation(0, parse_part(sent, registry(), section)))
