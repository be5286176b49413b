"""Where the operator limits messages, the outputs of an execution may not outgrow the limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from django.conf import settings

from downbeat.common.scope import tenant_scope
from executions.runtime.output_limit import KEY, stored_bytes
from executions.services import reruns
from executions.services.reruns import Replay
from tests.integration.engine.stage import Stage, succeed

LIMIT = 1000
TEXT = "x" * 300
LOOP = """
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: [1, 2, 3, 4, 5, 6]
    tasks:
      - id: text
        type: core.debug.Return
        format: "{{ 'x' * 300 }}"
      - id: nap
        type: core.flow.Sleep
        duration: PT0.001S
""".replace("{{ 'x' * 300 }}", TEXT)
SCRIPTS = """
id: scripts
namespace: company.data
tasks:
  - id: all
    type: core.flow.Parallel
    tasks:
      - {id: a, type: scripts.shell.Script, script: echo}
      - {id: b, type: scripts.shell.Script, script: echo}
      - {id: c, type: scripts.shell.Script, script: echo}
      - {id: d, type: scripts.shell.Script, script: echo}
"""
ROUNDS = """
id: rounds
namespace: company.data
tasks:
  - id: poll
    type: core.flow.LoopUntil
    condition: "{{ outputs.poll.iterationCount >= 8 }}"
    checkFrequency: {interval: PT0.001S}
    tasks:
      - id: text
        type: core.debug.Return
        format: "TEXT"
""".replace("TEXT", TEXT)
PARENT = """
id: parent
namespace: company.data
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: company.data
    flowId: child
"""
CHILD = f"""
id: child
namespace: company.data
tasks:
  - id: nothing
    type: core.log.Log
    message: "-"
outputs:
  - id: large
    type: STRING
    value: "{{% for a in range(1, 9) %}}{"y" * 150}{{% endfor %}}"
"""


@pytest.fixture(autouse=True)
def limited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    chosen = replace(settings.DOWNBEAT, message_limit_bytes=LIMIT)
    monkeypatch.setattr(settings, "DOWNBEAT", chosen)
    yield


def counted(stage: Stage, id: UUID) -> int:
    with tenant_scope(stage.tenant_id):
        assert stage.execution(id).progress.get(KEY, 0) == stored_bytes(id)
        return stored_bytes(id)


def test_an_execution_whose_outputs_grow_too_large_fails_and_says_so(stage: Stage) -> None:
    stage.deploy(LOOP)

    id = stage.start("loop")
    stage.play()

    assert stage.state(id) == "FAILED"
    states = [run.state for run in stage.runs(id) if run.task_id == "text"]
    assert states == ["SUCCESS", "SUCCESS", "SUCCESS", "FAILED"]
    failed = next(run for run in stage.runs(id) if run.task_id == "text" and run.state == "FAILED")
    assert failed.reason == {"code": "output.too_large"}
    assert "DOWNBEAT_MESSAGE_LIMIT_BYTES" in (failed.error or "")
    assert 900 < counted(stage, id) <= LIMIT


def test_outputs_that_come_with_results_count_too(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    id = stage.start("scripts")
    stage.settle()

    for work in stage.works:
        stage.turn(results=[succeed(work, {"text": TEXT})])

    assert sorted(stage.states(id).values()) == ["FAILED", "FAILED", *["SUCCESS"] * 3]
    assert 900 < counted(stage, id) <= LIMIT


def test_outputs_that_somebody_else_has_written_count_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.deploy(SCRIPTS)
    id = stage.start("scripts")
    stage.settle()
    with monkeypatch.context() as held_by_another:
        held_by_another.setattr("executions.runtime.store.hold", lambda tenant_id, ids: {})
        stage.turn(results=[succeed(work, {"text": "abc"}) for work in stage.works])
    stage.settle()

    assert stage.state(id) == "SUCCESS"
    assert counted(stage, id) == 4 * len('{"text":"abc"}')


def test_what_former_rounds_held_is_given_back(stage: Stage) -> None:
    stage.deploy(ROUNDS)

    id = stage.start("rounds")
    stage.play()

    assert stage.state(id) == "SUCCESS"


def test_the_outputs_of_a_child_that_are_too_large_fail_the_task_that_waits(stage: Stage) -> None:
    stage.deploy(CHILD)
    stage.deploy(PARENT)

    id = stage.start("parent")
    stage.play()

    assert stage.states(id) == {"call": "FAILED"}
    assert stage.state(id) == "FAILED"


def test_a_replay_begins_with_what_it_has_copied(stage: Stage) -> None:
    stage.deploy(LOOP.replace("[1, 2, 3, 4, 5, 6]", "[1, 2]"))
    id = stage.start("loop")
    stage.play()
    last = [run for run in stage.runs(id) if run.task_id == "nap"][-1]

    with tenant_scope(stage.tenant_id):
        again = reruns.replay(id, Replay(task_run_id=str(last.id)), actor=stage.actor)
    stage.play()

    assert stage.state(again) == "SUCCESS"
    assert counted(stage, again) == counted(stage, id)
