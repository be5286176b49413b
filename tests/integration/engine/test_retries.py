"""Retries in turns: whose policy counts, when it ends, and what starts the flow anew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from downbeat.common.scope import tenant_scope
from executions.runtime.inbox import post
from tests.integration.engine.stage import Stage, fail, succeed

POLICY = "retry: {type: constant, interval: PT0.01S, maxAttempts: %d%s}"
NEW = ", behavior: CREATE_NEW_EXECUTION"


def flow(id: str, tasks: str, policy: str = "") -> str:
    return f"id: {id}\nnamespace: company.data\n{policy}\ntasks:\n{tasks}"


STEP = """
  - id: step
    type: scripts.shell.Commands
    commands: [work]
    %s
"""
GROUPED = """
  - id: group
    type: core.flow.Sequential
    retry: {type: constant, interval: PT0.01S, maxAttempts: 3}
    tasks:
      - id: inner
        type: core.flow.Parallel
        tasks:
          - id: step
            type: scripts.shell.Commands
            commands: [work]
          - id: own
            type: scripts.shell.Commands
            commands: [work]
            retry: {type: constant, interval: PT0.01S, maxAttempts: 2}
"""
BESIDE = """
  - id: both
    type: core.flow.Parallel
    tasks:
      - {id: step, type: scripts.shell.Commands, commands: [work], %s}
"""
PARENT = """
  - id: sub
    type: core.flow.Subflow
    namespace: company.data
    flowId: child
    %s
