"""Connections over HTTP: written by editors, shown without what is secret, hidden from strangers."""

from __future__ import annotations

from http import HTTPStatus
from importlib import import_module
from typing import Any

import pytest
from django.db import connections

from downbeat.common.scope import tenant_entered, tenant_scope
from tenants import facade as tenants
from tenants.models import Connection, Role
from tenants.services.bindings import NewBinding, Principal, create_binding
from tenants.services.groups import add_member, create_group
from tenants.services.keys import Undecryptable
from tests.support.cast import NAMESPACE, Cast

CANARY = "canary-9d20c4"
SYSTEM = {"host": "warehouse", "apiToken": CANARY, "port": 5}


def _base(cast: Cast, namespace: str = NAMESPACE) -> str:
    return f"{cast.api}/namespaces/{namespace}/credentials"


def _made(cast: Cast, name: str, namespace: str = NAMESPACE, **more: Any) -> Any:
    body = {"name": name, "type": "test.system", "values": SYSTEM, **more}
    answer = cast.alice.post(_base(cast, namespace), body)
    assert answer.status_code == HTTPStatus.OK, answer.content
    return answer.json()


def _errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, answer.content
    return {error["path"]: error["message"] for error in answer.json()["errors"]}


def _stored(cast: Cast, name: str, namespace: str = NAMESPACE) -> dict[str, Any]:
    with tenant_entered(cast.tenant.id):
        found = tenants.resolve_connection(namespace, "test.system", name)
    assert found is not None
    return dict(found.values)


def test_a_connection_is_made_shown_listed_and_forgotten(cast: Cast) -> None:
    made = _made(cast, "warehouse", description="of the shop")

    shown = cast.alice.get(f"{_base(cast)}/warehouse").json()
    listed = cast.alice.get(_base(cast)).json()
    forgotten = cast.alice.delete(f"{_base(cast)}/warehouse")

    assert shown == made
    assert shown["values"] == {"host": "warehouse", "port": 5}
    assert shown["secrets"] == ["apiToken"]
    assert (shown["type"], shown["description"], shown["version"]) == (
        "test.system",
        "of the shop",
        1,
    )
    assert [row["name"] for row in listed["results"]] == ["warehouse"]
    assert "values" not in listed["results"][0]
    assert forgotten.status_code == HTTPStatus.NO_CONTENT
    assert cast.alice.get(f"{_base(cast)}/warehouse").status_code == HTTPStatus.NOT_FOUND


def test_no_route_and_no_row_shows_a_secret_value(cast: Cast) -> None:
    _made(cast, "warehouse")
    answers = [
        cast.alice.get(_base(cast)),
        cast.alice.get(f"{_base(cast)}/warehouse"),
        cast.alice.get(f"{_base(cast, 'company.data.below')}/inherited"),
        cast.alice.put(f"{_base(cast)}/warehouse", {"values": {"host": "other"}}),
    ]

    with tenant_scope(cast.tenant.id), connections["default"].cursor() as cursor:
        cursor.execute("select c::text from tenants_connection c")
        rows = str(cursor.fetchall())

    assert CANARY not in rows + "".join(answer.content.decode() for answer in answers)
    assert "warehouse" in rows


def test_a_change_keeps_secret_values_that_are_not_written_again(cast: Cast) -> None:
    _made(cast, "warehouse")
    address = f"{_base(cast)}/warehouse"

    kept = cast.alice.put(address, {"values": {"host": "other"}}).json()
    stored = _stored(cast, "warehouse")
    gone = cast.alice.put(address, {"values": {"apiToken": None}}).json()

    assert (kept["values"], kept["secrets"], kept["version"]) == (
        {"host": "other"},
        ["apiToken"],
        2,
    )
    assert stored == {"host": "other", "apiToken": CANARY}
    assert (gone["values"], gone["secrets"]) == ({}, [])


def test_the_name_of_a_secret_may_be_seen(cast: Cast) -> None:
    made = _made(cast, "warehouse", values={"apiToken": "{{ secret('TOKEN') }}"})

    assert (made["values"], made["secrets"]) == ({"apiToken": "{{ secret('TOKEN') }}"}, [])


