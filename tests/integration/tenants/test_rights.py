"""Bindings, groups, tokens: who may do what, at once and not a moment longer."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_entered
from tenants.access import can
from tenants.facade import create_instance_admin_token
from tenants.services.people import create_person
from tenants.services.tokens import TokenWish, issue
from tests.support.cast import Cast, Member


def _role(cast: Cast, name: str) -> str:
    found = cast.alice.get(f"{cast.api}/roles/search").json()["results"]
    return next(str(row["id"]) for row in found if row["name"] == name)


def _bind(cast: Cast, by: Member, who: Member, role: str, namespace: str | None) -> int:
    assert who.user
    body = {
        "type": "USER",
        "externalId": str(who.user.id),
        "roleId": _role(cast, role),
        "namespaceId": namespace,
    }
    return int(by.post(f"{cast.api}/bindings", body).status_code)


def _dora() -> Member:
    person = create_person(f"dora-{uuid7()}@example.com", None, admin=False)
    return Member(person, issue(person, TokenWish(name="t")).text)


def test_every_tenant_has_the_four_built_in_roles(cast: Cast) -> None:
    found = cast.alice.get(f"{cast.api}/roles/search").json()["results"]

    assert [row["name"] for row in found] == ["Admin", "Editor", "Launcher", "Viewer"]


def test_a_binding_lets_somebody_in_and_its_end_shuts_them_out(cast: Cast) -> None:
    dora = _dora()
    address = f"{cast.api}/namespaces/company.data"
    assert dora.get(address).status_code == HTTPStatus.NOT_FOUND

    assert _bind(cast, cast.alice, dora, "Viewer", "company.data") == HTTPStatus.OK
    assert dora.get(address).status_code == HTTPStatus.OK

    assert dora.user
    listed = cast.alice.get(f"{cast.api}/bindings/search?id={dora.user.id}").json()["results"]
    cast.alice.delete(f"{cast.api}/bindings/{listed[0]['id']}")
    assert dora.get(address).status_code == HTTPStatus.NOT_FOUND


def test_two_bindings_that_overlap_are_told_apart(cast: Cast) -> None:
    dora = _dora()
    _bind(cast, cast.alice, dora, "Viewer", "company.data")
    _bind(cast, cast.alice, dora, "Editor", "company.data")
    assert dora.user
    listed = cast.alice.get(f"{cast.api}/bindings/search?id={dora.user.id}").json()["results"]
    editor = next(row for row in listed if row["role"]["name"] == "Editor")

    cast.alice.delete(f"{cast.api}/bindings/{editor['id']}")

    with tenant_entered(cast.tenant.id):
        assert can(dora.actor, "flow.view", cast.namespace_id)
        assert not can(dora.actor, "flow.edit", cast.namespace_id)


def test_nobody_grants_what_they_do_not_hold(cast: Cast) -> None:
    editor, dora = _dora(), _dora()
    _bind(cast, cast.alice, editor, "Admin", "company.data")

    assert _bind(cast, editor, dora, "Admin", "company.data") == HTTPStatus.OK
    assert _bind(cast, editor, dora, "Viewer", "company") in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.FORBIDDEN,
    }
    assert _bind(cast, editor, dora, "Admin", None) in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.FORBIDDEN,
    }


def test_a_viewer_binds_nobody(cast: Cast) -> None:
    assert _bind(cast, cast.bob, cast.bob, "Admin", "company.data") in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.FORBIDDEN,
    }


def test_the_last_admin_stays(cast: Cast) -> None:
    assert cast.alice.user
    found = cast.alice.get(f"{cast.api}/bindings/search?id={cast.alice.user.id}").json()

    answer = cast.alice.delete(f"{cast.api}/bindings/{found['results'][0]['id']}")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert answer.json()["code"] == "binding.last_admin"


def test_members_of_a_group_have_its_rights_while_they_belong(cast: Cast) -> None:
    dora = _dora()
    assert dora.user
    group = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"}).json()["id"]
    body = {
        "type": "GROUP",
        "externalId": group,
        "roleId": _role(cast, "Viewer"),
        "namespaceId": "company",
    }
    assert cast.alice.post(f"{cast.api}/bindings", body).status_code == HTTPStatus.OK
    member = f"{cast.api}/groups/{group}/members/{dora.user.id}"
    address = f"{cast.api}/namespaces/company.data"

    cast.alice.put(member)
    inside = dora.get(address).status_code
    cast.alice.delete(member)

    assert inside == HTTPStatus.OK
    assert dora.get(address).status_code == HTTPStatus.NOT_FOUND


def test_groups_of_the_same_name_in_two_tenants_have_nothing_in_common(cast: Cast) -> None:
    ours = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"})
    theirs = cast.charlie.post(f"{cast.other_api}/groups", {"name": "analysts"})

    assert (ours.status_code, theirs.status_code) == (HTTPStatus.OK, HTTPStatus.OK)
    assert ours.json()["id"] != theirs.json()["id"]


def test_a_scoped_token_does_less_than_its_owner(cast: Cast) -> None:
    made = cast.alice.post("/api/v1/me/api-tokens", {"name": "ro", "scopes": ["*.view"]}).json()
    reader = Member(cast.alice.user, made["fullToken"])

    assert reader.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.OK
    refused = reader.post(f"{cast.api}/namespaces", {"id": "x"})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    widened = reader.post("/api/v1/me/api-tokens", {"name": "rw"})
    assert widened.status_code == HTTPStatus.FORBIDDEN


def test_a_revoked_token_is_dead(cast: Cast) -> None:
    made = cast.alice.post("/api/v1/me/api-tokens", {"name": "t"}).json()
    holder = Member(cast.alice.user, made["fullToken"])
    assert holder.get("/api/v1/me").status_code == HTTPStatus.OK

    cast.alice.delete(f"/api/v1/me/api-tokens/{made['id']}")

    assert holder.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("life", ["P1000D", "soon", "P", "PT", "-P1D"])
def test_a_token_lives_as_long_as_the_instance_allows(cast: Cast, life: str) -> None:
    answer = cast.alice.post("/api/v1/me/api-tokens", {"name": "t", "maxAge": life})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_tokens_are_listed_without_their_text(cast: Cast) -> None:
    made = cast.alice.post("/api/v1/me/api-tokens", {"name": "t", "maxAge": "P1D"}).json()

    listed = cast.alice.get("/api/v1/me/api-tokens")

    assert made["fullToken"] not in listed.content.decode()
    assert {row["name"] for row in listed.json()["results"]} == {"t", "test"}


def test_a_person_who_goes_takes_their_rights_along_in_every_tenant(cast: Cast) -> None:
    operator = Member(None, create_instance_admin_token("operator"))
    dora = _dora()
    assert dora.user
    _bind(cast, cast.alice, dora, "Viewer", "company.data")
    group = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"}).json()["id"]
    cast.alice.put(f"{cast.api}/groups/{group}/members/{dora.user.id}")

    answer = operator.delete(f"/api/v1/users/{dora.user.id}")

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert dora.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED
    left = cast.alice.get(f"{cast.api}/bindings/search?id={dora.user.id}").json()
    assert left["total"] == 0
    assert cast.alice.get(f"{cast.api}/groups/{group}/members").json()["total"] == 0


def test_a_group_that_goes_takes_its_members_rights_along(cast: Cast) -> None:
    dora = _dora()
    assert dora.user
    group = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"}).json()["id"]
    body = {"type": "GROUP", "externalId": group, "roleId": _role(cast, "Viewer")}
    cast.alice.post(f"{cast.api}/bindings", body)
    cast.alice.put(f"{cast.api}/groups/{group}/members/{dora.user.id}")
    assert dora.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.OK

    cast.alice.delete(f"{cast.api}/groups/{group}")

    assert dora.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.NOT_FOUND


def test_a_service_account_acts_with_what_it_was_given(cast: Cast) -> None:
    account = cast.alice.post(f"{cast.api}/service-accounts", {"name": "ci"}).json()["id"]
    tokens = f"{cast.api}/service-accounts/{account}/api-tokens"
    machine = Member(None, cast.alice.post(tokens, {"name": "t"}).json()["fullToken"])
    before = machine.get(f"{cast.api}/namespaces/search").status_code
    body = {"type": "USER", "externalId": account, "roleId": _role(cast, "Viewer")}

    cast.alice.post(f"{cast.api}/bindings", body)

    assert before == HTTPStatus.NOT_FOUND
    assert machine.get(f"{cast.api}/namespaces/search").json()["total"] == 2
    assert cast.alice.delete(f"{cast.api}/service-accounts/{account}").status_code == 204
    assert machine.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED
