"""Flow triggers under kills: every upstream starts exactly one execution, whoever dies when."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.runtime.conftest import Processes, Runs
from tests.support.forks import Process

UP: Final = """id: up
namespace: company.data
tasks:
  - {id: work, type: core.debug.Return, format: done}
"""
DOWN: Final = """id: down
namespace: company.data
tasks:
  - {id: show, type: core.debug.Return, format: "{{ trigger.executionId }}"}
triggers:
  - id: listen
    type: core.trigger.Flow
    conditions:
      - {type: core.condition.ExecutionFlow, namespace: company.data, flowId: up}
"""
STARTS: Final = 12


@pytest.mark.parametrize(
    ("point", "role"),
    [
        ("flow_trigger.before_commit", "scheduler"),
        ("flow_trigger.after_commit", "scheduler"),
        ("turn.before_commit", "worker"),
        ("turn.after_commit", "worker"),
    ],
)
def test_each_end_starts_one_execution_whoever_dies(
    processes: Processes, runs: Runs, tmp_path: Path, point: str, role: str
) -> None:
    quick = {
        "DOWNBEAT_LEASE_SECONDS": "2",
        "DOWNBEAT_SWEEP_SECONDS": "0.5",
        "DOWNBEAT_POLL_SECONDS": "0.2",
    }
    armed = tmp_path / "points"
    armed.mkdir()
    doomed = {"DOWNBEAT_FAULTPOINTS": str(armed), **quick}
    (armed / point).write_text("1")
    runs.deploy(UP)
    runs.deploy(DOWN)
    first = {name: begin(processes, name, doomed) for name in ("worker", "scheduler")}

    ids = {runs.start("up") for _ in range(STARTS)}
    first[role].wait(60)
    assert not (armed / point).exists()
    begin(processes, role, quick)

    found = downs(runs, STARTS)
    assert sorted(item["trigger"]["variables"]["executionId"] for item in found) == sorted(ids)
    assert {item["state"]["current"] for item in found} == {"SUCCESS"}


def begin(processes: Processes, role: str, environment: dict[str, str]) -> Process:
    if role == "worker":
        return processes.worker(**environment)  # type: ignore[arg-type]  # settings only
    return processes.scheduler(**environment)


def downs(runs: Runs, wanted: int) -> list[Any]:
    """The executions that were started, once there are so many and all have ended."""
    path = f"{runs.cast.api}/executions/search?size=100&filters[flowId][EQUALS]=down"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found: list[Any] = runs.cast.alice.get(path).json()["results"]
        if len(found) >= wanted and all("endDate" in item["state"] for item in found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{len(found)} of {wanted} were started")
