"""The official client, unchanged, against the running web application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import NotFoundException
from kestrapy.models.api_autocomplete import ApiAutocomplete
from kestrapy.models.api_secret_value import ApiSecretValue
from kestrapy.models.create_api_token_request import CreateApiTokenRequest
from kestrapy.models.namespace import Namespace
from kestrapy.models.tenant import Tenant
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tenants.facade import create_instance_admin_token
from tests.support.live import served

SLUG = "official"


@pytest.fixture(scope="module")
def url(database: object) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def client(url: str) -> Iterator[KestraClient]:
    make: Any = KestraClient  # its constructor has no types
    client: KestraClient = make(host=url, token=create_instance_admin_token("client"))
    client.tenants.create_tenant(Tenant(id=SLUG, name="Official", deleted=False))
    yield client
    client.tenants.delete_tenant(SLUG)


def test_it_manages_tenants(client: KestraClient) -> None:
    client.tenants.update_tenant(SLUG, Tenant(id=SLUG, name="Renamed", deleted=False))

    assert client.tenants.tenant(SLUG).name == "Renamed"
    assert SLUG in [found.id for found in client.tenants.search_tenants(size=1000).results]
    with pytest.raises(NotFoundException):
        client.tenants.tenant("nothing")


def test_it_manages_namespaces(client: KestraClient) -> None:
    client.namespaces.create_namespace(SLUG, Namespace(id="a.b", deleted=False, description="x"))
    client.namespaces.update_namespace(
        "a.b", SLUG, Namespace(id="a.b", deleted=False, description="y")
    )

    assert client.namespaces.namespace("a.b", SLUG).description == "y"
    assert [found.id for found in client.namespaces.search_namespaces(SLUG).results] == ["a", "a.b"]
    assert client.namespaces.autocomplete_namespaces(SLUG, ApiAutocomplete(q="b")) == ["a.b"]
    assert client.namespaces.inherited_variables("a.b", SLUG) == {}
    client.namespaces.delete_namespace("a.b", SLUG)
    with pytest.raises(NotFoundException):
        client.namespaces.namespace("a.b", SLUG)


def test_it_manages_secrets(client: KestraClient) -> None:
    client.namespaces.put_secrets("a", SLUG, ApiSecretValue(key="KEY", value="v", tags=[]))

    assert client.namespaces.list_secrets(SLUG).total == 1
    assert client.namespaces.inherited_secrets("a", SLUG) == {"a": ["KEY"]}
    client.namespaces.delete_secret("a", "KEY", SLUG)
    assert client.namespaces.list_secrets(SLUG).total == 0


def test_it_reads_who_it_is_and_makes_tokens(client: KestraClient) -> None:
    made = client.me.create_api_token(CreateApiTokenRequest(name="mine", maxAge="P1D"))
    listed = client.me.list_api_tokens()
    client.me.delete_api_token(made["id"] if isinstance(made, dict) else made.id)

    assert "mine" in str(listed)
    assert client.misc.configuration().version


def test_it_reads_rights(client: KestraClient) -> None:
    roles = {role.name for role in client.roles.search_roles(SLUG).results}
    assert roles == {"Admin", "Editor", "Launcher", "Viewer"}
    assert client.bindings.search_bindings(SLUG).total == 1
    assert client.groups.search_groups(SLUG).total == 0


def test_an_unknown_websocket_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidStatus), connect(f"{url.replace('http', 'ws')}/nothing"):
        pass


def test_an_unknown_address_is_a_problem_and_not_a_page(url: str) -> None:
    answer = httpx.get(f"{url}/api/v1/nothing/at/all")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Length"]
