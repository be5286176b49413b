"""Loops over the lines of a file: a large one is cut into pages and never held whole."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from downbeat.common import storage
from downbeat.common.scope import tenant_scope
from executions.services import reruns
from executions.services.reruns import Replay
from executions.worker.work import AttemptResult, Work
from tests.integration.engine.stage import Play, Stage, succeed

FLOW = """
id: lines
namespace: company.data
tasks:
  - id: write
    type: scripts.shell.Commands
    commands: [echo]
  - id: loop
    type: core.flow.Loop
    values: "{{ outputs.write.uri }}"
    concurrencyLimit: %d
    outputs:
      - id: line
        type: STRING
        value: "{{ outputs.say.value }}"
    tasks:
      - id: say
        type: %s
"""
INLINE = "core.debug.Return\n        format: '{{ item.index }}:{{ item.value }}'"
ON_A_WORKER = "scripts.shell.Commands\n        commands: ['echo {{ item.value }}']"
LONG = [letter * 20_000 for letter in "abc"]


def uri_of(execution: UUID) -> str:
    return f"downbeat:///company/data/lines/executions/{execution}/written/lines.txt"


def put(stage: Stage, execution: UUID, text: str) -> None:
    storage.storage_for(stage.tenant_id).put(uri_of(execution), text.encode())


def writing(stage: Stage, text: str) -> Play:
    """Ends the first task with a file; tells what other tasks were told to echo."""

    def play(work: Work) -> AttemptResult:
        if work.info.task_id != "write":
            return succeed(work, {"value": work.key.execution_id.hex})
        put(stage, work.key.execution_id, text)
        return succeed(work, {"uri": uri_of(work.key.execution_id)})

    return play


def test_the_lines_of_a_large_file_are_items_and_the_loop_keeps_only_their_place(
    stage: Stage,
) -> None:
    stage.deploy(FLOW % (20, INLINE))
    written = [f"line {number} {'ü' * 500}" for number in range(40)]
    id = stage.start("lines")
    stage.play(writing(stage, "\n\n".join(written) + "\n\n\n"))
    assert stage.state(id) == "SUCCESS"
    loop: Any = stage.outputs(id, "loop")["loop"]
    assert loop["iterationCount"] == len(written)
    told = [entry["outputs"]["line"] for entry in loop["outputs"]]
    assert told == [f"{number}:{line}" for number, line in enumerate(written)]
    assert [entry["item"]["value"] for entry in loop["outputs"]] == written
    ((kept,),) = stage.rows("select loop_values::text from task_run where loop_values is not null")
    assert json.loads(kept)["lines"] == len(written)
    assert len(kept) < 1_000


def test_a_loop_goes_over_the_file_that_it_began_with(stage: Stage) -> None:
    stage.deploy(FLOW % (1, ON_A_WORKER))
    id = stage.start("lines")
    write = writing(stage, "\n".join(LONG))
    stage.settle()
    for _ in LONG:
        (work,), stage.works = stage.works, []
        stage.turn(results=[write(work)])
        stage.settle()
        put(stage, id, "other\nlines\n" * 5_000)
    stage.play(write)
    assert stage.state(id) == "SUCCESS"
    assert [run.value for run in stage.runs(id) if run.task_id == "loop_item"] == LONG


def test_a_replay_finds_the_lines_though_the_first_pages_are_gone(stage: Stage) -> None:
    stage.deploy(FLOW % (1, INLINE))
    id = stage.start("lines")
    stage.play(writing(stage, "\n".join(LONG)))
    (loop,) = [run for run in stage.runs(id) if run.task_id == "loop"]
    folder = f"company/data/lines/executions/{id}/loops/{loop.id}"
    assert storage.storage_for(stage.tenant_id).delete_prefix(folder) == 1
    second = [run for run in stage.runs(id) if run.task_id == "say"][1]

    with tenant_scope(stage.tenant_id):
        again = reruns.replay(id, Replay(task_run_id=str(second.id)), actor=stage.actor)
    stage.settle()

    assert stage.state(again) == "SUCCESS"
    told: Any = stage.outputs(again, "loop")["loop"]
    assert [entry["item"]["value"] for entry in told["outputs"]] == LONG


def test_a_secret_in_a_line_is_kept_sealed(stage: Stage) -> None:
    secret = "canary-of-the-third-line"
    stage.deploy(FLOW.replace("tasks:", "inputs: [{id: pass, type: SECRET}]\ntasks:", 1)
                 % (1, ON_A_WORKER))  # fmt: skip
    id = stage.start("lines", **{"pass": secret})
    stage.play(writing(stage, "\n".join([*LONG, f"with {secret} in it"])))
    assert stage.state(id) == "SUCCESS"
    kept = stage.rows("select row_to_json(t)::text from task_run t where execution_id = %s", id)
    assert len(kept) > len(LONG)
    assert [row for (row,) in kept if secret in row] == []


def test_a_file_that_is_no_list_fails_the_loop_and_says_why(stage: Stage) -> None:
    stage.deploy(FLOW % (1, INLINE))
    id = stage.start("lines")
    stage.play(writing(stage, "x" * (9 << 20)))
    assert stage.state(id) == "FAILED"
    ((message,),) = stage.rows("select message from log_line where execution_id = %s"
                               " and level = 'ERROR'", id)  # fmt: skip
    assert "longer than 8388608 bytes" in message
    assert "ForEachItem" in message
