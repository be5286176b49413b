"""Publishes, starts and reads flows over HTTP, as any client of the server does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from tests.support.stranger import eventually

YAML: Final = {"Content-Type": "application/x-yaml"}
TERMINAL: Final = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED"})
PATIENCE: Final = 90.0
Inputs = Mapping[str, str | bytes]


@dataclass(frozen=True)
class FlowName:
    """Where a published flow is."""

    namespace: str
    id: str


@dataclass(frozen=True)
class TaskRun:
    """One task run, as the API tells it."""

    id: str
    task_id: str
    state: str
    value: str | None
    attempts: int
    began: str
    ended: str | None


@dataclass(frozen=True)
class Told:
    """An execution, as the API tells it at one moment."""

    id: str
    state: str
    states: tuple[str, ...]
    task_runs: tuple[TaskRun, ...]
    facts: Mapping[str, Any] = field(repr=False)

    def runs(self, task_id: str) -> list[TaskRun]:
        """Every run of a task."""
        return [run for run in self.task_runs if run.task_id == task_id]

    def run(self, task_id: str) -> TaskRun:
        """The only run of a task."""
        (found,) = self.runs(task_id)
        return found

    def state_of(self, task_id: str) -> str | None:
        """How the only run of a task is; nothing when it did not run."""
        found = self.runs(task_id)
        return found[0].state if found else None


@dataclass(frozen=True)
class Driver:
    """One tenant's flows and executions."""

    http: httpx.Client

    def publish(self, source: str | Path) -> FlowName:
        """Creates a flow, or brings it up to date."""
        text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
        known = yaml.safe_load(text)
        name = FlowName(known["namespace"], known["id"])
        answer = self.http.post("/flows", content=text.encode(), headers=YAML)
        if answer.status_code in (409, 422):
            path = f"/flows/{name.namespace}/{name.id}"
            answer = self.http.put(path, content=text.encode(), headers=YAML)
        assert answer.is_success, answer.text
        return name

    def start(self, flow: FlowName, inputs: Inputs | None = None, *, wait: bool = False) -> Told:
        """Starts a flow; bytes are sent as files."""
        answer = self.http.post(
            f"/executions/{flow.namespace}/{flow.id}",
            params={"wait": "true"} if wait else {},
            files=_parts(inputs or {}),
        )
        assert answer.is_success, answer.text
        return told(answer.json())

    def run(self, flow: FlowName, inputs: Inputs | None = None) -> Told:
        """Starts a flow and waits for its end."""
        return self.ended(self.start(flow, inputs, wait=True).id)

    def get(self, execution_id: str) -> Told:
        """The execution as it is now."""
        answer = self.http.get(f"/executions/{execution_id}")
        assert answer.is_success, answer.text
        return told(answer.json())

    def ended(self, execution_id: str) -> Told:
        """The execution once it is over."""
        return self.once(execution_id, TERMINAL)

    def once(self, execution_id: str, states: Iterable[str]) -> Told:
        """The execution once it is in one of these states."""
        wanted = frozenset(states)
        eventually(
            lambda: self.get(execution_id).state in wanted,
            PATIENCE,
            lambda: f"{self.get(execution_id)}\n{self.messages(execution_id)}",
        )
        return self.get(execution_id)

    def act(self, execution_id: str, action: str, inputs: Inputs | None = None) -> httpx.Response:
        """Asks something of an execution: pause, resume, restart, replay, kill …"""
        path = f"/executions/{execution_id}/actions/{action}"
        if action == "kill":
            return self.http.delete(path)
        return self.http.post(path, files=_parts(inputs) if inputs else None)

    def outputs(self, execution: Told, task_id: str) -> dict[str, Any]:
        """What the only run of a task left."""
        return self.outputs_of(execution, execution.run(task_id))

    def outputs_of(self, execution: Told, run: TaskRun) -> dict[str, Any]:
        """What a task run left."""
        answer = self.http.get(f"/outputs/tasks/{execution.id}/{run.id}")
        return dict(answer.json() or {}) if answer.is_success and answer.content else {}

    def flow_outputs(self, execution: Told) -> dict[str, Any]:
        """What the execution left."""
        return dict(self.http.get(f"/outputs/executions/{execution.id}").json() or {})

    def messages(self, execution_id: str, level: str = "INFO") -> list[str]:
        """The log, message by message, from a level on."""
        answer = self.http.get(f"/logs/{execution_id}", params={"minLevel": level})
        return [line["message"] for line in answer.json()]

    def metrics(self, execution: Told) -> dict[str, float]:
        """The metrics by name."""
        answer = self.http.get(f"/metrics/{execution.id}", params={"size": 1000})
        assert answer.is_success, answer.text
        return {metric["name"]: metric["value"] for metric in answer.json()["results"]}

    def file(self, execution: Told, uri: str) -> bytes:
        """The content of a file of the execution."""
        answer = self.http.get(f"/executions/{execution.id}/file", params={"path": uri})
        assert answer.is_success, answer.text
        return answer.content

    def executions(self, flow: FlowName) -> list[Told]:
        """Every execution of a flow, without task runs, the newest first."""
        chosen = {
            "filters[namespace][EQUALS]": flow.namespace,
            "filters[flowId][EQUALS]": flow.id,
            "sort": "state.startDate:desc",
            "size": "100",
        }
        answer = self.http.get("/executions/search", params=chosen)
        assert answer.is_success, answer.text
        return [told(found) for found in answer.json()["results"]]


def told(facts: Mapping[str, Any]) -> Told:
    """An execution from its JSON."""
    return Told(
        id=facts["id"],
        state=facts["state"]["current"],
        states=tuple(step["state"] for step in facts["state"]["histories"]),
        task_runs=tuple(_task_run(run) for run in facts.get("taskRunList") or ()),
        facts=facts,
    )


def _task_run(facts: Mapping[str, Any]) -> TaskRun:
    return TaskRun(
        id=facts["id"],
        task_id=facts["taskId"],
        state=facts["state"]["current"],
        value=facts.get("value"),
        attempts=len(facts.get("attempts") or ()),
        began=facts["state"]["startDate"],
        ended=facts["state"].get("endDate"),
    )


def _parts(inputs: Inputs) -> dict[str, Any] | None:
    """Form fields for text, files for bytes."""
    parts: dict[str, Any] = {}
    for name, value in inputs.items():
        parts[name] = (name, value) if isinstance(value, bytes) else (None, value)
    return parts or None
