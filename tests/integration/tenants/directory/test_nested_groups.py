"""Groups inside groups: whoever is in the inner one is in the outer one, and holds what it gives."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tests.support.cast import Cast
from tests.support.directories import Directory, directory
from tests.support.people import bind, role_id


def _inside(cast: Cast, group: str) -> set[str]:
    """Who belongs to a group, as the tenant's own API says."""
    found = cast.alice.get(f"{cast.api}/groups/{group}/members?size=100")
    assert found.status_code == HTTPStatus.OK, found.content
    return {row["id"] for row in found.json()["results"]}


def _who_can(cast: Cast) -> set[str]:
    asked = f"{cast.api}/access/who-can?permission=flow.edit&namespace=company.data"
    return {row["user"]["id"] for row in cast.alice.get(asked).json()["results"]}


def _person(found: Directory) -> str:
    return str(found.person().json()["id"])


def _group(found: Directory, name: str, *members: str) -> str:
    made = found.group(name, *members)
    assert made.status_code == HTTPStatus.CREATED, made.content
    return str(made.json()["id"])


def _set(found: Directory, group: str, *members: str) -> int:
    listed = [{"value": id} for id in members]
    answer = found.patch(f"/Groups/{group}", {"op": "replace", "path": "members", "value": listed})
    return int(answer.status_code)


def test_rights_of_the_outer_group_reach_people_three_groups_down(cast: Cast) -> None:
    found = directory(cast)
    ann, ben = _person(found), _person(found)
    inner = _group(found, "inner", ann)
    middle = _group(found, "middle", inner)
    outer = _group(found, "outer", middle, ben)
    bind(cast, outer, role_id(cast, "Editor"), "company.data", type="GROUP")

    assert _inside(cast, outer) == {ann, ben}
    assert {ann, ben} <= _who_can(cast)
    shown = found.ask("GET", f"/Groups/{outer}").json()["members"]
    assert {(member["value"], member["type"]) for member in shown} == {
        (ben, "User"),
        (middle, "Group"),
    }


def test_who_joins_and_leaves_the_inner_group_joins_and_leaves_the_outer_one(cast: Cast) -> None:
    found = directory(cast)
    ann, ben = _person(found), _person(found)
    inner = _group(found, "inner")
    outer = _group(found, "outer", _group(found, "middle", inner))

    assert _set(found, inner, ann, ben) == HTTPStatus.OK
    assert _inside(cast, outer) == {ann, ben}
    assert _set(found, inner, ben) == HTTPStatus.OK
    assert _inside(cast, outer) == {ben}


def test_who_is_named_in_both_stays_until_both_have_let_go(cast: Cast) -> None:
    found = directory(cast)
    ann = _person(found)
    inner = _group(found, "inner", ann)
    outer = _group(found, "outer", inner, ann)

    _set(found, outer, inner)
    assert _inside(cast, outer) == {ann}
    _set(found, outer, inner, ann)
    _set(found, inner)
    assert _inside(cast, outer) == {ann}
    _set(found, outer, inner)
    assert _inside(cast, outer) == set()


def test_with_the_inner_group_go_those_who_came_through_it(cast: Cast) -> None:
    found = directory(cast)
    ann, ben = _person(found), _person(found)
    inner = _group(found, "inner", ann)
    outer = _group(found, "outer", _group(found, "middle", inner), ben)

    assert found.ask("DELETE", f"/Groups/{inner}").status_code == HTTPStatus.NO_CONTENT

    assert _inside(cast, outer) == {ben}
    assert _who_can(cast).isdisjoint({ann})


def test_a_person_is_told_which_groups_are_direct(cast: Cast) -> None:
    found = directory(cast)
    ann = _person(found)
    inner = _group(found, "inner", ann)
    outer = _group(found, "outer", inner)

    groups = found.ask("GET", f"/Users/{ann}").json()["groups"]

    ways = {row["value"]: row["type"] for row in groups}
    assert ways == {inner: "direct", outer: "indirect"}
    asked = found.ask("GET", f'/Groups?filter=members.value eq "{inner}"').json()
    assert [row["id"] for row in asked["Resources"]] == [outer]
    asked = found.ask("GET", f'/Groups?filter=members.value eq "{ann}"').json()
    assert [row["id"] for row in asked["Resources"]] == [inner]


@pytest.mark.parametrize("through", [False, True])
def test_a_group_inside_itself_is_refused(cast: Cast, through: bool) -> None:
    found = directory(cast)
    first = _group(found, "first")
    target = _group(found, "second", first) if through else first

    answer = found.patch(
        f"/Groups/{first}", {"op": "add", "path": "members", "value": [{"value": target}]}
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST, answer.content
    assert answer.json()["scimType"] == "invalidValue"
    assert "members" not in found.ask("GET", f"/Groups/{first}").json()


def test_a_group_of_another_directory_is_no_member(cast: Cast) -> None:
    theirs = _group(directory(cast), "theirs")

    answer = directory(cast).group("ours", theirs)

    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_without_the_directory_everybody_stays_where_they_are(cast: Cast) -> None:
    found = directory(cast)
    ann = _person(found)
    outer = _group(found, "outer", _group(found, "inner", ann))

    gone = cast.alice.delete(f"{cast.api}/directories/{found.id}")

    assert gone.status_code == HTTPStatus.NO_CONTENT, gone.content
    assert _inside(cast, outer) == {ann}
