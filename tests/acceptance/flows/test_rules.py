"""What stands around the tasks of a flow: agreements, checks, what runs after the end."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from tests.acceptance.flows.sources import source
from tests.support.driver import Driver, Told


def label(execution: Told, key: str) -> str | None:
    found: list[dict[str, Any]] = execution.facts["labels"]
    return next((item["value"] for item in found if item["key"] == key), None)


@pytest.mark.parametrize(
    ("inputs", "state", "delivery", "confirmed"),
    [
        ({}, "SUCCESS", None, "SUCCESS"),
        ({"takes": "PT3S"}, "SUCCESS", "late", "SUCCESS"),
        ({"takes": "PT1H"}, "FAILED", "missed", None),
        ({"rows": "3"}, "CANCELLED", "incomplete", None),
    ],
)
def test_what_is_agreed_is_held_or_says_that_it_was_not(
    driver: Driver, inputs: dict[str, str], state: str, delivery: str | None, confirmed: str | None
) -> None:
    done = driver.run(driver.publish(source("sla")), inputs)

    assert done.state == state
    assert label(done, "delivery") == delivery
    assert done.state_of("confirm") == confirmed


def test_a_violation_is_told_in_the_log_and_by_why(driver: Driver) -> None:
    done = driver.run(driver.publish(source("sla")), {"takes": "PT1H"})

    why = driver.http.get(f"/executions/{done.id}/why").json()
    assert done.state_of("deliver") == "FAILED"
    assert any("'soon'" in line for line in driver.messages(done.id, "WARN"))
    assert any("'at_last'" in line for line in driver.messages(done.id, "ERROR"))
    assert "'at_last'" in done.facts["error"]
    assert "'at_last'" in str(why)


def test_a_start_that_a_check_blocks_is_refused(driver: Driver) -> None:
    flow = driver.publish(source("checks"))

    answer = driver.http.post(
        f"/executions/{flow.namespace}/{flow.id}", files={"amount": (None, "0")}
    )

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "more than nothing" in answer.json()["message"]
    assert driver.executions(flow) == []


def test_a_start_that_a_check_fails_or_only_marks_makes_an_execution(driver: Driver) -> None:
    flow = driver.publish(source("checks"))

    failed = driver.run(flow, {"amount": "5000", "reason": "rent"})
    marked = driver.run(flow, {"amount": "50"})

    assert (failed.state, failed.task_runs) == ("FAILED", ())
    assert "More than 1000 needs another flow." in driver.messages(failed.id, "ERROR")
    assert marked.state == "SUCCESS"
    assert "Give a reason next time." in driver.messages(marked.id, "WARN")


def test_what_runs_after_the_end_sees_its_state_and_leaves_it_alone(driver: Driver) -> None:
    flow = driver.publish(source("after-execution"))

    well, broken = driver.run(flow), driver.run(flow, {"broken": "true"})

    assert (well.state, broken.state) == ("SUCCESS", "FAILED")
    assert (well.state_of("alarm"), broken.state_of("alarm")) == ("SKIPPED", "FAILED")
    assert driver.outputs(broken, "tidy")["value"] == "RUNNING"
    ends = [driver.outputs(done, "report")["value"] for done in (well, broken)]
    assert ends == ["after-execution ended as SUCCESS", "after-execution ended as FAILED"]
