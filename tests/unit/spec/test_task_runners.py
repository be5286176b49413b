"""A script names where it runs: the process of a worker is there, other runners are not."""

from __future__ import annotations

import pytest

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry, load_registry

SCRIPT = """id: f
namespace: company.team
tasks:
  - id: a
    type: scripts.shell.Script
    script: "true"
    {line}
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry()


def found(line: str, registry: Registry) -> list[tuple[str, str, str, int]]:
    parsed = parse_flow(SCRIPT.format(line=line), registry)
    assert parsed.flow is not None
    return [(item.severity, item.code, item.path, item.line) for item in parsed.diagnostics]


@pytest.mark.parametrize(
    "line",
    [
        "taskRunner: {type: core.runner.Process}",
        "taskRunner: {type: io.kestra.plugin.core.runner.Process}",
        "taskRunner: {type: io.kestra.core.models.tasks.runners.types.ProcessTaskRunner}",
        "taskRunner: {}",
        "runner: PROCESS",
    ],
)
def test_the_process_runner_is_taken_by_each_of_its_names(line: str, registry: Registry) -> None:
    assert found(line, registry) == []


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (
            "taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, pullPolicy: NEVER}",
            "tasks[0].taskRunner.type",
        ),
        ("taskRunner: {type: my.own.runner.Process}", "tasks[0].taskRunner.type"),
        ("runner: DOCKER", "tasks[0].runner"),
    ],
)
def test_another_runner_is_a_warning_with_a_place(line: str, path: str, registry: Registry) -> None:
    assert found(line, registry) == [("warning", "script.runner_missing", path, 7)]
