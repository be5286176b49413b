"""Secrets that live elsewhere: asked for at run time only, in the place of the tree that says so."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from downbeat.common.scope import tenant_scope
from tenants import secret_managers
from tenants.errors import SecretMissing
from tenants.facade import resolve_secret
from tenants.life_errors import (
    SecretManagerFailed,
)
from tenants.models import AuditEntry, SecretManager
from tenants.services import secret_resolution
from tests.support.cast import NAMESPACE, Cast
from tests.support.doubles.vault import ROLE_ID, ROOT_TOKEN, SECRET_ID, Engine, VaultDouble
from tests.support.doubles.wire import Trouble

CANARY = "canary-value-5f3e"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Managers on loopback may be reached, and nothing is remembered from another test."""
    monkeypatch.setattr(secret_resolution, "guarded_for", lambda **_: False)
    secret_resolution.forget_values()
    yield
    secret_resolution.forget_values()


@pytest.fixture
def vault() -> Iterator[VaultDouble]:
    double = VaultDouble()
    with double.listening():
        yield double


def _at(cast: Cast, namespace: str | None = NAMESPACE) -> str:
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{cast.api}{inside}/secret-manager"


def _by_token(
    cast: Cast, vault: VaultDouble, namespace: str | None = NAMESPACE, **more: Any
) -> Any:
    config = {"address": vault.url, "auth": "TOKEN", "cacheSeconds": 0, **more.pop("config", {})}
    body = {"kind": "VAULT", "config": config, "credentials": {"token": ROOT_TOKEN}, **more}
    answer = cast.alice.put(_at(cast, namespace), body)
    assert answer.status_code == HTTPStatus.OK, answer.content
    return answer.json()


def _resolved(cast: Cast, name: str, namespace: str = NAMESPACE) -> str:
    with tenant_scope(cast.tenant.id):
        return resolve_secret(namespace, name)


def test_a_value_of_version_2_is_read_below_the_path_of_its_namespace(
    cast: Cast, vault: VaultDouble
) -> None:
    path = f"{cast.tenant.slug}/company/data/DB"
    vault.engines["secret"].secrets[path] = {"value": CANARY}

    shown = _by_token(cast, vault, config={"path": "{tenant}/{namespacePath}"})

    assert _resolved(cast, "DB") == CANARY
    assert shown["own"]["credentials"] == ["token"]
    assert ROOT_TOKEN not in str(shown)
    asked = vault.log[-1]
    assert asked.path == f"/v1/secret/data/{path}"


def test_a_value_of_version_1_may_be_a_field_among_others(cast: Cast, vault: VaultDouble) -> None:
    vault.engines["kv"] = Engine(1, {"team": {"DB": CANARY, "OTHER": "x"}})
    config = {"version": 1, "mount": "kv", "path": "team", "layout": "FIELDS"}
    _by_token(cast, vault, config=config)

    assert _resolved(cast, "DB") == CANARY
    with pytest.raises(SecretMissing):
        _resolved(cast, "NONE")


def test_a_role_logs_in_once_and_again_when_its_token_is_over(
    cast: Cast, vault: VaultDouble
) -> None:
    vault.engines["secret"].secrets["DB"] = {"value": CANARY}
    config = {"address": vault.url, "auth": "APPROLE", "cacheSeconds": 0}
    given = {"roleId": ROLE_ID, "secretId": SECRET_ID}
    cast.alice.put(_at(cast), {"kind": "VAULT", "config": config, "credentials": given})

    first, second = _resolved(cast, "DB"), _resolved(cast, "DB")
    vault.tokens.clear()
    third = _resolved(cast, "DB")

    assert {first, second, third} == {CANARY}
    assert vault.logins == 2


