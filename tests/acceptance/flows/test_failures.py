"""Failures: allowed, handled, retried, cut short, and what always runs at the end."""

from __future__ import annotations

import time

from tests.acceptance.flows.processes import commands_with
from tests.acceptance.flows.sources import source
from tests.support.driver import Driver
from tests.support.stranger import eventually


def test_a_group_that_may_fail_leaves_a_warning_and_the_rest_runs(driver: Driver) -> None:
    done = driver.run(driver.publish(source("allow-failure")))

    assert done.state == "WARNING"
    assert done.state_of("breaks") == "FAILED"
    assert done.state_of("never") is None
    assert done.state_of("note") == done.state_of("after") == "SUCCESS"


def test_errors_run_in_the_group_and_in_the_flow_and_finally_runs_last(driver: Driver) -> None:
    done = driver.run(driver.publish(source("errors")))

    order = [run.task_id for run in sorted(done.task_runs, key=lambda run: run.began)]
    assert done.state == "FAILED"
    assert order == ["work", "breaks", "tidy", "alarm", "release"]
    assert {done.state_of(name) for name in ("tidy", "alarm", "release")} == {"SUCCESS"}


def test_the_log_of_a_failed_script_has_what_it_said_and_its_exit_code(driver: Driver) -> None:
    done = driver.run(driver.publish(source("errors")))

    messages = driver.messages(done.id)
    assert "the disk is full" in messages
    assert any("3" in message and "exit" in message.lower() for message in messages), messages


def test_an_errors_branch_knows_what_failed(driver: Driver) -> None:
    done = driver.run(driver.publish(source("errors")))

    assert "errors failed: breaks" in driver.messages(done.id, "WARN")


def test_finally_runs_after_success_and_after_failure(driver: Driver) -> None:
    flow = driver.publish(source("finally"))

    whole, broken = driver.run(flow), driver.run(flow, {"broken": "true"})

    assert (whole.state, broken.state) == ("SUCCESS", "FAILED")
    assert whole.state_of("give_back") == broken.state_of("give_back") == "SUCCESS"


def test_a_task_is_tried_again_until_it_succeeds(driver: Driver) -> None:
    done = driver.run(driver.publish(source("retry")))

    said = [message for message in driver.messages(done.id) if message.startswith("try")]
    assert done.state == "SUCCESS"
    assert done.run("stubborn").attempts == 3
    assert said == ["try number 1", "try number 2", "try number 3"]


def test_a_task_that_takes_too_long_is_stopped_with_its_processes(driver: Driver) -> None:
    text = source("timeout").read_text(encoding="utf-8").replace("600", "600.0421")
    began = time.monotonic()

    done = driver.run(driver.publish(text))

    assert done.state == "FAILED"
    assert time.monotonic() - began < 20
    assert any("timeout" in message.lower() for message in driver.messages(done.id, "ERROR"))
    eventually(lambda: not commands_with("600.0421"), 10)


def test_a_failed_execution_restarts_where_it_failed(driver: Driver) -> None:
    text = """
id: restart
namespace: examples.failures
tasks:
  - id: before
    type: core.debug.Return
    format: "{{ execution.id }}"
  - id: needs
    type: core.kv.Get
    key: allowed
    errorOnMissing: true
"""
    failed = driver.run(driver.publish(text))
    kept = failed.run("before").id
    driver.http.put(
        "/namespaces/examples.failures/kv/allowed",
        content="true",
        headers={"Content-Type": "text/plain"},
    )

    answer = driver.act(failed.id, "restart")
    done = driver.once(failed.id, ["SUCCESS"])
    driver.http.delete("/namespaces/examples.failures/kv/allowed")

    assert failed.state == "FAILED"
    assert answer.is_success
    assert done.run("before").id == kept
    assert done.run("needs").attempts == 2


def test_a_replay_is_a_new_execution_with_the_same_inputs(driver: Driver) -> None:
    flow = driver.publish(source("finally"))
    first = driver.run(flow, {"broken": "true"})

    answer = driver.act(first.id, "replay")
    again = driver.ended(answer.json()["id"])

    assert again.id != first.id
    assert again.state == "FAILED"
    assert again.facts["inputs"] == first.facts["inputs"]
    assert again.facts["originalId"] == first.id
