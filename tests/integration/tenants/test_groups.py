"""Groups: their members hold what they hold, by hand or by an identity provider's word."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

import pytest

from downbeat.common.scope import tenant_entered
from tenants.access import can
from tenants.facade import enter_groups, make_super_admin
from tenants.services.groups import flattened
from tests.support.cast import Cast, Member
from tests.support.people import Newcomer, bind, machine, newcomer, role_id

PLACES = {
    None: {
        "company": True,
        "company.data": True,
        "company.data.raw": True,
        "company.database": True,
    },
    "company": {
        "company": True,
        "company.data": True,
        "company.data.raw": True,
        "company.database": True,
    },
    "company.data": {
        "company": False,
        "company.data": True,
        "company.data.raw": True,
        "company.database": False,
    },
}


@pytest.fixture(scope="module")
def tree(module_cast: Cast) -> Cast:
    """Alice's tenant with a parent, a child and a twin of `company.data`."""
    for path in ("company.data.raw", "company.database"):
        module_cast.alice.post(f"{module_cast.api}/namespaces", {"id": path})
    return module_cast


def _group(cast: Cast, name: str) -> str:
    return str(cast.alice.post(f"{cast.api}/groups", {"name": name}).json()["id"])


def _sees(cast: Cast, who: Member) -> dict[str, bool]:
    asked = {path: f"{cast.api}/namespaces/{path}" for path in PLACES["company"]}
    return {path: who.get(at).status_code == HTTPStatus.OK for path, at in asked.items()}


@pytest.mark.parametrize("through", ["USER", "GROUP"])
@pytest.mark.parametrize("kind", [newcomer, machine], ids=["person", "service account"])
@pytest.mark.parametrize("place", list(PLACES), ids=str)
def test_a_binding_reaches_its_namespace_and_all_below_and_nothing_else(
    tree: Cast, through: str, kind: object, place: str | None
) -> None:
    who: Newcomer = machine(tree) if kind is machine else newcomer()
    principal = who.id
    if through == "GROUP":
        principal = _group(tree, f"{through}-{who.id}")
        tree.alice.put(f"{tree.api}/groups/{principal}/members/{who.id}")
    assert not any(_sees(tree, who.member).values())

    bound = bind(tree, principal, role_id(tree, "Viewer"), place, type=through).json()
    during = _sees(tree, who.member)
    tree.alice.delete(f"{tree.api}/bindings/{bound['id']}")

    assert during == PLACES[place]
    assert not any(_sees(tree, who.member).values())


def test_an_owner_of_a_group_looks_after_its_members(cast: Cast) -> None:
    owner, member, dora = newcomer(), newcomer(), newcomer()
    made = {"name": "sees groups", "permissions": ["group.view", "namespace.view", "flow.view"]}
    sees_groups = cast.alice.post(f"{cast.api}/roles", made).json()["id"]
    group = _group(cast, "analysts")
    for person in (owner, member):
        bind(cast, person.id, sees_groups, None)
        cast.alice.put(f"{cast.api}/groups/{group}/members/{person.id}")
    promoted = cast.alice.put(
        f"{cast.api}/groups/{group}/members/membership/{owner.id}?membership=OWNER"
    )

    refused = member.member.put(f"{cast.api}/groups/{group}/members/{dora.id}")
    let_in = owner.member.put(f"{cast.api}/groups/{group}/members/{dora.id}")

    assert promoted.json()["groups"][0]["membership"] == "OWNER"
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert let_in.status_code == HTTPStatus.OK


def test_an_owner_of_a_group_gives_away_nothing_that_they_lack(cast: Cast) -> None:
    owner, dora = newcomer(), newcomer()
    made = {"name": "sees groups", "permissions": ["group.view"]}
    bind(cast, owner.id, cast.alice.post(f"{cast.api}/roles", made).json()["id"], None)
    group = _group(cast, "admins")
    cast.alice.put(f"{cast.api}/groups/{group}/members/membership/{owner.id}?membership=OWNER")
    # The owner holds Admin through the group; a token with less cannot pass it on.
    bind(cast, group, role_id(cast, "Admin"), None, type="GROUP")
    limited = owner.member.post(
        "/api/v1/me/api-tokens", {"name": "t", "scopes": ["group.*"]}
    ).json()["fullToken"]

    answer = Member(None, limited).put(f"{cast.api}/groups/{group}/members/{dora.id}")

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.FORBIDDEN, "denied.grant")