def test_a_worker_shows_its_own_identity_to_named_servers_only(
    cast: Cast, vault: VaultDouble, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from django.conf import settings as ours

    from tenants.secret_managers import vault as adapter

    token = tmp_path / "token"
    token.write_text("jwt-of-the-pod")
    monkeypatch.setattr(adapter, "SERVICE_ACCOUNT", token)
    vault.engines["secret"].secrets["DB"] = {"value": CANARY}
    config = {"address": vault.url, "auth": "KUBERNETES", "role": "downbeat", "cacheSeconds": 0}
    cast.alice.put(_at(cast), {"kind": "VAULT", "config": config})

    with pytest.raises(SecretManagerFailed, match="VAULT_KUBERNETES_HOSTS"):
        _resolved(cast, "DB")
    assert vault.log == []
    named = replace(ours.DOWNBEAT, vault_kubernetes_hosts=("127.0.0.1",))
    monkeypatch.setattr(ours, "DOWNBEAT", named)
    assert _resolved(cast, "DB") == CANARY


def test_the_nearest_that_has_the_name_wins(cast: Cast, vault: VaultDouble) -> None:
    secrets = vault.engines["secret"].secrets
    secrets.update({"root/A": {"value": "root"}, "near/A": {"value": "near"},
                    "root/B": {"value": "root"}})  # fmt: skip
    _by_token(cast, vault, None, config={"path": "root"})
    _by_token(cast, vault, config={"path": "near"})
    cast.alice.put(f"{cast.api}/namespaces/company/secrets", {"key": "B", "value": "kept here"})

    assert (_resolved(cast, "A"), _resolved(cast, "A", "company")) == ("near", "root")
    assert _resolved(cast, "B") == "kept here"


def test_a_manager_may_end_the_walk(cast: Cast, vault: VaultDouble) -> None:
    cast.alice.put(f"{cast.api}/namespaces/company/secrets", {"key": "B", "value": "above"})
    _by_token(cast, vault, inherit=False)

    with pytest.raises(SecretMissing):
        _resolved(cast, "B")
    cast.alice.delete(_at(cast))
    assert _resolved(cast, "B") == "above"


def test_where_secrets_live_elsewhere_none_is_written_here(cast: Cast, vault: VaultDouble) -> None:
    _by_token(cast, vault, "company", readOnly=True)
    secrets = f"{cast.api}/namespaces/{NAMESPACE}/secrets"

    refused = cast.alice.put(secrets, {"key": "K", "value": CANARY})
    cast.alice.put(_at(cast), {"kind": "BUILT_IN"})
    written = cast.alice.put(secrets, {"key": "K", "value": CANARY})

    assert (refused.status_code, refused.json()["code"]) == (409, "secret.read_only")
    assert written.status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (Trouble(status=500, body={"errors": [CANARY]}), "InternalServerError"),
        (Trouble(status=503, body={"errors": ["Vault is sealed"]}), "VaultDown"),
        (Trouble(drop=True), "ConnectionError"),
    ],
)
def test_a_manager_that_fails_is_named_and_nothing_from_above_is_taken_instead(
    cast: Cast, vault: VaultDouble, trouble: Trouble, told: str
) -> None:
    cast.alice.put(f"{cast.api}/namespaces/company/secrets", {"key": "DB", "value": "above"})
    _by_token(cast, vault)
    vault.fails("read", trouble)

    with pytest.raises(SecretManagerFailed) as failed:
        _resolved(cast, "DB")

    said = str(failed.value)
    assert all(word in said for word in ("VAULT", NAMESPACE, "DB", told))
    assert CANARY not in said


def test_what_a_policy_forbids_is_said_so(cast: Cast, vault: VaultDouble) -> None:
    vault.forbidden.add("DB")
    _by_token(cast, vault)

    with pytest.raises(SecretManagerFailed, match="forbids"):
        _resolved(cast, "DB")


def test_values_are_remembered_for_as_long_as_told_and_not_across_changes(
    cast: Cast, vault: VaultDouble
) -> None:
    secrets = vault.engines["secret"].secrets
    secrets["DB"] = {"value": "one"}
    _by_token(cast, vault, config={"cacheSeconds": 300})
    first = _resolved(cast, "DB")
    secrets["DB"] = {"value": "two"}

    remembered = _resolved(cast, "DB")
    _by_token(cast, vault, config={"cacheSeconds": 300})

    assert (first, remembered, _resolved(cast, "DB")) == ("one", "one", "two")


