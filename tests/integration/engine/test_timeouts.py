"""Tasks that may take so long and no longer, and hold no worker: waits, children, quick tasks."""

from __future__ import annotations

from tests.integration.engine.stage import Stage

SLOW = "{% for a in range(0, 9000) %}{{ a }}{% endfor %}"
QUICK = f"""
id: quick
namespace: company.data
tasks:
  - id: slow
    type: core.debug.Return
    format: "{SLOW}"
    timeout: PT0.001S
errors:
  - id: handler
    type: core.log.Log
    message: "{{{{ errorLogs()[0].message }}}}"
"""
SLEEP = """
id: sleep
namespace: company.data
tasks:
  - id: slow
    type: core.flow.Sleep
    duration: PT100S
    timeout: "PT0.0{{ 1 + 1 }}S"
    retry: {type: constant, interval: PT0.01S, maxAttempts: 2}
errors:
  - id: handler
    type: core.log.Log
    message: handled
"""
CHILD = """
id: child
namespace: company.data
tasks:
  - id: endless
    type: core.flow.Pause
"""
PARENT = """
id: parent
namespace: company.data
tasks:
  - id: call
    type: core.flow.Subflow
    namespace: company.data
    flowId: child
    timeout: PT0.05S
errors:
  - id: handler
    type: core.log.Log
    message: handled
"""


def lines(stage: Stage, task: str) -> list[str]:
    found = stage.rows("select message from log_line where task_id = %s order by idx", task)
    return [row[0] for row in found]


def test_a_quick_task_that_takes_too_long_fails_and_leaves_nothing(stage: Stage) -> None:
    stage.deploy(QUICK)

    id = stage.start("quick")
    stage.turn(id)

    slow = stage.runs(id)[0]
    assert (slow.state, slow.reason) == ("FAILED", {"code": "timeout"})
    assert lines(stage, "handler") == ["Timeout: the task ran longer than PT0.001S"]
    assert stage.outputs(id, "slow") == {}


def test_a_quick_task_that_is_quick_enough_succeeds(stage: Stage) -> None:
    stage.deploy(QUICK.replace("PT0.001S", "PT1H").replace("9000", "3"))

    id = stage.start("quick")
    stage.turn(id)

    assert stage.state(id) == "SUCCESS"


def test_a_sleep_is_tried_again_and_its_errors_run(stage: Stage) -> None:
    stage.deploy(SLEEP)

    id = stage.start("sleep")
    stage.play()

    slow, handler = stage.runs(id)
    assert (slow.state, slow.attempts, handler.state) == ("FAILED", 2, "SUCCESS")
    said = ["Waiting for PT1M40S", "Timeout: the task ran longer than PT0.02S"]
    assert lines(stage, "slow") == said * 2


def test_a_child_execution_that_takes_too_long_is_killed_and_its_task_fails(stage: Stage) -> None:
    stage.deploy(CHILD)
    stage.deploy(PARENT)

    id = stage.start("parent")
    stage.play()

    call, handler = stage.runs(id)
    assert (call.state, handler.state) == ("FAILED", "SUCCESS")
    assert lines(stage, "call") == ["Timeout: the task ran longer than PT0.05S"]
    assert call.child_id is not None
    assert stage.state(call.child_id) == "KILLED"
    assert stage.state(id) == "FAILED"