"""


def failing(times: int, *names: str) -> Any:
    """The named tasks fail at their first tries, over all executions."""
    tries: dict[str, int] = {}

    def play(work: Any) -> Any:
        task = work.info.task_id
        tries[task] = tries.get(task, 0) + 1
        return fail(work) if task in names and tries[task] <= times else succeed(work)

    return play


def attempts(stage: Stage, id: UUID) -> dict[str, int]:
    return {run.task_id: run.attempts for run in stage.runs(id)}


def executions(stage: Stage, flow_id: str) -> list[tuple[str, int]]:
    found = stage.rows(
        "select state, attempt_number from execution where flow_id = %s order by created_at",
        flow_id,
    )
    return [(row[0], row[1]) for row in found]


def test_a_policy_is_that_of_the_nearest_group_unless_the_task_has_its_own(stage: Stage) -> None:
    stage.deploy(flow("nested", GROUPED, POLICY % (5, "")))
    id = stage.start("nested")

    stage.play(failing(99, "step", "own"))

    assert stage.state(id) == "FAILED"
    assert attempts(stage, id) == {"group": 0, "inner": 0, "step": 3, "own": 2}


def test_a_flow_s_policy_counts_for_tasks_without_another(stage: Stage) -> None:
    stage.deploy(flow("plain", STEP % "", POLICY % (3, "")))
    id = stage.start("plain")

    stage.play(failing(2, "step"))

    assert (stage.state(id), attempts(stage, id)) == ("SUCCESS", {"step": 3})


def test_success_after_a_retry_is_a_warning_where_the_policy_says_so(stage: Stage) -> None:
    stage.deploy(flow("warned", STEP % (POLICY % (3, ", warningOnRetry: true"))))
    first, second = stage.start("warned"), stage.start("warned")

    stage.play(failing(1, "step"))

    states = sorted([stage.state(first), stage.state(second)])
    assert states == ["SUCCESS", "WARNING"]


def test_no_try_begins_after_the_longest_duration(stage: Stage) -> None:
    policy = "retry: {type: constant, interval: PT0.2S, maxDuration: PT0.3S}"
    stage.deploy(flow("bounded", STEP % policy))
    id = stage.start("bounded")

    stage.play(failing(99, "step"))

    assert stage.state(id) == "FAILED"
    assert 1 < attempts(stage, id)["step"] <= 3


def test_a_flow_is_started_anew_until_its_policy_ends(stage: Stage) -> None:
    stage.deploy(flow("anew", STEP % "", POLICY % (3, NEW)))
    id = stage.start("anew")

    stage.play(failing(99, "step"))

    assert executions(stage, "anew") == [("RETRIED", 1), ("RETRIED", 2), ("FAILED", 3)]
    originals = stage.rows("select distinct original_id from execution where flow_id = 'anew'")
    assert originals == [(id,)]
    assert stage.states(id) == {"step": "RETRIED"}


@pytest.mark.parametrize("after", ["", "finally:\n  - {id: slow, type: scripts.shell.Commands}"])
def test_what_outlasts_the_interval_does_not_lose_the_new_start(stage: Stage, after: str) -> None:
    policy = POLICY % (2, NEW)
    beside = "" if after else "      - {id: slow, type: scripts.shell.Commands, commands: [work]}\n"
    source = flow("beside", BESIDE % policy + beside)
    stage.deploy(source + after.replace("Commands}", "Commands, commands: [work]}"))
    stage.start("beside")
    stage.settle()
    step = next(work for work in stage.works if work.info.task_id == "step")
    stage.works.remove(step)

    stage.turn(results=[fail(step)])
    stage.settle()
    stage.pass_time()
    stage.play(failing(0))

    assert executions(stage, "beside") == [("RETRIED", 1), ("SUCCESS", 2)]


def test_a_parent_waits_for_the_last_execution_of_a_child_that_starts_anew(stage: Stage) -> None:
    stage.deploy(flow("child", STEP % "", POLICY % (3, NEW)))
    stage.deploy(flow("parent", PARENT % ""))
    id = stage.start("parent")

    stage.play(failing(2, "step"))

    assert executions(stage, "child") == [("RETRIED", 1), ("RETRIED", 2), ("SUCCESS", 3)]
    assert (stage.state(id), stage.states(id)) == ("SUCCESS", {"sub": "SUCCESS"})
    last = stage.rows("select id from execution where flow_id = 'child' and attempt_number = 3")
    assert stage.outputs(id, "sub")["sub"]["executionId"] == str(last[0][0])


def test_a_subflow_that_fails_is_tried_again_as_a_new_child(stage: Stage) -> None:
    stage.deploy(flow("child", STEP % ""))
    stage.deploy(flow("parent", PARENT % (POLICY % (3, ""))))
    id = stage.start("parent")

    stage.play(failing(2, "step"))

    assert [state for state, _ in executions(stage, "child")] == ["FAILED", "FAILED", "SUCCESS"]
    assert (stage.state(id), attempts(stage, id)) == ("SUCCESS", {"sub": 3})


def test_a_subflow_that_fails_can_start_its_parent_anew(stage: Stage) -> None:
    stage.deploy(flow("child", STEP % ""))
    stage.deploy(flow("parent", PARENT % (POLICY % (2, NEW))))
    stage.start("parent")

    stage.play(failing(1, "step"))

    assert executions(stage, "parent") == [("RETRIED", 1), ("SUCCESS", 2)]


def test_a_kill_of_the_parent_reaches_a_child_that_waits_to_start_anew(stage: Stage) -> None:
    policy = POLICY.replace("PT0.01S", "PT0.3S") % (3, NEW)
    stage.deploy(flow("child", STEP % "", policy))
    stage.deploy(flow("parent", PARENT % ""))
    id = stage.start("parent")
    stage.settle()
    works, stage.works = stage.works, []
    stage.turn(results=[fail(work) for work in works])
    stage.settle()
    assert executions(stage, "child") == [("RETRIED", 1)]

    with tenant_scope(stage.tenant_id):
        post(stage.tenant_id, id, "kill", {"cascade": True})
    stage.play()

    assert stage.state(id) == "KILLED"
    assert executions(stage, "child") in ([("RETRIED", 1)], [("RETRIED", 1), ("KILLED", 2)])
