"""Loops over items: what stops them, and what they tell."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage, fail, succeed
from tests.support.cast import Cast

BREAKING = """
id: breaking
namespace: company.data
tasks:
  - id: loop
    type: core.flow.Loop
    values: [a, b, c, d]
    concurrencyLimit: 1
    breakWhen: "%s"
    outputs:
      - id: word
        type: STRING
        value: "{{ outputs.say.value }}!"
    tasks:
      - id: say
        type: core.debug.Return
        format: "{{ item.value }}"
      - id: odd
        type: core.execution.Fail
        condition: "{{ item.value == 'b' }}"
        allowFailure: true
  - id: words
    type: core.debug.Return
    format: "{{ loopOutputs(outputs.loop.outputs, 'word') }}"
"""
RESTARTED = """
id: restarted
namespace: company.data
tasks:
  - id: loop
    type: core.flow.Loop
    values: [a, b, c]
    concurrencyLimit: 1
    breakWhen: "{{ iteration.state == 'FAILED' }}"
    tasks:
      - id: work
        type: scripts.shell.Commands
        commands: [echo]
"""


def run(stage: Stage, condition: str) -> UUID:
    stage.deploy(BREAKING % condition)
    id = stage.start("breaking")
    stage.settle()
    return id


@pytest.mark.parametrize(
    "condition",
    [
        "{{ item.value == 'b' }}",
        "{{ item.index == 1 }}",
        "{{ iteration.state == 'WARNING' }}",
        "{{ iteration.outputs.word == 'b!' and iteration.executionId == execution.id }}",
    ],
)
def test_a_loop_stops_after_the_item_for_which_its_condition_holds(
    stage: Stage, condition: str
) -> None:
    id = run(stage, condition)

    told = stage.outputs(id, "loop", "words")
    assert stage.states(id)["loop"] == "WARNING"
    assert told["loop"]["terminatedIterations"] == {"SUCCESS": 1, "WARNING": 1}
    assert told["words"]["value"] == '["a!","b!"]'


def test_a_loop_whose_condition_never_holds_goes_over_all_items(stage: Stage) -> None:
    id = run(stage, "{{ item.value == 'z' }}")

    assert stage.outputs(id, "words")["words"]["value"] == '["a!","b!","c!","d!"]'


def test_a_condition_that_cannot_be_rendered_fails_its_items(stage: Stage, cast: Cast) -> None:
    id = run(stage, "{{ nobody.knows }}")

    lines = stage.rows("select message from log_line where execution_id = %s", id)
    assert stage.states(id)["loop_item"] == "FAILED"
    assert stage.state(id) == "FAILED"
    assert any("breakWhen" in line and "nobody" in line for (line,) in lines)


def test_a_restart_judges_the_items_that_run_again_anew(stage: Stage, cast: Cast) -> None:
    stage.deploy(RESTARTED)
    id = stage.start("restarted")
    stage.play(fail)
    before = items(stage, id)

    cast.alice.post(f"{cast.api}/executions/{id}/actions/restart")
    stage.play(succeed)

    assert (before, stage.state(id)) == (["a"], "SUCCESS")
    assert items(stage, id) == ["a", "b", "c"]


def items(stage: Stage, id: UUID) -> list[str | None]:
    return [run.value for run in stage.runs(id) if run.task_id == "loop_item"]


WAITING = """
id: waiting
namespace: company.data
tasks:
  - id: side
    type: core.flow.Parallel
    tasks:
      - id: until
        type: core.flow.LoopUntil
        condition: "false"
        checkFrequency: {interval: PT1H}
        tasks:
          - id: look
            type: core.debug.Return
            format: x
      - id: nap
        type: core.flow.Sleep
        duration: PT2H
      - id: gate
        type: core.flow.Pause
        delay: PT3H
"""


def test_what_waits_without_a_worker_says_until_when(stage: Stage, cast: Cast) -> None:
    stage.deploy(WAITING)
    id = stage.start("waiting")
    stage.settle()

    told = cast.alice.get(f"{cast.api}/executions/{id}/why").json()["reasons"]

    named = {run.id: run.task_id for run in stage.runs(id)}
    waits = {named[UUID(one["taskRunId"])]: one for one in told if one.get("taskRunId")}
    assert {task: one["code"] for task, one in waits.items()} == {
        "until": "window",
        "nap": "window",
        "gate": "approval",
    }
    assert "next round" in waits["until"]["message"]
    assert all(one["until"] for one in waits.values())
