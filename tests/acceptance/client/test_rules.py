"""Breakpoints, checks and limits by the client."""

from __future__ import annotations

import time
from typing import Any

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException
from kestrapy.models.concurrency_limit import ConcurrencyLimit

from tests.acceptance.client.conftest import TENANT

STEPS = """id: steps
namespace: {namespace}
concurrency:
  limit: 1
inputs:
  - id: age
    type: INT
    defaults: 20
checks:
  - when: "{{{{ inputs.age >= 18 }}}}"
    message: Too young
    style: ERROR
    behavior: BLOCK_EXECUTION
tasks:
  - id: first
    type: io.kestra.plugin.core.debug.Return
    format: first
  - id: second
    type: io.kestra.plugin.core.debug.Return
    format: second
  - id: third
    type: io.kestra.plugin.core.debug.Return
    format: third
"""


def _deploy(client: KestraClient, namespace: str) -> None:
    client.flows.create_flow(TENANT, STEPS.format(namespace=namespace))


def _once(client: KestraClient, id: str, state: str) -> Any:
    """The execution once it is in a state."""
    until = time.monotonic() + 60
    while True:
        found = client.executions.execution(id, TENANT)
        current = found.state.current
        if str(getattr(current, "value", current)) == state:
            return found
        assert time.monotonic() < until, current
        time.sleep(0.1)


def _tasks(execution: Any) -> list[str]:
    return [run.task_id for run in execution.task_run_list or ()]


def test_an_execution_stops_at_breakpoints_and_goes_on(
    client: KestraClient, namespace: str
) -> None:
    _deploy(client, namespace)
    started = client.executions.create_execution(TENANT, namespace, "steps", breakpoints="second")

    stopped = _once(client, started.id, "PAUSED")
    client.executions.resume_execution_from_breakpoint(started.id, TENANT, breakpoints="third")
    again = _once(client, started.id, "PAUSED")
    while _tasks(again) == ["first", "second"]:
        again = _once(client, started.id, "PAUSED")
    client.executions.resume_execution_from_breakpoint(started.id, TENANT)
    done = _once(client, started.id, "SUCCESS")

    assert [point.id for point in stopped.breakpoints] == ["second"]
    assert _tasks(stopped) == ["first", "second"]
    assert _tasks(again) == _tasks(done) == ["first", "second", "third"]
    with pytest.raises(ApiException) as refused:
        client.executions.resume_execution_from_breakpoint(started.id, TENANT)
    assert refused.value.status == 409


def test_a_check_refuses_a_start_and_is_told_by_a_try(client: KestraClient, namespace: str) -> None:
    _deploy(client, namespace)

    tried = client.executions.validate_new_execution_inputs(
        namespace, "steps", TENANT, inputs={"age": "3"}
    )
    with pytest.raises(ApiException) as refused:
        client.executions.create_execution(TENANT, namespace, "steps", inputs={"age": "3"})

    assert [check["message"] for check in tried["checks"]] == ["Too young"]
    assert refused.value.status == 422
    assert "Too young" in str(refused.value.body)


def test_limits_are_listed_and_looked_at_anew(client: KestraClient, namespace: str) -> None:
    _deploy(client, namespace)
    first = client.executions.create_execution(TENANT, namespace, "steps", breakpoints="second")
    _once(client, first.id, "PAUSED")
    second = client.executions.create_execution(TENANT, namespace, "steps")
    _once(client, second.id, "QUEUED")

    page = client.flows.search_concurrency_limits(TENANT)
    limit = ConcurrencyLimit(tenantId=TENANT, namespace=namespace, flowId="steps", running=0)
    updated = client.flows.update_concurrency_limit(namespace, "steps", TENANT, limit)

    mine = [found for found in page.results if found.namespace == namespace]
    assert [(found.flow_id, found.running) for found in mine] == [("steps", 1)]
    assert updated.running == 1
    client.executions.kill_execution(first.id, TENANT)
    _once(client, second.id, "SUCCESS")
