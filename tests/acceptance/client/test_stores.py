"""Keys, files, secrets and namespaces by the client, and the first steps of a new user."""

from __future__ import annotations

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException, NotFoundException, UnauthorizedException
from kestrapy.models.api_secret_value import ApiSecretValue
from kestrapy.models.namespace import Namespace

from tests.acceptance.client.conftest import TENANT, connected
from tests.support.stranger import EMAIL, PASSWORD, Server


def test_keys_keep_values_of_several_types(client: KestraClient, namespace: str) -> None:
    client.namespaces.create_namespace(TENANT, Namespace(id=namespace, deleted=False))
    for key, text in {
        "text": '"hello"',
        "number": "42",
        "truth": "true",
        "map": '{"a": [1]}',
    }.items():
        client.kv.set_key_value(namespace, key, TENANT, text)

    values = {
        key: client.kv.key_value(namespace, key, TENANT).value
        for key in ("text", "number", "truth", "map")
    }
    listed = client.kv.list_keys_with_inheritance(namespace, TENANT)
    deleted = client.kv.delete_key_value(namespace, "text", TENANT)

    assert values == {"text": "hello", "number": 42, "truth": True, "map": {"a": [1]}}
    assert {entry.key for entry in listed} >= {"text", "number", "truth", "map"}
    assert deleted is True
    with pytest.raises(NotFoundException):
        client.kv.key_value(namespace, "text", TENANT)


def test_files_are_written_listed_moved_read_and_removed(
    client: KestraClient, namespace: str
) -> None:
    client.files.create_namespace_directory(namespace, TENANT, path="/reports")
    client.files.create_namespace_file(namespace, "/reports/one.sql", TENANT, b"select 1")
    client.files.create_namespace_file(namespace, "/readme.md", TENANT, b"# Read me")

    top = client.files.list_namespace_directory_files(namespace, TENANT, path="/")
    content = client.files.file_content(namespace, "/reports/one.sql", TENANT)
    found = client.files.search_namespace_files(namespace, "one", TENANT)
    client.files.move_file_directory(namespace, "/reports/one.sql", "/reports/two.sql", TENANT)
    moved = client.files.file_content(namespace, "/reports/two.sql", TENANT)
    client.files.delete_file_directory(namespace, "/reports", TENANT)

    assert {entry.file_name for entry in top} == {"reports", "readme.md"}
    assert content == moved == b"select 1"
    assert found == ["/reports/one.sql"]
    assert client.files.export_namespace_files(namespace, TENANT)[:2] == b"PK"
    with pytest.raises(ApiException) as gone:
        client.files.file_content(namespace, "/reports/two.sql", TENANT)
    assert gone.value.status == 404


def test_a_namespace_is_made_read_and_removed(client: KestraClient, namespace: str) -> None:
    made = client.namespaces.create_namespace(
        TENANT, Namespace(id=namespace, deleted=False, variables={"region": {"code": "eu"}})
    )
    client.namespaces.create_namespace(TENANT, Namespace(id=f"{namespace}.below", deleted=False))
    variables = client.namespaces.inherited_variables(f"{namespace}.below", TENANT)
    client.namespaces.put_secrets(
        namespace, TENANT, ApiSecretValue(key="PASSWORD", value="hidden", tags=[])
    )
    client.namespaces.delete_secret(namespace, "PASSWORD", TENANT)
    client.namespaces.delete_namespace(f"{namespace}.below", TENANT)
    client.namespaces.delete_namespace(namespace, TENANT)

    assert made.id == namespace
    assert "eu" in str(variables)
    with pytest.raises(NotFoundException):
        client.namespaces.namespace(namespace, TENANT)


def test_the_password_is_enough_for_a_client(server: Server) -> None:
    with connected(server, username=EMAIL, password=PASSWORD) as client:
        assert client.flows.search_flows(TENANT, page=1, size=1).total is not None


def test_a_made_up_token_opens_nothing(server: Server) -> None:
    with (
        connected(server, token="made-up") as client,
        pytest.raises(UnauthorizedException),
    ):
        client.flows.search_flows(TENANT, page=1, size=1)


def test_another_tenant_is_not_found(client: KestraClient) -> None:
    with pytest.raises(NotFoundException):
        client.flows.search_flows("somebody-elses", page=1, size=1)
