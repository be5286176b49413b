"""Task runs as columns say what the usual answer says, whether they live or have ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.integration.runtime.conftest import Processes, Runs

FLOW = """id: packed
namespace: company.data
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a", "b"]
    tasks:
      - {id: say, type: core.debug.Return, format: "{{ taskrun.value }}"}
  - id: twice
    type: scripts.shell.Commands
    allowFailure: true
    retry: {type: constant, interval: PT0.1S, maxAttempts: 2}
    commands: [exit 1]
"""
LIVE = """id: lives
namespace: company.data
tasks:
  - id: both
    type: core.flow.Parallel
    tasks:
      - {id: hold, type: scripts.shell.Commands, commands: [sleep 60]}
      - {id: wait, type: core.flow.Pause}
"""


def test_columns_say_what_the_list_says(runs: Runs, crew: Processes) -> None:
    runs.deploy(FLOW)
    id = runs.run("packed")["id"]
    found = _unpacked(runs, id)
    assert found == _told(runs.read(id))
    twice = next(run for run in found if run["taskId"] == "twice")
    assert [attempt["state"] for attempt in twice["attempts"]] == ["FAILED", "FAILED"]
    assert all(attempt["workerId"] for attempt in twice["attempts"])


def test_what_lives_is_there_too(runs: Runs, crew: Processes) -> None:
    runs.deploy(LIVE)
    id = runs.start("lives")
    runs.until(
        id, lambda shown: _states(shown) == {"both": "RUNNING", "hold": "RUNNING", "wait": "PAUSED"}
    )
    found = _unpacked(runs, id)
    killed = runs.cast.alice.delete(f"{runs.cast.api}/executions/{id}/actions/kill")
    assert killed.status_code == 202, killed.content
    hold = next(run for run in found if run["taskId"] == "hold")
    assert [attempt["state"] for attempt in hold["attempts"]] == ["RUNNING"]
    assert {run["taskId"]: run["state"] for run in found} == {
        "both": "RUNNING",
        "hold": "RUNNING",
        "wait": "PAUSED",
    }
    shown = runs.finished(id)
    assert _unpacked(runs, id) == _told(shown)


def _states(shown: Any) -> dict[str, str]:
    return {run["taskId"]: run["state"]["current"] for run in shown["taskRunList"]}


def _unpacked(runs: Runs, id: str) -> list[dict[str, Any]]:
    """The columns read back."""
    path = f"{runs.cast.api}/executions/{id}?taskRunList=packed"
    shown = runs.cast.alice.get(path).json()
    assert "taskRunList" not in shown
    packed = shown["taskRuns"]
    found: list[dict[str, Any]] = []
    since, names = _milliseconds(packed["since"]), packed["states"]
    for row in packed["rows"]:
        run = dict(zip(packed["columns"], row, strict=True))
        attempts = [
            {"state": names[state], "moments": _pairs(moments, since, names), "workerId": worker}
            for state, moments, worker in run["attempts"] or ()
        ]
        found.append(
            run
            | {
                "state": names[run["state"]],
                "parent": None if run["parent"] is None else packed["rows"][run["parent"]][0],
                "moments": _pairs(run["moments"], since, names),
                "attempts": attempts,
            }
        )
    return found


def _pairs(moments: list[int], since: int, names: list[str]) -> list[tuple[str, int]]:
    pairs = zip(moments[::2], moments[1::2], strict=True)
    return [(names[state], since + at) for state, at in pairs]


def _told(shown: Any) -> list[dict[str, Any]]:
    """The usual answer, as far as columns say it."""
    return [
        {
            "id": run["id"],
            "taskId": run["taskId"],
            "parent": run.get("parentTaskRunId"),
            "value": run.get("value"),
            "iteration": run.get("iteration"),
            "state": run["state"]["current"],
            "moments": _moments(run["state"]),
            "attempts": [
                {
                    "state": attempt["state"]["current"],
                    "moments": _moments(attempt["state"]),
                    "workerId": attempt.get("workerId"),
                }
                for attempt in run["attempts"] or ()
            ],
        }
        for run in shown["taskRunList"]
    ]


def _moments(state: Any) -> list[tuple[str, int]]:
    return [(entry["state"], _milliseconds(entry["date"])) for entry in state["histories"]]


def _milliseconds(date: str) -> int:
    return round(datetime.fromisoformat(date).timestamp() * 1000)
