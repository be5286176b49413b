"""What may stand inside a WorkingDirectory, and what means nothing there."""

from __future__ import annotations

import pytest

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

FLOW = """id: f
namespace: company.team
tasks:
  - id: d
    type: core.flow.WorkingDirectory
    tasks:
      - id: a
        type: core.log.Log
        message: x
        {line}
"""


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("workerGroup: {key: gpu}", "tasks[0].tasks[0].workerGroup"),
        ("queue: gpu", "tasks[0].tasks[0].queue"),
        ("taskCache: {enabled: true}", "tasks[0].tasks[0].taskCache"),
        (
            "retry: {type: constant, interval: PT1S, behavior: CREATE_NEW_EXECUTION}",
            "tasks[0].tasks[0].retry",
        ),
    ],
)
def test_keys_without_an_effect_are_named(line: str, path: str, registry: Registry) -> None:
    parsed = parse_flow(FLOW.format(line=line), registry)

    assert parsed.flow is not None
    found = [(item.severity, item.code, item.path, item.line) for item in parsed.diagnostics]
    assert found == [("warning", "directory.no_effect", path, 10)]


@pytest.mark.parametrize(
    "line",
    ["timeout: PT1S", "retry: {type: constant, interval: PT1S}", "runIf: 'true'", "logLevel: WARN"],
)
def test_keys_with_an_effect_are_not(line: str, registry: Registry) -> None:
    assert parse_flow(FLOW.format(line=line), registry).diagnostics == ()


def test_a_sleep_may_stand_in_a_directory(registry: Registry) -> None:
    source = FLOW.format(line="").replace("core.log.Log", "core.flow.Sleep")

    assert parse_flow(source.replace("message: x", "duration: PT1S"), registry).diagnostics == ()
