"""Secret managers over HTTP: of the tenant, and of namespaces. No route shows a credential."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.api.bodies import SecretManagerBody, SecretNameBody
from tenants.errors import NamespaceNotFound
from tenants.http import TenantViewSet
from tenants.models import Namespace, SecretManager
from tenants.paths import ROOT
from tenants.secret_managers import ADAPTERS, BUILT_IN
from tenants.services.secret_managers import (
    ManagerFacts,
    credentials_of,
    delete_manager,
    managers_of,
    set_manager,
    state_of,
)
from tenants.services.secret_resolution import ask_manager


class SecretManagerViewSet(TenantViewSet):
    """The manager that keeps the secrets of a place."""

    actions = {
        "kinds": "secret.view",
        "of_tenant": "secret.view",
        "set_tenant": "secret.edit",
        "clear_tenant": "secret.edit",
        "test_tenant": "secret.edit",
        "of_namespace": "secret.view",
        "set_namespace": "secret.edit",
        "clear_namespace": "secret.edit",
        "test_namespace": "secret.edit",
    }

    def kinds(self, request: Request, tenant: str) -> Response:
        """What can be configured: kinds, their settings and their credentials."""
        shown = {
            kind: {"config": dict(one.settings), "credentials": dict(one.secrets)}
            for kind, one in ADAPTERS.items()
        }
        return Response({BUILT_IN: {"config": {}, "credentials": {}}, **shown})

    def of_tenant(self, request: Request, tenant: str) -> Response:
        """The tenant's own."""
        return self._show(ROOT)

    def set_tenant(self, request: Request, tenant: str) -> Response:
        """Configures it; for those who may edit secrets everywhere."""
        require(self.actor, "secret.edit")
        return self._set(request, ROOT)

    def clear_tenant(self, request: Request, tenant: str) -> Response:
        """Goes back to the built-in one."""
        require(self.actor, "secret.edit")
        delete_manager(self.actor, ROOT)
        return Response(status=204)

    def test_tenant(self, request: Request, tenant: str) -> Response:
        """Asks it for a name, and says whether it has it; never the value."""
        require(self.actor, "secret.edit")
        return self._test(request, ROOT)

    def of_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Its own, and those above that are asked after it."""
        return self._show(namespace)

    def set_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Configures it, for this namespace and those below."""
        return self._set(request, namespace)

    def clear_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Goes back to what is above."""
        delete_manager(self.actor, namespace)
        return Response(status=204)

    def test_namespace(self, request: Request, tenant: str, namespace: str) -> Response:
        """Asks it for a name, and says whether it has it; never the value."""
        return self._test(request, namespace)

    def _set(self, request: Request, path: str) -> Response:
        body = read_body(request.data, SecretManagerBody)
        facts = ManagerFacts(
            kind=body.kind.upper(),
            config=body.config,
            credentials=body.credentials,
            read_only=body.read_only,
            inherit=body.inherit,
        )
        set_manager(self.actor, path, facts)
        return self._show(path)

    def _test(self, request: Request, path: str) -> Response:
        name = read_body(request.data, SecretNameBody).key
        found = dict(managers_of(path)).get(path)
        if found is None or found.kind not in ADAPTERS:
            return Response({"found": False, "kind": BUILT_IN})
        value = ask_manager(path, found, name)
        return Response({"found": value is not None, "kind": found.kind})

    def _show(self, path: str) -> Response:
        with tenant_scope(self.tenant.id):
            if not Namespace.objects.filter(path=path).exists():
                raise NamespaceNotFound(path)
            found = managers_of(path)
            own = dict(found).get(path)
            above = [{"namespace": place or None, **state_of(row)} for place, row in found]
        nearest = found[0][1] if found else None
        return Response(
            {
                "own": _shown(own),
                "chain": above,
                "readOnly": bool(nearest and nearest.read_only),
            }
        )


def _shown(row: SecretManager | None) -> dict[str, Any] | None:
    if row is None:
        return None
    given = sorted(credentials_of(row))
    return {**state_of(row), "credentials": given, "updatedAt": row.updated_at}
