"""A name or a condition written as a plain number or true/false stands for its own text."""

from __future__ import annotations

import pytest

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

FLOW = """id: 4711
namespace: company.data
inputs:
  - {id: 1, type: STRING}
  - {id: 2, type: STRING, displayName: 5, dependsOn: {inputs: [1]}}
outputs: [{id: 3, value: x}]
sla: [{id: 4, type: EXECUTION_ASSERTION, assert: true, behavior: FAIL}]
triggers: [{id: 5, type: core.trigger.Webhook, key: 99}]
tasks:
  - id: 6
    type: core.flow.Dag
    tasks:
      - task: {id: 7, type: core.log.Log, message: x}
      - task: {id: true, type: core.log.Log, message: "{{ outputs['7'] ?? 'x' }}"}
        dependsOn: [7]
  - {id: 8, type: core.execution.Count, namespaces: [company], expression: true}
"""


def test_plain_scalars_are_names(registry: Registry) -> None:
    parsed = parse_flow(FLOW, registry)

    assert parsed.diagnostics == ()
    assert parsed.flow is not None
    flow = parsed.flow
    assert (flow.id, [one.id for one in flow.inputs]) == ("4711", ["1", "2"])
    assert [task.id for _, task in flow.walk()] == ["6", "7", "true", "8"]
    assert (flow.outputs[0].id, flow.sla[0].id, flow.triggers[0].id) == ("3", "4", "5")


@pytest.mark.parametrize("name", ["1.5", "-1", "[1]", "null"])
def test_what_makes_no_name_is_refused(name: str, registry: Registry) -> None:
    parsed = parse_flow(FLOW.replace("id: 6", f"id: {name}"), registry)

    assert parsed.flow is None
    assert [item.path for item in parsed.diagnostics] == ["tasks[0].id"]


def test_a_plain_number_clashes_with_its_text(registry: Registry) -> None:
    parsed = parse_flow(FLOW.replace("id: 8", "id: '7'"), registry)

    assert [item.code for item in parsed.diagnostics] == ["task.duplicate_id"]
