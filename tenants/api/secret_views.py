"""Secrets: written and named, never read."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.filters import EQUALITY, TEXT, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from tenants.access import visible
from tenants.api import wire
from tenants.api.bodies import SecretBody, SecretFactsBody
from tenants.http import TenantViewSet
from tenants.models import Secret
from tenants.paths import ROOT, lineage
from tenants.services.secret_managers import is_read_only
from tenants.services.secrets import (
    NewSecret,
    SecretFacts,
    delete_secret,
    describe_secret,
    put_secret,
)

FIELDS: dict[str, frozenset[Op]] = {
    "q": TEXT,
    "namespace": EQUALITY | {Op.PREFIX, Op.STARTS_WITH, Op.CONTAINS},
}


class NamespaceSecretViewSet(TenantViewSet):
    """Secrets of one namespace."""

    actions = {
        "put": "secret.edit",
        "patch": "secret.edit",
        "destroy": "secret.delete",
        "inherited": "secret.view",
    }

    def put(self, request: Request, tenant: str, namespace: str) -> Response:
        """Writes one; the value cannot be asked for afterwards."""
        body = read_body(request.data, SecretBody)
        put_secret(self.actor, namespace, NewSecret(body.key, body.value, _facts(body)))
        return self._names(namespace)

    def patch(self, request: Request, tenant: str, namespace: str, key: str) -> Response:
        """Describes one."""
        body = read_body(request.data, SecretFactsBody)
        describe_secret(self.actor, namespace, key, _facts(body))
        return self._names(namespace)

    def destroy(self, request: Request, tenant: str, namespace: str, key: str) -> Response:
        """Forgets one."""
        delete_secret(self.actor, namespace, key)
        return Response(status=204)

    def inherited(self, request: Request, tenant: str, namespace: str) -> Response:
        """Names by namespace: what a flow there can use."""
        names: dict[str, list[str]] = {}
        with tenant_scope(self.tenant.id):
            rows = Secret.objects.filter(namespace__path__in=lineage(namespace))
            for row in rows.select_related("namespace").order_by("namespace__path", "key"):
                names.setdefault(row.namespace.path, []).append(row.key)
        return Response(names)

    def _names(self, namespace: str) -> Response:
        with tenant_scope(self.tenant.id):
            rows = Secret.objects.filter(namespace__path=namespace).select_related("namespace")
            found = [wire.secret(row) for row in rows.order_by("key")]
        return Response(found)


class SecretViewSet(TenantViewSet):
    """Secrets of the tenant."""

    actions = {"list": "secret.view"}

    def list(self, request: Request, tenant: str) -> Response:
        """A page of those whose namespace one may look into."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"key": "key", "namespace": "namespace__path"}, ["key", "id"])
        with tenant_scope(self.tenant.id):
            rows = visible(self.actor, "secret.view", Secret.objects.select_related("namespace"))
            rows = _narrowed(rows.exclude(namespace__path=ROOT), request)
            page = paginate(rows.order_by(*order), wanted).map(wire.secret).as_json()
        return Response({"readOnly": is_read_only(ROOT), **page})


def _narrowed(rows: QuerySet[Secret], request: Request) -> QuerySet[Secret]:
    for clause in parse(request.query_params, FIELDS).clauses():
        if clause.field == "q":
            rows = rows.filter(key__icontains=clause.value)
        elif clause.op in {Op.EQUALS, Op.IN}:
            rows = rows.filter(namespace__path__in=clause.values)
        elif clause.op in {Op.PREFIX, Op.STARTS_WITH}:
            rows = rows.filter(namespace__ancestors__contains=[clause.value])
        elif clause.op is Op.CONTAINS:
            rows = rows.filter(namespace__path__icontains=clause.value)
        else:
            rows = rows.exclude(namespace__path__in=clause.values)
    return rows


def _facts(body: SecretBody | SecretFactsBody) -> SecretFacts:
    tags = None if body.tags is None else [{"key": t.key, "value": t.value} for t in body.tags]
    return SecretFacts(description=body.description, tags=tags)
