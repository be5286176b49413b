"""Starts of executions over HTTP: accepted means committed, and once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cast import Cast

FLOW = """id: {id}
namespace: company.data
labels:
  team: data
inputs:
  - id: name
    type: STRING
  - id: count
    type: INT
    defaults: 3
tasks:
  - id: hello
    type: core.log.Log
    message: "Hello {{{{ inputs.name }}}}"
"""
YAML = "application/x-yaml"
MULTIPART = "multipart/form-data; boundary=edge"


def form(**fields: str) -> bytes:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + "--edge--\r\n").encode()


@pytest.fixture
def flow(cast: Cast) -> str:
    answer = cast.alice.post(f"{cast.api}/flows", FLOW.format(id="hello"), type=YAML)
    assert answer.status_code < 300, answer.content
    return f"{cast.api}/executions/company.data/hello"


def started(cast: Cast, flow: str, query: str = "", **more: Any) -> Any:
    return cast.alice.post(f"{flow}{query}", form(name="Ada"), type=MULTIPART, **more)


def test_a_start_answers_with_the_accepted_execution(cast: Cast, flow: str) -> None:
    answer = started(cast, flow, "?labels=run:first&labels=url:http://x")

    shown = answer.json()
    assert answer.status_code == 200, answer.content
    assert shown["state"]["current"] == "CREATED"
    assert shown["inputs"] == {"name": "Ada", "count": 3}
    labels = {label["key"]: label["value"] for label in shown["labels"]}
    assert labels["team"] == "data"
    assert labels["run"] == "first"
    assert labels["url"] == "http://x"
    assert labels["system.correlationId"] == shown["id"]


def test_what_was_accepted_can_be_read_and_found(cast: Cast, flow: str) -> None:
    id = started(cast, flow).json()["id"]

    read = cast.alice.get(f"{cast.api}/executions/{id}").json()
    query = "filters[namespace][PREFIX]=company&filters[labels][EQUALS][team]=data"
    page = cast.alice.get(f"{cast.api}/executions/search?{query}").json()

    assert read["id"] == id
    assert read["taskRunList"] == []
    assert [item["id"] for item in page["results"]] == [id]
    assert page["total"] == 1


def test_the_same_key_gives_the_same_execution(cast: Cast, flow: str) -> None:
    headers = {"Idempotency-Key": "once"}

    first = started(cast, flow, headers=headers).json()
    second = started(cast, flow, headers=headers).json()

    assert first["id"] == second["id"]
    assert cast.alice.get(f"{cast.api}/executions/search").json()["total"] == 1


def test_the_same_key_for_another_request_is_refused(cast: Cast, flow: str) -> None:
    headers = {"Idempotency-Key": "once"}
    started(cast, flow, headers=headers)

    other = cast.alice.post(flow, form(name="Bob"), type=MULTIPART, headers=headers)

    assert other.status_code == 409
    assert other.json()["code"] == "idempotency.mismatch"


@pytest.mark.parametrize("route", ["replay", "replay-with-inputs"])
def test_a_replay_that_is_sent_twice_happens_once(cast: Cast, flow: str, route: str) -> None:
    id = started(cast, flow).json()["id"]
    address = f"{cast.api}/executions/{id}/actions/{route}"
    headers = {"Idempotency-Key": "once"}

    first = cast.alice.post(address, form(name="Eve"), type=MULTIPART, headers=headers)
    second = cast.alice.post(address, form(name="Eve"), type=MULTIPART, headers=headers)

    assert first.status_code == 200, first.content
    assert first.json()["id"] == second.json()["id"] != id
    assert cast.alice.get(f"{cast.api}/executions/search").json()["total"] == 2


def test_the_key_of_a_replay_stands_for_that_replay_alone(cast: Cast, flow: str) -> None:
    id = started(cast, flow).json()["id"]
    address = f"{cast.api}/executions/{id}/actions/replay-with-inputs"
    headers = {"Idempotency-Key": "once"}
    cast.alice.post(address, form(name="Eve"), type=MULTIPART, headers=headers)

    other = cast.alice.post(address, form(name="Bob"), type=MULTIPART, headers=headers)

    assert other.status_code == 409
    assert other.json()["code"] == "idempotency.mismatch"


def test_a_missing_input_is_refused_by_name(cast: Cast, flow: str) -> None:
    answer = cast.alice.post(flow)

    assert answer.status_code == 422
    assert "name" in answer.json()["message"]
    assert cast.alice.get(f"{cast.api}/executions/search").json()["total"] == 0


def test_a_system_label_is_refused(cast: Cast, flow: str) -> None:
    assert started(cast, flow, "?labels=system.x:1").status_code == 422


def test_whoever_may_only_look_cannot_start(cast: Cast, flow: str) -> None:
    assert cast.bob.post(flow, form(name="x"), type=MULTIPART).status_code == 403
    assert cast.charlie.post(flow, form(name="x"), type=MULTIPART).status_code == 404


def test_an_unknown_flow_is_not_found(cast: Cast, flow: str) -> None:
    assert cast.alice.post(f"{cast.api}/executions/company.data/nothing").status_code == 404


def test_an_unknown_filter_is_refused(cast: Cast) -> None:
    answer = cast.alice.get(f"{cast.api}/executions/search?filters[moon][EQUALS]=full")

    assert answer.status_code == 422
