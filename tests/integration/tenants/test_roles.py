"""Roles of a tenant: written by those who hold them, changed for everybody at once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_entered
from tenants.access import can
from tests.support.cast import Cast
from tests.support.people import bind, newcomer, role_id


def _role(cast: Cast, permissions: object, **more: Any) -> dict[str, Any]:
    body = {"name": f"role-{uuid7()}", "permissions": permissions, **more}
    answer = cast.alice.post(f"{cast.api}/roles", body)
    assert answer.status_code == HTTPStatus.OK, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_a_role_is_written_as_clients_write_it_and_shown_in_one_form(module_cast: Cast) -> None:
    cast = module_cast

    made = _role(cast, {"FLOW": ["READ", "LIST", "UPDATE"], "EXECUTION": ["RESTART", "PAUSE"]})
    again = _role(cast, made["permissions"])

    assert made["permissions"] == {"FLOW": ["VIEW", "UPDATE"], "EXECUTION": ["UPDATE"]}
    assert made["actions"] == ["execution.edit", "flow.edit", "flow.view"]
    assert again["actions"] == made["actions"]
    assert made["isManaged"] is False


def test_a_role_may_be_written_by_our_own_names(module_cast: Cast) -> None:
    made = _role(module_cast, ["kv.*", "flow.view"])

    assert made["actions"] == ["flow.view", "kv.delete", "kv.edit", "kv.view"]


@pytest.mark.parametrize(
    ("permissions", "near"),
    [
        ({"FLOWS": ["VIEW"]}, "FLOW"),
        ({"FLOW": ["VEIW"]}, "VIEW"),
        (["flow.veiw"], "flow.view"),
        ({"LOG": ["KILL"]}, "DELETE, VIEW"),
    ],
)
def test_what_is_not_known_is_refused_with_what_was_meant(
    module_cast: Cast, permissions: object, near: str
) -> None:
    answer = module_cast.alice.post(
        f"{module_cast.api}/roles", {"name": "x", "permissions": permissions}
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert near in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["code"] == "permission.unknown"


@pytest.mark.parametrize("permissions", [None, {}, [], "flow.view", {"FLOW": "VIEW"}])
def test_a_role_without_permissions_is_refused(module_cast: Cast, permissions: object) -> None:
    body = {"name": "x", "permissions": permissions}

    answer = module_cast.alice.post(f"{module_cast.api}/roles", body)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_change_of_a_role_reaches_everybody_who_has_it(cast: Cast) -> None:
    made = _role(cast, ["flow.view", "flow.edit"])
    dora, eve = newcomer(), newcomer()
    group = cast.alice.post(f"{cast.api}/groups", {"name": "analysts"}).json()["id"]
    cast.alice.put(f"{cast.api}/groups/{group}/members/{eve.id}")
    bind(cast, dora.id, made["id"], "company.data")
    bind(cast, group, made["id"], "company.data", type="GROUP")

    body = {"name": made["name"], "permissions": ["flow.view", "kv.view"]}
    answer = cast.alice.put(f"{cast.api}/roles/{made['id']}", body)

    assert answer.status_code == HTTPStatus.OK
    with tenant_entered(cast.tenant.id):
        for member in (dora.member, eve.member):
            actor = member.actor
            held = [can(actor, name, cast.namespace_id) for name in ("kv.view", "flow.edit")]
            assert held == [True, False]


def test_what_another_binding_gives_stays_when_a_role_shrinks(cast: Cast) -> None:
    made = _role(cast, ["flow.view", "flow.edit"])
    dora = newcomer()
    bind(cast, dora.id, made["id"], "company.data")
    bind(cast, dora.id, role_id(cast, "Editor"), "company.data")

    body = {"name": made["name"], "permissions": ["flow.view"]}
    cast.alice.put(f"{cast.api}/roles/{made['id']}", body)

    with tenant_entered(cast.tenant.id):
        assert can(dora.member.actor, "flow.edit", cast.namespace_id)


def test_built_in_roles_stay_as_they_are(module_cast: Cast) -> None:
    cast = module_cast
    address = f"{cast.api}/roles/{role_id(cast, 'Viewer')}"

    changed = cast.alice.put(address, {"name": "Viewer", "permissions": ["flow.*"]})
    deleted = cast.alice.delete(address)

    assert (changed.status_code, deleted.status_code) == (HTTPStatus.CONFLICT, HTTPStatus.CONFLICT)
    assert deleted.json()["code"] == "role.built_in"


def test_a_role_that_somebody_has_stays(cast: Cast) -> None:
    made = _role(cast, ["flow.view"])
    dora = newcomer()
    binding = bind(cast, dora.id, made["id"], "company.data").json()["id"]

    refused = cast.alice.delete(f"{cast.api}/roles/{made['id']}")
    cast.alice.delete(f"{cast.api}/bindings/{binding}")
    gone = cast.alice.delete(f"{cast.api}/roles/{made['id']}")

    assert (refused.status_code, refused.json()["code"]) == (HTTPStatus.CONFLICT, "role.in_use")
    assert gone.status_code == HTTPStatus.NO_CONTENT
    assert cast.alice.get(f"{cast.api}/roles/{made['id']}").status_code == HTTPStatus.NOT_FOUND


def test_nobody_writes_into_a_role_what_they_do_not_hold(cast: Cast) -> None:
    keeper = newcomer()
    roles = _role(cast, ["role.*", "flow.view"])
    wide = _role(cast, ["flow.view", "secret.edit"])
    bind(cast, keeper.id, roles["id"], None)
    body = {"name": f"sly-{uuid7()}", "permissions": ["secret.edit"]}

    made = keeper.member.post(f"{cast.api}/roles", body)
    grown = keeper.member.put(f"{cast.api}/roles/{roles['id']}", {**body, "permissions": ["*"]})
    renamed = keeper.member.put(
        f"{cast.api}/roles/{wide['id']}", {**body, "permissions": wide["actions"]}
    )

    assert (made.status_code, made.json()["code"]) == (HTTPStatus.FORBIDDEN, "denied.grant")
    assert grown.status_code == HTTPStatus.FORBIDDEN
    assert renamed.status_code == HTTPStatus.OK


def test_a_name_is_given_once(module_cast: Cast) -> None:
    made = _role(module_cast, ["flow.view"])
    body = {"name": made["name"], "permissions": ["flow.view"]}

    answer = module_cast.alice.post(f"{module_cast.api}/roles", body)

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.CONFLICT, "name.taken")


def test_roles_are_found_by_name_by_a_part_of_it_and_by_id(module_cast: Cast) -> None:
    cast = module_cast
    made = _role(cast, ["flow.view"], isDefault=True)
    found = f"{cast.api}/roles/search?filters[q][EQUALS]={made['name']}"

    listed = cast.alice.get(found).json()["results"]
    suggested = cast.alice.post(f"{cast.api}/roles/autocomplete", {"q": made["name"]}).json()
    by_id = cast.alice.post(f"{cast.api}/roles/ids", {"ids": [made["id"], str(uuid7())]}).json()

    assert [row["id"] for row in listed] == [made["id"]]
    assert [row["id"] for row in suggested] == [made["id"]]
    assert [(row["id"], row["isDefault"]) for row in by_id] == [(made["id"], True)]


def test_a_role_of_another_tenant_cannot_be_bound_or_changed(cast: Cast) -> None:
    made = _role(cast, ["flow.view"])
    assert cast.charlie.user
    body = {"type": "USER", "externalId": str(cast.charlie.user.id), "roleId": made["id"]}

    bound = cast.charlie.post(f"{cast.other_api}/bindings", body)
    changed = cast.charlie.put(
        f"{cast.other_api}/roles/{made['id']}", {"name": "x", "permissions": ["*"]}
    )

    assert (bound.status_code, changed.status_code) == (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND)
