"""Namespaces: the tree of a tenant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.filters import TEXT, Clause, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from tenants.access import visible
from tenants.api import wire
from tenants.api.bodies import AutocompleteBody, MoveBody, NamespaceBody
from tenants.errors import NamespaceNotFound
from tenants.http import TenantViewSet
from tenants.models import Namespace
from tenants.paths import ROOT
from tenants.selectors.namespaces import inherited_variables
from tenants.services.namespace_moves import move_namespace, plan_move
from tenants.services.namespaces import (
    NamespaceFacts,
    create_namespace,
    delete_namespace,
    update_namespace,
)

FIELDS: dict[str, frozenset[Op]] = {"q": TEXT, "id": TEXT, "namespace": TEXT}
LOOKUPS = {
    Op.EQUALS: "path",
    Op.STARTS_WITH: "path__startswith",
    Op.ENDS_WITH: "path__endswith",
    Op.CONTAINS: "path__icontains",
    Op.REGEX: "path__regex",
}
SUGGESTIONS = 100


class NamespaceViewSet(TenantViewSet):
    """Namespaces by path."""

    namespace_kwarg = "id"
    actions = {
        "create": "namespace.create",
        "retrieve": "namespace.view",
        "update": "namespace.edit",
        "destroy": "namespace.delete",
        "move": "namespace.delete",
        "search": "namespace.view",
        "autocomplete": "namespace.view",
        "inherited_variables": "namespace.view",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one, with its missing ancestors."""
        body = read_body(request.data, NamespaceBody)
        made = create_namespace(self.actor, body.id, facts_of(body))
        return self._show(made.path)

    def retrieve(self, request: Request, tenant: str, id: str) -> Response:
        """All facts of one."""
        return self._show(id)

    def update(self, request: Request, tenant: str, id: str) -> Response:
        """Changes its facts."""
        body = read_body(request.data, NamespaceBody)
        return self._show(update_namespace(self.actor, id, facts_of(body)).path)

    def destroy(self, request: Request, tenant: str, id: str) -> Response:
        """Takes it away; 409 while anything lives in it."""
        delete_namespace(self.actor, id)
        return Response(status=204)

    def move(self, request: Request, tenant: str, id: str) -> Response:
        """Another path for it and all in it; 409 while something runs there."""
        body = read_body(request.data, MoveBody)
        if body.dry_run:
            return Response(wire.move_report(plan_move(self.actor, id, body.to)))
        moved = move_namespace(self.actor, id, body.to)
        return self._show(moved.place.path, wire.move_report(moved.report))

    def search(self, request: Request, tenant: str) -> Response:
        """A page of those that one may see."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"id": "path"}, ["path"])
        with tenant_scope(self.tenant.id):
            rows = self._seen()
            for clause in parse(request.query_params, FIELDS).clauses():
                rows = narrowed(rows, clause)
            page = paginate(rows.order_by(*order), wanted).map(wire.namespace)
        return Response(page.as_json())

    def autocomplete(self, request: Request, tenant: str) -> Response:
        """Paths that contain a text, and those named."""
        body = read_body(request.data, AutocompleteBody)
        with tenant_scope(self.tenant.id):
            rows = self._seen()
            if body.ids:
                rows = rows.filter(Q(path__in=body.ids) | Q(path__icontains=body.q or ""))
            else:
                rows = rows.filter(path__icontains=body.q or "")
            paths = list(rows.order_by("path").values_list("path", flat=True)[:SUGGESTIONS])
        return Response(paths)

    def inherited_variables(self, request: Request, tenant: str, id: str) -> Response:
        """Variables of each ancestor, by its path."""
        found = inherited_variables(id)
        if found is None:
            raise NamespaceNotFound(id)
        return Response(found)

    def _seen(self) -> QuerySet[Namespace]:
        rows = Namespace.objects.exclude(path=ROOT)
        return visible(self.actor, "namespace.view", rows, field="id")

    def _show(self, path: str, more: Mapping[str, Any] | None = None) -> Response:
        with tenant_scope(self.tenant.id):
            row = Namespace.objects.filter(path=path).exclude(path=ROOT).first()
        if row is None:
            raise NamespaceNotFound(path)
        return Response({**wire.namespace(row), **(more or {})})


def facts_of(body: NamespaceBody) -> NamespaceFacts:
    """The facts that a client has said."""
    allowed = body.allowed_namespaces
    return NamespaceFacts(
        description=body.description,
        variables=body.variables,
        plugin_defaults=body.plugin_defaults,
        allowed_namespaces=None if allowed is None else [item.namespace for item in allowed],
        worker_group=body.worker_group,
    )


def narrowed(rows: QuerySet[Namespace], clause: Clause) -> QuerySet[Namespace]:
    """The rows that a filter leaves."""
    if clause.field == "q":
        return rows.filter(path__icontains=clause.value)
    match clause.op:
        case Op.IN:
            return rows.filter(path__in=clause.values)
        case Op.NOT_IN:
            return rows.exclude(path__in=clause.values)
        case Op.NOT_EQUALS:
            return rows.exclude(path=clause.value)
        case Op.NOT_CONTAINS:
            return rows.exclude(path__icontains=clause.value)
        case Op.PREFIX:
            return rows.filter(ancestors__contains=[clause.value])
        case _:
            lookup: dict[str, Any] = {LOOKUPS[clause.op]: clause.value}
            return rows.filter(**lookup)
