"""Directories: they open and shut the door of one tenant, and nobody undoes by hand what they say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connections
from django.test import Client

from downbeat.common.errors import NotFound
from tenants.channels import authorize_scope
from tests.support.cast import Cast, Member
from tests.support.directories import directory
from tests.support.people import Newcomer, bind, newcomer, role_id

authorize = async_to_sync(authorize_scope)


def _in_other_tenant(cast: Cast, who: Newcomer) -> None:
    found = cast.charlie.get(f"{cast.other_api}/roles/search?size=100").json()["results"]
    viewer = next(row["id"] for row in found if row["name"] == "Viewer")
    body = {"type": "USER", "externalId": who.id, "roleId": viewer}
    cast.charlie.post(f"{cast.other_api}/bindings", body)


def _session(who: Newcomer) -> Client:
    client = Client(raise_request_exception=False)
    assert who.member.user
    client.force_login(who.member.user, backend="tenants.authentication.PasswordBackend")
    return client


def _websocket(who: Newcomer, slug: str) -> bool:
    token = f"Bearer {who.member.token}".encode()
    scope: dict[str, Any] = {"type": "websocket", "headers": [(b"authorization", token)]}
    try:
        authorize(scope, slug, "namespace.view")
    except NotFound:
        return False
    finally:
        connections["default"].close()
    return True


def test_who_is_deactivated_is_shut_out_of_this_tenant_and_of_no_other(cast: Cast) -> None:
    dora, door = newcomer(), directory(cast)
    _in_other_tenant(cast, dora)
    made = door.person(dora.email).json()
    bind(cast, dora.id, role_id(cast, "Viewer"), None)
    session = _session(dora)
    here, there = f"{cast.api}/namespaces/search", f"{cast.other_api}/namespaces/search"

    def doors() -> list[bool]:
        ok = HTTPStatus.OK
        return [
            dora.member.get(here).status_code == ok,
            session.get(here).status_code == ok,
            _websocket(dora, cast.tenant.slug),
            dora.member.get(there).status_code == ok,
            session.get(there).status_code == ok,
            _websocket(dora, cast.other.slug),
        ]

    before = doors()
    door.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    during = doors()
    tenants = [row["id"] for row in dora.member.get("/api/v1/me").json()["tenants"]]
    door.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": True}})

    assert made["id"] == dora.id
    assert before == [True] * 6
    assert during == [False, False, False, True, True, True]
    assert tenants == [cast.other.slug]
    assert doors() == [True] * 6


def test_a_deactivated_person_is_not_let_in_by_hand(cast: Cast) -> None:
    dora, door = newcomer(), directory(cast)
    made = door.person(dora.email, active=False).json()

    let_in = cast.alice.put(f"{cast.api}/tenant-access/{made['id']}")
    bind(cast, dora.id, role_id(cast, "Viewer"), None)
    shut_out = cast.alice.delete(f"{cast.api}/tenant-access/{made['id']}")

    assert (let_in.status_code, let_in.json()["code"]) == (HTTPStatus.CONFLICT, "access.external")
    assert shut_out.json()["code"] == "access.external"
    assert dora.member.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.NOT_FOUND


def test_a_directory_learns_nothing_of_an_account_that_it_names(cast: Cast) -> None:
    dora, door = newcomer(), directory(cast)
    dora.member.patch("/api/v1/me", {"firstName": "Secret", "lastName": "Agent"})

    known = door.person(dora.email, name={"givenName": "Ours"})
    unknown = door.person(f"x{dora.email}", name={"givenName": "Ours"})

    assert known.status_code == unknown.status_code == HTTPStatus.CREATED
    assert set(known.json()) == set(unknown.json())
    assert "Secret" not in known.content.decode()
    assert dora.member.get("/api/v1/me").json()["firstName"] == "Secret"


def test_a_group_of_a_directory_is_not_changed_by_hand(cast: Cast) -> None:
    door, eve = directory(cast), newcomer()
    dora = door.person().json()["id"]
    group = door.group("data", dora).json()["id"]
    groups = f"{cast.api}/groups/{group}"

    refused = [
        cast.alice.put(groups, {"name": "other"}),
        cast.alice.delete(groups),
        cast.alice.put(f"{groups}/members/{eve.id}"),
        cast.alice.delete(f"{groups}/members/{dora}"),
        cast.alice.put(f"{groups}/members/membership/{dora}?membership=OWNER"),
    ]

    assert {answer.json()["code"] for answer in refused} == {"group.external"}
    assert cast.alice.get(groups).json()["external"] is True


def test_members_of_a_directorys_group_hold_what_it_is_bound_to(cast: Cast) -> None:
    door, dora = directory(cast), newcomer()
    door.person(dora.email)
    group = door.group("viewers", dora.id).json()["id"]
    bind(cast, group, role_id(cast, "Viewer"), None, type="GROUP")
    seen = dora.member.get(f"{cast.api}/namespaces/company.data").status_code

    door.patch(f"/Groups/{group}", {"op": "remove", "path": f'members[value eq "{dora.id}"]'})

    assert seen == HTTPStatus.OK
    assert dora.member.get(f"{cast.api}/namespaces/company.data").status_code != HTTPStatus.OK


def test_a_directory_fills_its_groups_with_its_people_only(cast: Cast) -> None:
    door, other = directory(cast), directory(cast)
    theirs = other.person().json()["id"]
    assert cast.bob.user

    answers = [
        door.group("g", theirs),
        door.group("g", str(cast.bob.user.id)),
        door.group("g", "x"),
    ]

    assert {answer.json()["scimType"] for answer in answers} == {"invalidValue"}
    assert door.ask("GET", f"/Users/{theirs}").status_code == HTTPStatus.NOT_FOUND
    assert door.ask("GET", "/Groups").json()["totalResults"] == 0


def test_a_group_that_exists_is_not_taken_over(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/groups", {"name": "admins"})

    answer = directory(cast).group("admins")

    assert (answer.status_code, answer.json()["scimType"]) == (HTTPStatus.CONFLICT, "uniqueness")


def test_a_person_who_is_deleted_leaves_with_everything_but_the_last_admin_stays(
    cast: Cast,
) -> None:
    door, dora = directory(cast), newcomer()
    door.person(dora.email)
    bind(cast, dora.id, role_id(cast, "Viewer"), None)
    assert cast.alice.user
    alice = door.person(cast.alice.user.email or "").json()["id"]

    gone = door.ask("DELETE", f"/Users/{dora.id}")
    stays = door.ask("DELETE", f"/Users/{alice}")

    assert gone.status_code == HTTPStatus.NO_CONTENT
    assert dora.member.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.NOT_FOUND
    assert (stays.status_code, stays["Downbeat-Error-Code"]) == (
        HTTPStatus.CONFLICT,
        "binding.last_admin",
    )


def test_a_token_is_exchanged_while_the_old_one_still_opens_and_ended_at_once(cast: Cast) -> None:
    door = directory(cast)
    at = f"{cast.api}/directories/{door.id}"

    def opens(token: str) -> bool:
        return bool(Member(None, token).get(f"{door.api}/Users").status_code == HTTPStatus.OK)

    second = cast.alice.post(f"{at}/token").json()["fullToken"]
    both = [opens(door.token), opens(second)]
    third = cast.alice.post(f"{at}/token", {"atOnce": True}).json()["fullToken"]
    newest = [opens(door.token), opens(second), opens(third)]
    cast.alice.put(at, {"enabled": False})

    assert both == [True, True]
    assert newest == [False, False, True]
    assert not opens(third)


def test_whoever_may_not_take_people_out_makes_no_directory(cast: Cast) -> None:
    hr = newcomer()
    body = {"name": "hr", "permissions": ["user.view", "user.edit", "group.edit", "group.view"]}
    bind(cast, hr.id, cast.alice.post(f"{cast.api}/roles", body).json()["id"], None)

    answer = hr.member.post(f"{cast.api}/directories", {"name": "mine"})

    assert answer.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


def test_what_a_directory_does_is_on_the_trail_under_its_name(cast: Cast) -> None:
    door = directory(cast, "Okta")
    made = door.person().json()["id"]
    door.patch(f"/Users/{made}", {"op": "replace", "value": {"active": False}})

    rows = cast.alice.get(f"{cast.api}/auditlogs/search?size=50").json()["results"]

    text = str(rows)
    assert "directory Okta" in text
    assert "access.suspended" in text
    assert door.token not in text


@pytest.mark.parametrize("way", ["delete", "keep"])
def test_when_a_directory_ends_its_groups_are_looked_after_by_hand(cast: Cast, way: str) -> None:
    door = directory(cast)
    dora = door.person().json()["id"]
    group = door.group("data", dora).json()["id"]
    if way == "delete":
        cast.alice.delete(f"{cast.api}/directories/{door.id}")

    answer = cast.alice.delete(f"{cast.api}/groups/{group}/members/{dora}")

    assert (answer.status_code == HTTPStatus.OK) is (way == "delete")
