"""The task that resumes: what it gives is typed as at a resume by hand, or it fails."""

from __future__ import annotations

import pytest

from tests.integration.engine.stage import Stage

WAITS = """
id: waits
namespace: company.data
tasks:
  - id: ask
    type: core.flow.Pause
    onResume:
      - {id: n, type: INT}
      - {id: why, type: STRING, defaults: because}
  - id: show
    type: core.debug.Return
    format: "{{ outputs.ask.onResume.n + 1 }} {{ outputs.ask.onResume.why }}"
"""
RESUMES = """
id: resumes
namespace: company.data
inputs:
  - {id: execution, type: STRING}
  - {id: given, type: JSON}
tasks:
  - id: go_on
    type: core.execution.Resume
    executionId: "{{ inputs.execution }}"
    inputs: "{{ inputs.given }}"
"""
ITSELF = """
id: itself
namespace: company.data
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - id: ask
        type: core.flow.Pause
        onResume: [{id: n, type: INT}]
      - id: go_on
        type: core.execution.Resume
        inputs: {n: "4"}
  - id: show
    type: core.debug.Return
    format: "{{ outputs.ask.onResume.n + 1 }}"
"""


def said(stage: Stage) -> str:
    return "\n".join(row[0] for row in stage.rows("select message from log_line"))


def test_the_inputs_that_a_task_gives_are_typed(stage: Stage) -> None:
    stage.deploy(WAITS)
    stage.deploy(RESUMES)
    waiting = stage.start("waits")
    stage.settle()

    stage.start("resumes", execution=str(waiting), given='{"n": "4"}')
    stage.play()

    assert stage.state(waiting) == "SUCCESS"
    assert stage.outputs(waiting, "show") == {"show": {"value": "5 because"}}


@pytest.mark.parametrize(
    ("given", "words"), [('{"n": "x"}', "must be an integer"), ("{}", "missing required input")]
)
def test_inputs_that_are_refused_fail_the_task(stage: Stage, given: str, words: str) -> None:
    stage.deploy(WAITS)
    stage.deploy(RESUMES)
    waiting = stage.start("waits")
    stage.settle()

    id = stage.start("resumes", execution=str(waiting), given=given)
    stage.play()

    assert (stage.state(id), stage.state(waiting)) == ("FAILED", "PAUSED")
    assert words in said(stage)


def test_an_execution_that_is_not_paused_fails_the_task(stage: Stage) -> None:
    stage.deploy(WAITS.replace("core.flow.Pause", "scripts.shell.Commands").replace(
        "onResume:\n      - {id: n, type: INT}\n      - {id: why, type: STRING, defaults: because}",
        "commands: [work]",
    ))  # fmt: skip
    stage.deploy(RESUMES)
    running = stage.start("waits")
    stage.settle()

    id = stage.start("resumes", execution=str(running), given="{}")
    stage.settle()

    assert (stage.state(id), stage.state(running)) == ("FAILED", "RUNNING")
    assert "is not paused: it is RUNNING" in said(stage)


def test_a_task_resumes_a_pause_beside_it(stage: Stage) -> None:
    stage.deploy(ITSELF)

    id = stage.start("itself")
    stage.play()

    assert stage.outputs(id, "show") == {"show": {"value": "5"}}
