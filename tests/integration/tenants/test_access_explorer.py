"""The access explorer says of rights what the requests of those people show."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest

from downbeat.common import clock
from downbeat.common.scope import tenant_entered, tenant_scope
from tenants.access import can, require, usage
from tenants.facade import make_super_admin
from tenants.models import Binding, PermissionUse
from tenants.policy import PERMISSIONS
from tests.support.cast import NAMESPACE, Cast
from tests.support.directories import directory
from tests.support.people import Newcomer, bind, machine, newcomer, role_id


def _group(cast: Cast, *members: Newcomer, role: str, place: str | None) -> str:
    group = str(cast.alice.post(f"{cast.api}/groups", {"name": f"g-{role}-{place}"}).json()["id"])
    for member in members:
        cast.alice.put(f"{cast.api}/groups/{group}/members/{member.id}")
    bind(cast, group, role_id(cast, role), place, type="GROUP")
    return group


def _ask(cast: Cast, question: str, **query: str) -> Any:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    answer = cast.alice.get(f"{cast.api}/access/{question}?{text}")
    assert answer.status_code == HTTPStatus.OK, answer.content
    return answer.json()


def test_it_names_everybody_who_may_and_by_which_ways(cast: Cast) -> None:
    dora, ci = newcomer(), machine(cast)
    _group(cast, dora, ci, role="Editor", place="company")
    bind(cast, dora.id, role_id(cast, "Editor"), NAMESPACE)
    other = newcomer()
    bind(cast, other.id, role_id(cast, "Editor"), "company.database")

    found = _ask(cast, "who-can", permission="flow.edit", namespace=NAMESPACE)["results"]

    assert cast.alice.user
    ways = {
        row["user"]["id"]: [(way["origin"], way["namespace"]) for way in row["chains"]]
        for row in found
    }
    assert ways == {
        str(cast.alice.user.id): [("BINDING", None)],
        dora.id: [("GROUP", "company"), ("BINDING", NAMESPACE)],
        ci.id: [("GROUP", "company")],
    }


@pytest.mark.parametrize(
    "place", [None, "company", NAMESPACE, "company.database", "company.data.x"]
)
def test_its_answers_are_those_of_the_door(module_cast: Cast, place: str | None) -> None:
    cast = module_cast
    people = [newcomer() for _ in range(3)]
    bind(cast, people[0].id, role_id(cast, "Launcher"), "company")
    if place == NAMESPACE:
        _group(cast, people[1], role="Editor", place=NAMESPACE)
    query = {"namespace": place} if place else {}

    for permission in PERMISSIONS:
        found = _ask(cast, "who-can", permission=permission, **query)["results"]
        listed = {row["user"]["id"] for row in found}
        with tenant_entered(cast.tenant.id):
            for person in people:
                assert can(person.member.actor, permission, place) is (person.id in listed)


def test_it_says_why_and_why_not(cast: Cast) -> None:
    dora = newcomer()
    group = _group(cast, dora, role="Viewer", place="company")

    may = _ask(cast, "why", userId=dora.id, permission="flow.view", namespace=NAMESPACE)
    may_not = _ask(cast, "why", userId=dora.id, permission="flow.edit", namespace=NAMESPACE)

    assert may["allowed"] is True
    assert [way["group"]["id"] for way in may["chains"]] == [group]
    assert [way["role"]["name"] for way in may["chains"]] == ["Viewer"]
    assert (may_not["allowed"], may_not["chains"]) == (False, [])


def test_a_super_admin_is_named_apart(cast: Cast) -> None:
    chief = newcomer()
    make_super_admin(chief.email, super_admin=True)

    why = _ask(cast, "why", userId=chief.id, permission="flow.edit", namespace=NAMESPACE)
    who = _ask(cast, "who-can", permission="flow.edit", namespace=NAMESPACE)

    assert (why["allowed"], why["superAdmin"], why["chains"]) == (True, True, [])
    assert chief.id in [user["id"] for user in who["superAdmins"]]


def test_it_says_what_would_be_lost_and_then_it_is(cast: Cast) -> None:
    dora, eve = newcomer(), newcomer()
    group = _group(cast, dora, eve, role="Editor", place=NAMESPACE)
    bind(cast, eve.id, role_id(cast, "Viewer"), "company")

    lost = _ask(cast, "impact", groupId=group)["losses"]
    cast.alice.delete(f"{cast.api}/groups/{group}")

    by_person = {row["user"]["id"]: set(row["permissions"]) for row in lost}
    assert {row["namespace"] for row in lost} == {NAMESPACE}
    assert "flow.view" in by_person[dora.id]
    assert "flow.view" not in by_person[eve.id]
    assert "flow.edit" in by_person[eve.id]
    with tenant_entered(cast.tenant.id):
        for person in (dora, eve):
            actor = person.member.actor
            assert not any(can(actor, name, NAMESPACE) for name in by_person[person.id])
        assert can(eve.member.actor, "flow.view", NAMESPACE)


def test_a_binding_that_gives_nothing_new_costs_nothing_when_it_goes(cast: Cast) -> None:
    dora = newcomer()
    bind(cast, dora.id, role_id(cast, "Editor"), "company")
    spare = bind(cast, dora.id, role_id(cast, "Viewer"), NAMESPACE).json()["id"]

    assert _ask(cast, "impact", bindingId=spare)["losses"] == []


def test_what_nobody_uses_is_found(cast: Cast) -> None:
    dora = newcomer()
    made = bind(cast, dora.id, role_id(cast, "Launcher"), NAMESPACE).json()["id"]
    young = bind(cast, newcomer().id, role_id(cast, "Viewer"), NAMESPACE).json()["id"]
    with tenant_scope(cast.tenant.id):
        long_ago = clock.now() - timedelta(days=200)
        Binding.objects.exclude(id=young).update(created_at=long_ago)
        require(dora.member.actor, "flow.view", cast.namespace_id)
    usage.write()
    with tenant_scope(cast.tenant.id):
        PermissionUse.objects.create(
            user_id=dora.id, permission="log.view", first_on=long_ago, last_on=long_ago
        )

    found = _ask(cast, "unused", days="90")

    rows = {row["binding"]["id"]: row for row in found["results"]}
    assert young not in rows
    assert list(rows[made]["lastUsed"]) == ["flow.view"]
    assert {"log.view", "execution.create"} <= set(rows[made]["unused"])
    assert found["recordedSince"] == long_ago.date().isoformat()


def test_uses_are_written_at_the_end_of_a_request_and_once_a_day(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "EVERY_SECONDS", 0.0)
    written: list[int] = []
    keep = usage._write

    def counted(tenant_id: UUID, uses: list[usage.Use], today: date) -> None:
        written.append(len(uses))
        keep(tenant_id, uses, today)

    monkeypatch.setattr(usage, "_write", counted)
    usage.write()
    written.clear()

    for _ in range(3):
        cast.bob.get(f"{cast.api}/namespaces/company.data")

    assert written == [1]
    with tenant_scope(cast.tenant.id):
        assert cast.bob.user
        rows = PermissionUse.objects.filter(user=cast.bob.user)
        assert [row.permission for row in rows] == ["namespace.view"]


@pytest.mark.parametrize(
    "query",
    [
        "who-can",
        "who-can?permission=flow.veiw",
        "who-can?permission=flow.view&namespace=a..b",
        "why?permission=flow.view",
        "impact",
        "impact?groupId=x",
        "unused?days=0",
        "unused?days=x",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(module_cast: Cast, query: str) -> None:
    answer = module_cast.alice.get(f"{module_cast.api}/access/{query}")

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_it_answers_only_those_who_see_all_bindings(cast: Cast) -> None:
    lead = newcomer()
    bind(cast, lead.id, role_id(cast, "Admin"), NAMESPACE)

    asked = f"{cast.api}/access/who-can?permission=flow.view&namespace={NAMESPACE}"

    assert lead.member.get(asked).status_code == HTTPStatus.NOT_FOUND
    assert cast.bob.get(asked).status_code == HTTPStatus.NOT_FOUND


def test_who_is_suspended_is_not_said_to_be_able(cast: Cast) -> None:
    found = directory(cast)
    made = found.person().json()["id"]
    bind(cast, made, role_id(cast, "Editor"), NAMESPACE)
    asked = {"permission": "flow.edit", "namespace": NAMESPACE}
    before = _ask(cast, "who-can", **asked)

    found.patch(f"/Users/{made}", {"op": "replace", "path": "active", "value": False})

    after = _ask(cast, "who-can", **asked)
    why = _ask(cast, "why", userId=made, **asked)
    assert made in {row["user"]["id"] for row in before["results"]}
    assert before["suspended"] == []
    assert made not in {row["user"]["id"] for row in after["results"]}
    assert [row["user"]["id"] for row in after["suspended"]] == [made]
    assert after["suspended"][0]["chains"]
    assert (why["allowed"], why["suspended"], len(why["chains"])) == (False, True, 1)
