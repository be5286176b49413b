"""SCIM through a client of others, which checks every answer against the RFCs' models."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import PatchOp, SCIMException

from tests.support.cast import Cast
from tests.support.directories import directory


@pytest.fixture(scope="module")
def client(module_cast: Cast) -> WSGISCIMClient:
    """A client that has learnt from the server what there is."""
    found = directory(module_cast)
    client = WSGISCIMClient(
        get_wsgi_application(),
        base_url=f"http://localhost{found.api}",
        headers={"Authorization": f"Bearer {found.token}"},
    )
    client.discover()
    return client


@pytest.fixture(scope="module")
def user_type(client: WSGISCIMClient) -> Any:
    """People as the server describes them."""
    return client.get_resource_model("User")


def _person(user_type: Any, name: str) -> Any:
    return user_type(
        user_name=f"{name}@example.com",
        external_id=f"ext-{name}",
        name={"given_name": name.title(), "family_name": "Doe"},
        emails=[{"value": f"{name}@example.com", "type": "work", "primary": True}],
        active=True,
    )


def _patch(resource: Any, **step: str) -> PatchOp[Any]:
    found: PatchOp[Any] = PatchOp[resource].model_validate({"Operations": [step]})
    return found


def test_a_person_is_made_found_changed_and_taken_away(
    client: WSGISCIMClient, user_type: Any
) -> None:
    made = client.create(_person(user_type, "dora"))
    found = client.query(user_type, query_parameters={"filter": 'userName eq "DORA@example.com"'})
    made.name.given_name = "Dorothea"
    replaced = client.replace(made)
    client.modify(
        user_type, made.id, _patch(user_type, op="replace", path="title", value="Analyst")
    )
    read = client.query(user_type, made.id)
    client.delete(user_type, made.id)
    gone = client.query(user_type, made.id, raise_scim_errors=False)

    assert [row.id for row in found.resources] == [made.id]
    assert replaced.name.given_name == "Dorothea"
    assert (read.title, read.meta.version) == ("Analyst", 'W/"3"')
    assert gone.status == 404


def test_a_group_is_made_with_members_and_loses_one(client: WSGISCIMClient, user_type: Any) -> None:
    group_type: Any = client.get_resource_model("Group")
    people = [client.create(_person(user_type, name)) for name in ("eve", "fay")]
    members = [{"value": person.id} for person in people]
    group = client.create(group_type(display_name="analysts", members=members))
    loses = _patch(group_type, op="remove", path=f'members[value eq "{people[0].id}"]')
    client.modify(group_type, group.id, loses)

    left = client.query(group_type, group.id)
    belongs = client.query(user_type, people[1].id)

    assert [member.value for member in left.members] == [people[1].id]
    assert [each.display for each in belongs.groups] == ["analysts"]


def test_what_two_have_alike_is_refused_in_scims_words(
    client: WSGISCIMClient, user_type: Any
) -> None:
    client.create(_person(user_type, "gina"))

    with pytest.raises(SCIMException) as refused:
        client.create(_person(user_type, "gina"))

    assert refused.value.scim_type == "uniqueness"
