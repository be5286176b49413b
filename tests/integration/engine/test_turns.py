"""Turns on a real database: what is written, exactly once, whatever arrives when."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from tests.integration.engine.stage import Stage, fail, succeed

INLINE = """
id: inline
namespace: company.data
inputs:
  - id: name
    type: STRING
    defaults: Ada
tasks:
  - id: hello
    type: core.debug.Return
    format: "Hello {{ inputs.name }}"
  - id: say
    type: core.log.Log
    message: "{{ outputs.hello.value }} of {{ flow.id }}"
outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.hello.value }}!"
"""
SCRIPTS = """
id: scripts
namespace: company.data
tasks:
  - id: first
    type: scripts.shell.Script
    script: echo {{ execution.id }}
  - id: second
    type: scripts.shell.Script
    script: echo {{ outputs.first.vars.x }}
"""


def test_quick_tasks_settle_in_one_turn_with_outputs_and_logs(stage: Stage) -> None:
    stage.deploy(INLINE)
    id = stage.start("inline")

    outcome = stage.turn(id)

    found = stage.execution(id)
    assert outcome.ended == (id,)
    assert (found.state, found.outputs, found.seq) == ("SUCCESS", {"greeting": "Hello Ada!"}, 1)
    assert [item["state"] for item in found.histories] == ["CREATED", "RUNNING", "SUCCESS"]
    assert stage.states(id) == {"hello": "SUCCESS", "say": "SUCCESS"}
    assert stage.rows("select message from log_line where execution_id = %s", id) == [
        ("Hello Ada of inline",)
    ]
    assert stage.runs(id)[0].tries[0]["state"] == "SUCCESS"


def test_attempts_are_claimed_at_once_while_slots_are_free(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    id = stage.start("scripts")

    (work,) = stage.turn(id).claimed
    assert work.info.task_id == "first"
    assert work.context["execution"]["id"] == str(id)
    (work,) = stage.turn(results=[succeed(work, {"vars": {"x": 1}})]).claimed
    assert work.info.task_id == "second"
    assert work.context["outputs"] == {"first": {"vars": {"x": 1}}}
    stage.turn(results=[succeed(work)])
    assert stage.state(id) == "SUCCESS"


def test_without_a_free_slot_attempts_wait_in_the_queue(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    stage.slots = 0
    id = stage.start("scripts")

    outcome = stage.turn(id)

    assert outcome.claimed == ()
    assert outcome.queued_groups == {"default"}
    stage.claim()
    (work,) = stage.works
    assert (work.info.task_id, work.key.epoch) == ("first", 1)


def test_a_result_that_comes_twice_counts_once(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    id = stage.start("scripts")
    (work,) = stage.turn(id).claimed

    stage.turn(results=[succeed(work, {"vars": {"x": 1}})])
    again = stage.turn(results=[fail(work)])

    assert again.claimed == ()
    assert stage.states(id)["first"] == "SUCCESS"
    assert stage.outputs(id, "first") == {"first": {"vars": {"x": 1}}}


def test_a_result_under_a_lease_that_is_over_is_refused(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    id = stage.start("scripts")
    (work,) = stage.turn(id).claimed
    zombie = replace(work, key=replace(work.key, epoch=work.key.epoch - 1))

    stage.turn(results=[succeed(zombie)])

    assert stage.states(id) == {"first": "CREATED"}
    assert stage.rows("select state from attempt where execution_id = %s", id) == [("RUNNING",)]


def test_a_loop_keeps_its_values_and_the_outputs_of_each(stage: Stage) -> None:
    stage.deploy("""
id: loop
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a", 1, {"k": 1}]
    tasks:
      - id: show
        type: core.debug.Return
        format: "{{ taskrun.value }}"
      - id: again
        type: core.debug.Return
        format: "{{ outputs.show[taskrun.value].value }}!"
  - id: end
    type: core.debug.Return
    format: "{{ outputs.again['a'].value }}{{ outputs.again['1'].value }}"
""")
    id = stage.start("loop")

    stage.play()

    assert stage.state(id) == "SUCCESS"
    assert stage.outputs(id, "end") == {"end": {"value": "a!1!"}}
    assert stage.outputs(id, "again") == {
        "again": {"a": {"value": "a!"}, "1": {"value": "1!"}, '{"k":1}': {"value": '{"k":1}!'}}
    }
    values = [run.value for run in stage.runs(id) if run.task_id == "show"]
    assert values == ["a", "1", '{"k":1}']


def test_a_long_loop_takes_several_transactions(stage: Stage) -> None:
    stage.deploy("""
id: long
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: "{{ range(1, 1200) }}"
    concurrencyLimit: 0
    tasks:
      - id: show
        type: core.debug.Return
        format: "{{ taskrun.value }}"
""")
    id = stage.start("long")

    first = stage.turn(id)

    assert first.unfinished == {id}
    stage.play()
    found = stage.execution(id)
    assert found.state == "SUCCESS"
    assert found.seq > 2
    assert len(stage.runs(id)) == 1201


def test_errors_and_the_state_of_other_tasks(stage: Stage) -> None:
    stage.deploy("""
id: broken
namespace: company.data
tasks:
  - id: ko
    type: core.execution.Fail
    errorMessage: on purpose
  - id: never
    type: core.log.Log
    message: never
