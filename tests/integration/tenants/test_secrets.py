"""Secrets: written over HTTP, resolved for attempts, given back by nothing."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.db import connections

from downbeat.common.scope import tenant_entered, tenant_scope
from tenants.errors import SecretMissing
from tenants.facade import resolve_secret
from tenants.models import Secret
from tenants.services.keys import Undecryptable
from tests.support.cast import Cast

CANARY = "canary-7f3a91"


def _put(cast: Cast, namespace: str, key: str, value: str) -> None:
    answer = cast.alice.put(
        f"{cast.api}/namespaces/{namespace}/secrets", {"key": key, "value": value}
    )
    assert answer.status_code == HTTPStatus.OK, answer.content


def test_a_secret_is_resolved_ignoring_case_and_the_nearest_wins(cast: Cast) -> None:
    _put(cast, "company", "DB_PASSWORD", "far")
    _put(cast, "company.data", "db_password", "near")

    with tenant_entered(cast.tenant.id):
        assert resolve_secret("company.data", "Db_Password") == "near"
        assert resolve_secret("company.other", "DB_PASSWORD") == "far"


def test_a_secret_of_a_child_or_of_another_tenant_is_not_there(cast: Cast) -> None:
    _put(cast, "company.data", "KEY", CANARY)

    with tenant_entered(cast.tenant.id), pytest.raises(SecretMissing):
        resolve_secret("company", "KEY")
    with tenant_entered(cast.other.id), pytest.raises(SecretMissing):
        resolve_secret("company.data", "KEY")


def test_no_route_and_no_row_shows_a_value(cast: Cast) -> None:
    answer = cast.alice.put(
        f"{cast.api}/namespaces/company.data/secrets", {"key": "KEY", "value": CANARY}
    )
    listed = cast.alice.get(f"{cast.api}/secrets")
    inherited = cast.alice.get(f"{cast.api}/namespaces/company.data/inherited-secrets")
    with tenant_scope(cast.tenant.id), connections["default"].cursor() as cursor:
        cursor.execute("select s::text from tenants_secret s")
        rows = str(cursor.fetchall())

    assert inherited.json() == {"company.data": ["KEY"]}
    assert [row["key"] for row in listed.json()["results"]] == ["KEY"]
    assert CANARY not in rows + "".join(a.content.decode() for a in (answer, listed, inherited))


def test_a_value_copied_to_another_name_does_not_decrypt(cast: Cast) -> None:
    _put(cast, "company.data", "KEY", CANARY)
    _put(cast, "company.data", "OTHER", "x")

    with tenant_scope(cast.tenant.id):
        stolen = Secret.objects.get(key="KEY").value
        Secret.objects.filter(key="OTHER").update(value=stolen)

    with tenant_entered(cast.tenant.id), pytest.raises(Undecryptable):
        resolve_secret("company.data", "OTHER")


def test_a_secret_is_described_and_forgotten(cast: Cast) -> None:
    _put(cast, "company.data", "KEY", CANARY)
    tags = [{"key": "team", "value": "data"}]
    address = f"{cast.api}/namespaces/company.data/secrets/KEY"

    described = cast.alice.patch(address, {"description": "for the warehouse", "tags": tags})
    forgotten = cast.alice.delete(address)

    assert described.json()[0]["tags"] == tags
    assert forgotten.status_code == HTTPStatus.NO_CONTENT
    assert cast.alice.delete(address).status_code == HTTPStatus.NOT_FOUND
