"""Key-value pairs over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.filters import TEXT, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.sdk.fields import parse_duration
from flows.api import wire
from flows.api.scope import in_tenant
from flows.selectors import keyvalues as pairs
from flows.services import keyvalues
from flows.services.errors import KeyNotFound, NamespaceUnknown
from tenants import facade as tenants
from tenants.access import require, visible
from tenants.contracts import NamespaceRef
from tenants.http import TenantViewSet

FIELDS = {"namespace": TEXT, "key": TEXT, "q": frozenset({Op.EQUALS, Op.CONTAINS})}


class KeyValueViewSet(TenantViewSet):
    """The pairs of a namespace."""

    actions: ClassVar = {
        "everywhere": "kv.view",
        "inherited": "kv.view",
        "retrieve": "kv.view",
        "update": "kv.edit",
        "destroy": "kv.edit",
        "destroy_many": "kv.edit",
    }

    @in_tenant
    def everywhere(self, request: Request, **_: Any) -> Response:
        """A page of keys of all namespaces that the caller may see."""
        rows = visible(self.actor, "kv.view", pairs.live_pairs()).order_by("namespace", "key")
        for clause in parse(request.query_params, FIELDS).clauses():
            column = "key" if clause.field == "q" else clause.field
            lookup = "" if clause.op is Op.EQUALS and clause.field != "q" else "__icontains"
            rows = rows.filter(**{f"{column}{lookup}": clause.value})
        page = paginate(rows, page_request(request.query_params))
        return Response(page.map(lambda row: wire.pair(pairs.reference(row))).as_json())

    @in_tenant
    def inherited(self, request: Request, namespace: str, **_: Any) -> Response:
        """The keys that a namespace sees: its own and its ancestors'."""
        found = self._namespace(namespace, "kv.view")
        rows = pairs.live_pairs().filter(namespace__in=found.ancestors)
        nearest = {row.key: row for row in sorted(rows, key=lambda row: len(row.namespace))}
        return Response([wire.pair(pairs.reference(row)) for row in nearest.values()])

    @in_tenant
    def retrieve(self, request: Request, namespace: str, key: str, **_: Any) -> Response:
        """A value with its type."""
        self._namespace(namespace, "kv.view")
        found = pairs.pair(namespace, key)
        if found is None:
            raise KeyNotFound(key=key, namespace=namespace)
        return Response(wire.pair_detail(found))

    @in_tenant
    def update(self, request: Request, namespace: str, key: str, **_: Any) -> Response:
        """Stores a value: the body is JSON, and text that is not JSON stands for itself."""
        found = tenants.ensure_namespace(self.actor, namespace)
        require(self.actor, "kv.edit", found.id)
        keyvalues.set_pair(
            found,
            key,
            _value(request.data),
            ttl=_ttl(request.headers.get("ttl")),
            description=request.headers.get("description"),
        )
        return Response()

    @in_tenant
    def destroy(self, request: Request, namespace: str, key: str, **_: Any) -> Response:
        """Removes a key; says whether it was there."""
        self._namespace(namespace, "kv.edit")
        return Response(keyvalues.delete_pair(namespace, key))

    @in_tenant
    def destroy_many(self, request: Request, namespace: str, **_: Any) -> Response:
        """Removes several keys."""
        self._namespace(namespace, "kv.edit")
        wanted = request.data.get("keys") if isinstance(request.data, dict) else None
        if not isinstance(wanted, list) or not all(isinstance(key, str) for key in wanted):
            raise InvalidFields([FieldError("send {keys: [text, …]}", path="keys")])
        return Response({"keys": keyvalues.delete_pairs(namespace, wanted)})

    def _namespace(self, path: str, permission: str) -> NamespaceRef:
        found = tenants.namespace(path)
        if found is None:
            raise NamespaceUnknown(namespace=path)
        require(self.actor, permission, found.id)
        return found


def _value(body: Any) -> Any:
    if not isinstance(body, str):
        return body
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body


def _ttl(text: str | None) -> timedelta | None:
    if not text:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise InvalidFields([FieldError(str(error), path="ttl")]) from None
