"""Who belongs to a tenant: let in by hand, found only by those inside, taken out with all."""

from __future__ import annotations

from http import HTTPStatus

from tests.support.cast import NAMESPACE, Cast
from tests.support.people import bind, machine, newcomer, role_id


def test_somebody_is_let_in_before_they_hold_anything(cast: Cast) -> None:
    dora = newcomer()
    address = f"{cast.api}/tenant-access/{dora.id}"
    assert cast.alice.get(address).status_code == HTTPStatus.NOT_FOUND

    let_in = cast.alice.put(address)

    assert let_in.status_code == HTTPStatus.CREATED
    assert cast.alice.get(address).json()["roles"] == []
    assert [row["id"] for row in dora.member.get("/api/v1/me").json()["tenants"]] == [
        cast.tenant.slug
    ]


def test_who_was_let_in_stays_when_their_last_binding_goes(cast: Cast) -> None:
    dora = newcomer()
    cast.alice.put(f"{cast.api}/tenant-access/{dora.id}")
    made = bind(cast, dora.id, role_id(cast, "Viewer"), NAMESPACE).json()["id"]

    cast.alice.delete(f"{cast.api}/bindings/{made}")

    assert cast.alice.get(f"{cast.api}/tenant-access/{dora.id}").status_code == HTTPStatus.OK


def test_the_default_role_is_given_to_whoever_is_let_in(cast: Cast) -> None:
    body = {"name": "starters", "permissions": ["flow.view"], "isDefault": True}
    cast.alice.post(f"{cast.api}/roles", body)
    dora = newcomer()

    answer = cast.alice.post(f"{cast.api}/tenant-access", {"email": dora.email.upper()})
    again = cast.alice.post(f"{cast.api}/tenant-access", {"email": dora.email})

    roles = cast.alice.get(f"{cast.api}/tenant-access/{dora.id}").json()["roles"]
    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert (again.status_code, again.json()["code"]) == (HTTPStatus.CONFLICT, "access.exists")
    assert [(row["name"], row["origin"], row["permissions"]) for row in roles] == [
        ("starters", "BINDING", [{"resource": "FLOW", "actions": ["VIEW"]}])
    ]


def test_whoever_is_taken_out_loses_everything_here_at_once(cast: Cast) -> None:
    dora = newcomer()
    group = cast.alice.post(f"{cast.api}/groups", {"name": "g"}).json()["id"]
    bind(cast, group, role_id(cast, "Viewer"), None, type="GROUP")
    cast.alice.put(f"{cast.api}/groups/{group}/members/{dora.id}")
    bind(cast, dora.id, role_id(cast, "Editor"), NAMESPACE)
    place = f"{cast.api}/namespaces/{NAMESPACE}"
    assert dora.member.get(place).status_code == HTTPStatus.OK

    answer = cast.alice.delete(f"{cast.api}/tenant-access/{dora.id}")

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert dora.member.get(place).status_code == HTTPStatus.NOT_FOUND
    assert cast.alice.get(f"{cast.api}/groups/{group}/members").json()["total"] == 0
    assert dora.member.get("/api/v1/me").json()["tenants"] == []


def test_the_last_admin_is_not_taken_out(cast: Cast) -> None:
    assert cast.alice.user

    answer = cast.alice.delete(f"{cast.api}/tenant-access/{cast.alice.user.id}")

    assert (answer.status_code, answer.json()["code"]) == (
        HTTPStatus.CONFLICT,
        "binding.last_admin",
    )


def test_only_people_of_the_tenant_are_listed_and_suggested(cast: Cast) -> None:
    stranger, account = newcomer(), machine(cast)
    bind(cast, account.id, role_id(cast, "Viewer"), None)
    assert cast.bob.user and cast.alice.user and cast.charlie.user

    listed = cast.alice.get(f"{cast.api}/tenant-access?size=100").json()["results"]
    suggested = cast.alice.post(f"{cast.api}/tenant-access/autocomplete", {"q": "example"}).json()
    narrowed = cast.alice.get(f"{cast.api}/tenant-access?filters[q][EQUALS]=bob-").json()

    inside = {str(cast.alice.user.id), str(cast.bob.user.id)}
    assert {row["id"] for row in listed} == {*inside, account.id}
    assert {row["id"] for row in suggested} == inside
    assert [row["id"] for row in narrowed["results"]] == [str(cast.bob.user.id)]
    hidden = cast.alice.get(f"{cast.api}/tenant-access/{stranger.id}")
    assert hidden.status_code == HTTPStatus.NOT_FOUND


def test_an_account_of_another_tenant_is_not_let_in(cast: Cast) -> None:
    account = machine(cast)

    answer = cast.charlie.put(f"{cast.other_api}/tenant-access/{account.id}")

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_viewer_lets_nobody_in(cast: Cast) -> None:
    answer = cast.bob.put(f"{cast.api}/tenant-access/{newcomer().id}")

    assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}
