"""Evaluates an expression in the context of an execution, or of one of its task runs."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.parsers import OrjsonParser, PlainTextParser
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.services import evaluation
from tenants.http import TenantAPIView


class EvaluationView(TenantAPIView):
    """``POST …/actions/eval[/{taskRunId}]`` with the expression as plain text."""

    actions: ClassVar[dict[str, str]] = {"post": "execution.edit"}
    parser_classes = (PlainTextParser, OrjsonParser)

    def post(self, request: Request, pk: str, run: str | None = None, **_address: str) -> Response:
        """The result, or why there is none: both are answers."""
        sent: Any = request.data
        text = sent if isinstance(sent, str) else str(sent or "")
        with tenant_scope(self.tenant.id):
            found = evaluation.evaluate(requests.uuid_of(pk), run, text, actor=self.actor)
        if found.error is not None:
            return Response({"result": None, "error": found.error})
        return Response({"result": found.result, "error": None})
