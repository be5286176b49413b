"""The catalogue over HTTP: types with their schemas, and what expressions may call."""

from __future__ import annotations

import hashlib
from typing import Final

import orjson
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from downbeat.common.api.pagination import PageOf
from downbeat.common.errors import NotFound
from flows.selectors import plugins as catalogue
from flows.selectors.connections import kinds
from flows.spec.expressions import catalogue as expressions
from tenants.http import InstanceAPIView

YEAR: Final = 31_536_000


class PluginViewSet(ViewSet, InstanceAPIView):
    """Installed task and trigger types; the same for every tenant."""

    instance_admin = False

    def list(self, request: Request) -> Response:
        """The plug-ins and what each brings."""
        return Response(PageOf(catalogue.plugins(), len(catalogue.plugins())).as_json())

    def subgroups(self, request: Request) -> Response:
        """The same as a plain list."""
        return Response(catalogue.plugins())

    def retrieve(self, request: Request, type_name: str) -> Response:
        """One type: its documentation and schema."""
        found = catalogue.documentation(type_name)
        if found is None:
            raise NotFound("plug-in")
        return Response(found)

    def language_schema(self, request: Request, kind: str) -> HttpResponse:
        """The JSON Schema of the language, or of one part of it; unchanged since: 304."""
        found = catalogue.schema(kind)
        if found is None:
            raise NotFound("schema")
        body = orjson.dumps(found)
        mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if request.headers.get("If-None-Match") == mark:
            return HttpResponse(status=304)
        answer = HttpResponse(body, content_type="application/json")
        answer["ETag"] = mark
        answer["Cache-Control"] = "private, no-cache"
        return answer

    def triggers(self, request: Request) -> Response:
        """The names of trigger types."""
        return Response(catalogue.trigger_names())

    def input_types(self, request: Request) -> Response:
        """The types of inputs."""
        return Response(catalogue.input_types())

    def connections(self, request: Request) -> Response:
        """The types of connections, each with the schema of its values."""
        return Response(kinds())

    def icons(self, request: Request) -> Response:
        """The icons of types, by name."""
        return Response(catalogue.icons())


class ExpressionCatalogueView(InstanceAPIView):
    """Filters and functions of the expression language."""

    instance_admin = False
    kind = "filters"

    def get(self, request: Request) -> Response:
        """The names of filters, or functions with their arguments and what they are for."""
        words = expressions()
        if self.kind == "filters":
            return Response(catalogue.filter_names(words))
        return Response(catalogue.functions(words))
