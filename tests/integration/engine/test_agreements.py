"""Agreements, listeners and what runs after the end, in turns on a real database."""

from __future__ import annotations

from uuid import UUID

from executions.runtime import sweep
from tests.integration.engine.stage import Stage

SLOW = """
id: slow
namespace: company.data
sla:
  - id: quick
    type: MAX_DURATION
    duration: PT10M
    behavior: {behavior}
    labels:
      late: "yes"
tasks:
  - id: group
    type: core.flow.Sequential
    tasks:
      - id: nap
        type: core.flow.Sleep
        duration: {nap}
"""
ASSERTED = """
id: asserted
namespace: company.data
inputs:
  - id: most
    type: INT
    defaults: 5
sla:
  - id: small
    type: EXECUTION_ASSERTION
    assert: "{{ (outputs.count.value | number) < inputs.most }}"
    behavior: CANCEL
    labels:
      size: large
tasks:
  - id: count
    type: core.debug.Return
    format: "7"
  - id: never
    type: core.debug.Return
    format: never
"""
LISTENED = """
id: listened
namespace: company.data
tasks:
  - id: ko
    type: core.execution.Fail
listeners:
  - conditions:
      - type: core.condition.ExecutionStatus
        in: [FAILED]
    tasks:
      - id: told
        type: core.debug.Return
        format: "{{ execution.state }}"
  - conditions:
      - type: core.condition.ExecutionStatus
        in: [SUCCESS]
    tasks:
      - id: silent
        type: core.debug.Return
        format: never
  - conditions:
      - type: core.condition.Expression
        expression: "{{ no.such.name }}"
    tasks:
      - id: broken
        type: core.debug.Return
        format: never
afterExecution:
  - id: after
    type: core.debug.Return
    format: "{{ execution.state }}"
"""


def messages(stage: Stage, id: UUID) -> list[str]:
    found = stage.rows("select message from log_line where execution_id = %s order by idx", id)
    return [row[0] for row in found]


def an_hour_passes(stage: Stage, id: UUID) -> None:
    """All that is stored of the execution is an hour older; its due timers fire."""
    stage.rows(
        "update execution set created_at = created_at - interval '1 hour', histories ="
        " (select jsonb_agg(item || jsonb_build_object('date', to_char((item->>'date')::timestamptz"
        " at time zone 'UTC' - interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))"
        " from jsonb_array_elements(histories) item) where id = %s returning id",
        id,
    )
    stage.rows(
        "update task_run set histories ="
        " (select jsonb_agg(item || jsonb_build_object('date', to_char((item->>'date')::timestamptz"
        " at time zone 'UTC' - interval '1 hour', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))"
        " from jsonb_array_elements(histories) item) where execution_id = %s returning id",
        id,
    )
    moved = (
        "update timer set due_at = due_at - interval '1 hour' where execution_id = %s returning id"
    )
    stage.rows(moved, id)
    assert sweep.fire_timers()


def labels(stage: Stage, id: UUID) -> dict[str, str]:
    return {label["key"]: label["value"] for label in stage.execution(id).labels}


def test_a_deadline_is_a_timer_that_ends_the_execution(stage: Stage) -> None:
    stage.deploy(SLOW.format(behavior="FAIL", nap="PT2H"))
    id = stage.start("slow")
    stage.settle()
    assert stage.rows("select kind from timer where execution_id = %s order by kind", id) == [
        ("sla",), ("wait",),
    ]  # fmt: skip

    an_hour_passes(stage, id)
    stage.settle()

    found = stage.execution(id)
    assert found.state == "FAILED"
    assert stage.states(id) == {"group": "KILLED", "nap": "FAILED"}
    assert labels(stage, id)["late"] == "yes"
    line = messages(stage, id)[-1]
    assert "'quick'" in line
    assert "PT10M" in line
    assert found.error == line


def test_a_deadline_that_only_marks_leaves_the_execution_alone(stage: Stage) -> None:
    stage.deploy(SLOW.format(behavior="NONE", nap="PT30M"))
    id = stage.start("slow")
    stage.settle()

    an_hour_passes(stage, id)
    stage.settle()

    found = stage.execution(id)
    assert found.state == "SUCCESS"
    assert found.error is None
    assert labels(stage, id)["late"] == "yes"


def test_an_execution_in_time_is_not_marked(stage: Stage) -> None:
    stage.deploy(SLOW.format(behavior="FAIL", nap="PT0.01S"))
    id = stage.start("slow")
    stage.settle()

    assert stage.pass_time()
    stage.settle()

    assert stage.state(id) == "SUCCESS"
    assert "late" not in labels(stage, id)


def test_an_assertion_stops_the_execution_at_the_change_that_breaks_it(stage: Stage) -> None:
    stage.deploy(ASSERTED)
    broken, held = stage.start("asserted"), stage.start("asserted", most=9)

    stage.settle()

    assert stage.state(broken) == "CANCELLED"
    assert stage.states(broken) == {"count": "SUCCESS"}
    assert labels(stage, broken)["size"] == "large"
    assert (stage.state(held), "size" in labels(stage, held)) == ("SUCCESS", False)


def test_listeners_whose_conditions_hold_and_tasks_after_the_end_see_its_state(
    stage: Stage,
) -> None:
    stage.deploy(LISTENED)
    id = stage.start("listened")

    stage.settle()

    assert stage.state(id) == "FAILED"
    assert stage.states(id) == {"ko": "FAILED", "told": "SUCCESS", "after": "SUCCESS"}
    seen = stage.outputs(id, "told", "after")
    assert [seen[name]["value"] for name in ("told", "after")] == ["FAILED", "FAILED"]
    assert any("listeners[2]" in line for line in messages(stage, id))
