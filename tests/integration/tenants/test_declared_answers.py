"""What routes of the tree and of rights answer is what the OpenAPI description says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import resolve

from downbeat.common.api.operations import key_of
from tenants.api.operations import OPERATIONS
from tests.support.cast import NAMESPACE, Cast
from tests.support.openapi import deviations
from tests.support.people import newcomer, role_id

VAULT = {
    "kind": "VAULT",
    "config": {"address": "https://vault.example.org", "auth": "TOKEN"},
    "credentials": {"token": "hvs.token"},
}


@dataclass
class Asking:
    """Alice asks, and remembers what was not as declared."""

    cast: Cast
    wrong: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        address = path if path.startswith("/api") else f"{self.cast.api}{path}"
        answer = self.cast.alice.request(method, address, body)
        assert answer.status_code < 300, (method, path, answer.content)
        plain = address.partition("?")[0]
        found = deviations(method, plain, answer)
        self.wrong += [f"{method} {path}: {one}" for one in found]
        self.asked.add(_template(method, plain))
        return answer.json() if answer.content else None


def _template(method: str, path: str) -> str:
    return key_of(method, resolve(path).route)


@pytest.fixture
def asking(cast: Cast) -> Iterator[Asking]:
    found = Asking(cast)
    yield found
    assert found.wrong == []


def _tree(asking: Asking) -> None:
    at = f"/namespaces/{NAMESPACE}"
    facts = {
        "id": "team.one",
        "variables": {"a": 1},
        "pluginDefaults": [{"type": "core.log.Log", "values": {}}],
        "allowedNamespaces": [{"namespace": "company"}],
    }
    asking("POST", "/namespaces", facts)
    asking("GET", "/namespaces/search?size=5")
    asking("POST", "/namespaces/autocomplete", {"q": "te"})
    asking("GET", "/namespaces/team.one")
    asking("PUT", "/namespaces/team.one", {"description": "x"})
    asking("GET", "/namespaces/team.one/inherited-variables")
    asking("POST", "/namespaces/team.one/move", {"to": "team.two"})
    asking("DELETE", "/namespaces/team.two")
    tags = [{"key": "a", "value": "b"}]
    asking("PUT", f"{at}/secrets", {"key": "KEY", "value": "v", "tags": tags})
    asking("PATCH", f"{at}/secrets/KEY", {"description": "d"})
    asking("GET", f"{at}/inherited-secrets")
    asking("GET", "/secrets?size=5")
    asking("DELETE", f"{at}/secrets/KEY")
    for place in ("", at):
        asking("PUT", f"{place}/retention", {"logs": 3})
        asking("GET", f"{place}/retention")
        asking("PUT", f"{place}/secret-manager", VAULT)
        asking("GET", f"{place}/secret-manager")
        asking("DELETE", f"{place}/secret-manager")
        asking("POST", f"{place}/secret-manager/test", {"key": "KEY"})
    asking("GET", "/secret-managers")


def _roles_and_bindings(asking: Asking, who: str) -> None:
    role = asking("POST", "/roles", {"name": "R", "permissions": ["flow.view"]})["id"]
    asking("PUT", f"/roles/{role}", {"name": "R2", "permissions": ["flow.view", "log.view"]})
    asking("GET", f"/roles/{role}")
    asking("POST", "/roles/ids", {"ids": [role]})
    asking("POST", "/roles/autocomplete", {"q": "R"})
    asking("GET", "/roles/search?size=50")
    new = {"type": "USER", "externalId": who, "roleId": role, "namespaceId": NAMESPACE}
    made = asking("POST", "/bindings", new)["id"]
    asking("POST", "/bindings/bulk", [{**new, "namespaceId": None}])
    asking("GET", "/bindings/search?size=50")
    asking("GET", f"/bindings/{made}")
    query = f"permission=log.view&namespace={NAMESPACE}"
    asking("GET", f"/access/who-can?{query}")
    asking("GET", f"/access/why?userId={who}&{query}")
    asking("GET", "/access/mine?namespace=company")
    asking("GET", "/access/permissions")
    asking("GET", f"/access/impact?bindingId={made}")
    asking("GET", "/access/unused?days=1")
    asking("DELETE", f"/bindings/{made}")
    other = asking("POST", "/roles", {"name": "Gone", "permissions": ["flow.view"]})["id"]
    asking("DELETE", f"/roles/{other}")


def _groups(asking: Asking, who: str) -> None:
    group = asking("POST", "/groups", {"name": "G", "description": "d"})["id"]
    asking("PUT", f"/groups/{group}", {"name": "G2"})
    asking("GET", f"/groups/{group}")
    asking("POST", "/groups/ids", {"ids": [group]})
    asking("POST", "/groups/autocomplete", {"q": "G"})
    asking("GET", "/groups/search?size=5")
    asking("PUT", f"/groups/{group}/members/{who}")
    asking("PUT", f"/groups/{group}/members/membership/{who}?membership=OWNER")
    asking("GET", f"/groups/{group}/members?size=5")
    new = {"type": "GROUP", "externalId": group, "roleId": role_id(asking.cast, "Viewer")}
    asking("POST", "/bindings", new)
    asking("GET", "/access/who-can?permission=flow.view")
    asking("GET", f"/tenant-access/{who}")
    asking("DELETE", f"/groups/{group}/members/{who}")
    asking("PUT", f"/users/{who}/groups", {"groupIds": [group]})
    asking("DELETE", f"/groups/{group}")


def _people_and_machines(asking: Asking, who: str) -> None:
    asking("PUT", f"/tenant-access/{who}")
    asking("POST", "/tenant-access", {"email": newcomer().email})
    asking("GET", "/tenant-access?size=5")
    asking("POST", "/tenant-access/autocomplete", {"q": "new"})
    made = asking("POST", "/service-accounts", {"name": "ci"})["id"]
    at = f"/service-accounts/{made}"
    asking("GET", "/service-accounts?size=5")
    asking("GET", at)
    asking("PUT", at, {"name": "ci2", "description": "d"})
    for tokens in (f"{at}/api-tokens", "/api/v1/me/api-tokens"):
        token = asking("POST", tokens, {"name": "t"})["id"]
        asking("GET", tokens)
        asking("DELETE", f"{tokens}/{token}")
    asking("DELETE", at)


def test_every_declared_route_answers_as_it_says(asking: Asking) -> None:
    who = newcomer()

    _tree(asking)
    _people_and_machines(asking, who.id)
    _roles_and_bindings(asking, who.id)
    _groups(asking, who.id)
    asking("DELETE", f"/tenant-access/{who.id}")

    assert set(OPERATIONS) - asking.asked == set()
