"""Task runs that a task adds, as people see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs
from tests.integration.runtime.test_worker import flow
from tests.support.cast import Cast

TYPE = "io.kestra.core.tasks.test.DynamicTask"
PROJECT = f"""  - id: build
    type: {TYPE}
    runs:
      - {{taskId: project, startedAt: "2026-01-01T10:00:00Z", endedAt: "2026-01-01T10:00:09Z"}}
      - taskId: after
        inside: true
        state: FAILED
        error: relation missing
        startedAt: "2026-01-01T10:00:01Z"
        endedAt: "2026-01-01T10:00:03Z"
        outputs: {{rows: 7}}
      - {{taskId: skipped.model, state: SKIPPED}}
  - id: after
    type: core.debug.Return
    format: "{{{{ outputs.after is defined }}}}"
"""


@pytest.fixture(scope="module")
def own_runs(module_cast: Cast) -> Runs:
    """Flows of this file's own tenant."""
    return Runs(module_cast)


def by_name(shown: Any) -> dict[str, Any]:
    return {run["taskId"]: run for run in shown["taskRunList"] if run.get("dynamic")}


def test_they_stand_in_the_list_with_state_times_error_and_outputs(
    crew: Processes, own_runs: Runs
) -> None:
    own_runs.deploy(flow("project", PROJECT))

    shown = own_runs.run("project")

    assert shown["state"]["current"] == "SUCCESS", own_runs.logs(shown["id"])
    added = by_name(shown)
    build = next(run for run in shown["taskRunList"] if run["taskId"] == "build")
    assert set(added) == {"project", "after", "skipped.model"}
    assert added["project"]["parentTaskRunId"] == build["id"]
    assert added["project"]["state"]["duration"] == "PT9S"
    assert added["after"]["parentTaskRunId"] == added["project"]["id"]
    assert added["after"]["state"]["current"] == "FAILED"
    assert added["after"]["state"]["duration"] == "PT2S"
    assert added["after"]["error"] == "relation missing"
    assert added["skipped.model"]["state"]["current"] == "SKIPPED"
    path = f"{own_runs.cast.api}/outputs/tasks/{shown['id']}/{added['after']['id']}"
    assert own_runs.cast.alice.get(path).json() == {"rows": 7}


def test_one_that_is_called_like_a_task_is_not_that_task(crew: Processes, own_runs: Runs) -> None:
    own_runs.deploy(flow("namesakes", PROJECT))

    shown = own_runs.run("namesakes")

    declared = [run for run in shown["taskRunList"] if run["taskId"] == "after"]
    assert [run.get("dynamic", False) for run in declared] == [True, False]
    path = f"{own_runs.cast.api}/outputs/tasks/{shown['id']}/{declared[1]['id']}"
    assert own_runs.cast.alice.get(path).json() == {"value": "false"}


def test_more_than_a_task_may_add_fail_it(crew: Processes, own_runs: Runs) -> None:
    tasks = f"  - id: many\n    type: {TYPE}\n    runs: [{{taskId: one, times: 10001}}]\n"
    own_runs.deploy(flow("many", tasks))

    shown = own_runs.finished(own_runs.start("many"), seconds=120)

    assert shown["state"]["current"] == "FAILED"
    assert any("10000 task runs at the most" in line for line in own_runs.logs(shown["id"]))


def test_bad_facts_fail_the_task_with_what_is_wrong(crew: Processes, own_runs: Runs) -> None:
    tasks = f"  - id: bad\n    type: {TYPE}\n    runs: [{{taskId: one, state: GREAT}}]\n"
    own_runs.deploy(flow("bad", tasks))

    shown = own_runs.run("bad")

    assert shown["state"]["current"] == "FAILED"
    assert any("'GREAT' is none of" in line for line in own_runs.logs(shown["id"]))