errors:
  - id: handler
    type: core.debug.Return
    format: "{{ tasks.ko.state }} {{ errorLogs() | length }}"
""")
    id = stage.start("broken")

    stage.play()

    assert stage.state(id) == "FAILED"
    assert stage.states(id) == {"ko": "FAILED", "handler": "SUCCESS"}
    assert stage.outputs(id, "handler")["handler"]["value"].startswith("FAILED")
    lines = stage.rows("select level, message from log_line where execution_id = %s", id)
    assert ("ERROR", "on purpose") in lines


def test_retries_wait_for_their_moment_and_keep_their_tries(stage: Stage) -> None:
    stage.deploy("""
id: retried
namespace: company.data
tasks:
  - id: shaky
    type: scripts.shell.Script
    script: exit 1
    retry:
      type: constant
      interval: PT0.2S
      maxAttempts: 3
""")
    id = stage.start("retried")

    stage.turn(id)
    stage.turn(results=[fail(stage.works.pop())])
    assert stage.states(id) == {"shaky": "RETRYING"}
    assert stage.rows("select kind from timer where execution_id = %s", id) == [("retry",)]
    stage.play(fail)
    assert stage.state(id) == "FAILED"
    assert stage.rows(
        "select number, state from attempt where execution_id = %s order by number", id
    ) == [(1, "FAILED"), (2, "FAILED"), (3, "FAILED")]


def test_a_retry_as_a_new_execution_starts_the_flow_anew(stage: Stage) -> None:
    stage.deploy("""
id: anew
namespace: company.data
tasks:
  - id: ko
    type: core.execution.Fail
    retry:
      type: constant
      behavior: CREATE_NEW_EXECUTION
      interval: PT0.1S
      maxAttempts: 3
""")
    id = stage.start("anew")

    stage.play()

    found = stage.rows(
        "select attempt_number, state, original_id from execution where tenant_id = %s"
        " order by attempt_number",
        stage.tenant_id,
    )
    assert found == [(1, "RETRIED", id), (2, "RETRIED", id), (3, "FAILED", id)]


def test_children_are_started_waited_for_and_killed(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    stage.deploy(INLINE)
    stage.deploy("""
id: parent
namespace: company.data
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: company.data
    flowId: inline
    inputs:
      name: "{{ flow.id }}"
  - id: show
    type: core.debug.Return
    format: "{{ outputs.call.outputs.greeting }}/{{ outputs.call.state }}"
  - id: long
    type: core.flow.Subflow
    namespace: company.data
    flowId: scripts
""")
    id = stage.start("parent")

    stage.settle()
    assert stage.outputs(id, "show") == {"show": {"value": "Hello parent!/SUCCESS"}}
    from downbeat.common.scope import tenant_scope
    from executions.runtime.inbox import post

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "kill", {})
    stage.settle()
    assert stage.state(id) == "KILLING"
    (work,) = stage.works
    stage.works.clear()
    assert stage.rows("select kill_requested from attempt where ended_at is null") == [(True,)]
    stage.turn(results=[replace(fail(work, "killed"), ending=type(fail(work).ending).KILLED)])
    stage.settle()
    assert stage.state(id) == "KILLED"
    assert stage.state(UUID(work.info.execution_id)) == "KILLED"
    assert stage.states(id) == {"call": "SUCCESS", "show": "SUCCESS", "long": "KILLED"}


def test_a_kill_takes_waiting_attempts_out_of_the_queue(stage: Stage) -> None:
    stage.deploy(SCRIPTS)
    stage.slots = 0
    id = stage.start("scripts")
    stage.turn(id)
    from downbeat.common.scope import tenant_scope
    from executions.runtime.inbox import post

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "kill", {})
    stage.settle()

    assert stage.state(id) == "KILLED"
    assert stage.rows("select state from attempt where execution_id = %s", id) == [("KILLED",)]


def test_a_flow_lets_in_as_many_as_its_limit_says(stage: Stage) -> None:
    stage.deploy("""
id: limited
namespace: company.data
concurrency:
  limit: 1
tasks:
  - id: work
    type: scripts.shell.Script
    script: "true"
""")
    ids = [stage.start("limited") for _ in range(3)]

    stage.turn(*ids)
    assert sorted(stage.state(id) for id in ids) == ["QUEUED", "QUEUED", "RUNNING"]
    assert len(stage.works) == 1
    stage.play()
    assert {stage.state(id) for id in ids} == {"SUCCESS"}
    histories = [[item["state"] for item in stage.execution(id).histories] for id in ids]
    assert histories[1] == ["CREATED", "QUEUED", "RUNNING", "SUCCESS"]


def test_a_pause_is_resumed_with_inputs(stage: Stage) -> None:
    stage.deploy("""
id: paused
namespace: company.data
tasks:
  - id: ask
    type: core.flow.Pause
    onResume:
      - id: reason
        type: STRING
  - id: show
    type: core.debug.Return
    format: "{{ outputs.ask.onResume.reason }}"
""")
    id = stage.start("paused")
    stage.settle()
    assert stage.state(id) == "PAUSED"
    from downbeat.common.scope import tenant_scope
    from executions.runtime.inbox import post

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "resume", {"inputs": {"reason": "fine"}})
    stage.settle()

    assert stage.state(id) == "SUCCESS"
    assert stage.outputs(id, "show") == {"show": {"value": "fine"}}
