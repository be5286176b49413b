"""Data in and out: inputs, keys, secrets, files, services, queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.acceptance.flows.service import Service, serving
from tests.acceptance.flows.sources import every, source
from tests.support.driver import YAML, Driver

TEXT = {"Content-Type": "text/plain"}
OLDER = ("state",)
"""Examples of what still works and has been replaced: to be told is what their authors want."""
SALES = b"city,amount\nOslo,10.5\nLima,4\nOslo,2\n"


@pytest.fixture
def service() -> Iterator[Service]:
    """A service on loopback that the flows may call."""
    with serving() as found:
        yield found


@pytest.mark.parametrize("path", every(), ids=lambda path: path.stem)
def test_nothing_is_to_be_said_against_an_example(driver: Driver, path: Path) -> None:
    answer = driver.http.post("/flows/validate", content=path.read_bytes(), headers=YAML)

    (found,) = answer.json()
    assert not found["constraints"] and not found["warnings"]
    assert bool(found["deprecationPaths"]) == (path.stem in OLDER)


def test_inputs_are_typed_and_reach_the_tasks(driver: Driver) -> None:
    flow = driver.publish(source("inputs"))
    given = {
        "city": "Oslo",
        "seats": "3",
        "extras": '["meal", "bicycle"]',
        "details": '{"travellers": ["Ada"]}',
    }

    done = driver.run(flow, given)

    values = driver.outputs(done, "book")["values"]
    assert values == {"text": "3 to Oslo", "extras": "meal+bicycle", "first": "Ada"}
    assert done.facts["inputs"]["seats"] == 3
    assert {"key": "city", "value": "Oslo"} in done.facts["labels"]


def test_a_flow_knows_its_tenant_by_the_name_that_stands_in_addresses(driver: Driver) -> None:
    text = """
id: tenant
namespace: examples.data
tasks:
  - id: name
    type: core.debug.Return
    format: "{{ flow.tenantId }}"
"""
    done = driver.run(driver.publish(text))

    assert driver.outputs(done, "name")["value"] == "main"


def test_wrong_inputs_are_refused_by_name_and_nothing_starts(driver: Driver) -> None:
    flow = driver.publish(source("inputs"))
    before = len(driver.executions(flow))

    answer = driver.http.post(
        f"/executions/{flow.namespace}/{flow.id}",
        files={"city": (None, "oslo"), "seats": (None, "12")},
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "city" in answer.text and "seats" in answer.text
    assert len(driver.executions(flow)) == before


def test_a_key_keeps_its_value_from_one_execution_to_the_next(driver: Driver) -> None:
    flow = driver.publish(source("kv"))
    driver.http.delete(f"/namespaces/{flow.namespace}/kv/visits")

    first, second = driver.run(flow), driver.run(flow)

    assert driver.outputs(first, "now")["value"] == "1"
    assert driver.outputs(second, "now")["value"] == "2"


def test_a_secret_reaches_the_task_but_no_reader(driver: Driver) -> None:
    flow = driver.publish(source("secret"))
    secret = {"key": "WAREHOUSE_PASSWORD", "value": "correct-horse-battery"}
    driver.http.put(f"/namespaces/{flow.namespace}/secrets", json=secret)

    done = driver.run(flow)

    messages = driver.messages(done.id, "TRACE")
    everything = json.dumps([messages, done.facts, driver.outputs(done, "spell")])
    assert done.state == "SUCCESS", messages
    assert "it is not empty" in messages
    assert "correct-horse-battery" not in everything
    assert any(message.startswith("logging in with *") for message in messages), messages


def test_a_missing_secret_fails_the_task_and_the_log_says_which(driver: Driver) -> None:
    text = source("secret").read_text(encoding="utf-8")
    flow = driver.publish(
        text.replace("id: secret", "id: no-secret", 1).replace("WAREHOUSE_PASSWORD", "NOBODY_HAS")
    )

    done = driver.run(flow)

    assert done.state == "FAILED"
    assert any("NOBODY_HAS" in message for message in driver.messages(done.id, "ERROR"))


def test_http_tasks_ask_send_and_fetch(driver: Driver, service: Service) -> None:
    done = driver.run(driver.publish(source("http")), {"service": service.url})

    assert done.state == "SUCCESS", driver.messages(done.id)
    asked, sent = driver.outputs(done, "ask"), driver.outputs(done, "send")
    assert (asked["code"], asked["body"]) == (200, "Good morning")
    assert json.loads(sent["body"]) == {"heard": "Good morning"}
    assert service.heard["X-Flow"] == "http"
    assert driver.outputs(done, "fetch")["length"] == len(service.numbers)
    assert driver.file(done, driver.outputs(done, "fetch")["uri"]) == service.numbers
    assert any(message.strip() == "1000" for message in driver.messages(done.id))


def test_a_refusing_service_fails_the_request_unless_that_is_allowed(
    driver: Driver, service: Service
) -> None:
    text = f"""
id: refused
namespace: examples.data
tasks:
  - id: allowed
    type: core.http.Request
    uri: {service.url}/teapot
    options: {{allowFailed: true}}
  - id: refused
    type: core.http.Request
    uri: {service.url}/teapot
"""
    done = driver.run(driver.publish(text))

    assert done.state == "FAILED"
    assert driver.outputs(done, "allowed")["code"] == 418
    assert any("418" in message for message in driver.messages(done.id, "ERROR"))


def test_duckdb_queries_read_files_and_keep_rows(driver: Driver) -> None:
    done = driver.run(driver.publish(source("duckdb")), {"sales": SALES})

    assert done.state == "SUCCESS", driver.messages(done.id)
    kept = driver.outputs(done, "keep")
    assert driver.outputs(done, "sums")["rows"] == [
        {"city": "Lima", "amount": 4.0},
        {"city": "Oslo", "amount": 12.5},
    ]
    assert kept["size"] == 3
    lines = driver.file(done, kept["uri"]).decode().splitlines()
    assert json.loads(lines[0]) == {"city": "Oslo", "amount": 10.5}