def test_a_log_in_says_the_groups_of_a_person_and_takes_back_what_it_said(cast: Cast) -> None:
    dora = newcomer()
    by_hand, said = _group(cast, "by hand"), _group(cast, "data")
    cast.alice.put(f"{cast.api}/groups/{by_hand}/members/{dora.id}")
    bind(cast, said, role_id(cast, "Viewer"), "company.data", type="GROUP")

    with tenant_entered(cast.tenant.id):
        enter_groups(UUID(dora.id), ["etl"], source="idp", parents={"etl": ["data", "etl"]})
        during = can(dora.member.actor, "flow.view", cast.namespace_id)
        members = cast.alice.get(f"{cast.api}/groups/{said}/members").json()["results"]
        removed = cast.alice.delete(f"{cast.api}/groups/{said}/members/{dora.id}")
        enter_groups(UUID(dora.id), [], source="idp")
        after = can(dora.member.actor, "flow.view", cast.namespace_id)

    assert (during, after) == (True, False)
    assert [row["groups"][0]["external"] for row in members] == [True]
    assert removed.json()["code"] == "group.external"
    kept = cast.alice.get(f"{cast.api}/groups/{by_hand}/members").json()
    assert [row["id"] for row in kept["results"]] == [dora.id]


def test_groups_within_groups_are_flattened_even_when_they_turn_in_circles() -> None:
    parents = {"a": ["b"], "b": ["c", "a"], "x": ["y"]}

    assert flattened(["a"], parents) == {"a", "b", "c"}


def test_the_groups_of_somebody_are_set_as_a_whole(cast: Cast) -> None:
    account = machine(cast)
    one, two = _group(cast, "one"), _group(cast, "two")
    body = {"name": "renamed", "groups": [{"id": one}]}
    changed = cast.alice.put(f"{cast.api}/service-accounts/{account.id}", body).json()

    answer = cast.alice.put(f"{cast.api}/users/{account.id}/groups", {"groupIds": [two]})

    assert (changed["name"], changed["groups"]) == ("renamed", [{"id": one, "name": "one"}])
    assert answer.status_code == HTTPStatus.NO_CONTENT
    listed = cast.alice.get(f"{cast.api}/service-accounts/{account.id}").json()["groups"]
    assert listed == [{"id": two, "name": "two"}]


def test_a_service_account_of_another_tenant_is_nobody_here(cast: Cast) -> None:
    account = machine(cast)
    made = cast.charlie.post(f"{cast.other_api}/groups", {"name": "theirs"}).json()["id"]

    answer = cast.charlie.put(f"{cast.other_api}/groups/{made}/members/{account.id}")

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_group_gets_another_name_unless_it_is_taken(cast: Cast) -> None:
    one = _group(cast, "one")
    _group(cast, "two")

    renamed = cast.alice.put(f"{cast.api}/groups/{one}", {"name": "uno"})
    taken = cast.alice.put(f"{cast.api}/groups/{one}", {"name": "two"})

    assert renamed.json()["name"] == "uno"
    assert (taken.status_code, taken.json()["code"]) == (HTTPStatus.CONFLICT, "name.taken")


def test_an_admin_of_the_instance_has_no_right_inside_a_tenant(cast: Cast) -> None:
    operator = newcomer(admin=True)

    assert not any(_sees(cast, operator.member).values())
    assert operator.member.get("/api/v1/users").status_code == HTTPStatus.OK


def test_a_super_admin_enters_every_tenant_and_does_not_manage_the_instance(cast: Cast) -> None:
    chief = newcomer()
    make_super_admin(chief.email, super_admin=True)

    assert chief.member.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.OK
    assert chief.member.get(f"{cast.other_api}/roles/search").status_code == HTTPStatus.OK
    assert chief.member.get("/api/v1/users").status_code == HTTPStatus.FORBIDDEN
    make_super_admin(chief.email, super_admin=False)
    assert chief.member.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.NOT_FOUND


def test_scopes_hold_for_super_admins_too(cast: Cast) -> None:
    chief = newcomer()
    make_super_admin(chief.email, super_admin=True)
    body = {"name": "t", "scopes": ["flow.view"]}
    limited = chief.member.post("/api/v1/me/api-tokens", body).json()["fullToken"]

    answer = Member(None, limited).get(f"{cast.api}/roles/search")

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_only_a_super_admin_makes_another(cast: Cast) -> None:
    operator, dora, chief = newcomer(admin=True), newcomer(), newcomer(admin=True)
    make_super_admin(chief.email, super_admin=True)
    address, body = f"/api/v1/users/{dora.id}/superadmin", {"superAdmin": True}
    new = {"email": f"by-{dora.email}", "superAdmin": True}

    assert operator.member.patch(address, body).status_code == HTTPStatus.FORBIDDEN
    assert operator.member.post("/api/v1/users", new).status_code == HTTPStatus.FORBIDDEN
    assert chief.member.patch(address, body).json()["superAdmin"] is True


def test_an_admin_of_the_instance_makes_another_and_keeps_their_own(database: object) -> None:
    operator, dora = newcomer(admin=True), newcomer()
    body = {"instanceOwner": True}

    made = operator.member.patch(f"/api/v1/users/{dora.id}/instanceowner", body)
    oneself = operator.member.patch(
        f"/api/v1/users/{operator.id}/instanceowner", {"instanceOwner": False}
    )

    assert made.json()["instanceOwner"] is True
    assert oneself.status_code == HTTPStatus.CONFLICT
