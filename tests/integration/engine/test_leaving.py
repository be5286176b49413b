"""What executions leave behind when they are deleted or replayed: nobody waits for one that is gone."""

from __future__ import annotations

from uuid import UUID

from downbeat.common.scope import tenant_scope
from executions.models import Execution
from executions.services import deletion, reruns
from executions.services.deletion import DeletionScope
from executions.services.reruns import Replay
from tests.integration.engine.stage import Stage

LIMITED = """
id: limited
namespace: company.data
concurrency: {limit: 1}
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: company.data
    flowId: waiting
"""
WAITING = """
id: waiting
namespace: company.data
tasks:
  - id: wait
    type: core.flow.Pause
"""
LOOP = """
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: '["{{ uuid() }}", "{{ uuid() }}"]'
    tasks:
      - id: show
        type: core.debug.Return
        format: "{{ taskrun.value }}"
"""


def delete(stage: Stage, id: UUID) -> None:
    with tenant_scope(stage.tenant_id):
        deletion.delete(id, DeletionScope(live_too=True), actor=stage.actor)


def child_of(stage: Stage, id: UUID) -> UUID:
    with tenant_scope(stage.tenant_id):
        return Execution.objects.get(parent_id=id).id


def test_a_running_execution_that_is_deleted_lets_the_next_one_in(stage: Stage) -> None:
    stage.deploy(WAITING)
    stage.deploy(LIMITED)
    first, second = stage.start("limited"), stage.start("limited")
    stage.settle()
    assert (stage.state(first), stage.state(second)) == ("RUNNING", "QUEUED")

    delete(stage, first)
    stage.settle()

    assert stage.state(second) == "RUNNING"


def test_the_children_of_a_deleted_execution_are_stopped(stage: Stage) -> None:
    stage.deploy(WAITING)
    stage.deploy(LIMITED)
    first = stage.start("limited")
    stage.settle()
    child = child_of(stage, first)

    delete(stage, first)
    stage.settle()

    assert stage.state(child) == "KILLED"


def test_nobody_waits_for_a_child_that_was_deleted(stage: Stage) -> None:
    stage.deploy(WAITING)
    stage.deploy(LIMITED)
    first = stage.start("limited")
    stage.settle()

    delete(stage, child_of(stage, first))
    stage.settle()

    assert stage.state(first) == "KILLED"


def test_a_replay_goes_over_the_values_of_the_first_time(stage: Stage) -> None:
    stage.deploy(LOOP)
    id = stage.start("loop")
    stage.settle()
    values = [run.value for run in stage.runs(id) if run.task_id == "show"]
    last = next(run for run in stage.runs(id) if run.value == values[-1])

    with tenant_scope(stage.tenant_id):
        again = reruns.replay(id, Replay(task_run_id=str(last.id)), actor=stage.actor)
    stage.settle()

    assert stage.state(again) == "SUCCESS"
    shown = stage.outputs(again, "show")["show"]
    assert {value: output["value"] for value, output in shown.items()} == {v: v for v in values}
    assert stage.rows("select loop_values from task_run where execution_id = %s and task_id = 'each'",
                      again) == stage.rows("select loop_values from task_run where execution_id = %s"
                                           " and task_id = 'each'", id)  # fmt: skip
