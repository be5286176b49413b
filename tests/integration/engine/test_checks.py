"""Checks of a flow: a start is refused, fails at once, or is let through with a word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

CHECKED = """
id: checked
namespace: company.data
inputs:
  - id: age
    type: INT
  - id: pin
    type: SECRET
    defaults: "0000"
checks:
  - when: "{{ inputs.age >= 18 and inputs.pin == '0000' and flow.id == 'checked' }}"
    message: Too young
    style: ERROR
    behavior: %s
  - condition: "{{ labels.team is defined }}"
    message: No team
    style: WARNING
    behavior: CREATE_EXECUTION
tasks:
  - id: hello
    type: core.debug.Return
    format: "{{ inputs.age }}"
afterExecution:
  - id: tell
    type: core.debug.Return
    format: "{{ execution.state }}"
"""
PARENT = """
id: parent
namespace: company.data
tasks:
  - id: sub
    type: core.flow.Subflow
    namespace: company.data
    flowId: checked
    inputs:
      age: 3
"""


def start(cast: Cast, age: str, query: str = "", action: str = "") -> Any:
    body = encode_multipart(BOUNDARY, {"age": age}).decode()
    path = f"{cast.api}/executions/company.data/checked{action}{query}"
    return cast.alice.post(path, body, type=MULTIPART_CONTENT)


def messages(stage: Stage, id: UUID) -> list[tuple[str, str]]:
    statement = "select level, message from log_line where execution_id = %s order by seq"
    return [(row[0], row[1]) for row in stage.rows(statement, id)]


def test_a_blocked_start_is_refused_with_the_check_s_message(stage: Stage, cast: Cast) -> None:
    stage.deploy(CHECKED % "BLOCK_EXECUTION")

    answer = start(cast, "3")

    told = answer.json()
    assert answer.status_code == 422, answer.content
    assert told["code"] == "execution.check"
    assert "Too young" in told["detail"]
    assert [error["path"] for error in told["errors"]] == ["checks[0]"]
    assert stage.rows("select count(*) from execution") == [(0,)]


def test_a_start_that_holds_is_let_through_with_the_word_of_the_others(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(CHECKED % "BLOCK")

    plain, marked = start(cast, "20").json(), start(cast, "20", "?labels=team:data").json()
    stage.settle()

    assert stage.state(UUID(plain["id"])) == "SUCCESS"
    assert messages(stage, UUID(plain["id"])) == [("WARN", "No team")]
    assert messages(stage, UUID(marked["id"])) == []


def test_a_start_that_is_to_fail_makes_a_failed_execution(stage: Stage, cast: Cast) -> None:
    stage.deploy(CHECKED % "FAIL_EXECUTION")

    answer = start(cast, "3", "?labels=team:data")
    id = UUID(answer.json()["id"])
    stage.settle()

    found = stage.execution(id)
    assert answer.status_code == 200
    assert (found.state, found.error) == ("FAILED", "Too young")
    assert [step["state"] for step in found.histories] == ["CREATED", "FAILED"]
    assert stage.states(id) == {"tell": "SUCCESS"}
    assert messages(stage, id) == [("ERROR", "Too young")]


def test_an_execution_that_a_check_failed_can_be_restarted_all_the_same(
    stage: Stage, cast: Cast
) -> None:
    stage.deploy(CHECKED % "FAIL_EXECUTION")
    id = UUID(start(cast, "3").json()["id"])
    stage.settle()

    answer = cast.alice.post(f"{cast.api}/executions/{id}/actions/restart")
    stage.settle()

    assert answer.status_code == 200, answer.content
    assert stage.state(id) == "SUCCESS"
    assert stage.states(id) == {"hello": "SUCCESS", "tell": "SUCCESS"}


def test_a_check_that_fails_takes_no_slot_of_the_flow(stage: Stage, cast: Cast) -> None:
    limited = "concurrency: {limit: 1}\nchecks:"
    stage.deploy((CHECKED % "FAIL_EXECUTION").replace("checks:", limited))

    ids = [UUID(start(cast, age).json()["id"]) for age in ("3", "20", "3")]
    stage.settle()

    assert [stage.state(id) for id in ids] == ["FAILED", "SUCCESS", "FAILED"]


HOOK = """
triggers:
  - id: hook
    type: core.trigger.Webhook
    key: open
    inputs:
      age: 3
"""


def test_a_trigger_starts_nothing_that_a_check_blocks(stage: Stage, cast: Cast) -> None:
    stage.deploy((CHECKED % "BLOCK_EXECUTION") + HOOK)

    answer = cast.anonymous.post(f"{cast.api}/executions/webhook/company.data/checked/open", {})

    assert answer.status_code < 500
    assert stage.rows("select count(*) from execution") == [(0,)]


@pytest.mark.parametrize("behavior", ["BLOCK_EXECUTION", "FAIL_EXECUTION"])
def test_a_subflow_that_a_check_refuses_fails_its_task(stage: Stage, behavior: str) -> None:
    stage.deploy(CHECKED % behavior)
    stage.deploy(PARENT)
    id = stage.start("parent")

    stage.settle()

    assert stage.states(id) == {"sub": "FAILED"}


def test_a_condition_that_cannot_be_rendered_does_not_hold(stage: Stage, cast: Cast) -> None:
    source = CHECKED % "BLOCK_EXECUTION"
    stage.deploy(source.replace("flow.id == 'checked'", "moon.phase"))

    answer = start(cast, "20")

    assert answer.status_code == 422
    assert "Too young (the condition cannot be rendered" in answer.json()["detail"]


def test_a_try_of_the_inputs_tells_the_checks_that_do_not_hold(stage: Stage, cast: Cast) -> None:
    stage.deploy(CHECKED % "BLOCK_EXECUTION")

    bad, missing = start(cast, "3", action="/validate"), start(cast, "x", action="/validate")

    assert bad.json()["checks"] == [
        {"message": "Too young", "style": "ERROR", "behavior": "BLOCK_EXECUTION"},
        {"message": "No team", "style": "WARNING", "behavior": "CREATE_EXECUTION"},
    ]
    assert missing.json()["checks"] == []