def test_what_is_wrong_is_said_with_its_place_and_the_nearest_name(cast: Cast) -> None:
    def refused(**body: Any) -> dict[str, str]:
        return _errors(cast.alice.post(_base(cast), {"name": "a", "type": "test.system", **body}))

    assert "did you mean 'test.system'?" in refused(type="test.sistem")["type"]
    assert "did you mean 'apiToken'?" in refused(values={"apiTokn": "x"})["values.apiTokn"]
    assert "integer" in refused(values={"port": "many"})["values.port"]
    assert "nothing else" in refused(values={"host": "{{ inputs.a }}"})["values.host"]
    assert "only a connection of that type" in refused(name="postgresql")["name"]
    assert "values" in refused(values=[1])


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "inherited", "x" * 151, "ä"])
def test_a_name_that_cannot_be_an_address_is_refused(cast: Cast, name: str) -> None:
    answer = cast.alice.post(_base(cast), {"name": name, "type": "test.system"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["code"] == "connection.name"


def test_a_name_is_taken_once_in_a_namespace(cast: Cast) -> None:
    _made(cast, "warehouse")
    _made(cast, "warehouse", "company")

    again = cast.alice.post(_base(cast), {"name": "warehouse", "type": "test.system"})

    assert (again.status_code, again.json()["code"]) == (HTTPStatus.CONFLICT, "connection.exists")


def test_values_are_bounded(cast: Cast) -> None:
    body = {"name": "a", "type": "test.system", "values": {"keyFile": "x" * 70_000}}

    answer = cast.alice.post(_base(cast), body)

    assert answer.json()["code"] == "connection.too_large"


def test_a_description_with_a_nul_is_refused(cast: Cast) -> None:
    body = {"name": "a", "type": "test.system", "description": "a\0b"}

    assert "description" in _errors(cast.alice.post(_base(cast), body))


def test_a_namespace_inherits_the_nearest_of_each_name(cast: Cast) -> None:
    _made(cast, "warehouse", "company", values={"host": "far"})
    _made(cast, "lake", "company", values={"host": "lake"})
    _made(cast, "warehouse", "company.data", values={"host": "near"})
    _made(cast, "own", "company.data.team", values={"host": "own"})

    found = cast.alice.get(f"{_base(cast, 'company.data.team')}/inherited").json()["levels"]

    assert [
        (level["namespace"], [one["name"] for one in level["credentials"]]) for level in found
    ] == [
        ("company.data", ["warehouse"]),
        ("company", ["lake"]),
    ]
    assert _stored(cast, "warehouse", "company.data.team")["host"] == "near"
    assert _stored(cast, "warehouse", "company.other")["host"] == "far"


def test_a_list_is_narrowed_and_sorted(cast: Cast) -> None:
    for name in ("b-lake", "a-lake", "river"):
        _made(cast, name)

    def names(query: str) -> list[str]:
        answer = cast.alice.get(f"{_base(cast)}?{query}")
        assert answer.status_code == HTTPStatus.OK, answer.content
        return [row["name"] for row in answer.json()["results"]]

    assert names("sort=name:desc") == ["river", "b-lake", "a-lake"]
    assert names("filters[q][EQUALS]=LAKE") == ["a-lake", "b-lake"]
    assert names("filters[name][NOT_IN]=river,a-lake") == ["b-lake"]
    assert names("filters[type][EQUALS]=postgresql") == []
    assert names("size=1&page=2") == ["b-lake"]


def test_viewers_and_strangers_see_no_connections(cast: Cast) -> None:
    _made(cast, "warehouse")
    address = f"{_base(cast)}/warehouse"

    for answer in (cast.bob.get(address), cast.bob.get(_base(cast)), cast.charlie.get(address)):
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert b"warehouse" not in answer.content.replace(address.encode(), b"")
    with tenant_entered(cast.other.id):
        assert tenants.resolve_connection(NAMESPACE, "test.system", "warehouse") is None


def test_values_copied_to_another_row_do_not_open(cast: Cast) -> None:
    _made(cast, "one")
    _made(cast, "other")

    with tenant_scope(cast.tenant.id):
        stolen = Connection.objects.get(name="one").values
        Connection.objects.filter(name="other").update(values=stolen)

    with pytest.raises(Undecryptable):
        _stored(cast, "other")
    assert cast.alice.get(_base(cast)).status_code == HTTPStatus.OK


def test_connections_go_with_their_namespace(cast: Cast) -> None:
    _made(cast, "warehouse", "company.temporary")

    gone = cast.alice.delete(f"{cast.api}/namespaces/company.temporary")

    assert gone.status_code < 300, gone.content
    with tenant_scope(cast.tenant.id):
        assert not Connection.objects.filter(name="warehouse").exists()


def test_types_are_shown_with_their_schemas(cast: Cast) -> None:
    found = {kind["type"]: kind for kind in cast.bob.get("/api/v1/plugins/connections").json()}

    assert found["test.system"]["secrets"] == ["apiToken", "keyFile"]
    assert found["test.system"]["variables"]["host"] == ["TEST_SYSTEM_HOST"]
    assert found["test.system"]["schema"]["properties"]["apiToken"]["writeOnly"] is True
    assert found["postgresql"]["testable"] is True


def test_those_who_had_a_built_in_role_before_get_its_new_rights(cast: Cast) -> None:
    given = import_module("tenants.migrations.0003_connections").GIVE
    _made(cast, "warehouse")
    _let_bob_edit_by_a_group(cast)
    assert cast.bob.get(_base(cast)).status_code == HTTPStatus.OK
    with connections["owner"].cursor() as owner:
        for table in ("user", "group"):
            owner.execute(
                f"delete from tenants_namespace{table}permission where permission_id in"
                " (select id from auth_permission where codename like 'connection.%')"
            )
        owner.execute(
            "update tenants_role set permissions = array(select p from unnest(permissions) p"
            " where p not like 'connection.%')"
        )
    before = [member.get(_base(cast)).status_code for member in (cast.alice, cast.bob)]

    with connections["owner"].cursor() as owner:
        for statement in (*given, *given):
            owner.execute(statement)

    after = [member.get(_base(cast)).status_code for member in (cast.alice, cast.bob)]
    with tenant_scope(cast.tenant.id):
        roles = dict(Role.objects.values_list("name", "permissions"))
    assert before == [HTTPStatus.NOT_FOUND] * 2
    assert after == [HTTPStatus.OK] * 2
    assert "connection.edit" in roles["Editor"]
    assert "connection.view" not in roles["Viewer"]


def _let_bob_edit_by_a_group(cast: Cast) -> None:
    assert cast.bob.user is not None
    with tenant_scope(cast.tenant.id):
        actor, editor = cast.alice.actor, Role.objects.get(name="Editor")
        group = create_group(actor, "editors", "")
        create_binding(actor, NewBinding(Principal.GROUP, group.id, editor.id, NAMESPACE))
        add_member(actor, group.id, cast.bob.user.id)
