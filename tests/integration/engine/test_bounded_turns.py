"""A turn is bounded: a long execution shares the engine, and one that is a defect is ended."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from executions.engine.commands import Command, Move
from executions.engine.rules import killing, starting
from executions.engine.settle import Bounds
from executions.engine.state import Execution, Run, State
from executions.runtime import turn_desk
from tests.integration.engine.stage import Stage, succeed

LOOP = """
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: "{{ range(1, 300) }}"
    concurrencyLimit: 0
    tasks:
      - id: one
        type: core.debug.Return
        format: "{{ taskrun.value }}"
"""
SMALL = """
id: small
namespace: company.data
tasks:
  - id: only
    type: core.log.Log
    message: done
"""
MIXED = """
id: mixed
namespace: company.data
concurrency: {limit: 1}
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - id: script
        type: scripts.shell.Script
        script: sleep 1
      - id: queued
        type: scripts.shell.Script
        script: sleep 1
        queue: elsewhere
      - id: group
        type: core.flow.Sequential
        tasks:
          - id: nap
            type: core.flow.Sleep
            duration: PT1H
  - id: odd
    type: core.log.Log
    message: never
"""
PARENT = """
id: parent
namespace: company.data
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: company.data
    flowId: mixed
"""


def test_a_long_execution_lets_a_short_one_end_in_the_same_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_desk, "Bounds", partial(Bounds, steps=50))
    stage.deploy(LOOP)
    stage.deploy(SMALL)
    long, short = stage.start("loop"), stage.start("small")

    outcome = stage.turn(long, short)

    assert (stage.state(long), stage.state(short)) == ("RUNNING", "SUCCESS")
    assert outcome.unfinished == {long}
    stage.settle()
    assert stage.state(long) == "SUCCESS"
    assert len(stage.outputs(long, "one")["one"]) == 300


def circle(snapshot: Any, run: Run) -> Iterator[Command]:
    """A rule that wants what is so already."""
    yield Move(run.id, State.CREATED)


def going_round(monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    """Lets a defect in the rules keep one task from starting."""
    sound = starting.start

    def start(node: Any, run: Run, execution: Execution) -> Iterator[Command]:
        yield from circle(None, run) if node.id == task else sound(node, run, execution)

    monkeypatch.setattr(starting, "start", start)


def test_an_execution_that_goes_round_in_circles_is_ended_and_others_go_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(SMALL.replace("id: small", "id: circle"))
    stage.deploy(SMALL.replace("id: only", "id: other"))
    going_round(monkeypatch, "only")
    broken, other = stage.start("circle"), stage.start("small")

    outcome = stage.turn(broken, other)

    assert set(outcome.ended) == {broken, other}
    assert stage.state(other) == "SUCCESS"
    row = stage.execution(broken)
    assert row.state == "FAILED"
    assert row.error is not None
    assert "could not go on" in row.error
    said = stage.rows("select level, message from log_line where execution_id = %s", broken)
    assert said == [("ERROR", row.error)]
    assert stage.waiting() == set()


def test_what_lives_in_an_execution_that_is_ended_so_ends_with_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(MIXED)
    stage.deploy(PARENT)
    parent = stage.start("parent")
    stage.settle()
    ((id,),) = stage.rows("select child_id from task_run where execution_id = %s", parent)
    after = stage.start("mixed")
    stage.settle()
    assert stage.state(after) == "QUEUED"
    (work,) = stage.works
    going_round(monkeypatch, "odd")
    monkeypatch.setattr(killing, "kill", lambda plan, snapshot, run: circle(None, run))
    stage.rows("insert into inbox (tenant_id, execution_id, kind, payload)"
               " values (%s, %s, 'kill', '{}') returning id", stage.tenant_id, id)  # fmt: skip

    stage.turn(id)
    monkeypatch.undo()

    assert stage.state(id) == "FAILED"
    assert stage.states(id) == {
        "both": "KILLED", "script": "KILLED", "queued": "KILLED", "group": "KILLED",
        "nap": "KILLED",
    }  # fmt: skip
    attempts = stage.rows(
        "select state, kill_requested from attempt where execution_id = %s order by state", id
    )
    assert attempts == [("KILLED", True), ("RUNNING", True)]
    assert stage.rows("select 1 from timer where execution_id = %s", id) == []
    stage.turn(results=[succeed(work)])
    assert stage.states(id)["script"] == "KILLED"
    stage.settle()
    assert (stage.state(parent), stage.state(after)) == ("FAILED", "RUNNING")