def test_a_test_says_whether_a_name_is_there_and_never_its_value(
    cast: Cast, vault: VaultDouble
) -> None:
    vault.engines["secret"].secrets["DB"] = {"value": CANARY}
    _by_token(cast, vault)

    there = cast.alice.post(f"{_at(cast)}/test", {"key": "DB"})
    not_there = cast.alice.post(f"{_at(cast)}/test", {"key": "NONE"})
    vault.forbidden.add("SHUT")
    failed = cast.alice.post(f"{_at(cast)}/test", {"key": "SHUT"})

    assert (there.json()["found"], not_there.json()["found"]) == (True, False)
    assert (failed.status_code, failed.json()["code"]) == (502, "secret.manager")
    assert CANARY not in there.content.decode()


def test_credentials_are_sealed_kept_and_in_no_trail(cast: Cast, vault: VaultDouble) -> None:
    _by_token(cast, vault)
    config = {"address": vault.url, "auth": "TOKEN", "mount": "other"}

    kept = cast.alice.put(_at(cast), {"kind": "VAULT", "config": config})
    emptied = cast.alice.put(
        _at(cast), {"kind": "VAULT", "config": config, "credentials": {"token": None}}
    )

    assert kept.json()["own"]["credentials"] == ["token"]
    assert emptied.json()["errors"][0]["path"] == "credentials.token"
    with tenant_scope(cast.tenant.id):
        row = SecretManager.objects.get()
        assert ROOT_TOKEN not in row.credentials
        bodies = "".join(AuditEntry.objects.values_list("body", flat=True))
    assert "manager changed" in bodies
    assert ROOT_TOKEN not in bodies


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"kind": "KEEPASS"}, "kind"),
        ({"kind": "VAULT", "config": {"address": "file:///x", "auth": "TOKEN"},
          "credentials": {"token": "t"}}, "config.address"),
        ({"kind": "VAULT", "config": {"address": "https://v", "auth": "TOKEN"}},
         "credentials.token"),
        ({"kind": "VAULT", "config": {"address": "https://v", "auth": "NONE"}}, "config.auth"),
        ({"kind": "VAULT", "config": {"colour": "red"}}, "config.colour"),
        ({"kind": "AWS_SECRETS_MANAGER", "config": {"region": "x"}}, "credentials.accessKeyId"),
    ],
)  # fmt: skip
def test_a_manager_that_could_not_work_is_refused(
    module_cast: Cast, body: dict[str, Any], path: str
) -> None:
    refused = module_cast.alice.put(_at(module_cast), body)

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert path in [each["path"] for each in refused.json()["errors"]]


def test_only_who_edits_secrets_everywhere_sets_the_tenants(module_cast: Cast) -> None:
    assert module_cast.bob.put(_at(module_cast, None), {"kind": "BUILT_IN"}).status_code == 404
    assert module_cast.bob.get(_at(module_cast)).status_code == 404


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_aws_gives_a_secret_or_a_field_of_one(cast: Cast, aws: str) -> None:
    given = {"accessKeyId": "AKIAEXAMPLE", "secretAccessKey": "example"}
    client = boto3.client(
        "secretsmanager", region_name="eu-central-1", endpoint_url=aws,
        aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example",
    )  # fmt: skip
    mark = cast.tenant.slug
    client.create_secret(Name=f"{mark}/DB", SecretString=CANARY)
    client.create_secret(Name=f"{mark}/JSON", SecretString='{"password": "inside"}')
    config = {"region": "eu-central-1", "endpoint": aws, "prefix": "{tenant}", "cacheSeconds": 0}
    body = {"kind": "AWS_SECRETS_MANAGER", "config": config, "credentials": given}

    cast.alice.put(_at(cast), body)
    whole = _resolved(cast, "DB")
    with pytest.raises(SecretMissing):
        _resolved(cast, "NONE")
    cast.alice.put(_at(cast), {**body, "config": {**config, "field": "password"}})

    assert (whole, _resolved(cast, "JSON")) == (CANARY, "inside")
    with pytest.raises(SecretManagerFailed, match="no JSON object"):
        _resolved(cast, "DB")


def test_every_kind_says_what_it_takes(module_cast: Cast) -> None:
    shown = module_cast.alice.get(f"{module_cast.api}/secret-managers").json()

    assert set(shown) == {"BUILT_IN", *secret_managers.ADAPTERS}
    assert "secretId" in shown["VAULT"]["credentials"]
