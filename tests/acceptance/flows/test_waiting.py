"""Executions that wait, are stopped, or are started from outside."""

from __future__ import annotations

from http import HTTPStatus

import httpx

from tests.acceptance.flows.processes import commands_with
from tests.acceptance.flows.sources import source
from tests.support.driver import Driver
from tests.support.stranger import Server, eventually


def test_a_pause_waits_for_a_person_and_takes_what_they_say(driver: Driver) -> None:
    started = driver.start(driver.publish(source("pause")))
    paused = driver.once(started.id, ["PAUSED"])

    answer = driver.act(paused.id, "resume", {"approved": "true", "note": "looks good"})
    done = driver.ended(paused.id)

    assert answer.is_success, answer.text
    assert done.state == "SUCCESS"
    assert driver.outputs(done, "decision")["value"] == "go: looks good"
    assert "PAUSED" in done.states


def test_an_execution_that_is_not_paused_cannot_be_resumed(driver: Driver) -> None:
    done = driver.run(driver.publish(source("sequential")))

    answer = driver.act(done.id, "resume")

    assert answer.status_code == HTTPStatus.CONFLICT


def test_a_paused_execution_can_be_killed(driver: Driver) -> None:
    started = driver.start(driver.publish(source("pause")))
    driver.once(started.id, ["PAUSED"])

    driver.act(started.id, "kill")

    assert driver.ended(started.id).state == "KILLED"


def test_a_kill_reaches_every_process_of_the_running_task(driver: Driver) -> None:
    mark = "600.0815"
    started = driver.start(driver.publish(source("kill")), {"mark": mark})
    eventually(lambda: len(commands_with(mark)) == 2, 60)

    answer = driver.act(started.id, "kill")
    done = driver.ended(started.id)

    assert answer.status_code == HTTPStatus.ACCEPTED or answer.is_success
    assert done.state == "KILLED"
    assert done.state_of("endless") == "KILLED"
    assert done.state_of("never") is None
    eventually(lambda: not commands_with(mark), 15, lambda: str(commands_with(mark)))


def test_a_call_from_outside_starts_a_flow_and_its_body_is_readable(
    driver: Driver, server: Server
) -> None:
    flow = driver.publish(source("webhook"))
    address = f"{server.url}/api/v1/main/executions/webhook/{flow.namespace}/{flow.id}"

    answer = httpx.post(
        f"{address}/open-sesame?from=moon", json={"message": "hello"}, trust_env=False
    )
    done = driver.ended(answer.json()["id"])

    assert driver.outputs(done, "hear")["value"] == "hello (moon)"


def test_a_wrong_key_is_not_found_and_a_false_condition_starts_nothing(
    driver: Driver, server: Server
) -> None:
    flow = driver.publish(source("webhook"))
    address = f"{server.url}/api/v1/main/executions/webhook/{flow.namespace}/{flow.id}"

    wrong = httpx.post(f"{address}/open-pepper", json={"message": "x"}, trust_env=False)
    empty = httpx.post(f"{address}/open-sesame", json={}, trust_env=False)

    assert wrong.status_code == HTTPStatus.NOT_FOUND
    assert empty.status_code == HTTPStatus.NO_CONTENT


def test_a_schedule_starts_executions_by_itself(driver: Driver) -> None:
    flow = driver.publish(source("schedule"))

    eventually(lambda: bool(driver.executions(flow)), 30)
    first = driver.ended(driver.executions(flow)[-1].id)
    driver.http.delete(f"/flows/{flow.namespace}/{flow.id}")

    assert first.state == "SUCCESS"
    assert first.facts["trigger"]["id"] == "clock"


def test_a_disabled_flow_is_not_started(driver: Driver) -> None:
    text = source("sequential").read_text(encoding="utf-8")
    flow = driver.publish(text.replace("id: sequential", "id: switched-off\ndisabled: true", 1))

    answer = driver.http.post(f"/executions/{flow.namespace}/{flow.id}")

    assert answer.status_code == HTTPStatus.CONFLICT
