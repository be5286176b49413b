"""Records golden journals that are missing; existing ones are never rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import flows.plugins.core as core
from executions.engine.state import Ask, Snapshot, State
from executions.runtime import journal
from flows.spec.parse import parse_flow
from flows.spec.registry import registry_of
from tests.unit.engine.world import Flow, Verdict, World

FOLDER = Path(__file__).parent
HEAD = "id: golden\nnamespace: company.data\n"
Answers = Mapping[tuple[str, Ask], Any]

SOURCES: dict[str, str] = {
    "errors-and-finally": """
tasks:
  - id: group
    type: core.flow.Sequential
    tasks:
      - {id: a, type: core.log.Log, message: a}
      - {id: ko, type: core.execution.Fail}
    errors:
      - {id: inner, type: core.log.Log, message: inner}
errors:
  - {id: outer, type: core.log.Log, message: outer}
finally:
  - {id: clean, type: core.log.Log, message: clean}
afterExecution:
  - {id: tell, type: core.log.Log, message: tell}
""",
    "loops": """
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a", "b", "c"]
    concurrencyLimit: 2
    tasks:
      - {id: x, type: core.log.Log, message: x}
      - id: inner
        type: core.flow.EachParallel
        value: ["1", "2"]
        tasks:
          - {id: y, type: core.log.Log, message: y}
  - id: until
    type: core.flow.LoopUntil
    condition: "{{ true }}"
    tasks:
      - {id: z, type: core.log.Log, message: z}
""",
    "waits-and-retries": """
tasks:
  - id: par
    type: core.flow.Parallel
    tasks:
      - {id: nap, type: core.flow.Sleep, duration: PT5S}
      - id: hold
        type: core.flow.Pause
        delay: PT2S
      - id: shaky
        type: core.execution.Fail
        retry: {type: constant, interval: PT1S, maxAttempts: 3}
  - id: dag
    type: core.flow.Dag
    tasks:
      - task: {id: second, type: core.log.Log, message: x}
        dependsOn: [first]
      - task: {id: first, type: core.log.Log, message: x}
""",
    "items": """
tasks:
  - id: each
    type: core.flow.ForEachItem
    items: downbeat:///items.txt
    namespace: company.data
    flowId: other
    concurrencyLimit: 2
  - id: loop
    type: core.flow.Loop
    values: ["a", "b", "c"]
    concurrencyLimit: 2
    transmitFailed: false
    outputs: [{id: o, value: x}]
    tasks:
      - {id: x, type: core.log.Log, message: x}
      - {id: ko, type: core.execution.Fail}
    errors:
      - {id: e, type: core.log.Log, message: e}
""",
}


def mended(task: str, attempt: int) -> Verdict:
    return State.FAILED if task == "ko" or (task == "shaky" and attempt < 3) else State.SUCCESS


def flow_of(source: str) -> Flow:
    """The engine's view of a recorded source."""
    parsed = parse_flow(HEAD + source, registry_of([core]))
    spec = parsed.flow
    assert spec is not None, parsed.diagnostics
    return Flow(
        tasks=spec.tasks,
        errors=spec.errors,
        finally_=spec.finally_,
        after_execution=spec.after_execution,
        retry=spec.retry,
    )


def summary(snapshot: Snapshot, name_of: Callable[[int], str]) -> dict[str, Any]:
    """What must stay as it was."""
    return {
        "state": snapshot.execution.state,
        "history": [moment.state for moment in snapshot.execution.history],
        "runs": [
            [str(run.id), name_of(run.node), list(run.path), run.state, run.attempts]
            for run in snapshot.runs.values()
        ],
    }


def record(name: str) -> dict[str, Any]:
    """Plays a flow and writes down what happened."""
    answers: Answers = {("hold", Ask.HOLD): {"delay": 2.0, "timeout": None}}
    world = World(flow_of(SOURCES[name]), mended, answers)
    world.play()
    return {
        "source": SOURCES[name],
        "execution": str(UUID(int=1)),
        "events": journal.written(world.events),
        "outcome": summary(world.snapshot, lambda node: world.plan.nodes[node].id),
    }


def main() -> None:
    """Writes the journals that are missing."""
    for name in SOURCES:
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(json.dumps(record(name), indent=1, default=str) + "\n")


if __name__ == "__main__":
    main()
