"""What the access explorer foretells is what then is: random rights, and what is left when some go."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, Final

import pytest

from downbeat.common.scope import tenant_entered
from tenants.access import can
from tenants.facade import make_super_admin
from tests.support.cast import Cast
from tests.support.directories import directory
from tests.support.people import Newcomer, bind, newcomer, role_id

PLACES: Final = (None, "company", "company.data", "company.data.raw", "company.database", "sales")
ROLES: Final = ("Viewer", "Launcher", "Editor")
ASKED: Final = ("flow.view", "flow.edit", "execution.create", "secret.edit", "namespace.create")
Held = set[tuple[str, str | None, str]]


def _places(cast: Cast) -> None:
    for path in PLACES:
        if path is not None:
            cast.alice.post(f"{cast.api}/namespaces", {"id": path})


def _group(cast: Cast, name: str, members: Iterable[Newcomer]) -> str:
    id = str(cast.alice.post(f"{cast.api}/groups", {"name": name}).json()["id"])
    for one in members:
        assert cast.alice.put(f"{cast.api}/groups/{id}/members/{one.id}").status_code < 300
    return id


def _held(cast: Cast, people: Iterable[Newcomer]) -> Held:
    with tenant_entered(cast.tenant.id):
        return {
            (one.id, place, permission)
            for one in people
            for place in PLACES
            for permission in ASKED
            if can(one.member.actor, permission, place)
        }


def _foretold(answer: Any) -> Held:
    """The places and permissions that an answer says are lost, one by one."""
    found: Held = set()
    for loss in answer["losses"]:
        for place in filter(lambda place: _below(place, loss["namespace"]), PLACES):
            kept = {
                name
                for one in loss["kept"]
                if _below(place, one["namespace"])
                for name in one["permissions"]
            }
            lost = (set(loss["permissions"]) - kept) & set(ASKED)
            found |= {(loss["user"]["id"], place, name) for name in lost}
    return found


def _below(place: str | None, top: str | None) -> bool:
    return top is None or place == top or (place or "").startswith(f"{top}.")


@pytest.mark.parametrize("seed", range(8))
def test_what_is_foretold_of_a_group_is_what_is_lost_with_it(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    _places(cast)
    people = [newcomer() for _ in range(4)]
    groups = [_group(cast, f"g{n}", dice.sample(people, dice.randint(1, 3))) for n in range(3)]
    for _ in range(9):
        whom = dice.choice(groups) if dice.random() < 0.6 else dice.choice(people).id
        kind = "GROUP" if whom in groups else "USER"
        bind(cast, whom, role_id(cast, dice.choice(ROLES)), dice.choice(PLACES), type=kind)
    if dice.random() < 0.5:
        make_super_admin(people[0].email, super_admin=True)
    before = _held(cast, people)

    answer = cast.alice.get(f"{cast.api}/access/impact?groupId={groups[0]}")
    cast.alice.delete(f"{cast.api}/groups/{groups[0]}")

    assert _foretold(answer.json()) == before - _held(cast, people)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_foretold_of_a_binding_is_what_is_lost_with_it(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    _places(cast)
    people = [newcomer() for _ in range(3)]
    group = _group(cast, "g", people)
    made = []
    for _ in range(7):
        whom, kind = (group, "GROUP") if dice.random() < 0.4 else (dice.choice(people).id, "USER")
        answer = bind(cast, whom, role_id(cast, dice.choice(ROLES)), dice.choice(PLACES), type=kind)
        made += [answer.json()["id"]] if answer.status_code < 300 else []
    going, before = dice.choice(made), _held(cast, people)

    answer = cast.alice.get(f"{cast.api}/access/impact?bindingId={going}")
    cast.alice.delete(f"{cast.api}/bindings/{going}")

    assert _foretold(answer.json()) == before - _held(cast, people)


def test_with_an_inner_group_goes_what_its_people_hold_through_the_outer_ones(cast: Cast) -> None:
    found = directory(cast)
    ids = [str(found.person().json()["id"]) for _ in range(2)]
    inner = str(found.group("inner", *ids).json()["id"])
    middle = str(found.group("middle", inner).json()["id"])
    outer = str(found.group("outer", middle, ids[1]).json()["id"])
    bind(cast, outer, role_id(cast, "Editor"), "company.data", type="GROUP")
    asked = f"{cast.api}/access/who-can?permission=flow.edit&namespace=company.data"

    answer = cast.alice.get(f"{cast.api}/access/impact?groupId={inner}").json()
    found.ask("DELETE", f"/Groups/{inner}")

    able = {row["user"]["id"] for row in cast.alice.get(asked).json()["results"]}
    lost = {loss["user"]["id"] for loss in answer["losses"] if "flow.edit" in loss["permissions"]}
    assert lost == set(ids) - able == {ids[0]}
