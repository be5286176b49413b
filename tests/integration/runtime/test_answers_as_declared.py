"""What a server with a worker answers is what its OpenAPI description says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.runtime.conftest import Processes, Runs
from tests.support.openapi import deviations

FLOW = """id: shown
namespace: company.data
description: Everything that an answer may hold
labels: {team: data}
inputs:
  - {id: name, type: STRING, defaults: ada}
tasks:
  - id: each
    type: core.flow.ForEach
    values: [1, 2]
    tasks:
      - {id: say, type: core.debug.Return, format: "{{ taskrun.value }}"}
  - id: script
    type: scripts.shell.Commands
    outputFiles: ["*.txt"]
    commands:
      - echo hello > note.txt
      - |
        echo '::{"outputs": {"a": 1}, "metrics": [{"name": "rows", "type": "counter", "value": 7}]}::'
outputs:
  - {id: answer, type: STRING, value: "{{ outputs.script.vars.a }}"}
triggers:
  - {id: nightly, type: core.trigger.Schedule, cron: "0 3 * * *", disabled: true}
"""
YAML = "application/x-yaml"


@pytest.fixture
def shown(runs: Runs, crew: Processes) -> dict[str, Any]:
    """A finished execution of a flow that shows much."""
    runs.deploy(FLOW)
    found: dict[str, Any] = runs.run("shown", "?labels=run:one")
    assert found["state"]["current"] == "SUCCESS", runs.logs(found["id"])
    return found


IDS = [{"namespace": "company.data", "id": "shown"}]
Call = tuple[str, str, object, str]
"""Method, address, body and its type."""


def of_executions(api: str, id: str, file: str) -> list[Call]:
    return [
        ("GET", f"{api}/executions/search?size=1", None, ""),
        ("GET", f"{api}/executions?namespace=company.data&flowId=shown", None, ""),
        ("GET", f"{api}/executions/{id}", None, ""),
        ("GET", f"{api}/executions/{id}?taskRunList=false", None, ""),
        ("GET", f"{api}/executions/{id}?taskRunList=packed", None, ""),
        ("GET", f"{api}/executions/{id}/flow", None, ""),
        ("GET", f"{api}/executions/{id}/graph", None, ""),
        ("GET", f"{api}/executions/{id}/why", None, ""),
        ("GET", f"{api}/executions/{id}/file?path={file}", None, ""),
        ("GET", f"{api}/executions/{id}/file/metas?path={file}", None, ""),
        ("GET", f"{api}/executions/{id}/file/preview?path={file}", None, ""),
        ("POST", f"{api}/executions/{id}/actions/eval", "{{ flow.id }}", "text/plain"),
        ("POST", f"{api}/executions/{id}/actions/eval", "{{ nope }}", "text/plain"),
        ("POST", f"{api}/executions/{id}/actions/labels", [{"key": "a", "value": "b"}], ""),
        ("POST", f"{api}/executions/{id}/actions/replay", None, ""),
        ("POST", f"{api}/executions/{id}/actions/change-status?status=WARNING", None, ""),
        ("POST", f"{api}/executions/company.data/shown", None, ""),
        ("POST", f"{api}/executions/company.data/shown/validate", None, ""),
        ("POST", f"{api}/executions/latest", IDS, ""),
        ("GET", f"{api}/executions/flows/company.data/shown", None, ""),
        ("GET", f"{api}/executions/namespaces", None, ""),
        ("GET", f"{api}/executions/namespaces/company.data/flows", None, ""),
        (
            "GET",
            f"{api}/executions/namespaces/company.data/flows/shown/average-duration",
            None,
            "",
        ),
        ("GET", f"{api}/executions/distinct-field-values?field=STATE", None, ""),
        ("GET", f"{api}/executions/export/by-query/csv", None, ""),
        ("POST", f"{api}/executions/labels/by-query", [{"key": "c", "value": "d"}], ""),
    ]


def of_what_they_leave(api: str, id: str, task_run: str) -> list[Call]:
    return [
        ("GET", f"{api}/logs/{id}", None, ""),
        ("GET", f"{api}/logs/{id}/download", None, ""),
        ("GET", f"{api}/logs/search?size=1", None, ""),
        ("GET", f"{api}/outputs/executions/{id}", None, ""),
        ("GET", f"{api}/outputs/tasks/{id}", None, ""),
        ("GET", f"{api}/outputs/tasks/{id}/{task_run}", None, ""),
        ("GET", f"{api}/metrics/{id}", None, ""),
        ("GET", f"{api}/metrics/names/company.data/shown", None, ""),
        ("GET", f"{api}/metrics/tasks/company.data/shown", None, ""),
        ("GET", f"{api}/metrics/aggregates/company.data/shown/rows", None, ""),
        ("GET", f"{api}/metrics/aggregates/company.data/shown/script/rows", None, ""),
    ]


def of_flows(api: str) -> list[Call]:
    return [
        ("GET", f"{api}/flows/company.data/shown?source=true", None, ""),
        ("GET", f"{api}/flows/company.data/shown/revisions", None, ""),
        ("GET", f"{api}/flows/company.data/shown/graph", None, ""),
        ("GET", f"{api}/flows/company.data/shown/dependencies", None, ""),
        ("GET", f"{api}/flows/company.data/shown/tasks/script", None, ""),
        ("PUT", f"{api}/flows/company.data/shown", FLOW + "# again\n", YAML),
        ("GET", f"{api}/flows/search", None, ""),
        ("GET", f"{api}/flows/company.data", None, ""),
        ("GET", f"{api}/flows/source?q=shown", None, ""),
        ("POST", f"{api}/flows/source/replace/preview", {"query": "ada", "replacement": "eva"}, ""),
        ("GET", f"{api}/flows/deprecated", None, ""),
        ("POST", f"{api}/flows/validate", "id: x\n---\n" + FLOW, YAML),
        ("POST", f"{api}/flows/validate/task?section=TASKS", "id: x\n", YAML),
        ("POST", f"{api}/flows/validate/trigger", "id: x\n", YAML),
        ("POST", f"{api}/flows/expressions", FLOW, YAML),
        ("POST", f"{api}/flows/graph", FLOW, YAML),
        ("POST", f"{api}/flows/hashes/by-ids", IDS, ""),
        ("POST", f"{api}/flows/export/by-ids", IDS, ""),
        ("GET", f"{api}/flows/export/by-query", None, ""),
        ("GET", f"{api}/flows/export/by-query/csv", None, ""),
        ("POST", f"{api}/flows/disable/by-ids", IDS, ""),
    ]


def of_all_else(api: str) -> list[Call]:
    return [
        ("GET", f"{api}/namespaces/company.data/dependencies", None, ""),
        ("GET", f"{api}/kv", None, ""),
        ("GET", f"{api}/namespaces/company.data/kv/inheritance", None, ""),
        ("GET", f"{api}/namespaces/company.data/kv/limit", None, ""),
        ("POST", f"{api}/namespaces/company.data/files/directory?path=/a", None, ""),
        ("GET", f"{api}/namespaces/company.data/files/directory", None, ""),
        ("GET", f"{api}/namespaces/company.data/files/search", None, ""),
        ("GET", "/api/v1/plugins", None, ""),
        ("GET", "/api/v1/plugins/groups/subgroups", None, ""),
        ("GET", "/api/v1/plugins/core.log.Log", None, ""),
        ("GET", "/api/v1/plugins/icons", None, ""),
        ("GET", "/api/v1/plugins/inputs", None, ""),
        ("GET", "/api/v1/plugins/triggers", None, ""),
        ("GET", "/api/v1/pebble/filters", None, ""),
        ("GET", "/api/v1/pebble/functions", None, ""),
    ]


def of_the_end(api: str, id: str) -> list[Call]:
    return [
        ("DELETE", f"{api}/executions/{id}", None, ""),
        ("DELETE", f"{api}/flows/company.data/shown", None, ""),
    ]


def test_answers_are_as_declared(runs: Runs, shown: dict[str, Any]) -> None:
    api, id = runs.cast.api, shown["id"]
    task_run = next(run for run in shown["taskRunList"] if run["taskId"] == "script")
    outputs = runs.cast.alice.get(f"{api}/outputs/tasks/{id}/{task_run['id']}").json()
    file = outputs["outputFiles"]["note.txt"]
    runs.cast.alice.put(f"{api}/namespaces/company.data/kv/limit", "5", type="text/plain")
    calls = [
        *of_executions(api, id, file),
        *of_what_they_leave(api, id, task_run["id"]),
        *of_flows(api),
        *of_all_else(api),
        *of_the_end(api, id),
    ]

    found = {
        f"{method} {path}": deviations(method, path, _asked(runs, method, path, body, type))
        for method, path, body, type in calls
    }

    assert {call: what for call, what in found.items() if what} == {}


def _asked(runs: Runs, method: str, path: str, body: object, type: str) -> Any:
    more = {"type": type} if type else {}
    return runs.cast.alice.request(method, path, body, **more)
