"""Many changes in one request, as a directory sends them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from downbeat.common.models import uuid7
from tenants.services import request_rate
from tests.support.cast import Cast
from tests.support.directories import GROUP, PATCH, USER, Directory, directory

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


def _bulk(found: Directory, *operations: dict[str, Any], **more: Any) -> Any:
    body = {"schemas": [BULK], "Operations": list(operations), **more}
    return found.ask("POST", "/Bulk", body)


def _done(found: Directory, *operations: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    answer = _bulk(found, *operations, **more)
    assert answer.status_code == HTTPStatus.OK, answer.content
    listed: list[dict[str, Any]] = answer.json()["Operations"]
    return listed


def _person(bulk_id: str, **facts: Any) -> dict[str, Any]:
    data = {"schemas": [USER], "userName": f"{uuid7()}@example.com", **facts}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def _group(bulk_id: str, *members: str, name: str = "") -> dict[str, Any]:
    listed = [{"value": f"bulkId:{member}"} for member in members]
    data = {"schemas": [GROUP], "displayName": name or f"g {bulk_id}", "members": listed}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def _id(line: dict[str, Any]) -> str:
    return str(line["location"]).rpartition("/")[2]


def test_people_and_the_group_that_names_them_come_in_one_request(cast: Cast) -> None:
    found = directory(cast)

    lines = _done(found, _group("g", "a", "b"), _person("a"), _person("b"))

    by_name = {line["bulkId"]: line for line in lines}
    assert {line["status"] for line in lines} == {"201"}
    assert all(line["version"] == 'W/"1"' for line in lines)
    shown = found.ask("GET", f"/Groups/{_id(by_name['g'])}").json()
    assert {member["value"] for member in shown["members"]} == {
        _id(by_name["a"]),
        _id(by_name["b"]),
    }


def test_every_method_is_understood_and_versions_are_held(cast: Cast) -> None:
    found = directory(cast)
    kept = found.person().json()
    other = found.person().json()
    name = f"{uuid7()}@example.com"

    lines = _done(
        found,
        {
            "method": "PATCH",
            "path": f"/Users/{kept['id']}",
            "data": {
                "schemas": [PATCH],
                "Operations": [{"op": "replace", "path": "title", "value": "Lead"}],
            },
        },
        {
            "method": "put",
            "path": f"/Users/{kept['id']}",
            "version": 'W/"2"',
            "data": {"schemas": [USER], "userName": name},
        },
        {"method": "DELETE", "path": f"/Users/{other['id']}", "version": 'W/"7"'},
        {"method": "DELETE", "path": f"/Users/{other['id']}", "version": 'W/"1"'},
    )

    assert [line["status"] for line in lines] == ["200", "200", "412", "204"]
    assert found.ask("GET", f"/Users/{kept['id']}").json()["userName"] == name
    assert found.ask("GET", f"/Users/{other['id']}").status_code == HTTPStatus.NOT_FOUND


def test_what_fails_says_why_and_the_rest_is_done(cast: Cast) -> None:
    found = directory(cast)
    taken = found.person().json()["userName"]

    lines = _done(
        found,
        _person("twice", userName=taken),
        _group("g", "twice"),
        {"method": "DELETE", "path": f"/Users/{uuid7()}"},
        _person("good"),
    )

    by_name = {line.get("bulkId", ""): line for line in lines}
    assert by_name["twice"]["status"] == "409"
    assert by_name["twice"]["response"]["scimType"] == "uniqueness"
    assert "location" not in by_name["twice"]
    assert by_name["g"]["status"] == "409"
    assert by_name[""]["status"] == "404"
    assert by_name["good"]["status"] == "201"


def test_it_stops_after_as_many_errors_as_the_client_bears(cast: Cast) -> None:
    found = directory(cast)
    wrong = {"method": "DELETE", "path": f"/Users/{uuid7()}"}

    lines = _done(found, _person("a"), wrong, wrong, _person("b"), failOnErrors=2)

    assert [line["status"] for line in lines] == ["201", "404", "404"]


def test_steps_that_wait_for_each_other_are_refused(cast: Cast) -> None:
    lines = _done(directory(cast), _group("a", "b"), _group("b", "a"))

    assert [line["status"] for line in lines] == ["409", "409"]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"method": "DELETE", "path": "/Users"}, "400"),
        ({"method": "POST", "path": "/Users/1", "bulkId": "x", "data": {}}, "400"),
        ({"method": "DELETE", "path": "/Flows/1"}, "400"),
        ({"method": "DELETE", "path": "/Users/1/2"}, "400"),
        ({"method": "DELETE", "path": "/Users/not-an-id"}, "404"),
        ({"method": "POST", "path": "/Users", "bulkId": "x"}, "400"),
        ({"method": "PUT", "path": "/Users/bulkId:none", "data": {}}, "409"),
    ],
)
def test_a_step_that_cannot_be_is_told_in_its_line(
    module_cast: Cast, operation: dict[str, Any], status: str
) -> None:
    (line,) = _done(directory(module_cast), operation)

    assert line["status"] == status, line
    assert line["response"]["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({}, 400),
        ({"Operations": []}, 400),
        ({"Operations": [3]}, 400),
        ({"Operations": [{"method": "GET", "path": "/Users"}]}, 400),
        ({"Operations": [{"method": "POST", "path": "/Users", "data": {}}]}, 400),
        ({"Operations": [_person("a"), _person("a")]}, 400),
        ({"Operations": [_person("a")], "failOnErrors": "x"}, 400),
        ({"Operations": [{"method": "DELETE", "path": "/Users/1"}] * 1_001}, 400),
        ({"Operations": [_person("a", title="x" * (1 << 20))]}, 413),
    ],
)
def test_a_bulk_that_is_none_is_refused_as_a_whole(
    module_cast: Cast, body: object, status: int
) -> None:
    answer = directory(module_cast).ask("POST", "/Bulk", body)

    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/scim+json"


def test_each_step_counts_as_a_request_of_the_tenants_quota(cast: Cast) -> None:
    found = directory(cast)
    quota = {"kind": "API_REQUESTS_PER_MINUTE", "limit": 20}
    made = cast.alice.post(f"{cast.api}/quotas", quota)
    request_rate.forget()
    assert made.status_code < 300, made.content

    lines = _done(found, *[_person(f"p{number}") for number in range(8)])

    assert {line["status"] for line in lines} == {"201", "429"}


def test_the_limits_stand_in_the_configuration(module_cast: Cast) -> None:
    config = directory(module_cast).ask("GET", "/ServiceProviderConfig").json()

    assert config["bulk"] == {
        "supported": True,
        "maxOperations": 1_000,
        "maxPayloadSize": 1_048_576,
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_directory_is_nobody_and_me_says_so(module_cast: Cast, method: str) -> None:
    answer = directory(module_cast).ask(method, "/Me", None if method == "GET" else {})

    assert answer.status_code == HTTPStatus.NOT_IMPLEMENTED
    assert answer["Content-Type"] == "application/scim+json"
    assert answer["Downbeat-Error-Code"] == "scim.me"
