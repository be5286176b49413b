"""SCIM as real directories write it, and what they are told when it cannot be done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from downbeat.common.models import uuid7
from tests.support.cast import Cast, Member
from tests.support.directories import ENTERPRISE, USER, Directory, directory


@pytest.fixture(scope="module")
def entra(module_cast: Cast) -> Directory:
    return directory(module_cast, "Entra")


def test_entra_writes_booleans_as_texts_and_paths_as_names(entra: Directory) -> None:
    made = entra.person(
        active="True", emails=[{"primary": True, "type": "work", "value": "old@example.com"}]
    ).json()

    answer = entra.patch(
        f"/Users/{made['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@example.com"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+31 6"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "ext-of-boss"},
        {
            "op": "Replace",
            "value": {"active": "False", "name.familyName": "New", f"{ENTERPRISE}:department": "D"},
        },
    )

    changed = answer.json()
    assert answer.status_code == HTTPStatus.OK, changed
    assert changed["emails"] == [{"primary": True, "type": "work", "value": "new@example.com"}]
    assert changed["phoneNumbers"] == [{"type": "mobile", "value": "+31 6"}]
    assert changed[ENTERPRISE] == {"manager": {"value": "ext-of-boss"}, "department": "D"}
    assert changed["active"] is False
    assert changed["name"] == {"familyName": "New"}
    assert ENTERPRISE in changed["schemas"]


def test_entra_takes_a_member_out_by_a_list_beside_the_path(entra: Directory) -> None:
    ids = [entra.person().json()["id"] for _ in range(3)]
    group = entra.group(f"g {uuid7()}", *ids).json()

    answer = entra.patch(
        f"/Groups/{group['id']}",
        {"op": "Remove", "path": "members", "value": [{"value": ids[1]}]},
    )

    assert {member["value"] for member in answer.json()["members"]} == {ids[0], ids[2]}


def test_okta_deactivates_by_a_value_without_a_path(entra: Directory) -> None:
    made = entra.person().json()

    answer = entra.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})

    assert answer.json()["active"] is False


@pytest.mark.parametrize(
    ("filter", "fits"),
    [
        ('userName eq "{name}"', True),
        ('USERNAME EQ "{name}" AND active eq true', True),
        ('externalId eq "ext"', True),
        ('externalId eq "EXT"', False),
        ('emails[type eq "work" and value sw "a@"]', True),
        ('emails[type eq "home" and value sw "a@"]', False),
        ('emails co "@work"', True),
        ('emails.type eq "work"', True),
        ("title pr", True),
        ("nickName pr", False),
        ("not (title pr)", False),
        ('title ew "st" and (nickName pr or not (active eq false))', True),
        ('userName eq "nobody" or title eq "analyst"', True),
        ('meta.created gt "2020-01-01T00:00:00Z"', True),
        ('meta.lastModified lt "2020-01-01T00:00:00+01:00"', False),
        (f'{ENTERPRISE}:department eq "ops"', True),
        (f'{USER}:userName ne "{{name}}"', False),
        ('id eq "not-an-id"', False),
    ],
)
def test_a_filter_means_those_that_fit(module_cast: Cast, filter: str, fits: bool) -> None:
    found = directory(module_cast)
    name = f"a-{uuid7()}@example.com"
    made = found.person(
        name,
        externalId="ext",
        title="Analyst",
        emails=[{"value": "a@work.example", "type": "work"}],
        **{ENTERPRISE: {"department": "Ops"}},
    ).json()

    path = {"filter": filter.format(name=name)}
    answer = found.ask("POST", "/Users/.search", path).json()

    assert [row["id"] for row in answer["Resources"]] == ([made["id"]] if fits else [])


@pytest.mark.parametrize(
    "filter",
    [
        "userName",
        'userName zz "a"',
        'noSuch eq "a"',
        'userName eq "a',
        "(userName pr",
        "userName pr extra",
        "userName eq bare",
        "active gt true",
        'name eq "x"',
        "(" * 60 + "userName pr" + ")" * 60,
        'userName[value eq "a"]',
        'meta.created gt "yesterday"',
    ],
)
def test_a_filter_that_means_nothing_is_refused(entra: Directory, filter: str) -> None:
    answer = entra.ask("POST", "/Users/.search", {"filter": filter})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["scimType"] == "invalidFilter"


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ({"op": "replace", "path": "noSuch", "value": 1}, "invalidPath"),
        ({"op": "replace", "path": "emails[type", "value": 1}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": []}, "mutability"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": 'emails[type eq "x"].value', "value": "a"}, "noTarget"),
        ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
        ({"op": "replace", "path": "userName", "value": ["a", "b"]}, "invalidValue"),
        ({"op": "destroy", "path": "userName"}, "invalidSyntax"),
        ({"op": "replace", "value": "x"}, "invalidSyntax"),
    ],
)
def test_a_step_that_cannot_be_taken_changes_nothing(
    entra: Directory, step: dict[str, Any], word: str
) -> None:
    made = entra.person().json()
    first = {"op": "replace", "path": "title", "value": "Never"}

    answer = entra.patch(f"/Users/{made['id']}", first, step)

    after = entra.ask("GET", f"/Users/{made['id']}").json()
    assert (answer.status_code, answer.json()["scimType"]) == (HTTPStatus.BAD_REQUEST, word)
    assert after == made


def test_a_list_is_sorted_and_cut_and_shows_what_was_asked_for(module_cast: Cast) -> None:
    found = directory(module_cast)
    for title in ("b", "a", "c"):
        found.person(title=title)

    query = "?sortBy=title&sortOrder=descending&startIndex=2&count=1&attributes=title"
    page = found.ask("GET", f"/Users{query}").json()

    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (3, 2, 1)
    assert page["Resources"][0]["title"] == "b"
    assert set(page["Resources"][0]) == {"schemas", "id", "meta", "title"}


def test_a_change_for_an_older_version_is_refused(entra: Directory) -> None:
    made = entra.person()
    id, version = made.json()["id"], made["ETag"]
    step = {"op": "replace", "path": "title", "value": "x"}

    first = entra.patch(f"/Users/{id}", step, headers={"If-Match": version})
    late = entra.patch(f"/Users/{id}", step, headers={"If-Match": version})
    known = entra.ask("GET", f"/Users/{id}", headers={"If-None-Match": first["ETag"]})

    assert (version, first["ETag"]) == ('W/"1"', 'W/"2"')
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    assert known.status_code == HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b'"x"',
        b"{}",
        b'{"userName": ""}',
        b'{"userName": {"a": 1}}',
        b'{"userName": "a\\u0000@example.com"}',
        b'{"userName": "no address"}',
        b'{"userName": "a@example.com", "emails": [[]]}',
        b'{"userName": "a@example.com", "name": 3}',
    ],
)
def test_a_body_that_is_no_person_is_refused(entra: Directory, body: bytes) -> None:
    answer = entra.ask("POST", "/Users", body)

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer["Content-Type"] == "application/scim+json"


def test_a_directorys_token_opens_nothing_else(module_cast: Cast, entra: Directory) -> None:
    holder = Member(None, entra.token)

    elsewhere = [
        holder.get(f"{module_cast.api}/flows/search").status_code,
        holder.get("/api/v1/me").status_code,
        holder.get(f"{module_cast.other_api}/scim/v2/Users").status_code,
        holder.get("/api/v1/users").status_code,
    ]
    people = module_cast.alice.get(f"{module_cast.api}/scim/v2/Users")

    assert elsewhere == [HTTPStatus.UNAUTHORIZED] * 4
    assert (people.status_code, people.json()["code"]) == (
        HTTPStatus.FORBIDDEN,
        "scim.directory_only",
    )
