"""What the engine makes of a shared directory: one attempt, whose result brings its task runs."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from downbeat.sdk.effects import AddLabels, SetVariables
from downbeat.sdk.sealed import token_of
from executions.runtime import sealing
from executions.worker.work import AttemptResult, Ending, Work
from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

DIRECTORY = """id: directory
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a"]
    tasks:
      - id: shared
        type: core.flow.WorkingDirectory
        retry: {type: constant, interval: PT0.001S, maxAttempts: 3}
        tasks:
          - {id: first, type: scripts.shell.Script, script: "true"}
          - {id: second, type: scripts.shell.Script, script: "true"}
  - id: after
    type: core.debug.Return
    format: "{{ outputs.first.a.n }} {{ vars.word }}"
"""


def record(work: Work, task: str, state: str, **more: Any) -> dict[str, Any]:
    now = time.time()
    run = str(uuid.uuid5(uuid.UUID(work.info.task_run_id), task))
    return {"id": run, "taskId": task, "state": state, "startedAt": now, "endedAt": now, **more}


def test_a_directory_is_tried_again_as_a_whole(stage: Stage) -> None:
    stage.deploy(DIRECTORY)
    id = stage.start("directory")

    def play(work: Work) -> AttemptResult:
        if work.key.number == 1:
            failed = record(work, "second", "FAILED", error="it broke", reason="exit")
            children = (record(work, "first", "SUCCESS"), failed)
            return AttemptResult(work.key, Ending.FAILED, children=children)
        metric = {"name": "rows", "type": "counter", "value": 3, "tags": {}, "at": time.time()}
        tried = [
            {"state": state, "startedAt": time.time(), "endedAt": time.time()}
            for state in ("FAILED", "SUCCESS")
        ]
        children = (
            record(work, "first", "SUCCESS", outputs={"n": 7}, metrics=[metric]),
            record(work, "second", "SUCCESS", tries=tried),
        )
        effects = (SetVariables({"word": "set"}), AddLabels({"team": "blue"}))
        return AttemptResult(work.key, Ending.SUCCESS, children=children, effects=effects)

    stage.play(play)

    assert stage.state(id) == "SUCCESS"
    assert stage.states(id) | {"each": ""} == {
        "each": "",
        "shared": "SUCCESS",
        "first": "SUCCESS",
        "second": "SUCCESS",
        "after": "SUCCESS",
    }
    assert stage.outputs(id, "after") == {"after": {"value": "7 set"}}
    labels = stage.execution(id).labels
    assert {"key": "team", "value": "blue"} in labels
    statement = "select task_id, value from metric where execution_id = %s and name = 'rows'"
    assert stage.rows(statement, id) == [("first", 3.0)]
    second = next(run for run in stage.runs(id) if run.task_id == "second")
    assert [one["state"] for one in second.tries] == ["FAILED", "SUCCESS"]


def test_a_task_inside_shows_how_it_ended(stage: Stage) -> None:
    stage.deploy(DIRECTORY.replace("maxAttempts: 3", "maxAttempts: 1"))
    id = stage.start("directory")

    def play(work: Work) -> AttemptResult:
        skipped = record(work, "first", "SKIPPED")
        failed = record(work, "second", "FAILED", error="it broke", reason="exit")
        return AttemptResult(work.key, Ending.FAILED, children=(skipped, failed))

    stage.play(play)

    found = {run.task_id: run for run in stage.runs(id)}
    assert (found["second"].error, found["second"].reason) == ("it broke", {"code": "exit"})
    assert found["first"].tries == []
    assert [one["state"] for one in found["first"].histories] == ["CREATED", "SKIPPED"]


def test_a_worker_knows_the_loops_around_its_work(stage: Stage) -> None:
    stage.deploy(DIRECTORY)
    stage.start("directory")
    stage.settle()

    assert [work.path for work in stage.works] == [("a",)]


SEALED = """id: sealed
namespace: company.data
tasks:
  - {id: made, type: scripts.shell.Script, script: "true"}
  - {id: shown, type: core.debug.Return, format: "{{ outputs.made.secret }}"}
  - {id: said, type: core.log.Log, message: "{{ outputs.made.secret }}"}
"""


@pytest.mark.parametrize(("namespace", "shown"), [("company.data", "open words"), ("other", None)])
def test_a_sealed_output_is_opened_where_it_may_be_read(
    stage: Stage, namespace: str, shown: str | None
) -> None:
    stage.deploy(SEALED)
    id = stage.start("sealed")
    token = sealing.seal(stage.tenant_id, namespace, "open words")

    stage.play(lambda work: AttemptResult(work.key, Ending.SUCCESS, outputs={"secret": token}))

    assert stage.outputs(id, "made") == {"made": {"secret": token}}
    found = stage.outputs(id, "shown")["shown"]["value"]
    assert found == shown if shown else "aes_encrypted" in found
    said = stage.rows("select message from log_line where execution_id = %s", id)
    assert "open words" not in str(said)


def test_a_token_of_another_tenant_is_refused(stage: Stage, cast: Cast) -> None:
    stage.deploy(SEALED)
    id = stage.start("sealed")
    token = sealing.seal(cast.other.id, "company.data", "theirs")

    stage.play(lambda work: AttemptResult(work.key, Ending.SUCCESS, outputs={"secret": token}))

    assert token_of(token) is not None
    assert stage.state(id) == "FAILED"
    assert "theirs" not in str(
        stage.rows("select message from log_line where execution_id = %s", id)
    )
