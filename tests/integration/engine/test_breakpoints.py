"""Breakpoints: an execution stops before the tasks that somebody names, and goes on when told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast

STEPS = """
id: steps
namespace: company.data
tasks:
  - id: a
    type: core.debug.Return
    format: a
  - id: each
    type: core.flow.ForEach
    values: ["x", "y", "z.1"]
    tasks:
      - id: b
        type: core.debug.Return
        format: "{{ taskrun.value }}"
  - id: place
    type: core.flow.WorkingDirectory
    tasks:
      - id: inside
        type: scripts.shell.Commands
        commands: [echo]
    disabled: false
    runIf: "false"
afterExecution:
  - id: later
    type: core.debug.Return
    format: x
"""


def start(cast: Cast, query: str = "") -> Any:
    return cast.alice.post(f"{cast.api}/executions/company.data/steps{query}")


def act(cast: Cast, id: str, action: str) -> Any:
    return cast.alice.post(f"{cast.api}/executions/{id}/actions/{action}")


@pytest.fixture
def flow(stage: Stage) -> Stage:
    stage.deploy(STEPS)
    return stage


def values(stage: Stage, id: str) -> list[tuple[str | None, str]]:
    return [(run.value, run.state) for run in stage.runs(UUID(id)) if run.task_id == "b"]


def test_an_execution_stops_before_each_value_of_the_task_that_is_named(
    flow: Stage, cast: Cast
) -> None:
    id = start(cast, "?breakpoints=b").json()["id"]

    flow.settle()

    shown = cast.alice.get(f"{cast.api}/executions/{id}").json()
    why = cast.alice.get(f"{cast.api}/executions/{id}/why").json()
    assert shown["state"]["current"] == "PAUSED"
    assert shown["breakpoints"] == [{"id": "b"}]
    assert values(flow, id) == [("x", "CREATED")]
    assert "breakpoint before b" in str(why)
    for number in (1, 2):
        assert act(cast, id, "resume-from-breakpoint").status_code == 200
        flow.settle()
        assert [state for _, state in values(flow, id)] == ["SUCCESS"] * number + ["CREATED"]
    assert act(cast, id, "resume").status_code == 200
    flow.settle()
    assert flow.state(UUID(id)) == "SUCCESS"


def test_new_breakpoints_replace_the_old_ones_and_may_name_a_value(flow: Stage, cast: Cast) -> None:
    id = start(cast, "?breakpoints=a").json()["id"]
    flow.settle()
    assert flow.states(UUID(id)) == {"a": "CREATED"}

    act(cast, id, "resume-from-breakpoint?breakpoints=b.z.1")
    flow.settle()

    assert values(flow, id) == [("x", "SUCCESS"), ("y", "SUCCESS"), ("z.1", "CREATED")]
    assert flow.execution(UUID(id)).breakpoints == [{"id": "b", "value": "z.1"}]
    act(cast, id, "resume-from-breakpoint?breakpoints=")
    flow.settle()
    assert flow.state(UUID(id)) == "SUCCESS"


def test_an_execution_that_is_not_at_a_breakpoint_is_not_resumed_from_one(
    flow: Stage, cast: Cast
) -> None:
    id = start(cast).json()["id"]

    answer = act(cast, id, "resume-from-breakpoint")

    assert answer.status_code == 409
    assert "breakpoint" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["nothing", "inside", "later"])
def test_a_breakpoint_at_which_nothing_can_stop_is_refused(
    flow: Stage, cast: Cast, name: str
) -> None:
    answer = start(cast, f"?breakpoints={name}")

    assert answer.status_code == 422
    assert answer.json()["code"] == "execution.breakpoint"
    assert name in answer.json()["detail"]


def test_an_execution_at_a_breakpoint_can_be_killed(flow: Stage, cast: Cast) -> None:
    id = start(cast, "?breakpoints=b").json()["id"]
    flow.settle()

    cast.alice.delete(f"{cast.api}/executions/{id}/actions/kill")
    flow.settle()

    assert flow.state(UUID(id)) == "KILLED"


def test_a_viewer_resumes_nothing(flow: Stage, cast: Cast) -> None:
    id = start(cast, "?breakpoints=b").json()["id"]
    flow.settle()

    path = f"{cast.api}/executions/{id}/actions/resume-from-breakpoint"

    assert cast.bob.post(path).status_code == 403
    assert cast.charlie.post(path).status_code == 404
